//! The apply: the scheduler decides, this shell carries out. One task dispatches; steps are futures that it polls.

pub(super) mod opening;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use self::opening::{Opened, Openings};
use super::cancel::{Cancel, Urgency};
use super::event::{Counts, Ending, Event, Listener};
use super::failure::Failure;
use super::journal::{Entry, Journal};
use super::limit::Limits;
use super::look::add_once;
use super::scheduler::{Lane, Next, Scheduler, Work};
use super::shell::{Shell, Task, Tell, subject};
use super::steps::{self, Done, Order};
use super::types::{Home, Types};
use super::wait::Pollers;
use crate::base::{Address, Id};
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{self, Action, Plan, Provisioner, Resolver, Step, StepId};
use crate::provider::Writer;
use crate::value::Value;
use crate::world::Processes;

/// What a run works with.
#[derive(Clone)]
pub struct Setup {
    /// What is changed.
    pub cloud: Arc<dyn Writer>,
    /// Where it is written down.
    pub journal: Arc<dyn Journal>,
    /// What is known of types.
    pub types: Arc<dyn Types>,
    /// Who is told what happens.
    pub listener: Arc<dyn Listener>,
    /// How the run is asked to end.
    pub cancel: Cancel,
    /// What runs commands of provisioners.
    pub processes: Arc<dyn Processes>,
    /// Calls at a time; 10 unless the user says otherwise.
    pub parallelism: usize,
}

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// What it changed.
    pub counts: Counts,
    /// Everything that went wrong, and warnings.
    pub problems: Diagnostics,
    /// Steps that failed.
    pub failed: Vec<StepId>,
    /// Steps that never started, or were stopped.
    pub undone: Vec<StepId>,
}

/// Carries a plan out. Unfinished intents must have been settled before, by [`super::recover`].
pub async fn apply(setup: &Setup, plan: &Plan, resolver: &mut dyn Resolver) -> Report {
    let (tell, told) = mpsc::unbounded_channel();
    setup.cloud.refresh();
    let shell = Shell {
        cloud: setup.cloud.clone(),
        journal: setup.journal.clone(),
        types: setup.types.clone(),
        listener: setup.listener.clone(),
        processes: setup.processes.clone(),
        pollers: Pollers::new(setup.cloud.clone()),
        stack: plan.stack.clone(),
        names: names(plan),
        tell,
    };
    let work = plan.steps.iter().map(|step| work(step, &*setup.types)).collect();
    let changing = plan.steps.iter().filter(|step| step.action != Action::NoOp).count();
    setup.listener.hear(Event::RunStarted { steps: changing });
    let run = Run {
        shell: &shell,
        plan,
        resolver,
        scheduler: Scheduler::new(work, setup.parallelism, Limits::default()),
        told,
        turns: BTreeMap::new(),
        flying: FuturesUnordered::new(),
        crowd: CROWD,
        began: Instant::now(),
        counts: Counts::default(),
        problems: Diagnostics::none(),
        failed: Vec::new(),
        urgency: Urgency::None,
        openings: Openings::default(),
    };
    run.serve(&setup.cancel).await
}

/// Which live objects name which ids: to say who still uses an object that cannot be deleted.
fn names(plan: &Plan) -> Vec<(Address, Value)> {
    let prior = |step: &Step| Some((step.address.clone(), step.prior.clone()?));
    plan.steps.iter().filter_map(prior).collect()
}

fn work(step: &Step, types: &dyn Types) -> Work {
    let facts = types.facts(step.address.type_name());
    let claims = step.moved_from.is_some() || step.importing.is_some();
    let operation = match step.action {
        Action::Create => Some(&facts.create),
        Action::Update | Action::Forget => Some(&facts.update),
        Action::Delete => Some(&facts.delete),
        Action::NoOp => claims.then_some(&facts.update),
        Action::Read => None,
    };
    let lane = match operation {
        _ if facts.home == Home::Ledger => Lane::Free,
        Some(operation) => Lane::Class(operation.class.clone()),
        None if step.action == Action::Read => Lane::Class(facts.read_class.clone()),
        None => Lane::Free,
    };
    let typical = operation.map(|operation| operation.typical).unwrap_or_default();
    Work { after: step.after.clone(), typical, lane }
}

/// Steps that are started before it is looked whether any has landed: ten thousand that are over at once need not be
/// in memory at once.
const CROWD: usize = 256;

type Flight<'a> = BoxFuture<'a, (StepId, Landing)>;

/// What a step's future comes back with.
enum Landing {
    /// The object is done; provisioners may be due.
    Carried(Result<Done, Failure>, Option<Id>, std::time::Duration),
    /// Its provisioners ran.
    Provisioned(Result<Done, Failure>, Option<Id>, std::time::Duration),
    /// An ephemeral resource that it uses was opened, or could not be.
    Opened(Opened),
}

struct Run<'a> {
    shell: &'a Shell,
    plan: &'a Plan,
    resolver: &'a mut dyn Resolver,
    scheduler: Scheduler,
    told: mpsc::UnboundedReceiver<Tell>,
    /// Steps that wait for their turn to make another call.
    turns: BTreeMap<StepId, oneshot::Sender<()>>,
    flying: FuturesUnordered<Flight<'a>>,
    /// How many may fly before it is looked whether any has landed.
    crowd: usize,
    began: Instant,
    counts: Counts,
    problems: Diagnostics,
    failed: Vec<StepId>,
    urgency: Urgency,
    openings: Openings,
}

impl<'a> Run<'a> {
    async fn serve(mut self, cancel: &Cancel) -> Report {
        let drain = cancel.reached(Urgency::Drain);
        let stop = cancel.reached(Urgency::Stop);
        tokio::pin!(drain, stop);
        loop {
            let next = self.start_what_may();
            let until = match next {
                Some(Next::Finished) if self.flying.is_empty() => break,
                Some(Next::At(at)) => Some(self.began + at),
                _ => None,
            };
            tokio::select! {
                biased;
                () = &mut stop => {
                    self.interrupted(Urgency::Stop);
                    break;
                }
                () = &mut drain, if self.urgency == Urgency::None => self.interrupted(Urgency::Drain),
                Some(tell) = self.told.recv() => self.hear(tell),
                Some((id, landing)) = self.flying.next(), if !self.flying.is_empty() => {
                    self.crowd = CROWD;
                    self.hear_all();
                    self.landed(id, landing);
                }
                // All that fly wait for something: there is room for more.
                () = std::future::ready(()), if next.is_none() => {
                    self.crowd = self.flying.len() + CROWD;
                }
                () = sleep_until(until), if until.is_some() => {}
            }
        }
        self.finish().await
    }

    /// Starts, or lets go on, everything that may; answers what there is to wait for, and nothing where so many fly
    /// that those should land first.
    fn start_what_may(&mut self) -> Option<Next> {
        loop {
            self.hear_all();
            if self.flying.len() >= self.crowd {
                return None;
            }
            let next = self.scheduler.next(self.began.elapsed());
            let Next::Grant(step) = next else { return Some(next) };
            match self.turns.remove(&step) {
                Some(turn) => drop(turn.send(())),
                None => self.start(step),
            }
        }
    }

    fn step(&self, id: StepId) -> &'a Step {
        self.plan.step(id).expect("the scheduler knows only steps of the plan")
    }

    fn start(&mut self, id: StepId) {
        let step = self.step(id);
        let claims = step.moved_from.is_some() || step.importing.is_some();
        if step.action == Action::NoOp && !claims && !self.is_news(step) {
            let value = step.planned.clone().or_else(|| step.prior.clone());
            self.done(id, Done { value, ..Done::default() }, None, std::time::Duration::ZERO);
            return;
        }
        if !self.is_open(step) {
            return;
        }
        if step.action != Action::NoOp {
            self.shell.listener.hear(Event::StepStarted { subject: subject(step, None) });
        }
        match self.order(step) {
            Ok(order) => self.launch(step, order),
            Err(problems) => {
                let failure = Failure::Told(problems);
                self.fail(id, failure, None, std::time::Duration::ZERO);
            }
        }
    }

    /// Whether the manifest does not know the object yet, or not as it is.
    fn is_news(&self, step: &Step) -> bool {
        let Some(id) = &step.object else { return false };
        if self.shell.types.facts(step.address.type_name()).home == Home::Ledger {
            return false;
        }
        let known = self.shell.journal.entry(&step.address, step.generation);
        known.is_none_or(|entry| {
            let configured = self.resolver.configured(step);
            entry.id != *id
                || entry.after != self.after(step)
                || configured.is_some() && entry.configured != configured
                || !is_seen(&entry, step)
        })
    }

    fn order(&mut self, step: &'a Step) -> Result<Order, Diagnostics> {
        let mut order = Order { after: self.after(step), ..Order::default() };
        if matches!(step.action, Action::Create | Action::Update | Action::Read) {
            let (desired, problems) = self.resolver.desired(step);
            if problems.has_errors() {
                return Err(problems);
            }
            self.problems.extend(problems);
            let Some(desired) = desired else { return Err(Diagnostics::from(no_value(step))) };
            order.decided = self.resolver.decided(step);
            order.desired = Some(desired);
        }
        order.configured = self.resolver.configured(step);
        if let (Action::Delete, Some(prior)) = (step.action, &step.prior) {
            let (provisioners, problems) = self.resolver.provisioners(step, prior);
            if problems.has_errors() {
                return Err(problems);
            }
            self.problems.extend(problems);
            order.provisioners = provisioners;
        }
        Ok(order)
    }

    /// The objects that a step's object depends on, as far as the plan tells.
    fn after(&self, step: &Step) -> Vec<Address> {
        let mut addresses: Vec<Address> = step
            .after
            .iter()
            .filter_map(|id| self.plan.step(*id))
            .filter(|other| !matches!(other.action, Action::Delete | Action::Forget | Action::Read))
            .filter(|other| other.address != step.address)
            .map(|other| other.address.clone())
            .collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }

    fn launch(&mut self, step: &'a Step, order: Order) {
        let shell = self.shell;
        self.flying.push(Box::pin(async move {
            let mut task = Task::new(shell, step);
            let result = steps::carry_out(&mut task, order).await;
            (step.id, Landing::Carried(result, task.made.clone(), task.elapsed()))
        }));
    }

    fn launch_provisioners(&mut self, id: StepId, done: Done, made: Id, list: Vec<Provisioner>) {
        let (shell, step) = (self.shell, self.step(id));
        let after = self.after(step);
        self.flying.push(Box::pin(async move {
            let mut task = Task::new(shell, step);
            let result = steps::after_create(&mut task, &list, &made, after).await.map(|()| done);
            (id, Landing::Provisioned(result, Some(made), task.elapsed()))
        }));
    }

    fn landed(&mut self, id: StepId, landing: Landing) {
        match landing {
            Landing::Opened(opened) => self.opened(opened),
            Landing::Carried(Ok(done), Some(made), elapsed) => {
                let value = done.value.clone().unwrap_or(Value::null(crate::value::Type::Dynamic));
                let (provisioners, problems) = self.resolver.provisioners(self.step(id), &value);
                if problems.has_errors() {
                    self.count(done.counts);
                    self.fail(id, Failure::Told(problems), Some(made), elapsed);
                } else if provisioners.is_empty() {
                    self.done(id, done, Some(made), elapsed);
                } else {
                    self.launch_provisioners(id, done, made, provisioners);
                }
            }
            Landing::Carried(Ok(done), made, elapsed)
            | Landing::Provisioned(Ok(done), made, elapsed) => {
                self.done(id, done, made, elapsed);
            }
            Landing::Carried(Err(failure), made, elapsed)
            | Landing::Provisioned(Err(failure), made, elapsed) => {
                self.fail(id, failure, made, elapsed);
            }
        }
    }

    fn done(&mut self, id: StepId, done: Done, made: Option<Id>, elapsed: std::time::Duration) {
        let step = self.step(id);
        self.count(done.counts);
        self.problems.extend(done.problems);
        let problems = self.resolver.done(step, done.value);
        if problems.has_errors() {
            self.fail(id, Failure::Told(problems), made, elapsed);
            return;
        }
        self.problems.extend(problems);
        if step.action != Action::NoOp {
            let subject = subject(step, made.as_ref());
            self.shell.listener.hear(Event::StepFinished { subject, elapsed });
        }
        self.scheduler.finished(id);
    }

    fn fail(
        &mut self,
        id: StepId,
        failure: Failure,
        made: Option<Id>,
        elapsed: std::time::Duration,
    ) {
        let step = self.step(id);
        let (ends_run, speaks_for_all) = (failure.ends_run(), failure.speaks_for_all());
        let problems = failure.diagnose(step);
        if step.action == Action::Read
            && let Some(warnings) = self.resolver.excuse(step, &problems)
        {
            self.problems.extend(warnings.unlike(&self.problems));
            self.shell.listener.hear(Event::StepFinished { subject: subject(step, None), elapsed });
            self.scheduler.finished(id);
            return;
        }
        let summary = problems.iter().next().map(|p| p.summary.as_str().into()).unwrap_or_default();
        let subject_ = subject(step, made.as_ref());
        self.shell.listener.hear(Event::StepFailed { subject: subject_, elapsed, summary });
        // A failure that every further step would share is told once.
        let told = speaks_for_all
            && self.problems.iter().any(|known| problems.iter().any(|p| p.code == known.code));
        if !told {
            // So is one that several steps meet alike.
            let fresh = problems.unlike(&self.problems);
            fresh.into_iter().for_each(|problem| add_once(&mut self.problems, problem));
        }
        self.failed.push(id);
        for skipped in self.scheduler.failed(id) {
            let subject = subject(self.step(skipped), None);
            self.shell.listener.hear(Event::StepSkipped { subject, because: id });
        }
        if ends_run {
            self.scheduler.drain();
        }
    }

    fn count(&mut self, counts: Counts) {
        self.counts.added += counts.added;
        self.counts.changed += counts.changed;
        self.counts.destroyed += counts.destroyed;
        self.counts.imported += counts.imported;
        self.counts.forgotten += counts.forgotten;
    }

    fn hear_all(&mut self) {
        while let Ok(tell) = self.told.try_recv() {
            self.hear(tell);
        }
    }

    fn hear(&mut self, tell: Tell) {
        match tell {
            Tell::Parked(step) => self.scheduler.parked(step),
            Tell::Wants(step, class, turn) => {
                self.turns.insert(step, turn);
                self.scheduler.wants(step, &class);
            }
            Tell::Throttled(class) => {
                self.scheduler.limits().throttled(&class, self.began.elapsed());
                self.shell.listener.hear(Event::Throttled { class });
            }
            Tell::Passed(class) => self.scheduler.limits().passed(&class),
        }
    }

    fn interrupted(&mut self, urgency: Urgency) {
        self.urgency = urgency;
        self.scheduler.drain();
        let in_flight = self.flying.len();
        self.shell.listener.hear(Event::Interrupted { urgency, in_flight });
    }

    async fn finish(mut self) -> Report {
        let mut undone: Vec<StepId> = self.scheduler.unstarted().collect();
        undone.extend(self.scheduler.in_flight());
        undone.retain(|id| !self.failed.contains(id));
        undone.sort_unstable();
        self.flying.clear();
        let ending = if !self.failed.is_empty() {
            Ending::Failed
        } else if undone.is_empty() {
            Ending::Complete
        } else {
            Ending::Interrupted
        };
        let not_done: Vec<StepId> = self.failed.iter().chain(&undone).copied().collect();
        let problems = self.resolver.finish(&not_done);
        self.problems.extend(problems.unlike(&self.problems));
        if let Err(error) = self.shell.journal.flush().await {
            let told = self.problems.iter().any(|known| known.code == error.0.code);
            if !told {
                self.problems.push(*error.0);
            }
        }
        let ending = if self.problems.has_errors() { Ending::Failed } else { ending };
        self.close_all();
        let (counts, elapsed) = (self.counts, self.began.elapsed());
        self.shell.listener.hear(Event::RunFinished { ending, counts, elapsed });
        if self.urgency != Urgency::None && !undone.is_empty() {
            self.problems.push(left_undone(undone.len()));
        }
        Report { ending, counts, problems: self.problems, failed: self.failed, undone }
    }
}

/// Whether the manifest has the object as the plan saw it.
fn is_seen(entry: &Entry, step: &Step) -> bool {
    match (&entry.seen, &step.prior) {
        (Some(seen), Some(prior)) => plan::same_value(seen, prior),
        (seen, prior) => seen.is_some() == prior.is_some(),
    }
}

async fn sleep_until(at: Option<Instant>) {
    if let Some(at) = at {
        tokio::time::sleep_until(at).await;
    }
}

fn no_value(step: &Step) -> Diagnostic {
    Diagnostic::error(
        823,
        "The plan cannot be carried out",
        "The value of a planned object could not be computed.",
    )
    .of(&step.address)
}

fn left_undone(steps: usize) -> Diagnostic {
    Diagnostic::warning(
        817,
        "Interrupted",
        format!("{steps} of the planned steps were not carried out."),
    )
    .help("Run the command again to go on; nothing is made twice.")
}
