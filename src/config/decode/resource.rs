//! `resource`, `data` and `ephemeral` blocks.

use ecow::EcoString;

use super::Decoder;
use crate::base::Mode;
use crate::config::content::Shape;
use crate::config::model::{Lifecycle, Resource, ResourceKey};
use crate::config::{codes, name};
use crate::diag::Span;
use crate::syntax::ast::{Attribute, Block, Body, Label};

const META: &[&str] = &["count", "for_each", "depends_on", "provider"];

const MANAGED: Shape = Shape {
    required: &[],
    optional: META,
    blocks: &[
        ("locals", &[]),
        ("lifecycle", &[]),
        ("connection", &[]),
        ("provisioner", &["type"]),
        ("_", &[]),
    ],
};

const READ_ONLY: Shape = Shape {
    required: &[],
    optional: META,
    blocks: &[("lifecycle", &[]), ("locals", &[]), ("_", &[])],
};

/// What a block of one mode is called.
struct Words {
    block: &'static str,
    bad_type: &'static str,
    bad_name: &'static str,
}

const fn words(mode: Mode) -> Words {
    match mode {
        Mode::Managed => Words {
            block: "resource",
            bad_type: "Invalid resource type name",
            bad_name: "Invalid resource name",
        },
        Mode::Data => Words {
            block: "data",
            bad_type: "Invalid data source name",
            bad_name: "Invalid data resource name",
        },
        Mode::Ephemeral => Words {
            block: "ephemeral",
            bad_type: "Invalid ephemeral resource type",
            bad_name: "Invalid ephemeral resource name",
        },
    }
}

/// Nested blocks of which there may be one, as they are met.
#[derive(Default)]
struct Nested {
    lifecycle: Option<(Span, Lifecycle)>,
    escaped: Option<(Span, Body)>,
}

impl Decoder<'_> {
    /// Reads a block of two labels and adds it.
    pub(super) fn resource(&mut self, block: Block, mode: Mode) {
        if let Some(resource) = self.resource_block(block, mode, None) {
            self.add_resource(resource);
        }
    }

    /// Reads the block; `check` is the name of the `check` block that it stands in.
    pub(super) fn resource_block(
        &mut self,
        block: Block,
        mode: Mode,
        check: Option<EcoString>,
    ) -> Option<Resource> {
        let [type_label, name_label] = block.labels.as_slice() else { return None };
        let (type_span, key) = (type_label.span, key(mode, type_label, name_label));
        let words = words(mode);
        name::check(&type_label.text, type_span, words.bad_type, &mut self.problems);
        name::check(&name_label.text, name_label.span, words.bad_name, &mut self.problems);
        let shape = if mode == Mode::Managed { MANAGED } else { READ_ONLY };
        let (mut content, rest) = shape.part(block.body, &mut self.problems);
        let (count, for_each) = (content.take("count"), content.take("for_each"));
        if check.is_some() {
            self.reject_repetition(count.as_ref(), for_each.as_ref());
        } else {
            self.check_repetition(count.as_ref(), for_each.as_ref());
        }
        let mut resource = Resource {
            count: count.map(|attribute| attribute.expr.into()),
            for_each: for_each.map(|attribute| attribute.expr.into()),
            depends_on: self.references(content.take("depends_on")),
            provider: content
                .take("provider")
                .and_then(|a| self.provider_ref(a.expr, "provider"))
                .map(Box::new),
            lifecycle: Lifecycle::default(),
            provisioners: Vec::new(),
            connection: None,
            body: rest,
            check,
            span: block.header,
            type_span,
            key,
        };
        self.nested(content.blocks, &mut resource);
        Some(resource)
    }

    fn nested(&mut self, blocks: Vec<Block>, resource: &mut Resource) {
        let mut seen = Nested::default();
        let mut connection = None;
        for block in blocks {
            match block.ident.name.as_str() {
                "lifecycle" => self.lifecycle_block(block, resource, &mut seen),
                "connection" => self.connection(block, "resource", &mut connection),
                "provisioner" => resource.provisioners.extend(self.provisioner(block)),
                "_" => self.escape(block, &mut seen),
                _ => self.reserved_block(&block, words(resource.key.mode).block),
            }
        }
        resource.connection = connection.map(|(_, body)| Box::new(body));
        if let Some((_, lifecycle)) = seen.lifecycle {
            resource.lifecycle = lifecycle;
        }
        if let Some((_, body)) = seen.escaped {
            resource.body = join(std::mem::take(&mut resource.body), body);
        }
    }

    fn lifecycle_block(&mut self, block: Block, resource: &Resource, seen: &mut Nested) {
        let span = block.header;
        if let Some((first, _)) = &seen.lifecycle {
            self.duplicate_nested(
                "Duplicate lifecycle block",
                "This resource already has a lifecycle block.",
                span,
                *first,
            );
            return;
        }
        let lifecycle = self.lifecycle(block, &resource.key);
        seen.lifecycle = Some((span, lifecycle));
    }

    /// Takes a block `_ { … }`, whose arguments are the type's own even where they are called like meta-arguments.
    fn escape(&mut self, block: Block, seen: &mut Nested) {
        if let Some((first, _)) = &seen.escaped {
            self.duplicate_nested(
                "Duplicate escaping block",
                "The special block type \"_\" can be used to force particular arguments to be interpreted as \
                 resource-type-specific rather than as meta-arguments, but each resource block can have only one \
                 such block.",
                block.header,
                *first,
            );
            return;
        }
        seen.escaped = Some((block.header, block.body));
    }

    fn reject_repetition(&mut self, count: Option<&Attribute>, for_each: Option<&Attribute>) {
        for attribute in [count, for_each].into_iter().flatten() {
            let summary = format!("Invalid \"{}\" attribute", attribute.name.name);
            self.error(
                codes::CHECK,
                &summary,
                "The \"count\" and \"for_each\" meta-arguments are not supported within nested data blocks.",
                attribute.name.span,
            );
        }
    }

    /// Adds a resource unless its name is taken.
    pub(super) fn add_resource(&mut self, resource: Resource) {
        if let Some(first) = self.into.resources.get(&resource.key) {
            let first = first.span;
            let ResourceKey { mode, type_name, name } = &resource.key;
            let block = words(*mode).block;
            let what = match mode {
                Mode::Managed => "resource",
                Mode::Data => "data resource",
                Mode::Ephemeral => "ephemeral resource",
            };
            let summary = format!("Duplicate {block} \"{type_name}\" configuration");
            let detail = format!(
                "A {type_name} {what} named \"{name}\" was already declared. Resource names must be unique per type \
                 in each module."
            );
            self.duplicate(summary, detail, resource.span, first);
            return;
        }
        self.into.resources.insert(resource.key.clone(), resource);
    }
}

fn key(mode: Mode, type_label: &Label, name_label: &Label) -> ResourceKey {
    ResourceKey { mode, type_name: type_label.text.clone().into(), name: name_label.text.clone() }
}

/// Two bodies as one.
pub(super) fn join(mut first: Body, second: Body) -> Body {
    first.attributes.extend(second.attributes);
    first.blocks.extend(second.blocks);
    first.json = match (first.json, second.json) {
        (Some(a), Some(b)) => {
            let objects = a.objects.iter().chain(&b.objects).cloned().collect();
            Some(std::sync::Arc::new(crate::syntax::ast::JsonBody { objects }))
        }
        (a, b) => a.or(b),
    };
    first
}
