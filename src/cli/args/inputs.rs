//! Input variables on the command line. `--var` and `--var-file` are kept in the order given: the later one wins.

use camino::Utf8PathBuf;
use clap::{Arg, ArgAction, ArgMatches};

/// What a `--var` is called that assigns nothing.
pub const BAD_ASSIGNMENT: &str = "Invalid -var option";

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
            let (name, value) = assignment(text).map_err(|why| {
                let message = format!("{BAD_ASSIGNMENT}\n\n{why}\n");
                clap::Error::raw(clap::error::ErrorKind::ValueValidation, message)
            })?;
            found.push((place, Input::Assign(name.to_owned(), value.to_owned())));
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

/// The name and the value of `name=value`. A space beside the `=` is refused: it would belong to the value.
fn assignment(text: &str) -> Result<(&str, &str), String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(format!("`--var {text}` has no `=`; write `--var name=value`"));
    };
    let bare = name.trim();
    if bare != name {
        let meant = value.trim_start();
        return Err(format!(
            "There is a space beside the name in `--var '{text}'`; write `--var '{bare}={meant}'`"
        ));
    }
    Ok((name, value))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_beside_the_name_is_no_part_of_the_value() {
        assert_eq!(assignment("a= x=y"), Ok(("a", " x=y")));
        let told = |text| assignment(text).expect_err("it is refused");
        assert!(told("a").ends_with("write `--var name=value`"));
        assert!(told("a = x").ends_with("write `--var 'a=x'`"));
    }
}
