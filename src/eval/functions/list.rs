//! Functions on lists, tuples and sets.

use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::{Kind, Loss, Marks, Number, Type, Value, convert, unify};

const fn any(name: &'static str) -> Param {
    Param::new(name, Want::Any)
}

const fn number(name: &'static str) -> Param {
    Param::new(name, Want::Number)
}

const LISTS: Want = Want::List(&Want::Any);
const TRUTH: Returns = Returns::Always(Want::Bool);

pub(super) const TABLE: &[Function] = &[
    Function::new("alltrue", &[Param::new("list", Want::List(&Want::Bool))], TRUTH, alltrue),
    Function::new("anytrue", &[Param::new("list", Want::List(&Want::Bool))], TRUTH, anytrue),
    Function::new(
        "chunklist",
        &[Param::new("list", LISTS).marked(), number("size").marked()],
        Returns::By(|args| Ok(Type::list(args[0].ty()))),
        chunklist,
    ),
    Function::new("coalesce", &[], Returns::By(|args| common_type(args)), coalesce)
        .rest(any("vals").nulls().unknowns().open()),
    Function::new("coalescelist", &[], Returns::By(coalescelist_type), coalescelist)
        .rest(any("vals").nulls().unknowns().open())
        .maybe_null(),
    Function::new(
        "compact",
        &[Param::new("list", Want::List(&Want::String))],
        Returns::Always(Want::List(&Want::String)),
        compact,
    ),
    Function::new("concat", &[], Returns::By(concat_type), concat).rest(any("seqs").marked()),
    Function::new("contains", &[any("list"), any("value")], TRUTH, contains),
    Function::new(
        "distinct",
        &[Param::new("list", LISTS)],
        Returns::By(|args| Ok(args[0].ty())),
        distinct,
    ),
    Function::new(
        "element",
        &[any("list").marked(), number("index")],
        Returns::By(element_type),
        element,
    )
    .maybe_null(),
    Function::new(
        "flatten",
        &[any("list").marked()],
        Returns::By(|args| flatten_check(&args[0])),
        flatten,
    ),
    Function::new("index", &[any("list"), any("value")], Returns::Always(Want::Number), index),
    Function::new(
        "length",
        &[any("value").open().unknowns().marked()],
        Returns::By(length_type),
        length,
    ),
    Function::new("one", &[any("list")], Returns::By(|args| one_type(&args[0])), one).maybe_null(),
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
    Function::new("sum", &[any("list")], Returns::By(sum_type), sum),
];

fn alltrue(context: &Context<'_>) -> Result<Value, CallError> {
    for value in context.elements(0) {
        match value.kind() {
            Kind::Unknown(_) => return Ok(Value::unknown(Type::Bool)),
            Kind::Bool(true) => {}
            _ => return Ok(Value::bool(false)),
        }
    }
    Ok(Value::bool(true))
}

fn anytrue(context: &Context<'_>) -> Result<Value, CallError> {
    let elements = context.elements(0);
    if elements.iter().any(|value| value.as_bool() == Some(true)) {
        return Ok(Value::bool(true));
    }
    if elements.iter().all(Value::is_known) {
        return Ok(Value::bool(false));
    }
    Ok(Value::unknown(Type::Bool))
}

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

fn common_type(args: &[Value]) -> Result<Type, CallError> {
    let types: Vec<Type> = args.iter().map(Value::ty).collect();
    unify(&types, Loss::Allowed)
        .ok_or_else(|| CallError::new("all arguments must have the same type"))
}

fn coalesce(context: &Context<'_>) -> Result<Value, CallError> {
    for (index, arg) in context.args.iter().enumerate() {
        let value =
            convert(arg, context.ty).map_err(|error| CallError::arg(index, error.message))?;
        if !value.is_known() {
            return Ok(Value::unknown(context.ty.clone()));
        }
        if !value.is_null() && value.as_str() != Some("") {
            return Ok(value);
        }
    }
    Err(CallError::new("no non-null, non-empty-string arguments"))
}

fn coalescelist_type(args: &[Value]) -> Result<Type, CallError> {
    let Some(first) = args.first() else {
        return Err(CallError::new("at least one argument is required"));
    };
    for arg in args {
        if !arg.is_known() {
            return Ok(Type::Dynamic);
        }
        if !matches!(arg.ty(), Type::List(_) | Type::Tuple(_)) {
            return Err(CallError::new("coalescelist arguments must be lists or tuples"));
        }
    }
    let same = args.iter().all(|arg| arg.ty() == first.ty());
    Ok(if same { first.ty() } else { Type::Dynamic })
}

fn coalescelist(context: &Context<'_>) -> Result<Value, CallError> {
    for arg in context.args {
        if !arg.is_known() {
            return Ok(Value::unknown(context.ty.clone()));
        }
        if arg.as_sequence().is_some_and(|elements| !elements.is_empty()) {
            return Ok(arg.clone());
        }
    }
    Err(CallError::new("no non-null arguments"))
}

fn compact(context: &Context<'_>) -> Result<Value, CallError> {
    if !context.args[0].is_wholly_known() {
        return Ok(Value::unknown(context.ty.clone()));
    }
    let filled =
        context.elements(0).iter().filter(|value| value.as_str().is_some_and(|t| !t.is_empty()));
    Ok(Value::list(Type::String, filled.cloned().collect::<Vec<_>>()))
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

fn contains(context: &Context<'_>) -> Result<Value, CallError> {
    let Some(elements) = context.args[0].as_sequence() else {
        return Err(CallError::new("argument must be list, tuple, or set"));
    };
    let mut open = false;
    for element in elements {
        match context.args[1].equals(element).as_bool() {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => open = true,
        }
    }
    Ok(if open { Value::unknown(Type::Bool) } else { Value::bool(false) })
}

fn distinct(context: &Context<'_>) -> Result<Value, CallError> {
    if !context.args[0].is_wholly_known() {
        return Ok(Value::unknown(context.ty.clone()));
    }
    let element = context.ty.element().cloned().unwrap_or(Type::Dynamic);
    let mut kept: Vec<Value> = Vec::new();
    let mut texts = std::collections::BTreeSet::new();
    for value in context.elements(0) {
        let new = match value.as_str() {
            Some(text) => texts.insert(text),
            None => !kept.iter().any(|other| other.is_surely_equal(value)),
        };
        if new {
            kept.push(value.clone());
        }
    }
    Ok(Value::list(element, kept))
}

const EMPTY: &str = "cannot use element function with an empty list";
const NEGATIVE: &str = "cannot use element function with a negative index";

fn element_type(args: &[Value]) -> Result<Type, CallError> {
    match args[0].ty() {
        Type::List(element) => Ok((*element).clone()),
        Type::Tuple(types) => {
            let Some(index) = args[1].as_number() else { return Ok(Type::Dynamic) };
            // Counting from the end works for lists only.
            let at = wrapped_index(index, types.len())?;
            let whole_rounds = index.to_i64().is_some_and(|index| index >= 0 || at == 0);
            if whole_rounds { Ok(types[at].clone()) } else { Err(CallError::new(NEGATIVE)) }
        }
        other => {
            Err(CallError::new(format!("cannot read elements from {}", other.friendly_name())))
        }
    }
}

fn wrapped_index(index: &Number, length: usize) -> Result<usize, CallError> {
    let index = index
        .to_i64()
        .ok_or_else(|| CallError::new("invalid index: value must be a whole number"))?;
    if length == 0 {
        return Err(CallError::new(EMPTY));
    }
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    usize::try_from(index.rem_euclid(length)).map_err(|_| CallError::new(NEGATIVE))
}

fn element(context: &Context<'_>) -> Result<Value, CallError> {
    let (list, marks) = context.args[0].clone().unmark();
    let elements = list.as_sequence().unwrap_or_default();
    let at = wrapped_index(context.number(1), elements.len())?;
    Ok(elements[at].clone().with_marks(marks))
}

fn is_sequence(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_))
}

/// The type is that of the result itself; what matters is whether there can be one.
fn flatten_check(value: &Value) -> Result<Type, CallError> {
    if is_sequence(&value.ty()) {
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
    let mut known = value.is_known();
    for element in value.as_sequence().unwrap_or_default() {
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

fn index(context: &Context<'_>) -> Result<Value, CallError> {
    let Some(elements) =
        context.args[0].as_sequence().filter(|_| !matches!(context.args[0].ty(), Type::Set(_)))
    else {
        return Err(CallError::new("argument must be a list or tuple"));
    };
    if elements.is_empty() {
        return Err(CallError::new("cannot search an empty list"));
    }
    for (at, element) in elements.iter().enumerate() {
        match element.equals(&context.args[1]).as_bool() {
            Some(true) => return Ok(Value::number(Number::counted(at))),
            Some(false) => {}
            None => return Ok(Value::unknown(Type::Number)),
        }
    }
    Err(CallError::new("item not found"))
}

fn length_type(args: &[Value]) -> Result<Type, CallError> {
    match args[0].ty() {
        Type::Bool | Type::Number => Err(CallError::new(
            "argument must be a string, a collection type, or a structural type",
        )),
        _ => Ok(Type::Number),
    }
}

fn length(context: &Context<'_>) -> Result<Value, CallError> {
    use unicode_segmentation::UnicodeSegmentation as _;
    let value = &context.args[0];
    let length = if let Some(text) = value.as_str() {
        Value::number(Number::counted(text.graphemes(true).count()))
    } else {
        let (least, most) = value.length_bounds();
        if most == Some(least) {
            Value::number(Number::counted(least))
        } else {
            Value::unknown(Type::Number).refine(|refinement| {
                refinement.not_null = true;
                refinement.lower = Some((Number::counted(least), true));
                refinement.upper = most.map(|most| (Number::counted(most), true));
            })
        }
    };
    Ok(length.with_marks(value.marks()))
}

const ONE: &str = "must be a list, set, or tuple value with either zero or one elements";

fn one_type(value: &Value) -> Result<Type, CallError> {
    match value.ty() {
        Type::List(element) | Type::Set(element) => Ok((*element).clone()),
        Type::Tuple(types) => match &*types {
            [] => Ok(Type::Dynamic),
            [single] => Ok(single.clone()),
            _ => Err(CallError::arg(0, ONE)),
        },
        _ => Err(CallError::arg(0, ONE)),
    }
}

fn one(context: &Context<'_>) -> Result<Value, CallError> {
    match context.elements(0) {
        [] => Ok(Value::null(context.ty.clone())),
        [single] => Ok(single.clone()),
        _ => Err(CallError::arg(0, ONE)),
    }
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

fn sum_type(args: &[Value]) -> Result<Type, CallError> {
    match args[0].ty() {
        ty if is_sequence(&ty) => Ok(Type::Number),
        ty @ (Type::Map(_) | Type::Object(_)) => Err(CallError::arg(
            0,
            format!("argument must be list, set, or tuple. Received {}", ty.friendly_name()),
        )),
        _ => Err(CallError::arg(0, "cannot sum noniterable")),
    }
}

fn sum(context: &Context<'_>) -> Result<Value, CallError> {
    let elements = context.elements(0);
    if elements.is_empty() {
        return Err(CallError::arg(0, "cannot sum an empty list"));
    }
    if !context.args[0].is_wholly_known() {
        return Ok(Value::unknown(Type::Number));
    }
    let mut total: Option<Number> = None;
    for element in elements {
        let value = convert(element, &Type::Number).ok();
        let number = value.as_ref().and_then(Value::as_number).ok_or_else(|| {
            CallError::arg(0, "argument must be list, set, or tuple of number values")
        })?;
        total = Some(match total {
            None => number.clone(),
            Some(total) => total
                .add(number)
                .ok_or_else(|| CallError::arg(0, "can't compute sum of opposing infinities"))?,
        });
    }
    Ok(Value::number(total.unwrap_or(Number::ZERO)))
}
