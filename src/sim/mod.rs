//! A simulated AWS in memory, for every type that has a schema.
//!
//! It computes what AWS computes (ids, ARNs, addresses), checks references both ways, uniqueness and quotas, takes the
//! time that AWS takes on the runtime's clock, and throttles as AWS does. A paused tokio clock makes hours pass in
//! moments. Everything random comes from one seed: the same requests get the same answers.

mod change;
mod check;
mod cloud;
mod compute;
mod data;
mod ephemeral;
mod function;
mod kept;
mod mirror;
mod object;
mod reference;
mod store;
#[cfg(test)]
mod tests;
mod world;

pub use cloud::{Fault, Options, Sim};
