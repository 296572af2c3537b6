//! Strings of JSON.

use ecow::EcoString;

/// Why a string is wrong, and where in it.
pub(super) struct Wrong {
    /// The first wrong byte.
    pub(super) at: usize,
    /// How many bytes are wrong.
    pub(super) length: usize,
    /// Why.
    pub(super) why: &'static str,
}

impl Wrong {
    const fn new(at: usize, length: usize, why: &'static str) -> Self {
        Self { at, length, why }
    }
}

/// Where the string that begins `at` that byte ends: after its closing quote, or at the end of its line.
pub(super) fn end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'"' => return end + 1,
            b'\n' => return end,
            b'\\' if bytes.get(end + 1).is_some_and(|next| *next != b'\n') => end += 2,
            _ => end += 1,
        }
    }
    text.len()
}

/// What a string that is written as `text`, quotes included, stands for.
pub(super) fn read(text: &str) -> Result<EcoString, Wrong> {
    let closed = text.len() > 1 && text.ends_with('"');
    let inner = &text[1..text.len() - usize::from(closed)];
    let mut result = EcoString::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(length) = rest.find(|c: char| c == '\\' || c < ' ') {
        result.push_str(&rest[..length]);
        rest = &rest[length..];
        let at = 1 + inner.len() - rest.len();
        if !rest.starts_with('\\') {
            return Err(Wrong::new(at, 1, "A control character must be escaped in JSON."));
        }
        let (c, length) = escape(rest)
            .map_err(|length| Wrong::new(at, length, "This is not an escape sequence of JSON."))?;
        result.push(c);
        rest = &rest[length..];
    }
    result.push_str(rest);
    // A quote that is escaped does not close.
    if closed {
        Ok(result)
    } else {
        Err(Wrong::new(0, text.len(), "The closing quote is missing."))
    }
}

/// The character that the escape at the beginning of `text` stands for, and how long it is; or how much of it is wrong.
fn escape(text: &str) -> Result<(char, usize), usize> {
    let selector = text[1..].chars().next().ok_or(1_usize)?;
    let c = match selector {
        '"' | '\\' | '/' => selector,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return code_unit(text).map(|unit| surrogates(unit, &text[6..])).ok_or(2),
        _ => return Err(1 + selector.len_utf8()),
    };
    Ok((c, 2))
}

/// The number of the `\uXXXX` at the beginning of `text`.
fn code_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let valid = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if valid { u32::from_str_radix(digits, 16).ok() } else { None }
}

/// The character of a code unit, together with the second half that may follow it, and the length of both. Half of a
/// character alone is replaced.
fn surrogates(unit: u32, after: &str) -> (char, usize) {
    if let Some(c) = char::from_u32(unit) {
        return (c, 6);
    }
    let second = code_unit(after).filter(|second| (0xdc00..0xe000).contains(second));
    match (unit, second) {
        (0xd800..0xdc00, Some(second)) => {
            let number = 0x1_0000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
            (char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
        }
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}
