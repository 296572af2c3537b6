//! Elastic Load Balancing v2: load balancers, target groups, listeners, rules.

mod action;
pub mod lb;
pub mod listener;
pub mod listener_rule;
pub mod target_group;
pub mod target_group_attachment;

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{LoadBalancer, Tag, TargetGroup};
use futures_util::future::try_join_all;

use super::error::Operation as _;
use super::regional::Regional;
use super::resource::{TagChange, Tags};
use crate::provider::Error;

/// How many objects a page holds; the calls' own maximum.
const PAGE: i32 = 400;
/// How many ARNs a call for tags takes.
const TAG_BATCH: usize = 20;

/// Attributes of a load balancer, target group or listener: texts by name.
type Attributes = BTreeMap<String, String>;

/// The tags of many objects, 20 a call.
async fn tags_of(aws: &Regional, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
    let calls = arns.chunks(TAG_BATCH).map(|arns| async move {
        let call = aws.elbv2().describe_tags().set_resource_arns(Some(arns.to_vec()));
        call.send().await.op("elasticloadbalancing:DescribeTags")
    });
    let mut tags = BTreeMap::new();
    for answer in try_join_all(calls).await? {
        for description in answer.tag_descriptions.unwrap_or_default() {
            let of_one = description.tags.unwrap_or_default().into_iter();
            let of_one = of_one.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())));
            tags.insert(description.resource_arn.unwrap_or_default(), of_one.collect());
        }
    }
    Ok(tags)
}

fn tag_list(tags: &Tags) -> Option<Vec<Tag>> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    (!tags.is_empty()).then(|| tags.iter().map(tag).collect())
}

/// Writes and removes tags of an object.
async fn retag(aws: &Regional, arn: &str, change: &TagChange) -> Result<(), Error> {
    if !change.set.is_empty() {
        let call = aws.elbv2().add_tags().resource_arns(arn).set_tags(tag_list(&change.set));
        call.send().await.op("elasticloadbalancing:AddTags")?;
    }
    if !change.remove.is_empty() {
        let call =
            aws.elbv2().remove_tags().resource_arns(arn).set_tag_keys(Some(change.remove.clone()));
        call.send().await.op("elasticloadbalancing:RemoveTags")?;
    }
    Ok(())
}

/// Every load balancer of the region, read once for all the types that need it; the call has no filter for tags.
async fn all_load_balancers(aws: &Regional) -> Result<std::sync::Arc<Vec<LoadBalancer>>, Error> {
    let read = || async move {
        let pages = aws.elbv2().describe_load_balancers().page_size(PAGE).into_paginator().items();
        pages
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .op("elasticloadbalancing:DescribeLoadBalancers")
    };
    aws.memo().once("elbv2:DescribeLoadBalancers", read).await
}

/// Every target group of the region, read once.
async fn all_target_groups(aws: &Regional) -> Result<std::sync::Arc<Vec<TargetGroup>>, Error> {
    let read = || async move {
        let pages = aws.elbv2().describe_target_groups().page_size(PAGE).into_paginator().items();
        pages
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .op("elasticloadbalancing:DescribeTargetGroups")
    };
    aws.memo().once("elbv2:DescribeTargetGroups", read).await
}

/// The tags of all of these, asked once.
async fn all_tags(
    aws: &Regional,
    kind: &str,
    arns: Vec<String>,
) -> Result<std::sync::Arc<BTreeMap<String, Tags>>, Error> {
    let read = || async move { tags_of(aws, &arns).await };
    aws.memo().once(format!("elbv2:DescribeTags {kind}"), read).await
}

/// The end of an ARN as CloudWatch names the object: `app/shop/50dc6c495c0c9188`, `targetgroup/shop/73e2d6bc24d8a067`.
fn arn_suffix(arn: &str) -> Option<String> {
    let resource = arn.rsplit(':').next()?;
    Some(resource.strip_prefix("loadbalancer/").unwrap_or(resource).to_owned())
}

/// An attribute that is `true` or `false`.
fn flag(attributes: &Attributes, name: &str) -> Option<bool> {
    attributes.get(name)?.parse().ok()
}

/// An attribute that is a whole number.
fn whole(attributes: &Attributes, name: &str) -> Option<i64> {
    attributes.get(name)?.parse().ok()
}

/// An attribute that is a text; none where AWS has the empty one.
fn text(attributes: &Attributes, name: &str) -> Option<String> {
    attributes.get(name).filter(|text| !text.is_empty()).cloned()
}

/// The attributes whose texts differ.
fn changed(prior: &Attributes, planned: &Attributes) -> Vec<(String, String)> {
    let differs = |(name, value): &(&String, &String)| prior.get(*name) != Some(*value);
    planned.iter().filter(differs).map(|(name, value)| (name.clone(), value.clone())).collect()
}
