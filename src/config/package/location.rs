//! URLs that may hold secrets: shown without them.

use std::fmt;

use url::Url;

/// Query parameters whose values are no secrets.
const OPEN: [&str; 6] = ["ref", "depth", "archive", "checksum", "filename", "version"];
const HIDDEN: &str = "***";

/// A URL. `Display` and `Debug` leave out the password and every parameter that may be a secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location(Url);

impl Location {
    /// Reads a URL.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Url::parse(text).ok().map(Self)
    }

    /// The URL with its secrets, for whoever fetches it.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.0
    }

    /// The place that a text means, which may be relative to this one.
    #[must_use]
    pub fn join(&self, text: &str) -> Option<Self> {
        self.0.join(text).ok().map(Self)
    }
}

impl From<Url> for Location {
    fn from(url: Url) -> Self {
        Self(url)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.0.clone();
        if url.password().is_some() {
            // URLs that cannot have a password have none.
            let _ = url.set_password(Some(HIDDEN));
        } else if matches!(url.scheme(), "http" | "https") && !url.username().is_empty() {
            // A name alone is how tokens are passed.
            let _ = url.set_username(HIDDEN);
        }
        let query = url.query().map(open_query);
        url.set_query(None);
        url.set_fragment(None);
        f.write_str(url.as_str())?;
        query.map_or(Ok(()), |query| write!(f, "?{query}"))
    }
}

/// The query with the values that may be secrets hidden.
fn open_query(query: &str) -> String {
    let parts = query.split('&').map(|part| match part.split_once('=') {
        Some((name, _)) if !OPEN.contains(&name) => format!("{name}={HIDDEN}"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
