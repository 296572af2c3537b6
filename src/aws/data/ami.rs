//! `aws_ami`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{BlockDeviceMapping, Image};
use regex::Regex;

use super::{Source, filters, one};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::some;
use crate::provider::{Error, ErrorClass};
use crate::schema::typed::data::{AwsAmi, AwsAmiBlockDeviceMappings, AwsAmiProductCodes};

/// An image that instances start from.
pub struct Ami;

impl Source for Ami {
    type Spec = AwsAmi;

    async fn read(aws: &Regional, config: AwsAmi) -> Result<AwsAmi, Error> {
        let call = aws
            .ec2()
            .describe_images()
            .set_owners(some(&config.owners))
            .set_executable_users(some(&config.executable_users))
            .set_include_deprecated(config.include_deprecated)
            .set_filters(filters(
                config.filter.iter().map(|filter| (&filter.name, &filter.values)),
                &[],
            ));
        let pages = call.into_paginator().items();
        let mut images: Vec<Image> =
            pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeImages")?;
        if let Some(pattern) = config.name_regex.as_deref().filter(|pattern| !pattern.is_empty()) {
            let pattern = Regex::new(pattern).map_err(|error| {
                Error::new(ErrorClass::Invalid, "read aws_ami", format!("name_regex: {error}"))
            })?;
            images.retain(|image| image.name().is_some_and(|name| pattern.is_match(name)));
        }
        images.sort_by(|a, b| b.creation_date().cmp(&a.creation_date()));
        if config.most_recent.unwrap_or_default() {
            images.truncate(1);
        }
        let hint = "set most_recent = true, or be more specific with owners, filter or name_regex";
        one("aws_ami", images, hint).map(|image| spec(aws, config, image))
    }
}

fn spec(aws: &Regional, config: AwsAmi, image: Image) -> AwsAmi {
    let id = image.image_id.unwrap_or_default();
    let root = image.root_device_name.clone();
    let devices = image.block_device_mappings.unwrap_or_default();
    let snapshot = devices
        .iter()
        .find(|device| device.device_name == root)
        .and_then(|device| device.ebs.as_ref()?.snapshot_id.clone());
    let reason = image.state_reason.map(|reason| {
        BTreeMap::from([
            ("code".to_owned(), reason.code.unwrap_or_default()),
            ("message".to_owned(), reason.message.unwrap_or_default()),
        ])
    });
    let codes = image.product_codes.unwrap_or_default().into_iter();
    AwsAmi {
        architecture: image.architecture.map(|word| word.as_str().to_owned()),
        arn: Some(format!("arn:{}:ec2:{}::image/{id}", aws.partition(), aws.region())),
        block_device_mappings: devices.into_iter().map(device).collect(),
        boot_mode: image.boot_mode.map(|word| word.as_str().to_owned()),
        creation_date: image.creation_date,
        deprecation_time: image.deprecation_time,
        description: image.description,
        ena_support: image.ena_support,
        hypervisor: image.hypervisor.map(|word| word.as_str().to_owned()),
        image_id: Some(id.clone()),
        id: Some(id),
        image_location: image.image_location,
        image_owner_alias: image.image_owner_alias,
        image_type: image.image_type.map(|word| word.as_str().to_owned()),
        imds_support: image.imds_support.map(|word| word.as_str().to_owned()),
        kernel_id: image.kernel_id,
        last_launched_time: image.last_launched_time,
        name: image.name,
        owner_id: image.owner_id,
        platform: image.platform.map(|word| word.as_str().to_owned()),
        platform_details: image.platform_details,
        product_codes: codes
            .map(|code| AwsAmiProductCodes {
                product_code_id: code.product_code_id,
                product_code_type: code.product_code_type.map(|word| word.as_str().to_owned()),
            })
            .collect(),
        public: image.public,
        ramdisk_id: image.ramdisk_id,
        region: Some(aws.region().to_string()),
        root_device_name: root,
        root_device_type: image.root_device_type.map(|word| word.as_str().to_owned()),
        root_snapshot_id: snapshot,
        sriov_net_support: image.sriov_net_support,
        state: image.state.map(|word| word.as_str().to_owned()),
        state_reason: reason.unwrap_or_default(),
        tags: super::tags_of(image.tags.as_deref().unwrap_or_default()),
        tpm_support: image.tpm_support.map(|word| word.as_str().to_owned()),
        usage_operation: image.usage_operation,
        virtualization_type: image.virtualization_type.map(|word| word.as_str().to_owned()),
        ..config
    }
}

fn device(mapping: BlockDeviceMapping) -> AwsAmiBlockDeviceMappings {
    let ebs = mapping.ebs.map(|ebs| {
        let number = |number: Option<i32>| number.unwrap_or_default().to_string();
        BTreeMap::from([
            (
                "delete_on_termination".to_owned(),
                ebs.delete_on_termination.unwrap_or_default().to_string(),
            ),
            ("encrypted".to_owned(), ebs.encrypted.unwrap_or_default().to_string()),
            ("iops".to_owned(), number(ebs.iops)),
            ("snapshot_id".to_owned(), ebs.snapshot_id.unwrap_or_default()),
            ("throughput".to_owned(), number(ebs.throughput)),
            ("volume_size".to_owned(), number(ebs.volume_size)),
            (
                "volume_type".to_owned(),
                ebs.volume_type.map_or_else(String::new, |kind| kind.as_str().to_owned()),
            ),
        ])
    });
    AwsAmiBlockDeviceMappings {
        device_name: mapping.device_name,
        ebs: ebs.unwrap_or_default(),
        no_device: mapping.no_device,
        virtual_name: mapping.virtual_name,
    }
}
