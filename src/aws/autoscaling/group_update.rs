//! Changes of an `aws_autoscaling_group`: its settings, tags, traffic sources, processes and warm pool.

use aws_sdk_autoscaling::types as sdk;

use super::group::{distribution, maintenance, reservation, source, subnets, template, to_tag};
use super::{mixed_instances, small, some};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::Change;
use crate::provider::Error;
use crate::schema::typed::{AwsAutoscalingGroup, AwsAutoscalingGroupTrafficSource};

pub(super) async fn write_tags(aws: &Regional, tags: Vec<sdk::Tag>) -> Result<(), Error> {
    if !tags.is_empty() {
        let call = aws.autoscaling().create_or_update_tags().set_tags(Some(tags));
        call.send().await.op("autoscaling:CreateOrUpdateTags")?;
    }
    Ok(())
}

pub(super) async fn delete_tags(aws: &Regional, tags: Vec<sdk::Tag>) -> Result<(), Error> {
    if !tags.is_empty() {
        let call = aws.autoscaling().delete_tags().set_tags(Some(tags));
        call.send().await.op("autoscaling:DeleteTags")?;
    }
    Ok(())
}

pub(super) async fn tags(
    aws: &Regional,
    name: &str,
    change: &Change<AwsAutoscalingGroup>,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let gone = prior.tag.iter().filter(|tag| planned.tag.iter().all(|other| other.key != tag.key));
    delete_tags(
        aws,
        gone.map(|tag| to_tag(name, &tag.key, None, tag.propagate_at_launch)).collect(),
    )
    .await?;
    let new = planned.tag.iter().filter(|tag| !prior.tag.contains(tag));
    write_tags(
        aws,
        new.map(|tag| to_tag(name, &tag.key, Some(&tag.value), tag.propagate_at_launch)).collect(),
    )
    .await
}

/// Everything that `UpdateAutoScalingGroup` takes; what does not differ is left out, for others may be moving it.
pub(super) async fn settings(
    aws: &Regional,
    name: &str,
    change: &Change<AwsAutoscalingGroup>,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    /// The planned value of a field, where it differs.
    macro_rules! moved {
        ($field:ident) => {
            (prior.$field != planned.$field).then(|| planned.$field.clone())
        };
    }
    let empty = || aws.autoscaling().update_auto_scaling_group().auto_scaling_group_name(name);
    let call = empty()
        .set_min_size(moved!(min_size).map(small))
        .set_max_size(moved!(max_size).map(small))
        .set_desired_capacity(moved!(desired_capacity).flatten().map(small))
        .set_availability_zones(
            moved!(availability_zones)
                .filter(|zones| !zones.is_empty() && planned.vpc_zone_identifier.is_empty()),
        )
        .set_vpc_zone_identifier(moved!(vpc_zone_identifier).and_then(|_| subnets(planned)))
        .set_launch_configuration_name(
            moved!(launch_configuration).flatten().filter(|name| !name.is_empty()),
        )
        .set_launch_template(moved!(launch_template).flatten().as_ref().map(template))
        .set_mixed_instances_policy(
            moved!(mixed_instances_policy).flatten().as_ref().map(mixed_instances::to_sdk),
        )
        .set_default_cooldown(moved!(default_cooldown).flatten().map(small))
        // -1 takes a warm-up off again.
        .set_default_instance_warmup(
            moved!(default_instance_warmup).map(|seconds| seconds.map_or(-1, small)),
        )
        .set_health_check_type(moved!(health_check_type).flatten())
        .set_health_check_grace_period(moved!(health_check_grace_period).flatten().map(small))
        .set_placement_group(moved!(placement_group).map(Option::unwrap_or_default))
        .set_termination_policies(moved!(termination_policies).map(|policies| {
            if policies.is_empty() { vec!["Default".to_owned()] } else { policies }
        }))
        .set_new_instances_protected_from_scale_in(moved!(protect_from_scale_in).flatten())
        .set_capacity_rebalance(moved!(capacity_rebalance).map(Option::unwrap_or_default))
        .set_service_linked_role_arn(moved!(service_linked_role_arn).flatten())
        .set_max_instance_lifetime(
            moved!(max_instance_lifetime).map(|seconds| seconds.map_or(0, small)),
        )
        .set_context(moved!(context).map(Option::unwrap_or_default))
        .set_desired_capacity_type(moved!(desired_capacity_type).flatten())
        // -1 takes both limits off again.
        .set_instance_maintenance_policy(moved!(instance_maintenance_policy).map(|policy| {
            match &policy {
                Some(policy) => maintenance(policy),
                None => {
                    let none = sdk::InstanceMaintenancePolicy::builder();
                    none.min_healthy_percentage(-1).max_healthy_percentage(-1).build()
                }
            }
        }))
        .set_availability_zone_distribution(
            moved!(availability_zone_distribution).flatten().as_ref().map(distribution),
        )
        .set_capacity_reservation_specification(
            moved!(capacity_reservation_specification).flatten().as_ref().map(reservation),
        );
    if call.as_input() != empty().as_input() {
        call.send().await.op("autoscaling:UpdateAutoScalingGroup")?;
    }
    Ok(())
}

/// Elements of `to` that `from` lacks.
fn added<T: PartialEq + Clone>(from: &[T], to: &[T]) -> Vec<T> {
    to.iter().filter(|item| !from.contains(item)).cloned().collect()
}

/// Calls once for each ten of a list: AWS takes no more.
/// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachLoadBalancerTargetGroups.html
macro_rules! in_tens {
    ($call:expr, $set:ident, $items:expr, $operation:literal) => {
        for items in $items.chunks(10) {
            $call.$set(Some(items.to_vec())).send().await.op($operation)?;
        }
    };
}

/// What sends traffic to the instances. New sources come before old ones go.
pub(super) async fn sources(
    aws: &Regional,
    name: &str,
    change: &Change<AwsAutoscalingGroup>,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let autoscaling = aws.autoscaling();
    in_tens!(
        autoscaling.attach_load_balancer_target_groups().auto_scaling_group_name(name),
        set_target_group_arns,
        added(&prior.target_group_arns, &planned.target_group_arns),
        "autoscaling:AttachLoadBalancerTargetGroups"
    );
    in_tens!(
        autoscaling.detach_load_balancer_target_groups().auto_scaling_group_name(name),
        set_target_group_arns,
        added(&planned.target_group_arns, &prior.target_group_arns),
        "autoscaling:DetachLoadBalancerTargetGroups"
    );
    in_tens!(
        autoscaling.attach_load_balancers().auto_scaling_group_name(name),
        set_load_balancer_names,
        added(&prior.load_balancers, &planned.load_balancers),
        "autoscaling:AttachLoadBalancers"
    );
    in_tens!(
        autoscaling.detach_load_balancers().auto_scaling_group_name(name),
        set_load_balancer_names,
        added(&planned.load_balancers, &prior.load_balancers),
        "autoscaling:DetachLoadBalancers"
    );
    let to_sdk = |sources: Vec<AwsAutoscalingGroupTrafficSource>| {
        sources.iter().map(source).collect::<Vec<_>>()
    };
    in_tens!(
        autoscaling.attach_traffic_sources().auto_scaling_group_name(name),
        set_traffic_sources,
        to_sdk(added(&prior.traffic_source, &planned.traffic_source)),
        "autoscaling:AttachTrafficSources"
    );
    in_tens!(
        autoscaling.detach_traffic_sources().auto_scaling_group_name(name),
        set_traffic_sources,
        to_sdk(added(&planned.traffic_source, &prior.traffic_source)),
        "autoscaling:DetachTrafficSources"
    );
    Ok(())
}

/// Which of the group's processes are suspended, and which metrics it reports.
pub(super) async fn processes(
    aws: &Regional,
    name: &str,
    change: &Change<AwsAutoscalingGroup>,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let autoscaling = aws.autoscaling();
    if let Some(processes) = some(&added(&planned.suspended_processes, &prior.suspended_processes))
    {
        let call = autoscaling.resume_processes().auto_scaling_group_name(name);
        call.set_scaling_processes(Some(processes))
            .send()
            .await
            .op("autoscaling:ResumeProcesses")?;
    }
    if let Some(processes) = some(&added(&prior.suspended_processes, &planned.suspended_processes))
    {
        let call = autoscaling.suspend_processes().auto_scaling_group_name(name);
        call.set_scaling_processes(Some(processes))
            .send()
            .await
            .op("autoscaling:SuspendProcesses")?;
    }
    if let Some(metrics) = some(&added(&planned.enabled_metrics, &prior.enabled_metrics)) {
        let call = autoscaling.disable_metrics_collection().auto_scaling_group_name(name);
        call.set_metrics(Some(metrics)).send().await.op("autoscaling:DisableMetricsCollection")?;
    }
    if let Some(metrics) = some(&added(&prior.enabled_metrics, &planned.enabled_metrics)) {
        let granularity = planned.metrics_granularity.as_deref().unwrap_or("1Minute");
        let call = autoscaling.enable_metrics_collection().auto_scaling_group_name(name);
        let call = call.granularity(granularity).set_metrics(Some(metrics));
        call.send().await.op("autoscaling:EnableMetricsCollection")?;
    }
    Ok(())
}

pub(super) async fn warm_pool(
    aws: &Regional,
    name: &str,
    change: &Change<AwsAutoscalingGroup>,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    if prior.warm_pool == planned.warm_pool {
        return Ok(());
    }
    let Some(pool) = &planned.warm_pool else {
        let force = planned.force_delete_warm_pool.unwrap_or_default()
            || planned.force_delete.unwrap_or_default();
        let call =
            aws.autoscaling().delete_warm_pool().auto_scaling_group_name(name).force_delete(force);
        call.send().await.op("autoscaling:DeleteWarmPool")?;
        return Ok(());
    };
    let reuse = pool.instance_reuse_policy.as_ref().map(|policy| {
        sdk::InstanceReusePolicy::builder().set_reuse_on_scale_in(policy.reuse_on_scale_in).build()
    });
    let call = aws
        .autoscaling()
        .put_warm_pool()
        .auto_scaling_group_name(name)
        .set_max_group_prepared_capacity(pool.max_group_prepared_capacity.map(small))
        .set_min_size(pool.min_size.map(small))
        .set_pool_state(pool.pool_state.as_deref().map(Into::into))
        .set_instance_reuse_policy(reuse);
    call.send().await.op("autoscaling:PutWarmPool")?;
    Ok(())
}
