//! `terrace phases`: the ladder, what each step is built for, and what it changes.

use serde_json::{Map, Value as Json, json};

use crate::cli::args::Phases;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Outcome};
use crate::cli::project::Project;
use crate::config::{Config, Phase, Tree};
use crate::diag::SourceMap;
use crate::report::paint::{ADD, FAINT, REMOVE, STRONG, paint};

/// Prints the ladder.
pub fn run(args: &Phases, context: &mut Context) -> Outcome {
    let project = Project::load(context);
    context.report(&project.problems, &project.sources);
    if project.problems.has_errors() {
        return Err(CommandError::reported());
    }
    let steps = ladder(&project.config, &project.sources);
    if args.json {
        let steps: Vec<Json> = steps.iter().map(Step::json).collect();
        let document = json!({"stack": project.config.stack.name, "phases": steps});
        context.printer.line(&format!("{document:#}"));
    } else if steps.is_empty() {
        context.printer.line("This stack has no phases: it is one configuration for every load.");
    } else {
        for step in &steps {
            context.printer.print(&step.text());
        }
        if !context.global.automation {
            context.printer.progress("`terrace status` says which of them the stack is in.");
        }
    }
    Ok(Exit::Success)
}

/// One step of the ladder.
struct Step {
    name: String,
    after: Option<String>,
    description: Option<String>,
    serves: Vec<(String, String)>,
    comes: Vec<String>,
    goes: Vec<String>,
}

fn ladder(config: &Config, sources: &SourceMap) -> Vec<Step> {
    let empty = Vec::new();
    let mut below = empty;
    let mut steps = Vec::new();
    for (name, phase) in &config.phases {
        let blocks = config.trees.get(name).map(blocks).unwrap_or_default();
        steps.push(step(phase, &below, &blocks, sources));
        below = blocks;
    }
    steps
}

fn step(phase: &Phase, below: &[String], blocks: &[String], sources: &SourceMap) -> Step {
    let without = |all: &[String], other: &[String]| -> Vec<String> {
        all.iter().filter(|one| !other.contains(one)).cloned().collect()
    };
    let serves = phase.serves.iter();
    Step {
        name: phase.name.to_string(),
        after: phase.after.as_ref().map(ToString::to_string),
        description: phase.description.as_ref().map(ToString::to_string),
        serves: serves
            .map(|(name, attribute)| {
                (name.to_string(), sources.text(attribute.expr.span).to_owned())
            })
            .collect(),
        comes: without(blocks, below),
        goes: without(below, blocks),
    }
}

/// The resource blocks of every module, as addresses without keys.
fn blocks(tree: &Tree) -> Vec<String> {
    let mut blocks = Vec::new();
    for (_, module) in tree.iter() {
        let path: Vec<String> = module.path.iter().map(|name| format!("module.{name}.")).collect();
        let managed = module.resources.keys().filter(|key| key.mode == crate::base::Mode::Managed);
        blocks.extend(managed.map(|key| format!("{}{key}", path.concat())));
    }
    blocks
}

impl Step {
    fn text(&self) -> String {
        use std::fmt::Write as _;
        let mut text = paint(STRONG, &self.name);
        if let Some(after) = &self.after {
            text.push_str(&paint(FAINT, format!(" after {after}")));
        }
        text.push('\n');
        if let Some(description) = &self.description {
            writeln!(text, "    {description}").expect("a String takes everything");
        }
        if !self.serves.is_empty() {
            let serves: Vec<_> =
                self.serves.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            writeln!(text, "    serves {}", serves.join(", ")).expect("a String takes everything");
        }
        for come in &self.comes {
            writeln!(text, "    {} {come}", paint(ADD, "+")).expect("a String takes everything");
        }
        for go in &self.goes {
            writeln!(text, "    {} {go}", paint(REMOVE, "-")).expect("a String takes everything");
        }
        text.push('\n');
        text
    }

    fn json(&self) -> Json {
        let serves: Map<String, Json> =
            self.serves.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        json!({
            "name": self.name,
            "after": self.after,
            "description": self.description,
            "serves": serves,
            "comes": self.comes,
            "goes": self.goes,
        })
    }
}
