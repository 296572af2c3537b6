//! The fixture module of the expression cases as a scope, and the comparison with the recorded answers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use terrace::base::Mode;
use terrace::diag::{Diagnostic, Diagnostics, FileId, Severity};
use terrace::eval::{self, Caller, Effects, Found, Outside, Reference, Scope, Step, problem};
use terrace::syntax::ast::{Body, Expr};
use terrace::syntax::{parse_expr, parse_file};
use terrace::value::json::to_json;
use terrace::value::{Kind, Marks, Type, Value, convert};
use terrace::world::World;
use terrace::world::memory::FixedEnvironment;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance");

#[derive(Deserialize)]
pub struct Case {
    pub id: String,
    pub category: String,
    pub expr: String,
    #[serde(default)]
    via: Option<String>,
    result: Option<Answer>,
    error: Option<String>,
    errors: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Answer {
    console: String,
    #[serde(rename = "type")]
    ty: Option<String>,
    value: Option<String>,
}

/// How much of a case is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Wrong,
    Core,
    Summary,
    Strict,
}

impl Case {
    pub fn all() -> Vec<Self> {
        let folder = std::env::var("EXPRESSION_CASES").unwrap_or(format!("{FOLDER}/expr"));
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("the cases are there")
            .map(|entry| entry.expect("readable").path())
            .collect();
        files.sort();
        files
            .iter()
            .flat_map(|file| {
                let text = std::fs::read_to_string(file).expect("readable");
                serde_json::from_str::<Vec<Self>>(&text).expect("cases")
            })
            .collect()
    }

    pub fn want(&self) -> String {
        match &self.result {
            Some(answer) => format!("{} : {:?} = {:?}", answer.console, answer.ty, answer.value),
            None => format!("{:?}", self.expected_errors()),
        }
    }

    fn expected_errors(&self) -> Vec<String> {
        self.errors.clone().unwrap_or_else(|| self.error.iter().cloned().collect())
    }
}

/// The module of `fixtures/expr`.
pub struct Fixture {
    variables: BTreeMap<String, Value>,
    locals: BTreeMap<String, Expr>,
    done: RefCell<BTreeMap<String, Value>>,
    outside: Outside,
}

impl Fixture {
    pub fn load() -> Self {
        let folder = format!("{FOLDER}/fixtures/expr");
        // Paths in messages and results are relative, as for a user who stands in the module.
        std::env::set_current_dir(&folder).expect("the fixture is there");
        let mut world = World::real();
        let home = ("HOME".to_owned(), "/home/conformance".to_owned());
        world.environment = Arc::new(FixedEnvironment([home].into()));
        let outside =
            Outside { effects: Effects::Now, caller: Caller::Console, ..Outside::new(world, ".") };
        let text = std::fs::read_to_string(format!("{folder}/main.tf")).expect("the fixture");
        let (body, problems) = parse_file(&text, FileId(0));
        assert!(!problems.has_errors(), "{problems:?}");
        let mut fixture = Self {
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            done: RefCell::default(),
            outside,
        };
        for block in &body.blocks {
            match block.ident.name.as_str() {
                "variable" => {
                    let value = fixture.variable(&block.body);
                    fixture.variables.insert(block.labels[0].text.to_string(), value);
                }
                "locals" => {
                    for attribute in &block.body.attributes {
                        fixture
                            .locals
                            .insert(attribute.name.name.to_string(), attribute.expr.clone());
                    }
                }
                _ => {}
            }
        }
        fixture
    }

    fn variable(&self, body: &Body) -> Value {
        let argument =
            |name: &str| body.attributes.iter().find(|a| a.name.name == name).map(|a| &a.expr);
        let (ty, defaults) = argument("type").map_or((Type::Dynamic, None), |expr| {
            let (ty, defaults, problems) = eval::type_constraint(expr, self);
            assert!(!problems.has_errors(), "{problems:?}");
            (ty, Some(defaults))
        });
        let flag = |name: &str| argument(name).is_some_and(|e| e.as_keyword() == Some("true"));
        let mut value = match argument("default") {
            None => Value::unknown(ty.without_optional()),
            Some(default) => {
                let (value, problems) = eval::evaluate(default, self);
                assert!(!problems.has_errors(), "{problems:?}");
                let value = defaults.map_or(value.clone(), |defaults| defaults.apply(value, &ty));
                convert(&value, &ty).expect("the default has the type")
            }
        };
        if flag("sensitive") {
            value = value.with_marks(Marks::SENSITIVE);
        }
        if flag("ephemeral") {
            value = value.with_marks(Marks::EPHEMERAL);
        }
        value
    }

    fn local(&self, name: &str) -> Value {
        if let Some(value) = self.done.borrow().get(name) {
            return value.clone();
        }
        let (value, problems) = eval::evaluate(&self.locals[name], self);
        assert!(!problems.has_errors(), "{problems:?}");
        self.done.borrow_mut().insert(name.to_owned(), value.clone());
        value
    }

    /// Parses and evaluates; the summaries of what is wrong, or the value.
    fn eval(&self, case: &Case) -> Result<Value, Vec<String>> {
        let (expr, problems) = if case.via.as_deref() == Some("local") {
            let text = format!("locals {{\n  zz_case = {}\n}}\n", case.expr);
            let (body, problems) = parse_file(&text, FileId(1));
            let found = body.blocks.first().and_then(|block| block.body.attributes.first());
            match (found, problems.has_errors()) {
                (Some(attribute), false) => (attribute.expr.clone(), problems),
                _ => return Err(summaries(&problems)),
            }
        } else {
            parse_expr(&case.expr, FileId(1), 0)
        };
        if problems.has_errors() {
            return Err(summaries(&problems));
        }
        let (value, problems) = eval::evaluate(&expr, self);
        if problems.has_errors() {
            return Err(summaries(&problems));
        }
        Ok(value)
    }

    pub fn check(&self, case: &Case) -> (Level, String) {
        match (self.eval(case), &case.result) {
            (Err(got), Some(_)) => (Level::Wrong, format!("error {got:?}")),
            (Err(mut got), None) => {
                let mut want = case.expected_errors();
                want.sort();
                got.sort();
                let level = if want == got {
                    Level::Strict
                } else {
                    want.dedup();
                    let mut set = got.clone();
                    set.dedup();
                    if want == set { Level::Summary } else { Level::Core }
                };
                (level, format!("{got:?}"))
            }
            (Ok(value), None) => {
                if value.deep_marks().contains(Marks::TYPE) && !value.marks().contains(Marks::TYPE)
                {
                    let got = "Invalid use of type function".to_owned();
                    let strict = case.expected_errors() == [got.clone()];
                    return (if strict { Level::Strict } else { Level::Core }, got);
                }
                (Level::Wrong, value.to_console())
            }
            (Ok(value), Some(answer)) => check_value(&value, answer),
        }
    }
}

fn check_value(value: &Value, answer: &Answer) -> (Level, String) {
    let is_type = value.marks().contains(Marks::TYPE);
    let console = match value.as_str() {
        Some(text) if is_type => text.to_owned(),
        _ => value.to_console(),
    };
    if console != answer.console {
        return (Level::Wrong, console);
    }
    let ty = squash(&value.ty().to_lines());
    if answer.ty.as_ref().is_some_and(|want| *want != ty) {
        return (Level::Summary, format!("type {ty}"));
    }
    if let Some(want) = &answer.value {
        let bare = value.clone().unmark_deep().0;
        let got = to_json(&bare, &bare.ty()).unwrap_or_default();
        if got != *want {
            return (Level::Summary, format!("json {got}"));
        }
    }
    (Level::Strict, console)
}

/// The type on one line, as the answers have it.
fn squash(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut line = lines.join(" ");
    for (from, to) in
        [("( ", "("), ("([ ", "(["), ("({ ", "({"), (", ]", "]"), (", }", "}"), (", )", ")")]
    {
        line = line.replace(from, to);
    }
    line
}

fn summaries(problems: &Diagnostics) -> Vec<String> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| problem.summary.clone()).collect()
}

impl Scope for Fixture {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        let name = |at: usize| reference.attr(at).map_or("", |name| name.name.as_str());
        let (value, used) = match reference.root.as_str() {
            "var" => (self.variables[name(0)].clone(), 1),
            "local" => (self.local(name(0)), 1),
            "path" if name(0) == "cwd" => (Value::string("/"), 1),
            "path" => (Value::string("."), 1),
            "terraform" if name(0) == "applying" => {
                (Value::bool(false).with_marks(Marks::EPHEMERAL), 1)
            }
            "terraform" => (Value::string("default"), 1),
            "resource" => (Value::open(), reference.steps.len()),
            _ => (Value::open(), 1),
        };
        Ok(Found { value, used })
    }

    fn check(&self, reference: &Reference<'_>) -> Diagnostics {
        let mut problems = problem::malformed(reference);
        let span = reference.span_to(0);
        let name = |at: usize| reference.attr(at).map_or("", |name| name.name.as_str());
        let known = || [""];
        if problems.has_errors() && !matches!(reference.steps.first(), Some(Step::Index { .. })) {
            return problems;
        }
        match reference.root.as_str() {
            "var" if !self.variables.contains_key(name(0)) => {
                problems.push(problem::undeclared_variable(name(0), known(), span));
            }
            "local" if !self.locals.contains_key(name(0)) => {
                problems.push(problem::undeclared_local(name(0), known(), span));
            }
            "module" => {
                problems.push(problem::undeclared_module(
                    name(0),
                    "the root module",
                    known(),
                    span,
                ));
            }
            "count" => problems.push(problem::no_count(span)),
            "each" => problems.push(problem::no_each(span)),
            "path" if !["module", "root", "cwd"].contains(&name(0)) => {
                problems.push(problem::no_such_attribute(
                    "path",
                    name(0),
                    ["cwd", "module", "root"],
                    span,
                ));
            }
            "var" | "local" | "path" | "terraform" | "self" => {}
            root => problems.extend(resource(reference, root)),
        }
        problems
    }

    fn outside(&self) -> &Outside {
        &self.outside
    }
}

/// The fixture has one resource, `terraform_data.unk`.
fn resource(reference: &Reference<'_>, root: &str) -> Diagnostics {
    let name = |at: usize| reference.attr(at).map_or("", |name| name.name.as_str());
    let (ty, resource, rest) = match root {
        "data" | "ephemeral" => ("", name(0), 2),
        "resource" => (name(0), name(1), 2),
        root => (root, name(0), 1),
    };
    if (ty, resource) != ("terraform_data", "unk") {
        let names = (ty, resource);
        let known = [""];
        return problem::undeclared_resource(
            Mode::Managed,
            names,
            "the root module",
            known,
            reference.span,
        )
        .into();
    }
    match reference.attr(rest) {
        Some(attribute)
            if !["id", "input", "output", "triggers_replace"]
                .contains(&attribute.name.as_str()) =>
        {
            Diagnostic::error(300, "Unsupported attribute", "no such attribute")
                .at(attribute.span)
                .into()
        }
        _ => Diagnostics::none(),
    }
}

#[test]
fn answers_are_read() {
    assert!(matches!(Value::open().kind(), Kind::Unknown(_)));
}
