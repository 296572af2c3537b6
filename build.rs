//! Embeds the schema files and generates typed structs from them.
//!
//! `pages.rs`: the pages of diagnostic codes. `schema_table.rs`: the text of every file, by kind, sorted. `schema_typed.rs`: a struct for each type
//! that `schemas/typed.txt` names.

#![expect(clippy::disallowed_methods, reason = "a build script has no world but the real one")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "build/embed.rs"]
mod embed;
#[path = "build/example.rs"]
mod example;
#[path = "build/pages.rs"]
mod pages;
#[path = "build/typed.rs"]
mod typed;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=schemas");
    println!("cargo::rerun-if-changed=src/diag/codes");
    println!("cargo::rerun-if-changed=examples/shop");
    println!("cargo::rerun-if-changed=modules");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let kinds = ["resource", "data", "ephemeral", "provider"];
    let kinds = kinds.map(|kind| (kind, read_all(&Path::new("schemas").join(kind))));
    let mut schemas = Vec::new();
    for (kind, files) in kinds {
        schemas.push((kind, files?));
    }
    fs::write(out.join("schema_table.rs"), embed::table(&out, &schemas)?)?;
    fs::write(out.join("example.rs"), example::table()?)?;
    fs::write(out.join("pages.rs"), pages::table()?)?;
    let wanted = fs::read_to_string("schemas/typed.txt")?;
    fs::write(out.join("schema_typed.rs"), typed::structs(&wanted, &schemas)?)?;
    Ok(())
}

/// One schema file.
struct SchemaFile {
    name: String,
    json: serde_json::Value,
}

/// The schema files of a folder, sorted by type name.
fn read_all(folder: &Path) -> Result<Vec<SchemaFile>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let text = fs::read_to_string(&path)?;
        let json = serde_json::from_str(&text)
            .map_err(|problem| format!("{}: {problem}", path.display()))?;
        files.push(SchemaFile { name, json });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
