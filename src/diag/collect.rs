//! The problems of a run, in the order in which they were found.

use super::{Diagnostic, Severity, Span};

/// A list of problems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "problems are to be shown"]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No problems.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(other);
    }

    /// Whether any of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there are none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The problems in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// The problems in order, to change.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Diagnostic> {
        self.0.iter_mut()
    }

    /// The first `most`, and how many others there are.
    pub fn limited(mut self, most: usize) -> (Self, usize) {
        let more = self.0.len().saturating_sub(most);
        self.0.truncate(most);
        (self, more)
    }

    /// Those that `known` does not hold.
    pub fn unlike(self, known: &Self) -> Self {
        self.into_iter().filter(|problem| !known.iter().any(|other| other == problem)).collect()
    }

    /// Those that are not at the place of a `known` error.
    pub fn elsewhere(self, known: &Self) -> Self {
        let errors = known.iter().filter(|problem| problem.severity == Severity::Error);
        let mut places: Vec<Span> = errors.filter_map(|problem| problem.subject).collect();
        places.sort_unstable();
        // How far the places up to each reach in its file.
        let mut reach: Vec<u32> = Vec::with_capacity(places.len());
        for (at, place) in places.iter().enumerate() {
            let before = at.checked_sub(1).filter(|before| places[*before].file == place.file);
            reach.push(before.map_or(place.end, |before| reach[before].max(place.end)));
        }
        let is_known = |subject: Span| {
            let after = places
                .partition_point(|place| (place.file, place.start) < (subject.file, subject.end));
            after.checked_sub(1).is_some_and(|last| {
                places[last].file == subject.file && reach[last] > subject.start
            })
        };
        self.into_iter().filter(|problem| !problem.subject.is_some_and(is_known)).collect()
    }

    /// Splits a result from its problems, collecting the latter here.
    pub fn take<T>(&mut self, (value, problems): (T, Self)) -> T {
        self.0.extend(problems.0);
        value
    }
}

impl<'a> IntoIterator for &'a mut Diagnostics {
    type Item = &'a mut Diagnostic;
    type IntoIter = std::slice::IterMut<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(problems: I) -> Self {
        Self(problems.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
