//! What happens in a run, as lines of the machine-readable UI.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::ui::{Lines, resource};
use crate::base::{Address, Id};
use crate::engine::{EphemeralAction, Event, Passage, Subject};
use crate::plan::Action;
use crate::report::wording::{doing, noun, opening};

/// A line about one object: its type, what is said to people, and the fields beside the object.
struct Hook<'a> {
    kind: &'static str,
    address: &'a Address,
    message: String,
    fields: Map<String, Json>,
}

impl<'a> Hook<'a> {
    /// A line about an object, of which `message` says something.
    fn new(kind: &'static str, address: &'a Address, message: &str) -> Self {
        let message = format!("{address}: {message}");
        Self { kind, address, message, fields: Map::new() }
    }

    fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.fields.insert(name.into(), value.into());
        self
    }

    fn took(self, elapsed: Duration) -> Self {
        self.with("elapsed_seconds", elapsed.as_secs())
    }

    /// By what the object is told apart.
    fn identified(mut self, id: Option<(&str, &str)>) -> Self {
        if let Some((key, value)) = id {
            self.fields.insert("id_key".into(), key.into());
            self.fields.insert("id_value".into(), value.into());
        }
        self
    }

    fn line(mut self, lines: &Lines<'_>) -> String {
        self.fields.insert("resource".into(), resource(self.address));
        lines.line("info", &self.message, self.kind, json!({"hook": self.fields}))
    }
}

impl Lines<'_> {
    /// Something that happens in a run; nothing where the format has no word for it.
    #[must_use]
    pub fn event(&self, event: &Event) -> Vec<String> {
        match event {
            Event::Refreshed { objects } => objects
                .iter()
                .flat_map(|(address, id)| refreshed(address, id))
                .map(|hook| hook.line(self))
                .collect(),
            other => one(other).map(|hook| hook.line(self)).into_iter().collect(),
        }
    }
}

fn one(event: &Event) -> Option<Hook<'_>> {
    Some(match event {
        Event::StepStarted { subject }
        | Event::StepProgress { subject, .. }
        | Event::StepFinished { subject, .. }
        | Event::StepFailed { subject, .. } => return step(event, subject),
        Event::ReadStarted { address } => {
            Hook::new("apply_start", address, "Refreshing...").with("action", "read")
        }
        Event::ReadFinished { address, elapsed, id } => {
            let shown = id.as_ref().map(|(key, value)| format!(" [{key}={value}]"));
            let message = format!(
                "Refresh complete after {}s{}",
                elapsed.as_secs(),
                shown.unwrap_or_default()
            );
            Hook::new("apply_complete", address, &message)
                .with("action", "read")
                .took(*elapsed)
                .identified(id.as_ref().map(|(key, value)| (key.as_str(), value.as_str())))
        }
        Event::Ephemeral { address, action, state } => ephemeral(address, *action, *state),
        Event::ProvisionStarted { subject, kind } => {
            let message = format!("Provisioning with '{kind}'...");
            provision("provision_start", subject, &message, kind)
        }
        Event::ProvisionOutput { subject, line } => {
            let message = format!("(local-exec): {line}");
            provision("provision_progress", subject, &message, "local-exec")
                .with("output", line.as_str())
        }
        Event::ProvisionFinished { subject, kind } => {
            let message = format!("({kind}) Provisioning complete");
            provision("provision_complete", subject, &message, kind)
        }
        Event::ProvisionFailed { subject, kind } => {
            let message = format!("({kind}) Provisioning errored");
            provision("provision_errored", subject, &message, kind)
        }
        _ => return None,
    })
}

/// Two lines: lists tell of an object only once it was looked at.
fn refreshed<'a>(address: &'a Address, id: &'a Id) -> [Hook<'a>; 2] {
    [("refresh_start", "Refreshing state..."), ("refresh_complete", "Refresh complete")].map(
        |(kind, message)| {
            Hook::new(kind, address, &format!("{message} [id={id}]"))
                .identified(Some(("id", id.as_str())))
        },
    )
}

/// What becomes of a step. That an object is given up is told by the plan alone.
fn step<'a>(event: &Event, subject: &'a Subject) -> Option<Hook<'a>> {
    if subject.action == Action::Forget {
        return None;
    }
    let address = &subject.address;
    let is_read = subject.action == Action::Read;
    let doing = if is_read { "Refreshing" } else { doing(subject.action) };
    let noun = if is_read { "Refresh" } else { noun(subject.action) };
    let hook = match event {
        Event::StepStarted { .. } => {
            let message = format!("{doing}...{}", id_of(subject));
            Hook::new("apply_start", address, &message).identified(identity(subject))
        }
        Event::StepProgress { state, elapsed, .. } => {
            let seconds = elapsed.as_secs();
            let message = format!("Still {}... [{seconds}s elapsed]", doing.to_lowercase());
            let hook = Hook::new("apply_progress", address, &message).identified(identity(subject));
            hook.took(*elapsed).with("state", state.as_str())
        }
        Event::StepFinished { elapsed, .. } => {
            let is_gone = subject.action == Action::Delete;
            let id = if is_gone { String::new() } else { id_of(subject) };
            let message = format!("{noun} complete after {}s{id}", elapsed.as_secs());
            let known = identity(subject).filter(|_| !is_gone);
            Hook::new("apply_complete", address, &message).identified(known).took(*elapsed)
        }
        Event::StepFailed { elapsed, .. } => {
            let message = format!("{noun} errored after {}s", elapsed.as_secs());
            Hook::new("apply_errored", address, &message).took(*elapsed)
        }
        _ => return None,
    };
    Some(hook.with("action", action(subject.action)))
}

fn ephemeral(address: &Address, action: EphemeralAction, state: Passage) -> Hook<'_> {
    let verb = opening(action);
    let hook = match state {
        Passage::Started => Hook::new("ephemeral_op_start", address, &format!("{verb}...")),
        Passage::Finished(elapsed) => {
            let message = format!("{verb} complete after {}s", elapsed.as_secs());
            Hook::new("ephemeral_op_complete", address, &message).took(elapsed)
        }
        Passage::Failed(elapsed) => {
            let message = format!("{verb} errored after {}s", elapsed.as_secs());
            Hook::new("ephemeral_op_errored", address, &message).took(elapsed)
        }
    };
    hook.with(
        "action",
        match action {
            EphemeralAction::Open => "open",
            EphemeralAction::Close => "close",
        },
    )
}

fn provision<'a>(
    kind: &'static str,
    subject: &'a Subject,
    message: &str,
    provisioner: &str,
) -> Hook<'a> {
    Hook::new(kind, &subject.address, message).with("provisioner", provisioner)
}

const fn action(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::Delete => "delete",
        Action::Forget => "remove",
        Action::NoOp => "noop",
    }
}

fn identity(subject: &Subject) -> Option<(&str, &str)> {
    subject.id.as_ref().map(|id| ("id", id.as_str()))
}

/// The id of the object that a step is about, as it stands at the end of a message.
fn id_of(subject: &Subject) -> String {
    subject.id.as_ref().map_or_else(String::new, |id| format!(" [id={id}]"))
}
