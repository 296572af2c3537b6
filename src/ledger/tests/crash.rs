//! Every fault at every call: the next run converges, nothing is made twice, nothing is left behind.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::fake::{Fake, FakeTypes, Fault};
use super::{address, options, scope};
use crate::base::Address;
use crate::diag::Diagnostics;
use crate::engine::{
    Cancel, Discovery, Ending, Eyes, Recovery, Refresh, Report, Setup, Silence, apply,
};
use crate::ledger::{Access, Holder, Ledger};
use crate::plan::{Action, Interruption, Live, Plan, Reason, Resolver, Step, StepId};
use crate::value::Value;
use crate::world::{Clock, MemoryDisk, RealProcesses};

/// The time of the paused runtime as wall-clock time.
struct Ticking(Instant);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.0.elapsed()).expect("not that long");
        Timestamp::UNIX_EPOCH + passed
    }
}

/// What is wanted: addresses with their values, in an order in which each stands after what it needs.
pub type Wanted = Vec<(Address, Value, Vec<usize>)>;

fn wanted() -> Wanted {
    let object = |name: &str, parent: Option<&str>| {
        let parent = parent.map(|p| ("parent", Value::string(p)));
        let base = [("name", Value::string(name)), ("size", Value::number(3))];
        Value::object(base.into_iter().chain(parent))
    };
    vec![
        (address("fake_token.a"), object("a", None), vec![]),
        (address("fake_name.b"), object("b", Some("a")), vec![0]),
        (address("fake_nonce.c"), object("c", None), vec![]),
        (address("fake_child.d"), object("d", Some("b")), vec![1]),
        (address("fake_late.e"), object("e", Some("c")), vec![2]),
    ]
}

/// The planner of these tests: what is missing is created, what is there is brought to its value, the rest goes.
pub struct Desk {
    pub plan: Plan,
    desired: BTreeMap<StepId, Value>,
}

impl Resolver for Desk {
    fn desired(&mut self, step: &Step) -> (Option<Value>, Diagnostics) {
        (self.desired.get(&step.id).cloned(), Diagnostics::none())
    }

    fn done(&mut self, _: &Step, _: Option<Value>) -> Diagnostics {
        Diagnostics::none()
    }

    fn finish(&mut self, _: &[StepId]) -> Diagnostics {
        Diagnostics::none()
    }
}

fn step(id: usize, address: &Address, action: Action, live: Option<&Live>) -> Step {
    Step {
        id: StepId(u32::try_from(id).expect("small")),
        address: address.clone(),
        generation: 1,
        deposed: false,
        scope: scope(),
        action,
        reason: Reason::None,
        replaces: None,
        after: Vec::new(),
        object: live.map(|live| live.id.clone()),
        prior: live.map(|live| live.value.clone()),
        planned: None,
        changed: Vec::new(),
        replace_paths: Vec::new(),
        unknown: Vec::new(),
        interruption: Interruption::None,
        moved_from: None,
        importing: None,
    }
}

pub fn desk(wanted: &Wanted, owned: &BTreeMap<Address, Live>) -> Desk {
    let mut steps = Vec::new();
    let mut desired = BTreeMap::new();
    for (at, (address, value, after)) in wanted.iter().enumerate() {
        let live = owned.get(address);
        let action = match live {
            None => Action::Create,
            Some(live) if live.value == *value => Action::NoOp,
            Some(_) => Action::Update,
        };
        let mut step = step(at, address, action, live);
        step.after = after.iter().map(|at| steps_id(*at)).collect();
        step.planned = Some(value.clone());
        desired.insert(step.id, value.clone());
        steps.push(step);
    }
    // Children before parents: the reverse of the order in which they are wanted when they are all there.
    let gone = owned.iter().filter(|(address, _)| wanted.iter().all(|(a, ..)| a != *address));
    let mut gone: Vec<_> = gone.collect();
    gone.sort_by_key(|(address, _)| std::cmp::Reverse(address.resource.name.clone()));
    for (address, live) in gone {
        let mut step = step(steps.len(), address, Action::Delete, Some(live));
        step.after = (0..steps.len()).map(steps_id).collect();
        steps.push(step);
    }
    Desk { plan: Plan { stack: "shop".into(), phase: None, steps }, desired }
}

fn steps_id(at: usize) -> StepId {
    StepId(u32::try_from(at).expect("small"))
}

/// Every run is a process of its own.
static PROCESS: AtomicU32 = AtomicU32::new(2);

/// One process: takes the lock, settles what was left, looks, applies. None if it died on the way.
async fn run(cloud: &Fake, disk: &MemoryDisk, wanted: &Wanted, clock: Instant) -> Option<Report> {
    tokio::select! {
        biased;
        () = cloud.crashed.notified() => None,
        report = live_run(cloud, disk, wanted, clock) => Some(report),
    }
}

async fn live_run(cloud: &Fake, disk: &MemoryDisk, wanted: &Wanted, clock: Instant) -> Report {
    let options = crate::ledger::Options { clock: Arc::new(Ticking(clock)), ..options(disk) };
    let holder = Holder {
        user: "anna".to_owned(),
        host: "box".to_owned(),
        process: PROCESS.fetch_add(1, Ordering::Relaxed),
        command: "apply".to_owned(),
        is_alive: Arc::new(|_| false),
    };
    let access = Access::Change(holder, Duration::ZERO);
    let (ledger, _) = Ledger::open(options, access).await.expect("it opens");
    let cloud: Arc<Fake> = Arc::new(cloud.clone());
    let (journal, types) = (Arc::new(ledger.clone()), Arc::new(FakeTypes));
    let recovery = Recovery {
        cloud: cloud.clone(),
        journal: journal.clone(),
        types: types.clone(),
        listener: Arc::new(Silence),
        stack: "shop".into(),
        eyes: Eyes::default(),
    };
    let problems = recovery.settle(|_| true).await;
    assert!(!problems.has_errors(), "{problems:?}");
    let places = wanted_types().map(|name| (name.into(), scope())).collect();
    let mut discovery = Discovery::new(
        cloud.clone(),
        types.clone(),
        Arc::new(Silence),
        &ledger,
        "shop".into(),
        Refresh::Live,
    );
    let (world, problems) = discovery.list(places).await;
    assert!(!problems.has_errors(), "{problems:?}");
    let owned = world.owned.into_iter().map(|(address, slot)| (address, slot.current)).collect();
    let mut resolver = desk(wanted, &owned);
    let setup = Setup {
        cloud,
        journal,
        types,
        listener: Arc::new(Silence),
        cancel: Cancel::default(),
        processes: Arc::new(RealProcesses),
        parallelism: 3,
    };
    let plan = resolver.plan.clone();
    let report = apply(&setup, &plan, &mut resolver).await;
    ledger.close(None).await.expect("it closes");
    report
}

fn wanted_types() -> impl Iterator<Item = &'static str> {
    ["fake_token", "fake_name", "fake_nonce", "fake_child", "fake_late"].into_iter()
}

/// One object per wanted address, with its value, and nothing else.
fn check(cloud: &Fake, wanted: &Wanted, what: &str) {
    let mut names: Vec<String> = cloud.objects().iter().map(name_and_size).collect();
    names.sort();
    let expected: Vec<String> =
        wanted.iter().map(|(a, ..)| format!("{} {} 3", a.type_name(), a.resource.name)).collect();
    let mut expected = expected;
    expected.sort();
    assert_eq!(names, expected, "{what}");
}

fn name_and_size(live: &Live) -> String {
    let name = live.value.attribute("name").and_then(Value::as_str).unwrap_or_default();
    let size = live.value.attribute("size").and_then(Value::as_number).expect("a size");
    format!("{} {name} {size}", live.type_name)
}

#[tokio::test(start_paused = true)]
async fn a_run_without_faults_makes_everything_once_and_then_nothing() {
    for lag in [0, 10] {
        let (cloud, disk) = (Fake::new(Duration::from_secs(lag)), MemoryDisk::default());
        let clock = Instant::now();
        let report = run(&cloud, &disk, &wanted(), clock).await.expect("alive");
        assert_eq!(report.ending, Ending::Complete, "{:?}", report.problems);
        assert_eq!(report.counts.added, 5);
        check(&cloud, &wanted(), "after the first run");
        let report = run(&cloud, &disk, &wanted(), clock).await.expect("alive");
        assert_eq!((report.counts.added, report.counts.changed), (0, 0));
        let report = run(&cloud, &disk, &Vec::new(), clock).await.expect("alive");
        assert_eq!(report.counts.destroyed, 5, "{:?}", report.problems);
        assert!(cloud.objects().is_empty());
    }
}

/// Runs with a fault at one call, then without until nothing changes.
async fn survive(wanted: &Wanted, fault: Fault, at: usize, lag: u64) {
    let what = format!("{fault:?} at call {at}, seen after {lag} s");
    let (cloud, mut disk) = (Fake::new(Duration::from_secs(lag)), MemoryDisk::default());
    let clock = Instant::now();
    cloud.fail(at, fault);
    let first = run(&cloud, &disk, wanted, clock).await;
    if first.is_none() {
        disk = disk.copy();
    }
    cloud.heal();
    let second = run(&cloud, &disk, wanted, clock).await.expect("alive");
    assert_eq!(second.ending, Ending::Complete, "{what}: {:?}", second.problems);
    check(&cloud, wanted, &what);
    let third = run(&cloud, &disk, wanted, clock).await.expect("alive");
    assert_eq!((third.counts.added, third.counts.changed), (0, 0), "{what}");
}

const FAULTS: [Fault; 5] =
    [Fault::LostBefore, Fault::LostAfter, Fault::Throttled, Fault::CrashBefore, Fault::CrashAfter];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    /// Whatever is wanted, in whatever order, and whatever goes wrong once.
    #[test]
    fn any_small_stack_survives(
        kinds in proptest::collection::vec(0usize..5, 1..7),
        edges in proptest::collection::vec((0usize..7, 0usize..7), 0..8),
        fault in 0usize..5,
        at in 0usize..60,
        lag in 0u64..20,
    ) {
        let names: Vec<&str> = wanted_types().collect();
        let one = |(number, kind): (usize, &usize)| {
            let needs = edges.iter().filter(|(low, high)| *high == number && low < high);
            let name = format!("n{number}");
            let value = Value::object([
                ("name", Value::string(name.as_str())),
                ("size", Value::number(3)),
            ]);
            let mut after: Vec<usize> = needs.map(|(low, _)| *low).collect();
            after.sort_unstable();
            after.dedup();
            (address(&format!("{}.{name}", names[*kind])), value, after)
        };
        let wanted: Wanted = kinds.iter().enumerate().map(one).collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(survive(&wanted, FAULTS[fault], at, lag));
    }
}

#[tokio::test(start_paused = true)]
async fn any_fault_at_any_call_is_survived() {
    let (cloud, disk) = (Fake::new(Duration::ZERO), MemoryDisk::default());
    run(&cloud, &disk, &wanted(), Instant::now()).await.expect("alive");
    let calls = cloud.calls();
    assert!(calls > 20, "{calls} calls");
    for lag in [0, 10] {
        for fault in FAULTS {
            for at in 0..calls {
                survive(&wanted(), fault, at, lag).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_destroy_ends_in_nothing() {
    let (probe, disk) = (Fake::new(Duration::ZERO), MemoryDisk::default());
    let clock = Instant::now();
    run(&probe, &disk, &wanted(), clock).await.expect("alive");
    let before = probe.calls();
    run(&probe, &disk, &Vec::new(), clock).await.expect("alive");
    let calls = probe.calls() - before;
    for fault in [Fault::LostAfter, Fault::CrashBefore, Fault::CrashAfter] {
        for at in 0..calls {
            let (cloud, mut disk) = (Fake::new(Duration::ZERO), MemoryDisk::default());
            run(&cloud, &disk, &wanted(), clock).await.expect("alive");
            cloud.fail(at, fault);
            if run(&cloud, &disk, &Vec::new(), clock).await.is_none() {
                disk = disk.copy();
            }
            cloud.heal();
            let report = run(&cloud, &disk, &Vec::new(), clock).await.expect("alive");
            assert_eq!(report.ending, Ending::Complete, "{fault:?} {at}: {:?}", report.problems);
            assert!(cloud.objects().is_empty(), "{fault:?} at call {at}");
        }
    }
}
