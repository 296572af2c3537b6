//! `aws_ec2_instance_type`

use aws_sdk_ec2::types::{InstanceType as SdkType, InstanceTypeInfo};

use super::{Source, one};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::provider::Error;
use crate::schema::typed::data::{
    AwsEc2InstanceType, AwsEc2InstanceTypeGpus, AwsEc2InstanceTypeInstanceDisks,
    AwsEc2InstanceTypeNetworkCards,
};

/// What an instance type has and can do.
pub struct InstanceType;

impl Source for InstanceType {
    type Spec = AwsEc2InstanceType;

    async fn read(aws: &Regional, config: AwsEc2InstanceType) -> Result<AwsEc2InstanceType, Error> {
        let call = aws
            .ec2()
            .describe_instance_types()
            .instance_types(SdkType::from(config.instance_type.as_str()));
        let answer = call.send().await.op("ec2:DescribeInstanceTypes")?;
        let hint = "name an instance type that the region offers";
        let info = one("aws_ec2_instance_type", answer.instance_types.unwrap_or_default(), hint)?;
        let mut spec = general(&info, config);
        spec.region = Some(aws.region().to_string());
        Ok(storage(&info, network(&info, spec)))
    }
}

fn words<T>(list: Option<&[T]>, word: fn(&T) -> &str) -> Vec<String> {
    list.unwrap_or_default().iter().map(|item| word(item).to_owned()).collect()
}

fn general(info: &InstanceTypeInfo, config: AwsEc2InstanceType) -> AwsEc2InstanceType {
    let processors = info.v_cpu_info.as_ref();
    let processor = info.processor_info.as_ref();
    let gpus = info.gpu_info.as_ref();
    AwsEc2InstanceType {
        auto_recovery_supported: info.auto_recovery_supported,
        bare_metal: info.bare_metal,
        boot_modes: words(info.supported_boot_modes.as_deref(), |mode| mode.as_str()),
        burstable_performance_supported: info.burstable_performance_supported,
        current_generation: info.current_generation,
        dedicated_hosts_supported: info.dedicated_hosts_supported,
        default_cores: processors.and_then(|p| p.default_cores).map(i64::from),
        default_threads_per_core: processors
            .and_then(|p| p.default_threads_per_core)
            .map(i64::from),
        default_vcpus: processors.and_then(|p| p.default_v_cpus).map(i64::from),
        free_tier_eligible: info.free_tier_eligible,
        gpus: gpus
            .and_then(|gpus| gpus.gpus.as_deref())
            .unwrap_or_default()
            .iter()
            .map(|gpu| AwsEc2InstanceTypeGpus {
                count: gpu.count.map(f64::from),
                manufacturer: gpu.manufacturer.clone(),
                memory_size: gpu
                    .memory_info
                    .as_ref()
                    .and_then(|memory| memory.size_in_mib)
                    .map(f64::from),
                name: gpu.name.clone(),
            })
            .collect(),
        hibernation_supported: info.hibernation_supported,
        hypervisor: info.hypervisor.as_ref().map(|word| word.as_str().to_owned()),
        id: Some(config.instance_type.clone()),
        memory_size: info.memory_info.as_ref().and_then(|memory| memory.size_in_mib),
        nitro_enclaves_support: info
            .nitro_enclaves_support
            .as_ref()
            .map(|word| word.as_str().to_owned()),
        nitro_tpm_support: info.nitro_tpm_support.as_ref().map(|word| word.as_str().to_owned()),
        nitro_tpm_supported_versions: info
            .nitro_tpm_info
            .as_ref()
            .and_then(|tpm| tpm.supported_versions.clone())
            .unwrap_or_default(),
        phc_support: info.phc_support.as_ref().map(|word| word.as_str().to_owned()),
        supported_architectures: words(
            processor.and_then(|p| p.supported_architectures.as_deref()),
            |a| a.as_str(),
        ),
        supported_cpu_features: words(
            processor.and_then(|p| p.supported_features.as_deref()),
            |f| f.as_str(),
        ),
        supported_placement_strategies: words(
            info.placement_group_info
                .as_ref()
                .and_then(|groups| groups.supported_strategies.as_deref()),
            |strategy| strategy.as_str(),
        ),
        supported_root_device_types: words(info.supported_root_device_types.as_deref(), |kind| {
            kind.as_str()
        }),
        supported_usages_classes: words(info.supported_usage_classes.as_deref(), |class| {
            class.as_str()
        }),
        supported_virtualization_types: words(
            info.supported_virtualization_types.as_deref(),
            |kind| kind.as_str(),
        ),
        sustained_clock_speed: processor.and_then(|p| p.sustained_clock_speed_in_ghz),
        total_gpu_memory: gpus.and_then(|gpus| gpus.total_gpu_memory_in_mib).map(i64::from),
        valid_cores: processors
            .and_then(|p| p.valid_cores.as_deref())
            .unwrap_or_default()
            .iter()
            .map(|n| f64::from(*n))
            .collect(),
        valid_threads_per_core: processors
            .and_then(|p| p.valid_threads_per_core.as_deref())
            .unwrap_or_default()
            .iter()
            .map(|n| f64::from(*n))
            .collect(),
        ..config
    }
}

fn network(info: &InstanceTypeInfo, spec: AwsEc2InstanceType) -> AwsEc2InstanceType {
    let Some(network) = &info.network_info else { return spec };
    let cards = network.network_cards.as_deref().unwrap_or_default().iter();
    AwsEc2InstanceType {
        bandwidth_weightings: words(network.bandwidth_weightings.as_deref(), |weighting| {
            weighting.as_str()
        }),
        default_network_card_index: network.default_network_card_index.map(i64::from),
        efa_maximum_interfaces: network
            .efa_info
            .as_ref()
            .and_then(|efa| efa.maximum_efa_interfaces)
            .map(i64::from),
        efa_supported: network.efa_supported,
        ena_srd_supported: network.ena_srd_supported,
        ena_support: network.ena_support.as_ref().map(|word| word.as_str().to_owned()),
        encryption_in_transit_supported: network.encryption_in_transit_supported,
        ipv6_supported: network.ipv6_supported,
        maximum_ipv4_addresses_per_interface: network.ipv4_addresses_per_interface.map(i64::from),
        maximum_ipv6_addresses_per_interface: network.ipv6_addresses_per_interface.map(i64::from),
        maximum_network_cards: network.maximum_network_cards.map(i64::from),
        maximum_network_interfaces: network.maximum_network_interfaces.map(i64::from),
        network_cards: cards
            .map(|card| AwsEc2InstanceTypeNetworkCards {
                baseline_bandwidth: card.baseline_bandwidth_in_gbps,
                index: card.network_card_index.map(f64::from),
                maximum_interfaces: card.maximum_network_interfaces.map(f64::from),
                peak_bandwidth: card.peak_bandwidth_in_gbps,
                performance: card.network_performance.clone(),
            })
            .collect(),
        network_performance: network.network_performance.clone(),
        ..spec
    }
}

fn storage(info: &InstanceTypeInfo, mut spec: AwsEc2InstanceType) -> AwsEc2InstanceType {
    spec.instance_storage_supported = info.instance_storage_supported;
    if let Some(storage) = &info.instance_storage_info {
        spec.total_instance_storage = storage.total_size_in_gb;
        let disks = storage.disks.as_deref().unwrap_or_default().iter();
        spec.instance_disks = disks
            .map(|disk| AwsEc2InstanceTypeInstanceDisks {
                count: disk.count.map(f64::from),
                #[expect(clippy::cast_precision_loss, reason = "gigabytes of a disk")]
                size: disk.size_in_gb.map(|size| size as f64),
                r#type: disk.r#type.as_ref().map(|kind| kind.as_str().to_owned()),
            })
            .collect();
    }
    let Some(ebs) = &info.ebs_info else { return spec };
    spec.ebs_encryption_support =
        ebs.encryption_support.as_ref().map(|word| word.as_str().to_owned());
    spec.ebs_nvme_support = ebs.nvme_support.as_ref().map(|word| word.as_str().to_owned());
    spec.ebs_optimized_support =
        ebs.ebs_optimized_support.as_ref().map(|word| word.as_str().to_owned());
    if let Some(rates) = &ebs.ebs_optimized_info {
        spec.ebs_performance_baseline_bandwidth = rates.baseline_bandwidth_in_mbps.map(i64::from);
        spec.ebs_performance_baseline_iops = rates.baseline_iops.map(i64::from);
        spec.ebs_performance_baseline_throughput = rates.baseline_throughput_in_m_bps;
        spec.ebs_performance_maximum_bandwidth = rates.maximum_bandwidth_in_mbps.map(i64::from);
        spec.ebs_performance_maximum_iops = rates.maximum_iops.map(i64::from);
        spec.ebs_performance_maximum_throughput = rates.maximum_throughput_in_m_bps;
    }
    spec
}
