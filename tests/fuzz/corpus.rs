//! Inputs: what the conformance cases hold, what failed once, and damage to them.

use std::fs;
use std::path::{Path, PathBuf};

/// Texts that mean something wherever they are put.
const WORDS: [&str; 66] = [
    "${",
    "%{",
    "~}",
    "%{~",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\\",
    "\\u00e9",
    "$${",
    "%%{",
    "<<EOT\n",
    "<<-EOT\n",
    "\nEOT\n",
    "#",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "\u{feff}",
    "\u{301}",
    "é",
    "=",
    "==",
    "=>",
    "!=",
    "<=",
    "&&",
    "||",
    "?",
    ":",
    "::",
    ",",
    ".",
    "...",
    ".*",
    "[*]",
    "-",
    "!",
    "%",
    "/",
    "for x in ",
    " if ",
    "%{ if true }",
    "%{ else }",
    "%{ endif }",
    "%{ for x in [1] }",
    "%{ endfor }",
    "null",
    "true",
    "1e99",
    "0.1",
    "99999999999999999999",
    "var.secret",
    "var.us",
    "var.m",
    "var.o",
    "resource \"a\" \"b\" {\n",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The inputs that a target begins with.
pub fn inputs(target: &str) -> Vec<Vec<u8>> {
    let files = files(&folder().join("conformance"));
    let named = |endings: &[&str]| {
        files
            .iter()
            .filter(|file| endings.iter().any(|ending| file.to_string_lossy().ends_with(ending)))
            .map(|file| fs::read(file).expect("the case can be read"))
            .collect::<Vec<_>>()
    };
    match target {
        "evaluator" => expressions(&files),
        "json" => named(&[".tf.json", ".tfvars.json"]),
        _ => named(&[".tf", ".tfvars"]),
    }
}

/// The inputs on which a target once failed.
pub fn regressions(target: &str) -> Vec<Vec<u8>> {
    let files = files(&folder().join("fuzz/regressions").join(target));
    files.iter().map(|file| fs::read(file).expect("the input can be read")).collect()
}

fn expressions(files: &[PathBuf]) -> Vec<Vec<u8>> {
    let is_list = |file: &&PathBuf| file.parent().is_some_and(|folder| folder.ends_with("expr"));
    let mut found = Vec::new();
    for file in
        files.iter().filter(is_list).filter(|file| file.extension().is_some_and(|e| e == "json"))
    {
        let text = fs::read_to_string(file).expect("the cases can be read");
        let cases: Vec<serde_json::Value> = serde_json::from_str(&text).expect("cases");
        let text = |case: &serde_json::Value| Some(case.get("expr")?.as_str()?.as_bytes().to_vec());
        found.extend(cases.iter().filter_map(text));
    }
    found
}

/// Every file below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths
        .into_iter()
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

/// Damages inputs, the same way each time for one seed.
pub struct Mutator<'a> {
    inputs: &'a [Vec<u8>],
    random: fastrand::Rng,
}

impl<'a> Mutator<'a> {
    pub fn new(inputs: &'a [Vec<u8>], seed: u64) -> Self {
        Self { inputs, random: fastrand::Rng::with_seed(seed) }
    }

    /// Another input.
    pub fn another(&mut self) -> Vec<u8> {
        let mut input = self.any().clone();
        for _ in 0..self.random.usize(1..=4) {
            self.damage(&mut input);
        }
        input
    }

    fn any(&mut self) -> &'a Vec<u8> {
        &self.inputs[self.random.usize(..self.inputs.len())]
    }

    /// A stretch of at most `most` bytes.
    fn stretch(&mut self, input: &[u8], most: usize) -> std::ops::Range<usize> {
        let start = self.random.usize(..=input.len());
        start..(start + self.random.usize(..=most)).min(input.len())
    }

    fn damage(&mut self, input: &mut Vec<u8>) {
        let range = self.stretch(input, 40);
        match self.random.u8(..7) {
            0 => drop(input.drain(range)),
            1 => {
                let copy = input[range.clone()].to_vec();
                input.splice(range.start..range.start, copy);
            }
            2 => {
                let other = self.any();
                let piece = self.stretch(other, 200);
                input.splice(range, other[piece].iter().copied());
            }
            3 => {
                if let Some(byte) = input.get_mut(range.start) {
                    *byte = self.random.u8(..);
                }
            }
            4 => {
                let piece = input[range.clone()].repeat(self.random.usize(2..30));
                input.splice(range, piece);
            }
            _ => {
                let word = WORDS[self.random.usize(..WORDS.len())];
                input.splice(range.start..range.start, word.bytes());
            }
        }
    }
}
