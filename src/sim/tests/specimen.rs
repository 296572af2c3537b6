//! A configuration for any type, written from its schema alone: what it requires, with the parents that it refers to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ecow::EcoString;
use indexmap::IndexMap;

use crate::diag::Span;
use crate::schema::{self, Attribute, Block, NestedBlock, Relations, Schema, validate};
use crate::value::{Type, Value};

/// The name of the object under study.
const SUBJECT: &str = "subject";

/// Values that fit one kind of text or another, tried in this order.
const TEXTS: &[&str] = &[
    "example",
    "10.20.0.0/16",
    "192.0.2.7",
    "us-east-1a",
    "us-east-1",
    "arn:aws:iam::123456789012:role/example",
    "arn:aws:s3:::example",
    "{\"Version\":\"2012-10-17\",\"Statement\":[]}",
    "2030-01-01T00:00:00Z",
    "80",
    "3",
    "true",
    "rate(5 minutes)",
    "0 9 * * 1-5",
    "sun:05:00-sun:06:00",
    "05:00-06:00",
    "example.com",
    "example.com.",
    "anna@example.com",
    "https://example.com/",
    "s3://example/path",
    "/example",
    "example.fifo",
    "postgres14",
    "123456789012",
    "ZXhhbXBsZQ==",
    "200",
];

/// What no single check of the schema tells: values that conditions across arguments ask for, by type and path.
const KNOWN: &[(&str, Known)] = &[
    ("aws_appautoscaling_scheduled_action.scalable_target_action.max_capacity", Known::Value("3")),
    ("aws_autoscaling_group.max_size", Known::Value("100")),
    ("aws_db_instance.allocated_storage", Known::Value("20")),
    ("aws_db_instance.engine", Known::Value("\"postgres\"")),
    ("aws_db_instance.password", Known::Value("\"not-a-secret\"")),
    ("aws_db_instance.skip_final_snapshot", Known::Value("true")),
    ("aws_db_instance.username", Known::Value("\"anna\"")),
    ("aws_elasticache_cluster.replication_group_id", Known::Absent),
    ("aws_iam_role_policy.name", Known::Value("\"example\"")),
    ("aws_kms_alias.name", Known::Value("\"alias/example\"")),
    ("aws_lb_listener.default_action.target_group_arn", Known::Reference),
    ("aws_lb_listener.default_action.type", Known::Value("\"forward\"")),
    ("aws_lb_listener_rule.action.target_group_arn", Known::Reference),
    ("aws_lb_listener_rule.action.type", Known::Value("\"forward\"")),
    ("aws_lb_target_group.port", Known::Value("80")),
    ("aws_lb_target_group.protocol", Known::Value("\"HTTP\"")),
    ("aws_lb_target_group.vpc_id", Known::Reference),
    ("aws_ssm_parameter.value", Known::Value("\"example\"")),
];

/// What is known of an argument.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    /// It is this, as HCL.
    Value(&'static str),
    /// It names the type that the schema says it refers to.
    Reference,
    /// It is left out.
    Absent,
}

/// The configuration of one type.
pub struct Specimen {
    schema: &'static Schema,
    /// Arguments of the subject by name, as HCL.
    arguments: IndexMap<EcoString, String>,
    /// Nested blocks of the subject, as HCL.
    blocks: String,
    /// Other resources, by type.
    others: BTreeMap<EcoString, String>,
}

impl Specimen {
    /// What the type requires and no more.
    pub fn of(type_name: &str) -> Self {
        let schema = schema::resource(type_name).expect("it has a schema");
        let (arguments, others) = (IndexMap::new(), BTreeMap::new());
        let mut specimen = Self { schema, arguments, blocks: String::new(), others };
        let (arguments, blocks) = specimen.required(schema, &schema.block, "");
        specimen.arguments = arguments;
        specimen.blocks = blocks;
        specimen
    }

    /// The whole configuration.
    pub fn text(&self) -> String {
        self.written(&self.arguments, &self.blocks)
    }

    /// The whole configuration, with one argument of the subject set otherwise.
    pub fn with_argument(&self, name: &str, value: &str) -> String {
        let mut arguments = self.arguments.clone();
        arguments.insert(name.into(), value.to_owned());
        self.written(&arguments, &self.blocks)
    }

    /// The whole configuration, with one more block in the subject; none where it has such a block. What the block
    /// refers to is there from then on: AWS may hold on to it after the block is gone.
    pub fn with_block(&mut self, name: &str) -> Option<String> {
        let schema = self.schema;
        let nested = schema.block.blocks.get(name)?;
        if wants(nested, &name.into()) {
            return None;
        }
        let block = self.block(schema, name, nested, name);
        Some(self.written(&self.arguments, &format!("{}{block}", self.blocks)))
    }

    fn written(&self, arguments: &IndexMap<EcoString, String>, blocks: &str) -> String {
        let others: String = self.others.values().cloned().collect();
        others + &resource(&self.schema.type_name, SUBJECT, arguments, blocks)
    }

    /// A value for an argument other than the one that it has; none where the schema does not tell what would do.
    pub fn other_value(&self, name: &str) -> Option<String> {
        let attribute = self.schema.attribute(name)?;
        let refers = self.schema.terrace.refers.iter().any(|refers| refers.attr == name);
        if refers || known(self.schema, name).is_some() {
            return None;
        }
        let now = self.arguments.get(name);
        let default = attribute.default.as_ref().map(ToString::to_string);
        candidates(attribute)
            .into_iter()
            .filter(|text| Some(text) != now && Some(text) != default.as_ref())
            .find(|text| fits(self.schema, name, attribute, text))
    }

    /// The required arguments and blocks of a body.
    fn required(
        &mut self,
        schema: &'static Schema,
        body: &'static Block,
        at: &str,
    ) -> (IndexMap<EcoString, String>, String) {
        let mut arguments = IndexMap::new();
        let mut blocks = String::new();
        for (name, attribute) in &body.attributes {
            let at = path(at, name);
            let wanted = attribute.presence.is_required()
                || leads(&attribute.relations, &at) && !attribute.write_only
                || known(schema, &at).is_some();
            if wanted && let Some(value) = self.value(schema, &at, attribute) {
                arguments.insert(name.clone(), value);
            }
        }
        for (name, nested) in &body.blocks {
            if wants(nested, &path(at, name)) {
                blocks += &self.block(schema, name, nested, &path(at, name));
            }
        }
        (arguments, blocks)
    }

    fn block(
        &mut self,
        schema: &'static Schema,
        name: &str,
        nested: &'static NestedBlock,
        at: &str,
    ) -> String {
        let (arguments, blocks) = self.required(schema, &nested.block, at);
        let mut text = String::new();
        for _ in 0..nested.min_items.max(1) {
            writeln!(text, "{name} {{\n{}{blocks}}}", lines(&arguments))
                .expect("a String takes it");
        }
        text
    }

    fn value(
        &mut self,
        schema: &'static Schema,
        at: &str,
        attribute: &Attribute,
    ) -> Option<String> {
        match known(schema, at) {
            Some(Known::Value(text)) => return Some(text.to_owned()),
            Some(Known::Absent) => return None,
            Some(Known::Reference) | None => {}
        }
        let refers = schema.terrace.refers.iter().find(|refers| refers.attr == at);
        if let Some(refers) = refers
            && let Some(parent) = refers.to.iter().find(|to| schema::resource(to).is_some())
        {
            self.parent(parent);
            let one = format!("{parent}.parent.{}", refers.by);
            return Some(if is_collection(&attribute.ty) { format!("[{one}]") } else { one });
        }
        let name = at.rsplit('.').next().unwrap_or(at);
        candidates(attribute).into_iter().find(|text| fits(schema, name, attribute, text))
    }

    /// Adds the object that others refer to.
    fn parent(&mut self, type_name: &EcoString) {
        if self.others.contains_key(type_name) {
            return;
        }
        // Holds the place, should the parents refer to each other.
        self.others.insert(type_name.clone(), String::new());
        let schema = schema::resource(type_name).expect("the caller looked");
        let (arguments, blocks) = self.required(schema, &schema.block, "");
        self.others.insert(type_name.clone(), resource(type_name, "parent", &arguments, &blocks));
    }
}

fn path(at: &str, name: &str) -> EcoString {
    if at.is_empty() { name.into() } else { ecow::eco_format!("{at}.{name}") }
}

fn wants(nested: &NestedBlock, at: &EcoString) -> bool {
    nested.min_items > 0 || nested.presence.is_required() || leads(&nested.relations, at)
}

/// Whether it is the first of arguments of which one must be set.
fn leads(relations: &Relations, at: &EcoString) -> bool {
    relations.exactly_one_of.first() == Some(at) || relations.at_least_one_of.first() == Some(at)
}

fn known(schema: &Schema, at: &str) -> Option<Known> {
    let full = format!("{}.{at}", schema.type_name);
    KNOWN.iter().find(|(name, _)| *name == full).map(|(_, known)| *known)
}

const fn is_collection(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Set(_))
}

fn lines(arguments: &IndexMap<EcoString, String>) -> String {
    arguments.iter().fold(String::new(), |mut text, (name, value)| {
        writeln!(text, "{name} = {value}").expect("a String takes it");
        text
    })
}

fn resource(
    type_name: &str,
    name: &str,
    arguments: &IndexMap<EcoString, String>,
    blocks: &str,
) -> String {
    format!("resource \"{type_name}\" \"{name}\" {{\n{}{blocks}}}\n", lines(arguments))
}

/// What an argument might be, as JSON, which is HCL as well.
fn candidates(attribute: &Attribute) -> Vec<String> {
    let checks = &attribute.checks;
    match &attribute.ty {
        Type::Bool => vec!["true".into(), "false".into()],
        Type::Number => {
            let ends = checks.range.iter().flat_map(|(low, high)| [*low, *high]).flatten();
            let listed = checks.one_of.iter().filter_map(serde_json::Value::as_f64);
            let usual = [3.0, 4.0, 20.0, 60.0, 128.0, 443.0, 1024.0];
            listed.chain(ends).chain(usual).map(|number| number.to_string()).collect()
        }
        Type::String => {
            let groups = checks.any_of.iter().flat_map(|group| &group.one_of);
            let listed = checks.one_of.iter().chain(groups).map(ToString::to_string);
            let usual = TEXTS.iter().map(|text| quoted(text));
            let long = [12, 32, 64].map(|length| quoted(&"x".repeat(length)));
            listed.chain(usual).chain(long).collect()
        }
        Type::List(item) | Type::Set(item) => {
            let item = Attribute {
                ty: (**item).clone(),
                checks: checks.items.as_deref().cloned().unwrap_or_default(),
                ..attribute.clone()
            };
            candidates(&item).into_iter().map(|item| format!("[{item}]")).collect()
        }
        Type::Map(item) if **item == Type::String => vec![r#"{ "a" = "b" }"#.into()],
        _ => Vec::new(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether the schema's own checks let the value pass.
fn fits(schema: &Schema, name: &str, attribute: &Attribute, text: &str) -> bool {
    let json = text.replace(" = ", ":");
    let Ok(value) = crate::value::json::from_json_as(&json, &attribute.ty) else { return false };
    let mut alone = attribute.clone();
    alone.relations = Relations::default();
    let block = Block::new([(name.into(), alone)].into_iter().collect(), IndexMap::new());
    let schema = Schema { block, rules: Vec::new(), ..schema.clone() };
    let config = Value::object([(EcoString::from(name), value)]);
    !validate(&schema, &config, &|_| None::<Span>).has_errors()
}
