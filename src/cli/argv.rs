//! The command line before it is parsed: `-long` becomes `--long`, and `TF_CLI_ARGS` is put in its place.

use super::env::{self, Environment};

/// The arguments as the parser wants them. `arguments` begins with the program's name.
#[must_use]
pub fn prepare(arguments: Vec<String>, environment: &Environment) -> Vec<String> {
    let mut prepared = Vec::with_capacity(arguments.len());
    let mut arguments = arguments.into_iter();
    prepared.extend(arguments.next());
    let mut command = None;
    let mut verbatim = false;
    for argument in arguments {
        verbatim |= argument == "--";
        if verbatim {
            prepared.push(argument);
            continue;
        }
        let is_command =
            command.is_none() && !argument.starts_with('-') && !follows_chdir(&prepared);
        prepared.push(double_dash(argument));
        if is_command {
            let name = prepared.last().cloned().unwrap_or_default();
            prepared.extend(from_environment(&name, environment));
            command = Some(name);
        }
    }
    prepared
}

fn follows_chdir(prepared: &[String]) -> bool {
    prepared.last().is_some_and(|last| last == "--chdir" || last == "--color")
}

/// `-var` and `-out=F` are Terraform's way of writing `--var` and `--out=F`; `-h` and `-` stay.
fn double_dash(argument: String) -> String {
    let Some(rest) = argument.strip_prefix('-') else { return argument };
    let name = rest.split('=').next().unwrap_or_default();
    let is_long = name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_long { format!("-{argument}") } else { argument }
}

/// What `TF_CLI_ARGS` and `TF_CLI_ARGS_<command>` add behind the command.
fn from_environment(command: &str, environment: &Environment) -> Vec<String> {
    let own = format!("{}_{}", env::TF_CLI_ARGS.name, command.replace('-', "_"));
    [environment.value(&env::TF_CLI_ARGS), environment.named(&own)]
        .into_iter()
        .flatten()
        .flat_map(words)
        .map(double_dash)
        .collect()
}

/// Splits at spaces as a shell does: quotes group, a backslash takes the next character as it is.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('\''), c) => word.get_or_insert_default().push(c),
            (_, '\\') => word.get_or_insert_default().extend(characters.next()),
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &str, environment: &[(&str, &str)], expect: &str) {
        let arguments = arguments.split(' ').map(str::to_owned).collect();
        assert_eq!(prepare(arguments, &Environment::of(environment)).join(" "), expect);
    }

    #[test]
    fn single_dashes_become_double() {
        check("t plan -out=F -var a=-1 -h", &[], "t plan --out=F --var a=-1 -h");
        check("t -chdir=x fmt - -- -check", &[], "t --chdir=x fmt - -- -check");
        check("t apply --auto-approve -5", &[], "t apply --auto-approve -5");
    }

    #[test]
    fn the_environment_adds_arguments_behind_the_command() {
        let environment = [("TF_CLI_ARGS", "-no-color"), ("TF_CLI_ARGS_plan", "-var 'a=b c'")];
        check(
            "t -chdir=d plan -json",
            &environment,
            "t --chdir=d plan --no-color --var a=b c --json",
        );
        check("t --chdir d show", &environment, "t --chdir d show --no-color");
    }

    #[test]
    fn words_are_split_as_a_shell_does() {
        assert_eq!(words(r#"a "b \"c" 'd\' e\ f """#), ["a", "b \"c", "d\\", "e f", ""]);
    }
}
