//! From the process's arguments to its exit code.

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use super::args::{self, Args, Command};
use super::context::{Context, Moment, Voice};
use super::env::Environment;
use super::error::{CommandError, Exit, Kind, Outcome};
use super::printer::Printer;
use super::settings::Global;
use super::{argv, commands, logging};

/// Runs the program.
#[must_use]
pub fn run(arguments: Vec<String>) -> ExitCode {
    let environment = Environment::read();
    logging::begin(&environment);
    let arguments = argv::prepare(arguments, &environment);
    tracing::debug!(version = commands::version::TERRACE, "terrace begins");
    let args = match Args::try_parse_from(&arguments) {
        Ok(args) => args,
        Err(error) => return refuse(&error, Voice::of_refused(&arguments), environment),
    };
    let global = Global::resolve(&args.global, &environment);
    let mut context = Context::new(global, environment);
    context.speak(Voice::of(&args.command), Moment::of(&args.command));
    let outcome = enter(&context).and_then(|()| dispatch(args.command, &mut context));
    let exit = match outcome {
        Ok(exit) => exit,
        Err(error) => {
            if error.kind != Kind::Reported {
                context.fail(&error);
            }
            Exit::Failure
        }
    };
    context.release();
    context.printer.flush();
    exit.code().into()
}

/// Goes to the folder of `--chdir`.
fn enter(context: &Context) -> Result<(), CommandError> {
    let Some(folder) = &context.global.chdir else { return Ok(()) };
    std::env::set_current_dir(folder).map_err(|error| {
        let error = anyhow::Error::new(error).context(format!("--chdir={folder}"));
        CommandError::new(Kind::File, "Cannot enter the folder", error)
    })
}

fn dispatch(command: Command, context: &mut Context) -> Outcome {
    match command {
        Command::Apply(args) => commands::apply::run(&args, context),
        Command::Console(args) => commands::console::run(&args, context),
        Command::Demo(args) => commands::demo::run(&args, context),
        Command::Destroy(args) => commands::destroy::run(&args, context),
        Command::Drift(args) => commands::drift::run(args, context),
        Command::Refresh(args) => commands::refresh::run(&args, context),
        Command::Plan(args) => commands::plan::run(&args, context),
        Command::Show(args) => commands::show::run(&args, context),
        Command::Completions(args) => commands::completions::run(&args, context),
        Command::Explain(args) => commands::explain::run(&args, context),
        Command::Fmt(args) => commands::fmt::run(&args, context),
        Command::ForceUnlock(args) => commands::force_unlock::run(&args, context),
        Command::Get(args) => commands::get::run(&args, context),
        Command::Graph(args) => commands::graph::run(&args, context),
        Command::Import(args) => commands::import::run(&args, context),
        Command::Migrate(args) => commands::migrate::run(args, context),
        Command::Init(args) => commands::init::run(&args, context),
        Command::Output(args) => commands::output::run(&args, context),
        Command::Phases(args) => commands::phases::run(&args, context),
        Command::Test(args) => commands::test::run(&args, context),
        Command::Status(args) => commands::status::run(&args, context),
        Command::Validate(args) => commands::validate::run(&args, context),
        Command::Version(args) => commands::version::run(&args, context),
        Command::State(args) => commands::state::run(&args, context),
        Command::Workspace(args) => commands::elsewhere::run("workspace", &args, context),
        Command::Env(args) => commands::elsewhere::run("env", &args, context),
        Command::Taint(args) => commands::elsewhere::run("taint", &args, context),
        Command::Untaint(args) => commands::elsewhere::run("untaint", &args, context),
        Command::Providers(args) => commands::providers::run(&args, context),
        Command::Login(args) => commands::elsewhere::run("login", &args, context),
        Command::Logout(args) => commands::elsewhere::run("logout", &args, context),
        Command::Metadata(args) => commands::elsewhere::run("metadata", &args, context),
        Command::Modules(args) => commands::elsewhere::run("modules", &args, context),
        Command::Stacks(args) => commands::elsewhere::run("stacks", &args, context),
    }
}

/// Help and version end well; anything else that the parser refuses ends with 1, as Terraform's does.
fn refuse(error: &clap::Error, voice: Voice, environment: Environment) -> ExitCode {
    let global = Global::resolve(&args::Global::default(), &environment);
    let mut printer = Printer::new(&global);
    let text = error.render().ansi().to_string();
    let exit = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            printer.print(&text);
            Exit::Success
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            printer.complain(&text);
            Exit::Failure
        }
        _ if voice != Voice::Human => {
            let mut context = Context::new(global, environment);
            context.speak(voice, Moment::AtOnce);
            let (title, detail) = mistake(error);
            context.fail(&CommandError::say(Kind::Usage, title, detail));
            printer = context.printer;
            Exit::Failure
        }
        _ => {
            printer.complain(&text.replacen("error:", "Error:", 1));
            Exit::Failure
        }
    };
    printer.flush();
    exit.code().into()
}

/// What the parser found wrong, as a title and without what it says of the usage.
fn mistake(error: &clap::Error) -> (&'static str, String) {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let (title, text) = match text.strip_prefix(args::BAD_ASSIGNMENT) {
        Some(detail) => (args::BAD_ASSIGNMENT, detail.trim_start()),
        None => ("Failed to parse command-line flags", text),
    };
    let lines = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    (title, lines.collect::<Vec<_>>().join(" "))
}
