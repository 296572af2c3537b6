//! Ephemeral values may not be stored: only write-only attributes take them.

use super::Spans;
use crate::diag::{Diagnostic, Diagnostics};
use crate::schema::Block;
use crate::value::{Marks, Value};

/// Reports every attribute that would store an ephemeral value.
pub fn check_ephemeral(value: &Value, schema: &Block, spans: &Spans) -> Diagnostics {
    let mut problems = Diagnostics::none();
    if !value.deep_marks().contains(Marks::EPHEMERAL) {
        return problems;
    }
    let (_, marked) = value.clone().unmark_deep_with_paths();
    for (path, marks) in marked {
        let name = path.root().unwrap_or_default();
        let write_only = schema.attributes.get(name).is_some_and(|attribute| attribute.write_only);
        if marks.is_ephemeral() && !write_only {
            let detail = format!(
                "Ephemeral values are not valid for \"{path}\", because it is not a write-only attribute and must be \
                 persisted."
            );
            problems.push(
                Diagnostic::error(285, "Invalid use of ephemeral value", detail)
                    .at(spans.find(&path)),
            );
        }
    }
    problems
}
