//! A minute of fuzzing for each target, on stable Rust: inputs of the conformance cases, damaged by a seeded generator, must have the
//! properties that the targets of `cargo fuzz` check. Inputs that failed once are under `tests/fuzz/regressions`.
//!
//! `FUZZ_SECONDS=600 FUZZ_SEED=7 cargo test --test fuzz` runs longer, and other inputs. `FUZZ_LAST=FILE` keeps the input
//! at hand in a file, for what ends the whole process.

#![expect(
    clippy::disallowed_methods,
    reason = "cases are files of the repository, and the time that is spent is real"
)]

#[path = "fuzz/corpus.rs"]
mod corpus;
#[path = "fuzz/properties.rs"]
mod properties;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use corpus::Mutator;
use properties::{TARGETS, Target};

/// How long one input may take, built without optimisation on a busy machine.
const SLOWEST: Duration = Duration::from_secs(20);
/// What the program's own threads have.
const STACK: usize = 8 << 20;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Checks one input; a failure tells the input.
fn run(target: &Target, input: &[u8]) {
    if let Ok(file) = std::env::var("FUZZ_LAST") {
        std::fs::write(file, input).expect("the file can be written");
    }
    let begin = Instant::now();
    let sound = catch_unwind(AssertUnwindSafe(|| (target.check)(input))).is_ok();
    let quick = begin.elapsed() < SLOWEST;
    assert!(
        sound && quick,
        "{}: {} on this input; keep it in tests/fuzz/regressions/{}/:\n{:?}",
        target.name,
        if sound { "took too long" } else { "failed" },
        target.name,
        String::from_utf8_lossy(input),
    );
}

fn fuzz(name: &'static str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target");
    let work = move || {
        let inputs = corpus::inputs(name);
        assert!(!inputs.is_empty(), "there are inputs for {name}");
        for input in corpus::regressions(name) {
            run(target, &input);
        }
        let end = Instant::now() + Duration::from_secs(number("FUZZ_SECONDS", 60));
        let mut mutator = Mutator::new(&inputs, number("FUZZ_SEED", 20_261_122));
        while Instant::now() < end {
            run(target, &mutator.another());
        }
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn parser() {
    fuzz("parser");
}

#[test]
fn formatter() {
    fuzz("formatter");
}

#[test]
fn json() {
    fuzz("json");
}

#[test]
fn evaluator() {
    fuzz("evaluator");
}
