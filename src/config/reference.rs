//! What an expression refers to.

use ecow::EcoString;

use super::model::ResourceKey;
use super::traversal::{Step, Traversal};
use crate::base::{Key, Mode};
use crate::diag::Span;
use crate::syntax::ast::{Body, Expr, ExprKind, ForExpr, Ident, ObjectKey, TemplatePart};

/// Every reference in an expression, in the order of the text, names bound by `for` left out. Of `a.b[var.i].c` these
/// are `a.b` and `var.i`.
pub fn references(expr: &Expr) -> Vec<Traversal> {
    let mut walk = Walk::default();
    walk.expr(expr);
    walk.found
}

/// What keeps an expression from being a constant: references and calls, with what is in the arguments of calls left
/// out.
pub fn variable_parts(expr: &Expr) -> (Vec<Traversal>, Vec<Span>) {
    let mut walk = Walk { skip_arguments: true, ..Walk::default() };
    walk.expr(expr);
    (walk.found, walk.calls)
}

/// Every expression of a body, at any depth, in the order of arguments and then blocks. Of JSON only what is already
/// told apart.
pub fn expressions(body: &Body) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = body.attributes.iter().map(|attribute| &attribute.expr).collect();
    for block in &body.blocks {
        found.extend(expressions(&block.body));
    }
    found
}

/// What a reference names.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// `var.name`
    Variable(EcoString),
    /// `local.name`
    Local(EcoString),
    /// `aws_vpc.main`, `resource.x.y`, `data.x.y`, `ephemeral.x.y`
    Resource(ResourceKey),
    /// `module.name`
    Module(EcoString),
    /// `count.index`
    Count,
    /// `each.key`, `each.value`
    Each,
    /// `self`
    Itself,
    /// `path.*`, `terraform.*`, `phase.*`, `stack.*`
    Builtin,
    /// Not a reference that the language has; evaluating it says why.
    Other,
}

/// What the references of an expression name.
pub fn subjects(expr: &Expr) -> impl Iterator<Item = Subject> {
    references(expr).into_iter().map(|reference| subject(&reference).0)
}

/// What a reference names, and how many of its steps belong to the name; the key of a resource or module does not.
pub fn subject(reference: &Traversal) -> (Subject, usize) {
    let name = |at: usize| reference.steps.get(at).and_then(Step::name).map(|n| n.name.clone());
    match reference.root.name.as_str() {
        "var" => (name(0).map_or(Subject::Other, Subject::Variable), 1),
        "local" => (name(0).map_or(Subject::Other, Subject::Local), 1),
        "module" => (name(0).map_or(Subject::Other, Subject::Module), 1),
        "count" => (Subject::Count, 1),
        "each" => (Subject::Each, 1),
        "self" => (Subject::Itself, 0),
        "path" | "terraform" | "phase" | "stack" => (Subject::Builtin, 1),
        "data" => (resource(Mode::Data, name(0), name(1)), 2),
        "ephemeral" => (resource(Mode::Ephemeral, name(0), name(1)), 2),
        "resource" => (resource(Mode::Managed, name(0), name(1)), 2),
        "template" | "lazy" | "arg" => (Subject::Other, 0),
        root => (resource(Mode::Managed, Some(root.into()), name(0)), 1),
    }
}

fn resource(mode: Mode, type_name: Option<EcoString>, name: Option<EcoString>) -> Subject {
    match (type_name, name) {
        (Some(type_name), Some(name)) => {
            Subject::Resource(ResourceKey { mode, type_name: type_name.into(), name })
        }
        _ => Subject::Other,
    }
}

impl Traversal {
    /// The stretch from the root to the end of step `count`.
    pub fn prefix(&self, count: usize) -> Span {
        match count.checked_sub(1).and_then(|last| self.steps.get(last)) {
            Some(step) => self.root.span.to(step.span()),
            None => self.root.span,
        }
    }

    /// The instance key that follows the first `count` steps.
    pub fn key(&self, count: usize) -> Option<&Key> {
        match self.steps.get(count) {
            Some(Step::Key(key, _)) => Some(key),
            _ => None,
        }
    }
}

#[derive(Default)]
struct Walk {
    bound: Vec<EcoString>,
    found: Vec<Traversal>,
    calls: Vec<Span>,
    skip_arguments: bool,
}

impl Walk {
    /// Takes `expr` as the end of a chain of attributes and constant keys. Where its root is a name, the chain's
    /// longest beginning without calculated keys is a reference.
    fn chain(&mut self, expr: &Expr) {
        let mut at = expr;
        let mut steps: Vec<Step> = Vec::new();
        let mut end = expr.span;
        let mut calculated = Vec::new();
        loop {
            match &at.kind {
                ExprKind::Variable(name) => {
                    if !self.bound.contains(name) {
                        steps.reverse();
                        let root = Ident { name: name.clone(), span: at.span };
                        self.found.push(Traversal { root, steps, span: at.span.to(end) });
                    }
                    break;
                }
                ExprKind::Attr { on, name } => {
                    steps.push(Step::Name(name.clone()));
                    at = on;
                }
                ExprKind::Index { on, key, .. } => {
                    match super::traversal::constant_key(key) {
                        Some(constant) => {
                            let span = Span { start: on.span.end, ..at.span };
                            steps.push(Step::Key(constant, span));
                        }
                        None => {
                            steps.clear();
                            end = on.span;
                            calculated.push(&**key);
                        }
                    }
                    at = on;
                }
                _ => {
                    self.expr(at);
                    break;
                }
            }
        }
        calculated.into_iter().rev().for_each(|key| self.expr(key));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Variable(_) | ExprKind::Attr { .. } | ExprKind::Index { .. } => {
                self.chain(expr);
            }
            ExprKind::Template(template) => self.parts(&template.parts),
            ExprKind::Unary { operand: on, .. } | ExprKind::Parens(on) => self.expr(on),
            ExprKind::Splat { on, each, .. } => self.all([&**on, &**each]),
            ExprKind::Tuple(elements) => self.all(elements),
            ExprKind::Call { args, .. } => {
                self.calls.push(expr.span);
                if !self.skip_arguments {
                    self.all(args);
                }
            }
            ExprKind::Object(items) => {
                for item in items {
                    if let ObjectKey::Expr(key) = &item.key {
                        self.expr(key);
                    }
                    self.expr(&item.value);
                }
            }
            ExprKind::For(each) => self.for_expr(each),
            ExprKind::Conditional { condition, yes, no } => self.all([&**condition, &**yes, &**no]),
            ExprKind::Binary { left, right, .. } => self.all([&**left, &**right]),
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::SplatItem
            | ExprKind::Invalid => {}
        }
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn for_expr(&mut self, each: &ForExpr) {
        self.expr(&each.collection);
        self.within(each.key_name.iter().chain([&each.value_name]), |walk| {
            walk.all(each.key.iter().chain([&each.value]).chain(&each.condition));
        });
    }

    fn within<'n>(
        &mut self,
        names: impl IntoIterator<Item = &'n Ident>,
        inner: impl FnOnce(&mut Self),
    ) {
        let depth = self.bound.len();
        self.bound.extend(names.into_iter().map(|name| name.name.clone()));
        inner(self);
        self.bound.truncate(depth);
    }

    fn parts(&mut self, parts: &[TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Literal(..) => {}
                TemplatePart::Interpolation(expr) => self.expr(expr),
                TemplatePart::If { condition, yes, no, .. } => {
                    self.expr(condition);
                    self.parts(yes);
                    self.parts(no);
                }
                TemplatePart::For { key_name, value_name, collection, body, .. } => {
                    self.expr(collection);
                    self.within(key_name.iter().chain([value_name]), |walk| walk.parts(body));
                }
            }
        }
    }
}
