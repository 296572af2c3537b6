//! `aws_lb_target_group_attachment`

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    TargetDescription, TargetHealthDescription, TargetHealthStateEnum,
};
use futures_util::future::try_join_all;

use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::{Digest, Id};
use crate::provider::{Error, Goal, Poll, tags};
use crate::schema::typed::AwsLbTargetGroupAttachment;

/// That a target is registered with a target group.
pub struct TargetGroupAttachment;

impl Resource for TargetGroupAttachment {
    type Spec = AwsLbTargetGroupAttachment;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let all = super::all_target_groups(aws).await?;
        let arns: Vec<_> = all.iter().filter_map(|group| group.target_group_arn.clone()).collect();
        let all_tags = super::all_tags(aws, "target groups", arns).await?;
        let is_wanted = |arn: &String| {
            let owned = all_tags.get(arn).and_then(|of_one| of_one.get(tags::STACK));
            owned.is_some_and(|stack| query.stack == stack.as_str())
                || query.known.iter().any(|id| id.as_str().starts_with(arn.as_str()))
        };
        let groups = all.iter().filter(|group| group.target_group_arn.iter().any(is_wanted));
        let wanted = groups.map(|group| async move {
            let targets = targets(aws, group.target_group_arn().unwrap_or_default()).await?;
            Ok(targets.into_iter().map(|(found, _)| as_written(found, group.port)))
        });
        Ok(try_join_all(wanted).await?.into_iter().flatten().collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let arn = group_of(id);
        let registered = targets(aws, arn).await?.into_iter().map(|(found, _)| found);
        let Some(found) = registered.into_iter().find(|found| found.id == *id) else {
            return Ok(None);
        };
        let call = aws.elbv2().describe_target_groups().target_group_arns(arn);
        let answer = call.send().await.op("elasticloadbalancing:DescribeTargetGroups")?;
        let port = answer.target_groups().first().and_then(|group| group.port);
        Ok(Some(as_written(found, port)))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let call = aws.elbv2().register_targets().target_group_arn(&new.spec.target_group_arn);
        call.targets(target(&new.spec)).send().await.op("elasticloadbalancing:RegisterTargets")?;
        // The port that AWS fills in is the group's, so the id is known only once the target is seen.
        let registered = targets(aws, &new.spec.target_group_arn).await?;
        let is_it = |spec: &Self::Spec| {
            spec.target_id == new.spec.target_id
                && (new.spec.port.is_none() || spec.port == new.spec.port)
        };
        let seen =
            registered.into_iter().find(|(found, _)| is_it(&found.spec)).map(|(found, _)| found.id);
        Ok(seen.unwrap_or_else(|| id_of(&new.spec)))
    }

    /// Every attribute replaces.
    async fn update(_aws: &Regional, _id: &Id, _change: &Change<Self::Spec>) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(aws: &Regional, _id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.elbv2().deregister_targets().target_group_arn(&prior.target_group_arn);
        call.targets(target(prior)).send().await.op("elasticloadbalancing:DeregisterTargets")?;
        Ok(())
    }

    async fn poll(aws: &Regional, ids: &[Id], goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let mut answer: BTreeMap<_, _> = ids.iter().map(|id| (id.clone(), Poll::Gone)).collect();
        let mut groups: Vec<_> = ids.iter().map(group_of).collect();
        groups.sort_unstable();
        groups.dedup();
        for (found, state) in try_join_all(groups.into_iter().map(|arn| targets(aws, arn)))
            .await?
            .into_iter()
            .flatten()
        {
            let poll = match state {
                Some(TargetHealthStateEnum::Draining) if goal == Goal::Deleted => Poll::Gone,
                _ => Poll::Ready,
            };
            answer.entry(found.id).and_modify(|entry| *entry = poll);
        }
        Ok(answer)
    }
}

/// `{target group}-{digest of what is registered}`: the same target has the same id in every run.
fn id_of(spec: &AwsLbTargetGroupAttachment) -> Id {
    let port = spec.port.map(|port| port.to_string()).unwrap_or_default();
    let digest = Digest::of_parts([&spec.target_id, &port]);
    Id::new(format!("{}-{}", spec.target_group_arn, digest.short(26)))
}

/// A target that listens on its group's own port is written without one: AWS fills it in.
fn as_written(
    mut found: Found<AwsLbTargetGroupAttachment>,
    port_of_group: Option<i32>,
) -> Found<AwsLbTargetGroupAttachment> {
    found.spec.port = found.spec.port.filter(|port| Some(*port) != port_of_group.map(i64::from));
    found
}

fn group_of(id: &Id) -> &str {
    id.as_str().rsplit_once('-').map_or(id.as_str(), |(arn, _)| arn)
}

fn target(spec: &AwsLbTargetGroupAttachment) -> TargetDescription {
    TargetDescription::builder()
        .id(&spec.target_id)
        .set_port(spec.port.and_then(|port| i32::try_from(port).ok()))
        .set_availability_zone(spec.availability_zone.clone().filter(|zone| !zone.is_empty()))
        .build()
}

/// The targets of a group with their states; one that is leaving is not registered any more.
async fn targets(
    aws: &Regional,
    arn: &str,
) -> Result<Vec<(Found<AwsLbTargetGroupAttachment>, Option<TargetHealthStateEnum>)>, Error> {
    let call = aws.elbv2().describe_target_health().target_group_arn(arn);
    let answer = call.send().await.op("elasticloadbalancing:DescribeTargetHealth")?;
    let descriptions = answer.target_health_descriptions.unwrap_or_default().into_iter();
    let with_state = |description: TargetHealthDescription| {
        let state = description.target_health.and_then(|health| health.state);
        let target = description.target?;
        let spec = AwsLbTargetGroupAttachment {
            availability_zone: target.availability_zone,
            port: target.port.map(i64::from),
            target_group_arn: arn.to_owned(),
            target_id: target.id.unwrap_or_default(),
            ..AwsLbTargetGroupAttachment::default()
        };
        let is_leaving = state == Some(TargetHealthStateEnum::Draining);
        (!is_leaving).then(|| (Found::ready(id_of(&spec), spec, Tags::new()), state))
    };
    Ok(descriptions.filter_map(with_state).collect())
}
