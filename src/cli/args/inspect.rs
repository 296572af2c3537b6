//! Arguments of commands that only look.

use camino::Utf8PathBuf;

use super::{Cloud, Inputs, Planning};

/// `terrace show`
#[derive(clap::Args, Clone, Debug)]
pub struct Show {
    /// A saved plan; without it what is live is shown
    #[arg(value_name = "PLAN")]
    pub plan: Option<Utf8PathBuf>,
    /// Terraform's JSON form
    #[arg(long)]
    pub json: bool,
    /// Work on this cloud
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Option<Cloud>,
    /// The phase whose objects are shown
    #[arg(long, value_name = "NAME")]
    pub phase: Option<String>,
    #[command(flatten)]
    pub inputs: Inputs,
}

/// `terrace output`
#[derive(clap::Args, Clone, Debug)]
pub struct Output {
    /// Which; all without it
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// As JSON
    #[arg(long, conflicts_with = "raw")]
    pub json: bool,
    /// A single string, number or bool without quotes and line break
    #[arg(long, requires = "name")]
    pub raw: bool,
}

/// `terrace console`
#[derive(clap::Args, Clone, Debug)]
pub struct Console {
    #[command(flatten)]
    pub inputs: Inputs,
    /// The phase whose values are seen
    #[arg(long, value_name = "NAME")]
    pub phase: Option<String>,
    /// Work on this cloud
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Option<Cloud>,
}

/// A language that draws graphs.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// Graphviz
    Dot,
    /// Mermaid
    Mermaid,
}

/// `terrace graph`
#[derive(clap::Args, Clone, Debug)]
pub struct Graph {
    /// In which language
    #[arg(long, default_value = "dot", value_name = "FORMAT")]
    pub format: GraphFormat,
    /// The phase that is drawn
    #[arg(long, value_name = "NAME")]
    pub phase: Option<String>,
    #[command(flatten)]
    pub inputs: Inputs,
}

/// `terrace phases`
#[derive(clap::Args, Clone, Debug)]
pub struct Phases {
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Look at this cloud: how much of each phase is live
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Option<Cloud>,
    #[command(flatten)]
    pub inputs: Inputs,
}

/// `terrace status`
#[derive(clap::Args, Clone, Debug)]
pub struct Status {
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Work on this cloud
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Option<Cloud>,
}

/// `terrace drift`
#[derive(clap::Args, Clone, Debug)]
pub struct Drift {
    #[command(flatten)]
    pub planning: Planning,
    /// End with 2 where something drifted
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// One JSON object per line, in Terraform's machine-readable form
    #[arg(long)]
    pub json: bool,
}
