//! What AWS refuses: references to nothing, names that are taken, quotas, parents that are in use.

use ipnet::IpNet;

use super::object::Object;
use super::reference::{self, by_name, named};
use super::store::Store;
use crate::base::Region;
use crate::provider::{Error, ErrorClass};
use crate::schema::{Facts, Overlap, Reference, Registry, Schema, Scope};
use crate::value::{Value, texts_at};

/// An object that is to be, before it is.
pub struct Candidate<'a> {
    /// Its type.
    pub schema: &'a Schema,
    /// Where.
    pub region: &'a Region,
    /// What it is to be.
    pub value: &'a Value,
    /// The object that it replaces in place, for an update.
    pub itself: Option<&'a Object>,
}

impl Candidate<'_> {
    fn facts(&self) -> &Facts {
        &self.schema.terrace
    }

    fn error(&self, class: ErrorClass, code: &str, message: impl Into<String>) -> Error {
        let api = &self.facts().api;
        let call = if self.itself.is_some() { api.update.first() } else { Some(&api.create) };
        let call = call.map_or("", |call| call.as_str());
        Error::new(class, format!("{}:{call}", api.service), message).with_code(code)
    }

    fn is_itself(&self, other: &Object) -> bool {
        self.itself.is_some_and(|itself| itself.id == other.id)
    }

    /// Every reference must name something, unless it may name what no stack holds.
    ///
    /// # Errors
    /// AWS's own for the first that does not.
    pub fn references(&self, store: &Store) -> Result<(), Error> {
        for reference in &self.facts().refers {
            let Some(code) = reference.missing.as_ref().filter(|_| !reference.open) else {
                continue;
            };
            // What was there before is AWS's own concern: the interface that came with an instance is nobody's object.
            let before = self
                .itself
                .map(|itself| texts_at(&itself.value, &reference.attr))
                .unwrap_or_default();
            for name in texts_at(self.value, &reference.attr) {
                if before.contains(&name) {
                    continue;
                }
                if by_name(store, reference, &name).is_none() && !is_aws_own(reference, &name) {
                    let message = format!("The {} '{name}' does not exist", reference.to[0]);
                    return Err(self.error(ErrorClass::NotFound, code, message));
                }
            }
        }
        Ok(())
    }

    /// No other object may have what must be unique.
    ///
    /// # Errors
    /// AWS's own for the first that is taken.
    pub fn uniqueness(&self, store: &Store) -> Result<(), Error> {
        for unique in &self.facts().unique {
            let others = store.of_type(self.schema.type_name.as_str());
            let others = others.filter(|other| !self.is_itself(other) && other.gone_at.is_none());
            for other in others {
                let near = unique.scope != Scope::Region || other.region == *self.region;
                if near && clash(&unique.attrs, unique.overlap, self.value, &other.value) {
                    let message =
                        format!("{} already exists: {}", unique.attrs.join(", "), other.id);
                    return Err(self.error(ErrorClass::AlreadyExists, &unique.error, message));
                }
            }
        }
        Ok(())
    }

    /// No quota may be exceeded.
    ///
    /// # Errors
    /// AWS's own for the first that would be.
    pub fn quotas(&self, store: &Store) -> Result<(), Error> {
        for limit in &self.facts().limits {
            let same = |other: &&Object| {
                let near = limit.scope != Scope::Region || other.region == *self.region;
                near && other.gone_at.is_none()
                    && limit
                        .per
                        .iter()
                        .all(|path| texts_at(&other.value, path) == texts_at(self.value, path))
            };
            let count = store.of_type(self.schema.type_name.as_str()).filter(same).count();
            if count >= limit.count as usize {
                let message = format!("the quota of {} is reached", limit.count);
                return Err(self.error(ErrorClass::Quota, &limit.error, message));
            }
        }
        Ok(())
    }
}

/// Names that AWS itself holds: default groups, its own policies and keys.
fn is_aws_own(reference: &Reference, name: &str) -> bool {
    name.starts_with("default")
        || name.contains(":aws:policy/")
        || name.starts_with("alias/aws/")
        || (name == "local" && reference.attr == "gateway_id")
}

fn clash(
    attrs: &[ecow::EcoString],
    overlap: Option<Overlap>,
    value: &Value,
    other: &Value,
) -> bool {
    let Some((last, rest)) = attrs.split_last() else { return false };
    let equal = |path: &str| texts_at(value, path) == texts_at(other, path);
    let set = attrs.iter().any(|path| !texts_at(value, path).is_empty());
    if !set || !rest.iter().all(|path| equal(path)) {
        return false;
    }
    let (ours, theirs) = (texts_at(value, last), texts_at(other, last));
    match overlap {
        None => ours == theirs,
        Some(Overlap::Case) => {
            ours.len() == theirs.len()
                && ours.iter().zip(&theirs).all(|(a, b)| a.eq_ignore_ascii_case(b))
        }
        Some(Overlap::Cidr) => ours.iter().any(|a| theirs.iter().any(|b| overlaps(a, b))),
    }
}

fn overlaps(a: &str, b: &str) -> bool {
    match (a.parse::<IpNet>(), b.parse::<IpNet>()) {
        (Ok(a), Ok(b)) => a.contains(&b) || b.contains(&a),
        _ => false,
    }
}

/// Whether anything else still needs the object.
///
/// # Errors
/// AWS's own, naming what needs it.
pub fn in_use(store: &Store, registry: &Registry, object: &Object) -> Result<(), Error> {
    for other in store.all().filter(|other| other.gone_at.is_none() && other.id != object.id) {
        let Some(schema) = registry.resource(other.type_name.as_str()) else { continue };
        for reference in &schema.terrace.refers {
            let Some(code) = reference.in_use.as_ref() else { continue };
            let aims = reference.to.iter().any(|to| object.type_name == to.as_str());
            if aims && uses(reference, &other.value, object) {
                let api =
                    registry.resource(object.type_name.as_str()).map(|schema| &schema.terrace.api);
                let call =
                    api.map(|api| format!("{}:{}", api.service, api.delete)).unwrap_or_default();
                let message =
                    format!("{} is in use by {} {}", object.id, other.type_name, other.id);
                return Err(
                    Error::new(ErrorClass::Dependency, call, message).with_code(code.as_str())
                );
            }
        }
    }
    Ok(())
}

/// The objects that go along with an object that is deleted.
pub fn cascade(store: &Store, registry: &Registry, object: &Object) -> Vec<Object> {
    let goes = |other: &&Object| {
        registry.resource(other.type_name.as_str()).is_some_and(|schema| {
            schema.terrace.refers.iter().any(|reference| {
                let aims = reference.to.iter().any(|to| object.type_name == to.as_str());
                reference.cascade && aims && uses(reference, &other.value, object)
            })
        })
    };
    store.all().filter(goes).cloned().collect()
}

fn uses(reference: &Reference, value: &Value, object: &Object) -> bool {
    texts_at(value, &reference.attr)
        .iter()
        .any(|name| reference::names(object, &reference.by, name))
}

/// The first object that a reference of the attribute `attr` names.
pub fn referred<'a>(
    store: &'a Store,
    schema: &Schema,
    value: &Value,
    attr: &str,
) -> Vec<&'a Object> {
    let refers = schema.terrace.refers.iter();
    refers.filter(|reference| reference.attr == attr).flat_map(|r| named(store, r, value)).collect()
}
