//! Ephemeral resources in a run: opened once, before the first step that uses them begins, and closed in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::{Landing, Run};
use crate::base::Address;
use crate::diag::Diagnostics;
use crate::engine::event::{EphemeralAction, Event, Listener, Passage};
use crate::engine::failure::Failure;
use crate::engine::look::{self, Eyes};
use crate::engine::planning::nothing;
use crate::plan::{DataNeed, Step, StepId};
use crate::provider::DataRequest;
use crate::value::Value;

/// What is open, and who waits for what is not.
#[derive(Default)]
pub(super) struct Openings {
    open: Vec<Address>,
    under_way: BTreeSet<Address>,
    failed: BTreeMap<Address, Diagnostics>,
    /// Steps that begin when what is under way is open.
    waiting: BTreeSet<StepId>,
    eyes: Eyes,
}

/// What came of opening one.
pub(super) struct Opened {
    address: Address,
    result: Result<Value, Diagnostics>,
    elapsed: Duration,
}

impl<'a> Run<'a> {
    /// Opens what a step uses. Answers whether the step may begin by now; if not, it begins or fails later.
    pub(super) fn is_open(&mut self, step: &'a Step) -> bool {
        let needs = match self.resolver.openings(step) {
            Ok(needs) if needs.is_empty() => return true,
            Ok(needs) => needs,
            Err(problems) => {
                self.fail(step.id, Failure::Told(problems), None, Duration::ZERO);
                return false;
            }
        };
        let failed = needs.iter().find_map(|need| self.openings.failed.get(&need.address));
        if let Some(problems) = failed.cloned() {
            self.fail(step.id, Failure::Told(problems), None, Duration::ZERO);
            return false;
        }
        self.openings.waiting.insert(step.id);
        for need in needs {
            if self.openings.under_way.insert(need.address.clone()) {
                self.open(step.id, need);
            }
        }
        false
    }

    fn open(&mut self, step: StepId, need: DataNeed) {
        let (shell, eyes) = (self.shell, self.openings.eyes.clone());
        tell(&*shell.listener, &need.address, EphemeralAction::Open, Passage::Started);
        self.flying.push(Box::pin(async move {
            let began = Instant::now();
            let DataNeed { address, scope, config } = need;
            let request = DataRequest { address: address.clone(), scope, config };
            let read = || shell.cloud.read_data(&request);
            let result = match eyes.read(&request.scope.provider, read).await {
                Ok(Some(value)) => Ok(value),
                Ok(None) => Err(Diagnostics::from(nothing(&address))),
                Err(error) => Err(look::diagnose(&error, &address.to_string()).of(&address).into()),
            };
            (step, Landing::Opened(Opened { address, result, elapsed: began.elapsed() }))
        }));
    }

    /// Takes what came of opening one, and lets go on who waited for it.
    pub(super) fn opened(&mut self, opened: Opened) {
        let Opened { address, result, elapsed } = opened;
        self.openings.under_way.remove(&address);
        let result = result.and_then(|value| {
            let problems = self.resolver.opened(&address, &value);
            if problems.has_errors() { Err(problems) } else { Ok(problems) }
        });
        let state = match result {
            Ok(problems) => {
                self.problems.extend(problems);
                self.openings.open.push(address.clone());
                Passage::Finished(elapsed)
            }
            Err(problems) => {
                self.openings.failed.insert(address.clone(), problems);
                Passage::Failed(elapsed)
            }
        };
        tell(&*self.shell.listener, &address, EphemeralAction::Open, state);
        for step in std::mem::take(&mut self.openings.waiting) {
            self.start(step);
        }
    }

    /// Closes what is open: nobody knows the values any more.
    pub(super) fn close_all(&mut self) {
        close(&*self.shell.listener, std::mem::take(&mut self.openings.open));
    }
}

/// Tells that ephemeral resources are closed. Those that there are live nowhere, so that nobody has to be asked.
pub(in crate::engine) fn close(listener: &dyn Listener, open: Vec<Address>) {
    for address in open {
        for state in [Passage::Started, Passage::Finished(Duration::ZERO)] {
            tell(listener, &address, EphemeralAction::Close, state);
        }
    }
}

fn tell(listener: &dyn Listener, address: &Address, action: EphemeralAction, state: Passage) {
    listener.hear(Event::Ephemeral { address: address.clone(), action, state });
}
