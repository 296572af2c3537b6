//! The syntax tree: what was written, where; nothing is evaluated and no name is looked up.

use std::sync::Arc;

use ecow::EcoString;

use crate::diag::Span;
use crate::value::Number;

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: EcoString,
    /// Where it stands.
    pub span: Span,
}

/// The content of a file or a block, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// Arguments, `name = expr`. Names are distinct; the parser reports a repetition and keeps the first.
    pub attributes: Vec<Attribute>,
    /// Nested blocks.
    pub blocks: Vec<Block>,
    /// The whole body, without the braces.
    pub span: Span,
    /// The place where something missing would have to be added: the closing brace, or the end of the file.
    pub end: Span,
    /// Set where the body was written in JSON: which properties are arguments and which are blocks is decided only
    /// when it is read with a schema (`Body::expand_json`). `attributes` and `blocks` are then empty.
    pub json: Option<Arc<JsonBody>>,
}

/// A body written in JSON, not yet told apart into arguments and blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonBody {
    /// The object, or the objects of an array, that hold the properties.
    pub objects: Vec<JsonNode>,
}

/// A JSON value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonNode {
    /// What it is.
    pub kind: JsonKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, to full precision.
    Number(Number),
    /// A string with escapes resolved. As an expression it is a template.
    String(EcoString),
    /// `[...]`
    Array(Vec<JsonNode>),
    /// `{...}` in order, repeated keys kept.
    Object(Vec<(Ident, JsonNode)>),
}

/// An argument.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub expr: Expr,
    /// From the name to the end of the value.
    pub span: Span,
}

/// A nested block.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its type: `resource`.
    pub ident: Ident,
    /// Its labels, quoted or bare.
    pub labels: Vec<Label>,
    /// Its content.
    pub body: Body,
    /// From the type to the end of the last label: what a message about the block underlines.
    pub header: Span,
    /// From the type to the closing brace.
    pub span: Span,
}

/// A block label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The text without quotes.
    pub text: EcoString,
    /// With the quotes, if there are any.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A quoted string or heredoc.
    Template(Template),
    /// The root of a reference: `var` of `var.size`.
    Variable(EcoString),
    /// `on.name`
    Attr {
        /// What it is taken from.
        on: Box<Expr>,
        /// The attribute.
        name: Ident,
    },
    /// `on[key]`, and the legacy `on.0`.
    Index {
        /// What it is taken from.
        on: Box<Expr>,
        /// Which element.
        key: Box<Expr>,
        /// Written as `.0`.
        legacy: bool,
    },
    /// `on[*].rest`, `on.*.rest`
    Splat {
        /// What is gone through.
        on: Box<Expr>,
        /// `[*]` or `.*`.
        form: SplatForm,
        /// What is taken of each element: an expression in which [`ExprKind::SplatItem`] is the element.
        each: Box<Expr>,
        /// The `[*]` or `.*` itself.
        marker: Span,
    },
    /// The element at hand within [`ExprKind::Splat`]'s `each`.
    SplatItem,
    /// `name(args)`, `name(args...)`
    Call {
        /// The function; `provider::aws::arn_parse` is one name.
        name: Ident,
        /// The arguments.
        args: Vec<Expr>,
        /// The last argument is followed by `...`.
        expand: bool,
        /// The parentheses and what is between them.
        parens: Span,
    },
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ a = 1, (b) = 2 }`
    Object(Vec<ObjectItem>),
    /// `[for k, v in c : e if p]`, `{for k, v in c : k => v... if p}`
    For(Box<ForExpr>),
    /// `condition ? yes : no`
    Conditional {
        /// The condition.
        condition: Box<Expr>,
        /// Its value when true.
        yes: Box<Expr>,
        /// Its value when false.
        no: Box<Expr>,
    },
    /// `first op a op b`: operators that bind equally tightly, from the left. However many there are, it is one level.
    Binary {
        /// The leftmost operand.
        first: Box<Expr>,
        /// The operators with what is to the right of each; there is at least one.
        rest: Vec<Operation>,
    },
    /// `-x`, `!x`
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: Box<Expr>,
    },
    /// `(x)`
    Parens(Box<Expr>),
    /// Stands where the text could not be understood; an error was reported. Evaluates to an unknown.
    Invalid,
}

/// The two splat operators, which treat a following index differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplatForm {
    /// `.*`: only attributes that follow belong to it.
    Attribute,
    /// `[*]`: attributes and indexes that follow belong to it.
    Full,
}

/// A key and a value of an object expression.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectItem {
    /// The key.
    pub key: ObjectKey,
    /// The value.
    pub value: Expr,
}

/// A key of an object expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectKey {
    /// A bare name, which is itself: `{ name = 1 }`.
    Name(Ident),
    /// An expression: `{ "a${b}" = 1 }`, `{ (var.key) = 1 }`. A bare reference with a dot is reported when evaluated.
    Expr(Expr),
}

/// A `for` expression.
#[derive(Clone, Debug, PartialEq)]
pub struct ForExpr {
    /// The name of the key, if there is one.
    pub key_name: Option<Ident>,
    /// The name of the element.
    pub value_name: Ident,
    /// What is gone through.
    pub collection: Expr,
    /// The key of the result: set for `{for …}`.
    pub key: Option<Expr>,
    /// The element of the result.
    pub value: Expr,
    /// `...` after the value: elements of one key are grouped.
    pub grouped: bool,
    /// Only elements for which this holds.
    pub condition: Option<Expr>,
}

/// A text with expressions in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// The parts in order; none for the empty string. A single [`TemplatePart::Interpolation`] keeps its value's type.
    pub parts: Vec<TemplatePart>,
    /// Quoted or heredoc.
    pub form: TemplateForm,
}

/// How a template is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateForm {
    /// `"…"`
    Quoted,
    /// `<<EOT`, `<<-EOT`; indentation is already taken away.
    Heredoc,
    /// A whole text without delimiters, as `templatefile` reads.
    Bare,
}

/// A part of a template. Strip markers (`~`) are already applied to the literals.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// Text with escapes resolved.
    Literal(EcoString, Span),
    /// `${expr}`
    Interpolation(Expr),
    /// `%{ if c }…%{ else }…%{ endif }`
    If {
        /// The condition.
        condition: Expr,
        /// When it holds.
        yes: Vec<TemplatePart>,
        /// When it does not.
        no: Vec<TemplatePart>,
        /// All of it.
        span: Span,
    },
    /// `%{ for k, v in c }…%{ endfor }`
    For {
        /// The name of the key, if there is one.
        key_name: Option<Ident>,
        /// The name of the element.
        value_name: Ident,
        /// What is gone through.
        collection: Expr,
        /// What is written for each.
        body: Vec<TemplatePart>,
        /// All of it.
        span: Span,
    },
}

/// An operator with its right operand.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The operator.
    pub op: BinaryOp,
    /// Where the operator stands.
    pub op_span: Span,
    /// What stands to its right.
    pub operand: Expr,
}

impl Expr {
    /// `self op operand`. Joins the operations that `self` ends with where these bind as tightly.
    #[must_use]
    pub fn operated(mut self, operation: Operation) -> Self {
        let span = self.span.to(operation.operand.span);
        if self.ends_with(operation.op.tightness())
            && let ExprKind::Binary { rest, .. } = &mut self.kind
        {
            rest.push(operation);
            return Self { span, ..self };
        }
        Self { kind: ExprKind::Binary { first: Box::new(self), rest: vec![operation] }, span }
    }

    /// Whether it is operations that bind so tightly.
    pub(super) fn ends_with(&self, tightness: u8) -> bool {
        let ExprKind::Binary { rest, .. } = &self.kind else { return false };
        rest.last().is_some_and(|last| last.op.tightness() == tightness)
    }
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

impl BinaryOp {
    /// How tightly it binds its operands.
    #[must_use]
    pub const fn tightness(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual => 3,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Modulo => 6,
        }
    }
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// What a body may hold, for telling JSON properties apart and for checking native ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodySchema {
    /// Names of arguments.
    pub attributes: Vec<EcoString>,
    /// Those of the arguments that are read before anything has a value: their strings in JSON are no templates.
    pub constants: Vec<EcoString>,
    /// Names of block types, each with how many labels its blocks have.
    pub blocks: Vec<(EcoString, usize)>,
}
