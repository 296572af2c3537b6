//! Colours. Texts are always painted; whoever prints takes the colours out where they are not wanted.

use anstyle::{AnsiColor, Style};

/// What is added.
pub const ADD: Style = AnsiColor::Green.on_default();
/// What goes away.
pub const REMOVE: Style = AnsiColor::Red.on_default();
/// What changes.
pub const CHANGE: Style = AnsiColor::Yellow.on_default();
/// What is read.
pub const READ: Style = AnsiColor::Cyan.on_default();
/// What stands out.
pub const STRONG: Style = Style::new().bold();
/// What stands back.
pub const FAINT: Style = Style::new().dimmed();

/// The text in a style.
#[must_use]
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
