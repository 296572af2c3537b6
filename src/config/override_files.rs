//! Override files: their blocks change what the other files of the directory declare.
//!
//! Arguments replace arguments of the same name; nested blocks replace all nested blocks of the same type, except
//! `lifecycle`, which is merged argument by argument. Conditions and `depends_on` are not overridden. Done on the syntax tree, so that every place stays the author's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::content::just_arguments;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::syntax::ast::{Block, Body, ExprKind, JsonBody, JsonKind, JsonNode};

/// Blocks that override files may not hold.
const FIXED: &[&str] = &["moved", "removed", "import", "check", "stack", "phase", "migration"];

/// Type constraints that override files wrote: the head of the block that did, by the place of the constraint.
pub type OverriddenTypes = BTreeMap<Span, Span>;

/// Applies the blocks of override files to those of the others.
pub fn apply(
    primary: &mut Vec<Block>,
    overrides: Vec<Block>,
    problems: &mut Diagnostics,
) -> OverriddenTypes {
    let mut types = OverriddenTypes::new();
    for mut block in overrides {
        let kind = block.ident.name.as_str();
        if FIXED.contains(&kind) {
            let summary = format!("Cannot override '{kind}' blocks");
            let detail =
                format!("A {kind} block can appear only in normal files, not in override files.");
            problems.push(Diagnostic::error(codes::OVERRIDE, summary, detail).at(block.header));
            continue;
        }
        match kind {
            "locals" => locals(primary, block, problems),
            "terraform" => terraform(primary, block),
            _ => {
                let constraint = block.body.attributes.iter().find(|a| a.name.name == "type");
                types.extend(constraint.map(|attribute| (attribute.expr.span, block.header)));
                refuse_conditions(&mut block.body, problems);
                refuse_depends_on(&mut block.body, problems);
                named(primary, block, problems);
            }
        }
    }
    types
}

/// Takes out rules: they are those of the file that declares what they are about.
fn refuse_conditions(body: &mut Body, problems: &mut Diagnostics) {
    for lifecycle in body.blocks.iter_mut().filter(|nested| nested.ident.name == "lifecycle") {
        refuse_conditions(&mut lifecycle.body, problems);
    }
    body.blocks.retain(|nested| {
        let kind = nested.ident.name.as_str();
        let is_rule = matches!(kind, "validation" | "precondition" | "postcondition");
        if is_rule {
            let title = format!("Can't override {kind} blocks");
            let detail = format!("Override files cannot override \"{kind}\" blocks.");
            problems.push(Diagnostic::error(codes::OVERRIDE, title, detail).at(nested.header));
        }
        !is_rule
    });
}

/// Takes out dependencies, which would go unnoticed at the place where the others are read.
fn refuse_depends_on(body: &mut Body, problems: &mut Diagnostics) {
    body.attributes.retain(|attribute| {
        let ExprKind::Tuple(entries) = &attribute.expr.kind else { return true };
        let (true, Some(first)) = (attribute.name.name == "depends_on", entries.first()) else {
            return true;
        };
        let detail = "The depends_on argument may not be overridden.";
        let problem = Diagnostic::error(codes::OVERRIDE, "Unsupported override", detail);
        problems.push(problem.at(first.span));
        false
    });
}

fn named(primary: &mut [Block], block: Block, problems: &mut Diagnostics) {
    match primary.iter_mut().find(|base| is_same(base, &block)) {
        Some(base) => merge(&mut base.body, block.body, Nested::Replaced),
        None => problems.push(missing_base(&block)),
    }
}

/// Whether two blocks declare the same thing.
fn is_same(base: &Block, block: &Block) -> bool {
    let labels = |block: &Block| block.labels.iter().map(|l| l.text.clone()).collect::<Vec<_>>();
    base.ident.name == block.ident.name
        && labels(base) == labels(block)
        && (block.ident.name != "provider" || alias(base) == alias(block))
}

fn alias(block: &Block) -> Option<ecow::EcoString> {
    let alias = block.body.attributes.iter().find(|attribute| attribute.name.name == "alias")?;
    alias.expr.as_text().map(Into::into)
}

/// How nested blocks of an override meet those of the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nested {
    /// They take the place of all of the same type.
    Replaced,
    /// They are added.
    Added,
}

fn merge(base: &mut Body, over: Body, nested: Nested) {
    for attribute in over.attributes {
        match base.attributes.iter_mut().find(|old| old.name.name == attribute.name.name) {
            Some(old) => *old = attribute,
            None => base.attributes.push(attribute),
        }
    }
    let (lifecycle, blocks): (Vec<Block>, Vec<Block>) =
        over.blocks.into_iter().partition(|block| block.ident.name == "lifecycle");
    if nested == Nested::Replaced {
        base.blocks.retain(|old| {
            let is_replaced = |block: &Block| {
                block.ident.name == old.ident.name
                    || is_dynamic(block, old)
                    || is_dynamic(old, block)
            };
            !blocks.iter().any(is_replaced)
        });
    }
    base.blocks.extend(blocks);
    for block in lifecycle {
        match base.blocks.iter_mut().find(|old| old.ident.name == "lifecycle") {
            Some(old) => merge(&mut old.body, block.body, Nested::Added),
            None => base.blocks.push(block),
        }
    }
    merge_json(base, over.json);
}

/// Whether `dynamic` generates blocks of the type of `plain`.
fn is_dynamic(dynamic: &Block, plain: &Block) -> bool {
    dynamic.ident.name == "dynamic"
        && dynamic.labels.first().is_some_and(|label| label.text == plain.ident.name)
}

fn merge_json(base: &mut Body, over: Option<Arc<JsonBody>>) {
    let Some(over) = over else { return };
    let overridden: Vec<_> =
        super::content::json_properties(&over).map(|(name, _)| name.name.clone()).collect();
    let is_kept = |name: &str| !overridden.iter().any(|other| other == name);
    base.attributes.retain(|attribute| is_kept(&attribute.name.name));
    base.blocks.retain(|block| is_kept(&block.ident.name));
    let mut objects = Vec::new();
    for node in base.json.iter().flat_map(|json| &json.objects) {
        let kind = match &node.kind {
            JsonKind::Object(properties) => JsonKind::Object(
                properties.iter().filter(|(name, _)| is_kept(&name.name)).cloned().collect(),
            ),
            other => other.clone(),
        };
        objects.push(JsonNode { kind, span: node.span });
    }
    objects.extend(over.objects.iter().cloned());
    base.json = Some(Arc::new(JsonBody { objects }));
}

/// Gives each overridden name its new value in the block that declares it.
fn locals(primary: &mut [Block], block: Block, problems: &mut Diagnostics) {
    for base in primary.iter_mut().filter(|base| base.ident.name == "locals") {
        read_json(&mut base.body, problems);
    }
    for attribute in just_arguments(block.body, problems) {
        let name = &attribute.name;
        let base = primary
            .iter_mut()
            .filter(|base| base.ident.name == "locals")
            .flat_map(|base| &mut base.body.attributes)
            .find(|old| old.name.name == name.name);
        if let Some(base) = base {
            base.expr = attribute.expr;
        } else {
            let detail = format!(
                "There is no local value named \"{}\". An override file can only override a local value that was \
                 already defined in a primary configuration file.",
                name.name
            );
            problems.push(
                Diagnostic::error(
                    codes::OVERRIDE,
                    "Missing base local value definition to override",
                    detail,
                )
                .at(attribute.span),
            );
        }
    }
}

/// Turns arguments that are written in JSON into plain ones.
fn read_json(body: &mut Body, problems: &mut Diagnostics) {
    if body.json.is_some() {
        body.attributes = just_arguments(std::mem::take(body), problems);
    }
}

/// Settings may be given in override files alone; requirements are merged provider by provider.
fn terraform(primary: &mut Vec<Block>, mut block: Block) {
    let is_requirement = |nested: &Block| nested.ident.name == "required_providers";
    let mut overriding = Vec::new();
    block.body.blocks.retain(|nested| {
        let keep = !is_requirement(nested);
        if !keep {
            overriding.push(nested.clone());
        }
        keep
    });
    for name in block.body.attributes.iter().map(|attribute| attribute.name.name.clone()) {
        for base in primary.iter_mut().filter(|base| base.ident.name == "terraform") {
            base.body.attributes.retain(|attribute| attribute.name.name != name);
        }
    }
    for kind in ["backend", "cloud"] {
        if block.body.blocks.iter().any(|nested| nested.ident.name == kind) {
            for base in primary.iter_mut().filter(|base| base.ident.name == "terraform") {
                base.body.blocks.retain(|b| !["backend", "cloud"].contains(&b.ident.name.as_str()));
            }
        }
    }
    for requirements in overriding {
        let base = primary
            .iter_mut()
            .filter(|base| base.ident.name == "terraform")
            .flat_map(|base| &mut base.body.blocks)
            .find(|nested| is_requirement(nested));
        match base {
            Some(base) => merge(&mut base.body, requirements.body, Nested::Replaced),
            None => block.body.blocks.push(requirements),
        }
    }
    primary.push(block);
}

fn missing_base(block: &Block) -> Diagnostic {
    let label = |at: usize| block.labels.get(at).map_or("", |label| label.text.as_str());
    let (summary, what) = match block.ident.name.as_str() {
        "variable" => (
            "Missing base variable declaration to override",
            format!("variable named \"{}\"", label(0)),
        ),
        "output" => {
            ("Missing base output definition to override", format!("output named \"{}\"", label(0)))
        }
        "module" => {
            ("Missing module call to override", format!("module call named \"{}\"", label(0)))
        }
        "provider" => (
            "Missing base provider configuration for override",
            format!("such provider configuration for \"{}\"", label(0)),
        ),
        "data" => (
            "Missing data resource to override",
            format!("{} data resource named \"{}\"", label(0), label(1)),
        ),
        _ => (
            "Missing resource to override",
            format!("{} resource named \"{}\"", label(0), label(1)),
        ),
    };
    let detail = format!(
        "There is no {what}. An override file can only override what was already declared in a primary configuration \
         file."
    );
    Diagnostic::error(codes::OVERRIDE, summary, detail).at(block.header)
}
