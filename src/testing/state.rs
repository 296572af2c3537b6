//! A state: what runs with one key made, and the ledger that knows of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::bench::Bench;
use super::mock::{MockCloud, Mocks, Objects};
use super::watch::Watch;
use crate::base::{Address, StackName};
use crate::config::Selected;
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::engine::{
    self, Cancel, Desk, Ending, Planned, Recover, Refresh, Report, Setup, Silence,
};
use crate::ledger::{
    Access, Holder, Ledger, LedgerError, LocalStore, Options as LedgerOptions, Sealer,
    VirtualObjects,
};
use crate::plan::{Input, Intent, Options, Places, Replay, StandIns, Supports, VariableInput};
use crate::provider::{Router, Writer};
use crate::world::{Disk, MemoryDisk, host_name, is_alive};

/// What a run is made of: enough to do it, and to undo it later.
#[derive(Clone)]
pub struct Recipe {
    /// The position of the run in its file.
    pub run: usize,
    /// The module, with its providers.
    pub selected: Arc<Selected>,
    /// Values of its variables.
    pub inputs: Vec<VariableInput>,
    /// What is said in place of clouds.
    pub mocks: Arc<Mocks>,
}

/// What runs with one key made.
pub struct State {
    /// What its stack is called.
    pub stack: StackName,
    /// What is known of it.
    pub ledger: Ledger,
    /// What was made up.
    pub objects: Objects,
    /// The last run that changed it.
    pub last: Option<Recipe>,
    /// What is done with it just now.
    pub watch: Arc<Watch>,
    clouds: Vec<Arc<dyn Writer>>,
}

impl State {
    /// A state in which nothing is.
    ///
    /// # Errors
    /// Where its ledger cannot be opened.
    pub async fn open(
        stack: StackName,
        clouds: Vec<Arc<dyn Writer>>,
        bench: &Bench,
    ) -> Result<Self, Diagnostics> {
        let disk: Arc<dyn Disk> = match &bench.keep {
            Some(keep) => keep.disk(&stack),
            None => Arc::new(MemoryDisk::default()),
        };
        let (clock, entropy) = (bench.world.clock.clone(), bench.world.entropy.clone());
        let options = LedgerOptions {
            store: Arc::new(LocalStore::new(disk.clone())),
            sealer: Arc::new(Sealer::new(disk, entropy.clone(), None)),
            clock,
            entropy,
            stack: stack.clone(),
        };
        let holder = Holder {
            user: "test".to_owned(),
            host: host_name(),
            process: std::process::id(),
            command: "test".to_owned(),
            is_alive: Arc::new(is_alive),
        };
        let opened = Ledger::open(options, Access::Change(holder, Duration::ZERO)).await;
        let (ledger, _) = opened.map_err(|error| diagnose(&error))?;
        let (objects, watch) = (Objects::default(), Arc::default());
        Ok(Self { stack, ledger, objects, last: None, watch, clouds })
    }

    /// The cloud as a run sees it.
    fn cloud(&self, mocks: &Arc<Mocks>, bench: &Bench) -> Arc<dyn Writer> {
        let own = VirtualObjects::new(self.ledger.clone(), bench.registry.clone());
        let mut parts: Vec<Arc<dyn Writer>> = vec![Arc::new(own)];
        parts.extend(self.clouds.iter().cloned());
        Arc::new(MockCloud {
            mocks: mocks.clone(),
            objects: self.objects.clone(),
            registry: bench.registry.clone(),
            behind: Arc::new(Router::new(parts)),
        })
    }

    /// Plans.
    ///
    /// # Errors
    /// Where what the ledger remembers cannot be read.
    pub async fn plan(
        &self,
        recipe: &Recipe,
        options: Options,
        refresh: Refresh,
        bench: &Bench,
    ) -> Result<Planned, Diagnostics> {
        let cloud = self.cloud(&recipe.mocks, bench);
        let supporter = cloud.clone();
        let supports: Supports = Arc::new(move |name, mode| supporter.supports(name, mode));
        let stand_ins: Arc<dyn StandIns> = recipe.mocks.clone();
        let input = Input {
            config: recipe.selected.clone(),
            registry: bench.registry.clone(),
            variables: recipe.inputs.clone(),
            options,
            remembered: self.ledger.remembered().map_err(|error| diagnose(&error))?,
            supports,
            places: Places {
                cwd: bench.world.files.current_folder().unwrap_or_default().into_string(),
                root: ".".to_owned(),
            },
            workspace: "default".into(),
            time: bench.world.clock.now(),
            seed: bench.seed,
            stand_ins: Some(stand_ins),
            world: bench.world.clone(),
        };
        let desk = Desk {
            cloud,
            journal: Arc::new(self.ledger.clone()),
            types: bench.types.clone(),
            listener: Arc::new(Silence),
            recover: Recover::Leave,
            refresh,
        };
        Ok(engine::plan(&desk, input).await)
    }

    /// Carries a plan out, and notes what came of it.
    pub async fn apply(
        &self,
        recipe: &Recipe,
        planned: &Planned,
        replay: &mut Replay,
        cancel: &Cancel,
        bench: &Bench,
    ) -> Report {
        let setup = Setup {
            cloud: self.cloud(&recipe.mocks, bench),
            journal: Arc::new(self.ledger.clone()),
            types: bench.types.clone(),
            listener: self.watch.clone(),
            cancel: cancel.clone(),
            processes: bench.processes.clone(),
            parallelism: bench.parallelism,
        };
        if planned.outcome.intent != Intent::Destroy {
            self.ledger.set_phase(planned.outcome.plan.phase.clone());
        }
        let mut report = engine::apply(&setup, &planned.outcome.plan, replay).await;
        if report.ending == Ending::Complete {
            engine::forget_stale(&self.ledger, &planned.stale);
        }
        let outputs = replay.outputs();
        let known = outputs.iter().filter(|(_, output)| output.value.is_wholly_known());
        if let Err(error) = self.ledger.set_outputs(known) {
            report.problems.extend(diagnose(&error));
        }
        report
    }

    /// Everything that is there, by address.
    #[must_use]
    pub fn addresses(&self) -> BTreeSet<Address> {
        self.ledger.addresses().into_iter().chain(self.objects.addresses()).collect()
    }

    /// Deletes everything. Answers what went wrong.
    pub async fn clean(&self, recipe: &Recipe, cancel: &Cancel, bench: &Bench) -> Diagnostics {
        let options = Options { intent: Intent::Destroy, ..Options::default() };
        let mut planned = match self.plan(recipe, options, Refresh::Live, bench).await {
            Ok(planned) => planned,
            Err(problems) => return problems,
        };
        let mut problems = std::mem::take(&mut planned.outcome.problems);
        if let Some(mut replay) = planned.outcome.replay.take() {
            let report = self.apply(recipe, &planned, &mut replay, cancel, bench).await;
            problems.extend(report.problems);
        }
        // What conditions say of what is going away does not matter any more.
        problems.into_iter().filter(|problem| !is_condition_warning(problem)).collect()
    }
}

fn is_condition_warning(problem: &Diagnostic) -> bool {
    problem.severity == Severity::Warning && matches!(problem.code.0, 531..=533)
}

fn diagnose(error: &LedgerError) -> Diagnostics {
    error.diagnose().into()
}
