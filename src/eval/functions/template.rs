//! `templatefile` and `templatestring`: texts with names of their own.

use super::{CallError, Context, Function, Param, Returns, Want, file};
use crate::diag::{Diagnostic, Diagnostics, FileId, SourceMap, Span};
use crate::eval::{Found, Outside, Reference, Scope, evaluate_template, template_references};
use crate::syntax::ast::Template;
use crate::syntax::parse_template;
use crate::value::{Entries, Kind, Type, Value};

pub(super) const TABLE: &[Function] = &[
    Function::new(
        "templatefile",
        &[Param::new("path", Want::String), Param::new("vars", Want::Any)],
        Returns::By(vars_type),
        templatefile,
    )
    .maybe_null(),
    // The first argument is checked where calls are: only a reference is taken.
    Function::new(
        "templatestring",
        &[Param::new("template", Want::Any).open(), Param::new("vars", Want::Any)],
        Returns::By(string_type),
        templatestring,
    )
    .maybe_null(),
];

/// A template's text is in no file of the configuration.
const NOWHERE: FileId = FileId(u32::MAX);

/// The names of a template are its variables, and nothing else.
struct Variables<'a> {
    values: &'a Entries,
    outside: &'a Outside,
}

impl Scope for Variables<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        if let Some(value) = self.values.get(reference.root) {
            Ok(Found { value: value.clone(), used: 0 })
        } else {
            let detail = format!("vars map does not contain key {:?}", reference.root);
            Err(Box::new(Diagnostic::error(330, "Unknown variable", detail)))
        }
    }

    fn outside(&self) -> &Outside {
        self.outside
    }

    fn is_template(&self) -> bool {
        true
    }
}

fn vars_type(args: &[Value]) -> Result<Type, CallError> {
    match args[1].ty() {
        _ if !args.iter().all(Value::is_known) => Ok(Type::Dynamic),
        Type::Object(_) | Type::Map(_) => Ok(Type::Dynamic),
        _ => Err(CallError::arg(1, "invalid vars value: must be a map")),
    }
}

/// Unlike that of a file, the result is a string while text or variables are unknown.
fn string_type(args: &[Value]) -> Result<Type, CallError> {
    if !args.iter().all(Value::is_known) {
        return Ok(Type::String);
    }
    if args[0].ty() != Type::String {
        return Err(CallError::arg(0, "invalid template value: a string is required"));
    }
    vars_type(args)
}

fn templatefile(context: &Context<'_>) -> Result<Value, CallError> {
    let path = context.text(0);
    if context.scope.is_template() {
        return Err(CallError::new(
            "cannot recursively call templatefile from inside another template function",
        ));
    }
    let text = file::read_text(context, path)?;
    render(context, path, &text)
}

fn templatestring(context: &Context<'_>) -> Result<Value, CallError> {
    if context.scope.is_template() {
        return Err(CallError::new(
            "cannot recursively call templatestring from inside another template function",
        ));
    }
    render(context, "<templatestring argument>", context.text(0))
}

fn render(context: &Context<'_>, name: &str, text: &str) -> Result<Value, CallError> {
    let places = Places::of(name, text);
    let (template, problems) = parse_template(text, NOWHERE, 0);
    places.check(&problems)?;
    let (Kind::Object(values) | Kind::Map(_, values)) = context.args[1].kind() else {
        return Ok(Value::open());
    };
    check_names(values, &template, &places)?;
    let scope = Variables { values, outside: context.outside };
    let (value, problems) = evaluate_template(&template, &scope);
    places.check(&problems)?;
    Ok(value)
}

fn check_names(values: &Entries, template: &Template, places: &Places) -> Result<(), CallError> {
    for name in values.keys() {
        if !super::provider::is_identifier(name) {
            return Err(CallError::arg(
                1,
                format!(
                    "invalid template variable name {name:?}: must start with a letter, followed by zero or more \
                     letters, digits, and underscores"
                ),
            ));
        }
    }
    for reference in template_references(template) {
        if !values.contains_key(reference.root) {
            return Err(CallError::arg(
                1,
                format!(
                    "vars map does not contain key {:?}, referenced at {}",
                    reference.root,
                    places.at(reference.root_span)
                ),
            ));
        }
    }
    Ok(())
}

/// Places in a text that is in no file, as messages name them.
pub(super) struct Places {
    name: String,
    sources: SourceMap,
}

impl Places {
    pub(super) fn of(name: &str, text: &str) -> Self {
        let mut sources = SourceMap::default();
        sources.add(name, text);
        Self { name: name.to_owned(), sources }
    }

    fn at(&self, span: Span) -> String {
        let Some(file) = self.sources.file(FileId(0)) else { return self.name.clone() };
        let (start, end) = (file.locate(span.start), file.locate(span.end));
        let end = if start.line == end.line {
            end.column.to_string()
        } else {
            format!("{},{}", end.line, end.column)
        };
        format!("{}:{},{}-{end}", self.name, start.line, start.column)
    }

    /// The first error, as the reason of a failed call.
    pub(super) fn check(&self, problems: &Diagnostics) -> Result<(), CallError> {
        let first = problems.iter().find(|p| p.severity == crate::diag::Severity::Error);
        let Some(problem) = first else { return Ok(()) };
        let place = problem.subject.map_or_else(|| self.name.clone(), |span| self.at(span));
        Err(CallError::new(format!("{place}: {}; {}", problem.summary, problem.detail)))
    }
}
