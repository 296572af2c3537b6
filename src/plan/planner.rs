//! The planner: configuration, variables and answers of the cloud in, plan out. Pure, synchronous, deterministic.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;
use indexmap::IndexMap;

use super::replay::Replay;
use super::walk::{InstanceId, Walk};
use super::{
    Answers, Input, Intent, Outcome, OutputChange, Plan, Progress, RememberedOutput, drift, moves,
    order,
};
use crate::base::TypeName;
use crate::diag::{Diagnostic, Diagnostics};
use crate::value::{Marks, Value};

/// A plan in the making. [`Planner::advance`] until it is done, answering what it asks on the way.
pub struct Planner {
    stage: Stage,
}

enum Stage {
    /// The configuration has errors that show without asking anybody.
    Invalid(Box<Input>, Diagnostics),
    Walking(Box<Walk>),
    Done,
}

/// Checks a configuration without any values from outside: what `validate` reports.
pub fn validate(input: Input) -> Diagnostics {
    let mut walk = Walk::new(input, true);
    let asked = walk.advance();
    debug_assert!(asked.is_none(), "validating asks nothing");
    std::mem::replace(&mut walk.problems, Diagnostics::none())
}

impl Planner {
    /// A planner of the input. The configuration is validated first; with errors, that is the whole outcome.
    #[must_use]
    pub fn new(input: Input) -> Self {
        let problems = validate(input.clone());
        if problems.has_errors() {
            return Self { stage: Stage::Invalid(Box::new(input), problems) };
        }
        let mut walk = Walk::new(input, false);
        walk.validation_warnings = problems;
        Self { stage: Stage::Walking(Box::new(walk)) }
    }

    /// Goes on as far as the answers so far allow.
    ///
    /// # Panics
    /// When called again after [`Progress::Done`].
    pub fn advance(&mut self) -> Progress {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Invalid(input, problems) => Progress::Done(Box::new(failed(&input, problems))),
            Stage::Walking(mut walk) => match walk.advance() {
                Some(needs) => {
                    self.stage = Stage::Walking(walk);
                    Progress::Needs(needs)
                }
                None => Progress::Done(Box::new(finish(*walk))),
            },
            Stage::Done => panic!("the plan was handed out already"),
        }
    }

    /// Takes the answers to what [`Planner::advance`] asked.
    pub fn supply(&mut self, answers: Answers) {
        if let Stage::Walking(walk) = &mut self.stage {
            walk.supply(answers);
        }
    }
}

fn empty_plan(input: &Input) -> Plan {
    Plan {
        stack: input.config.stack.name.clone(),
        phase: input.config.phase.clone(),
        steps: Vec::new(),
    }
}

fn failed(input: &Input, problems: Diagnostics) -> Outcome {
    Outcome {
        plan: empty_plan(input),
        intent: input.options.intent,
        outputs: IndexMap::new(),
        data: BTreeMap::new(),
        variables: IndexMap::new(),
        checks: Vec::new(),
        drift: Vec::new(),
        relevant: BTreeSet::new(),
        providers: BTreeMap::new(),
        undeclared: Vec::new(),
        complete: false,
        applyable: false,
        problems,
        replay: None,
        partial: None,
    }
}

/// Warnings of the validation that planning did not meet again.
fn add_validation_warnings(walk: &mut Walk) {
    let warnings = std::mem::replace(&mut walk.validation_warnings, Diagnostics::none());
    for warning in warnings {
        let is_same =
            |known: &Diagnostic| known.code == warning.code && known.subject == warning.subject;
        if !walk.problems.iter().any(is_same) {
            walk.problems.push(warning);
        }
    }
}

fn finish(mut walk: Walk) -> Outcome {
    add_validation_warnings(&mut walk);
    if walk.is_blind {
        let problems = std::mem::replace(&mut walk.problems, Diagnostics::none());
        return failed(&walk.input, problems);
    }
    let owned = walk.world.owned.keys().cloned().collect();
    let found =
        moves::validate(&walk.state.config.tree, &owned, &walk.declared, &walk.module_paths());
    if found.has_errors() {
        // A circle among moves is told only where it is the only thing that is wrong with them.
        let others = std::mem::replace(&mut walk.problems, Diagnostics::none());
        walk.problems = others.into_iter().filter(|problem| problem.code.0 != 540).collect();
    }
    walk.problems.extend(found);
    walk.problems.extend(moves::retyped(&walk.moves.retyped));
    warn_of_blocked_moves(&mut walk);
    let selection = &walk.selection;
    let missed = walk.moves.from.iter().filter(|(to, from)| !selection.holds_move(from, to));
    walk.problems.extend(moves::outside(missed));
    let unmatched = unmatched_replacements(&walk);
    walk.problems.extend(unmatched);
    if walk.selection.is_limited() {
        walk.problems.push(targeted());
    }
    let protected = walk.protected();
    walk.problems.extend(protected);
    let refused = walk.refused_deletes();
    walk.problems.extend(refused);
    let in_the_way = walk.make_way();
    walk.problems.extend(in_the_way);
    let drift = drift::drift(&walk);
    let (steps, sources) = order::arrange(&mut walk);
    let plan = Plan { steps, ..empty_plan(&walk.input) };
    let outputs = outputs(&walk);
    let variables = root_variables(&walk);
    let errored = walk.problems.has_errors();
    let complete = !errored && !walk.selection.is_limited();
    let undeclared = walk.undeclared_imports();
    let mut outcome = Outcome {
        intent: walk.input.options.intent,
        outputs,
        data: walk.data.clone(),
        variables,
        checks: walk.checks.results(),
        relevant: drift::relevant(&drift, &plan, walk.input.options.intent),
        drift,
        providers: walk.provider_kinds(),
        undeclared,
        complete,
        applyable: false,
        problems: std::mem::replace(&mut walk.problems, Diagnostics::none()),
        replay: None,
        partial: None,
        plan,
    };
    let is_read = |step: &super::Step| step.action == super::Action::Read;
    let reads = outcome.plan.steps.iter().any(is_read);
    outcome.applyable = !errored && (reads || outcome.has_changes());
    let replay = Some(Box::new(Replay::new(walk, sources)));
    if errored {
        outcome.partial = replay;
    } else {
        outcome.replay = replay;
    }
    outcome
}

fn targeted() -> Diagnostic {
    Diagnostic::warning(
        560,
        "Resource targeting is in effect",
        "You are creating a plan with the -target or -exclude option, which means that the result of this plan may not \
         represent all of the changes requested by the current configuration.\n\nThe -target option is not for routine \
         use, and is provided only for exceptional situations such as recovering from errors or mistakes, or when \
         terrace specifically suggests to use it as part of an error message.",
    )
}

/// The warning that follows the apply of a plan that was limited to some objects.
#[must_use]
pub fn incomplete() -> Diagnostic {
    Diagnostic::warning(
        560,
        "Applied changes may be incomplete",
        "The plan was created with targets in effect, so some changes requested in the configuration may have been \
         ignored and the output values may not be fully updated.",
    )
}

/// Requests for a replacement that name a repeated resource and none of its instances.
fn unmatched_replacements(walk: &Walk) -> Diagnostics {
    let mut problems = Diagnostics::none();
    for wanted in walk.input.options.replace.iter().filter(|address| address.key.is_none()) {
        let Some(keys) = walk.keys_of(&wanted.resource).filter(|keys| !keys.contains(&None)) else {
            continue;
        };
        let instances = keys.into_iter().map(|key| wanted.resource.instance(key));
        let list: Vec<String> = instances.map(|at| format!("  -replace='{at}'")).collect();
        let (why, help) = if list.is_empty() {
            ("it has no instances", String::new())
        } else {
            let help = format!("\n\nTo replace some of them, name them:\n{}", list.join("\n"));
            ("each of its instances has a key", help)
        };
        let detail = format!("The request to replace {wanted} meets no object: {why}.{help}");
        problems.push(Diagnostic::warning(
            563,
            "Incompletely-matched force-replace resource instance",
            detail,
        ));
    }
    problems
}

fn warn_of_blocked_moves(walk: &mut Walk) {
    if walk.moves.blocked.is_empty() {
        return;
    }
    let list: Vec<String> = walk
        .moves
        .blocked
        .iter()
        .map(|(from, to)| format!("  - {from} could not move to {to}"))
        .collect();
    let detail = format!(
        "terrace tried to adjust resource instance addresses based on changes recorded in the configuration, but some \
         adjustments did not succeed due to existing objects already at the intended addresses:\n{}",
        list.join("\n")
    );
    walk.problems.push(Diagnostic::warning(
        561,
        "Unresolved resource instance address changes",
        detail,
    ));
}

/// Root outputs before and after.
fn outputs(walk: &Walk) -> IndexMap<EcoString, OutputChange> {
    let declared = &walk.state.config.tree.root().outputs;
    let remembered = &walk.input.remembered.outputs;
    let destroying = walk.input.options.intent == Intent::Destroy;
    if destroying && walk.selection.is_limited() {
        // They go when everything goes.
        return IndexMap::new();
    }
    let values = &walk.state.instances[InstanceId::ROOT].outputs;
    let mut found = IndexMap::new();
    for ((name, output), value) in declared.iter().zip(values) {
        let before = remembered.get(name);
        // One that errors kept from being evaluated is shown as it is.
        let value = match value {
            None if walk.problems.has_errors() => before.map(remembered_value),
            value => value.clone(),
        };
        let skipped = value.is_none() && !destroying;
        let change = OutputChange {
            before: before.map(remembered_value),
            sensitive: output.sensitive || before.is_some_and(|before| before.sensitive),
            ty: value.as_ref().filter(|_| !destroying).map(Value::ty),
            after: value.filter(|_| !destroying),
        };
        // An output that is null, now and before, is told all the same: it is declared.
        let told = change.before.is_some() || !destroying;
        if !output.ephemeral && !skipped && told {
            found.insert(name.clone(), change);
        }
    }
    for (name, before) in remembered {
        if !declared.contains_key(name) && !walk.selection.is_limited() {
            let change = OutputChange {
                before: Some(remembered_value(before)),
                after: None,
                sensitive: before.sensitive,
                ty: None,
            };
            found.insert(name.clone(), change);
        }
    }
    found
}

fn remembered_value(output: &RememberedOutput) -> Value {
    let marks = if output.sensitive { Marks::SENSITIVE } else { Marks::NONE };
    output.value.clone().with_marks(marks)
}

fn root_variables(walk: &Walk) -> IndexMap<EcoString, Value> {
    let declared = &walk.state.config.tree.root().variables;
    let values = &walk.state.instances[InstanceId::ROOT].variables;
    let known = declared.iter().zip(values).filter(|((_, variable), _)| !variable.ephemeral);
    known.filter_map(|((name, _), value)| Some((name.clone(), value.clone()?))).collect()
}

/// The types that a configuration declares, in all of its modules.
#[must_use]
pub fn declared_types(tree: &crate::config::Tree) -> BTreeSet<TypeName> {
    let modules = tree.iter().flat_map(|(_, module)| module.resources.keys());
    modules
        .filter(|key| key.mode == crate::base::Mode::Managed)
        .map(|key| key.type_name.clone())
        .collect()
}
