//! The value itself: what an expression yields.

use std::sync::Arc;

use ecow::EcoString;

use super::{Entries, Marks, Number, Type, Unknown};

/// A value with its marks. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct Value {
    kind: Kind,
    marks: Marks,
}

/// What a value is, apart from its marks.
#[derive(Clone, PartialEq)]
#[expect(missing_debug_implementations, reason = "a secret must not be printed by accident")]
pub enum Kind {
    /// No value, of a type.
    Null(Type),
    /// Known later.
    Unknown(Arc<Unknown>),
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text in Unicode's normal form C.
    String(EcoString),
    /// Elements of one type, in order.
    List(Type, Arc<Vec<Value>>),
    /// Distinct elements of one type, in Terraform's order of sets.
    Set(Type, Arc<Vec<Value>>),
    /// Elements of one type by name.
    Map(Type, Entries),
    /// Elements of any types, in order.
    Tuple(Arc<Vec<Value>>),
    /// Attributes of any types.
    Object(Entries),
}

impl Value {
    /// An unmarked value.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self { kind, marks: Marks::NONE }
    }

    /// Null of type `ty`.
    #[must_use]
    pub const fn null(ty: Type) -> Self {
        Self::new(Kind::Null(ty))
    }

    /// A value of type `ty` of which nothing else is known.
    #[must_use]
    pub fn unknown(ty: Type) -> Self {
        Self::new(Kind::Unknown(Unknown::shared(ty)))
    }

    /// A value of type `ty` of which only that it is not null is known.
    #[must_use]
    pub fn unknown_not_null(ty: Type) -> Self {
        Self::new(Kind::Unknown(Unknown::shared_not_null(ty)))
    }

    /// A value of which nothing is known, not even the type.
    #[must_use]
    pub fn open() -> Self {
        Self::unknown(Type::Dynamic)
    }

    /// A text, which is brought into Unicode's normal form C.
    #[must_use]
    pub fn string(text: impl Into<EcoString>) -> Self {
        use unicode_normalization::{UnicodeNormalization, is_nfc};
        let text = text.into();
        let normal = text.is_ascii() || is_nfc(&text);
        Self::new(Kind::String(if normal { text } else { text.nfc().collect() }))
    }

    /// `true` or `false`.
    #[must_use]
    pub const fn bool(value: bool) -> Self {
        Self::new(Kind::Bool(value))
    }

    /// A number.
    #[must_use]
    pub fn number(value: impl Into<Number>) -> Self {
        Self::new(Kind::Number(value.into()))
    }

    /// An object of the attributes.
    #[must_use]
    pub fn object<N: Into<EcoString>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::new(Kind::Object(attributes.into_iter().collect()))
    }

    /// A tuple of the elements.
    #[must_use]
    pub fn tuple(elements: impl IntoIterator<Item = Self>) -> Self {
        Self::new(Kind::Tuple(Arc::new(elements.into_iter().collect())))
    }

    /// A list of elements that all have type `element`. An open element type becomes that of the elements.
    #[must_use]
    pub fn list(element: Type, elements: impl IntoIterator<Item = Self>) -> Self {
        let elements: Vec<Self> = elements.into_iter().collect();
        let element = settled(element, elements.iter());
        Self::new(Kind::List(element, Arc::new(elements)))
    }

    /// A map of elements that all have type `element`. An open element type becomes that of the elements.
    #[must_use]
    pub fn map<N: Into<EcoString>>(
        element: Type,
        elements: impl IntoIterator<Item = (N, Self)>,
    ) -> Self {
        let elements: Entries = elements.into_iter().collect();
        let element = settled(element, elements.values());
        Self::new(Kind::Map(element, elements))
    }

    /// What it is, apart from its marks.
    #[must_use]
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Its own marks; elements carry theirs.
    #[must_use]
    pub const fn marks(&self) -> Marks {
        self.marks
    }

    /// What it is, apart from its marks, which are lost.
    #[must_use]
    pub fn into_kind(self) -> Kind {
        self.kind
    }

    /// The same value with further marks.
    #[must_use]
    pub fn with_marks(mut self, marks: Marks) -> Self {
        self.marks = self.marks.union(marks);
        self
    }

    /// The value without its own marks, and the marks.
    #[must_use]
    pub fn unmark(self) -> (Self, Marks) {
        (Self::new(self.kind), self.marks)
    }

    /// Its type.
    #[must_use]
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Null(ty) => ty.clone(),
            Kind::Unknown(unknown) => unknown.ty.clone(),
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(element, _) => Type::list(element.clone()),
            Kind::Set(element, _) => Type::set(element.clone()),
            Kind::Map(element, _) => Type::map(element.clone()),
            Kind::Tuple(elements) => Type::tuple(elements.iter().map(Self::ty)),
            Kind::Object(attributes) => {
                Type::object(attributes.iter().map(|(name, value)| (name.clone(), value.ty())))
            }
        }
    }

    /// Whether it is null.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// Whether the value itself is known; parts of it may be unknown all the same.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::Unknown(_))
    }

    /// Whether it and all of its parts are known.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        self.is_known() && self.children().all(Self::is_wholly_known)
    }

    /// The marks of the value and of everything in it.
    #[must_use]
    pub fn deep_marks(&self) -> Marks {
        self.children().fold(self.marks, |marks, child| marks.union(child.deep_marks()))
    }

    /// Elements and attributes, in order.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        let (sequence, named) = match &self.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                (elements.as_slice(), None)
            }
            Kind::Map(_, elements) | Kind::Object(elements) => (&[][..], Some(elements.values())),
            _ => (&[][..], None),
        };
        sequence.iter().chain(named.into_iter().flatten())
    }

    /// The text, if it is a known string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth, if it is a known bool.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, if it is a known one.
    #[must_use]
    pub const fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(value) => Some(value),
            _ => None,
        }
    }

    /// Elements of a known list, set or tuple.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                Some(elements)
            }
            _ => None,
        }
    }

    /// Entries of a known map or object.
    #[must_use]
    pub fn as_entries(&self) -> Option<&Entries> {
        match &self.kind {
            Kind::Map(_, entries) | Kind::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// An attribute of a known object or an element of a known map.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Self> {
        self.as_entries()?.get(name)
    }
}

/// An open element type gives way to that which all elements have.
pub(super) fn settled<'a>(element: Type, mut elements: impl Iterator<Item = &'a Value>) -> Type {
    if element != Type::Dynamic {
        return element;
    }
    let Some(first) = elements.next().map(Value::ty) else { return element };
    if elements.all(|value| value.ty() == first) { first } else { element }
}
