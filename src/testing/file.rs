//! Files one after the other: their runs in order, or beside each other where they may be, then everything deleted that
//! they made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecow::EcoString;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use super::bench::Bench;
use super::event::{Event, FileProgress, FileResult, Results, RunResult, Status};
use super::mock::RunMocks;
use super::run::{Session, state_key};
use super::state::State;
use super::suite::Suite;
use super::watch::{Watch, telling};
use crate::base::Address;
use crate::config::{Module, ResourceKey, Selected, Target, TestFile, TestProvider, TestRun};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::Urgency;
use crate::eval;
use crate::syntax::ast::{Body, Expr};

/// Carries all tests out and tells what happens.
pub async fn run(suite: &Suite, bench: &Bench, hear: &mut dyn FnMut(Event<'_>)) -> Results {
    hear(Event::Found(suite));
    let mut results = Results::default();
    for at in 0..suite.files.len() {
        let result = one(suite, at, bench, hear).await;
        results.files.insert(suite.files[at].path.to_string(), result);
    }
    results.interrupted = is_interrupted(bench);
    hear(Event::Done(&results));
    results
}

fn is_interrupted(bench: &Bench) -> bool {
    bench.cancel.urgency() != Urgency::None
}

async fn one(
    suite: &Suite,
    at: usize,
    bench: &Bench,
    hear: &mut dyn FnMut(Event<'_>),
) -> FileResult {
    let mut session = Session::new(suite, at, bench);
    let file = session.file;
    hear(Event::File(file, FileProgress::Starting));
    let mut result = FileResult { status: Status::Pass, runs: Vec::new() };
    let mut done = BTreeMap::new();
    let mut under_way = UnderWay { file, runs: BTreeMap::new() };
    let mut flying = FuturesUnordered::new();
    let (mut next, mut told) = (0, false);
    loop {
        let ended = if next < file.runs.len() && under_way.lets_begin(next) {
            let at = next;
            next += 1;
            if result.status == Status::Error || is_interrupted(bench) {
                Some((at, RunResult::skipped(&file.runs[at].name)))
            } else {
                hear(Event::RunStarted(file, &file.runs[at].name));
                match session.begin(at).await {
                    Ok(job) => {
                        under_way.runs.insert(at, job.watch());
                        flying.push(job.carry_out());
                        None
                    }
                    Err(failed) => Some((at, *failed)),
                }
            }
        } else if let Some(ended) =
            telling(flying.next(), bench.telling, || under_way.tell(hear)).await
        {
            under_way.runs.remove(&ended.at);
            Some((ended.at, session.end(ended)))
        } else {
            break;
        };
        let Some((at, run)) = ended else { continue };
        hear(Event::RunDone(file, &run));
        if run.status != Status::Skip && is_interrupted(bench) && !told {
            told = true;
            hear(Event::Interrupted);
        }
        result.status = result.status.max(run.status);
        done.insert(at, run);
    }
    result.runs = done.into_values().collect();
    hear(Event::File(file, FileProgress::TearDown));
    if !tear_down(&session, hear).await {
        result.status = Status::Error;
    }
    hear(Event::File(file, FileProgress::Complete(result.status)));
    let problems = whole_file(&session);
    if !problems.is_empty() {
        hear(Event::FileProblems(file, &problems));
    }
    result
}

/// The runs of a file that are being carried out.
struct UnderWay<'a> {
    file: &'a TestFile,
    /// What they do, and since when, by their positions.
    runs: BTreeMap<usize, (Arc<Watch>, Instant)>,
}

impl UnderWay<'_> {
    /// Tells that they go on.
    fn tell(&self, hear: &mut dyn FnMut(Event<'_>)) {
        for (at, (watch, began)) in &self.runs {
            let (file, run, elapsed) = (self.file, &self.file.runs[*at].name, began.elapsed());
            hear(Event::RunGoesOn { file, run, elapsed, doing: &watch.doing() });
        }
    }

    /// Whether a run may begin: alone, or beside others that may be carried out beside it, where it needs nothing of
    /// them and works on a state of its own.
    fn lets_begin(&self, at: usize) -> bool {
        let run = &self.file.runs[at];
        let is_parallel = |run: &TestRun| run.parallel.unwrap_or(self.file.parallel);
        let named = runs_named(self.file, run);
        self.runs.keys().map(|other| &self.file.runs[*other]).all(|other| {
            is_parallel(run)
                && is_parallel(other)
                && state_key(run) != state_key(other)
                && !named.contains(&other.name)
        })
    }
}

/// The runs that a run names: in its variables and assertions, and in the provider configurations of its file.
fn runs_named(file: &TestFile, run: &TestRun) -> BTreeSet<EcoString> {
    let conditions = run.asserts.iter().flat_map(|one| [&one.condition, &one.error_message]);
    let values = run.variables.values().map(|attribute| &attribute.expr);
    let mut exprs: Vec<&Expr> = conditions.chain(values).collect();
    for provider in file.providers.values() {
        if let TestProvider::Real(config) = provider {
            expressions(&config.body, &mut exprs);
        }
    }
    let references = exprs.into_iter().flat_map(eval::references);
    let runs = references.filter(|reference| reference.root == "run");
    runs.filter_map(|reference| reference.attr(0).map(|name| name.name.clone())).collect()
}

/// Every expression of a body and of the blocks in it.
pub(super) fn expressions<'a>(body: &'a Body, found: &mut Vec<&'a Expr>) {
    found.extend(body.attributes.iter().map(|attribute| &attribute.expr));
    body.blocks.iter().for_each(|block| expressions(&block.body, found));
}

/// Deletes what the states of a file hold, those that were changed last first. Answers whether nothing is left.
async fn tear_down(session: &Session<'_>, hear: &mut dyn FnMut(Event<'_>)) -> bool {
    let file = session.file;
    let mut states: Vec<&State> = session.states.values().collect();
    states.sort_by_key(|state| std::cmp::Reverse(state.last.as_ref().map(|last| last.run)));
    let mut clean = true;
    for state in states {
        let Some(recipe) = state.last.as_ref().filter(|_| !state.addresses().is_empty()) else {
            session.bench.keep.iter().for_each(|keep| keep.forget(&state.stack));
            continue;
        };
        let run = &file.runs[recipe.run].name;
        hear(Event::RunTearDown(file, run));
        let problems = if session.bench.cancel.urgency() == Urgency::Stop {
            Diagnostics::none()
        } else {
            let began = Instant::now();
            let mut tell = || {
                let (elapsed, doing) = (began.elapsed(), state.watch.doing());
                hear(Event::RunGoesOn { file, run, elapsed, doing: &doing });
            };
            telling(session.clean(state, recipe), session.bench.telling, &mut tell).await
        };
        let left: Vec<Address> = state.addresses().into_iter().collect();
        clean &= left.is_empty() && !problems.has_errors();
        if let Some(keep) = session.bench.keep.as_ref().filter(|_| left.is_empty()) {
            keep.forget(&state.stack);
        }
        if !left.is_empty() || !problems.is_empty() {
            hear(Event::Cleaned { file, run, problems: &problems, left: &left });
        }
    }
    clean
}

/// What is wrong with a file as a whole: overrides of nothing.
fn whole_file(session: &Session<'_>) -> Diagnostics {
    let alternates = session.file.runs.iter().filter_map(|run| session.suite.tested(run));
    let configs: Vec<_> = alternates.chain([&session.suite.config]).collect();
    let mut every = Vec::new();
    for config in configs {
        let phases = config.phases.keys().map(|phase| Some(phase.as_str()));
        let selected = phases.chain([None]).filter_map(|phase| config.select(phase).ok());
        every.extend(selected);
    }
    let every: Vec<&Selected> = every.iter().collect();
    strangers(&session.mocks.whole, &every)
}

/// Overrides of what none of the configurations has.
pub(super) fn strangers(mocks: &RunMocks, configs: &[&Selected]) -> Diagnostics {
    let objects = mocks.objects.iter().map(|one| (one.target.clone(), one.span));
    let modules = mocks.modules.iter().map(|one| (Target::Module(one.path.clone()), one.span));
    let unknown = objects
        .chain(modules)
        .filter(|(target, _)| !configs.iter().any(|selected| is_declared(target, selected)));
    unknown
        .map(|(target, span)| {
            let detail = format!(
                "The override target {target} does not exist within the configuration under test. This could indicate \
                 a typo in the target address or an unnecessary override."
            );
            Diagnostic::warning(1107, "Invalid override target", detail).at(span)
        })
        .collect()
}

fn is_declared(target: &Target, selected: &Selected) -> bool {
    let resource = match target {
        Target::Module(path) => return selected.tree.find(path).is_some(),
        Target::Resource(resource) => resource,
        Target::Instance(instance) => &instance.resource,
    };
    let key = ResourceKey {
        mode: resource.mode,
        type_name: resource.type_name.clone(),
        name: resource.name.clone(),
    };
    let has = |module: &Module| module.resources.contains_key(&key);
    selected.tree.find(&resource.module).is_some_and(|id| has(&selected.tree[id]))
}
