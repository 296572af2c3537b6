//! How modules and their callers agree on provider configurations.

use std::collections::BTreeSet;

use ecow::EcoString;

use super::codes;
use super::model::{Call, Declarations, Module, Passed, ProviderConfig, ProviderRef, Tree};
use crate::diag::{Diagnostic, Diagnostics, Span};

/// Reports calls whose providers do not fit the module that they call. A module that is called more than once is
/// reported on once for each place.
pub fn check(trees: &[&Tree]) -> Diagnostics {
    let mut found = Diagnostics::none();
    for tree in trees {
        for (_, module) in tree.iter() {
            let Some(parent) = module.parent.map(|parent| &tree[parent]) else { continue };
            let Some(call) = module.path.last().and_then(|name| parent.calls.get(name)) else {
                continue;
            };
            check_proxies(module, &mut found);
            check_passed(module, parent, call, &mut found);
            check_required(module, call, &mut found);
            check_repeated(tree, module, &mut found);
        }
    }
    let mut seen: BTreeSet<(String, Option<Span>)> = BTreeSet::new();
    found
        .into_iter()
        .filter(|problem| seen.insert((problem.detail.clone(), problem.subject)))
        .collect()
}

fn is_empty(provider: &ProviderConfig) -> bool {
    let body = &provider.body;
    provider.for_each.is_none()
        && body.attributes.is_empty()
        && body.blocks.is_empty()
        && body
            .json
            .as_ref()
            .is_none_or(|json| super::content::json_properties(json).next().is_none())
}

/// Provider blocks that say nothing but a name.
fn check_proxies(module: &Module, found: &mut Diagnostics) {
    for provider in module.providers.values().filter(|provider| is_empty(provider)) {
        let name = &provider.name;
        let help = match &provider.alias {
            Some(alias) => format!(
                "Remove the block and add to required_providers: {name} = {{ configuration_aliases = [{name}.{alias}] }}"
            ),
            None => format!("Remove the block; \"{name}\" in required_providers is enough."),
        };
        found.push(
            Diagnostic::warning(
                codes::MODULE_PROVIDERS,
                "Redundant empty provider block",
                "Empty provider blocks were how modules once declared that they need to be passed a provider \
                 configuration. That was ambiguous and is deprecated.",
            )
            .at(provider.span)
            .help(help),
        );
    }
}

/// A module with configurations of its own cannot be repeated or ordered.
fn check_repeated(tree: &Tree, module: &Module, found: &mut Diagnostics) {
    let Some(configured) = module.providers.values().find(|provider| !is_empty(provider)) else {
        return;
    };
    let mut at = module;
    while let Some(parent) = at.parent.map(|parent| &tree[parent]) {
        let call = at.path.last().and_then(|name| parent.calls.get(name));
        let depends_on = call.and_then(|call| call.depends_on.first());
        let repeated = call.and_then(|call| call.count.as_ref().or(call.for_each.as_ref()));
        if let (Some(call), Some(expr)) = (call, repeated.or(depends_on)) {
            let detail = format!(
                "Module \"{}\" contains provider configurations of its own, so calls to it may not use the count, \
                 for_each, or depends_on arguments.",
                call.name
            );
            found.push(
                Diagnostic::error(
                    codes::MODULE_PROVIDERS,
                    "Module is incompatible with count, for_each, and depends_on",
                    detail,
                )
                .at(expr.span)
                .label(configured.span, "the provider configuration")
                .help("Move the provider block to the root module and pass it with \"providers\"."),
            );
            return;
        }
        at = parent;
    }
}

/// Where a provider comes from: as required, or as its name implies.
fn source_of(declared: &Declarations, name: &str) -> EcoString {
    let required = declared.required_providers.get(name).and_then(|r| r.source.clone());
    let source = required.unwrap_or_else(|| implied_source(name));
    let source = source.strip_prefix("registry.terraform.io/").unwrap_or(&source);
    if source.contains('/') { source.into() } else { ecow::eco_format!("hashicorp/{source}") }
}

fn implied_source(name: &str) -> EcoString {
    if name == "terraform" {
        return "terraform.io/builtin/terraform".into();
    }
    ecow::eco_format!("hashicorp/{name}")
}

fn shown(reference: &ProviderRef) -> String {
    match &reference.alias {
        Some(alias) => format!("{}.{alias}", reference.name),
        None => reference.name.to_string(),
    }
}

fn check_passed(module: &Module, parent: &Module, call: &Call, found: &mut Diagnostics) {
    for passed in call.providers.iter().flatten() {
        let Passed { inside, outside } = passed;
        let own = module.providers.get(&(inside.name.clone(), inside.alias.clone()));
        if own.is_some_and(|provider| !is_empty(provider)) {
            let detail = format!(
                "Module \"{}\" has its own configuration for \"{}\", and so it cannot accept one from its caller.",
                call.name,
                shown(inside)
            );
            let title = "Cannot override provider configuration";
            found.push(Diagnostic::error(codes::MODULE_PROVIDERS, title, detail).at(inside.span));
            continue;
        }
        if own.is_none() && !is_required(module, inside) {
            found.push(undefined_inside(module, inside));
        }
        check_source(module, parent, passed, found);
        let is_known = parent.required_providers.contains_key(&outside.name)
            || parent.providers.keys().any(|(name, _)| *name == outside.name);
        if outside.alias.is_none()
            && !is_known
            && implied_source(&outside.name).starts_with("hashicorp/")
        {
            let detail = format!(
                "There is no explicit declaration for the provider name \"{name}\" here, so \"hashicorp/{name}\" is \
                 assumed.",
                name = outside.name
            );
            found.push(undefined(outside.span, detail, &outside.name));
        }
    }
}

/// Whether a module says that it takes a configuration of that name.
fn is_required(module: &Module, reference: &ProviderRef) -> bool {
    module.required_providers.get(&reference.name).is_some_and(|required| {
        reference.alias.is_none()
            || required.aliases.iter().any(|alias| alias.alias == reference.alias)
    })
}

fn undefined_inside(module: &Module, inside: &ProviderRef) -> Diagnostic {
    let name = shown(inside);
    let source = source_of(module, &inside.name);
    if source.starts_with("hashicorp/") {
        let detail = format!(
            "The module does not declare the provider name \"{name}\", so \"hashicorp/{}\" is assumed.",
            inside.name
        );
        return undefined(inside.span, detail, &inside.name);
    }
    let detail = format!(
        "The child module does not declare any provider requirement with the local name \"{name}\"."
    );
    Diagnostic::error(codes::UNDECLARED_PROVIDER, "Reference to undefined provider", detail)
        .at(inside.span)
        .help(match &inside.alias {
            Some(_) => format!(
                "If the module is yours too, add to its requirement of {}: configuration_aliases = [{name}]",
                inside.name
            ),
            None => format!(
                "If the module is yours too, add to its required_providers: {name} = {{ source = \"{source}\" }}"
            ),
        })
}

fn undefined(at: Span, detail: String, name: &str) -> Diagnostic {
    Diagnostic::warning(codes::UNDECLARED_PROVIDER, "Reference to undefined provider", detail)
        .at(at)
        .help(format!("Add to required_providers: {name} = {{ source = \"hashicorp/{name}\" }}"))
}

fn check_source(module: &Module, parent: &Module, passed: &Passed, found: &mut Diagnostics) {
    let (inside, outside) = (&passed.inside, &passed.outside);
    let wanted = source_of(module, &inside.name);
    let given = source_of(parent, &outside.name);
    if wanted != given {
        let detail = format!(
            "\"{}\" is a configuration of the provider \"{given}\", but \"{}\" in the module is one of \"{wanted}\".",
            shown(outside),
            shown(inside)
        );
        found.push(
            Diagnostic::error(codes::MODULE_PROVIDERS, "Provider type mismatch", detail)
                .at(outside.span),
        );
    }
}

fn check_required(module: &Module, call: &Call, found: &mut Diagnostics) {
    let is_given = |wanted: &ProviderRef| {
        let passed = call.providers.iter().flatten();
        let mut passed = passed.map(|passed| &passed.inside);
        passed.any(|inside| inside.name == wanted.name && inside.alias == wanted.alias)
            || module.providers.contains_key(&(wanted.name.clone(), wanted.alias.clone()))
    };
    for required in module.required_providers.values() {
        for wanted in required.aliases.iter().filter(|wanted| !is_given(wanted)) {
            let name = shown(wanted);
            let detail = format!(
                "Module \"{}\" requires a configuration of the provider \"{}\" under the name \"{name}\".",
                call.name,
                source_of(module, &wanted.name)
            );
            let title = "Missing required provider configuration";
            found.push(
                Diagnostic::error(codes::UNDECLARED_PROVIDER, title, detail)
                    .at(call.span)
                    .label(wanted.span, "required here")
                    .help(format!("Add: providers = {{ {name} = … }}")),
            );
        }
    }
}
