//! Which step may go on: told what happened, it says what may make its next call. Pure; time is told.
//!
//! Longest remaining path first. A step holds a slot only while it makes a call: one that waits for the cloud gives
//! its slot back and asks again when it has more to send. Steps of the ledger's own objects need no slot at all.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt;
use std::time::Duration;

use ecow::EcoString;

use super::limit::Limits;
use crate::plan::StepId;

/// What a step's calls are limited by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Nothing: it does not leave this machine.
    Free,
    /// A slot, and the tokens of a class of calls.
    Class(EcoString),
}

/// A step as the scheduler sees it.
#[derive(Clone, Debug)]
pub struct Work {
    /// What must be done before; only steps that stand earlier in the list.
    pub after: Vec<StepId>,
    /// How long it usually takes.
    pub typical: Duration,
    /// What its first call is limited by.
    pub lane: Lane,
}

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// This step may make its call.
    Grant(StepId),
    /// Nothing before that time, unless something else happens first.
    At(Duration),
    /// Nothing until something happens.
    Idle,
    /// Every step is done, failed or will never start.
    Finished,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Blocked { by: u32 },
    Queued,
    Running,
    Parked,
    Done,
    Failed,
    Skipped,
}

struct Node {
    state: State,
    started: bool,
    /// Microseconds from its start to the end of everything that waits for it.
    path: u64,
    typical: Duration,
    lane: Lane,
    before: Vec<StepId>,
    after: Vec<StepId>,
}

/// The order of a run.
pub struct Scheduler {
    nodes: Vec<Node>,
    queues: BTreeMap<Lane, BinaryHeap<(u64, Reverse<StepId>)>>,
    limits: Limits,
    slots: usize,
    running: usize,
    open: usize,
    draining: bool,
}

impl Scheduler {
    /// An order for the steps `0..work.len()` with at most `slots` calls at a time.
    #[must_use]
    pub fn new(work: Vec<Work>, slots: usize, limits: Limits) -> Self {
        let mut nodes: Vec<Node> = work.into_iter().map(Node::new).collect();
        for index in 0..nodes.len() {
            let id = step_id(index);
            for before in nodes[index].after.clone() {
                nodes[before.0 as usize].before.push(id);
            }
        }
        for index in (0..nodes.len()).rev() {
            let rest = nodes[index].before.iter().map(|next| nodes[next.0 as usize].path).max();
            let own = u64::try_from(nodes[index].typical.as_micros()).unwrap_or(u64::MAX);
            // One more than the typical time, so that chains of steps that take no time count as well.
            nodes[index].path = own.saturating_add(1).saturating_add(rest.unwrap_or(0));
        }
        let open = nodes.len();
        let mut scheduler = Self {
            nodes,
            queues: BTreeMap::new(),
            limits,
            slots: slots.max(1),
            running: 0,
            open,
            draining: false,
        };
        for index in 0..open {
            if scheduler.nodes[index].state == (State::Blocked { by: 0 }) {
                scheduler.enqueue(step_id(index));
            }
        }
        scheduler
    }

    fn node(&mut self, step: StepId) -> &mut Node {
        &mut self.nodes[step.0 as usize]
    }

    fn enqueue(&mut self, step: StepId) {
        let node = self.node(step);
        node.state = State::Queued;
        let (path, lane) = (node.path, node.lane.clone());
        self.queues.entry(lane).or_default().push((path, Reverse(step)));
    }

    /// What may happen at `now`. A granted step runs until it is told to be parked, finished or failed.
    pub fn next(&mut self, now: Duration) -> Next {
        if self.open == 0 {
            return Next::Finished;
        }
        if let Some(step) = self.pop(&Lane::Free) {
            return Next::Grant(step);
        }
        if self.running >= self.slots {
            return Next::Idle;
        }
        let mut soonest: Option<Duration> = None;
        let mut best: Option<(u64, Reverse<StepId>, Lane)> = None;
        for (lane, queue) in &self.queues {
            let (Lane::Class(class), Some(&(path, step))) = (lane, queue.peek()) else { continue };
            let at = self.limits.available(class, now);
            if at > now {
                soonest = Some(soonest.map_or(at, |other| other.min(at)));
            } else if best.as_ref().is_none_or(|(p, s, _)| (path, step) > (*p, *s)) {
                best = Some((path, step, lane.clone()));
            }
        }
        match (best, soonest) {
            (Some((.., lane)), _) => {
                if let Lane::Class(class) = &lane {
                    self.limits.take(class, now);
                }
                self.running += 1;
                Next::Grant(self.pop(&lane).expect("its head was seen just now"))
            }
            (None, Some(at)) => Next::At(at),
            (None, None) => Next::Idle,
        }
    }

    fn pop(&mut self, lane: &Lane) -> Option<StepId> {
        let (_, Reverse(step)) = self.queues.get_mut(lane)?.pop()?;
        let node = self.node(step);
        node.state = State::Running;
        node.started = true;
        Some(step)
    }

    fn release(&mut self, step: StepId) {
        let node = self.node(step);
        if node.state == State::Running && node.lane != Lane::Free {
            self.running -= 1;
        }
    }

    /// The step made its call and waits: others may use its slot.
    pub fn parked(&mut self, step: StepId) {
        self.release(step);
        self.node(step).state = State::Parked;
    }

    /// A parked step has another call to make, of that class.
    pub fn wants(&mut self, step: StepId, class: &str) {
        self.node(step).lane = Lane::Class(class.into());
        self.enqueue(step);
    }

    /// The step is done: what waited for it may start.
    pub fn finished(&mut self, step: StepId) {
        self.release(step);
        self.node(step).state = State::Done;
        self.open -= 1;
        for next in self.node(step).before.clone() {
            if let State::Blocked { by } = self.node(next).state {
                self.node(next).state = State::Blocked { by: by - 1 };
                if by == 1 && self.draining {
                    self.skip(next);
                } else if by == 1 {
                    self.enqueue(next);
                }
            }
        }
    }

    /// The step failed: answers every step that can therefore never start, in order.
    pub fn failed(&mut self, step: StepId) -> Vec<StepId> {
        self.release(step);
        self.node(step).state = State::Failed;
        self.open -= 1;
        let mut skipped = Vec::new();
        let mut stack = self.node(step).before.clone();
        while let Some(next) = stack.pop() {
            if matches!(self.node(next).state, State::Blocked { .. }) {
                self.skip(next);
                skipped.push(next);
                stack.extend(self.node(next).before.iter().copied());
            }
        }
        skipped.sort_unstable();
        skipped
    }

    fn skip(&mut self, step: StepId) {
        self.node(step).state = State::Skipped;
        self.open -= 1;
    }

    /// Starts nothing new from now on; steps that have begun may go on to their end.
    pub fn drain(&mut self) {
        self.draining = true;
        for queue in self.queues.values_mut() {
            queue.retain(|(_, Reverse(step))| self.nodes[step.0 as usize].started);
        }
        for node in &mut self.nodes {
            let waits = matches!(node.state, State::Blocked { .. } | State::Queued);
            if waits && !node.started {
                node.state = State::Skipped;
                self.open -= 1;
            }
        }
    }

    /// Tells how calls of a class fared.
    pub const fn limits(&mut self) -> &mut Limits {
        &mut self.limits
    }

    /// Steps that have begun and not ended.
    pub fn in_flight(&self) -> impl Iterator<Item = StepId> {
        let flying = |node: &Node| {
            node.started && matches!(node.state, State::Running | State::Parked | State::Queued)
        };
        let numbered = self.nodes.iter().enumerate();
        numbered.filter(move |(_, node)| flying(node)).map(|(index, _)| step_id(index))
    }

    /// Steps that never started.
    pub fn unstarted(&self) -> impl Iterator<Item = StepId> {
        let numbered = self.nodes.iter().enumerate();
        numbered.filter(|(_, node)| !node.started).map(|(index, _)| step_id(index))
    }
}

impl Node {
    fn new(work: Work) -> Self {
        let by = u32::try_from(work.after.len()).unwrap_or(u32::MAX);
        Self {
            state: State::Blocked { by },
            started: false,
            path: 0,
            typical: work.typical,
            lane: work.lane,
            before: Vec::new(),
            after: work.after,
        }
    }
}

fn step_id(index: usize) -> StepId {
    StepId(u32::try_from(index).expect("a plan has fewer than 2^32 steps"))
}

impl fmt::Display for Scheduler {
    /// One line per step, for tests and logs: `2 parked ec2 after 0 1, path 125s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, node) in self.nodes.iter().enumerate() {
            let state = match node.state {
                State::Blocked { .. } => "blocked",
                State::Queued => "queued",
                State::Running => "running",
                State::Parked => "parked",
                State::Done => "done",
                State::Failed => "failed",
                State::Skipped => "skipped",
            };
            write!(f, "{index} {state}")?;
            if let Lane::Class(class) = &node.lane {
                write!(f, " {class}")?;
            }
            for (at, after) in node.after.iter().enumerate() {
                write!(f, "{} {}", if at == 0 { " after" } else { "" }, after.0)?;
            }
            writeln!(f, ", path {}s", Duration::from_micros(node.path).as_secs())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::limit::Rate;
    use super::*;

    fn work(after: &[u32], seconds: u64, class: &str) -> Work {
        Work {
            after: after.iter().copied().map(StepId).collect(),
            typical: Duration::from_secs(seconds),
            lane: if class.is_empty() { Lane::Free } else { Lane::Class(class.into()) },
        }
    }

    fn limits() -> Limits {
        Limits::new([("a".into(), Rate::new(100.0, 10.0)), ("slow".into(), Rate::new(1.0, 0.5))])
    }

    /// Everything that may start at `now`, and what comes after.
    fn grants(scheduler: &mut Scheduler, now: u64) -> (Vec<u32>, Next) {
        let mut steps = Vec::new();
        loop {
            match scheduler.next(Duration::from_secs(now)) {
                Next::Grant(step) => steps.push(step.0),
                other => return (steps, other),
            }
        }
    }

    #[test]
    fn the_longest_path_goes_first() {
        let work = vec![work(&[], 1, "a"), work(&[], 1, "a"), work(&[1], 100, "a")];
        let mut scheduler = Scheduler::new(work, 1, limits());
        assert_eq!(grants(&mut scheduler, 0), (vec![1], Next::Idle));
        scheduler.finished(StepId(1));
        assert_eq!(grants(&mut scheduler, 0), (vec![2], Next::Idle));
        assert_eq!(
            scheduler.to_string(),
            "0 queued a, path 1s\n1 done a, path 101s\n2 running a after 1, path 100s\n"
        );
    }

    #[test]
    fn waiting_holds_no_slot() {
        let mut scheduler = Scheduler::new(vec![work(&[], 9, "a"), work(&[], 5, "a")], 1, limits());
        assert_eq!(grants(&mut scheduler, 0), (vec![0], Next::Idle));
        scheduler.parked(StepId(0));
        assert_eq!(grants(&mut scheduler, 0), (vec![1], Next::Idle));
        scheduler.wants(StepId(0), "a");
        assert_eq!(grants(&mut scheduler, 0), (vec![], Next::Idle));
        scheduler.finished(StepId(1));
        assert_eq!(grants(&mut scheduler, 0), (vec![0], Next::Idle));
        scheduler.finished(StepId(0));
        assert_eq!(scheduler.next(Duration::ZERO), Next::Finished);
    }

    #[test]
    fn free_steps_need_no_slot() {
        let mut scheduler = Scheduler::new(
            vec![work(&[], 1, "a"), work(&[], 0, ""), work(&[], 0, "")],
            1,
            limits(),
        );
        assert_eq!(grants(&mut scheduler, 0), (vec![1, 2, 0], Next::Idle));
    }

    #[test]
    fn an_empty_bucket_holds_up_only_its_own_class() {
        let work = vec![work(&[], 9, "slow"), work(&[], 8, "slow"), work(&[], 1, "a")];
        let mut scheduler = Scheduler::new(work, 10, limits());
        let at = |seconds| Next::At(Duration::from_secs(seconds));
        assert_eq!(grants(&mut scheduler, 0), (vec![0, 2], at(2)));
        assert_eq!(grants(&mut scheduler, 2), (vec![1], Next::Idle));
    }

    #[test]
    fn a_failure_stops_what_depends_on_it_and_nothing_else() {
        let work =
            vec![work(&[], 1, "a"), work(&[0], 1, "a"), work(&[1], 1, "a"), work(&[], 1, "a")];
        let mut scheduler = Scheduler::new(work, 10, limits());
        assert_eq!(grants(&mut scheduler, 0), (vec![0, 3], Next::Idle));
        assert_eq!(scheduler.failed(StepId(0)), [StepId(1), StepId(2)]);
        scheduler.finished(StepId(3));
        assert_eq!(scheduler.next(Duration::ZERO), Next::Finished);
    }

    #[test]
    fn draining_starts_nothing_new_and_lets_the_begun_end() {
        let work = vec![work(&[], 5, "a"), work(&[0], 1, "a"), work(&[], 1, "a")];
        let mut scheduler = Scheduler::new(work, 1, limits());
        assert_eq!(grants(&mut scheduler, 0), (vec![0], Next::Idle));
        scheduler.drain();
        scheduler.parked(StepId(0));
        assert_eq!(grants(&mut scheduler, 0), (vec![], Next::Idle));
        scheduler.wants(StepId(0), "a");
        assert_eq!(grants(&mut scheduler, 0), (vec![0], Next::Idle));
        scheduler.finished(StepId(0));
        assert_eq!(scheduler.next(Duration::ZERO), Next::Finished);
        assert_eq!(scheduler.unstarted().collect::<Vec<_>>(), [StepId(1), StepId(2)]);
    }

    proptest::proptest! {
        /// Any DAG ends, respects its order and never exceeds the slots.
        #[test]
        fn any_order_ends(edges in proptest::collection::vec((0u32..30, 0u32..30), 0..80), slots in 1usize..5) {
            let mut after = vec![Vec::new(); 30];
            for (a, b) in edges {
                let (low, high) = (a.min(b), a.max(b));
                if low != high && !after[high as usize].contains(&StepId(low)) {
                    after[high as usize].push(StepId(low));
                }
            }
            let list = after.iter().map(|after| Work {
                after: after.clone(), typical: Duration::from_secs(1), lane: Lane::Class("a".into()),
            });
            let mut scheduler = Scheduler::new(list.collect(), slots, limits());
            let mut done = Vec::new();
            let mut now = 0;
            loop {
                let (started, next) = grants(&mut scheduler, now);
                proptest::prop_assert!(started.len() <= slots);
                for step in &started {
                    proptest::prop_assert!(after[*step as usize].iter().all(|a| done.contains(a)));
                }
                for step in started {
                    scheduler.finished(StepId(step));
                    done.push(StepId(step));
                }
                match next {
                    Next::Finished => break,
                    Next::At(at) => now = at.as_secs() + 1,
                    _ => {}
                }
            }
            proptest::prop_assert_eq!(done.len(), 30);
        }
    }
}
