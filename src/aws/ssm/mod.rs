//! Systems Manager: parameters.

pub mod parameter;
