//! Which provider configuration a name means in a module: its own, one that is passed, or one that is inherited.

use ecow::EcoString;

use crate::config::{ModuleId, ProviderRef, Tree};

/// What a provider's name leads to.
#[derive(Clone, Debug)]
pub enum ProviderTarget<'a> {
    /// A `provider` block: the module that holds it, its position there, and the references on the way (in the module
    /// that each stands in) that may say which instance is meant.
    Block {
        /// The module that holds the block.
        module: ModuleId,
        /// The position among the module's providers.
        index: usize,
        /// The `providers` entry that has a key, with the module that is called by it.
        key: Option<(ModuleId, &'a ProviderRef)>,
    },
    /// A default configuration that nobody wrote: it is empty.
    Implied,
    /// A configuration with an alias that does not exist.
    Missing,
}

/// Follows a provider's local name and alias from `module` to the block that configures it.
#[must_use]
pub fn find_provider<'a>(
    tree: &'a Tree,
    module: ModuleId,
    name: &str,
    alias: Option<&str>,
) -> ProviderTarget<'a> {
    let (mut at, mut name, mut alias) = (module, EcoString::from(name), alias.map(EcoString::from));
    let mut key = None;
    loop {
        let here = &tree[at];
        if let Some(index) = here.providers.get_index_of(&(name.clone(), alias.clone())) {
            return ProviderTarget::Block { module: at, index, key };
        }
        let Some(parent) = here.parent else {
            return if alias.is_none() { ProviderTarget::Implied } else { ProviderTarget::Missing };
        };
        let call = here.path.last().and_then(|call| tree[parent].calls.get(call));
        let passed = call.and_then(|call| {
            let passed = call.providers.as_ref()?;
            passed.iter().find(|p| p.inside.name == name && p.inside.alias == alias)
        });
        match passed {
            Some(passed) => {
                if passed.outside.key.is_some() {
                    key = Some((at, &passed.outside));
                }
                name = passed.outside.name.clone();
                alias = passed.outside.alias.clone();
            }
            None if alias.is_some() => return ProviderTarget::Missing,
            None => {}
        }
        at = parent;
    }
}
