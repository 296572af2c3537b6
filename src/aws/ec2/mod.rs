//! EC2: networks, addresses, instances, volumes, launch templates.

mod block_devices;
pub mod ebs_volume;
pub mod eip;
pub mod eip_association;
pub mod instance;
mod instance_launch;
mod instance_read;
mod instance_requirements;
mod instance_update;
pub mod internet_gateway;
pub mod key_pair;
pub mod launch_template;
mod launch_template_data;
mod launch_template_devices;
mod launch_template_interfaces;
pub mod nat_gateway;
mod permission;
pub mod route;
pub mod route_table;
pub mod route_table_association;
pub mod security_group;
pub mod security_group_rule;
pub mod subnet;
pub mod volume_attachment;
pub mod vpc;
pub mod vpc_security_group_rule;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use futures_util::future::try_join_all;

use super::error::Operation as _;
use super::regional::Regional;
use super::resource::{Query, TagChange, Tags};
use super::{small, some};
use crate::base::Id;
use crate::provider::{Error, Poll, tags};

/// How many objects a describe call may answer at once, for the calls that take up to 1,000.
const PAGE: i32 = 1000;

/// How many values a filter of a describe call takes.
const BATCH: usize = super::resource::BATCH;

/// A filter of a describe call.
fn filter<V: Into<String>>(name: &str, values: impl IntoIterator<Item = V>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values.into_iter().map(Into::into).collect()))
        .build()
}

/// A filter for what carries the stack's tag.
fn by_tag(query: &Query<'_>) -> Filter {
    filter(&format!("tag:{}", tags::STACK), [query.stack.as_str()])
}

/// How objects of a kind are known: the name of the filter for their ids, and where an object has its own.
struct Ids<T> {
    filter: &'static str,
    of: fn(&T) -> Option<&str>,
}

/// What the stack may own: what carries its tag, and what the manifest knows.
async fn owned<T, F>(
    query: &Query<'_>,
    ids: &Ids<T>,
    describe: impl Fn(Filter) -> F,
) -> Result<Vec<T>, Error>
where
    F: Future<Output = Result<Vec<T>, Error>>,
{
    let tagged = describe(by_tag(query)).await?;
    with_known(tagged, query.known.iter().map(Id::as_str), ids, describe).await
}

/// What carries the stack's tag, read once for all the types that need it.
async fn tagged<T, F>(
    aws: &Regional,
    query: &Query<'_>,
    operation: &str,
    describe: impl FnOnce(Filter) -> F,
) -> Result<Vec<T>, Error>
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<Vec<T>, Error>>,
{
    let name = format!("{operation} {}", query.stack);
    let tagged: Arc<Vec<T>> = aws.memo().once(name, || describe(by_tag(query))).await?;
    Ok(tagged.to_vec())
}

/// Objects that carry the stack's tag, and those of `known` from which somebody took it off: only ids that are not among
/// the former are asked for. In the order of their ids.
async fn with_known<'a, T, F>(
    tagged: Vec<T>,
    known: impl Iterator<Item = &'a str>,
    ids: &Ids<T>,
    describe: impl Fn(Filter) -> F,
) -> Result<Vec<T>, Error>
where
    F: Future<Output = Result<Vec<T>, Error>>,
{
    let seen: BTreeSet<&str> = tagged.iter().filter_map(ids.of).collect();
    let unseen: BTreeSet<&str> = known.filter(|id| !seen.contains(id)).collect();
    let unseen: Vec<&str> = unseen.into_iter().collect();
    let more = try_join_all(batches(ids.filter, &unseen).into_iter().map(describe)).await?;
    let mut objects: Vec<T> = tagged.into_iter().chain(more.into_iter().flatten()).collect();
    objects.sort_by(|a, b| (ids.of)(a).cmp(&(ids.of)(b)));
    Ok(objects)
}

/// Filters for any number of values: a filter takes 200.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>
fn batches(name: &str, values: &[&str]) -> Vec<Filter> {
    values.chunks(BATCH).map(|values| filter(name, values.iter().copied())).collect()
}

/// Tags as a map.
fn tags_of(tags: &[Tag]) -> Tags {
    tags.iter()
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
        .collect()
}

/// Tags as a create call takes them; none where there are none.
fn tag_specification(kind: ResourceType, tags: &Tags) -> Option<TagSpecification> {
    (!tags.is_empty()).then(|| {
        TagSpecification::builder().resource_type(kind).set_tags(Some(tag_list(tags))).build()
    })
}

fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// Writes and removes tags of any EC2 object.
async fn retag(aws: &Regional, id: &str, change: &TagChange) -> Result<(), Error> {
    if !change.set.is_empty() {
        let call = aws.ec2().create_tags().resources(id).set_tags(Some(tag_list(&change.set)));
        call.send().await.op("ec2:CreateTags")?;
    }
    if !change.remove.is_empty() {
        let keys = change.remove.iter().map(|key| Tag::builder().key(key).build()).collect();
        let call = aws.ec2().delete_tags().resources(id).set_tags(Some(keys));
        call.send().await.op("ec2:DeleteTags")?;
    }
    Ok(())
}

/// Answers for ids that a describe call no longer knows, beside the states of those that it does.
fn gone_unless_seen(ids: &[Id], seen: impl IntoIterator<Item = (Id, Poll)>) -> BTreeMap<Id, Poll> {
    let mut answer: BTreeMap<_, _> = ids.iter().map(|id| (id.clone(), Poll::Gone)).collect();
    answer.extend(seen);
    answer
}

/// A number of the SDK as the schema has it.
fn number(number: i32) -> i64 {
    i64::from(number)
}

/// A text that says something.
fn set(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Answers a filter as AWS does, from a list of ids, the first `tagged` of which carry the stack's tag.
    async fn listed(
        tagged: &[&str],
        untagged: &[&str],
        known: &[&str],
    ) -> (Vec<String>, Vec<Vec<String>>) {
        let asked = Mutex::new(Vec::new());
        let describe = |filter: Filter| {
            let values = filter.values().to_vec();
            let by_tag = filter.name() == Some("tag:terrace:stack");
            let all = tagged.iter().chain(if by_tag { &[][..] } else { untagged });
            let found = all.filter(|id| by_tag || values.iter().any(|value| value == *id));
            let found: Vec<String> = found.map(ToString::to_string).collect();
            asked.lock().expect("nobody panicked").push(values);
            async move { Ok(found) }
        };
        let stack = crate::base::StackName::from("shop");
        let known: Vec<Id> = known.iter().map(|id| Id::new(*id)).collect();
        let query = Query { stack: &stack, known: &known };
        let ids = Ids { filter: "vpc-id", of: |id: &String| Some(id.as_str()) };
        let found = owned(&query, &ids, describe).await.expect("it answers");
        (found, asked.into_inner().expect("nobody panicked"))
    }

    #[tokio::test]
    async fn what_carries_the_tag_is_asked_for_once() {
        let (found, asked) = listed(&["vpc-2", "vpc-1"], &[], &["vpc-1", "vpc-2"]).await;
        assert_eq!(found, ["vpc-1", "vpc-2"]);
        assert_eq!(asked, [["shop"]]);
    }

    #[tokio::test]
    async fn what_lost_the_tag_is_found_by_its_id() {
        let (found, asked) =
            listed(&["vpc-1"], &["vpc-0", "vpc-9"], &["vpc-1", "vpc-0", "vpc-3"]).await;
        assert_eq!(found, ["vpc-0", "vpc-1"]);
        assert_eq!(asked, [vec!["shop"], vec!["vpc-0", "vpc-3"]]);
    }
}
