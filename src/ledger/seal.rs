//! Sealing: what must not be readable in a file. XChaCha20-Poly1305 with a key of the ledger's.

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::error::LedgerError;
use super::store::StoreError;
use crate::world::{Disk, Entropy, Privacy};

/// The file that holds the key, readable by the user alone.
const KEY_FILE: &str = "key";
/// The variable that holds the key in place of the file.
pub const KEY_VARIABLE: &str = "TERRACE_LEDGER_KEY";
/// What sealed texts begin with; the number is the version of the form.
const PREFIX: &str = "sealed1:";
const NONCE_LENGTH: usize = 24;

/// Seals and opens texts. The key is made when something is sealed for the first time.
pub struct Sealer {
    disk: Arc<dyn Disk>,
    entropy: Arc<dyn Entropy>,
    /// What [`KEY_VARIABLE`] says.
    given: Option<Zeroizing<String>>,
    cipher: OnceLock<XChaCha20Poly1305>,
}

impl Sealer {
    /// A sealer with the key that was given, or the one in the folder.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>, entropy: Arc<dyn Entropy>, given: Option<String>) -> Self {
        let given = given.filter(|text| !text.is_empty()).map(Zeroizing::new);
        Self { disk, entropy, given, cipher: OnceLock::new() }
    }

    /// Seals a text. It can be opened only with the same context, so that a sealed text cannot be moved elsewhere.
    ///
    /// # Errors
    /// When there is no key and none can be made.
    pub fn seal(&self, text: &str, context: &str) -> Result<String, LedgerError> {
        let cipher = self.cipher(Missing::Make)?;
        let mut nonce = [0; NONCE_LENGTH];
        self.entropy.fill(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: context.as_bytes() };
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| LedgerError::Sealed("sealing failed".to_owned()))?;
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        Ok(format!("{PREFIX}{}", BASE64.encode(bytes)))
    }

    /// Opens a sealed text.
    ///
    /// # Errors
    /// When the key is missing or another one, or the text was changed or belongs elsewhere.
    pub fn open(&self, sealed: &str, context: &str) -> Result<Zeroizing<String>, LedgerError> {
        let fail = |reason: &str| LedgerError::Sealed(reason.to_owned());
        let encoded = sealed.strip_prefix(PREFIX).ok_or_else(|| fail("the form is not known"))?;
        let bytes = BASE64.decode(encoded).map_err(|_| fail("the text is damaged"))?;
        let Some((nonce, sealed)) = bytes.split_first_chunk::<NONCE_LENGTH>() else {
            return Err(fail("the text is damaged"));
        };
        let cipher = self.cipher(Missing::Fail)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        let text = cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| fail("the key is another one, or the text was changed"))?;
        String::from_utf8(text).map(Zeroizing::new).map_err(|_| fail("the text is damaged"))
    }

    fn cipher(&self, missing: Missing) -> Result<&XChaCha20Poly1305, LedgerError> {
        if let Some(cipher) = self.cipher.get() {
            return Ok(cipher);
        }
        let key = match &self.given {
            Some(text) => parse(text).ok_or_else(|| {
                let reason = format!("{KEY_VARIABLE} is not 32 bytes in base64 or hexadecimal");
                LedgerError::Sealed(reason)
            })?,
            None => self.key_of_folder(missing)?,
        };
        let cipher = XChaCha20Poly1305::new(&Key::from(*key));
        Ok(self.cipher.get_or_init(|| cipher))
    }

    fn key_of_folder(&self, missing: Missing) -> Result<Zeroizing<[u8; 32]>, LedgerError> {
        let place = || format!("{}/{KEY_FILE}", self.disk.place());
        let store = |error: std::io::Error| LedgerError::store(place(), StoreError::from(error));
        let _guard = self.disk.lock("guard").map_err(store)?;
        match (self.disk.read(KEY_FILE).map_err(store)?.map(Zeroizing::new), missing) {
            (Some(content), _) => std::str::from_utf8(&content)
                .ok()
                .and_then(parse)
                .ok_or_else(|| LedgerError::Sealed(format!("{} holds no key", place()))),
            (None, Missing::Fail) => {
                Err(LedgerError::Sealed(format!("the key file {} is missing", place())))
            }
            (None, Missing::Make) => {
                let mut key = Zeroizing::new([0; 32]);
                self.entropy.fill(&mut *key);
                let text = Zeroizing::new(format!("{}\n", BASE64.encode(*key)));
                self.disk.replace(KEY_FILE, text.as_bytes(), Privacy::Private).map_err(store)?;
                Ok(key)
            }
        }
    }
}

/// What to do where there is no key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Make,
    Fail,
}

fn parse(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let text = text.trim();
    let bytes = if text.len() == 64 {
        let digits: Option<Vec<u8>> =
            (0..32).map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()).collect();
        Zeroizing::new(digits?)
    } else {
        Zeroizing::new(BASE64.decode(text.trim_end_matches('=')).ok()?)
    };
    Some(Zeroizing::new(<[u8; 32]>::try_from(bytes.as_slice()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryDisk;
    use crate::world::memory::SeededEntropy;

    fn sealer(disk: &MemoryDisk, key: Option<&str>) -> Sealer {
        let entropy = Arc::new(SeededEntropy::new(7));
        Sealer::new(Arc::new(disk.clone()), entropy, key.map(str::to_owned))
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_context_only() {
        let disk = MemoryDisk::default();
        let sealed = sealer(&disk, None).seal("s3cret", "a").expect("a key is made");
        assert!(!sealed.contains("s3cret"));
        let again = sealer(&disk, None);
        assert_eq!(again.open(&sealed, "a").expect("same key").as_str(), "s3cret");
        assert!(again.open(&sealed, "b").is_err(), "another context");
        assert!(sealer(&MemoryDisk::default(), None).open(&sealed, "a").is_err(), "no key");
        let other = "00".repeat(32);
        assert!(sealer(&disk, Some(&other)).open(&sealed, "a").is_err(), "another key");
        assert!(sealer(&disk, Some("short")).seal("x", "a").is_err(), "not a key");
    }
}
