//! Secrets Manager: secrets and their versions.

pub mod secret;
pub mod secret_version;
