//! Arguments of commands that plan.

use camino::Utf8PathBuf;
use clap::ArgAction;

use super::Inputs;

/// Operations under way at once where nothing is said.
const PARALLELISM: u16 = 10;

/// A cloud to work on.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// AWS, or whatever AWS_ENDPOINT_URL points to
    Aws,
    /// The embedded simulated AWS, kept in .terrace/sim
    Sim,
}

/// How the ledger's lock is taken.
#[derive(clap::Args, Clone, Debug)]
pub struct Locking {
    /// Hold the stack's lock while working
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "true",
          default_missing_value = "true", action = ArgAction::Set, value_name = "BOOL")]
    pub lock: bool,
    /// How long to wait for another run to end: 30s, 5m
    #[arg(long, default_value = "0s", value_name = "DURATION")]
    pub lock_timeout: String,
}

/// What decides the content of a plan.
#[derive(clap::Args, Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Planning {
    #[command(flatten)]
    pub inputs: Inputs,
    /// Plan for this phase of the ladder; without it the current one, or the first
    #[arg(long, value_name = "NAME")]
    pub phase: Option<String>,
    /// Work on this cloud
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Option<Cloud>,
    /// Plan to delete everything
    #[arg(long, conflicts_with = "refresh_only")]
    pub destroy: bool,
    /// Only show what changed outside terrace
    #[arg(long)]
    pub refresh_only: bool,
    /// Look at what is live first
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "true",
          default_missing_value = "true", action = ArgAction::Set, value_name = "BOOL")]
    pub refresh: bool,
    /// Only this resource or module and what it depends on; may be repeated
    #[arg(long, value_name = "ADDRESS", conflicts_with = "exclude")]
    pub target: Vec<String>,
    /// Everything but this resource or module and what depends on it; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub exclude: Vec<String>,
    /// Replace this object; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub replace: Vec<String>,
    /// How many operations may be under way at once
    #[arg(long, default_value_t = PARALLELISM, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub parallelism: u16,
    /// Show warnings by their titles alone
    #[arg(long)]
    pub compact_warnings: bool,
    /// Ask for missing values, on a terminal
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          action = ArgAction::Set, value_name = "BOOL")]
    pub input: Option<bool>,
    #[command(flatten)]
    pub locking: Locking,
}

impl Default for Planning {
    /// As where nothing is written.
    fn default() -> Self {
        Self {
            inputs: Inputs::default(),
            phase: None,
            cloud: None,
            destroy: false,
            refresh_only: false,
            refresh: true,
            target: Vec::new(),
            exclude: Vec::new(),
            replace: Vec::new(),
            parallelism: PARALLELISM,
            compact_warnings: false,
            input: None,
            locking: Locking { lock: true, lock_timeout: "0s".to_owned() },
        }
    }
}

/// `terrace plan`
#[derive(clap::Args, Clone, Debug)]
pub struct Plan {
    #[command(flatten)]
    pub planning: Planning,
    /// Save the plan to a file, for apply and show
    #[arg(long, value_name = "FILE")]
    pub out: Option<Utf8PathBuf>,
    /// Write configuration for imports that have none to a new file
    #[arg(long, value_name = "FILE")]
    pub generate_config_out: Option<Utf8PathBuf>,
    /// End with 2 where there are changes, 0 where there are none, 1 on errors
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// One JSON object per line, in Terraform's machine-readable form
    #[arg(long)]
    pub json: bool,
}
