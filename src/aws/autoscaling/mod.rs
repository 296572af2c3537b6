//! EC2 Auto Scaling: groups, policies, schedules, hooks.

pub mod attachment;
pub mod group;
mod group_read;
mod group_update;
pub mod lifecycle_hook;
mod mixed_instances;
pub mod policy;
mod predictive;
mod refresh;
mod requirements;
pub mod schedule;
mod target_tracking;

use std::sync::Arc;

use aws_sdk_autoscaling::types::{AutoScalingGroup, Filter};

use super::error::Operation as _;
use super::regional::Regional;
use super::resource::Query;
use super::{small, some};
use crate::provider::{Error, tags};

/// How many objects a page holds; the calls' own maximum.
const PAGE: i32 = 100;

/// The groups that carry the stack's tag, read once for all the types that need them.
async fn owned(aws: &Regional, query: &Query<'_>) -> Result<Arc<Vec<AutoScalingGroup>>, Error> {
    let filter =
        Filter::builder().name(format!("tag:{}", tags::STACK)).values(query.stack.as_str()).build();
    let read = || async move {
        let pages = aws
            .autoscaling()
            .describe_auto_scaling_groups()
            .filters(filter)
            .max_records(PAGE)
            .into_paginator()
            .items();
        let groups = pages.send().collect::<Result<Vec<_>, _>>().await;
        groups.op("autoscaling:DescribeAutoScalingGroups")
    };
    aws.memo().once(format!("autoscaling:DescribeAutoScalingGroups {}", query.stack), read).await
}

/// Groups by name; those that are not there are left out.
async fn named(aws: &Regional, names: Vec<String>) -> Result<Vec<AutoScalingGroup>, Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let call =
        aws.autoscaling().describe_auto_scaling_groups().set_auto_scaling_group_names(Some(names));
    let pages = call.max_records(PAGE).into_paginator().items();
    pages.send().collect::<Result<_, _>>().await.op("autoscaling:DescribeAutoScalingGroups")
}

/// Whether a child of the group `group` is wanted: the group is the stack's, or the manifest knows the child.
fn wants_child(groups: &[AutoScalingGroup], query: &Query<'_>, group: &str, id: &str) -> bool {
    groups.iter().any(|owned| owned.auto_scaling_group_name() == Some(group))
        || query.known.iter().any(|known| known == id)
}
