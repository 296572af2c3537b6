//! Provider configurations: evaluated, named, and found from where they are used.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::expand::{Expansion, expand};
use super::instance::{InstanceId, Repetition, Shape};
use super::scope::Place;
use super::{Ran, Walk};
use crate::base::{Key, Region};
use crate::config::{ModuleId, ProviderConfig, ProviderRef, Resource};
use crate::diag::{Diagnostic, Diagnostics};
use crate::graph::{Object, Part};
use crate::plan::diff::ProviderTags;
use crate::plan::{ProviderRequest, Scope};
use crate::value::{Kind, Type, Value};

/// The instances of one `provider` block in one module instance.
#[derive(Clone)]
pub(in crate::plan) struct ProviderInstances {
    pub shape: Shape,
    pub members: Vec<Provider>,
}

/// One provider configuration.
#[derive(Clone)]
pub(in crate::plan) struct Provider {
    /// Its name in scopes.
    pub name: EcoString,
    /// The region that it works in, once the cloud was told of it.
    pub region: Option<Region>,
    /// Tags that it adds and ignores.
    pub tags: ProviderTags,
    /// Its value.
    pub config: Value,
    /// Whether the cloud was told of it.
    pub ready: bool,
}

impl Walk {
    /// Evaluates a `provider` block in every instance of its module, and has the cloud told of it.
    pub(super) fn provider(&mut self, module: ModuleId, index: usize) -> Ran {
        let config = self.state.config.clone();
        let Some((_, block)) = config.tree[module].providers.get_index(index) else {
            return Ran::Done;
        };
        let mut ran = Ran::Done;
        for id in self.state.instances.of(module).to_vec() {
            if let Some(known) = self.state.providers.get(&(id, index)) {
                if !known.members.iter().all(|provider| provider.ready) {
                    ran = Ran::Waits;
                }
                continue;
            }
            let (found, problems) = self.evaluate_provider(id, block);
            let failed = problems.has_errors();
            if failed && !self.is_in_use(module, index) {
                // It need not make sense until something is made with it.
                continue;
            }
            self.problems.extend(problems);
            let (false, Some(mut found)) = (failed, found) else {
                ran = Ran::Failed;
                continue;
            };
            for provider in &mut found.members {
                if self.state.validating || !self.needs_configuring(&block.name) {
                    provider.ready = true;
                } else {
                    self.needs.providers.push(ProviderRequest {
                        name: provider.name.clone(),
                        kind: block.name.clone(),
                        config: provider.config.clone(),
                    });
                    ran = ran.or(Ran::Waits);
                }
            }
            self.state.providers.insert((id, index), found);
        }
        ran
    }

    /// Whether a resource is made with what a `provider` block configures.
    fn is_in_use(&self, module: ModuleId, index: usize) -> bool {
        let node = self.graph.node(Object { module, part: Part::Provider(index) });
        let mut users = node.into_iter().flat_map(|node| self.graph.dag().dependents(node));
        users.any(|user| matches!(self.graph.dag().weight(user).part, Part::Resource(_)))
    }

    fn needs_configuring(&self, kind: &str) -> bool {
        self.registry_block(kind)
            .is_some_and(|block| !block.attributes.is_empty() || !block.blocks.is_empty())
    }

    fn registry_block(&self, kind: &str) -> Option<&crate::schema::Block> {
        Some(&self.state.registry.provider(kind)?.block)
    }

    fn evaluate_provider(
        &self,
        at: InstanceId,
        block: &ProviderConfig,
    ) -> (Option<ProviderInstances>, Diagnostics) {
        let place = self.state.place(at);
        let (expansion, mut problems) = expand(&place, None, block.for_each.as_ref());
        let Some(expansion) = expansion else { return (None, problems) };
        let Some(schema) = self.state.registry.provider(&block.name) else {
            let members = self.bare(at, block, &expansion);
            return (Some(ProviderInstances { shape: expansion.shape, members }), problems);
        };
        let mut members = Vec::new();
        for (position, key) in expansion.shape.keys().iter().enumerate() {
            let repetition = expansion.repetition(position, false);
            let place = Place { repetition: &repetition, ..self.state.place(at) };
            let value = problems.take(place.decode(&block.body, schema));
            members.push(Provider {
                name: self.provider_name(at, block, key.as_ref()),
                region: region_of(&value),
                tags: tags_of(&value),
                config: known_only(&value),
                ready: false,
            });
        }
        (Some(ProviderInstances { shape: expansion.shape, members }), problems)
    }

    /// Instances of a provider that nobody has a schema of.
    fn bare(&self, at: InstanceId, block: &ProviderConfig, expansion: &Expansion) -> Vec<Provider> {
        let keys = expansion.shape.keys();
        keys.iter().map(|key| implied(self.provider_name(at, block, key.as_ref()))).collect()
    }

    fn provider_name(
        &self,
        at: InstanceId,
        block: &ProviderConfig,
        key: Option<&Key>,
    ) -> EcoString {
        let path = &self.state.instances[at].path;
        let module = if path.is_root() { String::new() } else { format!("{path}.") };
        let alias = block.alias.as_ref().map_or_else(String::new, |alias| format!(".{alias}"));
        let key = key.map_or_else(String::new, Key::to_string);
        format!("{module}{}{alias}{key}", block.name).into()
    }

    /// The provider configuration that serves a resource in a module instance. None where it waits to be set up.
    pub(super) fn provider_of(
        &mut self,
        at: InstanceId,
        resource: &Resource,
        repetition: &Repetition,
    ) -> Result<Option<Provider>, Diagnostics> {
        let name = resource.provider_name();
        let Some(reference) = &resource.provider else {
            if let Some(plain) = self.plain_providers.get(&(at, EcoString::from(name))) {
                return Ok(Some(plain.clone()));
            }
            let found = self.follow(at, name, None, None, repetition, resource)?;
            if let Some(provider) = &found {
                self.plain_providers.insert((at, name.into()), provider.clone());
            }
            return Ok(found);
        };
        let alias = reference.alias.as_deref();
        self.follow(at, name, alias, Some(reference), repetition, resource)
    }

    #[expect(clippy::too_many_arguments, reason = "a reference, where it stands, and for whom")]
    fn follow(
        &mut self,
        at: InstanceId,
        name: &str,
        alias: Option<&str>,
        reference: Option<&ProviderRef>,
        repetition: &Repetition,
        resource: &Resource,
    ) -> Result<Option<Provider>, Diagnostics> {
        let config = self.state.config.clone();
        let (mut at, mut name) = (at, EcoString::from(name));
        let mut alias = alias.map(EcoString::from);
        let mut key = match reference.and_then(|reference| reference.key.as_ref()) {
            Some(expr) => {
                let place = Place { repetition, ..self.state.place(at) };
                Some((evaluate_key(&place, expr)?, expr.span))
            }
            None => None,
        };
        loop {
            let instance = &self.state.instances[at];
            let declared = &config.tree[instance.module];
            if let Some(index) = declared.providers.get_index_of(&(name.clone(), alias.clone())) {
                return self.instance_of(at, index, key, resource);
            }
            let (Some(parent), Some(call)) = (instance.parent, self.call_of(at)) else { break };
            let passed = call.providers.iter().flatten();
            let passed = passed.clone().find(|p| p.inside.name == name && p.inside.alias == alias);
            match passed {
                Some(passed) => {
                    if let Some(expr) = &passed.outside.key {
                        let place =
                            Place { repetition: &instance.repetition, ..self.state.place(parent) };
                        key = Some((evaluate_key(&place, expr)?, expr.span));
                    }
                    name = passed.outside.name.clone();
                    alias.clone_from(&passed.outside.alias);
                }
                None if alias.is_some() => break,
                None => {}
            }
            at = parent;
        }
        match alias {
            None => Ok(self.implied_provider(&name)),
            Some(alias) => Err(missing(&name, &alias, resource)),
        }
    }

    fn instance_of(
        &self,
        at: InstanceId,
        index: usize,
        key: Option<(Key, crate::diag::Span)>,
        resource: &Resource,
    ) -> Result<Option<Provider>, Diagnostics> {
        let Some(instances) = self.state.providers.get(&(at, index)) else { return Ok(None) };
        if instances.shape == Shape::Unknown {
            return Ok(instances.members.first().cloned());
        }
        // While validating, a key that is not known stands for any.
        if self.state.validating && matches!(&key, Some((Key::Str(key), _)) if key.is_empty()) {
            return Ok(instances.members.first().cloned());
        }
        let position = instances.shape.position(key.as_ref().map(|(key, _)| key));
        let Some(provider) = position.and_then(|at| instances.members.get(at)) else {
            let (span, what) = match &key {
                Some((key, span)) => (*span, format!("has no instance {key}")),
                None => (
                    resource.span,
                    "has for_each, so that one of its instances has to be named".into(),
                ),
            };
            let detail =
                format!("The provider configuration that {} refers to {what}.", resource.key);
            return Err(Diagnostic::error(522, "Provider instance not present", detail)
                .at(span)
                .into());
        };
        Ok(Some(provider.clone()).filter(|provider| provider.ready))
    }

    /// The root module's default configuration of a provider. None where it waits to be set up.
    pub(super) fn default_provider(&mut self, name: &EcoString) -> Option<Provider> {
        let declared = &self.state.config.tree.root().providers;
        let Some(index) = declared.get_index_of(&(name.clone(), None)) else {
            return self.implied_provider(name);
        };
        let found = self.state.providers.get(&(InstanceId::ROOT, index))?;
        found.members.first().filter(|provider| provider.ready).cloned()
    }

    /// A default configuration that nobody wrote.
    pub(super) fn implied_provider(&mut self, name: &EcoString) -> Option<Provider> {
        if !self.implied.contains_key(name) {
            let mut provider = implied(name.clone());
            let ask = !self.state.validating && self.needs_configuring(name);
            provider.ready = !ask;
            if let Some(block) = self.registry_block(name) {
                provider.config = null_object(block.implied_type());
            }
            if ask {
                self.needs.providers.push(ProviderRequest {
                    name: name.clone(),
                    kind: name.clone(),
                    config: provider.config.clone(),
                });
            }
            self.implied.insert(name.clone(), provider);
        }
        self.implied.get(name).cloned().filter(|provider| provider.ready)
    }

    /// Takes the cloud's answer about a provider configuration.
    pub(super) fn provider_answer(&mut self, name: &EcoString, region: Option<&Region>) {
        let blocks = self.state.providers.values_mut().flat_map(|found| &mut found.members);
        for provider in blocks.chain(self.implied.values_mut()).filter(|p| p.name == *name) {
            provider.ready = true;
            if region.is_some() {
                provider.region = region.cloned();
            }
        }
    }
}

/// Where objects of a resource live: the region is its own argument's, else the provider's.
pub(in crate::plan) fn scope_of(provider: &Provider, config: &Value) -> Scope {
    let own = config.attribute("region").and_then(Value::as_str).map(Region::from);
    Scope { provider: provider.name.clone(), region: own.or_else(|| provider.region.clone()) }
}

fn implied(name: EcoString) -> Provider {
    Provider {
        name,
        region: None,
        tags: ProviderTags::default(),
        config: Value::null(Type::Dynamic),
        ready: true,
    }
}

fn evaluate_key(place: &Place<'_>, expr: &crate::syntax::ast::Expr) -> Result<Key, Diagnostics> {
    let (value, problems) = place.evaluate(expr);
    if problems.has_errors() {
        return Err(problems);
    }
    let (value, _) = value.unmark();
    if let Some(text) = value.as_str() {
        return Ok(Key::Str(text.into()));
    }
    if place.state.validating && !value.is_known() {
        return Ok(Key::Str(EcoString::new()));
    }
    let detail = "The key of a provider instance must be a string that is known when planning.";
    Err(Diagnostic::error(523, "Invalid provider instance key", detail).at(expr.span).into())
}

fn missing(name: &str, alias: &str, resource: &Resource) -> Diagnostics {
    let detail = format!(
        "{} refers to the provider configuration {name}.{alias}, which is neither declared in its module nor passed \
         to it.",
        resource.key
    );
    let span = resource.provider.as_ref().map_or(resource.span, |provider| provider.span);
    Diagnostic::error(521, "Provider configuration not present", detail).at(span).into()
}

fn region_of(config: &Value) -> Option<Region> {
    config.attribute("region").and_then(Value::as_str).map(Region::from)
}

fn tags_of(config: &Value) -> ProviderTags {
    let first = |name: &str| -> Option<Value> {
        let block = config.attribute(name)?;
        match block.as_sequence() {
            Some(blocks) => blocks.first().cloned(),
            None => Some(block.clone()),
        }
    };
    let words = |block: &Option<Value>, name: &str| -> Vec<EcoString> {
        let set = block.as_ref().and_then(|block| block.attribute(name)?.as_sequence());
        set.unwrap_or_default().iter().filter_map(Value::as_str).map(EcoString::from).collect()
    };
    let ignore = first("ignore_tags");
    let default = first("default_tags");
    let default = default.as_ref().and_then(|block| block.attribute("tags")?.as_entries());
    ProviderTags {
        default: default.cloned().unwrap_or_default(),
        ignore_keys: words(&ignore, "keys"),
        ignore_prefixes: words(&ignore, "key_prefixes"),
    }
}

/// The value with nulls for what is not known yet.
fn known_only(value: &Value) -> Value {
    match value.kind() {
        Kind::Unknown(unknown) => Value::null(unknown.ty.clone()),
        _ => crate::plan::diff::marks::map_children(value, |_, child| known_only(child))
            .with_marks(value.marks()),
    }
}

fn null_object(ty: &Type) -> Value {
    match ty {
        Type::Object(object) => Value::object(object.attributes.iter().map(|(name, ty)| {
            let value = match ty {
                Type::List(element) => Value::list((**element).clone(), []),
                Type::Set(element) => Value::set((**element).clone(), []),
                ty => Value::null(ty.clone()),
            };
            (name.clone(), value)
        })),
        ty => Value::null(ty.clone()),
    }
}

impl Walk {
    /// Every provider configuration in use, with the provider that it configures.
    pub fn provider_kinds(&self) -> BTreeMap<EcoString, EcoString> {
        let tree = &self.state.config.tree;
        let blocks = self.state.providers.iter().flat_map(|((at, index), found)| {
            let module = self.state.instances[*at].module;
            let kind = tree[module].providers.get_index(*index).map(|((name, _), _)| name.clone());
            found.members.iter().filter_map(move |p| Some((p.name.clone(), kind.clone()?)))
        });
        let implied = self.implied.keys().map(|name| (name.clone(), name.clone()));
        blocks.chain(implied).collect()
    }
}
