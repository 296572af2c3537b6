//! What a block may hold, and reading a body by it, with HCL's own words for what does not fit.

use crate::base::did_you_mean;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::syntax::ast::{Attribute, Block, Body, BodySchema, JsonBody, JsonKind, JsonNode};
use std::sync::Arc;

use super::codes;

/// Arguments that are read before anything has a value.
const CONSTANTS: [&str; 9] = [
    "alias",
    "default",
    "description",
    "ephemeral",
    "nullable",
    "required_version",
    "sensitive",
    "source",
    "version",
];

/// What a body may hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    /// Arguments that must be there.
    pub required: &'static [&'static str],
    /// Arguments that may be there.
    pub optional: &'static [&'static str],
    /// Block types with the names of their labels.
    pub blocks: &'static [(&'static str, &'static [&'static str])],
}

/// What a body holds of a [`Shape`].
#[derive(Debug, Default)]
pub struct Content {
    /// Arguments in the order of the text.
    pub attributes: Vec<Attribute>,
    /// Blocks in the order of the text, each with as many labels as it should have.
    pub blocks: Vec<Block>,
}

impl Content {
    /// Takes the argument of that name out.
    pub fn take(&mut self, name: &str) -> Option<Attribute> {
        let at = self.attributes.iter().position(|attribute| attribute.name.name == name)?;
        Some(self.attributes.remove(at))
    }
}

impl Shape {
    /// Reads a body that may hold nothing else.
    pub fn whole(&self, body: Body, problems: &mut Diagnostics) -> Content {
        let (content, rest) = self.part(body, problems);
        for attribute in &rest.attributes {
            problems.push(self.unsupported_argument(attribute, &content));
        }
        for block in &rest.blocks {
            problems.push(self.unsupported_block(block));
        }
        problems.extend(super::json::check_known(&rest, &self.schema()));
        content
    }

    /// Reads what the shape knows of a body, and leaves the rest.
    pub fn part(&self, body: Body, problems: &mut Diagnostics) -> (Content, Body) {
        let mut content = Content::default();
        let mut rest = Body { span: body.span, end: body.end, json: None, ..Body::default() };
        let (mut attributes, blocks) = (body.attributes, body.blocks);
        let known = attributes.extract_if(.., |attribute| self.has_argument(&attribute.name.name));
        content.attributes.extend(known);
        // There are as many bodies as resources: their room counts.
        attributes.shrink_to_fit();
        rest.attributes = attributes;
        for block in blocks {
            match self.labels(&block.ident.name) {
                Some(names) => {
                    if fits_labels(&block, names, problems) {
                        content.blocks.push(block);
                    }
                }
                None => rest.blocks.push(block),
            }
        }
        if let Some(json) = &body.json {
            let known = self.json_part(json, &body.span, &body.end, problems);
            content.attributes.extend(known.attributes);
            content.blocks.extend(known.blocks);
            rest.json = Some(Arc::new(without(json, |name| self.knows(name))));
        }
        self.check_required(&content, body.span, problems);
        (content, rest)
    }

    fn json_part(
        &self,
        json: &JsonBody,
        span: &Span,
        end: &Span,
        problems: &mut Diagnostics,
    ) -> Body {
        let known = without(json, |name| !self.knows(name));
        let body = Body { span: *span, end: *end, json: Some(Arc::new(known)), ..Body::default() };
        problems.take(super::json::expand(&body, &self.schema()))
    }

    fn check_required(&self, content: &Content, span: Span, problems: &mut Diagnostics) {
        for name in self.required {
            if !content.attributes.iter().any(|attribute| attribute.name.name == *name) {
                problems.push(missing_argument(name, span));
            }
        }
    }

    fn schema(&self) -> BodySchema {
        BodySchema {
            attributes: self.arguments().map(Into::into).collect(),
            constants: CONSTANTS.map(Into::into).to_vec(),
            blocks: self
                .blocks
                .iter()
                .map(|(name, labels)| ((*name).into(), labels.len()))
                .collect(),
        }
    }

    fn arguments(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }

    fn has_argument(&self, name: &str) -> bool {
        self.arguments().any(|known| known == name)
    }

    fn labels(&self, name: &str) -> Option<&'static [&'static str]> {
        self.blocks.iter().find(|(known, _)| *known == name).map(|(_, labels)| *labels)
    }

    fn knows(&self, name: &str) -> bool {
        self.has_argument(name) || self.labels(name).is_some()
    }

    fn unsupported_argument(&self, attribute: &Attribute, content: &Content) -> Diagnostic {
        let name = attribute.name.name.as_str();
        let free = self
            .arguments()
            .filter(|known| !content.attributes.iter().any(|given| given.name.name == *known));
        unsupported_argument(attribute, free, self.labels(name).is_some())
    }

    fn unsupported_block(&self, block: &Block) -> Diagnostic {
        let name = block.ident.name.as_str();
        let known = self.blocks.iter().map(|(known, _)| *known);
        unsupported_block(block, known, self.has_argument(name))
    }
}

/// The error for an argument that is not expected, with what may be meant: a free argument, or a block of that name.
pub fn unsupported_argument<'a>(
    attribute: &Attribute,
    free: impl IntoIterator<Item = &'a str>,
    is_block: bool,
) -> Diagnostic {
    let name = attribute.name.name.as_str();
    let detail = format!("An argument named \"{name}\" is not expected here.");
    let problem = Diagnostic::error(codes::UNSUPPORTED_ARGUMENT, "Unsupported argument", detail)
        .at(attribute.name.span);
    match did_you_mean(name, free) {
        Some(word) => problem.help(format!("Did you mean \"{word}\"?")),
        None if is_block => {
            problem.help(format!("Did you mean to define a block of type \"{name}\"?"))
        }
        None => problem,
    }
}

/// The error for a block that is not expected, with what may be meant: another block type, or an argument of that name.
pub fn unsupported_block<'a>(
    block: &Block,
    known: impl IntoIterator<Item = &'a str>,
    is_argument: bool,
) -> Diagnostic {
    let name = block.ident.name.as_str();
    let detail = format!("Blocks of type \"{name}\" are not expected here.");
    let problem = Diagnostic::error(codes::UNSUPPORTED_BLOCK, "Unsupported block type", detail)
        .at(block.ident.span);
    match did_you_mean(name, known) {
        Some(word) => problem.help(format!("Did you mean \"{word}\"?")),
        None if is_argument => problem.help(format!(
            "Did you mean to define argument \"{name}\"? If so, use the equals sign to assign it a value."
        )),
        None => problem,
    }
}

/// The error for an argument that is not there, at the beginning of the body that should hold it.
pub fn missing_argument(name: &str, body: Span) -> Diagnostic {
    let detail = format!("The argument \"{name}\" is required, but no definition was found.");
    Diagnostic::error(codes::MISSING_ARGUMENT, "Missing required argument", detail)
        .at(body.at_start())
}

/// Whether a block has the labels that it should; reports it where not.
pub fn fits_labels(block: &Block, names: &[&str], problems: &mut Diagnostics) -> bool {
    let kind = block.ident.name.as_str();
    let (given, expected) = (block.labels.len(), names.len());
    if given < expected {
        let summary = format!("Missing {} for {kind}", names[given]);
        let detail =
            format!("All {kind} blocks must have {expected} labels ({}).", names.join(", "));
        problems.push(
            Diagnostic::error(codes::LABELS, summary, detail)
                .at(block.body.span.at_start())
                .within(block.header),
        );
        return false;
    }
    if let Some(extra) = block.labels.get(expected) {
        let summary = format!("Extraneous label for {kind}");
        let detail = if expected == 0 {
            format!("No labels are expected for {kind} blocks.")
        } else {
            let names = names.join(", ");
            format!("Only {expected} labels ({names}) are expected for {kind} blocks.")
        };
        problems.push(
            Diagnostic::error(codes::LABELS, summary, detail).at(extra.span).within(block.header),
        );
        return false;
    }
    true
}

/// Reads a body that holds nothing but arguments, of any names.
pub fn just_arguments(body: Body, problems: &mut Diagnostics) -> Vec<Attribute> {
    if let Some(block) = body.blocks.first() {
        let summary = format!("Unexpected \"{}\" block", block.ident.name);
        problems.push(
            Diagnostic::error(codes::BLOCK_NOT_ALLOWED, summary, "Blocks are not allowed here.")
                .at(block.ident.span),
        );
    }
    let mut attributes = body.attributes;
    if let Some(json) = &body.json {
        let schema = BodySchema {
            attributes: json_properties(json).map(|(name, _)| name.name.clone()).collect(),
            ..BodySchema::default()
        };
        let body =
            Body { span: body.span, end: body.end, json: Some(json.clone()), ..Body::default() };
        attributes.extend(problems.take(super::json::expand(&body, &schema)).attributes);
    }
    attributes
}

/// The properties of a JSON body, comments left out.
pub fn json_properties(
    json: &JsonBody,
) -> impl Iterator<Item = &(crate::syntax::ast::Ident, JsonNode)> {
    json.objects
        .iter()
        .filter_map(|node| match &node.kind {
            JsonKind::Object(properties) => Some(properties),
            _ => None,
        })
        .flatten()
        .filter(|(name, _)| name.name != "//")
}

/// The body without the properties for which `drop` holds.
fn without(json: &JsonBody, drop: impl Fn(&str) -> bool) -> JsonBody {
    let keep = |node: &JsonNode| match &node.kind {
        JsonKind::Object(properties) => {
            let kept = properties.iter().filter(|(name, _)| !drop(&name.name)).cloned().collect();
            JsonNode { kind: JsonKind::Object(kept), span: node.span }
        }
        _ => node.clone(),
    };
    JsonBody { objects: json.objects.iter().map(keep).collect() }
}
