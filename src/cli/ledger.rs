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
use crate::diag::{Diagnostic, SourceMap};
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
        if let Some(ledger) = config.stack.ledger.as_ref().filter(|ledger| ledger.kind != "local") {
            let detail =
                format!("A ledger can be \"local\"; \"{}\" is not implemented", ledger.kind);
            return Err(CommandError::say(Kind::Ledger, "Unknown kind of ledger", detail));
        }
        let folder = configured(config);
        Ok(Self::at(folder.unwrap_or_else(|| data_folder(&context.environment))))
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

/// The folder of the ledger, where the configuration names one.
#[must_use]
pub fn configured(config: &Config) -> Option<Utf8PathBuf> {
    let ledger = config.stack.ledger.as_ref()?;
    let path = ledger.body.attributes.iter().find(|argument| argument.name.name == "path")?;
    literal(&path.expr).map(Into::into)
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

/// Access to look while nobody else changes anything, unless the lock is not wanted.
#[must_use]
pub fn look(lock: Lock, command: &str, environment: &Environment) -> Access {
    match lock {
        Lock::Skip => Access::Look,
        Lock::Wait(wait) => Access::Change(holder(command, environment), wait),
    }
}

/// Access to change, under the lock. It is taken whatever is asked: nothing is written without it.
pub fn change(lock: Lock, command: &str, context: &mut Context) -> Access {
    let wait = match lock {
        Lock::Wait(wait) => wait,
        Lock::Skip => {
            let detail = "terrace writes nothing without the stack's lock, so that two runs cannot make one object \
                          twice. It is taken in spite of -lock=false.";
            let warning = Diagnostic::warning(1001, "The lock is taken all the same", detail);
            let help = "A lock whose holder is gone is taken over by itself; `terrace force-unlock` frees any other.";
            context.report(&warning.help(help).into(), &SourceMap::default());
            Duration::ZERO
        }
    };
    Access::Change(holder(command, &context.environment), wait)
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
