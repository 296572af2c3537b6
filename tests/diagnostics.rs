//! Every diagnostic code: a case that causes it through the program, and the text that a user then sees.
//!
//! `diagnostics/E0304.case` holds the commands, one per line after `$ `, each run by a shell, and after `-- NAME --` the
//! files that are there at the start. `diagnostics/E0304.snap` holds what the commands wrote to standard error.

#![expect(clippy::disallowed_methods, reason = "it reads the cases")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use terrace::diag::pages;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diagnostics");

/// Codes that no run of the program shows as long as it is right: what guards against its own mistakes, and what takes
/// another run at the right moment, or a cloud that does not keep its word. Their texts are held by tests beside the code.
const GUARDS: [&str; 5] = ["E0570", "E0822", "E0823", "E0902", "E1009"];

/// Codes of modules that `init` fetches from elsewhere; the tests of fetching cause them.
const FETCHING: [&str; 10] =
    ["E0240", "E0241", "E1201", "E1202", "E1203", "E1204", "E1205", "E1206", "E1207", "E1208"];
/// Codes that take more than a shell: addresses too long for a tag in a lost ledger, tests that are interrupted or
/// killed. The tests of those parts cause them.
const ELSEWHERE: [&str; 4] = ["E0826", "E1130", "E1132", "E1133"];

/// What is run, and on what.
struct Case {
    commands: Vec<String>,
    files: BTreeMap<String, String>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("the case can be read");
        let (mut commands, mut files) = (Vec::new(), BTreeMap::<String, String>::new());
        let mut current = None;
        for line in text.lines() {
            let name = line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --"));
            match (name, &current, line.strip_prefix("$ ")) {
                (Some(name), ..) => {
                    files.insert(name.to_owned(), String::new());
                    current = Some(name.to_owned());
                }
                (None, None, Some(command)) => commands.push(command.to_owned()),
                (None, Some(name), _) => {
                    let file = files.get_mut(name).expect("it was added with its heading");
                    file.push_str(line);
                    file.push('\n');
                }
                (None, None, None) => panic!("{}: {line}", path.display()),
            }
        }
        assert!(!commands.is_empty(), "{} runs nothing", path.display());
        Self { commands, files }
    }

    /// What a user sees.
    fn run(&self) -> String {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in &self.files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("in a folder")).expect("folders are made");
            std::fs::write(path, text).expect("the file is written");
        }
        let mut seen = String::new();
        for command in &self.commands {
            let output = shell(command, folder.path());
            let told = clean(&output.stderr, folder.path());
            write!(seen, "$ {command}\n{told}").expect("a String takes it");
            if let Some(code) = output.status.code().filter(|code| *code != 0) {
                writeln!(seen, "(exit code {code})").expect("a String takes it");
            }
        }
        seen
    }
}

fn shell(command: &str, folder: &Path) -> std::process::Output {
    let program = Path::new(env!("CARGO_BIN_EXE_terrace"));
    let programs = program.parent().expect("a program is in a folder");
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder).env_clear().stdin(Stdio::null());
    shell.env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
    shell.env("TERRACE_TEST_NOW", "2026-01-31T12:00:00Z").env("TERRACE_TEST_SEED", "1");
    shell.env("TERRACE_CLOUD", "sim").env("TZ", "UTC").env("USER", "ada");
    shell.env("AWS_EC2_METADATA_DISABLED", "true");
    shell.output().expect("there is a shell")
}

/// The text without what differs from run to run.
fn clean(bytes: &[u8], folder: &Path) -> String {
    let text = String::from_utf8_lossy(bytes);
    let real = folder.canonicalize().expect("the folder is there");
    let text = text.replace(&*real.to_string_lossy(), "<folder>");
    let text = text.replace(&*folder.to_string_lossy(), "<folder>");
    let name = folder.file_name().expect("it has a name").to_string_lossy().into_owned();
    let text = text.replace(&name, "<folder>").replace(&name.replace('.', "-"), "<folder>");
    let moving = [
        (r"process \d+", "process <number>"),
        (r"ada@[^ ,]+", "ada@<host>"),
        (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "<time>"),
    ];
    let text = moving.iter().fold(text, |text, (pattern, instead)| {
        let pattern = regex::Regex::new(pattern).expect("a pattern");
        pattern.replace_all(&text, *instead).into_owned()
    });
    // Where lines break depends on how long these are.
    let holder = regex::Regex::new(r"(?s)ada@<host>.*?\n  help:").expect("a pattern");
    let unbroken =
        |found: &regex::Captures<'_>| found[0].replace("\n  ", " ").replace(" help:", "\n  help:");
    holder.replace_all(&text, unbroken).into_owned()
}

/// The cases by their codes.
fn cases() -> BTreeMap<String, PathBuf> {
    let entries = std::fs::read_dir(FOLDER).expect("the cases are there");
    entries
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "case"))
        .map(|path| {
            let code = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
            (code, path)
        })
        .collect()
}

#[test]
fn every_code_has_a_case() {
    let pages: BTreeSet<&str> = pages().iter().map(|(code, _)| *code).collect();
    let cases = cases();
    let cases: BTreeSet<&str> = cases.keys().map(String::as_str).collect();
    let guards: BTreeSet<&str> = GUARDS.into_iter().chain(FETCHING).chain(ELSEWHERE).collect();
    assert!(guards.is_subset(&pages) && guards.is_disjoint(&cases));
    let without_case: Vec<_> =
        pages.difference(&cases).filter(|code| !guards.contains(**code)).collect();
    assert!(without_case.is_empty(), "no case causes {without_case:?}");
    let without_page: Vec<_> = cases.difference(&pages).collect();
    assert!(without_page.is_empty(), "there is no page for {without_page:?}");
}

#[test]
fn every_case_shows_its_code_as_it_did() {
    let cases: Vec<(String, PathBuf)> = cases().into_iter().collect();
    let next = AtomicUsize::new(0);
    let seen = Mutex::new(BTreeMap::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((code, path)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let text = Case::read(path).run();
                    seen.lock().expect("nobody panicked").insert(code.clone(), text);
                }
            });
        }
    });
    let seen = seen.into_inner().expect("nobody panicked");
    assert_eq!(seen.len(), cases.len());
    for (code, text) in &seen {
        assert!(
            text.contains(&format!("`terrace explain {code}`")),
            "{code} is not caused:\n{text}"
        );
        assert!(!text.contains("panicked at"), "{text}");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(FOLDER);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (code, text) in seen {
            insta::assert_snapshot!(code.as_str(), text);
        }
    });
}
