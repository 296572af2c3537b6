//! Input variables on the command line. `--var` and `--var-file` are kept in the order given: the later one wins.

use camino::Utf8PathBuf;
use clap::{Arg, ArgAction, ArgMatches};

/// One source of input variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// `--var name=value`
    Assign(String, String),
    /// `--var-file file`
    File(Utf8PathBuf),
}

/// All of them in order.
#[derive(Clone, Debug, Default)]
pub struct Inputs(pub Vec<Input>);

impl clap::FromArgMatches for Inputs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut found = Vec::new();
        let texts = |name| matches.get_many::<String>(name).into_iter().flatten();
        let places = |name| matches.indices_of(name).into_iter().flatten();
        for (place, text) in places("var").zip(texts("var")) {
            let Some((name, value)) = text.split_once('=') else {
                let message = format!("`--var {text}` has no `=`; write `--var name=value`\n");
                return Err(clap::Error::raw(clap::error::ErrorKind::ValueValidation, message));
            };
            found.push((place, Input::Assign(name.trim().to_owned(), value.to_owned())));
        }
        for (place, text) in places("var_file").zip(texts("var_file")) {
            found.push((place, Input::File(text.into())));
        }
        found.sort_by_key(|(place, _)| *place);
        Ok(Self(found.into_iter().map(|(_, input)| input).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Inputs {
    fn augment_args(command: clap::Command) -> clap::Command {
        let many = |name: &'static str| {
            Arg::new(name).action(ArgAction::Append).allow_hyphen_values(true).num_args(1)
        };
        command
            .arg(
                many("var")
                    .long("var")
                    .value_name("NAME=VALUE")
                    .help("Set an input variable; may be repeated"),
            )
            .arg(
                many("var_file")
                    .long("var-file")
                    .value_name("FILE")
                    .help("Read input variables from a file; may be repeated"),
            )
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}
