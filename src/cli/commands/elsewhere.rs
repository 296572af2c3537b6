//! Terraform's commands that terrace has no need of: each is answered with what does its job here.

use crate::cli::args::Elsewhere;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Kind, Outcome};

/// A command of Terraform's, why it is not here, and what is.
struct Answer {
    command: &'static str,
    because: &'static str,
    instead: &'static str,
}

const ANSWERS: &[Answer] = &[
    Answer {
        command: "state mv",
        because: "Addresses are tags on the objects themselves; there is no state file to edit",
        instead: "Write a `moved` block: the next apply writes the new address",
    },
    Answer {
        command: "state rm",
        because: "Ownership is tags on the objects themselves; there is no state file to edit",
        instead: "Write a `removed` block with `destroy = false`: the next apply lets the object go",
    },
    Answer {
        command: "state pull",
        because: "There is no state file: live AWS is the truth",
        instead: "`terrace show -json` prints what is live in the form of a state",
    },
    Answer {
        command: "state push",
        because: "There is no state file: live AWS is the truth",
        instead: "`terrace import` adopts an object that exists",
    },
    Answer {
        command: "state replace-provider",
        because: "Providers are built in, and nothing records their addresses",
        instead: "Change `required_providers`: that is all",
    },
    Answer {
        command: "workspace",
        because: "A stack is one root module; growing it is what phases are for",
        instead: "`terrace phases` shows the ladder. For a second copy of a stack give it another name (`stack \"…\"`)",
    },
    Answer {
        command: "taint",
        because: "There is no state file in which an object could be marked",
        instead: "`terrace apply -replace=ADDRESS` replaces it",
    },
    Answer {
        command: "untaint",
        because: "There is no state file in which an object could be marked",
        instead: "Leave `-replace` out; an object whose creation failed is replaced by the next apply",
    },
    Answer {
        command: "providers",
        because: "The providers for AWS, random_*, time_*, null_resource and terraform_data are built in",
        instead: "`terrace version` shows what this program speaks; `terrace graph` what the configuration uses",
    },
    Answer {
        command: "login",
        because: "terrace talks to AWS and to module registries alone",
        instead: "For a registry set TF_TOKEN_host (dots as underscores); for AWS the usual credentials",
    },
    Answer {
        command: "logout",
        because: "terrace keeps no credentials",
        instead: "Unset TF_TOKEN_host",
    },
    Answer {
        command: "metadata",
        because: "Functions are those of Terraform 1.11",
        instead: "`terrace console` evaluates them",
    },
    Answer {
        command: "modules",
        because: "Modules are told where they are used",
        instead: "`terrace init` lists those that it installs; `terrace show -json PLAN` has their tree",
    },
    Answer {
        command: "stacks",
        because: "HCP Terraform's stacks are another thing than terrace's",
        instead: "`terrace phases` and `terrace status` tell about the stack in this folder",
    },
    Answer {
        command: "env",
        because: "A stack is one root module; growing it is what phases are for",
        instead: "`terrace phases` shows the ladder",
    },
];

/// Says what to use in place of the command.
pub fn run(command: &str, args: &Elsewhere, _: &mut Context) -> Outcome {
    let whole = args.rest.first().map(|sub| format!("{command} {sub}")).unwrap_or_default();
    let named = |name: &str| ANSWERS.iter().find(|answer| answer.command == name);
    let Some(answer) = named(&whole).or_else(|| named(command)) else {
        let detail = format!("`terrace {command}` has list and show");
        return Err(CommandError::say(Kind::Usage, "No such command", detail)
            .hint("`terrace state list` and `terrace state show ADDRESS` show what is live"));
    };
    let error = CommandError::say(Kind::Usage, "Not a command of terrace", answer.because);
    Err(error.hint(answer.instead))
}
