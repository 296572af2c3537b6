//! Stopping a run: asked once it drains, asked twice it stops. Signals are caught elsewhere and told here.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// How urgently the run is to end.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Not at all.
    #[default]
    None,
    /// Start nothing new; let what is in flight end.
    Drain,
    /// Stop now. What is in flight is left to the next run, which finds it by the journal.
    Stop,
}

/// A handle by which a run is asked to end. Clones speak of the same run.
#[derive(Clone, Debug)]
pub struct Cancel(Arc<watch::Sender<Urgency>>);

impl Default for Cancel {
    fn default() -> Self {
        Self(Arc::new(watch::channel(Urgency::None).0))
    }
}

impl Cancel {
    /// Asks once more: first to drain, then to stop. Answers what holds now.
    pub fn interrupt(&self) -> Urgency {
        self.raise(match self.urgency() {
            Urgency::None => Urgency::Drain,
            Urgency::Drain | Urgency::Stop => Urgency::Stop,
        })
    }

    /// Asks to drain, however often it is called: what a termination signal means.
    pub fn terminate(&self) -> Urgency {
        self.raise(Urgency::Drain)
    }

    fn raise(&self, to: Urgency) -> Urgency {
        self.0.send_if_modified(|urgency| {
            let raised = to > *urgency;
            *urgency = to.max(*urgency);
            raised
        });
        self.urgency()
    }

    /// How urgent it is now.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        *self.0.borrow()
    }

    /// Ends once it is at least that urgent.
    pub async fn reached(&self, urgency: Urgency) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = receiver.wait_for(|now| *now >= urgency).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn asking_again_makes_it_more_urgent() {
        let cancel = Cancel::default();
        assert_eq!(cancel.urgency(), Urgency::None);
        assert_eq!(cancel.terminate(), Urgency::Drain);
        assert_eq!(cancel.terminate(), Urgency::Drain);
        cancel.reached(Urgency::Drain).await;
        assert_eq!(cancel.interrupt(), Urgency::Stop);
        cancel.reached(Urgency::Stop).await;
    }
}
