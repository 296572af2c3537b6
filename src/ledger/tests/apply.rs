//! What an apply does when something is refused, taken, in use, or when it is asked to end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::crash::{Desk, desk};
use super::fake::{Fake, FakeTypes};
use super::{address, holder, options, scope};
use crate::base::{Address, Id};
use crate::engine::{Cancel, Counts, Ending, Event, Journal as _, Report, Setup, Urgency, apply};
use crate::ledger::Ledger;
use crate::plan::{Live, Owner, Status};
use crate::value::Value;
use crate::world::{MemoryDisk, RealProcesses};

struct Stage {
    cloud: Fake,
    ledger: Ledger,
    cancel: Cancel,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Stage {
    async fn new() -> Self {
        let (ledger, _) =
            Ledger::open(options(&MemoryDisk::default()), holder(1)).await.expect("it opens");
        Self {
            cloud: Fake::new(Duration::ZERO),
            ledger,
            cancel: Cancel::default(),
            events: Arc::default(),
        }
    }

    async fn apply(&self, mut desk: Desk) -> Report {
        let events = self.events.clone();
        let setup = Setup {
            cloud: Arc::new(self.cloud.clone()),
            journal: Arc::new(self.ledger.clone()),
            types: Arc::new(FakeTypes),
            listener: Arc::new(move |event: Event| {
                events.lock().expect("not poisoned").push(event);
            }),
            cancel: self.cancel.clone(),
            processes: Arc::new(RealProcesses),
            parallelism: 10,
        };
        let plan = desk.plan.clone();
        apply(&setup, &plan, &mut desk).await
    }

    fn heard(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.lock().expect("not poisoned").iter().filter(|event| wanted(event)).count()
    }
}

fn object(name: &str) -> Value {
    Value::object([("name", Value::string(name)), ("size", Value::number(3))])
}

fn chain(names: &[(&str, &[usize])]) -> Vec<(Address, Value, Vec<usize>)> {
    let one = |(name, after): &(&str, &[usize])| {
        (address(&format!("fake_token.{name}")), object(name), after.to_vec())
    };
    names.iter().map(one).collect()
}

fn creates(wanted: &[(&str, &[usize])]) -> Desk {
    desk(&chain(wanted), &BTreeMap::new())
}

fn live(type_name: &str, id: &str, value: Value, owner: Option<Owner>) -> Live {
    Live {
        type_name: type_name.into(),
        scope: scope(),
        id: Id::new(id),
        value,
        owner,
        status: Status::Ready,
    }
}

fn codes(report: &Report) -> Vec<u16> {
    report.problems.iter().map(|problem| problem.code.0).collect()
}

#[tokio::test(start_paused = true)]
async fn a_failure_stops_what_depends_on_it_and_nothing_else() {
    let stage = Stage::new().await;
    let report = stage.apply(creates(&[("forbidden", &[]), ("b", &[0]), ("c", &[])])).await;
    assert_eq!((report.ending, report.counts.added), (Ending::Failed, 1));
    assert_eq!(codes(&report), [801]);
    assert_eq!(stage.heard(|event| matches!(event, Event::StepSkipped { .. })), 1);
    assert_eq!(stage.cloud.objects().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn asked_once_it_lets_what_is_in_flight_end() {
    let stage = Stage::new().await;
    let (cancel, run) = (stage.cancel.clone(), stage.apply(creates(&[("a", &[]), ("b", &[0])])));
    let interrupt = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(cancel.interrupt(), Urgency::Drain);
    };
    let (report, ()) = tokio::join!(run, interrupt);
    assert_eq!((report.ending, report.counts.added), (Ending::Interrupted, 1));
    assert_eq!(report.undone.len(), 1);
    assert_eq!(codes(&report), [817]);
    assert!(stage.ledger.entry(&address("fake_token.a"), 1).is_some());
}

#[tokio::test(start_paused = true)]
async fn asked_twice_it_stops_at_once() {
    let stage = Stage::new().await;
    let (cancel, began) = (stage.cancel.clone(), Instant::now());
    let interrupt = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cancel.interrupt();
        cancel.interrupt();
    };
    let (report, ()) = tokio::join!(stage.apply(creates(&[("a", &[]), ("b", &[0])])), interrupt);
    assert_eq!((report.ending, report.undone.len()), (Ending::Interrupted, 2));
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_anothers_is_told_with_how_to_adopt_it() {
    let stage = Stage::new().await;
    stage.cloud.put(live("fake_name", "taken-1", object("b"), None));
    let wanted = vec![(address("fake_name.b"), object("b"), vec![])];
    let report = stage.apply(desk(&wanted, &BTreeMap::new())).await;
    assert_eq!(codes(&report), [804]);
    let help = report.problems.iter().next().and_then(|p| p.help.clone()).unwrap_or_default();
    assert!(help.contains("terrace import 'fake_name.b' 'taken-1'"), "{help}");
    assert_eq!(stage.cloud.objects().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_uses_an_object_that_is_to_go_is_named() {
    let stage = Stage::new().await;
    let owner = |name: &str| Owner {
        stack: "shop".into(),
        address: address(name),
        generation: 1,
        nonce: None,
    };
    let used = live("fake_token", "a-1", object("a-1"), Some(owner("fake_token.a")));
    let user = Value::object([
        ("name", Value::string("b")),
        ("size", Value::number(3)),
        ("parent", Value::string("a-1")),
    ]);
    let user = live("fake_token", "b-1", user, Some(owner("fake_token.b")));
    stage.cloud.put(used.clone());
    stage.cloud.put(user.clone());
    let wanted = vec![(address("fake_token.b"), user.value.clone(), vec![])];
    let owned = BTreeMap::from([(address("fake_token.a"), used), (address("fake_token.b"), user)]);
    let report = stage.apply(desk(&wanted, &owned)).await;
    assert_eq!(codes(&report), [821]);
    let detail = &report.problems.iter().next().expect("a problem").detail;
    assert!(detail.contains("fake_token.b names it"), "{detail}");
    assert!(stage.heard(|event| matches!(event, Event::StepRetrying { .. })) > 5);
}

#[tokio::test(start_paused = true)]
async fn one_poller_serves_all_who_wait() {
    let stage = Stage::new().await;
    let names: Vec<String> = (0..40).map(|number| format!("n{number}")).collect();
    let wanted: Vec<(&str, &[usize])> = names.iter().map(|name| (name.as_str(), &[][..])).collect();
    let report = stage.apply(creates(&wanted)).await;
    assert_eq!(report.counts, Counts { added: 40, ..Counts::default() });
    // One create and one read each; the rest is polls, of which one serves all.
    assert!(stage.cloud.calls() < 2 * 40 + 60, "{} calls", stage.cloud.calls());
}

#[tokio::test(start_paused = true)]
async fn commands_of_this_machine_run_with_an_object() {
    let lines = Mutex::new(Vec::new());
    let program = crate::world::Program {
        argv: ["sh", "-c", "echo $GREETING; echo two >&2"].map(str::to_owned).to_vec(),
        folder: None,
        environment: BTreeMap::from([("GREETING".to_owned(), "hello".to_owned())]),
    };
    let hear = |line: &str| lines.lock().expect("not poisoned").push(line.to_owned());
    tokio::time::resume();
    crate::world::Processes::run(&RealProcesses, &program, &hear).await.expect("it succeeds");
    lines.lock().expect("not poisoned").sort();
    assert_eq!(*lines.lock().expect("not poisoned"), ["hello", "two"]);
    let failing = crate::world::Program { argv: vec!["false".to_owned()], ..program };
    crate::world::Processes::run(&RealProcesses, &failing, &hear).await.expect_err("it fails");
}
