//! The dependencies between resources, in languages that draw graphs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::config::Tree;
use crate::graph::{ConfigGraph, NodeId, Part};

const FITS: &str = "a String takes everything";

/// What is drawn: names of resources, each with those that it needs directly.
#[must_use]
pub fn resources(tree: &Tree) -> BTreeMap<String, BTreeSet<String>> {
    let graph = ConfigGraph::new(tree);
    let dag = graph.dag();
    let is_resource = |id: NodeId| matches!(dag.weight(id).part, Part::Resource(_));
    let name = |id: NodeId| dag.weight(id).display(tree).to_string();
    let mut found = BTreeMap::new();
    for id in dag.ids().filter(|id| is_resource(*id)) {
        // What lies between two resources, such as locals and variables, is passed through.
        let mut needs = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<NodeId> = dag.dependencies(id).collect();
        while let Some(next) = open.pop() {
            if !seen.insert(next) {
                continue;
            }
            if is_resource(next) {
                needs.insert(name(next));
            } else {
                open.extend(dag.dependencies(next));
            }
        }
        found.insert(name(id), needs);
    }
    found
}

/// In Graphviz' language.
#[must_use]
pub fn dot(tree: &Tree) -> String {
    let mut text = String::from(
        "digraph terrace {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n",
    );
    let resources = resources(tree);
    for name in resources.keys() {
        writeln!(text, "  \"{name}\";").expect(FITS);
    }
    for (name, needs) in &resources {
        for need in needs {
            writeln!(text, "  \"{name}\" -> \"{need}\";").expect(FITS);
        }
    }
    text.push_str("}\n");
    text
}

/// In Mermaid's language.
#[must_use]
pub fn mermaid(tree: &Tree) -> String {
    let mut text = String::from("flowchart RL\n");
    let resources = resources(tree);
    let number = |name: &String| resources.keys().position(|other| other == name).unwrap_or(0);
    for (at, name) in resources.keys().enumerate() {
        writeln!(text, "  n{at}[\"{name}\"]").expect(FITS);
    }
    for (at, needs) in resources.values().enumerate() {
        for need in needs {
            writeln!(text, "  n{at} --> n{}", number(need)).expect(FITS);
        }
    }
    text
}
