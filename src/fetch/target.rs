//! What is to be installed: calls that want the same package in the same version are one target.

use ecow::EcoString;

use super::{Event, Problem};
use crate::config::package::Package;
use crate::config::{Constraint, Lock, Locked, Version, Wanted, Wish};

/// A package with those who want it.
#[derive(Clone, Debug)]
pub struct Target {
    /// What is fetched.
    pub package: Package,
    /// Its address, without secrets.
    pub source: EcoString,
    /// The version, of a registry's module.
    pub version: Option<EcoString>,
    /// What the lock file has of it.
    pub locked: Option<Locked>,
    /// What the lock file will have it under.
    pub wishes: Vec<Wish>,
    /// The calls.
    pub wanted: Vec<Wanted>,
}

/// Puts calls that ask for the same together, in the order in which they are met.
pub fn group(wanted: Vec<Wanted>) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for call in wanted {
        let source = EcoString::from(call.address.package.to_string());
        let constraint = call.version.as_ref().map(|version| version.text.clone());
        let wish = Wish { package: source.clone(), constraint };
        if let Some(target) = targets.iter_mut().find(|target| target.wishes[0] == wish) {
            target.wanted.push(call);
            continue;
        }
        targets.push(Target {
            package: call.address.package.clone(),
            source,
            version: None,
            locked: None,
            wishes: vec![wish],
            wanted: vec![call],
        });
    }
    targets
}

/// Puts targets of one package in one version together.
pub fn merge(targets: Vec<Target>) -> Vec<Target> {
    let mut merged: Vec<Target> = Vec::new();
    for target in targets {
        let same =
            |other: &&mut Target| other.source == target.source && other.version == target.version;
        match merged.iter_mut().find(same) {
            Some(other) => {
                other.wishes.extend(target.wishes);
                other.wanted.extend(target.wanted);
                other.locked = other.locked.take().or(target.locked);
            }
            None => merged.push(target),
        }
    }
    merged
}

impl Target {
    /// What the lock file has of it: under the same constraint, or in a version that the constraint accepts too.
    pub fn locked_in(&self, lock: &Lock) -> Option<Locked> {
        let wish = &self.wishes[0];
        if let Some(locked) = lock.packages.get(wish) {
            return Some(locked.clone()).filter(|locked| self.accepts(locked));
        }
        let same = lock.packages.iter().filter(|(other, _)| other.package == wish.package);
        let mut accepted: Vec<_> =
            same.map(|(_, locked)| locked).filter(|locked| self.accepts(locked)).collect();
        let version = |locked: &&Locked| locked.version.as_deref().and_then(Version::parse);
        accepted.sort_by(|a, b| match (version(a), version(b)) {
            (Some(a), Some(b)) => a.compare(&b),
            _ => std::cmp::Ordering::Equal,
        });
        accepted.last().map(|locked| (*locked).clone())
    }

    /// Whether the constraint selects a locked version; a hand-edited lock file may say anything.
    fn accepts(&self, locked: &Locked) -> bool {
        let Package::Registry(_) = self.package else { return locked.version.is_none() };
        let constraint = self.wishes[0].constraint.as_deref().and_then(Constraint::parse);
        match (locked.version.as_deref().and_then(Version::parse), constraint) {
            (Some(version), Some(constraint)) => constraint.selects(&version),
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// What is fetched, and for which call: the first.
    pub fn announcement(&self) -> Event {
        let version =
            self.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        Event::Downloading { what: format!("{}{version}", self.source), key: self.key().clone() }
    }

    /// The first call.
    pub fn key(&self) -> &EcoString {
        &self.wanted[0].key
    }

    /// A problem with it, shown at the first call.
    pub fn diagnose(&self, problem: &Problem) -> crate::diag::Diagnostic {
        let what = match &self.version {
            Some(version) => format!("{} {version}", self.source),
            None => self.source.to_string(),
        };
        let subject = format!("Module \"{}\" is wanted from \"{what}\". ", self.key());
        problem.diagnose(&subject).at(self.wanted[0].span)
    }
}
