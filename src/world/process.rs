//! Running other programs.

use std::collections::BTreeMap;
use std::process::Stdio;

use futures_util::future::BoxFuture;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// A program to run.
#[derive(Clone)]
pub struct Program {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// The folder that it runs in; the current one where there is none.
    pub folder: Option<String>,
    /// Variables beside those of this process.
    pub environment: BTreeMap<String, String>,
}

/// Told each line that a program prints.
pub type Lines<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Runs programs.
pub trait Processes: Send + Sync {
    /// Runs a program to its end. Dropping the future kills it.
    ///
    /// Fails with words for people when it cannot be started or ends with anything but success.
    fn run<'a>(
        &'a self,
        program: &'a Program,
        lines: Lines<'a>,
    ) -> BoxFuture<'a, Result<(), String>>;
}

/// Programs of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealProcesses;

impl Processes for RealProcesses {
    fn run<'a>(
        &'a self,
        program: &'a Program,
        lines: Lines<'a>,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let (name, arguments) = program.argv.split_first().ok_or("no program is named")?;
            let mut command = tokio::process::Command::new(name);
            command.args(arguments).envs(&program.environment).kill_on_drop(true);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            // Ctrl-C at the terminal is for terrace, which lets what is under way end.
            #[cfg(unix)]
            command.process_group(0);
            if let Some(folder) = &program.folder {
                command.current_dir(folder);
            }
            let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
            let (out, err) = (child.stdout.take(), child.stderr.take());
            let (status, ..) = tokio::join!(child.wait(), tell(out, lines), tell(err, lines));
            let status = status.map_err(|error| format!("{name}: {error}"))?;
            if status.success() { Ok(()) } else { Err(format!("{name}: {status}")) }
        })
    }
}

async fn tell(stream: Option<impl AsyncRead + Unpin>, lines: Lines<'_>) {
    let Some(stream) = stream else { return };
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while let Ok(1..) = reader.read_until(b'\n', &mut line).await {
        lines(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']));
        line.clear();
    }
}

/// Whether a process of this machine is alive, whoever's it is. One that was killed and that its parent has not asked
/// about yet is dead.
#[must_use]
pub fn is_alive(process: u32) -> bool {
    let id = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    // Not being allowed to signal it is a sign of life.
    let is_there = |id| rustix::process::test_kill_process(id) != Err(rustix::io::Errno::SRCH);
    id.is_some_and(is_there) && !is_zombie(process)
}

/// Whether Linux says so: `8123 (terrace) Z 1 …`. Elsewhere nobody is asked.
#[expect(clippy::disallowed_methods, reason = "the file is the operating system's answer")]
fn is_zombie(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    matches!(state, Some('Z' | 'X'))
}

/// The name of this machine.
#[must_use]
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn who_was_killed_is_dead_before_anybody_asked() {
        assert!(is_alive(std::process::id()));
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("it starts");
        assert!(is_alive(child.id()));
        child.kill().expect("it is ours");
        // Until it is waited for it is there.
        while is_alive(child.id()) {
            std::thread::yield_now();
        }
        assert!(child.try_wait().expect("it is ours").is_some());
        assert!(!is_alive(child.id()));
    }
}
