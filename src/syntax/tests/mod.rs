//! Tests of the parser and the formatter over whole texts.

mod errors;
mod formatting;
mod json;
mod limits;
mod pages;
