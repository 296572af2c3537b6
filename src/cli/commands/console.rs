//! `terrace console`: evaluates expressions, from a terminal or one per line of standard input.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read as _};

use crate::base::Address;
use crate::cli::args;
use crate::cli::context::Context;
use crate::cli::editor::{Editor, Typed};
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::cli::planning;
use crate::cli::printer::Printer;
use crate::cli::project::Project;
use crate::cli::runtime;
use crate::cli::session::{self, Session};
use crate::cli::settings::{self, Cloud, Values};
use crate::diag::Diagnostics;
use crate::ledger::Access;
use crate::plan::{Action, Console, Input, Options};
use crate::syntax;
use crate::syntax::ast::{Expr, ExprKind};
use crate::value::Value;

/// What the lines are called in messages.
const NAME: &str = "<console-input>";

/// What `help` prints.
const HELP: &str = "\
The console evaluates expressions: functions, variables, locals, resources and
what else a configuration may refer to. Nothing that is entered changes
anything.

An expression goes on in the next line as long as brackets or a heredoc are
open. To leave: exit, Ctrl-D, or Ctrl-C twice.";

/// Evaluates what is typed or piped in.
pub fn run(args: &args::Console, context: &mut Context) -> Outcome {
    let values = Values::resolve(&args.inputs, args.phase.as_deref(), &context.environment);
    let cloud = settings::cloud(args.cloud, &context.environment)?;
    let (mut project, input, known) = prepare(&values, cloud, context)?;
    let (console, problems) = Console::new(input, known);
    context.report(&only_errors(problems), &project.sources);
    if Printer::is_terminal() {
        interactive(&console, &mut project, context)
    } else {
        piped(&console, &mut project, context)
    }
}

/// Evaluates standard input as Terraform does: prints what the last line came to, and stops at the first error. A line
/// with open brackets goes on in the next.
fn piped(console: &Console, project: &mut Project, context: &mut Context) -> Outcome {
    let mut input = BufReader::new(std::io::stdin());
    let (mut text, mut last) = (String::new(), None);
    loop {
        let more = read_line(&mut input, &mut text)?;
        if more && syntax::is_unfinished(&text) {
            continue;
        }
        if !more && text.is_empty() {
            break;
        }
        if text.trim() == "exit" {
            return Ok(Exit::Success);
        }
        // The end of the line is no part of the expression; a text that the line leaves open would go on in it.
        let entered = std::mem::take(&mut text);
        let entered = entered.strip_suffix('\n').unwrap_or(&entered);
        match evaluate(entered.strip_suffix('\r').unwrap_or(entered), console, project) {
            Ok(shown) => last = shown,
            Err(problems) => {
                context.report(&problems, &project.sources);
                return Err(CommandError::reported());
            }
        }
    }
    context.printer.line(&last.unwrap_or_default());
    Ok(Exit::Success)
}

/// Adds a line to the text; whether there was one.
fn read_line(input: &mut impl BufRead, text: &mut String) -> Result<bool, CommandError> {
    let unreadable = |error| CommandError::new(Kind::File, "Cannot read standard input", error);
    let most = u64::try_from(syntax::MAX_SIZE).unwrap_or(u64::MAX);
    let read = input.by_ref().take(most + 1).read_line(text).map_err(unreadable)?;
    if text.len() > syntax::MAX_SIZE {
        let detail = format!("An expression may have {most} bytes at most");
        return Err(CommandError::say(Kind::File, "Cannot read standard input", detail));
    }
    Ok(read > 0)
}

/// Warnings about the configuration are not what is asked.
fn only_errors(problems: Diagnostics) -> Diagnostics {
    let is_error = |one: &crate::diag::Diagnostic| one.severity == crate::diag::Severity::Error;
    problems.into_iter().filter(is_error).collect()
}

/// The configuration, and what the ledger and the cloud know of its objects. Where nothing was ever applied, nobody is
/// asked.
fn prepare(
    values: &Values,
    cloud: Cloud,
    context: &mut Context,
) -> Result<(Project, Input, BTreeMap<Address, Value>), CommandError> {
    let mut project = Project::load(context);
    context.report(&only_errors(std::mem::take(&mut project.problems)), &project.sources);
    let folder = crate::cli::ledger::data_folder(&context.environment);
    let applied = context.world.files.kind(&folder.join("ledger.jsonl")).ok().flatten().is_some();
    if applied {
        return runtime::block_on(async {
            let session = Session::open(values, cloud, Access::Look, context).await?;
            let input = planning::input_of(&session, Options::default(), context)?;
            let made = planning::look(&session, input.clone(), context).await?;
            let mut live = made.outcome.data.clone();
            live.extend(made.outcome.plan.steps.iter().filter_map(|step| {
                let value = step.prior.clone().filter(|_| step.action != Action::Create)?;
                Some((step.address.clone(), value)).filter(|_| !step.deposed)
            }));
            Ok((session.project, input, live))
        });
    }
    let phase = values.phase.as_ref().map(crate::base::PhaseName::as_str);
    let selected = std::sync::Arc::new(project.select(phase, context)?);
    let variables = session::variables(values, &mut project, context)?;
    let registry = session::registry(context)?;
    let supports = planning::supports_all();
    let input = planning::input(selected, registry, Options::default(), supports, context);
    Ok((project, Input { variables, ..input }, BTreeMap::new()))
}

/// The value of a line as the console writes it; none for an empty line.
fn evaluate(
    line: &str,
    console: &Console,
    project: &mut Project,
) -> Result<Option<String>, Diagnostics> {
    match line.trim() {
        "" => return Ok(None),
        "help" => return Ok(Some(HELP.to_owned())),
        _ => {}
    }
    // A heredoc ends with its line.
    let text = if line.contains('\n') { format!("{line}\n") } else { line.to_owned() };
    let file = project.sources.add(NAME, text.as_str());
    let (expr, problems) = syntax::parse_expr(&text, file, 0);
    if problems.has_errors() {
        return Err(problems);
    }
    let (value, problems) = console.evaluate(&expr);
    if problems.has_errors() { Err(problems) } else { Ok(Some(shown(&expr, &value))) }
}

/// The value as the console writes it; what `type()` says is no string to be quoted.
fn shown(expr: &Expr, value: &Value) -> String {
    match (&expr.kind, value.as_str()) {
        (ExprKind::Parens(inner), _) => shown(inner, value),
        (ExprKind::Call { name, .. }, Some(text)) if name.name == "type" => text.to_owned(),
        _ => value.to_console(),
    }
}

/// Asks for expressions until the person leaves. Errors are shown, and it goes on.
fn interactive(console: &Console, project: &mut Project, context: &mut Context) -> Outcome {
    let mut editor = Editor::open("console-history", syntax::is_unfinished, context)?;
    let mut interrupted = false;
    loop {
        context.printer.flush();
        let text = match editor.read("> ")? {
            Typed::Text(text) => text,
            Typed::Interrupted if interrupted => break,
            Typed::Interrupted => {
                interrupted = true;
                context.printer.line("To leave: exit, Ctrl-D, or Ctrl-C once more.");
                continue;
            }
            Typed::End => break,
        };
        interrupted = false;
        if text.trim() == "exit" {
            break;
        }
        match evaluate(&text, console, project) {
            Ok(Some(shown)) => context.printer.line(&shown),
            Ok(None) => {}
            Err(problems) => context.report(&problems, &project.sources),
        }
    }
    Ok(Exit::Success)
}
