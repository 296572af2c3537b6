//! What names mean in assertions: those of the tested module, its outputs, earlier runs, the test's own variables.

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::base::did_you_mean;
use crate::config::TestFile;
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{Found, Outside, Reference, Scope};
use crate::plan::RootScope;
use crate::value::Value;

/// What runs of a file came to: their outputs.
#[derive(Clone, Default)]
pub struct Runs(BTreeMap<EcoString, Value>);

impl Runs {
    /// Notes what a run came to.
    pub fn note(&mut self, name: &EcoString, outputs: Value) {
        self.0.insert(name.clone(), outputs);
    }

    /// What a run came to that a `variables` block names.
    ///
    /// # Errors
    /// Where there is no such run, or it has not come to anything yet.
    pub fn earlier(
        &self,
        name: &str,
        file: &TestFile,
        reference: &Reference<'_>,
    ) -> Result<Found, Box<Diagnostic>> {
        const RULE: &str = "You can only reference run blocks that are in the same test file and will execute before the \
                            current run block.";
        if let Some(value) = self.0.get(name) {
            return Ok(Found { value: value.clone(), used: 1 });
        }
        let known = || file.runs.iter().map(|run| run.name.as_str());
        let problem = if known().any(|run| run == name) {
            let detail = format!("The run block \"{name}\" has not executed yet. {RULE}");
            Diagnostic::error(1113, "Reference to unavailable run block", detail)
        } else {
            let detail =
                format!("The run block \"{name}\" does not exist within this test file. {RULE}");
            Diagnostic::error(1113, "Reference to unknown run block", detail)
                .did_you_mean(name, known())
        };
        Err(Box::new(problem.at(reference.span)))
    }

    /// What a run came to that an assertion names.
    fn named(
        &self,
        name: &str,
        file: &TestFile,
        reference: &Reference<'_>,
    ) -> Result<Found, Box<Diagnostic>> {
        if let Some(value) = self.0.get(name) {
            return Ok(Found { value: value.clone(), used: 1 });
        }
        let known = || file.runs.iter().map(|run| run.name.as_str());
        let problem = if known().any(|run| run == name) {
            let detail = format!(
                "The run \"{name}\" block has not yet been evaluated, so its results are not available here."
            );
            Diagnostic::error(1113, "Reference to unevaluated run block", detail)
        } else {
            let detail = format!("There is no run \"{name}\" declared in this test suite.");
            Diagnostic::error(1113, "Reference to undeclared run block", detail)
                .did_you_mean(name, known())
        };
        Err(Box::new(problem.at(reference.span)))
    }
}

/// The scope of a run's assertions.
pub struct Assertions<'a> {
    /// The tested module.
    pub module: RootScope<'a>,
    /// The names of its outputs.
    pub outputs: Vec<&'a EcoString>,
    /// Variables that the module does not declare.
    pub variables: &'a BTreeMap<EcoString, Value>,
    /// What earlier runs came to.
    pub runs: &'a Runs,
    /// The file.
    pub file: &'a TestFile,
}

impl Assertions<'_> {
    /// What the test adds to the module's names; none where the module is to be asked.
    fn own(&self, reference: &Reference<'_>) -> Option<Result<Found, Box<Diagnostic>>> {
        let name = reference.attr(0).map(|name| name.name.as_str());
        match (reference.root.as_str(), name) {
            ("run", Some(name)) => Some(self.runs.named(name, self.file, reference)),
            ("output", Some(name)) => Some(match self.module.output(name) {
                Some(value) => Ok(Found { value, used: 1 }),
                None => Err(Box::new(self.no_output(name, reference))),
            }),
            ("run" | "output", None) => {
                let root = reference.root;
                let detail = format!(
                    "The \"{root}\" object cannot be accessed directly. Instead, access one of its attributes."
                );
                let problem = Diagnostic::error(1114, "Invalid reference", detail);
                Some(Err(Box::new(problem.at(reference.span))))
            }
            ("var", Some(name)) => {
                let value = self.variables.get(name)?.clone();
                Some(Ok(Found { value, used: 1 }))
            }
            _ => None,
        }
    }

    fn no_output(&self, name: &str, reference: &Reference<'_>) -> Diagnostic {
        let hint = did_you_mean(name, self.outputs.iter().map(|known| known.as_str()))
            .map_or_else(String::new, |word| format!(" Did you mean \"{word}\"?"));
        let detail =
            format!("An output value with the name \"{name}\" has not been declared.{hint}");
        Diagnostic::error(1114, "Reference to undeclared output value", detail).at(reference.span)
    }
}

impl Scope for Assertions<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        self.own(reference).unwrap_or_else(|| self.module.resolve(reference))
    }

    fn check(&self, reference: &Reference<'_>) -> Diagnostics {
        match self.own(reference) {
            Some(answer) => answer.err().map(|problem| (*problem).into()).unwrap_or_default(),
            None => self.module.check(reference),
        }
    }

    fn outside(&self) -> &Outside {
        self.module.outside()
    }
}
