//! What a run is doing just now, for those who wait for it.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::engine::{Event, Listener, Subject};
use crate::plan::{Action, StepId};

/// The steps that are under way.
#[derive(Default)]
pub struct Watch(Mutex<BTreeMap<StepId, Subject>>);

impl Listener for Watch {
    fn hear(&self, event: Event) {
        let mut steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::StepStarted { subject } => drop(steps.insert(subject.step, subject)),
            Event::StepFinished { subject, .. } | Event::StepFailed { subject, .. } => {
                steps.remove(&subject.step);
            }
            Event::RunFinished { .. } => steps.clear(),
            _ => {}
        }
    }
}

impl Watch {
    /// What is done with which objects: `creating aws_db_instance.main`.
    #[must_use]
    pub fn doing(&self) -> Vec<String> {
        let steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let doing = steps.values().map(|subject| {
            let word = match subject.action {
                Action::Create => "creating",
                Action::Update => "changing",
                Action::Delete => "deleting",
                Action::Read => "reading",
                Action::Forget | Action::NoOp => "looking at",
            };
            format!("{word} {}", subject.address)
        });
        doing.collect()
    }
}

/// Does work and tells, each time such a period has passed, that it goes on; never where there is no period.
pub async fn telling<T>(
    work: impl Future<Output = T>,
    period: Option<Duration>,
    mut tell: impl FnMut(),
) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(period.unwrap_or_default()), if period.is_some() => tell(),
        }
    }
}
