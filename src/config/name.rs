//! What may be a name.

use unicode_ident::{is_xid_continue, is_xid_start};

use super::codes;
use crate::diag::{Diagnostic, Diagnostics, Span};

/// What is wrong with a bad name, in Terraform's words.
pub const BAD_NAME: &str = "A name must start with a letter or underscore and may contain only letters, digits, \
                            underscores, and dashes.";

/// Whether `text` is an identifier as HCL has them.
pub fn is_valid(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || is_xid_start(c))
        && chars.all(|c| c == '-' || is_xid_continue(c))
}

/// Reports `text` under `title` unless it is a name.
pub fn check(text: &str, span: Span, title: &str, problems: &mut Diagnostics) {
    if !is_valid(text) {
        problems.push(Diagnostic::error(codes::INVALID_NAME, title, BAD_NAME).at(span));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_hcls() {
        for good in ["a", "_", "a-b", "ä1", "_1", "日本"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in ["", "1a", "a b", "-a", "a.b", "a\""] {
            assert!(!is_valid(bad), "{bad}");
        }
    }
}
