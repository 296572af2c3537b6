//! Values of mocks and overrides: constants, evaluated once when the files are read.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::lookup::{Given, MockedProvider, Outputs};
use crate::config::{During, MockProvider, Override, OverrideKind, TestFile, TestProvider};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::eval::{self, Effects, Found, Outside, Reference, Scope};
use crate::syntax::ast::Expr;
use crate::value::Value;
use crate::world::World;

/// A provider's name and alias.
pub type Key = (EcoString, Option<EcoString>);

/// What one file says in place of clouds.
#[derive(Default)]
pub struct FileMocks {
    /// Its mocked providers.
    pub providers: BTreeMap<Key, MockedProvider>,
    /// What is overridden in every run.
    pub whole: RunMocks,
    /// What is overridden in single runs, by their names.
    pub runs: BTreeMap<EcoString, RunMocks>,
}

/// What is overridden.
#[derive(Clone, Default)]
pub struct RunMocks {
    /// Objects and data sources.
    pub objects: Vec<Given>,
    /// Modules.
    pub modules: Vec<Outputs>,
}

/// Evaluates what a file says.
pub fn of_file(file: &TestFile, world: &World) -> (FileMocks, Diagnostics) {
    let mut reader =
        Reader { outside: Outside::new(world.clone(), "."), problems: Diagnostics::none() };
    let mut mocks =
        FileMocks { whole: reader.overrides(&file.overrides, None), ..FileMocks::default() };
    for (key, provider) in &file.providers {
        if let TestProvider::Mock(mock) = provider {
            mocks.providers.insert(key.clone(), reader.provider(mock));
        }
    }
    for run in &file.runs {
        mocks.runs.insert(run.name.clone(), reader.overrides(&run.overrides, None));
    }
    (mocks, reader.problems)
}

struct Reader {
    outside: Outside,
    problems: Diagnostics,
}

impl Reader {
    fn provider(&mut self, mock: &MockProvider) -> MockedProvider {
        let mut defaults = BTreeMap::new();
        for (key, one) in &mock.defaults {
            let word = if key.0 == crate::base::Mode::Data { "mock_data" } else { "mock_resource" };
            let value = one.defaults.as_ref().and_then(|expr| self.object(expr, word, "defaults"));
            let during = one.during.unwrap_or(mock.during);
            defaults.insert(key.clone(), (value, during, one.span));
        }
        let overrides = self.overrides(&mock.overrides, Some(mock.during));
        MockedProvider { during: mock.during, defaults, overrides: overrides.objects }
    }

    fn overrides(&mut self, overrides: &[Override], during: Option<During>) -> RunMocks {
        let mut mocks = RunMocks::default();
        for one in overrides {
            let (word, argument) = (one.kind.word(), one.kind.argument());
            let values = one.values.as_ref().and_then(|expr| self.object(expr, word, argument));
            let during = one.during.or(during).unwrap_or_default();
            let (target, span) = (one.target.clone(), one.target_span);
            match (one.kind, one.module()) {
                (OverrideKind::Module, Some(path)) => {
                    let values = values.and_then(|values| values.as_entries().cloned());
                    let values = values.unwrap_or_default().into_iter().collect();
                    mocks.modules.push(Outputs { path: path.clone(), values, span });
                }
                _ => mocks.objects.push(Given { target, values, during, span }),
            }
        }
        mocks
    }

    /// The value of an argument that must be a constant object.
    fn object(&mut self, expr: &Expr, word: &str, argument: &str) -> Option<Value> {
        let (value, problems) = eval::evaluate(expr, &Constants(&self.outside));
        let sound = !problems.has_errors();
        self.problems.extend(problems);
        if sound && value.as_entries().is_none() {
            let detail = format!(
                "{word} blocks must specify {} {argument} attribute that is an object.",
                if argument == "outputs" { "an" } else { "a" }
            );
            let title = format!("Invalid {argument} attribute");
            self.problems.push(Diagnostic::error(1105, title, detail).at(span_of(expr)));
        }
        Some(value).filter(|value| sound && value.as_entries().is_some())
    }
}

const fn span_of(expr: &Expr) -> Span {
    expr.span
}

/// A scope in which nothing has a name.
struct Constants<'a>(&'a Outside);

impl Constants<'_> {
    fn refuse(reference: &Reference<'_>) -> Diagnostic {
        let detail = "Values of mocks and overrides are constants: they can call functions and name nothing.";
        Diagnostic::error(1105, "Variables not allowed", detail).at(reference.root_span)
    }
}

impl Scope for Constants<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        Err(Box::new(Self::refuse(reference)))
    }

    fn check(&self, reference: &Reference<'_>) -> Diagnostics {
        Self::refuse(reference).into()
    }

    fn outside(&self) -> &Outside {
        debug_assert_eq!(
            self.0.effects,
            Effects::Later,
            "what is made up is the same in every run"
        );
        self.0
    }
}
