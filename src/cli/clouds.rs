//! The clouds that commands work on.

use std::sync::Arc;

use camino::Utf8Path;

use super::context::Context;
use super::error::{CommandError, Kind};
use crate::provider::Writer;
use crate::schema::Registry;
use crate::sim::{Options, Sim};
use crate::world::Folder;

/// AWS; none where the program was built without it.
#[must_use]
pub fn aws() -> Option<Arc<dyn Writer>> {
    #[cfg(feature = "aws")]
    let aws: Option<Arc<dyn Writer>> = Some(Arc::new(crate::aws::Aws::new()));
    #[cfg(not(feature = "aws"))]
    let aws = None;
    aws
}

/// The simulated AWS that is kept in the data folder. Its time is the runtime's, which stands still while something
/// happens and jumps ahead while everything waits: an hour of waiting passes in a moment.
///
/// # Errors
/// Where its file cannot be read.
pub fn sim(
    folder: &Utf8Path,
    registry: &Arc<Registry>,
    context: &Context,
) -> Result<Arc<dyn Writer>, CommandError> {
    tokio::time::pause();
    let disk = Arc::new(Folder::new(folder.join("sim")));
    let options = Options { start: context.world.clock.now(), ..Options::default() };
    let sim = Sim::open(registry.clone(), options, disk).map_err(|error| {
        CommandError::new(Kind::Cloud, "The simulated cloud cannot be read", error)
    })?;
    Ok(Arc::new(sim))
}
