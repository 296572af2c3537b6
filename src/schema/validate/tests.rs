//! Tables of configurations and what is wrong with them.

use super::*;
use crate::schema::{self, empty_object};
use crate::value::Type;

/// An object of a type with some attributes set.
fn object(block: &Block, set: Vec<(&str, Value)>) -> Value {
    let mut entries = empty_object(block).as_entries().expect("an object").clone();
    for (name, value) in set {
        assert!(entries.contains_key(name), "{name}");
        entries.insert(name.into(), value);
    }
    Value::object(entries)
}

/// The problems of a resource: code, severity and detail, a line each.
fn problems(type_name: &str, set: Vec<(&str, Value)>) -> String {
    let schema = schema::resource(type_name).expect("embedded");
    let config = object(&schema.block, set);
    let found = validate(schema, &config, &|_| None);
    let line = |problem: &crate::diag::Diagnostic| {
        let help = problem.help.as_ref().map(|help| format!(" [{help}]")).unwrap_or_default();
        format!("{} {}{help}", problem.code, problem.detail)
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn check(type_name: &str, set: Vec<(&str, Value)>, expect: &str) {
    assert_eq!(problems(type_name, set), expect);
}

fn text(text: &str) -> Value {
    Value::string(text)
}

#[test]
fn values_outside_their_enum_or_range_are_refused() {
    check(
        "aws_vpc",
        vec![("cidr_block", text("10.0.0.0/16")), ("instance_tenancy", text("dedicate"))],
        "E0401 \"instance_tenancy\" must be \"default\" or \"dedicated\", but it is \"dedicate\". \
         [Did you mean \"dedicated\"?]",
    );
    check(
        "aws_vpc",
        vec![("cidr_block", text("10.0.0.1/8"))],
        "E0403 \"cidr_block\" must be a network such as 10.0.0.0/16 with no bits beyond its prefix, but it is \
         \"10.0.0.1/8\".\n\
         E0402 \"cidr_block\" must have a prefix length between /16 and /28, but it is \"10.0.0.1/8\".",
    );
    check("aws_vpc", vec![("cidr_block", Value::unknown(Type::String))], "");
    check(
        "random_password",
        vec![("length", Value::number(0))],
        "E0402 \"length\" must be at least 1, but it is 0.",
    );
}

#[test]
fn arguments_exclude_and_need_each_other() {
    check(
        "aws_security_group",
        vec![("name", text("a")), ("name_prefix", text("a-"))],
        "E0405 \"name\" cannot be set together with \"name_prefix\". [Remove one of the two.]",
    );
    check(
        "aws_vpc",
        vec![("ipv4_netmask_length", Value::number(20))],
        "E0407 \"ipv4_netmask_length\" is set, which needs \"ipv4_ipam_pool_id\" as well. \
         [Set \"ipv4_ipam_pool_id\".]",
    );
    check(
        "aws_instance",
        vec![("instance_type", text("t3.micro"))],
        "E0406 At least one of \"ami\" or \"launch_template\" must be set.",
    );
    let unknown = Value::unknown(Type::String);
    check("aws_instance", vec![("instance_type", text("t3.micro")), ("ami", unknown)], "");
}

#[test]
fn sensitive_values_are_not_shown() {
    let found = problems(
        "aws_ssm_parameter",
        vec![
            ("name", text("a")),
            ("type", text("String").with_marks(crate::value::Marks::SENSITIVE)),
            ("tier", text("canary-5f3a").with_marks(crate::value::Marks::SENSITIVE)),
        ],
    );
    assert!(found.contains("a sensitive value") && !found.contains("canary"), "{found}");
}

#[test]
fn nested_blocks_are_checked_where_they_are() {
    let schema = schema::resource("aws_instance").expect("embedded");
    let block = schema.block.block_at("root_block_device").expect("a block");
    let device = object(&block.block, vec![("volume_type", text("gp4"))]);
    check(
        "aws_instance",
        vec![
            ("ami", text("ami-1")),
            ("instance_type", text("t3.micro")),
            ("root_block_device", Value::list(device.ty(), [device.clone(), device.clone()])),
        ],
        "E0408 \"root_block_device\" takes at most 1 block.\n\
         E0401 \"root_block_device[0].volume_type\" must be \"gp2\", \"gp3\", \"io1\", \"io2\", \"sc1\", \"st1\" or \
         \"standard\", but it is \"gp4\". [Did you mean \"gp2\"?]\n\
         E0401 \"root_block_device[1].volume_type\" must be \"gp2\", \"gp3\", \"io1\", \"io2\", \"sc1\", \"st1\" or \
         \"standard\", but it is \"gp4\". [Did you mean \"gp2\"?]",
    );
}

#[test]
fn every_pattern_compiles() {
    fn walk(block: &Block, name: &str) {
        let patterns = |checks: &crate::schema::Checks| {
            for pattern in checks.pattern.iter().chain(&checks.not_pattern) {
                assert!(pattern.regex().is_some(), "{name}: {}", pattern.as_str());
            }
        };
        for attribute in block.attributes.values() {
            patterns(&attribute.checks);
            attribute.checks.any_of.iter().for_each(patterns);
            attribute.checks.items.iter().for_each(|items| patterns(items));
        }
        block.blocks.values().for_each(|nested| walk(&nested.block, name));
    }
    for name in schema::names(schema::Kind::Resource) {
        walk(&schema::resource(name).expect("listed").block, name);
    }
}

#[test]
fn rules_hold_of_each_occurrence() {
    let schema = schema::resource("aws_lb_listener").expect("embedded");
    let action = schema.block.block_at("default_action").expect("a block");
    let action = |kind: &str| object(&action.block, vec![("type", text(kind))]);
    let actions = [action("authenticate-oidc"), action("fixed-response")];
    let arn = text("arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/a/0");
    check(
        "aws_lb_listener",
        vec![("load_balancer_arn", arn), ("default_action", Value::list(actions[0].ty(), actions))],
        "E0411 \"default_action[1].fixed_response\": an action of type \"fixed-response\" needs it.\n\
         E0411 \"default_action[0].authenticate_oidc\": an action of type \"authenticate-oidc\" needs it.",
    );
    check(
        "aws_lb_target_group",
        vec![("target_type", text("ip")), ("port", Value::number(80)), ("protocol", text("HTTP"))],
        "E0411 \"vpc_id\": needed unless target_type is \"lambda\".",
    );
    check("aws_lb_target_group", vec![("target_type", text("lambda"))], "");
}
