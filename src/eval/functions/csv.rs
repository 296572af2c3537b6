//! CSV as RFC 4180 and Go's reader have it.

/// One record with the line on which it begins.
pub(super) struct Record {
    pub(super) fields: Vec<String>,
    pub(super) line: usize,
}

/// Reads all records; empty lines are left out.
///
/// # Errors
/// On which line a quote is out of place.
pub(super) fn read(text: &str) -> Result<Vec<Record>, String> {
    let mut reader = Reader { rest: text, line: 1 };
    let mut records = Vec::new();
    while !reader.rest.is_empty() {
        if reader.end_of_line() {
            continue;
        }
        let line = reader.line;
        let fields = reader.record()?;
        records.push(Record { fields, line });
    }
    Ok(records)
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    /// Takes a line end, if one is next.
    fn end_of_line(&mut self) -> bool {
        let after = self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix('\n'));
        let found = after.is_some();
        if let Some(after) = after {
            self.rest = after;
            self.line += 1;
        }
        found
    }

    fn record(&mut self) -> Result<Vec<String>, String> {
        let mut fields = Vec::new();
        loop {
            fields.push(if self.rest.starts_with('"') { self.quoted()? } else { self.plain()? });
            if let Some(after) = self.rest.strip_prefix(',') {
                self.rest = after;
                continue;
            }
            self.end_of_line();
            return Ok(fields);
        }
    }

    fn plain(&mut self) -> Result<String, String> {
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        let field = &self.rest[..end];
        let line_end = !self.rest[end..].starts_with(',');
        let field = if line_end { field.strip_suffix('\r').unwrap_or(field) } else { field };
        if field.contains('"') {
            return Err(format!(
                "CSV parse error on line {}: bare \" in non-quoted-field",
                self.line
            ));
        }
        let taken = field.len();
        let field = field.to_owned();
        self.rest = &self.rest[taken..];
        if line_end && self.rest.starts_with('\r') && !self.rest.starts_with("\r\n") {
            self.rest = &self.rest[1..];
        }
        Ok(field)
    }

    fn quoted(&mut self) -> Result<String, String> {
        let wrong = |line: usize| {
            format!("CSV parse error on line {line}: extraneous or missing \" in quoted-field")
        };
        let mut field = String::new();
        self.rest = &self.rest[1..];
        loop {
            let Some(end) = self.rest.find('"') else { return Err(wrong(self.line)) };
            let piece = &self.rest[..end];
            self.line += piece.matches('\n').count();
            field.push_str(&piece.replace("\r\n", "\n"));
            self.rest = &self.rest[end + 1..];
            if let Some(after) = self.rest.strip_prefix('"') {
                field.push('"');
                self.rest = after;
                continue;
            }
            let ends = self.rest.is_empty()
                || self.rest.starts_with([',', '\n'])
                || self.rest.starts_with("\r\n");
            return if ends { Ok(field) } else { Err(wrong(self.line)) };
        }
    }
}
