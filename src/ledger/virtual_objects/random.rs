//! `random_*`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dashu_int::UBig;
use ecow::EcoString;

use super::make::{Attributes, Made, Tools, hex};
use super::words;
use crate::base::{Digest, Id};
use crate::value::{Type, Value};

/// The special characters unless others are asked for.
const SPECIAL: &str = "!@#$%&*()-_=+[]{}<>:?";
/// What bcrypt hashes at most, in bytes.
const BCRYPT_MOST: usize = 72;

/// Makes an object of a `random_*` type.
pub(super) fn make(tools: &Tools<'_>, name: &str, attributes: Attributes) -> Result<Made, String> {
    match name {
        "random_id" => id(tools, attributes),
        "random_integer" => integer(tools, attributes),
        "random_password" => password(tools, attributes),
        "random_pet" => Ok(pet(tools, attributes)),
        "random_shuffle" => Ok(shuffle(tools, attributes)),
        "random_string" => string(tools, attributes),
        _ => Ok(uuid(tools, attributes)),
    }
}

/// Randomness that a `seed` argument decides where it is set.
fn dice(tools: &Tools<'_>, attributes: &Attributes) -> fastrand::Rng {
    let seed = match attributes.text("seed").filter(|seed| !seed.is_empty()) {
        Some(seed) => {
            let digest = Digest::of(seed.as_bytes());
            u64::from_str_radix(digest.short(16), 16).expect("a digest is hexadecimal")
        }
        None => u64::from_be_bytes(tools.bytes()),
    };
    fastrand::Rng::with_seed(seed)
}

fn id(tools: &Tools<'_>, attributes: Attributes) -> Result<Made, String> {
    let length = attributes.whole("byte_length").and_then(|length| usize::try_from(length).ok());
    let length = length.filter(|length| (1..=1 << 20).contains(length));
    let mut bytes = vec![0; length.ok_or("byte_length must be at least 1")?];
    tools.entropy.fill(&mut bytes);
    Ok(id_of(attributes, &bytes))
}

/// A `random_id` of these bytes.
pub(super) fn id_of(mut attributes: Attributes, bytes: &[u8]) -> Made {
    let prefix = attributes.text("prefix").unwrap_or_default();
    let with_prefix = |text: &str| format!("{prefix}{text}");
    let url = URL_SAFE_NO_PAD.encode(bytes);
    attributes.set_text("b64_url", with_prefix(&url));
    attributes.set_text("b64_std", with_prefix(&STANDARD.encode(bytes)));
    attributes.set_text("hex", with_prefix(&hex(bytes)));
    attributes.set_text("dec", with_prefix(&UBig::from_be_bytes(bytes).to_string()));
    attributes.with_id(url)
}

fn integer(tools: &Tools<'_>, mut attributes: Attributes) -> Result<Made, String> {
    let bound = |name: &str| attributes.whole(name).ok_or(format!("{name} must be a whole number"));
    let (min, max) = (bound("min")?, bound("max")?);
    if max < min {
        return Err(format!("max ({max}) is less than min ({min})"));
    }
    let number = dice(tools, &attributes).i64(min..=max);
    attributes.set_whole("result", number);
    Ok(attributes.with_id(number.to_string()))
}

fn string(tools: &Tools<'_>, mut attributes: Attributes) -> Result<Made, String> {
    let result = characters(tools, &mut attributes)?;
    attributes.set_text("result", result.clone());
    Ok(attributes.with_id(result))
}

/// A `random_password`.
pub(super) fn password(tools: &Tools<'_>, mut attributes: Attributes) -> Result<Made, String> {
    let result = characters(tools, &mut attributes)?;
    password_of(attributes, &result, tools.bytes())
}

/// A `random_password` of that text.
pub(super) fn password_of(
    mut attributes: Attributes,
    result: &str,
    salt: [u8; 16],
) -> Result<Made, String> {
    let end = result.floor_char_boundary(BCRYPT_MOST.min(result.len()));
    let hash = bcrypt::hash_with_salt(&result.as_bytes()[..end], bcrypt::DEFAULT_COST, salt);
    let hash = hash.map_err(|error| format!("bcrypt: {error}"))?;
    attributes.set_text("bcrypt_hash", hash.format_for_version(bcrypt::Version::TwoA));
    attributes.set_text("result", result);
    // Every password's `id` attribute says `none`; what it is called must tell nothing of it.
    let mut made = attributes.with_id("none");
    made.id = Id::new("none");
    Ok(made)
}

/// A text of the classes that are asked for, at least as many of each as is asked for, in random order.
fn characters(tools: &Tools<'_>, attributes: &mut Attributes) -> Result<String, String> {
    fill_in_flags(attributes);
    let special = attributes.text("override_special").filter(|text| !text.is_empty());
    let special = special.unwrap_or_else(|| EcoString::from(SPECIAL));
    let classes = [
        ("special", "min_special", special.as_str()),
        ("upper", "min_upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("lower", "min_lower", "abcdefghijklmnopqrstuvwxyz"),
        ("numeric", "min_numeric", "0123456789"),
    ];
    let length = attributes.whole("length").and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or("length must be a whole number from 1")?;
    let mut dice = Dice { tools };
    let mut all: Vec<char> = Vec::new();
    let mut result: Vec<char> = Vec::new();
    for (flag, least, class) in classes {
        let class: Vec<char> = class.chars().collect();
        let least = attributes.whole(least).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        result.extend((0..least).map(|_| dice.pick(&class)));
        if attributes.truth(flag).unwrap_or(true) {
            all.extend(class);
        }
    }
    if length < result.len() {
        return Err(format!("length ({length}) is less than the minimums together"));
    }
    if all.is_empty() && result.len() < length {
        return Err("no class of characters is allowed".to_owned());
    }
    while result.len() < length {
        result.push(dice.pick(&all));
    }
    for at in (1..result.len()).rev() {
        result.swap(at, dice.below(at + 1));
    }
    Ok(result.into_iter().collect())
}

/// Choices from the cloud's own randomness: nothing in between that could be guessed.
struct Dice<'a> {
    tools: &'a Tools<'a>,
}

impl Dice<'_> {
    fn below(&mut self, end: usize) -> usize {
        let end = end as u64;
        // Values beyond the last whole multiple would favour small numbers.
        let limit = u64::MAX - u64::MAX % end;
        loop {
            let value = u64::from_be_bytes(self.tools.bytes());
            if value < limit {
                return usize::try_from(value % end).expect("it is less than a usize");
            }
        }
    }

    fn pick(&mut self, from: &[char]) -> char {
        from[self.below(from.len())]
    }
}

/// `number` is the old name of `numeric`: each follows the other.
fn fill_in_flags(attributes: &mut Attributes) {
    let numeric = attributes.truth("numeric").or(attributes.truth("number")).unwrap_or(true);
    let numeric = numeric && attributes.truth("number").unwrap_or(true);
    for flag in ["special", "upper", "lower"] {
        let value = attributes.truth(flag).unwrap_or(true);
        attributes.set(flag, Value::bool(value));
    }
    attributes.set("numeric", Value::bool(numeric));
    attributes.set("number", Value::bool(numeric));
    for least in ["min_special", "min_upper", "min_lower", "min_numeric"] {
        let value = attributes.whole(least).unwrap_or(0);
        attributes.set_whole(least, value);
    }
}

fn pet(tools: &Tools<'_>, attributes: Attributes) -> Made {
    let mut dice = dice(tools, &attributes);
    let separator = attributes.text("separator").unwrap_or_else(|| "-".into());
    let length = attributes.whole("length").unwrap_or(2).max(1);
    let mut words: Vec<&str> = (2..length).map(|_| pick(&mut dice, &words::ADVERBS)).collect();
    if length > 1 {
        words.push(pick(&mut dice, &words::ADJECTIVES));
    }
    words.push(pick(&mut dice, &words::NAMES));
    let name = words.join(&separator);
    match attributes.text("prefix").filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => attributes.with_id(format!("{prefix}{separator}{name}")),
        None => attributes.with_id(name),
    }
}

fn pick<'a>(dice: &mut fastrand::Rng, words: &[&'a str]) -> &'a str {
    words[dice.usize(..words.len())]
}

fn shuffle(tools: &Tools<'_>, mut attributes: Attributes) -> Made {
    let mut dice = dice(tools, &attributes);
    let input: Vec<Value> =
        attributes.raw("input").as_sequence().map(<[Value]>::to_vec).unwrap_or_default();
    let count = attributes.whole("result_count").and_then(|count| usize::try_from(count).ok());
    let count = if input.is_empty() { 0 } else { count.unwrap_or(input.len()) };
    let mut result = Vec::with_capacity(count);
    while result.len() < count {
        let mut round = input.clone();
        dice.shuffle(&mut round);
        result.extend(round.into_iter().take(count - result.len()));
    }
    attributes.set("result", Value::list(Type::String, result));
    attributes.with_id("-")
}

fn uuid(tools: &Tools<'_>, mut attributes: Attributes) -> Made {
    let text = tools.uuid();
    attributes.set_text("result", text.clone());
    attributes.with_id(text)
}
