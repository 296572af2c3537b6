//! `terrace console`: piped in, and typed at a terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::sandbox::Sandbox;

const STACK: &str = r#"
variable "password" {
  default   = "canary-4711"
  sensitive = true
}

locals {
  box = { name = var.password, size = 3 }
}
"#;

#[test]
fn what_is_piped_in_is_evaluated_as_terraform_does() {
    let sandbox = Sandbox::of(STACK);
    for (input, expect) in [
        // The last line counts, and nothing after `exit` is read.
        ("1\n2\n", "2\n"),
        ("1\nexit\n", ""),
        ("  exit  \n2\n", ""),
        ("1\n\n", "\n"),
        ("", "\n"),
        ("1 # a comment\n", "1\n"),
        ("\"a\\nb\"\n", "<<EOT\na\nb\nEOT\n"),
        ("var.password\n", "(sensitive value)\n"),
        ("local.box\n", "{\n  \"name\" = (sensitive value)\n  \"size\" = 3\n}\n"),
        ("[\n1,\n2\n][1]\n", "2\n"),
        ("<<EOT\nx\nEOT\n", "<<EOT\nx\n\nEOT\n"),
        ("type(1)", "number\n"),
    ] {
        assert_eq!(sandbox.run_with("console", input).ok().out, expect, "{input}");
    }
    assert!(sandbox.run_with("console", "help\n").ok().out.contains("exit"));
    for (input, words) in [
        ("1 +\n", "Error: Missing expression"),
        ("{\n", "Error: "),
        ("local.nope\n2\n", "Error: Reference to undeclared local value"),
        ("[type(1)]\n", "Error: Invalid use of type function"),
        ("file(\"none\")\n", "Error: Invalid function argument"),
    ] {
        let run = sandbox.run_with("console", input).fails(words);
        assert_eq!(run.out, "", "{input}");
    }
    assert!(!sandbox.run_with("console", "tonumber(var.password)\n").err.contains("canary"));
}

/// The program at a terminal.
struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    fn open(sandbox: &Sandbox) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("it is ours");
        unlockpt(&master).expect("it can be opened");
        let name = ptsname(&master, Vec::new()).expect("it has a name");
        let open = || {
            let flags = OFlags::RDWR | OFlags::NOCTTY;
            Stdio::from(rustix::fs::open(&name, flags, Mode::empty()).expect("its other side"))
        };
        let mut command = sandbox.command(&["console"]);
        command.env("TERM", "xterm").env("HOME", sandbox.path("home"));
        command.stdin(open()).stdout(open()).stderr(open());
        let child = command.spawn().expect("the program runs");
        drop(command);
        let keyboard = File::from(master);
        let mut screen = keyboard.try_clone().expect("a second handle");
        let (tell, told) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut buffer) {
                if tell.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, keyboard, screen: told, seen: String::new() }
    }

    /// Waits until the screen shows `words` behind all that was waited for before.
    fn shows(&mut self, words: &str) {
        while !self.seen.contains(words) {
            match self.screen.recv_timeout(Duration::from_mins(1)) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(error) => panic!("{error}: no {words:?} in {:?}", self.seen),
            }
        }
        let at = self.seen.find(words).expect("it was found");
        self.seen.drain(..at + words.len());
    }

    fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes it");
    }

    fn ends(mut self) -> i32 {
        let status = self.child.wait().expect("it ends");
        status.code().expect("it was not killed")
    }
}

#[test]
fn a_person_types_over_several_lines_and_is_not_thrown_out() {
    let sandbox = Sandbox::of(STACK);
    let mut terminal = Terminal::open(&sandbox);
    terminal.shows("> ");
    terminal.types("1 + 41\r");
    terminal.shows("42\r\n");
    terminal.shows("> ");
    // Brackets and heredocs go on in the next line.
    terminal.types("join(\"-\", [\r");
    terminal.types("\"a\", \"b\"\r");
    terminal.types("])\r");
    terminal.shows("\"a-b\"\r\n");
    terminal.shows("> ");
    terminal.types("upper(<<EOT\rsome text\rEOT\r)\r");
    terminal.shows("SOME TEXT");
    terminal.shows("> ");
    // Errors end nothing.
    terminal.types("local.nope\r");
    terminal.shows("Reference to undeclared local value");
    terminal.shows("> ");
    terminal.types("var.password\r");
    terminal.shows("(sensitive value)\r\n");
    terminal.shows("> ");
    // Ctrl-C drops what was typed.
    terminal.types("1 + \u{3}");
    terminal.shows("Ctrl-D");
    terminal.shows("> ");
    terminal.types("3 * 3\r");
    terminal.shows("9\r\n");
    terminal.shows("> ");
    terminal.types("exit\r");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn what_was_typed_is_remembered() {
    let sandbox = Sandbox::of(STACK);
    let mut terminal = Terminal::open(&sandbox);
    terminal.shows("> ");
    terminal.types("40 + 2\r");
    terminal.shows("42\r\n");
    terminal.shows("> ");
    terminal.types("\u{4}");
    assert_eq!(terminal.ends(), 0);
    let kept = sandbox.read("home/.local/state/terrace/console-history");
    assert!(kept.contains("40 + 2"), "{kept}");
    let mut terminal = Terminal::open(&sandbox);
    terminal.shows("> ");
    // The arrow up brings it back.
    terminal.types("\u{1b}[A\r");
    terminal.shows("42\r\n");
    terminal.shows("> ");
    // Ctrl-C twice leaves as well.
    terminal.types("\u{3}");
    terminal.shows("once more");
    terminal.shows("> ");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 0);
}
