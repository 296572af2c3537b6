//! Functions that write values as text and read them back: base64, URL, JSON, CSV, character sets.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;

use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::json::{from_json, to_json};
use crate::value::{Type, Value};

const TEXT: Returns = Returns::Always(Want::String);

const fn text(name: &'static str) -> Param {
    Param::new(name, Want::String)
}

pub(super) const TABLE: &[Function] = &[
    Function::new("base64decode", &[text("str")], TEXT, base64decode),
    Function::new("base64encode", &[text("str")], TEXT, |c| {
        Ok(Value::string(STANDARD.encode(c.text(0))))
    }),
    Function::new("base64gzip", &[text("str")], TEXT, base64gzip),
    Function::new("csvdecode", &[text("str")], Returns::By(csv_type), csvdecode),
    Function::new("jsondecode", &[text("str")], Returns::By(json_type), |c| read_json(c.text(0)))
        .maybe_null(),
    Function::new(
        "jsonencode",
        &[Param::new("val", Want::Any).open().nulls().unknowns()],
        TEXT,
        jsonencode,
    ),
    Function::new("textdecodebase64", &[text("source"), text("encoding")], TEXT, textdecode),
    Function::new("textencodebase64", &[text("string"), text("encoding")], TEXT, textencode),
    Function::new("urlencode", &[text("str")], TEXT, |c| Ok(Value::string(urlencode(c.text(0))))),
];

/// Go does not mind bits behind the last byte that are not zero.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Base64 with line ends left out, as Go reads it.
pub(super) fn decode_base64(text: &str) -> Result<Vec<u8>, String> {
    let compact: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    LENIENT.decode(compact.as_bytes()).map_err(|error| match error {
        base64::DecodeError::InvalidByte(at, _) => {
            format!("illegal base64 data at input byte {at}")
        }
        _ => format!("illegal base64 data at input byte {}", compact.len().saturating_sub(1)),
    })
}

fn base64decode(context: &Context<'_>) -> Result<Value, CallError> {
    let bytes = decode_base64(context.text(0))
        .map_err(|reason| CallError::new(format!("failed to decode base64 data: {reason}")))?;
    String::from_utf8(bytes).map(Value::string).map_err(|_| {
        CallError::new("the result of decoding the provided string is not valid UTF-8")
    })
}

fn base64gzip(context: &Context<'_>) -> Result<Value, CallError> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder
        .write_all(context.text(0).as_bytes())
        .and_then(|()| encoder.finish())
        .map_err(|error| CallError::new(format!("failed to write gzip raw data: {error}")))?;
    Ok(Value::string(STANDARD.encode(packed)))
}

fn urlencode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            other => write!(out, "%{other:02X}").expect("a String takes everything"),
        }
    }
    out
}

fn jsonencode(context: &Context<'_>) -> Result<Value, CallError> {
    let value = &context.args[0];
    if !value.is_wholly_known() {
        return Ok(unknown_json(value));
    }
    to_json(value, &value.ty())
        .map(Value::string)
        .ok_or_else(|| CallError::new("cannot marshal an infinite number as JSON"))
}

/// What the JSON of an unknown value begins with can be certain all the same.
fn unknown_json(value: &Value) -> Value {
    let certain = value.is_surely_not_null();
    let prefix = match value.ty() {
        Type::Object(_) | Type::Map(_) if certain => "{",
        Type::List(_) | Type::Set(_) | Type::Tuple(_) if certain => "[",
        Type::String if certain => "\"",
        _ => return Value::unknown(Type::String),
    };
    Value::unknown(Type::String).refine(|refinement| {
        refinement.not_null = true;
        refinement.prefix = Some(prefix.into());
    })
}

fn read_json(text: &str) -> Result<Value, CallError> {
    from_json(text).map_err(|error| CallError::new(error.to_string()))
}

fn json_type(args: &[Value]) -> Result<Type, CallError> {
    match args[0].as_str() {
        Some(text) => read_json(text).map(|value| value.ty()),
        None => Ok(Type::Dynamic),
    }
}

fn csv_rows(text: &str) -> Result<(Vec<String>, Vec<Vec<String>>), CallError> {
    let fail = |reason: String| CallError::new(reason);
    let mut records = super::csv::read(text).map_err(fail)?.into_iter();
    let header = records.next().ok_or_else(|| fail("missing header line".into()))?.fields;
    for (index, name) in header.iter().enumerate() {
        if header[..index].contains(name) {
            return Err(fail(format!("duplicate column name {name:?}")));
        }
    }
    let mut rows = Vec::new();
    for record in records {
        if record.fields.len() != header.len() {
            let reason = format!("CSV parse error on line {}: wrong number of fields", record.line);
            return Err(fail(reason));
        }
        rows.push(record.fields);
    }
    Ok((header, rows))
}

fn csv_type(args: &[Value]) -> Result<Type, CallError> {
    let Some(text) = args[0].as_str() else { return Ok(Type::Dynamic) };
    let (header, _) = csv_rows(text)?;
    let names = header.iter().map(|name| (name.as_str(), Type::String));
    Ok(Type::list(Type::object(names)))
}

fn csvdecode(context: &Context<'_>) -> Result<Value, CallError> {
    let (header, rows) = csv_rows(context.text(0))?;
    let element = context.ty.element().cloned().unwrap_or(Type::Dynamic);
    let objects = rows.into_iter().map(|row| {
        let fields = row.into_iter().map(Value::string);
        Value::object(header.iter().map(String::as_str).zip(fields))
    });
    Ok(Value::list(element, objects.collect::<Vec<_>>()))
}

fn charset(context: &Context<'_>) -> Result<Charset, CallError> {
    let name = context.text(1);
    let upper = name.to_ascii_uppercase();
    match upper.as_str() {
        "UTF-16LE" => Ok(Charset::Utf16 { big: false, mark: false }),
        "UTF-16BE" => Ok(Charset::Utf16 { big: true, mark: false }),
        "UTF-16" => Ok(Charset::Utf16 { big: true, mark: true }),
        "US-ASCII" | "ISO-IR-6" | "CSASCII" => Ok(Charset::Ascii),
        "CSUTF8" => Ok(Charset::Table(encoding_rs::UTF_8)),
        _ if LABELS_OF_THE_WEB.contains(&upper.as_str()) => Err(()),
        "ISO-8859-1" | "LATIN1" | "L1" => Ok(Charset::Latin1),
        _ => encoding_rs::Encoding::for_label_no_replacement(name.as_bytes())
            .map(Charset::Table)
            .ok_or(()),
    }
    .map_err(|()| {
        CallError::arg(
            1,
            format!(
                "{name:?} is not a supported IANA encoding name or alias in this Terraform version"
            ),
        )
    })
}

/// Labels that browsers know and IANA does not, or that Terraform has no table for.
const LABELS_OF_THE_WEB: [&str; 25] = [
    "UTF8",
    "UNICODE-1-1-UTF-8",
    "CP1250",
    "CP1251",
    "CP1252",
    "CP1253",
    "CP1254",
    "CP1255",
    "CP1256",
    "CP1257",
    "CP1258",
    "DOS-874",
    "GB2312",
    "BIG5-HKSCS",
    "KOI",
    "KOI8",
    "MS932",
    "SJIS",
    "X-SJIS",
    "X-GBK",
    "X-USER-DEFINED",
    "ASCII",
    "WINDOWS-31J",
    "TIS-620",
    "KS_C_5601-1987",
];

enum Charset {
    /// Seven bits.
    Ascii,
    Utf16 {
        big: bool,
        mark: bool,
    },
    Latin1,
    Table(&'static encoding_rs::Encoding),
}

fn textencode(context: &Context<'_>) -> Result<Value, CallError> {
    let text = context.text(0);
    let unsuitable = || {
        CallError::arg(
            0,
            format!(
                "the given string contains characters that cannot be represented in {}",
                context.text(1)
            ),
        )
    };
    let bytes = match charset(context)? {
        Charset::Utf16 { big, mark } => {
            let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
            units
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        }
        Charset::Ascii if !text.is_ascii() => return Err(unsuitable()),
        Charset::Ascii => text.as_bytes().to_vec(),
        Charset::Latin1 => {
            let bytes: Result<Vec<u8>, _> =
                text.chars().map(|c| u8::try_from(u32::from(c))).collect();
            bytes.map_err(|_| unsuitable())?
        }
        Charset::Table(table) => {
            let (bytes, _, lossy) = table.encode(text);
            if lossy {
                return Err(unsuitable());
            }
            bytes.into_owned()
        }
    };
    Ok(Value::string(STANDARD.encode(bytes)))
}

fn textdecode(context: &Context<'_>) -> Result<Value, CallError> {
    let charset = charset(context)?;
    let bytes = decode_base64(context.text(0)).map_err(|reason| {
        let offset = reason.rsplit(' ').next().unwrap_or_default();
        CallError::arg(
            0,
            format!("the given value is has an invalid base64 symbol at offset {offset}"),
        )
    })?;
    let unsuitable = || {
        CallError::arg(
            0,
            format!(
                "the given string contains symbols that are not defined for {}",
                context.text(1)
            ),
        )
    };
    let text = match charset {
        Charset::Utf16 { big, .. } => {
            let (bytes, big) = match bytes.as_slice() {
                [0xfe, 0xff, rest @ ..] => (rest, true),
                [0xff, 0xfe, rest @ ..] => (rest, false),
                all => (all, big),
            };
            let pairs = bytes.chunks_exact(2);
            if !pairs.remainder().is_empty() {
                return Err(unsuitable());
            }
            let units: Vec<u16> = pairs
                .map(|pair| {
                    let pair = [pair[0], pair[1]];
                    if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
                })
                .collect();
            String::from_utf16(&units).map_err(|_| unsuitable())?
        }
        Charset::Ascii if !bytes.is_ascii() => return Err(unsuitable()),
        Charset::Ascii | Charset::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        Charset::Table(table) => table
            .decode_without_bom_handling_and_without_replacement(&bytes)
            .ok_or_else(unsuitable)?
            .into_owned(),
    };
    Ok(Value::string(text))
}
