//! A run of the program that has said a word and goes on: to signal it, and to see how it ends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::sandbox::Sandbox;

/// A run of the program that goes on.
pub struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    said: String,
}

impl Running {
    /// Starts the program.
    pub fn start(sandbox: &Sandbox, arguments: &[&str]) -> Self {
        let mut command = sandbox.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, out, said: String::new() }
    }

    /// Starts the program and waits until it says that word.
    pub fn until(sandbox: &Sandbox, arguments: &[&str], word: &str) -> Self {
        let mut running = Self::start(sandbox, arguments);
        while !running.said.contains(word) {
            let read = running.out.read_line(&mut running.said).expect("it talks");
            assert!(read > 0, "it ended without saying {word}: {}", running.said);
        }
        running
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).expect("a process id");
        kill_process(Pid::from_raw(id).expect("a process id"), signal).expect("it is alive");
    }

    /// Its exit code, all that it said, and how long it went on.
    pub fn end(mut self) -> (Option<i32>, String, Duration) {
        let began = Instant::now();
        self.out.read_to_string(&mut self.said).expect("it talks");
        let mut err = self.child.stderr.take().expect("a pipe");
        err.read_to_string(&mut self.said).expect("it talks");
        let status = self.child.wait().expect("it ends");
        (status.code(), self.said, began.elapsed())
    }
}
