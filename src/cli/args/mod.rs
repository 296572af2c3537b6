//! What the command line may say: one struct per command, and nothing about what it means.

mod apply;
mod elsewhere;
mod inputs;
mod inspect;
mod planning;
mod project;
mod test;

pub use apply::{Apply, Destroy, Import, Migrate, Refresh};
pub use elsewhere::{Elsewhere, State, StateCommand};
pub use inputs::{BAD_ASSIGNMENT, Input, Inputs};
pub use inspect::{Console, Drift, Graph, GraphFormat, Output, Phases, Show, Status};
pub use planning::{Cloud, Locking, Plan, Planning};
pub use project::{
    Completions, Demo, Explain, Fmt, ForceUnlock, Get, Init, LockFile, Validate, Version,
};
pub use test::Test;

/// Plans and provisions AWS infrastructure from HCL, phase after phase, against live AWS.
#[derive(clap::Parser, Debug)]
#[command(name = "terrace", version, propagate_version = false, disable_help_subcommand = true)]
#[command(
    after_help = "Every --long may also be written -long, and Terraform's flags mean what they mean there."
)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(clap::Args, Debug, Clone, Default)]
#[command(next_display_order = 900)]
pub struct Global {
    /// Work in this folder
    #[arg(long, value_name = "DIR", global = true)]
    pub chdir: Option<camino::Utf8PathBuf>,
    /// No colours
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Only results and problems, no progress
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// The commands.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// Prepare the folder: check and fetch modules
    Init(Init),
    /// Fetch modules, as init does
    Get(Get),
    /// Check the configuration without looking at a cloud
    Validate(Validate),
    /// Format configuration files
    Fmt(Fmt),
    /// Carry out the tests of the configuration
    Test(Test),
    /// Show what apply would do
    Plan(Plan),
    /// Make live what the configuration says
    Apply(Apply),
    /// Delete everything that the stack owns
    Destroy(Destroy),
    /// Take over outputs and what is remembered from what is live
    Refresh(Refresh),
    /// Show a saved plan, or what is live
    Show(Show),
    /// Show output values
    Output(Output),
    /// Evaluate expressions
    Console(Console),
    /// Show the dependency graph
    Graph(Graph),
    /// Show the ladder of phases and what each step changes
    Phases(Phases),
    /// Move to another phase in stages
    Migrate(Migrate),
    /// Show where the stack stands: phase, objects, lock, unfinished work
    Status(Status),
    /// Show what was changed outside terrace
    Drift(Drift),
    /// Adopt an existing object
    Import(Import),
    /// Take away a lock that another run holds
    ForceUnlock(ForceUnlock),
    /// Run the main job on the embedded simulated cloud
    Demo(Demo),
    /// Explain an error code
    Explain(Explain),
    /// Print completions for a shell
    Completions(Completions),
    /// List or show single objects of what is live
    State(State),
    /// Show the version
    Version(Version),
    #[command(hide = true)]
    Workspace(Elsewhere),
    #[command(hide = true)]
    Env(Elsewhere),
    #[command(hide = true)]
    Taint(Elsewhere),
    #[command(hide = true)]
    Untaint(Elsewhere),
    /// Show which providers the modules require
    Providers(Elsewhere),
    #[command(hide = true)]
    Login(Elsewhere),
    #[command(hide = true)]
    Logout(Elsewhere),
    #[command(hide = true)]
    Metadata(Elsewhere),
    #[command(hide = true)]
    Modules(Elsewhere),
    #[command(hide = true)]
    Stacks(Elsewhere),
}
