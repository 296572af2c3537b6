//! Types as the engine sees them, from their schemas.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ecow::EcoString;

use super::steps::is_blank;
use super::types::{Facts, Home, Operation, Rest, Types};
use super::untold;
use crate::base::{Digest, TypeName};
use crate::plan;
use crate::plan::diff::{self, DiffInput, Difference, ProviderTags};
use crate::schema::{self, Idempotency, Owner, Registry, Schema};
use crate::value::{Type, Value};

/// After that, waiting is given up where the schema says nothing.
const TIMEOUT: Duration = Duration::from_mins(20);

/// Types as a registry describes them.
#[derive(Clone)]
pub struct SchemaTypes {
    registry: Arc<Registry>,
}

impl SchemaTypes {
    /// The types of that registry.
    #[must_use]
    pub const fn new(registry: Arc<Registry>) -> Self {
        Self { registry }
    }
}

impl Types for SchemaTypes {
    fn facts(&self, type_name: &TypeName) -> Facts {
        match self.registry.resource(type_name.as_str()) {
            Some(schema) => facts(schema),
            // Data sources, which are only read, and types that nobody knows.
            None => self.registry.data(type_name.as_str()).map_or_else(unknown, facts),
        }
    }

    fn remaining(&self, type_name: &TypeName, desired: &Value, live: &Value) -> Option<Rest> {
        let schema = self.registry.resource(type_name.as_str())?;
        let difference = difference(schema, desired, live);
        let prior = difference.prior.filter(|_| !difference.changed.is_empty())?;
        let planned = plan::fill(&difference.planned, Some(&prior));
        Some(Rest { prior, planned, changed: difference.changed })
    }

    fn untold(
        &self,
        type_name: &TypeName,
        desired: &Value,
        live: &Value,
    ) -> BTreeMap<EcoString, Value> {
        let Some(schema) = self.registry.resource(type_name.as_str()) else {
            return BTreeMap::new();
        };
        let is_kept = |name: &str| {
            let is_block = schema.block.blocks.contains_key(name) && name != "timeouts";
            let attribute = schema.attribute(name);
            is_block || attribute.is_some_and(|a| a.presence.is_writable() && !a.write_only)
        };
        let is_set = |value: &Value| !is_blank(value) && value.is_wholly_known();
        let desired = desired.as_entries().into_iter().flatten();
        desired
            .filter(|(name, value)| is_kept(name) && is_set(value))
            .filter(|(_, value)| !value.deep_marks().is_ephemeral())
            .filter_map(|(name, value)| {
                let live = live.attribute(name).filter(|live| !is_blank(live));
                let kept = match (live, schema.block.blocks.get(name)) {
                    (None, _) => Some(value.clone()),
                    (Some(live), Some(nested)) => untold::secrets(nested, value, live),
                    (Some(_), None) => None,
                };
                Some((name.clone(), kept?))
            })
            .collect()
    }

    fn never_told(&self, type_name: &TypeName, desired: &Value) -> BTreeMap<EcoString, Value> {
        let Some(schema) = self.registry.resource(type_name.as_str()) else {
            return BTreeMap::new();
        };
        let mut kept = self.untold(type_name, desired, &Value::null(Type::Dynamic));
        kept.retain(|name, _| {
            let secret = schema.attribute(name).is_some_and(|attribute| attribute.sensitive);
            secret || schema.terrace.untold.contains(name)
        });
        kept
    }

    fn may_be(&self, type_name: &TypeName, desired: &Value, live: &Value) -> bool {
        let Some(schema) = self.registry.resource(type_name.as_str()) else { return true };
        !desired.is_null() && difference(schema, desired, live).replace.is_empty()
    }

    fn owned(&self, type_name: &TypeName, desired: &Value, live: &Value) -> Value {
        match self.registry.resource(type_name.as_str()) {
            Some(schema) => diff::owned(schema, desired, live),
            None => live.clone(),
        }
    }

    fn lasting(&self, type_name: &TypeName, value: &Value) -> Value {
        match self.registry.resource(type_name.as_str()) {
            Some(schema) => diff::lasting(schema, value),
            None => value.clone(),
        }
    }

    fn as_sent(&self, type_name: &TypeName, prior: &Value, desired: &Value) -> Value {
        match self.registry.resource(type_name.as_str()) {
            Some(schema) => diff::as_sent(schema, prior, desired),
            None => prior.clone(),
        }
    }

    fn digest(&self, value: &Value) -> Digest {
        diff::digest(value).unwrap_or_else(|| Digest::of("not wholly known"))
    }
}

/// How a live object differs from a desired value.
fn difference(schema: &Schema, desired: &Value, live: &Value) -> Difference {
    diff::diff(&DiffInput {
        accepted: &BTreeMap::new(),
        schema,
        prior: Some(live),
        config: desired,
        tags: &default_tags(desired),
        region: desired.attribute("region").and_then(Value::as_str),
        sent: None,
        seen: None,
        configured: None,
    })
}

/// The tags that a desired value has beside its own, so that they count as wanted.
fn default_tags(desired: &Value) -> ProviderTags {
    let tags = desired.attribute("tags").and_then(Value::as_entries);
    let all = desired.attribute("tags_all").and_then(Value::as_entries).into_iter().flatten();
    let default = all.filter(|(key, _)| tags.is_none_or(|tags| !tags.contains_key(key)));
    let default = default.map(|(key, value)| (key.clone(), value.clone())).collect();
    ProviderTags { default, ..ProviderTags::default() }
}

fn facts(schema: &Schema) -> Facts {
    let facts = &schema.terrace;
    let in_cloud = schema.provider.ends_with("/aws");
    let home = match &facts.owner {
        Owner::Tags { on_create } => Home::Tagged { on_create: *on_create },
        Owner::Parent { .. } => Home::Untagged,
        Owner::Ledger {} if in_cloud => Home::Untagged,
        Owner::Ledger {} => Home::Ledger,
    };
    let durations = &facts.durations;
    Facts {
        idempotency: facts.idempotency,
        home,
        create: operation(schema, "create", durations.create),
        update: operation(schema, "update", durations.update),
        delete: operation(schema, "delete", durations.delete),
        read_class: class(schema, "list", "read"),
        patience: facts.patience.clone(),
    }
}

fn operation(schema: &Schema, name: &str, duration: schema::Duration) -> Operation {
    let seconds = duration.typical();
    Operation {
        typical: Duration::try_from_secs_f64(seconds).unwrap_or_default(),
        timeout: schema.timeouts.get(name).map_or(TIMEOUT, |seconds| Duration::from_secs(*seconds)),
        class: class(schema, name, ""),
    }
}

/// The class of an operation's calls: the schema's, or the service's own.
fn class(schema: &Schema, operation: &str, usual: &str) -> EcoString {
    let api = &schema.terrace.api;
    let service = if api.service.is_empty() { &schema.service } else { &api.service };
    match api.class.get(operation).map_or(usual, EcoString::as_str) {
        "" => service.clone(),
        class if class.contains(':') => class.into(),
        class => EcoString::from(format!("{service}:{class}")),
    }
}

fn unknown() -> Facts {
    let operation =
        Operation { typical: Duration::ZERO, timeout: TIMEOUT, class: EcoString::inline("other") };
    Facts {
        idempotency: Idempotency::Put,
        home: Home::Untagged,
        create: operation.clone(),
        update: operation.clone(),
        delete: operation,
        read_class: EcoString::inline("other:read"),
        patience: None,
    }
}
