//! `yamlencode` and `yamldecode`.

use super::{CallError, Context, Function, Param, Returns, Want};
use super::{yaml_read, yaml_write};
use crate::value::{Type, Value};

pub(super) const TABLE: &[Function] = &[
    Function::new("yamldecode", &[Param::new("src", Want::String)], Returns::By(yaml_type), |c| {
        yaml_read::read(c.text(0)).map_err(CallError::new)
    })
    .maybe_null(),
    Function::new(
        "yamlencode",
        &[Param::new("value", Want::Any).nulls().open()],
        Returns::Always(Want::String),
        yamlencode,
    ),
];

fn yaml_type(args: &[Value]) -> Result<Type, CallError> {
    match args[0].as_str() {
        Some(text) => yaml_read::read(text).map(|value| value.ty()).map_err(CallError::new),
        None => Ok(Type::Dynamic),
    }
}

fn yamlencode(context: &Context<'_>) -> Result<Value, CallError> {
    if !context.args[0].is_wholly_known() {
        return Ok(Value::unknown(Type::String));
    }
    Ok(Value::string(yaml_write::write(&context.args[0])))
}
