//! The call that launches an instance.

use aws_sdk_ec2::types as sdk;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{block_devices, set, small, some, tag_specification};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::New;
use crate::base::Id;
use crate::provider::{Error, ErrorClass};
use crate::schema::typed::{
    AwsInstance, AwsInstanceCapacityReservationSpecification, AwsInstanceInstanceMarketOptions,
    AwsInstanceMetadataOptions,
};

/// Launches one instance and answers its id.
pub(super) async fn launch(aws: &Regional, new: &New<AwsInstance>) -> Result<Id, Error> {
    let spec = &new.spec;
    let root = if block_devices::asks_for_root(spec) { root_name(aws, spec).await? } else { None };
    let devices = block_devices::to_sdk(spec, root.as_deref());
    let interfaces = interfaces(spec);
    // Where interfaces are described, they say these themselves.
    let plain = interfaces.is_empty();
    let addresses: Vec<_> = spec.ipv6_addresses.iter().map(|address| ipv6(address)).collect();
    let call = aws
        .ec2()
        .run_instances()
        .client_token(&new.token)
        .min_count(1)
        .max_count(1)
        .set_block_device_mappings(some(&devices))
        .set_capacity_reservation_specification(
            spec.capacity_reservation_specification.as_ref().map(reservation),
        )
        .set_cpu_options(cpu(spec))
        .set_credit_specification(credit(spec))
        .set_disable_api_stop(spec.disable_api_stop)
        .set_disable_api_termination(spec.disable_api_termination)
        .set_ebs_optimized(spec.ebs_optimized)
        .set_enable_primary_ipv6(spec.enable_primary_ipv6.filter(|_| plain))
        .set_enclave_options(spec.enclave_options.as_ref().map(|enclave| {
            sdk::EnclaveOptionsRequest::builder().set_enabled(enclave.enabled).build()
        }))
        .set_hibernation_options(spec.hibernation.map(|hibernation| {
            sdk::HibernationOptionsRequest::builder().configured(hibernation).build()
        }))
        .set_iam_instance_profile(
            set(&spec.iam_instance_profile)
                .map(|name| sdk::IamInstanceProfileSpecification::builder().name(name).build()),
        )
        .set_image_id(set(&spec.ami))
        .set_instance_initiated_shutdown_behavior(
            set(&spec.instance_initiated_shutdown_behavior).as_deref().map(Into::into),
        )
        .set_instance_market_options(spec.instance_market_options.as_ref().map(market))
        .set_instance_type(set(&spec.instance_type).as_deref().map(Into::into))
        .set_ipv6_address_count(
            spec.ipv6_address_count.filter(|n| plain && *n > 0 && addresses.is_empty()).map(small),
        )
        .set_ipv6_addresses(some(&addresses).filter(|_| plain))
        .set_key_name(set(&spec.key_name))
        .set_launch_template(spec.launch_template.as_ref().map(|template| {
            let id = set(&template.id);
            sdk::LaunchTemplateSpecification::builder()
                .set_launch_template_name(set(&template.name).filter(|_| id.is_none()))
                .set_launch_template_id(id)
                .set_version(set(&template.version))
                .build()
        }))
        .set_maintenance_options(spec.maintenance_options.as_ref().map(|maintenance| {
            let recovery = set(&maintenance.auto_recovery);
            sdk::InstanceMaintenanceOptionsRequest::builder()
                .set_auto_recovery(recovery.as_deref().map(Into::into))
                .build()
        }))
        .set_metadata_options(spec.metadata_options.as_ref().map(metadata))
        .set_monitoring(
            spec.monitoring.map(|enabled| {
                sdk::RunInstancesMonitoringEnabled::builder().enabled(enabled).build()
            }),
        )
        .set_network_interfaces(some(&interfaces))
        .set_placement(placement(spec))
        .set_private_dns_name_options(spec.private_dns_name_options.as_ref().map(|dns| {
            sdk::PrivateDnsNameOptionsRequest::builder()
                .set_enable_resource_name_dns_a_record(dns.enable_resource_name_dns_a_record)
                .set_enable_resource_name_dns_aaaa_record(dns.enable_resource_name_dns_aaaa_record)
                .set_hostname_type(set(&dns.hostname_type).as_deref().map(Into::into))
                .build()
        }))
        .set_private_ip_address(set(&spec.private_ip).filter(|_| plain))
        .set_security_group_ids(some(&spec.vpc_security_group_ids).filter(|_| plain))
        .set_security_groups(
            some(&spec.security_groups).filter(|_| plain && spec.vpc_security_group_ids.is_empty()),
        )
        .set_subnet_id(set(&spec.subnet_id).filter(|_| plain))
        .set_tag_specifications(some(&tags(new)))
        .set_user_data(user_data(spec));
    let launched = call.send().await.op("ec2:RunInstances")?;
    let instance = launched.instances.unwrap_or_default().pop();
    Ok(Id::new(instance.and_then(|instance| instance.instance_id).unwrap_or_default()))
}

/// The user data as the calls take it: base64, which text that is base64 already is left as.
pub(super) fn user_data(spec: &AwsInstance) -> Option<String> {
    match set(&spec.user_data) {
        Some(text) if STANDARD.decode(&text).is_ok() => Some(text),
        Some(text) => Some(STANDARD.encode(text)),
        None => set(&spec.user_data_base64),
    }
}

/// What the image, or that of the launch template, calls its first disk.
async fn root_name(aws: &Regional, spec: &AwsInstance) -> Result<Option<String>, Error> {
    let image = match (set(&spec.ami), &spec.launch_template) {
        (Some(image), _) => image,
        (None, Some(template)) => {
            let id = set(&template.id);
            let call = aws
                .ec2()
                .describe_launch_template_versions()
                .set_launch_template_name(set(&template.name).filter(|_| id.is_none()))
                .set_launch_template_id(id)
                .resolve_alias(true)
                .versions(set(&template.version).unwrap_or_else(|| "$Default".into()));
            let answer = call.send().await.op("ec2:DescribeLaunchTemplateVersions")?;
            let version = answer.launch_template_versions.unwrap_or_default().pop();
            let data = version.and_then(|version| version.launch_template_data);
            data.and_then(|data| data.image_id).unwrap_or_default()
        }
        (None, None) => return Ok(None),
    };
    let call = aws.ec2().describe_images().image_ids(&image);
    let images = call.send().await.op("ec2:DescribeImages")?.images.unwrap_or_default();
    let name = images.into_iter().next().and_then(|image| image.root_device_name);
    name.map(Some).ok_or_else(|| {
        let message = format!("the image {image} does not say what its root device is called");
        Error::new(ErrorClass::Invalid, "ec2:DescribeImages", message)
    })
}

fn ipv6(address: &str) -> sdk::InstanceIpv6Address {
    sdk::InstanceIpv6Address::builder().ipv6_address(address).build()
}

/// Interfaces, where what is asked for can only be said of one.
fn interfaces(spec: &AwsInstance) -> Vec<sdk::InstanceNetworkInterfaceSpecification> {
    let builder = sdk::InstanceNetworkInterfaceSpecification::builder;
    if let Some(primary) = &spec.primary_network_interface
        && !primary.network_interface_id.is_empty()
    {
        let interface = builder().device_index(0);
        return vec![interface.network_interface_id(&primary.network_interface_id).build()];
    }
    if !spec.network_interface.is_empty() {
        let given = spec.network_interface.iter().map(|interface| {
            builder()
                .device_index(small(interface.device_index))
                .network_interface_id(&interface.network_interface_id)
                .set_network_card_index(
                    interface.network_card_index.filter(|card| *card > 0).map(small),
                )
                .set_delete_on_termination(interface.delete_on_termination.filter(|on| *on))
                .build()
        });
        return given.collect();
    }
    if spec.associate_public_ip_address.is_none() && spec.secondary_private_ips.is_empty() {
        return Vec::new();
    }
    let secondary: Vec<_> = spec
        .secondary_private_ips
        .iter()
        .map(|address| {
            sdk::PrivateIpAddressSpecification::builder()
                .private_ip_address(address)
                .primary(false)
                .build()
        })
        .collect();
    let addresses: Vec<_> = spec.ipv6_addresses.iter().map(|address| ipv6(address)).collect();
    let interface = builder()
        .device_index(0)
        .set_associate_public_ip_address(spec.associate_public_ip_address)
        .set_groups(some(&spec.vpc_security_group_ids))
        .set_ipv6_address_count(
            spec.ipv6_address_count.filter(|n| *n > 0 && addresses.is_empty()).map(small),
        )
        .set_ipv6_addresses(some(&addresses))
        .set_primary_ipv6(spec.enable_primary_ipv6)
        .set_private_ip_address(set(&spec.private_ip))
        .set_private_ip_addresses(some(&secondary))
        .set_subnet_id(set(&spec.subnet_id));
    vec![interface.build()]
}

fn placement(spec: &AwsInstance) -> Option<sdk::Placement> {
    let placement = sdk::Placement::builder()
        .set_availability_zone(set(&spec.availability_zone))
        .set_group_id(set(&spec.placement_group_id))
        .set_group_name(set(&spec.placement_group))
        .set_host_id(set(&spec.host_id))
        .set_host_resource_group_arn(set(&spec.host_resource_group_arn))
        .set_partition_number(spec.placement_partition_number.filter(|n| *n > 0).map(small))
        .set_tenancy(set(&spec.tenancy).as_deref().map(Into::into))
        .build();
    (placement != sdk::Placement::builder().build()).then_some(placement)
}

fn cpu(spec: &AwsInstance) -> Option<sdk::CpuOptionsRequest> {
    let cpu = spec.cpu_options.as_ref()?;
    let whole = |number: Option<i64>| number.filter(|number| *number > 0).map(small);
    Some(
        sdk::CpuOptionsRequest::builder()
            .set_amd_sev_snp(set(&cpu.amd_sev_snp).as_deref().map(Into::into))
            .set_core_count(whole(cpu.core_count))
            .set_threads_per_core(whole(cpu.threads_per_core))
            .build(),
    )
}

fn credit(spec: &AwsInstance) -> Option<sdk::CreditSpecificationRequest> {
    let credits = set(&spec.credit_specification.as_ref()?.cpu_credits)?;
    Some(sdk::CreditSpecificationRequest::builder().cpu_credits(credits).build())
}

/// For the SDK.
pub(super) fn reservation(
    from: &AwsInstanceCapacityReservationSpecification,
) -> sdk::CapacityReservationSpecification {
    let target = from.capacity_reservation_target.as_ref().map(|target| {
        sdk::CapacityReservationTarget::builder()
            .set_capacity_reservation_id(set(&target.capacity_reservation_id))
            .set_capacity_reservation_resource_group_arn(set(
                &target.capacity_reservation_resource_group_arn
            ))
            .build()
    });
    let preference = set(&from.capacity_reservation_preference);
    sdk::CapacityReservationSpecification::builder()
        .set_capacity_reservation_preference(preference.as_deref().map(Into::into))
        .set_capacity_reservation_target(target)
        .build()
}

fn market(from: &AwsInstanceInstanceMarketOptions) -> sdk::InstanceMarketOptionsRequest {
    let spot = from.spot_options.as_ref().map(|spot| {
        let until = set(&spot.valid_until);
        let until =
            until.and_then(|text| DateTime::from_str(&text, Format::DateTimeWithOffset).ok());
        sdk::SpotMarketOptions::builder()
            .set_instance_interruption_behavior(
                set(&spot.instance_interruption_behavior).as_deref().map(Into::into),
            )
            .set_max_price(set(&spot.max_price))
            .set_spot_instance_type(set(&spot.spot_instance_type).as_deref().map(Into::into))
            .set_valid_until(until)
            .build()
    });
    sdk::InstanceMarketOptionsRequest::builder()
        .set_market_type(set(&from.market_type).as_deref().map(Into::into))
        .set_spot_options(spot)
        .build()
}

fn metadata(from: &AwsInstanceMetadataOptions) -> sdk::InstanceMetadataOptionsRequest {
    let limit = from.http_put_response_hop_limit.filter(|limit| *limit > 0);
    sdk::InstanceMetadataOptionsRequest::builder()
        .set_http_endpoint(set(&from.http_endpoint).as_deref().map(Into::into))
        .set_http_protocol_ipv6(set(&from.http_protocol_ipv6).as_deref().map(Into::into))
        .set_http_put_response_hop_limit(limit.map(small))
        .set_http_tokens(set(&from.http_tokens).as_deref().map(Into::into))
        .set_instance_metadata_tags(set(&from.instance_metadata_tags).as_deref().map(Into::into))
        .build()
}

/// Tags of the instance, and of its volumes where those are asked for.
fn tags(new: &New<AwsInstance>) -> Vec<sdk::TagSpecification> {
    let instance = tag_specification(sdk::ResourceType::Instance, &new.tags);
    let volumes = tag_specification(sdk::ResourceType::Volume, &new.spec.volume_tags);
    instance.into_iter().chain(volumes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_data_is_encoded_once() {
        let spec = |plain: Option<&str>, encoded: Option<&str>| AwsInstance {
            user_data: plain.map(str::to_owned),
            user_data_base64: encoded.map(str::to_owned),
            ..AwsInstance::default()
        };
        for (plain, encoded, sent) in [
            (None, None, None),
            (Some("#!/bin/sh"), None, Some("IyEvYmluL3No")),
            (Some("IyEvYmluL3No"), None, Some("IyEvYmluL3No")),
            (Some("#!/bin/sh"), Some("b2xk"), Some("IyEvYmluL3No")),
            (None, Some("b2xk"), Some("b2xk")),
        ] {
            assert_eq!(user_data(&spec(plain, encoded)).as_deref(), sent, "{plain:?} {encoded:?}");
        }
    }
}
