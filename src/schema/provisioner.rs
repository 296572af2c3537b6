//! What provisioners take: the kinds that belong to the language, and the connections that they use.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::file::parse_block;
use super::model::Block;

const TEXT: &str = include_str!("../../schemas/provisioners.json");

static BLOCKS: LazyLock<IndexMap<String, Block>> = LazyLock::new(|| {
    let all: IndexMap<String, Json> =
        serde_json::from_str(TEXT).expect("the embedded file is JSON, as a test shows");
    let read = |(name, json): (String, Json)| {
        let block = parse_block(&name, &json).expect("the embedded blocks parse, as a test shows");
        (name, block)
    };
    all.into_iter().map(read).collect()
});

const CONNECTION: &str = "connection";

/// What a `connection` block holds.
#[must_use]
pub fn connection() -> &'static Block {
    &BLOCKS[CONNECTION]
}

/// What a provisioner of a kind takes; none for a kind that does not exist.
#[must_use]
pub fn provisioner(kind: &str) -> Option<&'static Block> {
    BLOCKS.get(kind).filter(|_| kind != CONNECTION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    #[test]
    fn provisioners_and_connections_are_described() {
        let local = provisioner("local-exec").expect("it is a kind");
        assert_eq!(local.attributes["environment"].ty, Type::map(Type::String));
        assert!(provisioner("connection").is_none() && provisioner("chef").is_none());
        assert!(connection().attributes.contains_key("host"));
    }
}
