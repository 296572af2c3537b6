//! Telling what happens while it happens: the work sends events, this shows them.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::context::{Context, Voice};
use crate::engine::{Event, Listener};
use crate::plan::StepId;
use crate::report::text;

/// Does the work and shows its events, those of reading and waiting included, as they come.
pub async fn told<T, W: Future<Output = T>>(
    context: &mut Context,
    work: impl FnOnce(Arc<dyn Listener>) -> W,
) -> T {
    let (tell, mut told) = mpsc::unbounded_channel();
    let listener: Arc<dyn Listener> = Arc::new(move |event: Event| {
        // Nobody listens any more once the work is done.
        let _ = tell.send(event);
    });
    let mut work = pin!(work(listener));
    let mut pace = Pace::default();
    loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => show(&event, &mut pace, context),
            done = &mut work => {
                while let Ok(event) = told.try_recv() {
                    show(&event, &mut pace, context);
                }
                return done;
            }
        }
    }
}

/// How often it is said that a step still waits.
const PROGRESS: Duration = Duration::from_secs(10);

/// When each step was last said to be waiting.
#[derive(Default)]
struct Pace(BTreeMap<StepId, Duration>);

impl Pace {
    /// Whether an event is worth a line by now.
    fn is_due(&mut self, event: &Event) -> bool {
        let Event::StepProgress { subject, elapsed, .. } = event else { return true };
        let due = *elapsed >= self.0.get(&subject.step).copied().unwrap_or_default() + PROGRESS;
        if due {
            self.0.insert(subject.step, *elapsed);
        }
        due
    }
}

fn show(event: &Event, pace: &mut Pace, context: &mut Context) {
    if !pace.is_due(event) {
        return;
    }
    match context.voice {
        Voice::Human => {
            if let Some(line) = text::event(event) {
                context.printer.progress(&line);
            }
        }
        Voice::Json => context.tell_if(|lines| lines.event(event)),
    }
}
