//! The table of embedded schema files.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::SchemaFile;

/// Source of the table; writes the texts, without white space and unused keys, beside it.
pub fn table(out: &Path, kinds: &[(&str, Vec<SchemaFile>)]) -> Result<String, Box<dyn Error>> {
    let mut source = String::new();
    for (kind, files) in kinds {
        let folder = out.join("schemas").join(kind);
        fs::create_dir_all(&folder)?;
        let name = match *kind {
            "resource" => "RESOURCES",
            "data" => "DATA",
            "ephemeral" => "EPHEMERAL",
            _ => "PROVIDERS",
        };
        writeln!(source, "static {name}: Table = Table {{ files: &[")?;
        for file in files {
            let path = folder.join(format!("{}.json", file.name));
            let mut json = file.json.clone();
            for unused in ["api", "facts_from", "provider_version", "notes"] {
                json.as_object_mut().ok_or("a schema file is an object")?.remove(unused);
            }
            fs::write(&path, json.to_string())?;
            let path = path.to_str().ok_or("the output folder has a name in Unicode")?;
            writeln!(
                source,
                "Embedded {{ name: {:?}, text: include_str!({path:?}) }},",
                file.name
            )?;
        }
        writeln!(source, "], aliases: &{:?},", aliases(files))?;
        writeln!(source, "cells: &{name}_CELLS }};")?;
        let count = files.len();
        writeln!(
            source,
            "static {name}_CELLS: [OnceLock<Schema>; {count}] = [const {{ OnceLock::new() }}; {count}];"
        )?;
    }
    Ok(source)
}

/// Alias and type, sorted.
fn aliases(files: &[SchemaFile]) -> Vec<(&str, &str)> {
    let mut aliases = Vec::new();
    for file in files {
        for alias in file.json["aliases"].as_array().into_iter().flatten() {
            aliases.extend(alias.as_str().map(|alias| (alias, file.name.as_str())));
        }
    }
    aliases.sort_unstable();
    aliases
}
