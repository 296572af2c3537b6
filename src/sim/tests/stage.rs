//! A user with a configuration, a ledger and the simulated AWS: plans, applies, and changes things by hand.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use camino::Utf8Path;

use crate::base::{Address, Id, StackName, TypeName};
use crate::config::{self, Manifest};
use crate::diag::{Diagnostics, SourceMap};
use crate::engine::{
    Cancel, Counts, Desk, Ending, Planned, Recover, Refresh, Report, SchemaTypes, Setup, Silence,
    apply, forget_stale, plan,
};
use crate::ledger::{Access, Holder, Ledger, LocalStore, Sealer, VirtualObjects};
use crate::plan::{Action, Input, Intent, Outcome, Places, Scope, Step, text};
use crate::provider::{DeleteRequest, ReadRequest, Reader as _, Router, UpdateRequest, Writer};
use crate::schema::Registry;
use crate::sim::{Options, Sim};
use crate::value::Value;
use crate::world::memory::{FileTree, SeededEntropy, StoppedClock};
use crate::world::{Disk, MemoryDisk, RealProcesses, World};

/// Every type, read once for all stages.
static REGISTRY: LazyLock<Arc<Registry>> = LazyLock::new(|| Arc::new(Registry::embedded()));

/// Each run is a process of its own.
static PROCESS: AtomicU32 = AtomicU32::new(2);

pub struct Stage {
    pub config: String,
    pub disk: MemoryDisk,
    pub options: crate::plan::Options,
    pub refresh: Refresh,
    pub sim: Arc<Sim>,
    /// What stands before the simulated cloud, where something does.
    pub front: Option<Arc<dyn Writer>>,
    registry: Arc<Registry>,
}

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    /// The plan as text.
    pub shown: String,
    pub problems: Diagnostics,
    /// How it ended; none where there was no plan.
    pub ending: Option<Ending>,
    pub counts: Counts,
}

impl Run {
    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        self.ending == Some(Ending::Complete) && !self.problems.has_errors()
    }

    /// Whether there was nothing to do.
    pub fn is_idle(&self) -> bool {
        let Counts { added, changed, destroyed, .. } = self.counts;
        self.is_complete() && (added, changed, destroyed) == (0, 0, 0)
    }
}

impl Stage {
    pub fn new(config: &str) -> Self {
        Self::with(config, Options { throttles: false, ..Options::default() })
    }

    pub fn with(config: &str, options: Options) -> Self {
        let registry = REGISTRY.clone();
        Self {
            config: config.to_owned(),
            disk: MemoryDisk::default(),
            options: crate::plan::Options::default(),
            refresh: Refresh::Live,
            sim: Arc::new(Sim::new(registry.clone(), options)),
            front: None,
            registry,
        }
    }

    pub async fn ledger(&self) -> Ledger {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let entropy = Arc::new(SeededEntropy::new(3));
        let options = crate::ledger::Options {
            store: Arc::new(LocalStore::new(disk.clone())),
            sealer: Arc::new(Sealer::new(disk, entropy.clone(), None)),
            clock: Arc::new(StoppedClock(jiff::Timestamp::UNIX_EPOCH)),
            entropy,
            stack: "shop".into(),
        };
        let holder = Holder {
            user: "anna".to_owned(),
            host: "box".to_owned(),
            process: PROCESS.fetch_add(1, Ordering::Relaxed),
            command: "apply".to_owned(),
            is_alive: Arc::new(|_| false),
        };
        let access = Access::Change(holder, Duration::ZERO);
        Ledger::open(options, access).await.expect("it opens").0
    }

    fn input(&self, ledger: &Ledger) -> Input {
        let mut world = World::in_memory(jiff::Timestamp::UNIX_EPOCH, 1);
        let config = format!(
            "stack \"shop\" {{}}\nprovider \"aws\" {{ region = \"us-east-1\" }}\n{}",
            self.config
        );
        let files: FileTree = [("main.hcl", config.as_str())].into_iter().collect();
        world.files = Arc::new(files);
        let mut sources = SourceMap::default();
        let (config, problems) =
            config::load(&*world.files, Utf8Path::new("."), &mut sources, &Manifest::default());
        assert!(!problems.has_errors(), "{problems:?}");
        Input {
            config: Arc::new(config.select(None).expect("no phases")),
            registry: self.registry.clone(),
            variables: Vec::new(),
            options: self.options.clone(),
            remembered: ledger.remembered().expect("readable"),
            supports: Arc::new(|_, _| true),
            places: Places { cwd: "/work".into(), root: ".".into() },
            workspace: "default".into(),
            time: jiff::Timestamp::UNIX_EPOCH,
            seed: 7,
            stand_ins: None,
            world,
        }
    }

    fn cloud(&self, ledger: &Ledger) -> Arc<dyn Writer> {
        let front = self.front.clone().unwrap_or_else(|| self.sim.clone());
        let virtual_objects = VirtualObjects::new(ledger.clone(), self.registry.clone());
        Arc::new(Router::new(vec![front, Arc::new(virtual_objects)]))
    }

    async fn planned(&self, ledger: &Ledger) -> Planned {
        let desk = Desk {
            cloud: self.cloud(ledger),
            journal: Arc::new(ledger.clone()),
            types: Arc::new(SchemaTypes::new(self.registry.clone())),
            listener: Arc::new(Silence),
            recover: Recover::Settle,
            refresh: self.refresh,
        };
        let planned = plan(&desk, self.input(ledger)).await;
        let faults = crate::plan::check::check(&planned.outcome.plan);
        assert!(faults.is_empty(), "{faults:?}");
        planned
    }

    /// Only plans.
    pub async fn plan(&self) -> Outcome {
        let ledger = self.ledger().await;
        let planned = self.planned(&ledger).await;
        ledger.close(None).await.expect("it closes");
        *planned.outcome
    }

    /// Plans and applies; what was planned, and what came of it.
    pub async fn try_apply(&self) -> (Outcome, Option<Report>) {
        let ledger = self.ledger().await;
        let Planned { mut outcome, stale } = self.planned(&ledger).await;
        let Some(mut replay) = outcome.replay.take() else {
            ledger.close(None).await.expect("it closes");
            return (*outcome, None);
        };
        let setup = Setup {
            cloud: self.cloud(&ledger),
            journal: Arc::new(ledger.clone()),
            types: Arc::new(SchemaTypes::new(self.registry.clone())),
            listener: Arc::new(Silence),
            cancel: Cancel::default(),
            processes: Arc::new(RealProcesses),
            parallelism: 10,
        };
        let report = apply(&setup, &outcome.plan, &mut *replay).await;
        if report.ending == Ending::Complete {
            ledger.set_outputs(&replay.outputs()).expect("sealed");
            forget_stale(&ledger, &stale);
        }
        ledger.close(None).await.expect("it closes");
        (*outcome, Some(report))
    }

    /// Plans and applies, however it ends.
    pub async fn run(&self) -> Run {
        let (mut outcome, report) = self.try_apply().await;
        let mut problems = std::mem::take(&mut outcome.problems);
        let ending = report.as_ref().map(|report| report.ending);
        let counts = report.as_ref().map(|report| report.counts).unwrap_or_default();
        problems.extend(report.into_iter().flat_map(|report| report.problems));
        Run { shown: text::text(&outcome.plan), problems, ending, counts }
    }

    /// Loses everything that the ledger remembers, the key that seals it too.
    pub fn lose_ledger(&mut self) {
        self.disk = MemoryDisk::default();
    }

    /// Plans and applies, which has to go well.
    pub async fn apply(&self) -> Outcome {
        let (outcome, report) = self.try_apply().await;
        let Some(report) = report else { panic!("{:?}", outcome.problems) };
        assert_eq!(report.ending, Ending::Complete, "{:?}", report.problems);
        outcome
    }

    /// Applies, and checks that there is nothing left to do then.
    pub async fn apply_all(&self) -> Outcome {
        let outcome = self.apply().await;
        let again = self.plan().await;
        assert!(!again.has_changes(), "{}", text::text(&again.plan));
        outcome
    }

    pub async fn destroy(&mut self) {
        self.options.intent = Intent::Destroy;
        self.apply().await;
        self.options.intent = Intent::Normal;
    }

    /// The id under which the ledger knows an object.
    pub async fn id(&self, address: &str) -> Id {
        use crate::engine::Journal as _;
        let address: Address = address.parse().expect("an address");
        let ledger = self.ledger().await;
        let entries = ledger.entries();
        ledger.close(None).await.expect("it closes");
        let of_address = entries.into_iter().filter(|entry| entry.address == address);
        of_address.max_by_key(|entry| entry.generation).expect("it is known").id
    }

    /// What is live at an address, as the cloud tells it.
    pub async fn value(&self, address: &str) -> Value {
        let id = self.id(address).await;
        let request = ReadRequest { type_name: type_of(address), scope: scope(), id };
        self.sim.read(&request).await.expect("readable").expect("it is there").value
    }

    /// An attribute of what is live at an address, as JSON.
    pub async fn live(&self, address: &str, attribute: &str) -> String {
        shown(self.value(address).await.attribute(attribute))
    }

    /// Changes attributes by hand, past terrace.
    pub async fn change(&self, address: &str, attributes: &[(&str, Value)]) {
        let (id, prior) = (self.id(address).await, self.value(address).await);
        let mut entries = prior.as_entries().cloned().expect("an object");
        for (name, value) in attributes {
            entries.insert((*name).into(), value.clone());
        }
        let planned = Value::object(entries);
        let request =
            UpdateRequest { type_name: type_of(address), scope: scope(), id, prior, planned };
        self.sim.update(&request).await.expect("changed");
        tokio::time::sleep(Duration::from_mins(30)).await;
    }

    /// Deletes an object by hand, past terrace.
    pub async fn remove(&self, address: &str) {
        let (id, prior) = (self.id(address).await, self.value(address).await);
        let request = DeleteRequest { type_name: type_of(address), scope: scope(), id, prior };
        self.sim.delete(&request).await.expect("deleted");
        tokio::time::sleep(Duration::from_mins(30)).await;
    }

    /// Types and ids of what the stack owns or made.
    pub fn objects(&self) -> Vec<(TypeName, Id, Option<StackName>)> {
        self.sim.objects()
    }
}

fn type_of(address: &str) -> TypeName {
    address.parse::<Address>().expect("an address").type_name().clone()
}

pub fn scope() -> Scope {
    Scope { provider: "aws".into(), region: Some("us-east-1".into()) }
}

/// The step about an address that changes something.
pub fn step<'a>(outcome: &'a Outcome, address: &str) -> &'a Step {
    let steps = outcome.plan.steps.iter().filter(|step| step.address.to_string() == address);
    let steps: Vec<&Step> = steps.filter(|step| step.action != Action::NoOp).collect();
    steps.first().copied().unwrap_or_else(|| panic!("{}", text::text(&outcome.plan)))
}

/// Codes and details of the problems.
pub fn told(problems: &Diagnostics) -> String {
    let told = problems.iter().map(|p| {
        let help = p.help.clone().unwrap_or_default();
        format!("{}: {} {} ({help})\n", p.code.0, p.summary, p.detail)
    });
    told.collect()
}

/// A map of texts.
pub fn tags(entries: &[(&str, &str)]) -> Value {
    let entries = entries.iter().map(|(key, value)| (*key, Value::string(*value)));
    Value::map(crate::value::Type::String, entries)
}

/// A value as JSON; `-` where there is none.
pub fn shown(value: Option<&Value>) -> String {
    let json = |value: &Value| crate::value::json::to_json(value, &value.ty());
    value.map_or_else(|| Some("-".to_owned()), json).unwrap_or_else(|| "unknown".to_owned())
}
