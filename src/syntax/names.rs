//! What an expression asks its scope for: names that nothing within it binds, each with the attributes and literal keys
//! that follow, and the functions that it calls.

use super::ast::{Expr, ExprKind, Ident, ObjectKey, Template, TemplatePart};

/// What was met, in the order of the text.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// The longest plain reference at the beginning of a chain: of `a.b[var.i].c` it is `a.b`. Always one for which
    /// [`Expr::as_traversal`] answers something. What is calculated in the keys comes after it.
    Name(&'a Expr),
    /// A call of a function.
    Call(&'a Expr),
}

/// Whether the arguments of calls are looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// They are.
    Followed,
    /// They are not.
    Skipped,
}

/// Everything that an expression asks its scope for.
pub fn asked<'a>(expr: &'a Expr, arguments: Arguments, found: impl FnMut(Asked<'a>)) {
    Walk { bound: Vec::new(), arguments, found }.expr(expr);
}

/// The same of a template.
pub fn asked_by_template<'a>(template: &'a Template, found: impl FnMut(Asked<'a>)) {
    let mut walk = Walk { bound: Vec::new(), arguments: Arguments::Followed, found };
    walk.parts(&template.parts);
}

struct Walk<'a, F> {
    /// Names that a `for` around the place binds.
    bound: Vec<&'a str>,
    arguments: Arguments,
    found: F,
}

impl<'a, F: FnMut(Asked<'a>)> Walk<'a, F> {
    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::SplatItem
            | ExprKind::Invalid => {}
            ExprKind::Variable(_) | ExprKind::Attr { .. } | ExprKind::Index { .. } => {
                self.chain(expr);
            }
            ExprKind::Template(template) => self.parts(&template.parts),
            ExprKind::Unary { operand: on, .. } | ExprKind::Parens(on) => self.expr(on),
            ExprKind::Splat { on, each, .. } => self.all([&**on, &**each]),
            ExprKind::Tuple(elements) => self.all(elements),
            ExprKind::Call { args, .. } => {
                (self.found)(Asked::Call(expr));
                if self.arguments == Arguments::Followed {
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
            ExprKind::For(each) => {
                self.expr(&each.collection);
                self.within(each.key_name.iter().chain([&each.value_name]), |walk| {
                    walk.all(each.key.iter().chain([&each.value]).chain(&each.condition));
                });
            }
            ExprKind::Conditional { condition, yes, no } => self.all([&**condition, &**yes, &**no]),
            ExprKind::Binary { first, rest } => {
                self.expr(first);
                self.all(rest.iter().map(|operation| &operation.operand));
            }
        }
    }

    fn all(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    /// Takes `expr` as the end of a chain of attributes and keys.
    fn chain(&mut self, expr: &'a Expr) {
        match (expr.root_name(), &expr.kind) {
            (Some(root), _) if self.bound.contains(&root) => {}
            (Some(_), _) => (self.found)(Asked::Name(expr)),
            (None, ExprKind::Attr { on, .. }) => self.chain(on),
            (None, ExprKind::Index { on, key, .. }) => {
                self.chain(on);
                self.expr(key);
            }
            (None, ExprKind::Variable(_)) => {}
            (None, _) => self.expr(expr),
        }
    }

    fn within(
        &mut self,
        names: impl IntoIterator<Item = &'a Ident>,
        inner: impl FnOnce(&mut Self),
    ) {
        let depth = self.bound.len();
        self.bound.extend(names.into_iter().map(|name| name.name.as_str()));
        inner(self);
        self.bound.truncate(depth);
    }

    fn parts(&mut self, parts: &'a [TemplatePart]) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::FileId;
    use crate::syntax::parse_expr;

    fn shown(text: &str, arguments: Arguments) -> String {
        let (expr, problems) = parse_expr(text, FileId(0), 0);
        assert!(problems.is_empty(), "{text}: {problems:?}");
        let mut shown = Vec::new();
        asked(&expr, arguments, |one| {
            let (at, mark) = match one {
                Asked::Name(expr) => (expr, ""),
                Asked::Call(expr) => (expr, "!"),
            };
            shown.push(format!("{mark}{}", &text[at.span.start as usize..at.span.end as usize]));
        });
        shown.join(" | ")
    }

    #[test]
    fn names_come_with_what_follows_them() {
        let check = |text, expect| assert_eq!(shown(text, Arguments::Followed), expect, "{text}");
        check("a.b[var.i].c", "a.b | var.i");
        check("a[0].b[\"k\"].c", "a[0].b[\"k\"].c");
        check("a[*].b", "a");
        check("[for k, v in var.m : v.x if local.on][0]", "var.m | local.on");
        check("f(a.b, g(c))", "!f(a.b, g(c)) | a.b | !g(c) | c");
        check("\"${a.b} %{ for x in xs }${x}%{ endfor }\"", "a.b | xs");
        check("{ (a) = b, c = d }", "a | b | d");
        check("(a.b).c", "a.b");
        check("f(a)[b.c]", "!f(a) | a | b.c");
        check("null", "");
        assert_eq!(shown("[a, f(b)]", Arguments::Skipped), "a | !f(b)");
    }
}
