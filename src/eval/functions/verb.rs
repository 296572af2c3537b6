//! The verbs of a format string: `%-08.2f`, `%[2]s`.

/// One verb.
pub(super) struct Verb<'a> {
    pub(super) raw: &'a str,
    pub(super) length: usize,
    pub(super) flags: Flags,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    /// The number of its argument, from 1, where it is written.
    pub(super) argument: Option<usize>,
    pub(super) letter: char,
}

/// What may stand before the width.
#[derive(Clone, Copy)]
pub(super) struct Flags(u8);

impl Flags {
    pub(super) const SHARP: Self = Self(1);
    pub(super) const ZERO: Self = Self(2);
    pub(super) const MINUS: Self = Self(4);
    pub(super) const PLUS: Self = Self(8);
    pub(super) const SPACE: Self = Self(16);

    pub(super) const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }
}

/// A width or precision past this is a mistake, and would fill memory.
const LIMIT: usize = 1_000_000;

/// Reads the verb at the start of the text, which begins with `%`.
///
/// Places in the reason are written `{offset}` (of the verb) and `{after}` (of the byte behind its `%`).
pub(super) fn parse_verb(text: &str) -> Result<Verb<'_>, String> {
    let invalid = || "invalid format string starting at offset {after}".to_owned();
    let mut at = 1;
    let mut flags = Flags(0);
    let byte = |at: usize| text.as_bytes().get(at).copied();
    while let Some(flag) = byte(at) {
        flags.0 |= match flag {
            b'#' => Flags::SHARP.0,
            b'0' => Flags::ZERO.0,
            b'-' => Flags::MINUS.0,
            b'+' => Flags::PLUS.0,
            b' ' => Flags::SPACE.0,
            _ => break,
        };
        at += 1;
    }
    let width = number(text, &mut at)?;
    let mut precision = None;
    if byte(at) == Some(b'.') {
        at += 1;
        precision = Some(number(text, &mut at)?.unwrap_or(0));
    }
    let mut argument = None;
    if byte(at) == Some(b'[') {
        at += 1;
        argument = number(text, &mut at)?.filter(|number| *number > 0);
        if argument.is_none() || byte(at) != Some(b']') {
            return Err(invalid());
        }
        at += 1;
    }
    let letter = text[at..].chars().next().ok_or_else(invalid)?;
    let length = at + letter.len_utf8();
    let raw = &text[..length];
    match letter {
        'v' | 't' | 'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 's' | 'q' => {
        }
        '%' if length == 2 => {}
        c if c.is_ascii_alphabetic() => {
            return Err(format!("unsupported format verb '{c}' in {raw:?} at offset {{offset}}"));
        }
        c => {
            return Err(format!("unrecognized format character {c:?} at offset {{offset}}"));
        }
    }
    Ok(Verb { raw, length, flags, width, precision, argument, letter })
}

fn number(text: &str, at: &mut usize) -> Result<Option<usize>, String> {
    let digits = text[*at..].bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return Ok(None);
    }
    let value = text[*at..*at + digits].parse().ok().filter(|value| *value <= LIMIT);
    *at += digits;
    value.map(Some).ok_or_else(|| "invalid format string starting at offset {after}".into())
}
