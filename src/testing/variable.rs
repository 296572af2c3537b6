//! Values of variables in a run: its own before the file's before those from elsewhere.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use super::scope::Runs;
use crate::config::{Selected, TestFile, TestRun};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::eval::{self, Effects, Found, Outside, Reference, Scope};
use crate::plan::{Given, Origin, VariableInput};
use crate::syntax::ast::{
    Attribute, Body, Expr, ExprKind, ObjectItem, ObjectKey, Template, TemplateForm, TemplatePart,
};
use crate::syntax::parse_expr;
use crate::value::{Kind, Type, Value, convert};
use crate::world::World;

/// What a run's variables are made of.
pub struct Variables<'a> {
    /// The file.
    pub file: &'a TestFile,
    /// The run.
    pub run: &'a TestRun,
    /// The module that is tested.
    pub selected: &'a Selected,
    /// Values from elsewhere, the weakest first.
    pub globals: Vec<&'a VariableInput>,
    /// What earlier runs came to.
    pub runs: &'a Runs,
    /// The outside.
    pub world: &'a World,
}

/// What the variables of a run came to.
#[derive(Default)]
pub struct Valued {
    /// Values for the module's variables.
    pub inputs: Vec<VariableInput>,
    /// Values by name that assertions may name although the module does not declare them.
    pub others: BTreeMap<EcoString, Value>,
}

impl Variables<'_> {
    /// The values that the module is given.
    pub fn values(&self) -> (Valued, Diagnostics) {
        let evaluation = Evaluation::new(self);
        let declared = &self.selected.tree.root().variables;
        let mut valued = Valued::default();
        let mut problems = Diagnostics::none();
        for (name, variable) in declared {
            let own = self.run.variables.get(name).map(|one| (one, Level::Run));
            let written = own.or_else(|| Some((self.file.variables.get(name)?, Level::File)));
            if let Some((attribute, level)) = written {
                let value = problems.take(evaluation.value(attribute, level));
                valued.inputs.push(given(attribute, value));
                continue;
            }
            let others = self.globals.iter().filter(|input| input.name == *name);
            let before = valued.inputs.len();
            valued.inputs.extend(others.map(|input| (*input).clone()));
            let optional = variable.default.is_some() || self.selected.variables.contains_key(name);
            if valued.inputs.len() == before && !optional {
                problems.push(self.not_given(name).at(variable.span));
            }
        }
        for (name, attribute) in &self.file.variables {
            if !declared.contains_key(name) && !self.run.variables.contains_key(name) {
                let value = problems.take(evaluation.value(attribute, Level::File));
                valued.others.insert(name.clone(), value);
            }
        }
        for (name, attribute) in &self.run.variables {
            if !declared.contains_key(name) {
                problems.push(self.undeclared(attribute));
                let value = problems.take(evaluation.value(attribute, Level::Run));
                valued.others.insert(name.clone(), value);
            }
        }
        (valued, problems)
    }

    /// A provider configuration in which whatever names earlier runs or variables of the test file has its value in
    /// place of it. What names variables of the module alone is the module's to evaluate.
    pub fn settle(&self, body: &Body) -> (Body, Diagnostics) {
        let evaluation = Evaluation::new(self);
        let mut problems = Diagnostics::none();
        let mut settled = body.clone();
        self.settle_in(&mut settled, &evaluation, &mut problems);
        (settled, problems)
    }

    fn settle_in(&self, body: &mut Body, evaluation: &Evaluation<'_>, problems: &mut Diagnostics) {
        for attribute in &mut body.attributes {
            if self.is_ours(&attribute.expr) {
                let value = problems.take(evaluation.value(attribute, Level::Run));
                match literal(&value, attribute.expr.span) {
                    Some(expr) => attribute.expr = expr,
                    None => problems.push(unknown(attribute.expr.span)),
                }
            }
        }
        for block in &mut body.blocks {
            self.settle_in(&mut block.body, evaluation, problems);
        }
    }

    /// Whether an expression names what the module does not know: a run, or a variable of the file.
    fn is_ours(&self, expr: &Expr) -> bool {
        let declared = &self.selected.tree.root().variables;
        eval::references(expr).iter().any(|reference| {
            let name = reference.attr(0).map(|name| name.name.as_str());
            match (reference.root.as_str(), name) {
                ("run", _) => true,
                ("var", Some(name)) => {
                    self.file.variables.contains_key(name) || !declared.contains_key(name)
                }
                _ => false,
            }
        })
    }

    fn not_given(&self, name: &str) -> Diagnostic {
        let detail = format!(
            "The module under test for run block \"{}\" has a required variable \"{name}\" with no set value. Use a \
             -var or -var-file command line argument or add this variable into a \"variables\" block within the test \
             file or run block.",
            self.run.name
        );
        Diagnostic::error(1110, "No value for required variable", detail)
    }

    fn undeclared(&self, attribute: &Attribute) -> Diagnostic {
        let name = attribute.name.name.as_str();
        let detail = format!(
            "The module under test does not declare a variable named \"{name}\", but it is declared in run block \
             \"{}\".",
            self.run.name
        );
        let known = self.selected.tree.root().variables.keys().map(EcoString::as_str);
        Diagnostic::warning(1111, "Value for undeclared variable", detail)
            .at(attribute.span)
            .did_you_mean(name, known)
    }
}

fn given(attribute: &Attribute, value: Value) -> VariableInput {
    VariableInput {
        name: attribute.name.name.clone(),
        given: Given::Value(value, Some(attribute.expr.span)),
        origin: Origin::Test,
    }
}

/// A value as it could be written; none where it is not wholly known.
fn literal(value: &Value, at: Span) -> Option<Expr> {
    let text = |text: &EcoString| {
        let parts = if text.is_empty() {
            Vec::new()
        } else {
            vec![TemplatePart::Literal(text.clone(), at)]
        };
        ExprKind::Template(Template { parts, form: TemplateForm::Quoted })
    };
    let all = |values: &[Value]| -> Option<Vec<Expr>> {
        values.iter().map(|value| literal(value, at)).collect()
    };
    let kind = match value.kind() {
        Kind::Unknown(_) => return None,
        Kind::Null(_) => ExprKind::Null,
        Kind::Bool(truth) => ExprKind::Bool(*truth),
        Kind::Number(number) => ExprKind::Number(number.clone()),
        Kind::String(content) => text(content),
        Kind::List(_, values) | Kind::Set(_, values) | Kind::Tuple(values) => {
            ExprKind::Tuple(all(values)?)
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            let items = entries.iter().map(|(name, value)| {
                let key = ObjectKey::Expr(Expr { kind: text(name), span: at });
                Some(ObjectItem { key, value: literal(value, at)? })
            });
            ExprKind::Object(items.collect::<Option<_>>()?)
        }
    };
    Some(Expr { kind, span: at })
}

fn unknown(at: Span) -> Diagnostic {
    Diagnostic::error(
        1113,
        "Reference to a value that is not known",
        "A provider cannot be configured with what a run that only plans does not know yet.",
    )
    .at(at)
    .help("Let that run apply: command = apply.")
}

/// Where a value is written; what may be named there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// In the file's `variables` block: values from elsewhere.
    File,
    /// In the run's `variables` block: the file's variables and earlier runs too.
    Run,
}

/// Values of one run's `variables` blocks while they are evaluated.
struct Evaluation<'a> {
    of: &'a Variables<'a>,
    outside: Outside,
    /// Variables of the file whose evaluation is under way, so that a circle ends.
    busy: RefCell<BTreeSet<EcoString>>,
}

impl<'a> Evaluation<'a> {
    fn new(of: &'a Variables<'a>) -> Self {
        let mut outside = Outside::new(of.world.clone(), ".");
        outside.effects = Effects::Now;
        Self { of, outside, busy: RefCell::default() }
    }

    fn value(&self, attribute: &Attribute, level: Level) -> (Value, Diagnostics) {
        eval::evaluate(&attribute.expr, &Names { evaluation: self, level })
    }

    /// The value of a variable that is named at a level.
    fn named(&self, name: &str, level: Level) -> Option<Value> {
        if let Some(attribute) = self.of.file.variables.get(name).filter(|_| level == Level::Run) {
            if !self.busy.borrow_mut().insert(name.into()) {
                return None;
            }
            let (value, _) = self.value(attribute, Level::File);
            self.busy.borrow_mut().remove(name);
            return Some(value);
        }
        let input = self.of.globals.iter().rev().find(|input| input.name == name)?;
        Some(match &input.given {
            Given::Value(value, _) => value.clone(),
            Given::Text(text) => self.text(name, text),
        })
    }

    /// What a text stands for: itself where the variable is a text, else what it says as an expression.
    fn text(&self, name: &str, text: &str) -> Value {
        let plain = Value::string(text);
        let declared = self.of.selected.tree.root().variables.get(name);
        let ty = declared.map(|variable| &variable.constraint.ty);
        match ty {
            Some(ty) if ty.is_primitive() => return convert(&plain, ty).unwrap_or(plain),
            Some(Type::Dynamic) | None if !is_composite(text) => return plain,
            _ => {}
        }
        let (expr, problems) = parse_expr(text, crate::diag::FileId(u32::MAX), 0);
        if problems.has_errors() {
            return plain;
        }
        let (value, problems) =
            eval::evaluate(&expr, &Names { evaluation: self, level: Level::File });
        if problems.has_errors() { plain } else { value }
    }
}

fn is_composite(text: &str) -> bool {
    let (expr, problems) = parse_expr(text, crate::diag::FileId(u32::MAX), 0);
    let kind = |expr: &Expr| matches!(expr.kind, ExprKind::Object(_) | ExprKind::Tuple(_));
    !problems.has_errors() && kind(&expr)
}

/// What names mean in a `variables` block.
struct Names<'a> {
    evaluation: &'a Evaluation<'a>,
    level: Level,
}

impl Names<'_> {
    fn refuse(&self, reference: &Reference<'_>) -> Diagnostic {
        let detail = match self.level {
            Level::File if reference.root == "run" => {
                "You can not reference run blocks from within the file variables block."
            }
            Level::File => {
                "You can only reference global variables within the test file variables block."
            }
            Level::Run => {
                "You can only reference earlier run blocks, file level, and global variables while defining variables \
                 from inside a run block."
            }
        };
        Diagnostic::error(1112, "Invalid reference", detail).at(reference.span)
    }

    fn no_variable(&self, name: &str, reference: &Reference<'_>) -> Diagnostic {
        let (place, known) = match self.level {
            Level::File => ("context", "global variables"),
            Level::Run => ("run block", "variables defined at the file or global levels"),
        };
        let detail = format!(
            "The input variable \"{name}\" is not available to the current {place}. You can only reference {known}."
        );
        let file = self.evaluation.of.file.variables.keys().map(EcoString::as_str);
        let problem =
            Diagnostic::error(1112, "Reference to unavailable variable", detail).at(reference.span);
        if self.level == Level::Run { problem.did_you_mean(name, file) } else { problem }
    }
}

impl Scope for Names<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        let name = reference.attr(0).map(|name| name.name.as_str());
        match (reference.root.as_str(), name, self.level) {
            ("var", Some(name), level) => self
                .evaluation
                .named(name, level)
                .map(|value| Found { value, used: 1 })
                .ok_or_else(|| Box::new(self.no_variable(name, reference))),
            ("run", Some(name), Level::Run) => {
                self.evaluation.of.runs.earlier(name, self.evaluation.of.file, reference)
            }
            _ => Err(Box::new(self.refuse(reference))),
        }
    }

    fn check(&self, reference: &Reference<'_>) -> Diagnostics {
        self.resolve(reference).err().map(|problem| (*problem).into()).unwrap_or_default()
    }

    fn outside(&self) -> &Outside {
        &self.evaluation.outside
    }
}
