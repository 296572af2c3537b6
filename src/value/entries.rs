//! Values by name: what objects and maps hold, in no more memory than they need.

use std::iter::Map;
use std::sync::Arc;
use std::{slice, vec};

use ecow::EcoString;

use super::Value;

/// Values by name, in the order of the names. Cheap to clone; a clone is copied when it is changed.
///
/// One sorted array: a plan holds very many objects, most of them small, which are made once and read often. Changing
/// an entry is cheap and adding one is not, so that many are collected and not inserted one by one.
#[derive(Clone, Default, PartialEq)]
pub struct Entries(Arc<Vec<Entry>>);

type Entry = (EcoString, Value);

/// Goes through entries by name and value.
pub type Iter<'a> = Map<slice::Iter<'a, Entry>, fn(&Entry) -> (&EcoString, &Value)>;

/// The same, and each value can be changed.
pub type IterMut<'a> = Map<slice::IterMut<'a, Entry>, fn(&mut Entry) -> (&EcoString, &mut Value)>;

impl Entries {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The place of a name, or the one that it would have.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(name))
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    /// The value of a name, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let at = self.place(name).ok()?;
        Some(&mut Arc::make_mut(&mut self.0)[at].1)
    }

    /// Whether there is a value of that name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Names with values, in order.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// Names with values to change, in order.
    pub fn iter_mut(&mut self) -> IterMut<'_> {
        Arc::make_mut(&mut self.0).iter_mut().map(|(name, value)| (name, value))
    }

    /// The names in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &EcoString> + Clone {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values in the order of the names.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> + DoubleEndedIterator + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    /// Gives a name a value; answers the one that it had.
    pub fn insert(&mut self, name: EcoString, value: Value) -> Option<Value> {
        let place = self.place(&name);
        let entries = Arc::make_mut(&mut self.0);
        match place {
            Ok(at) => Some(std::mem::replace(&mut entries[at].1, value)),
            Err(at) => {
                entries.insert(at, (name, value));
                None
            }
        }
    }

    /// Takes a value out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.place(name).ok()?;
        Some(Arc::make_mut(&mut self.0).remove(at).1)
    }

    /// Takes out what does not fulfil a condition.
    pub fn retain(&mut self, mut keep: impl FnMut(&EcoString, &Value) -> bool) {
        Arc::make_mut(&mut self.0).retain(|(name, value)| keep(name, value));
    }
}

impl<N: Into<EcoString>> FromIterator<(N, Value)> for Entries {
    /// Of several values of one name the last one counts.
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(entries: I) -> Self {
        let entries = entries.into_iter().map(|(name, value)| (name.into(), value));
        let mut entries: Vec<Entry> = entries.collect();
        if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            entries.reverse();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            entries.dedup_by(|(a, _), (b, _)| a == b);
        }
        entries.shrink_to_fit();
        Self(Arc::new(entries))
    }
}

impl<N: Into<EcoString>> Extend<(N, Value)> for Entries {
    fn extend<I: IntoIterator<Item = (N, Value)>>(&mut self, entries: I) {
        let own = std::mem::take(self).into_iter();
        *self = own.chain(entries.into_iter().map(|(name, value)| (name.into(), value))).collect();
    }
}

impl IntoIterator for Entries {
    type Item = Entry;
    type IntoIter = vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl<'a> IntoIterator for &'a Entries {
    type Item = (&'a EcoString, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Entries {
    type Item = (&'a EcoString, &'a mut Value);
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn entries(names: &[(&str, i64)]) -> Entries {
        names.iter().map(|(name, value)| (*name, Value::number(*value))).collect()
    }

    fn shown(entries: &Entries) -> Vec<(&str, i64)> {
        let number = |value: &Value| value.as_number().and_then(crate::value::Number::to_i64);
        entries.iter().map(|(name, value)| (name.as_str(), number(value).unwrap_or(-1))).collect()
    }

    #[test]
    fn of_one_name_the_last_value_counts() {
        assert_eq!(shown(&entries(&[("b", 1), ("a", 2), ("b", 3)])), [("a", 2), ("b", 3)]);
    }

    #[test]
    fn a_clone_that_is_changed_leaves_the_other_as_it_was() {
        let first = entries(&[("a", 1), ("b", 2)]);
        let mut second = first.clone();
        *second.get_mut("a").expect("it is there") = Value::number(5);
        assert_eq!(
            (shown(&first), shown(&second)),
            (vec![("a", 1), ("b", 2)], vec![("a", 5), ("b", 2)])
        );
    }

    proptest::proptest! {
        /// It is what a map of the standard library is.
        #[test]
        fn it_is_a_map(steps in proptest::collection::vec((0u8..4, "[a-e]{1,2}", 0i64..9), 0..40)) {
            let (mut ours, mut theirs) = (Entries::default(), BTreeMap::<EcoString, Value>::new());
            for (what, name, number) in steps {
                let (name, value) = (EcoString::from(name), Value::number(number));
                let same = match what {
                    0 | 1 => ours.insert(name.clone(), value.clone()) == theirs.insert(name, value),
                    2 => ours.remove(&name) == theirs.remove(&name),
                    _ => {
                        let more = [(name.clone(), value.clone()), ("c".into(), value)];
                        ours.extend(more.clone());
                        theirs.extend(more);
                        ours.get(&name) == theirs.get(&name)
                    }
                };
                proptest::prop_assert!(same);
                proptest::prop_assert!(ours.iter().eq(theirs.iter()));
            }
        }
    }
}
