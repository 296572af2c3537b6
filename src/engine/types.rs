//! What the engine has to know of a resource type, apart from what its cloud does.

use std::collections::BTreeMap;
use std::time::Duration;

use ecow::EcoString;

use crate::base::{Digest, TypeName, duration};
use crate::schema::Idempotency;
use crate::value::{AttrPath, Value};

/// One of the operations on a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// From the call until the object is ready or gone.
    pub typical: Duration,
    /// After that, waiting is given up.
    pub timeout: Duration,
    /// The class of its calls, for their frequency: `ec2:nat`.
    pub class: EcoString,
}

/// Where an object of a type exists, and how it is known whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In a cloud, with ownership tags.
    Tagged {
        /// Whether the create call writes them.
        on_create: bool,
    },
    /// In a cloud, without tags: by its parent and the manifest.
    Untagged,
    /// In the ledger.
    Ledger,
}

/// What the engine has to know of a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// How a create is made exactly once.
    pub idempotency: Idempotency,
    /// Where its objects exist.
    pub home: Home,
    /// Making one.
    pub create: Operation,
    /// Changing one.
    pub update: Operation,
    /// Deleting one.
    pub delete: Operation,
    /// The class of its read calls.
    pub read_class: EcoString,
    /// The attribute that says how long an object is waited for; see [`crate::schema::Facts::patience`].
    pub patience: Option<EcoString>,
}

impl Facts {
    /// Takes the limits over that an object has of its own.
    pub(super) fn limit(&mut self, value: Option<&Value>) {
        let patience = self.patience.as_ref().and_then(|name| value?.attribute(name)?.as_str());
        if let Some(patience) = patience.and_then(duration) {
            self.create.timeout = patience;
            self.update.timeout = patience;
        }
        let Some(timeouts) = value.and_then(|value| value.attribute("timeouts")) else { return };
        let given = |name: &str| timeouts.attribute(name)?.as_str().and_then(duration);
        for (name, operation) in [
            ("create", &mut self.create),
            ("update", &mut self.update),
            ("delete", &mut self.delete),
        ] {
            operation.timeout = given(name).unwrap_or(operation.timeout);
        }
    }
}

/// What an update must send.
#[derive(Clone)]
pub struct Rest {
    /// The live object, without what is not the stack's business: foreign tags.
    pub prior: Value,
    /// What it is to be.
    pub planned: Value,
    /// Where they differ.
    pub changed: Vec<AttrPath>,
}

/// Types as the engine sees them.
pub trait Types: Send + Sync {
    /// What is known of a type.
    fn facts(&self, type_name: &TypeName) -> Facts;

    /// What an update must send to make a live object as desired; none where nothing that counts differs.
    fn remaining(&self, type_name: &TypeName, desired: &Value, live: &Value) -> Option<Rest>;

    /// Attributes of a desired value that the cloud does not tell again, as the object shows right after it was
    /// written; without those that must not outlive the run.
    fn untold(
        &self,
        type_name: &TypeName,
        desired: &Value,
        live: &Value,
    ) -> BTreeMap<EcoString, Value>;

    /// Those of a desired value's inputs of which it is known beforehand that the cloud never tells them, and that may
    /// outlive the run: what the manifest keeps of a create before anybody has looked at what it made.
    fn never_told(&self, type_name: &TypeName, desired: &Value) -> BTreeMap<EcoString, Value>;

    /// Whether a create of a desired value can have made the live object: they agree in everything that nobody could
    /// have changed since.
    fn may_be(&self, type_name: &TypeName, desired: &Value, live: &Value) -> bool;

    /// A live object as the manifest remembers it: without what others own of it, with the marks of what was desired.
    fn owned(&self, type_name: &TypeName, desired: &Value, live: &Value) -> Value;

    /// A value as it may be written down: without its write-only arguments.
    fn lasting(&self, type_name: &TypeName, value: &Value) -> Value {
        let _ = type_name;
        value.clone()
    }

    /// What an update starts from: `prior` with the write-only arguments of `desired`, which no one remembers.
    fn as_sent(&self, type_name: &TypeName, prior: &Value, desired: &Value) -> Value {
        let _ = (type_name, desired);
        prior.clone()
    }

    /// The digest by which a plan recognises a value.
    fn digest(&self, value: &Value) -> Digest;
}
