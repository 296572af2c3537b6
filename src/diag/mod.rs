//! What is wrong, where, why, and what to do: diagnostics for authors of HCL.
//!
//! Parse, evaluate and plan return their result together with [`Diagnostics`], so that one run shows every problem.

mod code;
mod collect;
mod consequence;
mod diagnostic;
mod pages;
pub mod render;
mod source;

pub use code::Code;
pub use collect::Diagnostics;
pub use consequence::{independent, root_causes};
pub use diagnostic::{Diagnostic, Involved, Label, Severity};
pub use pages::pages;
pub use source::{Caller, FileId, Location, Section, SourceFile, SourceMap, Span};
