//! `aws_vpc`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    AttributeBooleanValue, Filter, ResourceType, RouteTable, Tenancy, Vpc as SdkVpc,
    VpcAttributeName, VpcState,
};
use futures_util::future::try_join_all;

use super::{Ids, filter, gone_unless_seen, owned, retag, small, tag_specification, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::plan::Status;
use crate::provider::{Error, Goal, Poll};
use crate::schema::typed::AwsVpc;

/// A virtual private cloud.
pub struct Vpc;

impl Resource for Vpc {
    type Spec = AwsVpc;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsVpc>>, Error> {
        let ids = Ids { filter: "vpc-id", of: SdkVpc::vpc_id };
        let vpcs = owned(query, &ids, |filter| describe(aws, filter)).await?;
        try_join_all(vpcs.into_iter().map(|vpc| found(aws, vpc))).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsVpc>>, Error> {
        match describe(aws, filter("vpc-id", [id.as_str()])).await?.pop() {
            Some(vpc) => Ok(Some(Box::pin(found(aws, vpc)).await?)),
            None => Ok(None),
        }
    }

    async fn create(aws: &Regional, new: &New<AwsVpc>) -> Result<Id, Error> {
        let spec = &new.spec;
        let created = aws
            .ec2()
            .create_vpc()
            .set_cidr_block(spec.cidr_block.clone())
            .set_instance_tenancy(spec.instance_tenancy.as_deref().map(Tenancy::from))
            .set_amazon_provided_ipv6_cidr_block(spec.assign_generated_ipv6_cidr_block)
            .set_ipv6_cidr_block(spec.ipv6_cidr_block.clone())
            .set_ipv6_pool(None)
            .set_ipv4_ipam_pool_id(spec.ipv4_ipam_pool_id.clone())
            .set_ipv4_netmask_length(spec.ipv4_netmask_length.map(small))
            .set_ipv6_ipam_pool_id(spec.ipv6_ipam_pool_id.clone())
            .set_ipv6_netmask_length(spec.ipv6_netmask_length.map(small))
            .set_ipv6_cidr_block_network_border_group(
                spec.ipv6_cidr_block_network_border_group.clone(),
            )
            .set_tag_specifications(
                tag_specification(ResourceType::Vpc, &new.tags).map(|tags| vec![tags]),
            )
            .send()
            .await
            .op("ec2:CreateVpc")?;
        Ok(Id::new(created.vpc().and_then(SdkVpc::vpc_id).unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<AwsVpc>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        let modify = || aws.ec2().modify_vpc_attribute().vpc_id(id.as_str());
        let flag = |value: Option<bool>| AttributeBooleanValue::builder().set_value(value).build();
        // Host names need DNS support, so support is switched on before them and off after them; the call takes one
        // attribute at a time. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
        let support = planned
            .enable_dns_support
            .filter(|_| planned.enable_dns_support != prior.enable_dns_support);
        if support == Some(true) {
            let call = modify().enable_dns_support(flag(support));
            call.send().await.op("ec2:ModifyVpcAttribute")?;
        }
        if planned.enable_dns_hostnames != prior.enable_dns_hostnames {
            let call = modify().enable_dns_hostnames(flag(planned.enable_dns_hostnames));
            call.send().await.op("ec2:ModifyVpcAttribute")?;
        }
        if support == Some(false) {
            let call = modify().enable_dns_support(flag(support));
            call.send().await.op("ec2:ModifyVpcAttribute")?;
        }
        let metrics = planned.enable_network_address_usage_metrics;
        if metrics != prior.enable_network_address_usage_metrics {
            let call = modify().enable_network_address_usage_metrics(flag(metrics));
            call.send().await.op("ec2:ModifyVpcAttribute")?;
        }
        if planned.instance_tenancy != prior.instance_tenancy {
            let call = aws.ec2().modify_vpc_tenancy().vpc_id(id.as_str());
            let call = call.instance_tenancy(aws_sdk_ec2::types::VpcTenancy::Default);
            call.send().await.op("ec2:ModifyVpcTenancy")?;
        }
        update_ipv6(aws, id, change).await
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &AwsVpc) -> Result<(), Error> {
        aws.ec2().delete_vpc().vpc_id(id.as_str()).send().await.op("ec2:DeleteVpc")?;
        Ok(())
    }

    async fn poll(aws: &Regional, ids: &[Id], _goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let vpcs = describe(aws, filter("vpc-id", ids.iter().map(Id::as_str))).await?;
        Ok(gone_unless_seen(
            ids,
            vpcs.iter().map(|vpc| {
                let poll = match vpc.state() {
                    Some(VpcState::Available) => Poll::Ready,
                    state => Poll::Pending(state.map_or("pending", VpcState::as_str).into()),
                };
                (id_of(vpc).into(), poll)
            }),
        ))
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<SdkVpc>, Error> {
    let pages =
        aws.ec2().describe_vpcs().filters(filter).into_paginator().page_size(super::PAGE).items();
    pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeVpcs")
}

/// The IPv6 block is associated and taken off apart from everything else.
async fn update_ipv6(aws: &Regional, id: &Id, change: &Change<AwsVpc>) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let generated = planned.assign_generated_ipv6_cidr_block.unwrap_or_default();
    let wanted = generated || planned.ipv6_ipam_pool_id.is_some();
    let same = prior.assign_generated_ipv6_cidr_block.unwrap_or_default() == generated
        && prior.ipv6_ipam_pool_id == planned.ipv6_ipam_pool_id;
    if same {
        return Ok(());
    }
    if let Some(association) = prior.ipv6_association_id.as_deref().filter(|id| !id.is_empty()) {
        let call = aws.ec2().disassociate_vpc_cidr_block().association_id(association);
        call.send().await.op("ec2:DisassociateVpcCidrBlock")?;
    }
    if wanted {
        let call = aws
            .ec2()
            .associate_vpc_cidr_block()
            .vpc_id(id.as_str())
            .set_amazon_provided_ipv6_cidr_block(generated.then_some(true))
            .set_ipv6_ipam_pool_id(planned.ipv6_ipam_pool_id.clone())
            .set_ipv6_netmask_length(planned.ipv6_netmask_length.map(small))
            .set_ipv6_cidr_block(planned.ipv6_cidr_block.clone().filter(|_| !generated));
        call.send().await.op("ec2:AssociateVpcCidrBlock")?;
    }
    Ok(())
}

async fn found(aws: &Regional, vpc: SdkVpc) -> Result<Found<AwsVpc>, Error> {
    let id = id_of(&vpc);
    let attributes = async {
        tokio::try_join!(
            attribute(aws, &id, VpcAttributeName::EnableDnsSupport),
            attribute(aws, &id, VpcAttributeName::EnableDnsHostnames),
            attribute(aws, &id, VpcAttributeName::EnableNetworkAddressUsageMetrics),
        )
    };
    let (attributes, defaults, arn) = tokio::try_join!(attributes, defaults(aws, &id), async {
        aws.arn("ec2", &format!("vpc/{id}")).await
    },)?;
    let (dns_support, dns_hostnames, usage_metrics) = attributes;
    let ipv6 = vpc.ipv6_cidr_block_association_set().iter().find(|association| {
        let state = association.ipv6_cidr_block_state().and_then(|state| state.state());
        state.is_none_or(|state| matches!(state.as_str(), "associated" | "associating"))
    });
    let pool = ipv6.and_then(|association| association.ipv6_pool());
    let spec = AwsVpc {
        arn: Some(arn),
        assign_generated_ipv6_cidr_block: Some(pool == Some("Amazon")),
        cidr_block: vpc.cidr_block().map(str::to_owned),
        default_network_acl_id: defaults.network_acl,
        default_route_table_id: defaults.route_table.clone(),
        default_security_group_id: defaults.security_group,
        dhcp_options_id: vpc.dhcp_options_id().map(str::to_owned),
        enable_dns_hostnames: dns_hostnames,
        enable_dns_support: dns_support,
        enable_network_address_usage_metrics: usage_metrics,
        instance_tenancy: vpc.instance_tenancy().map(|tenancy| tenancy.as_str().to_owned()),
        ipv6_association_id: ipv6.and_then(|a| a.association_id()).map(str::to_owned),
        ipv6_cidr_block: ipv6.and_then(|a| a.ipv6_cidr_block()).map(str::to_owned),
        ipv6_cidr_block_network_border_group: ipv6
            .and_then(|a| a.network_border_group())
            .map(str::to_owned),
        ipv6_ipam_pool_id: pool.filter(|pool| pool.starts_with("ipam-pool-")).map(str::to_owned),
        main_route_table_id: defaults.route_table,
        owner_id: vpc.owner_id().map(str::to_owned),
        ..AwsVpc::default()
    };
    let status = match vpc.state() {
        Some(VpcState::Pending) => Status::Pending,
        _ => Status::Ready,
    };
    Ok(Found { id: id.into(), spec, tags: tags_of(vpc.tags()), status })
}

/// One of the attributes that the describe call leaves out.
async fn attribute(
    aws: &Regional,
    id: &str,
    name: VpcAttributeName,
) -> Result<Option<bool>, Error> {
    let call = aws.ec2().describe_vpc_attribute().vpc_id(id).attribute(name.clone());
    let answer = call.send().await.op("ec2:DescribeVpcAttribute")?;
    let value = match name {
        VpcAttributeName::EnableDnsSupport => answer.enable_dns_support(),
        VpcAttributeName::EnableDnsHostnames => answer.enable_dns_hostnames(),
        _ => answer.enable_network_address_usage_metrics(),
    };
    Ok(value.and_then(AttributeBooleanValue::value))
}

/// What AWS makes along with a VPC.
struct Defaults {
    network_acl: Option<String>,
    route_table: Option<String>,
    security_group: Option<String>,
}

async fn defaults(aws: &Regional, id: &str) -> Result<Defaults, Error> {
    let in_vpc = || filter("vpc-id", [id]);
    let ec2 = aws.ec2();
    let acls =
        ec2.describe_network_acls().filters(in_vpc()).filters(filter("default", ["true"])).send();
    let groups = ec2
        .describe_security_groups()
        .filters(in_vpc())
        .filters(filter("group-name", ["default"]))
        .send();
    let tables = ec2
        .describe_route_tables()
        .filters(in_vpc())
        .filters(filter("association.main", ["true"]))
        .send();
    let (acls, groups, tables) = tokio::try_join!(
        async { acls.await.op("ec2:DescribeNetworkAcls") },
        async { groups.await.op("ec2:DescribeSecurityGroups") },
        async { tables.await.op("ec2:DescribeRouteTables") },
    )?;
    Ok(Defaults {
        network_acl: acls
            .network_acls()
            .first()
            .and_then(|acl| acl.network_acl_id())
            .map(str::to_owned),
        route_table: tables
            .route_tables()
            .first()
            .and_then(RouteTable::route_table_id)
            .map(str::to_owned),
        security_group: groups
            .security_groups()
            .first()
            .and_then(|group| group.group_id())
            .map(str::to_owned),
    })
}

fn id_of(vpc: &SdkVpc) -> String {
    vpc.vpc_id().unwrap_or_default().to_owned()
}
