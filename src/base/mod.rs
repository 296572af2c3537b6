//! The words that every layer shares: addresses, names, digests, durations, natural order, quotes, "did you mean".

mod address;
mod digest;
mod duration;
mod name;
mod order;
mod quoted;
mod suggest;

pub use address::{Address, AddressError, Key, Mode, ModulePath, ModuleStep, ResourceAddress};
pub use digest::Digest;
pub use duration::{duration, nanoseconds};
pub use name::{Arn, Id, PhaseName, Region, StackName, TypeName};
pub use order::natural_cmp;
pub use quoted::Quoted;
pub use suggest::did_you_mean;
