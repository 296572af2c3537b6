//! Values at paths through blocks, and the objects that they name.

use ecow::EcoString;

use super::object::Object;
use super::store::Store;
use crate::schema::Reference;
use crate::value::{Kind, Value};

/// Every text at a path; lists, sets and repeated blocks are gone through. `.0` and numbers are stepped over.
pub fn texts_at(value: &Value, path: &str) -> Vec<EcoString> {
    let mut found = Vec::new();
    let steps: Vec<&str> = path.split('.').filter(|step| step.parse::<usize>().is_err()).collect();
    collect(value, &steps, &mut found);
    found
}

fn collect(value: &Value, steps: &[&str], found: &mut Vec<EcoString>) {
    if let Some(elements) = value.as_sequence() {
        for element in elements {
            collect(element, steps, found);
        }
        return;
    }
    match steps {
        [] => match value.kind() {
            Kind::String(text) if !text.is_empty() => found.push(text.clone()),
            Kind::Number(number) => found.push(number.to_string().into()),
            Kind::Bool(truth) => found.push(truth.to_string().into()),
            _ => {}
        },
        [first, rest @ ..] => {
            if let Some(next) = value.attribute(first) {
                collect(next, rest, found);
            }
        }
    }
}

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
