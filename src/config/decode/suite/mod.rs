//! Test files and files of mocks: what may stand at their top.

mod mock;
mod run;

use camino::Utf8PathBuf;
use ecow::EcoString;
use indexmap::IndexMap;

use super::Decoder;
use crate::config::codes;
use crate::config::content::{Shape, just_arguments};
use crate::config::model::{TestFile, TestProvider};
use crate::diag::Diagnostic;
use crate::syntax::ast::{Attribute, Block, Body, Expr, ExprKind};

/// Blocks at the top of a test file.
const FILE: Shape = Shape {
    required: &[],
    optional: &[],
    blocks: &[
        ("run", &["name"]),
        ("variables", &[]),
        ("provider", &["name"]),
        ("mock_provider", &["name"]),
        ("override_resource", &[]),
        ("override_data", &[]),
        ("override_module", &[]),
        ("test", &[]),
    ],
};

const SETTINGS: Shape = Shape { required: &[], optional: &["parallel"], blocks: &[] };

impl Decoder<'_> {
    /// Reads a test file.
    pub fn test_file(&mut self, path: Utf8PathBuf, in_test_folder: bool, body: Body) -> TestFile {
        let mut file = TestFile {
            path,
            in_test_folder,
            variables: IndexMap::new(),
            providers: IndexMap::new(),
            overrides: Vec::new(),
            parallel: false,
            runs: Vec::new(),
        };
        let mut variables = None;
        for block in FILE.whole(body, &mut self.problems).blocks {
            match block.ident.name.as_str() {
                "run" => self.add_run(block, &mut file),
                "variables" => {
                    if let Some(first) = variables.replace(block.header) {
                        let title = "Multiple \"variables\" blocks";
                        let detail = "A test file has at most one variables block.";
                        self.duplicate(title.into(), detail.into(), block.header, first);
                        continue;
                    }
                    file.variables = self.values(block);
                }
                "provider" => self.test_provider(block, &mut file),
                "mock_provider" => self.mock_provider(block, &mut file),
                "test" => file.parallel = self.test_settings(block),
                _ => file.overrides.extend(self.an_override(block)),
            }
        }
        file
    }

    /// The arguments of a `variables` block.
    fn values(&mut self, block: Block) -> IndexMap<EcoString, Attribute> {
        let arguments = just_arguments(block.body, &mut self.problems);
        arguments.into_iter().map(|one| (one.name.name.clone(), one)).collect()
    }

    /// Whether runs may be carried out beside others.
    fn test_settings(&mut self, block: Block) -> bool {
        let mut content = SETTINGS.whole(block.body, &mut self.problems);
        self.truth(content.take("parallel")).unwrap_or_default()
    }

    /// A `provider` block, as in a configuration.
    fn test_provider(&mut self, block: Block, file: &mut TestFile) {
        self.into.providers.clear();
        self.provider(block);
        for (key, config) in std::mem::take(&mut self.into.providers) {
            let header = config.span;
            self.add_test_provider(key, TestProvider::Real(config), header, file);
        }
    }

    fn add_test_provider(
        &mut self,
        key: (EcoString, Option<EcoString>),
        provider: TestProvider,
        at: crate::diag::Span,
        file: &mut TestFile,
    ) {
        if let Some(first) = file.providers.get(&key) {
            let first = first.span();
            let title = "Duplicate provider block".to_owned();
            let detail = format!(
                "A provider for {} is already defined in this file.",
                key.1.as_ref().map_or_else(|| key.0.to_string(), |a| format!("{}.{a}", key.0))
            );
            self.duplicate(title, detail, at, first);
            return;
        }
        file.providers.insert(key, provider);
    }

    /// One of a few words without quotes; in JSON, where everything has quotes, with them.
    fn one_of<T: Copy>(&mut self, attribute: Option<Attribute>, known: &[(&str, T)]) -> Option<T> {
        let attribute = attribute?;
        let found = known.iter().find(|(word, _)| Some(*word) == self.word(&attribute.expr));
        if found.is_none() && !matches!(attribute.expr.kind, ExprKind::Invalid) {
            let name = &attribute.name.name;
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            let detail = format!(
                "The \"{name}\" argument requires one of the following keywords without quotes: {}.",
                words.join(" or ")
            );
            let problem =
                Diagnostic::error(codes::KEYWORD, format!("Invalid \"{name}\" keyword"), detail);
            self.problems.push(problem.at(attribute.expr.span));
        }
        found.map(|(_, meaning)| *meaning)
    }

    fn word<'e>(&self, expr: &'e Expr) -> Option<&'e str> {
        match &expr.kind {
            ExprKind::Variable(name) => Some(name),
            // `refresh-only` is a name to HCL.
            _ if self.json.contains(&expr.span.file) => expr.as_text(),
            _ => None,
        }
    }
}
