//! Addresses in module registries: `namespace/name/provider`.

use std::fmt;

use ecow::EcoString;

use super::{Address, AddressError, Package, Subdir, subdir};

/// The registry of addresses that name none.
pub const DEFAULT_HOST: &str = "registry.terraform.io";

/// Hosts that are addressed directly and have no registry.
const NOT_REGISTRIES: [&str; 3] = ["github.com", "bitbucket.org", "gitlab.com"];

/// A module of a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Registry {
    /// The registry's host, in lower case, with a port where it has one of its own.
    pub host: EcoString,
    /// Who publishes it.
    pub namespace: EcoString,
    /// Its name.
    pub name: EcoString,
    /// The provider that it is for.
    pub provider: EcoString,
}

impl Registry {
    /// `namespace/name/provider`, as the registry's own paths have it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}/{}", self.namespace, self.name, self.provider)
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.path())
    }
}

pub(super) fn parse(text: &str) -> Result<Address, AddressError> {
    let (package, subdir) = subdir::split(text);
    let parts: Vec<&str> = package.split('/').collect();
    let (host, [namespace, name, provider]) = match *parts.as_slice() {
        [namespace, name, provider] => (DEFAULT_HOST, [namespace, name, provider]),
        [host, namespace, name, provider] => (host, [namespace, name, provider]),
        _ => {
            return Err(AddressError::new(
                "A registry address has three parts, namespace/name/provider, with the registry's host before them or not.",
            ));
        }
    };
    if !is_host(host) {
        return Err(AddressError::new(format!("\"{host}\" is not the host name of a registry.")));
    }
    let host = host.to_ascii_lowercase();
    if NOT_REGISTRIES.contains(&host.as_str()) {
        return Err(AddressError::new(format!(
            "{host} is not a registry: its repositories are addressed directly."
        ))
        .help(format!("For a repository write \"git::https://{host}/…\".")));
    }
    for (part, what) in [(namespace, "namespace"), (name, "module name")] {
        if !is_name(part) {
            return Err(AddressError::new(format!(
                "\"{part}\" is not a {what}: up to 64 letters, digits, dashes and underscores, neither of these two \
                 at the ends."
            )));
        }
    }
    if !is_provider(provider) {
        return Err(AddressError::new(format!(
            "\"{provider}\" is not a provider: up to 64 lower-case letters and digits."
        )));
    }
    let registry = Registry {
        host: host.into(),
        namespace: namespace.into(),
        name: name.into(),
        provider: provider.into(),
    };
    Ok(Address { package: Package::Registry(registry), subdir: Subdir::parse(&subdir)? })
}

/// Whether a text has the form of a registry address, so that what is wrong with it is worth telling.
pub(super) fn is_meant(text: &str) -> bool {
    let (package, _) = subdir::split(text);
    let parts: Vec<&str> = package.split('/').collect();
    match *parts.as_slice() {
        [namespace, name, provider] => is_name(namespace) && is_name(name) && is_provider(provider),
        [host, namespace, name, provider] => {
            is_host(host)
                && !NOT_REGISTRIES.contains(&host)
                && is_name(namespace)
                && is_name(name)
                && is_provider(provider)
        }
        _ => false,
    }
}

fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    name.contains('.')
        && name.split('.').all(is_label)
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let outer = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= 64
        && text.chars().all(inner)
        && outer(text.chars().next())
        && outer(text.chars().next_back())
}

fn is_provider(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
