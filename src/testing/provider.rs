//! Which provider configurations the module of a run sees, and which of them are mocked.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::mock::{FileMocks, MockedProvider};
use super::variable::Variables;
use crate::config::{
    ProviderConfig, ProviderConfigs, ProviderRef, Selected, TestFile, TestProvider, TestRun,
};
use crate::diag::{Diagnostic, Diagnostics};
use crate::syntax::ast::Body;

/// The providers of a run.
pub struct Providers {
    /// The module with the configurations that it sees.
    pub selected: Selected,
    /// Those that are mocked, by their names in scopes.
    pub mocked: BTreeMap<EcoString, MockedProvider>,
}

/// Puts the file's provider configurations in place of the module's own.
///
/// # Errors
/// Where the run names a configuration that the file does not have.
pub fn of_run(
    selected: &Selected,
    file: &TestFile,
    mocks: &FileMocks,
    run: &TestRun,
    variables: &Variables<'_>,
) -> Result<Providers, Diagnostics> {
    let root = selected.tree.root();
    let mut chosen = Chosen {
        file,
        mocks,
        variables,
        configs: ProviderConfigs::new(),
        mocked: BTreeMap::new(),
        problems: Diagnostics::none(),
    };
    if let Some(passed) = &run.providers {
        let mut problems = Diagnostics::none();
        for one in passed {
            if !chosen.take(&one.inside, &one.outside) {
                problems.push(missing(&one.outside));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
    } else {
        chosen.configs.clone_from(&root.providers);
        for key in file.providers.keys().filter(|(name, _)| is_used(selected, name)) {
            chosen.add(key.clone(), key);
        }
    }
    let Chosen { configs, mocked, problems, .. } = chosen;
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(Providers { selected: selected.with_providers(configs), mocked })
}

struct Chosen<'a> {
    file: &'a TestFile,
    mocks: &'a FileMocks,
    variables: &'a Variables<'a>,
    configs: ProviderConfigs,
    mocked: BTreeMap<EcoString, MockedProvider>,
    problems: Diagnostics,
}

impl Chosen<'_> {
    /// Takes the file's configuration `outside` under the name `inside`; false where there is none.
    fn take(&mut self, inside: &ProviderRef, outside: &ProviderRef) -> bool {
        let key = (outside.name.clone(), outside.alias.clone());
        self.file.providers.contains_key(&key)
            && self.add((inside.name.clone(), inside.alias.clone()), &key)
    }

    fn add(&mut self, inside: (EcoString, Option<EcoString>), key: &super::mock::Key) -> bool {
        let Some(provider) = self.file.providers.get(key) else { return false };
        let (name, alias) = inside.clone();
        let scope = alias.as_ref().map_or_else(|| name.clone(), |a| format!("{name}.{a}").into());
        let config = match provider {
            TestProvider::Real(config) => {
                let body = self.problems.take(self.variables.settle(&config.body));
                ProviderConfig { name, alias, body, ..config.clone() }
            }
            TestProvider::Mock(mock) => {
                let mocked = self.mocks.providers.get(key).cloned().unwrap_or_default();
                self.mocked.insert(scope, mocked);
                ProviderConfig {
                    name,
                    alias,
                    for_each: None,
                    body: Body::default(),
                    span: mock.span,
                }
            }
        };
        self.configs.insert(inside, config);
        true
    }
}

/// Whether a configuration has anything of a provider.
fn is_used(selected: &Selected, name: &str) -> bool {
    selected.tree.iter().any(|(_, module)| {
        module.required_providers.contains_key(name)
            || module.providers.keys().any(|(known, _)| known == name)
            || module.resources.values().any(|resource| resource.provider_name() == name)
    })
}

fn missing(reference: &ProviderRef) -> Diagnostic {
    let name = reference
        .alias
        .as_ref()
        .map_or_else(|| reference.name.to_string(), |alias| format!("{}.{alias}", reference.name));
    let detail = "This provider block references a provider definition that does not exist.";
    Diagnostic::error(1115, format!("Missing provider definition for {name}"), detail)
        .at(reference.span)
}
