//! What AWS does not tell, as `docs/known-gaps.md` lists it: only that may be missing from what is read back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value as Json;

static LISTED: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let text = include_str!("../../docs/known-gaps.md");
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in text.lines().filter(|line| line.starts_with("| `aws_")) {
        let mut cells = row.trim_matches('|').split('|');
        let (types, inputs) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        for type_name in quoted(types) {
            listed
                .entry(type_name.to_owned())
                .or_default()
                .extend(quoted(inputs).map(str::to_owned));
        }
    }
    listed
});

/// Words in backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Whether the documentation says that AWS does not tell this attribute; a path of blocks ends in one.
fn is_listed(type_name: &str, path: &str) -> bool {
    let inputs = LISTED.get(type_name);
    inputs.is_some_and(|inputs| {
        inputs.iter().any(|input| {
            let below = path.strip_prefix(input.as_str());
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    })
}

/// What of a value the documentation does not say that AWS does not tell, by its path.
pub fn unlisted(type_name: &str, path: &str, value: &Json) -> Vec<String> {
    match value {
        Json::Null => Vec::new(),
        _ if is_listed(type_name, path) => Vec::new(),
        Json::Array(blocks) => {
            blocks.iter().flat_map(|block| unlisted(type_name, path, block)).collect()
        }
        Json::Object(entries) => entries
            .iter()
            .flat_map(|(name, value)| unlisted(type_name, &format!("{path}.{name}"), value))
            .collect(),
        _ => vec![format!("{path} = {value}")],
    }
}
