//! Functions that make one sequence of another: joined, cut, turned, sorted.

use super::list::is_sequence;
use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::{Entries, Kind, Loss, Marks, Number, Type, Value, convert, unify};

const fn any(name: &'static str) -> Param {
    Param::new(name, Want::Any)
}

const fn number(name: &'static str) -> Param {
    Param::new(name, Want::Number)
}

const LISTS: Want = Want::List(&Want::Any);

pub(super) const TABLE: &[Function] = &[
    Function::new(
        "chunklist",
        &[Param::new("list", LISTS).marked(), number("size").marked()],
        Returns::By(|args| Ok(Type::list(args[0].ty()))),
        chunklist,
    ),
    Function::new("concat", &[], Returns::By(concat_type), concat).rest(any("seqs").marked()),
    Function::new(
        "flatten",
        &[any("list").marked()],
        Returns::By(|args| flatten_check(&args[0])),
        flatten,
    ),
    Function::new("range", &[], Returns::Always(Want::List(&Want::Number)), range)
        .rest(number("params")),
    Function::new("reverse", &[any("list").marked()], Returns::By(reverse_type), reverse),
    Function::new(
        "slice",
        &[any("list").marked(), number("start_index"), number("end_index")],
        Returns::By(slice_type),
        slice,
    ),
    Function::new(
        "sort",
        &[Param::new("list", Want::List(&Want::String)).unknowns()],
        Returns::Always(Want::List(&Want::String)),
        sort,
    ),
];

fn chunklist(context: &Context<'_>) -> Result<Value, CallError> {
    let (list, marks) = context.args[0].clone().unmark();
    let (size, size_marks) = context.args[1].clone().unmark();
    let marks = marks.union(size_marks);
    let whole = || CallError::new("invalid size: value must be a whole number");
    let size = size.as_number().and_then(Number::to_i64).ok_or_else(whole)?;
    let size =
        usize::try_from(size).map_err(|_| CallError::new("the size argument must be positive"))?;
    let elements = list.as_sequence().unwrap_or_default();
    let inner = list.ty();
    let element = inner.element().cloned().unwrap_or(Type::Dynamic);
    let size = if size == 0 { elements.len().max(1) } else { size };
    let chunks = elements.chunks(size).map(|chunk| Value::list(element.clone(), chunk.to_vec()));
    Ok(Value::list(inner.clone(), chunks.collect::<Vec<_>>()).with_marks(marks))
}

fn concat_type(args: &[Value]) -> Result<Type, CallError> {
    if args.is_empty() {
        return Err(CallError::new("at least one argument is required"));
    }
    let types: Vec<Type> = args.iter().map(Value::ty).collect();
    if types.iter().all(|ty| matches!(ty, Type::List(_)))
        && let Some(list) = unify(&types, Loss::Refused)
    {
        return Ok(list);
    }
    let mut elements = Vec::new();
    for (index, (arg, ty)) in args.iter().zip(&types).enumerate() {
        match (ty, arg.kind()) {
            (Type::Tuple(types), _) => elements.extend(types.iter().cloned()),
            (Type::List(_), Kind::Unknown(_)) => return Ok(Type::Dynamic),
            (Type::List(element), Kind::List(_, values)) => {
                elements.extend(std::iter::repeat_n((**element).clone(), values.len()));
            }
            _ => {
                return Err(CallError::arg(
                    index,
                    format!("all arguments must be lists or tuples; got {}", ty.friendly_name()),
                ));
            }
        }
    }
    Ok(Type::tuple(elements))
}

fn concat(context: &Context<'_>) -> Result<Value, CallError> {
    let marks = context.args.iter().fold(Marks::NONE, |marks, arg| marks.union(arg.marks()));
    let mut all = Vec::new();
    for (index, arg) in context.args.iter().enumerate() {
        let arg = match context.ty {
            Type::List(_) => {
                convert(arg, context.ty).map_err(|error| CallError::arg(index, error.message))?
            }
            _ => arg.clone(),
        };
        all.extend_from_slice(arg.as_sequence().unwrap_or_default());
    }
    let value = match context.ty {
        Type::List(element) => Value::list((**element).clone(), all),
        _ => Value::tuple(all),
    };
    Ok(value.with_marks(marks))
}

/// The type is that of the result itself; what matters is whether there can be one.
fn flatten_check(value: &Value) -> Result<Type, CallError> {
    // While parts are unknown, nothing is said of the whole.
    if !value.is_wholly_known() || is_sequence(&value.ty()) {
        Ok(Type::Dynamic)
    } else {
        Err(CallError::new("can only flatten lists, sets and tuples"))
    }
}

fn flatten(context: &Context<'_>) -> Result<Value, CallError> {
    let mut flat = Vec::new();
    let mut marks = Marks::NONE;
    let known = flatten_into(&context.args[0], &mut flat, &mut marks);
    let value = if known { Value::tuple(flat) } else { Value::open() };
    Ok(value.with_marks(marks))
}

/// Whether everything that decides the number of elements is known.
fn flatten_into(value: &Value, flat: &mut Vec<Value>, marks: &mut Marks) -> bool {
    *marks = marks.union(value.marks());
    let mut known = value.is_known() && !value.may_shrink();
    // An object comes here only where a part of it is unknown, and then its values are the elements.
    let values = value.as_entries().into_iter().flat_map(Entries::values);
    for element in value.as_sequence().unwrap_or_default().iter().chain(values) {
        let ty = element.ty();
        if matches!(element.kind(), Kind::Unknown(unknown) if unknown.ty == Type::Dynamic) {
            known = false;
        } else if is_sequence(&ty) && !element.is_null() {
            known &= flatten_into(element, flat, marks);
        } else {
            flat.push(element.clone());
        }
    }
    known
}

fn range(context: &Context<'_>) -> Result<Value, CallError> {
    const LIMIT: usize = 1024;
    let numbers: Vec<Number> =
        (0..context.args.len()).map(|index| context.number(index).clone()).collect();
    let zero = Number::ZERO;
    let one = |up: bool| Number::from(if up { 1 } else { -1 });
    let (start, end, step) = match numbers.as_slice() {
        [end] => (zero, end.clone(), one(*end >= Number::ZERO)),
        [start, end] => (start.clone(), end.clone(), one(start <= end)),
        [start, end, step] => (start.clone(), end.clone(), step.clone()),
        _ => return Err(CallError::new("must have one, two, or three arguments")),
    };
    let down = step.signum() < 0;
    if numbers.len() == 3 {
        if down && end > start {
            return Err(CallError::arg(1, "end must be less than start when step is negative"));
        }
        if !down && end < start {
            return Err(CallError::arg(1, "end must be greater than start when step is positive"));
        }
    }
    let mut all = Vec::new();
    let mut next = start;
    while if down { next > end } else { next < end } {
        if all.len() >= LIMIT {
            return Err(CallError::new(format!(
                "more than {LIMIT} values were generated; either decrease the difference between start and end or \
                 use a smaller step"
            )));
        }
        let following = next.add(&step).ok_or_else(|| CallError::new("the range is not finite"))?;
        all.push(Value::number(std::mem::replace(&mut next, following)));
    }
    Ok(Value::list(Type::Number, all))
}

fn reverse_type(args: &[Value]) -> Result<Type, CallError> {
    match args[0].ty() {
        Type::Tuple(types) => Ok(Type::tuple(types.iter().rev().cloned())),
        Type::List(element) | Type::Set(element) => Ok(Type::List(element)),
        other => Err(CallError::arg(
            0,
            format!("can only reverse list or tuple values, not {}", other.friendly_name()),
        )),
    }
}

fn reverse(context: &Context<'_>) -> Result<Value, CallError> {
    let (list, marks) = context.args[0].clone().unmark();
    let reversed: Vec<Value> =
        list.as_sequence().unwrap_or_default().iter().rev().cloned().collect();
    Ok(like(context.ty, reversed).with_marks(marks))
}

/// A list or a tuple, as the type says.
fn like(ty: &Type, elements: Vec<Value>) -> Value {
    match ty {
        Type::List(element) => Value::list((**element).clone(), elements),
        _ => Value::tuple(elements),
    }
}

fn slice_type(args: &[Value]) -> Result<Type, CallError> {
    match args[0].ty() {
        Type::Set(_) => Err(CallError::arg(
            0,
            "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the \
             ordering of the result is not important",
        )),
        list @ Type::List(_) => Ok(list),
        Type::Tuple(types) => {
            let known = args[1].is_known() && args[2].is_known();
            if !known {
                return Ok(Type::Dynamic);
            }
            let (start, end) = slice_bounds(args, types.len())?;
            Ok(Type::tuple(types[start..end].iter().cloned()))
        }
        _ => Err(CallError::arg(0, "must be a list or tuple value")),
    }
}

fn slice_bounds(args: &[Value], length: usize) -> Result<(usize, usize), CallError> {
    let bound = |at: usize| {
        let number = args[at].as_number().and_then(Number::to_i64);
        number.ok_or_else(|| CallError::arg(at, "value must be a whole number"))
    };
    let within = |at: usize, index: i64, name: &str| {
        let index = usize::try_from(index)
            .map_err(|_| CallError::arg(at, format!("{name} must not be less than zero")))?;
        if index > length {
            return Err(CallError::arg(
                at,
                format!("{name} must not be greater than the length of the list"),
            ));
        }
        Ok(index)
    };
    let (start, end) = (within(1, bound(1)?, "start index")?, within(2, bound(2)?, "end index")?);
    if start > end {
        return Err(CallError::arg(1, "start index must not be greater than end index"));
    }
    Ok((start, end))
}

fn slice(context: &Context<'_>) -> Result<Value, CallError> {
    let (list, marks) = context.args[0].clone().unmark();
    let elements = list.as_sequence().unwrap_or_default();
    let (start, end) = slice_bounds(context.args, elements.len())?;
    Ok(like(context.ty, elements[start..end].to_vec()).with_marks(marks))
}

fn sort(context: &Context<'_>) -> Result<Value, CallError> {
    let list = &context.args[0];
    if !list.is_wholly_known() {
        let (least, most) = list.length_bounds();
        return Ok(Value::unknown(context.ty.clone()).refine(|refinement| {
            refinement.not_null = true;
            refinement.min_length = least;
            refinement.max_length = most;
        }));
    }
    let mut sorted = context.elements(0).to_vec();
    if let Some(at) = sorted.iter().position(Value::is_null) {
        let reason = format!("given list element {at} is null; a null string cannot be sorted");
        return Err(CallError::new(reason));
    }
    sorted.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    Ok(Value::list(Type::String, sorted))
}
