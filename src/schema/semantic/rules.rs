//! Inline rules of security groups. AWS keeps every rule by itself and does not remember how blocks grouped them.

use std::collections::BTreeSet;

use crate::schema::protocol;
use crate::value::{Number, Value};

/// Whether two sets of `ingress` or `egress` blocks allow the same. What is not wholly known is equal to nothing.
pub(super) fn rules_equal(left: &Value, right: &Value) -> bool {
    let known = left.is_wholly_known() && right.is_wholly_known();
    known && matches!((rules(left), rules(right)), (Some(left), Some(right)) if left == right)
}

/// One rule as AWS has it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    protocol: String,
    ports: Option<(i64, i64)>,
    description: String,
    peer: (&'static str, String),
}

fn rules(blocks: &Value) -> Option<BTreeSet<Rule>> {
    if blocks.is_null() {
        return Some(BTreeSet::new());
    }
    Some(blocks.as_sequence()?.iter().flat_map(of_block).collect())
}

fn of_block(block: &Value) -> Vec<Rule> {
    let text = |name: &str| block.attribute(name).and_then(Value::as_str).unwrap_or_default();
    let port = |name: &str| {
        let number = block.attribute(name).and_then(Value::as_number);
        number.and_then(Number::to_i64).unwrap_or_default()
    };
    let given = text("protocol");
    let number = protocol::parse(given);
    let mut peers: Vec<(&'static str, String)> = Vec::new();
    for list in ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"] {
        let all = block.attribute(list).and_then(Value::as_sequence).unwrap_or_default();
        peers.extend(all.iter().filter_map(Value::as_str).map(|peer| (list, peer.to_owned())));
    }
    if block.attribute("self").and_then(Value::as_bool).unwrap_or_default() {
        peers.push(("self", String::new()));
    }
    let rule = |peer| Rule {
        protocol: number.map_or_else(|| given.to_owned(), |number| number.to_string()),
        // Where every protocol is meant, ports mean nothing.
        ports: (number != Some(-1)).then(|| (port("from_port"), port("to_port"))),
        description: text("description").to_owned(),
        peer,
    };
    peers.into_iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    fn block(protocol: &str, port: i64, cidrs: &[&str], own: bool) -> Value {
        let cidrs = cidrs.iter().map(|cidr| Value::string(*cidr));
        Value::object([
            ("protocol", Value::string(protocol)),
            ("from_port", Value::number(port)),
            ("to_port", Value::number(port)),
            ("description", Value::null(Type::String)),
            ("self", Value::bool(own)),
            ("cidr_blocks", Value::list(Type::String, cidrs)),
        ])
    }

    #[test]
    fn grouping_does_not_count() {
        let check = |left: Vec<Value>, right: Vec<Value>, equal: bool| {
            assert_eq!(rules_equal(&Value::tuple(left), &Value::tuple(right)), equal);
        };
        check(
            vec![block("tcp", 443, &["10.0.0.0/8"], false), block("6", 443, &[], true)],
            vec![block("tcp", 443, &["10.0.0.0/8"], true)],
            true,
        );
        check(
            vec![block("-1", 0, &["::/0"], false)],
            vec![block("all", 9, &["::/0"], false)],
            true,
        );
        check(
            vec![block("tcp", 443, &["10.0.0.0/8"], false)],
            vec![block("tcp", 80, &["10.0.0.0/8"], false)],
            false,
        );
        check(vec![block("tcp", 443, &["10.0.0.0/8"], false)], vec![], false);
    }
}
