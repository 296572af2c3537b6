//! The pages of diagnostic codes as a table, sorted by code.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// A slice expression of `(code, page)`.
pub fn table() -> Result<String, Box<dyn Error>> {
    let folder = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("src/diag/codes");
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    let mut table = String::from("&[\n");
    for path in pages {
        let code = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        writeln!(table, "    ({code:?}, include_str!({:?})),", path.display().to_string())?;
    }
    table.push_str("]\n");
    Ok(table)
}
