//! `import` blocks: objects that exist and are to become the stack's.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use super::expand::expand_import;
use super::instance::{InstanceId, Repetition};
use super::providers::scope_of;
use super::resource::Subject;
use super::{Place, Walk};
use crate::base::{Address, Id, Key, ModulePath};
use crate::config::{Import, ResourceKey};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::plan::{ImportNeed, Live, UndeclaredImports};
use crate::value::{Type, Value, convert};

/// Imports that are asked for, and what was found.
#[derive(Default)]
pub(in crate::plan) struct Imports {
    wanted: BTreeMap<Address, (Id, Span)>,
    found: BTreeMap<Address, Result<Option<Live>, Diagnostics>>,
    asked: BTreeSet<Address>,
    /// Those of addresses that no block declares.
    undeclared: BTreeSet<Address>,
    evaluated: bool,
}

impl Walk {
    /// Checks the blocks while validating; they are evaluated when the first resource asks.
    pub(super) fn begin_imports(&mut self) {
        if self.state.validating {
            self.validate_imports();
        }
    }

    fn validate_imports(&mut self) {
        let config = self.state.config.clone();
        for import in &config.tree.root().imports {
            let (repetitions, mut problems) =
                expand_import(&self.state.place(InstanceId::ROOT), import.for_each.as_ref());
            let repetition = match (&repetitions, &import.for_each) {
                (Some(_), Some(_)) => super::expand::Expansion::open().repetition(0, false),
                _ => Repetition::None,
            };
            if repetitions.is_some() {
                let place = Place { repetition: &repetition, ..self.state.place(InstanceId::ROOT) };
                match import_id(&place, import) {
                    Ok(_) => {}
                    Err(found) => problems.extend(found),
                }
            }
            self.problems.extend(problems);
        }
    }

    /// Evaluates the blocks: which address takes which id.
    pub(super) fn evaluate_imports(&mut self) {
        if std::mem::replace(&mut self.imports.evaluated, true) {
            return;
        }
        let config = self.state.config.clone();
        for import in &config.tree.root().imports {
            let place = self.state.place(InstanceId::ROOT);
            let (repetitions, problems) = expand_import(&place, import.for_each.as_ref());
            self.problems.extend(problems);
            for repetition in repetitions.iter().flatten() {
                self.evaluate_import(import, repetition);
            }
        }
        for (address, span) in self.import_targets() {
            if self.declares(&address) {
                continue;
            }
            let is_plain = address.key.is_none() && address.resource.module.is_root();
            if is_plain && self.input.options.undeclared == UndeclaredImports::LookedAt {
                self.imports.undeclared.insert(address);
            } else {
                self.problems.push(no_target(&address, span));
            }
        }
    }

    /// Reports imports to instances that their resource does not have. To be called when all that could be planned is.
    pub(super) fn check_imported_instances(&mut self) {
        if self.problems.has_errors() {
            return;
        }
        for (address, span) in self.import_targets() {
            let is_declared =
                self.declared.contains(&address) || self.imports.undeclared.contains(&address);
            if self.selection.holds_instance(&address) && !is_declared {
                self.problems.push(no_target(&address, span));
            }
        }
    }

    fn import_targets(&self) -> Vec<(Address, Span)> {
        self.imports.wanted.iter().map(|(address, (_, span))| (address.clone(), *span)).collect()
    }

    fn declares(&self, address: &Address) -> bool {
        let tree = &self.state.config.tree;
        let key = ResourceKey {
            mode: address.resource.mode,
            type_name: address.resource.type_name.clone(),
            name: address.resource.name.clone(),
        };
        tree.find(&address.resource.module).is_some_and(|id| tree[id].resources.contains_key(&key))
    }

    fn evaluate_import(&mut self, import: &Import, repetition: &Repetition) {
        let place = Place { repetition, ..self.state.place(InstanceId::ROOT) };
        let outcome = import_id(&place, import)
            .and_then(|id| import_address(&place, import).map(|address| (address, id)));
        match outcome {
            Ok((address, Some(id))) => {
                if self.world.owned.contains_key(&address) {
                    return;
                }
                if self.imports.wanted.insert(address.clone(), (id, import.to.span)).is_some() {
                    let detail =
                        format!("An import block for the resource {address} is already declared.");
                    let title = format!("Duplicate import configuration for \"{address}\"");
                    self.problems.push(Diagnostic::error(552, title, detail).at(import.to.span));
                }
            }
            Ok((_, None)) => {
                let detail = "The import block \"id\" argument depends on resource attributes that cannot be \
                              determined until apply, so terrace cannot plan to import this resource.";
                self.problems.push(
                    Diagnostic::error(553, "Invalid import id argument", detail).at(import.id.span),
                );
            }
            Err(problems) => self.problems.extend(problems),
        }
    }

    /// Whether every import of these instances is read; asks for it where not.
    pub(super) fn are_imports_read(&mut self, subjects: &[Subject<'_>]) -> bool {
        if self.state.config.tree.root().imports.is_empty() {
            return true;
        }
        self.evaluate_imports();
        let mut read = true;
        for subject in subjects {
            let address = &subject.address;
            let Some((id, _)) = self.imports.wanted.get(address) else { continue };
            if self.imports.found.contains_key(address) {
                continue;
            }
            read = false;
            if self.imports.asked.insert(address.clone()) {
                self.needs.imports.push(ImportNeed {
                    address: address.clone(),
                    scope: scope_of(&subject.provider, &Value::null(Type::Dynamic)),
                    id: id.clone(),
                });
            }
        }
        read
    }

    /// Whether every import to an address that no block declares is read; asks for it where not.
    pub(super) fn are_undeclared_imports_read(&mut self) -> bool {
        let mut read = true;
        for address in self.imports.undeclared.clone() {
            if self.imports.found.contains_key(&address) {
                continue;
            }
            read = false;
            let name = address.type_name().as_str().split('_').next().unwrap_or_default();
            let Some(provider) = self.default_provider(&name.into()) else { continue };
            if let (true, Some((id, _))) =
                (self.imports.asked.insert(address.clone()), self.imports.wanted.get(&address))
            {
                let scope = scope_of(&provider, &Value::null(Type::Dynamic));
                self.needs.imports.push(ImportNeed { address, scope, id: id.clone() });
            }
        }
        read
    }

    /// The objects at addresses that no block declares. What cannot be imported is reported.
    pub(in crate::plan) fn undeclared_imports(&mut self) -> Vec<(Address, Live)> {
        let mut objects = Vec::new();
        for address in std::mem::take(&mut self.imports.undeclared) {
            match self.import_of(&address) {
                Ok(Some((live, _))) => objects.push((address, live)),
                Ok(None) => {}
                Err(problems) => self.problems.extend(problems),
            }
        }
        objects
    }

    pub(super) fn take_imports(
        &mut self,
        answers: BTreeMap<Address, Result<Option<Live>, Diagnostics>>,
    ) {
        self.imports.found.extend(answers);
    }

    /// The object that is imported to an address, with the id as it was written.
    pub(super) fn imported(
        &self,
        subject: &Subject<'_>,
    ) -> Result<Option<(Live, Id)>, Diagnostics> {
        self.import_of(&subject.address)
    }

    fn import_of(&self, address: &Address) -> Result<Option<(Live, Id)>, Diagnostics> {
        let Some((id, span)) = self.imports.wanted.get(address).cloned() else { return Ok(None) };
        match self.imports.found.get(address) {
            Some(Ok(Some(live))) => match self.stranger(live, address) {
                Some(problem) => Err(problem.at(span).into()),
                None => Ok(Some((live.clone(), id))),
            },
            Some(Err(problems)) => Err(problems.clone()),
            Some(Ok(None)) | None => {
                let detail = format!(
                    "While attempting to import an existing object to \"{address}\", the provider detected that no \
                     object exists with the given id. Only pre-existing objects can be imported; check that the id \
                     is correct and that it is associated with the provider's configured region or endpoint, or use \
                     \"terrace apply\" to create a new remote object for this resource."
                );
                let problem =
                    Diagnostic::error(554, "Cannot import non-existent remote object", detail);
                Err(problem.at(span).into())
            }
        }
    }
}

impl Walk {
    /// What is said of an object that is to be imported and is another stack's, or another address's: its tags have
    /// room for one owner.
    fn stranger(&self, live: &Live, address: &Address) -> Option<Diagnostic> {
        let own = &self.state.config.stack.name;
        let owner = live.owner.as_ref()?;
        if owner.stack == *own && owner.address == *address {
            return None;
        }
        let (detail, help) = if owner.stack == *own {
            let detail = format!("{} is {} of this stack already.", live.id, owner.address);
            (
                detail,
                "Remove the import block; to give the object another address, write a `moved` block.",
            )
        } else {
            let detail =
                format!("{} is {} of the stack \"{}\".", live.id, owner.address, owner.stack);
            (
                detail,
                "Let its owner give it up first, with a `removed` block that does not destroy it.",
            )
        };
        Some(Diagnostic::error(556, "The object belongs to somebody else", detail).help(help))
    }
}

fn no_target(address: &Address, span: Span) -> Diagnostic {
    let detail = format!(
        "The configuration for the given import target {address} does not exist. All target instances must have an \
         associated configuration to be imported."
    );
    Diagnostic::error(551, "Configuration for import target does not exist", detail).at(span)
}

/// The id of an import; none while it is not known.
fn import_id(place: &Place<'_>, import: &Import) -> Result<Option<Id>, Diagnostics> {
    let (value, problems) = place.evaluate(&import.id);
    if problems.has_errors() {
        return Err(problems);
    }
    let wrong = |detail: String| {
        let problem = Diagnostic::error(553, "Invalid import id argument", detail);
        Err(Diagnostics::from(problem.at(import.id.span)))
    };
    let (value, _) = value.unmark();
    if value.is_null() {
        return wrong("The import ID cannot be null.".into());
    }
    let value = match convert(&value, &Type::String) {
        Ok(value) => value,
        Err(error) => {
            return wrong(format!("The import ID value is unsuitable: {}.", error.with_path()));
        }
    };
    match value.as_str() {
        None => Ok(None),
        Some("") => wrong(
            "The import ID value evaluates to an empty string, please provide a non-empty value."
                .into(),
        ),
        Some(id) => Ok(Some(Id::from(id))),
    }
}

/// The address that `to` names, its keys evaluated.
fn import_address(place: &Place<'_>, import: &Import) -> Result<Address, Diagnostics> {
    let mut steps: Vec<(EcoString, Option<Key>)> = Vec::new();
    flatten(place, &import.to, &mut steps)?;
    let mut keys = steps.into_iter();
    let mut module = ModulePath::root();
    let mut next_key = |name: &str| keys.find(|(n, _)| n == name).and_then(|(_, key)| key);
    for step in import.resource.module.steps() {
        let key = next_key(&step.name);
        module = module.child(step.name.clone(), key);
    }
    let key = next_key(&import.resource.name);
    let resource = crate::base::ResourceAddress { module, ..import.resource.clone() };
    Ok(resource.instance(key))
}

fn flatten(
    place: &Place<'_>,
    expr: &crate::syntax::ast::Expr,
    steps: &mut Vec<(EcoString, Option<Key>)>,
) -> Result<(), Diagnostics> {
    use crate::syntax::ast::ExprKind;
    match &expr.kind {
        ExprKind::Variable(name) => steps.push((name.clone(), None)),
        ExprKind::Attr { on, name } => {
            flatten(place, on, steps)?;
            steps.push((name.name.clone(), None));
        }
        ExprKind::Index { on, key, .. } => {
            flatten(place, on, steps)?;
            let (value, problems) = place.evaluate(key);
            if problems.has_errors() {
                return Err(problems);
            }
            let (value, _) = value.unmark();
            let key_value =
                match (value.as_str(), value.as_number().and_then(crate::value::Number::to_i64)) {
                    (Some(text), _) => Some(Key::Str(text.into())),
                    (None, Some(index)) => u64::try_from(index).ok().map(Key::Int),
                    _ => None,
                };
            let Some(key_value) = key_value else {
                let detail = "Import block 'to' address contains an invalid key, an instance key must be a known \
                              string or number.";
                let problem = Diagnostic::error(555, "Invalid import 'to' expression", detail);
                return Err(problem.at(key.span).into());
            };
            if let Some(last) = steps.last_mut() {
                last.1 = Some(key_value);
            }
        }
        _ => {}
    }
    Ok(())
}
