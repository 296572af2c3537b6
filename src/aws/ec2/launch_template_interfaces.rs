//! The network interfaces of a launch template, to the SDK and back.

use aws_sdk_ec2::types as sdk;

use super::launch_template_data::{count, flag, flag_text};
use super::{number, set, small, some};
use crate::schema::typed as spec;
use spec::AwsLaunchTemplateNetworkInterfaces as Interface;
use spec::AwsLaunchTemplateNetworkInterfacesConnectionTrackingSpecification as Tracking;
use spec::AwsLaunchTemplateNetworkInterfacesEnaSrdSpecification as EnaSrd;
use spec::AwsLaunchTemplateNetworkInterfacesEnaSrdSpecificationEnaSrdUdpSpecification as EnaSrdUdp;

/// For the SDK. An interface without an index is the first one.
pub(super) fn to_sdk(
    from: &Interface,
) -> sdk::LaunchTemplateInstanceNetworkInterfaceSpecificationRequest {
    let addresses: Vec<_> = from
        .ipv4_addresses
        .iter()
        .map(|address| {
            sdk::PrivateIpAddressSpecification::builder()
                .private_ip_address(address)
                .primary(from.private_ip_address.as_ref() == Some(address))
                .build()
        })
        .collect();
    let ipv4_prefixes: Vec<_> = from
        .ipv4_prefixes
        .iter()
        .map(|prefix| sdk::Ipv4PrefixSpecificationRequest::builder().ipv4_prefix(prefix).build())
        .collect();
    let ipv6_addresses: Vec<_> = from
        .ipv6_addresses
        .iter()
        .map(|address| sdk::InstanceIpv6AddressRequest::builder().ipv6_address(address).build())
        .collect();
    let ipv6_prefixes: Vec<_> = from
        .ipv6_prefixes
        .iter()
        .map(|prefix| sdk::Ipv6PrefixSpecificationRequest::builder().ipv6_prefix(prefix).build())
        .collect();
    sdk::LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder()
        .set_associate_carrier_ip_address(flag(&from.associate_carrier_ip_address))
        .set_associate_public_ip_address(flag(&from.associate_public_ip_address))
        .set_connection_tracking_specification(
            from.connection_tracking_specification.as_ref().map(tracking),
        )
        .set_delete_on_termination(flag(&from.delete_on_termination))
        .set_description(set(&from.description))
        .device_index(from.device_index.map_or(0, small))
        .set_ena_srd_specification(from.ena_srd_specification.as_ref().map(ena_srd))
        .set_groups(some(&from.security_groups))
        .set_interface_type(set(&from.interface_type))
        .set_ipv4_prefix_count(count(from.ipv4_prefix_count))
        .set_ipv4_prefixes(some(&ipv4_prefixes))
        .set_ipv6_address_count(count(from.ipv6_address_count))
        .set_ipv6_addresses(some(&ipv6_addresses))
        .set_ipv6_prefix_count(count(from.ipv6_prefix_count))
        .set_ipv6_prefixes(some(&ipv6_prefixes))
        .set_network_card_index(count(from.network_card_index))
        .set_network_interface_id(set(&from.network_interface_id))
        .set_primary_ipv6(flag(&from.primary_ipv6))
        .set_private_ip_address(
            set(&from.private_ip_address).filter(|address| !from.ipv4_addresses.contains(address)),
        )
        .set_private_ip_addresses(some(&addresses))
        .set_secondary_private_ip_address_count(count(from.ipv4_address_count))
        .set_subnet_id(set(&from.subnet_id))
        .build()
}

fn tracking(from: &Tracking) -> sdk::ConnectionTrackingSpecificationRequest {
    sdk::ConnectionTrackingSpecificationRequest::builder()
        .set_tcp_established_timeout(count(from.tcp_established_timeout))
        .set_udp_stream_timeout(count(from.udp_stream_timeout))
        .set_udp_timeout(count(from.udp_timeout))
        .build()
}

fn ena_srd(from: &EnaSrd) -> sdk::EnaSrdSpecificationRequest {
    let udp = from.ena_srd_udp_specification.as_ref().map(|udp| {
        sdk::EnaSrdUdpSpecificationRequest::builder()
            .set_ena_srd_udp_enabled(udp.ena_srd_udp_enabled)
            .build()
    });
    sdk::EnaSrdSpecificationRequest::builder()
        .set_ena_srd_enabled(from.ena_srd_enabled)
        .set_ena_srd_udp_specification(udp)
        .build()
}

/// From the SDK. The address that is the primary one counts among all of them too, as it was sent.
pub(super) fn from_sdk(
    from: sdk::LaunchTemplateInstanceNetworkInterfaceSpecification,
) -> Interface {
    let addresses = from.private_ip_addresses.unwrap_or_default();
    let primary = addresses.iter().find(|address| address.primary == Some(true));
    let primary = primary.and_then(|address| address.private_ip_address.clone());
    Interface {
        associate_carrier_ip_address: flag_text(from.associate_carrier_ip_address),
        associate_public_ip_address: flag_text(from.associate_public_ip_address),
        delete_on_termination: flag_text(from.delete_on_termination),
        description: from.description,
        device_index: from.device_index.map(number),
        interface_type: from.interface_type,
        ipv4_address_count: from.secondary_private_ip_address_count.map(number),
        ipv4_addresses: all(Some(addresses), |address| address.private_ip_address),
        ipv4_prefix_count: from.ipv4_prefix_count.map(number),
        ipv4_prefixes: all(from.ipv4_prefixes, |prefix| prefix.ipv4_prefix),
        ipv6_address_count: from.ipv6_address_count.map(number),
        ipv6_addresses: all(from.ipv6_addresses, |address| address.ipv6_address),
        ipv6_prefix_count: from.ipv6_prefix_count.map(number),
        ipv6_prefixes: all(from.ipv6_prefixes, |prefix| prefix.ipv6_prefix),
        network_card_index: from.network_card_index.map(number),
        network_interface_id: from.network_interface_id,
        primary_ipv6: flag_text(from.primary_ipv6),
        private_ip_address: from.private_ip_address.or(primary),
        security_groups: from.groups.unwrap_or_default(),
        subnet_id: from.subnet_id,
        connection_tracking_specification: from.connection_tracking_specification.map(|tracking| {
            Tracking {
                tcp_established_timeout: tracking.tcp_established_timeout.map(number),
                udp_stream_timeout: tracking.udp_stream_timeout.map(number),
                udp_timeout: tracking.udp_timeout.map(number),
            }
        }),
        ena_srd_specification: from.ena_srd_specification.map(|srd| EnaSrd {
            ena_srd_enabled: srd.ena_srd_enabled,
            ena_srd_udp_specification: srd
                .ena_srd_udp_specification
                .map(|udp| EnaSrdUdp { ena_srd_udp_enabled: udp.ena_srd_udp_enabled }),
        }),
    }
}

fn all<T>(list: Option<Vec<T>>, text: fn(T) -> Option<String>) -> Vec<String> {
    list.unwrap_or_default().into_iter().filter_map(text).collect()
}
