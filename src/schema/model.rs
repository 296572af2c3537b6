//! The model of a resource type, data source type or provider configuration: attributes and blocks with their facts.

use std::sync::{Arc, OnceLock};

use ecow::EcoString;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{Checks, Condition, DiffSuppress, Facts, Normalize};
use crate::base::did_you_mean;
use crate::value::Type;

/// What a type is: everything that is known of it without asking a cloud.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its name: `aws_vpc`.
    pub type_name: EcoString,
    /// Other names of the same type.
    pub aliases: Vec<EcoString>,
    /// Resource, data source, ephemeral resource or provider configuration.
    pub kind: Kind,
    /// Where the provider comes from: `hashicorp/aws`.
    pub provider: EcoString,
    /// The service group: `ec2`.
    pub service: EcoString,
    /// How unset values behave.
    pub framework: Framework,
    /// Version of the layout of values.
    pub version: u32,
    /// Attributes and blocks.
    pub block: Block,
    /// Conditions across attributes.
    pub rules: Vec<Rule>,
    /// Default of each operation (`create`, `update`, `delete`, `read`) in seconds.
    pub timeouts: IndexMap<EcoString, u64>,
    /// How the `id` attribute is made, in words or as a template.
    pub id: EcoString,
    /// How an existing object is imported; none where it cannot be.
    pub import: Option<Import>,
    /// Attributes of the resource identity.
    pub identity: Identity,
    /// How a name is made where the configuration gives none.
    pub name_generation: Option<NameGeneration>,
    /// Whether the type takes the `region` argument.
    pub region_override: bool,
    /// The attribute by which the tagging calls name the object; none where default tags do not apply.
    pub tag_identifier: Option<EcoString>,
    /// Whether the type has no update operation.
    pub no_update: bool,
    /// What an operation does beyond one call each, for people.
    pub behavior: Vec<EcoString>,
    /// Constant look-up tables.
    pub tables: Json,
    /// What terrace adds.
    pub terrace: Facts,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A `resource` block.
    Resource,
    /// A `data` block.
    Data,
    /// An `ephemeral` block.
    Ephemeral,
    /// A `provider` block.
    Provider,
}

/// How unset values behave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framework {
    /// An unset number, bool, string or collection acts as 0, false, "" or empty.
    Sdkv2,
    /// Unset is distinct from zero.
    #[default]
    PluginFramework,
}

/// Who gives an attribute its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// The configuration must.
    Required,
    /// The configuration may.
    #[default]
    Optional,
    /// The configuration may, else the cloud does.
    OptionalComputed,
    /// The cloud alone.
    Computed,
}

/// Whether a change replaces the object.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ForceNew {
    /// It does not, unless a rule says so.
    #[default]
    Never,
    /// It does.
    Always,
    /// It does where the condition holds.
    If(Condition),
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its type.
    pub ty: Type,
    /// Who gives it its value.
    pub presence: Presence,
    /// Whether it must not be shown.
    pub sensitive: bool,
    /// Whether it is sent but never read back.
    pub write_only: bool,
    /// Whether it is going away.
    pub deprecated: bool,
    /// Whether a change replaces the object.
    pub force_new: ForceNew,
    /// The value when unset, as JSON; see [`Attribute::default_value`].
    pub default: Option<Json>,
    /// A condition on the default.
    pub default_if: Option<Condition>,
    /// Whether a text holds a bool or a number and the empty text means unset.
    pub nullable: Option<Nullable>,
    /// What its value must satisfy.
    pub checks: Checks,
    /// Which other arguments it excludes or needs.
    pub relations: Relations,
    /// The block by which it may be written as well.
    pub as_block: Option<Arc<NestedBlock>>,
    /// When a difference does not count.
    pub diff_suppress: Option<DiffSuppress>,
    /// How a configured value is normalised before it is stored and compared.
    pub state_func: Option<Normalize>,
    /// The fields that make an element of a set distinct; empty for all.
    pub set_key: Vec<EcoString>,
}

/// What a text holds where it stands for another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nullable {
    /// `true` or `false`
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
}

/// Relations between arguments; paths from the top, `.0.` steps into a block of at most one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relations {
    /// None of these may be set as well.
    pub conflicts_with: Vec<EcoString>,
    /// Exactly one of these must be set.
    pub exactly_one_of: Vec<EcoString>,
    /// One or more of these must be set.
    pub at_least_one_of: Vec<EcoString>,
    /// All of these must be set as well.
    pub required_with: Vec<EcoString>,
}

/// Attributes and blocks that stand together.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Attributes by name, in alphabetical order.
    pub attributes: IndexMap<EcoString, Attribute>,
    /// Nested blocks by name, in alphabetical order.
    pub blocks: IndexMap<EcoString, Arc<NestedBlock>>,
    implied: OnceLock<Type>,
}

/// A block inside a block.
#[derive(Clone, Debug, Default)]
pub struct NestedBlock {
    /// How its occurrences make a value.
    pub nesting: Nesting,
    /// The fewest occurrences.
    pub min_items: usize,
    /// The most occurrences; none for any number.
    pub max_items: Option<usize>,
    /// Who writes it.
    pub presence: Presence,
    /// Whether it is going away.
    pub deprecated: bool,
    /// Whether any change in it replaces the object.
    pub force_new: ForceNew,
    /// What is in it.
    pub block: Block,
    /// Which other arguments it excludes or needs.
    pub relations: Relations,
    /// When a difference does not count.
    pub diff_suppress: Option<DiffSuppress>,
    /// The fields that make an element of a set distinct; empty for all.
    pub set_key: Vec<EcoString>,
}

/// How the occurrences of a block make a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nesting {
    /// A list of objects.
    #[default]
    List,
    /// A set of objects.
    Set,
    /// One object, or null.
    Single,
    /// One object, never null: an absent block is one with nothing set.
    Group,
    /// A map of objects by the block's label.
    Map,
}

/// A condition across attributes and what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What follows.
    pub effect: Effect,
    /// The attributes concerned.
    pub attrs: Vec<EcoString>,
    /// When.
    pub when: Condition,
    /// The operation at which it applies; none for every look at a configuration.
    pub phase: Option<Operation>,
    /// The value that `SetValue` sets, or words on it.
    pub value: Option<Json>,
}

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// It is made.
    Create,
    /// It is looked at.
    Read,
    /// It is changed in place.
    Update,
    /// It is deleted.
    Delete,
}

/// What follows from a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The configuration is refused.
    Error,
    /// The author is warned.
    Warn,
    /// A change replaces the object.
    ForceNew,
    /// The new value is unknown until apply.
    Computed,
    /// A value is set.
    SetValue,
    /// A change does not count.
    IgnoreChange,
}

/// How an existing object is imported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Import {
    /// The form of the import id: `{id}`, `{vpc_id}/{name}`.
    pub id: EcoString,
    /// Attributes given a value on import.
    pub sets: IndexMap<EcoString, Json>,
    /// What else to know.
    pub note: Option<EcoString>,
}

/// Attributes of the resource identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Those that must be given.
    pub required: Vec<EcoString>,
    /// Those that may be.
    pub optional: Vec<EcoString>,
}

/// How a name is made where the configuration gives none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameGeneration {
    /// The attribute that holds the name.
    pub attr: EcoString,
    /// The attribute that holds a prefix.
    pub prefix_attr: EcoString,
    /// The prefix where neither is given.
    pub default_prefix: EcoString,
    /// Suffixes by the bool attribute that asks for them.
    pub suffix_if: IndexMap<EcoString, EcoString>,
}

impl Presence {
    /// Whether the configuration must give a value.
    #[must_use]
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Required)
    }

    /// Whether the configuration may give a value.
    #[must_use]
    pub const fn is_writable(self) -> bool {
        !matches!(self, Self::Computed)
    }

    /// Whether the cloud gives a value where the configuration does not.
    #[must_use]
    pub const fn is_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }
}

impl Schema {
    /// The type of its values, as cty has it.
    #[must_use]
    pub fn implied_type(&self) -> &Type {
        self.block.implied_type()
    }

    /// A top-level attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.block.attributes.get(name)
    }

    /// The word before the first `_`: the provider's usual local name.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.type_name.split_once('_').map_or(self.type_name.as_str(), |(prefix, _)| prefix)
    }

    /// Whether provider-level default and ignored tags apply.
    #[must_use]
    pub const fn takes_default_tags(&self) -> bool {
        self.tag_identifier.is_some()
    }
}

impl Block {
    /// A block of these attributes and blocks.
    #[must_use]
    pub fn new(
        attributes: IndexMap<EcoString, Attribute>,
        blocks: IndexMap<EcoString, Arc<NestedBlock>>,
    ) -> Self {
        Self { attributes, blocks, implied: OnceLock::new() }
    }

    /// The type of its values; computed once.
    #[must_use]
    pub fn implied_type(&self) -> &Type {
        self.implied.get_or_init(|| {
            let attributes = self.attributes.iter().map(|(name, a)| (name.clone(), a.ty.clone()));
            let blocks = self.blocks.iter().map(|(name, b)| (name.clone(), b.implied_type()));
            Type::object(attributes.chain(blocks))
        })
    }

    /// Names of the arguments that a configuration may write as attributes.
    pub fn argument_names(&self) -> impl Iterator<Item = &str> {
        let writable = self.attributes.iter().filter(|(_, a)| a.presence.is_writable());
        writable.map(|(name, _)| name.as_str())
    }

    /// Names that a configuration may write as blocks, those of attributes that may be blocks among them.
    pub fn block_names(&self) -> impl Iterator<Item = &str> {
        let as_blocks = self.attributes.iter().filter(|(_, a)| a.as_block.is_some());
        let blocks = self.blocks.iter().filter(|(_, b)| b.presence.is_writable());
        blocks.map(|(name, _)| name.as_str()).chain(as_blocks.map(|(name, _)| name.as_str()))
    }

    /// Names of the attributes that a configuration must write.
    pub fn required_names(&self) -> impl Iterator<Item = &str> {
        let required = self.attributes.iter().filter(|(_, a)| a.presence.is_required());
        required.map(|(name, _)| name.as_str())
    }

    /// The block that a configuration may write under this name, or the attribute in the form of blocks.
    #[must_use]
    pub fn writable_block(&self, name: &str) -> Option<&NestedBlock> {
        let nested = self.blocks.get(name);
        let nested = nested.or_else(|| self.attributes.get(name)?.as_block.as_ref())?;
        nested.presence.is_writable().then_some(nested)
    }

    /// The argument that a mistyped name was probably meant to be.
    #[must_use]
    pub fn suggest_argument(&self, given: &str) -> Option<&str> {
        did_you_mean(given, self.argument_names())
    }

    /// The block that a mistyped name was probably meant to be.
    #[must_use]
    pub fn suggest_block(&self, given: &str) -> Option<&str> {
        did_you_mean(given, self.block_names())
    }

    /// The attribute or block, read-only ones too, that a mistyped reference was probably meant to be.
    #[must_use]
    pub fn suggest_any(&self, given: &str) -> Option<&str> {
        did_you_mean(given, self.attributes.keys().chain(self.blocks.keys()).map(EcoString::as_str))
    }

    /// The attribute at a dotted path (`launch_template.id`); indices (`.0`) are passed over.
    #[must_use]
    pub fn attribute_at(&self, path: &str) -> Option<&Attribute> {
        let mut block = self;
        let mut steps = path.split('.').filter(|step| step.parse::<usize>().is_err()).peekable();
        while let Some(step) = steps.next() {
            if let Some(nested) = block.blocks.get(step) {
                block = &nested.block;
                continue;
            }
            let attribute = block.attributes.get(step)?;
            match (steps.peek(), &attribute.as_block) {
                (None, _) => return Some(attribute),
                (Some(_), Some(nested)) => block = &nested.block,
                (Some(_), None) => return None,
            }
        }
        None
    }

    /// The nested block at a dotted path; indices (`.0`) are passed over.
    #[must_use]
    pub fn block_at(&self, path: &str) -> Option<&NestedBlock> {
        let steps = path.split('.').filter(|step| step.parse::<usize>().is_err());
        let mut found = None;
        let mut block = self;
        for step in steps {
            let nested: &NestedBlock = match block.blocks.get(step) {
                Some(nested) => nested,
                None => block.attributes.get(step)?.as_block.as_ref()?,
            };
            block = &nested.block;
            found = Some(nested);
        }
        found
    }
}

impl NestedBlock {
    /// The type of the value that its occurrences make.
    #[must_use]
    pub fn implied_type(&self) -> Type {
        let object = self.block.implied_type().clone();
        match self.nesting {
            Nesting::List => Type::list(object),
            Nesting::Set => Type::set(object),
            Nesting::Map => Type::map(object),
            Nesting::Single | Nesting::Group => object,
        }
    }

    /// Whether it occurs at most once.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.max_items == Some(1) || matches!(self.nesting, Nesting::Single | Nesting::Group)
    }
}

impl Attribute {
    /// Whether the value is a whole number.
    #[must_use]
    pub const fn is_int(&self) -> bool {
        self.checks.int
    }
}
