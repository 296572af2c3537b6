//! Files one after the other: their runs in order, then everything deleted that they made.

use super::bench::Bench;
use super::event::{Event, FileProgress, FileResult, Results, RunResult, Status};
use super::mock::RunMocks;
use super::run::Session;
use super::state::State;
use super::suite::Suite;
use crate::base::Address;
use crate::config::{Module, ResourceKey, Selected, Target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::Urgency;

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
    for (position, run) in file.runs.iter().enumerate() {
        let goes_on = result.status != Status::Error && !is_interrupted(bench);
        let done = if goes_on {
            hear(Event::RunStarted(file, &run.name));
            session.perform(position).await
        } else {
            RunResult::skipped(&run.name)
        };
        hear(Event::RunDone(file, &done));
        if goes_on && is_interrupted(bench) {
            hear(Event::Interrupted);
        }
        result.status = result.status.max(done.status);
        result.runs.push(done);
    }
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

/// Deletes what the states of a file hold, those that were changed last first. Answers whether nothing is left.
async fn tear_down(session: &Session<'_>, hear: &mut dyn FnMut(Event<'_>)) -> bool {
    let file = session.file;
    let mut states: Vec<&State> = session.states.values().collect();
    states.sort_by_key(|state| std::cmp::Reverse(state.last.as_ref().map(|last| last.run)));
    let mut clean = true;
    for state in states {
        let Some(recipe) = state.last.as_ref().filter(|_| !state.addresses().is_empty()) else {
            continue;
        };
        let run = &file.runs[recipe.run].name;
        hear(Event::RunTearDown(file, run));
        let problems = if session.bench.cancel.urgency() == Urgency::Stop {
            Diagnostics::none()
        } else {
            session.clean(state, recipe).await
        };
        let left: Vec<Address> = state.addresses().into_iter().collect();
        clean &= left.is_empty() && !problems.has_errors();
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
