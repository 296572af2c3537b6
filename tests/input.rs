//! Input that is no configuration, or far too much of one: a clear error in good time and in little memory, no panic, no
//! exhausted stack.
//!
//! Each case is prepared by a shell in an empty folder. The program runs with an address space of 1.5 GB, and has 100
//! seconds even where it is built without optimization and the machine is busy.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What is prepared, what is run, and what standard error then says.
const TABLE: &[(&str, &str, &str)] = &[
    // Size.
    ("truncate -s 100M main.tf", "validate", "Error: File too large"),
    ("truncate -s 100M main.tf", "fmt", "Error: File too large"),
    ("truncate -s 100M main.tf.json", "validate", "Error: File too large"),
    ("truncate -s 100M terraform.tfvars", "plan", "Error: File too large"),
    ("truncate -s 100M x.auto.tfvars.json", "plan", "Error: File too large"),
    ("truncate -s 1M main.tf", "validate", "Error: Invalid character"),
    ("truncate -s 32M main.tf", "validate", "Error: Invalid character"),
    ("yes 'locals {}' | head -1000000 > main.tf", "validate", ""),
    ("yes 'x {}' | head -100000 > main.tf", "validate", "Error: Too many problems"),
    ("yes '@' | head -100000 > main.tf", "validate", "Error: Invalid character"),
    // One long line: what is shown of it is short.
    (
        "{ printf 'locals { a = \"'; yes x | head -c 20000000 | tr -d '\\n'; echo '\" + }'; } > main.tf",
        "validate",
        "Error: Invalid expression",
    ),
    // Nesting.
    (
        "{ printf 'locals {\\n  a = '; yes '[' | head -10000; echo '}'; } > main.tf",
        "validate",
        "Error: Nesting too deep",
    ),
    (
        "{ printf 'locals {\\n  a = '; yes '(' | head -10000; } > main.tf",
        "validate",
        "Error: Nesting too deep",
    ),
    (
        "{ printf 'locals {\\n  a = '; yes '{ a =' | head -10000 | tr -d '\\n'; } > main.tf",
        "validate",
        "Error: Nesting too deep",
    ),
    ("yes 'a {' | head -10000 > main.tf", "validate", "Error: Nesting too deep"),
    (
        "{ printf 'locals {\\n  a = '; yes '\"${' | head -10000 | tr -d '\\n'; } > main.tf",
        "validate",
        "Error: Nesting too deep",
    ),
    (
        "{ printf '{ \"locals\": { \"a\": '; yes '[' | head -10000; } > main.tf.json",
        "validate",
        "Error: Nesting too deep",
    ),
    (
        "{ printf 'locals {\\n  a = '; yes '[' | head -10000; } > main.tf",
        "fmt",
        "Error: Nesting too deep",
    ),
    ("{ printf '{ \"a\": '; yes '[' | head -10000; } > terraform.tfvars.json", "plan", "Error: "),
    // What never ends.
    (
        "printf 'locals {\\n  a = <<EOT\\n' > main.tf; yes 'some text' | head -100000 >> main.tf",
        "validate",
        "Error: Unterminated template string",
    ),
    ("printf 'locals {\\n  a = \"${' > main.tf", "validate", "Error: "),
    ("printf 'locals { /* ' > main.tf", "validate", "Error: "),
    // Encodings.
    (
        "printf 'locals {\\n  a = \"\\351\"\\n}\\n' > main.tf",
        "validate",
        "Error: Invalid character encoding",
    ),
    ("printf '\\377\\376l\\0o\\0' > main.tf", "validate", "Error: Invalid character encoding"),
    ("printf 'a = \"\\351\"\\n' > terraform.tfvars", "plan", "Error: Invalid character encoding"),
    ("printf 'a = \"\\351\"\\n' > main.tf", "fmt", "Error: Invalid character encoding"),
    // What is no file.
    ("mkdir main.tf", "validate", "Error: Failed to read file"),
    ("mkfifo main.tf", "validate", "Error: Failed to read file"),
    ("mkfifo main.tf", "fmt main.tf", "Error: Cannot format"),
    ("mkfifo terraform.tfvars", "plan", "Error: Failed to read variables file"),
    (
        "mkfifo m; echo 'module \"m\" { source = \"./m\" }' > main.tf",
        "validate",
        "Error: Unreadable module directory",
    ),
    (
        "mkfifo f; echo 'locals { a = file(\"f\") }' > main.tf",
        "validate",
        "Error: Invalid function argument",
    ),
    ("ln -s main.tf main.tf", "validate", "Error: Failed to read file"),
    ("ln -s nowhere main.tf", "validate", "Error: Failed to read file"),
    ("ln -s /dev/zero main.tf", "validate", "Error: Failed to read file"),
    ("mkdir -p .terrace/modules/modules.json", "validate", "Error: "),
    // Modules in a circle.
    (
        "mkdir a b; echo 'module \"b\" { source = \"../b\" }' > a/main.tf; \
      echo 'module \"a\" { source = \"../a\" }' > b/main.tf; \
      echo 'module \"a\" { source = \"./a\" }' > main.tf",
        "validate",
        "Error: Module calls itself",
    ),
    (
        "ln -s . m; echo 'module \"m\" { source = \"./m\" }' > main.tf",
        "validate",
        "Error: Unreadable module directory",
    ),
];

/// At most this much is said, however large the input is.
const MOST_SAID: usize = 1 << 20;

fn run(prepare: &str, arguments: &str, input: Stdio, folder: &Path) -> Output {
    let shell = |script: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin");
        shell.env("TERRACE_CLOUD", "sim").stdin(Stdio::null());
        shell
    };
    let prepared = shell(prepare).status().expect("there is a shell");
    assert!(prepared.success(), "{prepare}");
    let program = env!("CARGO_BIN_EXE_terrace");
    let script = format!("ulimit -v 1500000; exec timeout 100 {program} {arguments}");
    shell(&script).stdin(input).output().expect("there is a shell")
}

fn check(prepare: &str, arguments: &str, expect: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(prepare, arguments, Stdio::null(), folder.path());
    let said = String::from_utf8_lossy(&output.stderr);
    let start: String = said.chars().take(2_000).collect();
    let code = output.status.code();
    let expected = match (expect, arguments.starts_with("fmt")) {
        ("", _) => 0,
        (_, true) => 2,
        _ => 1,
    };
    let is_right = code == Some(expected)
        && said.contains(expect)
        && !said.contains("panicked")
        && said.len() < MOST_SAID;
    if is_right {
        return Ok(());
    }
    Err(format!("{prepare}; terrace {arguments}: {code:?}, {} bytes: {start}", said.len()))
}

#[test]
fn hostile_input_gets_one_clear_answer() {
    let wrong: Vec<String> = TABLE
        .iter()
        .filter_map(|(prepare, arguments, expect)| check(prepare, arguments, expect).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn unreadable_files_are_named() {
    // Root may read everything.
    if rustix::process::geteuid().is_root() {
        return;
    }
    for (prepare, arguments, expect) in [
        ("touch main.tf; chmod 0 main.tf", "validate", "Error: Failed to read file"),
        (
            "mkdir m; chmod 0 m; echo 'module \"m\" { source = \"./m\" }' > main.tf",
            "validate",
            "Error: Unreadable module directory",
        ),
        (
            "touch terraform.tfvars; chmod 0 terraform.tfvars",
            "plan",
            "Error: Failed to read variables file",
        ),
    ] {
        check(prepare, arguments, expect).expect("it is named");
    }
}

#[test]
fn standard_input_is_bounded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for arguments in ["console", "fmt -"] {
        let zeros = std::fs::File::open("/dev/zero").expect("it is there");
        let output = run("true", arguments, zeros.into(), folder.path());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{arguments}: {:?}", output.status);
        assert!(said.starts_with("Error: "), "{arguments}: {said}");
    }
}
