//! The steps of a plan as people think of them: the two steps of a replacement are one change.

use ecow::EcoString;

use crate::base::Address;
use crate::plan::{Action, Plan, Reason, Step};
use crate::value::{AttrPath, Value};

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// It is made.
    Create,
    /// It is looked at.
    Read,
    /// It is changed in place.
    Update,
    /// It is deleted.
    Delete,
    /// It is deleted, then made anew.
    DeleteThenCreate,
    /// It is made anew, then the old one is deleted.
    CreateThenDelete,
    /// It is no longer owned.
    Forget,
    /// Nothing.
    NoOp,
}

impl Verb {
    /// The sign in front of it.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Create => "+",
            Self::Read => "<=",
            Self::Update => "~",
            Self::Delete => "-",
            Self::DeleteThenCreate => "-/+",
            Self::CreateThenDelete => "+/-",
            Self::Forget => ".",
            Self::NoOp => " ",
        }
    }

    /// Whether the object is replaced.
    #[must_use]
    pub const fn is_replacement(self) -> bool {
        matches!(self, Self::DeleteThenCreate | Self::CreateThenDelete)
    }

    /// Terraform's list of actions.
    #[must_use]
    pub const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Create => &["create"],
            Self::Read => &["read"],
            Self::Update => &["update"],
            Self::Delete => &["delete"],
            Self::DeleteThenCreate => &["delete", "create"],
            Self::CreateThenDelete => &["create", "delete"],
            Self::Forget => &["forget"],
            Self::NoOp => &["no-op"],
        }
    }
}

/// One change of one object.
pub struct Change<'a> {
    /// What happens.
    pub verb: Verb,
    /// The step that tells most about it: of a replacement, the one that creates.
    pub step: &'a Step,
    /// Of a replacement, the step that deletes.
    pub old: Option<&'a Step>,
}

impl<'a> Change<'a> {
    /// Whose object it is.
    #[must_use]
    pub const fn address(&self) -> &'a Address {
        &self.step.address
    }

    /// The value that is there now.
    #[must_use]
    pub fn before(&self) -> Option<&'a Value> {
        match self.verb {
            Verb::Create | Verb::Read => None,
            _ => self.old.and_then(|old| old.prior.as_ref()).or(self.step.prior.as_ref()),
        }
    }

    /// The value that will be there.
    #[must_use]
    pub const fn after(&self) -> Option<&'a Value> {
        match self.verb {
            Verb::Delete | Verb::Forget => None,
            _ => self.step.planned.as_ref(),
        }
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match (self.step.reason, self.old) {
            (Reason::None, Some(old)) => old.reason,
            (reason, _) => reason,
        }
    }

    /// The attributes that force a replacement.
    #[must_use]
    pub fn replace_paths(&self) -> &'a [AttrPath] {
        match self.old {
            Some(old) if self.step.replace_paths.is_empty() => &old.replace_paths,
            _ => &self.step.replace_paths,
        }
    }

    /// What will decide an attribute that is not known yet.
    #[must_use]
    pub fn decided_by(&self, path: &AttrPath) -> Option<&'a EcoString> {
        let path = path.to_string();
        let decided = self.step.unknown.iter().find(|(name, _)| *name == path.as_str());
        decided.map(|(_, by)| by)
    }

    /// Whether there is anything to tell.
    #[must_use]
    pub fn is_notable(&self) -> bool {
        self.verb != Verb::NoOp || self.step.moved_from.is_some() || self.step.importing.is_some()
    }
}

/// The changes of a plan, by address.
#[must_use]
pub fn changes(plan: &Plan) -> Vec<Change<'_>> {
    let mut changes: Vec<Change<'_>> =
        plan.steps.iter().filter_map(|step| change(plan, step)).collect();
    changes.sort_by(|a, b| {
        (a.address(), a.step.deposed, a.step.id).cmp(&(b.address(), b.step.deposed, b.step.id))
    });
    changes
}

fn change<'a>(plan: &'a Plan, step: &'a Step) -> Option<Change<'a>> {
    let alone = |verb| Some(Change { verb, step, old: None });
    let other = step.replaces.and_then(|id| plan.step(id));
    match (step.action, other) {
        (Action::Create, Some(old)) => {
            let verb =
                if old.id < step.id { Verb::DeleteThenCreate } else { Verb::CreateThenDelete };
            Some(Change { verb, step, old: Some(old) })
        }
        // Told together with the step that creates.
        (Action::Delete, Some(_)) => None,
        (Action::Create, None) => alone(Verb::Create),
        (Action::Read, _) => alone(Verb::Read),
        (Action::Update, _) => alone(Verb::Update),
        (Action::Delete, None) => alone(Verb::Delete),
        (Action::Forget, _) => alone(Verb::Forget),
        (Action::NoOp, _) => alone(Verb::NoOp),
    }
}
