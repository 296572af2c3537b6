//! The bytes of a plan file: two lines. The first is a head in JSON that anybody may read; the second is the plan, packed
//! and sealed with the ledger's key, since variables and attributes may be secret.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use camino::Utf8Path;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::PlanFile;
use crate::base::{Digest, PhaseName, StackName};
use crate::cli::error::{CommandError, Kind};
use crate::ledger::Sealer;
use crate::world::Files;

/// Readers refuse another version.
const VERSION: u32 = 1;
/// Readers ignore the revision.
const REVISION: u32 = 1;
const FORMAT: &str = "terrace plan";
/// What a file of this format begins with.
const BEGINNING: &[u8] = b"{\"format\":\"terrace plan\"";
/// What a sealed body is bound to.
const CONTEXT: &str = "plan file";
/// A plan that unpacks to more is no plan: the file was made to fill the memory.
const LARGEST: u64 = 4 << 30;

/// What anybody may read of a plan file.
#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    revision: u32,
    stack: StackName,
    phase: Option<PhaseName>,
    created: jiff::Timestamp,
    /// The folder of the ledger, where the configuration names one: its key opens the plan.
    ledger: Option<String>,
    /// Bytes of the second line.
    length: usize,
    /// Of the second line.
    digest: Digest,
}

/// A plan file that was read and is yet to be opened.
pub struct Sealed<'a> {
    head: Head,
    body: String,
    path: &'a Utf8Path,
}

/// Reads a plan file.
///
/// # Errors
/// Where it is no plan, is cut off, was changed or is of another version.
pub fn read<'a>(path: &'a Utf8Path, files: &dyn Files) -> Result<Sealed<'a>, CommandError> {
    let bytes = files.read(path).map_err(|error| {
        let error = anyhow::Error::new(error).context(path.to_string());
        CommandError::new(Kind::PlanFile, "Cannot read the plan file", error)
    })?;
    let damaged = |why: &str| unusable(path, "The plan file is damaged", why);
    let (first, rest) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None if BEGINNING.starts_with(&bytes) || bytes.starts_with(BEGINNING) => {
            return Err(damaged("it was cut off"));
        }
        None => (&bytes[..], &bytes[..0]),
    };
    let head: Option<Json> = serde_json::from_slice(first).ok();
    let head = head.filter(|head| head["format"] == FORMAT).ok_or_else(|| {
        unusable(path, "This is no plan file", "it is not a plan that terrace wrote")
    })?;
    if head["version"] != VERSION {
        let why = format!(
            "it has format version {}; this terrace reads version {VERSION}",
            head["version"]
        );
        return Err(unusable(path, "The plan file is of another version", &why));
    }
    let head: Head = serde_json::from_value(head).map_err(|error| damaged(&error.to_string()))?;
    let body = rest.get(..head.length).ok_or_else(|| damaged("it was cut off"))?;
    if Digest::of(body) != head.digest {
        return Err(damaged("it is not what was written"));
    }
    let body = String::from_utf8(body.to_vec()).map_err(|_| damaged("it is not text"))?;
    Ok(Sealed { head, body, path })
}

impl Sealed<'_> {
    /// The folder of the ledger whose key opens it, where the configuration names one.
    #[must_use]
    pub fn ledger(&self) -> Option<&str> {
        self.head.ledger.as_deref()
    }

    /// Refuses the plan of another stack.
    ///
    /// # Errors
    /// Where it is another stack's.
    pub fn check_stack(&self, stack: &StackName) -> Result<(), CommandError> {
        if self.head.stack == *stack {
            return Ok(());
        }
        let why = format!("it is a plan of the stack \"{}\", not \"{stack}\"", self.head.stack);
        Err(unusable(self.path, "The plan is of another stack", &why))
    }

    /// The plan.
    ///
    /// # Errors
    /// Where the key is another one, or what is sealed is no plan.
    pub fn open(&self, sealer: &Sealer) -> Result<PlanFile, CommandError> {
        let path = self.path;
        let packed = sealer.open(&self.body, CONTEXT).map_err(|error| {
            unusable(path, "The plan file cannot be opened", &error.to_string()).hint(
                "A plan opens with the key of the ledger that it was made with: .terrace/key or TERRACE_LEDGER_KEY",
            )
        })?;
        let damaged = |why: String| unusable(path, "The plan file is damaged", &why);
        let packed =
            BASE64.decode(packed.as_bytes()).map_err(|error| damaged(error.to_string()))?;
        let mut text = String::new();
        let mut unpack = DeflateDecoder::new(&*packed).take(LARGEST);
        unpack.read_to_string(&mut text).map_err(|error| damaged(error.to_string()))?;
        let plan: PlanFile =
            serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if plan.stack != self.head.stack || plan.phase != self.head.phase {
            return Err(damaged("its head is not the one that was written".to_owned()));
        }
        Ok(plan)
    }
}

fn unusable(path: &Utf8Path, title: &'static str, why: &str) -> CommandError {
    CommandError::say(Kind::PlanFile, title, format!("{path}: {why}"))
        .hint("`terrace plan -out=FILE` makes a new one")
}

impl PlanFile {
    /// Writes the file, sealed.
    ///
    /// # Errors
    /// Where it cannot be sealed or written.
    pub fn write(
        &self,
        path: &Utf8Path,
        files: &dyn Files,
        sealer: &Sealer,
    ) -> Result<(), CommandError> {
        self.bytes(sealer)
            .and_then(|bytes| files.write(path, &bytes).map_err(anyhow::Error::new))
            .map_err(|error| {
                let error = error.context(path.to_string());
                CommandError::new(Kind::PlanFile, "Cannot write the plan file", error)
            })
    }

    fn bytes(&self, sealer: &Sealer) -> anyhow::Result<Vec<u8>> {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&serde_json::to_vec(self)?)?;
        let body = sealer.seal(&BASE64.encode(packer.finish()?), CONTEXT)?;
        let head = Head {
            format: FORMAT.to_owned(),
            version: VERSION,
            revision: REVISION,
            stack: self.stack.clone(),
            phase: self.phase.clone(),
            created: self.time,
            ledger: self.ledger.clone(),
            length: body.len(),
            digest: Digest::of(&body),
        };
        Ok(format!("{}\n{body}\n", serde_json::to_string(&head)?).into_bytes())
    }
}
