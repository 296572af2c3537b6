//! What tests are carried out with.

use std::sync::Arc;
use std::time::Duration;

use crate::base::StackName;
use crate::engine::{Cancel, Types};
use crate::plan::VariableInput;
use crate::provider::Writer;
use crate::schema::Registry;
use crate::world::{Disk, Processes, World};

/// Makes the clouds of one file, beside the objects that exist only in its ledgers.
pub type CloudParts = Arc<dyn Fn() -> Vec<Arc<dyn Writer>> + Send + Sync>;

/// Where the ledgers of tests are kept while they run, so that a test that is killed is not forgotten.
pub trait Keep: Send + Sync {
    /// The disk of a stack's ledger.
    fn disk(&self, stack: &StackName) -> Arc<dyn Disk>;

    /// Forgets a stack of which nothing is left.
    fn forget(&self, stack: &StackName);
}

/// What the stacks of tests are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As the configuration says: the cloud is the test's own.
    Own,
    /// Something that nobody else is called, so that a test never takes what is live for its own.
    Unique,
}

/// What tests are carried out with.
pub struct Bench {
    /// Files, clock, randomness.
    pub world: World,
    /// Every type.
    pub registry: Arc<Registry>,
    /// The same as the engine sees them.
    pub types: Arc<dyn Types>,
    /// The clouds of a file.
    pub clouds: CloudParts,
    /// Where ledgers are kept; in memory alone where nothing outlives the tests.
    pub keep: Option<Arc<dyn Keep>>,
    /// How often it is told what goes on, where that takes long.
    pub telling: Option<Duration>,
    /// What stacks are called.
    pub naming: Naming,
    /// Values given to variables outside of test files, the weakest first.
    pub globals: Vec<VariableInput>,
    /// The same for files in the folder for tests; they win.
    pub test_globals: Vec<VariableInput>,
    /// How the tests are asked to end.
    pub cancel: Cancel,
    /// What runs commands of provisioners.
    pub processes: Arc<dyn Processes>,
    /// Calls at a time.
    pub parallelism: usize,
    /// Whether plans and live objects are kept to be shown.
    pub verbose: bool,
    /// What everything that is made up comes from.
    pub seed: u64,
}
