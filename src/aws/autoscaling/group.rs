//! `aws_autoscaling_group`

use std::collections::BTreeMap;

use aws_sdk_autoscaling::types as sdk;

use super::{mixed_instances, named, owned, refresh, small, some};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::base::Id;
use crate::plan::Status;
use crate::provider::{Error, ErrorClass, Goal, Poll, tags};
use crate::schema::typed::{
    AwsAutoscalingGroup, AwsAutoscalingGroupAvailabilityZoneDistribution,
    AwsAutoscalingGroupCapacityReservationSpecification,
    AwsAutoscalingGroupCapacityReservationSpecificationCapacityReservationTarget,
    AwsAutoscalingGroupInitialLifecycleHook, AwsAutoscalingGroupInstanceMaintenancePolicy,
    AwsAutoscalingGroupLaunchTemplate, AwsAutoscalingGroupTag, AwsAutoscalingGroupTrafficSource,
    AwsAutoscalingGroupWarmPool, AwsAutoscalingGroupWarmPoolInstanceReusePolicy,
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
        update_tags(aws, id.as_str(), change).await?;
        update_settings(aws, id.as_str(), change).await?;
        update_sources(aws, id.as_str(), change).await?;
        update_processes(aws, id.as_str(), change).await?;
        update_warm_pool(aws, id.as_str(), change).await?;
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
        write_tags(aws, change.set.iter().map(tag).collect()).await?;
        delete_tags(
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

fn subnets(spec: &AwsAutoscalingGroup) -> Option<String> {
    some(&spec.vpc_zone_identifier).map(|subnets| subnets.join(","))
}

fn template(of: &AwsAutoscalingGroupLaunchTemplate) -> sdk::LaunchTemplateSpecification {
    mixed_instances::specification(&of.id, &of.name, &of.version)
}

fn maintenance(
    of: &AwsAutoscalingGroupInstanceMaintenancePolicy,
) -> sdk::InstanceMaintenancePolicy {
    sdk::InstanceMaintenancePolicy::builder()
        .min_healthy_percentage(small(of.min_healthy_percentage))
        .max_healthy_percentage(small(of.max_healthy_percentage))
        .build()
}

fn distribution(
    of: &AwsAutoscalingGroupAvailabilityZoneDistribution,
) -> sdk::AvailabilityZoneDistribution {
    let strategy = of.capacity_distribution_strategy.as_deref().map(Into::into);
    sdk::AvailabilityZoneDistribution::builder()
        .set_capacity_distribution_strategy(strategy)
        .build()
}

fn reservation(
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

fn source(of: &AwsAutoscalingGroupTrafficSource) -> sdk::TrafficSourceIdentifier {
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

fn to_tag(group: &str, key: &str, value: Option<&String>, propagate: bool) -> sdk::Tag {
    sdk::Tag::builder()
        .resource_id(group)
        .resource_type("auto-scaling-group")
        .key(key)
        .set_value(value.cloned())
        .propagate_at_launch(propagate)
        .build()
}

async fn write_tags(aws: &Regional, tags: Vec<sdk::Tag>) -> Result<(), Error> {
    if !tags.is_empty() {
        let call = aws.autoscaling().create_or_update_tags().set_tags(Some(tags));
        call.send().await.op("autoscaling:CreateOrUpdateTags")?;
    }
    Ok(())
}

async fn delete_tags(aws: &Regional, tags: Vec<sdk::Tag>) -> Result<(), Error> {
    if !tags.is_empty() {
        let call = aws.autoscaling().delete_tags().set_tags(Some(tags));
        call.send().await.op("autoscaling:DeleteTags")?;
    }
    Ok(())
}

async fn update_tags(
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
async fn update_settings(
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

/// What sends traffic to the instances. New sources come before old ones go.
async fn update_sources(
    aws: &Regional,
    name: &str,
    change: &Change<AwsAutoscalingGroup>,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let autoscaling = aws.autoscaling();
    // AWS takes ten at a time. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachLoadBalancerTargetGroups.html
    for arns in added(&prior.target_group_arns, &planned.target_group_arns).chunks(10) {
        let call = autoscaling.attach_load_balancer_target_groups().auto_scaling_group_name(name);
        let call = call.set_target_group_arns(Some(arns.to_vec()));
        call.send().await.op("autoscaling:AttachLoadBalancerTargetGroups")?;
    }
    for arns in added(&planned.target_group_arns, &prior.target_group_arns).chunks(10) {
        let call = autoscaling.detach_load_balancer_target_groups().auto_scaling_group_name(name);
        let call = call.set_target_group_arns(Some(arns.to_vec()));
        call.send().await.op("autoscaling:DetachLoadBalancerTargetGroups")?;
    }
    for names in added(&prior.load_balancers, &planned.load_balancers).chunks(10) {
        let call = autoscaling.attach_load_balancers().auto_scaling_group_name(name);
        let call = call.set_load_balancer_names(Some(names.to_vec()));
        call.send().await.op("autoscaling:AttachLoadBalancers")?;
    }
    for names in added(&planned.load_balancers, &prior.load_balancers).chunks(10) {
        let call = autoscaling.detach_load_balancers().auto_scaling_group_name(name);
        let call = call.set_load_balancer_names(Some(names.to_vec()));
        call.send().await.op("autoscaling:DetachLoadBalancers")?;
    }
    let to_sdk = |sources: Vec<AwsAutoscalingGroupTrafficSource>| {
        sources.iter().map(source).collect::<Vec<_>>()
    };
    for sources in to_sdk(added(&prior.traffic_source, &planned.traffic_source)).chunks(10) {
        let call = autoscaling.attach_traffic_sources().auto_scaling_group_name(name);
        let call = call.set_traffic_sources(Some(sources.to_vec()));
        call.send().await.op("autoscaling:AttachTrafficSources")?;
    }
    for sources in to_sdk(added(&planned.traffic_source, &prior.traffic_source)).chunks(10) {
        let call = autoscaling.detach_traffic_sources().auto_scaling_group_name(name);
        let call = call.set_traffic_sources(Some(sources.to_vec()));
        call.send().await.op("autoscaling:DetachTrafficSources")?;
    }
    Ok(())
}

/// Which of the group's processes are suspended, and which metrics it reports.
async fn update_processes(
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

async fn update_warm_pool(
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

fn found(group: sdk::AutoScalingGroup) -> Found<AwsAutoscalingGroup> {
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
    let policies = group.termination_policies.unwrap_or_default();
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
        metrics_granularity: metrics.first().and_then(|metric| metric.granularity.clone()),
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
        // What AWS does by itself is what an unset list asks for.
        termination_policies: if policies == ["Default"] { Vec::new() } else { policies },
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
