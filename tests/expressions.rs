//! The conformance cases for expressions, evaluated in this process against the fixture module.
//!
//! `tests/conformance.rs` asks the same of the built program; here a run takes seconds, and names what fails:
//! `EXPRESSIONS=operators cargo test --test expressions -- --nocapture` shows every failing case of a category.
//! `EXPRESSION_CASES=folder` takes other cases of the same form.

#![expect(
    clippy::disallowed_methods,
    reason = "the cases are files of the repository; which of them are shown is said in the environment"
)]

mod harness;

use std::collections::BTreeMap;

use harness::{Case, Fixture, Level};

/// Percent of cases that must pass: the right value, and all of it.
const FLOOR: (f64, f64) = (100.0, 99.8);

#[test]
fn expressions_mean_what_they_mean_in_terraform() {
    let fixture = Fixture::load();
    let only = std::env::var("EXPRESSIONS").ok();
    let mut counts: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for case in Case::all() {
        if only.as_ref().is_some_and(|only| !case.id.contains(only.as_str())) {
            continue;
        }
        let (level, got) = fixture.check(&case);
        let count = counts.entry(case.category.clone()).or_default();
        count[0] += 1;
        for passed in &mut count[1..=level as usize] {
            *passed += 1;
        }
        if level < Level::Strict {
            println!(
                "{level:?} {}\n  expr {:?}\n  want {}\n  got  {got}",
                case.id,
                case.expr,
                case.want()
            );
        }
    }
    let mut total = [0; 4];
    for (category, count) in &counts {
        println!(
            "{category:15} {:5} core {:5} summary {:5} strict {:5}",
            count[0], count[1], count[2], count[3]
        );
        (0..4).for_each(|at| total[at] += count[at]);
    }
    let percent = |at: usize| {
        100.0 * f64::from(u32::try_from(total[at]).unwrap_or(0))
            / f64::from(u32::try_from(total[0].max(1)).unwrap_or(1))
    };
    println!(
        "TOTAL {} core {:.2} % summary {:.2} % strict {:.2} %",
        total[0],
        percent(1),
        percent(2),
        percent(3)
    );
    if only.is_none() && std::env::var_os("EXPRESSION_CASES").is_none() {
        assert!(percent(1) >= FLOOR.0 && percent(3) >= FLOOR.1, "below the floor {FLOOR:?}");
    }
}
