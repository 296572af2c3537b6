//! The built-in functions: a plain table, one file per field.
//!
//! A [`Function`] says what it takes and what it returns; what is common to all of them (null, unknown and marked
//! arguments, conversion to the parameter's type) is done once, in [`Function::call`].

#![expect(clippy::unnecessary_wraps, reason = "the table takes fallible functions")]

mod args;
mod conversion;
mod crypto;
mod csv;
mod encoding;
mod file;
mod format;
mod list;
mod mapping;
mod net;
mod number;
mod pattern;
mod power;
mod provider;
mod re2;
mod rfc3339;
mod sequence;
mod set;
mod spec;
mod string;
mod template;
mod tfvars;
mod time;
mod verb;
mod yaml;
mod yaml_read;
mod yaml_scalar;
mod yaml_write;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use spec::{CallError, Context, Function, MUST_NOT_BE_NULL, Param, Returns, Want};

/// All functions by name.
static TABLE: LazyLock<BTreeMap<&'static str, &'static Function>> = LazyLock::new(|| {
    [
        conversion::TABLE,
        crypto::TABLE,
        encoding::TABLE,
        file::TABLE,
        format::TABLE,
        list::TABLE,
        mapping::TABLE,
        net::TABLE,
        number::TABLE,
        pattern::TABLE,
        provider::TABLE,
        sequence::TABLE,
        set::TABLE,
        string::TABLE,
        template::TABLE,
        time::TABLE,
        yaml::TABLE,
    ]
    .into_iter()
    .flatten()
    .map(|function| (function.name, function))
    .collect()
});

/// The function of a name, without its namespace.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    TABLE.get(name).copied()
}

/// The names of all functions in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied()
}
