//! Addresses of git repositories, archives and folders, with the shorthands that Terraform has for them.

use std::fmt;

use camino::Utf8PathBuf;
use ecow::EcoString;
use url::Url;

use super::{Address, AddressError, Archive, Location, Package, Parameter, Subdir, subdir};

/// A git repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Git {
    /// Where it is.
    pub location: Location,
    /// The branch, tag or commit; none for the repository's default branch.
    pub reference: Option<EcoString>,
}

impl fmt::Display for Git {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "git::{}", self.location)?;
        let mark = if self.location.url().query().is_some() { '&' } else { '?' };
        self.reference.as_ref().map_or(Ok(()), |reference| write!(f, "{mark}ref={reference}"))
    }
}

pub(super) fn parse(text: &str) -> Result<Address, AddressError> {
    let (getter, rest) = forced(text);
    let (package, outer) = subdir::split(rest);
    let (getter, package) = match shorthand(&package)? {
        Some((detected, package)) => (getter.or(Some(detected)), package),
        None => (getter, package),
    };
    // A shorthand may itself lead into the repository: github.com/acme/repository/dir.
    let (package, inner) = subdir::split(&package);
    let subdir = Subdir::parse(&inner)?.join(&Subdir::parse(&outer)?);
    let location = Location::parse(&package).filter(|location| {
        let url = location.url();
        url.has_host() || url.scheme() == "file"
    });
    let Some(location) = location else { return Err(unclear(text, &package)) };
    let (own, location) = parameters(&location);
    let scheme = location.url().scheme().to_owned();
    let package = match (getter, scheme.as_str()) {
        (Some("git"), "https" | "http" | "ssh" | "git" | "file") => git(location, &own)?,
        (Some("git"), scheme) => {
            return Err(AddressError::new(format!(
                "Git repositories are not fetched over {scheme}."
            ))
            .help("Use https, ssh, http, git or file."));
        }
        (None | Some("http" | "https"), "https" | "http") => {
            Package::Archive(Archive::new(location, &own)?)
        }
        (None | Some("file"), "file") => file(location, &own)?,
        (Some(other @ ("s3" | "gcs" | "hg")), _) => {
            return Err(AddressError::new(format!(
                "terrace does not fetch modules with {other}::."
            ))
            .help("Serve the module over https or git, or from a registry."));
        }
        (None, "ssh" | "git") => {
            return Err(AddressError::new(format!("What is behind {scheme}:// is not told."))
                .help(format!("For a git repository write \"git::{location}\".")));
        }
        (getter, scheme) => {
            let how = getter.unwrap_or(scheme);
            return Err(AddressError::new(format!(
                "There is no way to fetch modules with \"{how}\"."
            ))
            .help("Ways are git::https://…, git::ssh://…, https://… and registry addresses."));
        }
    };
    Ok(Address { package, subdir })
}

/// The way that is asked for, as in `git::https://…`.
fn forced(text: &str) -> (Option<&str>, &str) {
    match text.split_once("::") {
        Some((getter, rest))
            if !getter.is_empty() && getter.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            (Some(getter), rest)
        }
        _ => (None, text),
    }
}

/// What a shorthand stands for, with the way that it implies.
fn shorthand(text: &str) -> Result<Option<(&'static str, String)>, AddressError> {
    if text.contains("://") {
        return Ok(None);
    }
    if text.starts_with('/') {
        return Ok(Some(("file", format!("file://{text}"))));
    }
    for host in ["github.com", "bitbucket.org"] {
        if let Some(path) = text.strip_prefix(host).and_then(|rest| rest.strip_prefix('/')) {
            return repository(host, path).map(|url| Some(("git", url)));
        }
    }
    Ok(scp(text).map(|url| ("git", url)))
}

/// `acme/repository/dir?ref=x` of a host that serves git at `https://host/acme/repository.git`.
fn repository(host: &str, path: &str) -> Result<String, AddressError> {
    let (path, query) =
        path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let mut parts = path.splitn(3, '/');
    let (Some(owner), Some(name)) = (parts.next(), parts.next().filter(|name| !name.is_empty()))
    else {
        return Err(AddressError::new(format!(
            "Addresses of {host} name an owner and a repository."
        ))
        .help(format!("Write \"{host}/owner/repository\".")));
    };
    let name = name.strip_suffix(".git").unwrap_or(name);
    let dir = parts.next().map(|dir| format!("//{dir}")).unwrap_or_default();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Ok(format!("https://{host}/{owner}/{name}.git{dir}{query}"))
}

/// `git@host:path` as a URL.
fn scp(text: &str) -> Option<String> {
    let (user, rest) = text.split_once('@')?;
    let (host, path) = rest.split_once(':')?;
    let is_plain = |text: &str| {
        !text.is_empty() && !text.starts_with('-') && !text.contains(['/', '?', ' ', '@'])
    };
    (is_plain(user) && is_plain(host) && !path.is_empty())
        .then(|| format!("ssh://{user}@{host}/{}", path.trim_start_matches('/')))
}

/// Parameters for whoever fetches, and the location without them.
fn parameters(location: &Location) -> (Vec<Parameter>, Location) {
    const OWN: [&str; 5] = ["ref", "depth", "sshkey", "archive", "checksum"];
    let mut url: Url = location.url().clone();
    let (own, rest): (Vec<_>, Vec<_>) = location
        .url()
        .query_pairs()
        .map(|(name, value)| (EcoString::from(&*name), EcoString::from(&*value)))
        .partition(|(name, _)| OWN.contains(&name.as_str()));
    if !own.is_empty() {
        url.set_query(None);
        if !rest.is_empty() {
            url.query_pairs_mut().extend_pairs(&rest);
        }
    }
    (own, url.into())
}

fn git(location: Location, own: &[Parameter]) -> Result<Package, AddressError> {
    let value = |name: &str| own.iter().find(|(own, _)| own == name).map(|(_, value)| value);
    if value("sshkey").is_some() {
        return Err(AddressError::new("A private key does not belong in the address of a module.")
            .help("Let ssh-agent or ~/.ssh/config hold it."));
    }
    if let Some(depth) = value("depth")
        && depth.parse::<u32>().is_err()
    {
        return Err(AddressError::new(format!("The depth \"{depth}\" is not a number.")));
    }
    let reference = value("ref").filter(|reference| !reference.is_empty()).cloned();
    if let Some(reference) = &reference
        && !is_reference(reference)
    {
        return Err(AddressError::new(format!(
            "\"{reference}\" cannot be the name of a branch or tag, nor a commit."
        )));
    }
    let host = location.url().host_str().unwrap_or_default();
    if host.starts_with('-') || location.url().username().starts_with('-') {
        return Err(AddressError::new(format!("\"{host}\" is not a host name.")));
    }
    Ok(Package::Git(Git { location, reference }))
}

/// What git itself allows in names, as far as it could mean something else on a command line.
fn is_reference(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    !text.starts_with('-') && !text.contains("..") && !text.contains("@{") && !text.contains(odd)
}

/// A folder or an archive of this machine.
fn file(location: Location, own: &[Parameter]) -> Result<Package, AddressError> {
    let archive = Archive::new(location, own)?;
    if archive.format.is_some() {
        return Ok(Package::Archive(archive));
    }
    let path = archive.location.url().to_file_path().ok();
    path.and_then(|path| Utf8PathBuf::from_path_buf(path).ok())
        .map(Package::Folder)
        .ok_or_else(|| AddressError::new("The address names no file of this machine."))
}

fn unclear(text: &str, package: &str) -> AddressError {
    let package = if super::may_hold_secret(package) { "the address" } else { package };
    let error =
        AddressError::new(format!("It is not clear how to fetch a module from \"{package}\"."));
    if text.is_empty() || text.contains("::") || super::may_hold_secret(text) {
        error
    } else {
        error.help(format!("For a directory beside this file write \"./{text}\"."))
    }
}
