//! One simulated object, and how it is kept.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::base::{Id, Region, TypeName};
use crate::plan::{Live, Owner, Scope, Status};
use crate::schema::Schema;
use crate::value::{Value, json};

/// An object that the simulated cloud holds.
#[derive(Clone)]
pub struct Object {
    /// Its type.
    pub type_name: TypeName,
    /// Its region.
    pub region: Region,
    /// Its id.
    pub id: Id,
    /// All attributes.
    pub value: Value,
    /// What its ownership tags say.
    pub owner: Option<Owner>,
    /// The idempotency token that it was made with.
    pub token: EcoString,
    /// When it can be used, in seconds since the cloud began.
    pub ready_at: f64,
    /// From when on reads see it.
    pub visible_at: f64,
    /// When it is gone, once it is being deleted.
    pub gone_at: Option<f64>,
    /// Whether AWS made it for the account: the default VPC and its subnets.
    pub is_default: bool,
}

impl Object {
    /// What it is doing at the moment `now`.
    pub fn status(&self, now: f64) -> Status {
        if self.gone_at.is_some() {
            Status::Deleting
        } else if now < self.ready_at {
            Status::Pending
        } else {
            Status::Ready
        }
    }

    /// As a read at the moment `now` sees it; none while it is not visible.
    pub fn live(&self, scope: &Scope, now: f64) -> Option<Live> {
        (now >= self.visible_at).then(|| Live {
            type_name: self.type_name.clone(),
            scope: scope.clone(),
            id: self.id.clone(),
            value: self.value.clone(),
            owner: self.owner.clone(),
            status: self.status(now),
        })
    }

    /// The attribute as a text, where it is one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value.attribute(name).and_then(Value::as_str)
    }
}

/// An object in a file.
#[derive(Serialize, Deserialize)]
pub struct Record {
    type_name: TypeName,
    region: Region,
    id: Id,
    /// JSON of the schema's implied type. Secrets are left out: AWS does not tell them either.
    value: String,
    owner: Option<Owner>,
    token: EcoString,
    ready_at: f64,
    visible_at: f64,
    gone_at: Option<f64>,
    is_default: bool,
}

impl Record {
    /// The object as it is written; none where its value cannot be written.
    pub fn of(object: &Object, schema: &Schema) -> Option<Self> {
        Some(Self {
            type_name: object.type_name.clone(),
            region: object.region.clone(),
            id: object.id.clone(),
            value: json::to_json(&without_secrets(schema, &object.value), schema.implied_type())?,
            owner: object.owner.clone(),
            token: object.token.clone(),
            ready_at: object.ready_at,
            visible_at: object.visible_at,
            gone_at: object.gone_at,
            is_default: object.is_default,
        })
    }

    /// The type of the object.
    pub fn type_name(&self) -> &TypeName {
        &self.type_name
    }

    /// The object; none where the schema has changed so that the value does not fit any more.
    pub fn object(self, schema: &Schema) -> Option<Object> {
        Some(Object {
            value: json::from_json_as(&self.value, schema.implied_type()).ok()?,
            type_name: self.type_name,
            region: self.region,
            id: self.id,
            owner: self.owner,
            token: self.token,
            ready_at: self.ready_at,
            visible_at: self.visible_at,
            gone_at: self.gone_at,
            is_default: self.is_default,
        })
    }
}

/// The value with its sensitive attributes unset.
pub fn without_secrets(schema: &Schema, value: &Value) -> Value {
    let Some(entries) = value.as_entries() else { return value.clone() };
    let secret = |name: &str| schema.attribute(name).is_some_and(|a| a.sensitive || a.write_only);
    Value::object(entries.iter().map(|(name, value)| {
        let value = if secret(name) { Value::null(value.ty()) } else { value.clone() };
        (name.clone(), value)
    }))
}
