//! Whether what became of a plan's unknowns keeps its promises.

use crate::base::Address;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::plan::diff::marks;
use crate::value::{AttrPath, Kind, PathStep, Type, Value};

/// Checks that everything that was known when planning is the same now.
pub(super) fn check(
    address: &Address,
    planned: &Value,
    now: &Value,
    at: Span,
) -> Result<(), Diagnostics> {
    let (planned, now) = (marks::strip(planned), marks::strip(now));
    let mut broken = Vec::new();
    compare(&AttrPath::default(), &planned, &now, &mut broken);
    let Some(first) = broken.first() else { return Ok(()) };
    let detail = format!(
        "When {address} was planned, \"{first}\" was to be something else than what it turned out to be now that \
         everything it depends on is known. The step was not begun; plan again."
    );
    Err(Diagnostic::error(571, "Provider produced inconsistent final plan", detail)
        .at(at)
        .of(address)
        .into())
}

fn compare(at: &AttrPath, planned: &Value, now: &Value, broken: &mut Vec<AttrPath>) {
    match (planned.kind(), now.kind()) {
        (Kind::Unknown(_), _) => {}
        (Kind::List(_, a), Kind::List(_, b)) | (Kind::Tuple(a), Kind::Tuple(b))
            if a.len() == b.len() =>
        {
            for (index, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                compare(&at.join(PathStep::Index(index)), a, b, broken);
            }
        }
        (Kind::Map(_, a) | Kind::Object(a), Kind::Map(_, b) | Kind::Object(b)) => {
            for (name, a) in a {
                let at = at.join(PathStep::Name(name.clone()));
                match b.get(name) {
                    Some(b) => compare(&at, a, b, broken),
                    None => broken.push(at),
                }
            }
            for name in b.keys().filter(|name| !a.contains_key(name)) {
                broken.push(at.join(PathStep::Name(name.clone())));
            }
        }
        // Elements of a set have no names: with an unknown among them only the number can be compared.
        (Kind::Set(_, a), Kind::Set(_, b)) => {
            let open = !planned.is_wholly_known() || !now.is_wholly_known();
            if !open && a != b || open && b.len() > a.len() {
                broken.push(at.clone());
            }
        }
        (a, b) if a == b => {}
        // What the cloud was to decide, and what the configuration now leaves to it.
        (_, Kind::Unknown(_)) => {}
        _ => broken.push(at.clone()),
    }
}

/// The value with every unknown replaced: by what was there before, else by null.
#[must_use]
pub fn fill(value: &Value, prior: Option<&Value>) -> Value {
    match value.kind() {
        Kind::Unknown(unknown) => match prior {
            Some(prior) if prior.is_known() => prior.clone(),
            _ => Value::null(match &unknown.ty {
                Type::Dynamic => Type::Dynamic,
                ty => ty.clone(),
            }),
        },
        _ if value.is_wholly_known() => value.clone(),
        _ => marks::map_children(value, |place, child| {
            let before = prior.and_then(|prior| match place {
                marks::Place::Name(name) => prior.attribute(name),
                marks::Place::Index(index) => prior.as_sequence()?.get(index),
            });
            fill(child, before)
        })
        .with_marks(value.marks()),
    }
}
