//! `aws_subnet`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    AttributeBooleanValue, Filter, HostnameType, ResourceType, Subnet as SdkSubnet, SubnetState,
};

use super::{
    Ids, filter, gone_unless_seen, number, owned, retag, small, tag_specification, tags_of,
};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::plan::Status;
use crate::provider::{Error, Goal, Poll};
use crate::schema::typed::AwsSubnet;

/// A subnet.
pub struct Subnet;

impl Resource for Subnet {
    type Spec = AwsSubnet;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsSubnet>>, Error> {
        let ids = Ids { filter: "subnet-id", of: SdkSubnet::subnet_id };
        let subnets = owned(query, &ids, |filter| describe(aws, filter)).await?;
        Ok(subnets.into_iter().map(found).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsSubnet>>, Error> {
        Ok(describe(aws, filter("subnet-id", [id.as_str()])).await?.pop().map(found))
    }

    async fn create(aws: &Regional, new: &New<AwsSubnet>) -> Result<Id, Error> {
        let spec = &new.spec;
        let created = aws
            .ec2()
            .create_subnet()
            .vpc_id(&spec.vpc_id)
            .set_availability_zone(spec.availability_zone.clone())
            .set_availability_zone_id(
                spec.availability_zone_id.clone().filter(|_| spec.availability_zone.is_none()),
            )
            .set_cidr_block(spec.cidr_block.clone())
            .set_ipv6_cidr_block(spec.ipv6_cidr_block.clone())
            .set_ipv6_native(spec.ipv6_native.filter(|native| *native))
            .set_outpost_arn(spec.outpost_arn.clone())
            .set_tag_specifications(
                tag_specification(ResourceType::Subnet, &new.tags).map(|tags| vec![tags]),
            )
            .send()
            .await
            .op("ec2:CreateSubnet")?;
        Ok(Id::new(created.subnet().and_then(SdkSubnet::subnet_id).unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<AwsSubnet>) -> Result<(), Error> {
        update_ipv6_block(aws, id, change).await?;
        let Change { prior, planned } = change;
        // The call takes one attribute at a time.
        let mut calls = Vec::new();
        let modify = || aws.ec2().modify_subnet_attribute().subnet_id(id.as_str());
        let flag = |value: Option<bool>| {
            AttributeBooleanValue::builder().value(value.unwrap_or_default()).build()
        };
        let differs = |prior: Option<bool>, planned: Option<bool>| {
            prior.unwrap_or_default() != planned.unwrap_or_default()
        };
        if differs(prior.assign_ipv6_address_on_creation, planned.assign_ipv6_address_on_creation) {
            calls
                .push(modify().assign_ipv6_address_on_creation(flag(
                    planned.assign_ipv6_address_on_creation,
                )));
        }
        if differs(prior.enable_dns64, planned.enable_dns64) {
            calls.push(modify().enable_dns64(flag(planned.enable_dns64)));
        }
        if differs(
            prior.enable_resource_name_dns_a_record_on_launch,
            planned.enable_resource_name_dns_a_record_on_launch,
        ) {
            let value = flag(planned.enable_resource_name_dns_a_record_on_launch);
            calls.push(modify().enable_resource_name_dns_a_record_on_launch(value));
        }
        if differs(
            prior.enable_resource_name_dns_aaaa_record_on_launch,
            planned.enable_resource_name_dns_aaaa_record_on_launch,
        ) {
            let value = flag(planned.enable_resource_name_dns_aaaa_record_on_launch);
            calls.push(modify().enable_resource_name_dns_aaaa_record_on_launch(value));
        }
        if differs(prior.map_public_ip_on_launch, planned.map_public_ip_on_launch) {
            calls.push(modify().map_public_ip_on_launch(flag(planned.map_public_ip_on_launch)));
        }
        if differs(prior.map_customer_owned_ip_on_launch, planned.map_customer_owned_ip_on_launch) {
            let value = flag(planned.map_customer_owned_ip_on_launch);
            calls.push(
                modify()
                    .map_customer_owned_ip_on_launch(value)
                    .set_customer_owned_ipv4_pool(planned.customer_owned_ipv4_pool.clone()),
            );
        }
        if planned.private_dns_hostname_type_on_launch != prior.private_dns_hostname_type_on_launch
        {
            let value =
                planned.private_dns_hostname_type_on_launch.as_deref().map(HostnameType::from);
            calls.push(modify().set_private_dns_hostname_type_on_launch(value));
        }
        let lni = planned.enable_lni_at_device_index;
        if lni.unwrap_or_default() != prior.enable_lni_at_device_index.unwrap_or_default() {
            calls.push(match lni {
                Some(index) if index > 0 => modify().enable_lni_at_device_index(small(index)),
                _ => modify().disable_lni_at_device_index(flag(Some(true))),
            });
        }
        for call in calls {
            call.send().await.op("ec2:ModifySubnetAttribute")?;
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &AwsSubnet) -> Result<(), Error> {
        aws.ec2().delete_subnet().subnet_id(id.as_str()).send().await.op("ec2:DeleteSubnet")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<AwsSubnet>) -> Result<Vec<Found<AwsSubnet>>, Error> {
        let Some(cidr) = &new.spec.cidr_block else { return Ok(Vec::new()) };
        let call =
            aws.ec2().describe_subnets().filters(filter("vpc-id", [new.spec.vpc_id.as_str()]));
        let answer = call
            .filters(filter("cidr-block", [cidr.as_str()]))
            .send()
            .await
            .op("ec2:DescribeSubnets")?;
        Ok(answer.subnets.unwrap_or_default().into_iter().map(found).collect())
    }

    async fn poll(aws: &Regional, ids: &[Id], _goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let subnets = describe(aws, filter("subnet-id", ids.iter().map(Id::as_str))).await?;
        Ok(gone_unless_seen(
            ids,
            subnets.iter().map(|subnet| {
                let poll = match subnet.state() {
                    Some(SubnetState::Available) => Poll::Ready,
                    state => Poll::Pending(state.map_or("pending", SubnetState::as_str).into()),
                };
                (Id::new(subnet.subnet_id().unwrap_or_default()), poll)
            }),
        ))
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<SdkSubnet>, Error> {
    let pages = aws
        .ec2()
        .describe_subnets()
        .filters(filter)
        .into_paginator()
        .page_size(super::PAGE)
        .items();
    pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeSubnets")
}

/// The IPv6 block of a subnet that exists is associated and taken off by calls of its own.
async fn update_ipv6_block(
    aws: &Regional,
    id: &Id,
    change: &Change<AwsSubnet>,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    if prior.ipv6_cidr_block == planned.ipv6_cidr_block {
        return Ok(());
    }
    if let Some(association) = &prior.ipv6_cidr_block_association_id {
        let call = aws.ec2().disassociate_subnet_cidr_block().association_id(association);
        call.send().await.op("ec2:DisassociateSubnetCidrBlock")?;
    }
    if let Some(block) = &planned.ipv6_cidr_block {
        let call =
            aws.ec2().associate_subnet_cidr_block().subnet_id(id.as_str()).ipv6_cidr_block(block);
        call.send().await.op("ec2:AssociateSubnetCidrBlock")?;
    }
    Ok(())
}

fn found(subnet: SdkSubnet) -> Found<AwsSubnet> {
    let ipv6 = subnet.ipv6_cidr_block_association_set().iter().find(|association| {
        let state = association.ipv6_cidr_block_state().and_then(|state| state.state());
        state.is_none_or(|state| matches!(state.as_str(), "associated" | "associating"))
    });
    let (ipv6_block, ipv6_association) =
        (ipv6.and_then(|a| a.ipv6_cidr_block.clone()), ipv6.and_then(|a| a.association_id.clone()));
    let dns = subnet.private_dns_name_options_on_launch().cloned();
    let status = match subnet.state() {
        Some(SubnetState::Pending) => Status::Pending,
        _ => Status::Ready,
    };
    let tags = tags_of(subnet.tags());
    let spec = AwsSubnet {
        arn: subnet.subnet_arn,
        assign_ipv6_address_on_creation: subnet.assign_ipv6_address_on_creation,
        availability_zone: subnet.availability_zone,
        availability_zone_id: subnet.availability_zone_id,
        cidr_block: subnet.cidr_block,
        customer_owned_ipv4_pool: subnet.customer_owned_ipv4_pool,
        enable_dns64: subnet.enable_dns64,
        enable_lni_at_device_index: subnet.enable_lni_at_device_index.map(number),
        enable_resource_name_dns_a_record_on_launch: dns
            .as_ref()
            .and_then(|d| d.enable_resource_name_dns_a_record),
        enable_resource_name_dns_aaaa_record_on_launch: dns
            .as_ref()
            .and_then(|d| d.enable_resource_name_dns_aaaa_record),
        ipv6_cidr_block: ipv6_block,
        ipv6_cidr_block_association_id: ipv6_association,
        ipv6_native: subnet.ipv6_native,
        map_customer_owned_ip_on_launch: subnet.map_customer_owned_ip_on_launch,
        map_public_ip_on_launch: subnet.map_public_ip_on_launch,
        outpost_arn: subnet.outpost_arn,
        owner_id: subnet.owner_id,
        private_dns_hostname_type_on_launch: dns
            .and_then(|d| d.hostname_type)
            .map(|kind| kind.as_str().to_owned()),
        vpc_id: subnet.vpc_id.unwrap_or_default(),
        ..AwsSubnet::default()
    };
    Found { id: Id::new(subnet.subnet_id.unwrap_or_default()), spec, tags, status }
}
