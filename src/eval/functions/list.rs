//! Functions on lists, tuples and sets.

use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::{Kind, Loss, Number, Type, Value, convert, unify};

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
    Function::new("coalesce", &[], Returns::By(common_type), coalesce)
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
    Function::new("index", &[any("list"), any("value")], Returns::Always(Want::Number), index),
    Function::new(
        "length",
        &[any("value").open().unknowns().marked()],
        Returns::By(length_type),
        length,
    ),
    Function::new("one", &[any("list")], Returns::By(|args| one_type(&args[0])), one).maybe_null(),
    Function::new("sum", &[any("list")], Returns::Always(Want::Number), sum),
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

pub(super) fn is_sequence(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_))
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
        Type::Tuple(types) => match types.as_slice() {
            [] => Ok(Type::Dynamic),
            [single] => Ok(single.clone()),
            _ => Err(CallError::arg(0, ONE)),
        },
        _ => Err(CallError::arg(0, ONE)),
    }
}

fn one(context: &Context<'_>) -> Result<Value, CallError> {
    if context.args[0].may_shrink() {
        return Ok(Value::unknown(context.ty.clone()));
    }
    match context.elements(0) {
        [] => Ok(Value::null(context.ty.clone())),
        [single] => Ok(single.clone()),
        _ => Err(CallError::arg(0, ONE)),
    }
}

fn sum(context: &Context<'_>) -> Result<Value, CallError> {
    match context.args[0].ty() {
        ty if is_sequence(&ty) => {}
        ty @ (Type::Map(_) | Type::Object(_)) => {
            let reason =
                format!("argument must be list, set, or tuple. Received {}", ty.friendly_name());
            return Err(CallError::arg(0, reason));
        }
        _ => return Err(CallError::arg(0, "cannot sum noniterable")),
    }
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
                .ok_or_else(|| CallError::new("can't compute sum of opposing infinities"))?,
        });
    }
    Ok(Value::number(total.unwrap_or(Number::ZERO)))
}
