//! Steps, outputs and checks in the saved-plan format.

use std::collections::BTreeMap;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::ReadError;
use super::value::{Decoder, Encoder, WirePathStep, WireValue};
use crate::base::{Address, Digest, Id, Key, ModulePath, ModuleStep};
use crate::plan::{
    Action, CheckInstance, CheckResult, CheckStatus, Checkable, Interruption, OutputChange, Reason,
    Scope, Step, StepId,
};
use crate::value::Value;
use crate::value::json::{type_from_json, type_to_json};

/// A step as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct WireStep {
    id: StepId,
    address: Address,
    generation: u32,
    deposed: bool,
    scope: Scope,
    action: Action,
    reason: Reason,
    replaces: Option<StepId>,
    after: Vec<StepId>,
    object: Option<Id>,
    expect: Option<Digest>,
    prior: Option<WireValue>,
    planned: Option<WireValue>,
    changed: Vec<Vec<WirePathStep>>,
    replace_paths: Vec<Vec<WirePathStep>>,
    unknown: BTreeMap<String, EcoString>,
    interruption: Interruption,
    moved_from: Option<Address>,
    importing: Option<Id>,
}

impl WireStep {
    pub fn encode(step: &Step, encoder: &mut Encoder) -> Self {
        Self {
            id: step.id,
            address: step.address.clone(),
            generation: step.generation,
            deposed: step.deposed,
            scope: step.scope.clone(),
            action: step.action,
            reason: step.reason,
            replaces: step.replaces,
            after: step.after.clone(),
            object: step.object.clone(),
            expect: step.expect.clone(),
            prior: step.prior.as_ref().map(|value| encoder.value(value)),
            planned: step.planned.as_ref().map(|value| encoder.value(value)),
            changed: step.changed.iter().map(|path| encoder.path(path)).collect(),
            replace_paths: step.replace_paths.iter().map(|path| encoder.path(path)).collect(),
            unknown: step.unknown.clone(),
            interruption: step.interruption,
            moved_from: step.moved_from.clone(),
            importing: step.importing.clone(),
        }
    }

    pub fn decode(&self, decoder: &Decoder<'_>) -> Result<Step, ReadError> {
        let value = |wire: &Option<WireValue>| -> Result<Option<Value>, ReadError> {
            wire.as_ref().map(|wire| decoder.value(wire)).transpose()
        };
        let paths = |paths: &[Vec<WirePathStep>]| -> Result<Vec<_>, ReadError> {
            paths.iter().map(|path| decoder.path(path)).collect()
        };
        Ok(Step {
            id: self.id,
            address: self.address.clone(),
            generation: self.generation,
            deposed: self.deposed,
            scope: self.scope.clone(),
            action: self.action,
            reason: self.reason,
            replaces: self.replaces,
            after: self.after.clone(),
            object: self.object.clone(),
            expect: self.expect.clone(),
            prior: value(&self.prior)?,
            planned: value(&self.planned)?,
            changed: paths(&self.changed)?,
            replace_paths: paths(&self.replace_paths)?,
            unknown: self.unknown.clone(),
            interruption: self.interruption,
            moved_from: self.moved_from.clone(),
            importing: self.importing.clone(),
        })
    }
}

/// An output as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct WireOutput {
    before: Option<WireValue>,
    after: Option<WireValue>,
    sensitive: bool,
    ty: Option<String>,
}

impl WireOutput {
    pub fn encode(change: &OutputChange, encoder: &mut Encoder) -> Self {
        Self {
            before: change.before.as_ref().map(|value| encoder.value(value)),
            after: change.after.as_ref().map(|value| encoder.value(value)),
            sensitive: change.sensitive,
            ty: change.ty.as_ref().map(type_to_json),
        }
    }

    pub fn decode(&self, decoder: &Decoder<'_>) -> Result<OutputChange, ReadError> {
        let value = |wire: &Option<WireValue>| wire.as_ref().map(|w| decoder.value(w)).transpose();
        let ty = self.ty.as_deref().map(type_from_json).transpose();
        Ok(OutputChange {
            before: value(&self.before)?,
            after: value(&self.after)?,
            sensitive: self.sensitive,
            ty: ty.map_err(|_| ReadError::Damaged)?,
        })
    }
}

/// A module path as it is written: names with their keys.
type WirePath = Vec<(EcoString, Option<WireKey>)>;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireKey {
    Int(u64),
    Str(EcoString),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireCheckable {
    Resource(Address),
    Output(WirePath, EcoString),
    Check(WirePath, EcoString),
    Variable(WirePath, EcoString),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct WireInstance {
    address: String,
    module: WirePath,
    key: Option<WireKey>,
    status: CheckStatus,
    messages: Vec<String>,
}

/// Results of conditions as they are written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct WireCheck {
    object: WireCheckable,
    status: CheckStatus,
    instances: Vec<WireInstance>,
}

fn encode_key(key: &Key) -> WireKey {
    match key {
        Key::Int(index) => WireKey::Int(*index),
        Key::Str(text) => WireKey::Str(text.clone()),
    }
}

fn decode_key(key: &WireKey) -> Key {
    match key {
        WireKey::Int(index) => Key::Int(*index),
        WireKey::Str(text) => Key::Str(text.clone()),
    }
}

fn encode_path(path: &ModulePath) -> WirePath {
    path.steps().iter().map(|s| (s.name.clone(), s.key.as_ref().map(encode_key))).collect()
}

fn decode_path(path: &WirePath) -> ModulePath {
    let steps = path
        .iter()
        .map(|(name, key)| ModuleStep { name: name.clone(), key: key.as_ref().map(decode_key) });
    ModulePath::new(steps.collect())
}

impl WireCheck {
    pub fn encode(result: &CheckResult) -> Self {
        let object = match &result.object {
            Checkable::Resource(resource) => WireCheckable::Resource(resource.instance(None)),
            Checkable::Output(path, name) => WireCheckable::Output(encode_path(path), name.clone()),
            Checkable::Check(path, name) => WireCheckable::Check(encode_path(path), name.clone()),
            Checkable::Variable(path, name) => {
                WireCheckable::Variable(encode_path(path), name.clone())
            }
        };
        let instances = result.instances.iter().map(|instance| WireInstance {
            address: instance.address.clone(),
            module: encode_path(&instance.module),
            key: instance.key.as_ref().map(encode_key),
            status: instance.status,
            messages: instance.messages.clone(),
        });
        Self { object, status: result.status, instances: instances.collect() }
    }

    pub fn decode(&self) -> CheckResult {
        let object = match &self.object {
            WireCheckable::Resource(address) => Checkable::Resource(address.resource.clone()),
            WireCheckable::Output(path, name) => Checkable::Output(decode_path(path), name.clone()),
            WireCheckable::Check(path, name) => Checkable::Check(decode_path(path), name.clone()),
            WireCheckable::Variable(path, name) => {
                Checkable::Variable(decode_path(path), name.clone())
            }
        };
        let instances = self.instances.iter().map(|instance| CheckInstance {
            address: instance.address.clone(),
            module: decode_path(&instance.module),
            key: instance.key.as_ref().map(decode_key),
            status: instance.status,
            messages: instance.messages.clone(),
        });
        CheckResult { object, status: self.status, instances: instances.collect() }
    }
}
