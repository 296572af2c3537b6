//! `mock_provider` and `override_…` blocks.

use ecow::EcoString;
use indexmap::IndexMap;
use indexmap::map::Entry;

use super::Decoder;
use crate::base::Mode;
use crate::config::codes;
use crate::config::content::Shape;
use crate::config::model::{
    During, Mock, MockProvider, Override, OverrideKind, Target, TestFile, TestProvider,
};
use crate::syntax::ast::{Attribute, Block, Body};

const PROVIDER: Shape = Shape {
    required: &[],
    optional: &["alias", "source", "override_during"],
    blocks: MOCKS.blocks,
};

/// What may stand in a file of mocks, and in a `mock_provider` block.
pub const MOCKS: Shape = Shape {
    required: &[],
    optional: &[],
    blocks: &[
        ("mock_resource", &["type"]),
        ("mock_data", &["type"]),
        ("override_resource", &[]),
        ("override_data", &[]),
    ],
};

const MOCK: Shape =
    Shape { required: &[], optional: &["defaults", "override_during"], blocks: &[] };

const VALUES: Shape =
    Shape { required: &[], optional: &["target", "values", "override_during"], blocks: &[] };

const OUTPUTS: Shape =
    Shape { required: &[], optional: &["target", "outputs", "override_during"], blocks: &[] };

impl Decoder<'_> {
    pub(super) fn mock_provider(&mut self, block: Block, file: &mut TestFile) {
        let Some(label) = block.labels.first().cloned() else { return };
        self.check_provider_name(&label.text, label.span);
        let mut content = PROVIDER.whole(block.body, &mut self.problems);
        let alias = content.take("alias");
        let source = content.take("source");
        let source_span = source.as_ref().map(|attribute| attribute.expr.span);
        let mut provider = MockProvider {
            name: label.text,
            alias: alias.and_then(|attribute| self.text(Some(attribute))),
            during: self.during(content.take("override_during")).unwrap_or_default(),
            defaults: IndexMap::new(),
            overrides: Vec::new(),
            source: self.text(source).zip(source_span),
            span: block.header,
        };
        for nested in content.blocks {
            self.mock(nested, &mut provider);
        }
        let key = (provider.name.clone(), provider.alias.clone());
        self.add_test_provider(key, TestProvider::Mock(provider), block.header, file);
    }

    /// Reads a file of mocks. What the provider's block itself says, and files that were read before, win.
    pub fn mock_file(&mut self, body: Body, provider: &mut MockProvider) {
        let mut found =
            MockProvider { defaults: IndexMap::new(), overrides: Vec::new(), ..provider.clone() };
        for block in MOCKS.whole(body, &mut self.problems).blocks {
            self.mock(block, &mut found);
        }
        for (key, mock) in found.defaults {
            provider.defaults.entry(key).or_insert(mock);
        }
        let own = provider.overrides.len();
        for one in found.overrides {
            if !provider.overrides[..own].iter().any(|known| known.target == one.target) {
                provider.overrides.push(one);
            }
        }
    }

    fn mock(&mut self, block: Block, provider: &mut MockProvider) {
        let mode = match block.ident.name.as_str() {
            "mock_resource" => Mode::Managed,
            "mock_data" => Mode::Data,
            _ => return provider.overrides.extend(self.an_override(block)),
        };
        let Some(label) = block.labels.first().cloned() else { return };
        let mut content = MOCK.whole(block.body, &mut self.problems);
        let mock = Mock {
            defaults: content.take("defaults").map(|attribute| attribute.expr),
            during: self.during(content.take("override_during")),
            span: block.header,
        };
        match provider.defaults.entry((mode, label.text.clone().into())) {
            Entry::Vacant(place) => {
                place.insert(mock);
            }
            Entry::Occupied(first) => {
                let (kind, name) = (&block.ident.name, &label.text);
                let detail = format!("A {kind} block for {name} has already been defined.");
                let first = first.get().span;
                self.duplicate(format!("Duplicate {kind} block"), detail, block.header, first);
            }
        }
    }

    fn during(&mut self, attribute: Option<Attribute>) -> Option<During> {
        self.one_of(attribute, &[("apply", During::Apply), ("plan", During::Plan)])
    }

    /// An `override_…` block; none where it says nothing of use.
    pub(super) fn an_override(&mut self, block: Block) -> Option<Override> {
        let kind = match block.ident.name.as_str() {
            "override_resource" => OverrideKind::Resource,
            "override_data" => OverrideKind::Data,
            _ => OverrideKind::Module,
        };
        let shape = if kind == OverrideKind::Module { OUTPUTS } else { VALUES };
        let mut content = shape.whole(block.body, &mut self.problems);
        let values = content.take(kind.argument()).map(|attribute| attribute.expr);
        let during = self.during(content.take("override_during"));
        let word = kind.word();
        let Some(target) = content.take("target") else {
            let detail = format!("{word} blocks must specify a target address.");
            self.error(codes::OVERRIDE_TARGET, "Missing target attribute", detail, block.header);
            return None;
        };
        let (target, target_span) = self.target(Some(target))?;
        if let Some(wanted) = misses(kind, &target) {
            let detail = format!("You can only target {wanted} from {word} blocks, not {target}.");
            self.error(codes::OVERRIDE_TARGET, "Invalid override target", detail, target_span);
        }
        Some(Override { kind, target, target_span, values, during, span: block.header })
    }
}

/// What an override of that kind can be of, where it is of something else.
fn misses(kind: OverrideKind, target: &Target) -> Option<EcoString> {
    let mode = match target {
        Target::Module(_) => None,
        Target::Resource(resource) => Some(resource.mode),
        Target::Instance(instance) => Some(instance.resource.mode),
    };
    let (fits, wanted) = match kind {
        OverrideKind::Resource => (mode == Some(Mode::Managed), "resources"),
        OverrideKind::Data => (mode == Some(Mode::Data), "data sources"),
        OverrideKind::Module => (mode.is_none(), "modules"),
    };
    (!fits).then(|| wanted.into())
}
