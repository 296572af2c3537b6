//! Lines that a person types: editing, history, input over several lines. Alone in naming rustyline.

use camino::Utf8PathBuf;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Helper};

use super::context::Context;
use super::env::{self, Environment};
use super::error::{CommandError, Kind};

/// How many entries the history keeps.
const HISTORY_SIZE: usize = 1_000;

/// What a person did at the prompt.
#[derive(Debug)]
pub enum Typed {
    /// Entered a text, of one line or several.
    Text(String),
    /// Pressed Ctrl-C: what was typed is dropped.
    Interrupted,
    /// Pressed Ctrl-D, or the terminal went away.
    End,
}

/// A prompt with a history.
pub struct Editor {
    inner: rustyline::Editor<Lines, FileHistory>,
    history: Option<Utf8PathBuf>,
}

impl Editor {
    /// An editor whose texts go on as long as `is_unfinished` says so, with the history that `name` kept in the user's
    /// state folder.
    ///
    /// # Errors
    /// Where the terminal cannot be used.
    pub fn open(
        name: &str,
        is_unfinished: fn(&str) -> bool,
        context: &Context,
    ) -> Result<Self, CommandError> {
        let config = Config::builder()
            .max_history_size(HISTORY_SIZE)
            .map_err(unusable)?
            .history_ignore_space(true)
            .auto_add_history(true)
            .build();
        let mut inner = rustyline::Editor::with_config(config).map_err(unusable)?;
        inner.set_helper(Some(Lines { is_unfinished }));
        let history = state_folder(&context.environment).and_then(|folder| {
            // Without a place for it there is a history of this session alone.
            context.world.files.create_folder(&folder).ok()?;
            Some(folder.join(name))
        });
        if let Some(path) = &history {
            // There is none yet, or it is not ours to read: neither keeps anybody from typing.
            drop(inner.load_history(path.as_std_path()));
        }
        Ok(Self { inner, history })
    }

    /// Asks for a text.
    ///
    /// # Errors
    /// Where the terminal cannot be read.
    pub fn read(&mut self, prompt: &str) -> Result<Typed, CommandError> {
        match self.inner.readline(prompt) {
            Ok(text) => {
                if let Some(path) = &self.history {
                    drop(self.inner.append_history(path.as_std_path()));
                }
                Ok(Typed::Text(text))
            }
            Err(ReadlineError::Interrupted) => Ok(Typed::Interrupted),
            Err(ReadlineError::Eof) => Ok(Typed::End),
            Err(error) => Err(unusable(error)),
        }
    }
}

fn unusable(error: ReadlineError) -> CommandError {
    CommandError::new(Kind::File, "Cannot use the terminal", error)
}

/// Where programs keep what they remember between runs, by the [XDG base directory
/// specification](https://specifications.freedesktop.org/basedir-spec/latest/); none without a home.
fn state_folder(environment: &Environment) -> Option<Utf8PathBuf> {
    let folder = match environment.value(&env::XDG_STATE_HOME).map(Utf8PathBuf::from) {
        Some(folder) if folder.is_absolute() => folder,
        _ => Utf8PathBuf::from(environment.value(&env::HOME)?).join(".local/state"),
    };
    Some(folder.join("terrace"))
}

/// Tells rustyline when a text is complete.
struct Lines {
    is_unfinished: fn(&str) -> bool,
}

impl Validator for Lines {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if (self.is_unfinished)(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

impl Completer for Lines {
    type Candidate = String;
}

impl Hinter for Lines {
    type Hint = String;
}

impl Highlighter for Lines {}

impl Helper for Lines {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_kept_in_the_state_folder() {
        for (pairs, expect) in [
            (&[("HOME", "/h")][..], Some("/h/.local/state/terrace")),
            (&[("HOME", "/h"), ("XDG_STATE_HOME", "/s")], Some("/s/terrace")),
            (&[("HOME", "/h"), ("XDG_STATE_HOME", "s")], Some("/h/.local/state/terrace")),
            (&[], None),
        ] {
            let folder = state_folder(&Environment::of(pairs));
            assert_eq!(folder.as_deref().map(camino::Utf8Path::as_str), expect);
        }
    }
}
