//! `aws_autoscaling_group`

use std::collections::BTreeMap;

use aws_sdk_autoscaling::types as sdk;

use super::group_read::found;
use super::{group_update, mixed_instances, named, owned, refresh, small, some};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::base::Id;
use crate::provider::{Error, ErrorClass, Goal, Poll};
use crate::schema::typed::{
    AwsAutoscalingGroup, AwsAutoscalingGroupAvailabilityZoneDistribution,
    AwsAutoscalingGroupCapacityReservationSpecification, AwsAutoscalingGroupInitialLifecycleHook,
    AwsAutoscalingGroupInstanceMaintenancePolicy, AwsAutoscalingGroupLaunchTemplate,
    AwsAutoscalingGroupTrafficSource,
};

/// A group of instances that grows and shrinks.
pub struct Group;

impl Resource for Group {
    type Spec = AwsAutoscalingGroup;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let mut groups = owned(aws, query).await?.to_vec();
        let unseen = query.known.iter().map(Id::as_str);
        let unseen = unseen
            .filter(|id| groups.iter().all(|group| group.auto_scaling_group_name() != Some(id)));
        let unseen = unseen.map(str::to_owned).collect();
        groups.extend(named(aws, unseen).await?);
        Ok(groups.into_iter().map(found).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        Ok(named(aws, vec![id.to_string()]).await?.pop().map(found))
    }

    /// Makes the group; the engine then converges, which sets metrics, suspended processes and the warm pool.
    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let name = spec.name.clone().unwrap_or_default();
        let hooks: Vec<_> = spec.initial_lifecycle_hook.iter().map(hook).collect();
        let call = aws
            .autoscaling()
            .create_auto_scaling_group()
            .auto_scaling_group_name(&name)
            .set_desired_capacity(spec.desired_capacity.map(small))
            .set_load_balancer_names(some(&spec.load_balancers))
            .set_target_group_arns(some(&spec.target_group_arns))
            .set_traffic_sources(
                some(&spec.traffic_source).map(|sources| sources.iter().map(source).collect()),
            )
            .set_lifecycle_hook_specification_list(some(&hooks))
            .set_tags(Some(create_tags(&name, spec, &new.tags)))
            .min_size(small(spec.min_size))
            .max_size(small(spec.max_size))
            .set_availability_zones(
                some(&spec.availability_zones).filter(|_| spec.vpc_zone_identifier.is_empty()),
            )
            .set_vpc_zone_identifier(subnets(spec))
            .set_launch_configuration_name(set(&spec.launch_configuration))
            .set_launch_template(spec.launch_template.as_ref().map(template))
            .set_mixed_instances_policy(
                spec.mixed_instances_policy.as_ref().map(mixed_instances::to_sdk),
            )
            .set_default_cooldown(spec.default_cooldown.map(small))
            .set_default_instance_warmup(spec.default_instance_warmup.map(small))
            .set_health_check_type(set(&spec.health_check_type))
            .set_health_check_grace_period(spec.health_check_grace_period.map(small))
            .set_placement_group(set(&spec.placement_group))
            .set_termination_policies(some(&spec.termination_policies))
            .set_new_instances_protected_from_scale_in(spec.protect_from_scale_in)
            .set_capacity_rebalance(spec.capacity_rebalance)
            .set_service_linked_role_arn(set(&spec.service_linked_role_arn))
            .set_max_instance_lifetime(spec.max_instance_lifetime.map(small))
            .set_context(set(&spec.context))
            .set_desired_capacity_type(set(&spec.desired_capacity_type))
            .set_instance_maintenance_policy(
                spec.instance_maintenance_policy.as_ref().map(maintenance),
            )
            .set_availability_zone_distribution(
                spec.availability_zone_distribution.as_ref().map(distribution),
            )
            .set_capacity_reservation_specification(
                spec.capacity_reservation_specification.as_ref().map(reservation),
            );
        call.send().await.op("autoscaling:CreateAutoScalingGroup")?;
        Ok(Id::new(name))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        group_update::tags(aws, id.as_str(), change).await?;
        group_update::settings(aws, id.as_str(), change).await?;
        group_update::sources(aws, id.as_str(), change).await?;
        group_update::processes(aws, id.as_str(), change).await?;
        group_update::warm_pool(aws, id.as_str(), change).await?;
        if refresh::is_due(change) {
            refresh::start(aws, id.as_str(), &change.planned).await?;
        }
        Ok(())
    }

    /// A group with instances is emptied first; the engine tries again until they are gone.
    async fn delete(aws: &Regional, id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let Some(group) = named(aws, vec![id.to_string()]).await?.pop() else { return Ok(()) };
        let force = prior.force_delete.unwrap_or_default();
        if group.warm_pool_configuration.is_some() {
            let call = aws.autoscaling().delete_warm_pool().auto_scaling_group_name(id.as_str());
            let force = force || prior.force_delete_warm_pool.unwrap_or_default();
            call.force_delete(force).send().await.op("autoscaling:DeleteWarmPool")?;
        }
        if !force && !group.instances().is_empty() {
            if group.max_size != Some(0) {
                let call = aws
                    .autoscaling()
                    .update_auto_scaling_group()
                    .auto_scaling_group_name(id.as_str());
                let call = call.min_size(0).max_size(0).desired_capacity(0);
                call.send().await.op("autoscaling:UpdateAutoScalingGroup")?;
            }
            let message =
                format!("{} instances are still leaving the group", group.instances().len());
            return Err(Error::new(
                ErrorClass::Conflict,
                "autoscaling:DeleteAutoScalingGroup",
                message,
            ));
        }
        let call =
            aws.autoscaling().delete_auto_scaling_group().auto_scaling_group_name(id.as_str());
        call.force_delete(force).send().await.op("autoscaling:DeleteAutoScalingGroup")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let names = new.spec.name.clone().into_iter().collect();
        Ok(named(aws, names).await?.into_iter().map(found).collect())
    }

    async fn poll(aws: &Regional, ids: &[Id], goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let mut answer: BTreeMap<_, _> = ids.iter().map(|id| (id.clone(), Poll::Gone)).collect();
        for group in named(aws, ids.iter().map(ToString::to_string).collect()).await? {
            let poll = progress(&group, goal);
            answer.insert(Id::new(group.auto_scaling_group_name.unwrap_or_default()), poll);
        }
        Ok(answer)
    }

    async fn retag(aws: &Regional, id: &Id, change: &TagChange) -> Result<(), Error> {
        let tag = |(key, value): (&String, &String)| to_tag(id.as_str(), key, Some(value), false);
        group_update::write_tags(aws, change.set.iter().map(tag).collect()).await?;
        group_update::delete_tags(
            aws,
            change.remove.iter().map(|key| to_tag(id.as_str(), key, None, false)).collect(),
        )
        .await
    }
}

fn set(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

/// How many instances serve, weighted, of how many there should be.
fn progress(group: &sdk::AutoScalingGroup, goal: Goal) -> Poll {
    let wanted = group.desired_capacity.unwrap_or_default();
    let serving = group.instances().iter().filter(|instance| {
        instance.lifecycle_state == Some(sdk::LifecycleState::InService)
            && instance.health_status.as_deref() == Some("Healthy")
    });
    let weight = |instance: &sdk::Instance| {
        instance
            .weighted_capacity
            .as_deref()
            .and_then(|weight| weight.parse::<i32>().ok())
            .unwrap_or(1)
    };
    let serving: i32 = serving.map(weight).sum();
    match (goal, group.status.as_deref()) {
        (Goal::Deleted, status) => Poll::Pending(status.unwrap_or("deleting").into()),
        _ if serving >= wanted => Poll::Ready,
        _ => Poll::Pending(format!("{serving} of {wanted} instances in service").into()),
    }
}

pub(super) fn subnets(spec: &AwsAutoscalingGroup) -> Option<String> {
    some(&spec.vpc_zone_identifier).map(|subnets| subnets.join(","))
}

pub(super) fn template(of: &AwsAutoscalingGroupLaunchTemplate) -> sdk::LaunchTemplateSpecification {
    mixed_instances::specification(&of.id, &of.name, &of.version)
}

pub(super) fn maintenance(
    of: &AwsAutoscalingGroupInstanceMaintenancePolicy,
) -> sdk::InstanceMaintenancePolicy {
    sdk::InstanceMaintenancePolicy::builder()
        .min_healthy_percentage(small(of.min_healthy_percentage))
        .max_healthy_percentage(small(of.max_healthy_percentage))
        .build()
}

pub(super) fn distribution(
    of: &AwsAutoscalingGroupAvailabilityZoneDistribution,
) -> sdk::AvailabilityZoneDistribution {
    let strategy = of.capacity_distribution_strategy.as_deref().map(Into::into);
    sdk::AvailabilityZoneDistribution::builder()
        .set_capacity_distribution_strategy(strategy)
        .build()
}

pub(super) fn reservation(
    of: &AwsAutoscalingGroupCapacityReservationSpecification,
) -> sdk::CapacityReservationSpecification {
    let target = of.capacity_reservation_target.as_ref().map(|target| {
        sdk::CapacityReservationTarget::builder()
            .set_capacity_reservation_ids(some(&target.capacity_reservation_ids))
            .set_capacity_reservation_resource_group_arns(some(
                &target.capacity_reservation_resource_group_arns,
            ))
            .build()
    });
    sdk::CapacityReservationSpecification::builder()
        .set_capacity_reservation_preference(
            of.capacity_reservation_preference.as_deref().map(Into::into),
        )
        .set_capacity_reservation_target(target)
        .build()
}

fn hook(of: &AwsAutoscalingGroupInitialLifecycleHook) -> sdk::LifecycleHookSpecification {
    sdk::LifecycleHookSpecification::builder()
        .lifecycle_hook_name(&of.name)
        .lifecycle_transition(&of.lifecycle_transition)
        .set_default_result(set(&of.default_result))
        .set_heartbeat_timeout(of.heartbeat_timeout.map(small))
        .set_notification_metadata(set(&of.notification_metadata))
        .set_notification_target_arn(set(&of.notification_target_arn))
        .set_role_arn(set(&of.role_arn))
        .build()
}

pub(super) fn source(of: &AwsAutoscalingGroupTrafficSource) -> sdk::TrafficSourceIdentifier {
    sdk::TrafficSourceIdentifier::builder()
        .identifier(&of.identifier)
        .set_type(set(&of.r#type))
        .build()
}

/// The group's own tags, and the owner's, which its instances must not inherit.
fn create_tags(name: &str, spec: &AwsAutoscalingGroup, owner: &Tags) -> Vec<sdk::Tag> {
    let own = spec
        .tag
        .iter()
        .map(|tag| to_tag(name, &tag.key, Some(&tag.value), tag.propagate_at_launch));
    let owner = owner.iter().map(|(key, value)| to_tag(name, key, Some(value), false));
    own.chain(owner).collect()
}

pub(super) fn to_tag(group: &str, key: &str, value: Option<&String>, propagate: bool) -> sdk::Tag {
    sdk::Tag::builder()
        .resource_id(group)
        .resource_type("auto-scaling-group")
        .key(key)
        .set_value(value.cloned())
        .propagate_at_launch(propagate)
        .build()
}
