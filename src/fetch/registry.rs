//! Module registries: where their service is, which versions they have, and where one is to be had.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::http::{Answer, Http, Token};
use super::{Kind, Problem, page};
use crate::config::package::{Address, Location, Registry};
use crate::config::{Constraint, Version};

/// Bytes that a registry's answers may have.
const MOST: u64 = 16 << 20;

/// Answers that were had, by what was asked, so that nothing is asked twice.
type Answers<T> = Mutex<BTreeMap<String, Arc<OnceCell<Result<T, Problem>>>>>;

/// The registries of the world.
pub struct Registries {
    tokens: BTreeMap<String, Token>,
    /// Services that are known without asking.
    known: BTreeMap<String, Location>,
    services: Answers<Location>,
    versions: Answers<Vec<Version>>,
}

#[derive(Deserialize)]
struct Versions {
    modules: Vec<VersionsOfModule>,
}

#[derive(Deserialize)]
struct VersionsOfModule {
    #[serde(default)]
    versions: Vec<OneVersion>,
}

#[derive(Deserialize)]
struct OneVersion {
    version: String,
}

/// What some registries write in place of the header.
#[derive(Deserialize)]
struct Download {
    location: String,
}

impl Registries {
    /// Registries that are asked with these tokens, and not asked where their services are known.
    pub fn new(tokens: BTreeMap<String, Token>, known: BTreeMap<String, Location>) -> Self {
        Self { tokens, known, services: Mutex::default(), versions: Mutex::default() }
    }

    /// Every version of a module that its registry has. What is no version is left out.
    ///
    /// # Errors
    /// Where the registry does not answer, or has no such module.
    pub async fn versions(&self, http: &Http, module: &Registry) -> Result<Vec<Version>, Problem> {
        once(&self.versions, module.to_string(), self.ask_versions(http, module)).await
    }

    async fn ask_versions(&self, http: &Http, module: &Registry) -> Result<Vec<Version>, Problem> {
        let at = self.endpoint(http, module, "versions").await?;
        let answer = self.ask(http, module, &at).await?;
        let bytes = success(answer, module)?.bytes(MOST).await?;
        let listed: Versions = serde_json::from_slice(&bytes).map_err(|error| {
            failed(format!("{at} does not answer as a module registry does: {error}."))
        })?;
        let all = listed.modules.into_iter().flat_map(|module| module.versions);
        Ok(all.filter_map(|one| Version::parse(&one.version)).collect())
    }

    /// Where a version of a module is to be had.
    ///
    /// # Errors
    /// Where the registry does not say.
    pub async fn download(
        &self,
        http: &Http,
        module: &Registry,
        version: &str,
    ) -> Result<Address, Problem> {
        let at = self.endpoint(http, module, &format!("{version}/download")).await?;
        let answer = success(self.ask(http, module, &at).await?, module)?;
        let from = answer.location.clone();
        let header =
            answer.headers.get(page::HEADER).map(|value| value.to_str().map(str::to_owned));
        let text = match header {
            Some(Ok(text)) => text,
            Some(Err(_)) => String::new(),
            None => {
                let bytes = answer.bytes(MOST).await?;
                serde_json::from_slice(&bytes)
                    .map_or_else(|_| String::new(), |Download { location }| location)
            }
        };
        if text.is_empty() {
            return Err(failed(format!("{from} does not say where the module is.")));
        }
        linked(&from, &text)
    }

    /// A path of the service that has a module.
    async fn endpoint(
        &self,
        http: &Http,
        module: &Registry,
        path: &str,
    ) -> Result<Location, Problem> {
        let service = match self.known.get(module.host.as_str()) {
            Some(service) => service.clone(),
            None => {
                once(&self.services, module.host.to_string(), self.discover(http, &module.host))
                    .await?
            }
        };
        let path = format!("{}/{path}", module.path());
        service.join(&path).ok_or_else(|| failed(format!("{service} is no address of a service.")))
    }

    /// Asks a host where its module registry is.
    async fn discover(&self, http: &Http, host: &str) -> Result<Location, Problem> {
        let text = format!("https://{host}/.well-known/terraform.json");
        let at = Location::parse(&text).ok_or_else(|| failed(format!("{host} is no host.")))?;
        let answer = http
            .get(&at, self.tokens.get(host))
            .await
            .map_err(|problem| problem.of(Kind::Registry))?;
        let has_none = || {
            failed(format!("The host {host} does not provide a module registry."))
                .help("Check the address. For a repository write \"git::https://…\".")
        };
        if answer.status == StatusCode::NOT_FOUND {
            return Err(has_none());
        }
        if !answer.status.is_success() {
            return Err(failed(format!("{at} answers {}.", answer.status)));
        }
        let is_json = answer
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let from = answer.location.clone();
        let bytes = answer.bytes(1 << 20).await?;
        let services: serde_json::Value = match serde_json::from_slice(&bytes) {
            Ok(services) if is_json => services,
            _ => {
                return Err(failed(format!(
                    "{from} does not describe the services of the host in JSON."
                )));
            }
        };
        let service = services.get("modules.v1").and_then(serde_json::Value::as_str);
        let service = service.ok_or_else(has_none)?;
        // Paths are read against it, so it has to be a folder.
        let folder =
            if service.ends_with('/') { service.to_owned() } else { format!("{service}/") };
        from.join(&folder)
            .ok_or_else(|| failed(format!("{from} names no web address: \"{service}\".")))
    }

    async fn ask(&self, http: &Http, module: &Registry, at: &Location) -> Result<Answer, Problem> {
        let token = self.tokens.get(module.host.as_str());
        http.get(at, token).await.map_err(|problem| problem.of(Kind::Registry))
    }
}

/// The answer to a question, which is asked once.
async fn once<T: Clone>(
    answers: &Answers<T>,
    question: String,
    ask: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let cell =
        answers.lock().unwrap_or_else(PoisonError::into_inner).entry(question).or_default().clone();
    cell.get_or_init(|| Box::pin(ask)).await.clone()
}

/// The answer, if it is one.
fn success(answer: Answer, module: &Registry) -> Result<Answer, Problem> {
    match answer.status {
        status if status.is_success() => Ok(answer),
        StatusCode::NOT_FOUND => Err(failed(format!(
            "The registry {} has no module {}, or no such version of it.",
            module.host,
            module.path()
        ))
        .help("Check the address. A private module wants a token.")),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            let variable = token_variable(&module.host);
            Err(failed(format!("The registry {} refuses: {}.", module.host, answer.status))
                .help(format!("Set a token that may read the module: {variable}.")))
        }
        status => Err(failed(format!("{} answers {status}.", answer.location))),
    }
}

/// The variable of the environment that holds the token of a host.
fn token_variable(host: &str) -> String {
    let name = host.split(':').next().unwrap_or(host);
    format!("TF_TOKEN_{}", name.replace('-', "__").replace('.', "_"))
}

/// The address that an answer leads to. A host elsewhere has no say over this machine's files.
pub(super) fn linked(from: &Location, text: &str) -> Result<Address, Problem> {
    let is_relative = ["/", "./", "../"].iter().any(|start| text.starts_with(start));
    let joined = is_relative.then(|| from.join(text)).flatten();
    let text = joined.map_or_else(|| text.to_owned(), |place| place.url().to_string());
    let address = Address::parse(&text).map_err(|error| {
        failed(format!("{from} leads to something that cannot be fetched. {error}"))
    })?;
    if is_here(&address) {
        return Err(Problem::new(Kind::Unsafe, format!("{from} leads to a file of this machine.")));
    }
    Ok(address)
}

fn is_here(address: &Address) -> bool {
    use crate::config::package::Package;
    match &address.package {
        Package::Folder(_) => true,
        Package::Git(git) => git.location.url().scheme() == "file",
        Package::Archive(archive) => archive.location.url().scheme() == "file",
        Package::Registry(_) => false,
    }
}

/// The newest version that a constraint selects.
///
/// # Errors
/// Where there is none.
pub(super) fn newest<'v>(
    versions: &'v [Version],
    constraint: Option<&str>,
    module: &Registry,
) -> Result<&'v Version, Problem> {
    let parsed = constraint.and_then(Constraint::parse);
    let selects = |version: &&Version| match &parsed {
        Some(constraint) => constraint.selects(version),
        None => !version.is_prerelease(),
    };
    let newest =
        |candidates: &mut dyn Iterator<Item = &'v Version>| candidates.max_by(|a, b| a.compare(b));
    if let Some(found) = newest(&mut versions.iter().filter(selects)) {
        return Ok(found);
    }
    let released = newest(&mut versions.iter().filter(|version| !version.is_prerelease()));
    let detail = match released.or_else(|| newest(&mut versions.iter())) {
        None => format!("{} has no versions of {}.", module.host, module.path()),
        Some(newest) => format!(
            "There is no available version of module \"{module}\" which matches the given version constraint{}. The \
             newest available version is {newest}.",
            constraint.map(|text| format!(" \"{text}\"")).unwrap_or_default()
        ),
    };
    Err(Problem::new(Kind::Version, detail))
}

fn failed(detail: String) -> Problem {
    Problem::new(Kind::Registry, detail)
}
