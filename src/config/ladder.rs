//! Phases: their order, what each takes over from another, and what holds in one.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;

use super::codes;
use super::decode::PhaseBlock;
use super::model::{
    Config, Declarations, Ladder, Migration, ModuleId, Phase, ResourceKey, Selected, Target, Tree,
};
use crate::base::PhaseName;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::syntax::ast::Attribute;

/// Puts phases in order, the bottom first.
pub fn build(blocks: Vec<PhaseBlock>) -> (Ladder, Diagnostics) {
    let mut problems = Diagnostics::none();
    let mut by_name: IndexMap<EcoString, PhaseBlock> = IndexMap::new();
    for block in blocks {
        if let Some(first) = by_name.get(&block.name) {
            let detail = format!("A phase named \"{}\" is already declared.", block.name);
            problems.push(
                Diagnostic::error(codes::PHASE_DUPLICATE, "Duplicate phase", detail)
                    .at(block.span)
                    .label(first.span, "first declared here"),
            );
            continue;
        }
        by_name.insert(block.name.clone(), block);
    }
    check_names(&by_name, &mut problems);
    check_extends(&by_name, &mut problems);
    let order = order(&by_name, &mut problems);
    let mut ladder = Ladder::new();
    for name in order {
        if let Some(block) = by_name.swap_remove(&name) {
            ladder.insert(PhaseName::from(name), phase(block));
        }
    }
    (ladder, problems)
}

fn phase(block: PhaseBlock) -> Phase {
    Phase {
        name: PhaseName::from(block.name),
        after: block.after.map(|(name, _)| PhaseName::from(name)),
        extends: block.extends.map(|(name, _)| PhaseName::from(name)),
        drop: block.drop,
        description: block.description,
        serves: block.serves,
        variables: block.variables,
        blocks: Arc::new(block.blocks),
        span: block.span,
    }
}

/// Reports `after` and `extends` that name no phase.
fn check_names(phases: &IndexMap<EcoString, PhaseBlock>, problems: &mut Diagnostics) {
    for phase in phases.values() {
        let references = [("after", &phase.after), ("extends", &phase.extends)];
        for (argument, reference) in references {
            let Some((name, span)) = reference else { continue };
            if !phases.contains_key(name) {
                let detail = format!(
                    "\"{argument}\" of phase \"{}\" names the phase \"{name}\", which is not declared.",
                    phase.name
                );
                problems.push(
                    Diagnostic::error(
                        codes::PHASE_UNKNOWN,
                        "Reference to undeclared phase",
                        detail,
                    )
                    .at(*span)
                    .did_you_mean(name, phases.keys().map(EcoString::as_str)),
                );
            }
        }
        if phase.extends.is_none()
            && let Some((_, span)) = phase.drop.first()
        {
            problems.push(
                Diagnostic::error(
                    codes::PHASE_DROP,
                    "Nothing to drop from",
                    "\"drop\" leaves out what \"extends\" would take over, but this phase extends none.",
                )
                .at(*span)
                .help("Add: extends = \"…\""),
            );
        }
    }
}

/// Reports phases that extend one another in a circle.
fn check_extends(phases: &IndexMap<EcoString, PhaseBlock>, problems: &mut Diagnostics) {
    let mut reported = BTreeSet::new();
    for start in phases.values() {
        let mut path = vec![start.name.clone()];
        let mut at = start;
        while let Some((name, span)) = &at.extends {
            if let Some(from) = path.iter().position(|seen| seen == name) {
                let circle = &path[from..];
                if circle.iter().all(|name| !reported.contains(name)) {
                    problems.push(cycle("extend", circle, *span));
                    reported.extend(circle.iter().cloned());
                }
                break;
            }
            let Some(next) = phases.get(name) else { break };
            path.push(name.clone());
            at = next;
        }
    }
}

fn cycle(verb: &str, names: &[EcoString], at: Span) -> Diagnostic {
    let names = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let detail = format!("These phases {verb} one another in a circle: {names}.");
    Diagnostic::error(codes::PHASE_CYCLE, "Cycle of phases", detail).at(at)
}

/// The names from the bottom up; phases that have no place are appended in the order of the text.
fn order(phases: &IndexMap<EcoString, PhaseBlock>, problems: &mut Diagnostics) -> Vec<EcoString> {
    let is_bottom = |phase: &&PhaseBlock| {
        phase.after.as_ref().is_none_or(|(name, _)| !phases.contains_key(name))
    };
    let mut bottoms = phases.values().filter(|phase| phase.after.is_none());
    if let Some(first) = bottoms.next() {
        for other in bottoms {
            let detail = format!(
                "Phases \"{}\" and \"{}\" both have no \"after\": a ladder has one bottom.",
                first.name, other.name
            );
            problems.push(
                Diagnostic::error(codes::PHASE_FORK, "Two phases at the bottom", detail)
                    .at(other.span)
                    .label(first.span, "the other one")
                    .help(format!(
                        "Say which comes first, for example: after = \"{}\"",
                        first.name
                    )),
            );
        }
    }
    let mut order: Vec<EcoString> = Vec::new();
    let mut open: Vec<&PhaseBlock> = phases.values().filter(is_bottom).collect();
    open.reverse();
    while let Some(phase) = open.pop() {
        order.push(phase.name.clone());
        let is_next =
            |next: &&PhaseBlock| next.after.as_ref().is_some_and(|(name, _)| *name == phase.name);
        let followers: Vec<&PhaseBlock> = phases.values().filter(is_next).collect();
        if let [first, others @ ..] = followers.as_slice() {
            for other in others {
                let detail = format!(
                    "Phases \"{}\" and \"{}\" both come after \"{}\": a ladder does not fork.",
                    first.name, other.name, phase.name
                );
                problems.push(
                    Diagnostic::error(codes::PHASE_FORK, "Two phases at one place", detail)
                        .at(other.after.as_ref().map_or(other.span, |(_, span)| *span))
                        .label(first.span, "the other one"),
                );
            }
        }
        open.extend(followers.into_iter().rev());
    }
    let circle: Vec<EcoString> =
        phases.keys().filter(|name| !order.contains(name)).cloned().collect();
    if let Some(phase) = circle.first().and_then(|name| phases.get(name)) {
        let at = phase.after.as_ref().map_or(phase.span, |(_, span)| *span);
        problems.push(cycle("follow", &circle, at));
    }
    order.extend(circle);
    order
}

/// The blocks that hold in a phase: those of no phase, those that it takes over, and its own.
pub fn merge(
    base: &Declarations,
    phases: &Ladder,
    name: &PhaseName,
) -> (Declarations, Diagnostics) {
    let mut problems = Diagnostics::none();
    let mut whole = base.clone();
    let mut taken = Declarations::default();
    for phase in chain(phases, name) {
        for (target, span) in &phase.drop {
            if !remove(&mut taken, target) {
                let detail =
                    format!("{target} is not among what phase \"{}\" takes over.", phase.name);
                // Reported where the phase itself is put together, not again for those that extend it.
                if phase.name == *name && phase.extends.is_some() {
                    problems.push(
                        Diagnostic::error(
                            codes::PHASE_DROP,
                            "Nothing of that name to drop",
                            detail,
                        )
                        .at(*span),
                    );
                }
            }
        }
        overlay(&mut taken, &phase.blocks);
    }
    overlay(&mut whole, &taken);
    (whole, problems)
}

/// A phase with those that it extends, the first taken over first.
fn chain<'a>(phases: &'a Ladder, name: &PhaseName) -> Vec<&'a Phase> {
    let mut chain: Vec<&Phase> = Vec::new();
    let mut at = phases.get(name);
    while let Some(phase) = at {
        if chain.iter().any(|seen| seen.name == phase.name) {
            break;
        }
        chain.push(phase);
        at = phase.extends.as_ref().and_then(|name| phases.get(name));
    }
    chain.reverse();
    chain
}

/// Adds declarations; those of the same name take the place of the earlier.
fn overlay(whole: &mut Declarations, over: &Declarations) {
    fn all<K: Clone + Eq + std::hash::Hash, V: Clone>(
        whole: &mut IndexMap<K, V>,
        over: &IndexMap<K, V>,
    ) {
        whole.extend(over.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    all(&mut whole.variables, &over.variables);
    all(&mut whole.locals, &over.locals);
    all(&mut whole.outputs, &over.outputs);
    all(&mut whole.resources, &over.resources);
    all(&mut whole.calls, &over.calls);
    all(&mut whole.providers, &over.providers);
    all(&mut whole.checks, &over.checks);
    whole.moved.extend(over.moved.iter().cloned());
    whole.imports.extend(over.imports.iter().cloned());
    whole.removed.extend(over.removed.iter().cloned());
}

/// Takes what `target` names out; false where there is nothing of that name.
fn remove(from: &mut Declarations, target: &Target) -> bool {
    match target {
        Target::Module(path) => match path.steps() {
            [step] => from.calls.shift_remove(&step.name).is_some(),
            _ => false,
        },
        Target::Resource(address) if address.module.is_root() => {
            match address.type_name.as_str() {
                "output" => return from.outputs.shift_remove(&address.name).is_some(),
                "check" => return from.checks.shift_remove(&address.name).is_some(),
                _ => {}
            }
            let key = ResourceKey {
                mode: address.mode,
                type_name: address.type_name.clone(),
                name: address.name.clone(),
            };
            from.resources.shift_remove(&key).is_some()
        }
        _ => false,
    }
}

/// Reports phases that set what is not declared, and migrations between phases that are not.
pub fn check(
    base: &Tree,
    phases: &Ladder,
    trees: &IndexMap<PhaseName, Tree>,
    migrations: &[Migration],
) -> Diagnostics {
    let mut problems = Diagnostics::none();
    for (name, phase) in phases {
        let root = trees.get(name).unwrap_or(base).root();
        for (variable, setting) in &phase.variables {
            if !root.variables.contains_key(variable) {
                let detail = format!(
                    "Phase \"{name}\" sets the variable \"{variable}\", which is not declared."
                );
                let known = root.variables.keys().map(EcoString::as_str);
                problems.push(
                    Diagnostic::error(
                        codes::PHASE_VARIABLE,
                        "Value for undeclared variable in a phase",
                        detail,
                    )
                    .at(setting.name.span)
                    .did_you_mean(variable, known),
                );
            }
        }
    }
    check_migrations(phases, migrations, &mut problems);
    problems
}

fn check_migrations(phases: &Ladder, migrations: &[Migration], problems: &mut Diagnostics) {
    for (at, migration) in migrations.iter().enumerate() {
        let ends = [(&migration.from, migration.from_span), (&migration.to, migration.to_span)];
        for (name, span) in ends {
            if !phases.contains_key(name) {
                let detail = format!("There is no phase \"{name}\" to migrate from or to.");
                problems.push(
                    Diagnostic::error(
                        codes::PHASE_UNKNOWN,
                        "Reference to undeclared phase",
                        detail,
                    )
                    .at(span)
                    .did_you_mean(name.as_str(), phases.keys().map(PhaseName::as_str)),
                );
            }
        }
        if migration.from == migration.to {
            let detail = "A migration leads from one phase to another.";
            problems.push(
                Diagnostic::error(codes::MIGRATION, "Migration to the same phase", detail)
                    .at(migration.span),
            );
        }
        let same = |other: &&Migration| other.from == migration.from && other.to == migration.to;
        if let Some(first) = migrations[..at].iter().find(same) {
            let detail = format!(
                "A migration from \"{}\" to \"{}\" is already declared.",
                migration.from, migration.to
            );
            problems.push(
                Diagnostic::error(codes::DUPLICATE, "Duplicate migration", detail)
                    .at(migration.span)
                    .label(first.span, "first declared here"),
            );
        }
    }
}

impl Config {
    /// The names of the phases in order, the bottom first; empty for a plain module.
    pub fn phase_names(&self) -> impl Iterator<Item = &PhaseName> {
        self.phases.keys()
    }

    /// What holds in a phase. Without a name: the bottom of the ladder, or the whole of a plain module.
    ///
    /// # Errors
    /// There is no phase of that name.
    pub fn select(&self, phase: Option<&str>) -> Result<Selected, Box<Diagnostic>> {
        let phase = match phase {
            Some(name) => Some(self.phase(name)?),
            None => self.phases.values().next(),
        };
        let Some(phase) = phase else {
            return Ok(self.selected(self.base.clone()));
        };
        let tree = self.trees.get(&phase.name).unwrap_or(&self.base).clone();
        let mut variables: IndexMap<EcoString, Attribute> = IndexMap::new();
        for below in chain(&self.phases, &phase.name) {
            variables.extend(below.variables.iter().map(|(name, a)| (name.clone(), a.clone())));
        }
        Ok(Selected {
            phase: Some(phase.name.clone()),
            index: self.phases.get_index_of(&phase.name).unwrap_or(0),
            serves: phase.serves.clone(),
            variables,
            ..self.selected(tree)
        })
    }

    fn selected(&self, tree: Tree) -> Selected {
        Selected {
            stack: self.stack.clone(),
            dir: self.dir.clone(),
            phase: None,
            index: 0,
            serves: IndexMap::new(),
            variables: IndexMap::new(),
            tree,
        }
    }

    fn phase(&self, name: &str) -> Result<&Phase, Box<Diagnostic>> {
        self.phases.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.phases.keys().map(PhaseName::as_str).collect();
            let detail = if names.is_empty() {
                format!("There is no phase \"{name}\": this stack has no phases.")
            } else {
                format!("There is no phase \"{name}\". The ladder is: {}.", names.join(", "))
            };
            let problem = Diagnostic::error(codes::PHASE_NOT_FOUND, "Unknown phase", detail);
            Box::new(problem.did_you_mean(name, names))
        })
    }

    /// The modules of every phase's tree and of the tree outside of phases; numbers are those within a tree.
    pub fn modules(&self) -> impl Iterator<Item = (ModuleId, &super::model::Module)> {
        self.trees.values().chain([&self.base]).flat_map(Tree::iter)
    }

    /// How to go from one phase to another, if it is written.
    #[must_use]
    pub fn migration(&self, from: &PhaseName, to: &PhaseName) -> Option<&Migration> {
        self.migrations.iter().find(|migration| migration.from == *from && migration.to == *to)
    }
}
