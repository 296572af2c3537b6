//! Holds the READMEs of the modules and of the example to their variables and outputs.

use camino::Utf8Path;
use terrace::config::{self, Config, Manifest, Output, Variable};
use terrace::diag::render::{Style, text};
use terrace::diag::{Diagnostics, SourceMap};
use terrace::world::World;

/// What a folder declares, with the texts that it was read from.
struct Read {
    config: Config,
    sources: SourceMap,
    readme: String,
}

fn read(folder: &str) -> Read {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = World::real().files;
    let (mut sources, mut problems) = (SourceMap::default(), Diagnostics::none());
    let manifest = problems.take(Manifest::read(&*files, &folder.join(".terrace")));
    let config = problems.take(config::load(&*files, &folder, &mut sources, &manifest));
    let shown: Vec<_> = problems.iter().map(|one| text(one, &sources, Style::Plain)).collect();
    assert!(shown.is_empty(), "{folder}:\n{}", shown.join("\n"));
    let readme = files.read(&folder.join("README.md")).expect("there is a README.md");
    Read { config, sources, readme: String::from_utf8(readme).expect("it is UTF-8") }
}

impl Read {
    fn variable(&self, variable: &Variable) -> String {
        let code = |span| cell(&format!("`{}`", on_one_line(self.sources.text(span))));
        let ty = variable.constraint.span.map_or_else(|| "`any`".to_owned(), code);
        let default =
            variable.default.as_ref().map_or_else(|| "required".to_owned(), |it| code(it.span));
        let description = described(&variable.name, variable.description.as_deref());
        format!("| `{}` | {ty} | {default} | {description} |\n", variable.name)
    }

    /// The table under `## Variables` is exactly what the variables say.
    fn variables_are_told(&self) {
        let rows = self.config.base.root().variables.values().map(|one| self.variable(one));
        let head = "| name | type | default | description |\n| --- | --- | --- | --- |\n";
        self.tells("Variables", &format!("{head}{}", rows.collect::<String>()));
    }

    /// The table under `## Outputs` is exactly what the outputs say.
    fn outputs_are_told(&self) {
        let rows = self.config.base.root().outputs.values().map(output);
        let head = "| name | description |\n| --- | --- |\n";
        self.tells("Outputs", &format!("{head}{}", rows.collect::<String>()));
    }

    fn tells(&self, title: &str, table: &str) {
        let (_, section) = self
            .readme
            .split_once(&format!("\n## {title}\n\n"))
            .unwrap_or_else(|| panic!("{}/README.md has no \"## {title}\"", self.config.dir));
        let end = section.find("\n\n").map_or(section.len(), |at| at + 1);
        let place = format!("{}/README.md, {title}", self.config.dir);
        assert_eq!(&section[..end], table, "{place} should be:\n{table}");
    }
}

fn output(output: &Output) -> String {
    let description = described(&output.name, output.description.as_deref());
    format!("| `{}` | {description} |\n", output.name)
}

fn described(name: &str, description: Option<&str>) -> String {
    cell(description.unwrap_or_else(|| panic!("{name} has no description")))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// An expression over several lines on one: the elements of its objects are told apart by commas.
fn on_one_line(text: &str) -> String {
    let mut joined = String::new();
    for line in text.lines() {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if joined.ends_with(['{', ',']) || words.starts_with('}') {
            joined.push(' ');
        } else if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(&words);
    }
    joined
}

#[test]
fn readmes_of_modules_tell_their_variables_and_outputs() {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("modules");
    for entry in folder.read_dir_utf8().expect("the folder can be read") {
        let entry = entry.expect("the entry can be read");
        let module = read(&format!("modules/{}", entry.file_name()));
        module.variables_are_told();
        module.outputs_are_told();
    }
}

#[test]
fn the_readme_of_the_example_tells_its_variables() {
    read("examples/shop").variables_are_told();
}

#[test]
fn expressions_over_several_lines_are_joined() {
    let check = |text: &str, expect: &str| assert_eq!(on_one_line(text), expect);
    check("number", "number");
    check(
        "object({\n    a   = string\n    bcd = number\n  })",
        "object({ a = string, bcd = number })",
    );
    check("{\n  a = 1,\n  b = 2\n}", "{ a = 1, b = 2 }");
}
