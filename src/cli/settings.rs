//! Arguments and environment resolved into one plain struct per command, before any work starts.

use std::time::Duration;

use anstream::ColorChoice;
use camino::Utf8PathBuf;

use super::args::{self, Input};
use super::env::{self, Environment};
use super::error::{CommandError, Kind};
use super::printer::{Verbosity, Warnings};
use crate::base::{PhaseName, duration};

pub use super::args::Cloud;
pub use crate::engine::Refresh;

/// What every command takes.
#[derive(Clone, Debug)]
pub struct Global {
    /// The folder to work in, where it is not the current one.
    pub chdir: Option<Utf8PathBuf>,
    /// Colours or not.
    pub color: ColorChoice,
    /// Progress or not.
    pub verbosity: Verbosity,
    /// A script runs us: no hints about what to type next.
    pub automation: bool,
    /// Whether the bottom line of a terminal may move.
    pub motion: Motion,
}

/// Whether there is a line at the bottom of the terminal that tells what is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// Where the output is a terminal.
    Allowed,
    /// Never: lines only follow each other.
    Never,
}

impl Global {
    /// From the arguments, then the environment.
    #[must_use]
    pub fn resolve(args: &args::Global, environment: &Environment) -> Self {
        let is = |variable, text| environment.value(variable).is_some_and(|value| value == text);
        let forced = environment.value(&env::CLICOLOR_FORCE).is_some_and(|value| value != "0");
        let refused = environment.value(&env::NO_COLOR).is_some();
        let plain = is(&env::CLICOLOR, "0") || is(&env::TERM, "dumb");
        let color = if args.no_color || refused || (plain && !forced) {
            ColorChoice::Never
        } else if forced {
            ColorChoice::Always
        } else {
            ColorChoice::Auto
        };
        Self {
            chdir: args.chdir.clone(),
            color,
            verbosity: if args.quiet { Verbosity::Quiet } else { Verbosity::Normal },
            automation: environment.value(&env::TF_IN_AUTOMATION).is_some(),
            motion: if color == ColorChoice::Never || args.quiet {
                Motion::Never
            } else {
                Motion::Allowed
            },
        }
    }
}

/// Whether and how long to wait for the stack's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Work without it.
    Skip,
    /// Wait this long for another run to end.
    Wait(Duration),
}

/// What kind of plan is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanMode {
    /// Towards the configuration.
    Normal,
    /// Towards nothing.
    Destroy,
    /// Only what changed outside.
    RefreshOnly,
}

/// Where a configuration's values come from.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// `--var` and `--var-file` in order.
    pub inputs: Vec<Input>,
    /// The phase asked for.
    pub phase: Option<PhaseName>,
    /// What is done about values that are needed and not given.
    pub missing: Missing,
}

/// What is done about a value that a variable needs and nobody gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// It is an error.
    #[default]
    Refused,
    /// Somebody at a terminal is asked for it.
    Asked,
    /// It is left open: the command does not depend on it.
    Open,
}

impl Values {
    /// From the arguments, then the environment.
    #[must_use]
    pub fn resolve(inputs: &args::Inputs, phase: Option<&str>, environment: &Environment) -> Self {
        let phase = phase.or_else(|| environment.value(&env::TERRACE_PHASE)).map(PhaseName::from);
        Self { inputs: inputs.0.clone(), phase, missing: Missing::Refused }
    }

    /// The same, with something else done about values that nobody gave.
    #[must_use]
    pub fn missing(self, missing: Missing) -> Self {
        Self { missing, ..self }
    }
}

/// What decides the content of a plan.
#[derive(Clone, Debug)]
pub struct Planning {
    /// Where the values come from.
    pub values: Values,
    /// The cloud to look at.
    pub cloud: Cloud,
    /// What kind of plan.
    pub mode: PlanMode,
    /// Whether the live world is looked at.
    pub refresh: Refresh,
    /// Only these, and what they depend on.
    pub targets: Vec<String>,
    /// Everything but these.
    pub excludes: Vec<String>,
    /// Objects to replace.
    pub replace: Vec<String>,
    /// Operations under way at once.
    pub parallelism: usize,
    /// How warnings are shown.
    pub warnings: Warnings,
    /// Whether questions may be asked.
    pub asks: bool,
    /// How the lock is taken.
    pub lock: Lock,
}

impl Planning {
    /// From the arguments, then the environment.
    ///
    /// # Errors
    /// Where a duration or the environment's cloud cannot be understood.
    pub fn resolve(args: &args::Planning, environment: &Environment) -> Result<Self, CommandError> {
        if args.refresh_only && !args.refresh {
            let detail = "-refresh-only only looks, and -refresh=false does not look";
            return Err(CommandError::say(Kind::Usage, "Incompatible refresh options", detail));
        }
        let forbidden = environment.value(&env::TF_INPUT).is_some_and(is_no);
        let mode = match (args.destroy, args.refresh_only) {
            (true, _) => PlanMode::Destroy,
            (_, true) => PlanMode::RefreshOnly,
            _ => PlanMode::Normal,
        };
        let asks = args.input.unwrap_or(!forbidden);
        let missing = if asks { Missing::Asked } else { Missing::Refused };
        let values = Values::resolve(&args.inputs, args.phase.as_deref(), environment);
        Ok(Self {
            values: values.missing(missing),
            cloud: cloud(args.cloud, environment)?,
            mode,
            refresh: if args.refresh { Refresh::Live } else { Refresh::Remembered },
            targets: args.target.clone(),
            excludes: args.exclude.clone(),
            replace: args.replace.clone(),
            parallelism: args.parallelism.into(),
            warnings: if args.compact_warnings { Warnings::Compact } else { Warnings::Full },
            asks,
            lock: lock(&args.locking)?,
        })
    }
}

/// The cloud asked for by flag or environment.
///
/// # Errors
/// Where the environment names none that exists.
pub fn cloud(flag: Option<Cloud>, environment: &Environment) -> Result<Cloud, CommandError> {
    match (flag, environment.value(&env::TERRACE_CLOUD)) {
        (Some(cloud), _) => Ok(cloud),
        (None, Some(name)) => clap::ValueEnum::from_str(name, true).map_err(|_: String| {
            let detail = format!("TERRACE_CLOUD is \"{name}\"; it can be aws or sim");
            CommandError::say(Kind::Usage, "Unknown cloud", detail)
        }),
        (None, None) => Ok(Cloud::Aws),
    }
}

/// How the lock is to be taken.
///
/// # Errors
/// Where the time-out cannot be understood.
pub fn lock(args: &args::Locking) -> Result<Lock, CommandError> {
    if !args.lock {
        return Ok(Lock::Skip);
    }
    duration(&args.lock_timeout).map(Lock::Wait).ok_or_else(|| {
        let detail = format!("\"{}\" is no duration; write 30s, 5m or 1h30m", args.lock_timeout);
        CommandError::say(Kind::Usage, "Invalid lock timeout", detail)
    })
}

fn is_no(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "0" | "false" | "f" | "no")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_over_the_environment() {
        let environment = Environment::of(&[("TERRACE_CLOUD", "sim")]);
        assert_eq!(cloud(Some(Cloud::Aws), &environment).ok(), Some(Cloud::Aws));
        assert_eq!(cloud(None, &environment).ok(), Some(Cloud::Sim));
        assert!(cloud(None, &Environment::of(&[("TERRACE_CLOUD", "gcp")])).is_err());
    }
}
