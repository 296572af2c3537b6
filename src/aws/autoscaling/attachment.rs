//! `aws_autoscaling_attachment`

use futures_util::future::try_join_all;

use super::{named, owned};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsAutoscalingAttachment;

/// That a group's instances are targets of a target group or classic load balancer.
pub struct Attachment;

impl Resource for Attachment {
    type Spec = AwsAutoscalingAttachment;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let groups = owned(aws, query).await?;
        let mut found: Vec<_> = groups.iter().flat_map(attachments).collect();
        let unseen = query.known.iter().filter(|id| found.iter().all(|one| one.id != **id));
        let reads = try_join_all(unseen.map(|id| Self::read(aws, id))).await?;
        found.extend(reads.into_iter().flatten());
        Ok(found)
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let group = id.as_str().split_once('/').map_or(id.as_str(), |(group, _)| group);
        let groups = named(aws, vec![group.to_owned()]).await?;
        Ok(groups.iter().flat_map(attachments).find(|one| one.id == *id))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let (group, autoscaling) = (&new.spec.autoscaling_group_name, aws.autoscaling());
        if let Some(arn) = &new.spec.lb_target_group_arn {
            let call =
                autoscaling.attach_load_balancer_target_groups().auto_scaling_group_name(group);
            call.target_group_arns(arn)
                .send()
                .await
                .op("autoscaling:AttachLoadBalancerTargetGroups")?;
        }
        if let Some(name) = &new.spec.elb {
            let call = autoscaling.attach_load_balancers().auto_scaling_group_name(group);
            call.load_balancer_names(name).send().await.op("autoscaling:AttachLoadBalancers")?;
        }
        Ok(id_of(&new.spec))
    }

    /// Every attribute replaces.
    async fn update(_aws: &Regional, _id: &Id, _change: &Change<Self::Spec>) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(aws: &Regional, _id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let (group, autoscaling) = (&prior.autoscaling_group_name, aws.autoscaling());
        if let Some(arn) = &prior.lb_target_group_arn {
            let call =
                autoscaling.detach_load_balancer_target_groups().auto_scaling_group_name(group);
            call.target_group_arns(arn)
                .send()
                .await
                .op("autoscaling:DetachLoadBalancerTargetGroups")?;
        }
        if let Some(name) = &prior.elb {
            let call = autoscaling.detach_load_balancers().auto_scaling_group_name(group);
            call.load_balancer_names(name).send().await.op("autoscaling:DetachLoadBalancers")?;
        }
        Ok(())
    }
}

/// `{group}/{what is attached}`
fn id_of(spec: &AwsAutoscalingAttachment) -> Id {
    let other = spec.lb_target_group_arn.as_deref().or(spec.elb.as_deref()).unwrap_or_default();
    Id::new(format!("{}/{other}", spec.autoscaling_group_name))
}

fn attachments(
    group: &aws_sdk_autoscaling::types::AutoScalingGroup,
) -> Vec<Found<AwsAutoscalingAttachment>> {
    let name = group.auto_scaling_group_name().unwrap_or_default();
    let spec = || AwsAutoscalingAttachment {
        autoscaling_group_name: name.to_owned(),
        ..AwsAutoscalingAttachment::default()
    };
    let targets = group
        .target_group_arns()
        .iter()
        .map(|arn| AwsAutoscalingAttachment { lb_target_group_arn: Some(arn.clone()), ..spec() });
    let balancers = group.load_balancer_names().iter();
    let balancers =
        balancers.map(|name| AwsAutoscalingAttachment { elb: Some(name.clone()), ..spec() });
    targets.chain(balancers).map(|spec| Found::ready(id_of(&spec), spec, Tags::new())).collect()
}
