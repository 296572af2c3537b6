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

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};

use super::error::Operation as _;
use super::regional::Regional;
use super::resource::{Query, TagChange, Tags};
use super::{small, some};
use crate::provider::{Error, tags};

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

/// What a list has to ask for: by the stack's tag, and by id what the manifest knows.
fn filters(query: &Query<'_>, id_filter: &str) -> Vec<Filter> {
    let by_tag = filter(&format!("tag:{}", tags::STACK), [query.stack.as_str()]);
    let known: Vec<&str> = query.known.iter().map(crate::base::Id::as_str).collect();
    std::iter::once(by_tag).chain(batches(id_filter, &known)).collect()
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
fn gone_unless_seen(
    ids: &[crate::base::Id],
    seen: impl IntoIterator<Item = (crate::base::Id, crate::provider::Poll)>,
) -> std::collections::BTreeMap<crate::base::Id, crate::provider::Poll> {
    let mut answer: std::collections::BTreeMap<_, _> =
        ids.iter().map(|id| (id.clone(), crate::provider::Poll::Gone)).collect();
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
