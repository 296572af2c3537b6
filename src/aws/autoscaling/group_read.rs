//! What is live of an `aws_autoscaling_group`, from the SDK's answer.

use aws_sdk_autoscaling::types as sdk;

use super::mixed_instances;
use crate::aws::resource::{Found, Tags};
use crate::base::Id;
use crate::plan::Status;
use crate::provider::tags;
use crate::schema::typed::{
    AwsAutoscalingGroup, AwsAutoscalingGroupAvailabilityZoneDistribution,
    AwsAutoscalingGroupCapacityReservationSpecification,
    AwsAutoscalingGroupCapacityReservationSpecificationCapacityReservationTarget,
    AwsAutoscalingGroupInstanceMaintenancePolicy, AwsAutoscalingGroupLaunchTemplate,
    AwsAutoscalingGroupTag, AwsAutoscalingGroupTrafficSource, AwsAutoscalingGroupWarmPool,
    AwsAutoscalingGroupWarmPoolInstanceReusePolicy,
};

pub(super) fn found(group: sdk::AutoScalingGroup) -> Found<AwsAutoscalingGroup> {
    let name = group.auto_scaling_group_name.clone().unwrap_or_default();
    let all = group.tags();
    let tags: Tags = all
        .iter()
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
        .collect();
    let status = match group.status.as_deref() {
        Some("Delete in progress") => Status::Deleting,
        _ => Status::Ready,
    };
    Found { id: Id::new(name), spec: spec(group), tags, status }
}

fn spec(group: sdk::AutoScalingGroup) -> AwsAutoscalingGroup {
    let shown = |tag: &sdk::TagDescription| {
        let key = tag
            .key
            .clone()
            .filter(|key| !key.starts_with(tags::PREFIX) && !key.starts_with("aws:"))?;
        Some(AwsAutoscalingGroupTag {
            key,
            propagate_at_launch: tag.propagate_at_launch.unwrap_or_default(),
            value: tag.value.clone().unwrap_or_default(),
        })
    };
    let tag = group.tags().iter().filter_map(shown).collect();
    let text = |text: Option<String>| text.filter(|text| !text.is_empty());
    let metrics = group.enabled_metrics.unwrap_or_default();
    let target_groups = group.target_group_arns.unwrap_or_default();
    let balancers = group.load_balancer_names.unwrap_or_default();
    AwsAutoscalingGroup {
        arn: group.auto_scaling_group_arn,
        availability_zones: group.availability_zones.unwrap_or_default(),
        capacity_rebalance: group.capacity_rebalance,
        context: text(group.context),
        default_cooldown: group.default_cooldown.map(i64::from),
        default_instance_warmup: group.default_instance_warmup.map(i64::from),
        desired_capacity: group.desired_capacity.map(i64::from),
        desired_capacity_type: text(group.desired_capacity_type),
        // There is only one, which AWS tells as long as a metric is enabled.
        metrics_granularity: metrics
            .first()
            .and_then(|metric| metric.granularity.clone())
            .or_else(|| Some("1Minute".to_owned())),
        enabled_metrics: metrics.into_iter().filter_map(|metric| metric.metric).collect(),
        health_check_grace_period: group.health_check_grace_period.map(i64::from),
        health_check_type: group.health_check_type,
        launch_configuration: text(group.launch_configuration_name),
        max_instance_lifetime: group.max_instance_lifetime.map(i64::from),
        max_size: group.max_size.map(i64::from).unwrap_or_default(),
        min_size: group.min_size.map(i64::from).unwrap_or_default(),
        name: group.auto_scaling_group_name,
        placement_group: text(group.placement_group),
        predicted_capacity: group.predicted_capacity.map(i64::from),
        protect_from_scale_in: group.new_instances_protected_from_scale_in,
        service_linked_role_arn: text(group.service_linked_role_arn),
        suspended_processes: group
            .suspended_processes
            .unwrap_or_default()
            .into_iter()
            .filter_map(|process| process.process_name)
            .collect(),
        termination_policies: group.termination_policies.unwrap_or_default(),
        traffic_source: sources(
            group.traffic_sources.unwrap_or_default(),
            &target_groups,
            &balancers,
        ),
        target_group_arns: target_groups,
        load_balancers: balancers,
        vpc_zone_identifier: text(group.vpc_zone_identifier)
            .map(|subnets| subnets.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
        warm_pool_size: group.warm_pool_size.map(i64::from),
        availability_zone_distribution: group.availability_zone_distribution.map(|of| {
            AwsAutoscalingGroupAvailabilityZoneDistribution {
                capacity_distribution_strategy: of
                    .capacity_distribution_strategy
                    .map(|s| s.as_str().to_owned()),
            }
        }),
        capacity_reservation_specification: group.capacity_reservation_specification.map(|of| {
            AwsAutoscalingGroupCapacityReservationSpecification {
                capacity_reservation_preference: of
                    .capacity_reservation_preference
                    .map(|p| p.as_str().to_owned()),
                capacity_reservation_target: of.capacity_reservation_target.map(|target| {
                    AwsAutoscalingGroupCapacityReservationSpecificationCapacityReservationTarget {
                        capacity_reservation_ids: target
                            .capacity_reservation_ids
                            .unwrap_or_default(),
                        capacity_reservation_resource_group_arns: target
                            .capacity_reservation_resource_group_arns
                            .unwrap_or_default(),
                    }
                }),
            }
        }),
        instance_maintenance_policy: group.instance_maintenance_policy.map(|of| {
            AwsAutoscalingGroupInstanceMaintenancePolicy {
                max_healthy_percentage: of
                    .max_healthy_percentage
                    .map(i64::from)
                    .unwrap_or_default(),
                min_healthy_percentage: of
                    .min_healthy_percentage
                    .map(i64::from)
                    .unwrap_or_default(),
            }
        }),
        launch_template: group.launch_template.map(|of| AwsAutoscalingGroupLaunchTemplate {
            id: of.launch_template_id,
            name: of.launch_template_name,
            version: of.version,
        }),
        mixed_instances_policy: group.mixed_instances_policy.map(mixed_instances::from_sdk),
        tag,
        warm_pool: group.warm_pool_configuration.map(|of| AwsAutoscalingGroupWarmPool {
            max_group_prepared_capacity: of.max_group_prepared_capacity.map(i64::from),
            min_size: of.min_size.map(i64::from),
            pool_state: of.pool_state.map(|state| state.as_str().to_owned()),
            instance_reuse_policy: of.instance_reuse_policy.map(|of| {
                AwsAutoscalingGroupWarmPoolInstanceReusePolicy {
                    reuse_on_scale_in: of.reuse_on_scale_in,
                }
            }),
        }),
        ..AwsAutoscalingGroup::default()
    }
}

/// Traffic sources that are not answered as target groups or load balancers already.
fn sources(
    all: Vec<sdk::TrafficSourceIdentifier>,
    target_groups: &[String],
    balancers: &[String],
) -> Vec<AwsAutoscalingGroupTrafficSource> {
    let of = |source: sdk::TrafficSourceIdentifier| {
        let identifier = source.identifier?;
        let seen = target_groups.contains(&identifier) || balancers.contains(&identifier);
        (!seen).then_some(AwsAutoscalingGroupTrafficSource { identifier, r#type: source.r#type })
    };
    all.into_iter().filter_map(of).collect()
}
