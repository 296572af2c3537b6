//! `ignore_changes`: the configuration with the live values in the places whose difference does not count.

use crate::config::IgnoreChanges;
use crate::plan::diff::marks::{self, Place};
use crate::schema::Schema;
use crate::value::{Kind, PathStep, Value};

/// The configuration as it is to be compared with `prior`.
pub(super) fn apply(
    ignored: &IgnoreChanges,
    config: &Value,
    prior: &Value,
    schema: &Schema,
) -> Value {
    match ignored {
        IgnoreChanges::Paths(paths) if paths.is_empty() => config.clone(),
        IgnoreChanges::All => marks::map_children(config, |place, given| {
            let Place::Name(name) = place else { return given.clone() };
            let computed = schema.attribute(name).is_some_and(|a| !a.presence.is_writable());
            match prior.attribute(name) {
                Some(live) if !computed => live.clone(),
                _ => given.clone(),
            }
        }),
        IgnoreChanges::Paths(paths) => paths
            .iter()
            .fold(config.clone(), |config, (path, _)| keep(&config, prior, path.0.as_slice())),
    }
}

/// `config` with what `prior` has at the path.
fn keep(config: &Value, prior: &Value, path: &[PathStep]) -> Value {
    let Some((step, rest)) = path.split_first() else { return prior.clone() };
    let marks = config.marks();
    let kept = match (config.kind(), step) {
        (Kind::Object(_), PathStep::Name(name)) => {
            let Some(live) = prior.attribute(name) else { return config.clone() };
            marks::map_children(config, |place, child| match place {
                Place::Name(at) if at == name => keep(child, live, rest),
                _ => child.clone(),
            })
        }
        (Kind::Map(ty, entries), PathStep::Name(name)) => {
            let mut entries = entries.clone();
            match prior.attribute(name) {
                Some(live) if rest.is_empty() => {
                    entries.insert(name.clone(), live.clone());
                }
                None if rest.is_empty() => {
                    entries.remove(name);
                }
                Some(live) => {
                    if let Some(child) = entries.get(name) {
                        let child = keep(child, live, rest);
                        entries.insert(name.clone(), child);
                    }
                }
                None => {}
            }
            Value::map(ty.clone(), entries)
        }
        (Kind::Null(_), PathStep::Name(name)) if rest.is_empty() => {
            match (prior.kind(), prior.attribute(name)) {
                (Kind::Map(ty, _), Some(live)) => {
                    Value::map(ty.clone(), [(name.clone(), live.clone())])
                }
                _ => return config.clone(),
            }
        }
        (Kind::List(..) | Kind::Tuple(_), PathStep::Index(index)) => {
            let Some(live) = prior.as_sequence().and_then(|elements| elements.get(*index)) else {
                return config.clone();
            };
            marks::map_children(config, |place, child| match place {
                Place::Index(at) if at == *index => keep(child, live, rest),
                _ => child.clone(),
            })
        }
        // A key in brackets on an object stands for the whole object.
        (Kind::Object(_), PathStep::Element(_)) => prior.clone(),
        (Kind::Map(..) | Kind::Null(_), PathStep::Element(key)) => match key.as_str() {
            Some(key) => {
                let mut named = vec![PathStep::Name(key.into())];
                named.extend_from_slice(rest);
                keep(config, prior, &named)
            }
            None => return config.clone(),
        },
        _ => return config.clone(),
    };
    kept.with_marks(marks)
}
