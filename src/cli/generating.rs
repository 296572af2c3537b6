//! `-generate-config-out`: configuration for objects that `import` blocks name and that no block declares.

use camino::{Utf8Component, Utf8Path};

use super::context::Context;
use super::error::{CommandError, Kind};
use super::ledger;
use super::planning;
use super::session::Session;
use super::settings::Planning;
use crate::diag::SourceMap;
use crate::plan::{Options, UndeclaredImports};
use crate::report::generated;
use crate::syntax;

const UNWRITABLE: &str = "Cannot write generated configuration";

/// Looks at the objects, and writes a block for each to a new file in the folder, where the plan finds it.
///
/// # Errors
/// Where the file is there already, would not belong to the configuration or cannot be written, and where the
/// configuration, the ledger or the cloud cannot be used.
pub async fn write(
    path: &Utf8Path,
    settings: &Planning,
    context: &mut Context,
) -> Result<(), CommandError> {
    check(path, context)?;
    let access = ledger::look(settings.lock, "plan", &context.environment);
    let session = Session::open(&settings.values, settings.cloud, access, context).await?;
    let looked = look(&session, settings, context).await;
    let closed = session.ledger.close(None).await;
    let text = looked?;
    closed.map_err(|error| ledger::refused(&error, context))?;
    let Some(text) = text else { return Ok(()) };
    context.world.files.write(path, text.as_bytes()).map_err(|error| {
        let error = anyhow::Error::new(error).context(path.to_string());
        CommandError::new(Kind::File, UNWRITABLE, error)
    })
}

fn check(path: &Utf8Path, context: &Context) -> Result<(), CommandError> {
    if !matches!(context.world.files.kind(path), Ok(None)) {
        let detail = format!("{path} is there already; configuration is generated into a new file");
        let title = "Target generated file already exists";
        return Err(CommandError::say(Kind::File, title, detail)
            .hint("Name another file, or move what is in it elsewhere first"));
    }
    let mut parts = path.components().filter(|part| *part != Utf8Component::CurDir);
    let is_here = parts.next().is_some_and(|part| matches!(part, Utf8Component::Normal(_)));
    let is_configuration = matches!(path.extension(), Some("tf" | "hcl"));
    if !is_here || parts.next().is_some() || !is_configuration {
        let detail =
            format!("{path} is no file of the configuration, so that the plan would not see it");
        return Err(CommandError::say(Kind::Usage, UNWRITABLE, detail)
            .hint("Name a file of the current folder that ends in .tf or .hcl"));
    }
    Ok(())
}

/// The text of the file; none where there is nothing to write.
async fn look(
    session: &Session,
    settings: &Planning,
    context: &mut Context,
) -> Result<Option<String>, CommandError> {
    let options =
        Options { undeclared: UndeclaredImports::LookedAt, ..planning::options(settings)? };
    let input = planning::input_of(session, options, context)?;
    let made = planning::look(session, input, context).await?;
    let blocks: Vec<String> = made
        .outcome
        .undeclared
        .iter()
        .filter_map(|(address, live)| {
            let schema = session.registry.resource(address.type_name().as_str())?;
            Some(format!("\n{}", generated::resource(address, &live.id, schema, &live.value)))
        })
        .collect();
    Ok((!blocks.is_empty()).then(|| formatted(format!("{}{}", generated::HEAD, blocks.concat()))))
}

/// The text as `fmt` leaves it.
fn formatted(text: String) -> String {
    let file = SourceMap::default().add("generated", text.as_str());
    syntax::format(&text, file).unwrap_or(text)
}
