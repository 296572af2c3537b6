//! Desired and live value of one object to the value that is planned, and how it differs.
//!
//! The rules are those of the provider: what it computes, what it takes for equal, what it cannot change in place.
//! They come from the schema; a few types of the language itself have their own, in [`builtin`].

mod builtin;
mod changes;
pub(super) mod marks;
mod owned;
mod propose;
mod sides;
pub(super) mod write_only;

use std::collections::BTreeMap;

use ecow::EcoString;

use self::changes::{Changes, Comparer};
use self::propose::Proposer;
use self::sides::Sides;
use super::Interruption;
use crate::base::Digest;
use crate::schema::{self, Effect, Schema};
use crate::value::{AttrPath, Entries, Kind, Type, Value};

pub(super) use self::changes::changed_paths;
pub use self::owned::ProviderTags;
pub(super) use self::propose::computed_not_null;
pub use self::write_only::{as_sent, lasting};

/// What a difference is made from. Marks are put aside on the way in.
pub struct DiffInput<'a> {
    /// The type.
    pub schema: &'a Schema,
    /// The live object; none where there is none, or where it is going to be replaced.
    pub prior: Option<&'a Value>,
    /// The configuration: an object of the schema's implied type, null where unset.
    pub config: &'a Value,
    /// The provider configuration's tags.
    pub tags: &'a ProviderTags,
    /// The region that the object's scope means; none for providers without regions or where nobody knows it yet.
    pub region: Option<&'a str>,
    /// Digests of write-only arguments as they were sent last, by name; none where nothing is remembered.
    pub sent: Option<&'a BTreeMap<String, Digest>>,
    /// The object as the last run left it; none where nothing is remembered. Tags that it has are the stack's own.
    pub seen: Option<&'a Value>,
    /// Live values of attributes that something beside the configuration is known to set, by attribute.
    pub accepted: &'a BTreeMap<EcoString, Vec<Value>>,
    /// What the configuration said at the last apply of attributes that something else may move; none where nothing is
    /// remembered.
    pub configured: Option<&'a BTreeMap<EcoString, Value>>,
}

/// The difference of one object.
pub struct Difference {
    /// The live object as it is compared: without foreign tags, unreadable arguments as they were sent.
    pub prior: Option<Value>,
    /// What it is to be, unmarked; unknowns where only the cloud or the apply will tell.
    pub planned: Value,
    /// Where they differ. Empty for a new object.
    pub changed: Vec<AttrPath>,
    /// What cannot be changed in place.
    pub replace: Vec<AttrPath>,
    /// What an update interrupts.
    pub interruption: Interruption,
}

/// The difference between an object and its configuration.
#[must_use]
pub fn diff(input: &DiffInput<'_>) -> Difference {
    let config = schema::normalized(&input.schema.block, &marks::strip(input.config));
    let prior = input.prior.map(marks::strip).filter(|prior| !prior.is_null());
    if let Some(difference) = builtin::diff(input.schema, prior.as_ref(), &config) {
        return difference;
    }
    let config = match prior {
        Some(_) => write_only::without_unknown(&config, &input.schema.block),
        None => config,
    };
    let prior = prior.map(|prior| fill_unreadable(input, &prior, &config));
    let mut planned = propose(input, prior.as_ref(), &config);
    let prior = prior.map(|prior| owned::own_tags_only(input.schema, &prior, &planned, input.seen));
    if let Some(prior) = &prior {
        owned::keep_live(input, prior, &config, &mut planned);
    }
    let Some(prior) = prior else {
        let planned = Value::new(Kind::Object(planned));
        return Difference {
            prior: None,
            planned,
            changed: Vec::new(),
            replace: Vec::new(),
            interruption: Interruption::None,
        };
    };
    let first = Value::new(Kind::Object(planned.clone()));
    let differs = !compare(input.schema, &prior, &first, &config).changed.is_empty();
    if differs {
        apply_rules(input.schema, &prior, &config, &mut planned);
    }
    let planned = Value::new(Kind::Object(planned));
    let Changes { changed, replace } = compare(input.schema, &prior, &planned, &config);
    let planned = if changed.is_empty() { prior.clone() } else { planned };
    let interruption = interruption(input.schema, &prior, &planned, &config, &changed);
    Difference { prior: Some(prior), planned, changed, replace, interruption }
}

fn propose(input: &DiffInput<'_>, prior: Option<&Value>, config: &Value) -> Entries {
    let sides = Sides { prior, planned: config, config };
    // Whether a difference counts may depend on what is left to its default.
    let complete = prior.map(|_| schema::with_defaults(&input.schema.block, config));
    let suppressing = Sides { planned: complete.as_ref().unwrap_or(config), ..sides };
    let proposer = Proposer { framework: input.schema.framework, sides, suppressing };
    let proposed = proposer.block("", &input.schema.block, prior, config);
    let mut planned = proposed.as_entries().cloned().unwrap_or_default();
    if input.schema.region_override && config.attribute("region").is_none_or(Value::is_null) {
        let live = prior.and_then(|prior| prior.attribute("region")).filter(|r| !r.is_null());
        let region = match (input.region, live) {
            (Some(region), _) => Value::string(region),
            (None, Some(live)) => live.clone(),
            (None, None) => Value::unknown(Type::String),
        };
        planned.insert("region".into(), region);
    }
    if prior.is_none() && planned.get("id").is_some_and(|id| !id.is_known()) {
        planned.insert("id".into(), computed_not_null(&Type::String));
    }
    owned::plan_tags(input.schema, input.tags, &mut planned);
    planned
}

fn compare(schema: &Schema, prior: &Value, planned: &Value, config: &Value) -> Changes {
    let sides = Sides { prior: Some(prior), planned, config };
    Comparer { framework: schema.framework, sides, found: Changes::default() }
        .compare(schema, prior, planned)
}

/// Arguments that cannot be read back count as they were sent last: as the configuration has them, unless a digest
/// says that they were different.
fn fill_unreadable(input: &DiffInput<'_>, prior: &Value, config: &Value) -> Value {
    let Some(entries) = prior.as_entries() else { return prior.clone() };
    let mut filled = entries.clone();
    let untold = &input.schema.terrace.untold;
    for (name, attribute) in &input.schema.block.attributes {
        let live = entries.get(name);
        let written = config.attribute(name).filter(|given| !given.is_null()).cloned();
        let given = written.or_else(|| attribute.default_value());
        if live.is_some_and(|live| !live.is_null()) || !attribute.presence.is_writable() {
            continue;
        }
        let unreadable = attribute.write_only
            || attribute.default.is_some()
            || attribute.sensitive
            || untold.contains(name);
        let Some(given) = given.filter(|_| unreadable) else { continue };
        let sent = input.sent.and_then(|sent| sent.get(name.as_str()));
        let changed = match sent {
            Some(sent) => digest(&given).as_ref() != Some(sent),
            // The manifest has what was sent of an object that it knows, but for write-only arguments and defaults.
            None => {
                let is_kept = !attribute.write_only && attribute.default.is_none();
                let seen = input.seen.and_then(|seen| seen.attribute(name));
                is_kept && seen.is_some_and(Value::is_null)
            }
        };
        if !changed {
            filled.insert(name.clone(), given);
        }
    }
    for name in input.schema.block.blocks.keys() {
        let live = entries.get(name).is_some_and(|live| !schema::is_zero(live));
        let counts = name == "timeouts" || untold.contains(name) && !live;
        if let Some(given) = config.attribute(name).filter(|_| counts) {
            filled.insert(name.clone(), given.clone());
        }
    }
    Value::new(Kind::Object(filled))
}

/// A live object as the manifest is to remember it: without what others own of it, marked as the desired value is.
#[must_use]
pub fn owned(schema: &Schema, desired: &Value, live: &Value) -> Value {
    let live = match marks::strip(desired).as_entries() {
        Some(desired) => owned::own_tags_only(schema, &marks::strip(live), desired, None),
        None => marks::strip(live),
    };
    marks::mark_schema(&marks::remark(&live, desired), &schema.block)
}

/// What the configuration says of attributes that something else may move, as the manifest is to remember it: the next
/// plan tells a change of the configuration by it from what was moved. None for types without such arguments.
#[must_use]
pub fn configured(schema: &Schema, config: &Value) -> Option<BTreeMap<EcoString, Value>> {
    owned::configured(schema, &schema::normalized(&schema.block, &marks::strip(config)))
}

/// The digest by which the manifest remembers a write-only argument; none while it is not wholly known.
#[must_use]
pub fn digest(value: &Value) -> Option<Digest> {
    let value = marks::strip(value);
    value.is_wholly_known().then(|| {
        Digest::of(schema::element_key(crate::schema::Framework::PluginFramework, &value, &[]))
    })
}

/// Rules that make computed attributes unknown or set them, once something else changes.
fn apply_rules(schema: &Schema, prior: &Value, config: &Value, planned: &mut Entries) {
    let moves = |name: &EcoString| {
        !schema::equal(
            schema.framework,
            prior.attribute(name).unwrap_or(&Value::null(Type::Dynamic)),
            planned.get(name).unwrap_or(&Value::null(Type::Dynamic)),
        )
    };
    if schema.terrace.renamed_by.iter().any(moves) {
        planned.insert("id".into(), computed_not_null(&Type::String));
    }
    for rule in &schema.rules {
        if !matches!(rule.effect, Effect::Computed | Effect::IgnoreChange) || rule.phase.is_some() {
            continue;
        }
        let snapshot = Value::new(Kind::Object(planned.clone()));
        let sides = Sides { prior: Some(prior), planned: &snapshot, config };
        for attr in rule.attrs.iter().filter(|attr| !attr.contains('.')) {
            let Some(attribute) = schema.attribute(attr) else { continue };
            if !sides.holds(&rule.when, attr) {
                continue;
            }
            let given = config.attribute(attr).is_some_and(|given| !given.is_null());
            match rule.effect {
                Effect::Computed if !given => {
                    planned.insert(attr.clone(), propose::computed(&attribute.ty));
                }
                Effect::IgnoreChange => {
                    if let Some(live) = prior.attribute(attr) {
                        planned.insert(attr.clone(), live.clone());
                    }
                }
                _ => {}
            }
        }
    }
}

fn interruption(
    schema: &Schema,
    prior: &Value,
    planned: &Value,
    config: &Value,
    changed: &[AttrPath],
) -> Interruption {
    let sides = Sides { prior: Some(prior), planned, config };
    let mut worst = Interruption::None;
    for path in changed {
        let dotted = changes::dotted(path);
        let plain: Vec<&str> =
            dotted.split('.').filter(|step| step.parse::<usize>().is_err()).collect();
        let found = (1..=plain.len())
            .rev()
            .find_map(|length| schema.terrace.interruption.get(plain[..length].join(".").as_str()));
        let Some(fact) = found else { continue };
        let case = fact.unless.iter().find(|case| sides.holds(&case.when, &dotted));
        let class = case.map_or(fact.class, |case| case.class);
        worst = worst.max(class);
    }
    worst
}

/// Whether two values are the same apart from marks.
#[must_use]
pub fn same_value(left: &Value, right: &Value) -> bool {
    marks::strip(left).kind() == marks::strip(right).kind()
}
