//! Work on whole values: marks inside them, paths into them, changing parts.

use std::sync::Arc;

use ecow::EcoString;

use super::{AttrPath, Entries, Kind, Marks, PathStep, Type, Value};

impl Value {
    /// The value without any marks, and all the marks that were in it.
    #[must_use]
    pub fn unmark_deep(self) -> (Self, Marks) {
        let marks = self.deep_marks();
        if marks.is_none() {
            return (self, marks);
        }
        let bare = self.transform(&mut |_, value| value.unmark().0);
        (bare, marks)
    }

    /// The value without any marks, and the marks with the paths at which they were.
    #[must_use]
    pub fn unmark_deep_with_paths(self) -> (Self, Vec<(AttrPath, Marks)>) {
        if self.deep_marks().is_none() {
            return (self, Vec::new());
        }
        let mut paths = Vec::new();
        collect_marks(&self, &mut AttrPath::default(), &mut paths);
        (self.unmark_deep().0, paths)
    }

    /// The value with marks put at the paths; paths that lead nowhere mark the deepest value on their way.
    #[must_use]
    pub fn mark_at_paths(self, paths: &[(AttrPath, Marks)]) -> Self {
        paths.iter().fold(self, |value, (path, marks)| mark_at(value, &path.0, *marks))
    }

    /// The part that a path leads to; none where it leads nowhere, or into something null or unknown.
    #[must_use]
    pub fn at(&self, path: &AttrPath) -> Option<&Self> {
        path.0.iter().try_fold(self, |value, step| match step {
            PathStep::Name(name) => value.attribute(name),
            PathStep::Index(index) => match value.kind() {
                Kind::List(_, elements) | Kind::Tuple(elements) => elements.get(*index),
                _ => None,
            },
            PathStep::Element(element) => {
                value.as_sequence()?.iter().find(|candidate| candidate.is_surely_equal(element))
            }
        })
    }

    /// The part that a path leads to, or an unknown where the way goes through something unknown; none where it leads
    /// nowhere.
    #[must_use]
    pub fn reach(&self, path: &AttrPath) -> Option<Self> {
        let mut value = self.clone();
        for step in &path.0 {
            if let Kind::Unknown(unknown) = value.kind() {
                value = Self::unknown(unknown.ty.step(step)?);
                continue;
            }
            value = value.at(&AttrPath(vec![step.clone()]))?.clone();
        }
        Some(value)
    }

    /// Rebuilds the value from its leaves up: `change` gets each part with its path, after its own parts were changed.
    ///
    /// Element types are kept; `change` must not alter the type of what is inside lists, sets and maps.
    #[must_use]
    pub fn transform(self, change: &mut impl FnMut(&AttrPath, Self) -> Self) -> Self {
        transform(self, &mut AttrPath::default(), change)
    }

    /// Replaces what is at `path`; the value stays as it is where the path leads nowhere.
    #[must_use]
    pub fn replace_at(self, path: &AttrPath, with: Self) -> Self {
        replace(self, &path.0, with)
    }
}

impl Type {
    /// The type of what one step into a value of this type leads to.
    #[must_use]
    pub fn step(&self, step: &PathStep) -> Option<Self> {
        match (self, step) {
            (Self::Dynamic, _) => Some(Self::Dynamic),
            (Self::List(element) | Self::Set(element) | Self::Map(element), _) => {
                Some((**element).clone())
            }
            (Self::Tuple(elements), PathStep::Index(index)) => elements.get(*index).cloned(),
            (Self::Object(object), PathStep::Name(name)) => object.attributes.get(name).cloned(),
            _ => None,
        }
    }
}

fn collect_marks(value: &Value, path: &mut AttrPath, paths: &mut Vec<(AttrPath, Marks)>) {
    if !value.marks().is_none() {
        paths.push((path.clone(), value.marks()));
    }
    for_each_child(value, |step, child| {
        path.0.push(step);
        collect_marks(child, path, paths);
        path.0.pop();
    });
}

/// Calls `visit` with each child and the step that leads to it.
fn for_each_child(value: &Value, mut visit: impl FnMut(PathStep, &Value)) {
    match value.kind() {
        Kind::List(_, elements) | Kind::Tuple(elements) => {
            for (index, element) in elements.iter().enumerate() {
                visit(PathStep::Index(index), element);
            }
        }
        Kind::Set(_, elements) => {
            for element in elements.iter() {
                visit(PathStep::Element(element.clone()), element);
            }
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            for (name, element) in entries {
                visit(PathStep::Name(name.clone()), element);
            }
        }
        _ => {}
    }
}

fn transform(
    value: Value,
    path: &mut AttrPath,
    change: &mut impl FnMut(&AttrPath, Value) -> Value,
) -> Value {
    let (bare, marks) = value.unmark();
    let kind = match bare.into_kind() {
        Kind::List(ty, elements) => Kind::List(ty, transform_all(elements, path, change)),
        Kind::Tuple(elements) => Kind::Tuple(transform_all(elements, path, change)),
        Kind::Set(ty, elements) => {
            let elements = Arc::unwrap_or_clone(elements).into_iter().map(|element| {
                path.0.push(PathStep::Element(element.clone()));
                let element = transform(element, path, change);
                path.0.pop();
                element
            });
            Value::set(ty, elements.collect::<Vec<_>>()).into_kind()
        }
        Kind::Map(ty, entries) => Kind::Map(ty, transform_entries(entries, path, change)),
        Kind::Object(entries) => Kind::Object(transform_entries(entries, path, change)),
        leaf => leaf,
    };
    change(path, Value::new(kind).with_marks(marks))
}

fn transform_all(
    elements: Arc<Vec<Value>>,
    path: &mut AttrPath,
    change: &mut impl FnMut(&AttrPath, Value) -> Value,
) -> Arc<Vec<Value>> {
    let changed = Arc::unwrap_or_clone(elements).into_iter().enumerate().map(|(index, element)| {
        path.0.push(PathStep::Index(index));
        let element = transform(element, path, change);
        path.0.pop();
        element
    });
    Arc::new(changed.collect())
}

fn transform_entries(
    entries: Entries,
    path: &mut AttrPath,
    change: &mut impl FnMut(&AttrPath, Value) -> Value,
) -> Entries {
    let changed = entries.into_iter().map(|(name, element)| {
        path.0.push(PathStep::Name(name.clone()));
        let element = transform(element, path, change);
        path.0.pop();
        (name, element)
    });
    changed.collect()
}

fn mark_at(value: Value, steps: &[PathStep], marks: Marks) -> Value {
    let Some((first, rest)) = steps.split_first() else { return value.with_marks(marks) };
    match change_child(value, first, |child| mark_at(child, rest, marks)) {
        Ok(changed) => changed,
        Err(unchanged) => unchanged.with_marks(marks),
    }
}

fn replace(value: Value, steps: &[PathStep], with: Value) -> Value {
    let Some((first, rest)) = steps.split_first() else { return with };
    match change_child(value, first, |child| replace(child, rest, with)) {
        Ok(value) | Err(value) => value,
    }
}

/// Changes the child that `step` leads to; gives the value back where there is none.
fn change_child(
    value: Value,
    step: &PathStep,
    change: impl FnOnce(Value) -> Value,
) -> Result<Value, Value> {
    if value.at(&AttrPath(vec![step.clone()])).is_none() {
        return Err(value);
    }
    let (bare, marks) = value.unmark();
    let kind = match (bare.into_kind(), step) {
        (Kind::List(ty, elements), PathStep::Index(index)) => {
            Kind::List(ty, change_element(elements, *index, change))
        }
        (Kind::Tuple(elements), PathStep::Index(index)) => {
            Kind::Tuple(change_element(elements, *index, change))
        }
        (Kind::Map(ty, entries), PathStep::Name(name)) => {
            Kind::Map(ty, change_entry(entries, name, change))
        }
        (Kind::Object(entries), PathStep::Name(name)) => {
            Kind::Object(change_entry(entries, name, change))
        }
        // Elements of sets carry no marks of their own and are not replaced one by one.
        (other, _) => return Err(Value::new(other).with_marks(marks)),
    };
    Ok(Value::new(kind).with_marks(marks))
}

fn change_element(
    elements: Arc<Vec<Value>>,
    index: usize,
    change: impl FnOnce(Value) -> Value,
) -> Arc<Vec<Value>> {
    let mut elements = Arc::unwrap_or_clone(elements);
    elements[index] = change(elements[index].clone());
    Arc::new(elements)
}

fn change_entry(
    mut entries: Entries,
    name: &EcoString,
    change: impl FnOnce(Value) -> Value,
) -> Entries {
    if let Some(entry) = entries.get_mut(name) {
        *entry = change(entry.clone());
    }
    entries
}
