//! Ownership as tags: how `terrace:stack`, `terrace:address` and their like are written and read back.
//!
//! Every AWS service takes `[A-Za-z0-9_.:/=+@-]` in tags and at most 256 characters in a value, so an address is
//! written in that set: an index as `:0`, a key as `/key`, any other character of a key or name as `=` and two
//! hexadecimal digits per byte. `module.web["eu.1"].aws_lb.this[0]` is written `module.web/eu=2E1.aws_lb.this:0`.
//! A longer address is written as `=` and its digest; the manifest knows what it stands for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ecow::EcoString;

use crate::base::{Address, Digest, Key, Mode, ModulePath, ModuleStep, ResourceAddress, StackName};
use crate::plan::Owner;

/// The prefix of every tag key that is terrace's own.
pub const PREFIX: &str = "terrace:";
/// Whose the object is.
pub const STACK: &str = "terrace:stack";
/// At which address of the stack.
pub const ADDRESS: &str = "terrace:address";
/// Which replacement of that address; missing for the first.
pub const GENERATION: &str = "terrace:generation";
/// Which create attempt made it.
pub const NONCE: &str = "terrace:nonce";

/// The longest value that every service takes.
const LONGEST: usize = 256;

/// The tags that say what `owner` says.
#[must_use]
pub fn owner_to_tags(owner: &Owner) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::from([
        (STACK.to_owned(), owner.stack.to_string()),
        (ADDRESS.to_owned(), encode_address(&owner.address)),
    ]);
    if owner.generation > 1 {
        tags.insert(GENERATION.to_owned(), owner.generation.to_string());
    }
    if let Some(nonce) = &owner.nonce {
        tags.insert(NONCE.to_owned(), nonce.to_string());
    }
    tags
}

/// What the tags of an object say about its owner; none where they are incomplete or not terrace's.
#[must_use]
pub fn owner_from_tags(tags: &BTreeMap<String, String>) -> Option<Owner> {
    Some(Owner {
        stack: StackName::new(tags.get(STACK)?.as_str()),
        address: decode_address(tags.get(ADDRESS)?)?,
        generation: tags.get(GENERATION).and_then(|text| text.parse().ok()).unwrap_or(1),
        nonce: tags.get(NONCE).map(EcoString::from),
    })
}

/// The address as a tag value.
#[must_use]
pub fn encode_address(address: &Address) -> String {
    let mut text = String::new();
    for step in address.resource.module.steps() {
        text.push_str("module.");
        encode_name(&mut text, &step.name);
        encode_key(&mut text, step.key.as_ref());
        text.push('.');
    }
    text.push_str(match address.resource.mode {
        Mode::Managed => "",
        Mode::Data => "data.",
        Mode::Ephemeral => "ephemeral.",
    });
    encode_name(&mut text, address.type_name().as_str());
    text.push('.');
    encode_name(&mut text, &address.resource.name);
    encode_key(&mut text, address.key.as_ref());
    if text.len() > LONGEST { format!("={}", Digest::of(text)) } else { text }
}

/// The address that a tag value stands for. A digest is answered as an address of the type `=`, whose name is the
/// digest: compare [`encode_address`] of the addresses that the manifest knows.
#[must_use]
pub fn decode_address(text: &str) -> Option<Address> {
    if let Some(digest) = text.strip_prefix('=').filter(|digest| digest.len() == 64) {
        return Some(plain_address("=", digest));
    }
    let mut words = text.split('.').map(decode_word);
    let mut steps = Vec::new();
    let mut mode = Mode::Managed;
    loop {
        let (word, key) = words.next()??;
        if key.is_some() {
            return None;
        }
        match word.as_str() {
            "module" => {
                let (name, key) = words.next()??;
                steps.push(ModuleStep { name, key });
            }
            "data" => mode = Mode::Data,
            "ephemeral" => mode = Mode::Ephemeral,
            _ => {
                let (name, key) = words.next()??;
                let module = ModulePath::new(steps);
                let resource = ResourceAddress { module, mode, type_name: word.into(), name };
                return words.next().is_none().then(|| resource.instance(key));
            }
        }
    }
}

/// The digest, where [`decode_address`] answered one in place of an address.
#[must_use]
pub fn digest_of(address: &Address) -> Option<&str> {
    (address.type_name() == "=").then_some(address.resource.name.as_str())
}

/// The digest that stands in the tag of an address that is too long to be written out.
#[must_use]
pub fn shortened(address: &Address) -> Option<String> {
    encode_address(address).strip_prefix('=').filter(|digest| digest.len() == 64).map(str::to_owned)
}

/// Whether tags name that owner; an address may stand there as a digest.
#[must_use]
pub fn says(tagged: &Owner, owner: &Owner) -> bool {
    let digest = || digest_of(&tagged.address).map(str::to_owned);
    let address = tagged.address == owner.address
        || digest().is_some_and(|digest| shortened(&owner.address) == Some(digest));
    address
        && tagged.stack == owner.stack
        && tagged.generation == owner.generation
        && tagged.nonce == owner.nonce
}

fn plain_address(type_name: &str, name: &str) -> Address {
    ResourceAddress {
        module: ModulePath::root(),
        mode: Mode::Managed,
        type_name: type_name.into(),
        name: name.into(),
    }
    .instance(None)
}

fn encode_name(text: &mut String, name: &str) {
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'@' | b'+') {
            text.push(char::from(byte));
        } else {
            write!(text, "={byte:02X}").expect("writing to a string cannot fail");
        }
    }
}

fn encode_key(text: &mut String, key: Option<&Key>) {
    match key {
        None => {}
        Some(Key::Int(index)) => write!(text, ":{index}").expect("writing to a string cannot fail"),
        Some(Key::Str(key)) => {
            text.push('/');
            encode_name(text, key);
        }
    }
}

/// A name with the key behind it.
fn decode_word(word: &str) -> Option<(EcoString, Option<Key>)> {
    match word.find([':', '/']) {
        None => Some((decode_name(word)?, None)),
        Some(at) => {
            let key = &word[at + 1..];
            let key = if word.as_bytes()[at] == b':' {
                Key::Int(key.parse().ok()?)
            } else {
                Key::Str(decode_name(key)?)
            };
            Some((decode_name(&word[..at])?, Some(key)))
        }
    }
}

fn decode_name(text: &str) -> Option<EcoString> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().map(EcoString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_tags() {
        for (address, tag) in [
            ("aws_vpc.main", "aws_vpc.main"),
            ("aws_vpc.main[12]", "aws_vpc.main:12"),
            ("module.web[\"eu.1\"].aws_lb.this[0]", "module.web/eu=2E1.aws_lb.this:0"),
            (
                "module.a[0].module.b.aws_eip.x[\"a/b:c=d ü\"]",
                "module.a:0.module.b.aws_eip.x/a=2Fb=3Ac=3Dd=20=C3=BC",
            ),
            ("aws_eip.x[\"\"]", "aws_eip.x/"),
        ] {
            let parsed: Address = address.parse().expect("an address");
            assert_eq!(encode_address(&parsed), tag);
            assert_eq!(decode_address(tag), Some(parsed));
        }
    }

    #[test]
    fn long_addresses_become_digests() {
        let address: Address =
            format!("aws_vpc.main[\"{}\"]", "k".repeat(300)).parse().expect("an address");
        let tag = encode_address(&address);
        assert_eq!(tag.len(), 65);
        let pseudo = decode_address(&tag).expect("a digest stands for it");
        assert_eq!(pseudo.type_name(), "=");
        assert_eq!(digest_of(&pseudo).map(str::to_owned), shortened(&address));
        let owner = |address| Owner { stack: "shop".into(), address, generation: 1, nonce: None };
        assert!(says(&owner(pseudo.clone()), &owner(address)));
        assert!(!says(&owner(pseudo), &owner("aws_vpc.a".parse().expect("an address"))));
    }

    #[test]
    fn owners_survive_tags() {
        let owner = Owner {
            stack: "shop".into(),
            address: "aws_vpc.main".parse().expect("an address"),
            generation: 3,
            nonce: Some("n1".into()),
        };
        assert_eq!(owner_from_tags(&owner_to_tags(&owner)), Some(owner));
        assert_eq!(owner_from_tags(&BTreeMap::new()), None);
    }
}
