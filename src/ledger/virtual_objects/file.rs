//! `local_file`: a file with a content. The ledger remembers it, and it is there as long as the file says the same.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::make::{Attributes, Made, hex};
use crate::value::Value;
use crate::world::Files;

/// The resource type.
pub(super) const TYPE: &str = "local_file";

/// Writes the file, and the folders above it that are missing.
pub(super) fn make(files: &dyn Files, mut attributes: Attributes) -> Result<Made, String> {
    let content = content(files, &attributes)?;
    let path = path(&attributes);
    let failed = |error: io::Error| format!("{path}: {error}");
    for folder in missing_folders(files, &path).map_err(failed)? {
        files.create_folder(&folder).map_err(failed)?;
        files.set_mode(&folder, mode(&attributes, "directory_permission")?).map_err(failed)?;
    }
    files.write(&path, &content).map_err(failed)?;
    files.set_mode(&path, mode(&attributes, "file_permission")?).map_err(failed)?;
    let (sha256, sha512) = (Sha256::digest(&content), Sha512::digest(&content));
    let sha1 = hex(&Sha1::digest(&content));
    attributes.set_text("content_md5", hex(&Md5::digest(&content)));
    attributes.set_text("content_sha1", sha1.clone());
    attributes.set_text("content_sha256", hex(&sha256));
    attributes.set_text("content_base64sha256", STANDARD.encode(sha256));
    attributes.set_text("content_sha512", hex(&sha512));
    attributes.set_text("content_base64sha512", STANDARD.encode(sha512));
    Ok(attributes.with_id(sha1))
}

/// Whether the file is still there with the content that was written.
pub(super) fn is_there(files: &dyn Files, value: &Value) -> bool {
    let attributes = Attributes::of(value);
    let content = files.read(&path(&attributes)).ok();
    let digest = content.map(|content| hex(&Sha1::digest(&content)));
    digest.as_deref() == attributes.text("content_sha1").as_deref()
}

/// Deletes the file, unless something else has been written to it.
pub(super) fn remove(files: &dyn Files, value: &Value) -> Result<(), String> {
    if !is_there(files, value) {
        return Ok(());
    }
    let path = path(&Attributes::of(value));
    files.remove(&path).map_err(|error| format!("{path}: {error}"))
}

fn path(attributes: &Attributes) -> Utf8PathBuf {
    attributes.text("filename").unwrap_or_default().as_str().into()
}

fn content(files: &dyn Files, attributes: &Attributes) -> Result<Vec<u8>, String> {
    for name in ["content", "sensitive_content"] {
        if let Some(text) = attributes.text(name) {
            return Ok(text.as_bytes().to_vec());
        }
    }
    if let Some(text) = attributes.text("content_base64") {
        return STANDARD
            .decode(text.as_bytes())
            .map_err(|error| format!("content_base64: {error}"));
    }
    match attributes.text("source") {
        Some(source) => {
            files.read(Utf8Path::new(&source)).map_err(|error| format!("{source}: {error}"))
        }
        None => Ok(Vec::new()),
    }
}

/// A mode as `chmod` takes it.
fn mode(attributes: &Attributes, name: &str) -> Result<u32, String> {
    let text = attributes.text(name).unwrap_or_else(|| "0777".into());
    u32::from_str_radix(&text, 8).map_err(|_| format!("{name} is no mode: {text}"))
}

/// The folders above a path that have to be made, the outermost first.
fn missing_folders(files: &dyn Files, path: &Utf8Path) -> io::Result<Vec<Utf8PathBuf>> {
    let mut missing = Vec::new();
    for folder in path.ancestors().skip(1).filter(|folder| !folder.as_str().is_empty()) {
        if files.kind(folder)?.is_some() {
            break;
        }
        missing.push(folder.to_owned());
    }
    missing.reverse();
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::memory::FileTree;

    #[test]
    fn a_file_is_written_seen_and_removed() {
        let files: FileTree = [("template", "from a file")].into_iter().collect();
        let arguments = |name: &'static str, text: &str| {
            Attributes::of(&Value::object([
                ("filename", Value::string("out/deep/file")),
                ("file_permission", Value::string("0600")),
                (name, Value::string(text)),
            ]))
        };
        for (name, text, written) in [
            ("content", "plain", "plain"),
            ("content_base64", "cGxhaW4=", "plain"),
            ("sensitive_content", "hidden", "hidden"),
            ("source", "template", "from a file"),
        ] {
            let made = make(&files, arguments(name, text)).expect("it can be written");
            assert_eq!(
                files.read("out/deep/file".into()).expect("it is there"),
                written.as_bytes()
            );
            assert!(is_there(&files, &made.value));
            assert_eq!(made.id.as_str(), hex(&Sha1::digest(written)));
        }
        let made = make(&files, arguments("content", "plain")).expect("it can be written");
        let digest = made.value.attribute("content_md5").and_then(Value::as_str);
        assert_eq!(digest, Some("ac7938d40cfc2307e2bf325d28e7884e"));
        files.write("out/deep/file".into(), b"by hand").expect("writable");
        assert!(!is_there(&files, &made.value));
        remove(&files, &made.value).expect("nothing to do");
        assert!(files.read("out/deep/file".into()).is_ok(), "what somebody wrote stays");
        files.write("out/deep/file".into(), b"plain").expect("writable");
        remove(&files, &made.value).expect("removed");
        assert!(files.read("out/deep/file".into()).is_err());
        assert!(make(&files, arguments("source", "nowhere")).is_err());
    }
}
