//! Bodies decoded by a small schema: values, and diagnostics with the text that they stand at.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::{check_ephemeral, decode_body};
use crate::diag::{Diagnostic, Diagnostics, FileId, SourceMap};
use crate::eval::{Found, Outside, Reference, Scope};
use crate::schema::{
    Attribute, Block, Checks, ForceNew, NestedBlock, Nesting, Presence, Relations,
};
use crate::value::{AttrPath, Marks, PathStep, Type, Value};
use crate::world::World;

struct Names(Outside);

impl Names {
    fn new() -> Self {
        let world = World::in_memory(Timestamp::UNIX_EPOCH, 0);
        Self(Outside::new(world, "."))
    }
}

impl Scope for Names {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        let value = match reference.attr(0).map(|name| name.name.as_str()) {
            Some("list") => Value::tuple([Value::string("a"), Value::string("b")]),
            Some("map") => Value::object([("k", Value::string("v"))]),
            Some("unknown") => Value::unknown(Type::list(Type::String)),
            Some("secret") => Value::string("s").with_marks(Marks::SENSITIVE),
            Some("secrets") => {
                Value::list(Type::String, [Value::string("s")]).with_marks(Marks::SENSITIVE)
            }
            Some("session") => Value::string("e").with_marks(Marks::EPHEMERAL),
            _ => Value::null(Type::Dynamic),
        };
        Ok(Found { value, used: 1 })
    }

    fn check(&self, reference: &Reference<'_>) -> Diagnostics {
        if reference.root == "var" {
            return Diagnostics::none();
        }
        Diagnostic::error(240, "Undeclared", "").at(reference.span).into()
    }

    fn outside(&self) -> &Outside {
        &self.0
    }
}

fn attribute(ty: Type, presence: Presence) -> Attribute {
    Attribute {
        ty,
        presence,
        sensitive: false,
        write_only: false,
        deprecated: false,
        force_new: ForceNew::Never,
        default: None,
        default_if: None,
        nullable: None,
        checks: Checks::default(),
        relations: Relations::default(),
        as_block: None,
        diff_suppress: None,
        state_func: None,
        set_key: Vec::new(),
    }
}

fn nested(nesting: Nesting, block: Block) -> Arc<NestedBlock> {
    Arc::new(NestedBlock { nesting, block, ..NestedBlock::default() })
}

fn block(attributes: &[(&str, Type, Presence)]) -> Block {
    let attributes = attributes
        .iter()
        .map(|(name, ty, presence)| ((*name).into(), attribute(ty.clone(), *presence)));
    Block::new(attributes.collect(), IndexMap::new())
}

/// A required `name`, an optional `size`, a computed `id`; lists, sets and maps of blocks; an attribute as blocks.
fn schema() -> Block {
    let mut whole = block(&[
        ("name", Type::String, Presence::Required),
        ("size", Type::Number, Presence::Optional),
        ("id", Type::String, Presence::Computed),
    ]);
    let inner = nested(Nesting::List, block(&[("x", Type::String, Presence::Optional)]));
    let mut rule = block(&[("key", Type::String, Presence::Required)]);
    rule.blocks.insert("inner".into(), inner);
    let mut one = NestedBlock::clone(&nested(
        Nesting::List,
        block(&[("a", Type::String, Presence::Optional)]),
    ));
    one.max_items = Some(1);
    let port = block(&[("port", Type::Number, Presence::Optional)]);
    let mut ingress =
        attribute(Type::list(port.implied_type().clone()), Presence::OptionalComputed);
    ingress.as_block = Some(nested(Nesting::List, port));
    whole.attributes.insert("ingress".into(), ingress);
    whole.blocks.insert("rule".into(), nested(Nesting::List, rule));
    whole.blocks.insert("one".into(), Arc::new(one));
    let tag = block(&[("k", Type::String, Presence::Optional)]);
    whole.blocks.insert("tag".into(), nested(Nesting::Set, tag.clone()));
    whole.blocks.insert("zone".into(), nested(Nesting::Map, tag.clone()));
    whole.blocks.insert("limits".into(), nested(Nesting::Single, tag));
    whole
}

/// The value of `part` as the console shows it, then each problem with the text that it stands at.
fn check(text: &str, part: &str, expected: &[&str]) {
    let mut sources = SourceMap::default();
    let file: FileId = sources.add("main.tf", text);
    let (body, problems) = crate::syntax::parse_file(text, file);
    assert!(problems.is_empty(), "{text}: {problems:?}");
    let (value, spans, problems) = decode_body(&body, &schema(), &Names::new());
    let mut shown = Vec::new();
    if !part.is_empty() {
        shown.push(value.attribute(part).map_or("-".into(), Value::to_console));
    }
    let ephemeral = check_ephemeral(&value, &schema(), &spans);
    for problem in problems.iter().chain(&ephemeral) {
        let at = problem.subject.expect("every problem has a place");
        shown.push(format!("{}: {} | {}", problem.code, problem.summary, sources.text(at)));
    }
    let flat: Vec<String> =
        shown.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(flat, expected, "{text}");
}

#[test]
fn arguments_are_checked_and_converted() {
    check("name = 5\n", "name", &["\"5\""]);
    check("name = \"x\"\nsize = \"7\"\n", "size", &["7"]);
    check("size = 1\n", "size", &["1", "E0205: Missing required argument |"]);
    check("name = [1]\n", "", &["E0280: Incorrect attribute value type | [1]"]);
    check("name = \"x\"\nid = \"i\"\n", "", &["E0281: Value for unconfigurable attribute | id"]);
    check("name = \"x\"\nsise = 1\n", "", &["E0203: Unsupported argument | sise"]);
    check(
        "name = nope.x\nsize = other\n",
        "",
        &["E0240: Undeclared | nope.x", "E0240: Undeclared | other"],
    );
    check("name = var.session\n", "", &["E0285: Invalid use of ephemeral value | var.session"]);
}

#[test]
fn blocks_nest_as_the_schema_says() {
    let base = "name = \"x\"\n";
    let check = |text: &str, part: &str, expected: &[&str]| {
        check(&format!("{base}{text}"), part, expected);
    };
    check(
        "rule { key = \"a\" }\nrule { key = \"b\" }\n",
        "rule",
        &[
            "tolist([ { \"inner\" = tolist([]) \"key\" = \"a\" }, { \"inner\" = tolist([]) \"key\" = \"b\" }, ])",
        ],
    );
    check("tag { k = \"a\" }\ntag { k = \"a\" }\n", "tag", &["toset([ { \"k\" = \"a\" }, ])"]);
    check("zone \"z\" { k = \"a\" }\n", "zone", &["tomap({ \"z\" = { \"k\" = \"a\" } })"]);
    check("zone \"z\" {}\nzone \"z\" {}\n", "", &["E0283: Duplicate zone block | zone \"z\""]);
    check("zone {}\n", "", &["E0206: Missing key for zone |"]);
    check("rule \"l\" { key = 1 }\n", "", &["E0206: Extraneous label for rule | \"l\""]);
    check("", "limits", &["null /* object */"]);
    check("limits {}\nlimits {}\n", "", &["E0283: Duplicate limits block | limits"]);
    check("one {}\none {}\n", "", &["E0283: Too many one blocks | one"]);
    check("rule {}\n", "", &["E0205: Missing required argument |"]);
    check("size {}\n", "", &["E0204: Unsupported block type | size"]);
    check("ruel {}\n", "", &["E0204: Unsupported block type | ruel"]);
    check("ingress { port = 80 }\n", "ingress", &["tolist([ { \"port\" = 80 }, ])"]);
    check("ingress = []\n", "ingress", &["tolist([])"]);
}

#[test]
fn dynamic_blocks_are_generated() {
    let base = "name = \"x\"\n";
    let check = |text: &str, part: &str, expected: &[&str]| {
        check(&format!("{base}dynamic {text}\n"), part, expected);
    };
    let each = "\n  for_each = var.list\n";
    check(
        &format!("\"tag\" {{{each} content {{ k = \"${{tag.key}}${{tag.value}}\" }}\n}}"),
        "tag",
        &["toset([ { \"k\" = \"0a\" }, { \"k\" = \"1b\" }, ])"],
    );
    check(
        "\"rule\" {\n for_each = var.unknown\n content { key = rule.value }\n}",
        "rule",
        &["(known after apply)"],
    );
    check(
        "\"zone\" {\n for_each = var.map\n labels = [zone.key]\n iterator = it\n content { k = 1 }\n}",
        "",
        &["E0240: Undeclared | zone.key"],
    );
    check(
        "\"zone\" {\n for_each = var.map\n labels = [it.key]\n iterator = it\n content { k = it.value }\n}",
        "zone",
        &["tomap({ \"k\" = { \"k\" = \"v\" } })"],
    );
    check(
        "\"tag\" {\n for_each = var.secrets\n content { k = tag.value }\n}",
        "tag",
        &["(sensitive value)"],
    );
    check(
        "\"ingress\" {\n for_each = [80]\n content { port = ingress.value }\n}",
        "ingress",
        &["tolist([ { \"port\" = 80 }, ])"],
    );
    check(
        "\"rule\" {\n for_each = { o = [\"i\"] }\n iterator = x\n content {\n key = x.key\n dynamic \"inner\" {\n \
         for_each = x.value\n iterator = x\n content { x = x.value }\n }\n }\n}",
        "rule",
        &["tolist([ { \"inner\" = tolist([ { \"x\" = \"i\" }, ]) \"key\" = \"o\" }, ])"],
    );
}

#[test]
fn malformed_dynamic_blocks_are_reported() {
    let base = "name = \"x\"\n";
    let check = |text: &str, expected: &str| {
        check(&format!("{base}dynamic {text}\n"), "", &[expected]);
    };
    check("{ }", "E0206: Missing type for dynamic |");
    check("\"nope\" {\n for_each = []\n content {}\n}", "E0204: Unsupported block type | \"nope\"");
    check("\"tag\" {\n content {}\n}", "E0205: Missing required argument |");
    check("\"tag\" {\n for_each = []\n}", "E0284: Missing dynamic content block |");
    check(
        "\"tag\" {\n for_each = []\n content {}\n content {}\n}",
        "E0284: Extraneous dynamic content block | content",
    );
    check(
        "\"tag\" {\n for_each = []\n labels = []\n content {}\n}",
        "E0203: Unsupported argument | labels",
    );
    check("\"tag\" {\n for_each = 5\n content {}\n}", "E0284: Invalid dynamic for_each value | 5");
    check(
        "\"tag\" {\n for_each = null\n content {}\n}",
        "E0284: Invalid dynamic for_each value | null",
    );
    check(
        "\"tag\" {\n for_each = []\n iterator = \"it\"\n content {}\n}",
        "E0284: Invalid expression | \"it\"",
    );
    check(
        "\"tag\" {\n for_each = []\n iterator = a.b\n content {}\n}",
        "E0284: Invalid dynamic iterator name | a.b",
    );
    check(
        "\"zone\" {\n for_each = [1]\n labels = [null]\n content {}\n}",
        "E0284: Invalid dynamic block label | null",
    );
}

#[test]
fn parts_know_their_places() {
    let text = "name = \"x\"\nrule { key = \"a\" }\nrule {\n  key = \"b\"\n}\n";
    let mut sources = SourceMap::default();
    let file = sources.add("main.tf", text);
    let (body, _) = crate::syntax::parse_file(text, file);
    let (_, spans, _) = decode_body(&body, &schema(), &Names::new());
    let name = |name: &str| PathStep::Name(name.into());
    let find = |steps: Vec<PathStep>| sources.text(spans.find(&AttrPath(steps)));
    assert_eq!(find(vec![name("name")]), "\"x\"");
    assert_eq!(find(vec![name("rule"), PathStep::Index(1), name("key")]), "\"b\"");
    assert_eq!(find(vec![name("rule"), PathStep::Index(0), name("inner")]), "rule");
}

#[test]
fn real_schemas_are_decoded() {
    let registry = crate::schema::Registry::default();
    let decode = |type_name: &str, text: &str| {
        let mut sources = SourceMap::default();
        let file = sources.add("main.tf", text);
        let (body, problems) = crate::syntax::parse_file(text, file);
        assert!(problems.is_empty(), "{problems:?}");
        let schema = registry.resource(type_name).expect("embedded");
        let (value, _, problems) = decode_body(&body, &schema.block, &Names::new());
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(value.ty(), *schema.implied_type(), "{type_name}");
        value
    };
    decode("aws_vpc", "cidr_block = \"10.0.0.0/16\"\ntags = { Name = \"x\" }\n");
    let group = decode(
        "aws_security_group",
        "vpc_id = \"vpc-1\"\ningress {\n  from_port = 80\n  to_port = 80\n  protocol = \"tcp\"\n  cidr_blocks = \
         [\"10.0.0.0/8\"]\n}\ntimeouts {\n  delete = \"5m\"\n}\n",
    );
    assert_eq!(group.attribute("ingress").and_then(Value::as_sequence).map(<[_]>::len), Some(1));
    let delete = group.attribute("timeouts").and_then(|timeouts| timeouts.attribute("delete"));
    assert_eq!(delete.and_then(Value::as_str), Some("5m"));
}
