//! Functions on sets.

use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::{Kind, Loss, Marks, Type, Value, convert, unify};

const fn set(name: &'static str) -> Param {
    Param::new(name, Want::Set(&Want::Any))
}

pub(super) const TABLE: &[Function] = &[
    Function::new(
        "matchkeys",
        &[
            Param::new("values", Want::List(&Want::Any)),
            Param::new("keys", Want::List(&Want::Any)),
            Param::new("searchset", Want::List(&Want::Any)),
        ],
        Returns::By(matchkeys_type),
        matchkeys,
    ),
    Function::new("setintersection", &[set("first_set")], Returns::By(common_set), |context| {
        combine(context, |all| {
            let (first, rest) = all.split_first()?;
            let everywhere = |value: &&Value| rest.iter().all(|set| holds(set, value));
            Some(first.iter().filter(everywhere).cloned().collect())
        })
    })
    .rest(set("other_sets")),
    Function::new("setproduct", &[], Returns::By(setproduct_type), setproduct)
        .rest(Param::new("sets", Want::Any).marked()),
    Function::new("setsubtract", &[set("a"), set("b")], Returns::By(common_set), |context| {
        combine(context, |all| {
            let [from, without] = all else { return None };
            Some(from.iter().filter(|value| !holds(without, value)).cloned().collect())
        })
    }),
    Function::new("setunion", &[set("first_set")], Returns::By(common_set), setunion)
        .rest(set("other_sets")),
];

fn holds(set: &[Value], value: &Value) -> bool {
    set.iter().any(|other| other.is_surely_equal(value))
}

/// The set type to which all can be converted; empty sets without a type say nothing.
fn common_set(args: &[Value]) -> Result<Type, CallError> {
    let types: Vec<Type> = args
        .iter()
        .filter_map(|arg| {
            let element = arg.ty().element().cloned().unwrap_or(Type::Dynamic);
            let empty = arg.as_sequence().is_some_and(<[Value]>::is_empty);
            (!(empty && element == Type::Dynamic)).then_some(element)
        })
        .collect();
    if types.is_empty() {
        return Ok(Type::set(Type::Dynamic));
    }
    unify(&types, Loss::Allowed)
        .map(Type::set)
        .ok_or_else(|| CallError::new("given sets must all have compatible element types"))
}

fn converted(context: &Context<'_>) -> Result<Vec<Vec<Value>>, CallError> {
    let one = |(index, arg): (usize, &Value)| {
        let arg = convert(arg, context.ty).map_err(|error| CallError::arg(index, error.message))?;
        Ok(arg.as_sequence().unwrap_or_default().to_vec())
    };
    context.args.iter().enumerate().map(one).collect()
}

fn element(ty: &Type) -> Type {
    ty.element().cloned().unwrap_or(Type::Dynamic)
}

fn setunion(context: &Context<'_>) -> Result<Value, CallError> {
    let all = converted(context)?;
    Ok(Value::set(element(context.ty), all.into_iter().flatten()))
}

fn combine(
    context: &Context<'_>,
    pick: fn(&[Vec<Value>]) -> Option<Vec<Value>>,
) -> Result<Value, CallError> {
    if !context.args.iter().all(Value::is_wholly_known) {
        return Ok(Value::unknown(context.ty.clone()));
    }
    let all = converted(context)?;
    Ok(Value::set(element(context.ty), pick(&all).unwrap_or_default()))
}

fn matchkeys_type(args: &[Value]) -> Result<Type, CallError> {
    unify(&[args[1].ty(), args[2].ty()], Loss::Allowed)
        .map(|_| args[0].ty())
        .ok_or_else(|| CallError::new("keys and searchset must be of the same type"))
}

fn matchkeys(context: &Context<'_>) -> Result<Value, CallError> {
    let (values, keys) = (context.elements(0), context.elements(1));
    if values.len() != keys.len() {
        return Err(CallError::new("length of keys and values should be equal"));
    }
    let common = unify(&[context.args[1].ty(), context.args[2].ty()], Loss::Allowed)
        .unwrap_or(Type::Dynamic);
    let all = |index: usize| {
        convert(&context.args[index], &common).map_err(|error| CallError::arg(index, error.message))
    };
    let (keys, wanted) = (all(1)?, all(2)?);
    if !context.args[0].is_wholly_known() && wanted.as_sequence().is_some_and(|all| !all.is_empty())
    {
        return Ok(Value::unknown(context.ty.clone()));
    }
    let mut picked = Vec::new();
    for (key, value) in keys.as_sequence().unwrap_or_default().iter().zip(values) {
        for candidate in wanted.as_sequence().unwrap_or_default() {
            match key.equals(candidate).as_bool() {
                None => return Ok(Value::unknown(context.ty.clone())),
                Some(true) => {
                    picked.push(value.clone());
                    break;
                }
                Some(false) => {}
            }
        }
    }
    Ok(Value::list(element(context.ty), picked))
}

fn setproduct_type(args: &[Value]) -> Result<Type, CallError> {
    if args.len() < 2 {
        return Err(CallError::new("at least two arguments are required"));
    }
    let mut types = Vec::new();
    let mut all_ordered = true;
    for (index, arg) in args.iter().enumerate() {
        all_ordered &= !matches!(arg.ty(), Type::Set(_));
        types.push(match arg.ty() {
            Type::List(element) | Type::Set(element) => (*element).clone(),
            Type::Tuple(elements) if elements.is_empty() => Type::Dynamic,
            Type::Tuple(elements) => unify(&elements, Loss::Allowed)
                .ok_or_else(|| CallError::arg(index, "all elements must be of the same type"))?,
            _ => return Err(CallError::arg(index, "a set or a list is required")),
        });
    }
    let tuple = Type::tuple(types);
    Ok(if all_ordered { Type::list(tuple) } else { Type::set(tuple) })
}

fn setproduct(context: &Context<'_>) -> Result<Value, CallError> {
    let Type::Tuple(types) = element(context.ty) else { return Ok(Value::open()) };
    let mut marks = Marks::NONE;
    if context.args.iter().any(Value::may_shrink) {
        let marks = context.args.iter().fold(marks, |marks, arg| marks.union(arg.marks()));
        return Ok(Value::unknown(context.ty.clone()).with_marks(marks));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for (index, (arg, ty)) in context.args.iter().zip(types.iter()).enumerate() {
        marks = marks.union(arg.marks());
        let mut next = Vec::new();
        let elements: Result<Vec<Value>, CallError> = arg
            .as_sequence()
            .unwrap_or_default()
            .iter()
            .map(|value| convert(value, ty).map_err(|error| CallError::arg(index, error.message)))
            .collect();
        let elements = elements?;
        for row in &rows {
            for element in &elements {
                next.push(row.iter().chain([element]).cloned().collect());
            }
        }
        rows = next;
    }
    let tuples: Vec<Value> = rows.into_iter().map(Value::tuple).collect();
    let value = match context.ty {
        Type::List(element) => {
            Value::new(Kind::List((**element).clone(), std::sync::Arc::new(tuples)))
        }
        _ => Value::set(element(context.ty), tuples),
    };
    Ok(value.with_marks(marks))
}
