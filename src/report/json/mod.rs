//! Reports as JSON, in the shapes that programs know from Terraform: plan format 1.2, state format 1.0, UI lines 1.2.
//!
//! As with Terraform, values that are sensitive stand in these documents in clear, beside a mask that says which they
//! are; only `show -json` and `output -json`, asked for by name, print them.

mod changes;
mod checks;
mod configuration;
mod events;
mod expression;
mod modules;
mod plan;
mod planned;
mod state;
mod ui;
mod values;

pub use configuration::configuration;
pub use plan::plan;
pub use planned::{planned, repeated};
pub use state::state;
pub use ui::{Lines, output_value};
pub use values::{plain, sensitive_mask, type_of, unknown_mask};

/// The version of Terraform whose formats these are.
pub const TERRAFORM_VERSION: &str = "1.11.4";
