//! The ledger of the stack in the current folder: where it is, who we are to it, and its errors as ours.

use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;

use super::context::Context;
use super::env::{self, Environment};
use super::error::{CommandError, Kind};
use super::settings::Lock;
use crate::base::StackName;
use crate::config::Config;
use crate::diag::SourceMap;
use crate::ledger::{
    Access, Holder, KEY_VARIABLE, Ledger, LedgerError, LocalStore, Options, Sealer,
};
use crate::world::{Disk, Folder, host_name, is_alive};

/// The folder in which everything that terrace keeps in a project is.
#[must_use]
pub fn data_folder(environment: &Environment) -> Utf8PathBuf {
    match environment.value(&env::TF_DATA_DIR) {
        Some(folder) => Utf8PathBuf::from(folder).join("terrace"),
        // Runners of Terraform's own cases keep this folder from one step to the next, and no other.
        None if environment.value(&env::TERRACE_TEST_PROVIDERS).is_some() => {
            ".terraform/terrace".into()
        }
        None => ".terrace".into(),
    }
}

/// The ledger's files.
pub struct Files {
    /// Where it is.
    pub store: LocalStore,
    disk: Arc<dyn Disk>,
}

impl Files {
    /// The files of a configuration's ledger.
    ///
    /// # Errors
    /// Where the configuration asks for a kind of ledger that there is not.
    pub fn of(config: &Config, context: &Context) -> Result<Self, CommandError> {
        let mut folder = data_folder(&context.environment);
        if let Some(ledger) = &config.stack.ledger {
            if ledger.kind != "local" {
                let detail =
                    format!("A ledger can be \"local\"; \"{}\" is not implemented", ledger.kind);
                return Err(CommandError::say(Kind::Ledger, "Unknown kind of ledger", detail));
            }
            let path = ledger.body.attributes.iter().find(|argument| argument.name.name == "path");
            if let Some(text) = path.and_then(|argument| literal(&argument.expr)) {
                folder = text.into();
            }
        }
        Ok(Self::at(folder))
    }

    /// The files in a folder.
    #[must_use]
    pub fn at(folder: Utf8PathBuf) -> Self {
        let disk: Arc<dyn Disk> = Arc::new(Folder::new(folder.into_std_path_buf()));
        Self { store: LocalStore::new(disk.clone()), disk }
    }

    /// What seals secrets with the ledger's key.
    #[must_use]
    pub fn sealer(&self, context: &Context) -> Sealer {
        let key = context.environment.named(KEY_VARIABLE).map(str::to_owned);
        Sealer::new(self.disk.clone(), context.world.entropy.clone(), key)
    }

    /// Opens the ledger.
    ///
    /// # Errors
    /// Where it is locked, damaged or another stack's; it has been shown.
    pub async fn open(
        &self,
        stack: &StackName,
        access: Access,
        context: &mut Context,
    ) -> Result<Ledger, CommandError> {
        let options = Options {
            store: Arc::new(self.store.clone()),
            sealer: Arc::new(self.sealer(context)),
            clock: context.world.clock.clone(),
            entropy: context.world.entropy.clone(),
            stack: stack.clone(),
        };
        match Ledger::open(options, access).await {
            Ok((ledger, notes)) => {
                context.report(&notes, &SourceMap::default());
                Ok(ledger)
            }
            Err(error) => Err(refused(&error, context)),
        }
    }
}

/// The text of a plain string.
fn literal(expr: &crate::syntax::ast::Expr) -> Option<String> {
    use crate::syntax::ast::{ExprKind, TemplatePart};
    let ExprKind::Template(template) = &expr.kind else { return None };
    match template.parts.as_slice() {
        [TemplatePart::Literal(text, _)] => Some(text.to_string()),
        _ => None,
    }
}

/// The lock, waited for as long as asked; without a lock nothing can be changed, so it is waited for no time.
#[must_use]
pub fn change(lock: Lock, command: &str, environment: &Environment) -> Access {
    let wait = match lock {
        Lock::Skip => Duration::ZERO,
        Lock::Wait(wait) => wait,
    };
    Access::Change(holder(command, environment), wait)
}

fn holder(command: &str, environment: &Environment) -> Holder {
    Holder {
        user: environment.value(&env::USER).unwrap_or("unknown").to_owned(),
        host: host_name(),
        process: std::process::id(),
        command: command.to_owned(),
        is_alive: Arc::new(is_alive),
    }
}

/// Shows a ledger's error.
pub fn refused(error: &LedgerError, context: &mut Context) -> CommandError {
    context.report(&error.diagnose().into(), &SourceMap::default());
    CommandError::reported()
}
