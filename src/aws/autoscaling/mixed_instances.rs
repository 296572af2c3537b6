//! A group's mixed instances policy: spot pools beside on-demand instances, to the SDK and back.

use aws_sdk_autoscaling::types as sdk;

use super::{requirements, small};
use crate::schema::typed::{
    AwsAutoscalingGroupMixedInstancesPolicy as Policy,
    AwsAutoscalingGroupMixedInstancesPolicyInstancesDistribution as Distribution,
    AwsAutoscalingGroupMixedInstancesPolicyLaunchTemplate as Template,
    AwsAutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification as Specification,
    AwsAutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride as Override,
    AwsAutoscalingGroupMixedInstancesPolicyLaunchTemplateOverrideLaunchTemplateSpecification as OverrideSpecification,
};

fn set(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

/// A launch template by id, or by name where there is no id; AWS refuses both.
pub fn specification(
    id: &Option<String>,
    name: &Option<String>,
    version: &Option<String>,
) -> sdk::LaunchTemplateSpecification {
    let id = set(id);
    sdk::LaunchTemplateSpecification::builder()
        .set_launch_template_name(set(name).filter(|_| id.is_none()))
        .set_launch_template_id(id)
        .set_version(set(version))
        .build()
}

/// For the SDK.
pub fn to_sdk(policy: &Policy) -> sdk::MixedInstancesPolicy {
    let template = policy.launch_template.as_ref().map(|template| {
        let of = template.launch_template_specification.as_ref();
        sdk::LaunchTemplate::builder()
            .set_launch_template_specification(of.map(|of| {
                specification(&of.launch_template_id, &of.launch_template_name, &of.version)
            }))
            .set_overrides(Some(template.r#override.iter().map(to_override).collect()))
            .build()
    });
    sdk::MixedInstancesPolicy::builder()
        .set_launch_template(template)
        .set_instances_distribution(policy.instances_distribution.as_ref().map(to_distribution))
        .build()
}

fn to_distribution(from: &Distribution) -> sdk::InstancesDistribution {
    // The number of pools goes with this strategy alone: the others are refused along with it.
    let has_pools =
        from.spot_allocation_strategy.as_deref().is_none_or(|strategy| strategy == "lowest-price");
    sdk::InstancesDistribution::builder()
        .set_on_demand_allocation_strategy(set(&from.on_demand_allocation_strategy))
        .set_on_demand_base_capacity(from.on_demand_base_capacity.map(small))
        .set_on_demand_percentage_above_base_capacity(
            from.on_demand_percentage_above_base_capacity.map(small),
        )
        .set_spot_allocation_strategy(set(&from.spot_allocation_strategy))
        .set_spot_instance_pools(
            from.spot_instance_pools.filter(|pools| has_pools && *pools > 0).map(small),
        )
        // The empty text takes a maximum off that was set before.
        .set_spot_max_price(Some(from.spot_max_price.clone().unwrap_or_default()))
        .build()
}

fn to_override(from: &Override) -> sdk::LaunchTemplateOverrides {
    let of = from.launch_template_specification.as_ref();
    sdk::LaunchTemplateOverrides::builder()
        .set_instance_type(set(&from.instance_type))
        .set_weighted_capacity(set(&from.weighted_capacity))
        .set_instance_requirements(from.instance_requirements.as_ref().map(requirements::to_sdk))
        .set_launch_template_specification(
            of.map(|of| {
                specification(&of.launch_template_id, &of.launch_template_name, &of.version)
            }),
        )
        .build()
}

/// From the SDK.
pub fn from_sdk(policy: sdk::MixedInstancesPolicy) -> Policy {
    Policy {
        instances_distribution: policy.instances_distribution.map(|from| Distribution {
            on_demand_allocation_strategy: from.on_demand_allocation_strategy,
            on_demand_base_capacity: from.on_demand_base_capacity.map(i64::from),
            on_demand_percentage_above_base_capacity: from
                .on_demand_percentage_above_base_capacity
                .map(i64::from),
            spot_allocation_strategy: from.spot_allocation_strategy,
            spot_instance_pools: from.spot_instance_pools.map(i64::from),
            spot_max_price: from.spot_max_price.filter(|price| !price.is_empty()),
        }),
        launch_template: policy.launch_template.map(|from| Template {
            launch_template_specification: from.launch_template_specification.map(|of| {
                Specification {
                    launch_template_id: of.launch_template_id,
                    launch_template_name: of.launch_template_name,
                    version: of.version,
                }
            }),
            r#override: from.overrides.unwrap_or_default().into_iter().map(from_override).collect(),
        }),
    }
}

fn from_override(from: sdk::LaunchTemplateOverrides) -> Override {
    Override {
        instance_type: from.instance_type,
        weighted_capacity: from.weighted_capacity,
        instance_requirements: from.instance_requirements.map(requirements::from_sdk),
        launch_template_specification: from.launch_template_specification.map(|of| {
            OverrideSpecification {
                launch_template_id: of.launch_template_id,
                launch_template_name: of.launch_template_name,
                version: of.version,
            }
        }),
    }
}
