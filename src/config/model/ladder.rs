//! What terrace adds to the language: `stack`, `phase` and `migration` blocks.

use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;

use super::{Declarations, Target};
use crate::base::{PhaseName, StackName};
use crate::diag::Span;
use crate::syntax::ast::{Attribute, Body, Expr};

/// A `stack` block, or what holds without one.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// Its label, or the folder's name.
    pub name: StackName,
    /// `ledger`; none means the local one.
    pub ledger: Option<Ledger>,
    /// The head of the block; none where there is none.
    pub span: Option<Span>,
}

/// A `ledger` block: where the record beside AWS is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// `local` or `s3`.
    pub kind: EcoString,
    /// Its settings: constant arguments.
    pub body: Body,
    /// The head of the block.
    pub span: Span,
}

/// The phases of a stack in order, the bottom first; empty for a plain module.
pub type Ladder = IndexMap<PhaseName, Phase>;

/// A `phase` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Its name.
    pub name: PhaseName,
    /// The phase below; none for the bottom of the ladder.
    pub after: Option<PhaseName>,
    /// The phase whose blocks it takes over.
    pub extends: Option<PhaseName>,
    /// What it does not take over of that phase.
    pub drop: Vec<(Target, Span)>,
    /// What it says about itself.
    pub description: Option<EcoString>,
    /// The load that it is built for: `users`, `requests_per_second`.
    pub serves: IndexMap<EcoString, Attribute>,
    /// Values that take the place of variables' defaults.
    pub variables: IndexMap<EcoString, Attribute>,
    /// Its own blocks.
    pub blocks: Arc<Declarations>,
    /// The head of the block.
    pub span: Span,
}

/// A `migration` block: how to go from one phase to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Migration {
    /// The phase that it leaves.
    pub from: PhaseName,
    /// The phase that it goes to.
    pub to: PhaseName,
    /// `shift`: how traffic moves.
    pub shift: Option<Shift>,
    /// `step` blocks in order.
    pub steps: Vec<MigrationStep>,
    /// `gate` blocks in order.
    pub gates: Vec<Gate>,
    /// `soak`: how long alarms must stay quiet.
    pub soak: Option<Soak>,
    /// The first label.
    pub from_span: Span,
    /// The second label.
    pub to_span: Span,
    /// The head of the block.
    pub span: Span,
}

/// How traffic moves in the cutover.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// Percentages of traffic on the new phase, one step after the other.
    pub weights: Option<Expr>,
    /// How long each step is watched: `"2m"`.
    pub interval: Option<Expr>,
    /// Alarms that turn the traffic back.
    pub abort_on: Option<Expr>,
    /// The head of the block.
    pub span: Span,
}

/// A step of the author's own within a migration.
#[derive(Clone, Debug, PartialEq)]
pub struct MigrationStep {
    /// Its name.
    pub name: EcoString,
    /// The stage that it belongs to.
    pub stage: EcoString,
    /// Program and arguments, no shell.
    pub run: Expr,
    /// What takes it back.
    pub undo: Option<Expr>,
    /// What tells whether it is done.
    pub verify: Option<Expr>,
    /// Environment variables.
    pub env: IndexMap<EcoString, Attribute>,
    /// The folder it runs in.
    pub working_dir: Option<Expr>,
    /// How long it may take.
    pub timeout: Option<Expr>,
    /// How often it is tried again.
    pub retries: Option<Expr>,
    /// Names of steps that come before.
    pub after: Vec<(EcoString, Span)>,
    /// The head of the block.
    pub span: Span,
}

/// A condition for going on to a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Its name.
    pub name: EcoString,
    /// The stage that it stands before.
    pub before: EcoString,
    /// Somebody has to say yes.
    pub approval: bool,
    /// Alarms that must be quiet.
    pub alarms: Option<Expr>,
    /// Program and arguments that must succeed.
    pub run: Option<Expr>,
    /// The head of the block.
    pub span: Span,
}

/// How long alarms must stay quiet before what the old phase used is deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Soak {
    /// `"30m"`
    pub duration: Option<Expr>,
    /// The alarms.
    pub alarms: Option<Expr>,
    /// The head of the block.
    pub span: Span,
}
