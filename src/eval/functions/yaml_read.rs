//! `yamldecode`: YAML 1.1 as go-cty-yaml understands it, on the events of a YAML 1.2 parser.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ecow::EcoString;
use granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::yaml_scalar::{self, Scalar};
use crate::value::{Kind, Type, Value, convert};

/// Reads one document.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read(text: &str) -> Result<Value, String> {
    if text.starts_with('\t') {
        return Err("found character that cannot start any token".into());
    }
    if text.strip_prefix("%YAML ").is_some_and(|version| !version.starts_with("1.1")) {
        return Err("found incompatible YAML document".into());
    }
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        cut_off: if text.ends_with('\n') { usize::MAX } else { text.chars().count() },
        anchors: BTreeMap::new(),
        open: Vec::new(),
        weight: 0,
    };
    let value = reader.document()?;
    Ok(value)
}

/// Aliases may not blow a small text up to more than this many values.
const WEIGHT_LIMIT: usize = 10_000_000;

struct Reader<'t> {
    events: Parser<'t, granit_parser::StrInput<'t>>,
    /// Where the text ends without a line break, in characters.
    cut_off: usize,
    anchors: BTreeMap<usize, (Value, usize)>,
    /// Anchors within whose definition we are.
    open: Vec<usize>,
    weight: usize,
}

const YAML: &str = "tag:yaml.org,2002:";

impl<'t> Reader<'t> {
    /// What comes next that is no comment.
    fn next(&mut self) -> Result<Event<'t>, String> {
        loop {
            match self.events.next() {
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok((Event::Scalar(text, style, anchor, tag), span))) => {
                    let at_end = span.end.index() >= self.cut_off;
                    let text = if at_end { without_break(text, style) } else { text };
                    return Ok(Event::Scalar(text, style, anchor, tag));
                }
                Some(Ok((event, _))) => return Ok(event),
                Some(Err(error)) => return Err(scan_error(&error)),
                None => return Ok(Event::StreamEnd),
            }
        }
    }

    fn document(&mut self) -> Result<Value, String> {
        loop {
            match self.next()? {
                Event::StreamStart => {}
                Event::DocumentStart(..) => break,
                _ => return Err("on line 1, column 1: missing start of document".into()),
            }
        }
        let first = self.next()?;
        let value = self.node(first)?;
        loop {
            match self.next()? {
                Event::DocumentEnd => {}
                Event::StreamEnd => return Ok(value),
                _ => return Err("on line 1, column 1: unexpected extra content after value".into()),
            }
        }
    }

    fn node(&mut self, event: Event<'t>) -> Result<Value, String> {
        self.weight += 1;
        if self.weight > WEIGHT_LIMIT {
            return Err("the document has too many values".into());
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref())?;
                self.define(anchor, &value, 1);
                Ok(value)
            }
            Event::SequenceStart(_, anchor, tag) => {
                Self::check_tag(tag.as_deref(), "seq", "sequence")?;
                self.within(anchor, Self::sequence)
            }
            Event::MappingStart(_, anchor, tag) => {
                Self::check_tag(tag.as_deref(), "map", "mapping")?;
                self.within(anchor, Self::mapping)
            }
            Event::Alias(anchor) => {
                if self.open.contains(&anchor) {
                    return Err("cannot refer to anchor from inside its own definition".into());
                }
                let (value, weight) = self
                    .anchors
                    .get(&anchor)
                    .cloned()
                    .ok_or_else(|| "reference to undefined anchor".to_owned())?;
                self.weight += weight;
                if self.weight > WEIGHT_LIMIT {
                    return Err("the document has too many values".into());
                }
                Ok(value)
            }
            _ => Err("unexpected end of document".into()),
        }
    }

    fn check_tag(tag: Option<&Tag>, own: &str, what: &str) -> Result<(), String> {
        match tag.map(full_tag) {
            None => Ok(()),
            Some(tag) if tag == "!" || tag.strip_prefix(YAML) == Some(own) => Ok(()),
            Some(tag) => Err(format!("can't interpret {what} as {tag}")),
        }
    }

    fn within(
        &mut self,
        anchor: usize,
        read: fn(&mut Self) -> Result<Value, String>,
    ) -> Result<Value, String> {
        let before = self.weight;
        self.open.push(anchor);
        let value = read(self);
        self.open.pop();
        let value = value?;
        self.define(anchor, &value, self.weight - before + 1);
        Ok(value)
    }

    fn define(&mut self, anchor: usize, value: &Value, weight: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), weight));
        }
    }

    fn sequence(&mut self) -> Result<Value, String> {
        let mut elements = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::tuple(elements)),
                event => elements.push(self.node(event)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Value, String> {
        let mut own: BTreeMap<EcoString, Value> = BTreeMap::new();
        let mut merged: BTreeMap<EcoString, Value> = BTreeMap::new();
        loop {
            let event = self.next()?;
            if matches!(event, Event::MappingEnd) {
                merged.extend(own);
                return Ok(Value::object(merged));
            }
            let merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = if merge { None } else { Some(self.key(event)?) };
            let event = self.next()?;
            let value = self.node(event)?;
            match key {
                Some(key) => drop(own.insert(key, value)),
                None => {
                    if let Kind::Object(attributes) = value.kind() {
                        merged.extend(attributes.iter().map(|(name, v)| (name.clone(), v.clone())));
                    } else {
                        let kind = value.ty().friendly_name();
                        return Err(format!("cannot merge {kind} into mapping"));
                    }
                }
            }
        }
    }

    fn key(&mut self, event: Event<'t>) -> Result<EcoString, String> {
        const WRONG: &str = "only strings are allowed as mapping keys";
        let key = self.node(event)?;
        let text = convert(&key, &Type::String).map_err(|_| WRONG.to_owned())?;
        text.as_str().map(EcoString::from).ok_or_else(|| WRONG.to_owned())
    }
}

/// A block in the last line of a text has no line break where the text has none.
fn without_break(text: Cow<'_, str>, style: ScalarStyle) -> Cow<'_, str> {
    match style {
        ScalarStyle::Literal | ScalarStyle::Folded => {
            Cow::Owned(text.strip_suffix('\n').unwrap_or(&text).to_owned())
        }
        _ => text,
    }
}

fn scan_error(error: &granit_parser::ScanError) -> String {
    let marker = error.marker();
    format!("on line {}, column {}: {}", marker.line(), marker.col() + 1, error.info())
}

fn full_tag(tag: &Tag) -> String {
    format!("{}{}", tag.handle(), tag.suffix())
}

/// The value of a plain scalar without a tag.
fn untagged(text: &str) -> Result<Value, String> {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err("floating point NaN is not supported".into());
    }
    Ok(yaml_scalar::implied(text).into_value())
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
    let plain = block || style == ScalarStyle::Plain;
    let tag = tag.map(full_tag);
    let Some(tag) = tag else {
        if block {
            // A text, but that of what it would mean without the block: `yes` is "true".
            return convert(&untagged(text)?, &Type::String).map_err(|error| error.to_string());
        }
        return Ok(if plain { untagged(text)? } else { Value::string(text) });
    };
    let Some(kind) = tag.strip_prefix(YAML) else {
        return if tag == "!" {
            Ok(Value::string(text))
        } else {
            Err(format!("unsupported tag {tag:?}"))
        };
    };
    let wrong = || format!("cannot parse {text:?} as {tag}");
    if !plain && kind != "binary" {
        // Quoted text stays text, whatever the tag says.
        return Ok(Value::string(text));
    }
    match (kind, yaml_scalar::implied(text)) {
        ("str" | "binary", _) => Ok(Value::string(text)),
        ("null", _) => Ok(Value::null(Type::Dynamic)),
        ("int" | "float", number @ Scalar::Number(_)) => Ok(number.into_value()),
        ("bool", truth @ Scalar::Bool(_)) => Ok(truth.into_value()),
        ("timestamp", time @ Scalar::Time(_)) => Ok(time.into_value()),
        ("int" | "float" | "bool" | "timestamp", _) => Err(wrong()),
        _ => Err(format!("unsupported tag {tag:?}")),
    }
}
