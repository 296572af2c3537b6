//! `terrace status`: where the stack stands: phase, objects, lock, last run.

use serde_json::json;

use crate::cli::args::Status;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Outcome};
use crate::cli::ledger::{Files, refused};
use crate::cli::project::Project;
use crate::cli::runtime;
use crate::engine::{Ending, Journal as _};
use crate::ledger::{Access, Ledger, LockInfo, RunRecord};
use crate::report::paint::{CHANGE, FAINT, STRONG, paint};
use crate::world::{host_name, is_alive};

/// What is known of a stack without asking a cloud.
struct Standing {
    stack: String,
    phase: Option<String>,
    ladder: Vec<String>,
    objects: usize,
    unfinished: usize,
    lock: Option<LockInfo>,
    /// Whether its holder is gone.
    is_left: bool,
    last: Option<RunRecord>,
}

/// Prints what the ledger knows.
pub fn run(args: &Status, context: &mut Context) -> Outcome {
    let project = Project::load(context);
    context.report(&project.problems, &project.sources);
    let files = Files::of(&project.config, context)?;
    let standing = runtime::block_on(async {
        let lock = Ledger::lock(&files.store).await.map_err(|error| refused(&error, context))?;
        let ledger = files.open(&project.config.stack.name, Access::Look, context).await?;
        let unfinished = ledger.unfinished().map_err(|error| {
            context.report(&(*error.0).into(), &project.sources);
            CommandError::reported()
        })?;
        let history = ledger.history().await.map_err(|error| refused(&error, context))?;
        let (lock, now) = (lock.filter(|lock| !lock.released), context.world.clock.now());
        Ok(Standing {
            stack: project.config.stack.name.to_string(),
            phase: ledger.phase().map(|phase| phase.to_string()),
            ladder: project.config.phase_names().map(ToString::to_string).collect(),
            objects: ledger.object_count(),
            unfinished: unfinished.len(),
            is_left: lock.as_ref().is_some_and(|lock| lock.is_left(&host_name(), &is_alive, now)),
            lock,
            last: history.last().cloned(),
        })
    })?;
    if args.json {
        let document = standing.document();
        context.printer.line(&format!("{document:#}"));
    } else {
        context.printer.print(&standing.text());
    }
    Ok(Exit::Success)
}

impl Standing {
    fn text(&self) -> String {
        let mut lines = vec![format!("stack      {}", paint(STRONG, &self.stack))];
        if !self.ladder.is_empty() {
            let current = self.phase.as_deref();
            let steps = self.ladder.iter().map(|name| match current {
                Some(phase) if phase == name => paint(STRONG, format!("[{name}]")),
                _ => name.clone(),
            });
            let none =
                if current.is_none() { paint(FAINT, " (none applied yet)") } else { String::new() };
            lines.push(format!("phase      {}{none}", steps.collect::<Vec<_>>().join(" → ")));
        }
        lines.push(format!("objects    {}", self.objects));
        if self.unfinished > 0 {
            let note = format!("{} creates of an interrupted run", self.unfinished);
            lines.push(format!("unfinished {}", paint(CHANGE, note)));
        }
        if let Some(last) = &self.last {
            let counts = last.counts;
            let ending = match last.ending {
                Ending::Complete => "complete",
                Ending::Failed => "failed",
                Ending::Interrupted => "interrupted",
            };
            let (added, changed, destroyed) = (counts.added, counts.changed, counts.destroyed);
            let what = format!("{added} added, {changed} changed, {destroyed} destroyed");
            lines.push(format!(
                "last run   {} by {} at {:.0}: {what} ({ending})",
                last.command, last.who, last.ended,
            ));
        }
        lines.push(match &self.lock {
            Some(lock) if self.is_left => paint(
                CHANGE,
                format!(
                    "lock       left by {}@{}, last heard of at {} ({}); the next run takes it over",
                    lock.user, lock.host, lock.heartbeat, lock.command
                ),
            ),
            Some(lock) => paint(
                CHANGE,
                format!(
                    "lock       held by {}@{} since {} ({}); id {}",
                    lock.user, lock.host, lock.since, lock.command, lock.id
                ),
            ),
            None => "lock       free".to_owned(),
        });
        lines.join("\n") + "\n"
    }

    fn document(&self) -> serde_json::Value {
        json!({
            "stack": self.stack,
            "phase": self.phase,
            "phases": self.ladder,
            "objects": self.objects,
            "unfinished": self.unfinished,
            "lock": self.lock,
            "last_run": self.last,
        })
    }
}
