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

/// Without dependencies that follow from others: who needs what needs a third needs that one too.
fn reduced(resources: &BTreeMap<String, BTreeSet<String>>) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut reduced = BTreeMap::new();
    for (name, direct) in resources {
        let mut further: BTreeSet<&str> = BTreeSet::new();
        let needs = |name: &str| resources.get(name).into_iter().flatten().map(String::as_str);
        let mut open: Vec<&str> = direct.iter().flat_map(|need| needs(need)).collect();
        while let Some(next) = open.pop() {
            if further.insert(next) {
                open.extend(needs(next));
            }
        }
        let direct = direct.iter().map(String::as_str);
        reduced.insert(name.as_str(), direct.filter(|need| !further.contains(need)).collect());
    }
    reduced
}

/// The module of a resource, and the resource within it.
fn parted(name: &str) -> (&str, &str) {
    let mut at = 0;
    while let Some(rest) = name[at..].strip_prefix("module.") {
        let step = rest.find('.').map_or(rest.len(), |dot| dot + 1);
        at += "module.".len() + step;
    }
    (name[..at].trim_end_matches('.'), &name[at..])
}

/// By module, and within it data sources first.
fn placed(name: &str) -> (&str, bool, &str) {
    let (module, resource) = parted(name);
    (module, !resource.starts_with("data."), resource)
}

/// In Graphviz' language, as Terraform draws it: a cluster for each module.
#[must_use]
pub fn dot(tree: &Tree) -> String {
    let mut text = String::from(
        "digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n",
    );
    let resources = resources(tree);
    let mut names: Vec<&str> = resources.keys().map(String::as_str).collect();
    names.sort_by_key(|name| placed(name));
    for group in names.chunk_by(|a, b| parted(a).0 == parted(b).0) {
        let module = parted(group[0]).0;
        let indent = if module.is_empty() { "  " } else { "    " };
        if !module.is_empty() {
            writeln!(text, "  subgraph \"cluster_{module}\" {{").expect(FITS);
            writeln!(text, "    label = \"{module}\"\n    fontname = \"sans-serif\"").expect(FITS);
        }
        for name in group {
            writeln!(text, "{indent}\"{name}\" [label=\"{}\"];", parted(name).1).expect(FITS);
        }
        if !module.is_empty() {
            text.push_str("  }\n");
        }
    }
    let edges = reduced(&resources);
    for name in names {
        let mut needs: Vec<&str> = edges[name].iter().copied().collect();
        needs.sort_by_key(|need| placed(need));
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
