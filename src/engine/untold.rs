//! What the cloud does not tell of an object that it otherwise describes: secrets inside blocks.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::steps::is_blank;
use crate::schema::{Block, NestedBlock, Nesting};
use crate::value::{Kind, Value};

/// The secrets of a block that are wanted and not told: a value of the block's shape in which nothing else is set.
/// None where everything is told. Blocks in sets have no place to be found by.
pub(super) fn secrets(nested: &NestedBlock, desired: &Value, live: &Value) -> Option<Value> {
    match (nested.nesting, desired.kind(), live.kind()) {
        (Nesting::List, Kind::List(ty, wanted), Kind::List(_, told)) => {
            if wanted.len() != told.len() {
                return None;
            }
            let kept: Vec<Option<Value>> = wanted
                .iter()
                .zip(told.iter())
                .map(|(wanted, told)| of_block(&nested.block, wanted, told))
                .collect();
            kept.iter().any(Option::is_some).then(|| {
                let nothing = || crate::schema::empty_object(&nested.block);
                Value::list(ty.clone(), kept.into_iter().map(|kept| kept.unwrap_or_else(nothing)))
            })
        }
        (Nesting::Single | Nesting::Group, _, _) => of_block(&nested.block, desired, live),
        _ => None,
    }
}

fn of_block(block: &Block, desired: &Value, live: &Value) -> Option<Value> {
    let told = live.as_entries()?;
    let wanted = desired.as_entries()?;
    let mut found: BTreeMap<EcoString, Value> = BTreeMap::new();
    for (name, value) in wanted.iter().filter(|(_, value)| !is_blank(value)) {
        let live = told.get(name);
        let kept = match (block.attributes.get(name), block.blocks.get(name)) {
            (Some(attribute), _) if attribute.sensitive && live.is_none_or(is_hidden) => {
                Some(value.clone())
            }
            (None, Some(nested)) => live.and_then(|live| secrets(nested, value, live)),
            _ => None,
        };
        found.extend(kept.map(|kept| (name.clone(), kept)));
    }
    if found.is_empty() {
        return None;
    }
    let mut kept = crate::schema::empty_object(block).as_entries().cloned().unwrap_or_default();
    kept.extend(found);
    Some(Value::object(kept))
}

/// Whether a secret is not told: blank, or empty where the shape allows no null.
fn is_hidden(secret: &Value) -> bool {
    is_blank(secret) || secret.as_str() == Some("")
}

/// A live value with what is kept in the places where it tells nothing.
pub(super) fn filled_in(live: &Value, kept: &Value) -> Value {
    if is_hidden(live) {
        return kept.clone();
    }
    match (live.kind(), kept.kind()) {
        (Kind::Object(told), Kind::Object(kept)) => {
            let filled = told.iter().map(|(name, live)| {
                let kept = kept.get(name).filter(|kept| !is_blank(kept));
                (name.clone(), kept.map_or_else(|| live.clone(), |kept| filled_in(live, kept)))
            });
            Value::object(filled).with_marks(live.marks())
        }
        (Kind::List(ty, told), Kind::List(_, kept)) if told.len() == kept.len() => {
            let filled = told.iter().zip(kept.iter()).map(|(live, kept)| filled_in(live, kept));
            Value::list(ty.clone(), filled).with_marks(live.marks())
        }
        _ => live.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;
    use crate::value::Type;

    fn action(secret: Value, issuer: &str) -> Value {
        let schema = schema::resource("aws_lb_listener").expect("embedded");
        let action = &schema.block.blocks["default_action"];
        let oidc = &action.block.blocks["authenticate_oidc"];
        let mut with = empty(&oidc.block);
        with.insert("client_secret".into(), secret);
        with.insert("issuer".into(), Value::string(issuer));
        let list = |nested: &NestedBlock, object| {
            Value::list(nested.block.implied_type().clone(), [Value::object(object)])
        };
        let mut one = empty(&action.block);
        one.insert("type".into(), Value::string("authenticate-oidc"));
        one.insert("authenticate_oidc".into(), list(oidc, with));
        list(action, one)
    }

    fn empty(block: &Block) -> crate::value::Entries {
        schema::empty_object(block).as_entries().cloned().unwrap_or_default()
    }

    #[test]
    fn secrets_in_blocks_are_kept_and_nothing_else() {
        let schema = schema::resource("aws_lb_listener").expect("embedded");
        let nested = &schema.block.blocks["default_action"];
        let hidden = || Value::null(Type::String);
        let wanted = action(Value::string("secret"), "https://a");
        let kept = secrets(nested, &wanted, &action(hidden(), "https://b")).expect("one is untold");
        let filled = filled_in(&action(hidden(), "https://c"), &kept);
        assert!(crate::plan::same_value(&filled, &action(Value::string("secret"), "https://c")));
        assert!(secrets(nested, &action(hidden(), "https://a"), &wanted).is_none());
        assert!(secrets(nested, &wanted, &wanted).is_none());
    }
}
