//! What a resource type's file provides, and the adapter that makes a [`crate::provider`] of it.

use std::collections::BTreeMap;
use std::future::Future;

use futures_util::future::try_join_all;

use super::regional::Regional;
use crate::base::{Id, StackName};
use crate::plan::{Live, Owner, Scope, Status};
use crate::provider::{
    ClaimRequest, CreateRequest, DeleteRequest, Error, ErrorClass, FindRequest, Goal, ListRequest,
    Poll, PollRequest, UpdateRequest, tags,
};
use crate::schema::{self, Typed};
use crate::value::{Type, Value};

/// How many ids one call may name, whatever the service: the least that any of them takes.
pub const BATCH: usize = 200;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// A resource type on AWS. See `docs/resource-types.md` for how one is written.
///
/// It sees only known values and never loops over time, sleeps, retries or prints.
pub trait Resource: Send + Sync + 'static {
    /// The type's struct, made from its schema.
    type Spec: Typed + Send + Sync;

    /// Every object that the stack may own, by bulk calls; see [`ListRequest`].
    fn list(
        aws: &Regional,
        query: &Query<'_>,
    ) -> impl Future<Output = Result<Vec<Found<Self::Spec>>, Error>> + Send;

    /// One object as it is now. `id` may be written as for an import.
    fn read(
        aws: &Regional,
        id: &Id,
    ) -> impl Future<Output = Result<Option<Found<Self::Spec>>, Error>> + Send;

    /// Makes an object, with its tags where the call takes them, and answers its id at once.
    fn create(
        aws: &Regional,
        new: &New<Self::Spec>,
    ) -> impl Future<Output = Result<Id, Error>> + Send;

    /// Sends what differs between `change.prior` and `change.planned`, apart from tags.
    fn update(
        aws: &Regional,
        id: &Id,
        change: &Change<Self::Spec>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// The id that an object has after [`Resource::update`], where the change gives it another one.
    fn renamed(_change: &Change<Self::Spec>) -> Option<Id> {
        None
    }

    /// Deletes an object. `NotFound` errors count as done.
    fn delete(
        aws: &Regional,
        id: &Id,
        prior: &Self::Spec,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// What bears the wanted name or value, whoever owns it. Needed for the idempotency classes `name` and `value`.
    fn find(
        _aws: &Regional,
        _new: &New<Self::Spec>,
    ) -> impl Future<Output = Result<Vec<Found<Self::Spec>>, Error>> + Send {
        async { Ok(Vec::new()) }
    }

    /// How far objects are; the default suits types whose calls return when they are done.
    fn poll(
        _aws: &Regional,
        ids: &[Id],
        goal: Goal,
    ) -> impl Future<Output = Result<BTreeMap<Id, Poll>, Error>> + Send {
        let reached = if goal == Goal::Deleted { Poll::Gone } else { Poll::Ready };
        let answer = ids.iter().map(|id| (id.clone(), reached.clone())).collect();
        async { Ok(answer) }
    }

    /// Writes and removes tags of an object. Types without tags keep the default.
    fn retag(
        _aws: &Regional,
        _id: &Id,
        _tags: &TagChange,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        async { Ok(()) }
    }
}

/// Whose objects a list is about.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The stack.
    pub stack: &'a StackName,
    /// Ids that are wanted whatever their tags.
    pub known: &'a [Id],
}

impl Query<'_> {
    /// Whether these are the tags of an object of the stack.
    #[must_use]
    pub fn owns(&self, tags: &Tags) -> bool {
        tags.get(tags::STACK).is_some_and(|stack| self.stack == stack.as_str())
    }

    /// Whether an object with these tags, or of this id, is wanted.
    #[must_use]
    pub fn wants(&self, tags: &Tags, id: &str) -> bool {
        self.owns(tags) || self.known.iter().any(|known| known == id)
    }
}

/// An object that is there.
#[derive(Clone, Debug)]
pub struct Found<S> {
    /// Its id, as Terraform's `id` attribute has it.
    pub id: Id,
    /// All of its attributes but `tags`, `tags_all` and `region`, which are filled in from `tags` and the region.
    pub spec: S,
    /// All of its tags.
    pub tags: Tags,
    /// What it is doing.
    pub status: Status,
}

impl<S> Found<S> {
    /// An object that can be used.
    pub fn ready(id: impl Into<Id>, spec: S, tags: Tags) -> Self {
        Self { id: id.into(), spec, tags, status: Status::Ready }
    }
}

/// An object to be made.
#[derive(Debug)]
pub struct New<S> {
    /// What it is to be.
    pub spec: S,
    /// All tags that it is to have from its first moment: the spec's, the provider's and the owner's.
    pub tags: Tags,
    /// The idempotency token of this intent: up to 64 characters of `[0-9a-f-]`.
    pub token: String,
}

/// An object to be changed.
#[derive(Debug)]
pub struct Change<S> {
    /// As it is.
    pub prior: S,
    /// As it is to be.
    pub planned: S,
}

/// Tags to be written and removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagChange {
    /// Written, whether they are there or not.
    pub set: Tags,
    /// Removed.
    pub remove: Vec<String>,
}

impl TagChange {
    fn between(prior: &Tags, planned: &Tags) -> Self {
        let set = planned.iter().filter(|(key, value)| prior.get(*key) != Some(value));
        let remove = prior.keys().filter(|key| !planned.contains_key(*key));
        Self {
            set: set.map(|(k, v)| (k.clone(), v.clone())).collect(),
            remove: remove.cloned().collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }
}

/// A [`Resource`] without its type parameter: what the registry holds.
pub trait Erased: Send + Sync {
    /// The type's name.
    fn type_name(&self) -> &'static str;
    /// See [`crate::provider::Reader::list`].
    fn list<'a>(&'a self, aws: &'a Regional, request: &'a ListRequest) -> Boxed<'a, Vec<Live>>;
    /// See [`crate::provider::Reader::read`].
    fn read<'a>(
        &'a self,
        aws: &'a Regional,
        scope: &'a Scope,
        id: &'a Id,
    ) -> Boxed<'a, Option<Live>>;
    /// See [`crate::provider::Writer::create`].
    fn create<'a>(&'a self, aws: &'a Regional, request: &'a CreateRequest) -> Boxed<'a, Id>;
    /// See [`crate::provider::Writer::find`].
    fn find<'a>(&'a self, aws: &'a Regional, request: &'a FindRequest) -> Boxed<'a, Vec<Live>>;
    /// See [`crate::provider::Writer::update`].
    fn update<'a>(&'a self, aws: &'a Regional, request: &'a UpdateRequest)
    -> Boxed<'a, Option<Id>>;
    /// See [`crate::provider::Writer::delete`].
    fn delete<'a>(&'a self, aws: &'a Regional, request: &'a DeleteRequest) -> Boxed<'a, ()>;
    /// See [`crate::provider::Writer::claim`].
    fn claim<'a>(&'a self, aws: &'a Regional, request: &'a ClaimRequest) -> Boxed<'a, ()>;
    /// See [`crate::provider::Writer::poll`].
    fn poll<'a>(
        &'a self,
        aws: &'a Regional,
        request: &'a PollRequest,
    ) -> Boxed<'a, BTreeMap<Id, Poll>>;
}

type Boxed<'a, T> = crate::provider::Future<'a, T>;

/// Makes an [`Erased`] of a [`Resource`].
pub struct Adapter<R>(pub std::marker::PhantomData<fn() -> R>);

impl<R: Resource> Adapter<R> {
    /// The adapter of `R`.
    #[must_use]
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<R: Resource> Erased for Adapter<R> {
    fn type_name(&self) -> &'static str {
        R::Spec::TYPE
    }

    fn list<'a>(&'a self, aws: &'a Regional, request: &'a ListRequest) -> Boxed<'a, Vec<Live>> {
        Box::pin(async move {
            let query = Query { stack: &request.stack, known: &request.known };
            let found = R::list(aws, &query).await?;
            Ok(found.into_iter().map(|found| live::<R>(aws, &request.scope, found)).collect())
        })
    }

    fn read<'a>(
        &'a self,
        aws: &'a Regional,
        scope: &'a Scope,
        id: &'a Id,
    ) -> Boxed<'a, Option<Live>> {
        Box::pin(async move {
            match R::read(aws, id).await {
                Ok(found) => Ok(found.map(|found| live::<R>(aws, scope, found))),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn create<'a>(&'a self, aws: &'a Regional, request: &'a CreateRequest) -> Boxed<'a, Id> {
        Box::pin(async move {
            let new = new::<R>(&request.desired, &request.owner, &request.token)?;
            R::create(aws, &new).await
        })
    }

    fn find<'a>(&'a self, aws: &'a Regional, request: &'a FindRequest) -> Boxed<'a, Vec<Live>> {
        Box::pin(async move {
            aws.memo().clear();
            let query = Query { stack: &request.owner.stack, known: &[] };
            let mut found = R::list(aws, &query).await?;
            found.retain(|found| {
                let owner = tags::owner_from_tags(&found.tags);
                owner.is_some_and(|owner| tags::says(&owner, &request.owner))
            });
            let named =
                R::find(aws, &new::<R>(&request.desired, &request.owner, &request.token)?).await?;
            let unseen =
                |id: &Id, found: &[Found<R::Spec>]| found.iter().all(|other| other.id != *id);
            for object in named {
                if unseen(&object.id, &found) {
                    found.push(object);
                }
            }
            Ok(found.into_iter().map(|found| live::<R>(aws, &request.scope, found)).collect())
        })
    }

    fn update<'a>(
        &'a self,
        aws: &'a Regional,
        request: &'a UpdateRequest,
    ) -> Boxed<'a, Option<Id>> {
        Box::pin(async move {
            let (prior, planned) = (spec::<R>(&request.prior)?, spec::<R>(&request.planned)?);
            let change = Change { prior, planned };
            let tags = TagChange::between(&tags_all(&request.prior), &tags_all(&request.planned));
            let renamed = R::renamed(&change);
            // What gets another id is retagged as long as it has the one that is known.
            if renamed.is_some() && !tags.is_empty() {
                R::retag(aws, &request.id, &tags).await?;
            }
            R::update(aws, &request.id, &change).await?;
            if renamed.is_none() && !tags.is_empty() {
                R::retag(aws, &request.id, &tags).await?;
            }
            Ok(renamed)
        })
    }

    fn delete<'a>(&'a self, aws: &'a Regional, request: &'a DeleteRequest) -> Boxed<'a, ()> {
        Box::pin(async move {
            match R::delete(aws, &request.id, &spec::<R>(&request.prior)?).await {
                Err(error) if !error.is_not_found() => Err(error),
                _ => Ok(()),
            }
        })
    }

    fn claim<'a>(&'a self, aws: &'a Regional, request: &'a ClaimRequest) -> Boxed<'a, ()> {
        Box::pin(async move {
            let set = request.owner.as_ref().map(tags::owner_to_tags).unwrap_or_default();
            let ours = [tags::STACK, tags::ADDRESS, tags::GENERATION, tags::NONCE];
            let remove =
                ours.iter().filter(|key| !set.contains_key(**key)).map(|key| (*key).into());
            let tags = TagChange { remove: remove.collect(), set };
            R::retag(aws, &request.id, &tags).await
        })
    }

    fn poll<'a>(
        &'a self,
        aws: &'a Regional,
        request: &'a PollRequest,
    ) -> Boxed<'a, BTreeMap<Id, Poll>> {
        Box::pin(async move {
            let batches = request.ids.chunks(BATCH).map(|ids| R::poll(aws, ids, request.goal));
            Ok(try_join_all(batches).await?.into_iter().flatten().collect())
        })
    }
}

fn spec<R: Resource>(value: &Value) -> Result<R::Spec, Error> {
    R::Spec::from_value(value).map_err(|error| {
        Error::new(ErrorClass::Invalid, format!("prepare {}", R::Spec::TYPE), error.to_string())
    })
}

fn new<R: Resource>(desired: &Value, owner: &Owner, token: &str) -> Result<New<R::Spec>, Error> {
    let mut tags = tags_all(desired);
    tags.extend(tags::owner_to_tags(owner));
    Ok(New { spec: spec::<R>(desired)?, tags, token: token.to_owned() })
}

/// The tags that a value asks for: `tags_all`, or `tags` where that is all there is.
fn tags_all(value: &Value) -> Tags {
    ["tags_all", "tags"]
        .iter()
        .find_map(|name| value.attribute(name)?.as_entries())
        .map(|entries| {
            entries
                .iter()
                .filter_map(|(k, v)| Some((k.to_string(), v.as_str()?.to_owned())))
                .collect()
        })
        .unwrap_or_default()
}

fn live<R: Resource>(aws: &Regional, scope: &Scope, found: Found<R::Spec>) -> Live {
    let Found { id, spec, tags, status } = found;
    let schema = schema::resource(R::Spec::TYPE).expect("a registered type has a schema");
    let value = spec.to_value();
    let mut attributes = value.as_entries().cloned().unwrap_or_default();
    let shown: BTreeMap<&String, &String> = tags
        .iter()
        .filter(|(key, _)| !key.starts_with(tags::PREFIX) && !key.starts_with("aws:"))
        .collect();
    for name in ["tags", "tags_all"] {
        if schema.block.attributes.contains_key(name) {
            let shown = shown.iter().map(|(k, v)| (k.as_str(), Value::string(v.as_str())));
            attributes.insert(name.into(), Value::map(Type::String, shown));
        }
    }
    if schema.block.attributes.contains_key("region") {
        attributes.insert("region".into(), Value::string(aws.region().as_str()));
    }
    if let Some(rule) = &schema.name_generation
        && attributes.get(&rule.prefix_attr).is_some_and(Value::is_null)
        && let Some(name) = attributes.get(&rule.attr).and_then(Value::as_str)
        && let Some(prefix) = schema::name_prefix(rule, name).map(Value::string)
    {
        attributes.insert(rule.prefix_attr.clone(), prefix);
    }
    // A type whose `id` attribute is not unique answers another one to be found by.
    let has_own = attributes.get("id").is_some_and(|id| !id.is_null());
    if schema.block.attributes.contains_key("id") && !has_own {
        attributes.insert("id".into(), Value::string(id.as_str()));
    }
    Live {
        type_name: R::Spec::TYPE.into(),
        scope: scope.clone(),
        id,
        value: Value::object(attributes),
        owner: tags::owner_from_tags(&tags),
        status,
    }
}
