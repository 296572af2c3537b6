//! Addresses as `moved`, `import`, `removed` and `drop` write them.

use crate::base::{Key, Mode, ModulePath, ModuleStep, ResourceAddress};
use crate::config::codes;
use crate::config::model::Target;
use crate::config::traversal;
use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::Ident;
use crate::syntax::{Traversal, TraversalStep};

/// Words that begin something else than a resource.
const KEYWORDS: &[&str] =
    &["count", "each", "local", "path", "self", "terraform", "var", "template", "lazy", "arg"];

/// Reads a reference as the address of a module, a resource or an instance.
pub(super) fn target(reference: &Traversal) -> Result<Target, Box<Diagnostic>> {
    let mut steps = Steps::of(reference);
    let modules = steps.modules()?;
    if steps.is_done() {
        return Ok(Target::Module(ModulePath::new(modules)));
    }
    let (resource, key) = steps.resource(ModulePath::new(modules))?;
    Ok(match key {
        Some(key) => Target::Instance(resource.instance(Some(key))),
        None => Target::Resource(resource),
    })
}

/// Reads a reference as the address of a resource or an instance.
pub(super) fn resource(reference: &Traversal) -> Result<ResourceAddress, Box<Diagnostic>> {
    match target(reference)? {
        Target::Module(_) => Err(invalid(
            reference.span,
            "A resource instance address is required here. The module path must be followed by a resource instance \
             specification.",
        )),
        Target::Resource(resource) => Ok(resource),
        Target::Instance(instance) => Ok(std::sync::Arc::unwrap_or_clone(instance.resource)),
    }
}

fn invalid(at: Span, detail: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(codes::ADDRESS, "Invalid address", detail).at(at))
}

fn invalid_operator(at: Span) -> Box<Diagnostic> {
    let detail = "Prefix \"module.\" must be followed by a module name.";
    Box::new(Diagnostic::error(codes::ADDRESS, "Invalid address operator", detail).at(at))
}

struct Steps<'a> {
    all: Vec<TraversalStep>,
    at: usize,
    whole: &'a Traversal,
}

impl<'a> Steps<'a> {
    fn of(reference: &'a Traversal) -> Self {
        let all = std::iter::once(TraversalStep::Attr(reference.root.clone()))
            .chain(reference.steps.iter().cloned())
            .collect();
        Self { all, at: 0, whole: reference }
    }

    fn is_done(&self) -> bool {
        self.at == self.all.len()
    }

    fn name(&self) -> Option<&Ident> {
        self.all.get(self.at).and_then(TraversalStep::attr)
    }

    fn key(&mut self) -> Option<Key> {
        let key = traversal::key(self.all.get(self.at)?)?;
        self.at += 1;
        Some(key)
    }

    fn modules(&mut self) -> Result<Vec<ModuleStep>, Box<Diagnostic>> {
        let mut steps = Vec::new();
        while let Some(keyword) = self.name().filter(|name| name.name == "module") {
            let keyword = keyword.span;
            self.at += 1;
            let here = self.all.get(self.at).map_or(keyword, TraversalStep::span);
            let Some(name) = self.name().cloned() else { return Err(invalid_operator(here)) };
            self.at += 1;
            steps.push(ModuleStep { name: name.name, key: self.key() });
        }
        Ok(steps)
    }

    fn mode(&mut self) -> Result<Mode, Box<Diagnostic>> {
        let Some(word) = self.name() else { return Ok(Mode::Managed) };
        let mode = match word.name.as_str() {
            "data" => Mode::Data,
            "ephemeral" => Mode::Ephemeral,
            "resource" => Mode::Managed,
            keyword if KEYWORDS.contains(&keyword) => {
                let detail = format!(
                    "The keyword \"{keyword}\" is reserved and cannot be used to target a resource address. If you \
                     are targeting a resource type that uses a reserved keyword, please prefix your address with \
                     \"resource.\"."
                );
                return Err(invalid(self.whole.span, detail));
            }
            _ => return Ok(Mode::Managed),
        };
        self.at += 1;
        Ok(mode)
    }

    fn resource(
        &mut self,
        module: ModulePath,
    ) -> Result<(ResourceAddress, Option<Key>), Box<Diagnostic>> {
        let mode = self.mode()?;
        let [type_step, name_step, ..] = &self.all[self.at..] else {
            return Err(invalid(
                self.whole.span,
                "Resource specification must include a resource type and name.",
            ));
        };
        let Some(type_name) = type_step.attr() else {
            return Err(invalid(type_step.span(), "A resource type name is required."));
        };
        let Some(name) = name_step.attr() else {
            return Err(invalid(name_step.span(), "A resource name is required."));
        };
        let resource = ResourceAddress {
            module,
            mode,
            type_name: type_name.name.clone().into(),
            name: name.name.clone(),
        };
        self.at += 2;
        match &self.all[self.at..] {
            [] => Ok((resource, None)),
            [step] => match traversal::key(step) {
                Some(key) => Ok((resource, Some(key))),
                None => Err(invalid(
                    step.span(),
                    "Resource instance key must be given in square brackets.",
                )),
            },
            [_, extra, ..] => {
                Err(invalid(extra.span(), "Unexpected extra operators after address."))
            }
        }
    }
}
