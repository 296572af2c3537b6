//! What may stand at the top of a file, and which block goes where.

use super::{Decoder, PhaseBlock};
use crate::base::Mode;
use crate::config::codes;
use crate::config::content::Shape;
use crate::config::model::{Migration, Stack};
use crate::diag::Span;
use crate::syntax::ast::Block;

/// Blocks at the top of a file.
pub const ROOT: Shape = Shape {
    required: &[],
    optional: &[],
    blocks: &[
        ("terraform", &[]),
        ("required_providers", &[]),
        ("provider", &["name"]),
        ("variable", &["name"]),
        ("locals", &[]),
        ("output", &["name"]),
        ("module", &["name"]),
        ("resource", &["type", "name"]),
        ("data", &["type", "name"]),
        ("ephemeral", &["type", "name"]),
        ("moved", &[]),
        ("removed", &[]),
        ("import", &[]),
        ("check", &["name"]),
        ("stack", &["name"]),
        ("phase", &["name"]),
        ("migration", &["from", "to"]),
    ],
};

/// What only the root module may declare.
#[derive(Debug, Default)]
pub struct RootBlocks {
    /// `stack` blocks; more than one were reported.
    pub stack: Option<Stack>,
    /// `phase` blocks in the order of the text.
    pub phases: Vec<PhaseBlock>,
    /// `migration` blocks in the order of the text.
    pub migrations: Vec<Migration>,
    /// The head of a block for the backend that every configuration has.
    pub local_backend: Option<Span>,
}

impl Decoder<'_> {
    /// Reads the blocks of one directory.
    pub fn root(&mut self, blocks: Vec<Block>) -> RootBlocks {
        let mut root = RootBlocks::default();
        for block in blocks {
            match block.ident.name.as_str() {
                "terraform" => self.terraform(block),
                "stack" => self.stack(block, &mut root),
                "phase" => root.phases.extend(self.phase(block)),
                "migration" => root.migrations.extend(self.migration(block)),
                _ => self.declaration(block),
            }
        }
        root.local_backend = self.local_backend;
        root
    }

    /// Reads a block that may stand at the root and in a phase.
    pub(super) fn declaration(&mut self, block: Block) {
        match block.ident.name.as_str() {
            "provider" => self.provider(block),
            "variable" => self.variable(block),
            "locals" => self.locals(block),
            "output" => self.output(block),
            "module" => self.call(block),
            "resource" => self.resource(block, Mode::Managed),
            "data" => self.resource(block, Mode::Data),
            "ephemeral" => self.resource(block, Mode::Ephemeral),
            "moved" => self.moved(block),
            "removed" => self.removed(block),
            "import" => self.import(block),
            "check" => self.check(block),
            "required_providers" => self.error(
                codes::MISPLACED,
                "Invalid required_providers block",
                "A \"required_providers\" block must be nested inside a \"terraform\" block.",
                block.ident.span,
            ),
            _ => {}
        }
    }
}
