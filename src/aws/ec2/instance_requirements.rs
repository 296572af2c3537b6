//! Instance types by what they can do instead of by name, to the SDK and back.

use aws_sdk_ec2::types as sdk;

use crate::aws::{small, some, texts, words};
use crate::schema::typed as spec;
use spec::AwsLaunchTemplateInstanceRequirements as Requirements;

/// A range of whole numbers as the SDK has it.
macro_rules! range {
    ($range:expr, $sdk:ident) => {
        $range.as_ref().map(|range| {
            sdk::$sdk::builder().set_min(range.min.map(small)).set_max(range.max.map(small)).build()
        })
    };
    ($range:expr, $sdk:ident, from) => {
        $range.as_ref().map(|range| {
            sdk::$sdk::builder().min(small(range.min)).set_max(range.max.map(small)).build()
        })
    };
    ($range:expr, $sdk:ident, float) => {
        $range
            .as_ref()
            .map(|range| sdk::$sdk::builder().set_min(range.min).set_max(range.max).build())
    };
}

/// A range as the schema has it; `from` where it has a lowest value always.
macro_rules! back {
    ($range:expr, $name:ident) => {
        $range.map(|range| spec::$name {
            max: range.max.map(Into::into),
            min: range.min.map(Into::into),
        })
    };
    ($range:expr, $name:ident, from) => {
        $range.map(|range| spec::$name {
            max: range.max.map(Into::into),
            min: range.min.map(Into::into).unwrap_or_default(),
        })
    };
}

/// For the SDK.
pub(super) fn to_sdk(from: &Requirements) -> sdk::InstanceRequirementsRequest {
    sdk::InstanceRequirementsRequest::builder()
        .set_v_cpu_count(range!(from.vcpu_count, VCpuCountRangeRequest, from))
        .set_memory_mib(range!(from.memory_mib, MemoryMiBRequest, from))
        .set_cpu_manufacturers(words(&from.cpu_manufacturers))
        .set_memory_gib_per_v_cpu(range!(from.memory_gib_per_vcpu, MemoryGiBPerVCpuRequest, float))
        .set_excluded_instance_types(some(&from.excluded_instance_types))
        .set_instance_generations(words(&from.instance_generations))
        .set_spot_max_price_percentage_over_lowest_price(
            from.spot_max_price_percentage_over_lowest_price.map(small),
        )
        .set_max_spot_price_as_percentage_of_optimal_on_demand_price(
            from.max_spot_price_as_percentage_of_optimal_on_demand_price.map(small),
        )
        .set_on_demand_max_price_percentage_over_lowest_price(
            from.on_demand_max_price_percentage_over_lowest_price.map(small),
        )
        .set_bare_metal(from.bare_metal.as_deref().map(Into::into))
        .set_burstable_performance(from.burstable_performance.as_deref().map(Into::into))
        .set_require_hibernate_support(from.require_hibernate_support)
        .set_network_interface_count(range!(
            from.network_interface_count,
            NetworkInterfaceCountRequest
        ))
        .set_local_storage(from.local_storage.as_deref().map(Into::into))
        .set_local_storage_types(words(&from.local_storage_types))
        .set_total_local_storage_gb(range!(
            from.total_local_storage_gb,
            TotalLocalStorageGbRequest,
            float
        ))
        .set_baseline_ebs_bandwidth_mbps(range!(
            from.baseline_ebs_bandwidth_mbps,
            BaselineEbsBandwidthMbpsRequest
        ))
        .set_accelerator_types(words(&from.accelerator_types))
        .set_accelerator_count(range!(from.accelerator_count, AcceleratorCountRequest))
        .set_accelerator_manufacturers(words(&from.accelerator_manufacturers))
        .set_accelerator_names(words(&from.accelerator_names))
        .set_accelerator_total_memory_mib(range!(
            from.accelerator_total_memory_mib,
            AcceleratorTotalMemoryMiBRequest
        ))
        .set_network_bandwidth_gbps(range!(
            from.network_bandwidth_gbps,
            NetworkBandwidthGbpsRequest,
            float
        ))
        .set_allowed_instance_types(some(&from.allowed_instance_types))
        .build()
}

/// From the SDK.
#[rustfmt::skip]
pub(super) fn from_sdk(from: sdk::InstanceRequirements) -> Requirements {
    Requirements {
        accelerator_manufacturers: texts(from.accelerator_manufacturers, |item| item.as_str()),
        accelerator_names: texts(from.accelerator_names, |item| item.as_str()),
        accelerator_types: texts(from.accelerator_types, |item| item.as_str()),
        allowed_instance_types: from.allowed_instance_types.unwrap_or_default(),
        bare_metal: from.bare_metal.map(|word| word.as_str().to_owned()),
        burstable_performance: from.burstable_performance.map(|word| word.as_str().to_owned()),
        cpu_manufacturers: texts(from.cpu_manufacturers, |item| item.as_str()),
        excluded_instance_types: from.excluded_instance_types.unwrap_or_default(),
        instance_generations: texts(from.instance_generations, |item| item.as_str()),
        local_storage: from.local_storage.map(|word| word.as_str().to_owned()),
        local_storage_types: texts(from.local_storage_types, |item| item.as_str()),
        max_spot_price_as_percentage_of_optimal_on_demand_price:
            from.max_spot_price_as_percentage_of_optimal_on_demand_price.map(i64::from),
        on_demand_max_price_percentage_over_lowest_price:
            from.on_demand_max_price_percentage_over_lowest_price.map(i64::from),
        require_hibernate_support: from.require_hibernate_support,
        spot_max_price_percentage_over_lowest_price: from.spot_max_price_percentage_over_lowest_price.map(i64::from),
        accelerator_count: back!(from.accelerator_count, AwsLaunchTemplateInstanceRequirementsAcceleratorCount),
        accelerator_total_memory_mib: back!(from.accelerator_total_memory_mib, AwsLaunchTemplateInstanceRequirementsAcceleratorTotalMemoryMib),
        baseline_ebs_bandwidth_mbps: back!(from.baseline_ebs_bandwidth_mbps, AwsLaunchTemplateInstanceRequirementsBaselineEbsBandwidthMbps),
        memory_gib_per_vcpu: back!(from.memory_gib_per_v_cpu, AwsLaunchTemplateInstanceRequirementsMemoryGibPerVcpu),
        memory_mib: back!(from.memory_mib, AwsLaunchTemplateInstanceRequirementsMemoryMib, from),
        network_bandwidth_gbps: back!(from.network_bandwidth_gbps, AwsLaunchTemplateInstanceRequirementsNetworkBandwidthGbps),
        network_interface_count: back!(from.network_interface_count, AwsLaunchTemplateInstanceRequirementsNetworkInterfaceCount),
        total_local_storage_gb: back!(from.total_local_storage_gb, AwsLaunchTemplateInstanceRequirementsTotalLocalStorageGb),
        vcpu_count: back!(from.v_cpu_count, AwsLaunchTemplateInstanceRequirementsVcpuCount, from),
    }
}
