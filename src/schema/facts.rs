//! What terrace adds to a resource type's facts under the key `terrace`: identity, references, durations, interruption.
//!
//! `docs/schema-format.md` describes every key. Data only: whoever acts on a fact is in a later layer.

use ecow::EcoString;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::template::{Computed, Template};

/// The additions to one resource type.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Facts {
    /// How a create is made exactly once.
    pub idempotency: Idempotency,
    /// How ownership of a live object is known.
    pub owner: Owner,
    /// Attributes that name other objects.
    pub refers: Vec<Reference>,
    /// How long each operation takes.
    pub durations: Durations,
    /// What an update of an attribute interrupts; unnamed ones interrupt nothing.
    pub interruption: IndexMap<EcoString, Interruption>,
    /// Attributes that something else legitimately moves.
    pub live_owned: Vec<LiveOwned>,
    /// The attribute that says how long an object is waited for after it was made or changed; zero is not at all.
    pub patience: Option<EcoString>,
    /// Attributes and blocks that the cloud tells never, or at times and not at others: where it tells nothing of them,
    /// they count as they were sent last.
    pub untold: Vec<EcoString>,
    /// Attributes whose change in place gives the object another id.
    pub renamed_by: Vec<EcoString>,
    /// Attributes with the tags of the object's parts. Tags that the stack has not set are no more shown than the object's.
    pub part_tags: Vec<EcoString>,
    /// Switches that keep the object from being deleted while they are on.
    pub protection: Vec<EcoString>,
    /// Sets of attributes that no two objects may share.
    pub unique: Vec<Unique>,
    /// Attributes that show what other objects say of this one.
    pub shows: Vec<Mirror>,
    /// The attribute that names the object for people, if it has a name.
    pub name: Option<EcoString>,
    /// The values that AWS computes, by attribute path. One that is not named is the zero value of its type.
    pub computed: IndexMap<EcoString, Computed>,
    /// Blocks that are there whatever the configuration says.
    pub always: Vec<EcoString>,
    /// Default quotas.
    pub limits: Vec<Limit>,
    /// The calls behind the operations.
    pub api: Api,
}

/// How a create is made exactly once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Idempotency {
    /// The call takes a client token.
    Token,
    /// A unique name: a second create is refused or returns the first.
    Name,
    /// A unique value other than a name, such as a CIDR or a destination.
    Value,
    /// The call takes a caller reference, which must be stable.
    CallerReference,
    /// Nothing: a nonce tag is written with the create and looked for before another attempt.
    Nonce,
    /// The call sets rather than creates: repeating it changes nothing.
    #[default]
    Put,
}

/// How ownership of a live object is known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Owner {
    /// By tags on the object itself.
    Tags {
        /// Whether the create call takes them.
        on_create: bool,
    },
    /// By the objects that it belongs to and its natural key among their children.
    Parent {
        /// Attributes that name the parents.
        parent: Vec<EcoString>,
        /// Attributes that tell it from its siblings.
        key: Vec<EcoString>,
    },
    /// It exists in the ledger alone.
    Ledger {},
}

impl Default for Owner {
    fn default() -> Self {
        Self::Ledger {}
    }
}

impl Owner {
    /// Whether the object can carry tags.
    #[must_use]
    pub const fn is_tags(&self) -> bool {
        matches!(self, Self::Tags { .. })
    }
}

/// An attribute whose value names other objects.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Path of the attribute: `subnet_id`, `vpc_config.subnet_ids`. Collections are stepped into.
    pub attr: EcoString,
    /// The types that it may name, the usual one first.
    pub to: Vec<EcoString>,
    /// The attribute of the other object that it holds; `id` where absent.
    #[serde(default = "id_attribute")]
    pub by: EcoString,
    /// The error code with which AWS refuses to delete the other object meanwhile; none where it may go first.
    #[serde(default)]
    pub in_use: Option<EcoString>,
    /// The error code with which AWS refuses a value that names nothing.
    #[serde(default)]
    pub missing: Option<EcoString>,
    /// Whether deleting the other object deletes this one.
    #[serde(default)]
    pub cascade: bool,
    /// Whether the value may also name something that is no object of a stack (`target_id` may be an address).
    #[serde(default)]
    pub open: bool,
}

fn id_attribute() -> EcoString {
    EcoString::inline("id")
}

/// Seconds that an operation takes: usually, and when it is slow.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Duration(pub f64, pub f64);

impl Duration {
    /// The usual time in seconds.
    #[must_use]
    pub const fn typical(self) -> f64 {
        self.0
    }

    /// A slow time in seconds.
    #[must_use]
    pub const fn slow(self) -> f64 {
        self.1
    }
}

/// How long the operations on an object take until it is ready or gone, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Durations {
    /// From the create call until the object is ready.
    pub create: Duration,
    /// From the update call until the object is ready again.
    pub update: Duration,
    /// From the delete call until the object is gone.
    pub delete: Duration,
}

impl Default for Durations {
    fn default() -> Self {
        Self { create: Duration(1.0, 3.0), update: Duration(1.0, 3.0), delete: Duration(1.0, 3.0) }
    }
}

/// What an update interrupts.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interruption {
    /// How much.
    pub class: InterruptionClass,
    /// Other classes under conditions; the first that holds counts.
    #[serde(default)]
    pub unless: Vec<InterruptionCase>,
    /// What happens, for people: "the instance is stopped and started".
    #[serde(default)]
    pub note: Option<EcoString>,
}

/// Another class under a condition.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterruptionCase {
    /// When it holds.
    pub when: super::Condition,
    /// How much is interrupted then.
    pub class: InterruptionClass,
}

/// How much a change interrupts what the object serves; ordered.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum InterruptionClass {
    /// Nothing.
    #[default]
    None,
    /// Seconds: a failover, dropped connections.
    Brief,
    /// Minutes: a restart.
    Downtime,
    /// The object goes and another comes.
    Replacement,
}

/// An attribute that something other than the spec moves.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveOwned {
    /// Path of the attribute.
    pub attr: EcoString,
    /// What moves it: `autoscaling`, `schedule`, `aws`.
    pub mover: EcoString,
    /// The attributes between which the live value is accepted: lowest and highest.
    #[serde(default)]
    pub clamp: Option<(EcoString, EcoString)>,
    /// Whether the configured value is only the first one.
    #[serde(default)]
    pub initial: bool,
}

/// An attribute that shows what another object says of this one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mirror {
    /// The attribute; where it is a list or set, it has what all others say.
    pub attr: EcoString,
    /// The type of the others.
    pub of: EcoString,
    /// The path at which they name this object, by its id, its ARN or the attribute `name`.
    pub by: EcoString,
    /// The path of what they say.
    pub value: EcoString,
    /// The attribute by which they refer to the object that `value` is read from; they themselves where absent.
    #[serde(default)]
    pub through: Option<EcoString>,
    /// The attribute by which this object is named beside its id and ARN.
    #[serde(default = "id_attribute")]
    pub name: EcoString,
}

/// Attributes that no two objects of the type may share.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unique {
    /// The attributes, together; those of a parent narrow the scope.
    pub attrs: Vec<EcoString>,
    /// Where they are unique.
    pub scope: Scope,
    /// AWS's error code for a second one.
    pub error: EcoString,
    /// How values clash, where not by being equal.
    #[serde(default)]
    pub overlap: Option<Overlap>,
}

/// Where a value is unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// In all of AWS.
    Global,
    /// In one account.
    Account,
    /// In one region of an account.
    Region,
}

/// How values clash that are not equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// The last of the attributes is a CIDR that must not overlap another.
    Cidr,
    /// Letter case does not count.
    Case,
}

/// A default quota.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many objects.
    pub count: u32,
    /// Attributes of which each value has its own count (`vpc_id`); none for a count of the whole scope.
    #[serde(default)]
    pub per: Vec<EcoString>,
    /// Where they are counted.
    pub scope: Scope,
    /// AWS's error code above it.
    pub error: EcoString,
    /// The quota's code in Service Quotas.
    #[serde(default)]
    pub quota: Option<EcoString>,
}

/// The calls behind the operations of a type, for accounting and for the simulated cloud.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Api {
    /// The service as API calls name it: `ec2`.
    pub service: EcoString,
    /// The call that lists objects in bulk.
    pub list: EcoString,
    /// Objects per page of it; 0 where it has no pages.
    pub page: u32,
    /// The attribute whose every value needs a list call of its own (`listener_arn`); none for one list of all.
    pub list_per: Option<EcoString>,
    /// Further read calls: per object, or in batches.
    pub describe: Vec<Describe>,
    /// Whether the list call filters by tag.
    pub tag_filter: bool,
    /// The call that creates.
    pub create: EcoString,
    /// The calls that update, the usual one first.
    pub update: Vec<EcoString>,
    /// The call that deletes.
    pub delete: EcoString,
    /// Token bucket classes by operation (`create`, `update`, `delete`, `list`) where not the service's default.
    pub class: IndexMap<EcoString, EcoString>,
}

/// A read call beside the list call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Describe {
    /// The call.
    pub call: EcoString,
    /// Objects that one call answers for.
    pub batch: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ComputedFile {
    Template(EcoString),
    Full {
        template: EcoString,
        #[serde(default)]
        when: Option<super::Condition>,
        #[serde(default)]
        counts: bool,
    },
}

impl<'de> Deserialize<'de> for Computed {
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Ok(match ComputedFile::deserialize(source)? {
            ComputedFile::Template(text) => {
                Self { template: Template::parse(&text), when: None, counts: false }
            }
            ComputedFile::Full { template, when, counts } => {
                Self { template: Template::parse(&template), when, counts }
            }
        })
    }
}
