//! One package after the other: from its address to a folder of files.

#![expect(clippy::disallowed_methods, reason = "fetching modules writes whole trees of files")]

use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;

use super::http::{Http, seconds};
use super::mirror::Mirror;
use super::registry::{Registries, linked, newest};
use super::{Kind, Limits, Problem, Settings, git, page, tree, unpack};
use crate::config::package::{Address, Archive, Package, Registry, Subdir};

/// How often one answer may lead to another.
const MOST_HOPS: usize = 5;
/// Bytes of a page that says where a package is.
const PAGE: u64 = 4 << 20;

/// Fetches packages.
pub struct Fetcher {
    http: Http,
    registries: Registries,
    mirror: Option<Mirror>,
    direct: bool,
    timeout: std::time::Duration,
    limits: Limits,
}

/// What came of a package.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    /// The commit, of a git repository.
    pub commit: Option<EcoString>,
    /// Where in the package paths of calls begin.
    pub base: Subdir,
}

impl Fetcher {
    /// Fetches as the settings say.
    pub fn new(settings: Settings) -> Self {
        Self {
            http: Http::new(settings.timeout),
            registries: Registries::new(settings.tokens, settings.registries),
            mirror: settings.mirror.map(Mirror::new),
            direct: settings.direct,
            timeout: settings.timeout,
            limits: Limits::DEFAULT,
        }
    }

    /// The newest version of a registry's module that a constraint selects.
    ///
    /// # Errors
    /// Where there is none, or nobody to ask.
    pub async fn choose(
        &self,
        module: &Registry,
        constraint: Option<&str>,
    ) -> Result<EcoString, Problem> {
        if let Some(mirror) = &self.mirror {
            let copies = mirror.versions(module);
            let found = newest(&copies, constraint, module);
            match found {
                Ok(version) => return Ok(version.to_string().into()),
                Err(_) if self.direct => {}
                Err(_) if copies.is_empty() => {
                    return Err(mirror.lacks(&Package::Registry(module.clone())));
                }
                Err(problem) => return Err(problem),
            }
        }
        let versions = Box::pin(self.registries.versions(&self.http, module)).await?;
        newest(&versions, constraint, module).map(|version| version.to_string().into())
    }

    /// Fetches a package into a folder, which is made; of a git repository the given commit, if there is one.
    ///
    /// # Errors
    /// Where it cannot be had, is not what it should be, or may do harm.
    pub async fn fetch(
        &self,
        package: &Package,
        version: Option<&str>,
        commit: Option<&str>,
        into: &Utf8Path,
    ) -> Result<Fetched, Problem> {
        let whole = tokio::time::timeout(self.timeout, self.obtain(package, version, commit, into));
        let fetched = whole.await.unwrap_or_else(|_| {
            let detail = format!("It took longer than {}.", seconds(self.timeout));
            Err(Problem::new(Kind::Download, detail)
                .help("Try again, or raise timeout in the settings file."))
        })?;
        let (root, limits) = (into.to_owned(), self.limits);
        blocking(move || tree::settle(&root, limits)).await?;
        Ok(fetched)
    }

    async fn obtain(
        &self,
        package: &Package,
        version: Option<&str>,
        commit: Option<&str>,
        into: &Utf8Path,
    ) -> Result<Fetched, Problem> {
        let copy = self.mirror.as_ref().and_then(|mirror| mirror.find(package, version));
        let mut address = match (copy, &self.mirror, package) {
            (Some(package), ..) => Address { package, subdir: Subdir::default() },
            (None, Some(mirror), package)
                if !self.direct && !matches!(package, Package::Folder(_)) =>
            {
                return Err(mirror.lacks(package));
            }
            (None, _, Package::Registry(module)) => {
                self.registries.download(&self.http, module, version.unwrap_or_default()).await?
            }
            (None, _, package) => Address { package: package.clone(), subdir: Subdir::default() },
        };
        for _ in 0..MOST_HOPS {
            let base = address.subdir.clone();
            match &address.package {
                Package::Git(repository) => {
                    make(into)?;
                    let commit = git::check_out(repository, commit, into).await?;
                    return Ok(Fetched { commit: Some(commit), base });
                }
                Package::Folder(folder) => {
                    make(into)?;
                    let (from, into, limits) = (folder.clone(), into.to_owned(), self.limits);
                    blocking(move || tree::copy(&from, &into, limits)).await?;
                    return Ok(Fetched { commit: None, base });
                }
                Package::Archive(archive) if archive.format.is_some() => {
                    self.archive(archive, into).await?;
                    return Ok(Fetched { commit: None, base });
                }
                Package::Archive(archive) => {
                    let mut next = self.page(archive).await?;
                    next.subdir = next.subdir.join(&base);
                    address = next;
                }
                Package::Registry(module) => {
                    let detail = format!("Its registry leads to another registry, {module}.");
                    return Err(Problem::new(Kind::Registry, detail));
                }
            }
        }
        let detail = format!("One page leads to the next, more than {MOST_HOPS} times.");
        Err(Problem::new(Kind::Download, detail))
    }

    /// Asks a page where the package is.
    async fn page(&self, archive: &Archive) -> Result<Address, Problem> {
        let mut url = archive.location.url().clone();
        url.query_pairs_mut().append_pair(page::PARAMETER.0, page::PARAMETER.1);
        let answer = self.http.get(&url.into(), None).await?;
        if !answer.status.is_success() {
            return Err(status(&answer));
        }
        let from = answer.location.clone();
        let header = answer.headers.get(page::HEADER).and_then(|value| value.to_str().ok());
        let place = match header.map(str::to_owned) {
            Some(place) => Some(place),
            None => page::meta(&String::from_utf8_lossy(&answer.bytes(PAGE).await?)),
        };
        let place = place.ok_or_else(|| {
            let detail = format!("{from} is no archive, and does not say where the module is.");
            Problem::new(Kind::Download, detail).help(
                "For a git repository write \"git::https://…\"; for an archive whose name does not tell, add \
                 ?archive=zip or ?archive=tar.gz.",
            )
        })?;
        linked(&from, &place)
    }

    /// Downloads an archive, checks and unpacks it.
    async fn archive(&self, archive: &Archive, into: &Utf8Path) -> Result<(), Problem> {
        let Some(format) = archive.format else { return Ok(()) };
        let url = archive.location.url();
        let file = if url.scheme() == "file" {
            let path = url.to_file_path().map_err(|()| {
                Problem::new(Kind::Download, format!("{} names no file.", archive.location))
            })?;
            std::fs::File::open(&path).map_err(|error| {
                Problem::new(Kind::Download, format!("{} cannot be read: {error}.", path.display()))
            })?
        } else {
            self.download(archive, into).await?
        };
        make(into)?;
        let (into, limits, checksum) = (into.to_owned(), self.limits, archive.checksum.clone());
        blocking(move || {
            if let Some(checksum) = checksum {
                use std::io::Seek as _;
                let disk =
                    |error: std::io::Error| Problem::disk("The download cannot be read", &error);
                unpack::verify(file.try_clone().map_err(disk)?, &checksum)?;
                (&file).rewind().map_err(disk)?;
            }
            unpack::unpack(file, format, &into, limits)
        })
        .await
    }

    /// The archive in a file without a name, read from its beginning.
    async fn download(&self, archive: &Archive, into: &Utf8Path) -> Result<std::fs::File, Problem> {
        use std::io::Seek as _;
        let disk = |error: std::io::Error| Problem::disk("The download cannot be kept", &error);
        let answer = self.http.get(&archive.location, None).await?;
        if !answer.status.is_success() {
            return Err(status(&answer));
        }
        let announced = answer.headers.get(http::header::CONTENT_LENGTH);
        let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let folder = into.parent().unwrap_or(Utf8Path::new("."));
        let file = tempfile::tempfile_in(folder).map_err(disk)?;
        let mut writer = tokio::fs::File::from_std(file.try_clone().map_err(disk)?);
        let length = answer.save(&mut writer, self.limits.download).await?;
        if announced.is_some_and(|announced| announced != length) {
            let detail = format!("{} ended in the middle.", archive.location);
            return Err(Problem::new(Kind::Download, detail));
        }
        (&file).rewind().map_err(disk)?;
        Ok(file)
    }
}

/// That the answer is none.
fn status(answer: &super::http::Answer) -> Problem {
    let problem =
        Problem::new(Kind::Download, format!("{} answers {}.", answer.location, answer.status));
    match answer.status.as_u16() {
        401 | 403 => problem.help(
            "The host wants credentials: https://USER:TOKEN@HOST/…, or a git or registry address.",
        ),
        404 => problem.help("Check the address."),
        _ => problem,
    }
}

fn make(folder: &Utf8Path) -> Result<(), Problem> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Problem::disk(format_args!("The folder {folder} cannot be made"), &error))
}

/// Does what takes long without the others having to wait.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Problem::new(Kind::Disk, format!("The work on the package ended early: {error}.")))
    })
}

/// A module's folder in a package.
///
/// # Errors
/// Where the package has no such folder, or a pattern fits several.
pub(super) fn module_folder(
    package: &Utf8Path,
    base: &Subdir,
    subdir: &Subdir,
) -> Result<Utf8PathBuf, Problem> {
    let wanted = base.join(subdir);
    let found = tree::expand(package, wanted.as_str()).map_err(|error| {
        Problem::disk(format_args!("The package in {package} cannot be read"), &error)
    })?;
    let missing = |detail: String| Err(Problem::new(Kind::Subdir, detail));
    match found.as_slice() {
        [folder] if folder.is_dir() => Ok(folder.clone()),
        [_] | [] => missing(format!("The package has no folder \"{wanted}\".")),
        _ => missing(format!("Several folders of the package fit \"{wanted}\".")),
    }
}
