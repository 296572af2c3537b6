//! Data sources of the simulated cloud: what is made or there by default, looked up by arguments and filters.

use std::collections::BTreeMap;

use ecow::EcoString;
use globset::Glob;

use super::object::Object;
use super::store::Store;
use super::world::{ACCOUNT, partition, zone_id, zones};
use crate::base::{Digest, Region, TypeName};
use crate::provider::{Error, ErrorClass, policy_document};
use crate::schema::{Registry, Schema};
use crate::value::{Type, Value, convert, texts_at};

/// Data sources that answer many objects: of which type, and in which attribute their ids are.
const PLURAL: &[(&str, &str, &str)] = &[
    ("aws_instances", "aws_instance", "ids"),
    ("aws_security_groups", "aws_security_group", "ids"),
    ("aws_subnets", "aws_subnet", "ids"),
    ("aws_vpcs", "aws_vpc", "ids"),
];

/// Data sources that ask the account or the catalogue.
const SINGLE: &[&str] = &[
    "aws_ami",
    "aws_availability_zone",
    "aws_availability_zones",
    "aws_caller_identity",
    "aws_default_tags",
    "aws_ec2_instance_type",
    "aws_iam_policy_document",
    "aws_partition",
    "aws_region",
    "aws_regions",
    "aws_ssm_parameter",
];

/// Whether there is an answer for the type.
pub fn supports(type_name: &TypeName, registry: &Registry) -> bool {
    let name = type_name.as_str();
    registry.data(name).is_some()
        && (SINGLE.contains(&name)
            || PLURAL.iter().any(|(plural, _, _)| *plural == name)
            || registry.resource(name).is_some())
}

/// The data source with every computed attribute filled in.
///
/// # Errors
/// Nothing found, or more than one thing where one is asked for.
pub fn read(
    store: &Store,
    registry: &Registry,
    region: &Region,
    type_name: &TypeName,
    config: &Value,
) -> Result<Value, Error> {
    let name = type_name.as_str();
    let schema = registry.data(name).ok_or_else(|| {
        Error::new(ErrorClass::Unsupported, format!("read {name}"), format!("{name} has no schema"))
    })?;
    let answer = Answer { schema, region, config };
    if name == "aws_iam_policy_document" {
        return policy_document(config);
    }
    if let Some((_, of, ids)) = PLURAL.iter().find(|(plural, _, _)| *plural == name) {
        let found = matching(store.of_type(of), region, config);
        let found = found.iter().map(|object| Value::string(object.id.as_str()));
        return Ok(
            answer.with([(*ids, Value::tuple(found)), ("id", Value::string(region.as_str()))])
        );
    }
    match name {
        "aws_ami" => ami(&answer),
        "aws_ssm_parameter" => parameter(store, &answer),
        _ if SINGLE.contains(&name) => Ok(surroundings(name, &answer)),
        _ => {
            let objects = store.of_type(name);
            one(name, matching(objects, region, config)).map(|object| answer.of_object(object))
        }
    }
}

/// A data source or ephemeral resource that is being answered.
pub(super) struct Answer<'a> {
    pub schema: &'a Schema,
    pub region: &'a Region,
    pub config: &'a Value,
}

impl Answer<'_> {
    /// The arguments and these attributes; what is left unset has the zero value of its type.
    pub fn with<'n>(&self, attributes: impl IntoIterator<Item = (&'n str, Value)>) -> Value {
        let mut all = self.config.as_entries().cloned().unwrap_or_default();
        let Type::Object(ty) = self.schema.implied_type() else { return self.config.clone() };
        let mut given: BTreeMap<EcoString, Value> =
            attributes.into_iter().map(|(name, value)| (name.into(), value)).collect();
        given.entry("region".into()).or_insert_with(|| Value::string(self.region.as_str()));
        for (name, value) in given {
            let unset = all.get(&name).is_none_or(Value::is_null);
            if let (true, Some(want)) = (unset, ty.attributes.get(&name))
                && let Ok(value) = convert(&value, want)
            {
                all.insert(name, value);
            }
        }
        Value::object(all)
    }

    fn of_object(&self, object: &Object) -> Value {
        let attributes = object.value.as_entries().cloned().unwrap_or_default();
        let mut attributes: Vec<(EcoString, Value)> = attributes.into_iter().collect();
        attributes.push(("default".into(), Value::bool(object.is_default)));
        attributes.push(("default_for_az".into(), Value::bool(object.is_default)));
        attributes.push(("state".into(), Value::string("available")));
        self.with(attributes.iter().map(|(name, value)| (name.as_str(), value.clone())))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.config.attribute(name)?.as_str().filter(|text| !text.is_empty())
    }
}

fn not_found(name: &str, what: &str) -> Error {
    Error::new(
        ErrorClass::Invalid,
        format!("read {name}"),
        format!("{what}; change the arguments or filters"),
    )
}

fn one<'a>(name: &str, found: Vec<&'a Object>) -> Result<&'a Object, Error> {
    match found.as_slice() {
        [object] => Ok(object),
        [] => Err(not_found(name, "nothing matches")),
        _ => Err(not_found(name, &format!("{} objects match where one is asked for", found.len()))),
    }
}

/// Objects of the region whose attributes are as the arguments and filters say.
fn matching<'a>(
    objects: impl Iterator<Item = &'a Object>,
    region: &Region,
    config: &Value,
) -> Vec<&'a Object> {
    objects.filter(|o| o.region == *region && o.gone_at.is_none() && fits(o, config)).collect()
}

fn fits(object: &Object, config: &Value) -> bool {
    let Some(arguments) = config.as_entries() else { return true };
    arguments.iter().all(|(name, wanted)| match name.as_str() {
        _ if wanted.is_null() => true,
        "region" | "timeouts" | "most_recent" | "state" | "instance_state_names" => true,
        "default" | "default_for_az" => {
            wanted.as_bool().is_none_or(|wanted| wanted == object.is_default)
        }
        "filter" => {
            wanted.as_sequence().unwrap_or_default().iter().all(|filter| passes(object, filter))
        }
        "tags" | "instance_tags" => wanted.as_entries().is_none_or(|tags| {
            let present = object.value.attribute("tags").and_then(Value::as_entries);
            tags.iter().all(|(key, value)| present.and_then(|tags| tags.get(key)) == Some(value))
        }),
        "id" => wanted.as_str().is_none_or(|id| id.is_empty() || object.id == *id),
        _ if wanted.as_str() == Some("") => true,
        _ => object.value.attribute(name).is_none_or(|value| value == wanted),
    })
}

/// A filter of a describe call: `vpc-id`, `tag:Name`, `default-for-az`; `*` and `?` are wildcards.
fn passes(object: &Object, filter: &Value) -> bool {
    let name = filter.attribute("name").and_then(Value::as_str).unwrap_or_default();
    let values: Vec<String> = texts_at(filter, "values").into_iter().map(String::from).collect();
    let texts: Vec<String> = match name {
        "default-for-az" | "is-default" | "isDefault" => vec![object.is_default.to_string()],
        "state" => vec!["available".to_owned()],
        "instance-state-name" => vec!["running".to_owned()],
        _ => match name.strip_prefix("tag:") {
            Some(key) => {
                let tags = object.value.attribute("tags").and_then(Value::as_entries);
                tags.and_then(|tags| tags.get(key)?.as_str().map(str::to_owned))
                    .into_iter()
                    .collect()
            }
            None => attribute_of(object, &name.replace(['-', '.'], "_")),
        },
    };
    texts.iter().any(|text| values.iter().any(|value| like(value, text)))
}

fn attribute_of(object: &Object, name: &str) -> Vec<String> {
    let found: Vec<String> = texts_at(&object.value, name).into_iter().map(String::from).collect();
    let own_id = object.type_name.as_str().trim_start_matches("aws_").to_owned() + "_id";
    if found.is_empty() && (name == own_id || name == "group_id") {
        vec![object.id.to_string()]
    } else {
        found
    }
}

fn like(pattern: &str, text: &str) -> bool {
    Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(text))
}

/// Images that there are: name, owner, description, root device.
const IMAGES: &[(&str, &str, &str)] = &[
    ("al2023-ami-2023.9.20251105.0-kernel-6.12-x86_64", "amazon", "x86_64"),
    ("al2023-ami-2023.9.20251105.0-kernel-6.12-arm64", "amazon", "arm64"),
    ("al2023-ami-2023.8.20250818.0-kernel-6.1-x86_64", "amazon", "x86_64"),
    ("amzn2-ami-hvm-2.0.20251014.0-x86_64-gp2", "amazon", "x86_64"),
    (
        "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20251022",
        "099720109477",
        "x86_64",
    ),
    ("ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20251022", "099720109477", "arm64"),
    ("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20251015", "099720109477", "x86_64"),
    ("debian-12-amd64-20251006-2257", "136693071363", "x86_64"),
    ("Windows_Server-2022-English-Full-Base-2025.10.15", "amazon", "x86_64"),
];

fn ami_id(region: &Region, name: &str) -> String {
    format!("ami-{}", Digest::of_parts([region.as_str(), name]).short(17))
}

fn ami(answer: &Answer<'_>) -> Result<Value, Error> {
    let filters =
        answer.config.attribute("filter").and_then(Value::as_sequence).unwrap_or_default();
    let owners = texts_at(answer.config, "owners");
    let passes = |(name, owner, architecture): &&(&str, &str, &str)| {
        let owned = owners.is_empty()
            || owners.iter().any(|o| o == owner || (o == "137112412989" && *owner == "amazon"));
        owned
            && filters.iter().all(|filter| {
                let values = texts_at(filter, "values");
                let text =
                    match filter.attribute("name").and_then(Value::as_str).unwrap_or_default() {
                        "name" => *name,
                        "architecture" => *architecture,
                        "virtualization-type" => "hvm",
                        "root-device-type" => "ebs",
                        "state" => "available",
                        "owner-alias" => *owner,
                        "image-id" => {
                            return values
                                .iter()
                                .any(|value| *value == ami_id(answer.region, name));
                        }
                        _ => return true,
                    };
                values.iter().any(|value| like(value, text))
            })
    };
    let found: Vec<_> = IMAGES.iter().filter(passes).collect();
    let recent =
        answer.config.attribute("most_recent").and_then(Value::as_bool).unwrap_or_default();
    let image = match found.as_slice() {
        [] => return Err(not_found("aws_ami", "no image matches")),
        [image] => image,
        [image, ..] if recent => image,
        _ => {
            return Err(not_found(
                "aws_ami",
                "several images match; set most_recent = true or be more specific",
            ));
        }
    };
    let id = ami_id(answer.region, image.0);
    let arn = format!("arn:{}:ec2:{}::image/{id}", partition(answer.region), answer.region);
    let owner_id = if image.1 == "amazon" { "137112412989" } else { image.1 };
    Ok(answer.with([
        ("arn", Value::string(arn)),
        ("architecture", Value::string(image.2)),
        ("creation_date", Value::string("2025-11-05T20:43:12.000Z")),
        ("hypervisor", Value::string("xen")),
        ("image_id", Value::string(id.as_str())),
        ("image_location", Value::string(format!("{}/{}", image.1, image.0))),
        ("image_owner_alias", Value::string(image.1)),
        ("image_type", Value::string("machine")),
        ("name", Value::string(image.0)),
        ("owner_id", Value::string(owner_id)),
        ("platform_details", Value::string("Linux/UNIX")),
        ("public", Value::bool(true)),
        ("root_device_name", Value::string("/dev/xvda")),
        ("root_device_type", Value::string("ebs")),
        ("state", Value::string("available")),
        ("virtualization_type", Value::string("hvm")),
        ("id", Value::string(id)),
    ]))
}

fn parameter(store: &Store, answer: &Answer<'_>) -> Result<Value, Error> {
    let name = answer.text("name").unwrap_or_default();
    let object =
        store.of_type("aws_ssm_parameter").find(|o| o.id == *name && o.region == *answer.region);
    if let Some(object) = object {
        return Ok(answer.of_object(object));
    }
    if name.starts_with("/aws/service/ami-") {
        let value = ami_id(answer.region, name);
        let arn =
            format!("arn:{}:ssm:{}::parameter{name}", partition(answer.region), answer.region);
        return Ok(answer.with([
            ("arn", Value::string(arn)),
            ("id", Value::string(name)),
            ("insecure_value", Value::string(value.as_str())),
            ("type", Value::string("String")),
            ("value", Value::string(value)),
            ("version", Value::number(1)),
        ]));
    }
    Err(not_found("aws_ssm_parameter", &format!("there is no parameter {name}")))
}

/// What depends on the account and the region alone.
fn surroundings(name: &str, answer: &Answer<'_>) -> Value {
    let region = answer.region;
    let part = partition(region);
    let suffix = if part == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    let texts =
        |texts: &[String]| Value::tuple(texts.iter().map(|text| Value::string(text.as_str())));
    match name {
        "aws_availability_zones" => {
            let names = zones(region);
            let ids: Vec<String> = names.iter().map(|zone| zone_id(zone)).collect();
            answer.with([
                ("group_names", texts(&[region.to_string()])),
                ("id", Value::string(region.as_str())),
                ("names", texts(&names)),
                ("zone_ids", texts(&ids)),
            ])
        }
        "aws_availability_zone" => {
            let zone = answer.text("name").map_or_else(|| zones(region)[0].clone(), str::to_owned);
            answer.with([
                ("group_name", Value::string(region.as_str())),
                ("id", Value::string(zone.as_str())),
                ("zone_id", Value::string(zone_id(&zone))),
                ("name_suffix", Value::string(zone.trim_start_matches(region.as_str()))),
                ("name", Value::string(zone)),
                ("opt_in_status", Value::string("opt-in-not-required")),
                ("zone_type", Value::string("availability-zone")),
            ])
        }
        "aws_caller_identity" => answer.with([
            ("account_id", Value::string(ACCOUNT)),
            ("arn", Value::string(format!("arn:{part}:iam::{ACCOUNT}:user/terrace"))),
            ("id", Value::string(ACCOUNT)),
            ("user_id", Value::string("AIDACKCEVSQ6C2EXAMPLE")),
        ]),
        "aws_partition" => answer.with([
            ("dns_suffix", Value::string(suffix)),
            ("id", Value::string(part)),
            ("partition", Value::string(part)),
            (
                "reverse_dns_prefix",
                Value::string(suffix.split('.').rev().collect::<Vec<_>>().join(".")),
            ),
        ]),
        "aws_region" => answer.with([
            ("description", Value::string(region.as_str())),
            ("endpoint", Value::string(format!("ec2.{region}.{suffix}"))),
            ("id", Value::string(region.as_str())),
            ("name", Value::string(region.as_str())),
        ]),
        "aws_ec2_instance_type" => instance_type(answer),
        _ => answer.with([("id", Value::string(part))]),
    }
}

/// Size and memory follow from the name: `m6i.large` has two processors and 8 GiB.
fn instance_type(answer: &Answer<'_>) -> Value {
    let name = answer.text("instance_type").unwrap_or_default();
    let (family, size) = name.split_once('.').unwrap_or((name, "large"));
    let processors: i64 = match size {
        "nano" | "micro" | "small" | "medium" | "large" => 2,
        "xlarge" | "metal" => 4,
        size => 4 * size.trim_end_matches("xlarge").parse::<i64>().unwrap_or(1),
    };
    let per_processor = match (family.bytes().next(), size) {
        (_, "nano") => 256,
        (_, "micro") => 512,
        (_, "small") => 1024,
        (_, "medium") => 2048,
        (Some(b'c'), _) => 2048,
        (Some(b'r' | b'x'), _) => 8192,
        _ => 4096,
    };
    let arm = family.contains('g') && !family.starts_with('g');
    answer.with([
        ("burstable_performance_supported", Value::bool(family.starts_with('t'))),
        ("current_generation", Value::bool(true)),
        ("default_cores", Value::number((processors / 2).max(1))),
        ("default_threads_per_core", Value::number(2)),
        ("default_vcpus", Value::number(processors)),
        ("hypervisor", Value::string("nitro")),
        ("id", Value::string(name)),
        ("memory_size", Value::number(processors * per_processor)),
        (
            "supported_architectures",
            Value::tuple([Value::string(if arm { "arm64" } else { "x86_64" })]),
        ),
        ("supported_usages_classes", Value::tuple(["on-demand", "spot"].map(Value::string))),
    ])
}
