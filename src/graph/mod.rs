//! Dependencies between the objects of a configuration: what must be known before what.
//!
//! [`ConfigGraph`] has a node for each variable, local value, output, provider configuration, resource, check and module
//! call, whatever number of instances it has, and an edge for each reference. [`Dag`] is the graph itself, and the
//! only place that names petgraph.

mod build;
mod cycle;
mod dag;
mod needs;
mod object;
mod providers;

pub use build::{ConfigGraph, resource_key};
pub use dag::{Dag, NodeId};
pub use object::{Object, Part};
pub use providers::{ProviderTarget, find_provider};
