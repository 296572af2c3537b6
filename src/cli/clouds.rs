//! The clouds that commands work on.

use std::sync::Arc;
use std::time::Duration;

use camino::Utf8Path;

use super::context::Context;
use super::env::{self, Environment};
use super::error::{CommandError, Kind};
use crate::provider::{ErrorClass, Writer};
use crate::schema::Registry;
use crate::sim::{Fault, Options, Sim};
use crate::world::Folder;

/// AWS, with this patience or its own; none where the program was built without it.
#[must_use]
pub fn aws(patience: Option<Duration>) -> Option<Arc<dyn Writer>> {
    #[cfg(feature = "aws")]
    let aws: Option<Arc<dyn Writer>> = {
        let usual = crate::aws::Options::default();
        let patience = patience.unwrap_or(usual.patience);
        Some(Arc::new(crate::aws::Aws::with(crate::aws::Options { patience, ..usual })))
    };
    #[cfg(not(feature = "aws"))]
    let aws = patience.and(None);
    aws
}

/// How long a call to AWS may take, where the environment says it.
///
/// # Errors
/// Where it says no duration.
pub fn patience(environment: &Environment) -> Result<Option<Duration>, CommandError> {
    let Some(text) = environment.value(&env::TERRACE_CALL_TIMEOUT) else { return Ok(None) };
    let patience = crate::base::duration(text).filter(|patience| !patience.is_zero());
    patience.map(Some).ok_or_else(|| {
        let detail = format!("TERRACE_CALL_TIMEOUT is \"{text}\"; write 30s, 5m or 1h30m");
        CommandError::say(Kind::Usage, "Invalid timeout", detail)
    })
}

/// The simulated AWS that is kept in the data folder. Its time is the runtime's, which stands still while something
/// happens and jumps ahead while everything waits: an hour of waiting passes in a moment. A killed run loses nothing of
/// it; after a power cut its last moments may be missing, as if somebody had undone them.
///
/// # Errors
/// Where its file cannot be read.
pub fn sim(
    folder: &Utf8Path,
    registry: &Arc<Registry>,
    context: &Context,
) -> Result<Arc<dyn Writer>, CommandError> {
    tokio::time::pause();
    let disk = Arc::new(Folder::new(folder.join("sim")).unforced());
    let faults = context.environment.value(&env::TERRACE_TEST_FAULTS).map(faults);
    let options = Options {
        start: context.world.clock.now(),
        faults: faults.unwrap_or_default(),
        ..Options::default()
    };
    let sim = Sim::open(registry.clone(), options, disk).map_err(|error| {
        CommandError::new(Kind::Cloud, "The simulated cloud cannot be read", error)
    })?;
    Ok(Arc::new(sim))
}

/// What goes wrong in a test: calls with the class of error that each ends in, `ec2:CreateVpc=Denied,*=Throttled`. Every
/// such call does; what is not understood is left out.
fn faults(text: &str) -> Vec<Fault> {
    let fault = |text: &str| {
        let (call, class) = text.split_once('=')?;
        let class = class_of(class)?;
        Some(Fault { call: call.to_owned(), after: 0, class, done: false, lasting: true })
    };
    text.split(',').filter_map(fault).collect()
}

fn class_of(name: &str) -> Option<ErrorClass> {
    use ErrorClass as E;
    let classes = [
        E::NotFound,
        E::AlreadyExists,
        E::Throttled,
        E::Denied,
        E::Credentials,
        E::Conflict,
        E::Dependency,
        E::Ambiguous,
        E::Invalid,
        E::Quota,
        E::Unreachable,
        E::Unsupported,
        E::Other,
    ];
    classes.into_iter().find(|class| format!("{class:?}") == name)
}
