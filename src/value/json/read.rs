//! JSON to values.

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::value::{ConversionError, Number, ObjectType, Type, Value, convert};

/// Why a text is not JSON, or not of the type that is due.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum JsonError {
    /// It is not JSON.
    #[error("{0}")]
    Syntax(String),
    /// It is JSON of another type.
    #[error("{0}")]
    Type(ConversionError),
}

/// A JSON value with numbers as they are written and keys in the order of the text; the last of equal keys counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A string.
    String(String),
    /// `[…]`
    Array(Vec<Json>),
    /// `{…}`
    Object(Vec<(String, Json)>),
}

/// The text as a value of the type that it implies: objects and tuples.
///
/// # Errors
/// When the text is not JSON.
pub fn from_json(text: &str) -> Result<Value, JsonError> {
    Ok(implied(parse(text)?))
}

/// The text as a value of type `ty`; where `ty` is open, the text says the type: `{"value":…,"type":…}`.
///
/// # Errors
/// When the text is not JSON, or not of that type.
pub fn from_json_as(text: &str, ty: &Type) -> Result<Value, JsonError> {
    typed(parse(text)?, ty)
}

/// Reads any JSON.
///
/// # Errors
/// When the text is not JSON.
pub fn parse(text: &str) -> Result<Json, JsonError> {
    let mut reader = Reader { text: text.as_bytes(), at: 0, depth: 0 };
    reader.skip_space();
    let value = reader.value()?;
    reader.skip_space();
    if reader.at < reader.text.len() {
        return Err(reader.invalid("after top-level value"));
    }
    Ok(value)
}

impl Json {
    /// As a value of type `ty`, as [`from_json_as`] reads it.
    ///
    /// # Errors
    /// When it is not of that type.
    pub fn into_value(self, ty: &Type) -> Result<Value, JsonError> {
        typed(self, ty)
    }
}

fn implied(json: Json) -> Value {
    match json {
        Json::Null => Value::null(Type::Dynamic),
        Json::Bool(truth) => Value::bool(truth),
        Json::Number(text) => Value::number(Number::parse(&text).unwrap_or(Number::ZERO)),
        Json::String(text) => Value::string(text),
        Json::Array(elements) => Value::tuple(elements.into_iter().map(implied)),
        Json::Object(entries) => {
            let entries = entries.into_iter().map(|(name, json)| (normal(&name), implied(json)));
            Value::object(entries)
        }
    }
}

fn normal(name: &str) -> EcoString {
    use unicode_normalization::{UnicodeNormalization, is_nfc};
    if is_nfc(name) { name.into() } else { name.nfc().collect() }
}

fn typed(json: Json, ty: &Type) -> Result<Value, JsonError> {
    match (json, ty) {
        (Json::Null, ty) => Ok(Value::null(ty.without_optional())),
        (Json::Object(entries), Type::Dynamic) => {
            let mut parts: BTreeMap<String, Json> = entries.into_iter().collect();
            let (Some(value), Some(ty)) = (parts.remove("value"), parts.remove("type")) else {
                return Err(JsonError::Syntax("a value and its type are required".into()));
            };
            typed(value, &read_type(&ty)?)
        }
        (Json::Array(elements), Type::List(element)) => {
            let elements = all(elements, element)?;
            Ok(Value::list(element.without_optional(), elements))
        }
        (Json::Array(elements), Type::Set(element)) => {
            let elements = all(elements, element)?;
            Ok(Value::set(element.without_optional(), elements))
        }
        (Json::Array(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            let elements: Result<Vec<_>, _> =
                elements.into_iter().zip(types.iter()).map(|(json, ty)| typed(json, ty)).collect();
            Ok(Value::tuple(elements?))
        }
        (Json::Object(entries), Type::Map(element)) => {
            let entries: Result<Vec<_>, _> = entries
                .into_iter()
                .map(|(name, json)| Ok((normal(&name), typed(json, element)?)))
                .collect();
            Ok(Value::map(element.without_optional(), entries?))
        }
        (Json::Object(entries), Type::Object(object)) => typed_object(entries, object),
        (json, ty) => convert(&implied(json), ty).map_err(JsonError::Type),
    }
}

fn all(elements: Vec<Json>, ty: &Type) -> Result<Vec<Value>, JsonError> {
    elements.into_iter().map(|json| typed(json, ty)).collect()
}

fn typed_object(entries: Vec<(String, Json)>, object: &ObjectType) -> Result<Value, JsonError> {
    let mut given: BTreeMap<EcoString, Json> =
        entries.into_iter().map(|(name, json)| (normal(&name), json)).collect();
    let attributes: Result<Vec<_>, _> = object
        .attributes
        .iter()
        .map(|(name, ty)| {
            let json = given.remove(name).unwrap_or(Json::Null);
            Ok((name.clone(), typed(json, ty)?))
        })
        .collect();
    Ok(Value::object(attributes?))
}

/// A type as [`super::type_to_json`] writes it.
///
/// # Errors
/// When the text is not JSON or names no type.
pub fn type_from_json(text: &str) -> Result<Type, JsonError> {
    read_type(&parse(text)?)
}

fn read_type(json: &Json) -> Result<Type, JsonError> {
    let unknown = || JsonError::Syntax("this is not a type".into());
    match json {
        Json::String(name) => match name.as_str() {
            "dynamic" => Ok(Type::Dynamic),
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            _ => Err(unknown()),
        },
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(kind), Json::Array(elements)] if kind == "tuple" => {
                let elements: Result<Vec<_>, _> = elements.iter().map(read_type).collect();
                Ok(Type::tuple(elements?))
            }
            [Json::String(kind), Json::Object(attributes), optional @ ..] if kind == "object" => {
                let attributes: Result<_, JsonError> = attributes
                    .iter()
                    .map(|(name, ty)| Ok((normal(name), read_type(ty)?)))
                    .collect();
                let optional = match optional {
                    [Json::Array(names)] => names
                        .iter()
                        .filter_map(|name| match name {
                            Json::String(name) => Some(normal(name)),
                            _ => None,
                        })
                        .collect(),
                    _ => std::collections::BTreeSet::new(),
                };
                Ok(Type::Object(std::sync::Arc::new(ObjectType {
                    attributes: attributes?,
                    optional,
                })))
            }
            [Json::String(kind), element] => match kind.as_str() {
                "list" => Ok(Type::list(read_type(element)?)),
                "set" => Ok(Type::set(read_type(element)?)),
                "map" => Ok(Type::map(read_type(element)?)),
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

/// How deep arrays and objects may nest.
const DEPTH_LIMIT: usize = 5_000;

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn invalid(&self, place: &str) -> JsonError {
        match std::str::from_utf8(&self.text[self.at.min(self.text.len())..])
            .ok()
            .and_then(|rest| rest.chars().next())
        {
            Some(c) => JsonError::Syntax(format!("invalid character '{c}' {place}")),
            None => JsonError::Syntax("unexpected end of JSON input".into()),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Json, JsonError> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Json::String),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.invalid("looking for beginning of value")),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Json, JsonError>,
    ) -> Result<Json, JsonError> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(JsonError::Syntax("exceeded max depth".into()));
        }
        self.at += 1;
        self.skip_space();
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, JsonError> {
        for (index, byte) in word.bytes().enumerate() {
            if self.peek() != Some(byte) {
                let place = format!("in literal {word} (expecting '{}')", &word[index..=index]);
                return Err(self.invalid(&place));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn object(&mut self) -> Result<Json, JsonError> {
        let mut entries = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(entries));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.invalid("looking for beginning of object key string"));
            }
            let name = self.string()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.invalid("after object key"));
            }
            self.at += 1;
            self.skip_space();
            entries.push((name, self.value()?));
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(entries));
                }
                _ => return Err(self.invalid("after object key:value pair")),
            }
            self.skip_space();
        }
    }

    fn array(&mut self) -> Result<Json, JsonError> {
        let mut elements = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(elements));
        }
        loop {
            elements.push(self.value()?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::Array(elements));
                }
                _ => return Err(self.invalid("after array element")),
            }
            self.skip_space();
        }
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.invalid("in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.invalid("after decimal point in numeric literal"));
            }
            self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.invalid("in exponent of numeric literal"));
            }
            self.digits();
        }
        let text = std::str::from_utf8(&self.text[start..self.at]).expect("ASCII");
        if Number::parse(text).is_none() {
            return Err(JsonError::Syntax(format!("the number {text} is too large or too small")));
        }
        Ok(Json::Number(text.to_owned()))
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(String::from_utf8_lossy(&bytes).into_owned());
                }
                Some(b'\\') => {
                    self.at += 1;
                    let c = self.escape()?;
                    bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
                }
                Some(byte) if byte >= 0x20 => {
                    bytes.push(byte);
                    self.at += 1;
                }
                _ => return Err(self.invalid("in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.invalid("in string escape code")),
        };
        self.at += 1;
        Ok(c)
    }

    /// `\uXXXX`, or two of them for one character; halves on their own become the replacement character.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let first = self.hex()?;
        if !(0xd800..0xdc00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let back = self.at;
        if self.text[self.at..].starts_with(b"\\u") {
            self.at += 1;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.invalid("in \\u hexadecimal character escape"));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}
