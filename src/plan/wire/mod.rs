//! The saved-plan format: a plan with everything that is needed to show it, and to make it again from the same input.
//!
//! A file is two lines of JSON: a head with the format's version, the body's length and digest, and the body. Readers
//! refuse another [`VERSION`] and ignore a higher [`REVISION`]. Sensitive values are in no clear text: they stand in a
//! list that the caller's [`Seal`] encrypts.

mod step;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ecow::EcoString;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use self::step::{WireCheck, WireOutput, WireStep};
use self::value::{Decoder, Encoder, WireValue};
use super::{Given, Intent, Options, Origin, Outcome, Plan, VariableInput, parse_target};
use crate::base::{Address, Digest, PhaseName, StackName};
use crate::diag::Diagnostics;

/// Readers refuse files of another version.
pub const VERSION: u32 = 1;
/// Readers ignore what a higher revision adds.
pub const REVISION: u32 = 0;
const FORMAT: &str = "terrace plan";

/// Encrypts what must not be read.
pub trait Seal {
    /// The bytes that only [`Seal::open`] can read.
    ///
    /// # Errors
    /// There is no key.
    fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, SealError>;

    /// The bytes that were sealed.
    ///
    /// # Errors
    /// The key is missing or another one.
    fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SealError>;
}

/// Something could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SealError(pub String);

/// Why a plan file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is something else.
    #[error("this is not a plan file of terrace")]
    NotAPlan,
    /// It ends too early.
    #[error("the plan file is cut off")]
    Truncated,
    /// It is not what was written.
    #[error("the plan file is damaged")]
    Damaged,
    /// Another version of terrace wrote it.
    #[error(
        "the plan file has format version {found}, but this version of terrace reads version {VERSION}"
    )]
    Version {
        /// The version that it has.
        found: u32,
    },
    /// It is for another stack.
    #[error("the plan file is for stack \"{found}\", but this is stack \"{expected}\"")]
    Stack {
        /// The stack that it is for.
        found: StackName,
        /// The stack that it should be for.
        expected: StackName,
    },
    /// Its sensitive values could not be opened.
    #[error("the plan file's sensitive values cannot be opened: {0}")]
    Sealed(#[from] SealError),
}

/// What a plan was made from, to make it again.
#[derive(Clone)]
pub struct Origins {
    /// The root module's directory.
    pub dir: String,
    /// Every file that was read, by path.
    pub sources: BTreeMap<String, String>,
    /// Values given to root variables.
    pub variables: Vec<VariableInput>,
    /// What was asked for.
    pub options: Options,
    /// The moment of the plan.
    pub time: jiff::Timestamp,
    /// The seed of generated names.
    pub seed: u64,
    /// `terraform.workspace`
    pub workspace: EcoString,
}

/// A plan file's content.
pub struct Saved {
    /// The plan and what a report shows of it; carries no replay: that takes making the plan again.
    pub outcome: Outcome,
    /// What it was made from.
    pub origins: Origins,
    /// The digest of the steps, by which a plan that is made again is compared.
    pub digest: Digest,
}

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    revision: u32,
    length: usize,
    digest: Digest,
}

#[derive(Serialize, Deserialize)]
struct Body {
    stack: StackName,
    phase: Option<PhaseName>,
    steps: Vec<WireStep>,
    outputs: IndexMap<EcoString, WireOutput>,
    data: BTreeMap<Address, WireValue>,
    variables: IndexMap<EcoString, WireValue>,
    checks: Vec<WireCheck>,
    relevant: BTreeSet<(String, String)>,
    providers: BTreeMap<EcoString, EcoString>,
    complete: bool,
    applyable: bool,
    plan_digest: Digest,
    origins: WireOrigins,
    sealed: String,
}

#[derive(Serialize, Deserialize)]
struct WireOrigins {
    dir: String,
    sources: BTreeMap<String, String>,
    intent: WireIntent,
    targets: Vec<String>,
    excludes: Vec<String>,
    replace: Vec<Address>,
    time: String,
    seed: u64,
    workspace: EcoString,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireIntent {
    Normal,
    Destroy,
    RefreshOnly,
}

/// A value given to a variable. It may be secret whatever the variable says, so all of them are sealed.
#[derive(Serialize, Deserialize)]
struct WireInput {
    name: EcoString,
    text: Option<String>,
    value: Option<WireValue>,
    origin: WireOrigin,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireOrigin {
    Environment,
    File(String),
    Flag,
    Prompt,
}

#[derive(Serialize, Deserialize)]
struct Secrets {
    values: Vec<WireValue>,
    inputs: Vec<WireInput>,
}

/// The digest of what a plan does: equal for plans that do the same to the same objects.
#[must_use]
pub fn digest(plan: &Plan) -> Digest {
    let mut encoder = Encoder::default();
    let steps: Vec<WireStep> =
        plan.steps.iter().map(|step| WireStep::encode(step, &mut encoder)).collect();
    let parts = [
        serde_json::to_string(&plan.stack),
        serde_json::to_string(&plan.phase),
        serde_json::to_string(&steps),
        serde_json::to_string(&encoder.sealed),
    ];
    Digest::of_parts(parts.map(|part| part.expect("steps are plain data")))
}

/// The bytes of a plan file.
///
/// # Errors
/// Sensitive values could not be sealed.
pub fn write(outcome: &Outcome, origins: &Origins, seal: &dyn Seal) -> Result<Vec<u8>, SealError> {
    let mut encoder = Encoder::default();
    let mut body = Body {
        stack: outcome.plan.stack.clone(),
        phase: outcome.plan.phase.clone(),
        steps: outcome.plan.steps.iter().map(|s| WireStep::encode(s, &mut encoder)).collect(),
        outputs: outcome
            .outputs
            .iter()
            .map(|(name, change)| (name.clone(), WireOutput::encode(change, &mut encoder)))
            .collect(),
        data: outcome.data.iter().map(|(a, v)| (a.clone(), encoder.value(v))).collect(),
        variables: outcome.variables.iter().map(|(n, v)| (n.clone(), encoder.value(v))).collect(),
        checks: outcome.checks.iter().map(WireCheck::encode).collect(),
        relevant: outcome.relevant.clone(),
        providers: outcome.providers.clone(),
        complete: outcome.complete,
        applyable: outcome.applyable,
        plan_digest: digest(&outcome.plan),
        origins: encode_origins(origins),
        sealed: String::new(),
    };
    let inputs = origins.variables.iter().map(encode_input).collect();
    let secrets = Secrets { values: encoder.sealed, inputs };
    let plain = serde_json::to_vec(&secrets).expect("secrets are plain data");
    body.sealed = STANDARD.encode(seal.seal(&plain)?);
    let text = serde_json::to_string(&body).expect("a plan is plain data");
    let head = Head {
        format: FORMAT.into(),
        version: VERSION,
        revision: REVISION,
        length: text.len(),
        digest: Digest::of(&text),
    };
    let head = serde_json::to_string(&head).expect("a head is plain data");
    Ok(format!("{head}\n{text}\n").into_bytes())
}

/// Reads a plan file. Without a seal, sensitive values are null and values of variables are left out: enough to show it.
///
/// # Errors
/// Why it cannot be read.
pub fn read(
    bytes: &[u8],
    expected: Option<&StackName>,
    seal: Option<&dyn Seal>,
) -> Result<Saved, ReadError> {
    let body = check(bytes)?;
    if let Some(expected) = expected.filter(|expected| **expected != body.stack) {
        return Err(ReadError::Stack { found: body.stack, expected: expected.clone() });
    }
    let (sealed, inputs) = match seal.map(|seal| open(&body.sealed, seal)).transpose()? {
        Some(secrets) => (Some(secrets.values), secrets.inputs),
        None => (None, Vec::new()),
    };
    let decoder = Decoder { sealed: sealed.as_deref() };
    let steps = body.steps.iter().map(|step| step.decode(&decoder)).collect::<Result<_, _>>()?;
    let named = |entries: &IndexMap<EcoString, WireValue>| -> Result<_, ReadError> {
        entries.iter().map(|(name, wire)| Ok((name.clone(), decoder.value(wire)?))).collect()
    };
    let outputs = body.outputs.iter().map(|(n, o)| Ok((n.clone(), o.decode(&decoder)?)));
    let data = body.data.iter().map(|(a, wire)| Ok((a.clone(), decoder.value(wire)?)));
    let outcome = Outcome {
        plan: Plan { stack: body.stack, phase: body.phase, steps },
        intent: intent(body.origins.intent),
        outputs: outputs.collect::<Result<_, ReadError>>()?,
        data: data.collect::<Result<_, ReadError>>()?,
        variables: named(&body.variables)?,
        checks: body.checks.iter().map(WireCheck::decode).collect(),
        drift: Vec::new(),
        relevant: body.relevant,
        providers: body.providers,
        complete: body.complete,
        applyable: body.applyable,
        problems: Diagnostics::none(),
        replay: None,
    };
    let origins = decode_origins(body.origins, inputs, &decoder)?;
    Ok(Saved { outcome, origins, digest: body.plan_digest })
}

fn check(bytes: &[u8]) -> Result<Body, ReadError> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (head, rest) = match end {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None if bytes.starts_with(b"{\"format\":\"terrace plan\"") => {
            return Err(ReadError::Truncated);
        }
        None => return Err(ReadError::NotAPlan),
    };
    let head: Head = serde_json::from_slice(head).map_err(|_| ReadError::NotAPlan)?;
    if head.format != FORMAT {
        return Err(ReadError::NotAPlan);
    }
    if head.version != VERSION {
        return Err(ReadError::Version { found: head.version });
    }
    let text = rest.get(..head.length).ok_or(ReadError::Truncated)?;
    if Digest::of(text) != head.digest {
        return Err(ReadError::Damaged);
    }
    serde_json::from_slice(text).map_err(|_| ReadError::Damaged)
}

fn open(sealed: &str, seal: &dyn Seal) -> Result<Secrets, ReadError> {
    let sealed = STANDARD.decode(sealed).map_err(|_| ReadError::Damaged)?;
    let plain = seal.open(&sealed)?;
    serde_json::from_slice(&plain).map_err(|_| ReadError::Damaged)
}

fn encode_origins(origins: &Origins) -> WireOrigins {
    let options = &origins.options;
    WireOrigins {
        dir: origins.dir.clone(),
        sources: origins.sources.clone(),
        intent: match options.intent {
            Intent::Normal => WireIntent::Normal,
            Intent::Destroy => WireIntent::Destroy,
            Intent::RefreshOnly => WireIntent::RefreshOnly,
        },
        targets: options.targets.iter().map(ToString::to_string).collect(),
        excludes: options.excludes.iter().map(ToString::to_string).collect(),
        replace: options.replace.clone(),
        time: origins.time.to_string(),
        seed: origins.seed,
        workspace: origins.workspace.clone(),
    }
}

fn intent(wire: WireIntent) -> Intent {
    match wire {
        WireIntent::Normal => Intent::Normal,
        WireIntent::Destroy => Intent::Destroy,
        WireIntent::RefreshOnly => Intent::RefreshOnly,
    }
}

fn decode_origins(
    wire: WireOrigins,
    inputs: Vec<WireInput>,
    decoder: &Decoder<'_>,
) -> Result<Origins, ReadError> {
    let targets = |texts: &[String]| -> Result<Vec<_>, ReadError> {
        texts.iter().map(|text| parse_target(text).map_err(|_| ReadError::Damaged)).collect()
    };
    let options = Options {
        intent: intent(wire.intent),
        targets: targets(&wire.targets)?,
        excludes: targets(&wire.excludes)?,
        replace: wire.replace,
    };
    let variables = inputs.into_iter().map(|input| decode_input(input, decoder));
    Ok(Origins {
        dir: wire.dir,
        sources: wire.sources,
        variables: variables.collect::<Result<_, _>>()?,
        options,
        time: wire.time.parse().map_err(|_| ReadError::Damaged)?,
        seed: wire.seed,
        workspace: wire.workspace,
    })
}

fn encode_input(input: &VariableInput) -> WireInput {
    let (text, value) = match &input.given {
        Given::Text(text) => (Some(text.clone()), None),
        Given::Value(value, _) => {
            let bare = super::diff::marks::strip(value);
            (None, Some(Encoder::default().value(&bare)))
        }
    };
    let origin = match &input.origin {
        Origin::Environment => WireOrigin::Environment,
        Origin::File(file) => WireOrigin::File(file.clone()),
        Origin::Flag => WireOrigin::Flag,
        Origin::Prompt => WireOrigin::Prompt,
    };
    WireInput { name: input.name.clone(), text, value, origin }
}

fn decode_input(input: WireInput, decoder: &Decoder<'_>) -> Result<VariableInput, ReadError> {
    let given = match (input.text, input.value) {
        (Some(text), _) => Given::Text(text),
        (None, Some(value)) => Given::Value(decoder.value(&value)?, None),
        (None, None) => return Err(ReadError::Damaged),
    };
    let origin = match input.origin {
        WireOrigin::Environment => Origin::Environment,
        WireOrigin::File(file) => Origin::File(file),
        WireOrigin::Flag => Origin::Flag,
        WireOrigin::Prompt => Origin::Prompt,
    };
    Ok(VariableInput { name: input.name, given, origin })
}
