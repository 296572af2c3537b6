//! What a version of a launch template holds, to the SDK and back.

use aws_sdk_ec2::types as sdk;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::instance_requirements as requirements;
use super::launch_template_devices as devices;
use super::launch_template_interfaces as interfaces;
use super::{number, set, small, some, tag_list, tags_of};
use crate::schema::typed::{
    AwsLaunchTemplate, AwsLaunchTemplateCapacityReservationSpecification,
    AwsLaunchTemplateCapacityReservationSpecificationCapacityReservationTarget,
    AwsLaunchTemplateCpuOptions, AwsLaunchTemplateCreditSpecification,
    AwsLaunchTemplateEnclaveOptions, AwsLaunchTemplateHibernationOptions,
    AwsLaunchTemplateIamInstanceProfile, AwsLaunchTemplateInstanceMarketOptions,
    AwsLaunchTemplateInstanceMarketOptionsSpotOptions, AwsLaunchTemplateLicenseSpecification,
    AwsLaunchTemplateMaintenanceOptions, AwsLaunchTemplateMetadataOptions,
    AwsLaunchTemplateMonitoring, AwsLaunchTemplatePlacement,
    AwsLaunchTemplatePrivateDnsNameOptions, AwsLaunchTemplateTagSpecifications,
};

/// The text of a word of the SDK's.
macro_rules! text {
    ($word:expr) => {
        $word.map(|word| word.as_str().to_owned())
    };
}

/// A word that is set, as the SDK's type for it.
macro_rules! word {
    ($text:expr) => {
        set(&$text).as_deref().map(Into::into)
    };
}

/// A text that holds a truth value, or nothing.
pub(super) fn flag(text: &Option<String>) -> Option<bool> {
    match text.as_deref() {
        None | Some("") => None,
        Some(text) => Some(matches!(text, "true" | "1")),
    }
}

/// A truth value as such a text.
pub(super) fn flag_text(flag: Option<bool>) -> Option<String> {
    flag.map(|flag| flag.to_string())
}

/// A number other than zero, which in these blocks means that it is not set.
pub(super) fn count(count: Option<i64>) -> Option<i32> {
    count.filter(|count| *count != 0).map(small)
}

/// For the SDK.
pub(super) fn to_sdk(spec: &AwsLaunchTemplate) -> sdk::RequestLaunchTemplateData {
    let devices: Vec<_> = spec.block_device_mappings.iter().map(devices::to_sdk).collect();
    let interfaces: Vec<_> = spec.network_interfaces.iter().map(interfaces::to_sdk).collect();
    let licenses: Vec<_> = spec.license_specification.iter().map(license).collect();
    let tags: Vec<_> = spec.tag_specifications.iter().map(tags).collect();
    sdk::RequestLaunchTemplateData::builder()
        .set_block_device_mappings(some(&devices))
        .set_capacity_reservation_specification(
            spec.capacity_reservation_specification.as_ref().map(reservation),
        )
        .set_cpu_options(spec.cpu_options.as_ref().map(cpu))
        .set_credit_specification(spec.credit_specification.as_ref().map(|credit| {
            sdk::CreditSpecificationRequest::builder()
                .set_cpu_credits(set(&credit.cpu_credits))
                .build()
        }))
        .set_disable_api_stop(spec.disable_api_stop.filter(|on| *on))
        .set_disable_api_termination(spec.disable_api_termination.filter(|on| *on))
        .set_ebs_optimized(flag(&spec.ebs_optimized))
        .set_enclave_options(spec.enclave_options.as_ref().map(|enclave| {
            sdk::LaunchTemplateEnclaveOptionsRequest::builder().set_enabled(enclave.enabled).build()
        }))
        .set_hibernation_options(spec.hibernation_options.as_ref().map(|hibernation| {
            sdk::LaunchTemplateHibernationOptionsRequest::builder()
                .configured(hibernation.configured)
                .build()
        }))
        .set_iam_instance_profile(spec.iam_instance_profile.as_ref().map(|profile| {
            sdk::LaunchTemplateIamInstanceProfileSpecificationRequest::builder()
                .set_arn(set(&profile.arn))
                .set_name(set(&profile.name))
                .build()
        }))
        .set_image_id(set(&spec.image_id))
        .set_instance_initiated_shutdown_behavior(word!(spec.instance_initiated_shutdown_behavior))
        .set_instance_market_options(spec.instance_market_options.as_ref().map(market))
        .set_instance_requirements(spec.instance_requirements.as_ref().map(requirements::to_sdk))
        .set_instance_type(word!(spec.instance_type))
        .set_kernel_id(set(&spec.kernel_id))
        .set_key_name(set(&spec.key_name))
        .set_license_specifications(some(&licenses))
        .set_maintenance_options(spec.maintenance_options.as_ref().map(|maintenance| {
            sdk::LaunchTemplateInstanceMaintenanceOptionsRequest::builder()
                .set_auto_recovery(word!(maintenance.auto_recovery))
                .build()
        }))
        .set_metadata_options(spec.metadata_options.as_ref().map(metadata))
        .set_monitoring(spec.monitoring.as_ref().map(|monitoring| {
            sdk::LaunchTemplatesMonitoringRequest::builder().set_enabled(monitoring.enabled).build()
        }))
        .set_network_interfaces(some(&interfaces))
        .set_placement(spec.placement.as_ref().map(placement))
        .set_private_dns_name_options(spec.private_dns_name_options.as_ref().map(private_dns))
        .set_ram_disk_id(set(&spec.ram_disk_id))
        .set_security_group_ids(some(&spec.vpc_security_group_ids))
        .set_security_groups(some(&spec.security_group_names))
        .set_tag_specifications(some(&tags))
        .set_user_data(set(&spec.user_data))
        .build()
}

fn reservation(
    from: &AwsLaunchTemplateCapacityReservationSpecification,
) -> sdk::LaunchTemplateCapacityReservationSpecificationRequest {
    let target = from.capacity_reservation_target.as_ref().map(|target| {
        sdk::CapacityReservationTarget::builder()
            .set_capacity_reservation_id(set(&target.capacity_reservation_id))
            .set_capacity_reservation_resource_group_arn(set(
                &target.capacity_reservation_resource_group_arn
            ))
            .build()
    });
    sdk::LaunchTemplateCapacityReservationSpecificationRequest::builder()
        .set_capacity_reservation_preference(word!(from.capacity_reservation_preference))
        .set_capacity_reservation_target(target)
        .build()
}

fn cpu(from: &AwsLaunchTemplateCpuOptions) -> sdk::LaunchTemplateCpuOptionsRequest {
    sdk::LaunchTemplateCpuOptionsRequest::builder()
        .set_amd_sev_snp(word!(from.amd_sev_snp))
        .set_core_count(count(from.core_count))
        .set_threads_per_core(count(from.threads_per_core))
        .build()
}

fn market(
    from: &AwsLaunchTemplateInstanceMarketOptions,
) -> sdk::LaunchTemplateInstanceMarketOptionsRequest {
    let spot = from.spot_options.as_ref().map(|spot| {
        let until = set(&spot.valid_until);
        let until =
            until.and_then(|text| DateTime::from_str(&text, Format::DateTimeWithOffset).ok());
        sdk::LaunchTemplateSpotMarketOptionsRequest::builder()
            .set_block_duration_minutes(count(spot.block_duration_minutes))
            .set_instance_interruption_behavior(word!(spot.instance_interruption_behavior))
            .set_max_price(set(&spot.max_price))
            .set_spot_instance_type(word!(spot.spot_instance_type))
            .set_valid_until(until)
            .build()
    });
    sdk::LaunchTemplateInstanceMarketOptionsRequest::builder()
        .set_market_type(word!(from.market_type))
        .set_spot_options(spot)
        .build()
}

fn license(
    from: &AwsLaunchTemplateLicenseSpecification,
) -> sdk::LaunchTemplateLicenseConfigurationRequest {
    sdk::LaunchTemplateLicenseConfigurationRequest::builder()
        .license_configuration_arn(&from.license_configuration_arn)
        .build()
}

fn metadata(
    from: &AwsLaunchTemplateMetadataOptions,
) -> sdk::LaunchTemplateInstanceMetadataOptionsRequest {
    sdk::LaunchTemplateInstanceMetadataOptionsRequest::builder()
        .set_http_endpoint(word!(from.http_endpoint))
        .set_http_protocol_ipv6(word!(from.http_protocol_ipv6))
        .set_http_put_response_hop_limit(count(from.http_put_response_hop_limit))
        .set_http_tokens(word!(from.http_tokens))
        .set_instance_metadata_tags(word!(from.instance_metadata_tags))
        .build()
}

fn placement(from: &AwsLaunchTemplatePlacement) -> sdk::LaunchTemplatePlacementRequest {
    sdk::LaunchTemplatePlacementRequest::builder()
        .set_affinity(set(&from.affinity))
        .set_availability_zone(set(&from.availability_zone))
        .set_group_id(set(&from.group_id))
        .set_group_name(set(&from.group_name))
        .set_host_id(set(&from.host_id))
        .set_host_resource_group_arn(set(&from.host_resource_group_arn))
        .set_partition_number(count(from.partition_number))
        .set_spread_domain(set(&from.spread_domain))
        .set_tenancy(word!(from.tenancy))
        .build()
}

fn private_dns(
    from: &AwsLaunchTemplatePrivateDnsNameOptions,
) -> sdk::LaunchTemplatePrivateDnsNameOptionsRequest {
    sdk::LaunchTemplatePrivateDnsNameOptionsRequest::builder()
        .set_enable_resource_name_dns_a_record(from.enable_resource_name_dns_a_record)
        .set_enable_resource_name_dns_aaaa_record(from.enable_resource_name_dns_aaaa_record)
        .set_hostname_type(word!(from.hostname_type))
        .build()
}

fn tags(from: &AwsLaunchTemplateTagSpecifications) -> sdk::LaunchTemplateTagSpecificationRequest {
    sdk::LaunchTemplateTagSpecificationRequest::builder()
        .set_resource_type(word!(from.resource_type))
        .set_tags(some(&tag_list(&from.tags)))
        .build()
}

/// From the SDK.
pub(super) fn from_sdk(data: sdk::ResponseLaunchTemplateData) -> AwsLaunchTemplate {
    AwsLaunchTemplate {
        disable_api_stop: data.disable_api_stop,
        disable_api_termination: data.disable_api_termination,
        ebs_optimized: flag_text(data.ebs_optimized),
        image_id: data.image_id,
        instance_initiated_shutdown_behavior: text!(data.instance_initiated_shutdown_behavior),
        instance_type: text!(data.instance_type),
        kernel_id: data.kernel_id,
        key_name: data.key_name,
        ram_disk_id: data.ram_disk_id,
        security_group_names: data.security_groups.unwrap_or_default(),
        user_data: set(&data.user_data),
        vpc_security_group_ids: data.security_group_ids.unwrap_or_default(),
        block_device_mappings: all(data.block_device_mappings, devices::from_sdk),
        capacity_reservation_specification: data
            .capacity_reservation_specification
            .map(reservation_of),
        cpu_options: data.cpu_options.map(|cpu| AwsLaunchTemplateCpuOptions {
            amd_sev_snp: text!(cpu.amd_sev_snp),
            core_count: cpu.core_count.map(number),
            threads_per_core: cpu.threads_per_core.map(number),
        }),
        credit_specification: data
            .credit_specification
            .map(|credit| AwsLaunchTemplateCreditSpecification { cpu_credits: credit.cpu_credits }),
        enclave_options: data
            .enclave_options
            .map(|enclave| AwsLaunchTemplateEnclaveOptions { enabled: enclave.enabled }),
        hibernation_options: data.hibernation_options.map(|hibernation| {
            AwsLaunchTemplateHibernationOptions {
                configured: hibernation.configured.unwrap_or_default(),
            }
        }),
        iam_instance_profile: data.iam_instance_profile.map(|profile| {
            AwsLaunchTemplateIamInstanceProfile { arn: profile.arn, name: profile.name }
        }),
        instance_market_options: data.instance_market_options.map(market_of),
        instance_requirements: data.instance_requirements.map(requirements::from_sdk),
        license_specification: all(data.license_specifications, |license| {
            AwsLaunchTemplateLicenseSpecification {
                license_configuration_arn: license.license_configuration_arn.unwrap_or_default(),
            }
        }),
        maintenance_options: data.maintenance_options.map(|maintenance| {
            AwsLaunchTemplateMaintenanceOptions { auto_recovery: text!(maintenance.auto_recovery) }
        }),
        metadata_options: data.metadata_options.map(|metadata| AwsLaunchTemplateMetadataOptions {
            http_endpoint: text!(metadata.http_endpoint),
            http_protocol_ipv6: text!(metadata.http_protocol_ipv6),
            http_put_response_hop_limit: metadata.http_put_response_hop_limit.map(number),
            http_tokens: text!(metadata.http_tokens),
            instance_metadata_tags: text!(metadata.instance_metadata_tags),
        }),
        monitoring: data
            .monitoring
            .map(|monitoring| AwsLaunchTemplateMonitoring { enabled: monitoring.enabled }),
        network_interfaces: all(data.network_interfaces, interfaces::from_sdk),
        placement: data.placement.map(placement_of),
        private_dns_name_options: data.private_dns_name_options.map(|dns| {
            AwsLaunchTemplatePrivateDnsNameOptions {
                enable_resource_name_dns_a_record: dns.enable_resource_name_dns_a_record,
                enable_resource_name_dns_aaaa_record: dns.enable_resource_name_dns_aaaa_record,
                hostname_type: text!(dns.hostname_type),
            }
        }),
        tag_specifications: all(data.tag_specifications, |tags| {
            AwsLaunchTemplateTagSpecifications {
                tags: tags_of(tags.tags()),
                resource_type: text!(tags.resource_type),
            }
        }),
        ..AwsLaunchTemplate::default()
    }
}

fn all<T, U>(list: Option<Vec<T>>, each: impl Fn(T) -> U) -> Vec<U> {
    list.unwrap_or_default().into_iter().map(each).collect()
}

fn reservation_of(
    from: sdk::LaunchTemplateCapacityReservationSpecificationResponse,
) -> AwsLaunchTemplateCapacityReservationSpecification {
    type Target = AwsLaunchTemplateCapacityReservationSpecificationCapacityReservationTarget;
    AwsLaunchTemplateCapacityReservationSpecification {
        capacity_reservation_preference: text!(from.capacity_reservation_preference),
        capacity_reservation_target: from.capacity_reservation_target.map(|target| Target {
            capacity_reservation_id: target.capacity_reservation_id,
            capacity_reservation_resource_group_arn: target.capacity_reservation_resource_group_arn,
        }),
    }
}

fn market_of(
    from: sdk::LaunchTemplateInstanceMarketOptions,
) -> AwsLaunchTemplateInstanceMarketOptions {
    AwsLaunchTemplateInstanceMarketOptions {
        market_type: text!(from.market_type),
        spot_options: from.spot_options.map(|spot| {
            AwsLaunchTemplateInstanceMarketOptionsSpotOptions {
                block_duration_minutes: spot.block_duration_minutes.map(number),
                instance_interruption_behavior: text!(spot.instance_interruption_behavior),
                max_price: spot.max_price,
                spot_instance_type: text!(spot.spot_instance_type),
                valid_until: spot.valid_until.and_then(|time| time.fmt(Format::DateTime).ok()),
            }
        }),
    }
}

fn placement_of(from: sdk::LaunchTemplatePlacement) -> AwsLaunchTemplatePlacement {
    AwsLaunchTemplatePlacement {
        affinity: from.affinity,
        availability_zone: from.availability_zone,
        group_id: from.group_id,
        group_name: from.group_name,
        host_id: from.host_id,
        host_resource_group_arn: from.host_resource_group_arn,
        partition_number: from.partition_number.map(number),
        spread_domain: from.spread_domain,
        tenancy: text!(from.tenancy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_texts() {
        for (text, value) in
            [(None, None), (Some(""), None), (Some("true"), Some(true)), (Some("0"), Some(false))]
        {
            assert_eq!(flag(&text.map(str::to_owned)), value, "{text:?}");
        }
    }

    #[test]
    fn nothing_asked_for_sends_nothing() {
        assert_eq!(
            to_sdk(&AwsLaunchTemplate::default()),
            sdk::RequestLaunchTemplateData::builder().build()
        );
    }
}
