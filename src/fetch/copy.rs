//! A copy of a module as the beginning of a configuration: `init -from-module`.

#![expect(clippy::disallowed_methods, reason = "fetching modules writes whole trees of files")]

use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;

use super::fetcher::{Fetcher, blocking, module_folder};
use super::place::Place;
use super::{Event, Kind, Limits, Problem, Settings, tree};
use crate::config::package::{Address, Package, is_local};
use crate::config::{Manifest, ModuleSource, survey};
use crate::diag::SourceMap;
use crate::world::Files;

/// Copies modules.
#[expect(missing_debug_implementations, reason = "files are a seam")]
pub struct Copier<'a> {
    /// The files of the project.
    pub files: &'a dyn Files,
    /// The folder that is to hold the copy; nothing is in it yet.
    pub root: &'a Utf8Path,
    /// The folder of what terrace keeps.
    pub data: &'a Utf8Path,
    /// How modules are fetched.
    pub settings: Settings,
    /// Told what happens.
    pub tell: &'a dyn Fn(Event),
}

impl Copier<'_> {
    /// Copies a module into the folder, whole or not at all.
    ///
    /// # Errors
    /// Where it cannot be had, or would not work where it is copied to.
    pub async fn run(&self, source: &str) -> Result<(), Problem> {
        self.is_empty()?;
        let source = if is_local(source) {
            let folder = self.root.join(source);
            folder.canonicalize_utf8().map(Utf8PathBuf::into_string).map_err(|error| {
                Problem::new(
                    Kind::Download,
                    format!("The folder {source} cannot be read: {error}."),
                )
            })?
        } else {
            source.to_owned()
        };
        let address = Address::parse(&source).map_err(|error| {
            let problem = Problem::new(Kind::Download, error.detail);
            match error.help {
                Some(help) => problem.help(help),
                None => problem,
            }
        })?;
        let mut place = Place::enter(self.data, self.tell).await?;
        let fresh = place.fresh()?;
        let copied = Box::pin(self.copy(&address, &fresh)).await;
        let cleared = place.clear();
        copied.and(cleared)
    }

    async fn copy(&self, address: &Address, fresh: &Utf8Path) -> Result<(), Problem> {
        let fetcher = Fetcher::new(self.settings.clone());
        let version = self.version(&fetcher, address).await?;
        let shown = version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        let what = format!("{address}{shown}");
        (self.tell)(Event::Copying { what });
        let fetched = fetcher.fetch(&address.package, version.as_deref(), None, fresh).await?;
        let module = module_folder(fresh, &fetched.base, &address.subdir)?;
        if let Some(call) = call_above(self.files, &module) {
            let detail = format!(
                "It calls \"{call}\", which is not in its own folder, so that a copy of it alone would not work."
            );
            return Err(Problem::new(Kind::Subdir, detail)
                .help("Call it from a module of your own: module \"x\" { source = \"…\" }"));
        }
        // Beside its place first: a copy that ends in the middle leaves nothing.
        let whole = fresh.with_file_name("copy");
        let (from, into) = (module, whole.clone());
        blocking(move || {
            std::fs::create_dir_all(&into).map_err(|error| {
                Problem::disk(format_args!("The folder {into} cannot be made"), &error)
            })?;
            tree::copy(&from, &into, Limits::DEFAULT)
        })
        .await?;
        self.settle(&whole)
    }

    async fn version(
        &self,
        fetcher: &Fetcher,
        address: &Address,
    ) -> Result<Option<EcoString>, Problem> {
        match &address.package {
            Package::Registry(module) => fetcher.choose(module, None).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Moves what was copied into the folder.
    fn settle(&self, whole: &Utf8Path) -> Result<(), Problem> {
        let disk =
            |error: std::io::Error| Problem::disk("The copy cannot be put in its place", &error);
        for entry in whole.read_dir_utf8().map_err(disk)? {
            let entry = entry.map_err(disk)?;
            std::fs::rename(entry.path(), self.root.join(entry.file_name())).map_err(disk)?;
        }
        Ok(())
    }

    /// That nothing is in the folder but what terrace and Terraform keep there.
    fn is_empty(&self) -> Result<(), Problem> {
        let unreadable = |error: std::io::Error| {
            Problem::disk(format_args!("The folder {} cannot be read", self.root), &error)
        };
        let entries = self.files.list(self.root).map_err(unreadable)?;
        let data = self.data.components().next().map(|first| first.as_str().to_owned());
        let own = |name: &str| name == ".terraform" || Some(name) == data.as_deref();
        match entries.iter().find(|(name, _)| !own(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let detail = format!(
                    "The working directory already contains files: \"{name}\". A module is copied into an empty \
                     directory."
                );
                Err(Problem::new(Kind::Subdir, detail).help(
                    "Go to an empty directory. To make the configuration here ready, leave -from-module out.",
                ))
            }
        }
    }
}

/// A path that the module in a folder, or one that it holds, calls above that folder.
fn call_above(files: &dyn Files, folder: &Utf8Path) -> Option<String> {
    let (surveyed, _) = survey(files, folder, &mut SourceMap::default(), &Manifest::default());
    let trees = surveyed.config.trees.values().chain([&surveyed.config.base]);
    let modules = trees.flat_map(|tree| tree.iter().map(|(_, module)| module));
    let calls = modules.flat_map(|module| module.calls.values().map(move |call| (module, call)));
    calls.into_iter().find_map(|(module, call)| {
        let ModuleSource::Local(path) = &call.source else { return None };
        let whole = plain(&module.dir.join(path));
        (!whole.starts_with(plain(folder))).then(|| path.to_string())
    })
}

/// The path without `.` and `..` in it.
fn plain(path: &Utf8Path) -> Utf8PathBuf {
    let mut whole = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            camino::Utf8Component::CurDir => {}
            camino::Utf8Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    whole
}
