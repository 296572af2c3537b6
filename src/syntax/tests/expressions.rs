//! What the parts of an expression belong to, and that printing and parsing undo each other.

use proptest::prelude::*;

use super::printer::print;
use crate::diag::FileId;
use crate::syntax::ast::{Expr, ExprKind, Template, TemplatePart};
use crate::syntax::{parse_expr, parse_template};

fn parsed(text: &str) -> Expr {
    let (expr, problems) = parse_expr(text, FileId(0), 0);
    assert!(problems.is_empty(), "{problems:?} in {text:?}");
    expr
}

/// The text with parentheses around each operation, so that it shows what belongs to what.
fn grouped(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Binary { first, rest } => rest.iter().fold(grouped(first), |left, operation| {
            format!("{:?}({left}, {})", operation.op, grouped(&operation.operand))
        }),
        ExprKind::Unary { op, operand } => format!("{op:?}({})", grouped(operand)),
        ExprKind::Conditional { condition, yes, no } => {
            format!("If({}, {}, {})", grouped(condition), grouped(yes), grouped(no))
        }
        ExprKind::Attr { on, name } => format!("{}.{}", grouped(on), name.name),
        ExprKind::Index { on, key, .. } => format!("{}[{}]", grouped(on), grouped(key)),
        ExprKind::Splat { on, form, each, .. } => {
            format!("{form:?}({}, {})", grouped(on), grouped(each))
        }
        ExprKind::SplatItem => "@".into(),
        _ => print(expr),
    }
}

#[test]
fn operators_bind_as_they_should() {
    let table = [
        ("1+2*3", "Add(1, Multiply(2, 3))"),
        ("1-2-3", "Subtract(Subtract(1, 2), 3)"),
        ("a||b&&c==d<e+f*g", "Or(a, And(b, Equal(c, Less(d, Add(e, Multiply(f, g))))))"),
        ("-a.b+c", "Add(Negate(a.b), c)"),
        ("!-a", "Not(Negate(a))"),
        ("a?b:c?d:e", "If(a, b, If(c, d, e))"),
        ("a?b?c:d:e", "If(a, If(b, c, d), e)"),
        ("a==b?c:d", "If(Equal(a, b), c, d)"),
        ("a-b", "a-b"),
        ("a - b", "Subtract(a, b)"),
        ("a[0].b[c]", "a[0].b[c]"),
        ("a.0.b", "a[0].b"),
        ("a[*].b[0].c", "Full(a, @.b[0].c)"),
        ("a.*.b[0].c", "Attribute(a, @.b)[0].c"),
        ("a.*.b.0", "Attribute(a, @.b[0])"),
        ("a[*].b[*].c", "Full(a, Full(@.b, @.c))"),
        ("a\n.b\n+\nc", "Add(a.b, c)"),
        ("1.5e3.a", "1500.a"),
    ];
    for (text, expected) in table {
        assert_eq!(grouped(&parsed(text)), expected, "{text}");
    }
}

/// A template's parts, each text in quotes.
fn parts(template: &Template) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Literal(text, _) => format!("{:?}", text.as_str()),
        TemplatePart::Interpolation(expr) => print(expr),
        TemplatePart::If { condition, yes, no, .. } => {
            let branch = |parts: &[TemplatePart]| {
                self::parts(&Template { parts: parts.to_vec(), form: template.form })
            };
            format!("if {} [{}] [{}]", print(condition), branch(yes), branch(no))
        }
        TemplatePart::For { .. } => "for".into(),
    };
    template.parts.iter().map(part).collect::<Vec<_>>().join(" ")
}

#[test]
fn templates_are_split_into_parts() {
    let table = [
        ("\"\"", ""),
        ("\"a\"", "\"a\""),
        ("\"${a}\"", "a"),
        ("\" ${~ a ~} b\"", "\"\" a \"b\""),
        ("\"a$${b} %%{c} $d $$e $$${f}\"", "\"a${b} %{c} $d $$e $${f}\""),
        ("\"\\n\\t\\\"\\\\\\u00e9\\U0001f600\"", "\"\\n\\t\\\"\\\\é😀\""),
        ("\"${ {a = 1}.a }\"", "{a = 1}.a"),
        ("\"${\"${a}\"}\"", "\"${a}\""),
        ("\"%{ if a ~} b %{~ else ~} c %{ endif }d\"", "if a [\"b\"] [\"c \"] \"d\""),
        ("<<E\na\n ${b}\nE\n", "\"a\\n \" b \"\\n\""),
        ("<<-E\n    a\n\n      b ${c}\n  E\n", "\"a\\n\\n  b \" c \"\\n\""),
        ("<<-E\n  ${a}\n    b\n  E\n", "\"\" a \"\\n  b\\n\""),
        ("<<-E\n${a}\n  b\nE\n", "a \"\\n  b\\n\""),
        ("<<E\r\na\r\nE\r\n", "\"a\\r\\n\""),
        ("<<E\nE\n", ""),
    ];
    for (text, expected) in table {
        let expr = parsed(text);
        let ExprKind::Template(template) = &expr.kind else { panic!("{expr:?}") };
        assert_eq!(parts(template), expected, "{text}");
    }
    let (template, problems) = parse_template("a \"${b}\"\n$${c} \\n", FileId(0), 0);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(parts(&template), "\"a \\\"\" b \"\\\"\\n${c} \\\\n\"");
}

/// Texts of expressions as the printer writes them.
fn expressions() -> impl Strategy<Value = String> {
    let name = "[a-eé][a-z0-9_-]{0,3}".prop_filter("is no keyword", |name| {
        !matches!(name.as_str(), "for" | "in" | "if" | "null" | "true" | "false")
    });
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        (0..1000_u32).prop_map(|number| number.to_string()),
        name.clone(),
        "[a-z $%é{}]{0,6}"
            .prop_map(|text| { format!("\"{}\"", text.replace("${", "$${").replace("%{", "%%{")) }),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let name = name.clone();
        let op = prop::sample::select(vec!["||", "&&", "==", "<", ">=", "+", "-", "*", "/", "%"]);
        let both = (inner.clone(), inner.clone());
        prop_oneof![
            (both.clone(), op).prop_map(|((a, b), op)| format!("(({a}) {op} ({b}))")),
            inner.clone().prop_map(|a| format!("(-({a}))")),
            inner.clone().prop_map(|a| format!("(!({a}))")),
            (both.clone(), inner.clone()).prop_map(|((a, b), c)| format!("(({a}) ? {b} : {c})")),
            (inner.clone(), name.clone()).prop_map(|(a, name)| format!("({a}).{name}")),
            both.clone().prop_map(|(a, b)| format!("({a})[{b}]")),
            (inner.clone(), name.clone()).prop_map(|(a, name)| format!("({a})[*].{name}[0]")),
            (inner.clone(), name.clone()).prop_map(|(a, name)| format!("({a}).*.{name}.0")),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|a| format!("[{}]", a.join(", "))),
            (name.clone(), prop::collection::vec(inner.clone(), 1..3))
                .prop_map(|(name, args)| format!("a::{name}({}...)", args.join(", "))),
            (name.clone(), both.clone())
                .prop_map(|(name, (a, b))| format!("{{{name} = {a}, ({a}) = {b}}}")),
            (name.clone(), both.clone())
                .prop_map(|(name, (a, b))| format!("[for {name} in ({a}) : ({b}) if true]")),
            (name, both.clone())
                .prop_map(|(name, (a, b))| format!("{{for k, {name} in ({a}) : ({b}) => 1...}}")),
            both.clone().prop_map(|(a, b)| format!("\"x${{{a}}} ${{{b}}}\"")),
            both.prop_map(|(a, b)| format!("\"%{{if {a}}}a%{{else}}${{{b}}}%{{endif}}\"")),
        ]
    })
}

proptest! {
    #[test]
    fn printing_undoes_parsing(text in expressions()) {
        prop_assert_eq!(print(&parsed(&text)), text);
    }
}
