//! Numbers for kinds of problems. Each has a page in `codes/`, which `terrace explain` shows.

use std::fmt;

/// A kind of problem: `E0304`. The hundreds say which layer finds it: 01 syntax, 02 configuration, 03 evaluation,
/// 04 schema, 05 plan, 06 phases and migration, 07 provider, 08 engine, 09 ledger, 10 command line, 11 tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E{:04}", self.0)
    }
}
