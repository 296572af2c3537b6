//! `aws_security_group_rule`: the older form of a rule, with several sources and without tags.
//!
//! AWS has no object for it: it is the rules of one group that share direction, protocol and ports. It is found by an id
//! that names all of that, in the form in which it is imported: `sg-1_ingress_tcp_80_80_10.0.0.0/8_self`.

use aws_sdk_ec2::types::SecurityGroup as SdkGroup;

use super::permission::{self, Direction, Key, Peer, Rules};
use super::{filter, security_group, tags_of};
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsSecurityGroupRule;

/// Rules of one group that share direction, protocol and ports.
pub struct SecurityGroupRule;

impl Resource for SecurityGroupRule {
    type Spec = AwsSecurityGroupRule;

    /// Those that the manifest knows, and each rule of the stack's own groups by itself.
    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let of_known = query.known.iter().filter_map(|id| Some(id.as_str().split_once('_')?.0));
        let groups = security_group::owned(aws, query, of_known).await?;
        let mut found: Vec<_> = query.known.iter().filter_map(|id| known(&groups, id)).collect();
        let own = groups.iter().filter(|group| query.owns(&tags_of(group.tags())));
        let single = own.flat_map(singles);
        found.extend(single.filter(|one| !query.known.contains(&one.id)));
        Ok(found)
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let Some((group, _)) = id.as_str().split_once('_') else { return Ok(None) };
        Ok(known(&security_group::describe(aws, filter("group-id", [group])).await?, id))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        permission::authorize(aws, &spec.security_group_id, direction(spec), &rules(spec)).await?;
        Ok(id_of(spec))
    }

    async fn update(aws: &Regional, _id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let (prior, planned) = (rules(&change.prior), rules(&change.planned));
        let group = &change.planned.security_group_id;
        permission::change(aws, group, direction(&change.planned), (&prior, &planned)).await
    }

    async fn delete(aws: &Regional, _id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        permission::revoke(aws, &prior.security_group_id, direction(prior), &rules(prior)).await
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        Ok(Self::read(aws, &id_of(&new.spec)).await?.into_iter().collect())
    }
}

fn direction(spec: &AwsSecurityGroupRule) -> Direction {
    if spec.r#type == "egress" { Direction::Egress } else { Direction::Ingress }
}

fn peers(spec: &AwsSecurityGroupRule) -> Vec<Peer> {
    let own = spec.self_.unwrap_or_default().then(|| spec.security_group_id.clone());
    let groups = spec.source_security_group_id.clone().into_iter().chain(own);
    (spec.cidr_blocks.iter().cloned().map(Peer::Ipv4))
        .chain(spec.ipv6_cidr_blocks.iter().cloned().map(Peer::Ipv6))
        .chain(spec.prefix_list_ids.iter().cloned().map(Peer::PrefixList))
        .chain(groups.map(Peer::Group))
        .collect()
}

fn rules(spec: &AwsSecurityGroupRule) -> Rules {
    let protocol = permission::protocol(&spec.protocol);
    let ports = (protocol != "-1").then_some((spec.from_port, spec.to_port));
    let key = |peer| Key {
        protocol: protocol.clone(),
        from: ports.map(|ports| ports.0),
        to: ports.map(|ports| ports.1),
        peer,
    };
    let description = spec.description.clone().filter(|text| !text.is_empty());
    peers(spec).into_iter().map(|peer| (key(peer), description.clone())).collect()
}

fn id_of(spec: &AwsSecurityGroupRule) -> Id {
    let mut parts = vec![
        spec.security_group_id.clone(),
        spec.r#type.clone(),
        permission::protocol(&spec.protocol),
        spec.from_port.to_string(),
        spec.to_port.to_string(),
    ];
    parts.extend(peers(spec).into_iter().map(|peer| match peer {
        Peer::Group(group) if group == spec.security_group_id => "self".to_owned(),
        Peer::Ipv4(text) | Peer::Ipv6(text) | Peer::PrefixList(text) | Peer::Group(text) => text,
    }));
    Id::new(parts.join("_"))
}

/// What an id names, as far as it is there; none where nothing of it is.
fn known(groups: &[SdkGroup], id: &Id) -> Option<Found<AwsSecurityGroupRule>> {
    let mut parts = id.as_str().split('_');
    let group = parts.next()?;
    let kind = parts.next()?;
    let protocol = permission::protocol(parts.next()?);
    let (from, to): (i64, i64) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let wanted: Vec<&str> = parts.collect();
    let live = groups.iter().find(|live| live.group_id() == Some(group))?;
    let direction = if kind == "egress" { Direction::Egress } else { Direction::Ingress };
    let is_it = |key: &Key| {
        let name = match &key.peer {
            Peer::Group(other) if other == group => "self",
            Peer::Ipv4(text) | Peer::Ipv6(text) | Peer::PrefixList(text) | Peer::Group(text) => {
                text
            }
        };
        let ports = key.protocol == "-1" || (key.from, key.to) == (Some(from), Some(to));
        key.protocol == protocol && ports && wanted.contains(&name)
    };
    let present: Rules =
        permission::of_group(live, direction).into_iter().filter(|(key, _)| is_it(key)).collect();
    (!present.is_empty()).then(|| found(group, kind, (from, to), present, Some(id)))
}

/// Each rule of a group by itself.
fn singles(group: &SdkGroup) -> Vec<Found<AwsSecurityGroupRule>> {
    let id = group.group_id().unwrap_or_default();
    [(Direction::Ingress, "ingress"), (Direction::Egress, "egress")]
        .into_iter()
        .flat_map(|(direction, kind)| {
            let rules = permission::of_group(group, direction).into_iter();
            rules.map(move |(key, description)| {
                let ports = (key.from.unwrap_or_default(), key.to.unwrap_or_default());
                found(id, kind, ports, Rules::from([(key, description)]), None)
            })
        })
        .collect()
}

fn found(
    group: &str,
    kind: &str,
    (from_port, to_port): (i64, i64),
    rules: Rules,
    id: Option<&Id>,
) -> Found<AwsSecurityGroupRule> {
    let mut spec = AwsSecurityGroupRule {
        from_port,
        security_group_id: group.to_owned(),
        self_: Some(false),
        to_port,
        r#type: kind.to_owned(),
        ..AwsSecurityGroupRule::default()
    };
    for (key, description) in rules {
        spec.protocol = key.protocol;
        spec.description = description.or(spec.description);
        match key.peer {
            Peer::Ipv4(block) => spec.cidr_blocks.push(block),
            Peer::Ipv6(block) => spec.ipv6_cidr_blocks.push(block),
            Peer::PrefixList(list) => spec.prefix_list_ids.push(list),
            Peer::Group(other) if other == group => spec.self_ = Some(true),
            Peer::Group(other) => spec.source_security_group_id = Some(other),
        }
    }
    spec.id = Some(terraform_id(&spec));
    let id = id.cloned().unwrap_or_else(|| id_of(&spec));
    Found::ready(id, spec, Tags::new())
}

/// `sgrule-` and the CRC-32 of what the rule says, as Terraform's `id` attribute has it.
fn terraform_id(spec: &AwsSecurityGroupRule) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{}-", spec.security_group_id);
    for port in [spec.from_port, spec.to_port].into_iter().filter(|port| *port > 0) {
        write!(text, "{port}-").expect("writing to a string cannot fail");
    }
    write!(text, "{}-{}-", spec.protocol, spec.r#type).expect("writing to a string cannot fail");
    for list in [&spec.cidr_blocks, &spec.ipv6_cidr_blocks, &spec.prefix_list_ids] {
        let mut sorted = list.clone();
        sorted.sort_unstable();
        for item in &sorted {
            text.extend([item, "-"]);
        }
    }
    let own = spec.self_.unwrap_or_default().then_some(&spec.security_group_id);
    let mut groups: Vec<_> = spec.source_security_group_id.iter().chain(own).collect();
    groups.sort_unstable();
    for group in groups {
        text.extend([group.as_str(), "-"]);
    }
    let mut crc = flate2::Crc::new();
    crc.update(text.as_bytes());
    format!("sgrule-{}", crc.sum())
}
