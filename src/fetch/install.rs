//! Installing the modules that a configuration calls: survey, fetch what is missing, survey again.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;
use futures_util::StreamExt as _;

use super::fetcher::{Fetched, Fetcher, blocking, module_folder};
use super::place::Place;
use super::target::{Target, group, merge};
use super::{Kind, Problem, Settings, tree};
use crate::config::package::{Package, Subdir};
use crate::config::{
    Installed, InstalledPackage, LOCK_FILE, Lock, Locked, Manifest, Survey, Wanted, survey,
    survey_tests,
};
use crate::diag::{Diagnostics, SourceMap};
use crate::world::Files;

/// Packages that are fetched at once.
const AT_ONCE: usize = 8;

/// Whether newer versions are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// What was chosen once stays.
    Keep,
    /// The newest that is accepted.
    Newest,
}

/// Whether the lock file may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// It is brought up to date.
    Update,
    /// A run that would have to change it fails.
    ReadOnly,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// There are modules from elsewhere to be looked after.
    Started,
    /// Another run works in the same folder.
    Waiting,
    /// A package is being fetched.
    Downloading {
        /// Its address and version.
        what: String,
        /// The first call that wants it.
        key: EcoString,
    },
    /// A module is being copied into the folder.
    Copying {
        /// Its address and version.
        what: String,
    },
    /// A module is ready.
    Ready {
        /// The call.
        key: EcoString,
        /// Where it is.
        dir: Utf8PathBuf,
    },
}

/// Installs modules.
#[expect(missing_debug_implementations, reason = "files are a seam")]
pub struct Installer<'a> {
    /// The files of the project.
    pub files: &'a dyn Files,
    /// The root module's folder.
    pub root: &'a Utf8Path,
    /// The folder for tests within it, whose runs may test modules from elsewhere.
    pub tests: &'a Utf8Path,
    /// The folder of what terrace keeps.
    pub data: &'a Utf8Path,
    /// How modules are fetched.
    pub settings: Settings,
    /// Whether newer versions are looked for.
    pub renewal: Renewal,
    /// Whether the lock file may change.
    pub lock: LockMode,
    /// Told what happens.
    pub tell: &'a dyn Fn(Event),
}

/// What an installation came to.
#[derive(Debug)]
pub struct Installation {
    /// The texts that problems point into.
    pub sources: SourceMap,
    /// What went wrong.
    pub problems: Diagnostics,
}

impl Installer<'_> {
    /// Installs every module that the configuration calls, and those that they call.
    pub async fn run(&self) -> Installation {
        let mut sources = SourceMap::default();
        let none = Manifest::default();
        let (first, problems) = self.survey(&mut sources, &none);
        let mut installation = Installation { sources, problems };
        if installation.problems.has_errors() || self.has_nothing_to_do(&first) {
            return installation;
        }
        (self.tell)(Event::Started);
        let place = match Place::enter(self.data, self.tell).await {
            Ok(place) => place,
            Err(problem) => {
                installation.problems.push(problem.diagnose(""));
                return installation;
            }
        };
        // Read only now: a run that was waited for has written them.
        let (lock, problems) = Lock::read(self.files, self.root, &mut installation.sources);
        installation.problems.extend(problems);
        if installation.problems.has_errors() {
            return installation;
        }
        let (previous, _) = Manifest::read(self.files, self.data);
        let mut run = Run {
            installer: self,
            fetcher: Fetcher::new(self.settings.clone()),
            place: place.knowing(previous.clone()),
            previous,
            lock,
            next_lock: Lock::default(),
            manifest: Manifest::default(),
            folders: BTreeMap::new(),
        };
        run.rounds(first, &mut installation).await;
        run.finish(&mut installation.problems);
        installation
    }

    /// What the configuration and its tests need beside what is installed.
    fn survey(&self, sources: &mut SourceMap, manifest: &Manifest) -> (Vec<Wanted>, Diagnostics) {
        let (Survey { mut wanted, .. }, mut problems) =
            survey(self.files, self.root, sources, manifest);
        let (more, found) = survey_tests(self.files, self.root, self.tests, sources, manifest);
        wanted.extend(more);
        problems.extend(found);
        (wanted, problems)
    }

    /// Whether the configuration calls nothing from elsewhere and never did.
    fn has_nothing_to_do(&self, first: &[Wanted]) -> bool {
        let is_missing = |path: &Utf8Path| matches!(self.files.kind(path), Ok(None));
        first.is_empty()
            && is_missing(&Manifest::path(self.data))
            && is_missing(&self.root.join(LOCK_FILE))
    }
}

/// A running installation.
struct Run<'a> {
    installer: &'a Installer<'a>,
    fetcher: Fetcher,
    place: Place,
    /// What was installed before.
    previous: Manifest,
    lock: Lock,
    /// What the lock file is to say.
    next_lock: Lock,
    /// What is installed by now.
    manifest: Manifest,
    /// The folders of packages, by address and version.
    folders: BTreeMap<(EcoString, Option<EcoString>), Utf8PathBuf>,
}

/// A package that was fetched, and where it waits for its place.
struct Arrival {
    folder: Utf8PathBuf,
    record: InstalledPackage,
}

impl Run<'_> {
    /// Fetches what is wanted until nothing is, or something is wrong.
    async fn rounds(&mut self, mut wanted: Vec<Wanted>, installation: &mut Installation) {
        while !wanted.is_empty() && !installation.problems.has_errors() {
            self.round(wanted, &mut installation.problems).await;
            if installation.problems.has_errors() {
                return;
            }
            let mut sources = SourceMap::default();
            let (more, problems) = self.installer.survey(&mut sources, &self.manifest);
            installation.sources = sources;
            installation.problems = problems;
            wanted = more;
        }
    }

    async fn round(&mut self, wanted: Vec<Wanted>, problems: &mut Diagnostics) {
        let mut targets = group(wanted);
        let choices = futures_util::stream::iter(&targets)
            .map(|target| Box::pin(self.choose(target)))
            .buffered(AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        let mut chosen = Vec::new();
        for (mut target, choice) in targets.drain(..).zip(choices) {
            match choice {
                Ok((version, locked)) => {
                    (target.version, target.locked) = (version, locked);
                    chosen.push(target);
                }
                Err(problem) => problems.push(target.diagnose(&problem)),
            }
        }
        if problems.has_errors() {
            return;
        }
        let targets = merge(chosen);
        let arrivals = self.arrivals(&targets).await;
        for (target, arrival) in targets.iter().zip(arrivals) {
            if let Err(problem) = arrival.and_then(|arrival| self.settle(target, arrival)) {
                problems.push(target.diagnose(&problem));
            }
        }
    }

    /// The version of a target and what the lock file has of it.
    async fn choose(
        &self,
        target: &Target,
    ) -> Result<(Option<EcoString>, Option<Locked>), Problem> {
        let locked = match self.installer.renewal {
            Renewal::Keep => target.locked_in(&self.lock),
            Renewal::Newest => None,
        };
        let Package::Registry(module) = &target.package else { return Ok((None, locked)) };
        if let Some(locked) = locked {
            return Ok((locked.version.clone(), Some(locked)));
        }
        let constraint = target.wishes[0].constraint.as_deref();
        let version = self.fetcher.choose(module, constraint).await?;
        // A version is published once: what the lock file has of it still counts.
        let known = self.lock.packages.iter().find(|(wish, locked)| {
            wish.package == target.source && locked.version.as_ref() == Some(&version)
        });
        Ok((Some(version), known.map(|(_, locked)| locked.clone())))
    }

    /// For each target the package that is there, or that was fetched.
    async fn arrivals(&mut self, targets: &[Target]) -> Vec<Result<Option<Arrival>, Problem>> {
        let mut ready = Vec::with_capacity(targets.len());
        for target in targets {
            let identity = (target.source.clone(), target.version.clone());
            if self.folders.contains_key(&identity) {
                ready.push(Ok(None));
                continue;
            }
            if let Some(folder) = self.installed(target).await {
                self.place.keep(&folder);
                let record = self.previous.packages[&folder].clone();
                self.manifest.packages.insert(folder.clone(), record);
                self.folders.insert(identity, folder);
                ready.push(Ok(None));
                continue;
            }
            ready.push(self.place.fresh().map(Some));
        }
        let (fetcher, tell) = (&self.fetcher, self.installer.tell);
        let fetched = targets.iter().zip(ready).map(|(target, folder)| async move {
            match folder? {
                Some(folder) => {
                    tell(target.announcement());
                    fetch(fetcher, target, folder).await.map(Some)
                }
                None => Ok(None),
            }
        });
        futures_util::stream::iter(fetched).buffered(AT_ONCE).collect().await
    }

    /// The folder in which a target is installed already, as it was fetched.
    async fn installed(&self, target: &Target) -> Option<Utf8PathBuf> {
        let is_mutable = matches!(target.package, Package::Folder(_));
        let is_renewed = self.installer.renewal == Renewal::Newest && target.version.is_none();
        if is_mutable || is_renewed {
            return None;
        }
        for (folder, record) in &self.previous.packages {
            let same = record.source == target.source && record.version == target.version;
            let locked = target.locked.as_ref();
            let as_locked = locked.is_none_or(|locked| locked.hash == record.hash);
            if !same || !as_locked || self.place.is_kept(folder) {
                continue;
            }
            let path = folder.clone();
            let digest = blocking(move || {
                tree::digest(&path)
                    .map_err(|error| Problem::disk("The package cannot be read", &error))
            });
            if digest.await.is_ok_and(|digest| digest == record.hash) {
                return Some(folder.clone());
            }
        }
        None
    }

    /// Puts a package in its place, and notes it and the modules in it.
    fn settle(&mut self, target: &Target, arrival: Option<Arrival>) -> Result<(), Problem> {
        let identity = (target.source.clone(), target.version.clone());
        let fetched = arrival.is_some();
        if let Some(Arrival { folder, record }) = arrival {
            let place = self.place.install(&folder, target.key(), self.installer.files)?;
            self.manifest.packages.insert(place.clone(), record);
            self.folders.insert(identity.clone(), place);
        }
        self.modules(target, &identity, fetched)
    }

    fn modules(
        &mut self,
        target: &Target,
        identity: &(EcoString, Option<EcoString>),
        fetched: bool,
    ) -> Result<(), Problem> {
        let package = self.folders[identity].clone();
        let record = self.manifest.packages[&package].clone();
        let base = Subdir::parse(&record.base).unwrap_or_default();
        for wanted in &target.wanted {
            let dir = module_folder(&package, &base, &wanted.address.subdir)?;
            let source = EcoString::from(wanted.address.to_string());
            let version = record.version.clone();
            let installed = Installed { source, version, dir };
            let known = self.previous.modules.get(&wanted.key);
            if fetched || !known.is_some_and(|known| known.contains(&installed)) {
                let (key, dir) = (wanted.key.clone(), installed.dir.clone());
                (self.installer.tell)(Event::Ready { key, dir });
            }
            self.manifest.add(wanted.key.clone(), installed);
        }
        if !matches!(target.package, Package::Folder(_)) {
            let InstalledPackage { version, commit, hash, .. } = record;
            for wish in &target.wishes {
                let locked =
                    Locked { version: version.clone(), commit: commit.clone(), hash: hash.clone() };
                self.next_lock.packages.insert(wish.clone(), locked);
            }
        }
        Ok(())
    }

    /// Writes the lock file and the manifest. A run that failed leaves the lock file as it was.
    fn finish(self, problems: &mut Diagnostics) {
        let Installer { files, root, lock: mode, .. } = *self.installer;
        if !problems.has_errors()
            && let Err(problem) = write_lock(root, &self.lock, &self.next_lock, mode, files)
        {
            problems.push(problem.diagnose(""));
        }
        let written = if problems.has_errors() {
            self.place.give_up(&self.manifest, files)
        } else {
            self.place.finish(&self.manifest, files)
        };
        if let Err(problem) = written {
            problems.push(problem.diagnose(""));
        }
    }
}

fn write_lock(
    root: &Utf8Path,
    before: &Lock,
    after: &Lock,
    mode: LockMode,
    files: &dyn Files,
) -> Result<(), Problem> {
    if before == after {
        return Ok(());
    }
    if mode == LockMode::ReadOnly {
        return Err(read_only(before, after));
    }
    let path = root.join(LOCK_FILE);
    files
        .write(&path, after.to_hcl().as_bytes())
        .map_err(|error| Problem::disk(format_args!("The file {path} cannot be written"), &error))
}

/// Fetches a target, and holds it against the lock file.
async fn fetch(
    fetcher: &Fetcher,
    target: &Target,
    folder: Utf8PathBuf,
) -> Result<Arrival, Problem> {
    let locked = target.locked.as_ref();
    let commit = locked.and_then(|locked| locked.commit.as_deref());
    let Fetched { commit, base } =
        fetcher.fetch(&target.package, target.version.as_deref(), commit, &folder).await?;
    let path = folder.clone();
    let hash = blocking(move || {
        tree::digest(&path).map_err(|error| Problem::disk("The package cannot be read", &error))
    })
    .await?;
    if let Some(locked) = locked.filter(|locked| locked.hash != hash) {
        let detail = format!(
            "Its files are not those that the lock file knows: their digest is {hash}, not {}.",
            locked.hash
        );
        return Err(Problem::new(Kind::Mismatch, detail).help(
            "If the change is meant, accept it: terrace init -upgrade, or take its entry out of .terrace.lock.hcl.",
        ));
    }
    let base = base.as_str().into();
    let record = InstalledPackage {
        source: target.source.clone(),
        version: target.version.clone(),
        commit,
        base,
        hash,
    };
    Ok(Arrival { folder, record })
}

/// That the lock file would change, and in what.
fn read_only(before: &Lock, after: &Lock) -> Problem {
    let differs =
        |wish: &&crate::config::Wish| before.packages.get(*wish) != after.packages.get(*wish);
    let all = after.packages.keys().chain(before.packages.keys());
    let mut names: Vec<&str> = all.filter(differs).map(|wish| wish.package.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let detail = format!(
        "With -lockfile=readonly it stays as it is, but it is not up to date for: {}.",
        names.join(", ")
    );
    Problem::new(Kind::LockMode, detail)
        .help("Run terrace init without -lockfile=readonly, and commit .terrace.lock.hcl.")
}
