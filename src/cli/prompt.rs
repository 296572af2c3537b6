//! Questions to a person. While somebody thinks, the lock is kept alive and signals are heard.

use std::io::BufRead as _;

use super::context::Context;
use super::error::{CommandError, Kind};
use super::printer::Printer;
use super::signals;

/// Whether what is typed is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// It is.
    Shown,
    /// It is not: it is a secret.
    Hidden,
}

/// Asks for the word "yes". Anything else is a no. The answer may come from a pipe.
///
/// # Errors
/// Where nobody answers, or not with yes.
pub async fn approve(
    question: &str,
    instead: &str,
    context: &mut Context,
) -> Result<(), CommandError> {
    let question = format!("\n{question}\n  Only 'yes' is taken as approval: ");
    match line(&question, Echo::Shown, context).await?.as_deref() {
        Some("yes") => Ok(()),
        Some(_) => Err(CommandError::say(Kind::Approval, "Not approved", "Nothing was changed")),
        None => {
            let detail = "Nobody answered: the input has ended";
            Err(CommandError::say(Kind::Approval, "Approval needed", detail).hint(instead))
        }
    }
}

/// Asks for a line; none at the end of the input.
///
/// # Errors
/// Where the run is asked to end meanwhile.
pub async fn line(
    question: &str,
    echo: Echo,
    context: &mut Context,
) -> Result<Option<String>, CommandError> {
    context.printer.print(question);
    context.printer.flush();
    let read = tokio::task::spawn_blocking(move || read(echo));
    let answer = signals::unless_asked(&context.cancel, read).await;
    if !Printer::is_terminal() || echo == Echo::Hidden || answer.is_err() {
        // Nobody pressed the key that ends the line on the screen.
        context.printer.line("");
    }
    Ok(answer?.unwrap_or_default())
}

fn read(echo: Echo) -> Option<String> {
    let _silence = (echo == Echo::Hidden).then(silence::Silence::begin);
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim().to_owned())
}

#[cfg(unix)]
mod silence {
    //! A terminal that does not show what is typed.

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// As long as it lives, nothing is shown.
    pub struct Silence(Option<Termios>);

    impl Silence {
        /// Turns the echo of standard input off, if it is a terminal.
        pub fn begin() -> Self {
            let before = tcgetattr(std::io::stdin()).ok();
            if let Some(mut quiet) = before.clone() {
                quiet.local_modes.remove(LocalModes::ECHO);
                // A terminal that cannot be made quiet is used as it is.
                let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &quiet);
            }
            Self(before)
        }
    }

    impl Drop for Silence {
        fn drop(&mut self) {
            if let Some(before) = &self.0 {
                let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
            }
        }
    }
}

#[cfg(not(unix))]
mod silence {
    //! Other systems' terminals are used as they are.

    /// Does nothing.
    pub struct Silence;

    impl Silence {
        /// Does nothing.
        pub fn begin() -> Self {
            Self
        }
    }
}
