//! Questions to a person, on a terminal only.

use std::io::BufRead;

use super::error::{CommandError, Kind};
use super::printer::Printer;

/// Asks for the word "yes". Anything else is a no.
///
/// # Errors
/// Where nobody can be asked.
pub fn approve(printer: &mut Printer, question: &str, instead: &str) -> Result<(), CommandError> {
    if !Printer::is_terminal() {
        let detail = "There is no terminal at which somebody could be asked";
        return Err(CommandError::say(Kind::Approval, "Approval needed", detail).hint(instead));
    }
    match ask(printer, &format!("\n{question}\n  Only 'yes' is taken as approval: ")).as_deref() {
        Some("yes") => Ok(()),
        _ => Err(CommandError::say(Kind::Approval, "Not approved", "Nothing was changed")),
    }
}

/// Asks for a line; none at the end of the input.
pub fn ask(printer: &mut Printer, question: &str) -> Option<String> {
    printer.print(question);
    printer.flush();
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim().to_owned())
}
