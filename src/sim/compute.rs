//! Fills in what AWS computes, from the templates of the schema.

use std::collections::BTreeSet;

use ecow::EcoString;
use fastrand::Rng;
use serde_json::Value as Json;

use super::check::referred;
use super::function;
use super::store::Store;
use super::world;
use crate::base::Region;
use crate::schema::{self, Part, Scene, Schema};
use crate::value::{AttrPath, Kind, PathStep, Type, Value, convert, json::from_json_as, texts_at};

/// One object whose computed attributes are being filled in.
pub struct Computation<'a> {
    /// Everything else.
    pub store: &'a Store,
    /// The type.
    pub schema: &'a Schema,
    /// Where.
    pub region: &'a Region,
    /// What is random.
    pub rng: Rng,
    /// The time, RFC 3339.
    pub now: String,
    value: Value,
    prior: Option<&'a Value>,
    config: Value,
    running: BTreeSet<EcoString>,
    base: AttrPath,
}

impl<'a> Computation<'a> {
    /// Begins with what was asked for.
    pub fn new(
        store: &'a Store,
        schema: &'a Schema,
        region: &'a Region,
        value: &Value,
        prior: Option<&'a Value>,
    ) -> Self {
        Self {
            store,
            schema,
            region,
            rng: Rng::with_seed(0),
            now: String::new(),
            value: value.clone(),
            prior,
            config: value.clone(),
            running: BTreeSet::new(),
            base: AttrPath::default(),
        }
    }

    /// The whole object.
    pub fn run(mut self) -> Value {
        self.add_blocks();
        self.fill("region", Value::string(self.region.as_str()));
        let paths: Vec<EcoString> = self.schema.terrace.computed.keys().cloned().collect();
        for path in paths {
            for place in self.places(&path) {
                self.compute(&path, &place);
            }
        }
        self.tags();
        self.zero();
        self.value
    }

    /// Blocks that are there whatever was asked for.
    fn add_blocks(&mut self) {
        for name in &self.schema.terrace.always {
            let Some(block) = self.schema.block.blocks.get(name) else { continue };
            let empty = self.value.attribute(name).is_none_or(|value| {
                value.is_null() || value.as_sequence().is_some_and(<[Value]>::is_empty)
            });
            if empty {
                let object = schema::empty_object(&block.block);
                let ty = self.attribute_type(name);
                let value = match ty {
                    Type::List(element) => Value::list((*element).clone(), [object]),
                    Type::Set(element) => Value::set((*element).clone(), [object]),
                    _ => object,
                };
                self.put(&AttrPath::attribute(name.clone()), value);
            }
        }
    }

    fn attribute_type(&self, name: &str) -> Type {
        match self.schema.implied_type() {
            Type::Object(object) => object.attributes.get(name).cloned().unwrap_or(Type::Dynamic),
            _ => Type::Dynamic,
        }
    }

    fn fill(&mut self, name: &str, value: Value) {
        if self.schema.attribute(name).is_some()
            && self.value.attribute(name).is_none_or(Value::is_null)
        {
            self.put(&AttrPath::attribute(name), value);
        }
    }

    fn put(&mut self, path: &AttrPath, value: Value) {
        self.value = std::mem::replace(&mut self.value, Value::bool(false)).replace_at(path, value);
    }

    /// Every place that a path through blocks leads to.
    fn places(&self, path: &str) -> Vec<AttrPath> {
        let mut places = vec![AttrPath::default()];
        let steps: Vec<&str> = path.split('.').collect();
        for (at, step) in steps.iter().enumerate() {
            let mut next = Vec::new();
            for place in &places {
                let here = place.join(PathStep::Name((*step).into()));
                let count = match self.value.at(&here).map(Value::kind) {
                    Some(Kind::List(_, elements) | Kind::Tuple(elements))
                        if at + 1 < steps.len() =>
                    {
                        elements.len()
                    }
                    Some(Kind::Set(_, elements)) if at + 1 < steps.len() => {
                        next.extend(
                            elements
                                .iter()
                                .map(|element| here.join(PathStep::Element(element.clone()))),
                        );
                        continue;
                    }
                    Some(Kind::Null(_)) | None if at + 1 < steps.len() => continue,
                    _ => {
                        next.push(here);
                        continue;
                    }
                };
                next.extend((0..count).map(|index| here.join(PathStep::Index(index))));
            }
            places = next;
        }
        places
    }

    /// Fills in one attribute at one place, where it is unset or its template counts.
    fn compute(&mut self, path: &EcoString, place: &AttrPath) {
        let Some(computed) = self.schema.terrace.computed.get(path).cloned() else { return };
        let present = self.value.at(place).is_some_and(|value| !value.is_null());
        if computed.counts && self.prior.is_some() && present {
            let count = self
                .value
                .at(place)
                .and_then(Value::as_number)
                .and_then(crate::value::Number::to_i64);
            return self.put(place, Value::number(count.unwrap_or_default() + 1));
        }
        if present || !self.running.insert(path.clone()) {
            return;
        }
        let scene = Scene { prior: self.prior, planned: &self.value, config: &self.config };
        let is_due = computed.when.as_ref().is_none_or(|when| when.holds(&scene, place));
        if is_due {
            let outer = std::mem::replace(&mut self.base, place.clone());
            let text = self.render(&computed.template.parts);
            self.base = outer;
            if let Some(value) = self.read(path, place, &text) {
                self.put(place, value);
            }
        }
        self.running.remove(path);
    }

    fn render(&mut self, parts: &[Part]) -> String {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Name(name) => text.push_str(&self.text(name)),
                Part::Call(name, arguments) => {
                    text.push_str(&function::call(self, name, arguments));
                }
            }
        }
        text
    }

    /// A rendered template as a value of the attribute's type.
    fn read(&self, path: &str, place: &AttrPath, text: &str) -> Option<Value> {
        let ty = match self.value.at(place) {
            Some(value) => value.ty(),
            None => self.schema.block.attribute_at(path).map(|attribute| attribute.ty.clone())?,
        };
        let ty =
            if ty == Type::Dynamic { self.schema.block.attribute_at(path)?.ty.clone() } else { ty };
        match ty {
            Type::String => Some(Value::string(text)),
            Type::Number | Type::Bool => convert(&Value::string(text), &ty).ok(),
            _ => from_json_as(text, &ty).ok(),
        }
    }

    /// A word of the surroundings, or an attribute as a text; one that is still to be computed is computed first.
    pub fn text(&mut self, path: &str) -> String {
        match path {
            "region" => return self.region.to_string(),
            "account" => return world::ACCOUNT.to_owned(),
            "partition" => return world::partition(self.region).to_owned(),
            _ => {}
        }
        self.texts(path).into_iter().next().unwrap_or_default()
    }

    /// Every text at a path.
    pub fn texts(&mut self, path: &str) -> Vec<String> {
        let path = self.absolute(path);
        let known = |value: &Value| texts_at(value, &path);
        if known(&self.value).is_empty() && self.schema.terrace.computed.contains_key(path.as_str())
        {
            for place in self.places(&path) {
                self.compute(&path, &place);
            }
        }
        known(&self.value).into_iter().map(String::from).collect()
    }

    /// `./x` stands next to the attribute that is being computed.
    fn absolute(&self, path: &str) -> EcoString {
        let Some(name) = path.strip_prefix("./") else { return path.into() };
        let mut names: Vec<&str> = Vec::new();
        for step in &self.base.0 {
            if let PathStep::Name(name) = step {
                names.push(name);
            }
        }
        names.pop();
        names.push(name);
        names.join(".").into()
    }

    /// An attribute of each object that the attribute `attr` names.
    pub fn referred(&mut self, attr: &str, other: &str) -> Vec<String> {
        let attr = self.absolute(attr);
        let _ = self.texts(&attr);
        let objects = referred(self.store, self.schema, &self.value, &attr);
        objects.iter().flat_map(|object| texts_at(&object.value, other)).map(String::from).collect()
    }

    /// An attribute of the object of that type and id.
    pub fn attribute_of(&self, type_name: &str, id: &str, name: &str) -> String {
        let mut objects = self.store.of_type(type_name);
        let object = objects.find(|object| object.id == *id);
        object.and_then(|object| object.text(name)).unwrap_or_default().to_owned()
    }

    /// One more than the highest value of `attr` among the objects of this type with the same `parent`.
    pub fn next_of(&mut self, parent: &str, attr: &str) -> i64 {
        let parent_name = self.text(parent);
        let siblings = self.store.of_type(self.schema.type_name.as_str());
        let siblings = siblings.filter(|object| object.text(parent) == Some(parent_name.as_str()));
        let values =
            siblings.filter_map(|object| object.value.attribute(attr)?.as_number()?.to_i64());
        values.max().unwrap_or_default() + 1
    }

    /// The time.
    pub fn now_text(&self) -> String {
        self.now.clone()
    }

    /// The type's name.
    pub fn type_name(&self) -> &'a str {
        self.schema.type_name.as_str()
    }

    /// An entry of the type's constant tables.
    pub fn table(&mut self, name: &str, key: &str) -> String {
        let key = self.text(key);
        let entry = self.schema.tables.get(name).and_then(|table| table.get(&key));
        entry.and_then(Json::as_str).unwrap_or_default().to_owned()
    }

    /// `tags_all` is what was asked for, or `tags` where that is all there is.
    fn tags(&mut self) {
        for (from, to) in [("tags", "tags_all"), ("tags_all", "tags")] {
            let present = self.value.attribute(from).filter(|tags| !tags.is_null()).cloned();
            if let Some(tags) = present {
                self.fill(to, tags);
            }
        }
        if let Some(all) = self.value.attribute("tags_all").filter(|tags| !tags.is_null()).cloned()
            && self.schema.attribute("tags").is_some()
        {
            self.put(&AttrPath::attribute("tags"), all);
        }
    }

    /// What is computed and has no template has the zero value of its type.
    fn zero(&mut self) {
        for (name, attribute) in &self.schema.block.attributes {
            let unset = self.value.attribute(name).is_none_or(Value::is_null);
            if !unset || !attribute.presence.is_computed() || attribute.sensitive {
                continue;
            }
            let zero = match &attribute.ty {
                Type::String => Value::string(""),
                Type::Number => Value::number(0),
                Type::Bool => Value::bool(false),
                Type::List(element) => Value::list((**element).clone(), []),
                Type::Set(element) => Value::set((**element).clone(), []),
                Type::Map(element) => {
                    Value::map((**element).clone(), std::iter::empty::<(EcoString, Value)>())
                }
                _ => continue,
            };
            self.put(&AttrPath::attribute(name.clone()), zero);
        }
    }
}
