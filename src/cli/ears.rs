//! Telling what happens while it happens: the work sends events, this shows them.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::context::{Context, Tempo, Voice};
use super::gauge::Gauge;
use crate::engine::{Event, Listener};
use crate::plan::StepId;
use crate::report::{Purpose, text};

/// Does the work and shows its events, those of reading and waiting included, as they come.
pub async fn told<T, W: Future<Output = T>>(
    purpose: Purpose,
    context: &mut Context,
    work: impl FnOnce(Arc<dyn Listener>) -> W,
) -> T {
    let (tell, mut told) = mpsc::unbounded_channel();
    let listener: Arc<dyn Listener> = Arc::new(move |event: Event| {
        // Nobody listens any more once the work is done.
        let _ = tell.send(event);
    });
    let mut work = pin!(work(listener));
    let mut ears = Ears { purpose, pace: Pace::new(context.tempo), gauge: Gauge::default() };
    let done = loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => ears.hear(&event, context),
            done = &mut work => {
                while let Ok(event) = told.try_recv() {
                    ears.hear(&event, context);
                }
                break done;
            }
        }
    };
    context.printer.live(None);
    done
}

/// What listens.
struct Ears {
    purpose: Purpose,
    pace: Pace,
    gauge: Gauge,
}

impl Ears {
    fn hear(&mut self, event: &Event, context: &mut Context) {
        log(event);
        if context.printer.is_moving() {
            self.gauge.hear(event);
            context.printer.live(self.gauge.line());
        }
        if !self.pace.is_due(event) {
            return;
        }
        match context.voice {
            Voice::Human => {
                if let Some(line) = text::event(event, self.purpose) {
                    context.printer.progress(&line);
                }
            }
            Voice::Json | Voice::Document => context.tell_all(|lines| lines.event(event)),
        }
    }
}

/// Writes an event into the log. What programs print is their own, and may be secret.
fn log(event: &Event) {
    let Ok(text) = serde_json::to_string(event) else { return };
    match event {
        Event::ProvisionOutput { .. } => {}
        Event::StepProgress { .. } | Event::Discovering { .. } => tracing::trace!("{text}"),
        Event::StepFailed { .. } | Event::Throttled { .. } | Event::StepRetrying { .. } => {
            tracing::warn!("{text}");
        }
        _ => tracing::debug!("{text}"),
    }
}

/// How often it is said that a step still waits.
const PROGRESS: Duration = Duration::from_secs(10);
/// When that is said first where time is simulated; then after twice the time, and so on: nobody waits meanwhile.
const SIMULATED: Duration = Duration::from_mins(1);

/// When each step is next said to be waiting.
struct Pace {
    tempo: Tempo,
    next: BTreeMap<StepId, Duration>,
}

impl Pace {
    const fn new(tempo: Tempo) -> Self {
        Self { tempo, next: BTreeMap::new() }
    }

    /// Whether an event is worth a line by now.
    fn is_due(&mut self, event: &Event) -> bool {
        let Event::StepProgress { subject, elapsed, .. } = event else { return true };
        let first = match self.tempo {
            Tempo::Real => PROGRESS,
            Tempo::Simulated => SIMULATED,
        };
        let next = self.next.entry(subject.step).or_insert(first);
        let due = elapsed >= next;
        while due && *next <= *elapsed {
            *next = match self.tempo {
                Tempo::Real => *next + PROGRESS,
                Tempo::Simulated => *next * 2,
            };
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Subject;
    use crate::plan::Action;

    fn due(tempo: Tempo, seconds: &[u64]) -> Vec<u64> {
        let mut pace = Pace::new(tempo);
        let subject = Subject {
            step: StepId(0),
            address: "aws_vpc.a".parse().expect("an address"),
            action: Action::Create,
            deposed: false,
            id: None,
        };
        let mut is_due = |at: u64| {
            let elapsed = Duration::from_secs(at);
            let subject = subject.clone();
            pace.is_due(&Event::StepProgress { subject, state: "pending".into(), elapsed })
        };
        seconds.iter().copied().filter(|at| is_due(*at)).collect()
    }

    #[test]
    fn waiting_is_told_every_ten_seconds_and_more_rarely_in_simulated_time() {
        let seconds: Vec<u64> = (1..=600).step_by(3).collect();
        assert_eq!(due(Tempo::Real, &seconds[..14]), [10, 22, 31, 40]);
        assert_eq!(due(Tempo::Simulated, &seconds), [61, 121, 241, 481]);
        assert_eq!(due(Tempo::Real, &[5, 95, 96, 100]), [95, 100]);
    }
}
