//! Objects that have a new address: `moved` blocks, and `count` that comes or goes.

mod endpoint;
mod validate;

use std::collections::{BTreeMap, BTreeSet};

use self::endpoint::{Endpoint, instances_of, under};
use crate::base::{Address, Key, Mode, ModulePath};
use crate::config::{ModuleId, Tree};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::graph::{Dag, NodeId};

pub use self::validate::{outside, retyped, validate};

/// One move between absolute addresses.
#[derive(Clone, Debug)]
struct Statement {
    from: Endpoint,
    to: Endpoint,
    span: Span,
    from_span: Span,
    to_span: Span,
}

/// Where live objects are now, and where they were.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    /// The address before, by the address now; only of objects that moved.
    pub from: BTreeMap<Address, Address>,
    /// Addresses that objects moved away from.
    pub gone: BTreeSet<Address>,
    /// Objects that stay where they are because their new address is taken: the address wanted, by the address now.
    pub blocked: BTreeMap<Address, Address>,
    /// Objects that stay where they are because they would become of another type.
    pub retyped: Vec<Retyped>,
}

/// An object whose new address is of another type.
#[derive(Clone, Debug)]
pub struct Retyped {
    /// Where it is.
    pub from: Address,
    /// Where it was to go.
    pub to: Address,
    /// The `moved` block.
    pub span: Span,
}

/// Moves what is `owned` as the `moved` blocks of the configuration say.
pub fn follow(tree: &Tree, owned: &BTreeSet<Address>) -> (Moves, Diagnostics) {
    let statements = statements(tree, owned);
    let order = match chain(&statements) {
        Ok(order) => order,
        Err(diagnostics) => return (Moves::default(), diagnostics),
    };
    let mut places: BTreeMap<Address, Address> =
        owned.iter().map(|address| (address.clone(), address.clone())).collect();
    let mut blocked = BTreeMap::new();
    let mut explicit = BTreeSet::new();
    let mut retyped = Vec::new();
    for index in order {
        let statement = &statements[index];
        for address in statement.from.members(&places) {
            explicit.insert(address.clone());
            let Some(target) = statement.to.replace(&statement.from, &address) else { continue };
            if target.type_name() == address.type_name() {
                step(&mut places, &mut blocked, address, target);
            } else {
                retyped.push(Retyped { from: address, to: target, span: statement.span });
            }
        }
    }
    for (from, to) in implied(tree, &places) {
        if !blocked.contains_key(&from) && !explicit.contains(&to) {
            step(&mut places, &mut blocked, from, to);
        }
    }
    let from: BTreeMap<Address, Address> =
        places.into_iter().filter(|(now, before)| now != before).collect();
    let gone = from.values().cloned().collect();
    (Moves { from, gone, blocked, retyped }, Diagnostics::none())
}

fn step(
    places: &mut BTreeMap<Address, Address>,
    blocked: &mut BTreeMap<Address, Address>,
    from: Address,
    to: Address,
) {
    if from == to {
        return;
    }
    if places.contains_key(&to) {
        blocked.insert(from, to);
        return;
    }
    if let Some(before) = places.remove(&from) {
        places.insert(to, before);
    }
}

/// `count` that came or went: `a` becomes `a[0]`, or the reverse.
fn implied(tree: &Tree, places: &BTreeMap<Address, Address>) -> Vec<(Address, Address)> {
    let mut found = Vec::new();
    for address in places.keys().filter(|address| address.resource.mode == Mode::Managed) {
        let key = match address.key {
            None => Some(Key::Int(0)),
            Some(Key::Int(0)) => None,
            _ => continue,
        };
        let Some(resource) = declared(tree, address) else { continue };
        let wanted = match key {
            Some(_) => resource.count.is_some(),
            None => resource.count.is_none() && resource.for_each.is_none(),
        };
        let to = address.resource.instance(key);
        if wanted && !places.contains_key(&to) {
            found.push((address.clone(), to));
        }
    }
    found
}

/// The block of an address, in whatever instance of its module.
fn declared<'a>(tree: &'a Tree, address: &Address) -> Option<&'a crate::config::Resource> {
    let module = tree.find(&address.resource.module)?;
    tree[module].resources.get(&crate::config::ResourceKey {
        mode: address.resource.mode,
        type_name: address.resource.type_name.clone(),
        name: address.resource.name.clone(),
    })
}

fn statements(tree: &Tree, owned: &BTreeSet<Address>) -> Vec<Statement> {
    let mut found = Vec::new();
    for (id, module) in tree.iter().filter(|(_, module)| !module.moved.is_empty()) {
        for instance in containers(tree, id, owned) {
            for moved in &module.moved {
                let (from, to) = Endpoint::pair(&instance, &moved.from, &moved.to);
                found.push(Statement {
                    from,
                    to,
                    span: moved.span,
                    from_span: moved.from_span,
                    to_span: moved.to_span,
                });
            }
        }
    }
    found
}

/// The module instances that `moved` blocks of a module speak of: those of live objects, and the plain one.
fn containers(tree: &Tree, id: ModuleId, owned: &BTreeSet<Address>) -> BTreeSet<ModulePath> {
    let names = &tree[id].path;
    let mut found = BTreeSet::new();
    if id != ModuleId::ROOT {
        for address in owned {
            found.extend(instances_of(&address.resource.module, names));
        }
    }
    found
        .insert(names.iter().fold(ModulePath::root(), |path, name| path.child(name.clone(), None)));
    found
}

/// The statements in an order in which one that moves to an address comes before one that moves from there.
fn chain(statements: &[Statement]) -> Result<Vec<usize>, Diagnostics> {
    let mut dag = Dag::default();
    let ids: Vec<NodeId> = (0..statements.len()).map(|index| dag.add(index)).collect();
    for (index, later) in statements.iter().enumerate() {
        let earlier = statements.iter().enumerate().filter(|(other, earlier)| {
            *other != index && (under(&earlier.to, &later.from) || under(&later.from, &earlier.to))
        });
        dag.depend(ids[index], earlier.map(|(other, _)| ids[other]).collect::<Vec<_>>());
    }
    match dag.order() {
        Ok(order) => Ok(order.into_iter().map(|id| *dag.weight(id)).collect()),
        Err(cycles) => Err(cycles
            .into_iter()
            .map(|cycle| {
                let parts: Vec<&Statement> =
                    cycle.iter().map(|id| &statements[*dag.weight(*id)]).collect();
                cyclic(&parts)
            })
            .collect()),
    }
}

fn cyclic(parts: &[&Statement]) -> Diagnostic {
    let list: Vec<String> =
        parts.iter().map(|part| format!("{} → {}", part.from, part.to)).collect();
    Diagnostic::error(
        540,
        "Cyclic dependency in move statements",
        format!(
            "These moves lead in a circle, so there is no address at which the objects end: {}.",
            list.join(", ")
        ),
    )
    .help("Remove one of the `moved` blocks.")
}
