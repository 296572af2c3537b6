//! `aws_vpc`, `aws_subnet`, `aws_subnets`, `aws_security_group`

use aws_sdk_ec2::types::{Filter, SecurityGroup as SdkGroup, Subnet as SdkSubnet, Vpc as SdkVpc};

use super::{Source, filters, one, tag_filters, tags_of};
use crate::aws::ec2::vpc::Vpc as VpcResource;
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::Resource as _;
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::data::{
    AwsSecurityGroup, AwsSubnet, AwsSubnets, AwsVpc, AwsVpcCidrBlockAssociations,
};

/// What to do where nothing, or more than one thing, matches.
const HINT: &str = "be more specific with the arguments, tags or filter";

/// Collects pairs of a filter's name and value, for the arguments that are set.
fn pairs<'a>(
    arguments: impl IntoIterator<Item = (&'a str, Option<String>)>,
) -> Vec<(String, Vec<String>)> {
    let set = arguments.into_iter().filter_map(|(name, value)| Some((name, value?)));
    set.filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), vec![value]))
        .collect()
}

/// A VPC.
pub struct Vpc;

impl Source for Vpc {
    type Spec = AwsVpc;

    async fn read(aws: &Regional, config: AwsVpc) -> Result<AwsVpc, Error> {
        let mut wanted = pairs([
            ("vpc-id", config.id.clone()),
            ("cidr", config.cidr_block.clone()),
            ("dhcp-options-id", config.dhcp_options_id.clone()),
            (
                "is-default",
                config.default.filter(|default| *default).map(|default| default.to_string()),
            ),
            ("state", config.state.clone()),
        ]);
        wanted.extend(tag_filters(&config.tags));
        let given = config.filter.iter().map(|filter| (&filter.name, &filter.values));
        let call = aws.ec2().describe_vpcs();
        let call = call.set_filters(filters(given, &wanted));
        let pages = call.into_paginator().items();
        let vpcs: Vec<SdkVpc> =
            pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeVpcs")?;
        let vpc = one("aws_vpc", vpcs, HINT)?;
        let id = vpc.vpc_id.clone().unwrap_or_default();
        let found = Box::pin(VpcResource::read(aws, &Id::new(id.as_str()))).await?;
        let spec = found.map(|found| found.spec).unwrap_or_default();
        let blocks = vpc.cidr_block_association_set.unwrap_or_default().into_iter();
        Ok(AwsVpc {
            arn: spec.arn,
            cidr_block: vpc.cidr_block,
            cidr_block_associations: blocks
                .map(|block| AwsVpcCidrBlockAssociations {
                    association_id: block.association_id,
                    cidr_block: block.cidr_block,
                    state: block
                        .cidr_block_state
                        .and_then(|state| state.state)
                        .map(|s| s.as_str().to_owned()),
                })
                .collect(),
            default: vpc.is_default,
            dhcp_options_id: vpc.dhcp_options_id,
            enable_dns_hostnames: spec.enable_dns_hostnames,
            enable_dns_support: spec.enable_dns_support,
            enable_network_address_usage_metrics: spec.enable_network_address_usage_metrics,
            id: Some(id),
            instance_tenancy: vpc.instance_tenancy.map(|tenancy| tenancy.as_str().to_owned()),
            ipv6_association_id: spec.ipv6_association_id,
            ipv6_cidr_block: spec.ipv6_cidr_block,
            main_route_table_id: spec.main_route_table_id,
            owner_id: vpc.owner_id,
            region: Some(aws.region().to_string()),
            state: vpc.state.map(|state| state.as_str().to_owned()),
            tags: tags_of(vpc.tags.as_deref().unwrap_or_default()),
            filter: config.filter,
        })
    }
}

/// The subnets that filters let through.
async fn subnets(aws: &Regional, filters: Option<Vec<Filter>>) -> Result<Vec<SdkSubnet>, Error> {
    let pages = aws.ec2().describe_subnets().set_filters(filters).into_paginator().items();
    pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeSubnets")
}

/// A subnet.
pub struct Subnet;

impl Source for Subnet {
    type Spec = AwsSubnet;

    async fn read(aws: &Regional, config: AwsSubnet) -> Result<AwsSubnet, Error> {
        let default_for_zone = config.default_for_az.filter(|default| *default);
        let mut wanted = pairs([
            ("availabilityZone", config.availability_zone.clone()),
            ("availabilityZoneId", config.availability_zone_id.clone()),
            ("cidrBlock", config.cidr_block.clone()),
            ("defaultForAz", default_for_zone.map(|default| default.to_string())),
            ("ipv6-cidr-block-association.ipv6-cidr-block", config.ipv6_cidr_block.clone()),
            ("state", config.state.clone()),
            ("subnet-id", config.id.clone()),
            ("vpc-id", config.vpc_id.clone()),
        ]);
        wanted.extend(tag_filters(&config.tags));
        let given = config.filter.iter().map(|filter| (&filter.name, &filter.values));
        let subnets = subnets(aws, filters(given, &wanted)).await?;
        let subnet = one("aws_subnet", subnets, HINT)?;
        let ipv6 = subnet.ipv6_cidr_block_association_set.unwrap_or_default().into_iter().next();
        let dns = subnet.private_dns_name_options_on_launch;
        Ok(AwsSubnet {
            arn: subnet.subnet_arn,
            assign_ipv6_address_on_creation: subnet.assign_ipv6_address_on_creation,
            availability_zone: subnet.availability_zone,
            availability_zone_id: subnet.availability_zone_id,
            available_ip_address_count: subnet.available_ip_address_count.map(i64::from),
            cidr_block: subnet.cidr_block,
            customer_owned_ipv4_pool: subnet.customer_owned_ipv4_pool,
            default_for_az: subnet.default_for_az,
            enable_dns64: subnet.enable_dns64,
            enable_lni_at_device_index: subnet.enable_lni_at_device_index.map(i64::from),
            enable_resource_name_dns_a_record_on_launch: dns
                .as_ref()
                .and_then(|d| d.enable_resource_name_dns_a_record),
            enable_resource_name_dns_aaaa_record_on_launch: dns
                .as_ref()
                .and_then(|d| d.enable_resource_name_dns_aaaa_record),
            id: subnet.subnet_id,
            ipv6_cidr_block_association_id: ipv6
                .as_ref()
                .and_then(|block| block.association_id.clone()),
            ipv6_cidr_block: ipv6.and_then(|block| block.ipv6_cidr_block),
            ipv6_native: subnet.ipv6_native,
            map_customer_owned_ip_on_launch: subnet.map_customer_owned_ip_on_launch,
            map_public_ip_on_launch: subnet.map_public_ip_on_launch,
            outpost_arn: subnet.outpost_arn,
            owner_id: subnet.owner_id,
            private_dns_hostname_type_on_launch: dns
                .and_then(|d| d.hostname_type)
                .map(|h| h.as_str().to_owned()),
            region: Some(aws.region().to_string()),
            state: subnet.state.map(|state| state.as_str().to_owned()),
            tags: tags_of(subnet.tags.as_deref().unwrap_or_default()),
            vpc_id: subnet.vpc_id,
            filter: config.filter,
        })
    }
}

/// The ids of subnets.
pub struct Subnets;

impl Source for Subnets {
    type Spec = AwsSubnets;

    async fn read(aws: &Regional, config: AwsSubnets) -> Result<AwsSubnets, Error> {
        let wanted = tag_filters(&config.tags);
        let given = config.filter.iter().map(|filter| (&filter.name, &filter.values));
        let subnets = subnets(aws, filters(given, &wanted)).await?;
        Ok(AwsSubnets {
            id: Some(aws.region().to_string()),
            ids: subnets.into_iter().filter_map(|subnet| subnet.subnet_id).collect(),
            region: Some(aws.region().to_string()),
            ..config
        })
    }
}

/// A security group.
pub struct SecurityGroup;

impl Source for SecurityGroup {
    type Spec = AwsSecurityGroup;

    async fn read(aws: &Regional, config: AwsSecurityGroup) -> Result<AwsSecurityGroup, Error> {
        let mut wanted = pairs([
            ("group-id", config.id.clone()),
            ("group-name", config.name.clone()),
            ("vpc-id", config.vpc_id.clone()),
        ]);
        wanted.extend(tag_filters(&config.tags));
        let given = config.filter.iter().map(|filter| (&filter.name, &filter.values));
        let call = aws.ec2().describe_security_groups();
        let call = call.set_filters(filters(given, &wanted));
        let pages = call.into_paginator().items();
        let groups: Vec<SdkGroup> =
            pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeSecurityGroups")?;
        let group = one("aws_security_group", groups, HINT)?;
        let id = group.group_id.unwrap_or_default();
        Ok(AwsSecurityGroup {
            arn: Some(aws.arn("ec2", &format!("security-group/{id}")).await?),
            description: group.description,
            id: Some(id),
            name: group.group_name,
            region: Some(aws.region().to_string()),
            tags: tags_of(group.tags.as_deref().unwrap_or_default()),
            vpc_id: group.vpc_id,
            filter: config.filter,
        })
    }
}
