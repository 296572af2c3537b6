//! The form of files that lines are added to: one JSON array per line, `["checksum",record]`.
//!
//! A line that a crash cut off can only be the last; it was never acknowledged and is dropped. Any other damaged line
//! means that the file was changed or the disk is failing, and nobody guesses what it said.

/// Frames a record, which is JSON without line breaks.
#[must_use]
pub(crate) fn frame(record: &str) -> String {
    format!("[\"{:08x}\",{record}]\n", checksum(record.as_bytes()))
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// The records of a file.
pub(crate) struct Lines<'a> {
    /// Whole records, in order.
    pub records: Vec<&'a str>,
    /// How many bytes at the end were cut off and are left out.
    pub cut_off: usize,
}

/// A line that is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// Takes a file apart.
pub(crate) fn unframe(content: &[u8]) -> Result<Lines<'_>, Damage> {
    let mut records = Vec::new();
    let mut at = 0;
    let lines: Vec<&[u8]> = content.split_inclusive(|byte| *byte == b'\n').collect();
    for (index, line) in lines.iter().enumerate() {
        match record(line) {
            Ok(record) => records.push(record),
            Err(_) if index + 1 == lines.len() => {
                return Ok(Lines { records, cut_off: content.len() - at });
            }
            Err(reason) => return Err(Damage { line: index + 1, reason }),
        }
        at += line.len();
    }
    Ok(Lines { records, cut_off: 0 })
}

fn record(line: &[u8]) -> Result<&str, &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "it is not text")?;
    let inner = line.strip_suffix("]\n").ok_or("its end is missing")?;
    let inner = inner.strip_prefix("[\"").ok_or("its beginning is missing")?;
    let (check, rest) = inner.split_at_checked(8).ok_or("it is too short")?;
    let record = rest.strip_prefix("\",").ok_or("its checksum is missing")?;
    let check = u32::from_str_radix(check, 16).map_err(|_| "its checksum is damaged")?;
    if check == checksum(record.as_bytes()) { Ok(record) } else { Err("its checksum is wrong") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> String {
        ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"].map(frame).concat()
    }

    #[test]
    fn what_is_framed_comes_back() {
        let file = file();
        let lines = unframe(file.as_bytes()).expect("whole");
        assert_eq!((lines.records.len(), lines.cut_off), (3, 0));
        assert_eq!(lines.records[1], "{\"b\":2}");
    }

    #[test]
    fn a_file_cut_off_anywhere_loses_only_its_last_line() {
        let file = file();
        for length in 0..file.len() {
            let cut = &file.as_bytes()[..length];
            let whole = cut.iter().filter(|byte| **byte == b'\n').count();
            let lines = unframe(cut).expect("only the end is missing");
            assert_eq!(lines.records.len(), whole, "cut at {length}");
        }
    }

    #[test]
    fn damage_in_the_middle_is_told_with_its_line() {
        let mut bytes = file().into_bytes();
        bytes[30] ^= 1;
        match unframe(&bytes) {
            Err(Damage { line, .. }) => assert_eq!(line, 2),
            _ => panic!("damage was not noticed"),
        }
    }
}
