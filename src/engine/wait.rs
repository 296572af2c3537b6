//! Waiting until objects are ready or gone: one poller per type, scope and goal serves everyone who waits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ecow::EcoString;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::failure::Failure;
use super::retry::{self, Call, Verdict};
use super::types::Operation;
use crate::base::{Id, TypeName};
use crate::plan::Scope;
use crate::provider::{Error, ErrorClass, Goal, Poll, PollRequest, Writer};

type Key = (TypeName, Scope, Goal);

/// Told what an object is doing while it is waited for.
pub type Progress = Box<dyn Fn(&EcoString) + Send>;

/// Everyone who waits, by what they wait for.
pub struct Pollers {
    cloud: Arc<dyn Writer>,
    groups: Mutex<BTreeMap<Key, mpsc::UnboundedSender<Waiter>>>,
    /// Dropping the pollers ends their tasks.
    tasks: Mutex<JoinSet<()>>,
}

struct Waiter {
    id: Id,
    began: Instant,
    deadline: Instant,
    timeout: Duration,
    due: Instant,
    interval: Duration,
    longest: Duration,
    last: EcoString,
    progress: Progress,
    answer: oneshot::Sender<Result<(), Failure>>,
}

impl Pollers {
    /// Pollers of a cloud.
    #[must_use]
    pub fn new(cloud: Arc<dyn Writer>) -> Self {
        Self { cloud, groups: Mutex::default(), tasks: Mutex::default() }
    }

    /// Waits until the object has reached the goal.
    ///
    /// # Errors
    /// When the object failed, is gone although it should not be, did not get there within the operation's time, or
    /// the cloud cannot be asked.
    pub async fn reach(
        &self,
        key: Key,
        id: Id,
        operation: &Operation,
        progress: Progress,
    ) -> Result<(), Failure> {
        let (answer, answered) = oneshot::channel();
        let now = Instant::now();
        let first = (operation.typical / 20).clamp(FIRST_LEAST, FIRST_MOST);
        let waiter = Waiter {
            id,
            began: now,
            deadline: now + operation.timeout,
            timeout: operation.timeout,
            due: now + first,
            interval: first,
            longest: (operation.typical / 8).clamp(LONGEST_LEAST, LONGEST_MOST),
            last: EcoString::inline("unknown"),
            progress,
            answer,
        };
        self.enter(key, waiter);
        answered.await.unwrap_or_else(|_| {
            let error = Error::new(ErrorClass::Other, "wait", "waiting was given up");
            Err(Failure::Cloud(Box::new(error)))
        })
    }

    fn enter(&self, key: Key, waiter: Waiter) {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = groups.entry(key).or_insert_with_key(|key| {
            let (sender, arrivals) = mpsc::unbounded_channel();
            let group = Group {
                cloud: self.cloud.clone(),
                key: key.clone(),
                waiters: Vec::new(),
                failing: None,
            };
            self.tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(group.serve(arrivals));
            sender
        });
        // A group ends only with the pollers; were it gone, the waiter's answer would be dropped and tell so.
        let _ = sender.send(waiter);
    }
}

const FIRST_LEAST: Duration = Duration::from_millis(50);
const FIRST_MOST: Duration = Duration::from_secs(1);
const LONGEST_LEAST: Duration = Duration::from_secs(2);
const LONGEST_MOST: Duration = Duration::from_secs(15);

struct Group {
    cloud: Arc<dyn Writer>,
    key: Key,
    waiters: Vec<Waiter>,
    /// How many polls failed one after the other, and when the first did.
    failing: Option<(u32, Instant)>,
}

impl Group {
    async fn serve(mut self, mut arrivals: mpsc::UnboundedReceiver<Waiter>) {
        loop {
            let due = self.waiters.iter().map(|waiter| waiter.due).min();
            let Some(due) = due else {
                match arrivals.recv().await {
                    Some(waiter) => self.waiters.push(waiter),
                    None => return,
                }
                continue;
            };
            tokio::select! {
                biased;
                Some(waiter) = arrivals.recv() => self.waiters.push(waiter),
                () = tokio::time::sleep_until(due) => self.poll().await,
            }
        }
    }

    async fn poll(&mut self) {
        let now = Instant::now();
        self.waiters.retain(|waiter| !waiter.answer.is_closed());
        let (type_name, scope, goal) = self.key.clone();
        let nearly = |waiter: &Waiter| waiter.due <= now + waiter.interval / 4;
        let ids: Vec<Id> =
            self.waiters.iter().filter(|w| nearly(w)).map(|w| w.id.clone()).collect();
        if ids.is_empty() {
            return;
        }
        let request = PollRequest { type_name, scope, ids, goal };
        match self.cloud.poll(&request).await {
            Ok(answers) => {
                self.failing = None;
                self.hear(&request.ids, &answers);
            }
            Err(error) => self.failed(&request.ids, &error),
        }
    }

    fn hear(&mut self, asked: &[Id], answers: &BTreeMap<Id, Poll>) {
        let goal = self.key.2;
        for mut waiter in std::mem::take(&mut self.waiters) {
            if !asked.contains(&waiter.id) {
                self.waiters.push(waiter);
                continue;
            }
            let poll = answers.get(&waiter.id).unwrap_or(&Poll::Gone);
            if let Some(result) = waiter.judge(poll, goal) {
                drop(waiter.answer.send(result));
            } else {
                waiter.postpone(None);
                self.waiters.push(waiter);
            }
        }
    }

    fn failed(&mut self, asked: &[Id], error: &Error) {
        let (before, since) = self.failing.unwrap_or((0, Instant::now()));
        self.failing = Some((before + 1, since));
        let verdict = retry::verdict(error.class, Call::Poll, before + 1, since.elapsed());
        for mut waiter in std::mem::take(&mut self.waiters) {
            let asked = asked.contains(&waiter.id);
            match verdict {
                _ if !asked => self.waiters.push(waiter),
                _ if Instant::now() >= waiter.deadline => {
                    let result = Err(waiter.timed_out(self.key.2));
                    drop(waiter.answer.send(result));
                }
                Verdict::Again(delay) => {
                    waiter.postpone(Some(delay));
                    self.waiters.push(waiter);
                }
                Verdict::Settled | Verdict::Look => {
                    waiter.postpone(None);
                    self.waiters.push(waiter);
                }
                Verdict::Fail => {
                    drop(waiter.answer.send(Err(Failure::Cloud(Box::new(error.clone())))));
                }
            }
        }
    }
}

impl Waiter {
    /// The end of the waiting, if the answer is one.
    fn judge(&mut self, poll: &Poll, goal: Goal) -> Option<Result<(), Failure>> {
        match poll {
            Poll::Ready => return Some(Ok(())),
            Poll::Gone if goal == Goal::Deleted => return Some(Ok(())),
            Poll::Gone if self.began.elapsed() >= retry::CONSISTENCY => {
                return Some(Err(Failure::Vanished { id: self.id.clone() }));
            }
            Poll::Gone => self.last = EcoString::inline("not visible"),
            Poll::Failed(reason) => {
                let (id, reason) = (self.id.clone(), reason.to_string());
                return Some(Err(Failure::Died { id, reason }));
            }
            Poll::Pending(state) => {
                (self.progress)(state);
                self.last = state.clone();
            }
        }
        (Instant::now() >= self.deadline).then(|| Err(self.timed_out(goal)))
    }

    fn timed_out(&self, goal: Goal) -> Failure {
        Failure::TimedOut { goal, after: self.timeout, last: self.last.to_string() }
    }

    fn postpone(&mut self, by: Option<Duration>) {
        let now = Instant::now();
        self.interval = (self.interval.mul_f64(1.6)).min(self.longest);
        let due = now + by.unwrap_or(self.interval);
        self.due = if now < self.deadline { due.min(self.deadline) } else { due };
    }
}
