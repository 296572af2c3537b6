//! Type constraints as they are written: `list(object({ name = string, size = optional(number, 3) }))`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecow::EcoString;

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::syntax::ast::{Expr, ExprKind, ObjectItem, ObjectKey, TemplatePart};
use crate::value::{Defaults, ObjectType, Type, Value, convert};

use super::Scope;

const INVALID: &str = "Invalid type specification";

/// Reads a type constraint with the defaults of its optional attributes, which `scope` evaluates: it should know no names.
///
/// With errors the type is [`Type::Dynamic`] where it could not be read.
pub fn type_constraint(expr: &Expr, scope: &dyn Scope) -> (Type, Defaults, Diagnostics) {
    let mut reader = Reader { scope, problems: Diagnostics::none() };
    let (ty, defaults) = reader.read(expr);
    (ty, defaults, reader.problems)
}

struct Reader<'s> {
    scope: &'s dyn Scope,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn wrong(&mut self, span: Span, detail: impl Into<String>) -> (Type, Defaults) {
        self.problems.push(Diagnostic::error(215, INVALID, detail).at(span));
        (Type::Dynamic, Defaults::default())
    }

    fn read(&mut self, expr: &Expr) -> (Type, Defaults) {
        let plain = |ty| (ty, Defaults::default());
        match &expr.kind {
            ExprKind::Variable(name) => match name.as_str() {
                "bool" => plain(Type::Bool),
                "string" => plain(Type::String),
                "number" => plain(Type::Number),
                "any" => plain(Type::Dynamic),
                "list" | "set" | "map" => self.wrong(
                    expr.span,
                    format!("The {name} type constructor requires one argument specifying the element type."),
                ),
                "object" => self.wrong(
                    expr.span,
                    "The object type constructor requires one argument specifying the attribute types and values as a map.",
                ),
                "tuple" => self.wrong(
                    expr.span,
                    "The tuple type constructor requires one argument specifying the element types as a list.",
                ),
                "optional" => self.wrong(
                    expr.span,
                    "Keyword \"optional\" is valid only as a modifier for object type attributes.",
                ),
                _ => self.wrong(expr.span, format!("The keyword {name:?} is not a valid type specification.")),
            },
            ExprKind::Call { name, args, .. } => self.read_call(expr, name.name.as_str(), args),
            ExprKind::Invalid => plain(Type::Dynamic),
            _ => self.wrong(
                expr.span,
                "A type specification is either a primitive type keyword (bool, number, string) or a complex type \
                 constructor call, like list(string).",
            ),
        }
    }

    fn read_call(&mut self, expr: &Expr, name: &str, args: &[Expr]) -> (Type, Defaults) {
        let none = Defaults::default;
        let [arg] = args else {
            return match name {
                "bool" | "string" | "number" | "any" => self.wrong(
                    expr.span,
                    format!("Primitive type keyword {name:?} does not expect arguments."),
                ),
                "optional" => self.wrong(
                    expr.span,
                    "Keyword \"optional\" is valid only as a modifier for object type attributes.",
                ),
                _ => self.wrong(
                    expr.span,
                    format!("The {name} type constructor requires one argument specifying the element type."),
                ),
            };
        };
        let element = |inner: Defaults| {
            if inner.is_empty() {
                return none();
            }
            let children = BTreeMap::from([(EcoString::from(Defaults::ELEMENTS), inner)]);
            Defaults { attributes: BTreeMap::new(), children }
        };
        match name {
            "list" | "set" | "map" => {
                let (inner, defaults) = self.read(arg);
                let ty = match name {
                    "list" => Type::list(inner),
                    "set" => Type::set(inner),
                    _ => Type::map(inner),
                };
                (ty, element(defaults))
            }
            "object" => match &arg.kind {
                ExprKind::Object(items) => self.read_object(items),
                _ => self.wrong(
                    arg.span,
                    "Object type constructor requires a map whose keys are attribute names and whose values are the \
                     corresponding attribute types.",
                ),
            },
            "tuple" => match &arg.kind {
                ExprKind::Tuple(elements) => self.read_tuple(elements),
                _ => self.wrong(arg.span, "Tuple type constructor requires a list of element types."),
            },
            "bool" | "string" | "number" | "any" => self.wrong(
                arg.span,
                format!("Primitive type keyword {name:?} does not expect arguments."),
            ),
            "optional" => self.wrong(
                expr.span,
                "Keyword \"optional\" is valid only as a modifier for object type attributes.",
            ),
            _ => self.wrong(
                expr.span,
                format!("Keyword {name:?} is not a valid type constructor."),
            ),
        }
    }

    fn read_tuple(&mut self, elements: &[Expr]) -> (Type, Defaults) {
        let mut defaults = Defaults::default();
        let mut types = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let (ty, inner) = self.read(element);
            if !inner.is_empty() {
                defaults.children.insert(ecow::eco_format!("{index}"), inner);
            }
            types.push(ty);
        }
        (Type::tuple(types), defaults)
    }

    fn read_object(&mut self, items: &[ObjectItem]) -> (Type, Defaults) {
        let mut attributes = BTreeMap::new();
        let mut optional = BTreeSet::new();
        let mut defaults = Defaults::default();
        for item in items {
            let Some(name) = self.attribute_name(&item.key) else { continue };
            let (ty, inner, default) = match &item.value.kind {
                ExprKind::Call { name: modifier, args, .. } if modifier.name == "optional" => {
                    optional.insert(name.clone());
                    self.read_optional(&item.value, args)
                }
                _ => {
                    let (ty, inner) = self.read(&item.value);
                    (ty, inner, None)
                }
            };
            if let Some(default) = default {
                defaults.attributes.insert(name.clone(), default);
            }
            if !inner.is_empty() {
                defaults.children.insert(name.clone(), inner);
            }
            attributes.insert(name, ty);
        }
        (Type::Object(Arc::new(ObjectType { attributes, optional })), defaults)
    }

    fn attribute_name(&mut self, key: &ObjectKey) -> Option<EcoString> {
        let span = match key {
            ObjectKey::Name(name) => return Some(name.name.clone()),
            ObjectKey::Expr(expr) => match &expr.kind {
                ExprKind::Template(template) => match template.parts.as_slice() {
                    [TemplatePart::Literal(text, _)] => return Some(text.clone()),
                    _ => expr.span,
                },
                _ => expr.span,
            },
        };
        self.wrong(span, "Object constructor map keys must be attribute names.");
        None
    }

    /// `optional(type)`, `optional(type, default)`
    fn read_optional(&mut self, expr: &Expr, args: &[Expr]) -> (Type, Defaults, Option<Value>) {
        let (ty_expr, default) = match args {
            [ty] => (ty, None),
            [ty, default] => (ty, Some(default)),
            _ => {
                let detail =
                    "Optional attribute modifier expects a type and at most one default value.";
                let (ty, inner) = self.wrong(expr.span, detail);
                return (ty, inner, None);
            }
        };
        let (ty, inner) = self.read(ty_expr);
        let Some(default) = default else { return (ty, inner, None) };
        let value = self.problems.take(super::evaluate(default, self.scope));
        match convert(&value, &ty) {
            Ok(_) if inner.is_empty() => {
                let value = convert(&value, &ty).unwrap_or(value);
                (ty, inner, Some(value))
            }
            // Defaults further down are filled in when this one is used.
            Ok(value) => (ty, inner, Some(value)),
            Err(error) => {
                let detail = format!(
                    "This default value is not compatible with the attribute's type constraint: {}.",
                    error.with_path()
                );
                let problem =
                    Diagnostic::error(341, "Invalid default value for optional attribute", detail);
                self.problems.push(problem.at(default.span));
                (ty, inner, None)
            }
        }
    }
}
