//! RDS: instances and replicas, subnet groups, parameter groups.

pub mod instance;
mod instance_create;
mod instance_read;
pub mod parameter_group;
pub mod subnet_group;

use std::collections::BTreeMap;

use aws_sdk_rds::types::Tag;
use futures_util::future::try_join_all;

use super::error::Operation as _;
use super::regional::Regional;
use super::resource::{TagChange, Tags};
use super::small;
use crate::provider::Error;

/// How many objects a page holds; the calls' own maximum.
const PAGE: i32 = 100;

fn tags_of(tags: &[Tag]) -> Tags {
    tags.iter()
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
        .collect()
}

/// Tags as a create call takes them.
fn tag_list(tags: &Tags) -> Option<Vec<Tag>> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    (!tags.is_empty()).then(|| tags.iter().map(tag).collect())
}

/// The tags of objects whose describe calls leave them out: one call each, which AWS does not spare.
async fn tags_by_arn(aws: &Regional, arns: Vec<String>) -> Result<BTreeMap<String, Tags>, Error> {
    let calls = arns.into_iter().map(|arn| async move {
        let call = aws.rds().list_tags_for_resource().resource_name(&arn);
        let answer = call.send().await.op("rds:ListTagsForResource")?;
        Ok::<_, Error>((arn, tags_of(answer.tag_list())))
    });
    Ok(try_join_all(calls).await?.into_iter().collect())
}

/// Writes and removes tags of an object.
async fn retag(aws: &Regional, arn: &str, change: &TagChange) -> Result<(), Error> {
    if let Some(tags) = tag_list(&change.set) {
        let call = aws.rds().add_tags_to_resource().resource_name(arn).set_tags(Some(tags));
        call.send().await.op("rds:AddTagsToResource")?;
    }
    if !change.remove.is_empty() {
        let call = aws.rds().remove_tags_from_resource().resource_name(arn);
        let call = call.set_tag_keys(Some(change.remove.clone()));
        call.send().await.op("rds:RemoveTagsFromResource")?;
    }
    Ok(())
}

fn set(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}
