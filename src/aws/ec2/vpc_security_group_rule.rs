//! `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`: one rule, one object.

use aws_sdk_ec2::types::{
    Filter, ResourceType, SecurityGroupRule, SecurityGroupRuleRequest, SecurityGroupRuleUpdate,
};

use super::permission::{Direction, Peer, peer_of, protocol};
use super::{Ids, filter, number, retag, small, tag_specification, tagged, tags_of, with_known};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::{AwsVpcSecurityGroupEgressRule, AwsVpcSecurityGroupIngressRule};

/// Both directions have the same fields under structs of their own.
macro_rules! rule {
    ($(#[$doc:meta])* $name:ident, $spec:ident, $direction:expr) => {
        $(#[$doc])*
        pub struct $name;

        impl Resource for $name {
            type Spec = $spec;

            async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
                let rules = list(aws, query).await?.into_iter().filter(|rule| is($direction, rule));
                Ok(rules.map(|rule| Self::found(rule)).collect())
            }

            async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
                let rules = describe(aws, filter("security-group-rule-id", [id.as_str()])).await?;
                Ok(rules.into_iter().find(|rule| is($direction, rule)).map(Self::found))
            }

            async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
                let spec = &new.spec;
                let peer = Self::peer(spec);
                let permission = aws_sdk_ec2::types::IpPermission::builder()
                    .ip_protocol(&spec.ip_protocol)
                    .set_from_port(spec.from_port.map(small))
                    .set_to_port(spec.to_port.map(small));
                let permission = with_peer(permission, peer, spec.description.clone()).build();
                let tags = tag_specification(ResourceType::SecurityGroupRule, &new.tags).map(|t| vec![t]);
                authorize(aws, $direction, &spec.security_group_id, permission, tags).await
            }

            async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
                let Change { prior, planned } = change;
                let same = |a: &Self::Spec, b: &Self::Spec| {
                    protocol(&a.ip_protocol) == protocol(&b.ip_protocol)
                        && (a.from_port, a.to_port) == (b.from_port, b.to_port)
                        && a.description == b.description
                        && Self::peer(a) == Self::peer(b)
                };
                if same(prior, planned) {
                    return Ok(());
                }
                let request = SecurityGroupRuleRequest::builder()
                    .ip_protocol(&planned.ip_protocol)
                    .set_from_port(Some(planned.from_port.map_or(-1, small)))
                    .set_to_port(Some(planned.to_port.map_or(-1, small)))
                    .set_cidr_ipv4(planned.cidr_ipv4.clone())
                    .set_cidr_ipv6(planned.cidr_ipv6.clone())
                    .set_prefix_list_id(planned.prefix_list_id.clone())
                    .set_referenced_group_id(planned.referenced_security_group_id.clone())
                    .set_description(planned.description.clone())
                    .build();
                let update = SecurityGroupRuleUpdate::builder()
                    .security_group_rule_id(id.as_str())
                    .security_group_rule(request)
                    .build();
                let call = aws.ec2().modify_security_group_rules().group_id(&planned.security_group_id);
                call.security_group_rules(update).send().await.op("ec2:ModifySecurityGroupRules")?;
                Ok(())
            }

            async fn delete(aws: &Regional, id: &Id, prior: &Self::Spec) -> Result<(), Error> {
                revoke(aws, $direction, &prior.security_group_id, id).await
            }

            async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
                let spec = &new.spec;
                let rules = describe(aws, filter("group-id", [spec.security_group_id.as_str()])).await?;
                let same = |found: &Found<Self::Spec>| {
                    let other = &found.spec;
                    let all = protocol(&spec.ip_protocol) == "-1";
                    protocol(&other.ip_protocol) == protocol(&spec.ip_protocol)
                        && (all || (other.from_port, other.to_port) == (spec.from_port, spec.to_port))
                        && Self::peer(other) == Self::peer(spec)
                };
                Ok(rules.into_iter().filter(|rule| is($direction, rule)).map(Self::found).filter(same).collect())
            }

            async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
                retag(aws, id.as_str(), tags).await
            }
        }

        impl $name {
            fn peer(spec: &$spec) -> Option<Peer> {
                spec.cidr_ipv4
                    .clone()
                    .map(Peer::Ipv4)
                    .or_else(|| spec.cidr_ipv6.clone().map(Peer::Ipv6))
                    .or_else(|| spec.prefix_list_id.clone().map(Peer::PrefixList))
                    .or_else(|| spec.referenced_security_group_id.clone().map(Peer::Group))
            }

            fn found(rule: SecurityGroupRule) -> Found<$spec> {
                let peer = peer_of(&rule);
                let tags = tags_of(rule.tags());
                let id = rule.security_group_rule_id.unwrap_or_default();
                let protocol = protocol(rule.ip_protocol.as_deref().unwrap_or_default());
                let port = |port: Option<i32>| port.map(number).filter(|_| protocol != "-1");
                let mut spec = $spec {
                    arn: rule.security_group_rule_arn,
                    description: rule.description.filter(|text| !text.is_empty()),
                    from_port: port(rule.from_port),
                    to_port: port(rule.to_port),
                    security_group_id: rule.group_id.unwrap_or_default(),
                    security_group_rule_id: Some(id.clone()),
                    ..$spec::default()
                };
                spec.ip_protocol = protocol;
                match peer {
                    Some(Peer::Ipv4(block)) => spec.cidr_ipv4 = Some(block),
                    Some(Peer::Ipv6(block)) => spec.cidr_ipv6 = Some(block),
                    Some(Peer::PrefixList(list)) => spec.prefix_list_id = Some(list),
                    Some(Peer::Group(group)) => spec.referenced_security_group_id = Some(group),
                    None => {}
                }
                Found::ready(id, spec, tags)
            }
        }
    };
}

rule! {
    /// A rule for what may come in.
    IngressRule, AwsVpcSecurityGroupIngressRule, Direction::Ingress
}
rule! {
    /// A rule for what may go out.
    EgressRule, AwsVpcSecurityGroupEgressRule, Direction::Egress
}

fn is(direction: Direction, rule: &SecurityGroupRule) -> bool {
    rule.is_egress.unwrap_or_default() == (direction == Direction::Egress)
}

/// The stack's rules of both directions, read once for both types.
async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<SecurityGroupRule>, Error> {
    let describe = |filter| describe(aws, filter);
    let tagged = tagged(aws, query, "ec2:DescribeSecurityGroupRules", describe).await?;
    let ids =
        Ids { filter: "security-group-rule-id", of: SecurityGroupRule::security_group_rule_id };
    with_known(tagged, query.known.iter().map(Id::as_str), &ids, describe).await
}

async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<SecurityGroupRule>, Error> {
    let call = aws.ec2().describe_security_group_rules().filters(filter);
    let pages = call.into_paginator().page_size(super::PAGE).items();
    pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeSecurityGroupRules")
}

fn with_peer(
    permission: aws_sdk_ec2::types::builders::IpPermissionBuilder,
    peer: Option<Peer>,
    description: Option<String>,
) -> aws_sdk_ec2::types::builders::IpPermissionBuilder {
    use aws_sdk_ec2::types::{IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
    match peer {
        Some(Peer::Ipv4(block)) => permission
            .ip_ranges(IpRange::builder().cidr_ip(block).set_description(description).build()),
        Some(Peer::Ipv6(block)) => permission.ipv6_ranges(
            Ipv6Range::builder().cidr_ipv6(block).set_description(description).build(),
        ),
        Some(Peer::PrefixList(list)) => permission.prefix_list_ids(
            PrefixListId::builder().prefix_list_id(list).set_description(description).build(),
        ),
        Some(Peer::Group(group)) => {
            let (account, group) = match group.split_once('/') {
                Some((account, group)) => (Some(account.to_owned()), group.to_owned()),
                None => (None, group),
            };
            let pair = UserIdGroupPair::builder().group_id(group).set_user_id(account);
            permission.user_id_group_pairs(pair.set_description(description).build())
        }
        None => permission,
    }
}

async fn authorize(
    aws: &Regional,
    direction: Direction,
    group: &str,
    permission: aws_sdk_ec2::types::IpPermission,
    tags: Option<Vec<aws_sdk_ec2::types::TagSpecification>>,
) -> Result<Id, Error> {
    let rules = match direction {
        Direction::Ingress => {
            let call = aws.ec2().authorize_security_group_ingress().group_id(group);
            let call = call.ip_permissions(permission).set_tag_specifications(tags);
            call.send().await.op("ec2:AuthorizeSecurityGroupIngress")?.security_group_rules
        }
        Direction::Egress => {
            let call = aws.ec2().authorize_security_group_egress().group_id(group);
            let call = call.ip_permissions(permission).set_tag_specifications(tags);
            call.send().await.op("ec2:AuthorizeSecurityGroupEgress")?.security_group_rules
        }
    };
    let id = rules.unwrap_or_default().into_iter().find_map(|rule| rule.security_group_rule_id);
    Ok(Id::new(id.unwrap_or_default()))
}

async fn revoke(aws: &Regional, direction: Direction, group: &str, id: &Id) -> Result<(), Error> {
    match direction {
        Direction::Ingress => {
            let call = aws.ec2().revoke_security_group_ingress().group_id(group);
            let call = call.security_group_rule_ids(id.as_str());
            call.send().await.op("ec2:RevokeSecurityGroupIngress")?;
        }
        Direction::Egress => {
            let call = aws.ec2().revoke_security_group_egress().group_id(group);
            let call = call.security_group_rule_ids(id.as_str());
            call.send().await.op("ec2:RevokeSecurityGroupEgress")?;
        }
    }
    Ok(())
}
