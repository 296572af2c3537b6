//! Git repositories, through the `git` program: one commit each, without the history where the server allows.

use std::process::Stdio;

use camino::Utf8Path;
use ecow::EcoString;
use tokio::process::Command;
use url::Url;

use super::{Kind, Problem};
use crate::config::package::Git;

/// Variables that would make git work on another repository, such as those that a hook runs with.
const FOREIGN: [&str; 6] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// Settings that hold whatever the user's own say.
const SETTINGS: [&str; 6] = [
    "core.autocrlf=false",
    "core.hooksPath=/dev/null",
    "protocol.ext.allow=never",
    "advice.detachedHead=false",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
];

/// Checks a commit out into an empty folder; answers which.
///
/// `commit` is the one that is wanted, where that is known already.
///
/// # Errors
/// Where there is no git, or it fails.
pub async fn check_out(
    repository: &Git,
    commit: Option<&str>,
    into: &Utf8Path,
) -> Result<EcoString, Problem> {
    let run = Repository { git: repository, folder: into };
    run.git(&["init", "--quiet", "--template="]).await?;
    let wanted = commit.or(repository.reference.as_deref());
    let found = run.fetch(wanted).await?;
    run.git(&["checkout", "--quiet", "--detach", &found]).await?;
    if into.join(".gitmodules").as_std_path().exists() {
        run.git(&["submodule", "--quiet", "update", "--init", "--recursive", "--depth", "1"])
            .await?;
    }
    Ok(run.git(&["rev-parse", "HEAD"]).await?.trim().into())
}

struct Repository<'a> {
    git: &'a Git,
    folder: &'a Utf8Path,
}

impl Repository<'_> {
    /// Fetches what is wanted; answers what git calls it then.
    async fn fetch(&self, wanted: Option<&str>) -> Result<String, Problem> {
        let url = self.address();
        let name = wanted.unwrap_or("HEAD");
        let shallow = ["fetch", "--quiet", "--no-tags", "--depth", "1", "--", url.as_str(), name];
        let Err(first) = self.git(&shallow).await else { return Ok("FETCH_HEAD".into()) };
        // Servers may keep single commits, short names of commits, or shallow copies to themselves.
        let worth_it = ["remote ref", "not our ref", "unadvertised", "shallow", "dumb http"];
        if !worth_it.iter().any(|words| first.detail.contains(words)) {
            return Err(first);
        }
        let all = [
            "fetch",
            "--quiet",
            "--",
            url.as_str(),
            "+refs/heads/*:refs/remotes/origin/*",
            "+refs/tags/*:refs/tags/*",
        ];
        self.git(&all).await?;
        for candidate in [name.to_owned(), format!("origin/{name}")] {
            let commit = format!("{candidate}^{{commit}}");
            if let Ok(id) =
                self.git(&["rev-parse", "--quiet", "--verify", "--end-of-options", &commit]).await
            {
                return Ok(id.trim().to_owned());
            }
        }
        Err(Problem::new(
            Kind::Download,
            format!("The repository has no branch, tag or commit \"{name}\"."),
        )
        .help("Check the ref. If the commit of the lock file was taken away there, run: terrace init -upgrade"))
    }

    /// The repository's URL without a password, which goes through the environment: every user sees command lines.
    fn address(&self) -> Url {
        let mut url = self.git.location.url().clone();
        if url.password().is_some() || matches!(url.scheme(), "http" | "https") {
            // What cannot have a name and a password has none.
            let _ = url.set_password(None);
            let _ = url.set_username("");
        }
        url
    }

    /// Runs git in the folder; answers what it prints.
    async fn git(&self, arguments: &[&str]) -> Result<String, Problem> {
        let mut command = Command::new("git");
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(arguments).current_dir(self.folder).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        if self.address() != *self.git.location.url() {
            // The address with its secret takes the place of the one without.
            let secret = format!("url.{}.insteadOf", self.git.location.url());
            command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", secret);
            command.env("GIT_CONFIG_VALUE_0", self.address().as_str());
        }
        let output = command.output().await.map_err(|error| missing(&error))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let detail =
            format!("git {} failed: {}", arguments[0], self.without_secrets(&words(&said)));
        let problem = Problem::new(Kind::Download, detail);
        Err(match help(&said) {
            Some(help) => problem.help(help),
            None => problem,
        })
    }

    fn without_secrets(&self, text: &str) -> String {
        let url = self.git.location.url();
        let mut text = text.to_owned();
        for secret in [url.password(), Some(url.username())].into_iter().flatten() {
            let decoded = percent_encoding::percent_decode_str(secret).decode_utf8_lossy();
            if !secret.is_empty() && secret != "git" {
                text = text.replace(secret, "***").replace(&*decoded, "***");
            }
        }
        text
    }
}

/// The lines of git's complaint that say something, as one.
fn words(said: &str) -> String {
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let telling: Vec<&str> = lines
        .filter(|line| !line.starts_with("hint:") && !line.starts_with("warning:"))
        .map(|line| line.trim_start_matches("fatal: ").trim_start_matches("error: "))
        .take(4)
        .collect();
    match telling.as_slice() {
        [] => "it said nothing.".to_owned(),
        lines => format!("{}.", lines.join("; ").trim_end_matches('.')),
    }
}

fn help(said: &str) -> Option<&'static str> {
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if has(&["terminal prompts disabled", "Authentication failed", "could not read Username"]) {
        Some(
            "The repository wants credentials: set up a credential helper of git, or use git::ssh://.",
        )
    } else if has(&["Permission denied (publickey", "Host key verification failed"]) {
        Some("Check with: ssh -T git@HOST")
    } else if has(&["remote ref", "did not match any"]) {
        Some("Check the ref: it is a branch, a tag or a commit.")
    } else {
        None
    }
}

fn missing(error: &std::io::Error) -> Problem {
    let problem = Problem::new(Kind::Download, format!("The program git cannot be run: {error}."));
    if error.kind() == std::io::ErrorKind::NotFound {
        problem.help("Install git, and make sure that it is on the PATH.")
    } else {
        problem
    }
}
