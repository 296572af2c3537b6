//! `aws_nat_gateway`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    AvailabilityMode, AvailabilityZoneAddress, ConnectivityType, Filter, NatGateway as SdkGateway,
    NatGatewayAddress, NatGatewayState, ResourceType,
};

use super::{Ids, filter, owned, retag, small, tag_specification, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::plan::Status;
use crate::provider::{Error, Goal, Poll};
use crate::schema::typed::{AwsNatGateway, AwsNatGatewayRegionalNatGatewayAddress};

/// The way from private subnets to the internet.
pub struct NatGateway;

impl Resource for NatGateway {
    type Spec = AwsNatGateway;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsNatGateway>>, Error> {
        let ids = Ids { filter: "nat-gateway-id", of: SdkGateway::nat_gateway_id };
        let gateways = owned(query, &ids, |filter| describe(aws, filter)).await?;
        Ok(gateways.into_iter().filter_map(found).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsNatGateway>>, Error> {
        Ok(describe(aws, filter("nat-gateway-id", [id.as_str()])).await?.pop().and_then(found))
    }

    async fn create(aws: &Regional, new: &New<AwsNatGateway>) -> Result<Id, Error> {
        let spec = &new.spec;
        let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        let zones = spec.availability_zone_address.iter().map(|zone| {
            AvailabilityZoneAddress::builder()
                .set_availability_zone(zone.availability_zone.clone())
                .set_availability_zone_id(zone.availability_zone_id.clone())
                .set_allocation_ids(some(&zone.allocation_ids))
                .build()
        });
        let zones: Vec<_> = zones.collect();
        let call = aws
            .ec2()
            .create_nat_gateway()
            .client_token(&new.token)
            .set_allocation_id(spec.allocation_id.clone())
            .set_availability_mode(spec.availability_mode.as_deref().map(AvailabilityMode::from))
            .set_availability_zone_addresses((!zones.is_empty()).then_some(zones))
            .set_connectivity_type(spec.connectivity_type.as_deref().map(ConnectivityType::from))
            .set_private_ip_address(spec.private_ip.clone())
            .set_secondary_allocation_ids(some(&spec.secondary_allocation_ids))
            .set_secondary_private_ip_addresses(some(&spec.secondary_private_ip_addresses))
            .set_secondary_private_ip_address_count(
                spec.secondary_private_ip_address_count.filter(|count| *count > 0).map(small),
            )
            .set_subnet_id(spec.subnet_id.clone())
            .set_vpc_id(spec.vpc_id.clone().filter(|_| spec.subnet_id.is_none()))
            .set_tag_specifications(
                tag_specification(ResourceType::Natgateway, &new.tags).map(|t| vec![t]),
            );
        let created = call.send().await.op("ec2:CreateNatGateway")?;
        Ok(Id::new(
            created.nat_gateway.and_then(|gateway| gateway.nat_gateway_id).unwrap_or_default(),
        ))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<AwsNatGateway>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        let added = |before: &[String], after: &[String]| -> Vec<String> {
            after.iter().filter(|item| !before.contains(item)).cloned().collect()
        };
        let new_allocations =
            added(&prior.secondary_allocation_ids, &planned.secondary_allocation_ids);
        if !new_allocations.is_empty() {
            let call = aws.ec2().associate_nat_gateway_address().nat_gateway_id(id.as_str());
            let call = call.set_allocation_ids(Some(new_allocations));
            call.send().await.op("ec2:AssociateNatGatewayAddress")?;
        }
        let gone = added(&planned.secondary_allocation_ids, &prior.secondary_allocation_ids);
        if !gone.is_empty() {
            disassociate(aws, id, &gone).await?;
        }
        let new_addresses =
            added(&prior.secondary_private_ip_addresses, &planned.secondary_private_ip_addresses);
        let is_private = planned.connectivity_type.as_deref() == Some("private");
        if is_private && !new_addresses.is_empty() {
            let call = aws.ec2().assign_private_nat_gateway_address().nat_gateway_id(id.as_str());
            let call = call.set_private_ip_addresses(Some(new_addresses));
            call.send().await.op("ec2:AssignPrivateNatGatewayAddress")?;
        }
        let gone =
            added(&planned.secondary_private_ip_addresses, &prior.secondary_private_ip_addresses);
        if is_private && !gone.is_empty() {
            let call = aws.ec2().unassign_private_nat_gateway_address().nat_gateway_id(id.as_str());
            let call = call.set_private_ip_addresses(Some(gone));
            call.send().await.op("ec2:UnassignPrivateNatGatewayAddress")?;
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &AwsNatGateway) -> Result<(), Error> {
        aws.ec2()
            .delete_nat_gateway()
            .nat_gateway_id(id.as_str())
            .send()
            .await
            .op("ec2:DeleteNatGateway")?;
        Ok(())
    }

    async fn poll(aws: &Regional, ids: &[Id], _goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let gateways = describe(aws, filter("nat-gateway-id", ids.iter().map(Id::as_str))).await?;
        let seen = gateways.into_iter().map(|gateway| {
            let failure = gateway.failure_message.unwrap_or_else(|| "failed".to_owned());
            let poll = match gateway.state {
                Some(NatGatewayState::Available) => Poll::Ready,
                Some(NatGatewayState::Deleted) => Poll::Gone,
                Some(NatGatewayState::Failed) => Poll::Failed(failure.into()),
                state => {
                    Poll::Pending(state.map_or("pending".into(), |state| state.as_str().into()))
                }
            };
            (Id::new(gateway.nat_gateway_id.unwrap_or_default()), poll)
        });
        Ok(super::gone_unless_seen(ids, seen))
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// Takes secondary addresses off, which the call wants by their associations.
async fn disassociate(aws: &Regional, id: &Id, allocations: &[String]) -> Result<(), Error> {
    let gateway = describe(aws, filter("nat-gateway-id", [id.as_str()])).await?.pop();
    let addresses = gateway.and_then(|gateway| gateway.nat_gateway_addresses).unwrap_or_default();
    let associations: Vec<_> = addresses
        .into_iter()
        .filter(|address| address.allocation_id.as_ref().is_some_and(|id| allocations.contains(id)))
        .filter_map(|address| address.association_id)
        .collect();
    if associations.is_empty() {
        return Ok(());
    }
    let call = aws.ec2().disassociate_nat_gateway_address().nat_gateway_id(id.as_str());
    call.set_association_ids(Some(associations))
        .send()
        .await
        .op("ec2:DisassociateNatGatewayAddress")?;
    Ok(())
}

async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<SdkGateway>, Error> {
    let pages = aws
        .ec2()
        .describe_nat_gateways()
        .filter(filter)
        .into_paginator()
        .page_size(super::PAGE)
        .items();
    pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeNatGateways")
}

/// A gateway that is there. AWS goes on to report deleted and failed ones for about an hour.
fn found(gateway: SdkGateway) -> Option<Found<AwsNatGateway>> {
    let status = match gateway.state() {
        Some(NatGatewayState::Deleted | NatGatewayState::Failed) => return None,
        Some(NatGatewayState::Deleting) => Status::Deleting,
        Some(NatGatewayState::Pending) => Status::Pending,
        _ => Status::Ready,
    };
    let tags = tags_of(gateway.tags());
    let regional = gateway.availability_mode == Some(AvailabilityMode::Regional);
    let addresses = gateway.nat_gateway_addresses.unwrap_or_default();
    let (primary, secondary): (Vec<_>, Vec<_>) = addresses
        .iter()
        .enumerate()
        .partition(|(at, address)| address.is_primary.unwrap_or(*at == 0));
    let primary = primary.first().map(|(_, address)| (*address).clone()).filter(|_| !regional);
    let secondary: Vec<&NatGatewayAddress> = if regional {
        Vec::new()
    } else {
        secondary.into_iter().map(|(_, address)| address).collect()
    };
    let of = |take: fn(&NatGatewayAddress) -> Option<String>| primary.as_ref().and_then(take);
    let all = |take: fn(&NatGatewayAddress) -> Option<String>| -> Vec<String> {
        secondary.iter().filter_map(|address| take(address)).collect()
    };
    let spec = AwsNatGateway {
        allocation_id: of(|a| a.allocation_id.clone()),
        association_id: of(|a| a.association_id.clone()),
        auto_provision_zones: gateway.auto_provision_zones.map(|state| state.as_str().to_owned()),
        auto_scaling_ips: gateway.auto_scaling_ips.map(|state| state.as_str().to_owned()),
        availability_mode: gateway.availability_mode.map(|mode| mode.as_str().to_owned()),
        connectivity_type: gateway.connectivity_type.map(|kind| kind.as_str().to_owned()),
        network_interface_id: of(|a| a.network_interface_id.clone()),
        private_ip: of(|a| a.private_ip.clone()),
        public_ip: of(|a| a.public_ip.clone()),
        regional_nat_gateway_address: if regional {
            addresses.iter().map(regional_address).collect()
        } else {
            Vec::new()
        },
        route_table_id: gateway.route_table_id,
        secondary_allocation_ids: all(|a| a.allocation_id.clone()),
        secondary_private_ip_address_count: i64::try_from(secondary.len()).ok(),
        secondary_private_ip_addresses: all(|a| a.private_ip.clone()),
        subnet_id: gateway.subnet_id,
        vpc_id: gateway.vpc_id,
        ..AwsNatGateway::default()
    };
    Some(Found { id: Id::new(gateway.nat_gateway_id.unwrap_or_default()), spec, tags, status })
}

fn regional_address(address: &NatGatewayAddress) -> AwsNatGatewayRegionalNatGatewayAddress {
    AwsNatGatewayRegionalNatGatewayAddress {
        allocation_id: address.allocation_id.clone(),
        association_id: address.association_id.clone(),
        availability_zone: address.availability_zone.clone(),
        availability_zone_id: address.availability_zone_id.clone(),
        network_interface_id: address.network_interface_id.clone(),
        public_ip: address.public_ip.clone(),
        status: address.status.as_ref().map(|status| status.as_str().to_owned()),
    }
}
