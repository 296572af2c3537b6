//! What is there before anything is made: regions, zones, the account, the default VPC.

use crate::base::{Id, Region};
use crate::schema::Registry;
use crate::value::{Type, Value};

use super::object::Object;
use super::store::Store;

/// The account of the simulated cloud.
pub const ACCOUNT: &str = "123456789012";

/// The partition of a region.
pub fn partition(region: &Region) -> &'static str {
    let region = region.as_str();
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// The availability zones of a region.
pub fn zones(region: &Region) -> [String; 3] {
    ["a", "b", "c"].map(|letter| format!("{region}{letter}"))
}

/// `use1` of `us-east-1`, as AWS shortens regions.
pub fn short_region(region: &Region) -> String {
    let mut parts = region.as_str().split('-');
    let area = parts.next().unwrap_or_default();
    let direction: String = parts
        .next()
        .unwrap_or_default()
        .replace("north", "n")
        .replace("south", "s")
        .replace("east", "e")
        .replace("west", "w")
        .replace("central", "c");
    format!("{area}{direction}{}", parts.next().unwrap_or_default())
}

/// The id of a zone: `use1-az1` of `us-east-1a`.
pub fn zone_id(zone: &str) -> String {
    let (region, letter) = zone.split_at(zone.len().saturating_sub(1));
    let number = letter.bytes().next().map_or(1, |letter| letter.saturating_sub(b'a') + 1);
    format!("{}-az{number}", short_region(&Region::new(region)))
}

/// The default VPC's id.
pub fn default_vpc(region: &Region) -> String {
    format!("vpc-{}", hex17(region, "vpc"))
}

/// The default security group of the default VPC.
pub fn default_group(region: &Region) -> String {
    format!("sg-{}", hex17(region, "sg"))
}

/// The default subnet of the zone at a position.
pub fn default_subnet(region: &Region, position: usize) -> String {
    format!("subnet-{}", hex17(region, &format!("subnet-{position}")))
}

fn hex17(region: &Region, what: &str) -> String {
    crate::base::Digest::of_parts([region.as_str(), what]).short(17).to_owned()
}

/// Makes what AWS makes in a region for every account, once.
pub fn furnish(store: &mut Store, registry: &Registry, region: &Region) {
    let vpc = default_vpc(region);
    if store.object(&"aws_vpc".into(), &Id::new(vpc.as_str())).is_some() {
        return;
    }
    let arn =
        |resource: &str| format!("arn:{}:ec2:{region}:{ACCOUNT}:{resource}", partition(region));
    let mut make = |type_name: &str, id: &str, attributes: Vec<(&str, Value)>| {
        let Some(schema) = registry.resource(type_name) else { return };
        let Type::Object(ty) = schema.implied_type() else { return };
        let unset = ty.attributes.iter().map(|(name, ty)| (name.clone(), Value::null(ty.clone())));
        let mut all: std::collections::BTreeMap<_, _> = unset.collect();
        all.extend(attributes.into_iter().map(|(name, value)| (name.into(), value)));
        all.insert("id".into(), Value::string(id));
        all.insert("region".into(), Value::string(region.as_str()));
        all.insert("owner_id".into(), Value::string(ACCOUNT));
        all.retain(|name, _| ty.attributes.contains_key(name));
        store.insert(Object {
            type_name: type_name.into(),
            region: region.clone(),
            id: Id::new(id),
            value: Value::object(all),
            owner: None,
            token: ecow::EcoString::new(),
            ready_at: 0.0,
            visible_at: 0.0,
            gone_at: None,
            is_default: true,
        });
    };
    let group = default_group(region);
    make(
        "aws_vpc",
        &vpc,
        vec![
            ("arn", Value::string(arn(&format!("vpc/{vpc}")))),
            ("cidr_block", Value::string("172.31.0.0/16")),
            ("default_security_group_id", Value::string(group.as_str())),
            ("enable_dns_hostnames", Value::bool(true)),
            ("enable_dns_support", Value::bool(true)),
            ("instance_tenancy", Value::string("default")),
        ],
    );
    make(
        "aws_default_security_group",
        &group,
        vec![
            ("arn", Value::string(arn(&format!("security-group/{group}")))),
            ("name", Value::string("default")),
            ("vpc_id", Value::string(vpc.as_str())),
        ],
    );
    for (position, zone) in zones(region).into_iter().enumerate() {
        let id = default_subnet(region, position);
        make(
            "aws_subnet",
            &id,
            vec![
                ("arn", Value::string(arn(&format!("subnet/{id}")))),
                ("availability_zone_id", Value::string(zone_id(&zone))),
                ("availability_zone", Value::string(zone)),
                ("cidr_block", Value::string(format!("172.31.{}.0/20", position * 16))),
                ("map_public_ip_on_launch", Value::bool(true)),
                ("vpc_id", Value::string(vpc.as_str())),
            ],
        );
    }
}
