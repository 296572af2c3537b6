//! Provisioners: commands that a configuration runs with an object.

use std::collections::BTreeMap;

use super::event::Event;
use super::failure::Failure;
use super::shell::Task;
use crate::config::OnFailure;
use crate::plan::Provisioner;
use crate::value::Value;
use crate::world::Program;

/// Why a provisioner did not do its work.
enum Fault {
    /// There is nothing to run.
    NoCommand,
    /// It failed, for this reason; holds no secret.
    Failed(String),
}

/// Runs provisioners one after the other.
pub(super) async fn run(task: &Task<'_>, provisioners: &[Provisioner]) -> Result<(), Failure> {
    for provisioner in provisioners {
        let (subject, kind) = (task.subject(), provisioner.kind.clone());
        task.hear(Event::ProvisionStarted { subject: subject.clone(), kind: kind.clone() });
        let result = run_one(task, provisioner).await;
        task.hear(match result {
            Ok(()) => Event::ProvisionFinished { subject, kind },
            Err(_) => Event::ProvisionFailed { subject, kind },
        });
        if let Err(fault) = result
            && provisioner.on_failure == OnFailure::Fail
        {
            let kind = provisioner.kind.to_string();
            let (title, reason) = match fault {
                Fault::NoCommand => (
                    format!("Invalid {kind} provisioner command"),
                    "the command must be a text that is not empty".to_owned(),
                ),
                Fault::Failed(reason) => (format!("{kind} provisioner error"), reason),
            };
            return Err(Failure::Provision { title, kind, reason, at: provisioner.span });
        }
    }
    Ok(())
}

async fn run_one(task: &Task<'_>, provisioner: &Provisioner) -> Result<(), Fault> {
    let kind = provisioner.kind.clone();
    if kind != "local-exec" {
        let instead = format!("{kind} is not supported; local-exec with ssh or scp does the same");
        return Err(Fault::Failed(instead));
    }
    let program = program(&provisioner.config).ok_or(Fault::NoCommand)?;
    let say = |line: String| {
        task.hear(Event::ProvisionOutput { subject: task.subject(), line: line.into() });
    };
    let withheld = withheld(&provisioner.config);
    if let Some(why) = &withheld {
        say(format!("(output suppressed due to {why} value in config)"));
    } else if provisioner.config.attribute("quiet").and_then(Value::as_bool) == Some(true) {
        say("local-exec: Executing: Suppressed by quiet=true".to_owned());
    } else {
        let words: Vec<String> = program.argv.iter().map(|word| format!("{word:?}")).collect();
        say(format!("Executing: [{}]", words.join(" ")));
    }
    let lines = |line: &str| {
        if withheld.is_none() {
            say(line.to_owned());
        }
    };
    let result = task.shell.processes.run(&program, &lines).await;
    result.map_err(|reason| {
        Fault::Failed(match withheld {
            Some(_) => reason,
            None => with_command(&reason, &program),
        })
    })
}

/// Why a program failed, with what it ran and where.
fn with_command(reason: &str, program: &Program) -> String {
    let command = program.argv.last().map_or("", String::as_str);
    let mut lines = command.trim().lines();
    let first = lines.next().unwrap_or_default();
    let more = if lines.next().is_some() { " …" } else { "" };
    match &program.folder {
        Some(folder) => format!("{reason}, running `{first}`{more} in {folder}"),
        None => format!("{reason}, running `{first}`{more}"),
    }
}

/// Why nothing is told of a command: one that was given a secret may print it.
fn withheld(config: &Value) -> Option<String> {
    let marks = config.deep_marks();
    let reasons = [("sensitive", marks.is_sensitive()), ("ephemeral", marks.is_ephemeral())];
    let reasons: Vec<&str> =
        reasons.into_iter().filter(|(_, holds)| *holds).map(|(why, _)| why).collect();
    (!reasons.is_empty()).then(|| reasons.join(", "))
}

/// What a provisioner runs; none without a command.
fn program(config: &Value) -> Option<Program> {
    let text = |name: &str| config.attribute(name).and_then(Value::as_str).map(str::to_owned);
    let command = text("command").filter(|command| !command.is_empty())?;
    let interpreter = config.attribute("interpreter").and_then(Value::as_sequence);
    let mut argv: Vec<String> = interpreter.filter(|words| !words.is_empty()).map_or_else(
        || vec!["/bin/sh".to_owned(), "-c".to_owned()],
        |words| words.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    );
    argv.push(command);
    let environment: BTreeMap<String, String> = config
        .attribute("environment")
        .and_then(Value::as_entries)
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.to_string(), value.as_str()?.to_owned())))
        .collect();
    Some(Program { argv, folder: text("working_dir"), environment })
}
