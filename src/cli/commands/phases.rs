//! `terrace phases`: the ladder, what each step is built for, what it changes, and which of them the stack is in.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::base::Address;
use crate::cli::args::Phases;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Outcome};
use crate::cli::ledger::Files;
use crate::cli::project::Project;
use crate::cli::session::Session;
use crate::cli::settings::{Cloud, Missing, Values};
use crate::cli::{planning, runtime};
use crate::config::{Config, Phase, Tree};
use crate::diag::SourceMap;
use crate::ledger::Access;
use crate::plan::Options;
use crate::report::paint::{ADD, CHANGE, FAINT, REMOVE, STRONG, paint};

/// Prints the ladder.
pub fn run(args: &Phases, context: &mut Context) -> Outcome {
    let project = Project::load(context);
    context.report(&project.problems, &project.sources);
    if project.problems.has_errors() {
        return Err(CommandError::reported());
    }
    let steps = ladder(&project.config, &project.sources);
    let whereabouts = runtime::block_on(whereabouts(args, &project.config, context))?;
    let here = whereabouts.here(&steps);
    if args.json {
        let shown = steps.iter().map(|step| step.json(&whereabouts));
        let document = json!({
            "stack": project.config.stack.name,
            "phase": here.as_ref().map(|here| here.phase),
            "phase_known_by": here.as_ref().map(|here| here.known_by),
            "phases": shown.collect::<Vec<Json>>(),
        });
        context.printer.line(&format!("{document:#}"));
    } else if steps.is_empty() {
        context.printer.line("This stack has no phases: it is one configuration for every load.");
    } else {
        for step in &steps {
            context.printer.print(&step.text(here.as_ref(), &whereabouts));
        }
        if here.is_none() && !context.global.automation {
            context
                .printer
                .progress("The stack is in none of them yet: `terrace apply` makes the first.");
        }
    }
    Ok(Exit::Success)
}

/// Where the stack stands, as far as that was looked at.
struct Whereabouts {
    /// As the ledger has it.
    phase: Option<String>,
    /// The resource blocks that have a live object, as addresses without keys; none where no cloud was asked.
    live: Option<BTreeSet<String>>,
}

/// The phase that the stack is in.
struct Here<'a> {
    phase: &'a str,
    /// Who says so: `ledger` or `live`.
    known_by: &'static str,
}

/// Asks the ledger, and the cloud where one is named.
async fn whereabouts(
    args: &Phases,
    config: &Config,
    context: &mut Context,
) -> Result<Whereabouts, CommandError> {
    let live = match args.cloud {
        Some(cloud) => Some(live(cloud, args, context).await?),
        None => None,
    };
    let files = Files::of(config, context)?;
    let ledger = files.open(&config.stack.name, Access::Look, context).await?;
    Ok(Whereabouts { phase: ledger.phase().map(|phase| phase.to_string()), live })
}

/// The blocks of everything that the stack owns.
async fn live(
    cloud: Cloud,
    args: &Phases,
    context: &mut Context,
) -> Result<BTreeSet<String>, CommandError> {
    let values = Values::resolve(&args.inputs, None, &context.environment).missing(Missing::Open);
    let session = Session::open(&values, cloud, Access::Look, context).await?;
    let input = planning::input_of(&session, Options::default(), context)?;
    let made = planning::look(&session, input, context).await?;
    super::show::stop_if_unread(&session, &made, context)?;
    let steps = made.outcome.plan.steps.iter();
    let there = steps.filter(|step| step.prior.is_some() && step.object.is_some());
    Ok(there.map(|step| block_of(&step.address)).collect())
}

/// The block that an object comes from, as an address without keys.
fn block_of(address: &Address) -> String {
    let modules = address.resource.module.steps().iter();
    let path: Vec<String> = modules.map(|step| format!("module.{}.", step.name)).collect();
    format!("{}{}.{}", path.concat(), address.type_name(), address.resource.name)
}

impl Whereabouts {
    /// The phase that the ledger names; where it is lost, the one whose resources are most like those that are live.
    fn here<'a>(&'a self, steps: &'a [Step]) -> Option<Here<'a>> {
        let known = self.phase.as_deref().filter(|phase| steps.iter().any(|s| s.name == *phase));
        if let Some(phase) = known {
            return Some(Here { phase, known_by: "ledger" });
        }
        let live = self.live.as_ref().filter(|live| !live.is_empty())?;
        // The first of those that are equally like it.
        let likest = steps.iter().rev().max_by_key(|step| step.likeness(live))?;
        (step_live(likest, live) > 0).then_some(Here { phase: &likest.name, known_by: "live" })
    }
}

/// How many of a step's blocks are live.
fn step_live(step: &Step, live: &BTreeSet<String>) -> usize {
    step.blocks.iter().filter(|block| live.contains(*block)).count()
}

/// One step of the ladder.
struct Step {
    name: String,
    after: Option<String>,
    description: Option<String>,
    serves: Vec<(String, String)>,
    blocks: Vec<String>,
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
        blocks: blocks.to_vec(),
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
    /// How like this step is what is live, in thousandths: what both have, of what either has.
    fn likeness(&self, live: &BTreeSet<String>) -> usize {
        let both = step_live(self, live);
        let either = self.blocks.len() + live.len() - both;
        (both * 1000).checked_div(either).unwrap_or_default()
    }

    fn text(&self, here: Option<&Here<'_>>, whereabouts: &Whereabouts) -> String {
        use std::fmt::Write as _;
        let mut text = paint(STRONG, &self.name);
        if let Some(after) = &self.after {
            text.push_str(&paint(FAINT, format!(" after {after}")));
        }
        if let Some(here) = here.filter(|here| here.phase == self.name) {
            let note = match here.known_by {
                "ledger" => " ← the stack is here",
                _ => " ← what is live is most like this; the ledger does not say",
            };
            text.push_str(&paint(CHANGE, note));
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
        if let Some(live) = &whereabouts.live {
            let (there, all) = (step_live(self, live), self.blocks.len());
            writeln!(text, "    live {there} of {all} resources")
                .expect("a String takes everything");
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

    fn json(&self, whereabouts: &Whereabouts) -> Json {
        let serves: Map<String, Json> =
            self.serves.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        json!({
            "name": self.name,
            "after": self.after,
            "description": self.description,
            "serves": serves,
            "resources": self.blocks.len(),
            "live": whereabouts.live.as_ref().map(|live| step_live(self, live)),
            "comes": self.comes,
            "goes": self.goes,
        })
    }
}
