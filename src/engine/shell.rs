//! What every step of a run shares, and how a step makes its calls: with a slot, within the limits, tried again as
//! the retry policy says.

use std::sync::Arc;
use std::time::Duration;

use ecow::EcoString;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::event::{Event, Listener, Subject};
use super::failure::Failure;
use super::journal::Journal;
use super::retry::{self, Call, Verdict};
use super::types::{Facts, Home, Operation, Types};
use super::wait::Pollers;
use crate::base::{Address, Id, StackName};
use crate::plan::{Live, Step, StepId};
use crate::provider::{Error, ErrorClass, Future, Goal, Poll, PollRequest, ReadRequest, Writer};
use crate::value::Value;
use crate::world::Processes;

/// What steps tell the dispatcher.
pub(super) enum Tell {
    /// The step's call is over; it waits.
    Parked(StepId),
    /// The step has another call to make, of that class.
    Wants(StepId, EcoString, oneshot::Sender<()>),
    /// A call of the class was refused for its frequency.
    Throttled(EcoString),
    /// A call of the class passed.
    Passed(EcoString),
}

/// What every step of a run shares.
pub(super) struct Shell {
    pub cloud: Arc<dyn Writer>,
    pub journal: Arc<dyn Journal>,
    pub types: Arc<dyn Types>,
    pub listener: Arc<dyn Listener>,
    pub pollers: Pollers,
    pub stack: StackName,
    /// Live values by address, to say who names an object.
    pub names: Vec<(Address, Value)>,
    pub processes: Arc<dyn Processes>,
    pub tell: mpsc::UnboundedSender<Tell>,
}

impl Shell {
    /// Addresses of other objects whose values name the object's id.
    pub fn users_of(&self, id: &Id, own: &Address) -> Vec<String> {
        let named = self.names.iter().filter(|(_, value)| mentions(value, id.as_str()));
        named.filter(|(user, _)| user != own).map(|(user, _)| user.to_string()).collect()
    }
}

fn mentions(value: &Value, text: &str) -> bool {
    value.as_str() == Some(text) || value.children().any(|child| mentions(child, text))
}

/// What became of a call that may have to be followed by a look.
pub(super) enum Answer<T> {
    /// It was done.
    Got(T),
    /// What was wanted is so already.
    Settled,
    /// Look first. Whether this or an earlier attempt may have done it.
    Look { error: Box<Error>, unsure: bool },
}

/// One step under way.
pub(super) struct Task<'a> {
    pub shell: &'a Shell,
    pub step: &'a Step,
    pub facts: Facts,
    began: Instant,
    /// Whether the step was granted a call that it has not made yet.
    granted: bool,
    /// The id of the object that the step makes, once it is known.
    pub made: Option<Id>,
}

impl<'a> Task<'a> {
    /// A step that was just granted its first call.
    pub fn new(shell: &'a Shell, step: &'a Step) -> Self {
        let mut facts = shell.types.facts(step.address.type_name());
        facts.limit(step.planned.as_ref().or(step.prior.as_ref()));
        Self { shell, step, facts, began: Instant::now(), granted: true, made: None }
    }

    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub fn subject(&self) -> Subject {
        subject(self.step, self.made.as_ref())
    }

    pub fn hear(&self, event: Event) {
        self.shell.listener.hear(event);
    }

    /// Waits for the turn to make a call of a class.
    async fn turn(&mut self, class: &EcoString) {
        if std::mem::take(&mut self.granted) || self.facts.home == Home::Ledger {
            return;
        }
        let (granted, turn) = oneshot::channel();
        // The dispatcher lives as long as its steps.
        let _ = self.shell.tell.send(Tell::Wants(self.step.id, class.clone(), granted));
        let _ = turn.await;
    }

    fn park(&self) {
        if self.facts.home != Home::Ledger {
            let _ = self.shell.tell.send(Tell::Parked(self.step.id));
        }
    }

    /// Makes a call as often as the retry policy allows.
    pub async fn call<'c, T>(
        &mut self,
        call: Call,
        class: &EcoString,
        make: impl Fn() -> Future<'c, T>,
    ) -> Result<Answer<T>, CallFailure> {
        let first = Instant::now();
        let mut unsure = false;
        for attempt in 1.. {
            self.turn(class).await;
            let result = make().await;
            self.park();
            let error = match result {
                Ok(value) => {
                    let _ = self.shell.tell.send(Tell::Passed(class.clone()));
                    return Ok(Answer::Got(value));
                }
                Err(error) => error,
            };
            unsure |= matches!(error.class, ErrorClass::Ambiguous | ErrorClass::Unreachable);
            if error.class == ErrorClass::Throttled {
                let _ = self.shell.tell.send(Tell::Throttled(class.clone()));
            }
            match retry::verdict(error.class, call, attempt, first.elapsed()) {
                Verdict::Again(delay) => self.pause(delay, &error).await,
                Verdict::Look => return Ok(Answer::Look { error: Box::new(error), unsure }),
                Verdict::Settled => return Ok(Answer::Settled),
                Verdict::Fail => return Err(CallFailure { error: Box::new(error), unsure }),
            }
        }
        unreachable!("the policy ends every series of attempts")
    }

    async fn pause(&self, delay: Duration, error: &Error) {
        let delay = delay.mul_f64(self.jitter());
        let reason = error.message.as_str().into();
        self.hear(Event::StepRetrying { subject: self.subject(), reason, delay });
        tokio::time::sleep(delay).await;
    }

    /// Between 0.75 and 1.25, always the same for a step: enough to keep steps from retrying in step.
    fn jitter(&self) -> f64 {
        let spread = self.step.id.0.wrapping_mul(2_654_435_761) >> 22;
        0.75 + f64::from(spread) / 2048.0
    }

    /// The object as it is now; looked for again for a while if it was only just made.
    pub async fn read_back(&mut self, id: &Id) -> Result<Live, Failure> {
        let request = ReadRequest {
            type_name: self.step.address.type_name().clone(),
            scope: self.step.scope.clone(),
            id: id.clone(),
        };
        let (class, first) = (self.facts.read_class.clone(), Instant::now());
        let shell = self.shell;
        for attempt in 1.. {
            let answer = self.call(Call::Read, &class, || shell.cloud.read(&request)).await?;
            if let Answer::Got(Some(live)) = answer {
                return Ok(live);
            }
            if first.elapsed() >= retry::CONSISTENCY {
                break;
            }
            tokio::time::sleep(retry::backoff(attempt)).await;
        }
        Err(Failure::Vanished { id: id.clone() })
    }

    /// Waits until the object has reached the goal.
    pub async fn reach(&self, goal: Goal, id: &Id) -> Result<(), Failure> {
        // The ledger's own objects are nearly always ready at once.
        if self.facts.home == Home::Ledger && self.is_reached(goal, id).await? {
            return Ok(());
        }
        let operation: &Operation = match goal {
            Goal::Created => &self.facts.create,
            Goal::Updated => &self.facts.update,
            Goal::Deleted => &self.facts.delete,
        };
        if operation.timeout.is_zero() {
            return Ok(());
        }
        let (listener, subject) = (self.shell.listener.clone(), self.subject());
        let began = self.began;
        let progress = Box::new(move |state: &EcoString| {
            let (subject, state) = (subject.clone(), state.clone());
            listener.hear(Event::StepProgress { subject, state, elapsed: began.elapsed() });
        });
        let key = (self.step.address.type_name().clone(), self.step.scope.clone(), goal);
        self.shell.pollers.reach(key, id.clone(), operation, progress).await
    }
}

impl Task<'_> {
    async fn is_reached(&self, goal: Goal, id: &Id) -> Result<bool, Failure> {
        let request = PollRequest {
            type_name: self.step.address.type_name().clone(),
            scope: self.step.scope.clone(),
            ids: vec![id.clone()],
            goal,
        };
        let answers =
            self.shell.cloud.poll(&request).await.map_err(Box::new).map_err(Failure::Cloud)?;
        Ok(matches!(answers.get(id), Some(Poll::Ready | Poll::Gone)))
    }
}

/// A call that will not be made again.
pub(super) struct CallFailure {
    pub error: Box<Error>,
    /// Whether an attempt may have been done all the same.
    pub unsure: bool,
}

impl From<CallFailure> for Failure {
    fn from(failure: CallFailure) -> Self {
        Self::Cloud(failure.error)
    }
}

/// What a step is about, for people.
pub(super) fn subject(step: &Step, made: Option<&Id>) -> Subject {
    Subject {
        step: step.id,
        address: step.address.clone(),
        action: step.action,
        deposed: step.deposed,
        id: made.or(step.object.as_ref()).cloned(),
    }
}
