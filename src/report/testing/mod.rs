//! What tests came to: as text, as Terraform's machine-readable lines, and as a JUnit report.

mod json;
mod junit;
mod text;

pub use json::lines;
pub use junit::junit;
pub use text::{left, text};

use crate::testing::{Results, Status};

/// The last line: what all tests came to, in words.
fn summary(results: &Results) -> (bool, String) {
    let tally = results.tally();
    let skipped =
        if tally.skipped > 0 { format!(", {} skipped", tally.skipped) } else { String::new() };
    let failed = tally.failed + tally.errored;
    let text = format!("{} passed, {failed} failed{skipped}.", tally.passed);
    (results.status() <= Status::Pass, text)
}
