//! Expressions back to text, in one canonical form, to compare trees by.

use crate::syntax::ast::{
    BinaryOp, Expr, ExprKind, ForExpr, ObjectItem, ObjectKey, SplatForm, Template, TemplatePart,
    UnaryOp,
};

/// The canonical text of an expression.
pub fn print(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(number) => number.to_string(),
        ExprKind::Template(template) => print_template(template),
        ExprKind::Variable(name) => name.to_string(),
        ExprKind::Attr { on, name } => format!("{}.{}", print(on), name.name),
        ExprKind::Index { on, key, legacy: false } => format!("{}[{}]", print(on), print(key)),
        ExprKind::Index { on, key, legacy: true } => format!("{}.{}", print(on), print(key)),
        ExprKind::Splat { on, form, each, .. } => {
            let marker = if *form == SplatForm::Full { "[*]" } else { ".*" };
            format!("{}{marker}{}", print(on), print(each))
        }
        ExprKind::SplatItem => String::new(),
        ExprKind::Call { name, args, expand, .. } => {
            format!("{}({}{})", name.name, list(args), if *expand { "..." } else { "" })
        }
        ExprKind::Tuple(items) => format!("[{}]", list(items)),
        ExprKind::Object(items) => {
            let items: Vec<_> = items.iter().map(print_item).collect();
            format!("{{{}}}", items.join(", "))
        }
        ExprKind::For(found) => print_for(found),
        ExprKind::Conditional { condition, yes, no } => {
            format!("{} ? {} : {}", print(condition), print(yes), print(no))
        }
        ExprKind::Binary { first, rest } => rest.iter().fold(print(first), |left, operation| {
            format!("{left} {} {}", symbol(operation.op), print(&operation.operand))
        }),
        ExprKind::Unary { op: UnaryOp::Negate, operand } => format!("-{}", print(operand)),
        ExprKind::Unary { op: UnaryOp::Not, operand } => format!("!{}", print(operand)),
        ExprKind::Parens(inner) => format!("({})", print(inner)),
        ExprKind::Invalid => "<invalid>".into(),
    }
}

fn list(items: &[Expr]) -> String {
    items.iter().map(print).collect::<Vec<_>>().join(", ")
}

fn print_item(item: &ObjectItem) -> String {
    let key = match &item.key {
        ObjectKey::Name(name) => name.name.to_string(),
        ObjectKey::Expr(key) => print(key),
    };
    format!("{key} = {}", print(&item.value))
}

fn print_for(found: &ForExpr) -> String {
    let key_name = found.key_name.as_ref().map_or(String::new(), |name| format!("{}, ", name.name));
    let key = found.key.as_ref().map_or(String::new(), |key| format!("{} => ", print(key)));
    let condition = found.condition.as_ref();
    let condition =
        condition.map_or(String::new(), |condition| format!(" if {}", print(condition)));
    let content = format!(
        "for {key_name}{} in {} : {key}{}{}{condition}",
        found.value_name.name,
        print(&found.collection),
        print(&found.value),
        if found.grouped { "..." } else { "" },
    );
    if found.key.is_some() { format!("{{{content}}}") } else { format!("[{content}]") }
}

fn print_template(template: &Template) -> String {
    format!("\"{}\"", template.parts.iter().map(print_part).collect::<String>())
}

fn print_part(part: &TemplatePart) -> String {
    let parts = |parts: &[TemplatePart]| parts.iter().map(print_part).collect::<String>();
    match part {
        TemplatePart::Literal(text, _) => escaped(text),
        TemplatePart::Interpolation(expr) => format!("${{{}}}", print(expr)),
        TemplatePart::If { condition, yes, no, .. } => {
            format!("%{{if {}}}{}%{{else}}{}%{{endif}}", print(condition), parts(yes), parts(no))
        }
        TemplatePart::For { key_name, value_name, collection, body, .. } => {
            let key = key_name.as_ref().map_or(String::new(), |name| format!("{}, ", name.name));
            let collection = print(collection);
            let body = parts(body);
            format!("%{{for {key}{} in {collection}}}{body}%{{endfor}}", value_name.name)
        }
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    text.replace("${", "$${").replace("%{", "%%{")
}

const fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
    }
}
