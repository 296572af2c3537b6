//! The functions of templates: ids in AWS's own formats, addresses, names.

use std::net::Ipv4Addr;

use ecow::EcoString;
use fastrand::Rng;
use ipnet::Ipv4Net;

use super::compute::Computation;
use super::world;

const HEX: &[u8] = b"0123456789abcdef";
const LOWER: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MIXED: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Calls a function of a template.
pub fn call(of: &mut Computation<'_>, name: &str, arguments: &[EcoString]) -> String {
    let first = arguments.first().map_or("", EcoString::as_str);
    let second = arguments.get(1).map_or("", EcoString::as_str);
    let third = arguments.get(2).map_or("", EcoString::as_str);
    match name {
        "hex" => digits(of, HEX, arguments),
        "alnum" => digits(of, LOWER, arguments),
        "upper" => digits(of, UPPER, arguments),
        "digits" => digits(of, &HEX[..10], arguments),
        "mixed" => digits(of, MIXED, arguments),
        "hex_pairs" => {
            let count = first.parse().unwrap_or(16);
            (0..count).map(|_| random(&mut of.rng, HEX, 2)).collect::<Vec<_>>().join(":")
        }
        "mac" => format!(
            "02:{}",
            (0..5).map(|_| random(&mut of.rng, HEX, 2)).collect::<Vec<_>>().join(":")
        ),
        "uuid" => {
            let digits = random(&mut of.rng, HEX, 32);
            let (a, b, c, d, e) =
                (&digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..]);
            format!("{a}-{b}-4{c}-8{d}-{e}")
        }
        "unique" => {
            format!("{}{}", random(&mut of.rng, &HEX[..10], 18), random(&mut of.rng, HEX, 8))
        }
        "now" | "next_run" => of.now_text(),
        "ref" => of.referred(first, second).into_iter().next().unwrap_or_default(),
        "refs" => json_list(&distinct(of.referred(first, second))),
        "list" => json_list(&of.texts(first)),
        "choose" => arguments
            .iter()
            .map(|path| of.text(path))
            .find(|text| !text.is_empty())
            .unwrap_or_default(),
        "match" => matched(&of.text(first), &arguments[1..]),
        "after" => {
            of.text(first).split_once(second).map(|(_, rest)| rest.to_owned()).unwrap_or_default()
        }
        "replaced" => of.text(first).replace(second, third),
        "trimmed" => of.text(first).trim_start_matches(second).to_owned(),
        "prefixed" => {
            let text = of.text(second);
            if text.is_empty() { text } else { format!("{first}{text}") }
        }
        "lower" => of.text(first).to_lowercase(),
        "pascal" => pascal(&of.text(first)),
        "dashed" => of.text(first).replace('.', "-"),
        "major" => of.text(first).split('.').next().unwrap_or_default().to_owned(),
        "crc32" => {
            let mut crc = flate2::Crc::new();
            for path in arguments {
                let text = of.text(path);
                crc.update(text.as_bytes());
                crc.update(b"-");
            }
            crc.sum().to_string()
        }
        "fqdn" => format!("{}.{}", of.text(first), of.referred(second, "name").concat()),
        "next" => of.next_of(first, second).to_string(),
        "zone" => {
            let zones = world::zones(of.region);
            zones[of.rng.usize(..zones.len())].clone()
        }
        "zones" => json_list(&world::zones(of.region)),
        "zone_id" => world::zone_id(&of.text(first)),
        "short_region" => world::short_region(of.region),
        "private_ip" => private_ip(of, first),
        "public_ip" => {
            let mut byte = || of.rng.u8(1..=254);
            format!("54.{}.{}.{}", byte(), byte(), byte())
        }
        "ipv4_cidr" => format!("10.{}.0.0/{first}", of.rng.u8(..)),
        "ipv6_cidr" => format!(
            "2600:1f18:{}:{}00::/{first}",
            random(&mut of.rng, HEX, 4),
            random(&mut of.rng, HEX, 2)
        ),
        "compute_domain" => match of.region.as_str() {
            "us-east-1" => "compute-1.amazonaws.com".to_owned(),
            region => format!("{region}.compute.amazonaws.com"),
        },
        "internal_domain" => match of.region.as_str() {
            "us-east-1" => "ec2.internal".to_owned(),
            region => format!("{region}.compute.internal"),
        },
        "default_vpc" => world::default_vpc(of.region),
        "default_subnet" => world::default_subnet(of.region, 0),
        "default_group" => {
            let vpc = of.referred(first, "vpc_id").into_iter().next().unwrap_or_default();
            let group = of.attribute_of("aws_vpc", &vpc, "default_security_group_id");
            if group.is_empty() { world::default_group(of.region) } else { group }
        }
        "table" => of.table(first, second),
        _ => String::new(),
    }
}

/// Random digits; the same for a whole region or account where the second argument says so.
fn digits(of: &mut Computation<'_>, alphabet: &[u8], arguments: &[EcoString]) -> String {
    let count = arguments.first().and_then(|count| count.parse().ok()).unwrap_or(8);
    match arguments.get(1).map(EcoString::as_str) {
        Some(shared) => {
            let place = if shared == "region" { of.region.as_str() } else { world::ACCOUNT };
            let seed = crate::base::Digest::of_parts([shared, place, of.type_name()]);
            let seed = u64::from_str_radix(seed.short(15), 16).unwrap_or_default();
            random(&mut Rng::with_seed(seed), alphabet, count)
        }
        None => random(&mut of.rng, alphabet, count),
    }
}

fn random(rng: &mut Rng, alphabet: &[u8], count: usize) -> String {
    (0..count).map(|_| char::from(alphabet[rng.usize(..alphabet.len())])).collect()
}

fn distinct(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts.dedup();
    texts
}

fn json_list<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted: Vec<_> =
        texts.iter().map(|text| crate::value::json::quote_json(text.as_ref())).collect();
    format!("[{}]", quoted.join(","))
}

/// `value: result` pairs, a `*` at the end of a value for any rest, and a default.
fn matched(text: &str, cases: &[EcoString]) -> String {
    for case in cases {
        let Some((value, result)) =
            case.split_once(": ").or_else(|| case.strip_suffix(':').map(|v| (v, "")))
        else {
            return case.to_string();
        };
        let fits = value.strip_suffix('*').map_or(text == value, |prefix| text.starts_with(prefix));
        if fits {
            return result.to_owned();
        }
    }
    String::new()
}

fn pascal(text: &str) -> String {
    let label = text.split('.').next().unwrap_or_default();
    label
        .split(['-', '_'])
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect::<String>())
                .unwrap_or_default()
        })
        .collect()
}

/// An address in the subnet that an attribute names; AWS keeps the first four for itself.
fn private_ip(of: &mut Computation<'_>, subnet: &str) -> String {
    let block = of.referred(subnet, "cidr_block").into_iter().next().unwrap_or_default();
    let Ok(net) = block.parse::<Ipv4Net>() else { return "172.31.0.10".to_owned() };
    let size = 1u32 << (32 - u32::from(net.prefix_len())).min(31);
    let offset = of.rng.u32(4..size.saturating_sub(1).max(5));
    Ipv4Addr::from(u32::from(net.network()) + offset).to_string()
}
