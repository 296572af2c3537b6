//! Why a step failed, and how that is told.

use std::time::Duration;

use super::journal::JournalError;
use super::look;
use crate::base::{Id, TypeName};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::plan::{Action, Step};
use crate::provider::{Error, ErrorClass, Goal};

/// Why a step failed.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The cloud refused, and will go on refusing.
    Cloud(Box<Error>),
    /// Something else still uses the object; who, as far as the plan tells.
    Used {
        /// The last refusal.
        error: Box<Error>,
        /// Addresses whose objects name it.
        users: Vec<String>,
    },
    /// The name or value is taken by an object that is not the stack's.
    Taken {
        /// The object that has it.
        id: Id,
        /// The stack and address that its tags name.
        owner: Option<String>,
        /// Its type.
        importable: TypeName,
    },
    /// Two or more objects answer to one create.
    Several {
        /// The objects.
        ids: Vec<Id>,
    },
    /// Nobody knows whether the create was done.
    Unsettled(Box<Error>),
    /// The goal was not reached in time; what the object was doing last.
    TimedOut {
        /// What was waited for.
        goal: Goal,
        /// For how long.
        after: Duration,
        /// What the object was doing when last seen.
        last: String,
    },
    /// The object says that it will never be ready.
    Died {
        /// The object.
        id: Id,
        /// Why, in the cloud's words.
        reason: String,
    },
    /// The object is not there although it was made or is to be changed.
    Vanished {
        /// The object.
        id: Id,
    },
    /// A provisioner failed.
    Provision {
        /// What it is called.
        title: String,
        /// Which kind: `local-exec`.
        kind: String,
        /// Why; holds no secret.
        reason: String,
        /// Where it is written.
        at: Span,
    },
    /// The ledger could not be written.
    Journal(JournalError),
    /// The planner's own diagnostics: a condition that does not hold, a value that would have decided otherwise.
    Told(Diagnostics),
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl Failure {
    /// Whether the run had better start nothing new: every further step would fail alike.
    #[must_use]
    pub const fn ends_run(&self) -> bool {
        match self {
            Self::Journal(_) => true,
            Self::Cloud(error) | Self::Unsettled(error) => error.is_shared(),
            _ => false,
        }
    }

    /// Whether saying it of one step says it of all: it names no object.
    #[must_use]
    pub const fn speaks_for_all(&self) -> bool {
        self.ends_run() && !matches!(self, Self::Unsettled(_))
    }

    /// The failure as it is shown, for the step that failed.
    pub fn diagnose(self, step: &Step) -> Diagnostics {
        let diagnostic = match self {
            Self::Told(diagnostics) => return diagnostics,
            Self::Journal(error) => return (*error.0).into(),
            Self::Cloud(error) => cloud(&error, step),
            Self::Used { error, users } => used(&error, &users, step),
            Self::Taken { id, owner, importable } => {
                taken(&id, owner.as_deref(), &importable, step)
            }
            Self::Several { ids } => several(&ids, step),
            Self::Unsettled(error) => Diagnostic::error(
                812,
                "Unknown whether an object was created",
                error.detail_and("The journal remembers the attempt."),
            )
            .help("Run the command again: it looks for the object first and adopts it."),
            Self::TimedOut { goal, after, last } => timed_out(goal, after, &last),
            Self::Died { id, reason } => Diagnostic::error(
                808,
                "The object failed",
                format!("{id} will not become ready: {reason}."),
            )
            .help("The next plan replaces it. Mend what the message names first."),
            Self::Vanished { id } => Diagnostic::error(
                815,
                "The object disappeared",
                format!("{id} is not there. Something else may have deleted it meanwhile."),
            )
            .help("Plan again."),
            Self::Provision { title, kind, reason, at } => {
                Diagnostic::error(813, title, format!("The {kind} provisioner failed: {reason}."))
                    .at(at)
                    .help("The object exists and is marked as tainted: the next plan replaces it.")
            }
        };
        diagnostic.of(&step.address).into()
    }
}

/// What a step does, as a verb.
#[must_use]
pub const fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::Delete => "delete",
        Action::Forget => "forget",
        Action::NoOp => "claim",
    }
}

fn cloud(error: &Error, step: &Step) -> Diagnostic {
    if let Some(diagnostic) = error.diagnostic() {
        return diagnostic.clone();
    }
    let (code, summary, help) = look::told(error).unwrap_or_else(|| match error.class {
        ErrorClass::Quota => {
            let help = "Ask for a higher quota, or delete what is unused.".to_owned();
            (811, "A quota is reached", help)
        }
        ErrorClass::Unsupported => {
            let help = format!("This cloud cannot {} objects of the type.", verb(step.action));
            (816, "Not implemented by this cloud", help)
        }
        ErrorClass::Throttled => {
            let help = "Try again later, or lower -parallelism.".to_owned();
            (818, "Refused for too many calls", help)
        }
        ErrorClass::Dependency | ErrorClass::NotFound => {
            (809, "Something that is needed is missing", "Plan again.".to_owned())
        }
        _ => (801, "The cloud refused", String::new()),
    });
    let diagnostic = Diagnostic::error(code, error.title().unwrap_or(summary), error.detail());
    let help = error.help().map_or(help, str::to_owned);
    if help.is_empty() { diagnostic } else { diagnostic.help(help) }
}

fn used(error: &Error, users: &[String], step: &Step) -> Diagnostic {
    let id = step.object.as_ref().map_or("it", |id| id.as_str());
    let mut detail = format!("{error}.");
    if users.is_empty() {
        detail.push_str(" Nothing in this stack uses it; something outside does.");
    } else {
        let names = users.join(", ");
        detail = format!("{detail} In this stack {names} name{} it.", plural(users));
    }
    Diagnostic::error(821, "The object is still in use", detail)
        .help(format!("Remove what uses {id}, then run the command again."))
}

const fn plural(users: &[String]) -> &'static str {
    if users.len() == 1 { "s" } else { "" }
}

fn taken(id: &Id, owner: Option<&str>, importable: &TypeName, step: &Step) -> Diagnostic {
    let whose = owner.map_or_else(
        || "It carries no tags of a stack".to_owned(),
        |owner| format!("It belongs to {owner}"),
    );
    Diagnostic::error(
        804,
        "The name is taken",
        format!("There is an {importable} already that bears this name or value: {id}. {whose}."),
    )
    .help(format!(
        "To adopt it: terrace import '{}' '{id}'. Otherwise choose another name.",
        step.address
    ))
}

fn several(ids: &[Id], step: &Step) -> Diagnostic {
    let ids: Vec<&str> = ids.iter().map(Id::as_str).collect();
    Diagnostic::error(
        805,
        "Several objects claim one address",
        format!("{} is claimed by {}.", step.address, ids.join(" and ")),
    )
    .help("Delete the one that is not meant, or take its terrace: tags off, then plan again.")
}

fn timed_out(goal: Goal, after: Duration, last: &str) -> Diagnostic {
    let wanted = match goal {
        Goal::Created => "ready",
        Goal::Updated => "ready after the change",
        Goal::Deleted => "gone",
    };
    let detail = format!("After {} seconds it was not {wanted}; last: {last}.", after.as_secs());
    Diagnostic::error(807, "Waited too long", detail)
        .help("Run the command again to go on waiting, or raise the limit in its `timeouts` block.")
}
