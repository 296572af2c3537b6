//! Type constraints: `list(object({ name = string, size = optional(number, 1) }))`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecow::EcoString;

use super::{Decoder, Quoted};
use crate::config::model::TypeConstraint;
use crate::config::{codes, constant};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::syntax::ast::{Expr, ExprKind, ObjectItem, ObjectKey};
use crate::value::{ObjectType, Type};

const TITLE: &str = "Invalid type specification";

impl Decoder<'_> {
    /// Reads the `type` argument of a variable.
    pub(super) fn type_constraint(&mut self, expr: Expr) -> TypeConstraint {
        let span = Some(expr.span);
        let expr = if self.json.contains(&expr.span.file) {
            self.unquoted(expr, Quoted::Keyword)
        } else {
            if let Some(text) = expr.as_text() {
                self.problems.push(quoted_type(text, expr.span));
                return TypeConstraint { span, ..TypeConstraint::default() };
            }
            expr
        };
        match expr.as_keyword() {
            Some("list") => return of(Type::list(Type::Dynamic), span),
            Some("map") => return of(Type::map(Type::Dynamic), span),
            _ => {}
        }
        let mut reader = Reader { problems: &mut self.problems, has_defaults: false };
        let ty = reader.ty(&expr);
        let with_defaults = reader.has_defaults.then_some(expr);
        TypeConstraint { ty, with_defaults, span, overridden_in: None }
    }
}

fn of(ty: Type, span: Option<Span>) -> TypeConstraint {
    TypeConstraint { ty, span, ..TypeConstraint::default() }
}

fn quoted_type(text: &str, span: Span) -> Diagnostic {
    let quoted = |help: &str| {
        Diagnostic::error(
            codes::TYPE_CONSTRAINT,
            "Invalid quoted type constraints",
            "Terraform 0.11 and earlier required type constraints to be given in quotes, but that form is now \
             deprecated.",
        )
        .at(span)
        .help(help)
    };
    match text {
        "string" => quoted("Remove the quotes around \"string\"."),
        "list" => quoted("Remove the quotes and write list(string) instead."),
        "map" => quoted("Remove the quotes and write map(string) instead."),
        _ => Diagnostic::error(
            codes::TYPE_CONSTRAINT,
            "Invalid legacy variable type hint",
            "To provide a full type expression, remove the surrounding quotes and give the type expression directly.",
        )
        .at(span),
    }
}

struct Reader<'a> {
    problems: &'a mut Diagnostics,
    has_defaults: bool,
}

impl Reader<'_> {
    fn fail(&mut self, span: Span, detail: impl Into<String>) -> Type {
        self.problems.push(Diagnostic::error(codes::TYPE_CONSTRAINT, TITLE, detail).at(span));
        Type::Dynamic
    }

    fn ty(&mut self, expr: &Expr) -> Type {
        match &expr.kind {
            ExprKind::Variable(name) => self.keyword(name, expr.span),
            ExprKind::Call { name, args, parens, .. } => {
                self.constructor(expr.span, &name.name, args, *parens)
            }
            ExprKind::Invalid => Type::Dynamic,
            _ => self.fail(
                expr.span,
                "A type specification is either a primitive type keyword (bool, number, string) or a complex type \
                 constructor call, like list(string).",
            ),
        }
    }

    fn keyword(&mut self, name: &str, span: Span) -> Type {
        match name {
            "bool" => Type::Bool,
            "string" => Type::String,
            "number" => Type::Number,
            "any" => Type::Dynamic,
            "optional" => self.misplaced_optional(span),
            _ => {
                if let Some(message) = arity_message(name) {
                    return self.fail(span, message);
                }
                let detail = format!("The keyword \"{name}\" is not a valid type specification.");
                let known = ["bool", "string", "number", "any"];
                self.problems.push(
                    Diagnostic::error(codes::TYPE_CONSTRAINT, TITLE, detail)
                        .at(span)
                        .did_you_mean(name, known),
                );
                Type::Dynamic
            }
        }
    }

    fn misplaced_optional(&mut self, span: Span) -> Type {
        self.fail(
            span,
            "Keyword \"optional\" is valid only as a modifier for object type attributes.",
        )
    }

    fn constructor(&mut self, span: Span, name: &str, args: &[Expr], parens: Span) -> Type {
        match name {
            "bool" | "string" | "number" => {
                let detail =
                    format!("Primitive type keyword \"{name}\" does not expect arguments.");
                return self.fail(parens, detail);
            }
            "any" => {
                let detail = "Type constraint keyword \"any\" does not expect arguments.";
                return self.fail(parens, detail);
            }
            "optional" => return self.misplaced_optional(span),
            _ => {}
        }
        let Some(message) = arity_message(name) else {
            let detail = format!("Keyword \"{name}\" is not a valid type constructor.");
            return self.fail(span, detail);
        };
        let [only] = args else {
            let at = args.get(1).map_or(parens, |extra| extra.span);
            return self.fail(at, message);
        };
        match name {
            "object" => self.object(only),
            "tuple" => self.tuple(only),
            _ => self.collection(name, only),
        }
    }

    fn collection(&mut self, name: &str, element: &Expr) -> Type {
        let element = self.ty(element);
        match name {
            "list" => Type::list(element),
            "set" => Type::set(element),
            _ => Type::map(element),
        }
    }

    fn tuple(&mut self, expr: &Expr) -> Type {
        let ExprKind::Tuple(elements) = &expr.kind else {
            return self
                .fail(expr.span, "Tuple type constructor requires a list of element types.");
        };
        let mut types = Vec::new();
        for element in elements {
            types.push(self.ty(element));
        }
        Type::tuple(types)
    }

    fn object(&mut self, expr: &Expr) -> Type {
        let ExprKind::Object(items) = &expr.kind else {
            return self.fail(
                expr.span,
                "Object type constructor requires a map whose keys are attribute names and whose values are the \
                 corresponding attribute types.",
            );
        };
        let mut attributes = BTreeMap::new();
        let mut optional = BTreeSet::new();
        for item in items {
            let Some(name) = self.attribute_name(item, &attributes) else { continue };
            let (ty, presence) = self.attribute(&item.value);
            if presence == Presence::Optional {
                optional.insert(name.clone());
            }
            attributes.insert(name, ty);
        }
        Type::Object(Arc::new(ObjectType { attributes, optional }))
    }

    fn attribute_name(
        &mut self,
        item: &ObjectItem,
        taken: &BTreeMap<EcoString, Type>,
    ) -> Option<EcoString> {
        match &item.key {
            ObjectKey::Name(name) if taken.contains_key(&name.name) => {
                self.fail(name.span, "Object constructor map keys must be unique.");
                None
            }
            ObjectKey::Name(name) => Some(name.name.clone()),
            ObjectKey::Expr(key) => {
                self.fail(key.span, "Object constructor map keys must be attribute names.");
                None
            }
        }
    }

    fn attribute(&mut self, expr: &Expr) -> (Type, Presence) {
        let ExprKind::Call { name, args, parens, .. } = &expr.kind else {
            return (self.ty(expr), Presence::Required);
        };
        if name.name != "optional" {
            return (self.ty(expr), Presence::Required);
        }
        match args.as_slice() {
            [] => {
                let detail =
                    "Optional attribute modifier requires the attribute type as its argument.";
                (self.fail(*parens, detail), Presence::Optional)
            }
            [ty] => (self.ty(ty), Presence::Optional),
            [ty, default] => {
                constant::check(default, self.problems);
                self.has_defaults = true;
                (self.ty(ty), Presence::Optional)
            }
            [ty, ..] => {
                self.fail(
                    *parens,
                    "Optional attribute modifier expects at most two arguments: the attribute type, and a default \
                     value.",
                );
                (self.ty(ty), Presence::Optional)
            }
        }
    }
}

/// Whether an object's attribute must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

/// What is said of a type constructor without its one argument; none if there is no such constructor.
fn arity_message(name: &str) -> Option<&'static str> {
    match name {
        "list" => {
            Some("The list type constructor requires one argument specifying the element type.")
        }
        "set" => {
            Some("The set type constructor requires one argument specifying the element type.")
        }
        "map" => {
            Some("The map type constructor requires one argument specifying the element type.")
        }
        "object" => Some(
            "The object type constructor requires one argument specifying the attribute types and values as a map.",
        ),
        "tuple" => Some(
            "The tuple type constructor requires one argument specifying the element types as a list.",
        ),
        _ => None,
    }
}
