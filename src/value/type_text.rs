//! Types as the console's `type()` writes them, one attribute per line.

use std::fmt::Write as _;

use super::Type;

const INDENT: usize = 4;

impl Type {
    /// The type over several lines, as `type()` in the console shows it.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let mut text = String::new();
        write_type(self, &mut text, 0);
        text
    }

    /// The type as messages call it where a type constraint is meant: `list of any single type`.
    #[must_use]
    pub fn constraint_name(&self) -> String {
        let element = |kind: &str, element: &Self| match element {
            Self::Dynamic => format!("{kind} of any single type"),
            known => format!("{kind} of {}", known.constraint_name()),
        };
        match self {
            Self::Dynamic => "any type".into(),
            Self::List(inner) => element("list", inner),
            Self::Set(inner) => element("set", inner),
            Self::Map(inner) => element("map", inner),
            other => other.friendly_name(),
        }
    }

    /// The type with no attribute optional.
    #[must_use]
    pub fn without_optional(&self) -> Self {
        if !self.has_optional() {
            return self.clone();
        }
        match self {
            Self::Dynamic | Self::Bool | Self::Number | Self::String => self.clone(),
            Self::List(element) => Self::list(element.without_optional()),
            Self::Set(element) => Self::set(element.without_optional()),
            Self::Map(element) => Self::map(element.without_optional()),
            Self::Tuple(elements) => Self::tuple(elements.iter().map(Self::without_optional)),
            Self::Object(object) => Self::object(
                object.attributes.iter().map(|(name, ty)| (name.clone(), ty.without_optional())),
            ),
        }
    }

    fn has_optional(&self) -> bool {
        match self {
            Self::Dynamic | Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_optional(),
            Self::Tuple(elements) => elements.iter().any(Self::has_optional),
            Self::Object(object) => {
                !object.optional.is_empty() || object.attributes.values().any(Self::has_optional)
            }
        }
    }

    /// Whether it is a list, a set or a map.
    #[must_use]
    pub const fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Set(_) | Self::Map(_))
    }

    /// The element type of a list, set or map.
    #[must_use]
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::List(element) | Self::Set(element) | Self::Map(element) => Some(element),
            _ => None,
        }
    }
}

fn write_type(ty: &Type, text: &mut String, indent: usize) {
    match ty {
        Type::Dynamic => text.push_str("dynamic"),
        Type::Bool | Type::Number | Type::String => text.push_str(&ty.friendly_name()),
        Type::List(element) => write_collection("list", element, text, indent),
        Type::Set(element) => write_collection("set", element, text, indent),
        Type::Map(element) => write_collection("map", element, text, indent),
        Type::Tuple(elements) => {
            text.push_str("tuple([");
            let lines = elements.iter().map(|element| (None, element));
            write_lines(lines, text, indent);
            text.push_str("])");
        }
        Type::Object(object) => {
            text.push_str("object({");
            let lines = object.attributes.iter().map(|(name, ty)| (Some(name.as_str()), ty));
            write_lines(lines, text, indent);
            text.push_str("})");
        }
    }
}

fn write_collection(kind: &str, element: &Type, text: &mut String, indent: usize) {
    text.push_str(kind);
    text.push('(');
    // Elements that take lines of their own begin on one.
    if matches!(element, Type::Tuple(_) | Type::Object(_)) {
        write_lines([(None, element)].into_iter(), text, indent);
    } else {
        write_type(element, text, indent);
    }
    text.push(')');
}

fn write_lines<'a>(
    lines: impl ExactSizeIterator<Item = (Option<&'a str>, &'a Type)>,
    text: &mut String,
    indent: usize,
) {
    if lines.len() == 0 {
        return;
    }
    text.push('\n');
    for (name, ty) in lines {
        write!(text, "{:1$}", "", (indent + 1) * INDENT).expect("a String takes everything");
        if let Some(name) = name {
            text.push_str(name);
            text.push_str(": ");
        }
        write_type(ty, text, indent + 1);
        text.push_str(",\n");
    }
    write!(text, "{:1$}", "", indent * INDENT).expect("a String takes everything");
}
