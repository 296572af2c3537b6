//! The disks of a launch template, to the SDK and back.

use aws_sdk_ec2::types as sdk;

use super::launch_template_data::{count, flag, flag_text};
use super::{number, set};
use crate::schema::typed::{
    AwsLaunchTemplateBlockDeviceMappings as Mapping, AwsLaunchTemplateBlockDeviceMappingsEbs as Ebs,
};

/// For the SDK.
pub(super) fn to_sdk(from: &Mapping) -> sdk::LaunchTemplateBlockDeviceMappingRequest {
    sdk::LaunchTemplateBlockDeviceMappingRequest::builder()
        .set_device_name(set(&from.device_name))
        // An empty text takes the image's device off: it has to be sent.
        .set_no_device(from.no_device.clone())
        .set_virtual_name(set(&from.virtual_name))
        .set_ebs(from.ebs.as_ref().map(ebs))
        .build()
}

fn ebs(from: &Ebs) -> sdk::LaunchTemplateEbsBlockDeviceRequest {
    sdk::LaunchTemplateEbsBlockDeviceRequest::builder()
        .set_delete_on_termination(flag(&from.delete_on_termination))
        .set_encrypted(flag(&from.encrypted))
        .set_iops(count(from.iops))
        .set_kms_key_id(set(&from.kms_key_id))
        .set_snapshot_id(set(&from.snapshot_id))
        .set_throughput(count(from.throughput))
        .set_volume_initialization_rate(count(from.volume_initialization_rate))
        .set_volume_size(count(from.volume_size))
        .set_volume_type(set(&from.volume_type).as_deref().map(Into::into))
        .build()
}

/// From the SDK.
pub(super) fn from_sdk(from: sdk::LaunchTemplateBlockDeviceMapping) -> Mapping {
    Mapping {
        device_name: from.device_name,
        no_device: from.no_device,
        virtual_name: from.virtual_name,
        ebs: from.ebs.map(|ebs| Ebs {
            delete_on_termination: flag_text(ebs.delete_on_termination),
            encrypted: flag_text(ebs.encrypted),
            iops: ebs.iops.map(number),
            kms_key_id: ebs.kms_key_id,
            snapshot_id: ebs.snapshot_id,
            throughput: ebs.throughput.map(number),
            volume_initialization_rate: ebs.volume_initialization_rate.map(number),
            volume_size: ebs.volume_size.map(number),
            volume_type: ebs.volume_type.map(|kind| kind.as_str().to_owned()),
        }),
    }
}
