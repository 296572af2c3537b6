//! What each type makes of its arguments.

use std::fmt::Write as _;
use std::time::Duration;

use ecow::EcoString;

use super::{conformance, random, time};
use crate::base::{Id, TypeName};
use crate::provider::{Error, ErrorClass};
use crate::schema::Registry;
use crate::value::{Entries, Kind, Marks, Type, Value};
use crate::world::{Clock, Entropy};

/// What making takes beside the arguments.
pub(super) struct Tools<'a> {
    pub clock: &'a dyn Clock,
    pub entropy: &'a dyn Entropy,
}

impl Tools<'_> {
    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A random UUID of version 4.
    pub fn uuid(&self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().to_string()
    }
}

/// What was made.
pub(super) struct Made {
    /// What it is called, unless another object is called so already.
    pub id: Id,
    /// All of its attributes.
    pub value: Value,
    /// How long it is to be waited for.
    pub ready_in: Duration,
}

/// The types that are known here.
const KNOWN: [&str; 11] = [
    "null_resource",
    "random_id",
    "random_integer",
    "random_password",
    "random_pet",
    "random_shuffle",
    "random_string",
    "random_uuid",
    "terraform_data",
    "time_sleep",
    "time_static",
];

/// Whether objects of the type exist here.
pub(super) fn is_known(registry: &Registry, type_name: &TypeName) -> bool {
    KNOWN.contains(&type_name.as_str()) || conformance::has_resource(registry, type_name)
}

/// Whether making one takes long enough to be noticed.
pub(super) fn is_slow(type_name: &TypeName) -> bool {
    type_name == "random_password"
}

/// Whether there are ephemeral resources of the type here.
pub(super) fn opens(type_name: &TypeName) -> bool {
    type_name == "random_password"
}

/// The value of an ephemeral `random_password`: another one each time.
pub(super) fn open(tools: &Tools<'_>, config: &Value) -> Result<Value, Error> {
    let made = random::password(tools, Attributes::of(config))
        .map_err(|reason| Error::new(ErrorClass::Invalid, "open a random_password", reason))?;
    let entries = made.value.as_entries().cloned().unwrap_or_default();
    // It is no object, and has no id.
    Ok(Value::object(
        entries.iter().filter(|(name, _)| *name != "id").map(|(n, v)| (n.clone(), v.clone())),
    ))
}

/// Makes an object.
pub(super) fn make(
    tools: &Tools<'_>,
    type_name: &TypeName,
    desired: &Value,
) -> Result<Made, Error> {
    let mut attributes = Attributes::of(desired);
    let made = match type_name.as_str() {
        "null_resource" => {
            let number = u64::from_be_bytes(tools.bytes()) >> 1;
            Ok(attributes.with_id(number.to_string()))
        }
        "terraform_data" => {
            attributes.set("output", attributes.raw("input"));
            Ok(attributes.with_id(tools.uuid()))
        }
        name if name.starts_with("random_") => random::make(tools, name, attributes),
        "time_sleep" => time::sleep(tools, attributes),
        "time_static" => time::fixed(tools, attributes),
        _ => conformance::make(attributes),
    };
    made.map_err(|reason| Error::new(ErrorClass::Invalid, format!("make a {type_name}"), reason))
}

/// The object after a change of arguments.
pub(super) fn change(type_name: &TypeName, planned: &Value) -> Value {
    let mut attributes = Attributes::of(planned);
    if type_name == "terraform_data" {
        attributes.set("output", attributes.raw("input"));
    }
    attributes.into_value()
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes everything");
        hex
    })
}

/// How long deleting takes.
pub(super) fn gone_in(type_name: &TypeName, prior: &Value) -> Duration {
    if type_name != "time_sleep" {
        return Duration::ZERO;
    }
    Attributes::of(prior).text("destroy_duration").and_then(|t| time::parse(&t)).unwrap_or_default()
}

/// Marks what the schema says is sensitive, so that it is sealed.
pub(super) fn mark(registry: &Registry, type_name: &TypeName, value: Value) -> Value {
    let Some(schema) = registry.resource(type_name.as_str()) else { return value };
    let sensitive = |name: &EcoString| schema.attribute(name).is_some_and(|a| a.sensitive);
    let Some(entries) = value.as_entries() else { return value };
    if !entries.keys().any(sensitive) {
        return value;
    }
    let marks = value.marks();
    let entries = entries.iter().map(|(name, value)| {
        let value = value.clone();
        let marked = sensitive(name) && !value.is_null();
        (name.clone(), if marked { value.with_marks(Marks::SENSITIVE) } else { value })
    });
    Value::object(entries.collect::<Vec<_>>()).with_marks(marks)
}

/// The attributes of an object that is being made.
pub(super) struct Attributes(Entries);

impl Attributes {
    pub fn of(value: &Value) -> Self {
        Self(value.as_entries().cloned().unwrap_or_default())
    }

    /// An attribute with its marks; null where it is not set.
    pub fn raw(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or(Value::null(Type::Dynamic))
    }

    pub fn text(&self, name: &str) -> Option<EcoString> {
        self.0.get(name)?.as_str().map(EcoString::from)
    }

    pub fn whole(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_number()?.to_i64()
    }

    pub fn truth(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }

    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.into(), value);
    }

    pub fn set_text(&mut self, name: &str, text: impl Into<EcoString>) {
        self.set(name, Value::string(text));
    }

    pub fn set_whole(&mut self, name: &str, number: i64) {
        self.set(name, Value::number(number));
    }

    /// The object, called so, with an `id` attribute that says so.
    pub fn with_id(mut self, id: impl Into<EcoString>) -> Made {
        let id = id.into();
        self.set_text("id", id.clone());
        Made { id: Id::new(id), value: self.into_value(), ready_in: Duration::ZERO }
    }

    pub fn into_value(self) -> Value {
        Value::new(Kind::Object(self.0))
    }
}
