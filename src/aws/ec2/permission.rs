//! Rules of security groups, taken apart: one protocol, one range of ports, one source.
//!
//! The ways to write rules differ (blocks with many sources, one resource per rule) and AWS groups them in a way of its
//! own. Compared and changed one by one, they are all the same.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroup, SecurityGroupRule,
    UserIdGroupPair,
};

use super::{number, small};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::provider::{Error, ErrorClass};

/// Which way traffic goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// To the members.
    Ingress,
    /// From the members.
    Egress,
}

/// Where traffic comes from or goes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// An IPv4 block.
    Ipv4(String),
    /// An IPv6 block.
    Ipv6(String),
    /// A prefix list.
    PrefixList(String),
    /// The members of a security group.
    Group(String),
}

/// What traffic is let through; two rules of a group never share it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// `tcp`, `udp`, `icmp`, `-1` for all.
    pub protocol: String,
    /// The first port, or the ICMP type; none where all are let through.
    pub from: Option<i64>,
    /// The last port, or the ICMP code.
    pub to: Option<i64>,
    /// The other end.
    pub peer: Peer,
}

/// Rules with their descriptions.
pub type Rules = BTreeMap<Key, Option<String>>;

/// A protocol as AWS names it: numbers of the common ones and upper case come back as names.
pub fn protocol(text: &str) -> String {
    match text.to_lowercase().as_str() {
        "all" | "-1" => "-1".to_owned(),
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        "58" => "icmpv6".to_owned(),
        other => other.to_owned(),
    }
}

impl Key {
    /// The rule as a call of its own takes it.
    fn permission(&self, description: Option<&String>) -> IpPermission {
        let description = description.filter(|text| !text.is_empty()).cloned();
        let ports = |port: Option<i64>| port.filter(|_| self.protocol != "-1").map(small);
        let permission = IpPermission::builder()
            .ip_protocol(&self.protocol)
            .set_from_port(ports(self.from))
            .set_to_port(ports(self.to));
        match &self.peer {
            Peer::Ipv4(block) => permission
                .ip_ranges(IpRange::builder().cidr_ip(block).set_description(description).build()),
            Peer::Ipv6(block) => permission.ipv6_ranges(
                Ipv6Range::builder().cidr_ipv6(block).set_description(description).build(),
            ),
            Peer::PrefixList(list) => permission.prefix_list_ids(
                PrefixListId::builder().prefix_list_id(list).set_description(description).build(),
            ),
            Peer::Group(group) => {
                // A group of another account is written as account/group.
                let (account, group) = match group.split_once('/') {
                    Some((account, group)) => (Some(account.to_owned()), group),
                    None => (None, group.as_str()),
                };
                let pair = UserIdGroupPair::builder().group_id(group).set_user_id(account);
                permission.user_id_group_pairs(pair.set_description(description).build())
            }
        }
        .build()
    }
}

/// The rules of a group in one direction, as its description lists them.
pub fn of_group(group: &SecurityGroup, direction: Direction) -> Rules {
    let permissions = match direction {
        Direction::Ingress => group.ip_permissions(),
        Direction::Egress => group.ip_permissions_egress(),
    };
    let owner = group.owner_id().unwrap_or_default();
    permissions.iter().flat_map(|permission| of_permission(permission, owner)).collect()
}

fn of_permission(permission: &IpPermission, owner: &str) -> Vec<(Key, Option<String>)> {
    let key = |peer| Key {
        protocol: protocol(permission.ip_protocol().unwrap_or_default()),
        from: permission.from_port.map(number),
        to: permission.to_port.map(number),
        peer,
    };
    let group = |pair: &UserIdGroupPair| {
        let group = pair.group_id.clone().unwrap_or_default();
        match pair.user_id.as_deref().filter(|account| !account.is_empty() && *account != owner) {
            Some(account) => format!("{account}/{group}"),
            None => group,
        }
    };
    let mut rules = Vec::new();
    for range in permission.ip_ranges() {
        let block = range.cidr_ip.clone().unwrap_or_default();
        rules.push((key(Peer::Ipv4(block)), range.description.clone()));
    }
    for range in permission.ipv6_ranges() {
        let block = range.cidr_ipv6.clone().unwrap_or_default();
        rules.push((key(Peer::Ipv6(block)), range.description.clone()));
    }
    for list in permission.prefix_list_ids() {
        let id = list.prefix_list_id.clone().unwrap_or_default();
        rules.push((key(Peer::PrefixList(id)), list.description.clone()));
    }
    for pair in permission.user_id_group_pairs() {
        rules.push((key(Peer::Group(group(pair))), pair.description.clone()));
    }
    rules
}

/// The other end of a rule that is an object of its own.
pub fn peer_of(rule: &SecurityGroupRule) -> Option<Peer> {
    let referenced = || {
        let info = rule.referenced_group_info.as_ref()?;
        let group = info.group_id.clone()?;
        let foreign = info
            .user_id
            .as_deref()
            .filter(|account| rule.group_owner_id.as_deref().is_some_and(|own| own != *account));
        Some(Peer::Group(match foreign.filter(|account| !account.is_empty()) {
            Some(account) => format!("{account}/{group}"),
            None => group,
        }))
    };
    let blank = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    blank(&rule.cidr_ipv4)
        .map(Peer::Ipv4)
        .or_else(|| blank(&rule.cidr_ipv6).map(Peer::Ipv6))
        .or_else(|| blank(&rule.prefix_list_id).map(Peer::PrefixList))
        .or_else(referenced)
}

/// Lets traffic through.
pub async fn authorize(
    aws: &Regional,
    group: &str,
    direction: Direction,
    rules: &Rules,
) -> Result<(), Error> {
    if rules.is_empty() {
        return Ok(());
    }
    let permissions =
        rules.iter().map(|(key, description)| key.permission(description.as_ref())).collect();
    match direction {
        Direction::Ingress => {
            let call = aws.ec2().authorize_security_group_ingress().group_id(group);
            let call = call.set_ip_permissions(Some(permissions)).send().await;
            call.op("ec2:AuthorizeSecurityGroupIngress").map(|_| ())
        }
        Direction::Egress => {
            let call = aws.ec2().authorize_security_group_egress().group_id(group);
            let call = call.set_ip_permissions(Some(permissions)).send().await;
            call.op("ec2:AuthorizeSecurityGroupEgress").map(|_| ())
        }
    }
}

/// Lets traffic through no longer.
pub async fn revoke(
    aws: &Regional,
    group: &str,
    direction: Direction,
    rules: &Rules,
) -> Result<(), Error> {
    if rules.is_empty() {
        return Ok(());
    }
    let permissions = rules.keys().map(|key| key.permission(None)).collect();
    let done = match direction {
        Direction::Ingress => {
            let call = aws.ec2().revoke_security_group_ingress().group_id(group);
            let call = call.set_ip_permissions(Some(permissions)).send().await;
            call.op("ec2:RevokeSecurityGroupIngress").map(|_| ())
        }
        Direction::Egress => {
            let call = aws.ec2().revoke_security_group_egress().group_id(group);
            let call = call.set_ip_permissions(Some(permissions)).send().await;
            call.op("ec2:RevokeSecurityGroupEgress").map(|_| ())
        }
    };
    match done {
        Err(error) if error.class != ErrorClass::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes the rules of a group what they are to be: new ones first, so that nothing is shut out in between.
pub async fn change(
    aws: &Regional,
    group: &str,
    direction: Direction,
    (prior, planned): (&Rules, &Rules),
) -> Result<(), Error> {
    let only = |rules: &Rules, other: &Rules| -> Rules {
        rules
            .iter()
            .filter(|(key, _)| !other.contains_key(*key))
            .map(|(k, d)| (k.clone(), d.clone()))
            .collect()
    };
    authorize(aws, group, direction, &only(planned, prior)).await?;
    revoke(aws, group, direction, &only(prior, planned)).await?;
    let described = |description: &Option<String>| description.clone().unwrap_or_default();
    let renamed: Vec<_> = planned
        .iter()
        .filter(|(key, text)| {
            prior.get(*key).is_some_and(|before| described(before) != described(text))
        })
        .map(|(key, text)| key.permission(text.as_ref()))
        .collect();
    if renamed.is_empty() {
        return Ok(());
    }
    match direction {
        Direction::Ingress => {
            let call = aws.ec2().update_security_group_rule_descriptions_ingress().group_id(group);
            let call = call.set_ip_permissions(Some(renamed)).send().await;
            call.op("ec2:UpdateSecurityGroupRuleDescriptionsIngress").map(|_| ())
        }
        Direction::Egress => {
            let call = aws.ec2().update_security_group_rule_descriptions_egress().group_id(group);
            let call = call.set_ip_permissions(Some(renamed)).send().await;
            call.op("ec2:UpdateSecurityGroupRuleDescriptionsEgress").map(|_| ())
        }
    }
}
