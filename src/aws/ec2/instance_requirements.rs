//! Instance types by what they can do instead of by name, to the SDK and back.

use aws_sdk_ec2::types as sdk;

use crate::aws::requirements::{End, requirements};
use crate::aws::{small, some, texts, words};
use crate::schema::typed::{
    AwsLaunchTemplateInstanceRequirements as Requirements,
    AwsLaunchTemplateInstanceRequirementsAcceleratorCount as AcceleratorCount,
    AwsLaunchTemplateInstanceRequirementsAcceleratorTotalMemoryMib as AcceleratorTotalMemoryMib,
    AwsLaunchTemplateInstanceRequirementsBaselineEbsBandwidthMbps as BaselineEbsBandwidthMbps,
    AwsLaunchTemplateInstanceRequirementsMemoryGibPerVcpu as MemoryGibPerVcpu,
    AwsLaunchTemplateInstanceRequirementsMemoryMib as MemoryMib,
    AwsLaunchTemplateInstanceRequirementsNetworkBandwidthGbps as NetworkBandwidthGbps,
    AwsLaunchTemplateInstanceRequirementsNetworkInterfaceCount as NetworkInterfaceCount,
    AwsLaunchTemplateInstanceRequirementsTotalLocalStorageGb as TotalLocalStorageGb,
    AwsLaunchTemplateInstanceRequirementsVcpuCount as VcpuCount,
};

requirements! {
    Requirements, InstanceRequirementsRequest, InstanceRequirements;
    accelerator_count: AcceleratorCount, accelerator_count: AcceleratorCountRequest;
    accelerator_total_memory_mib: AcceleratorTotalMemoryMib, accelerator_total_memory_mib: AcceleratorTotalMemoryMiBRequest;
    baseline_ebs_bandwidth_mbps: BaselineEbsBandwidthMbps, baseline_ebs_bandwidth_mbps: BaselineEbsBandwidthMbpsRequest;
    memory_gib_per_vcpu: MemoryGibPerVcpu, memory_gib_per_v_cpu: MemoryGiBPerVCpuRequest;
    memory_mib: MemoryMib, memory_mib: MemoryMiBRequest;
    network_bandwidth_gbps: NetworkBandwidthGbps, network_bandwidth_gbps: NetworkBandwidthGbpsRequest;
    network_interface_count: NetworkInterfaceCount, network_interface_count: NetworkInterfaceCountRequest;
    total_local_storage_gb: TotalLocalStorageGb, total_local_storage_gb: TotalLocalStorageGbRequest;
    vcpu_count: VcpuCount, v_cpu_count: VCpuCountRangeRequest;
}
