//! HCL text to a syntax tree with spans, native and JSON, and the formatter.
//!
//! The parser never gives up: it returns a tree of all that it understood and every error that it met.
//!
//! | module | owns |
//! | --- | --- |
//! | [`ast`] | the tree, the only thing of this folder that others see |
//! | `lexer`, `token` | text to tokens |
//! | `parser` | tokens to the tree, and the way back after an error |
//! | `json` | the JSON form, and JSON itself |
//! | `format` | the canonical layout |
//! | `traversal` | expressions that are plain references |
//! | `names` | what an expression asks its scope for |
//! | `unfinished` | whether an expression goes on in the next line |
//! | `problem` | code and title of every kind of error |

pub mod ast;
mod format;
mod json;
mod lexer;
mod names;
mod parse;
mod parser;
mod problem;
#[cfg(test)]
mod tests;
mod token;
mod traversal;
mod unfinished;

pub use format::format;
pub use json::{parse_json, parse_json_file};
pub use names::{Arguments, Asked, asked, asked_by_template};
pub use parse::{MAX_SIZE, decode, parse_bytes, parse_expr, parse_file, parse_template, too_large};
pub use parser::MAX_DEPTH;
pub use traversal::{Traversal, TraversalStep, parse_traversal};
pub use unfinished::is_unfinished;
