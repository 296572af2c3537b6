//! terrace plans and provisions AWS infrastructure from HCL, phase after phase, against live AWS.
//!
//! The modules below are layers: each may use only those before it (`tests/architecture.rs` holds the code to it).
//! Everything up to [`migrate`] is synchronous and knows nothing of the outside.
//!
//! | layer | owns |
//! | --- | --- |
//! | [`base`] | addresses, names, digests, natural order, "did you mean" |
//! | [`world`] | seams to the outside as traits: files, clock, randomness, environment |
//! | [`diag`] | what is wrong, where, why and what to do about it |
//! | [`value`] | values with unknowns and marks, types, conversion, paths |
//! | [`schema`] | what a resource type is: schema files, validation, defaults, typed structs |
//! | [`syntax`] | HCL text to a syntax tree with spans; the formatter |
//! | [`config`] | files to modules, blocks, phases and migrations, without evaluating anything |
//! | [`eval`] | expressions to values; the built-in functions |
//! | [`graph`] | dependencies between the objects of a configuration |
//! | [`plan`] | desired and live objects to the steps that make them equal |
//! | [`migrate`] | which step belongs to which stage of a move between phases |
//! | [`provider`] | what the engine asks of a cloud and of a resource type |
//! | [`engine`] | the apply: scheduler, exactly-once creates, events, limits, cancellation |
//! | [`ledger`] | lock, journal, manifest, history, virtual resources |
//! | [`fetch`] | modules from elsewhere: git, archives, registries, a mirror |
//! | `aws` | the real cloud, on the official SDK (feature `aws`) |
//! | [`sim`] | a simulated AWS in memory, driven by the same schemas |
//! | [`testing`] | test files: runs, assertions, mocks |
//! | [`report`] | plans and events to text and JSON |
//! | [`cli`] | arguments, settings, terminal, exit codes, one file per command |

#[cfg(feature = "aws")]
pub mod aws;
pub mod base;
pub mod cli;
pub mod config;
pub mod diag;
pub mod engine;
pub mod eval;
pub mod fetch;
pub mod graph;
pub mod ledger;
pub mod plan;
pub mod provider;
pub mod report;
pub mod schema;
pub mod sim;
pub mod syntax;
pub mod testing;
pub mod value;
pub mod world;
