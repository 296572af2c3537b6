//! One run: planned, applied where that is asked for, and judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecow::EcoString;
use tokio::time::Instant;

use super::assertion;
use super::bench::{Bench, Naming};
use super::event::{Detail, RunResult, Status};
use super::expected::Expected;
use super::mock::{FileMocks, Mocks, RunMocks};
use super::provider::{self, Providers};
use super::scope::{Assertions, Runs};
use super::state::{Recipe, State};
use super::suite::Suite;
use super::variable::{Valued, Variables};
use super::watch::Watch;
use crate::base::{Address, PhaseName, StackName};
use crate::config::{Config, RunCommand, Selected, Target, TestFile, TestRun};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::{Cancel, Ending, Refresh};
use crate::plan::{Intent, Options, Outcome, Replay, incomplete};
use crate::provider::Writer;
use crate::value::Value;

/// One file while it is carried out.
pub struct Session<'a> {
    /// What it is carried out with.
    pub bench: &'a Bench,
    /// All tests.
    pub suite: &'a Suite,
    /// The file.
    pub file: &'a TestFile,
    /// What it says in place of clouds.
    pub mocks: &'a FileMocks,
    /// The clouds.
    pub clouds: Vec<Arc<dyn Writer>>,
    /// What makes the names of its stacks unique; nothing where they are the configuration's own.
    pub mark: Option<EcoString>,
    /// What was made, by key; without those that a run works on just now.
    pub states: BTreeMap<EcoString, State>,
    /// What runs came to.
    pub runs: Runs,
    /// How many states there are.
    opened: usize,
}

/// A run that is ready to be carried out, with all that it works on.
pub struct Job<'a> {
    bench: &'a Bench,
    file: &'a TestFile,
    at: usize,
    key: EcoString,
    state: State,
    recipe: Recipe,
    valued: Valued,
    expected: Expected,
    /// What the runs before came to.
    runs: Runs,
    began: Instant,
    result: RunResult,
}

/// A run that was carried out.
pub struct Ended {
    /// Its position in the file.
    pub at: usize,
    /// What it came to.
    pub result: RunResult,
    key: EcoString,
    state: State,
    /// Its outputs, where it got that far.
    outputs: Option<Value>,
}

impl<'a> Session<'a> {
    /// The beginning of a file.
    pub fn new(suite: &'a Suite, at: usize, bench: &'a Bench) -> Self {
        let mark = (bench.naming == Naming::Unique).then(|| unique(bench));
        Self {
            bench,
            suite,
            file: &suite.files[at],
            mocks: &suite.mocks[at],
            clouds: (bench.clouds)(),
            mark,
            states: BTreeMap::new(),
            runs: Runs::default(),
            opened: 0,
        }
    }

    /// Makes a run ready.
    ///
    /// # Errors
    /// Where it cannot be carried out: what it came to.
    pub async fn begin(&mut self, at: usize) -> Result<Job<'a>, Box<RunResult>> {
        let run = &self.file.runs[at];
        let began = Instant::now();
        let mut result = RunResult {
            began: Some(self.bench.world.clock.now()),
            assertions: run.asserts.len(),
            status: Status::Pass,
            ..RunResult::skipped(&run.name)
        };
        match self.prepare(at, &mut result.problems).await {
            Ok((key, state, recipe, valued, expected)) => Ok(Job {
                bench: self.bench,
                file: self.file,
                runs: self.runs.clone(),
                at,
                key,
                state,
                recipe,
                valued,
                expected,
                began,
                result,
            }),
            Err(problems) => {
                result.problems.extend(problems);
                result.status = Status::Error;
                result.elapsed = Some(began.elapsed());
                Err(Box::new(result))
            }
        }
    }

    async fn prepare(
        &mut self,
        at: usize,
        problems: &mut Diagnostics,
    ) -> Result<(EcoString, State, Recipe, Valued, Expected), Diagnostics> {
        let run = &self.file.runs[at];
        let key = self.enter(run).await?;
        let (recipe, valued) = self.recipe(at, &key, problems)?;
        let (expected, found) = Expected::of(run, &recipe.selected, &recipe.inputs);
        if found.has_errors() {
            return Err(found);
        }
        let state = self.states.remove(&key).ok_or_else(Diagnostics::none)?;
        Ok((key, state, recipe, valued, expected))
    }

    /// Takes back what a run worked on, and notes what it came to.
    pub fn end(&mut self, ended: Ended) -> RunResult {
        let Ended { result, key, state, outputs, .. } = ended;
        self.states.insert(key, state);
        if let Some(outputs) = outputs {
            self.runs.note(&result.name, outputs);
        }
        result
    }

    /// Opens the state that a run works on, and answers its key.
    async fn enter(&mut self, run: &TestRun) -> Result<EcoString, Diagnostics> {
        let key = state_key(run);
        if !self.states.contains_key(&key) {
            let name = self.stack_name(self.tested(run)?);
            let state = State::open(name, self.clouds.clone(), self.bench).await?;
            self.opened += 1;
            self.states.insert(key.clone(), state);
        }
        Ok(key)
    }

    fn tested(&self, run: &TestRun) -> Result<&'a Arc<Config>, Diagnostics> {
        self.suite.tested(run).ok_or_else(|| {
            let detail = "The module of this run could not be read.";
            let at = run.module.as_ref().map_or(run.span, |module| module.span);
            Diagnostic::error(1130, "Module of a run not installed", detail).at(at).into()
        })
    }

    /// States of one file share a cloud: each has its own name there.
    fn stack_name(&self, config: &Config) -> StackName {
        let mut name = config.stack.name.to_string();
        if let Some(mark) = &self.mark {
            name = format!("{name}-test-{mark}");
        }
        if self.opened > 0 {
            name = format!("{name}-{}", self.opened + 1);
        }
        StackName::from(name)
    }

    /// What a run is made of.
    fn recipe(
        &self,
        at: usize,
        key: &EcoString,
        problems: &mut Diagnostics,
    ) -> Result<(Recipe, Valued), Diagnostics> {
        let run = &self.file.runs[at];
        let state = self.states.get(key).ok_or_else(Diagnostics::none)?;
        let selected = select(self.tested(run)?, run, state.ledger.phase().as_ref())?;
        let Providers { selected, mocked } = provider::of_run(
            &selected,
            self.file,
            self.mocks,
            run,
            &self.variables(run, &selected),
        )?;
        let selected = selected.named(state.stack.clone());
        let valued = problems.take(self.variables(run, &selected).values());
        if problems.has_errors() {
            return Err(Diagnostics::none());
        }
        let own = self.mocks.runs.get(&run.name).cloned().unwrap_or_default();
        let mocks = Mocks {
            providers: mocked,
            overrides: joined(own, &self.mocks.whole),
            seed: self.bench.seed,
        };
        let own = &self.mocks.runs.get(&run.name);
        problems.extend(own.iter().flat_map(|mocks| super::file::strangers(mocks, &[&selected])));
        let misfits = misfits(&mocks, &selected, self.bench);
        if misfits.has_errors() {
            return Err(misfits);
        }
        let inputs = valued.inputs.clone();
        let recipe =
            Recipe { run: at, selected: Arc::new(selected), inputs, mocks: Arc::new(mocks) };
        Ok((recipe, valued))
    }

    fn variables<'s>(&'s self, run: &'s TestRun, selected: &'s Selected) -> Variables<'s> {
        let more = self.file.in_test_folder.then_some(&self.bench.test_globals);
        let globals = self.bench.globals.iter().chain(more.into_iter().flatten()).collect();
        let (file, runs, world) = (self.file, &self.runs, &self.bench.world);
        Variables { file, run, selected, globals, runs, world }
    }

    /// Deletes what one state holds. Answers what went wrong.
    pub async fn clean(&self, state: &State, recipe: &Recipe) -> Diagnostics {
        // A first interruption ends the tests, not their cleaning up.
        state.clean(recipe, &Cancel::default(), self.bench).await
    }
}

impl Job<'_> {
    /// What it does while it is carried out, and since when.
    pub fn watch(&self) -> (Arc<Watch>, Instant) {
        (self.state.watch.clone(), self.began)
    }

    /// Carries the run out.
    pub async fn carry_out(mut self) -> Ended {
        let outputs = match self.attempt().await {
            Ok(outputs) => outputs,
            Err(problems) => {
                self.result.problems.extend(problems);
                self.result.status = Status::Error;
                None
            }
        };
        self.result.elapsed = Some(self.began.elapsed());
        let Self { at, key, state, result, .. } = self;
        Ended { at, result, key, state, outputs }
    }

    /// Plans, applies where that is asked for, and judges. Answers the outputs.
    async fn attempt(&mut self) -> Result<Option<Value>, Diagnostics> {
        let (bench, file) = (self.bench, self.file);
        let run = &file.runs[self.at];
        let refresh = if run.options.skip_refresh { Refresh::Remembered } else { Refresh::Live };
        let mut planned = self.state.plan(&self.recipe, options(run), refresh, bench).await?;
        let problems = std::mem::take(&mut planned.outcome.problems);
        let replay = match run.command {
            RunCommand::Plan => {
                let problems = self.expected.filter(problems);
                refuse_errors(problems, &mut self.result)?;
                let outcome = &mut planned.outcome;
                outcome.replay.take().or_else(|| outcome.partial.take())
            }
            RunCommand::Apply => {
                refuse_errors(self.expected.explain(problems), &mut self.result)?;
                let mut replay = planned.outcome.replay.take();
                if let Some(replay) = &mut replay {
                    self.state.last = Some(self.recipe.clone());
                    let cancel = &bench.cancel;
                    let report =
                        self.state.apply(&self.recipe, &planned, replay, cancel, bench).await;
                    let mut problems = self.expected.filter(report.problems);
                    if !run.options.targets.is_empty() {
                        problems.push(incomplete());
                    }
                    if report.ending == Ending::Interrupted {
                        problems.push(interrupted());
                    }
                    refuse_errors(problems, &mut self.result)?;
                }
                replay
            }
        };
        if bench.verbose {
            self.result.detail = self.detail(run.command, planned.outcome).await;
        }
        Ok(replay.map(|replay| self.judge(run, &replay)))
    }

    /// What is shown of a run when everything is to be shown.
    async fn detail(&self, command: RunCommand, outcome: Box<Outcome>) -> Option<Detail> {
        if command == RunCommand::Plan {
            return Some(Detail { command, outcome });
        }
        let (options, refresh) = (Options::default(), Refresh::Live);
        let planned = self.state.plan(&self.recipe, options, refresh, self.bench).await;
        Some(Detail { command, outcome: planned.ok()?.outcome })
    }

    /// Judges the assertions; answers the outputs.
    fn judge(&mut self, run: &TestRun, replay: &Replay) -> Value {
        let scope = Assertions {
            module: replay.scope(),
            outputs: self.recipe.selected.tree.root().outputs.keys().collect(),
            variables: &self.valued.others,
            runs: &self.runs,
            file: self.file,
        };
        let verdict = assertion::judge(&run.asserts, &scope);
        let result = &mut self.result;
        result.failed_assertions = verdict.failed;
        result.status = result.status.max(verdict.status);
        result.problems.extend(verdict.problems);
        scope.module.outputs()
    }
}

/// The key of the state that a run works on.
pub fn state_key(run: &TestRun) -> EcoString {
    let source = || run.module.as_ref().map(|module| module.text.clone());
    run.state_key.clone().or_else(source).unwrap_or_default()
}

/// Notes problems; ends the run where there is an error among them.
fn refuse_errors(problems: Diagnostics, result: &mut RunResult) -> Result<(), Diagnostics> {
    let failed = problems.has_errors();
    result.problems.extend(problems);
    if failed { Err(Diagnostics::none()) } else { Ok(()) }
}

/// The module in the phase of a run: the one that it names, or that its state is in, or the first.
fn select(
    config: &Config,
    run: &TestRun,
    current: Option<&PhaseName>,
) -> Result<Selected, Diagnostics> {
    let named = run.phase.as_ref().map(|(name, _)| name);
    let phase = named.or(current.filter(|phase| config.phases.contains_key(*phase)));
    config.select(phase.map(PhaseName::as_str)).map_err(|mut problem| {
        problem.subject = run.phase.as_ref().map(|(_, span)| *span);
        Diagnostics::from(*problem)
    })
}

fn options(run: &TestRun) -> Options {
    let instance = |target: &Target| match target {
        Target::Instance(address) => Some(address.clone()),
        Target::Resource(resource) => Some(resource.clone().instance(None)),
        Target::Module(_) => None,
    };
    let replace: Vec<Address> = run.options.replace.iter().filter_map(instance).collect();
    Options {
        intent: if run.options.refresh_only { Intent::RefreshOnly } else { Intent::Normal },
        targets: run.options.targets.clone(),
        replace,
        ..Options::default()
    }
}

/// A run's overrides before those of its file.
fn joined(mut own: RunMocks, whole: &RunMocks) -> RunMocks {
    own.objects.extend(whole.objects.iter().cloned());
    own.modules.extend(whole.modules.iter().cloned());
    own
}

/// Made-up values that do not fit the attributes of resources that the module has.
fn misfits(mocks: &Mocks, selected: &Selected, bench: &Bench) -> Diagnostics {
    let mut problems = Diagnostics::none();
    for (_, module) in selected.tree.iter() {
        for (key, resource) in &module.resources {
            let Some(schema) = (match key.mode {
                crate::base::Mode::Managed => bench.registry.resource(key.type_name.as_str()),
                crate::base::Mode::Data => bench.registry.data(key.type_name.as_str()),
                crate::base::Mode::Ephemeral => None,
            }) else {
                continue;
            };
            let path = module
                .path
                .iter()
                .fold(crate::base::ModulePath::root(), |path, name| path.child(name.clone(), None));
            let address = crate::base::ResourceAddress {
                module: path,
                mode: key.mode,
                type_name: key.type_name.clone(),
                name: key.name.clone(),
            };
            let address = address.instance(None);
            let alias = resource.provider.as_ref().and_then(|provider| provider.alias.as_ref());
            let name = resource.provider_name();
            let scope = alias.map_or_else(|| name.to_string(), |alias| format!("{name}.{alias}"));
            let Some(said) = mocks.find(&address, &scope) else { continue };
            let empty = Value::null(schema.implied_type().clone());
            let blank = crate::schema::empty_object(&schema.block);
            let blank = if blank.as_entries().is_some() { blank } else { empty };
            if let Err(misfit) = mocks.complete((&address, 1), said, schema, &blank) {
                let detail = format!(
                    "No value for the attribute \"{}\" can be made from the mocked data: {}.",
                    misfit.attribute, misfit.why
                );
                problems.push(
                    Diagnostic::error(1106, "Failed to compute attribute", detail)
                        .at(resource.span)
                        .of(&address),
                );
            }
        }
    }
    problems
}

fn interrupted() -> Diagnostic {
    Diagnostic::error(1132, "Interrupted", "The run was asked to end before it was done.")
}

/// What nobody else is called.
fn unique(bench: &Bench) -> EcoString {
    let mut bytes = [0; 4];
    bench.world.entropy.fill(&mut bytes);
    format!("{:08x}", u32::from_le_bytes(bytes)).into()
}
