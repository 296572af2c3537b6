//! `aws_security_group`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, ResourceType, SecurityGroup as SdkGroup};
use futures_util::future::try_join_all;

use super::permission::{self, Direction, Key, Peer, Rules};
use super::{Ids, filter, retag, tag_specification, tagged, tags_of, with_known};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::{AwsSecurityGroup, AwsSecurityGroupEgress, AwsSecurityGroupIngress};

/// A firewall.
pub struct SecurityGroup;

impl Resource for SecurityGroup {
    type Spec = AwsSecurityGroup;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let groups = owned(aws, query, query.known.iter().map(Id::as_str)).await?;
        try_join_all(groups.into_iter().map(|group| found(aws, group))).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        match describe(aws, filter("group-id", [id.as_str()])).await?.pop() {
            Some(group) => Ok(Some(found(aws, group).await?)),
            None => Ok(None),
        }
    }

    /// Makes the group without AWS's own rule that lets everything out: what goes out is what the configuration says.
    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let tags = tag_specification(ResourceType::SecurityGroup, &new.tags);
        let call = aws
            .ec2()
            .create_security_group()
            .set_group_name(spec.name.clone())
            .set_description(spec.description.clone())
            .set_vpc_id(spec.vpc_id.clone())
            .set_tag_specifications(tags.map(|t| vec![t]));
        let created = call.send().await.op("ec2:CreateSecurityGroup")?;
        let id = Id::new(created.group_id.unwrap_or_default());
        let out = |peer| Key { protocol: "-1".to_owned(), from: None, to: None, peer };
        for peer in [Peer::Ipv4("0.0.0.0/0".to_owned()), Peer::Ipv6("::/0".to_owned())] {
            let rule = Rules::from([(out(peer), None)]);
            permission::revoke(aws, id.as_str(), Direction::Egress, &rule).await?;
        }
        Ok(id)
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        let own = id.as_str();
        let ingress = (&ingress_rules(own, &prior.ingress), &ingress_rules(own, &planned.ingress));
        permission::change(aws, own, Direction::Ingress, ingress).await?;
        let egress = (&egress_rules(own, &prior.egress), &egress_rules(own, &planned.egress));
        permission::change(aws, own, Direction::Egress, egress).await
    }

    async fn delete(aws: &Regional, id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        if prior.revoke_rules_on_delete.unwrap_or_default() {
            let own = id.as_str();
            let ingress = ingress_rules(own, &prior.ingress);
            permission::revoke(aws, own, Direction::Ingress, &ingress).await?;
            permission::revoke(aws, own, Direction::Egress, &egress_rules(own, &prior.egress))
                .await?;
        }
        aws.ec2()
            .delete_security_group()
            .group_id(id.as_str())
            .send()
            .await
            .op("ec2:DeleteSecurityGroup")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let Some(name) = &new.spec.name else { return Ok(Vec::new()) };
        let mut call =
            aws.ec2().describe_security_groups().filters(filter("group-name", [name.as_str()]));
        if let Some(vpc) = &new.spec.vpc_id {
            call = call.filters(filter("vpc-id", [vpc.as_str()]));
        }
        let answer = call.send().await.op("ec2:DescribeSecurityGroups")?;
        try_join_all(
            answer.security_groups.unwrap_or_default().into_iter().map(|group| found(aws, group)),
        )
        .await
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// The groups that carry the stack's tag, read once for all the types that need them, and those of `known`.
pub(super) async fn owned(
    aws: &Regional,
    query: &Query<'_>,
    known: impl Iterator<Item = &str>,
) -> Result<Vec<SdkGroup>, Error> {
    let describe = |filter| describe(aws, filter);
    let tagged = tagged(aws, query, "ec2:DescribeSecurityGroups", describe).await?;
    let ids = Ids { filter: "group-id", of: SdkGroup::group_id };
    with_known(tagged, known, &ids, describe).await
}

/// Groups, by a filter.
pub(super) async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<SdkGroup>, Error> {
    let call = aws.ec2().describe_security_groups().filters(filter);
    let pages = call.into_paginator().page_size(super::PAGE).items();
    pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeSecurityGroups")
}

/// Turns the blocks of one direction into rules and back; both have the same fields under structs of their own.
macro_rules! blocks {
    ($block:ident, $to_rules:ident, $to_blocks:ident) => {
        fn $to_rules(own: &str, blocks: &[$block]) -> Rules {
            let mut rules = Rules::new();
            for block in blocks {
                let protocol = permission::protocol(&block.protocol);
                let all = protocol == "-1";
                let ports = (!all).then_some((block.from_port, block.to_port));
                let peers = (block.cidr_blocks.iter().cloned().map(Peer::Ipv4))
                    .chain(block.ipv6_cidr_blocks.iter().cloned().map(Peer::Ipv6))
                    .chain(block.prefix_list_ids.iter().cloned().map(Peer::PrefixList))
                    .chain(block.security_groups.iter().cloned().map(Peer::Group))
                    .chain(block.self_.unwrap_or_default().then(|| Peer::Group(own.to_owned())));
                for peer in peers {
                    let (from, to) = (ports.map(|ports| ports.0), ports.map(|ports| ports.1));
                    let description = block.description.clone().filter(|text| !text.is_empty());
                    rules.insert(Key { protocol: protocol.clone(), from, to, peer }, description);
                }
            }
            rules
        }

        /// One block for all the peers that share ports and description.
        fn $to_blocks(own: &str, rules: Rules) -> Vec<$block> {
            let mut blocks: BTreeMap<_, $block> = BTreeMap::new();
            for (key, description) in rules {
                let (from, to) = (key.from.unwrap_or_default(), key.to.unwrap_or_default());
                let group = (key.protocol.clone(), from, to, description.clone());
                let block = blocks.entry(group).or_insert_with(|| $block {
                    description: Some(description.unwrap_or_default()),
                    from_port: from,
                    protocol: key.protocol.clone(),
                    self_: Some(false),
                    to_port: to,
                    ..$block::default()
                });
                match key.peer {
                    Peer::Ipv4(range) => block.cidr_blocks.push(range),
                    Peer::Ipv6(range) => block.ipv6_cidr_blocks.push(range),
                    Peer::PrefixList(list) => block.prefix_list_ids.push(list),
                    Peer::Group(group) if group == own => block.self_ = Some(true),
                    Peer::Group(group) => block.security_groups.push(group),
                }
            }
            blocks.into_values().collect()
        }
    };
}

blocks!(AwsSecurityGroupIngress, ingress_rules, ingress_blocks);
blocks!(AwsSecurityGroupEgress, egress_rules, egress_blocks);

async fn found(aws: &Regional, group: SdkGroup) -> Result<Found<AwsSecurityGroup>, Error> {
    let tags = tags_of(group.tags());
    let (ingress, egress) = (
        permission::of_group(&group, Direction::Ingress),
        permission::of_group(&group, Direction::Egress),
    );
    let id = group.group_id.unwrap_or_default();
    let spec = AwsSecurityGroup {
        arn: Some(aws.arn("ec2", &format!("security-group/{id}")).await?),
        description: group.description,
        egress: egress_blocks(&id, egress),
        ingress: ingress_blocks(&id, ingress),
        name: group.group_name,
        owner_id: group.owner_id,
        vpc_id: group.vpc_id,
        ..AwsSecurityGroup::default()
    };
    Ok(Found::ready(id, spec, tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_rules_are_the_same() {
        let block = AwsSecurityGroupIngress {
            cidr_blocks: vec!["10.0.0.0/8".to_owned(), "192.168.0.0/16".to_owned()],
            description: Some("web".to_owned()),
            from_port: 80,
            protocol: "tcp".to_owned(),
            security_groups: vec!["sg-2".to_owned()],
            self_: Some(true),
            to_port: 80,
            ..AwsSecurityGroupIngress::default()
        };
        let rules = ingress_rules("sg-1", std::slice::from_ref(&block));
        assert_eq!(rules.len(), 4);
        assert_eq!(ingress_blocks("sg-1", rules), [block]);
    }

    #[test]
    fn all_protocols_have_no_ports() {
        let block = AwsSecurityGroupEgress {
            cidr_blocks: vec!["0.0.0.0/0".to_owned()],
            description: Some(String::new()),
            protocol: "-1".to_owned(),
            self_: Some(false),
            ..AwsSecurityGroupEgress::default()
        };
        let rules = egress_rules("sg-1", std::slice::from_ref(&block));
        assert_eq!(rules.keys().next().map(|key| (key.from, key.to)), Some((None, None)));
        assert_eq!(egress_blocks("sg-1", rules), [block]);
    }
}
