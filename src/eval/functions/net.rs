//! Functions on IP networks.

use core::net::{Ipv4Addr, Ipv6Addr};

use dashu_int::{IBig, UBig};

use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::{Number, Type, Value};

const TEXT: Returns = Returns::Always(Want::String);

const fn text(name: &'static str) -> Param {
    Param::new(name, Want::String)
}

const fn number(name: &'static str) -> Param {
    Param::new(name, Want::Number)
}

pub(super) const TABLE: &[Function] = &[
    Function::new("cidrhost", &[text("prefix"), number("hostnum")], TEXT, cidrhost),
    Function::new("cidrnetmask", &[text("prefix")], TEXT, cidrnetmask),
    Function::new(
        "cidrsubnet",
        &[text("prefix"), number("newbits"), number("netnum")],
        TEXT,
        cidrsubnet,
    ),
    Function::new(
        "cidrsubnets",
        &[text("prefix")],
        Returns::Always(Want::List(&Want::String)),
        cidrsubnets,
    )
    .rest(number("newbits")),
];

/// An address with the length of its prefix; the bits after the prefix are zero.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    prefix: u32,
    /// 32 or 128.
    bits: u32,
}

impl Network {
    /// Reads `10.0.0.0/8`. Octets and the length may begin with zeros, which mean nothing.
    fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("invalid CIDR expression: invalid CIDR address: {text}");
        let (address, prefix) = text.split_once('/').ok_or_else(invalid)?;
        let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u32 = prefix.parse().ok().filter(|_| digits).ok_or_else(invalid)?;
        let (address, bits) = match parse_v4(address) {
            Some(v4) => (u128::from(v4), 32),
            None => (address.parse::<Ipv6Addr>().map_err(|_| invalid())?.to_bits(), 128),
        };
        if prefix > bits {
            return Err(invalid());
        }
        Ok(Self { address, prefix, bits }.masked())
    }

    fn host_mask(&self) -> u128 {
        match self.bits - self.prefix {
            0 => 0,
            hosts => u128::MAX >> (128 - hosts),
        }
    }

    fn all(&self) -> u128 {
        if self.bits == 32 { u128::from(u32::MAX) } else { u128::MAX }
    }

    fn masked(self) -> Self {
        Self { address: self.address & !self.host_mask(), ..self }
    }

    fn last(&self) -> u128 {
        self.address | self.host_mask()
    }

    fn contains(&self, address: u128) -> bool {
        address & !self.host_mask() == self.address
    }

    /// Puts a number into the bits that end at `prefix`. Numbers that do not fit reach into the bits before, and
    /// negative ones turn the sign: that is what Terraform's library computes. It fails where they reach beyond the
    /// address.
    fn with_number(&self, number: IBig, prefix: u32) -> Result<u128, CallError> {
        let shift = usize::try_from(self.bits.saturating_sub(prefix)).unwrap_or(0);
        let merged = IBig::from(self.address) | (number << shift);
        let (_, magnitude) = merged.into_parts();
        let fits = u128::try_from(&magnitude).ok().filter(|address| *address <= self.all());
        fits.ok_or_else(|| CallError::new("the number does not fit into an address"))
    }

    fn address_text(&self, address: u128) -> String {
        if self.bits == 32 {
            Ipv4Addr::from_bits(u32::try_from(address).unwrap_or(u32::MAX)).to_string()
        } else {
            Ipv6Addr::from_bits(address).to_string()
        }
    }

    fn text(&self) -> String {
        format!("{}/{}", self.address_text(self.address), self.prefix)
    }
}

fn parse_v4(text: &str) -> Option<u32> {
    let octets: Option<Vec<u8>> = text
        .split('.')
        .map(|octet| {
            let digits = !octet.is_empty() && octet.bytes().all(|byte| byte.is_ascii_digit());
            octet.parse::<u8>().ok().filter(|_| digits)
        })
        .collect();
    let octets: [u8; 4] = octets?.try_into().ok()?;
    Some(u32::from_be_bytes(octets))
}

fn network(context: &Context<'_>) -> Result<Network, CallError> {
    Network::parse(context.text(0)).map_err(CallError::new)
}

fn whole(number: &Number) -> Result<IBig, CallError> {
    number.to_whole_big().ok_or_else(|| CallError::new("value must be a whole number"))
}

/// The number as Go's `Uint64` gives it: the low 64 bits of its magnitude.
fn low_bits(number: &IBig) -> u64 {
    let magnitude = number.clone().into_parts().1;
    u64::try_from(&(magnitude & UBig::from(u64::MAX))).unwrap_or(0)
}

fn cidrhost(context: &Context<'_>) -> Result<Value, CallError> {
    let number = whole(context.number(1))?;
    let network = network(context)?;
    let most = IBig::from(network.host_mask());
    let below_zero = number < IBig::ZERO;
    // Only the low 64 bits are compared, as signed ones.
    let compared =
        if below_zero { -&number - IBig::ONE } else { IBig::from(low_bits(&number).cast_signed()) };
    if compared > most {
        return Err(CallError::new(format!(
            "prefix of {} does not accommodate a host numbered {}",
            network.prefix,
            if below_zero { &most - &compared } else { number }
        )));
    }
    let number = if below_zero { &most - &compared } else { number };
    Ok(Value::string(network.address_text(network.with_number(number, network.bits)?)))
}

fn cidrnetmask(context: &Context<'_>) -> Result<Value, CallError> {
    let network = network(context)?;
    if network.bits != 32 {
        return Err(CallError::new(
            "IPv6 addresses cannot have a netmask: ".to_owned() + &network.text(),
        ));
    }
    Ok(Value::string(network.address_text(!network.host_mask() & network.all())))
}

fn cidrsubnet(context: &Context<'_>) -> Result<Value, CallError> {
    let new_bits = context.int(1)?;
    let number = whole(context.number(2))?;
    let network = network(context)?;
    let prefix = i64::from(network.prefix) + new_bits;
    let Some(prefix) = u32::try_from(prefix).ok().filter(|prefix| *prefix <= network.bits) else {
        return Err(CallError::new(format!(
            "insufficient address space to extend prefix of {} by {new_bits}",
            network.prefix
        )));
    };
    let most = u32::try_from(new_bits)
        .ok()
        .and_then(|bits| 1u64.checked_shl(bits))
        .map_or(u64::MAX, |n| n - 1);
    if low_bits(&number) > most {
        return Err(CallError::new(format!(
            "prefix extension of {new_bits} does not accommodate a subnet numbered {number}"
        )));
    }
    let address = network.with_number(number, prefix)?;
    Ok(Value::string(Network { address, prefix, ..network }.text()))
}

fn cidrsubnets(context: &Context<'_>) -> Result<Value, CallError> {
    let base = Network::parse(context.text(0)).map_err(|reason| CallError::arg(0, reason))?;
    let mut subnets = Vec::new();
    // Starts as the subnet before the first.
    let mut last = base.address.wrapping_sub(1) & base.all();
    for index in 1..context.args.len() {
        let wrong = |reason: String| CallError::arg(index, reason);
        let bits = context
            .number(index)
            .to_i64()
            .ok_or_else(|| wrong("value must be a whole number".into()))?;
        if bits < 1 {
            return Err(wrong("must extend prefix by at least one bit".into()));
        }
        if bits > 32 {
            return Err(wrong("may not extend prefix by more than 32 bits".into()));
        }
        let prefix = base.prefix + u32::try_from(bits).expect("at most 32");
        if prefix > base.bits {
            let protocol = if base.bits == 32 { "IPv4" } else { "IPv6" };
            return Err(wrong(format!(
                "would extend prefix to {prefix} bits, which is too long for an {protocol} address"
            )));
        }
        let before = Network { address: last, prefix, ..base }.masked();
        let address = before.last().wrapping_add(1) & base.all();
        if address == 0 || !base.contains(address) {
            return Err(wrong(format!(
                "not enough remaining address space for a subnet with a prefix of {prefix} bits after {}",
                before.text()
            )));
        }
        let next = Network { address, prefix, ..base }.masked();
        last = next.last();
        subnets.push(Value::string(next.text()));
    }
    Ok(Value::list(Type::String, subnets))
}
