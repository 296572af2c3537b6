//! What is live, as text.

use std::fmt::Write as _;

use super::literal::{line, literal};
use crate::plan::{Action, Outcome, Step};
use crate::report::Veil;
use crate::report::paint::{FAINT, STRONG, paint};
use crate::value::Value;

const FITS: &str = "a String takes everything";

/// Every object of the stack with its attributes, then the outputs.
#[must_use]
pub fn live(outcome: &Outcome) -> String {
    let mut text = String::new();
    for step in &outcome.plan.steps {
        if step.action != Action::Create {
            text.push_str(&object(step));
        }
    }
    let outputs: Vec<_> = outcome
        .outputs
        .iter()
        .filter_map(|(name, one)| Some((name, one.before.as_ref()?, one.sensitive)))
        .collect();
    if !outputs.is_empty() {
        writeln!(text, "{}", paint(STRONG, "Outputs:\n")).expect(FITS);
        for (name, value, sensitive) in outputs {
            let value = if sensitive { "(sensitive value)".into() } else { literal(value, " ", 0) };
            writeln!(text, "{name} = {value}").expect(FITS);
        }
    }
    if text.is_empty() {
        text = paint(FAINT, "The stack owns nothing.\n");
    }
    text
}

/// The live object of a step with its attributes; nothing where there is none.
#[must_use]
pub fn object(step: &Step) -> String {
    let Some(value) = &step.prior else { return String::new() };
    let value = &Veil::of([value]).over(value);
    let resource = &step.address.resource;
    let deposed = if step.deposed { " (left by a replacement)" } else { "" };
    let title = paint(STRONG, format!("# {}{deposed}", step.address));
    let mut text = String::new();
    writeln!(text, "{title}\nresource \"{}\" \"{}\" {{", resource.type_name, resource.name)
        .expect(FITS);
    attributes(value, &mut text);
    text.push_str("}\n\n");
    text
}

fn attributes(value: &Value, text: &mut String) {
    let Some(entries) = value.as_entries() else { return };
    let shown: Vec<_> = entries.iter().filter(|(_, value)| !value.is_null()).collect();
    let width = shown.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in shown {
        let value = literal(value, " ", 4);
        line(text, 4, " ", &format!("{name:width$} = {value}"));
    }
}
