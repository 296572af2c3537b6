//! What is done to an object, in the words of Terraform's progress lines.

use crate::engine::EphemeralAction;
use crate::plan::Action;

/// What is being done: `Creating`.
pub(super) const fn doing(action: Action) -> &'static str {
    match action {
        Action::Create => "Creating",
        Action::Read => "Reading",
        Action::Update => "Modifying",
        Action::Delete => "Destroying",
        Action::Forget => "Forgetting",
        Action::NoOp => "Adopting",
    }
}

/// What is complete, or failed: `Creation`.
pub(super) const fn noun(action: Action) -> &'static str {
    match action {
        Action::Create => "Creation",
        Action::Read => "Read",
        Action::Update => "Modifications",
        Action::Delete => "Destruction",
        Action::Forget => "Forgetting",
        Action::NoOp => "Adoption",
    }
}

/// What is done with an ephemeral resource: `Opening`.
pub(super) const fn opening(action: EphemeralAction) -> &'static str {
    match action {
        EphemeralAction::Open => "Opening",
        EphemeralAction::Close => "Closing",
    }
}
