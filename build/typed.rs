//! Typed structs from schema files: one per type, one per nested block or object.

use std::error::Error;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use crate::SchemaFile;

/// Source of `schema::typed` for the types that `wanted` names, a line each: `resource aws_vpc`.
pub fn structs(wanted: &str, kinds: &[(&str, Vec<SchemaFile>)]) -> Result<String, Box<dyn Error>> {
    let mut resources = String::new();
    let mut data = String::new();
    let mut ephemeral = String::new();
    let mut every = String::new();
    for line in wanted.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (kind, name) = line.split_once(' ').ok_or_else(|| format!("no kind: {line}"))?;
        let files = &kinds.iter().find(|(k, _)| *k == kind).ok_or(line)?.1;
        let file = files.iter().find(|file| file.name == name);
        let file = file.ok_or_else(|| format!("schemas/typed.txt names {name}: no such file"))?;
        let target = match kind {
            "data" => &mut data,
            "ephemeral" => &mut ephemeral,
            _ => &mut resources,
        };
        writeln!(every, "${kind}!({});", camel(name))?;
        Writer { source: target, kind, plugin: file.json["framework"] == "plugin_framework" }
            .file(name, &file.json)?;
    }
    writeln!(
        resources,
        "/// Calls one macro with each resource's struct, another with each data source's and a third with each ephemeral resource's.\n\
         #[cfg(test)]\nmacro_rules! every_typed {{\n\
         ($resource:ident, $data:ident, $ephemeral:ident) => {{\n{every}}};\n}}\n\
         #[cfg(test)]\npub(super) use every_typed;"
    )?;
    for (module, what, structs) in
        [("data", "Data source", &data), ("ephemeral", "Ephemeral resource", &ephemeral)]
    {
        let map = if structs.contains("BTreeMap") { "BTreeMap, " } else { "" };
        writeln!(
            resources,
            "/// {what} types.\npub mod {module} {{\nuse super::{{{map}Field, Fields, ObjectWriter, Secret, Shape, ShapeError, Type, Typed, Value}};\n{structs}}}"
        )?;
    }
    Ok(resources)
}

struct Writer<'a> {
    source: &'a mut String,
    kind: &'a str,
    plugin: bool,
}

/// A field of a struct.
struct Field {
    name: String,
    ty: String,
    single: bool,
    doc: String,
}

impl Writer<'_> {
    fn file(&mut self, name: &str, json: &Json) -> Result<(), Box<dyn Error>> {
        let kind = self.kind;
        let title = camel(name);
        self.body(&title, &format!("`{name}`"), json)?;
        writeln!(
            self.source,
            "impl Typed for {title} {{\nconst TYPE: &'static str = {name:?};\n\
             fn implied_type() -> &'static Type {{ crate::schema::{kind}({name:?})\
             .expect(\"the build embeds every typed schema\").implied_type() }}\n}}"
        )?;
        Ok(())
    }

    /// The struct of a JSON object with `attributes` and `blocks`.
    fn body(&mut self, title: &str, doc: &str, json: &Json) -> Result<(), Box<dyn Error>> {
        let mut fields = Vec::new();
        for (name, attribute) in entries(json, "attributes") {
            fields.push(self.attribute(title, name, attribute)?);
        }
        for (name, block) in entries(json, "blocks") {
            let nested = format!("{title}{}", camel(name));
            self.body(&nested, &format!("`{name}` of [`{title}`]"), block)?;
            let single = block["max_items"] == 1 || block["nesting"] == "single";
            let ty = if single { format!("Option<{nested}>") } else { format!("Vec<{nested}>") };
            fields.push(Field { name: name.clone(), ty, single, doc: describe(block, "block") });
        }
        self.write(title, doc, &fields)
    }

    fn attribute(&mut self, title: &str, name: &str, json: &Json) -> Result<Field, Box<dyn Error>> {
        let text = json["type"].as_str().ok_or("an attribute has a type")?;
        let mut reader = TypeReader { rest: text };
        let ty = reader.ty()?;
        let nested = format!("{title}{}", camel(name));
        if let Some(fields) = json.get("fields") {
            let object = serde_json::json!({ "attributes": fields });
            self.body(&nested, &format!("`{name}` of [`{title}`]"), &object)?;
        } else if let Some(object) = ty.object() {
            self.object(&nested, &format!("`{name}` of [`{title}`]"), object)?;
        }
        let sensitive = json["sensitive"] == true || json["write_only"] == true;
        let rust = ty.rust(&nested, json["int"] == true, sensitive);
        let optional = json["required"] != true && (self.plugin || !ty.is_collection());
        let ty = if optional { format!("Option<{rust}>") } else { rust };
        Ok(Field { name: name.into(), ty, single: false, doc: describe(json, "attribute") })
    }

    /// The struct of an object type.
    fn object(
        &mut self,
        title: &str,
        doc: &str,
        object: &[(String, TypeText)],
    ) -> Result<(), Box<dyn Error>> {
        let mut fields = Vec::new();
        for (name, ty) in object {
            let nested = format!("{title}{}", camel(name));
            if let Some(inner) = ty.object() {
                self.object(&nested, &format!("`{name}` of [`{title}`]"), inner)?;
            }
            let rust = ty.rust(&nested, false, false);
            let ty = if ty.is_collection() { rust } else { format!("Option<{rust}>") };
            fields.push(Field { name: name.clone(), ty, single: false, doc: "Computed.".into() });
        }
        self.write(title, doc, &fields)
    }

    fn write(&mut self, title: &str, doc: &str, fields: &[Field]) -> Result<(), Box<dyn Error>> {
        let out = &mut *self.source;
        writeln!(
            out,
            "/// {doc}\n#[derive(Clone, Debug, Default, PartialEq)]\npub struct {title} {{"
        )?;
        for Field { name, ty, doc, .. } in fields {
            writeln!(out, "/// {doc}\npub {}: {ty},", ident(name))?;
        }
        writeln!(out, "}}\nimpl Shape for {title} {{")?;
        let from = if fields.is_empty() { "_" } else { "from" };
        writeln!(
            out,
            "fn read_fields({from}: &Fields<'_>) -> Result<Self, ShapeError> {{ Ok(Self {{"
        )?;
        for Field { name, single, .. } in fields {
            let ident = ident(name);
            if *single {
                writeln!(out, "{ident}: from.take_single({name:?})?,")?;
            } else {
                writeln!(out, "{ident}: from.take({name:?})?,")?;
            }
        }
        let to = if fields.is_empty() { "_" } else { "to" };
        writeln!(out, "}}) }}\nfn write_fields(&self, {to}: &mut ObjectWriter<'_>) {{")?;
        for Field { name, single, .. } in fields {
            let ident = ident(name);
            if *single {
                writeln!(out, "to.put_single({name:?}, self.{ident}.as_ref());")?;
            } else {
                writeln!(out, "to.put({name:?}, &self.{ident});")?;
            }
        }
        writeln!(out, "}}\n}}\nnested!({title});")?;
        Ok(())
    }
}

fn entries<'a>(json: &'a Json, key: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    json.get(key).and_then(Json::as_object).into_iter().flat_map(Map::iter)
}

/// What a field is, for its documentation.
fn describe(json: &Json, noun: &str) -> String {
    let mut words = Vec::new();
    let mut say = |flag: &str, word: &'static str| {
        if json[flag] == true {
            words.push(word);
        }
    };
    say("required", "required");
    say("optional", "optional");
    say("computed", "computed");
    say("write_only", "never read back");
    say("deprecated", "deprecated");
    say("force_new", "replaces on change");
    let mut text = words.join(", ");
    if text.is_empty() {
        text = noun.into();
    }
    text[..1].to_uppercase() + &text[1..] + "."
}

fn camel(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn ident(name: &str) -> String {
    match name {
        "self" => "self_".into(),
        "type" | "override" | "match" | "final" | "static" | "where" | "ref" | "in" | "use" => {
            format!("r#{name}")
        }
        _ => name.into(),
    }
}

/// A type constraint.
enum TypeText {
    Primitive(&'static str),
    Dynamic,
    List(Box<Self>),
    Map(Box<Self>),
    Object(Vec<(String, Self)>),
}

impl TypeText {
    /// The object in it, at whatever depth of collections.
    fn object(&self) -> Option<&[(String, Self)]> {
        match self {
            Self::Primitive(_) | Self::Dynamic => None,
            Self::List(element) | Self::Map(element) => element.object(),
            Self::Object(fields) => Some(fields),
        }
    }

    const fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_))
    }

    fn rust(&self, object: &str, int: bool, sensitive: bool) -> String {
        match self {
            Self::Primitive("string") if sensitive => "Secret".into(),
            Self::Primitive("string") => "String".into(),
            Self::Primitive("bool") => "bool".into(),
            Self::Primitive(_) if int => "i64".into(),
            Self::Primitive(_) => "f64".into(),
            Self::Dynamic => "Value".into(),
            Self::List(element) => format!("Vec<{}>", element.rust(object, int, sensitive)),
            Self::Map(element) => {
                format!("BTreeMap<String, {}>", element.rust(object, int, sensitive))
            }
            Self::Object(_) => object.into(),
        }
    }
}

struct TypeReader<'a> {
    rest: &'a str,
}

impl TypeReader<'_> {
    fn word(&mut self) -> &str {
        let end = self.rest.find(['(', ')', '{', '}', '=', ',']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.trim()
    }

    fn skip(&mut self, token: &str) -> Result<(), String> {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.ok_or_else(|| format!("expected {token} before {}", self.rest))?;
        Ok(())
    }

    fn ty(&mut self) -> Result<TypeText, String> {
        Ok(match self.word() {
            "string" => TypeText::Primitive("string"),
            "number" => TypeText::Primitive("number"),
            "bool" => TypeText::Primitive("bool"),
            "dynamic" => TypeText::Dynamic,
            "object" => return self.fields(),
            "map" => TypeText::Map(self.element()?),
            _ => TypeText::List(self.element()?),
        })
    }

    fn element(&mut self) -> Result<Box<TypeText>, String> {
        self.skip("(")?;
        let element = self.ty()?;
        self.skip(")")?;
        Ok(Box::new(element))
    }

    fn fields(&mut self) -> Result<TypeText, String> {
        self.skip("({")?;
        let mut fields = Vec::new();
        while !self.rest.starts_with("})") {
            if !fields.is_empty() {
                self.skip(",")?;
            }
            let name = self.word().to_owned();
            self.skip("=")?;
            fields.push((name, self.ty()?));
        }
        self.skip("})")?;
        Ok(TypeText::Object(fields))
    }
}
