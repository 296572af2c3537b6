//! Ephemeral resources: one file each, and the list of them. AWS only looks them up, so that nothing is closed.

mod parameter;
mod secret_version;

use super::data::{Adapter, Erased};
use crate::base::TypeName;

static SOURCES: &[&dyn Erased] =
    &[&Adapter::<parameter::Parameter>::new(), &Adapter::<secret_version::SecretVersion>::new()];

/// The code of an ephemeral resource.
pub fn source(type_name: &TypeName) -> Option<&'static dyn Erased> {
    SOURCES.iter().copied().find(|source| *type_name == source.type_name())
}
