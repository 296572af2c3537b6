//! Every generated struct: an object of its type becomes the struct and comes back the same.

use ecow::EcoString;

use super::typed::every_typed;
use super::{Attribute, Block, Kind, Nesting, Typed, empty_object};
use crate::value::{Marks, Number, Type, Value};

/// An object of a block in which everything is set.
fn sample(block: &Block) -> Value {
    let attributes = block.attributes.iter().map(|(name, a)| (name.clone(), attribute(name, a)));
    let blocks = block.blocks.iter().map(|(name, nested)| {
        let object = || sample(&nested.block);
        let ty = nested.block.implied_type().clone();
        let value = match nested.nesting {
            // The engine's own, which no struct has.
            _ if name == "timeouts" => Value::null(ty),
            Nesting::List => Value::list(ty, [object()]),
            Nesting::Set => Value::set(ty, [object()]),
            Nesting::Map => Value::map(ty, [("a", object())]),
            Nesting::Single | Nesting::Group => object(),
        };
        (name.clone(), value)
    });
    Value::object(attributes.chain(blocks))
}

fn attribute(name: &EcoString, attribute: &Attribute) -> Value {
    let value = match (&attribute.as_block, &attribute.ty) {
        (Some(nested), Type::List(of)) => Value::list((**of).clone(), [sample(&nested.block)]),
        (Some(nested), Type::Set(of)) => Value::set((**of).clone(), [sample(&nested.block)]),
        (_, ty) => of_type(ty, name, attribute.is_int()),
    };
    if attribute.sensitive || attribute.write_only {
        return value.with_marks(Marks::SENSITIVE);
    }
    value
}

fn of_type(ty: &Type, name: &str, int: bool) -> Value {
    match ty {
        Type::Bool => Value::bool(true),
        Type::Number if int => Value::number(7),
        Type::Number => Value::number(Number::parse("1.5").expect("a number")),
        Type::String | Type::Dynamic => Value::string(format!("{name}-1")),
        Type::List(of) => Value::list((**of).clone(), [of_type(of, name, int)]),
        Type::Set(of) => Value::set((**of).clone(), [of_type(of, name, int)]),
        Type::Map(of) => Value::map((**of).clone(), [("k", of_type(of, name, int))]),
        Type::Tuple(_) => Value::tuple([]),
        Type::Object(object) => Value::object(
            object.attributes.iter().map(|(name, ty)| (name.clone(), of_type(ty, name, false))),
        ),
    }
}

fn check<T: Typed + PartialEq + std::fmt::Debug>(kind: Kind) {
    let block = &super::Registry::embedded();
    let block = &block.find(kind, T::TYPE).expect("embedded").block;
    let value = sample(block);
    assert!(value.ty() == *T::implied_type(), "{}: the sample has the implied type", T::TYPE);
    let typed = T::from_value(&value).unwrap_or_else(|error| panic!("{}: {error}", T::TYPE));
    let back = typed.to_value();
    assert!(back.ty() == *T::implied_type(), "{}: the value has the implied type", T::TYPE);
    assert!(back == value, "{}: the value comes back", T::TYPE);
    let again = T::from_value(&back).expect("just written");
    assert_eq!(again, typed);
    let empty = T::default().to_value();
    assert!(super::equal(
        super::Framework::Sdkv2,
        &without_required(&empty, block),
        &empty_object(block)
    ));
}

/// The object with its required attributes unset, as nothing is required of an empty one.
fn without_required(object: &Value, block: &Block) -> Value {
    let entries = object.as_entries().expect("an object").iter().map(|(name, value)| {
        let required = block.attributes.get(name).is_some_and(|a| a.presence.is_required());
        (name.clone(), if required { Value::null(value.ty()) } else { value.clone() })
    });
    Value::object(entries)
}

#[test]
fn every_struct_keeps_its_values() {
    macro_rules! resource {
        ($name:ident) => {
            check::<super::typed::$name>(Kind::Resource);
        };
    }
    macro_rules! data {
        ($name:ident) => {
            check::<super::typed::data::$name>(Kind::Data);
        };
    }
    macro_rules! ephemeral {
        ($name:ident) => {
            check::<super::typed::ephemeral::$name>(Kind::Ephemeral);
        };
    }
    every_typed!(resource, data, ephemeral);
}

#[test]
fn wrong_shapes_name_the_place_and_no_value() {
    use super::typed::AwsVpcSecurityGroupIngressRule as IngressRule;
    let object = |port: Value| {
        Value::object([
            ("security_group_id", Value::string("sg-1")),
            ("ip_protocol", Value::string("tcp")),
            ("from_port", port),
        ])
    };
    let problem = |value: &Value| IngressRule::from_value(value).expect_err("wrong").to_string();
    assert_eq!(
        problem(&object(Value::string("canary"))),
        "from_port: expected a whole number, found string"
    );
    assert_eq!(
        problem(&object(Value::unknown(Type::Number))),
        "from_port: expected a whole number, found a value that is not known yet"
    );
    let rule = IngressRule::from_value(&object(Value::number(80))).expect("right");
    assert_eq!((rule.from_port, rule.to_port), (Some(80), None));
    assert!(problem(&Value::object([("ip_protocol", Value::string("tcp"))])).contains("nothing"));
}

#[test]
fn secrets_are_not_printed() {
    let secret = super::Secret::new("canary-77");
    assert_eq!(format!("{secret:?}"), "Secret(…)");
    assert!(secret.write_marked().deep_marks().is_sensitive());
}

impl super::Secret {
    fn write_marked(&self) -> Value {
        super::Field::write(self, &Type::String)
    }
}
