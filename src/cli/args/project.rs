//! Arguments of commands about the project folder and the program itself.

use camino::Utf8PathBuf;
use clap::ArgAction;

use super::{Cloud, Inputs};

/// `terrace init`
#[derive(clap::Args, Clone, Debug)]
pub struct Init {
    /// One JSON object per line
    #[arg(long)]
    pub json: bool,
    /// Look for newer versions of modules, and accept what changed in them
    #[arg(long)]
    pub upgrade: bool,
    /// Fetch modules; with false what is installed is only checked
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "true",
          default_missing_value = "true", action = ArgAction::Set, value_name = "BOOL")]
    pub get: bool,
    /// Whether .terrace.lock.hcl may change: readonly fails where it would have to
    #[arg(long, value_name = "MODE")]
    pub lockfile: Option<LockFile>,
    /// Begin with a copy of this module; the folder has to be empty
    #[arg(long, value_name = "SOURCE")]
    pub from_module: Option<String>,
    /// The folder of tests, whose runs may test modules from elsewhere
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub test_directory: Utf8PathBuf,
    /// Accepted for Terraform's sake: nothing is asked
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          action = ArgAction::Set, value_name = "BOOL")]
    pub input: Option<bool>,
    /// Accepted for Terraform's sake: there is no backend
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          action = ArgAction::Set, value_name = "BOOL", hide = true)]
    pub backend: Option<bool>,
    /// Accepted for Terraform's sake: there is no backend
    #[arg(long, hide = true)]
    pub reconfigure: bool,
}

/// What may happen to the lock file.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockFile {
    /// It stays as it is.
    Readonly,
}

/// `terrace get`
#[derive(clap::Args, Clone, Debug)]
pub struct Get {
    /// Look for newer versions of modules, and accept what changed in them
    #[arg(long)]
    pub update: bool,
    /// The folder of tests, whose runs may test modules from elsewhere
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub test_directory: Utf8PathBuf,
}

/// `terrace validate`
#[derive(clap::Args, Clone, Debug)]
pub struct Validate {
    /// The result as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Check this phase alone; without it every phase
    #[arg(long, value_name = "NAME")]
    pub phase: Option<String>,
    #[command(flatten)]
    pub inputs: Inputs,
}

/// `terrace fmt`
#[derive(clap::Args, Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Fmt {
    /// Files and folders; `-` for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<Utf8PathBuf>,
    /// Change nothing; end with 3 if a file is not formatted
    #[arg(long)]
    pub check: bool,
    /// Show what changes
    #[arg(long)]
    pub diff: bool,
    /// Folders within folders too
    #[arg(long)]
    pub recursive: bool,
    /// Name the files that change
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "true",
          default_missing_value = "true", action = ArgAction::Set, value_name = "BOOL")]
    pub list: bool,
    /// Write the files
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "true",
          default_missing_value = "true", action = ArgAction::Set, value_name = "BOOL")]
    pub write: bool,
}

/// `terrace force-unlock`
#[derive(clap::Args, Clone, Debug)]
pub struct ForceUnlock {
    /// The lock's id, as the refusal or `terrace status` names it
    #[arg(value_name = "ID")]
    pub id: String,
    /// Do not ask
    #[arg(long)]
    pub force: bool,
}

/// `terrace demo`
#[derive(clap::Args, Clone, Debug)]
pub struct Demo {
    /// Work on this cloud
    #[arg(long, default_value = "sim", value_name = "CLOUD")]
    pub cloud: Cloud,
    /// Keep the folder, and work in this one
    #[arg(long, value_name = "DIR")]
    pub dir: Option<Utf8PathBuf>,
}

/// `terrace explain`
#[derive(clap::Args, Clone, Debug)]
pub struct Explain {
    /// The code of an error, such as E0304; a list of all without it
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// `terrace completions`
#[derive(clap::Args, Clone, Debug)]
pub struct Completions {
    /// For which shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// `terrace version`
#[derive(clap::Args, Clone, Debug)]
pub struct Version {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
