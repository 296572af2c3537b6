//! `kill -9` at any instant, through the real program and all of examples/shop: nothing is lost, nothing is made twice,
//! and the next run goes on.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// How often each stage is killed; `TERRACE_TEST_KILLS` says otherwise.
const KILLS: u32 = 4;
/// The longest that a run is let go on before it is killed.
const LONGEST: u64 = 900;

/// A copy of the shop, and the program in it.
struct Shop {
    sandbox: Sandbox,
    seed: u64,
}

impl Shop {
    fn new(seed: u64) -> Self {
        let sandbox = Sandbox::new();
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["modules", "examples/shop"] {
            copy(&here.join(folder), &sandbox.path(folder));
        }
        Self { sandbox, seed }
    }

    fn command(&self, arguments: &str) -> std::process::Command {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let mut command = self.sandbox.command(&arguments);
        command.current_dir(self.sandbox.path("examples/shop"));
        command.env("TF_VAR_protect_data", "false");
        command
    }

    #[track_caller]
    fn run(&self, arguments: &str) -> String {
        let output = self.command(arguments).output().expect("the program runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    /// A number below `limit`.
    fn draw(&mut self, limit: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.seed >> 33) % limit
    }

    /// Runs the program and kills it some time later, that often. A run that was faster makes the time shorter.
    fn kill(&mut self, arguments: &str, times: u32) {
        let (mut killed, mut longest) = (0, LONGEST);
        while killed < times {
            let mut command = self.command(arguments);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut run = command.spawn().expect("the program runs");
            std::thread::sleep(Duration::from_millis(self.draw(longest)));
            if run.try_wait().expect("it is ours").is_some() {
                longest = (longest / 2).max(1);
                continue;
            }
            run.kill().expect("killed");
            run.wait().expect("it is over");
            killed += 1;
        }
    }

    /// How many objects there are of each type, of those that somebody made.
    fn objects(&self) -> BTreeMap<String, usize> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let mut live: BTreeMap<(String, String), bool> = BTreeMap::new();
        for change in self.changes() {
            for object in change["objects"].as_array().into_iter().flatten() {
                let is_made = object["is_default"] == false && object["gone_at"].is_null();
                live.insert((text(&object["type_name"]), text(&object["id"])), is_made);
            }
            for gone in change["gone"].as_array().into_iter().flatten() {
                live.remove(&(text(&gone[0]), text(&gone[1])));
            }
        }
        let mut found = BTreeMap::new();
        for ((name, _), _) in live.into_iter().filter(|(_, is_made)| *is_made) {
            *found.entry(name).or_default() += 1;
        }
        found
    }

    /// The simulated cloud as it is kept: the whole, and what a killed run added.
    fn changes(&self) -> Vec<Value> {
        let read = |name: &str| {
            let path = self.sandbox.path("examples/shop/.terrace/sim").join(name);
            std::fs::read_to_string(path).unwrap_or_default()
        };
        let whole: Value = serde_json::from_str(&read("cloud.json")).unwrap_or_default();
        let number = whole["changes"].as_u64().unwrap_or(0);
        let added = read(&format!("changes-{number}.jsonl"));
        let lines = added.lines().map(|line| {
            let mut line: Value =
                serde_json::from_str(line).expect("the last run did not leave half a line");
            line[1].take()
        });
        std::iter::once(whole).chain(lines).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("readable") {
        let entry = entry.expect("listed");
        let name = entry.file_name();
        if name == ".terrace" {
            continue;
        }
        if entry.file_type().expect("known").is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            std::fs::copy(entry.path(), to.join(name)).expect("copied");
        }
    }
}

#[test]
fn a_killed_run_loses_nothing_and_makes_nothing_twice() {
    let times = std::env::var("TERRACE_TEST_KILLS").ok().and_then(|times| times.parse().ok());
    let times = times.unwrap_or(KILLS);
    let (control, mut shop) = (Shop::new(1), Shop::new(20_261_122));
    for stage in ["apply -auto-approve -phase=mvp", "apply -auto-approve -phase=growth"] {
        shop.kill(stage, times);
        shop.run(stage);
        control.run(stage);
        let phase = stage.rsplit(' ').next().expect("a flag");
        shop.run(&format!("plan -detailed-exitcode {phase}"));
        assert_eq!(shop.objects(), control.objects(), "after {stage}");
    }
    shop.kill("destroy -auto-approve", times);
    shop.run("destroy -auto-approve");
    assert_eq!(shop.objects(), BTreeMap::new(), "nothing is left");
    assert!(shop.run("status").contains("objects    0"));
}
