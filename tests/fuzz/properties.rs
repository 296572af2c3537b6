//! What holds for any input: no panic, places within the text, a stable formatter, an evaluator that ends and tells no secret.
//!
//! Both the targets of `cargo fuzz` and the test of a minute run these.

use terrace::diag::{Diagnostic, Diagnostics, FileId};
use terrace::eval::{self, Caller, Effects, Found, Outside, Reference, Scope};
use terrace::syntax;
use terrace::syntax::ast::{Body, Expr, ExprKind, TemplateForm, TemplatePart};
use terrace::value::json::to_json;
use terrace::value::{Marks, Type, Value};
use terrace::world::World;

/// What a sensitive variable holds: no text that is shown may have it in it.
const SECRET: &str = "canary-5f1d";

/// A kind of input: what it is called, which files seed it, and what holds for it.
pub struct Target {
    /// The name of the fuzz target.
    pub name: &'static str,
    /// Checks one input; panics where something does not hold.
    pub check: fn(&[u8]),
}

/// All of them.
pub const TARGETS: [Target; 4] = [
    Target { name: "parser", check: parser },
    Target { name: "formatter", check: formatter },
    Target { name: "json", check: json },
    Target { name: "evaluator", check: evaluator },
];

/// Any bytes are parsed, and every problem has its place in them.
pub fn parser(bytes: &[u8]) {
    let (_, problems) = syntax::parse_bytes(bytes, FileId(0));
    let Ok(text) = std::str::from_utf8(bytes) else {
        assert!(problems.has_errors(), "bytes that are no text have an error");
        return;
    };
    within(text, &problems);
    within(text, &syntax::parse_expr(text, FileId(0), 0).1);
    within(text, &syntax::parse_template(text, FileId(0), 0).1);
}

/// What is formatted means the same as before, and formatting it again changes nothing.
pub fn formatter(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(once) = syntax::format(text, FileId(0)) else { return };
    let twice = syntax::format(&once, FileId(0));
    assert_eq!(twice.as_deref(), Ok(once.as_str()), "formatting {text:?} twice");
    let shape = |text: &str| meaning(syntax::parse_file(text, FileId(0)).0);
    assert_eq!(shape(text), shape(&once), "formatting {text:?} gave {once:?}");
}

/// Any text is read as JSON, and every problem has its place in it.
pub fn json(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    within(text, &syntax::parse_json_file(text, FileId(0)).1);
}

/// An expression is evaluated or refused, the same each time, and nobody sees the secret in it.
pub fn evaluator(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (expr, problems) = syntax::parse_expr(text, FileId(0), 0);
    if problems.has_errors() {
        return;
    }
    let shown = shown(&expr);
    assert_eq!(shown, self::shown(&expr), "evaluating {text:?} again");
    // Whoever wrote the secret down, or lifted its mark, may see it.
    if !text.contains("nonsensitive") && !text.contains("canary") {
        assert!(!shown.contains(SECRET), "{text:?} shows the secret: {shown}");
    }
}

/// All that a user sees of an evaluation.
fn shown(expr: &Expr) -> String {
    let names = Names::new();
    let (value, problems) = eval::evaluate(expr, &names);
    let problems: Vec<_> =
        problems.iter().map(|problem| format!("{} {}", problem.summary, problem.detail)).collect();
    let (bare, _) = value.clone().unmark_deep();
    // How it is written as JSON is shown to nobody here; that it can be is what counts.
    drop(to_json(&bare, &bare.ty()));
    format!("{} {} {problems:?}", value.to_console(), value.ty().to_lines())
}

fn within(text: &str, problems: &Diagnostics) {
    for problem in problems {
        let span = problem.subject.expect("syntax errors have a place");
        let range = span.start as usize..span.end as usize;
        assert!(text.get(range).is_some(), "{problem:?} in {text:?}");
    }
}

/// The tree without places, and with old spellings as the formatter writes them.
fn meaning(mut body: Body) -> String {
    modernize(&mut body, "");
    let text = format!("{body:?}");
    let mut result = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("Span {") {
        result.push_str(before);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    result + rest
}

fn modernize(body: &mut Body, block: &str) {
    body.attributes.retain(|attribute| block != "variable" || attribute.name.name != "type");
    for attribute in &mut body.attributes {
        unwrap(&mut attribute.expr);
    }
    for block in &mut body.blocks {
        let name = block.ident.name.clone();
        modernize(&mut block.body, &name);
    }
}

/// Takes away `"${…}"` and the parentheses that the formatter puts in its place.
fn unwrap(expr: &mut Expr) {
    loop {
        let inner = match &mut expr.kind {
            ExprKind::Parens(inner) => std::mem::replace(&mut inner.kind, ExprKind::Invalid),
            ExprKind::Template(template) if template.form == TemplateForm::Quoted => {
                match template.parts.as_mut_slice() {
                    [TemplatePart::Interpolation(inner)] => {
                        std::mem::replace(&mut inner.kind, ExprKind::Invalid)
                    }
                    _ => return,
                }
            }
            _ => return,
        };
        expr.kind = inner;
    }
}

/// Variables of every kind, `var.NAME`; any other name is an unknown of unknown type.
struct Names {
    outside: Outside,
}

impl Names {
    fn new() -> Self {
        let world = World::in_memory(jiff::Timestamp::UNIX_EPOCH, 1);
        let outside =
            Outside { effects: Effects::Now, caller: Caller::Console, ..Outside::new(world, "") };
        Self { outside }
    }
}

fn variable(name: &str) -> Value {
    let text = |text: &str| Value::string(text);
    match name {
        "s" => text("Grüße, Wörld"),
        "n" => Value::number(42),
        "b" => Value::bool(true),
        "null" => Value::null(Type::Dynamic),
        "l" => Value::list(Type::String, ["b", "a", "c"].map(text)),
        "m" => Value::map(Type::Number, [("a", Value::number(1)), ("b", Value::number(2))]),
        "o" => Value::object([("name", text("n")), ("tags", Value::tuple([Value::bool(false)]))]),
        "t" => Value::tuple([Value::number(1), text("two"), Value::null(Type::Dynamic)]),
        "secret" => text(SECRET).with_marks(Marks::SENSITIVE),
        "secrets" => Value::object([
            ("key", text(SECRET).with_marks(Marks::SENSITIVE)),
            ("open", text("plain")),
        ]),
        "brief" => text("short-lived").with_marks(Marks::EPHEMERAL),
        "us" => Value::unknown(Type::String),
        "un" => Value::unknown(Type::Number),
        "ul" => Value::unknown(Type::list(Type::String)),
        "um" => Value::unknown(Type::map(Type::Number)),
        _ => Value::open(),
    }
}

impl Scope for Names {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        match (reference.root.as_str(), reference.attr(0)) {
            ("var", Some(name)) => Ok(Found { value: variable(&name.name), used: 1 }),
            _ => Ok(Found { value: Value::open(), used: 0 }),
        }
    }

    fn outside(&self) -> &Outside {
        &self.outside
    }
}
