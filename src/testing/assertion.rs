//! Assertions of runs: whether they hold, and what is said when not.

use super::event::Status;
use crate::config::Condition;
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{self, Scope};
use crate::value::{Type, Value, convert};

/// What the assertions of a run came to.
#[derive(Default)]
pub struct Verdict {
    /// The worst of them.
    pub status: Status,
    /// How many did not hold.
    pub failed: usize,
    /// What there is to say.
    pub problems: Diagnostics,
}

/// Judges assertions one after the other.
pub fn judge(asserts: &[Condition], scope: &dyn Scope) -> Verdict {
    let mut verdict = Verdict::default();
    for assert in asserts {
        let status = one(assert, scope, &mut verdict.problems);
        verdict.failed += usize::from(status != Status::Pass);
        verdict.status = verdict.status.max(status);
    }
    verdict
}

fn one(assert: &Condition, scope: &dyn Scope, problems: &mut Diagnostics) -> Status {
    let (value, mut found) = eval::evaluate(&assert.condition, scope);
    let text = message(assert, scope, &mut found);
    let broken = found.has_errors();
    problems.extend(found);
    if broken {
        return Status::Error;
    }
    let at = assert.condition.span;
    let (value, _) = value.unmark();
    if !value.is_known() {
        problems.push(unknown().at(at));
        return Status::Error;
    }
    if value.is_null() {
        let detail = "Condition expression must return either true or false, not null.";
        problems.push(Diagnostic::error(1122, "Invalid condition run", detail).at(at));
        return Status::Error;
    }
    match convert(&value, &Type::Bool).map(|value| value.as_bool()) {
        Ok(Some(true)) => Status::Pass,
        Ok(_) => {
            let mut problem = Diagnostic::error(1120, "Test assertion failed", text).at(at);
            problem.values = eval::involved(&assert.condition, scope);
            problems.push(problem);
            Status::Fail
        }
        Err(error) => {
            let detail = format!("Invalid condition run value: {}.", error.with_path());
            problems.push(Diagnostic::error(1122, "Invalid condition run", detail).at(at));
            Status::Error
        }
    }
}

/// The author's words, as far as they may be shown.
fn message(assert: &Condition, scope: &dyn Scope, problems: &mut Diagnostics) -> String {
    let (value, found) = eval::evaluate(&assert.error_message, scope);
    let broken = found.has_errors();
    problems.extend(found);
    if broken {
        return String::new();
    }
    let at = assert.error_message.span;
    if value.deep_marks().is_sensitive() {
        let detail = "The error expression used to explain this condition refers to sensitive values, so its message \
                      cannot be shown.\n\nYou can correct this by removing references to sensitive values, or by \
                      carefully using the nonsensitive() function if the expression will not reveal the sensitive \
                      data.";
        problems.push(
            Diagnostic::warning(533, "Error message refers to sensitive values", detail).at(at),
        );
        return "The error message included a sensitive value, so it will not be displayed.".into();
    }
    if value.deep_marks().is_ephemeral() {
        return "The error message included an ephemeral value, so it will not be displayed."
            .into();
    }
    match text(&value) {
        Ok(text) => text,
        Err(why) => {
            let detail = format!("Unsuitable value for error message: {why}.");
            problems.push(Diagnostic::error(533, "Invalid error message", detail).at(at));
            String::new()
        }
    }
}

fn text(value: &Value) -> Result<String, String> {
    if value.is_null() {
        return Err("must not be null".into());
    }
    let text = convert(value, &Type::String).map_err(|error| error.with_path())?;
    Ok(text.as_str().map_or_else(
        || "The error message is not known before the plan is applied.".to_owned(),
        |text| text.trim().to_owned(),
    ))
}

fn unknown() -> Diagnostic {
    Diagnostic::error(
        1121,
        "Unknown condition value",
        "Condition expression could not be evaluated at this time. This means you have executed a `run` block with \
         `command = plan` and one of the values your condition depended on is not known until after the plan has been \
         applied. Either remove this value from your condition, or execute an `apply` command from this `run` block. \
         Alternatively, if there is an override for this value, you can make it available during the plan phase by \
         setting `override_during = plan` in the `override_` block.",
    )
}
