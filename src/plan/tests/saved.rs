//! Plans in files.

use super::Stage;
use crate::plan::wire::{self, Origins, ReadError, Seal, SealError};
use crate::plan::{Options, text};

/// Turns bytes around, so that a test can tell what was sealed from what was not.
struct Mirror;

impl Seal for Mirror {
    fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        Ok(plain.iter().rev().copied().collect())
    }

    fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal(sealed)
    }
}

const TEXT: &str = r#"
variable "password" {
  default   = "canary"
  sensitive = true
}
resource "terraform_data" "a" { input = var.password }
resource "terraform_data" "b" { input = [terraform_data.a.id, 1.5, null] }
output "b" { value = terraform_data.b.output }
"#;

fn saved() -> (Vec<u8>, String) {
    let outcome = Stage::new(TEXT).plan();
    assert!(!outcome.errored(), "{:?}", outcome.problems);
    let origins = Origins {
        dir: ".".into(),
        sources: [("main.tf".into(), TEXT.replace("canary", "…"))].into(),
        variables: Vec::new(),
        options: Options::default(),
        time: jiff::Timestamp::UNIX_EPOCH,
        seed: 7,
        workspace: "default".into(),
    };
    let bytes = wire::write(&outcome, &origins, &Mirror).expect("it can be sealed");
    (bytes, text::text(&outcome.plan))
}

#[test]
fn what_is_read_is_what_was_written() {
    let (bytes, shown) = saved();
    let read = wire::read(&bytes, None, Some(&Mirror)).expect("it can be read");
    assert_eq!(text::text(&read.outcome.plan), shown);
    assert_eq!(wire::digest(&read.outcome.plan), read.digest);
}

#[test]
fn sensitive_values_are_in_no_clear_text() {
    let (bytes, _) = saved();
    assert!(!String::from_utf8_lossy(&bytes).contains("canary"));
}

#[test]
fn broken_files_are_told_apart() {
    let (bytes, _) = saved();
    let read = |bytes: &[u8]| wire::read(bytes, None, None).err();
    assert_eq!(read(b"{}"), Some(ReadError::NotAPlan));
    assert_eq!(read(&bytes[..bytes.len() - 40]), Some(ReadError::Truncated));
    let older = String::from_utf8_lossy(&bytes).replacen("\"version\":1", "\"version\":9", 1);
    assert_eq!(read(older.as_bytes()), Some(ReadError::Version { found: 9 }));
    let mut damaged = bytes.clone();
    let last = damaged.len() - 10;
    damaged[last] ^= 1;
    assert_eq!(read(&damaged), Some(ReadError::Damaged));
    let other = crate::base::StackName::from("other");
    let error = wire::read(&bytes, Some(&other), None).err();
    assert!(matches!(error, Some(ReadError::Stack { .. })));
}
