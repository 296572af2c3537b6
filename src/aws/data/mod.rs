//! Data sources: one file each, and the list of them.

mod account;
mod ami;
mod instance_type;
mod instances;
mod network;
mod parameter;
mod zones;

use std::marker::PhantomData;

use aws_sdk_ec2::types::{Filter, Tag};

use super::regional::Regional;
use super::resource::Tags;
use crate::base::TypeName;
use crate::provider::{Error, ErrorClass, Future, policy_document};
use crate::schema::Typed;
use crate::value::Value;

/// What is only read, on AWS: a data source, or an ephemeral resource.
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

/// Makes a [`Source`] an [`Erased`] one.
pub(super) struct Adapter<S>(PhantomData<fn() -> S>);

impl<S> Adapter<S> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

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

/// The one data source that asks no cloud.
struct PolicyDocument;

impl Erased for PolicyDocument {
    fn type_name(&self) -> &'static str {
        "aws_iam_policy_document"
    }

    fn read<'a>(&'a self, _aws: &'a Regional, config: &'a Value) -> Future<'a, Value> {
        Box::pin(std::future::ready(policy_document(config)))
    }
}

/// Every data source with an AWS file.
static SOURCES: &[&dyn Erased] = &[
    &Adapter::<account::CallerIdentity>::new(),
    &Adapter::<account::DefaultTags>::new(),
    &Adapter::<account::Partition>::new(),
    &Adapter::<account::Region>::new(),
    &Adapter::<ami::Ami>::new(),
    &Adapter::<instance_type::InstanceType>::new(),
    &Adapter::<instances::Instances>::new(),
    &Adapter::<network::SecurityGroup>::new(),
    &Adapter::<network::Subnet>::new(),
    &Adapter::<network::Subnets>::new(),
    &Adapter::<network::Vpc>::new(),
    &Adapter::<parameter::Parameter>::new(),
    &Adapter::<zones::Zones>::new(),
    &PolicyDocument,
];

/// The code of a data source.
pub fn source(type_name: &TypeName) -> Option<&'static dyn Erased> {
    SOURCES.iter().copied().find(|source| *type_name == source.type_name())
}

/// The one thing that was found.
fn one<T>(type_name: &str, found: Vec<T>, hint: &str) -> Result<T, Error> {
    let count = found.len();
    let mut found = found.into_iter();
    match (found.next(), count) {
        (Some(one), 1) => Ok(one),
        (_, 0) => Err(nothing(type_name, &format!("nothing matches; {hint}"))),
        _ => Err(nothing(type_name, &format!("{count} match where one is asked for; {hint}"))),
    }
}

fn nothing(type_name: &str, message: &str) -> Error {
    Error::new(ErrorClass::Invalid, format!("read {type_name}"), message)
}

/// Filters of a describe call, those that are given and those that other arguments mean; none where there are none.
fn filters<'a>(
    given: impl Iterator<Item = (&'a String, &'a Vec<String>)>,
    wanted: &'a [(String, Vec<String>)],
) -> Option<Vec<Filter>> {
    let filter = |(name, values): (&String, &Vec<String>)| {
        Filter::builder().name(name).set_values(Some(values.clone())).build()
    };
    let wanted = wanted.iter().map(|(name, values)| (name, values));
    let filters: Vec<Filter> = given.chain(wanted).map(filter).collect();
    (!filters.is_empty()).then_some(filters)
}

/// Filters by tags.
fn tag_filters(tags: &Tags) -> Vec<(String, Vec<String>)> {
    tags.iter().map(|(key, value)| (format!("tag:{key}"), vec![value.clone()])).collect()
}

/// Tags as a map, without terrace's own.
fn tags_of(tags: &[Tag]) -> Tags {
    let shown = tags
        .iter()
        .filter(|tag| !tag.key().unwrap_or_default().starts_with(crate::provider::tags::PREFIX));
    shown
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
        .collect()
}
