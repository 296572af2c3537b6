//! Functions that change the type, the marks, or the certainty of a value.

use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::{Loss, Marks, Type, Value, can_convert, convert};

const fn anything(name: &'static str) -> Param {
    Param::new(name, Want::Any).nulls().unknowns().open().marked()
}

macro_rules! conversion {
    ($name:literal, $ty:expr) => {
        Function::new(
            $name,
            &[Param::new("v", Want::Any).nulls().marked().open()],
            Returns::By(|args| converted_type(&args[0], &$ty)),
            |context| converted(context, &$ty),
        )
        .maybe_null()
    };
}

pub(super) const TABLE: &[Function] = &[
    Function::new(
        "ephemeralasnull",
        &[anything("value")],
        Returns::By(|args| Ok(args[0].ty())),
        |context| Ok(without_ephemeral(&context.args[0])),
    )
    .maybe_null(),
    Function::new("issensitive", &[anything("value")], Returns::Always(Want::Bool), |context| {
        let value = &context.args[0];
        Ok(if value.marks().is_sensitive() {
            Value::bool(true)
        } else if value.is_known() {
            Value::bool(false)
        } else {
            // It may turn out to be sensitive.
            Value::unknown(Type::Bool)
        })
    }),
    Function::new(
        "nonsensitive",
        &[anything("value")],
        Returns::By(|args| Ok(args[0].ty())),
        |context| {
            let (value, marks) = context.args[0].clone().unmark();
            Ok(value.with_marks(marks.without(Marks::SENSITIVE)))
        },
    )
    .maybe_null(),
    Function::new(
        "sensitive",
        &[anything("value")],
        Returns::By(|args| Ok(args[0].ty())),
        |context| Ok(context.args[0].clone().with_marks(Marks::SENSITIVE)),
    )
    .maybe_null(),
    conversion!("tobool", Type::Bool),
    conversion!("tolist", Type::list(Type::Dynamic)),
    conversion!("tomap", Type::map(Type::Dynamic)),
    conversion!("tonumber", Type::Number),
    conversion!("toset", Type::set(Type::Dynamic)),
    conversion!("tostring", Type::String),
    Function::new("list", &[], Returns::Always(Want::Any), |_| {
        Err(CallError::new(
            "the \"list\" function was deprecated in Terraform v0.12 and is no longer available; use tolist([ ... ]) \
             syntax to write a literal list",
        ))
    })
    .rest(Param::new("vals", Want::Any).nulls().unknowns().open()),
    Function::new("map", &[], Returns::Always(Want::Any), |_| {
        Err(CallError::new(
            "the \"map\" function was deprecated in Terraform v0.12 and is no longer available; use tomap({ ... }) \
             syntax to write a literal map",
        ))
    })
    .rest(Param::new("vals", Want::Any).nulls().unknowns().open()),
];

fn converted_type(value: &Value, want: &Type) -> Result<Type, CallError> {
    let from = value.ty();
    if from == *want {
        return Ok(from);
    }
    let impossible = || {
        let reason = convert(value, want)
            .err()
            .map_or_else(|| format!("{} required", want.friendly_name()), |error| error.message);
        CallError::arg(0, reason_for(&from, want, &reason))
    };
    if !can_convert(&from, want, Loss::Allowed) {
        return Err(impossible());
    }
    Ok(want.clone())
}

fn reason_for(from: &Type, want: &Type, reason: &str) -> String {
    match (from, want) {
        (Type::Tuple(_), Type::List(_)) => "cannot convert tuple to list of any single type".into(),
        (Type::Tuple(_), Type::Set(_)) => "cannot convert tuple to set of any single type".into(),
        (Type::Object(_), Type::Map(_)) => "cannot convert object to map of any single type".into(),
        _ if want.is_primitive() => {
            format!("cannot convert {} to {}", from.friendly_name(), want.friendly_name())
        }
        _ => format!(
            "cannot convert {} to {}; {reason}",
            from.friendly_name(),
            want.constraint_name()
        ),
    }
}

fn converted(context: &Context<'_>, want: &Type) -> Result<Value, CallError> {
    let value = &context.args[0];
    convert(value, want).map_err(|error| {
        let example = match want {
            Type::Bool if value.ty() == Type::String => {
                ": can only convert \"true\" or \"false\" to bool"
            }
            Type::Number if value.ty() == Type::String => {
                ": given string must be a decimal representation of a number"
            }
            _ => "",
        };
        CallError::arg(
            0,
            format!(
                "cannot convert {} to {}{example}{}",
                value.ty().friendly_name(),
                want.constraint_name(),
                if example.is_empty() { format!(": {error}") } else { String::new() }
            ),
        )
    })
}

/// The value with null in place of everything that must not outlive the run.
fn without_ephemeral(value: &Value) -> Value {
    value.clone().transform(&mut |_, part| {
        if part.marks().is_ephemeral() {
            let (part, marks) = part.unmark();
            Value::null(part.ty()).with_marks(marks.without(Marks::EPHEMERAL))
        } else {
            part
        }
    })
}
