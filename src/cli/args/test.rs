//! Arguments of `terrace test`.

use camino::Utf8PathBuf;

use super::{Cloud, Inputs};

/// `terrace test`
#[derive(clap::Args, Clone, Debug)]
pub struct Test {
    /// Only this test file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub filter: Vec<Utf8PathBuf>,
    /// The folder for tests
    #[arg(long = "test-directory", value_name = "DIR", default_value = "tests")]
    pub folder: Utf8PathBuf,
    #[command(flatten)]
    pub inputs: Inputs,
    /// Run on this cloud; without it on a simulated one of the tests' own
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Option<Cloud>,
    /// Show the plan, or what is live, of each run
    #[arg(long)]
    pub verbose: bool,
    /// One JSON object per line, in Terraform's machine-readable form
    #[arg(long)]
    pub json: bool,
    /// Write a JUnit report too
    #[arg(long, value_name = "FILE")]
    pub junit_xml: Option<Utf8PathBuf>,
    /// How many operations may be under way at once
    #[arg(long, default_value_t = 64, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub parallelism: u16,
}
