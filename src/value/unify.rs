//! The one type to which several can be converted, as conditionals and `tolist` need it.

use ecow::EcoString;

use super::Type;
use super::convert::can_convert;

/// The type to which values of all `types` can be converted; none if there is no such type.
///
/// Objects with unequal attributes become a map and tuples of unequal length a list, where their elements allow it.
/// Conversions that may fail for some values (text to number) count only when `Loss::Allowed`.
#[must_use]
pub fn unify(types: &[Type], loss: Loss) -> Option<Type> {
    let (first, rest) = types.split_first()?;
    if rest.iter().all(|ty| ty == first) {
        return Some(first.clone());
    }
    let census = Census::of(types);
    let all = types.len();
    match census {
        Census { maps, open, .. } if maps > 0 && maps + open == all => {
            return unify_collections(types, Type::map, open > 0, loss);
        }
        Census { maps, objects, open, .. } if maps > 0 && maps + objects + open == all => {
            if let Some(ty) = unify_objects_as_maps(types, loss) {
                return Some(ty);
            }
        }
        Census { lists, open, .. } if lists > 0 && lists + open == all => {
            return unify_collections(types, Type::list, open > 0, loss);
        }
        Census { lists, tuples, open, .. } if lists > 0 && lists + tuples + open == all => {
            if let Some(ty) = unify_tuples_as_lists(types, loss) {
                return Some(ty);
            }
        }
        Census { sets, open, .. } if sets > 0 && sets + open == all => {
            return unify_collections(types, Type::set, open > 0, loss);
        }
        Census { objects, open, .. } if objects > 0 && objects + open == all => {
            return if open > 0 { Some(Type::Dynamic) } else { unify_objects(types, loss) };
        }
        Census { tuples, open, .. } if tuples > 0 && tuples + open == all => {
            return if open > 0 { Some(Type::Dynamic) } else { unify_tuples(types, loss) };
        }
        Census { objects, tuples, .. } if objects > 0 && tuples > 0 => return None,
        _ => {}
    }
    let reachable =
        |want: &&Type| types.iter().all(|ty| ty == *want || can_convert(ty, want, loss));
    preferred(types).into_iter().find(reachable).cloned()
}

/// Whether conversions count that fail for some values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// They do.
    Allowed,
    /// They do not.
    Refused,
}

/// How many of the types are of which kind.
#[derive(Default)]
struct Census {
    maps: usize,
    objects: usize,
    tuples: usize,
    lists: usize,
    sets: usize,
    open: usize,
}

impl Census {
    fn of(types: &[Type]) -> Self {
        let mut census = Self::default();
        for ty in types {
            match ty {
                Type::Map(_) => census.maps += 1,
                Type::Object(_) => census.objects += 1,
                Type::Tuple(_) => census.tuples += 1,
                Type::List(_) => census.lists += 1,
                Type::Set(_) => census.sets += 1,
                Type::Dynamic => census.open += 1,
                Type::Bool | Type::Number | Type::String => {}
            }
        }
        census
    }
}

fn checked(types: &[Type], want: Type, loss: Loss) -> Option<Type> {
    let reachable = types.iter().all(|ty| *ty == want || can_convert(ty, &want, loss));
    reachable.then_some(want)
}

fn unify_collections(
    types: &[Type],
    collection: fn(Type) -> Type,
    some_open: bool,
    loss: Loss,
) -> Option<Type> {
    if some_open {
        return Some(Type::Dynamic);
    }
    let elements: Vec<Type> = types.iter().filter_map(Type::element).cloned().collect();
    checked(types, collection(unify(&elements, loss)?), loss)
}

fn unify_objects(types: &[Type], loss: Loss) -> Option<Type> {
    let objects: Vec<_> = types.iter().filter_map(as_object).collect();
    let names: Vec<&EcoString> = objects.first()?.attributes.keys().collect();
    if objects.iter().any(|object| !object.attributes.keys().eq(names.iter().copied())) {
        return unify_objects_to_map(types, loss);
    }
    let attribute = |name: &&EcoString| {
        let across: Vec<Type> =
            objects.iter().map(|object| object.attributes[*name].clone()).collect();
        Some(((*name).clone(), unify(&across, loss)?))
    };
    let attributes: Option<Vec<_>> = names.iter().map(attribute).collect();
    checked(types, Type::object(attributes?), loss)
}

fn unify_objects_to_map(types: &[Type], loss: Loss) -> Option<Type> {
    let attributes: Vec<Type> = types
        .iter()
        .filter_map(as_object)
        .flat_map(|object| object.attributes.values().cloned())
        .collect();
    checked(types, Type::map(unify(&attributes, loss)?), loss)
}

fn unify_tuples(types: &[Type], loss: Loss) -> Option<Type> {
    let tuples: Vec<_> = types.iter().filter_map(as_tuple).collect();
    let length = tuples.first()?.len();
    if tuples.iter().any(|tuple| tuple.len() != length) {
        return unify_tuples_to_list(types, loss);
    }
    let element = |index: usize| {
        let across: Vec<Type> = tuples.iter().map(|tuple| tuple[index].clone()).collect();
        unify(&across, loss)
    };
    let elements: Option<Vec<_>> = (0..length).map(element).collect();
    checked(types, Type::tuple(elements?), loss)
}

fn unify_tuples_to_list(types: &[Type], loss: Loss) -> Option<Type> {
    let elements: Vec<Type> =
        types.iter().filter_map(as_tuple).flat_map(|tuple| tuple.iter().cloned()).collect();
    checked(types, Type::list(unify(&elements, loss)?), loss)
}

/// Tuples beside lists are lists in disguise.
fn unify_tuples_as_lists(types: &[Type], loss: Loss) -> Option<Type> {
    let tuples: Vec<Type> = types.iter().filter(|ty| as_tuple(ty).is_some()).cloned().collect();
    let list = unify_tuples_to_list(&tuples, loss)?;
    let instead = |ty: &Type| if as_tuple(ty).is_some() { list.clone() } else { ty.clone() };
    let listed: Vec<Type> = types.iter().map(instead).collect();
    unify(&listed, loss).filter(|ty| matches!(ty, Type::List(_)))
}

/// Objects beside maps are maps in disguise.
fn unify_objects_as_maps(types: &[Type], loss: Loss) -> Option<Type> {
    let objects: Vec<Type> = types.iter().filter(|ty| as_object(ty).is_some()).cloned().collect();
    let map = unify_objects_to_map(&objects, loss)?;
    let instead = |ty: &Type| if as_object(ty).is_some() { map.clone() } else { ty.clone() };
    let mapped: Vec<Type> = types.iter().map(instead).collect();
    unify(&mapped, loss).filter(|ty| matches!(ty, Type::Map(_)))
}

fn as_object(ty: &Type) -> Option<&super::ObjectType> {
    match ty {
        Type::Object(object) => Some(object),
        _ => None,
    }
}

fn as_tuple(ty: &Type) -> Option<&[Type]> {
    match ty {
        Type::Tuple(elements) => Some(elements),
        _ => None,
    }
}

/// The types with those first that others convert to without loss.
fn preferred(types: &[Type]) -> Vec<&Type> {
    let mut order: Vec<&Type> = types.iter().collect();
    order.sort_by_key(|ty| rank(ty));
    order
}

/// Anything converts to an open type, so it comes last; every primitive converts to a string, so that comes first.
const fn rank(ty: &Type) -> u8 {
    match ty {
        Type::String | Type::List(_) | Type::Map(_) => 0,
        Type::Tuple(_) | Type::Object(_) => 1,
        Type::Set(_) | Type::Bool | Type::Number => 2,
        Type::Dynamic => 3,
    }
}
