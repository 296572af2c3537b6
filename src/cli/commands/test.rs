//! `terrace test`: carries out the tests of the configuration in the current folder.

use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::args::{self, Test};
use crate::cli::context::{Context, Voice};
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::cli::ledger::data_folder;
use crate::cli::leftovers::{self, Ledgers};
use crate::cli::settings::{self, Cloud};
use crate::cli::{clouds, env, inputs, runtime, session, signals};
use crate::config::{self, Manifest};
use crate::diag::{Diagnostics, SourceMap};
use crate::engine::{Cancel, SchemaTypes};
use crate::plan::VariableInput;
use crate::provider::Writer;
use crate::report::json::Lines;
use crate::report::testing as report;
use crate::schema::Registry;
use crate::sim;
use crate::testing::{self, Bench, CloudParts, Event, Naming, Request, Status, Suite};
use crate::world::RealProcesses;

/// How often it is told what a test on a real cloud does.
const TELLING: Duration = Duration::from_secs(10);

/// Reads the tests and carries them out.
pub fn run(args: &Test, context: &mut Context) -> Outcome {
    let mut sources = SourceMap::default();
    let (suite, problems) = read(args, &mut sources, context);
    context.report(&problems, &sources);
    if problems.has_errors() {
        return Err(CommandError::reported());
    }
    let results = runtime::block_on(async {
        let bench = bench(args, &mut sources, context)?;
        if bench.keep.is_some() {
            let data = data_folder(&context.environment);
            let left = leftovers::told(&data, &context.world).await;
            context.report(&left.into_iter().collect(), &sources);
        }
        signals::watch(&bench.cancel);
        let mut hear = |event: Event<'_>| tell(&event, &sources, context);
        Ok(testing::run(&suite, &bench, &mut hear).await)
    })?;
    if let Some(path) = &args.junit_xml {
        let xml = report::junit(&results, &sources);
        context.world.files.write(path, xml.as_bytes()).map_err(|error| {
            let error = anyhow::Error::new(error).context(path.to_string());
            CommandError::new(Kind::File, "Cannot write the JUnit report", error)
        })?;
    }
    Ok(if results.status() <= Status::Pass { Exit::Success } else { Exit::Failure })
}

fn read(args: &Test, sources: &mut SourceMap, context: &Context) -> (Suite, Diagnostics) {
    let dir = Utf8Path::new(".");
    let files = &*context.world.files;
    let (manifest, mut problems) = Manifest::read(files, &data_folder(&context.environment));
    let config = problems.take(config::load(files, dir, sources, &manifest));
    let request = Request { dir, folder: &args.folder, only: &args.filter };
    let world = &context.world;
    let suite = problems.take(Suite::load(Arc::new(config), &request, world, sources, &manifest));
    (suite, problems)
}

fn bench(
    args: &Test,
    sources: &mut SourceMap,
    context: &mut Context,
) -> Result<Bench, CommandError> {
    let registry = session::registry(context)?;
    let cloud = cloud(args.cloud, context)?;
    let is_real = cloud != Cloud::Sim;
    let globals = values(&args.inputs, Utf8Path::new("."), sources, context)?;
    let none = args::Inputs::default();
    let in_folder = values(&none, &args.folder, sources, context)?;
    let is_from_file =
        |input: &VariableInput| !matches!(input.origin, crate::plan::Origin::Environment);
    let mut seed = [0; 8];
    context.world.entropy.fill(&mut seed);
    Ok(Bench {
        types: Arc::new(SchemaTypes::new(registry.clone())),
        clouds: clouds(cloud, &registry, context)?,
        naming: if is_real { Naming::Unique } else { Naming::Own },
        keep: is_real.then(|| Arc::new(Ledgers::of(&data_folder(&context.environment))) as _),
        telling: is_real.then_some(TELLING),
        world: context.world.clone(),
        registry,
        globals,
        test_globals: in_folder.into_iter().filter(is_from_file).collect(),
        cancel: Cancel::default(),
        processes: Arc::new(RealProcesses),
        parallelism: args.parallelism.into(),
        verbose: args.verbose,
        seed: u64::from_le_bytes(seed),
    })
}

/// The cloud asked for; the simulated one where none is.
fn cloud(flag: Option<Cloud>, context: &Context) -> Result<Cloud, CommandError> {
    if flag.is_none() && context.environment.value(&env::TERRACE_CLOUD).is_none() {
        return Ok(Cloud::Sim);
    }
    settings::cloud(flag, &context.environment)
}

/// Clouds for one file: a simulated one that nobody else sees, or AWS itself.
fn clouds(
    cloud: Cloud,
    registry: &Arc<Registry>,
    context: &Context,
) -> Result<CloudParts, CommandError> {
    if cloud == Cloud::Aws {
        let patience = clouds::patience(&context.environment)?;
        return Ok(Arc::new(move || clouds::aws(patience).into_iter().collect()));
    }
    tokio::time::pause();
    let (registry, start) = (registry.clone(), context.world.clock.now());
    Ok(Arc::new(move || {
        let options = sim::Options { start, ..sim::Options::default() };
        let cloud: Arc<dyn Writer> = Arc::new(sim::Sim::new(registry.clone(), options));
        vec![cloud]
    }))
}

/// Values of variables from everywhere but test files.
fn values(
    given: &args::Inputs,
    dir: &Utf8Path,
    sources: &mut SourceMap,
    context: &mut Context,
) -> Result<Vec<VariableInput>, CommandError> {
    let (values, problems) =
        inputs::read(&given.0, dir, &context.environment, &context.world, sources);
    context.report(&problems, sources);
    if problems.has_errors() { Err(CommandError::reported()) } else { Ok(values) }
}

fn tell(event: &Event<'_>, sources: &SourceMap, context: &mut Context) {
    if context.voice == Voice::Json {
        let clock = context.world.clock.clone();
        let now = move || clock.now().to_string();
        let time = now();
        for line in report::lines(event, sources, &Lines::new(&now), &time) {
            context.printer.line(&line);
        }
        return;
    }
    if let Some(text) = report::text(event) {
        context.printer.print(&text);
    }
    match event {
        Event::RunDone(_, run) => context.report(&run.problems, sources),
        Event::FileProblems(_, problems) => context.report(problems, sources),
        Event::Cleaned { file, run, problems, left } => {
            let place = Utf8PathBuf::from(format!("{}/{run}", file.path));
            if problems.has_errors() {
                let title = format!("terrace could not delete everything that {place} made.\n\n");
                context.printer.complain(&title);
            }
            context.report(problems, sources);
            if !left.is_empty() {
                context.printer.complain(&report::left(place.as_str(), left));
            }
        }
        _ => {}
    }
}
