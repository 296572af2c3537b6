//! What is wrong, where, why, and what to do: diagnostics for authors of HCL.
//!
//! Parse, evaluate and plan return their result together with [`Diagnostics`], so that one run shows every problem.

mod code;
mod collect;
mod diagnostic;
mod pages;
pub mod render;
mod source;

pub use code::Code;
pub use collect::Diagnostics;
pub use diagnostic::{Diagnostic, Label, Severity};
pub use pages::pages;
pub use source::{FileId, Location, SourceFile, SourceMap, Span};
