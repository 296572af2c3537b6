//! Creating, updating and deleting in the simulated cloud.

use ecow::EcoString;

use super::check::{Candidate, cascade, in_use};
use super::cloud::{Sim, State};
use super::object::Object;
use crate::base::{Id, Region, TypeName};
use crate::plan::Status;
use crate::provider::{CreateRequest, DeleteRequest, Error, ErrorClass, UpdateRequest, tags};
use crate::schema::{Call, Idempotency, Owner, Schema};
use crate::value::{Type, Value};

impl Sim {
    /// Makes an object.
    pub(super) fn create_now(&self, request: &CreateRequest) -> Result<Id, Error> {
        let schema = self.schema(&request.type_name)?;
        let now = self.now();
        let mut state = self.lock();
        let state = &mut *state;
        state.store.settle(now);
        let region = self.region(state, &request.scope);
        let lost = self.admit(state, schema, Call::Create, now)?;
        let replay = state.store.of_type(request.type_name.as_str());
        let is_token = schema.terrace.idempotency == Idempotency::Token;
        let replay = replay
            .filter(|object| is_token && object.token == request.token && object.gone_at.is_none());
        if let Some(object) = replay.into_iter().find(|object| !object.token.is_empty()) {
            return Ok(object.id.clone());
        }
        self.is_fresh_reference(state, schema, request)?;
        let desired = request.desired.clone().unmark_deep().0;
        let candidate = Candidate { schema, region: &region, value: &desired, itself: None };
        candidate.references(&state.store)?;
        candidate.uniqueness(&state.store)?;
        candidate.quotas(&state.store)?;
        let value = self.computed(state, (schema, &region), &desired, None, now);
        let id = Id::new(value.attribute("id").and_then(Value::as_str).unwrap_or_default());
        let takes = schema.terrace.durations.create.typical() * self.options.pace;
        state.store.insert(Object {
            type_name: request.type_name.clone(),
            region,
            id: id.clone(),
            value,
            owner: match schema.terrace.owner {
                Owner::Tags { on_create: true } => tagged(&request.owner),
                _ => None,
            },
            token: request.token.clone(),
            ready_at: now + takes,
            visible_at: now + self.options.consistency,
            gone_at: None,
            is_default: false,
        });
        state.save(now)?;
        match lost {
            Some(fault) => Err(Error::new(
                fault.class,
                schema.terrace.api.create.as_str(),
                "the answer was lost",
            )),
            None => Ok(id),
        }
    }

    /// A caller reference is good for one object.
    fn is_fresh_reference(
        &self,
        state: &State,
        schema: &Schema,
        request: &CreateRequest,
    ) -> Result<(), Error> {
        let mut same = state.store.of_type(request.type_name.as_str());
        let used = schema.terrace.idempotency == Idempotency::CallerReference
            && same.any(|object| object.token == request.token && object.gone_at.is_none());
        if !used {
            return Ok(());
        }
        let call = format!("{}:{}", schema.terrace.api.service, schema.terrace.api.create);
        Err(Error::new(ErrorClass::AlreadyExists, call, "the caller reference was used before"))
    }

    /// Changes an object.
    pub(super) fn update_now(&self, request: &UpdateRequest) -> Result<Option<Id>, Error> {
        let schema = self.schema(&request.type_name)?;
        let now = self.now();
        let mut state = self.lock();
        let state = &mut *state;
        let lost = self.admit(state, schema, Call::Update, now)?;
        let object = self.present(state, schema, &request.type_name, &request.id, now)?;
        let planned = asked(schema, &object.value, request);
        let candidate =
            Candidate { schema, region: &object.region, value: &planned, itself: Some(&object) };
        candidate.references(&state.store)?;
        candidate.uniqueness(&state.store)?;
        let value =
            self.computed(state, (schema, &object.region), &planned, Some(&object.value), now);
        let takes = schema.terrace.durations.update.typical() * self.options.pace;
        let renamed = self.rename(state, (schema, &object.region), &object.value, &value, now);
        let value = renamed.clone().map_or(value, |(_, value)| value);
        let renamed = renamed.map(|(id, _)| id);
        state.store.remove(&request.type_name, &request.id);
        state.store.insert(Object {
            id: renamed.clone().unwrap_or_else(|| request.id.clone()),
            value,
            ready_at: object.ready_at.max(now + takes),
            ..object
        });
        state.save(now)?;
        match lost {
            Some(fault) => Err(Error::new(fault.class, "update", "the answer was lost")),
            None => Ok(renamed),
        }
    }

    /// The new id of an object, with its value, where an update gives it one.
    fn rename(
        &self,
        state: &mut State,
        (schema, region): (&Schema, &Region),
        before: &Value,
        after: &Value,
        now: f64,
    ) -> Option<(Id, Value)> {
        let names = &schema.terrace.renamed_by;
        names.iter().find(|name| before.attribute(name) != after.attribute(name))?;
        let mut bare = after.as_entries()?.clone();
        bare.insert("id".into(), Value::null(Type::String));
        let value = self.computed(state, (schema, region), &Value::object(bare), None, now);
        let id = value.attribute("id").and_then(Value::as_str)?;
        Some((Id::new(id), value))
    }

    /// Deletes an object, and what goes along with it.
    pub(super) fn delete_now(&self, request: &DeleteRequest) -> Result<(), Error> {
        let schema = self.schema(&request.type_name)?;
        let now = self.now();
        let mut state = self.lock();
        let state = &mut *state;
        state.store.settle(now);
        let lost = self.admit(state, schema, Call::Delete, now)?;
        let Some(object) = state.store.object(&request.type_name, &request.id).cloned() else {
            return Ok(());
        };
        if object.gone_at.is_some() {
            return Ok(());
        }
        let guarded =
            ["deletion_protection", "enable_deletion_protection", "disable_api_termination"];
        let guard = guarded
            .iter()
            .find(|name| object.value.attribute(name).and_then(Value::as_bool) == Some(true));
        if let Some(guard) = guard {
            let call = format!("{}:{}", schema.terrace.api.service, schema.terrace.api.delete);
            let message = format!("{} is protected against deletion ({guard})", object.id);
            return Err(
                Error::new(ErrorClass::Invalid, call, message).with_code("OperationNotPermitted")
            );
        }
        let along = cascade(&state.store, &self.registry, &object);
        let mut without = Vec::new();
        for child in &along {
            without.push((child.type_name.clone(), child.id.clone()));
        }
        // What goes along does not hold its parent back.
        let mut others = std::mem::take(&mut state.store);
        let mut kept = Vec::new();
        for (type_name, id) in &without {
            kept.extend(others.object(type_name, id).cloned());
            others.remove(type_name, id);
        }
        let used = in_use(&others, &self.registry, &object);
        state.store = others;
        if used.is_err() {
            for child in kept {
                state.store.insert(child);
            }
            return used;
        }
        let takes = schema.terrace.durations.delete.typical() * self.options.pace;
        if let Some(object) = state.store.object_mut(&request.type_name, &request.id) {
            object.gone_at = Some(now + takes);
        }
        state.save(now)?;
        match lost {
            Some(fault) => Err(Error::new(fault.class, "delete", "the answer was lost")),
            None => Ok(()),
        }
    }

    /// An object that can be changed.
    fn present(
        &self,
        state: &mut State,
        schema: &Schema,
        type_name: &TypeName,
        id: &Id,
        now: f64,
    ) -> Result<Object, Error> {
        state.store.settle(now);
        let call = schema.terrace.api.update.first().map_or("update", EcoString::as_str);
        let call = format!("{}:{call}", schema.terrace.api.service);
        let object = state.store.object(type_name, id).cloned();
        let object = object.ok_or_else(|| {
            Error::new(
                ErrorClass::NotFound,
                call.as_str(),
                format!("The {type_name} '{id}' does not exist"),
            )
        })?;
        match object.status(now) {
            Status::Ready => Ok(object),
            _ => Err(Error::new(
                ErrorClass::Conflict,
                call,
                format!("{id} is not in a state that allows it"),
            )),
        }
    }
}

/// What an update makes of an object: attributes that are planned as they were are left alone, and so are tags that
/// neither side names. Write-only arguments are taken where their version is another one.
fn asked(schema: &Schema, live: &Value, request: &UpdateRequest) -> Value {
    let prior = request.prior.clone().unmark_deep().0;
    let planned = request.planned.clone().unmark_deep().0;
    let (Some(now), Some(entries)) = (live.as_entries(), planned.as_entries()) else {
        return planned;
    };
    let mut entries = entries.clone();
    for (name, value) in &mut entries {
        let Some(there) = now.get(name) else { continue };
        let before = prior.attribute(name);
        let version = format!("{name}_version");
        let is_sent = schema.attribute(name).is_some_and(|attribute| attribute.write_only)
            && prior.attribute(&version) != planned.attribute(&version);
        if is_sent {
            continue;
        }
        if before == Some(value) {
            value.clone_from(there);
        } else if matches!(name.as_str(), "tags" | "tags_all") {
            let mut tags = there.as_entries().cloned().unwrap_or_default();
            let gone = before.and_then(Value::as_entries).into_iter().flatten();
            gone.for_each(|(key, _)| drop(tags.remove(key)));
            let set = value.as_entries().into_iter().flatten();
            tags.extend(set.map(|(key, tag)| (key.clone(), tag.clone())));
            *value = Value::map(Type::String, tags);
        }
    }
    Value::object(entries)
}

/// An owner as the tags of an object tell it.
pub(super) fn tagged(owner: &crate::plan::Owner) -> Option<crate::plan::Owner> {
    tags::owner_from_tags(&tags::owner_to_tags(owner))
}
