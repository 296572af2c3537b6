//! A plan as text that reads at a glance: what happens to each object, grouped by module, then the totals.

use std::fmt::Write as _;

use super::diff::{Diff, painted};
use super::drift;
use super::literal::{literal, scalar};
use crate::base::ModulePath;
use crate::plan::{Intent, Interruption, Outcome, OutputChange, Reason};
use crate::report::paint::{ADD, CHANGE, FAINT, STRONG, paint};
use crate::report::{Change, Totals, Verb, changes};

/// The whole plan as text.
#[must_use]
pub fn plan(outcome: &Outcome) -> String {
    let all = changes(&outcome.plan);
    let mut text = String::new();
    text.push_str(&drift::drift(outcome));
    let notable: Vec<_> = all.iter().filter(|change| change.is_notable()).collect();
    if !notable.is_empty() {
        heading(outcome, &mut text);
        let mut module = &ModulePath::root();
        for change in &notable {
            if &change.address().resource.module != module {
                module = &change.address().resource.module;
                writeln!(text, "  {}\n", paint(FAINT, format!("── {module} ──"))).expect(FITS);
            }
            self::change(change, &mut text);
        }
    }
    outputs(outcome, &mut text);
    conclusion(outcome, &all, &mut text);
    text
}

const FITS: &str = "a String takes everything";

fn heading(outcome: &Outcome, text: &mut String) {
    let plan = &outcome.plan;
    let stack = paint(STRONG, &plan.stack);
    match &plan.phase {
        Some(phase) => writeln!(text, "stack {stack}, phase {}\n", paint(STRONG, phase)),
        None => writeln!(text, "stack {stack}\n"),
    }
    .expect(FITS);
}

fn change(change: &Change<'_>, text: &mut String) {
    let title = title(change);
    writeln!(text, "  {}", paint(STRONG, format!("# {title}"))).expect(FITS);
    for note in notes(change) {
        writeln!(text, "  {}", paint(FAINT, format!("# {note}"))).expect(FITS);
    }
    let resource = &change.address().resource;
    let kind = if change.verb == Verb::Read { "data" } else { "resource" };
    let sign = painted(change.verb.sign());
    let margin = 3_usize.saturating_sub(change.verb.sign().len());
    let head = format!("{kind} \"{}\" \"{}\" {{", resource.type_name, resource.name);
    writeln!(text, "{:margin$}{sign} {head}", "").expect(FITS);
    text.push_str(&Diff::of(change, 8));
    text.push_str("    }\n\n");
}

/// `aws_vpc.main will be created`
fn title(change: &Change<'_>) -> String {
    let address = change.address();
    let what = match change.verb {
        Verb::Create => "will be created",
        Verb::Read => "will be read during apply",
        Verb::Update => "will be updated in-place",
        Verb::Delete if change.step.deposed => "(left by a replacement) will be destroyed",
        Verb::Delete => "will be destroyed",
        Verb::DeleteThenCreate | Verb::CreateThenDelete => match change.reason() {
            Reason::ReplaceBecauseTainted => "is tainted, so it must be replaced",
            Reason::ReplaceByRequest => "will be replaced, as requested",
            _ => "must be replaced",
        },
        Verb::Forget => "will no longer be managed, but will not be destroyed",
        Verb::NoOp if change.step.importing.is_some() => "will be imported",
        Verb::NoOp => "is moved",
    };
    format!("{address} {what}")
}

/// What else is to be known of a change: where it comes from, why, what it interrupts.
fn notes(change: &Change<'_>) -> Vec<String> {
    let step = change.step;
    let mut notes = Vec::new();
    if let Some(from) = &step.moved_from {
        notes.push(format!("(moved from {from})"));
    }
    if let Some(id) = &step.importing {
        notes.push(format!("(imported from \"{id}\")"));
    }
    if let Some(reason) = reason(change.reason()) {
        notes.push(format!("({reason})"));
    }
    let interruption = match (change.verb, step.interruption) {
        (Verb::Update, Interruption::Brief) => "brief: connections drop for seconds",
        (Verb::Update, Interruption::Downtime) => "downtime while it changes",
        (Verb::DeleteThenCreate, _) => "downtime until the new object is ready",
        _ => return notes,
    };
    notes.push(format!("interruption: {interruption}"));
    notes
}

const fn reason(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::None
        | Reason::ReplaceBecauseTainted
        | Reason::ReplaceByRequest
        | Reason::ReplaceBecauseCannotUpdate => None,
        Reason::ReplaceByTriggers => Some("because of replace_triggered_by"),
        Reason::DeleteBecauseNoResourceConfig => Some("because it is not in the configuration"),
        Reason::DeleteBecauseNoModule => Some("because its module is not in the configuration"),
        Reason::DeleteBecauseWrongRepetition => {
            Some("because the resource's count or for_each came or went")
        }
        Reason::DeleteBecauseCountIndex => Some("because its index is out of range for count"),
        Reason::DeleteBecauseEachKey => Some("because its key is not in for_each"),
        Reason::DeleteBecauseNoMoveTarget => {
            Some("because it was moved to an address that the configuration does not have")
        }
        Reason::ReadBecauseConfigUnknown => {
            Some("because its configuration refers to values not known yet")
        }
        Reason::ReadBecauseDependencyPending => {
            Some("because it depends on something that changes")
        }
        Reason::ReadBecauseCheckNested => Some("because a check block asks for it"),
    }
}

fn outputs(outcome: &Outcome, text: &mut String) {
    let changed: Vec<_> = outcome.outputs.iter().filter(|(_, output)| output.is_change()).collect();
    if changed.is_empty() {
        return;
    }
    text.push_str("Changes to Outputs:\n");
    let width = changed.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, output) in changed {
        let (sign, value) = output_change(output);
        writeln!(text, "  {} {name:width$} = {value}", painted(sign)).expect(FITS);
    }
    text.push('\n');
}

fn output_change(output: &OutputChange) -> (&'static str, String) {
    let shown = |value: &crate::value::Value, sign| {
        if output.sensitive { "(sensitive value)".into() } else { literal(value, sign, 4) }
    };
    match (&output.before, &output.after) {
        (Some(before), Some(after)) => {
            let simple = scalar(before).is_some() && scalar(after).is_some() && !output.sensitive;
            let value = if simple {
                format!("{} -> {}", shown(before, "-"), shown(after, "+"))
            } else {
                shown(after, "+")
            };
            ("~", value)
        }
        (None, Some(after)) => ("+", shown(after, "+")),
        (Some(before), None) => ("-", format!("{} -> null", shown(before, "-"))),
        (None, None) => (" ", String::new()),
    }
}

fn conclusion(outcome: &Outcome, all: &[Change<'_>], text: &mut String) {
    let totals = Totals::of(&outcome.plan);
    let unchanged = all.iter().filter(|change| !change.is_notable()).count();
    let untouched = totals == Totals::default();
    if outcome.errored() {
        text.push_str("Planning failed; the above is what was planned until then.\n");
    } else if outcome.intent == Intent::RefreshOnly && !outcome.drift.is_empty() {
        text.push_str(drift::ONLY_LOOKED);
    } else if untouched && !outcome.has_changes() {
        let sentence = "No changes. What is live matches the configuration.";
        let unchanged = paint(FAINT, format!(" ({unchanged} objects)"));
        writeln!(text, "{}{unchanged}", paint(ADD, sentence)).expect(FITS);
    } else if untouched && all.iter().all(|change| !change.is_notable()) {
        text.push_str("Only outputs change; no object does.\n");
    } else {
        let unchanged = if unchanged == 0 {
            String::new()
        } else {
            paint(FAINT, format!(" {unchanged} unchanged."))
        };
        let interrupting = interrupting(all);
        writeln!(text, "{}{unchanged}{interrupting}", paint(STRONG, totals)).expect(FITS);
    }
    if !outcome.complete && !outcome.errored() {
        text.push_str("This plan leaves out a part of the configuration, as was asked for.\n");
    }
}

/// How many changes interrupt something: the one figure to look at before saying yes.
fn interrupting(all: &[Change<'_>]) -> String {
    let down = all
        .iter()
        .filter(|change| {
            let in_place = change.verb == Verb::Update
                && matches!(change.step.interruption, Interruption::Brief | Interruption::Downtime);
            in_place || change.verb == Verb::DeleteThenCreate
        })
        .count();
    match down {
        0 => String::new(),
        1 => paint(CHANGE, " 1 change interrupts service."),
        many => paint(CHANGE, format!(" {many} changes interrupt service.")),
    }
}
