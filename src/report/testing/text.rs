//! What happens while tests run, as text for people.

use super::summary;
use crate::base::Address;
use crate::config::RunCommand;
use crate::report::paint::{ADD, FAINT, REMOVE, paint};
use crate::report::text as plain;
use crate::testing::{Detail, Event, FileProgress, Status};

/// The text of an event, with its line breaks; none where there is nothing to say.
#[must_use]
pub fn text(event: &Event<'_>) -> Option<String> {
    Some(match event {
        Event::File(file, FileProgress::Starting) => {
            format!("{}... {}\n", file.path, paint(FAINT, "in progress"))
        }
        Event::File(file, FileProgress::TearDown) => {
            format!("{}... {}\n", file.path, paint(FAINT, "tearing down"))
        }
        Event::File(file, FileProgress::Complete(status)) => {
            format!("{}... {}\n", file.path, painted(*status))
        }
        Event::RunGoesOn { run, elapsed, doing, .. } => {
            let what = match doing {
                [] => "looking".to_owned(),
                [first, second, third, rest @ ..] if !rest.is_empty() => {
                    format!("{first}, {second}, {third} and {} more", rest.len())
                }
                all => all.join(", "),
            };
            let note = paint(FAINT, format!("{} s: {what}", elapsed.as_secs()));
            format!("  run \"{run}\"... {note}\n")
        }
        Event::RunDone(_, run) => {
            let detail = run.detail.as_ref().map(shown).unwrap_or_default();
            format!("  run \"{}\"... {}\n{detail}", run.name, painted(run.status))
        }
        Event::Interrupted => {
            "\nInterrupt received: what is under way ends, and what was made is deleted. Interrupt again to stop at \
             once.\n\n"
                .to_owned()
        }
        Event::Done(results) => {
            let (success, rest) = summary(results);
            let word = if success { paint(ADD, "Success!") } else { paint(REMOVE, "Failure!") };
            format!("\n{word} {rest}\n")
        }
        Event::Found(_)
        | Event::FileProblems(..)
        | Event::RunStarted(..)
        | Event::RunTearDown(..)
        | Event::Cleaned { .. } => return None,
    })
}

fn painted(status: Status) -> String {
    let style = match status {
        Status::Pass => ADD,
        Status::Fail | Status::Error => REMOVE,
        Status::Skip => FAINT,
    };
    paint(style, status.shown())
}

/// A plan, or what is live after an apply.
fn shown(detail: &Detail) -> String {
    let text = match detail.command {
        RunCommand::Plan => plain::plan(&detail.outcome),
        RunCommand::Apply => plain::live(&detail.outcome),
    };
    format!("\n{}\n\n", text.trim_matches('\n'))
}

/// What is still there after a file was cleaned up, for people who have to delete it.
#[must_use]
pub fn left(place: &str, left: &[Address]) -> String {
    let list = left.iter().fold(String::new(), |list, address| list + &format!("  - {address}\n"));
    format!(
        "terrace left the following objects behind after executing {place}, and they need to be cleaned up manually:\n\
         {list}"
    )
}
