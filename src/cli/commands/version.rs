//! `terrace version`: which program this is. Touches nothing else, so that it answers at once.

use serde_json::json;

use crate::cli::args::Version;
use crate::cli::context::Context;
use crate::cli::error::{Exit, Outcome};

/// The version of Terraform's language and formats that this program speaks.
pub const TERRAFORM: &str = "1.11.4";
/// This program's own version.
pub const TERRACE: &str = env!("CARGO_PKG_VERSION");

/// Prints the version, in Terraform's shape.
#[expect(clippy::unnecessary_wraps, reason = "every command answers alike")]
pub fn run(args: &Version, context: &mut Context) -> Outcome {
    let platform = format!("{}_{}", std::env::consts::OS, architecture());
    if args.json {
        let version = json!({
            "terraform_version": TERRAFORM,
            "platform": platform,
            "provider_selections": {},
            "terraform_outdated": false,
            "terrace": {"version": TERRACE, "clouds": clouds()},
        });
        context.printer.line(&format!("{version:#}"));
    } else {
        let clouds = clouds().join(", ");
        context.printer.print(&format!(
            "terrace v{TERRACE}\non {platform}\n+ language and JSON formats of Terraform v{TERRAFORM}\n+ clouds: {clouds}\n"
        ));
    }
    Ok(Exit::Success)
}

fn clouds() -> Vec<&'static str> {
    if cfg!(feature = "aws") { vec!["aws", "sim"] } else { vec!["sim"] }
}

/// The name that Go, and so Terraform, has for the processor.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
