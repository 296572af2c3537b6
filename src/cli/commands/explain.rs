//! `terrace explain`: the page of a diagnostic code.

use crate::base::did_you_mean;
use crate::cli::args::Explain;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::diag::pages;

/// Prints one page, or the list of all.
pub fn run(args: &Explain, context: &mut Context) -> Outcome {
    let Some(code) = &args.code else {
        for (name, page) in pages() {
            let title = page.lines().next().unwrap_or_default().trim_start_matches("# ");
            let title = title.strip_prefix(name).unwrap_or(title).trim_start_matches([':', ' ']);
            context.printer.line(&format!("{name}  {title}"));
        }
        return Ok(Exit::Success);
    };
    let wanted = normal(code);
    if let Some((_, page)) = pages().iter().find(|(name, _)| *name == wanted) {
        context.printer.line(page.trim_end());
        return Ok(Exit::Success);
    }
    let detail = format!("There is no error code {code}");
    let error = CommandError::say(Kind::NotFound, "Unknown error code", detail);
    let near = did_you_mean(&wanted, pages().iter().map(|(name, _)| *name));
    Err(error.hint(near.map_or_else(
        || "`terrace explain` lists all codes".to_owned(),
        |name| format!("Did you mean {name}?"),
    )))
}

/// `304`, `e304` and `E0304` mean the same.
fn normal(code: &str) -> String {
    let digits = code.trim_start_matches(['E', 'e']);
    digits.parse::<u16>().map_or_else(|_| code.to_uppercase(), |number| format!("E{number:04}"))
}
