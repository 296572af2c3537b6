//! HCL text to a syntax tree with spans, native and JSON, and the formatter.
//!
//! The parser never gives up: it returns a tree of all that it understood and every error that it met.

pub mod ast;
