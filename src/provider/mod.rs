//! What the engine asks of a cloud and of a resource type, and how their errors are classed.
//!
//! A [`Reader`] can only look; the planner holds one and so cannot change anything, by type. A [`Writer`] changes.
//! Neither loops, sleeps, retries or prints: waiting, limits, retries and exactly-once are the engine's.

mod error;
mod policy_document;
mod reader;
mod router;
pub mod tags;
mod writer;

pub use error::{Error, ErrorClass};
pub use policy_document::policy_document;
pub use reader::{DataRequest, ListRequest, ReadRequest, Reader};
pub use router::Router;
pub use writer::{
    ClaimRequest, CreateRequest, DeleteRequest, FindRequest, Goal, Poll, PollRequest,
    UpdateRequest, Writer,
};

/// A boxed future, as object-safe traits need it.
pub type Future<'a, T> = futures_util::future::BoxFuture<'a, Result<T, Error>>;
