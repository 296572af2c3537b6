//! Arguments of commands that Terraform's users look for.

use super::{Cloud, Inputs};

/// A command that is answered with another one; whatever follows it is taken.
#[derive(clap::Args, Clone, Debug)]
pub struct Elsewhere {
    /// Not looked at
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<String>,
}

/// `terrace state`
#[derive(clap::Args, Clone, Debug)]
pub struct State {
    /// What is to be done
    #[command(subcommand)]
    pub command: StateCommand,
    /// Work on this cloud
    #[arg(long, value_name = "CLOUD", global = true)]
    pub cloud: Option<Cloud>,
    /// The phase whose objects are shown
    #[arg(long, value_name = "NAME", global = true)]
    pub phase: Option<String>,
    #[command(flatten)]
    pub inputs: Inputs,
}

/// What `terrace state` does.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum StateCommand {
    /// List the addresses of live objects
    List {
        /// Only these resources or modules
        #[arg(value_name = "ADDRESS")]
        addresses: Vec<String>,
    },
    /// Show one live object
    Show {
        /// Which
        #[arg(value_name = "ADDRESS")]
        address: String,
    },
    /// Terraform's other ones, each answered with what does its job here.
    #[command(external_subcommand)]
    Other(Vec<String>),
}
