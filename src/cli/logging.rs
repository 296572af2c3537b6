//! The log, on standard error, for whoever looks for the reason of something: `TERRACE_LOG=debug`.

use tracing_subscriber::EnvFilter;

use super::env::{self, Environment};

/// Begins to log, where that is asked for. A level alone is about terrace's own modules: those of the SDK log requests
/// as they are sent.
pub fn begin(environment: &Environment) {
    let asked = environment.value(&env::TERRACE_LOG).or_else(|| environment.value(&env::TF_LOG));
    let Some(filter) = asked.and_then(filter) else { return };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    // A second log is not begun: the first goes on.
    let _ = log.with_writer(std::io::stderr).try_init();
}

/// `debug`, `engine=trace`; Terraform's `JSON` means everything.
fn filter(text: &str) -> Option<EnvFilter> {
    let text = text.to_ascii_lowercase();
    let directives = match text.as_str() {
        "off" => return None,
        "error" | "warn" | "info" | "debug" | "trace" => format!("terrace={text}"),
        "json" => "terrace=trace".to_owned(),
        _ => text,
    };
    EnvFilter::try_new(directives).ok()
}
