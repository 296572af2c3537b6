//! Packages over HTTP: archives with their formats and checksums.

use std::fmt;

use ecow::EcoString;

use super::{AddressError, Location, Parameter};

/// How an archive is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.zip`
    Zip,
    /// `.tar`
    Tar,
    /// `.tar.gz`, `.tgz`
    TarGz,
    /// `.tar.bz2`, `.tbz2`
    TarBz2,
    /// `.tar.xz`, `.txz`
    TarXz,
}

/// Names of formats, the longest first.
const FORMATS: [(&str, Format); 10] = [
    ("tar.tbz2", Format::TarBz2),
    ("tar.bz2", Format::TarBz2),
    ("tar.gz", Format::TarGz),
    ("tar.xz", Format::TarXz),
    ("tbz2", Format::TarBz2),
    ("tgz", Format::TarGz),
    ("txz", Format::TarXz),
    ("zip", Format::Zip),
    ("tar", Format::Tar),
    ("tbz", Format::TarBz2),
];

impl Format {
    /// The format of that name: `tar.gz`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// The format that the end of a file's name tells, with the name without it.
    #[must_use]
    pub fn of_file(name: &str) -> Option<(&str, Self)> {
        FORMATS.iter().find_map(|(known, format)| {
            Some((name.strip_suffix(known)?.strip_suffix('.')?, *format))
        })
    }
}

/// How a checksum is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashKind {
    /// 32 hexadecimal digits.
    Md5,
    /// 40
    Sha1,
    /// 64
    Sha256,
    /// 128
    Sha512,
}

impl HashKind {
    const ALL: [(&'static str, Self, usize); 4] = [
        ("md5", Self::Md5, 32),
        ("sha1", Self::Sha1, 40),
        ("sha256", Self::Sha256, 64),
        ("sha512", Self::Sha512, 128),
    ];
}

/// What an archive's bytes must come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// How it is computed.
    pub kind: HashKind,
    /// In lower-case hexadecimal.
    pub digits: EcoString,
}

impl Checksum {
    /// Reads `sha256:…`, or the digits alone.
    ///
    /// # Errors
    /// Where the text is none.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (name, digits) =
            text.split_once(':').map_or((None, text), |(name, rest)| (Some(name), rest));
        let known = HashKind::ALL
            .iter()
            .find(|(known, _, length)| name.map_or(digits.len() == *length, |name| name == *known));
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        match known {
            Some((_, kind, length)) if is_hex && digits.len() == *length => {
                Ok(Self { kind: *kind, digits: digits.to_ascii_lowercase().into() })
            }
            _ if name == Some("file") => Err(AddressError::new(
                "The checksum is to be read from a file elsewhere, which would be as easy to change as the archive.",
            )
            .help("Write the checksum itself: checksum=sha256:…")),
            _ => Err(AddressError::new(format!("The checksum \"{text}\" is not understood."))
                .help("Write one of md5, sha1, sha256 and sha512 with all its hexadecimal digits: checksum=sha256:…")),
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name =
            HashKind::ALL.iter().find(|(_, kind, _)| *kind == self.kind).map(|(name, ..)| *name);
        write!(f, "{}:{}", name.unwrap_or_default(), self.digits)
    }
}

/// What is at an HTTP address, or in an archive of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Where it is, without the parameters that are meant for whoever fetches it.
    pub location: Location,
    /// How it is packed; none where the address leads to a page that says where the package is.
    pub format: Option<Format>,
    /// What its bytes must come to.
    pub checksum: Option<Checksum>,
    /// `archive`, as written, for where it says more than the name does.
    written: Option<EcoString>,
}

impl Archive {
    /// The archive at a location, whose own parameters were taken out of the query.
    pub(super) fn new(location: Location, own: &[Parameter]) -> Result<Self, AddressError> {
        let value = |name: &str| own.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        let checksum = value("checksum").map(|text| Checksum::parse(text)).transpose()?;
        let written = value("archive").cloned();
        let file = location.url().path().rsplit('/').next().unwrap_or_default();
        let format = match written.as_deref() {
            None | Some("true" | "1" | "t") => Format::of_file(file).map(|(_, format)| format),
            Some("false" | "0" | "f") => None,
            Some(name) => Some(Format::named(name).ok_or_else(|| {
                AddressError::new(format!("The archive format \"{name}\" is not known."))
                    .help("Formats are zip, tar, tar.gz (tgz), tar.bz2 (tbz2) and tar.xz (txz).")
            })?),
        };
        Ok(Self { location, format, checksum, written })
    }
}

impl fmt::Display for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.location.fmt(f)?;
        let mut mark = if self.location.url().query().is_some() { '&' } else { '?' };
        if let Some(written) = &self.written {
            write!(f, "{mark}archive={written}")?;
            mark = '&';
        }
        self.checksum.as_ref().map_or(Ok(()), |checksum| write!(f, "{mark}checksum={checksum}"))
    }
}
