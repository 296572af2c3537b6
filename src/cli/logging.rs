//! The log, on standard error, for whoever looks for the reason of something: `TERRACE_LOG=debug`.

use tracing_subscriber::EnvFilter;

use super::env::{self, Environment};

/// Begins to log, where that is asked for. Only terrace's own modules are heard: those of the SDK log requests and
/// answers as they are, secrets and all.
pub fn begin(environment: &Environment) {
    let asked = environment.value(&env::TERRACE_LOG).or_else(|| environment.value(&env::TF_LOG));
    let Some(filter) = asked.and_then(directives).and_then(|text| EnvFilter::try_new(text).ok())
    else {
        return;
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    // A second log is not begun: the first goes on.
    let _ = log.with_writer(std::io::stderr).try_init();
}

/// `debug`, `aws=debug,engine=trace`; Terraform's `JSON` means everything. What is no level and no module's is left out.
fn directives(text: &str) -> Option<String> {
    let directive = |part: &str| {
        let (module, level) = part.rsplit_once('=').unwrap_or(("", part));
        let level = if level == "json" { "trace" } else { level };
        if !["off", "error", "warn", "info", "debug", "trace"].contains(&level) {
            return None;
        }
        let module = module.strip_prefix("terrace").unwrap_or(module).trim_start_matches("::");
        let separator = if module.is_empty() { "" } else { "::" };
        Some(format!("terrace{separator}{module}={level}"))
    };
    let text = text.to_ascii_lowercase();
    let heard: Vec<String> = text.split(',').filter_map(|part| directive(part.trim())).collect();
    (!heard.is_empty()).then(|| heard.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_modules_are_heard() {
        let check = |text, expect: Option<&str>| {
            assert_eq!(directives(text).as_deref(), expect, "{text}");
        };
        check("DEBUG", Some("terrace=debug"));
        check("json", Some("terrace=trace"));
        check("aws=debug", Some("terrace::aws=debug"));
        check("terrace::aws=debug, engine=trace", Some("terrace::aws=debug,terrace::engine=trace"));
        check("terrace=info", Some("terrace=info"));
        check("aws_smithy_runtime=trace", Some("terrace::aws_smithy_runtime=trace"));
        check("loud", None);
    }
}
