//! Data sources: one file each, and the list of them.

use std::marker::PhantomData;

use super::regional::Regional;
use crate::base::TypeName;
use crate::provider::{Error, ErrorClass, Future};
use crate::schema::Typed;
use crate::value::Value;

/// A data source on AWS.
pub trait Source: Send + Sync + 'static {
    /// The type's struct, made from its schema.
    type Spec: Typed + Send + Sync;

    /// Reads what the arguments in `config` ask for, and answers them with every computed attribute filled in.
    /// Nothing found, or more than one thing where one is asked for, is an error that says how to ask better.
    fn read(
        aws: &Regional,
        config: Self::Spec,
    ) -> impl std::future::Future<Output = Result<Self::Spec, Error>> + Send;
}

/// A [`Source`] without its type parameter.
pub trait Erased: Send + Sync {
    /// The type's name.
    fn type_name(&self) -> &'static str;
    /// See [`crate::provider::Reader::read_data`].
    fn read<'a>(&'a self, aws: &'a Regional, config: &'a Value) -> Future<'a, Value>;
}

struct Adapter<S>(PhantomData<fn() -> S>);

impl<S: Source> Erased for Adapter<S> {
    fn type_name(&self) -> &'static str {
        S::Spec::TYPE
    }

    fn read<'a>(&'a self, aws: &'a Regional, config: &'a Value) -> Future<'a, Value> {
        Box::pin(async move {
            let config = S::Spec::from_value(config).map_err(|error| {
                Error::new(
                    ErrorClass::Invalid,
                    format!("read {}", S::Spec::TYPE),
                    error.to_string(),
                )
            })?;
            Ok(S::read(aws, config).await?.to_value())
        })
    }
}

/// Every data source with an AWS file.
static SOURCES: &[&dyn Erased] = &[];

/// The code of a data source.
pub fn source(type_name: &TypeName) -> Option<&'static dyn Erased> {
    SOURCES.iter().copied().find(|source| *type_name == source.type_name())
}
