//! The program itself: version, help, completions, wrong command lines.

use crate::sandbox::Sandbox;

#[test]
fn the_version_is_terraforms_shape() {
    let sandbox = Sandbox::new();
    let text = sandbox.run("version").ok().out;
    assert!(text.starts_with("terrace v"), "{text}");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run("version -json").ok().out).expect("JSON");
    assert_eq!(json["terraform_version"], "1.11.4");
    assert_eq!(std::fs::read_dir(sandbox.path(".")).expect("the folder").count(), 0);
}

#[test]
fn wrong_command_lines_are_refused_with_a_suggestion() {
    let sandbox = Sandbox::new();
    for (arguments, words) in [
        ("plna", "similar subcommand"),
        ("plan --otu=x", "unexpected argument '--otu'"),
        ("plan -var nothing", "has no `=`"),
        ("plan --parallelism 0", "0 is not in 1..="),
        ("plan --lock-timeout 5", "Invalid lock timeout"),
        ("plan --cloud gcp", "[possible values: aws, sim]"),
        ("plan --target a.b --exclude a.c", "cannot be used with"),
        ("version extra", "unexpected argument 'extra'"),
        ("--chdir missing version", "Cannot enter the folder"),
        ("import only_one", "<ID>"),
    ] {
        let run = sandbox.run(arguments).fails(words);
        assert!(run.err.starts_with("Error: "), "{arguments}: {}", run.err);
    }
}

#[test]
fn completions_exist_for_every_shell() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            sandbox.run(&format!("completions {shell}")).ok().out.contains("terrace"),
            "{shell}"
        );
    }
}

#[test]
fn every_command_has_help() {
    let sandbox = Sandbox::new();
    let help = sandbox.run("--help").ok().out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names: Vec<_> = commands
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() >= 20, "{help}");
    for name in names {
        assert!(sandbox.run(&format!("{name} -help")).ok().out.contains("Usage:"), "{name}");
    }
}
