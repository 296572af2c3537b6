//! Configuration for objects that exist and are imported, as text for their author to go on from.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ecow::EcoString;

use crate::base::{Address, Id, Quoted};
use crate::schema::{self, Attribute, Block, NestedBlock, Nesting, Relations, Schema};
use crate::value::{Kind, Value};

const FITS: &str = "a String takes everything";

/// What stands at the head of a file of generated blocks.
pub const HEAD: &str = "# __generated__ by terrace\n# Please review these resources and move them into your main \
                        configuration files.\n";

/// A `resource` block for a live object: what the configuration decides and is set, without what only the cloud decides.
/// Secrets are not written: null stands in the place of one.
#[must_use]
pub fn resource(address: &Address, id: &Id, schema: &Schema, live: &Value) -> String {
    let resource = &address.resource;
    let mut text = format!("# __generated__ by terrace from {}\n", Quoted(id.as_str()));
    let (type_name, name) = (&resource.type_name, &resource.name);
    writeln!(text, "resource \"{type_name}\" \"{name}\" {{").expect(FITS);
    let mut writer = Writer { text, taken: BTreeSet::new() };
    writer.block(&schema.block, live, 1, &["id", "tags_all", "region"]);
    writer.text.push_str("}\n");
    writer.text
}

struct Writer {
    text: String,
    /// Arguments at the top that are written: others may exclude them.
    taken: BTreeSet<EcoString>,
}

impl Writer {
    /// The arguments of a block, then the blocks in it; `left_out` are decided elsewhere.
    fn block(&mut self, block: &Block, value: &Value, depth: usize, left_out: &[&str]) {
        let mut rows: Vec<(&EcoString, String)> = Vec::new();
        for (name, attribute) in &block.attributes {
            let live = value.attribute(name).filter(|live| !live.is_null());
            let written = argument(attribute, live, depth).filter(|_| attribute.as_block.is_none());
            let Some(written) = written.filter(|_| !left_out.contains(&name.as_str())) else {
                continue;
            };
            if depth == 1 && !self.is_free(name, &attribute.relations) {
                continue;
            }
            rows.push((name, written));
        }
        let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, written) in rows {
            self.line(depth, &format!("{name:width$} = {written}"));
        }
        let as_blocks = block.attributes.iter().filter_map(|(name, attribute)| {
            Some((name, attribute.as_block.as_ref()?, &attribute.relations))
        });
        let nested = block.blocks.iter().map(|(name, nested)| (name, nested, &nested.relations));
        let mut nested: Vec<_> = nested.chain(as_blocks).collect();
        nested.sort_by_key(|(name, ..)| *name);
        for (name, nested, relations) in nested {
            let live = value.attribute(name).filter(|live| !live.is_null());
            if let Some(live) = live.filter(|_| nested.presence.is_writable())
                && (depth > 1 || self.is_free(name, relations))
            {
                self.nested(name, nested, live, depth);
            }
        }
    }

    /// Whether nothing is written that excludes this one, which is taken from now on.
    fn is_free(&mut self, name: &EcoString, relations: &Relations) -> bool {
        let rivals = relations.conflicts_with.iter().chain(&relations.exactly_one_of);
        let top =
            |path: &EcoString| path.split('.').next().map(EcoString::from).unwrap_or_default();
        let taken = rivals.map(top).any(|rival| rival != *name && self.taken.contains(&rival));
        if !taken {
            self.taken.insert(name.clone());
        }
        !taken
    }

    fn nested(&mut self, name: &str, nested: &NestedBlock, live: &Value, depth: usize) {
        let mut write = |label: Option<&str>, value: &Value| {
            let label = label.map(|label| format!(" {}", Quoted(label))).unwrap_or_default();
            self.line(depth, &format!("{name}{label} {{"));
            self.block(&nested.block, value, depth + 1, &[]);
            self.line(depth, "}");
        };
        match (nested.nesting, live.as_entries()) {
            (Nesting::Map, Some(entries)) => {
                entries.iter().for_each(|(key, value)| write(Some(key), value));
            }
            (_, Some(_)) if !schema::is_zero(live) => write(None, live),
            _ => live.as_sequence().into_iter().flatten().for_each(|value| write(None, value)),
        }
    }

    fn line(&mut self, depth: usize, content: &str) {
        writeln!(self.text, "{:1$}{content}", "", depth * 2).expect(FITS);
    }
}

/// What is written of an argument; nothing of one that is not set or not the configuration's.
fn argument(attribute: &Attribute, live: Option<&Value>, depth: usize) -> Option<String> {
    if !attribute.presence.is_writable()
        || attribute.deprecated && !attribute.presence.is_required()
    {
        return None;
    }
    let secret = attribute.sensitive || live.is_some_and(|live| live.deep_marks().is_sensitive());
    match live {
        Some(_) if secret => Some("null # sensitive".to_owned()),
        None if attribute.presence.is_required() => Some("null".to_owned()),
        // Unset and zero are told alike.
        Some(live) if schema::is_zero(live) && !attribute.presence.is_required() => {
            let is_default =
                attribute.default_value().is_none_or(|default| schema::is_zero(&default));
            (!is_default).then(|| expression(live, depth))
        }
        Some(live) => Some(expression(live, depth)),
        None => None,
    }
}

/// A value as an expression; `depth` is that of the line it begins on.
fn expression(value: &Value, depth: usize) -> String {
    match value.kind() {
        Kind::Null(_) | Kind::Unknown(_) => "null".to_owned(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => Quoted(text).to_string(),
        Kind::List(_, parts) | Kind::Set(_, parts) | Kind::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| expression(part, depth)).collect();
            format!("[{}]", parts.join(", "))
        }
        Kind::Map(_, parts) | Kind::Object(parts) if parts.is_empty() => "{}".to_owned(),
        Kind::Map(_, parts) | Kind::Object(parts) => {
            let names: Vec<String> = parts.keys().map(|name| key(name)).collect();
            let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
            let mut text = String::from("{\n");
            for (name, part) in names.iter().zip(parts.values()) {
                let part = expression(part, depth + 1);
                writeln!(text, "{:1$}{name:width$} = {part}", "", (depth + 1) * 2).expect(FITS);
            }
            write!(text, "{:1$}}}", "", depth * 2).expect(FITS);
            text
        }
    }
}

fn key(name: &str) -> String {
    let is_bare = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare { name.to_owned() } else { Quoted(name).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_mean_themselves() {
        for (text, expect) in [
            ("a \"b\" \\", r#""a \"b\" \\""#),
            ("${x} %{y} $x", r#""$${x} %%{y} $x""#),
            ("one\ntwo\t", r#""one\ntwo\t""#),
            ("\u{1}", r#""\u0001""#),
        ] {
            assert_eq!(Quoted(text).to_string(), expect);
        }
    }

    #[test]
    fn what_only_the_cloud_decides_and_what_excludes_another_is_left_out() {
        let schema = schema::resource("aws_ssm_parameter").expect("an embedded type");
        let crate::value::Type::Object(ty) = schema.implied_type() else { panic!("an object") };
        let set = [
            ("name", Value::string("/a")),
            ("type", Value::string("SecureString")),
            ("value", Value::string("canary")),
            ("insecure_value", Value::string("canary")),
            ("arn", Value::string("arn:aws:ssm:::parameter/a")),
            ("tags", Value::object([("a b", Value::string("${x}"))])),
        ];
        let live = Value::object(ty.attributes.iter().map(|(name, ty)| {
            let given = set.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
            (name.clone(), given.unwrap_or_else(|| Value::null(ty.clone())))
        }));
        let address = "aws_ssm_parameter.a".parse().expect("an address");
        let text = resource(&address, &Id::new("/a"), schema, &live);
        assert!(!text.contains("canary") || text.matches("canary").count() == 1, "{text}");
        assert!(text.contains("  tags           = {\n    \"a b\" = \"$${x}\"\n  }\n"), "{text}");
        assert!(text.starts_with("# __generated__ by terrace from \"/a\"\n"), "{text}");
    }
}
