//! What a plan is made from.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecow::EcoString;

use crate::base::{Address, Digest};
use crate::config::{Selected, Target};
use crate::diag::Span;
use crate::schema::Registry;
use crate::value::{Type, Value};

/// What is to come of the objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intent {
    /// Make them as the configuration says.
    #[default]
    Normal,
    /// Delete them all.
    Destroy,
    /// Only look at what changed.
    RefreshOnly,
}

/// What the user asks for beside the configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// What is to come of the objects.
    pub intent: Intent,
    /// Only these and what they need; all where empty.
    pub targets: Vec<Target>,
    /// All but these and what needs them.
    pub excludes: Vec<Target>,
    /// Objects to replace whatever their difference.
    pub replace: Vec<Address>,
    /// What is done about imports to addresses that no block declares.
    pub undeclared: UndeclaredImports,
}

/// What is done about an import to an address that no block declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UndeclaredImports {
    /// It is an error.
    #[default]
    Refused,
    /// The object is looked at, so that a block can be written for it.
    LookedAt,
}

/// Where a variable's value was given. Later ones win; see [`VariableInput`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `TF_VAR_name`
    Environment,
    /// A file of values: `terraform.tfvars`, `-var-file`.
    File(String),
    /// `-var name=value`
    Flag,
    /// Asked of the user.
    Prompt,
    /// In a test file.
    Test,
}

/// A value as it was given.
#[derive(Clone, PartialEq)]
pub enum Given {
    /// A text: itself for a variable of a primitive type, else an expression without references.
    Text(String),
    /// A value, from a file of values; where it stands.
    Value(Value, Option<Span>),
}

/// One value given to a variable.
#[derive(Clone)]
pub struct VariableInput {
    /// The variable.
    pub name: EcoString,
    /// Its value.
    pub given: Given,
    /// Where it was given.
    pub origin: Origin,
}

/// Places that `path.*` names, as the configuration is to see them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// `path.cwd`: absolute.
    pub cwd: String,
    /// `path.root`: `.` unless another directory was asked for.
    pub root: String,
}

/// What the ledger remembers of an earlier apply.
#[derive(Clone, Default)]
pub struct Remembered {
    /// Outputs of the last apply.
    pub outputs: BTreeMap<EcoString, RememberedOutput>,
    /// Per object, digests of the arguments that cannot be read back, by attribute path.
    pub write_only: BTreeMap<Address, BTreeMap<String, Digest>>,
    /// Per object, what the configuration said at the last apply of attributes that something else may move.
    pub configured: BTreeMap<Address, BTreeMap<EcoString, Value>>,
    /// Objects whose creation did not finish and that are to be replaced.
    pub tainted: std::collections::BTreeSet<Address>,
    /// Per object, the addresses of the resources that it depended on when it was made: the order for deleting what no
    /// block declares any more.
    pub dependencies: BTreeMap<Address, Vec<Address>>,
    /// Whether objects are to be made before the old one is deleted, from their last configuration.
    pub create_before_destroy: std::collections::BTreeSet<Address>,
}

/// An output as the ledger keeps it.
#[derive(Clone)]
pub struct RememberedOutput {
    /// Its value, with marks.
    pub value: Value,
    /// Its type.
    pub ty: Type,
    /// Whether it was declared sensitive.
    pub sensitive: bool,
}

/// Which types a cloud implements.
pub type Supports = Arc<dyn Fn(&crate::base::TypeName, crate::base::Mode) -> bool + Send + Sync>;

/// Everything that a plan is a function of, beside what the cloud answers.
#[derive(Clone)]
pub struct Input {
    /// The configuration in one phase.
    pub config: Arc<Selected>,
    /// What types there are.
    pub registry: Arc<Registry>,
    /// Given values of root variables, the weakest first.
    pub variables: Vec<VariableInput>,
    /// What the user asks for.
    pub options: Options,
    /// What the ledger remembers.
    pub remembered: Remembered,
    /// Which types the cloud implements.
    pub supports: Supports,
    /// `path.*`
    pub places: Places,
    /// `terraform.workspace`
    pub workspace: EcoString,
    /// The moment of the plan: `plantimestamp()`.
    pub time: jiff::Timestamp,
    /// The seed of generated names.
    pub seed: u64,
    /// What tests say in place of the cloud.
    pub stand_ins: Option<Arc<dyn super::StandIns>>,
    /// The outside, for functions that read files.
    pub world: crate::world::World,
}
