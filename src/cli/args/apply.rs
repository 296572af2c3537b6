//! Arguments of commands that change something.

use camino::Utf8PathBuf;

use super::{Locking, Planning};

/// `terrace apply`
#[derive(clap::Args, Clone, Debug)]
pub struct Apply {
    /// A saved plan; without it a plan is made, shown and asked about
    #[arg(value_name = "PLAN")]
    pub plan: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub planning: Planning,
    /// Do not ask
    #[arg(long)]
    pub auto_approve: bool,
    /// One JSON object per line, in Terraform's machine-readable form
    #[arg(long)]
    pub json: bool,
}

/// `terrace destroy`
#[derive(clap::Args, Clone, Debug)]
pub struct Destroy {
    #[command(flatten)]
    pub planning: Planning,
    /// Do not ask
    #[arg(long)]
    pub auto_approve: bool,
    /// One JSON object per line, in Terraform's machine-readable form
    #[arg(long)]
    pub json: bool,
}

/// `terrace refresh`
#[derive(clap::Args, Clone, Debug)]
pub struct Refresh {
    #[command(flatten)]
    pub planning: Planning,
    /// One JSON object per line, in Terraform's machine-readable form
    #[arg(long)]
    pub json: bool,
}

/// `terrace import`
#[derive(clap::Args, Clone, Debug)]
pub struct Import {
    /// Where the configuration declares it
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    /// What the cloud calls it
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    pub id: String,
    #[command(flatten)]
    pub planning: Planning,
}

/// `terrace migrate`
#[derive(clap::Args, Clone, Debug)]
pub struct Migrate {
    /// The phase to move to
    #[arg(value_name = "PHASE")]
    pub to: String,
    #[command(flatten)]
    pub inputs: super::Inputs,
    /// Work on this cloud
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Option<super::Cloud>,
    #[command(flatten)]
    pub locking: Locking,
}
