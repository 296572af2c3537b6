//! Functions on maps and objects.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::{Kind, Marks, Type, Value, convert};

const fn any(name: &'static str) -> Param {
    Param::new(name, Want::Any)
}

const MAP_OF_TEXTS: Want = Want::Map(&Want::List(&Want::String));

pub(super) const TABLE: &[Function] = &[
    Function::new("keys", &[any("inputMap").unknowns().marked()], Returns::By(keys_type), keys),
    Function::new(
        "lookup",
        &[any("inputMap").marked(), Param::new("key", Want::String).marked()],
        Returns::By(lookup_type),
        lookup,
    )
    .rest(any("default").unknowns().open().nulls().marked())
    .maybe_null(),
    Function::new("merge", &[], Returns::By(merge_type), merge)
        .rest(any("maps").open().nulls().marked()),
    Function::new(
        "transpose",
        &[Param::new("values", MAP_OF_TEXTS)],
        Returns::Always(MAP_OF_TEXTS),
        transpose,
    ),
    Function::new("values", &[any("mapping").marked()], Returns::By(values_type), values),
    Function::new(
        "zipmap",
        &[Param::new("keys", Want::List(&Want::String)).marked(), any("values").marked()],
        Returns::By(zipmap_type),
        zipmap,
    ),
];

fn keys_type(args: &[Value]) -> Result<Type, CallError> {
    match args[0].ty() {
        Type::Map(_) => Ok(Type::list(Type::String)),
        Type::Object(object) => Ok(Type::tuple(object.attributes.keys().map(|_| Type::String))),
        _ => Err(CallError::arg(0, "must have map or object type")),
    }
}

fn keys(context: &Context<'_>) -> Result<Value, CallError> {
    let (value, marks) = context.args[0].clone().unmark();
    let text = |name: &EcoString| Value::new(Kind::String(name.clone()));
    let names = match value.ty() {
        Type::Object(object) => Value::tuple(object.attributes.keys().map(text)),
        _ => match value.as_entries() {
            Some(entries) => Value::list(Type::String, entries.keys().map(text)),
            None => Value::unknown(context.ty.clone()),
        },
    };
    Ok(names.with_marks(marks))
}

fn lookup_type(args: &[Value]) -> Result<Type, CallError> {
    if args.len() > 3 {
        return Err(CallError::new(format!(
            "lookup() takes two or three arguments, got {}",
            args.len()
        )));
    }
    match args[0].ty() {
        Type::Object(object) => {
            let Some(key) = args[1].as_str() else { return Ok(Type::Dynamic) };
            match (object.attributes.get(key), args.get(2)) {
                (Some(ty), _) => Ok(ty.clone()),
                (None, Some(default)) => Ok(default.ty()),
                (None, None) => {
                    Err(CallError::arg(0, format!("the given object has no attribute {key:?}")))
                }
            }
        }
        Type::Map(element) => match args.get(2).map(|default| convert(default, &element)) {
            Some(Err(_)) => Err(CallError::arg(
                2,
                "the default value must have the same type as the map elements",
            )),
            _ => Ok((*element).clone()),
        },
        _ => Err(CallError::arg(0, "lookup() requires a map as the first argument")),
    }
}

fn lookup(context: &Context<'_>) -> Result<Value, CallError> {
    let (map, marks) = context.args[0].clone().unmark();
    let (key, key_marks) = context.args[1].clone().unmark();
    let marks = marks.union(key_marks);
    let key = key.as_str().unwrap_or_default();
    if let Some(found) = map.attribute(key) {
        return Ok(found.clone().with_marks(marks));
    }
    match context.args.get(2) {
        Some(default) => {
            let value =
                convert(default, context.ty).map_err(|error| CallError::arg(2, error.message))?;
            Ok(value.with_marks(marks))
        }
        None => Err(CallError::new(if marks.is_sensitive() {
            "lookup failed to find key (sensitive value)".to_owned()
        } else {
            format!("lookup failed to find key {key:?}")
        })),
    }
}

fn merge_type(args: &[Value]) -> Result<Type, CallError> {
    let mut attributes: BTreeMap<EcoString, Type> = BTreeMap::new();
    let mut complete = true;
    for arg in args {
        match (arg.ty(), arg.kind()) {
            (Type::Dynamic, _) => return Ok(Type::Dynamic),
            (Type::Map(_) | Type::Object(_), Kind::Null(_)) => {}
            (Type::Object(object), _) => attributes
                .extend(object.attributes.iter().map(|(name, ty)| (name.clone(), ty.clone()))),
            (Type::Map(element), Kind::Map(_, entries)) => {
                attributes.extend(entries.keys().map(|name| (name.clone(), (*element).clone())));
            }
            (Type::Map(_), _) => complete = false,
            (other, _) => {
                return Err(CallError::new(format!(
                    "arguments must be maps or objects, got {:?}",
                    other.friendly_name()
                )));
            }
        }
    }
    match args.split_first() {
        None => Ok(Type::object(BTreeMap::<EcoString, Type>::new())),
        Some((first, rest)) if rest.iter().all(|arg| arg.ty() == first.ty()) => Ok(first.ty()),
        Some(_) if !complete => Ok(Type::Dynamic),
        Some(_) => Ok(Type::object(attributes)),
    }
}

fn merge(context: &Context<'_>) -> Result<Value, CallError> {
    let mut merged: BTreeMap<EcoString, Value> = BTreeMap::new();
    let mut marks = Marks::NONE;
    for arg in context.args.iter().filter(|arg| !arg.is_null()) {
        marks = marks.union(arg.marks());
        let Some(entries) = arg.as_entries() else {
            return Err(CallError::new(format!(
                "arguments must be maps or objects, got {:?}",
                arg.ty().friendly_name()
            )));
        };
        merged.extend(entries.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    let value = match context.ty {
        Type::Map(element) => Value::map((**element).clone(), merged),
        _ => Value::object(merged),
    };
    Ok(value.with_marks(marks))
}

fn transpose(context: &Context<'_>) -> Result<Value, CallError> {
    if !context.args[0].is_wholly_known() {
        return Ok(Value::unknown(context.ty.clone()));
    }
    let mut turned: BTreeMap<EcoString, Vec<Value>> = BTreeMap::new();
    for (name, list) in context.args[0].as_entries().into_iter().flatten() {
        let Some(elements) = list.as_sequence() else {
            return Err(CallError::new("input must not contain null lists"));
        };
        for element in elements {
            let key = element
                .as_str()
                .ok_or_else(|| CallError::new("input must not contain null strings"))?;
            turned.entry(key.into()).or_default().push(Value::new(Kind::String(name.clone())));
        }
    }
    let lists = turned.into_iter().map(|(name, list)| (name, Value::list(Type::String, list)));
    Ok(Value::map(Type::list(Type::String), lists))
}

fn values_type(args: &[Value]) -> Result<Type, CallError> {
    match args[0].ty() {
        Type::Map(element) => Ok(Type::List(element)),
        Type::Object(object) => Ok(Type::tuple(object.attributes.values().cloned())),
        _ => Err(CallError::new("values() requires a map as the first argument")),
    }
}

fn values(context: &Context<'_>) -> Result<Value, CallError> {
    let (map, marks) = context.args[0].clone().unmark();
    let all: Vec<Value> = map.children().cloned().collect();
    let value = match context.ty {
        Type::List(element) => Value::list((**element).clone(), all),
        _ => Value::tuple(all),
    };
    Ok(value.with_marks(marks))
}

fn zipmap_type(args: &[Value]) -> Result<Type, CallError> {
    match args[1].ty() {
        Type::List(element) => Ok(Type::Map(element)),
        Type::Tuple(types) => {
            let keys = args[0].clone().unmark_deep().0;
            if !keys.is_wholly_known() {
                return Ok(Type::Dynamic);
            }
            let names = key_names(&keys)?;
            same_length(names.len(), types.len())?;
            Ok(Type::object(names.into_iter().zip(types.iter().cloned())))
        }
        _ => Err(CallError::new("values argument must be a list or tuple value")),
    }
}

fn key_names(keys: &Value) -> Result<Vec<EcoString>, CallError> {
    let elements = keys.as_sequence().unwrap_or_default().iter().enumerate();
    elements
        .map(|(index, key)| {
            key.as_str()
                .map(EcoString::from)
                .ok_or_else(|| CallError::new(format!("keys list has null value at index {index}")))
        })
        .collect()
}

fn same_length(keys: usize, values: usize) -> Result<(), CallError> {
    if keys == values {
        return Ok(());
    }
    Err(CallError::new(format!(
        "number of keys ({keys}) does not match number of values ({values})"
    )))
}

fn zipmap(context: &Context<'_>) -> Result<Value, CallError> {
    let (keys, key_marks) = context.args[0].clone().unmark_deep();
    let (values, value_marks) = context.args[1].clone().unmark();
    let marks = key_marks.union(value_marks);
    if !keys.is_wholly_known() {
        return Ok(Value::unknown(context.ty.clone()).with_marks(marks));
    }
    let names = key_names(&keys)?;
    let elements = values.as_sequence().unwrap_or_default();
    same_length(names.len(), elements.len())?;
    let pairs = names.into_iter().zip(elements.iter().cloned());
    let value = match context.ty {
        Type::Map(element) => Value::map((**element).clone(), pairs),
        _ => Value::object(pairs),
    };
    Ok(value.with_marks(marks))
}
