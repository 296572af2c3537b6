//! Planner, engine and ledger together, on objects of the ledger.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8Path;

use super::{CANARY, all_content, holder, options};
use crate::config::{self, Manifest};
use crate::diag::SourceMap;
use crate::engine::{
    Cancel, Desk, Ending, Listener, Recover, Refresh, Report, SchemaTypes, Setup, Silence, apply,
    forget_stale, plan,
};
use crate::ledger::{Ledger, VirtualObjects};
use crate::plan::{Action, Input, Intent, Options, Places, text};
use crate::schema::Registry;
use crate::world::memory::FileTree;
use crate::world::{MemoryDisk, RealProcesses, World};

/// A user with a folder.
pub(super) struct User {
    pub disk: MemoryDisk,
    config: String,
    intent: Intent,
    /// Hears what happens while applying.
    pub listener: Arc<dyn Listener>,
}

impl User {
    pub fn new(config: &str) -> Self {
        Self {
            disk: MemoryDisk::default(),
            config: config.to_owned(),
            intent: Intent::Normal,
            listener: Arc::new(Silence),
        }
    }

    fn input(&self, ledger: &Ledger, registry: &Arc<Registry>) -> Input {
        let mut world = World::in_memory(jiff::Timestamp::UNIX_EPOCH, 1);
        let config = format!("stack \"shop\" {{}}\n{}", self.config);
        let files: FileTree = [("main.hcl", config.as_str())].into_iter().collect();
        world.files = Arc::new(files);
        let mut sources = SourceMap::default();
        let (config, problems) =
            config::load(&*world.files, Utf8Path::new("."), &mut sources, &Manifest::default());
        assert!(!problems.has_errors(), "{problems:?}");
        Input {
            config: Arc::new(config.select(None).expect("no phases")),
            registry: registry.clone(),
            variables: Vec::new(),
            options: Options { intent: self.intent, ..Options::default() },
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

    /// Plans and applies; the plan as text, and what came of it.
    pub async fn apply(&self) -> (String, Report) {
        let (ledger, _) = Ledger::open(options(&self.disk), holder(1)).await.expect("it opens");
        let registry = Arc::new(Registry::embedded());
        let cloud = Arc::new(VirtualObjects::new(ledger.clone(), registry.clone()));
        let types = Arc::new(SchemaTypes::new(registry.clone()));
        let desk = Desk {
            cloud: cloud.clone(),
            journal: Arc::new(ledger.clone()),
            types: types.clone(),
            listener: Arc::new(Silence),
            recover: Recover::Settle,
            refresh: Refresh::Live,
        };
        let planned = plan(&desk, self.input(&ledger, &registry)).await;
        let mut outcome = planned.outcome;
        assert!(!outcome.errored(), "{:?}", outcome.problems);
        let mut replay = outcome.replay.take().expect("planning went well");
        let setup = Setup {
            cloud,
            journal: Arc::new(ledger.clone()),
            types,
            listener: self.listener.clone(),
            cancel: Cancel::default(),
            processes: Arc::new(RealProcesses),
            parallelism: 10,
        };
        let report = apply(&setup, &outcome.plan, &mut *replay).await;
        if report.ending == Ending::Complete {
            ledger.set_outputs(&replay.outputs()).expect("sealed");
            forget_stale(&ledger, &planned.stale);
        }
        ledger.close(None).await.expect("it closes");
        (text::text(&outcome.plan), report)
    }

    /// Applies, and checks that there is nothing left to do then.
    async fn apply_all(&self) -> Report {
        let (_, report) = self.apply().await;
        assert_eq!(report.ending, Ending::Complete, "{:?}", report.problems);
        let (shown, again) = self.apply().await;
        let counts = again.counts;
        assert_eq!((counts.added, counts.changed, counts.destroyed), (0, 0, 0), "{shown}");
        report
    }
}

#[tokio::test]
async fn what_was_applied_stays_until_its_arguments_change() {
    let base = "
        resource \"random_pet\" \"name\" { length = 2 }
        resource \"random_password\" \"p\" { length = 12 }
        resource \"random_id\" \"i\" { byte_length = 4 }
        resource \"time_static\" \"t\" {}
        resource \"terraform_data\" \"d\" {
          input = { name = random_pet.name.id, at = time_static.t.unix }
          triggers_replace = VERSION
        }
        resource \"terraform_data\" \"after\" { input = terraform_data.d.output.name }
        output \"name\" { value = terraform_data.after.output }
        output \"password\" {
          value = random_password.p.result
          sensitive = true
        }";
    let mut user = User::new(&base.replace("VERSION", "1"));
    assert_eq!(user.apply_all().await.counts.added, 6);
    user.config = base.replace("VERSION", "2");
    let report = user.apply_all().await;
    assert_eq!((report.counts.added, report.counts.destroyed), (1, 1));
    user.config = base.replace("VERSION", "2").replace("byte_length = 4", "byte_length = 8");
    assert_eq!(user.apply_all().await.counts.added, 1);
    user.intent = Intent::Destroy;
    let (_, report) = user.apply().await;
    assert_eq!(report.counts.destroyed, 6, "{:?}", report.problems);
}

#[tokio::test]
async fn objects_whose_blocks_are_gone_go_in_the_order_in_which_they_depended() {
    let mut user = User::new(
        "resource \"terraform_data\" \"a\" {}
         resource \"terraform_data\" \"b\" { input = terraform_data.a.id }
         resource \"random_pet\" \"c\" { keepers = { b = terraform_data.b.output } }",
    );
    assert_eq!(user.apply_all().await.counts.added, 3);
    user.config = "resource \"null_resource\" \"n\" {}".to_owned();
    let (shown, report) = user.apply().await;
    assert_eq!(report.counts.destroyed, 3, "{shown} {:?}", report.problems);
    let order = ["random_pet.c", "terraform_data.b", "terraform_data.a"];
    let at = |name: &str| shown.find(&format!("delete {name}")).expect("it is deleted");
    assert!(order.is_sorted_by_key(|name| at(name)), "{shown}");
    user.config = String::new();
    assert_eq!(user.apply_all().await.counts.destroyed, 1, "the last block may go as well");
}

#[tokio::test]
async fn secrets_are_in_no_file() {
    let user = User::new(&format!(
        "variable \"s\" {{
           default = \"{CANARY}\"
           sensitive = true
         }}
         resource \"terraform_data\" \"d\" {{ input = {{ secret = var.s }} }}
         output \"o\" {{
           value = terraform_data.d.output.secret
           sensitive = true
         }}"
    ));
    user.apply_all().await;
    assert!(!all_content(&user.disk).contains(CANARY));
}

#[tokio::test]
async fn a_failed_provisioner_taints() {
    let config = "resource \"terraform_data\" \"d\" {
        provisioner \"local-exec\" { command = COMMAND }
      }";
    let mut user = User::new(&config.replace("COMMAND", "\"exit 3\""));
    let (_, report) = user.apply().await;
    assert_eq!(report.ending, Ending::Failed);
    assert_eq!(report.problems.iter().map(|p| p.code.0).collect::<Vec<_>>(), [813]);
    user.config = config.replace("COMMAND", "\"true\"");
    let report = user.apply_all().await;
    assert_eq!((report.counts.added, report.counts.destroyed), (1, 1), "it was replaced");
}

#[tokio::test(start_paused = true)]
async fn a_sleep_is_waited_for() {
    let user = User::new(
        "resource \"time_sleep\" \"s\" {
           create_duration = \"30s\"
           destroy_duration = \"10s\"
         }",
    );
    let began = tokio::time::Instant::now();
    assert_eq!(user.apply_all().await.counts.added, 1);
    let took = began.elapsed();
    assert!((30..35).contains(&took.as_secs()), "{took:?}");
}

fn chain(count: usize) -> String {
    let mut text = String::from("resource \"terraform_data\" \"r0\" {\n input = 0\n}\n");
    for at in 1..count {
        let before = at - 1;
        writeln!(
            text,
            "resource \"terraform_data\" \"r{at}\" {{\n input = terraform_data.r{before}.id\n}}"
        )
        .expect("a String takes everything");
    }
    text
}

/// A step costs the same whether there are few or many: ten times the objects take at most some twenty times as long.
#[tokio::test]
async fn applying_is_linear() {
    let mut times = Vec::new();
    for count in [200, 2000] {
        let user = User::new(&chain(count));
        let began = tokio::time::Instant::now();
        let (_, report) = user.apply().await;
        assert_eq!(report.counts.added, count, "{:?}", report.problems);
        times.push(began.elapsed().max(Duration::from_millis(20)));
        assert!(user.disk.writes() < 40, "{} writes", user.disk.writes());
    }
    assert!(times[1] < times[0] * 40, "{times:?}");
}

#[tokio::test]
async fn nothing_is_planned_for_what_nobody_wants() {
    let user = User::new("locals { a = 1 }");
    let (shown, report) = user.apply().await;
    assert_eq!(report.ending, Ending::Complete);
    assert!(!shown.contains(&format!("{:?}", Action::Create)), "{shown}");
}
