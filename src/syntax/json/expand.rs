//! Telling the properties of a JSON body apart into arguments and blocks.

use super::{body, report};
use crate::diag::{Diagnostics, Span};
use crate::syntax::ast::{
    Attribute, Block, Body, BodySchema, Expr, Ident, JsonKind, JsonNode, Label,
};
use crate::syntax::problem;

impl Body {
    /// The body with what `schema` names as arguments and blocks; other properties are left out. A body in native syntax
    /// is returned as it is.
    pub fn expand_json(&self, schema: &BodySchema) -> (Self, Diagnostics) {
        let Some(json) = &self.json else { return (self.clone(), Diagnostics::none()) };
        let mut expansion = Expansion::default();
        for (name, value) in json.objects.iter().flat_map(properties) {
            expansion.property(schema, name, value);
        }
        let Expansion { attributes, blocks, problems } = expansion;
        (Self { attributes, blocks, span: self.span, end: self.end, json: None }, problems)
    }
}

fn properties(node: &JsonNode) -> &[(Ident, JsonNode)] {
    match &node.kind {
        JsonKind::Object(properties) => properties,
        _ => &[],
    }
}

#[derive(Default)]
struct Expansion {
    attributes: Vec<Attribute>,
    blocks: Vec<Block>,
    problems: Diagnostics,
}

impl Expansion {
    fn property(&mut self, schema: &BodySchema, name: &Ident, value: &JsonNode) {
        if schema.attributes.contains(&name.name) {
            let is_constant = schema.constants.contains(&name.name);
            let expr =
                if is_constant { value.to_constant() } else { self.problems.take(value.to_expr()) };
            self.attribute(name, expr);
        } else if let Some((_, labels)) =
            schema.blocks.iter().find(|(block, _)| *block == name.name)
        {
            self.labelled(name, value, *labels, &mut Vec::new());
        }
    }

    fn attribute(&mut self, name: &Ident, expr: Expr) {
        if let Some(first) = self.attributes.iter().find(|other| other.name.name == name.name) {
            let detail = format!("The argument \"{}\" was already set.", name.name);
            let problem = report(problem::JSON_DUPLICATE, name.span, detail);
            self.problems.push(problem.label(first.name.span, "first set here"));
            return;
        }
        let span = name.span.to(expr.span);
        self.attributes.push(Attribute { name: name.clone(), expr, span });
    }

    /// Blocks of which `left` labels are still to come, each as the name of a property.
    fn labelled(&mut self, ident: &Ident, value: &JsonNode, left: usize, labels: &mut Vec<Label>) {
        if left == 0 {
            return self.leaves(ident, value, labels);
        }
        let before = self.problems.len();
        let named = self.label_objects(value);
        if named.is_empty() && self.problems.len() == before {
            let detail = format!(
                "A property is required here, whose name is a label of the \"{}\" block.",
                ident.name
            );
            self.problems.push(report(problem::JSON_LABEL, value.span, detail));
        }
        for (name, inner) in named {
            labels.push(Label { text: name.name.clone(), span: name.span });
            self.labelled(ident, inner, left - 1, labels);
            labels.pop();
        }
    }

    /// The properties of an object or an array of objects, whose names are labels.
    fn label_objects<'a>(&mut self, value: &'a JsonNode) -> Vec<&'a (Ident, JsonNode)> {
        let objects = match &value.kind {
            JsonKind::Null => return Vec::new(),
            JsonKind::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        let mut found = Vec::new();
        for object in objects {
            if let JsonKind::Object(properties) = &object.kind {
                found.extend(properties);
            } else {
                let detail = "A JSON object is required here, to specify the labels of a block.";
                self.problems.push(report(problem::JSON_TYPE, object.span, detail));
            }
        }
        found
    }

    fn leaves(&mut self, ident: &Ident, value: &JsonNode, labels: &[Label]) {
        match &value.kind {
            JsonKind::Null => {}
            JsonKind::Object(_) => self.block(ident, value, labels),
            JsonKind::Array(items) => {
                for item in items {
                    self.block(ident, item, labels);
                }
            }
            _ => {
                let detail = format!(
                    "A JSON object or array is required here, with the content of \"{}\" blocks.",
                    ident.name
                );
                self.problems.push(report(problem::JSON_TYPE, value.span, detail));
            }
        }
    }

    fn block(&mut self, ident: &Ident, value: &JsonNode, labels: &[Label]) {
        let body = self.problems.take(body(Some(value), value.span));
        let header = Span { end: value.span.start + 1, ..value.span };
        self.blocks.push(Block {
            ident: ident.clone(),
            labels: labels.to_vec(),
            body,
            header,
            span: value.span,
        });
    }
}
