//! A folder of its own in which the program runs: no HOME, no environment, a fixed clock and seed.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A folder with the program in front of it.
pub struct Sandbox {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a run of the program came to.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Sandbox {
    /// An empty folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let environment = [
            ("TERRACE_TEST_NOW", "2026-01-31T12:00:00Z"),
            ("TERRACE_TEST_SEED", "1"),
            ("TERRACE_CLOUD", "sim"),
            ("TZ", "UTC"),
        ];
        let environment = environment.map(|(name, value)| (name.into(), value.into())).into();
        Self { folder, environment }
    }

    /// A folder that holds `main.tf`.
    pub fn of(text: &str) -> Self {
        let sandbox = Self::new();
        sandbox.write("main.tf", text);
        sandbox
    }

    /// The path of a file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders that it stands in.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("in a folder")).expect("folders are made");
        std::fs::write(path, text).expect("the file is written");
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// Sets an environment variable for later runs.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.into(), value.into()));
    }

    /// The program with these arguments, yet to be run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_terrace"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    /// Runs the program with arguments separated by spaces.
    pub fn run(&self, arguments: &str) -> Run {
        self.run_all(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs the program.
    pub fn run_all(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().expect("the program runs");
        self.result(&output)
    }

    /// Runs the program with a text on standard input.
    pub fn run_with(&self, arguments: &str, input: &str) -> Run {
        use std::io::Write as _;
        let mut command = self.command(&arguments.split_whitespace().collect::<Vec<_>>());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        // A program that does not read its input closes the pipe, which is none of the test's business.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        self.result(&child.wait_with_output().expect("the program ends"))
    }

    /// Changes the live objects of a type behind the program's back, as somebody with a console would.
    pub fn change_live(&self, type_name: &str, change: impl Fn(&mut serde_json::Value)) {
        self.edit_cloud(|objects| {
            for object in objects.iter_mut().filter(|object| object["type_name"] == type_name) {
                let text = object["value"].as_str().expect("a text");
                let mut value = serde_json::from_str(text).expect("JSON");
                change(&mut value);
                object["value"] = value.to_string().into();
            }
        });
    }

    /// Deletes the owned live objects of a type behind the program's back.
    pub fn remove_live(&self, type_name: &str) {
        let ours = |object: &serde_json::Value| {
            object["type_name"] == type_name && !object["owner"].is_null()
        };
        self.edit_cloud(|objects| objects.retain(|object| !ours(object)));
    }

    /// Makes the owned live objects of a type another stack's.
    pub fn give_live(&self, type_name: &str, stack: &str) {
        self.edit_cloud(|objects| {
            let owned = |object: &&mut serde_json::Value| {
                object["type_name"] == type_name && !object["owner"].is_null()
            };
            for object in objects.iter_mut().filter(owned) {
                object["owner"]["stack"] = stack.into();
            }
        });
    }

    fn edit_cloud(&self, edit: impl Fn(&mut Vec<serde_json::Value>)) {
        let name = ".terrace/sim/cloud.json";
        let mut cloud: serde_json::Value = serde_json::from_str(&self.read(name)).expect("JSON");
        edit(cloud["objects"].as_array_mut().expect("a list"));
        self.write(name, cloud.to_string());
    }

    fn result(&self, output: &std::process::Output) -> Run {
        let folder = self.folder.path().to_string_lossy().into_owned();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder, "[DIR]");
        Run {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

impl Run {
    /// The run, which must have ended well.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self
    }

    /// The run, which must have ended with 1 and these words on standard error.
    #[track_caller]
    pub fn fails(self, words: &str) -> Self {
        assert_eq!(self.code, 1, "{}\n{}", self.out, self.err);
        assert!(self.says(words), "{words:?} is not in\n{}", self.err);
        self
    }

    /// Whether these words are on standard error, on however many lines.
    pub fn says(&self, words: &str) -> bool {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.err.contains(words) || flat(&self.err).contains(&flat(words))
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {}\n── out\n{}── err\n{}", self.code, self.out, self.err)
    }
}
