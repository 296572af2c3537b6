//! What happens in a run, a line each.

use std::time::Duration;

use crate::base::Address;
use crate::engine::{Counts, Ending, EphemeralAction, Event, Passage, Subject, Urgency};
use crate::report::Purpose;
use crate::report::paint::{ADD, CHANGE, FAINT, REMOVE, STRONG, paint};
use crate::report::wording::{doing, noun, opening};

/// The line for an event; none where it is not worth one.
#[must_use]
pub fn event(event: &Event, purpose: Purpose) -> Option<String> {
    Some(match event {
        Event::Discovering { .. }
        | Event::Refreshed { .. }
        | Event::ReadStarted { .. }
        | Event::ReadFinished { .. }
        | Event::RunStarted { .. }
        | Event::StepSkipped { .. }
        | Event::ProvisionFinished { .. }
        | Event::ProvisionFailed { .. } => return None,
        Event::Ephemeral { address, action, state } => ephemeral(address, *action, *state),
        Event::Reading { addresses } => match addresses.as_slice() {
            [one] => format!("{one}: Reading..."),
            all => format!("Reading {} data sources...", all.len()),
        },
        Event::Recovered { address, id: Some(id) } => {
            format!("{address}: Found {id}, which an interrupted run had made")
        }
        Event::Recovered { address, id: None } => {
            format!("{address}: An interrupted run had made nothing")
        }
        Event::StepStarted { subject } => {
            format!("{}: {}...{}", name(subject), doing(subject.action), id(subject))
        }
        Event::StepProgress { subject, state, elapsed } => format!(
            "{}: Still {}... [{} elapsed, {state}]",
            name(subject),
            doing(subject.action).to_lowercase(),
            duration(*elapsed)
        ),
        Event::StepRetrying { subject, reason, delay } => {
            format!("{}: Again in {}: {reason}", name(subject), duration(*delay))
        }
        Event::StepFinished { subject, elapsed } => {
            let done = paint(ADD, format!("{} complete", noun(subject.action)));
            format!("{}: {done} after {}{}", name(subject), duration(*elapsed), id(subject))
        }
        Event::StepFailed { subject, elapsed, summary } => {
            let failed = paint(REMOVE, format!("{} failed", noun(subject.action)));
            format!("{}: {failed} after {}: {summary}", name(subject), duration(*elapsed))
        }
        Event::ProvisionStarted { subject, kind } => {
            format!("{}: Provisioning with '{kind}'...", name(subject))
        }
        Event::ProvisionOutput { subject, line } => format!("{}: {line}", name(subject)),
        Event::Throttled { class } => {
            paint(FAINT, format!("AWS asks for fewer {class} calls; slowing down"))
        }
        Event::Interrupted { urgency: Urgency::Stop, in_flight } => paint(
            CHANGE,
            format!(
                "Stopping now. {in_flight} operations are left to the next run, which will find them."
            ),
        ),
        Event::Interrupted { in_flight, .. } => paint(
            CHANGE,
            format!(
                "Nothing new is started; waiting for {in_flight} operations. Interrupt again to stop now."
            ),
        ),
        Event::RunFinished { ending: Ending::Complete, .. } if purpose == Purpose::Refresh => {
            return None;
        }
        Event::RunFinished { ending, counts, elapsed } => {
            finished(purpose, *ending, *counts, *elapsed)
        }
    })
}

/// What is done with an ephemeral resource.
fn ephemeral(address: &Address, action: EphemeralAction, state: Passage) -> String {
    let (name, verb) = (paint(STRONG, address), opening(action));
    match state {
        Passage::Started => format!("{name}: {verb}..."),
        Passage::Finished(elapsed) => {
            format!(
                "{name}: {} after {}",
                paint(ADD, format!("{verb} complete")),
                duration(elapsed)
            )
        }
        Passage::Failed(elapsed) => {
            format!(
                "{name}: {} after {}",
                paint(REMOVE, format!("{verb} failed")),
                duration(elapsed)
            )
        }
    }
}

/// The last line of a run.
fn finished(purpose: Purpose, ending: Ending, counts: Counts, elapsed: Duration) -> String {
    let (what, mut objects) = match purpose {
        Purpose::Destroy if counts.added + counts.changed == 0 => {
            ("Destroy", format!("{} destroyed", counts.destroyed))
        }
        _ => {
            let Counts { added, changed, destroyed, .. } = counts;
            ("Apply", format!("{added} added, {changed} changed, {destroyed} destroyed"))
        }
    };
    if counts.imported > 0 {
        objects = format!("{} imported, {objects}", counts.imported);
    }
    if counts.forgotten > 0 {
        objects = format!("{objects}, {} forgotten", counts.forgotten);
    }
    let took = paint(FAINT, format!(" ({})", duration(elapsed)));
    match ending {
        Ending::Complete => {
            let done = paint(ADD, format!("{what} complete! Resources: {objects}."));
            format!("\n{}{took}", paint(STRONG, done))
        }
        Ending::Failed => {
            let failed = paint(REMOVE, format!("{what} failed."));
            format!("\n{failed} Resources: {objects}.{took}")
        }
        Ending::Interrupted => {
            let interrupted = paint(CHANGE, format!("{what} interrupted."));
            format!("\n{interrupted} Resources: {objects}.{took}")
        }
    }
}

fn name(subject: &Subject) -> String {
    let deposed = if subject.deposed { " (replaced)" } else { "" };
    paint(STRONG, format!("{}{deposed}", subject.address))
}

fn id(subject: &Subject) -> String {
    subject.id.as_ref().map(|id| paint(FAINT, format!(" [id={id}]"))).unwrap_or_default()
}

/// `1m30s`; tenths below ten seconds.
#[must_use]
pub fn duration(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) if seconds < 10 => format!("{:.1}s", elapsed.as_secs_f64()),
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds:02}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes:02}m{seconds:02}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        let check = |milliseconds, expect| {
            assert_eq!(duration(Duration::from_millis(milliseconds)), expect);
        };
        check(0, "0.0s");
        check(1_250, "1.2s");
        check(59_000, "59s");
        check(61_000, "1m01s");
        check(3_661_000, "1h01m01s");
    }
}
