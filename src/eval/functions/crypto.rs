//! Digests, ids and decryption.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{Pkcs1v15Encrypt, RsaPrivateKey};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use uuid::Uuid;

use super::{CallError, Context, Function, Param, Returns, Want};
use crate::eval::Effects;
use crate::value::{Number, Type, Value};

const TEXT: Returns = Returns::Always(Want::String);

const fn text(name: &'static str) -> Param {
    Param::new(name, Want::String)
}

pub(super) const TABLE: &[Function] = &[
    Function::new("base64sha256", &[text("str")], TEXT, |c| {
        Ok(Value::string(STANDARD.encode(Sha256::digest(c.text(0)))))
    }),
    Function::new("base64sha512", &[text("str")], TEXT, |c| {
        Ok(Value::string(STANDARD.encode(Sha512::digest(c.text(0)))))
    }),
    Function::new("bcrypt", &[text("str")], TEXT, bcrypt).rest(Param::new("cost", Want::Number)),
    Function::new("md5", &[text("str")], TEXT, |c| Ok(hex(&Md5::digest(c.text(0))))),
    Function::new("rsadecrypt", &[text("ciphertext"), text("privatekey")], TEXT, rsadecrypt),
    Function::new("sha1", &[text("str")], TEXT, |c| Ok(hex(&Sha1::digest(c.text(0))))),
    Function::new("sha256", &[text("str")], TEXT, |c| Ok(hex(&Sha256::digest(c.text(0))))),
    Function::new("sha512", &[text("str")], TEXT, |c| Ok(hex(&Sha512::digest(c.text(0))))),
    Function::new("uuid", &[], TEXT, uuid_random),
    Function::new("uuidv5", &[text("namespace"), text("name")], TEXT, uuid_named),
];

pub(super) fn hex(bytes: &[u8]) -> Value {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes everything");
    }
    Value::string(text)
}

/// Costs below the least that the algorithm takes mean the usual one, as in Go.
fn bcrypt(context: &Context<'_>) -> Result<Value, CallError> {
    const USUAL: u32 = 10;
    const LEAST: i64 = 4;
    const MOST: i64 = 31;
    const LONGEST: usize = 72;
    let cost = match context.args.len() {
        1 => USUAL,
        2 => match context.int(1)? {
            cost if cost < LEAST => USUAL,
            cost if cost > MOST => {
                return Err(CallError::new(format!(
                    "error occured generating password crypto/bcrypt: cost {cost} is outside allowed range (4,31)"
                )));
            }
            cost => u32::try_from(cost).unwrap_or(USUAL),
        },
        _ => return Err(CallError::new("bcrypt() takes no more than two arguments")),
    };
    if context.outside.effects == Effects::Later {
        return Ok(Value::unknown(Type::String));
    }
    if context.text(0).len() > LONGEST {
        return Err(CallError::new(
            "error occured generating password bcrypt: password length exceeds 72 bytes",
        ));
    }
    let mut salt = [0; 16];
    context.outside.world.entropy.fill(&mut salt);
    bcrypt::hash_with_salt(context.text(0), cost, salt)
        .map(|hash| Value::string(hash.format_for_version(bcrypt::Version::TwoA)))
        .map_err(|error| CallError::new(format!("error occured generating password {error}")))
}

fn rsadecrypt(context: &Context<'_>) -> Result<Value, CallError> {
    let cipher = super::encoding::decode_base64(context.text(0)).map_err(|_| {
        CallError::arg(
            0,
            format!(
                "failed to decode input {:?}: cipher text must be base64-encoded",
                context.text(0)
            ),
        )
    })?;
    let pem = context.text(1);
    let key = RsaPrivateKey::from_pkcs1_pem(pem)
        .ok()
        .or_else(|| RsaPrivateKey::from_pkcs8_pem(pem).ok())
        .ok_or_else(|| CallError::arg(1, "invalid private key: ssh: no key found"))?;
    let failed = || CallError::new("failed to decrypt: crypto/rsa: decryption error");
    let plain = key.decrypt(Pkcs1v15Encrypt, &cipher).map_err(|_| failed())?;
    Ok(Value::string(String::from_utf8_lossy(&plain).into_owned()))
}

fn uuid_random(context: &Context<'_>) -> Result<Value, CallError> {
    if context.outside.effects == Effects::Later {
        return Ok(Value::unknown(Type::String));
    }
    let mut bytes = [0; 16];
    context.outside.world.entropy.fill(&mut bytes);
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Ok(Value::string(id.hyphenated().to_string()))
}

fn uuid_named(context: &Context<'_>) -> Result<Value, CallError> {
    let namespace = match context.text(0) {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => Uuid::parse_str(other).map_err(|_| {
            CallError::new(format!(
                "uuidv5() doesn't support namespace {other} (invalid UUID length: {})",
                other.len()
            ))
        })?,
    };
    let id = Uuid::new_v5(&namespace, context.text(1).as_bytes());
    Ok(Value::string(id.hyphenated().to_string()))
}

/// Digests of a file's content, for the `file…` functions.
pub(super) fn digest(algorithm: &str, content: &[u8]) -> Value {
    match algorithm {
        "filemd5" => hex(&Md5::digest(content)),
        "filesha1" => hex(&Sha1::digest(content)),
        "filesha256" => hex(&Sha256::digest(content)),
        "filesha512" => hex(&Sha512::digest(content)),
        "filebase64sha256" => Value::string(STANDARD.encode(Sha256::digest(content))),
        _ => Value::string(STANDARD.encode(Sha512::digest(content))),
    }
}

/// The number that a comparison comes to.
pub(super) fn sign(order: std::cmp::Ordering) -> Value {
    Value::number(Number::from(order as i64))
}
