//! Which providers a configuration requires, as a tree of its modules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::config::{Module, ModuleId, Resource, Tree};

const FITS: &str = "a String takes everything";

/// The tree as text: of each module the providers with the versions that it asks for, then the modules that it calls.
#[must_use]
pub fn required(tree: &Tree) -> String {
    let mut text = String::from("\nProviders required by configuration:\n.\n");
    below(tree, ModuleId::ROOT, "", &mut text);
    text.push('\n');
    text
}

fn below(tree: &Tree, at: ModuleId, margin: &str, text: &mut String) {
    let module = &tree[at];
    let own = of_module(module);
    let calls: BTreeMap<_, _> = module.children.iter().collect();
    let mut left = own.len() + calls.len();
    let mut branch = || {
        left -= 1;
        if left == 0 { ("└── ", "    ") } else { ("├── ", "│   ") }
    };
    for (source, versions) in own {
        let (sign, _) = branch();
        let versions: Vec<&str> = versions.into_iter().collect();
        let versions = versions.join(", ");
        let line = format!("{margin}{sign}provider[{source}] {versions}");
        writeln!(text, "{}", line.trim_end()).expect(FITS);
    }
    for (name, child) in calls {
        let (sign, further) = branch();
        writeln!(text, "{margin}{sign}module.{name}").expect(FITS);
        below(tree, *child, &format!("{margin}{further}"), text);
    }
}

/// The addresses of the providers of a module, with the constraints on their versions.
fn of_module(module: &Module) -> BTreeMap<String, BTreeSet<&str>> {
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for required in module.required_providers.values() {
        let versions = found.entry(address(module, &required.name)).or_default();
        versions.extend(required.version.iter().map(|version| version.text.as_str()));
    }
    let configured = module.providers.keys().map(|(name, _)| name.as_str());
    let used = module.resources.values().map(Resource::provider_name);
    for name in configured.chain(used) {
        found.entry(address(module, name)).or_default();
    }
    found
}

/// The whole address of the provider that a local name means.
fn address(module: &Module, local: &str) -> String {
    if local == "terraform" {
        return "terraform.io/builtin/terraform".to_owned();
    }
    let required = module.required_providers.get(local);
    let source = required.and_then(|required| required.source.as_deref()).unwrap_or(local);
    match source.matches('/').count() {
        0 => format!("registry.terraform.io/hashicorp/{source}"),
        1 => format!("registry.terraform.io/{source}"),
        _ => source.to_owned(),
    }
}
