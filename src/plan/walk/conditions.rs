//! Conditions: validations of variables, preconditions, postconditions, and assertions of checks.

use super::scope::Place;
use crate::config::Condition;
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::eval;
use crate::plan::CheckStatus;
use crate::value::{Type, Value, convert};

/// What a kind of condition says when it does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Kind {
    Validation,
    Precondition,
    Postcondition,
    OutputPrecondition,
    Assertion,
}

impl Kind {
    const fn summary(self) -> &'static str {
        match self {
            Self::Validation => "Invalid value for variable",
            Self::Precondition => "Resource precondition failed",
            Self::Postcondition => "Resource postcondition failed",
            Self::OutputPrecondition => "Module output value precondition failed",
            Self::Assertion => "Check block assertion failed",
        }
    }

    const fn severity(self) -> Severity {
        match self {
            Self::Assertion => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

/// What conditions came to.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Verdict {
    pub status: CheckStatus,
    pub messages: Vec<String>,
    pub problems: Diagnostics,
}

impl Verdict {
    pub const PASS: Self =
        Self { status: CheckStatus::Pass, messages: Vec::new(), problems: Diagnostics::none() };

    /// Both verdicts together: the worse status.
    pub fn and(mut self, other: Self) -> Self {
        self.status = worse(self.status, other.status);
        self.messages.extend(other.messages);
        self.problems.extend(other.problems);
        self
    }
}

/// The status of two together: an error is worse than a failure, than not knowing, than passing.
pub(in crate::plan) fn worse(a: CheckStatus, b: CheckStatus) -> CheckStatus {
    let rank = |status| match status {
        CheckStatus::Pass => 0,
        CheckStatus::Unknown => 1,
        CheckStatus::Fail => 2,
        CheckStatus::Error => 3,
    };
    if rank(a) >= rank(b) { a } else { b }
}

/// Evaluates conditions one after the other.
pub(in crate::plan) fn judge(place: &Place<'_>, kind: Kind, conditions: &[Condition]) -> Verdict {
    conditions.iter().fold(Verdict::PASS, |all, condition| all.and(one(place, kind, condition)))
}

fn one(place: &Place<'_>, kind: Kind, condition: &Condition) -> Verdict {
    let (value, mut problems) = place.evaluate(&condition.condition);
    let (message, message_problems) = place.evaluate(&condition.error_message);
    problems.extend(message_problems);
    let failed = |problems| Verdict { status: CheckStatus::Error, messages: Vec::new(), problems };
    if problems.has_errors() {
        return failed(problems);
    }
    let invalid = |detail: String| {
        let summary = match kind {
            Kind::Validation => "Invalid variable validation result",
            _ => "Invalid condition result",
        };
        Diagnostic::error(530, summary, detail).at(condition.condition.span)
    };
    let (value, _) = value.unmark();
    if value.is_null() {
        let detail = "Condition expression must return either true or false, not null.";
        problems.push(invalid(detail.into()));
        return failed(problems);
    }
    let value = match convert(&value, &Type::Bool) {
        Ok(value) => value,
        Err(error) => {
            problems
                .push(invalid(format!("Invalid condition result value: {}.", error.with_path())));
            return failed(problems);
        }
    };
    match value.as_bool() {
        Some(true) => Verdict { status: CheckStatus::Pass, messages: Vec::new(), problems },
        None => unknown(place, kind, condition, problems),
        Some(false) => fails(place, kind, condition, &message, problems),
    }
}

fn unknown(
    place: &Place<'_>,
    kind: Kind,
    condition: &Condition,
    mut problems: Diagnostics,
) -> Verdict {
    if kind == Kind::Assertion && !place.state.validating {
        let detail = "The condition could not be evaluated at this time, a result will be known when this plan is \
                      applied.";
        problems.push(
            Diagnostic::warning(531, "Check block assertion known after apply", detail)
                .at(condition.condition.span),
        );
    }
    Verdict { status: CheckStatus::Unknown, messages: Vec::new(), problems }
}

fn fails(
    place: &Place<'_>,
    kind: Kind,
    condition: &Condition,
    message: &Value,
    mut problems: Diagnostics,
) -> Verdict {
    let Some(text) = message_text(kind, condition, message, &mut problems) else {
        return Verdict { status: CheckStatus::Fail, messages: Vec::new(), problems };
    };
    let mut problem = match kind.severity() {
        Severity::Error => Diagnostic::error(532, kind.summary(), text.shown()),
        Severity::Warning => Diagnostic::warning(532, kind.summary(), text.shown()),
    };
    if kind == Kind::Validation {
        problem.detail.push_str(
            "\n\nThis was checked by the validation rule that is declared with the variable.",
        );
    }
    let involved = eval::involved(&condition.condition, place);
    problems.push(problem.at(condition.condition.span).values(involved));
    let messages = text.recorded().into_iter().collect();
    Verdict { status: CheckStatus::Fail, messages, problems }
}

/// What is said of a condition that does not hold.
enum Message {
    /// What the author wrote.
    Written(String),
    /// Why that cannot be shown.
    Withheld(&'static str),
}

impl Message {
    fn shown(&self) -> &str {
        match self {
            Self::Written(text) => text,
            Self::Withheld(reason) => reason,
        }
    }

    /// What is kept with the result of the check.
    fn recorded(self) -> Option<String> {
        match self {
            Self::Written(text) => Some(text),
            Self::Withheld(_) => None,
        }
    }
}

/// The message of a condition that does not hold. None where only the mistake in the message is told.
fn message_text(
    kind: Kind,
    condition: &Condition,
    message: &Value,
    problems: &mut Diagnostics,
) -> Option<Message> {
    const UNAVAILABLE: &str = "Failed to evaluate the condition's error message.";
    const TITLE: &str = "Invalid error message";
    let at = condition.error_message.span;
    let marks = message.deep_marks();
    if marks.is_sensitive() {
        let detail = "The error expression used to explain this condition refers to sensitive values, so its \
                      message cannot be shown.";
        problems.push(
            Diagnostic::warning(533, "Error message refers to sensitive values", detail).at(at),
        );
        return Some(Message::Withheld(
            "The error message included a sensitive value, so it will not be displayed.",
        ));
    }
    if marks.is_ephemeral() {
        const EPHEMERAL: &str = "Error message refers to ephemeral values";
        let detail = "The error expression used to explain this condition refers to ephemeral values, so its \
                      message cannot be shown.";
        problems.push(match kind {
            Kind::Validation => Diagnostic::error(533, EPHEMERAL, detail).at(at),
            _ => Diagnostic::warning(533, EPHEMERAL, detail).at(at),
        });
        return Some(Message::Withheld(
            "The error message included an ephemeral value, so it will not be displayed.",
        ));
    }
    let wrong = |reason: &str| {
        let detail = format!("Unsuitable value for error message: {reason}.");
        Diagnostic::error(533, TITLE, detail).at(at)
    };
    match convert(message, &Type::String) {
        Ok(text) if kind == Kind::Validation && !text.is_known() => {
            problems.push(wrong(
                "expression refers to values that won't be known until the apply phase",
            ));
            return None;
        }
        Ok(text) if kind == Kind::Assertion && text.is_null() => {
            problems.push(wrong("must not be null"));
        }
        Ok(text) => {
            if let Some(text) = text.as_str() {
                return Some(Message::Written(text.trim().into()));
            }
        }
        Err(error) => problems.push(wrong(&error.with_path())),
    }
    Some(Message::Withheld(UNAVAILABLE))
}
