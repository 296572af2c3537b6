//! What tests say in place of clouds: mocked providers, and objects, data sources and modules whose values are given.

mod cloud;
mod fill;
mod lookup;
mod objects;
mod read;

pub use cloud::MockCloud;
pub use lookup::{MockedProvider, Mocks};
pub use objects::Objects;
pub use read::{FileMocks, Key, RunMocks, of_file};
