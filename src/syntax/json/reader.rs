//! Strict JSON with places. After an error it goes on with the next item of the array or object.

use ecow::EcoString;

use super::{report, string};
use crate::diag::{Diagnostics, FileId, Span};
use crate::syntax::ast::{Ident, JsonKind, JsonNode};
use crate::syntax::parser::MAX_DEPTH;
use crate::syntax::problem::{self, Problem};
use crate::value::Number;

const HOW_VALUES_START: &str =
    "A JSON value starts with a brace, a bracket, a digit, a quote, or is true, false or null.";

/// Reads a whole text.
pub(super) fn read(text: &str, file: FileId) -> (Option<JsonNode>, Diagnostics) {
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader =
        Reader { text, file, at, depth: 0, lost: false, problems: Diagnostics::none() };
    let root = reader.value();
    reader.skip_blanks();
    if reader.problems.is_empty() && root.is_some() && reader.at < text.len() {
        reader.fail(problem::JSON_EXTRA, reader.here(), "There is more after the JSON value.");
    }
    (root, reader.problems)
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    at: usize,
    depth: u32,
    /// Whether the reader does not know what the next bytes are part of; then nothing is reported.
    lost: bool,
    problems: Diagnostics,
}

/// An array or object.
#[derive(Clone, Copy)]
struct Brackets {
    close: u8,
    /// The closing bracket of the other kind.
    other: u8,
    mismatched: Problem,
    trailing: Problem,
    name: &'static str,
}

const ARRAY: Brackets = Brackets {
    close: b']',
    other: b'}',
    mismatched: problem::JSON_MISMATCHED_BRACKETS,
    trailing: problem::JSON_TRAILING_IN_ARRAY,
    name: "array",
};
const OBJECT: Brackets = Brackets {
    close: b'}',
    other: b']',
    mismatched: problem::JSON_MISMATCHED_BRACES,
    trailing: problem::JSON_TRAILING_IN_OBJECT,
    name: "object",
};

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(end))
    }

    /// The character here; nothing at the end.
    fn here(&self) -> Span {
        let length = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        self.span(self.at, self.at + length)
    }

    fn fail(&mut self, problem: Problem, at: Span, detail: impl Into<String>) {
        if !self.lost {
            self.problems.push(report(problem, at, detail));
        }
        self.lost = true;
    }

    /// A value; `None`, and lost, where there is none.
    fn value(&mut self) -> Option<JsonNode> {
        self.skip_blanks();
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => JsonKind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.keyword()?,
            _ => return self.no_value(),
        };
        Some(JsonNode { kind, span: self.span(start, self.at) })
    }

    fn no_value<T>(&mut self) -> Option<T> {
        let (problem, detail) = match self.peek() {
            None => (problem::JSON_END, "The JSON text ends where a value is expected."),
            Some(b'}') => (problem::JSON_MISSING_VALUE, HOW_VALUES_START),
            Some(b']') => (problem::JSON_MISSING_ELEMENT, HOW_VALUES_START),
            Some(_) => (problem::JSON_START, HOW_VALUES_START),
        };
        self.fail(problem, self.here(), detail);
        None
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> JsonKind) -> Option<JsonKind> {
        if self.depth >= MAX_DEPTH {
            let detail = format!("JSON values can be nested at most {MAX_DEPTH} deep.");
            self.fail(problem::NESTING_TOO_DEEP, self.here(), detail);
            return None;
        }
        self.depth += 1;
        let kind = read(self);
        self.depth -= 1;
        Some(kind)
    }

    fn array(&mut self) -> JsonKind {
        let mut items = Vec::new();
        self.items(ARRAY, |reader| items.extend(reader.value()));
        JsonKind::Array(items)
    }

    fn object(&mut self) -> JsonKind {
        let mut properties = Vec::new();
        self.items(OBJECT, |reader| properties.extend(reader.property()));
        JsonKind::Object(properties)
    }

    /// Reads items up to the closing bracket. The opening one is next.
    fn items(&mut self, brackets: Brackets, mut item: impl FnMut(&mut Self)) {
        let open = self.here();
        self.at += 1;
        if self.eat(brackets.close) {
            return;
        }
        loop {
            item(self);
            if !self.lost && self.items_end(brackets, open) {
                return;
            }
            if self.lost && !self.next_item(brackets) {
                return;
            }
        }
    }

    /// What follows an item; whether that was the closing bracket.
    fn items_end(&mut self, brackets: Brackets, open: Span) -> bool {
        if self.eat(brackets.close) {
            return true;
        }
        let comma = self.at;
        if self.eat(b',') {
            self.skip_blanks();
            if self.peek() == Some(brackets.close) {
                let detail =
                    format!("JSON permits no comma after the last item of an {}.", brackets.name);
                self.fail(brackets.trailing, self.span(comma, comma + 1), detail);
            }
            return false;
        }
        let detail = |what: &str| format!("{what} of this JSON {}.", brackets.name);
        match self.peek() {
            None => self.fail(problem::JSON_UNCLOSED, open, detail("There is no closing bracket")),
            Some(byte) if byte == brackets.other => {
                let text = detail("This is not the closing bracket");
                self.fail(brackets.mismatched, self.here(), text);
            }
            Some(_) => {
                let text = detail("A comma must stand between the items");
                self.fail(problem::JSON_COMMA, self.here(), text);
            }
        }
        false
    }

    /// Finds the next item after an error; `false` where the array or object is over.
    fn next_item(&mut self, brackets: Brackets) -> bool {
        let mut open = Vec::new();
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.at = string::end(self.text, self.at);
                    continue;
                }
                b'[' => open.push(b']'),
                b'{' => open.push(b'}'),
                b',' if open.is_empty() => {
                    self.at += 1;
                    self.lost = false;
                    return true;
                }
                b']' | b'}' if open.is_empty() => {
                    let closes = byte == brackets.close;
                    self.at += usize::from(closes);
                    self.lost = !closes;
                    return false;
                }
                b']' | b'}' => {
                    open.pop();
                }
                _ => {}
            }
            self.at += 1;
        }
        false
    }

    fn property(&mut self) -> Option<(Ident, JsonNode)> {
        self.skip_blanks();
        let start = self.at;
        if self.peek() != Some(b'"') {
            let name = self.text[start..].find(|c: char| !c.is_alphanumeric() && c != '_');
            let end = name.map_or(self.text.len(), |length| start + length);
            let at = if end > start { self.span(start, end) } else { self.here() };
            self.fail(
                problem::JSON_PROPERTY_NAME,
                at,
                "A JSON property's name is a quoted string.",
            );
            return None;
        }
        let name = self.string()?;
        let span = self.span(start, self.at);
        if !self.eat(b':') {
            let detail = "A colon must stand between a property's name and its value.";
            self.fail(problem::JSON_COLON, self.here(), detail);
            return None;
        }
        Some((Ident { name, span }, self.value()?))
    }

    fn string(&mut self) -> Option<EcoString> {
        let start = self.at;
        self.at = string::end(self.text, start);
        match string::read(&self.text[start..self.at]) {
            Ok(text) => Some(text),
            Err(wrong) => {
                let at = start + wrong.at;
                self.fail(problem::JSON_STRING, self.span(at, at + wrong.length), wrong.why);
                None
            }
        }
    }

    fn number(&mut self) -> Option<JsonKind> {
        let start = self.at;
        let is_part = |byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        while self.peek().is_some_and(is_part) {
            self.at += 1;
        }
        let written = &self.text[start..self.at];
        let number = if is_number(written) { Number::parse(written) } else { None };
        if number.is_none() {
            let span = self.span(start, self.at);
            self.fail(problem::JSON_NUMBER, span, "This is not a number of JSON.");
        }
        number.map(JsonKind::Number)
    }

    fn keyword(&mut self) -> Option<JsonKind> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        let written = &self.text[start..self.at];
        match written {
            "true" => Some(JsonKind::Bool(true)),
            "false" => Some(JsonKind::Bool(false)),
            "null" => Some(JsonKind::Null),
            _ => {
                if !self.lost {
                    let detail = format!("\"{written}\" is not a keyword of JSON.");
                    let at = self.span(start, self.at);
                    let problem = report(problem::JSON_KEYWORD, at, detail);
                    let known = ["true", "false", "null"];
                    self.problems.push(problem.did_you_mean(&written.to_lowercase(), known));
                }
                self.lost = true;
                None
            }
        }
    }
}

/// Whether a text is a number as JSON has it: no leading zeros, digits on both sides of the point.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) =
        text.split_once(['e', 'E']).map_or((text, None), |(before, after)| (before, Some(after)));
    let (whole, fraction) =
        mantissa.split_once('.').map_or((mantissa, None), |(before, after)| (before, Some(after)));
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}
