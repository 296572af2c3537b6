//! What killed tests left in a real cloud: their ledgers stay in the project until nothing is left.

use std::fmt::Write as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::base::StackName;
use crate::diag::Diagnostic;
use crate::engine::Journal as _;
use crate::ledger::{Access, Ledger, LocalStore, Options, Sealer};
use crate::testing::Keep;
use crate::world::{Disk, Folder, World, host_name, is_alive};

/// The folder of the ledgers, below that of what terrace keeps.
const TESTS: &str = "tests";

/// Keeps the ledgers of tests in a folder, one for each stack.
pub struct Ledgers {
    folder: Utf8PathBuf,
}

impl Ledgers {
    /// The ledgers in the folder of what terrace keeps.
    #[must_use]
    pub fn of(data: &Utf8Path) -> Self {
        Self { folder: data.join(TESTS) }
    }
}

impl Keep for Ledgers {
    fn disk(&self, stack: &StackName) -> Arc<dyn Disk> {
        Arc::new(Folder::new(self.folder.join(stack.as_str()).into_std_path_buf()))
    }

    fn forget(&self, stack: &StackName) {
        // What cannot be taken away is looked at again by the next tests.
        let _ = std::fs::remove_dir_all(self.folder.join(stack.as_str()));
        let _ = std::fs::remove_dir(&self.folder);
    }
}

/// A warning for each stack of an earlier test whose process is gone and which is not. Those of which nothing is left
/// are forgotten.
pub async fn told(data: &Utf8Path, world: &World) -> Vec<Diagnostic> {
    let ledgers = Ledgers::of(data);
    let mut found = Vec::new();
    for (name, _) in world.files.list(&ledgers.folder).unwrap_or_default() {
        let stack = StackName::from(name.as_str());
        let disk = ledgers.disk(&stack);
        let store = LocalStore::new(disk.clone());
        let lock = Ledger::lock(&store).await.ok().flatten().filter(|lock| !lock.released);
        if lock.is_some_and(|lock| lock.host == host_name() && is_alive(lock.process)) {
            continue;
        }
        let options = Options {
            store: Arc::new(store),
            sealer: Arc::new(Sealer::new(disk, world.entropy.clone(), None)),
            clock: world.clock.clone(),
            entropy: world.entropy.clone(),
            stack: stack.clone(),
        };
        let Ok((ledger, _)) = Ledger::open(options, Access::Look).await else { continue };
        let unfinished = ledger.unfinished().unwrap_or_default();
        let unsure = unfinished.iter().filter(|one| one.intent.scope.region.is_some()).count();
        let left: Vec<String> = ledger
            .entries()
            .iter()
            // What exists in the ledger alone goes with it.
            .filter(|entry| entry.scope.region.is_some())
            .map(|entry| format!("  - {} {} ({})", entry.type_name, entry.id, entry.address))
            .collect();
        if left.is_empty() && unsure == 0 {
            ledgers.forget(&stack);
        } else {
            found.push(warning(&ledgers.folder.join(&name), &stack, &left, unsure));
        }
    }
    found
}

fn warning(folder: &Utf8Path, stack: &StackName, left: &[String], unsure: usize) -> Diagnostic {
    let mut detail = format!(
        "A test was killed, or could not delete all that it had made. Its stack \"{stack}\" still has:\n{}",
        left.join("\n")
    );
    if unsure > 0 {
        write!(
            detail,
            "\nOf {unsure} more it is not known whether they were made: look for what is tagged terrace:stack = {stack}."
        )
        .expect("a String takes everything");
    }
    Diagnostic::warning(1133, "Objects of an earlier test are left", detail)
        .help(format!("Delete them, then the folder {folder}, which remembers them."))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::Entry;
    use crate::ledger::Holder;
    use crate::plan::Scope;

    #[tokio::test]
    async fn what_a_test_left_is_told_until_it_is_gone() {
        let place = tempfile::tempdir().expect("a folder");
        let data = Utf8PathBuf::from_path_buf(place.path().to_owned()).expect("UTF-8");
        let world = World::real();
        let ledgers = Ledgers::of(&data);
        let stack = StackName::from("shop-test-1");
        let disk = ledgers.disk(&stack);
        let options = Options {
            store: Arc::new(LocalStore::new(disk.clone())),
            sealer: Arc::new(Sealer::new(disk, world.entropy.clone(), None)),
            clock: world.clock.clone(),
            entropy: world.entropy.clone(),
            stack: stack.clone(),
        };
        let holder = Holder {
            user: "anna".to_owned(),
            host: host_name(),
            process: std::process::id(),
            command: "test".to_owned(),
            is_alive: Arc::new(is_alive),
        };
        let access = Access::Change(holder, Duration::ZERO);
        let (ledger, _) = Ledger::open(options, access).await.expect("it opens");
        let entry = |address: &str, region: Option<&str>| {
            let scope = Scope { provider: "aws".into(), region: region.map(Into::into) };
            let address = address.parse().expect("an address");
            Entry::new(address, 1, scope, crate::base::Id::new("vpc-1"))
        };
        ledger.remember(&entry("aws_vpc.a", Some("eu-west-1")));
        ledger.remember(&entry("terraform_data.a", None));
        ledger.flush().await.expect("it is written");
        assert!(told(&data, &world).await.is_empty(), "that test is under way");
        ledger.close(None).await.expect("it closes");
        let [warning] = told(&data, &world).await.try_into().expect("one");
        assert!(warning.detail.contains("\"shop-test-1\""), "{}", warning.detail);
        assert!(
            warning.detail.ends_with("has:\n  - aws_vpc vpc-1 (aws_vpc.a)"),
            "{}",
            warning.detail
        );
        ledgers.forget(&stack);
        assert!(told(&data, &world).await.is_empty() && !data.join(TESTS).exists());
    }
}
