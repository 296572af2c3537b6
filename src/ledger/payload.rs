//! Values as the ledger writes them: with their types and marks, sealed where they are sensitive.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::error::LedgerError;
use super::seal::Sealer;
use crate::value::json::{from_json_as, to_json};
use crate::value::{AttrPath, Marks, PathStep, Type, Value};

/// When a value is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// Where a part of it is marked as sensitive.
    AsMarked,
    /// In any case.
    Always,
}

/// A value in text form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    /// The value with its type, as JSON; absent where it is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Where it is sensitive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sensitive: Vec<Vec<Step>>,
    /// The value, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
}

/// A step of a path.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    Name(EcoString),
    Index(usize),
}

impl Payload {
    /// No value yet.
    pub(super) const fn empty() -> Self {
        Self { value: None, sensitive: Vec::new(), sealed: None }
    }

    /// A value in text form; `context` says whose it is.
    pub(super) fn new(
        value: &Value,
        secrecy: Secrecy,
        sealer: &Sealer,
        context: &str,
    ) -> Result<Self, LedgerError> {
        let secret = secrecy == Secrecy::Always || value.deep_marks().is_sensitive();
        let (plain, marks) = value.clone().unmark_deep_with_paths();
        let text = to_json(&plain, &Type::Dynamic).ok_or_else(|| {
            LedgerError::Sealed(format!("the value of {context} is not wholly known"))
        })?;
        let sensitive = marks
            .into_iter()
            .filter(|(_, marks)| marks.is_sensitive())
            .map(|(path, _)| steps(&path));
        let sensitive = sensitive.collect();
        if secret {
            let text = sealer.seal(&text, context)?;
            return Ok(Self { value: None, sensitive, sealed: Some(text) });
        }
        Ok(Self { value: Some(text), sensitive, sealed: None })
    }

    /// The value, with its marks.
    pub(super) fn open(&self, sealer: &Sealer, context: &str) -> Result<Value, LedgerError> {
        let damaged = |reason: String| LedgerError::Sealed(format!("{context}: {reason}"));
        let value = match (&self.value, &self.sealed) {
            (Some(text), _) => from_json_as(text, &Type::Dynamic),
            (None, Some(text)) => from_json_as(&sealer.open(text, context)?, &Type::Dynamic),
            (None, None) => return Err(damaged("the value is missing".to_owned())),
        };
        let value = value.map_err(|error| damaged(error.to_string()))?;
        let marks: Vec<(AttrPath, Marks)> =
            self.sensitive.iter().map(|steps| (path(steps), Marks::SENSITIVE)).collect();
        Ok(if marks.is_empty() { value } else { value.mark_at_paths(&marks) })
    }
}

/// The path as far as it can be written: an element of a set cannot be named without telling it, so that the whole
/// set counts as sensitive.
fn steps(path: &AttrPath) -> Vec<Step> {
    let step = |step: &PathStep| match step {
        PathStep::Name(name) => Some(Step::Name(name.clone())),
        PathStep::Index(index) => Some(Step::Index(*index)),
        PathStep::Element(_) => None,
    };
    path.0.iter().map_while(step).collect()
}

fn path(steps: &[Step]) -> AttrPath {
    let step = |step: &Step| match step {
        Step::Name(name) => PathStep::Name(name.clone()),
        Step::Index(index) => PathStep::Index(*index),
    };
    AttrPath(steps.iter().map(step).collect())
}
