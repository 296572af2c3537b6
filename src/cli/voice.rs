//! To whom a command speaks, and in which form.

use super::args::Command;

/// How a command speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// To people.
    Human,
    /// To programs: one JSON object per line.
    Json,
    /// To programs: one document. Problems are JSON lines on standard error.
    Document,
}

/// When programs are told of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// As they are found.
    AtOnce,
    /// When the work is over, as Terraform does where it plans or applies.
    InTheEnd,
}

/// Commands that print a line for each thing that happens.
const IN_LINES: &[&str] = &["plan", "apply", "destroy", "refresh", "drift", "init", "test"];

impl Voice {
    /// How a command is asked to speak.
    #[must_use]
    pub fn of(command: &Command) -> Self {
        let (json, voice) = match command {
            Command::Plan(args) => (args.json, Self::Json),
            Command::Apply(args) => (args.json, Self::Json),
            Command::Destroy(args) => (args.json, Self::Json),
            Command::Refresh(args) => (args.json, Self::Json),
            Command::Drift(args) => (args.json, Self::Json),
            Command::Init(args) => (args.json, Self::Json),
            Command::Test(args) => (args.json, Self::Json),
            Command::Show(args) => (args.json, Self::Document),
            Command::Output(args) => (args.json, Self::Document),
            Command::Validate(args) => (args.json, Self::Document),
            Command::Phases(args) => (args.json, Self::Document),
            Command::Status(args) => (args.json, Self::Document),
            Command::Version(args) => (args.json, Self::Document),
            _ => (false, Self::Human),
        };
        if json { voice } else { Self::Human }
    }

    /// How a command was asked to speak whose arguments are not understood. They begin with the program's name.
    #[must_use]
    pub fn of_refused(arguments: &[String]) -> Self {
        let is_asked = |argument: &String| argument == "--json" || argument == "--json=true";
        let flags = arguments.iter().take_while(|argument| *argument != "--");
        if !flags.clone().any(is_asked) {
            return Self::Human;
        }
        let in_lines = flags.skip(1).any(|argument| IN_LINES.contains(&argument.as_str()));
        if in_lines { Self::Json } else { Self::Document }
    }
}

impl Moment {
    /// When the problems of a command are told to programs.
    #[must_use]
    pub const fn of(command: &Command) -> Self {
        match command {
            Command::Plan(_)
            | Command::Apply(_)
            | Command::Destroy(_)
            | Command::Refresh(_)
            | Command::Drift(_) => Self::InTheEnd,
            _ => Self::AtOnce,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_arguments_tell_how_the_answer_is_read() {
        let check = |line: &str, expect| {
            let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(Voice::of_refused(&arguments), expect, "{line}");
        };
        check("terrace plan --nope", Voice::Human);
        check("terrace --chdir x plan --json --nope", Voice::Json);
        check("terrace show --json --nope", Voice::Document);
        check("terrace import a -- --json", Voice::Human);
    }
}
