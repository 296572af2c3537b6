//! Saved plans. A file holds what the plan was made from, so that applying makes it again and compares, and the reports
//! of it, so that showing it asks nobody. All of that is sealed with the ledger's key: it may hold secrets.

use camino::Utf8Path;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::error::{CommandError, Kind};
use super::settings::{Cloud, PlanMode, Planning, Refresh};
use crate::base::{Digest, PhaseName, StackName};
use crate::ledger::{LedgerError, Sealer};
use crate::plan::{Given, Intent, Origin, Outcome, VariableInput};
use crate::value::json::{from_json_as, to_json, type_from_json, type_to_json};
use crate::world::Files;

/// Readers refuse another version.
const VERSION: u32 = 1;
/// Readers ignore the revision.
const REVISION: u32 = 0;
const FORMAT: &str = "terrace-plan";
/// What a sealed body is bound to.
const CONTEXT: &str = "plan file";

#[derive(Serialize, Deserialize)]
struct Envelope {
    format: String,
    version: u32,
    revision: u32,
    stack: StackName,
    phase: Option<PhaseName>,
    created: jiff::Timestamp,
    sealed: String,
}

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
    /// Given values of variables.
    pub variables: Vec<Variable>,
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
            Origin::Prompt => "prompt".to_owned(),
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
    /// What was asked for.
    pub intent: Intent,
    /// When it was made.
    pub time: jiff::Timestamp,
    /// The seed of generated names.
    pub seed: u64,
}

impl PlanFile {
    /// A plan to be saved.
    #[must_use]
    pub fn new(outcome: &Outcome, making: &Making<'_>, document: Json, text: String) -> Self {
        let settings = making.settings;
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
            variables: making.variables.iter().filter_map(Variable::of).collect(),
            digests: digests(&document),
            document,
            text,
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

    /// Given values of variables.
    #[must_use]
    pub fn variables(&self) -> Vec<VariableInput> {
        self.variables.iter().filter_map(Variable::input).collect()
    }

    /// Addresses at which another plan does something else than this one.
    #[must_use]
    pub fn differences(&self, document: &Json) -> Vec<String> {
        let now = digests(document);
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

    /// Writes the file, sealed.
    ///
    /// # Errors
    /// Where it cannot be sealed or written.
    pub fn write(
        &self,
        path: &Utf8Path,
        files: &dyn Files,
        sealer: &Sealer,
    ) -> Result<(), CommandError> {
        let unwritable = |error: anyhow::Error| {
            let error = error.context(path.to_string());
            CommandError::new(Kind::PlanFile, "Cannot write the plan file", error)
        };
        let body = serde_json::to_string(self).map_err(|error| unwritable(error.into()))?;
        let sealed = sealer.seal(&body, CONTEXT).map_err(|error| unwritable(error.into()))?;
        let envelope = Envelope {
            format: FORMAT.to_owned(),
            version: VERSION,
            revision: REVISION,
            stack: self.stack.clone(),
            phase: self.phase.clone(),
            created: self.time,
            sealed,
        };
        let mut text =
            serde_json::to_vec_pretty(&envelope).map_err(|error| unwritable(error.into()))?;
        text.push(b'\n');
        files.write(path, &text).map_err(|error| unwritable(error.into()))
    }

    /// Reads a file that must be of the stack.
    ///
    /// # Errors
    /// Where it is no plan, is cut off, of another version or another stack, or cannot be opened.
    pub fn read(
        path: &Utf8Path,
        stack: &StackName,
        files: &dyn Files,
        sealer: &Sealer,
    ) -> Result<Self, CommandError> {
        let unusable = |title, detail: String| {
            CommandError::say(Kind::PlanFile, title, format!("{path}: {detail}"))
                .hint("terrace plan --out FILE makes a new one")
        };
        let bytes = files.read(path).map_err(|error| {
            let error = anyhow::Error::new(error).context(path.to_string());
            CommandError::new(Kind::PlanFile, "Cannot read the plan file", error)
        })?;
        let head: Json = serde_json::from_slice(&bytes).map_err(|error| {
            unusable("The plan file is damaged", format!("it is no plan, or was cut off ({error})"))
        })?;
        if head.get("format").and_then(Json::as_str) != Some(FORMAT) {
            return Err(unusable("No plan file", "it is not a plan that terrace wrote".to_owned()));
        }
        if head.get("version").and_then(Json::as_u64) != Some(VERSION.into()) {
            let version = head.get("version").cloned().unwrap_or_default();
            let detail = format!("it has version {version}; this terrace reads version {VERSION}");
            return Err(unusable("The plan file is of another version", detail));
        }
        let envelope: Envelope = serde_json::from_value(head)
            .map_err(|error| unusable("The plan file is damaged", error.to_string()))?;
        if envelope.stack != *stack {
            let detail =
                format!("it is a plan of the stack \"{}\", not \"{stack}\"", envelope.stack);
            return Err(unusable("The plan is of another stack", detail));
        }
        let body = sealer.open(&envelope.sealed, CONTEXT).map_err(|error: LedgerError| {
            unusable("The plan file cannot be opened", error.to_string())
        })?;
        serde_json::from_str(&body)
            .map_err(|error| unusable("The plan file is damaged", error.to_string()))
    }
}

/// What a plan does, by address: digests of everything in its document that is decided.
fn digests(document: &Json) -> Vec<(String, Digest)> {
    let mut digests = Vec::new();
    let digest = |value: &Json| Digest::of(value.to_string());
    for change in document["resource_changes"].as_array().into_iter().flatten() {
        let address = change["address"].as_str().unwrap_or_default();
        digests.push((address.to_owned(), digest(change)));
    }
    for (name, change) in document["output_changes"].as_object().into_iter().flatten() {
        digests.push((format!("output.{name}"), digest(change)));
    }
    digests
}
