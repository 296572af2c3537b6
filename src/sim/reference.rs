//! The objects that references name.

use super::object::Object;
use super::store::Store;
use crate::schema::Reference;
use crate::value::{Value, texts_at};

/// The objects that a reference of `value` names.
pub fn named<'a>(store: &'a Store, reference: &Reference, value: &Value) -> Vec<&'a Object> {
    let names = texts_at(value, &reference.attr);
    names.iter().filter_map(|name| by_name(store, reference, name)).collect()
}

/// The object that a reference's value names.
pub fn by_name<'a>(store: &'a Store, reference: &Reference, name: &str) -> Option<&'a Object> {
    let is_it = |object: &&Object| names(object, &reference.by, name);
    reference.to.iter().find_map(|type_name| store.of_type(type_name).find(is_it))
}

/// Whether `name` is the object's attribute `by`; ids, ARNs and names are taken for one another, as AWS mostly does.
pub fn names(object: &Object, by: &str, name: &str) -> bool {
    object.text(by) == Some(name)
        || object.id == name
        || object.text("arn") == Some(name)
        || object.text("id") == Some(name)
}
