//! What planning takes of memory for each resource, counted by the allocator: it does not depend on the machine, nor on
//! how the program was built.
//!
//! A test of its own, and one at a time: what is counted is the whole process.

use std::fmt::Write as _;
use std::sync::Arc;

use camino::Utf8Path;
use peak_alloc::PeakAlloc;
use terrace::config::{self, Manifest};
use terrace::diag::SourceMap;
use terrace::plan::{Answers, Input, Options, Places, Planner, Progress, Remembered};
use terrace::schema::Registry;
use terrace::world::World;
use terrace::world::memory::FileTree;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// A configuration of so many resources.
type Shape = fn(usize) -> String;

/// Shapes of configurations, and how many bytes one more resource of each may take at the peak.
const SHAPES: [(&str, Shape, usize); 5] = [
    ("a block each", chain, 2_800),
    ("instances by number", counted, 1_550),
    ("instances by name", keyed, 1_650),
    ("a module each", modules, 5_200),
    ("networks", networks, 3_050),
];

fn chain(count: usize) -> String {
    let mut text = "resource \"terraform_data\" \"x0\" { input = 0 }\n".to_owned();
    for index in 1..count {
        let before = (index * 7919) % index;
        writeln!(
            text,
            "resource \"terraform_data\" \"x{index}\" {{ input = terraform_data.x{before}.output }}"
        )
        .expect("a String takes everything");
    }
    text
}

fn counted(count: usize) -> String {
    format!("resource \"terraform_data\" \"x\" {{\n  count = {count}\n  input = count.index\n}}\n")
}

fn keyed(count: usize) -> String {
    let numbers =
        format!("flatten([for a in range({}) : [for b in range(100) : a * 100 + b]])", count / 100);
    format!(
        "resource \"terraform_data\" \"x\" {{\n  for_each = {{ for i in {numbers} : \"key${{i}}\" => i }}\n  \
         input = each.value\n}}\n"
    )
}

fn modules(count: usize) -> String {
    let mut text = String::new();
    for index in 0..count {
        writeln!(text, "module \"m{index}\" {{\n  source = \"./m\"\n  name = \"n{index}\"\n}}")
            .expect("a String takes everything");
    }
    text
}

fn networks(count: usize) -> String {
    format!(
        "provider \"aws\" {{ region = \"eu-central-1\" }}\nresource \"aws_vpc\" \"x\" {{\n  count = {count}\n  \
         cidr_block = \"10.0.0.0/16\"\n  tags = {{ Name = \"n${{count.index}}\" }}\n}}\n"
    )
}

const MODULE: &str = "variable \"name\" { type = string }\nresource \"terraform_data\" \"leaf\" { input = var.name }\n\
                      output \"name\" { value = terraform_data.leaf.output }\n";

fn input(text: &str) -> Input {
    let mut world = World::in_memory(jiff::Timestamp::UNIX_EPOCH, 1);
    let files: FileTree = [("main.tf", text), ("m/main.tf", MODULE)].into_iter().collect();
    world.files = Arc::new(files);
    let mut sources = SourceMap::default();
    let (config, problems) =
        config::load(&*world.files, Utf8Path::new("."), &mut sources, &Manifest::default());
    assert!(!problems.has_errors(), "{problems:?}");
    Input {
        config: Arc::new(config.select(None).expect("there are no phases")),
        registry: Arc::new(Registry::embedded()),
        variables: Vec::new(),
        options: Options::default(),
        remembered: Remembered::default(),
        supports: Arc::new(|_, _| true),
        places: Places { cwd: "/work".into(), root: ".".into() },
        workspace: "default".into(),
        time: jiff::Timestamp::UNIX_EPOCH,
        seed: 7,
        stand_ins: None,
        world,
    }
}

/// How many bytes were in use at the peak of reading and planning a configuration, beside those before it.
fn peak(text: &str, count: usize) -> usize {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let mut planner = Planner::new(input(text));
    let outcome = loop {
        match planner.advance() {
            Progress::Needs(needs) => {
                let providers = needs.providers.into_iter();
                let providers = providers.map(|p| (p.name, Ok(Some("eu-central-1".into()))));
                let providers = providers.collect();
                planner.supply(Answers { providers, ..Answers::default() });
            }
            Progress::Done(outcome) => break outcome,
        }
    };
    assert!(!outcome.errored(), "{:?}", outcome.problems);
    assert_eq!(outcome.plan.steps.len(), count);
    HEAP.peak_usage() - before
}

#[test]
fn a_resource_takes_few_bytes_of_a_plan() {
    // Just below powers of two: vectors that grow by doubling are then nearly full.
    let (few, many) = (500, 4_000);
    let mut told = String::new();
    let mut over = false;
    for (name, shape, most) in SHAPES {
        let of = |count| peak(&shape(count), count);
        // What is made once is not counted: schemas, tables.
        of(few);
        let each = (of(many) - of(few)) / (many - few);
        over |= each > most;
        writeln!(told, "{name}: {each} bytes for each resource, at most {most}")
            .expect("a String takes everything");
    }
    assert!(!over, "{told}");
}
