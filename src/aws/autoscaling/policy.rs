//! `aws_autoscaling_policy`

use aws_sdk_autoscaling::types::{ScalingPolicy, StepAdjustment};

use super::{owned, predictive, small, target_tracking, wants_child};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::{AwsAutoscalingPolicy, AwsAutoscalingPolicyStepAdjustment};

/// How a group scales: target tracking, steps, simple, predictive.
pub struct Policy;

impl Resource for Policy {
    type Spec = AwsAutoscalingPolicy;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let groups = owned(aws, query).await?;
        let pages =
            aws.autoscaling().describe_policies().max_records(super::PAGE).into_paginator().items();
        let policies: Vec<_> =
            pages.send().collect::<Result<_, _>>().await.op("autoscaling:DescribePolicies")?;
        let found = policies.into_iter().map(found);
        Ok(found
            .filter(|one| {
                wants_child(&groups, query, &one.spec.autoscaling_group_name, one.id.as_str())
            })
            .collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let Some((group, name)) = id.as_str().split_once('/') else { return Ok(None) };
        let call =
            aws.autoscaling().describe_policies().auto_scaling_group_name(group).policy_names(name);
        let answer = call.send().await.op("autoscaling:DescribePolicies")?;
        Ok(answer.scaling_policies.unwrap_or_default().pop().map(found))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        put(aws, &new.spec).await?;
        Ok(Id::new(format!("{}/{}", new.spec.autoscaling_group_name, new.spec.name)))
    }

    async fn update(aws: &Regional, _id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        put(aws, &change.planned).await
    }

    async fn delete(aws: &Regional, _id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let call = aws
            .autoscaling()
            .delete_policy()
            .auto_scaling_group_name(&prior.autoscaling_group_name);
        call.policy_name(&prior.name).send().await.op("autoscaling:DeletePolicy")?;
        Ok(())
    }
}

/// Writes a policy whole; each kind takes its own arguments.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html>
async fn put(aws: &Regional, spec: &AwsAutoscalingPolicy) -> Result<(), Error> {
    let kind = spec.policy_type.as_deref().unwrap_or("SimpleScaling");
    let (simple, step, tracking, predictive) = (
        kind == "SimpleScaling",
        kind == "StepScaling",
        kind == "TargetTrackingScaling",
        kind == "PredictiveScaling",
    );
    let steps: Vec<_> = spec.step_adjustment.iter().map(to_step).collect();
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let tracked = spec.target_tracking_configuration.as_ref().filter(|_| tracking);
    let forecast = spec.predictive_scaling_configuration.as_ref().filter(|_| predictive);
    let call = aws
        .autoscaling()
        .put_scaling_policy()
        .auto_scaling_group_name(&spec.autoscaling_group_name)
        .policy_name(&spec.name)
        .policy_type(kind)
        .set_enabled(spec.enabled)
        .set_adjustment_type(text(&spec.adjustment_type).filter(|_| simple || step))
        .set_min_adjustment_magnitude(
            spec.min_adjustment_magnitude.filter(|size| *size > 0 && (simple || step)).map(small),
        )
        .set_scaling_adjustment(spec.scaling_adjustment.filter(|_| simple).map(small))
        .set_cooldown(spec.cooldown.filter(|_| simple).map(small))
        .set_metric_aggregation_type(text(&spec.metric_aggregation_type).filter(|_| step))
        .set_step_adjustments(step.then_some(steps))
        .set_estimated_instance_warmup(
            spec.estimated_instance_warmup.filter(|_| step || tracking).map(small),
        )
        .set_target_tracking_configuration(tracked.map(target_tracking::to_sdk))
        .set_predictive_scaling_configuration(forecast.and_then(predictive::to_sdk));
    call.send().await.op("autoscaling:PutScalingPolicy")?;
    Ok(())
}

fn to_step(step: &AwsAutoscalingPolicyStepAdjustment) -> StepAdjustment {
    let bound = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    StepAdjustment::builder()
        .set_metric_interval_lower_bound(bound(&step.metric_interval_lower_bound))
        .set_metric_interval_upper_bound(bound(&step.metric_interval_upper_bound))
        .scaling_adjustment(small(step.scaling_adjustment))
        .build()
}

fn from_step(step: &StepAdjustment) -> AwsAutoscalingPolicyStepAdjustment {
    AwsAutoscalingPolicyStepAdjustment {
        metric_interval_lower_bound: step
            .metric_interval_lower_bound
            .map(|bound| bound.to_string()),
        metric_interval_upper_bound: step
            .metric_interval_upper_bound
            .map(|bound| bound.to_string()),
        scaling_adjustment: step.scaling_adjustment.map(i64::from).unwrap_or_default(),
    }
}

fn found(policy: ScalingPolicy) -> Found<AwsAutoscalingPolicy> {
    let (group, name) = (
        policy.auto_scaling_group_name.unwrap_or_default(),
        policy.policy_name.unwrap_or_default(),
    );
    let id = format!("{group}/{name}");
    let spec = AwsAutoscalingPolicy {
        adjustment_type: policy.adjustment_type,
        arn: policy.policy_arn,
        autoscaling_group_name: group,
        cooldown: policy.cooldown.map(i64::from),
        enabled: policy.enabled,
        estimated_instance_warmup: policy.estimated_instance_warmup.map(i64::from),
        id: Some(name.clone()),
        metric_aggregation_type: policy.metric_aggregation_type,
        min_adjustment_magnitude: policy.min_adjustment_magnitude.map(i64::from),
        name,
        policy_type: policy.policy_type,
        scaling_adjustment: policy.scaling_adjustment.map(i64::from),
        predictive_scaling_configuration: policy
            .predictive_scaling_configuration
            .map(predictive::from_sdk),
        step_adjustment: policy
            .step_adjustments
            .unwrap_or_default()
            .iter()
            .map(from_step)
            .collect(),
        target_tracking_configuration: policy
            .target_tracking_configuration
            .map(target_tracking::from_sdk),
        ..AwsAutoscalingPolicy::default()
    };
    Found::ready(id, spec, Tags::new())
}
