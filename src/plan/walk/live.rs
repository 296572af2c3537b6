//! Live objects as the walk sees them: asked for by type and scope, and found again by address or by nature.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;

use super::Walk;
use super::providers::{Provider, scope_of};
use super::resource::Subject;
use crate::base::{Address, Mode, TypeName};
use crate::config::Resource;
use crate::graph::{ProviderTarget, find_provider};
use crate::plan::{Live, LiveWorld, Scope, Slot, moves};
use crate::schema::{Attribute, Owner, Schema};
use crate::value::{Type, Value};

impl Walk {
    /// Whether everything live that may matter to these instances is known; asks for it where not.
    pub(super) fn is_live_known(&mut self, resource: &Resource, subjects: &[Subject<'_>]) -> bool {
        let mut known = true;
        let type_name = &resource.key.type_name;
        let own_region = resource.body.attributes.iter().any(|a| a.name.name == "region");
        let registry = self.state.registry.clone();
        for subject in subjects {
            let config = match registry.resource(type_name.as_str()) {
                Some(schema) if own_region && schema.region_override => {
                    let place = self.place_of(subject.at, subject.index, &subject.repetition);
                    place.decode_resource(resource, schema).0
                }
                _ => Value::null(Type::Dynamic),
            };
            let scope = scope_of(&subject.provider, &config);
            known &= self.ask_for(type_name, scope);
        }
        known
    }

    fn ask_for(&mut self, type_name: &TypeName, scope: Scope) -> bool {
        let pair = (type_name.clone(), scope);
        if self.found.contains(&pair) {
            return true;
        }
        if self.asked.insert(pair.clone()) {
            self.needs.live.push(pair);
        }
        false
    }

    /// Asks for every type that the configuration declares, in every scope that can be told already, so that one
    /// question serves all. Provider configurations that nobody wrote are set up first.
    pub(super) fn list_known_types(&mut self) {
        if self.listed || self.state.validating || !self.ensure_implied() {
            return;
        }
        let (places, complete) = self.static_scopes();
        // What a provider configuration means is an answer too: those that still wait for theirs are asked for later.
        self.listed = complete;
        for (type_name, scope) in places {
            self.ask_for(&type_name, scope);
        }
    }

    /// Sets up the default configurations that declared types need and nobody wrote. Answers whether they all are.
    fn ensure_implied(&mut self) -> bool {
        let config = self.state.config.clone();
        let mut ready = true;
        for (module, declared) in config.tree.iter() {
            for resource in declared.resources.values() {
                let name = resource.provider_name();
                let alias = resource.provider.as_ref().and_then(|p| p.alias.as_deref());
                let known = self.state.schema(&resource.key).is_some();
                let target = find_provider(&config.tree, module, name, alias);
                if known && matches!(target, ProviderTarget::Implied) {
                    ready &= self.implied_provider(&name.into()).is_some();
                }
            }
        }
        ready
    }

    /// The types that the configuration declares with the scopes of the provider configurations that serve them, and
    /// whether these are all ready.
    fn static_scopes(&self) -> (BTreeSet<(TypeName, Scope)>, bool) {
        let mut found = BTreeSet::new();
        let mut complete = true;
        let tree = &self.state.config.tree;
        for (module, declared) in tree.iter() {
            for resource in declared.resources.values() {
                let key = &resource.key;
                if key.mode != Mode::Managed || self.state.schema(key).is_none() {
                    continue;
                }
                let alias = resource.provider.as_ref().and_then(|p| p.alias.as_deref());
                let members: Vec<&Provider> =
                    match find_provider(tree, module, resource.provider_name(), alias) {
                        ProviderTarget::Block { module, index, .. } => self
                            .state
                            .instances
                            .of(module)
                            .iter()
                            .filter_map(|id| self.state.providers.get(&(*id, index)))
                            .flat_map(|found| &found.members)
                            .collect(),
                        ProviderTarget::Implied => {
                            self.implied.get(resource.provider_name()).into_iter().collect()
                        }
                        ProviderTarget::Missing => continue,
                    };
                complete &= !members.is_empty() && members.iter().all(|provider| provider.ready);
                let ready = members.into_iter().filter(|provider| provider.ready);
                let scopes = ready.map(|provider| scope_of(provider, &Value::null(Type::Dynamic)));
                found.extend(scopes.map(|scope| (key.type_name.clone(), scope)));
            }
        }
        (found, complete)
    }

    /// Takes what was found and follows the `moved` blocks anew.
    pub(super) fn take_live(&mut self, mut world: LiveWorld) {
        self.found.extend(std::mem::take(&mut self.asked));
        self.world.owned.append(&mut world.owned);
        self.world.gone.extend(world.gone);
        for (type_name, objects) in world.unclaimed {
            self.world.unclaimed.entry(type_name).or_default().extend(objects);
        }
        let owned = self.world.owned.keys().cloned().collect();
        let (moves, problems) = moves::follow(&self.state.config.tree, &owned);
        if !problems.is_empty() && !self.problems.iter().any(|p| p.code.0 == 540) {
            self.problems.extend(problems);
        }
        self.now_by_before =
            moves.from.iter().map(|(now, before)| (before.clone(), now.clone())).collect();
        self.moves = moves;
    }

    /// What is live at an address, after moves.
    pub(super) fn slot(&self, address: &Address) -> Option<&Slot> {
        match self.moves.from.get(address) {
            Some(before) => self.world.owned.get(before),
            None if self.moved_away(address) => None,
            None => self.world.owned.get(address),
        }
    }

    /// Whether what was at an address has another one now.
    fn moved_away(&self, address: &Address) -> bool {
        self.moves.gone.contains(address)
    }

    /// Values that live scheduled actions of a group set, by attribute: found on the group, they are no drift.
    pub fn scheduled_values(
        &self,
        schema: &Schema,
        live: &Value,
    ) -> BTreeMap<EcoString, Vec<Value>> {
        let owned = schema.terrace.live_owned.iter().filter(|owned| owned.mover == "schedule");
        let attributes: Vec<&EcoString> = owned.map(|owned| &owned.attr).collect();
        let mut found: BTreeMap<EcoString, Vec<Value>> = BTreeMap::new();
        if attributes.is_empty() {
            return found;
        }
        let slots = self.world.owned.values().map(|slot| &slot.current);
        let all = slots.chain(self.world.unclaimed.values().flatten());
        let actions = all.filter(|object| {
            object.type_name == "aws_autoscaling_schedule"
                && object.value.attribute("autoscaling_group_name") == live.attribute("name")
        });
        for action in actions {
            for name in &attributes {
                if let Some(value) = action.value.attribute(name).filter(|v| !v.is_null()) {
                    found.entry((*name).clone()).or_default().push(value.clone());
                }
            }
        }
        found
    }

    /// An object without tags that is this one by parent and natural key.
    pub(super) fn by_nature(
        &mut self,
        schema: &Schema,
        address: &Address,
        scope: &Scope,
        config: &Value,
    ) -> Option<Live> {
        let Owner::Parent { parent, key } = &schema.terrace.owner else { return None };
        let objects = self.world.unclaimed.get_mut(address.type_name())?;
        let matches = |live: &Live| {
            live.scope.provider == scope.provider
                && parent.iter().all(|name| same(schema, name, config, &live.value))
                && key.iter().all(|name| {
                    is_left_to_cloud(schema, name, config)
                        || same(schema, name, config, &live.value)
                })
        };
        let mut found = objects.iter().enumerate().filter(|(_, live)| matches(live));
        let (at, _) = found.next()?;
        // A key that the cloud chose tells nothing: two that it might be are none.
        found.next().is_none().then(|| objects.remove(at))
    }
}

/// Whether a part of the natural key is not in the configuration, and the cloud chooses it. A generated name is not
/// left to the cloud: what bears another name is another object.
fn is_left_to_cloud(schema: &Schema, name: &str, config: &Value) -> bool {
    let generated = schema.name_generation.as_ref().is_some_and(|rule| rule.attr == name);
    let computed = schema.attribute(name).is_some_and(|a| a.presence.is_computed());
    computed && !generated && config.attribute(name).is_none_or(Value::is_null)
}

/// Whether a part of the natural key is the same in the configuration and live.
fn same(schema: &Schema, name: &str, config: &Value, live: &Value) -> bool {
    let default = schema.attribute(name).and_then(Attribute::default_value);
    let given = config.attribute(name).filter(|value| !value.is_null()).or(default.as_ref());
    match (given, live.attribute(name)) {
        (Some(given), Some(there)) => given.is_wholly_known() && natural(given) == natural(there),
        (one, other) => one.or(other).is_none_or(|value| natural(value).is_none()),
    }
}

/// A value as natural keys compare it: unset, empty and false are one.
fn natural(value: &Value) -> Option<Value> {
    let bare = crate::plan::diff::marks::strip(value);
    let empty = bare.is_null()
        || bare.as_str() == Some("")
        || bare.as_bool() == Some(false)
        || bare.as_sequence() == Some(&[]);
    (!empty).then_some(bare)
}
