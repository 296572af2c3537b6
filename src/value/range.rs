//! What is certain of a value, known or not, and values made more certain.

use std::cmp::Ordering;
use std::sync::Arc;

use ecow::EcoString;
use unicode_segmentation::GraphemeCursor;

use super::{Kind, Number, Refinement, Type, Unknown, Value};

/// Prefixes longer than this are cut, so that a refinement stays small.
const PREFIX_LIMIT: usize = 128;

/// An end of a range of numbers, and whether it is itself allowed.
type Bound = (Number, bool);

impl Value {
    /// Whether it is certain not to be null.
    #[must_use]
    pub fn is_surely_not_null(&self) -> bool {
        match self.kind() {
            Kind::Null(_) => false,
            Kind::Unknown(unknown) => unknown.refinement.not_null,
            _ => true,
        }
    }

    /// The least and the greatest number of elements that a collection may turn out to have.
    #[must_use]
    pub fn length_bounds(&self) -> (usize, Option<usize>) {
        match self.kind() {
            Kind::Unknown(unknown) => match &unknown.ty {
                Type::Tuple(elements) => (elements.len(), Some(elements.len())),
                Type::Object(object) => (object.attributes.len(), Some(object.attributes.len())),
                _ => (unknown.refinement.min_length, unknown.refinement.max_length),
            },
            // Unknown elements of a set may turn out to be equal to others.
            Kind::Set(_, elements) if !self.is_wholly_known() => {
                (1.min(elements.len()), Some(elements.len()))
            }
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                (elements.len(), Some(elements.len()))
            }
            Kind::Map(_, entries) | Kind::Object(entries) => (entries.len(), Some(entries.len())),
            _ => (0, None),
        }
    }

    /// Whether it is a set of which it is not known how many elements it has, though they are there: unknown ones may turn
    /// out to be equal to others.
    #[must_use]
    pub fn may_shrink(&self) -> bool {
        let (least, most) = match self.kind() {
            Kind::Set(..) => self.length_bounds(),
            _ => return false,
        };
        most != Some(least)
    }

    /// The bounds of a number, each with whether it is itself allowed.
    #[must_use]
    pub fn number_bounds(&self) -> (Option<Bound>, Option<Bound>) {
        match self.kind() {
            Kind::Number(number) => (Some((number.clone(), true)), Some((number.clone(), true))),
            Kind::Unknown(unknown) => {
                (unknown.refinement.lower.clone(), unknown.refinement.upper.clone())
            }
            _ => (None, None),
        }
    }

    /// What a string is certain to begin with.
    #[must_use]
    pub fn certain_prefix(&self) -> &str {
        match self.kind() {
            Kind::String(text) => text,
            Kind::Unknown(unknown) => unknown.refinement.prefix.as_deref().unwrap_or_default(),
            _ => "",
        }
    }

    /// The same value, of which it is now certain that it is not null. Known values and those of unknown type stay.
    #[must_use]
    pub fn refine_not_null(self) -> Self {
        match self.kind() {
            Kind::Unknown(unknown)
                if unknown.ty != Type::Dynamic && !unknown.refinement.not_null =>
            {
                self.refine(|refinement| refinement.not_null = true)
            }
            _ => self,
        }
    }

    /// The same value with more of it certain; becomes known where nothing is left open. Known values stay.
    #[must_use]
    pub fn refine(self, change: impl FnOnce(&mut Refinement)) -> Self {
        let Kind::Unknown(unknown) = self.kind() else { return self };
        let marks = self.marks();
        let mut unknown = Unknown::clone(unknown);
        change(&mut unknown.refinement);
        match settled(&unknown) {
            Some(value) => value.with_marks(marks),
            None => Self::new(Kind::Unknown(Arc::new(unknown))).with_marks(marks),
        }
    }

    /// An unknown string that is certain to begin with as much of `prefix` as what follows cannot change.
    #[must_use]
    pub fn unknown_with_prefix(prefix: &str) -> Self {
        let prefix = stable_prefix(prefix);
        Self::unknown(Type::String).refine(|refinement| {
            refinement.not_null = true;
            refinement.prefix = (!prefix.is_empty()).then(|| EcoString::from(prefix));
        })
    }

    /// Whether this known value may be what `unknown` turns out to be.
    #[must_use]
    pub fn may_be(&self, unknown: &Unknown) -> bool {
        let refinement = &unknown.refinement;
        if self.is_null() {
            return !refinement.not_null;
        }
        if !conforms(&self.ty(), &unknown.ty) {
            return false;
        }
        match self.kind() {
            Kind::String(text) => {
                refinement.prefix.as_deref().is_none_or(|prefix| text.starts_with(prefix))
            }
            Kind::Number(number) => {
                let above = |(bound, inclusive): &(Number, bool)| match number.cmp(bound) {
                    Ordering::Greater => true,
                    Ordering::Equal => *inclusive,
                    Ordering::Less => false,
                };
                let below = |(bound, inclusive): &(Number, bool)| match number.cmp(bound) {
                    Ordering::Less => true,
                    Ordering::Equal => *inclusive,
                    Ordering::Greater => false,
                };
                refinement.lower.as_ref().is_none_or(above)
                    && refinement.upper.as_ref().is_none_or(below)
            }
            Kind::List(..) | Kind::Set(..) | Kind::Map(..) => {
                let (least, most) = self.length_bounds();
                refinement.max_length.is_none_or(|limit| least <= limit)
                    && most.is_none_or(|most| most >= refinement.min_length)
            }
            _ => true,
        }
    }
}

/// Whether a value of type `ty` may stand where `want` is expected, without any conversion; open types fit everything.
#[must_use]
pub fn conforms(ty: &Type, want: &Type) -> bool {
    match (ty, want) {
        (_, Type::Dynamic) => true,
        (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b))
        | (Type::Map(a), Type::Map(b)) => conforms(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| conforms(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.attributes.len() == b.attributes.len()
                && a.attributes
                    .iter()
                    .all(|(name, ty)| b.attributes.get(name).is_some_and(|want| conforms(ty, want)))
        }
        (a, b) => a == b,
    }
}

/// The value, where the refinement leaves only one.
fn settled(unknown: &Unknown) -> Option<Value> {
    let refinement = &unknown.refinement;
    if !refinement.not_null {
        return None;
    }
    match &unknown.ty {
        Type::Number => match (&refinement.lower, &refinement.upper) {
            (Some((lower, true)), Some((upper, true))) if lower == upper => {
                Some(Value::number(lower.clone()))
            }
            _ => None,
        },
        ty if refinement.max_length == Some(refinement.min_length) => match ty {
            Type::List(element) => {
                let elements = vec![Value::unknown((**element).clone()); refinement.min_length];
                Some(Value::list((**element).clone(), elements))
            }
            Type::Set(element) if refinement.min_length <= 1 => {
                let elements = vec![Value::unknown((**element).clone()); refinement.min_length];
                Some(Value::set((**element).clone(), elements))
            }
            Type::Map(element) if refinement.min_length == 0 => {
                Some(Value::map((**element).clone(), std::iter::empty::<(EcoString, Value)>()))
            }
            _ => None,
        },
        _ => None,
    }
}

/// As much of `text` as stays what it is whatever follows: the last character may combine with the next.
fn stable_prefix(text: &str) -> &str {
    let Some((last_at, last)) = text.char_indices().next_back() else { return text };
    let end = if last.is_ascii() && !last.is_ascii_alphanumeric() && last != '\r' && last != '\n' {
        text.len()
    } else {
        let mut cursor = GraphemeCursor::new(text.len(), text.len(), true);
        cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(last_at)
    };
    let mut end = end.min(PREFIX_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
