//! Every environment variable that terrace reads, and the one place where they are read.

use std::collections::BTreeMap;

use crate::world::World;

/// An environment variable that means something.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub help: &'static str,
}

macro_rules! variables {
    ($($name:ident: $help:literal,)*) => {
        $(
            #[doc = $help]
            pub const $name: Variable = Variable { name: stringify!($name), help: $help };
        )*
        /// All of them, for documentation and completion.
        pub const ALL: &[Variable] = &[$($name),*];
    };
}

variables! {
    TERRACE_CLOUD: "The cloud that commands work on: aws or sim (as --cloud)",
    TERRACE_PHASE: "The phase of the ladder (as --phase)",
    TERRACE_CALL_TIMEOUT: "How long a call to AWS may take with all its attempts, in place of 1m; each may take half of it",
    TERRACE_CONFIG: "The settings file, in place of ~/.config/terrace/settings.hcl",
    TERRACE_LOG: "What to log to standard error: error, warn, info, debug, trace, or module=level",
    TERRACE_TEST_PROVIDERS: "A schema file of providers that are simulated for tests",
    TERRACE_TEST_NOW: "The time that the clock shows in tests, as 2026-01-31T00:00:00Z",
    TERRACE_TEST_SEED: "The seed of every random choice in tests",
    TERRACE_TEST_FAULTS: "What goes wrong in the simulated cloud in tests, as ec2:CreateVpc=Denied",
    TF_DATA_DIR: "The folder for what is kept in a project, in place of .terrace: its subfolder terrace",
    TF_CLI_CONFIG_FILE: "Terraform's own settings file, whose credentials and host blocks hold here too",
    TF_CLI_ARGS: "Arguments added to every command; TF_CLI_ARGS_plan and so on to one",
    TF_IN_AUTOMATION: "Set in scripts: fewer hints about what to run next",
    TF_INPUT: "false or 0: never ask for input (as --input=false)",
    TF_LOG: "As TERRACE_LOG, with Terraform's level names",
    TF_PLUGIN_CACHE_DIR: "Accepted and unused: there are no plugins",
    NO_COLOR: "Set to anything: no colours",
    CLICOLOR: "0: no colours",
    CLICOLOR_FORCE: "Set to anything but 0: colours although the output is no terminal",
    TERM: "dumb: no colours, and no line that moves",
    COLUMNS: "The width of the terminal",
    XDG_CONFIG_HOME: "What stands for ~/.config",
    HOME: "What ~ stands for",
    XDG_STATE_HOME: "The folder for the console's history, in place of ~/.local/state: its subfolder terrace",
    USER: "Who runs the command, for the lock and the history",
    AWS_ENDPOINT_URL: "Where AWS is: a LocalStack, for example",
    AWS_REGION: "The region where the provider block names none",
    AWS_DEFAULT_REGION: "The region where nothing else names one",
    AWS_MAX_ATTEMPTS: "How often a read is tried (the provider's max_retries plus one comes first)",
    AWS_PROFILE: "The profile of the shared configuration files",
}

/// The prefix of variables that set input variables: `TF_VAR_size=3`.
pub const TF_VAR_PREFIX: &str = "TF_VAR_";

/// The prefix of variables that hold tokens of registries: `TF_TOKEN_registry_example_com`.
pub const TF_TOKEN_PREFIX: &str = "TF_TOKEN_";

/// The environment as it was when the program started.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Reads the process's environment. Values that are not UTF-8 are left out.
    #[must_use]
    pub fn read() -> Self {
        Self(World::real().environment.vars().into_iter().collect())
    }

    /// An environment of these pairs alone.
    #[must_use]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|&(name, value)| (name.into(), value.into())).collect())
    }

    /// The value of a variable; none where it is unset or empty.
    #[must_use]
    pub fn value(&self, variable: &Variable) -> Option<&str> {
        self.named(variable.name)
    }

    /// The value of a variable whose name is put together; none where it is unset or empty.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Input variables set by `TF_VAR_…`, by name.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .range(TF_VAR_PREFIX.to_owned()..)
            .map_while(|(name, value)| Some((name.strip_prefix(TF_VAR_PREFIX)?, value.as_str())))
    }

    /// Tokens set by `TF_TOKEN_…`, by host. A dot is written `_` there, and a dash `__`.
    pub fn tokens(&self) -> impl Iterator<Item = (String, &str)> {
        let all = self.0.range(TF_TOKEN_PREFIX.to_owned()..);
        all.map_while(|(name, value)| Some((name.strip_prefix(TF_TOKEN_PREFIX)?, value.as_str())))
            .map(|(name, token)| (name.replace("__", "-").replace('_', "."), token))
    }

    /// Everything, for the seam through which the core sees the environment.
    #[must_use]
    pub fn pairs(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_come_by_name() {
        let environment =
            Environment::of(&[("TF_VAR_a", "1"), ("TF_VAR_", ""), ("TF_W", "x"), ("A", "b")]);
        assert_eq!(environment.inputs().collect::<Vec<_>>(), [("", ""), ("a", "1")]);
        assert_eq!(environment.value(&HOME), None);
    }

    #[test]
    fn tokens_come_by_host() {
        let environment =
            Environment::of(&[("TF_TOKEN_my__own_example_com", "t"), ("TF_TOKE", "x")]);
        assert_eq!(environment.tokens().collect::<Vec<_>>(), [("my-own.example.com".into(), "t")]);
    }
}
