//! RE2's dialect of regular expressions on top of the `regex` crate, which has the same engine and other spellings:
//! in RE2 `\d`, `\w`, `\s` and `\b` are ASCII, `{` alone is itself, and classes know no set operations.

use std::fmt::Write as _;

use regex::Regex;

/// Compiles a pattern.
///
/// # Errors
/// Why it is none, in RE2's words where they differ from ours.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&translate(pattern)?).map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default();
        reason.strip_prefix("error: ").unwrap_or(reason).to_owned()
    })
}

fn translate(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    // Whether what came last was repeated already: `a**` is an error.
    let mut repeated = false;
    while let Some(c) = rest.chars().next() {
        let at = rest;
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                repeated = false;
                rest = escape(rest, &mut out, Place::Outside)?;
            }
            '[' => {
                repeated = false;
                rest = class(at, &mut out)?;
            }
            '*' | '+' | '?' => {
                if repeated {
                    return Err(format!("invalid nested repetition operator: `{c}`"));
                }
                out.push(c);
                if let Some(after) = rest.strip_prefix('?') {
                    out.push('?');
                    rest = after;
                }
                repeated = true;
            }
            '{' => {
                if let Some(length) = counted(at) {
                    if repeated {
                        return Err(format!(
                            "invalid nested repetition operator: `{}`",
                            &at[..length]
                        ));
                    }
                    too_many(&at[1..length - 1])?;
                    out.push_str(&at[..length]);
                    rest = &at[length..];
                    if let Some(after) = rest.strip_prefix('?') {
                        out.push('?');
                        rest = after;
                    }
                    repeated = true;
                } else {
                    out.push_str("\\{");
                    repeated = false;
                }
            }
            '}' => {
                out.push_str("\\}");
                repeated = false;
            }
            '(' if rest.starts_with('?') && !rest.starts_with("?P") && !rest.starts_with("?<") => {
                repeated = false;
                let flags = &rest[1..];
                let end = flags.find([':', ')']).unwrap_or(flags.len());
                if !flags[..end].chars().all(|c| "imsU-".contains(c)) {
                    let first: String = flags[..end].chars().take(1).collect();
                    return Err(format!("invalid or unsupported Perl syntax: `(?{first}`"));
                }
                out.push('(');
            }
            c => {
                out.push(c);
                repeated = false;
            }
        }
    }
    Ok(out)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    InClass,
}

/// What follows a backslash; returns what is left.
fn escape<'a>(rest: &'a str, out: &mut String, place: Place) -> Result<&'a str, String> {
    let Some(c) = rest.chars().next() else {
        return Err("trailing backslash at end of expression: ``".into());
    };
    let after = &rest[c.len_utf8()..];
    let inside = place == Place::InClass;
    match c {
        'd' => out.push_str(if inside { "0-9" } else { "[0-9]" }),
        'D' => out.push_str("[^0-9]"),
        'w' => out.push_str(if inside { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        's' => out.push_str(if inside { "\\t\\n\\f\\r\\x20" } else { "[\\t\\n\\f\\r\\x20]" }),
        'S' => out.push_str("[^\\t\\n\\f\\r\\x20]"),
        'b' if !inside => out.push_str("(?-u:\\b)"),
        'B' if !inside => out.push_str("(?-u:\\B)"),
        'Q' if !inside => {
            let (literal, left) = after.split_once("\\E").unwrap_or((after, ""));
            out.push_str(&regex::escape(literal));
            return Ok(left);
        }
        'E' if !inside => {}
        '0'..='7' => return octal(rest, out),
        'p' | 'P' if after.starts_with('{') => return unicode_class(rest, out),
        '8' | '9' | 'Z' | 'C' | 'u' | 'U' | 'k' | 'G' | 'X' | 'h' | 'R' | 'K' | 'e' | 'c' => {
            return Err(format!("invalid escape sequence: `\\{c}`"));
        }
        c if c.is_ascii_alphanumeric() => {
            out.push('\\');
            out.push(c);
        }
        c if c.is_ascii_punctuation() => {
            write!(out, "\\x{{{:x}}}", u32::from(c)).expect("a String takes everything");
        }
        c => return Err(format!("invalid escape sequence: `\\{c}`")),
    }
    Ok(after)
}

/// What is not the name of a script.
const KINDS: [&str; 38] = [
    "Any", "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn",
    "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm",
    "So", "Z", "Zl", "Zp", "Zs", "LC",
];

/// `p{Greek}`, `p{^Lu}`, `P{L}`: characters of a script or a kind; returns what is left.
fn unicode_class<'a>(rest: &'a str, out: &mut String) -> Result<&'a str, String> {
    let end = rest.find('}').ok_or_else(|| "invalid character class range: `\\p`".to_owned())?;
    let (letter, name) = (&rest[..1], &rest[2..end]);
    let (inverted, name) = name.strip_prefix('^').map_or((false, name), |name| (true, name));
    let word = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) || !word(name) {
        return Err(format!("invalid character class range: `\\{}`", &rest[..=end]));
    }
    let letter = if inverted == (letter == "p") { 'P' } else { 'p' };
    let script = if KINDS.contains(&name) { "" } else { "sc=" };
    write!(out, "\\{letter}{{{script}{name}}}").expect("a String takes everything");
    Ok(&rest[end + 1..])
}

/// `\0`, `\123`: a character by its code; `\1` alone would refer back, which RE2 cannot.
fn octal<'a>(rest: &'a str, out: &mut String) -> Result<&'a str, String> {
    let length = rest.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
    if length == 1 && !rest.starts_with('0') {
        return Err(format!("invalid escape sequence: `\\{}`", &rest[..1]));
    }
    let code = u32::from_str_radix(&rest[..length], 8).unwrap_or_default();
    write!(out, "\\x{{{code:x}}}").expect("a String takes everything");
    Ok(&rest[length..])
}

/// Names in `[[:alpha:]]`.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// A class with its brackets; returns what is left.
fn class<'a>(at: &'a str, out: &mut String) -> Result<&'a str, String> {
    let missing = || "missing closing ]: `[`".to_owned();
    let mut rest = &at[1..];
    out.push('[');
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let mut first = true;
    loop {
        let c = rest.chars().next().ok_or_else(missing)?;
        let after = &rest[c.len_utf8()..];
        match c {
            ']' if !first => {
                out.push(']');
                return Ok(after);
            }
            '\\' => rest = escape(after, out, Place::InClass)?,
            '[' if after.starts_with(':') && after.contains(":]") => {
                let end = after.find(":]").ok_or_else(missing)? + 2;
                let name = &after[1..end - 2];
                if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
                    return Err(format!("invalid character class range: `[{}`", &after[..end]));
                }
                out.push('[');
                out.push_str(&after[..end]);
                rest = &after[end..];
            }
            '-' => {
                // A range only between two characters; elsewhere itself.
                out.push_str(if first || after.starts_with(']') { "\\-" } else { "-" });
                rest = after;
            }
            '[' | ']' | '&' | '~' => {
                out.push('\\');
                out.push(c);
                rest = after;
            }
            c => {
                out.push(c);
                rest = after;
            }
        }
        first = false;
    }
}

/// How long `{2}`, `{2,}`, `{2,3}` at the start of the text is; none if there is none.
fn counted(at: &str) -> Option<usize> {
    let end = at.find('}')?;
    let (low, high) = at[1..end].split_once(',').unwrap_or((&at[1..end], ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    (!low.is_empty() && digits(low) && digits(high)).then_some(end + 1)
}

fn too_many(counts: &str) -> Result<(), String> {
    let within = |count: &str| count.is_empty() || count.parse::<u32>().is_ok_and(|n| n <= 1000);
    if counts.split(',').all(within) {
        Ok(())
    } else {
        Err(format!("invalid repeat count: `{{{counts}}}`"))
    }
}

/// A replacement with `$1`, `${name}` and `$$` filled in; unknown groups are empty.
pub(super) fn expand(template: &str, found: &regex::Captures<'_>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(left) = after.strip_prefix('$') {
            out.push('$');
            rest = left;
            continue;
        }
        let named = |c: char| c.is_alphanumeric() || c == '_';
        let (name, left) = match after.strip_prefix('{') {
            Some(braced) => match braced.split_once('}') {
                Some((name, left)) if !name.is_empty() && name.chars().all(named) => (name, left),
                _ => ("", after),
            },
            None => after.split_at(after.find(|c| !named(c)).unwrap_or(after.len())),
        };
        if name.is_empty() {
            out.push('$');
            rest = after;
            continue;
        }
        let group = match name.parse::<usize>() {
            Ok(index) => found.get(index),
            Err(_) => found.name(name),
        };
        out.push_str(group.map_or("", |group| group.as_str()));
        rest = left;
    }
    out.push_str(rest);
    out
}
