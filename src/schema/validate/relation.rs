//! Arguments that exclude or need each other.

use std::collections::BTreeSet;

use ecow::EcoString;

use super::report::{Report, alternatives};
use crate::diag::Diagnostic;
use crate::schema::scene::value_at;
use crate::schema::{Block, Relations};
use crate::value::{AttrPath, PathStep, Value};

/// Reports broken relations in a whole configuration.
pub(super) fn check(block: &Block, config: &Value, report: &mut Report<'_>) {
    let mut walk = Walk { config, report, seen: BTreeSet::new() };
    walk.block(block, config, &AttrPath::default());
}

struct Walk<'a, 'r> {
    config: &'a Value,
    report: &'a mut Report<'r>,
    /// Groups of arguments that are reported or in order.
    seen: BTreeSet<(AttrKey, Vec<EcoString>)>,
}

type AttrKey = &'static str;

/// Whether an argument is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Absent,
    Present,
    Unknown,
}

impl Walk<'_, '_> {
    fn block(&mut self, block: &Block, object: &Value, path: &AttrPath) {
        for (name, attribute) in &block.attributes {
            self.relations(&attribute.relations, state(object.attribute(name)), path, name);
        }
        for (name, nested) in &block.blocks {
            let value = object.attribute(name);
            self.relations(&nested.relations, state(value), path, name);
            let under = path.join(PathStep::Name(name.clone()));
            for (index, object) in value.into_iter().flat_map(occurrences).enumerate() {
                self.block(&nested.block, object, &under.join(PathStep::Index(index)));
            }
        }
    }

    fn relations(&mut self, relations: &Relations, own: State, path: &AttrPath, name: &EcoString) {
        if *relations == Relations::default() {
            return;
        }
        let at = path.join(PathStep::Name(name.clone()));
        if own == State::Present {
            self.conflicts(&relations.conflicts_with, &at);
            self.required(&relations.required_with, &at);
        }
        self.exactly_one(&relations.exactly_one_of, &at);
        self.at_least_one(&relations.at_least_one_of, &at);
    }

    fn conflicts(&mut self, others: &[EcoString], at: &AttrPath) {
        let own = dotted(at);
        let clash =
            others.iter().find(|other| **other != own && self.state_at(other) == State::Present);
        let Some(other) = clash.cloned() else { return };
        if self.first_time("conflict", &[own, other.clone()]) {
            let detail = format!("\"{at}\" cannot be set together with \"{other}\".");
            let detail = Diagnostic::error(405, "Conflicting arguments", detail);
            self.report.push(at, detail.help("Remove one of the two."));
        }
    }

    fn required(&mut self, others: &[EcoString], at: &AttrPath) {
        for other in others {
            if self.state_at(other) == State::Absent {
                let detail = format!("\"{at}\" is set, which needs \"{other}\" as well.");
                let diagnostic = Diagnostic::error(407, "Missing companion argument", detail);
                self.report.push(at, diagnostic.help(format!("Set \"{other}\".")));
            }
        }
    }

    fn exactly_one(&mut self, group: &[EcoString], at: &AttrPath) {
        if group.is_empty() || !self.first_time("exactly one", group) {
            return;
        }
        let states: Vec<State> = group.iter().map(|path| self.state_at(path)).collect();
        let present = states.iter().filter(|state| **state == State::Present).count();
        let unknown = states.contains(&State::Unknown);
        if present == 1 || present == 0 && unknown {
            return;
        }
        let says = format!("Exactly one of {} must be set", quoted(group, "or"));
        if present == 0 {
            self.report.push(&parent(at), Diagnostic::error(406, "Missing argument", says + "."));
        } else {
            let given: Vec<EcoString> = group
                .iter()
                .zip(&states)
                .filter(|(_, state)| **state == State::Present)
                .map(|(path, _)| path.clone())
                .collect();
            let detail = format!("{says}, but {} are.", quoted(&given, "and"));
            self.report.push(at, Diagnostic::error(405, "Conflicting arguments", detail));
        }
    }

    fn at_least_one(&mut self, group: &[EcoString], at: &AttrPath) {
        if group.is_empty() || !self.first_time("at least one", group) {
            return;
        }
        if group.iter().all(|path| self.state_at(path) == State::Absent) {
            let detail = format!("At least one of {} must be set.", quoted(group, "or"));
            self.report.push(&parent(at), Diagnostic::error(406, "Missing argument", detail));
        }
    }

    fn state_at(&self, path: &str) -> State {
        let steps = path.split('.').map(|step| match step.parse() {
            Ok(index) => PathStep::Index(index),
            Err(_) => PathStep::Name(step.into()),
        });
        state(value_at(self.config, &AttrPath(steps.collect())))
    }

    fn first_time(&mut self, relation: AttrKey, group: &[EcoString]) -> bool {
        let mut group = group.to_vec();
        group.sort();
        self.seen.insert((relation, group))
    }
}

fn state(value: Option<&Value>) -> State {
    match value {
        None => State::Absent,
        Some(value) if value.is_null() => State::Absent,
        Some(value) if !value.is_known() => State::Unknown,
        Some(value) if value.as_sequence().is_some_and(<[Value]>::is_empty) => State::Absent,
        Some(_) => State::Present,
    }
}

fn occurrences(value: &Value) -> impl Iterator<Item = &Value> {
    let single = value.as_entries().is_some().then_some(value);
    value.as_sequence().into_iter().flatten().chain(single)
}

/// A path as relations write it: `block.0.attribute`.
fn dotted(path: &AttrPath) -> EcoString {
    let step = |step: &PathStep| match step {
        PathStep::Name(name) => name.to_string(),
        PathStep::Index(index) => index.to_string(),
        PathStep::Element(_) => "0".into(),
    };
    path.0.iter().map(step).collect::<Vec<_>>().join(".").into()
}

fn parent(path: &AttrPath) -> AttrPath {
    AttrPath(path.0[..path.0.len().saturating_sub(1)].to_vec())
}

fn quoted(names: &[EcoString], joint: &str) -> String {
    let names: Vec<String> =
        names.iter().map(|name| format!("\"{}\"", name.replace(".0.", "."))).collect();
    if joint == "or" { alternatives(&names) } else { names.join(" and ") }
}
