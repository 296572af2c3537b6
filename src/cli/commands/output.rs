//! `terrace output`: the outputs of the last apply.

use std::collections::BTreeMap;

use ecow::EcoString;
use serde_json::{Map, Value as Json, json};

use crate::base::did_you_mean;
use crate::cli::args;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::cli::ledger::{Files, refused};
use crate::cli::project::Project;
use crate::cli::runtime;
use crate::ledger::Access;
use crate::plan::RememberedOutput as Output;
use crate::report::json::{plain, type_of};
use crate::value::{Type, Value, convert};

/// Prints one output or all.
pub fn run(args: &args::Output, context: &mut Context) -> Outcome {
    let project = Project::load(context);
    let files = Files::of(&project.config, context)?;
    let outputs = runtime::block_on(async {
        let ledger = files.open(&project.config.stack.name, Access::Look, context).await?;
        ledger.outputs().map_err(|error| refused(&error, context))
    })?;
    match &args.name {
        Some(name) => one(name, &outputs, args, context)?,
        None if args.json => {
            let all: Map<String, Json> =
                outputs.iter().map(|(name, output)| (name.to_string(), document(output))).collect();
            context.printer.line(&format!("{:#}", Json::Object(all)));
        }
        None if outputs.is_empty() => {
            context.printer.complain(
                "Warning: No outputs found\n  The last apply left no outputs, or there was none yet.\n",
            );
        }
        None => {
            for (name, output) in &outputs {
                let value = shown(output);
                context.printer.line(&format!("{name} = {value}"));
            }
        }
    }
    Ok(Exit::Success)
}

fn one(
    name: &str,
    outputs: &BTreeMap<EcoString, Output>,
    args: &args::Output,
    context: &mut Context,
) -> Result<(), CommandError> {
    let Some(output) = outputs.get(name) else {
        let detail = format!("The last apply left no output \"{name}\"");
        let error = CommandError::say(Kind::NotFound, "Output not found", detail);
        let near = did_you_mean(name, outputs.keys().map(EcoString::as_str));
        return Err(match near {
            Some(near) => error.hint(format!("Did you mean \"{near}\"?")),
            None => error.hint("`terrace apply` writes outputs; `terrace output` lists them"),
        });
    };
    if args.json {
        let value = plain(&output.value).unwrap_or(Json::Null);
        context.printer.line(&value.to_string());
    } else if args.raw {
        let text = convert(&output.value.clone().unmark_deep().0, &Type::String).ok();
        let Some(text) = text.as_ref().and_then(Value::as_str) else {
            let detail = format!("\"{name}\" is no string, number or bool");
            let error = CommandError::say(Kind::Usage, "Unsupported value for raw output", detail);
            return Err(error.hint("--json prints values of every type"));
        };
        context.printer.print(text);
    } else {
        // Asked for by its name, a sensitive value is shown, as Terraform does.
        let bare = output.value.clone().unmark_deep().0;
        context.printer.line(&bare.to_console());
    }
    Ok(())
}

/// The value for people; sensitive ones only when asked for by name.
pub fn shown(output: &Output) -> String {
    if output.sensitive { "<sensitive>".to_owned() } else { output.value.to_console() }
}

/// An output in Terraform's shape.
pub fn document(output: &Output) -> Json {
    json!({
        "sensitive": output.sensitive,
        "type": type_of(&output.ty),
        "value": plain(&output.value).unwrap_or(Json::Null),
    })
}
