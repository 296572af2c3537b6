//! Tests of the parser and the formatter over whole texts.

mod errors;
mod expressions;
mod formatting;
mod json;
mod limits;
mod pages;
mod printer;
mod robust;
