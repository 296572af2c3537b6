//! Function calls: finding the function, counting and converting arguments, reporting what went wrong.

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::syntax::ast::{Expr, Ident};
use crate::value::{Kind, Marks, Type, Value, convert};

use super::evaluator::{Evaluator, Frame, failed};
use super::functions::{self, CallError, Function};
use super::scope::Caller;

/// A call as it is written.
pub(super) struct Call<'a> {
    pub(super) expr: &'a Expr,
    pub(super) name: &'a Ident,
    pub(super) args: &'a [Expr],
    pub(super) expand: bool,
    pub(super) parens: Span,
}

/// An argument after `...` was expanded, with the place that it came from.
struct Argument {
    value: Value,
    span: Span,
}

/// Reasons name values, or parts of them; they are not given where a value must not be shown.
fn redacted(error: CallError, args: &[Value]) -> CallError {
    let secret = args.iter().any(|arg| arg.deep_marks().is_sensitive());
    if !secret || error.message == functions::MUST_NOT_BE_NULL {
        return error;
    }
    CallError {
        message: "the reason is not shown, since a sensitive value took part".into(),
        ..error
    }
}

/// An argument that is yet to be evaluated, or came out of an expanded list.
enum Candidate<'a> {
    Expr(&'a Expr),
    Value(Value),
}

const IN_CALL: &str = "Error in function call";

impl Evaluator<'_> {
    pub(super) fn call(&mut self, call: &Call<'_>, frame: &Frame<'_>) -> Value {
        let name = call.name.name.as_str();
        let local = name.strip_prefix("core::").unwrap_or(name);
        match local {
            "try" => return self.call_try(call, frame),
            "can" => return self.call_can(call, frame),
            "type" => return self.call_type(call, frame),
            "templatestring" if !self.is_reference(call) => return failed(),
            _ => {}
        }
        let Some(function) = functions::find(local).filter(|_| self.has(local)) else {
            self.unknown_function(call, name);
            return failed();
        };
        let before = self.problems.len();
        let Some(arguments) = self.arguments(call, function, frame) else { return failed() };
        if !self.count_is_right(call, function, &arguments) {
            return failed();
        }
        let values = self.convert_arguments(function, arguments, before);
        let Some((values, spans)) = values else { return failed() };
        match function.call(&values, self.scope) {
            Ok(value) => value,
            Err(error) => {
                let error = redacted(error, &values);
                self.call_failed(call, function, &spans, error);
                failed()
            }
        }
    }

    /// Whether the caller has the function: there is no plan in the console that could have a time.
    fn has(&self, name: &str) -> bool {
        let outside = self.scope.outside();
        name != "plantimestamp"
            || outside.caller == Caller::Configuration
            || outside.plan_time.is_some()
    }

    /// `templatestring` takes its template from elsewhere: one that is written in place would be evaluated twice.
    fn is_reference(&mut self, call: &Call<'_>) -> bool {
        let Some(template) = call.args.first().filter(|_| !(call.expand && call.args.len() == 1))
        else {
            return true;
        };
        if template.as_traversal().is_some() {
            return true;
        }
        let reason = "invalid template expression: templatestring is only for rendering templates retrieved \
                      dynamically from elsewhere; to treat the inner expression as template syntax, write the reference \
                      expression directly without any template interpolation syntax";
        self.invalid_argument("template", reason, template.span);
        false
    }

    fn unknown_function(&mut self, call: &Call<'_>, name: &str) {
        let Some((namespace, short)) = name.rsplit_once("::") else {
            let detail = format!("There is no function named {name:?}.");
            let problem = Diagnostic::error(319, "Call to unknown function", detail);
            self.report(
                problem
                    .at(call.name.span)
                    .within(call.expr.span)
                    .did_you_mean(name, functions::names()),
            );
            return;
        };
        let detail = match namespace.strip_prefix("provider::") {
            Some(provider) => {
                format!("The function {short:?} is not available from the provider {provider:?}.")
            }
            None => format!(
                "The function namespace {namespace:?} is not valid. Provider function calls must use the \"provider::\" \
                 namespace prefix."
            ),
        };
        let problem = Diagnostic::error(326, "Unknown provider function", detail);
        self.report(problem.at(call.name.span).within(call.expr.span));
    }

    /// The arguments with the last one expanded; none where that cannot be done.
    fn arguments(
        &mut self,
        call: &Call<'_>,
        function: &Function,
        frame: &Frame<'_>,
    ) -> Option<Vec<Argument>> {
        let plain = if call.expand { call.args.len().saturating_sub(1) } else { call.args.len() };
        let mut expanded = Vec::new();
        if let Some(last) = call.args.get(plain) {
            expanded = self.expand(last, call, frame)?;
        }
        // The count comes first: with too many or too few, no argument is evaluated.
        let total = plain + expanded.len();
        if total < function.params.len()
            || (function.rest.is_none() && total > function.params.len())
        {
            let spans = call.args[..plain].iter().map(|arg| arg.span);
            let all = spans.map(|span| Argument { value: failed(), span }).chain(expanded);
            return Some(all.collect());
        }
        let mut arguments: Vec<Argument> = call.args[..plain]
            .iter()
            .map(|arg| Argument { value: self.expr(arg, frame), span: arg.span })
            .collect();
        arguments.extend(expanded);
        Some(arguments)
    }

    fn expand(&mut self, last: &Expr, call: &Call<'_>, frame: &Frame<'_>) -> Option<Vec<Argument>> {
        const SUMMARY: &str = "Invalid expanding argument value";
        let (value, problems) = self.attempt(|evaluator| evaluator.expr(last, frame));
        let broken = problems.has_errors();
        self.problems.extend(problems);
        if broken {
            return None;
        }
        let (value, marks) = value.unmark();
        let detail = match value.kind() {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                let all = elements.iter().map(|element| Argument {
                    value: element.clone().with_marks(marks),
                    span: last.span,
                });
                return Some(all.collect());
            }
            Kind::Null(Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                "The expanding argument (indicated by ...) must not be null."
            }
            Kind::Unknown(unknown)
                if matches!(
                    unknown.ty,
                    Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)
                ) =>
            {
                return None;
            }
            _ => "The expanding argument (indicated by ...) must be of a tuple, list, or set type.",
        };
        let problem = Diagnostic::error(322, SUMMARY, detail);
        self.report(problem.at(last.span).within(call.expr.span));
        None
    }

    fn count_is_right(
        &mut self,
        call: &Call<'_>,
        function: &Function,
        arguments: &[Argument],
    ) -> bool {
        let (given, wanted) = (arguments.len(), function.params.len());
        let name = &call.name.name;
        if given < wanted {
            let at_least = if function.rest.is_some() { " at least" } else { "" };
            let missing = function.params[given].name;
            let detail = format!(
                "Function {name:?} expects{at_least} {wanted} argument(s). Missing value for {missing:?}."
            );
            let end = Span { start: call.parens.end.saturating_sub(1), ..call.parens };
            let problem = Diagnostic::error(320, "Not enough function arguments", detail);
            self.report(problem.at(end).within(call.expr.span));
            return false;
        }
        if given > wanted && function.rest.is_none() {
            let detail = format!("Function {name:?} expects only {wanted} argument(s).");
            let problem = Diagnostic::error(321, "Too many function arguments", detail);
            self.report(problem.at(arguments[wanted].span).within(call.expr.span));
            return false;
        }
        true
    }

    /// Arguments in the types of their parameters; none where one cannot be had.
    fn convert_arguments(
        &mut self,
        function: &Function,
        arguments: Vec<Argument>,
        before: usize,
    ) -> Option<(Vec<Value>, Vec<Span>)> {
        let mut values = Vec::with_capacity(arguments.len());
        let mut spans = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.into_iter().enumerate() {
            let param = function.param(index)?;
            spans.push(argument.span);
            match convert(&argument.value, &param.want.ty()) {
                Ok(value) => values.push(value),
                Err(error) => {
                    self.invalid_argument(param.name, &error.with_path(), argument.span);
                }
            }
        }
        let broken =
            self.problems.iter().skip(before).any(|p| p.severity == crate::diag::Severity::Error);
        (!broken).then_some((values, spans))
    }

    fn invalid_argument(&mut self, param: &str, reason: &str, span: Span) {
        let detail = format!("Invalid value for {param:?} parameter: {reason}.");
        self.report(Diagnostic::error(323, "Invalid function argument", detail).at(span));
    }

    fn call_failed(
        &mut self,
        call: &Call<'_>,
        function: &Function,
        spans: &[Span],
        error: CallError,
    ) {
        let blamed =
            error.argument.and_then(|index| Some((function.param(index)?, spans.get(index)?)));
        if let Some((param, span)) = blamed {
            self.invalid_argument(param.name, &error.message, *span);
            return;
        }
        let detail = format!("Call to function {:?} failed: {}.", call.name.name, error.message);
        self.report(
            Diagnostic::error(324, IN_CALL, detail).at(call.name.span).within(call.expr.span),
        );
    }

    /// `try(a, b, …)`: the first that can be evaluated. Its arguments are evaluated one by one.
    fn call_try(&mut self, call: &Call<'_>, frame: &Frame<'_>) -> Value {
        let Some(candidates) = self.candidates(call, frame) else { return failed() };
        if candidates.is_empty() {
            let detail = format!(
                "Call to function {:?} failed: at least one argument is required.",
                call.name.name
            );
            self.report(Diagnostic::error(324, IN_CALL, detail).at(call.name.span));
            return failed();
        }
        let mut all = Diagnostics::none();
        for candidate in candidates {
            let (value, problems) = self.attempt(|evaluator| match candidate {
                Candidate::Expr(expr) => evaluator.expr(expr, frame),
                Candidate::Value(value) => value,
            });
            if problems.has_errors() {
                all.extend(problems);
                continue;
            }
            // A value that is not decided yet may still turn out not to be the one that is taken.
            return if value.is_wholly_known() { value } else { failed() };
        }
        let reasons: Vec<String> = all
            .iter()
            .map(|problem| format!("- {}: {}", problem.summary, problem.detail))
            .collect();
        let detail = format!(
            "Call to function {:?} failed: no expression succeeded:\n{}\n\nAt least one expression must produce a \
             successful result.",
            call.name.name,
            reasons.join("\n")
        );
        self.report(
            Diagnostic::error(324, IN_CALL, detail).at(call.name.span).within(call.expr.span),
        );
        failed()
    }

    /// The arguments of a function that evaluates them itself; none where `...` cannot be expanded.
    fn candidates<'c>(&mut self, call: &Call<'c>, frame: &Frame<'_>) -> Option<Vec<Candidate<'c>>> {
        if !call.expand {
            return Some(call.args.iter().map(Candidate::Expr).collect());
        }
        let (last, plain) = call.args.split_last()?;
        let expanded = self.expand(last, call, frame)?;
        let mut candidates: Vec<Candidate<'c>> = plain.iter().map(Candidate::Expr).collect();
        candidates.extend(expanded.into_iter().map(|argument| Candidate::Value(argument.value)));
        Some(candidates)
    }

    /// `can(x)`: whether x can be evaluated.
    fn call_can(&mut self, call: &Call<'_>, frame: &Frame<'_>) -> Value {
        const EXPRESSION: &str = "expression";
        let Some(candidates) = self.candidates(call, frame) else { return failed() };
        let given = candidates.len();
        let Ok([candidate]) = <[Candidate<'_>; 1]>::try_from(candidates) else {
            self.wrong_count(call, EXPRESSION, given);
            return failed();
        };
        let (value, problems) = self.attempt(|evaluator| match candidate {
            Candidate::Expr(expr) => evaluator.expr(expr, frame),
            Candidate::Value(value) => value,
        });
        if problems.has_errors() {
            Value::bool(false)
        } else if value.is_wholly_known() {
            Value::bool(true)
        } else {
            Value::unknown(Type::Bool)
        }
    }

    /// `type(x)`, which only the console has.
    fn call_type(&mut self, call: &Call<'_>, frame: &Frame<'_>) -> Value {
        if self.scope.outside().caller != Caller::Console {
            self.unknown_function(call, &call.name.name);
            return failed();
        }
        let [arg] = call.args else {
            self.wrong_count(call, "value", call.args.len());
            return failed();
        };
        let (value, problems) = self.attempt(|evaluator| evaluator.expr(arg, frame));
        let broken = problems.has_errors();
        self.problems.extend(problems);
        if broken {
            return failed();
        }
        let text =
            if value.marks().contains(Marks::TYPE) { "type".into() } else { value.ty().to_lines() };
        Value::string(text).with_marks(Marks::TYPE.union(value.marks()))
    }

    /// The problem of a function of one parameter that was called with another number of arguments.
    fn wrong_count(&mut self, call: &Call<'_>, param: &str, given: usize) {
        let name = &call.name.name;
        let extra = call.args.get(1).or(call.args.last()).filter(|_| given > 1);
        let problem = if let Some(extra) = extra {
            let detail = format!("Function {name:?} expects only 1 argument(s).");
            Diagnostic::error(321, "Too many function arguments", detail).at(extra.span)
        } else {
            let detail =
                format!("Function {name:?} expects 1 argument(s). Missing value for {param:?}.");
            Diagnostic::error(320, "Not enough function arguments", detail).at(call.parens)
        };
        self.report(problem.within(call.expr.span));
    }
}
