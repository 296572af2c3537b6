//! What AWS does not tell, as `docs/known-gaps.md` lists it: only that may be missing from what is read back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

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

/// Whether the documentation says that AWS does not tell this attribute.
pub fn is_listed(type_name: &str, attribute: &str) -> bool {
    LISTED.get(type_name).is_some_and(|inputs| {
        inputs.iter().any(|input| input == attribute || input.starts_with(&format!("{attribute}.")))
    })
}
