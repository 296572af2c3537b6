//! Paths into values: `ingress[0].cidr_blocks`.

use std::fmt;

use ecow::EcoString;

use super::Value;

/// One step into a value.
#[derive(Clone, PartialEq)]
pub enum PathStep {
    /// An attribute of an object, or a key of a map.
    Name(EcoString),
    /// An index of a list or tuple.
    Index(usize),
    /// An element of a set, which has no other name than itself.
    Element(Value),
}

/// A way into a value; empty for the value itself.
#[derive(Clone, Default, PartialEq)]
pub struct AttrPath(pub Vec<PathStep>);

impl AttrPath {
    /// The path of a top-level attribute.
    #[must_use]
    pub fn attribute(name: impl Into<EcoString>) -> Self {
        Self(vec![PathStep::Name(name.into())])
    }

    /// This path and one step further.
    #[must_use]
    pub fn join(&self, step: PathStep) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The attribute at the top of the path.
    #[must_use]
    pub fn root(&self) -> Option<&str> {
        match self.0.first()? {
            PathStep::Name(name) => Some(name),
            PathStep::Index(_) | PathStep::Element(_) => None,
        }
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Name(name) if at == 0 => f.write_str(name)?,
                PathStep::Name(name) => write!(f, ".{name}")?,
                PathStep::Index(index) => write!(f, "[{index}]")?,
                PathStep::Element(_) => f.write_str("[…]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
