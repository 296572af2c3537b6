//! Arguments as Rust values, for functions whose parameters are known and not null.

use crate::value::{Number, Value};

use super::{CallError, Context};

impl<'a> Context<'a> {
    /// The string at `index`.
    pub(super) fn text(&self, index: usize) -> &'a str {
        self.args.get(index).and_then(Value::as_str).unwrap_or_default()
    }

    /// The number at `index`.
    pub(super) fn number(&self, index: usize) -> &'a Number {
        self.args.get(index).and_then(Value::as_number).unwrap_or(&Number::ZERO)
    }

    /// The whole number at `index`.
    pub(super) fn int(&self, index: usize) -> Result<i64, CallError> {
        self.number(index).to_i64().ok_or_else(|| CallError::new("value must be a whole number"))
    }

    /// The elements of the list, set or tuple at `index`.
    pub(super) fn elements(&self, index: usize) -> &'a [Value] {
        self.args.get(index).and_then(Value::as_sequence).unwrap_or_default()
    }
}
