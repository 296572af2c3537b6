//! `terrace console`: evaluates expressions, from a terminal or one per line of standard input.

use std::collections::BTreeMap;
use std::io::BufRead as _;

use crate::base::Address;
use crate::cli::args;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::cli::planning;
use crate::cli::printer::Printer;
use crate::cli::project::Project;
use crate::cli::session::{self, Session};
use crate::cli::settings::{self, Cloud, Values};
use crate::cli::{prompt, runtime};
use crate::diag::Diagnostics;
use crate::ledger::Access;
use crate::plan::{Action, Console, Input, Options};
use crate::syntax;
use crate::syntax::ast::{Expr, ExprKind};
use crate::value::Value;

/// What the lines are called in messages.
const NAME: &str = "<console-input>";

/// Evaluates what is typed or piped in.
pub fn run(args: &args::Console, context: &mut Context) -> Outcome {
    let values = Values::resolve(&args.inputs, args.phase.as_deref(), &context.environment);
    let cloud = settings::cloud(args.cloud, &context.environment)?;
    let (mut project, input, known) = prepare(&values, cloud, context)?;
    let (console, problems) = Console::new(input, known);
    context.report(&only_errors(problems), &project.sources);
    if Printer::is_terminal() {
        return interactive(&console, &mut project, context);
    }
    let mut last = None;
    for line in std::io::stdin().lock().lines() {
        let line = line
            .map_err(|error| CommandError::new(Kind::File, "Cannot read standard input", error))?;
        if line.trim() == "exit" {
            break;
        }
        match evaluate(&line, &console, &mut project) {
            Ok(shown) => last = shown.or(last),
            Err(problems) => {
                context.report(&problems, &project.sources);
                return Err(CommandError::reported());
            }
        }
    }
    if let Some(shown) = last {
        context.printer.line(&shown);
    }
    Ok(Exit::Success)
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
            let made = planning::look(&session, input.clone()).await;
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
    if line.trim().is_empty() {
        return Ok(None);
    }
    let file = project.sources.add(NAME, line);
    let (expr, problems) = syntax::parse_expr(line, file, 0);
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

/// Asks for lines until the input ends. A line with open brackets goes on in the next.
#[expect(clippy::unnecessary_wraps, reason = "it is how the command ends")]
fn interactive(console: &Console, project: &mut Project, context: &mut Context) -> Outcome {
    let mut text = String::new();
    loop {
        let question = if text.is_empty() { "> " } else { "… " };
        let Some(line) = prompt::ask(&mut context.printer, question) else { break };
        if text.is_empty() && matches!(line.as_str(), "exit" | "quit") {
            break;
        }
        text.push_str(&line);
        if is_open(&text) {
            text.push('\n');
            continue;
        }
        match evaluate(&std::mem::take(&mut text), console, project) {
            Ok(Some(shown)) => context.printer.line(&shown),
            Ok(None) => {}
            Err(problems) => context.report(&problems, &project.sources),
        }
    }
    Ok(Exit::Success)
}

/// Whether brackets are still open; those in strings do not count.
fn is_open(text: &str) -> bool {
    let mut depth = 0_i32;
    let mut quoted = false;
    let mut escaped = false;
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_brackets_ask_for_more() {
        assert!(is_open("{ a = ["));
        assert!(!is_open("{ a = [1] }"));
        assert!(!is_open(r#""(""#));
        assert!(!is_open(r#""\"(""#));
        assert!(!is_open("1)"));
    }
}
