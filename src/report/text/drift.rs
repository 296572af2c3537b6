//! What was changed outside, as text: only what the plan follows from, or all of it where it is only looked.

use std::fmt::Write as _;

use super::diff::painted;
use super::literal::literal;
use crate::plan::{Drift, Outcome};
use crate::report::paint::{STRONG, paint};
use crate::value::{AttrPath, PathStep, Value};

/// What a plan that only looked ends with where something was changed outside.
pub(super) const ONLY_LOOKED: &str = "This plan only looks and changes nothing. `terrace plan` shows how the configuration \
                                      would be restored; `terrace apply --refresh-only` takes what is live as known.\n";

const FITS: &str = "a String takes everything";

/// The drift that is relevant; nothing where none is.
pub(super) fn drift(outcome: &Outcome) -> String {
    let is_relevant = |drift: &&Drift| {
        let address = drift.address.to_string();
        outcome.relevant.iter().any(|(resource, _)| *resource == address)
    };
    let relevant: Vec<&Drift> = outcome.drift.iter().filter(is_relevant).collect();
    let mut text = String::new();
    if relevant.is_empty() {
        return text;
    }
    let title = paint(STRONG, "Note: Objects have changed outside of terrace");
    writeln!(text, "{title}\n").expect(FITS);
    for drift in relevant {
        let what = if drift.live.is_some() { "has changed" } else { "has been deleted" };
        let head = paint(STRONG, format!("# {} {what}", drift.address));
        writeln!(text, "  {head}").expect(FITS);
        for path in &drift.paths {
            let live = drift.live.as_ref().map(|live| &live.value);
            let values = format!("{} -> {}", shown(Some(&drift.before), path), shown(live, path));
            writeln!(text, "      {} {path} = {values}", painted("~")).expect(FITS);
        }
    }
    text.push('\n');
    text
}

/// A part of an object; a secret, or a part of one, is not told.
fn shown(object: Option<&Value>, path: &AttrPath) -> String {
    let top = match path.0.first() {
        Some(PathStep::Name(name)) => object.and_then(|object| object.attribute(name)),
        _ => None,
    };
    if top.is_some_and(|top| top.deep_marks().is_sensitive()) {
        return "(sensitive value)".to_owned();
    }
    object
        .and_then(|object| object.at(path))
        .map_or_else(|| "null".to_owned(), |v| literal(v, " ", 6))
}
