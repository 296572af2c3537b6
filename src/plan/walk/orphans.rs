//! Live objects that the configuration no longer declares, and those that a replacement left behind.

use ecow::EcoString;

use super::Walk;
use super::decide::{Source, blank, generation, prevented};
use super::instance::{InstanceId, Shape};
use crate::base::{Address, Key, Mode, ModulePath, ResourceAddress};
use crate::config::{Removed, Resource, ResourceKey, Target};
use crate::diag::Diagnostic;
use crate::graph::{Object, Part};
use crate::plan::diff::marks;
use crate::plan::{Action, Intent, Interruption, Live, Reason, Slot, Step};

/// What the configuration says of a live object's address.
enum Standing<'a> {
    /// It declares the instance.
    Declared,
    /// It does not, for this reason; its block where there still is one.
    Gone(Reason, Option<&'a Resource>),
    /// It could not be told, because of errors or because it was not asked for.
    Open,
}

impl Walk {
    /// Plans the deletion of everything that is live and not declared.
    pub(super) fn plan_orphans(&mut self) {
        let destroys = self.input.options.intent == Intent::Destroy;
        let owned: Vec<(Address, Slot)> = self
            .world
            .owned
            .iter()
            .map(|(address, slot)| (self.now(address), slot))
            .filter(|(address, slot)| {
                destroys || !slot.deposed.is_empty() || !self.declared.contains(address)
            })
            .map(|(address, slot)| (address, slot.clone()))
            .collect();
        let config = self.state.config.clone();
        for (address, slot) in owned {
            for live in &slot.deposed {
                self.delete_deposed(&address, live);
            }
            let is_asked = if destroys {
                self.selection.holds_destroyed(&address, self.node_of(&address))
            } else {
                self.selection.holds_orphan(&address)
            };
            if address.resource.mode != Mode::Managed || !is_asked {
                continue;
            }
            if destroys {
                let resource = self.block_of(&config, &address);
                self.delete(&address, &slot.current, Reason::None, resource);
                continue;
            }
            match self.standing(&config, &address) {
                Standing::Gone(reason, resource) => {
                    self.let_go(&config, &address, &slot.current, reason, resource);
                }
                Standing::Declared | Standing::Open => {}
            }
        }
        self.keep_in_sight();
        self.warn_of_forgotten();
    }

    /// Where errors kept objects from being planned, they are still there: shown as they are.
    fn keep_in_sight(&mut self) {
        if !self.problems.has_errors() {
            return;
        }
        let owned = self.world.owned.iter().map(|(address, slot)| (self.now(address), slot));
        let unplanned: Vec<(Address, Live)> = owned
            .filter(|(address, _)| address.resource.mode == Mode::Managed)
            .filter(|(address, _)| self.drafts_of(address).next().is_none())
            .map(|(address, slot)| (address, slot.current.clone()))
            .collect();
        for (address, live) in unplanned {
            let value = self.shown(&live);
            let step = Step {
                object: Some(live.id.clone()),
                generation: generation(&live),
                prior: Some(value.clone()),
                planned: Some(value),
                moved_from: self.moves.from.get(&address).cloned(),
                ..blank(&address, live.scope.clone(), Action::NoOp)
            };
            self.add_draft(step, None);
        }
    }

    /// The address that a live object has after moves.
    pub(in crate::plan) fn now(&self, address: &Address) -> Address {
        self.now_by_before.get(address).unwrap_or(address).clone()
    }

    fn delete_deposed(&mut self, address: &Address, live: &Live) {
        if self.input.options.intent == Intent::RefreshOnly {
            return;
        }
        let step = Step {
            deposed: true,
            generation: generation(live),
            object: Some(live.id.clone()),
            prior: Some(self.shown(live)),
            ..blank(address, live.scope.clone(), Action::Delete)
        };
        self.add_draft(step, None);
    }

    fn shown(&self, live: &Live) -> crate::value::Value {
        match self.state.registry.resource(live.type_name.as_str()) {
            Some(schema) => marks::mark_schema(&live.value, &schema.block),
            None => live.value.clone(),
        }
    }

    fn block_of<'a>(
        &self,
        config: &'a crate::config::Selected,
        address: &Address,
    ) -> Option<&'a Resource> {
        let module = config.tree.find(&address.resource.module)?;
        config.tree[module].resources.get(&key_of(address))
    }

    /// The node of the block that an address belongs to.
    fn node_of(&self, address: &Address) -> Option<crate::graph::NodeId> {
        let tree = &self.state.config.tree;
        let module = tree.find(&address.resource.module)?;
        let index = tree[module].resources.get_index_of(&key_of(address))?;
        self.graph.node(Object { module, part: Part::Resource(index) })
    }

    /// What the configuration says of an address, once every instance is known.
    fn standing<'a>(&self, config: &'a crate::config::Selected, address: &Address) -> Standing<'a> {
        if self.declared.contains(address) {
            return Standing::Declared;
        }
        let no_block = if self.moves.from.contains_key(address) {
            Reason::DeleteBecauseNoMoveTarget
        } else {
            Reason::DeleteBecauseNoResourceConfig
        };
        let Some(module) = config.tree.find(&address.resource.module) else {
            return Standing::Gone(no_block, None);
        };
        let resource = config.tree[module].resources.get_full(&key_of(address));
        let instance = match self.instance_at(&address.resource.module) {
            Ok(Some(instance)) => instance,
            Ok(None) => {
                let block = resource.map(|(_, _, resource)| resource);
                return Standing::Gone(Reason::DeleteBecauseNoModule, block);
            }
            Err(()) => return Standing::Open,
        };
        let Some((index, _, resource)) = resource else {
            return Standing::Gone(no_block, None);
        };
        let node = self.graph.node(Object { module, part: Part::Resource(index) });
        if node.is_some_and(|node| self.failed[node.index()]) {
            return Standing::Open;
        }
        let Some(group) = &self.state.instances[instance].resources[index] else {
            return Standing::Open;
        };
        let reason = match (&group.shape, &address.key) {
            (Shape::Count(count), Some(Key::Int(at))) if *at >= *count as u64 => {
                Reason::DeleteBecauseCountIndex
            }
            (Shape::Each(_), Some(Key::Str(_))) => Reason::DeleteBecauseEachKey,
            _ => Reason::DeleteBecauseWrongRepetition,
        };
        Standing::Gone(reason, Some(resource))
    }

    /// The keys of the instances of a block; none where it is not declared or could not be evaluated.
    pub(in crate::plan) fn keys_of(&self, block: &ResourceAddress) -> Option<Vec<Option<Key>>> {
        let at = self.instance_at(&block.module).ok().flatten()?;
        let instance = &self.state.instances[at];
        let resources = &self.state.config.tree[instance.module].resources;
        let index = resources.get_index_of(&key_of(&block.instance(None)))?;
        Some(instance.resources[index].as_ref()?.shape.keys())
    }

    /// The instance of a module at a path; an error where the calls on the way could not be evaluated.
    fn instance_at(&self, path: &ModulePath) -> Result<Option<InstanceId>, ()> {
        let mut at = InstanceId::ROOT;
        for step in path.steps() {
            let instance = &self.state.instances[at];
            let children = &self.state.config.tree[instance.module].children;
            let Some(index) = children.get_index_of(&step.name) else { return Ok(None) };
            let Some(calls) = &instance.calls[index] else { return Err(()) };
            match calls.get(step.key.as_ref()) {
                Some(member) => at = member,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// Deletes an object that nothing declares, or forgets it where a `removed` block says so.
    fn let_go(
        &mut self,
        config: &crate::config::Selected,
        address: &Address,
        live: &Live,
        reason: Reason,
        resource: Option<&Resource>,
    ) {
        if self.input.options.intent == Intent::RefreshOnly {
            return;
        }
        let removed = removal(config, address);
        if removed.is_some_and(|removed| !removed.destroy) {
            let step = Step {
                reason,
                prior: Some(self.shown(live)),
                object: Some(live.id.clone()),
                generation: generation(live),
                moved_from: self.moves.from.get(address).cloned(),
                ..blank(address, live.scope.clone(), Action::Forget)
            };
            self.add_draft(step, None);
            return;
        }
        self.delete(address, live, reason, resource);
    }

    fn delete(
        &mut self,
        address: &Address,
        live: &Live,
        reason: Reason,
        resource: Option<&Resource>,
    ) {
        if let Some(resource) = resource.filter(|resource| resource.lifecycle.prevent_destroy) {
            let problem = prevented(address, resource.span);
            self.problems.push(problem);
            return;
        }
        let source = self.source_of(address);
        let step = Step {
            reason,
            prior: Some(self.shown(live)),
            object: Some(live.id.clone()),
            generation: generation(live),
            interruption: Interruption::None,
            moved_from: self.moves.from.get(address).cloned(),
            ..blank(address, live.scope.clone(), Action::Delete)
        };
        self.add_draft(step, source);
    }

    /// The block that an address belongs to, where the configuration still has it.
    fn source_of(&self, address: &Address) -> Option<Source> {
        let at = self.instance_at(&address.resource.module).ok().flatten()?;
        let module = self.state.instances[at].module;
        let resources = &self.state.config.tree[module].resources;
        Some(Source { module, at, index: resources.get_index_of(&key_of(address))? })
    }

    fn warn_of_forgotten(&mut self) {
        let forgotten: Vec<String> = self
            .drafts
            .iter()
            .filter(|draft| draft.step.action == Action::Forget)
            .map(|draft| format!(" - {}", draft.step.address))
            .collect();
        if forgotten.is_empty() {
            return;
        }
        let detail = format!(
            "If you apply this plan, terrace will discard its ownership of the following objects, but it will not \
             delete them:\n{}\n\nAfter applying this plan, terrace will no longer manage these objects. You will need \
             to import them to manage them again.",
            forgotten.join("\n")
        );
        self.problems.push(Diagnostic::warning(
            550,
            "Some objects will no longer be managed by Terraform",
            detail,
        ));
    }
}

fn key_of(address: &Address) -> ResourceKey {
    ResourceKey {
        mode: address.resource.mode,
        type_name: address.resource.type_name.clone(),
        name: address.resource.name.clone(),
    }
}

/// The `removed` block that speaks of an address.
fn removal<'a>(config: &'a crate::config::Selected, address: &Address) -> Option<&'a Removed> {
    let names: Vec<_> = address.resource.module.steps().iter().map(|step| &step.name).collect();
    config.tree.iter().find_map(|(_, module)| {
        let rest = names.get(module.path.len()..)?;
        let inside = module.path.iter().zip(&names).all(|(a, b)| a == *b);
        if !inside {
            return None;
        }
        module.removed.iter().find(|removed| match &removed.from {
            Target::Module(path) => {
                path.steps().len() <= rest.len()
                    && path.steps().iter().zip(rest).all(|(step, name)| step.name == **name)
            }
            Target::Resource(from) => is_block(from, rest, &address.resource),
            Target::Instance(from) => is_block(&from.resource, rest, &address.resource),
        })
    })
}

/// Whether what is called so within a module is a block at the end of these names.
fn is_block(from: &ResourceAddress, rest: &[&EcoString], block: &ResourceAddress) -> bool {
    from.module.steps().len() == rest.len()
        && from.module.steps().iter().zip(rest).all(|(step, name)| step.name == **name)
        && from.type_name == block.type_name
        && from.name == block.name
        && from.mode == block.mode
}
