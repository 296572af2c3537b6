//! What the conformance cases do not ask: the seam to the scope, places of problems, and speed by counting.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::*;
use crate::diag::{Diagnostic, FileId};
use crate::syntax::parse_expr;
use crate::value::{Kind, Marks};
use crate::world::World;

/// Ten thousand resources, of which each answers by itself; counts how often it is asked.
struct Many {
    asked: Cell<usize>,
    names: BTreeMap<String, Value>,
    outside: Outside,
}

impl Many {
    fn new() -> Self {
        let object = |index: i64| Value::object([("id", Value::number(index))]);
        let names = (0..10_000).map(|index| (format!("x{index}"), object(index))).collect();
        let world = World::in_memory(jiff::Timestamp::UNIX_EPOCH, 1);
        Self { asked: Cell::new(0), names, outside: Outside::new(world, "") }
    }
}

impl Scope for Many {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        self.asked.set(self.asked.get() + 1);
        let name = reference.attr(0).map_or("", |name| name.name.as_str());
        match (reference.root.as_str(), self.names.get(name)) {
            ("terraform_data", Some(value)) => Ok(Found { value: value.clone(), used: 1 }),
            ("all", _) => {
                let all = Value::tuple(self.names.values().cloned());
                let key = reference.key(0).and_then(|key| key.as_number()?.to_i64());
                match key.and_then(|key| usize::try_from(key).ok()) {
                    Some(key) => Ok(Found {
                        value: all.as_sequence().expect("a tuple")[key].clone(),
                        used: 1,
                    }),
                    None => Ok(Found { value: all, used: 0 }),
                }
            }
            ("secret", _) => {
                Ok(Found { value: Value::string("hush").with_marks(Marks::SENSITIVE), used: 0 })
            }
            _ => Err(Box::new(problem::undeclared_local(name, [], reference.span))),
        }
    }

    fn outside(&self) -> &Outside {
        &self.outside
    }
}

fn eval(text: &str, scope: &dyn Scope) -> (Value, Diagnostics) {
    let (expr, problems) = parse_expr(text, FileId(0), 0);
    assert!(!problems.has_errors(), "{problems:?}");
    evaluate(&expr, scope)
}

#[test]
fn a_reference_is_asked_for_as_a_whole() {
    let scope = Many::new();
    for (text, expect, asked) in [
        ("terraform_data.x1234.id", "1234", 1),
        ("all[2 * 3].id", "1002", 1),
        ("[for n in [1, 2] : n + terraform_data.x5.id]", "[\n  6,\n  7,\n]", 2),
        ("length(all[*].id)", "10000", 1),
    ] {
        scope.asked.set(0);
        let (value, problems) = eval(text, &scope);
        assert!(problems.is_empty(), "{text}: {problems:?}");
        assert_eq!((value.to_console().as_str(), scope.asked.get()), (expect, asked), "{text}");
    }
}

#[test]
fn problems_point_at_what_is_wrong() {
    let scope = Many::new();
    for (text, code, at) in [
        ("1 + [2]", 305, "[2]"),
        ("terraform_data.x1.nope", 300, "nope"),
        ("[1, 2][7]", 301, "7"),
        ("upper(\"a\", \"b\")", 321, "\"b\""),
        ("upper([])", 323, "[]"),
        ("nope(1)", 319, "nope"),
        ("\"a${null}\"", 310, "null"),
        ("1 ? 2 : 3", 309, "1"),
    ] {
        let (_, problems) = eval(text, &scope);
        let first = problems.iter().next().expect(text);
        let span = first.subject.expect(text);
        let underlined = &text[span.start as usize..span.end as usize];
        assert_eq!((first.code.0, underlined), (code, at), "{text}");
    }
}

#[test]
fn secrets_stay_marked_and_out_of_messages() {
    let scope = Many::new();
    for text in
        ["upper(secret)", "\"a ${secret} b\"", "secret == \"x\"", "[secret][0]", "{ (secret) = 1 }"]
    {
        let (value, _) = eval(text, &scope);
        assert!(value.deep_marks().is_sensitive(), "{text}");
        assert!(!value.to_console().contains("hush"), "{text}");
    }
    for text in [
        "tonumber(secret)",
        "secret + 1",
        "parseint(secret, 10)",
        "lookup({}, secret)",
        "file(secret)",
        "regex(secret, \"a\")",
    ] {
        let (_, problems) = eval(text, &scope);
        assert!(problems.has_errors(), "{text}");
        assert!(!format!("{problems:?}").contains("hush"), "{text}: {problems:?}");
    }
}

#[test]
fn deep_expressions_are_refused() {
    let scope = Many::new();
    let mut expr = parse_expr("1", FileId(0), 0).0;
    for _ in 0..2_000 {
        expr = Expr { span: expr.span, kind: crate::syntax::ast::ExprKind::Parens(Box::new(expr)) };
    }
    let (value, problems) = evaluate_checked(&expr, &scope);
    assert!(problems.has_errors() && matches!(value.kind(), Kind::Unknown(_)));
}

#[test]
fn nesting_ends_before_the_stack() {
    let scope = Many::new();
    let forms = [
        ("[for x in [1] : ", "]"),
        ("true ? ", " : 1"),
        ("upper(", ")"),
        ("\"a${", "}\""),
        ("{ a = ", " }"),
        ("[", "]"),
        ("!", ""),
        ("try(", ")"),
    ];
    for (open, close) in forms {
        for depth in [100, 200] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let (expr, _) = parse_expr(&text, FileId(0), 0);
            let _ = evaluate_checked(&expr, &scope);
        }
    }
}

#[test]
fn many_operators_in_a_row_are_calculated() {
    let scope = Many::new();
    let (sum, problems) = eval(&format!("0{}", " + 2 - 1".repeat(5_000)), &scope);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(sum.as_number().and_then(crate::value::Number::to_i64), Some(5_000));
    let (all, _) = eval(&format!("true{}", " && true".repeat(5_000)), &scope);
    assert_eq!(all.as_bool(), Some(true));
    let (_, problems) = eval("1 + \"x\" + 1 + \"y\"", &scope);
    let wrong = problems.iter().map(|problem| problem.detail.as_str()).collect::<Vec<_>>();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}
