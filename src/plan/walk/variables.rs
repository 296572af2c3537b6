//! Input variables: what was given, converted, completed by defaults and marked.

use ecow::EcoString;

use super::Walk;
use super::instance::InstanceId;
use crate::config::{ModuleId, Variable};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span};
use crate::plan::{Given, Origin, VariableInput};
use crate::syntax;
use crate::syntax::ast::Expr;
use crate::value::{Marks, Type, Value, convert};

/// A reference or a call where only constants are allowed.
const NOT_CONSTANT: Code = Code(213);
/// The same in a value that is given from outside of the configuration.
const NAMES_GIVEN: Code = Code(500);

impl Walk {
    /// Gives a variable its value in every instance of its module. Answers whether that went well.
    pub(super) fn variable(&mut self, module: ModuleId, index: usize) -> bool {
        let instances = self.state.instances.of(module).to_vec();
        let mut well = true;
        for at in instances {
            well &= self.variable_in(at, index);
        }
        well
    }

    /// Gives a variable its value in one instance of its module.
    pub(super) fn variable_in(&mut self, at: InstanceId, index: usize) -> bool {
        let config = self.state.config.clone();
        let module = self.state.instances[at].module;
        let Some((name, variable)) = config.tree[module].variables.get_index(index) else {
            return true;
        };
        let (value, problems) = match self.state.instances[at].parent {
            None => self.root_variable(name, variable),
            Some(parent) => self.module_variable(at, parent, name, variable),
        };
        let well = !problems.has_errors();
        self.problems.extend(problems);
        self.state.instances[at].variables[index] = Some(mark(variable, value));
        well
    }

    fn root_variable(&self, name: &EcoString, variable: &Variable) -> (Value, Diagnostics) {
        let unknown = || Value::unknown(variable.constraint.ty.without_optional());
        if self.state.validating && !self.state.consulting {
            return (unknown(), Diagnostics::none());
        }
        let given = self.input.variables.iter().rev().find(|input| input.name == *name);
        let Some(input) = given else { return self.not_given(name, variable) };
        let (value, problems) = read_given(input, variable, self.state.outside(ModuleId::ROOT));
        if problems.has_errors() {
            return (unknown(), problems);
        }
        let place = match &input.given {
            Given::Value(_, Some(span)) => *span,
            _ => variable.span,
        };
        if value.is_null() && !variable.nullable {
            return if let Some(default) = &variable.default {
                self.converted(variable, self.default(default), default.span)
            } else {
                let source = source_name(&input.origin, name);
                let detail = format!(
                    "The given value is not suitable for var.{name} {source}: required variable may not be set \
                     to null."
                );
                let problem = Diagnostic::error(503, "Required variable not set", detail);
                (unknown(), problem.at(place).into())
            };
        }
        let (value, mut problems) = self.converted(variable, value, place);
        if !matches!(input.given, Given::Value(_, Some(_))) {
            // Nothing shows where the value comes from.
            let (plain, told) = (format!("for var.{name}:"), source_name(&input.origin, name));
            for problem in &mut problems {
                problem.detail =
                    problem.detail.replace(&plain, &format!("for var.{name}, {told}:"));
            }
        }
        (value, problems)
    }

    /// The phase's value, else the default; a required variable has neither.
    fn not_given(&self, name: &EcoString, variable: &Variable) -> (Value, Diagnostics) {
        if let Some(attribute) = self.input.config.variables.get(name) {
            let (value, mut problems) = self.state.evaluate(InstanceId::ROOT, &attribute.expr);
            let finished = problems.take(self.converted(variable, value, attribute.expr.span));
            return (finished, problems);
        }
        if let Some(default) = &variable.default {
            return self.converted(variable, self.default(default), default.span);
        }
        if self.state.consulting {
            let unknown = Value::unknown(variable.constraint.ty.without_optional());
            return (unknown, Diagnostics::none());
        }
        let detail = format!(
            "The root module input variable \"{name}\" is not set, and has no default value. Use a -var or -var-file \
             command line argument to provide a value for this variable."
        );
        let problem = Diagnostic::error(502, "No value for required variable", detail)
            .at(variable.span)
            .help(format!("terrace plan -var '{name}=…'"));
        (Value::unknown(variable.constraint.ty.without_optional()), problem.into())
    }

    fn default(&self, default: &Expr) -> Value {
        crate::eval::evaluate_checked(default, &self.state.place(InstanceId::ROOT)).0
    }

    fn module_variable(
        &self,
        at: InstanceId,
        parent: InstanceId,
        name: &EcoString,
        variable: &Variable,
    ) -> (Value, Diagnostics) {
        let unknown = Value::unknown(variable.constraint.ty.without_optional());
        let Some(call) = self.call_of(at) else { return (unknown, Diagnostics::none()) };
        let module = &self.state.config.tree[self.state.instances[at].module];
        let body = super::values::arguments(call, module);
        let argument = body.attributes.iter().find(|argument| argument.name.name == *name);
        let Some(argument) = argument else {
            return match &variable.default {
                Some(default) => self.converted(variable, self.default(default), default.span),
                // The missing argument itself is reported with the call.
                None => (unknown, Diagnostics::none()),
            };
        };
        let repetition = self.state.instances[at].repetition.clone();
        let mut place = self.state.place(parent);
        place.repetition = &repetition;
        let (value, mut problems) = place.evaluate(&argument.expr);
        if problems.has_errors() {
            return (unknown, problems);
        }
        if value.is_null() && !variable.nullable {
            return if let Some(default) = &variable.default {
                self.converted(variable, self.default(default), default.span)
            } else {
                let detail = format!(
                    "The given value is not suitable for {}.var.{name}: required variable may not be set to null.",
                    self.state.instances[at].path
                );
                problems.push(
                    Diagnostic::error(503, "Required variable not set", detail)
                        .at(argument.expr.span),
                );
                (unknown, problems)
            };
        }
        if value.deep_marks().is_ephemeral() && !variable.ephemeral {
            let detail = format!(
                "The value of the input variable \"{name}\" is ephemeral, so the variable must be declared as \
                 ephemeral too: add `ephemeral = true` to its block."
            );
            problems.push(
                Diagnostic::error(506, "Ephemeral value not allowed", detail)
                    .at(argument.expr.span),
            );
            return (unknown, problems);
        }
        let finished = problems.take(self.converted(variable, value, argument.expr.span));
        (finished, problems)
    }

    /// Applies the defaults of optional attributes and converts to the declared type.
    fn converted(&self, variable: &Variable, value: Value, at: Span) -> (Value, Diagnostics) {
        let constraint = &variable.constraint;
        let value = match &constraint.with_defaults {
            Some(written) => {
                let place = self.state.place(InstanceId::ROOT);
                let (_, defaults, _) = crate::eval::type_constraint(written, &place);
                defaults.apply(value, &constraint.ty)
            }
            None => value,
        };
        match convert(&value, &constraint.ty) {
            Ok(value) => (value, Diagnostics::none()),
            Err(error) => {
                let detail = format!(
                    "The given value is not suitable for var.{}: {}.",
                    variable.name,
                    error.with_path()
                );
                let problem = Diagnostic::error(504, "Invalid value for input variable", detail)
                    .at(at)
                    .label(variable.span, "declared here");
                (Value::unknown(constraint.ty.without_optional()), problem.into())
            }
        }
    }

    /// Where a test file gives a root variable its value.
    pub(super) fn written_in_test(&self, at: InstanceId, name: &str) -> Option<Span> {
        if at != InstanceId::ROOT {
            return None;
        }
        let given = self.input.variables.iter().rev().find(|input| input.name == name)?;
        match (&given.origin, &given.given) {
            (Origin::Test, Given::Value(_, span)) => *span,
            _ => None,
        }
    }

    /// Values that were given to variables that nobody declares.
    pub(super) fn undeclared_values(&self) -> Diagnostics {
        let root = self.state.config.tree.root();
        let known = || root.variables.keys().map(EcoString::as_str);
        let mut problems = Diagnostics::none();
        for input in &self.input.variables {
            let name = &input.name;
            if root.variables.contains_key(name) {
                continue;
            }
            match (&input.origin, &input.given) {
                (Origin::Flag, _) => {
                    let detail = format!(
                        "A variable named \"{name}\" was assigned on the command line, but the root module does not \
                         declare a variable of that name. To use this value, add a \"variable\" block to the \
                         configuration."
                    );
                    problems.push(
                        Diagnostic::error(505, "Value for undeclared variable", detail)
                            .did_you_mean(name, known()),
                    );
                }
                (Origin::File(file), Given::Value(_, span)) => {
                    let detail = format!(
                        "The root module does not declare a variable named \"{name}\" but a value was found in file \
                         \"{file}\". If you meant to use this value, add a \"variable\" block to the configuration.\n\n\
                         To silence these warnings, use TF_VAR_... environment variables to provide certain \"global\" \
                         settings to all configurations in your organization."
                    );
                    let mut problem =
                        Diagnostic::warning(505, "Value for undeclared variable", detail)
                            .did_you_mean(name, known());
                    problem.subject = *span;
                    problems.push(problem);
                }
                _ => {}
            }
        }
        problems
    }
}

fn mark(variable: &Variable, value: Value) -> Value {
    let sensitive = if variable.sensitive { Marks::SENSITIVE } else { Marks::NONE };
    let ephemeral = if variable.ephemeral { Marks::EPHEMERAL } else { Marks::NONE };
    value.with_marks(sensitive.union(ephemeral))
}

fn source_name(origin: &Origin, name: &str) -> String {
    match origin {
        Origin::Environment => format!("set using the TF_VAR_{name} environment variable"),
        Origin::File(file) => format!("set from \"{file}\""),
        Origin::Flag => format!("set using -var=\"{name}=...\""),
        Origin::Prompt => "set interactively".into(),
        Origin::Test => "set in the test file".into(),
    }
}

/// The value that a text stands for depends on the variable: itself where the type is primitive or open, else an
/// expression.
fn read_given(
    input: &VariableInput,
    variable: &Variable,
    outside: &crate::eval::Outside,
) -> (Value, Diagnostics) {
    let text = match &input.given {
        Given::Value(value, _) => return (value.clone(), Diagnostics::none()),
        Given::Text(text) => text,
    };
    let literal = match &variable.constraint.ty {
        Type::Dynamic => variable.constraint.span.is_none(),
        ty => ty.is_primitive(),
    };
    if literal {
        return (Value::string(text.as_str()), Diagnostics::none());
    }
    let (expr, mut problems) = syntax::parse_expr(text, FileId(u32::MAX), 0);
    if !problems.has_errors() {
        crate::config::check_constant(&expr, &mut problems);
    }
    let value = if problems.has_errors() {
        Value::unknown(Type::Dynamic)
    } else {
        problems.take(super::evaluate_constant(&expr, outside))
    };
    for problem in &mut problems {
        if problem.code == NOT_CONSTANT {
            problem.code = NAMES_GIVEN;
        }
        problem.subject = Some(variable.span);
        problem.context = None;
        problem.detail = format!(
            "The value given for var.{} ({}) cannot be read: {}",
            variable.name,
            source_name(&input.origin, &variable.name),
            problem.detail
        );
    }
    (value, problems)
}
