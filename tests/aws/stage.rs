//! A stack on LocalStack: its configuration is planned and applied as a user's is, and looked at after every step.

#![expect(
    clippy::disallowed_methods,
    reason = "the runner says in the environment where LocalStack is"
)]

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8Path;
use terrace::aws::Aws;
use terrace::base::Id;
use terrace::config::{self, Manifest};
use terrace::diag::render::{Style, text as rendered};
use terrace::diag::{Diagnostics, SourceMap};
use terrace::engine::{
    self, Cancel, Desk, Ending, Entry, Journal as _, Recover, Refresh, SchemaTypes, Setup, Silence,
    Types, forget_stale,
};
use terrace::ledger::{Access, Holder, Ledger, LocalStore, Options, Sealer, VirtualObjects};
use terrace::plan::{self, Action, Input, Intent, Live, Outcome, Places, RememberedOutput, Scope};
use terrace::provider::{ListRequest, ReadRequest, Router, Writer};
use terrace::schema::{Registry, is_zero};
use terrace::value::Value;
use terrace::value::json::to_json;
use terrace::world::memory::FileTree;
use terrace::world::{Disk, MemoryDisk, RealProcesses, World};

use super::untold;

/// What is another from one moment to the next, though nothing is done.
const MOVES_ON: [&str; 1] = ["latest_restorable_time"];

/// What may be told of a step: the action and the address.
type Steps = BTreeMap<String, Action>;

/// A stack in an account of its own.
pub struct Stage {
    account: String,
    provider: String,
    text: String,
    disk: MemoryDisk,
    cloud: Arc<Aws>,
    registry: Arc<Registry>,
    types: Arc<dyn Types>,
}

/// A stage for the test of that name; none, and a word about it, where no LocalStack is named.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
pub fn stage(name: &str) -> Option<Stage> {
    let Ok(endpoint) = env::var("AWS_ENDPOINT_URL") else {
        println!("skipped: AWS_ENDPOINT_URL names no LocalStack; tests/localstack/run starts one");
        return None;
    };
    assert!(
        endpoint.starts_with("http://127.0.0.1:"),
        "{endpoint} is not a LocalStack of this machine"
    );
    let digest = name.bytes().fold(u64::from(std::process::id()), |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let registry = Arc::new(Registry::embedded());
    Some(Stage {
        account: format!("{:012}", digest % 1_000_000_000_000),
        provider: String::new(),
        text: String::new(),
        disk: MemoryDisk::default(),
        cloud: Arc::new(Aws::new()),
        types: Arc::new(SchemaTypes::new(registry.clone())),
        registry,
    })
}

impl Stage {
    /// Arguments of the provider block beside region and credentials.
    pub fn with_provider(mut self, text: &str) -> Self {
        text.clone_into(&mut self.provider);
        self
    }

    /// The account in which everything is.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Applies a whole configuration to an empty stack: every step is a create.
    pub async fn create(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        let steps = self.apply().await;
        let other: Steps =
            steps.into_iter().filter(|(_, action)| *action != Action::Create).collect();
        assert!(other.is_empty(), "only creates were expected: {other:?}");
    }

    /// Replaces texts in the configuration and applies it: exactly these objects are changed in place.
    pub async fn update(&mut self, edits: &[(&str, &str)], addresses: &[&str]) {
        self.edit(edits);
        let expected: Steps =
            addresses.iter().map(|address| ((*address).to_owned(), Action::Update)).collect();
        assert_eq!(self.apply().await, expected, "after {edits:?}");
    }

    /// Replaces texts in the configuration and applies it: exactly these objects are replaced by others.
    pub async fn replace(&mut self, edits: &[(&str, &str)], addresses: &[&str]) {
        self.edit(edits);
        let expected: Steps =
            addresses.iter().map(|address| ((*address).to_owned(), Action::Create)).collect();
        assert_eq!(self.apply().await, expected, "after {edits:?}");
    }

    /// Replaces texts in the configuration and applies it, whatever that does.
    pub async fn change(&mut self, edits: &[(&str, &str)]) -> Steps {
        self.edit(edits);
        self.apply().await
    }

    /// The plan's problems, for a configuration that AWS or the schema refuses.
    pub async fn refusal(&self, text: &str) -> String {
        let stage = Self { text: text.to_owned(), disk: self.disk.copy(), ..self.share() };
        let ledger = stage.open().await;
        let outcome = stage.plan(&ledger, Intent::Normal).await.outcome;
        let mut problems = outcome.problems.clone();
        if !problems.has_errors() {
            problems.extend(stage.run(&ledger, *outcome).await);
        }
        ledger.close(None).await.expect("closed");
        assert!(problems.has_errors(), "it was taken");
        shown(&problems)
    }

    /// The value of an output of the root module, as JSON.
    pub async fn output(&self, name: &str) -> String {
        let ledger = self.open().await;
        let outputs = ledger.outputs().expect("readable");
        let value = outputs.get(name).map(|output| output.value.clone());
        ledger.close(None).await.expect("closed");
        json(&value.unwrap_or_else(|| panic!("no output {name}")))
    }

    /// A live attribute of an object as JSON.
    pub async fn attribute(&self, address: &str, name: &str) -> serde_json::Value {
        let ledger = self.open().await;
        let entry = ledger.entries().into_iter().find(|entry| entry.address.to_string() == address);
        ledger.close(None).await.expect("closed");
        let entry = entry.unwrap_or_else(|| panic!("nothing is at {address}"));
        let live = self.read(&entry, &entry.id).await.expect("it is there");
        let value = live.value.attribute(name).unwrap_or_else(|| panic!("no attribute {name}"));
        let text = to_json(value, &value.ty()).expect("a live value is known");
        serde_json::from_str(&text).expect("it was written as JSON")
    }

    /// Reads an object by the id that a user would import it with: it is the same object.
    pub async fn imports(&self, address: &str, import: &str) {
        let ledger = self.open().await;
        let entry = ledger.entries().into_iter().find(|entry| entry.address.to_string() == address);
        ledger.close(None).await.expect("closed");
        let entry = entry.unwrap_or_else(|| panic!("nothing is at {address}"));
        let live = self.read(&entry, &Id::new(import)).await;
        let live = live.unwrap_or_else(|| panic!("{import} imports nothing"));
        assert_eq!(live.id, entry.id, "{import} imports another object than {address}");
    }

    /// The stack without its ledger: everything that carries tags is found by them, and belongs where it was.
    pub async fn is_found_by_tags(&self, addresses: &[&str]) {
        let stage = Self { disk: MemoryDisk::default(), ..self.share() };
        let ledger = stage.open().await;
        let outcome = stage.plan(&ledger, Intent::Normal).await.outcome;
        ledger.close(None).await.expect("closed");
        let steps = steps(&outcome);
        for address in addresses {
            assert_ne!(steps.get(*address), Some(&Action::Create), "{address} was not found");
        }
    }

    /// Deletes everything, and sees that nothing is left.
    pub async fn end(self) {
        let ledger = self.open().await;
        let entries = self.in_cloud(&ledger);
        let planned = self.plan(&ledger, Intent::Destroy).await;
        let problems = self.run(&ledger, *planned.outcome).await;
        assert!(problems.is_empty(), "{}", shown(&problems));
        assert_eq!(ledger.entries().len(), 0, "the ledger remembers objects");
        ledger.close(None).await.expect("closed");
        self.cloud_refresh();
        for entry in entries {
            let left = self.read(&entry, &entry.id).await;
            let left = left.filter(|live| live.status != plan::Status::Deleting);
            assert!(left.is_none(), "{} is still there", entry.address);
            let listed = self.list(&entry, &[]).await;
            let still = |live: &&Live| live.id == entry.id && live.status != plan::Status::Deleting;
            assert!(!listed.iter().any(|live| still(&live)), "{} is still listed", entry.address);
        }
    }

    fn share(&self) -> Self {
        Self {
            account: self.account.clone(),
            provider: self.provider.clone(),
            text: self.text.clone(),
            disk: self.disk.clone(),
            cloud: self.cloud.clone(),
            registry: self.registry.clone(),
            types: self.types.clone(),
        }
    }

    fn edit(&mut self, edits: &[(&str, &str)]) {
        for (from, to) in edits {
            assert!(self.text.contains(from), "the configuration has no {from:?}");
            self.text = self.text.replace(from, to);
        }
    }

    /// Plans and applies; then the plan is empty, and reading and listing agree.
    async fn apply(&self) -> Steps {
        let ledger = self.open().await;
        let planned = self.plan(&ledger, Intent::Normal).await;
        let steps = steps(&planned.outcome);
        let problems = self.run(&ledger, *planned.outcome).await;
        if !problems.is_empty() {
            let left = self.plan(&ledger, Intent::Normal).await.outcome;
            panic!("{}left:\n{}", shown(&problems), differences(&left));
        }
        forget_stale(&ledger, &planned.stale);
        self.is_settled(&ledger).await;
        self.agrees(&ledger).await;
        ledger.close(None).await.expect("closed");
        steps
    }

    async fn is_settled(&self, ledger: &Ledger) {
        let again = self.plan(ledger, Intent::Normal).await.outcome;
        assert!(
            steps(&again).is_empty(),
            "the plan after the apply is not empty:\n{}",
            differences(&again)
        );
    }

    /// What is read is what is listed, and tells everything but what the documentation says that it does not.
    async fn agrees(&self, ledger: &Ledger) {
        for entry in self.in_cloud(ledger) {
            let (address, type_name) = (&entry.address, entry.type_name.as_str());
            let listed = self.list(&entry, std::slice::from_ref(&entry.id)).await;
            let listed: Vec<_> = listed.into_iter().filter(|live| live.id == entry.id).collect();
            let [listed] = &listed[..] else {
                panic!("{address} is listed {} times", listed.len())
            };
            let read = self.read(&entry, &entry.id).await;
            let read = read.unwrap_or_else(|| panic!("{address} is listed, but not read"));
            assert_eq!(read.id, entry.id, "{address} is read as another");
            let entries = read.value.as_entries().into_iter().flatten();
            for (name, value) in entries.filter(|(name, _)| !MOVES_ON.contains(&name.as_str())) {
                let other = listed.value.attribute(name).expect("both are of one type");
                let same = plan::same_value(value, other);
                assert!(
                    same,
                    "{address}: {name} is listed as {} and read as {}",
                    json(other),
                    json(value)
                );
            }
            // Zero is what is not there.
            let kept = entry
                .kept
                .iter()
                .filter(|(name, value)| !is_zero(value) && name.as_str() != "timeouts");
            for (name, value) in kept {
                let value = serde_json::from_str(&json(value)).expect("it was written as JSON");
                let unlisted = untold::unlisted(type_name, name, &value);
                assert!(
                    unlisted.is_empty(),
                    "{address} is not read back, and the docs do not say so: {unlisted:?}"
                );
            }
        }
    }

    async fn plan(&self, ledger: &Ledger, intent: Intent) -> engine::Planned {
        let cloud = self.writer(ledger);
        let desk = Desk {
            cloud: cloud.clone(),
            journal: Arc::new(ledger.clone()),
            types: self.types.clone(),
            listener: Arc::new(Silence),
            recover: Recover::Settle,
            refresh: Refresh::Live,
        };
        let input = self.input(ledger, cloud, intent);
        engine::plan(&desk, input).await
    }

    async fn run(&self, ledger: &Ledger, mut outcome: Outcome) -> Diagnostics {
        assert!(!outcome.errored(), "{}", shown(&outcome.problems));
        let mut replay = outcome.replay.take().expect("a sound plan can be applied");
        let setup = Setup {
            cloud: self.writer(ledger),
            journal: Arc::new(ledger.clone()),
            types: self.types.clone(),
            listener: Arc::new(Silence),
            cancel: Cancel::default(),
            processes: Arc::new(RealProcesses),
            parallelism: 10,
        };
        let report = engine::apply(&setup, &outcome.plan, &mut *replay).await;
        if report.ending == Ending::Complete {
            let outputs: BTreeMap<_, RememberedOutput> = replay.outputs().into_iter().collect();
            ledger.set_outputs(&outputs).expect("written");
        }
        report.problems
    }

    fn input(&self, ledger: &Ledger, cloud: Arc<dyn Writer>, intent: Intent) -> Input {
        let mut world = World::real();
        let main = format!(
            "provider \"aws\" {{\n  region = \"us-east-1\"\n  access_key = \"{}\"\n  secret_key = \"test\"\n{}\n}}\n{}",
            self.account, self.provider, self.text
        );
        world.files = Arc::new([("main.tf", main.as_str())].into_iter().collect::<FileTree>());
        let mut sources = SourceMap::default();
        let (config, problems) =
            config::load(&*world.files, Utf8Path::new("."), &mut sources, &Manifest::default());
        assert!(!problems.has_errors(), "{}", shown(&problems));
        Input {
            config: Arc::new(config.select(None).expect("there are no phases")),
            registry: self.registry.clone(),
            variables: Vec::new(),
            options: plan::Options { intent, ..plan::Options::default() },
            remembered: ledger.remembered().expect("readable"),
            supports: Arc::new(move |name, mode| cloud.supports(name, mode)),
            places: Places { cwd: "/work".into(), root: ".".into() },
            workspace: "default".into(),
            time: world.clock.now(),
            seed: 7,
            stand_ins: None,
            world,
        }
    }

    async fn open(&self) -> Ledger {
        let (world, disk): (_, Arc<dyn Disk>) = (World::real(), Arc::new(self.disk.clone()));
        let options = Options {
            store: Arc::new(LocalStore::new(disk.clone())),
            sealer: Arc::new(Sealer::new(disk, world.entropy.clone(), None)),
            clock: world.clock,
            entropy: world.entropy,
            stack: "main".into(),
        };
        let holder = Holder {
            user: "test".to_owned(),
            host: "test".to_owned(),
            process: std::process::id(),
            command: "test".to_owned(),
            is_alive: Arc::new(|_| true),
        };
        let (ledger, _) =
            Ledger::open(options, Access::Change(holder, Duration::ZERO)).await.expect("it opens");
        ledger
    }

    fn writer(&self, ledger: &Ledger) -> Arc<dyn Writer> {
        let ours = Arc::new(VirtualObjects::new(ledger.clone(), self.registry.clone()));
        Arc::new(Router::new(vec![ours, self.cloud.clone()]))
    }

    fn cloud_refresh(&self) {
        terrace::provider::Reader::refresh(&*self.cloud);
    }

    fn in_cloud(&self, ledger: &Ledger) -> Vec<Entry> {
        let entries = ledger.entries().into_iter();
        entries.filter(|entry| entry.type_name.as_str().starts_with("aws_")).collect()
    }

    async fn read(&self, entry: &Entry, id: &Id) -> Option<Live> {
        let (type_name, scope): (_, Scope) = (entry.type_name.clone(), entry.scope.clone());
        let request = ReadRequest { type_name, scope, id: id.clone() };
        terrace::provider::Reader::read(&*self.cloud, &request).await.expect("readable")
    }

    async fn list(&self, entry: &Entry, known: &[Id]) -> Vec<Live> {
        let request = ListRequest {
            type_name: entry.type_name.clone(),
            scope: entry.scope.clone(),
            stack: "main".into(),
            known: known.to_vec(),
        };
        terrace::provider::Reader::list(&*self.cloud, &request).await.expect("it can be listed")
    }
}

/// What an outcome would do, no-ops and reads left out. A replacement counts once, as its create.
fn steps(outcome: &Outcome) -> Steps {
    let steps = outcome.plan.steps.iter();
    let changing = steps.filter(|step| !matches!(step.action, Action::NoOp | Action::Read));
    let mut steps = Steps::new();
    for step in changing {
        let known = steps.entry(step.address.to_string()).or_insert(step.action);
        if step.action == Action::Create {
            *known = step.action;
        }
    }
    steps
}

/// What an outcome would change, and from what to what.
fn differences(outcome: &Outcome) -> String {
    let mut text = shown(&outcome.problems);
    let changing = |action| !matches!(action, Action::NoOp | Action::Read);
    for step in outcome.plan.steps.iter().filter(|step| changing(step.action)) {
        writeln!(text, "{:?} {}", step.action, step.address).expect("a String takes everything");
        for path in step.changed.iter().chain(&step.replace_paths) {
            let name = path.to_string();
            let top = name.split(['.', '[']).next().unwrap_or_default();
            let of = |value: Option<&Value>| {
                value.and_then(|v| v.attribute(top)).map_or_else(|| "?".into(), json)
            };
            let (prior, planned) = (of(step.prior.as_ref()), of(step.planned.as_ref()));
            writeln!(text, "  {path}: {prior} -> {planned}").expect("a String takes everything");
        }
    }
    text
}

fn json(value: &Value) -> String {
    to_json(value, &value.ty()).unwrap_or_else(|| "(unknown)".to_owned())
}

fn shown(problems: &Diagnostics) -> String {
    problems.iter().map(|problem| rendered(problem, &SourceMap::default(), Style::Plain)).collect()
}
