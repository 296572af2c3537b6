//! Archives to folders: zip, and tar in its compressions.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use camino::Utf8Path;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::sink::{Sink, damaged};
use super::{Kind, Limits, Problem};
use crate::config::package::{Checksum, Format, HashKind};

/// Memory that unpacking xz may take.
const XZ_MEMORY_KIB: u32 = 128 << 10;

/// Unpacks an archive into an empty folder.
///
/// # Errors
/// Where it is damaged, leads out of the folder, or holds too much.
pub fn unpack(file: File, format: Format, into: &Utf8Path, limits: Limits) -> Result<(), Problem> {
    let length = file.metadata().map_err(|error| damaged(&error))?.len();
    let mut sink = Sink::new(into, limits, length);
    let reader = BufReader::new(file);
    match format {
        Format::Zip => unzip(reader, &mut sink)?,
        Format::Tar => untar(reader, &mut sink)?,
        Format::TarGz => untar(flate2::bufread::MultiGzDecoder::new(reader), &mut sink)?,
        Format::TarBz2 => untar(bzip2::bufread::MultiBzDecoder::new(reader), &mut sink)?,
        Format::TarXz => {
            untar(lzma_rust2::XzReader::new_mem_limit(reader, true, XZ_MEMORY_KIB), &mut sink)?;
        }
    }
    sink.finish()
}

fn unzip(reader: impl Read + Seek, sink: &mut Sink<'_>) -> Result<(), Problem> {
    let mut archive = zip::ZipArchive::new(reader).map_err(|error| damaged(&error))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| damaged(&error))?;
        let name = entry.name().map_err(|error| damaged(&error))?.into_owned();
        if entry.is_symlink() {
            let mut target = String::new();
            entry
                .by_ref()
                .take(4096)
                .read_to_string(&mut target)
                .map_err(|error| damaged(&error))?;
            sink.link(&name, &target)?;
        } else if entry.is_dir() {
            sink.folder(&name)?;
        } else {
            let executable = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
            sink.file(&name, executable, &mut entry)?;
        }
    }
    Ok(())
}

fn untar(reader: impl Read, sink: &mut Sink<'_>) -> Result<(), Problem> {
    use tar::EntryType;
    let mut archive = tar::Archive::new(reader);
    for entry in archive.entries().map_err(|error| damaged(&error))? {
        let mut entry = entry.map_err(|error| damaged(&error))?;
        let name = text(&entry.path_bytes())?;
        let target =
            || -> Result<String, Problem> { text(&entry.link_name_bytes().unwrap_or_default()) };
        match entry.header().entry_type() {
            EntryType::Directory => sink.folder(&name)?,
            EntryType::Symlink => sink.link(&name, &target()?)?,
            EntryType::Link => sink.same(&name, &target()?)?,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
                sink.file(&name, executable, &mut entry)?;
            }
            // Notes about the archive itself: git archive writes the commit here.
            EntryType::XGlobalHeader => {}
            kind => {
                let detail =
                    format!("The archive has an entry that is no file, \"{name}\": {kind:?}.");
                return Err(Problem::new(Kind::Unsafe, detail));
            }
        }
    }
    Ok(())
}

fn text(bytes: &[u8]) -> Result<String, Problem> {
    String::from_utf8(bytes.to_vec()).map_err(|_| {
        let shown = String::from_utf8_lossy(bytes).into_owned();
        Problem::new(
            Kind::Unsafe,
            format!("The archive has a name that is not UTF-8: \"{shown}\"."),
        )
    })
}

/// Checks what a file's bytes come to.
///
/// # Errors
/// Where that is something else.
pub fn verify(mut file: File, expected: &Checksum) -> Result<(), Problem> {
    let found = match expected.kind {
        HashKind::Md5 => digest::<Md5>(&mut file),
        HashKind::Sha1 => digest::<Sha1>(&mut file),
        HashKind::Sha256 => digest::<Sha256>(&mut file),
        HashKind::Sha512 => digest::<Sha512>(&mut file),
    };
    let found = found.map_err(|error| Problem::disk("The download cannot be read", &error))?;
    if found == expected.digits.as_str() {
        return Ok(());
    }
    let detail = format!(
        "The archive is not the one that was announced: its checksum is {found}, not {}.",
        expected.digits
    );
    Err(Problem::new(Kind::Mismatch, detail)
        .help("Somebody changed the archive, or the checksum in the source is wrong. Find out which before you trust it."))
}

fn digest<D: Digest>(file: &mut File) -> std::io::Result<String> {
    use std::fmt::Write as _;
    let mut digest = D::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            length => digest.update(&buffer[..length]),
        }
    }
    Ok(digest.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("strings take text");
        text
    }))
}
