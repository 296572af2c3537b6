//! Telling what happens while it happens: the work sends events, this shows them.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::context::{Context, Voice};
use crate::engine::{Event, Listener};
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
    loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => show(&event, context),
            done = &mut work => {
                while let Ok(event) = told.try_recv() {
                    show(&event, context);
                }
                return done;
            }
        }
    }
}

fn show(event: &Event, context: &mut Context) {
    match context.voice {
        Voice::Human => {
            if let Some(line) = text::event(event) {
                context.printer.progress(&line);
            }
        }
        Voice::Json => context.tell_if(|lines| lines.event(event)),
    }
}
