//! The tree beside that of `hcl-rs`: where both take a text, they have to understand the same.

#![expect(clippy::disallowed_methods, reason = "the cases are files of the repository")]

use std::fs;
use std::path::{Path, PathBuf};

use hcl::expr::{
    Expression, ForExpr, FuncCall, Operation, TemplateExpr, Traversal, TraversalOperator,
};
use hcl::structure::{BlockLabel, Structure};
use hcl::template::{Directive, Element, Template as HclTemplate};

use terrace::diag::{FileId, Span};
use terrace::syntax::ast::{
    Attribute, BinaryOp, Block, Body, Expr, ExprKind, ForExpr as OurFor, Ident, Label, ObjectItem,
    ObjectKey, Operation as OurOperation, SplatForm, Template, TemplateForm, TemplatePart, UnaryOp,
};
use terrace::syntax::{parse_expr, parse_file};
use terrace::value::Number;

const NOWHERE: Span = Span::new(FileId(0), 0, 0);

fn ident(name: &str) -> Ident {
    Ident { name: name.into(), span: NOWHERE }
}

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: NOWHERE }
}

fn body(theirs: &hcl::Body) -> Body {
    let mut body = Body::default();
    for structure in theirs {
        match structure {
            Structure::Attribute(attribute) => body.attributes.push(Attribute {
                name: ident(&attribute.key),
                expr: expression(&attribute.expr),
                span: NOWHERE,
            }),
            Structure::Block(block) => body.blocks.push(Block {
                ident: ident(&block.identifier),
                labels: block.labels.iter().map(label).collect(),
                body: self::body(&block.body),
                header: NOWHERE,
                span: NOWHERE,
            }),
        }
    }
    body
}

fn label(theirs: &BlockLabel) -> Label {
    Label { text: theirs.as_str().into(), span: NOWHERE }
}

fn boxed(theirs: &Expression) -> Box<Expr> {
    Box::new(expression(theirs))
}

fn expression(theirs: &Expression) -> Expr {
    expr(match theirs {
        Expression::Null => ExprKind::Null,
        Expression::Bool(truth) => ExprKind::Bool(*truth),
        Expression::Number(number) => return self::number(&number.to_string()),
        Expression::String(text) => ExprKind::Template(quoted(literal(text).into_iter().collect())),
        Expression::Array(items) => ExprKind::Tuple(items.iter().map(expression).collect()),
        Expression::Object(items) => ExprKind::Object(
            items
                .iter()
                .map(|(key, value)| ObjectItem { key: object_key(key), value: expression(value) })
                .collect(),
        ),
        Expression::TemplateExpr(template) => ExprKind::Template(template_expr(template)),
        Expression::Variable(name) => ExprKind::Variable(name.as_str().into()),
        Expression::Traversal(traversal) => return self::traversal(traversal),
        Expression::FuncCall(call) => function(call),
        Expression::Parenthesis(inner) => ExprKind::Parens(boxed(inner)),
        Expression::Conditional(conditional) => ExprKind::Conditional {
            condition: boxed(&conditional.cond_expr),
            yes: boxed(&conditional.true_expr),
            no: boxed(&conditional.false_expr),
        },
        Expression::Operation(operation) => self::operation(operation),
        Expression::ForExpr(each) => ExprKind::For(Box::new(for_expr(each))),
        other => panic!("no such expression is known: {other:?}"),
    })
}

/// They read the sign of a literal as a part of it.
fn number(text: &str) -> Expr {
    let plain = text.trim_start_matches('-');
    let number = expr(ExprKind::Number(Number::parse(plain).expect("a number")));
    if plain == text {
        return number;
    }
    expr(ExprKind::Unary { op: UnaryOp::Negate, operand: Box::new(number) })
}

fn object_key(theirs: &hcl::expr::ObjectKey) -> ObjectKey {
    match theirs {
        hcl::expr::ObjectKey::Identifier(name) => ObjectKey::Name(ident(name)),
        hcl::expr::ObjectKey::Expression(key) => ObjectKey::Expr(expression(key)),
        other => panic!("no such key is known: {other:?}"),
    }
}

fn function(theirs: &FuncCall) -> ExprKind {
    let namespace = theirs.name.namespace.iter().map(hcl::Identifier::as_str);
    let parts: Vec<&str> = namespace.chain([theirs.name.name.as_str()]).collect();
    ExprKind::Call {
        name: ident(&parts.join("::")),
        args: theirs.args.iter().map(expression).collect(),
        expand: theirs.expand_final,
        parens: NOWHERE,
    }
}

fn for_expr(theirs: &ForExpr) -> OurFor {
    OurFor {
        key_name: theirs.key_var.as_ref().map(|name| ident(name)),
        value_name: ident(&theirs.value_var),
        collection: expression(&theirs.collection_expr),
        key: theirs.key_expr.as_ref().map(expression),
        value: expression(&theirs.value_expr),
        grouped: theirs.grouping,
        condition: theirs.cond_expr.as_ref().map(expression),
    }
}

fn operation(theirs: &Operation) -> ExprKind {
    use hcl::expr::{BinaryOperator as B, UnaryOperator as U};
    match theirs {
        Operation::Unary(unary) => ExprKind::Unary {
            op: if unary.operator == U::Neg { UnaryOp::Negate } else { UnaryOp::Not },
            operand: boxed(&unary.expr),
        },
        Operation::Binary(binary) => {
            let op = match binary.operator {
                B::Eq => BinaryOp::Equal,
                B::NotEq => BinaryOp::NotEqual,
                B::LessEq => BinaryOp::LessOrEqual,
                B::GreaterEq => BinaryOp::GreaterOrEqual,
                B::Less => BinaryOp::Less,
                B::Greater => BinaryOp::Greater,
                B::Plus => BinaryOp::Add,
                B::Minus => BinaryOp::Subtract,
                B::Mul => BinaryOp::Multiply,
                B::Div => BinaryOp::Divide,
                B::Mod => BinaryOp::Modulo,
                B::And => BinaryOp::And,
                B::Or => BinaryOp::Or,
            };
            let operand = expression(&binary.rhs_expr);
            let operation = OurOperation { op, op_span: NOWHERE, operand };
            expression(&binary.lhs_expr).operated(operation).kind
        }
    }
}

/// What follows a splat belongs to it as far as its form says: attributes, or attributes and indexes.
fn traversal(theirs: &Traversal) -> Expr {
    let mut on = expression(&theirs.expr);
    let mut rest = theirs.operators.iter().peekable();
    while let Some(operator) = rest.next() {
        on = match operator {
            TraversalOperator::AttrSplat | TraversalOperator::FullSplat => {
                let full = matches!(operator, TraversalOperator::FullSplat);
                let mut each = expr(ExprKind::SplatItem);
                while let Some(next) = rest.next_if(|next| match next {
                    TraversalOperator::GetAttr(_) => true,
                    TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => full,
                    _ => false,
                }) {
                    each = step(each, next);
                }
                let form = if full { SplatForm::Full } else { SplatForm::Attribute };
                let (on, each) = (Box::new(on), Box::new(each));
                expr(ExprKind::Splat { on, form, each, marker: NOWHERE })
            }
            other => step(on, other),
        };
    }
    on
}

fn step(on: Expr, theirs: &TraversalOperator) -> Expr {
    let on = Box::new(on);
    expr(match theirs {
        TraversalOperator::GetAttr(name) => ExprKind::Attr { on, name: ident(name) },
        TraversalOperator::Index(key) => ExprKind::Index { on, key: boxed(key), legacy: false },
        TraversalOperator::LegacyIndex(index) => {
            let index = Number::parse(&index.to_string()).expect("a number");
            ExprKind::Index { on, key: Box::new(expr(ExprKind::Number(index))), legacy: true }
        }
        other => panic!("no such step is known: {other:?}"),
    })
}

fn quoted(parts: Vec<TemplatePart>) -> Template {
    Template { parts, form: TemplateForm::Quoted }
}

/// A text, if it is not empty.
fn literal(text: &str) -> Option<TemplatePart> {
    (!text.is_empty()).then(|| TemplatePart::Literal(text.into(), NOWHERE))
}

fn template_expr(theirs: &TemplateExpr) -> Template {
    let form = match theirs {
        TemplateExpr::QuotedString(_) => TemplateForm::Quoted,
        TemplateExpr::Heredoc(_) => TemplateForm::Heredoc,
    };
    let template = HclTemplate::from_expr(theirs).expect("what was parsed is a template");
    Template { parts: parts(&template), form }
}

fn parts(theirs: &HclTemplate) -> Vec<TemplatePart> {
    theirs
        .elements()
        .iter()
        .filter_map(|element| match element {
            Element::Literal(text) => literal(text),
            Element::Interpolation(found) => {
                Some(TemplatePart::Interpolation(expression(&found.expr)))
            }
            Element::Directive(directive) => Some(self::directive(directive)),
        })
        .collect()
}

fn directive(theirs: &Directive) -> TemplatePart {
    match theirs {
        Directive::If(found) => TemplatePart::If {
            condition: expression(&found.cond_expr),
            yes: parts(&found.true_template),
            no: found.false_template.as_ref().map(parts).unwrap_or_default(),
            span: NOWHERE,
        },
        Directive::For(found) => TemplatePart::For {
            key_name: found.key_var.as_ref().map(|name| ident(name)),
            value_name: ident(&found.value_var),
            collection: expression(&found.collection_expr),
            body: parts(&found.template),
            span: NOWHERE,
        },
    }
}

/// The tree without places.
fn shape(tree: &impl std::fmt::Debug) -> String {
    let text = format!("{tree:?}");
    let mut pieces = text.split("Span {");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces
        .fold(first, |all, piece| all + "Span" + piece.split_once('}').map_or("", |(_, rest)| rest))
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the cases are there") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What hcl-rs keeps for later (`~`), holds as 64-bit numbers (also `-0`), or reads otherwise than HCL: `\r\n` in
/// heredocs, a splat within a splat, and keys that are keywords.
fn is_comparable(text: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
    let long_number = text.split(|letter| !is_part(letter)).any(|run| run.len() > 15);
    let read_otherwise = ["~", "\r", "-0", "{true"].iter().any(|piece| text.contains(piece));
    !long_number && !read_otherwise && text.matches("[*]").count() < 2
}

/// Compares trees of texts that both take; answers how many there were, and where they differ.
#[derive(Default)]
struct Comparison {
    compared: usize,
    different: Vec<String>,
}

impl Comparison {
    fn of(&mut self, name: &str, ours: String, theirs: String) {
        self.compared += 1;
        if ours != theirs {
            self.different.push(format!("{name}\n  ours:   {ours}\n  theirs: {theirs}"));
        }
    }

    fn check(&self, least: usize) {
        let count = self.different.len();
        assert!(count == 0, "{count} differ:\n{}", self.different.join("\n"));
        assert!(self.compared >= least, "only {} were compared", self.compared);
    }
}

#[test]
fn files_mean_what_hcl_rs_reads() {
    let mut comparison = Comparison::default();
    for file in files(&cases(), "tf") {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let (ours, problems) = parse_file(&text, FileId(0));
        if problems.has_errors() || !is_comparable(&text) {
            continue;
        }
        if let Ok(theirs) = hcl::parse(&text) {
            let theirs = body(&theirs);
            let ours = shape(&(&ours.attributes, &ours.blocks));
            let theirs = shape(&(&theirs.attributes, &theirs.blocks));
            comparison.of(&file.display().to_string(), ours, theirs);
        }
    }
    comparison.check(200);
}

#[test]
fn expressions_mean_what_hcl_rs_reads() {
    let mut comparison = Comparison::default();
    for file in files(&cases().join("expr"), "json") {
        let text = fs::read_to_string(&file).expect("readable");
        let cases: Vec<serde_json::Value> = serde_json::from_str(&text).expect("cases");
        for text in cases.iter().filter_map(|case| case.get("expr")?.as_str()) {
            let (ours, problems) = parse_expr(text, FileId(0), 0);
            if problems.has_errors() || !is_comparable(text) {
                continue;
            }
            if let Ok(theirs) = text.parse::<Expression>() {
                comparison.of(text, shape(&ours), shape(&expression(&theirs)));
            }
        }
    }
    comparison.check(1_500);
}
