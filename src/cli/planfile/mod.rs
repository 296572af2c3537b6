//! Saved plans. A file holds what the plan was made from, the files of the configuration among it, so that applying makes
//! it again and compares, and the reports of it, so that showing it asks nobody.

mod essence;
mod format;

use std::collections::BTreeSet;

use ecow::EcoString;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::error::{CommandError, Kind};
use super::settings::{Cloud, PlanMode, Planning, Refresh};
use crate::base::{Digest, PhaseName, StackName};
use crate::plan::{Given, Origin, Outcome, Plan, VariableInput};
use crate::value::json::{from_json_as, to_json, type_from_json, type_to_json};
use crate::world::Snapshot;

pub use format::read;

/// A saved plan.
#[derive(Serialize, Deserialize)]
pub struct PlanFile {
    /// Whose plan it is.
    pub stack: StackName,
    /// For which phase.
    pub phase: Option<PhaseName>,
    /// When it was made.
    pub time: jiff::Timestamp,
    /// The seed of generated names.
    pub seed: u64,
    /// The cloud that it is for.
    pub cloud: String,
    /// What kind of plan it is.
    pub mode: String,
    /// Whether the live world was looked at.
    pub live: bool,
    /// `-target`
    pub targets: Vec<String>,
    /// `-exclude`
    pub excludes: Vec<String>,
    /// `-replace`
    pub replace: Vec<String>,
    /// Given values of variables, the weakest first; those of ephemeral ones are not kept.
    pub variables: Vec<Variable>,
    /// Ephemeral variables that were given a value.
    #[serde(default)]
    pub ephemeral: Vec<String>,
    /// The folder of the ledger, where the configuration names one.
    pub ledger: Option<String>,
    /// Every file that was read.
    pub files: Snapshot,
    /// What the plan does, to compare with.
    pub digests: Vec<(String, Digest)>,
    /// The plan in Terraform's JSON form.
    pub document: Json,
    /// The plan as people read it.
    pub text: String,
}

/// A given value of a variable.
#[derive(Serialize, Deserialize)]
pub struct Variable {
    name: String,
    origin: String,
    text: Option<String>,
    value: Option<(String, String)>,
}

impl Variable {
    fn of(input: &VariableInput) -> Option<Self> {
        let origin = match &input.origin {
            Origin::Environment => "environment".to_owned(),
            Origin::File(path) => format!("file:{path}"),
            Origin::Flag => "flag".to_owned(),
            Origin::Prompt | Origin::Test => "prompt".to_owned(),
        };
        let (text, value) = match &input.given {
            Given::Text(text) => (Some(text.clone()), None),
            Given::Value(value, _) => {
                let ty = value.ty();
                (None, Some((type_to_json(&ty), to_json(value, &ty)?)))
            }
        };
        Some(Self { name: input.name.to_string(), origin, text, value })
    }

    fn input(&self) -> Option<VariableInput> {
        let given = match (&self.text, &self.value) {
            (Some(text), _) => Given::Text(text.clone()),
            (None, Some((ty, value))) => {
                let ty = type_from_json(ty).ok()?;
                Given::Value(from_json_as(value, &ty).ok()?, None)
            }
            (None, None) => return None,
        };
        let origin = match self.origin.as_str() {
            "environment" => Origin::Environment,
            "flag" => Origin::Flag,
            "prompt" => Origin::Prompt,
            file => Origin::File(file.trim_start_matches("file:").to_owned()),
        };
        Some(VariableInput { name: self.name.as_str().into(), given, origin })
    }
}

/// What a plan is saved with beside its outcome.
pub struct Making<'a> {
    /// What was asked for.
    pub settings: &'a Planning,
    /// Given values of variables.
    pub variables: &'a [VariableInput],
    /// Names of variables whose values are not kept.
    pub ephemeral: &'a [EcoString],
    /// The folder of the ledger, where the configuration names one.
    pub ledger: Option<String>,
    /// Every file that was read.
    pub files: Snapshot,
    /// When it was made.
    pub time: jiff::Timestamp,
    /// The seed of generated names.
    pub seed: u64,
}

/// The names of variables, each once.
fn names<'a>(inputs: impl Iterator<Item = &'a VariableInput>) -> Vec<String> {
    let names: BTreeSet<&str> = inputs.map(|input| input.name.as_str()).collect();
    names.into_iter().map(str::to_owned).collect()
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// How a plan is reported.
pub struct Shown {
    /// In Terraform's JSON form.
    pub document: Json,
    /// As text.
    pub text: String,
}

impl PlanFile {
    /// A plan to be saved.
    #[must_use]
    pub fn new(outcome: &Outcome, making: Making<'_>, shown: Shown) -> Self {
        let settings = making.settings;
        let kept = |input: &&VariableInput| !making.ephemeral.contains(&input.name);
        Self {
            stack: outcome.plan.stack.clone(),
            phase: outcome.plan.phase.clone(),
            time: making.time,
            seed: making.seed,
            cloud: match settings.cloud {
                Cloud::Aws => "aws".to_owned(),
                Cloud::Sim => "sim".to_owned(),
            },
            mode: match settings.mode {
                PlanMode::Normal => "normal".to_owned(),
                PlanMode::Destroy => "destroy".to_owned(),
                PlanMode::RefreshOnly => "refresh-only".to_owned(),
            },
            live: settings.refresh == Refresh::Live,
            targets: settings.targets.clone(),
            excludes: settings.excludes.clone(),
            replace: settings.replace.clone(),
            variables: making.variables.iter().filter(kept).filter_map(Variable::of).collect(),
            ephemeral: names(making.variables.iter().filter(|input| !kept(input))),
            ledger: making.ledger,
            files: making.files,
            digests: essence::digests(&shown.document, &outcome.plan),
            document: shown.document,
            text: shown.text,
        }
    }

    /// The settings that make the same plan again, with those of the apply where they are its own business.
    #[must_use]
    pub fn settings(&self, mine: &Planning) -> Planning {
        let mut settings = mine.clone();
        settings.cloud = if self.cloud == "sim" { Cloud::Sim } else { Cloud::Aws };
        settings.mode = match self.mode.as_str() {
            "destroy" => PlanMode::Destroy,
            "refresh-only" => PlanMode::RefreshOnly,
            _ => PlanMode::Normal,
        };
        settings.refresh = if self.live { Refresh::Live } else { Refresh::Remembered };
        settings.targets.clone_from(&self.targets);
        settings.excludes.clone_from(&self.excludes);
        settings.replace.clone_from(&self.replace);
        settings.values.phase.clone_from(&self.phase);
        settings
    }

    /// The values that the plan was made with, and those that are given now to variables whose values are not kept.
    ///
    /// # Errors
    /// Where another value than the plan's is given to a variable on the command line, and where not the same ephemeral
    /// variables are given values as when the plan was made.
    pub fn variables_with(
        &self,
        given: &[VariableInput],
        ephemeral: &[EcoString],
    ) -> Result<Vec<VariableInput>, CommandError> {
        let mut variables: Vec<_> = self.variables.iter().filter_map(Variable::input).collect();
        let kept = |name: &EcoString| variables.iter().rev().find(|one| one.name == *name);
        let other = given.iter().find(|input| {
            let is_ours = input.origin == Origin::Flag && !ephemeral.contains(&input.name);
            is_ours && kept(&input.name).is_none_or(|kept| kept.given != input.given)
        });
        if let Some(input) = other {
            let detail = format!(
                "The plan was made with another value of \"{}\"; it is applied with the values that it was made with",
                input.name
            );
            let title = "Can't change variable when applying a saved plan";
            return Err(CommandError::say(Kind::Usage, title, detail)
                .hint("Leave the value out, or make a new plan with it"));
        }
        let again = given.iter().filter(|one| ephemeral.contains(&one.name));
        self.check_ephemeral(&names(again.clone()))?;
        variables.extend(again.cloned());
        Ok(variables)
    }

    /// Values of ephemeral variables are in no file: those that the plan was made with are needed again, and no others.
    fn check_ephemeral(&self, given: &[String]) -> Result<(), CommandError> {
        let only_in = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|name| !those.contains(name)).cloned().collect()
        };
        let missing = only_in(&self.ephemeral, given);
        if let Some(first) = missing.first() {
            let detail = format!(
                "Ephemeral variables are not kept in a plan. What was set when it was made has to be set again when \
                 it is applied: {}",
                quoted(&missing)
            );
            let hint = format!("terrace apply -var '{first}=…' PLAN, or TF_VAR_{first}");
            return Err(
                CommandError::say(Kind::Usage, "No value for required variable", detail).hint(hint)
            );
        }
        let added = only_in(given, &self.ephemeral);
        if !added.is_empty() {
            let detail = format!(
                "What was not set when the plan was made must not be set when it is applied: {}",
                quoted(&added)
            );
            let title = "Ephemeral variable was not set during planning";
            return Err(CommandError::say(Kind::Usage, title, detail)
                .hint("Leave the value out, or make a new plan with it"));
        }
        Ok(())
    }

    /// Addresses at which another plan does something else than this one.
    #[must_use]
    pub fn differences(&self, document: &Json, plan: &Plan) -> Vec<String> {
        let now = essence::digests(document, plan);
        let lacks = |all: &[(String, Digest)], one: &(String, Digest)| !all.contains(one);
        let mut names: Vec<String> = self
            .digests
            .iter()
            .filter(|one| lacks(&now, one))
            .chain(now.iter().filter(|one| lacks(&self.digests, one)))
            .map(|(name, _)| name.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }
}
