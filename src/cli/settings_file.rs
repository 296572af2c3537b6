//! The user's own settings file: where modules are fetched from, and with which tokens. Terraform's is read for the
//! tokens that it holds.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::context::Context;
use super::env::{self, Environment};
use super::error::{CommandError, Kind};
use crate::base::duration;
use crate::config::package::Location;
use crate::config::{constant_text, constant_truth};
use crate::diag::{Diagnostics, Severity, SourceMap};
use crate::fetch::{Settings, Token};
use crate::syntax::ast::{Attribute, Block, Body, Expr, ExprKind, ObjectKey};
use crate::world::Files;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// What is not understood in it is an error.
    Terrace,
    /// Most of it means nothing here.
    Terraform,
}

/// What `terraform login` writes.
#[derive(Deserialize)]
struct Login {
    #[serde(default)]
    credentials: std::collections::BTreeMap<String, LoginToken>,
}

#[derive(Deserialize)]
struct LoginToken {
    token: Option<String>,
}

/// How modules are fetched: as the settings files say, then the environment.
///
/// # Errors
/// Where a file cannot be read or understood.
pub fn read(context: &Context) -> Result<Settings, CommandError> {
    let (files, environment) = (&*context.world.files, &context.environment);
    let mut settings = Settings::default();
    let home = environment.value(&env::HOME).map(Utf8Path::new);
    if let Some(home) = home {
        login(files, &home.join(".terraform.d/credentials.tfrc.json"), &mut settings);
    }
    let theirs = environment
        .value(&env::TF_CLI_CONFIG_FILE)
        .map(Utf8PathBuf::from)
        .or_else(|| Some(home?.join(".terraformrc")));
    if let Some(path) = theirs {
        file(files, &path, Owner::Terraform, environment, &mut settings)?;
    }
    let named = environment.value(&env::TERRACE_CONFIG).map(Utf8PathBuf::from);
    if let Some(path) = &named
        && !matches!(files.kind(path), Ok(Some(_)))
    {
        let detail = format!("TERRACE_CONFIG names {path}, which is not there");
        return Err(CommandError::say(Kind::File, "The settings file is missing", detail));
    }
    let own = named.or_else(|| {
        let folder = environment.value(&env::XDG_CONFIG_HOME).map(Utf8PathBuf::from);
        Some(folder.or_else(|| Some(home?.join(".config")))?.join("terrace/settings.hcl"))
    });
    if let Some(path) = own {
        file(files, &path, Owner::Terrace, environment, &mut settings)?;
    }
    for (host, token) in environment.tokens() {
        settings.tokens.insert(host.to_ascii_lowercase(), Token::new(token));
    }
    Ok(settings)
}

/// Tokens that `terraform login` wrote; anything else there is no business of ours.
fn login(files: &dyn Files, path: &Utf8Path, settings: &mut Settings) {
    let Ok(bytes) = files.read(path) else { return };
    let Ok(login) = serde_json::from_slice::<Login>(&bytes) else { return };
    for (host, LoginToken { token }) in login.credentials {
        if let Some(token) = token {
            settings.tokens.insert(host.to_ascii_lowercase(), Token::new(token));
        }
    }
}

/// Reads one file, which may be missing. Its lines are not shown: they may hold tokens.
fn file(
    files: &dyn Files,
    path: &Utf8Path,
    owner: Owner,
    environment: &Environment,
    settings: &mut Settings,
) -> Result<(), CommandError> {
    if matches!(files.kind(path), Ok(None)) {
        return Ok(());
    }
    let wrong = |error: anyhow::Error| {
        let error = error.context(path.to_string());
        CommandError::new(Kind::File, "The settings file cannot be used", error)
    };
    let bytes = files.read(path).map_err(|error| wrong(error.into()))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong(anyhow::anyhow!("it is not UTF-8")))?;
    let mut sources = SourceMap::default();
    let id = sources.add(path.as_str(), text.as_str());
    let (body, mut problems) = crate::syntax::parse_file(&text, id);
    let mut reader = Reader { owner, environment, settings, problems: Diagnostics::none() };
    reader.body(body);
    problems.extend(reader.problems);
    match problems.iter().find(|problem| problem.severity == Severity::Error) {
        None => Ok(()),
        Some(problem) => {
            let line = problem
                .subject
                .and_then(|span| Some(sources.file(span.file)?.locate(span.start).line));
            let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            Err(wrong(anyhow::anyhow!("{line}{}", problem.detail)))
        }
    }
}

struct Reader<'a> {
    owner: Owner,
    environment: &'a Environment,
    settings: &'a mut Settings,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn body(&mut self, body: Body) {
        for attribute in &body.attributes {
            self.unknown(
                &format!("There is no setting \"{}\".", attribute.name.name),
                attribute.name.span,
            );
        }
        for block in body.blocks {
            let label = block.labels.first().map(|label| label.text.to_ascii_lowercase());
            match (block.ident.name.as_str(), label) {
                ("modules", None) if self.owner == Owner::Terrace => self.modules(&block),
                ("credentials", Some(host)) => self.credentials(&host, &block),
                ("host", Some(host)) => self.host(&host, &block),
                (name, _) => self
                    .unknown(&format!("There is no block \"{name}\" of this form."), block.header),
            }
        }
    }

    fn modules(&mut self, block: &Block) {
        for attribute in &block.body.attributes {
            match attribute.name.name.as_str() {
                "mirror" => {
                    if let Some(path) = constant_text(&attribute.expr, &mut self.problems) {
                        self.settings.mirror = Some(self.path(&path));
                        // Whoever has a mirror means it, unless they say otherwise.
                        self.settings.direct = self.settings.direct && has(block, "direct");
                    }
                }
                "direct" => {
                    if let Some(direct) = constant_truth(&attribute.expr, &mut self.problems) {
                        self.settings.direct = direct;
                    }
                }
                "timeout" => self.timeout(attribute),
                name => self.unknown(
                    &format!("The block modules has no argument \"{name}\"."),
                    attribute.name.span,
                ),
            }
        }
    }

    fn timeout(&mut self, attribute: &Attribute) {
        let Some(text) = constant_text(&attribute.expr, &mut self.problems) else { return };
        match duration(&text).filter(|timeout| !timeout.is_zero()) {
            Some(timeout) => self.settings.timeout = timeout,
            None => {
                let detail = format!("\"{text}\" is no duration; write 30s or 5m.");
                self.problem(&detail, attribute.expr.span);
            }
        }
    }

    /// A path, in which `~/` stands for the user's folder.
    fn path(&self, text: &str) -> Utf8PathBuf {
        match (text.strip_prefix("~/"), self.environment.value(&env::HOME)) {
            (Some(rest), Some(home)) => Utf8Path::new(home).join(rest),
            _ => text.into(),
        }
    }

    fn credentials(&mut self, host: &str, block: &Block) {
        for attribute in &block.body.attributes {
            if attribute.name.name != "token" {
                let detail =
                    format!("The block credentials has no argument \"{}\".", attribute.name.name);
                self.unknown(&detail, attribute.name.span);
            } else if let Some(token) = constant_text(&attribute.expr, &mut self.problems) {
                self.settings.tokens.insert(host.to_owned(), Token::new(token.as_str()));
            }
        }
    }

    fn host(&mut self, host: &str, block: &Block) {
        for attribute in &block.body.attributes {
            let ExprKind::Object(services) = &attribute.expr.kind else {
                self.unknown("The services of a host are an object.", attribute.expr.span);
                continue;
            };
            for service in services.iter().filter(|service| is_modules(&service.key)) {
                self.service(host, &service.value);
            }
        }
    }

    fn service(&mut self, host: &str, value: &Expr) {
        let Some(text) = constant_text(value, &mut self.problems) else { return };
        let folder = if text.ends_with('/') { text.to_string() } else { format!("{text}/") };
        match Location::parse(&folder)
            .filter(|place| matches!(place.url().scheme(), "http" | "https"))
        {
            Some(place) => drop(self.settings.registries.insert(host.to_owned(), place)),
            None => self.problem("The service modules.v1 is a web address.", value.span),
        }
    }

    /// Something that means nothing here.
    fn unknown(&mut self, detail: &str, at: crate::diag::Span) {
        if self.owner == Owner::Terrace {
            self.problem(detail, at);
        }
    }

    fn problem(&mut self, detail: &str, at: crate::diag::Span) {
        self.problems.push(crate::diag::Diagnostic::error(1002, "Invalid setting", detail).at(at));
    }
}

fn has(block: &Block, name: &str) -> bool {
    block.body.attributes.iter().any(|attribute| attribute.name.name == name)
}

/// Whether a key is `"modules.v1"`.
fn is_modules(key: &ObjectKey) -> bool {
    let mut ignored = Diagnostics::none();
    match key {
        ObjectKey::Name(name) => name.name == "modules.v1",
        ObjectKey::Expr(expr) => {
            constant_text(expr, &mut ignored).is_some_and(|key| key == "modules.v1")
        }
    }
}
