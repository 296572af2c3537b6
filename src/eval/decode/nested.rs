//! Decoded blocks of one type to the value that they make together.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::Spans;
use super::body::Decoder;
use crate::diag::Diagnostic;
use crate::schema::{NestedBlock, Nesting};
use crate::syntax::ast::Body;
use crate::value::{Type, Value};

/// One block, decoded.
pub(super) struct Occurrence {
    pub(super) value: Value,
    pub(super) spans: Spans,
    pub(super) label: Option<EcoString>,
    /// Whether it is certain that there is exactly this one: not where `for_each` is unknown.
    pub(super) certain: bool,
}

impl Decoder {
    /// The value that all blocks of one type make, with their places noted in `spans`.
    pub(super) fn assemble(
        &mut self,
        name: &str,
        schema: &NestedBlock,
        blocks: Vec<Occurrence>,
        body: &Body,
        spans: &mut Spans,
    ) -> Value {
        let certain = blocks.iter().all(|block| block.certain);
        let mut values = Vec::with_capacity(blocks.len());
        let mut places = Vec::with_capacity(blocks.len());
        for block in blocks {
            values.push((block.label.clone(), block.value));
            places.push((block.label, block.spans));
        }
        let value = if certain {
            self.check_count(name, schema, &places, body);
            self.combine(name, schema, values, &places)
        } else {
            uncertain(schema, &places)
        };
        if !places.is_empty() {
            spans.blocks.insert(name.into(), places);
        }
        value
    }

    fn check_count(
        &mut self,
        name: &str,
        schema: &NestedBlock,
        places: &[(Option<EcoString>, Spans)],
        body: &Body,
    ) {
        let least = schema.min_items.max(usize::from(schema.presence.is_required()));
        let single = matches!(schema.nesting, Nesting::Single | Nesting::Group);
        if places.len() < least {
            let (summary, detail) = if single {
                (
                    format!("Missing {name} block"),
                    format!("A block of type \"{name}\" is required here."),
                )
            } else {
                (
                    format!("Insufficient {name} blocks"),
                    format!("At least {least} \"{name}\" blocks are required."),
                )
            };
            self.problems.push(Diagnostic::error(283, summary, detail).at(body.span.at_start()));
        }
        let most = if single { Some(1) } else { schema.max_items.filter(|most| *most > 0) };
        let Some(most) = most else { return };
        let Some((_, extra)) = places.get(most) else { return };
        let at = extra.content.filter(|_| !single).unwrap_or(extra.header);
        let (summary, detail) = if single {
            (
                format!("Duplicate {name} block"),
                format!("Only one block of type \"{name}\" is allowed."),
            )
        } else {
            (
                format!("Too many {name} blocks"),
                format!("No more than {most} \"{name}\" blocks are allowed."),
            )
        };
        self.problems.push(
            Diagnostic::error(283, summary, detail)
                .at(at)
                .label(places[0].1.header, "the first is here"),
        );
    }

    fn combine(
        &mut self,
        name: &str,
        schema: &NestedBlock,
        values: Vec<(Option<EcoString>, Value)>,
        places: &[(Option<EcoString>, Spans)],
    ) -> Value {
        let element = schema.block.implied_type().clone();
        let plain = |values: Vec<(Option<EcoString>, Value)>| values.into_iter().map(|(_, v)| v);
        match schema.nesting {
            Nesting::List if element.has_dynamic() => Value::tuple(plain(values)),
            Nesting::List => Value::list(element, plain(values)),
            Nesting::Set => Value::set(element, plain(values)),
            Nesting::Map => self.labelled(name, element, values, places),
            Nesting::Single => plain(values).next().unwrap_or_else(|| Value::null(element)),
            Nesting::Group => plain(values).next().unwrap_or_else(|| empty(&schema.block)),
        }
    }

    fn labelled(
        &mut self,
        name: &str,
        element: Type,
        values: Vec<(Option<EcoString>, Value)>,
        places: &[(Option<EcoString>, Spans)],
    ) -> Value {
        let mut entries = BTreeMap::new();
        for ((label, value), (_, spans)) in values.into_iter().zip(places) {
            let label = label.unwrap_or_default();
            if entries.contains_key(&label) {
                let detail = format!(
                    "Only one block of type \"{name}\" is allowed with the key \"{label}\"."
                );
                self.problems.push(
                    Diagnostic::error(283, format!("Duplicate {name} block"), detail)
                        .at(spans.header),
                );
                continue;
            }
            entries.insert(label, value);
        }
        if element.has_dynamic() { Value::object(entries) } else { Value::map(element, entries) }
    }
}

/// The value of blocks of which nobody knows how many there are: of a single one what it would set is unknown.
fn uncertain(schema: &NestedBlock, places: &[(Option<EcoString>, Spans)]) -> Value {
    let ([(_, written)], Nesting::Single | Nesting::Group) = (places, schema.nesting) else {
        return Value::unknown(schema.implied_type());
    };
    let nothing = empty(&schema.block);
    let entries = nothing.as_entries().into_iter().flatten().map(|(name, unset)| {
        let is_set = written.attributes.contains_key(name) || written.blocks.contains_key(name);
        (name.clone(), if is_set { Value::unknown(unset.ty()) } else { unset.clone() })
    });
    Value::object(entries.collect::<Vec<_>>())
}

/// The value of a block in which nothing is set.
fn empty(schema: &crate::schema::Block) -> Value {
    let attributes = schema
        .attributes
        .iter()
        .map(|(name, attribute)| (name.clone(), Value::null(attribute.ty.without_optional())));
    let blocks = schema.blocks.iter().map(|(name, nested)| {
        let element = nested.block.implied_type().clone();
        let value = match nested.nesting {
            Nesting::List => Value::list(element, []),
            Nesting::Set => Value::set(element, []),
            Nesting::Map => Value::map(element, std::iter::empty::<(EcoString, Value)>()),
            Nesting::Single => Value::null(element),
            Nesting::Group => empty(&nested.block),
        };
        (name.clone(), value)
    });
    Value::object(attributes.chain(blocks))
}
