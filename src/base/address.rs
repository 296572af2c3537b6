//! Addresses: where in a configuration an object is declared, `module.web["eu"].aws_lb.this[0]`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ecow::EcoString;

use super::{Quoted, TypeName};

/// An instance key: `[0]` of `count`, `["a"]` of `for_each`. Numbers sort before strings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// An index of `count`.
    Int(u64),
    /// A key of `for_each`.
    Str(EcoString),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(index) => write!(f, "[{index}]"),
            Self::Str(text) => write!(f, "[{}]", Quoted(text)),
        }
    }
}

/// One call of a module on the way from the root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleStep {
    /// The name of the `module` block.
    pub name: EcoString,
    /// The instance, where the call has `count` or `for_each`.
    pub key: Option<Key>,
}

/// The way from the root module to a module instance; empty for the root. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModulePath(Option<Arc<[ModuleStep]>>);

impl ModulePath {
    /// The root module.
    #[must_use]
    pub const fn root() -> Self {
        Self(None)
    }

    /// The path that goes through `steps`.
    #[must_use]
    pub fn new(steps: Vec<ModuleStep>) -> Self {
        Self((!steps.is_empty()).then(|| steps.into()))
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[ModuleStep] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether this is the root module.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_none()
    }

    /// The instance `key` of the module call `name` within this module.
    #[must_use]
    pub fn child(&self, name: impl Into<EcoString>, key: Option<Key>) -> Self {
        let mut steps = self.steps().to_vec();
        steps.push(ModuleStep { name: name.into(), key });
        Self::new(steps)
    }

    /// The module that calls this one; none for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.steps().split_last()?;
        Some(Self::new(rest.to_vec()))
    }
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps().iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            write!(f, "module.{}", step.name)?;
            if let Some(key) = &step.key {
                write!(f, "{key}")?;
            }
        }
        Ok(())
    }
}

/// Whether an object is managed, only read, or only lives during a run. What is only read comes first wherever objects are
/// listed, as in Terraform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A `data` block.
    Data,
    /// A `resource` block.
    Managed,
    /// An `ephemeral` block.
    Ephemeral,
}

/// A resource block within a module instance: all of its instances together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceAddress {
    /// The module instance that holds the block.
    pub module: ModulePath,
    /// The kind of block.
    pub mode: Mode,
    /// The first label.
    pub type_name: TypeName,
    /// The second label.
    pub name: EcoString,
}

impl ResourceAddress {
    /// The instance `key` of this resource.
    #[must_use]
    pub fn instance(&self, key: Option<Key>) -> Address {
        Address { resource: Arc::new(self.clone()), key }
    }
}

impl fmt::Display for ResourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        match self.mode {
            Mode::Managed => {}
            Mode::Data => f.write_str("data.")?,
            Mode::Ephemeral => f.write_str("ephemeral.")?,
        }
        write!(f, "{}.{}", self.type_name, self.name)
    }
}

/// One instance of a resource: what a step changes and what a live object is owned as.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The block; shared, since there may be very many instances of it.
    pub resource: Arc<ResourceAddress>,
    /// Which of its instances; none without `count` and `for_each`.
    pub key: Option<Key>,
}

impl Address {
    /// The type of the object.
    #[must_use]
    pub fn type_name(&self) -> &TypeName {
        &self.resource.type_name
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.resource.fmt(f)?;
        self.key.as_ref().map_or(Ok(()), |key| key.fmt(f))
    }
}

impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a resource address: {reason}")]
pub struct AddressError {
    text: String,
    reason: &'static str,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let fail = |reason| AddressError { text: text.to_owned(), reason };
        let mut parts = Parts { rest: text };
        let mut steps = Vec::new();
        let mut mode = Mode::Managed;
        let (type_name, name, key) = loop {
            let (word, _) = parts.next().map_err(fail)?;
            match word {
                "module" => {
                    let (name, key) = parts.next().map_err(fail)?;
                    steps.push(ModuleStep { name: name.into(), key });
                }
                "data" => mode = Mode::Data,
                "ephemeral" => mode = Mode::Ephemeral,
                type_name => {
                    let (name, key) = parts.next().map_err(fail)?;
                    break (type_name, name, key);
                }
            }
        };
        if !parts.rest.is_empty() {
            return Err(fail("something follows the resource name"));
        }
        let resource = ResourceAddress {
            module: ModulePath::new(steps),
            mode,
            type_name: type_name.into(),
            name: name.into(),
        };
        Ok(resource.instance(key))
    }
}

const BAD_ESCAPE: &str = "`\\u` is followed by four hexadecimal digits";

/// Whether what follows `c` makes of it the escape of what would begin a template: `$${`.
fn is_doubled(c: char, rest: &str) -> bool {
    rest.strip_prefix(c).is_some_and(|rest| rest.starts_with('{'))
}

struct Parts<'a> {
    rest: &'a str,
}

impl<'a> Parts<'a> {
    /// Takes the next name with the key behind it, and the dot that follows.
    fn next(&mut self) -> Result<(&'a str, Option<Key>), &'static str> {
        let end = self.rest.find(['.', '[']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            return Err("a name is missing");
        }
        self.rest = rest;
        let key = if self.rest.starts_with('[') { Some(self.key()?) } else { None };
        if let Some(rest) = self.rest.strip_prefix('.') {
            if rest.is_empty() {
                return Err("a name is missing after the last dot");
            }
            self.rest = rest;
        }
        Ok((word, key))
    }

    fn key(&mut self) -> Result<Key, &'static str> {
        let inner = &self.rest[1..];
        if let Some(quoted) = inner.strip_prefix('"') {
            let mut text = EcoString::new();
            let mut chars = quoted.char_indices();
            while let Some((at, c)) = chars.next() {
                match c {
                    '"' => {
                        self.rest = quoted[at + 1..].strip_prefix(']').ok_or("a `]` is missing")?;
                        return Ok(Key::Str(text));
                    }
                    '\\' => match chars.next() {
                        Some((_, 'n')) => text.push('\n'),
                        Some((_, 'r')) => text.push('\r'),
                        Some((_, 't')) => text.push('\t'),
                        Some((at, 'u')) => {
                            let code = quoted.get(at + 1..at + 5).ok_or(BAD_ESCAPE)?;
                            let code = u32::from_str_radix(code, 16).map_err(|_| BAD_ESCAPE)?;
                            text.push(char::from_u32(code).ok_or(BAD_ESCAPE)?);
                            chars.nth(3);
                        }
                        Some((_, c)) => text.push(c),
                        None => break,
                    },
                    '$' | '%' if is_doubled(c, &quoted[at + 1..]) => {
                        text.push(c);
                        chars.next();
                    }
                    c => text.push(c),
                }
            }
            return Err("the key's closing quote is missing");
        }
        let end = inner.find(']').ok_or("a `]` is missing")?;
        let index =
            inner[..end].parse().map_err(|_| "a key is a whole number or a quoted string")?;
        self.rest = &inner[end + 1..];
        Ok(Key::Int(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_print_as_they_are_read() {
        for text in [
            "aws_vpc.main",
            "aws_vpc.main[0]",
            "module.a.aws_vpc.main[\"x.y\"]",
            "module.a[\"q\\\"]\"].module.b[3].data.aws_ami.this",
            "a.b[\"$${x} %%{y} $$${z} $ { % \\n\\u0007é\"]",
        ] {
            assert_eq!(text.parse::<Address>().map(|a| a.to_string()), Ok(text.to_owned()));
        }
        let written = "a.b[\"${x}\"]".parse::<Address>().expect("an address");
        assert_eq!(written.key, Some(Key::Str("${x}".into())));
        assert_eq!(written.to_string(), "a.b[\"$${x}\"]");
        for text in [
            "",
            "a.b[\"\\u00\"]",
            "aws_vpc",
            "aws_vpc.",
            "aws_vpc.main[",
            "aws_vpc.main[x]",
            "aws_vpc.a.b",
            "module.a",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
