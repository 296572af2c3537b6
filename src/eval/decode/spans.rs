//! Where the parts of a decoded value come from.

use ecow::EcoString;
use indexmap::IndexMap;

use crate::diag::Span;
use crate::syntax::ast::Body;
use crate::value::{AttrPath, PathStep};

/// The places of a block's arguments and nested blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spans {
    /// Where the body begins: what a message about something missing points at.
    pub body: Span,
    /// The head of the block, or the body where it is not a nested block.
    pub header: Span,
    /// The head of the `content` block that a generated block has instead of one of its own.
    pub content: Option<Span>,
    /// Arguments: name and value.
    pub attributes: IndexMap<EcoString, (Span, Span)>,
    /// Nested blocks in order, with their label where they have one.
    pub blocks: IndexMap<EcoString, Vec<(Option<EcoString>, Self)>>,
}

impl Spans {
    /// Those of a body of which nothing was read.
    #[must_use]
    pub fn of(body: &Body) -> Self {
        Self { body: body.span.at_start(), header: body.span.at_start(), ..Self::default() }
    }

    /// The place of the part at `path`: of the argument's value, or of the innermost block that holds it.
    #[must_use]
    pub fn find(&self, path: &AttrPath) -> Span {
        self.find_steps(&path.0)
    }

    /// The top-level argument whose name stands at `place`.
    #[must_use]
    pub fn attribute_at(&self, place: Option<Span>) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let (name, _) = attributes.find(|(_, (name, _))| Some(*name) == place)?;
        Some(name)
    }

    fn find_steps(&self, steps: &[PathStep]) -> Span {
        let Some((PathStep::Name(name), rest)) = steps.split_first() else { return self.header };
        if let Some((_, value)) = self.attributes.get(name) {
            return *value;
        }
        let Some(blocks) = self.blocks.get(name) else { return self.header };
        let (found, rest) = match rest.split_first() {
            Some((PathStep::Index(index), rest)) => (blocks.get(*index), rest),
            Some((PathStep::Name(key), below)) => {
                let labelled = blocks.iter().find(|(label, _)| label.as_ref() == Some(key));
                (labelled.or(blocks.first()), if labelled.is_some() { below } else { rest })
            }
            Some((PathStep::Element(_), rest)) => (blocks.first(), rest),
            None => (blocks.first(), rest),
        };
        found.map_or(self.header, |(_, spans)| spans.find_steps(rest))
    }
}
