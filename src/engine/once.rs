//! Exactly-once creates: whatever happens on the way, and in whichever process, there is one object in the end.
//!
//! The intent is durable before the call. A create call that can be repeated is repeated with the same token, name or
//! value; one that cannot carries a nonce as a tag, which is looked for before any further attempt. An intent is
//! settled only when it is certain what became of it; otherwise the next run looks for what it made.

use std::time::Duration;

use ecow::EcoString;
use tokio::time::Instant;

use super::failure::Failure;
use super::journal::{Entry, Intent, IntentId, Settlement};
use super::retry::{self, Call};
use super::shell::{Answer, Task};
use super::types::{Home, Types};
use crate::base::{Address, Digest, Id, StackName};
use crate::plan::{Live, Owner, Status};
use crate::provider::{ClaimRequest, CreateRequest, FindRequest, tags};
use crate::schema::Idempotency;
use crate::value::Value;

/// How often a create that cannot be repeated is tried after it was looked for in vain.
const NONCE_ATTEMPTS: u32 = 3;
/// How long an object that stands in the way is looked for.
const STANDING: Duration = Duration::from_secs(8);

/// Makes the object that the step plans, or finds it made. The manifest knows it before its intent is settled, so that
/// at no moment nobody does.
pub(super) async fn create_once(
    task: &mut Task<'_>,
    desired: &Value,
    after: &[Address],
) -> Result<Id, Failure> {
    let mut request = request(task, desired);
    if task.facts.home == Home::Ledger {
        let (shell, class) = (task.shell, task.facts.create.class.clone());
        return match task.call(Call::Create, &class, || shell.cloud.create(&request)).await? {
            Answer::Got(id) => Ok(id),
            Answer::Settled => unreachable!("a create is never settled without an id"),
            Answer::Look { error, .. } => Err(Failure::Cloud(error)),
        };
    }
    let number = intend(task, &request, after).await?;
    let result = attempts(task, &mut request).await;
    // The intent stays open until the object can be told as ours.
    if let Ok(made) = &result
        && made.claim
    {
        claim(task, &made.id, &request.owner).await?;
    }
    if let Ok(made) = &result {
        task.shell.journal.remember(&young(task, desired, &made.id, after));
    }
    settle(task, number, &result);
    task.shell.journal.flush().await?;
    result.map(|made| made.id).map_err(|(failure, _)| failure)
}

struct Made {
    id: Id,
    /// Whether the ownership tags have still to be written.
    claim: bool,
}

/// Whether a create that failed may have made something all the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    Certain,
    Unsure,
}

fn request(task: &Task<'_>, desired: &Value) -> CreateRequest {
    let step = task.step;
    let series = task.shell.journal.series(&step.address);
    let digest = task.shell.types.digest(desired);
    let token = token(&task.shell.stack, &step.address, step.generation, series, &digest);
    let nonce = (task.facts.idempotency == Idempotency::Nonce).then(|| token.clone());
    CreateRequest {
        type_name: step.address.type_name().clone(),
        scope: step.scope.clone(),
        desired: desired.clone(),
        owner: Owner {
            stack: task.shell.stack.clone(),
            address: step.address.clone(),
            generation: step.generation,
            nonce,
        },
        token,
    }
}

/// The token of a create: the same for the same intent, in any process.
fn token(
    stack: &StackName,
    address: &Address,
    generation: u32,
    series: u32,
    desired: &Digest,
) -> EcoString {
    let digest = Digest::of_parts([
        stack.as_str().as_bytes(),
        address.to_string().as_bytes(),
        &generation.to_be_bytes(),
        &series.to_be_bytes(),
        desired.as_str().as_bytes(),
    ]);
    digest.short(32).into()
}

/// What is remembered of an object that nobody has looked at yet.
fn young(task: &Task<'_>, desired: &Value, id: &Id, after: &[Address]) -> Entry {
    let step = task.step;
    Entry {
        kept: task.shell.types.never_told(step.address.type_name(), desired),
        after: after.to_vec(),
        ..Entry::new(step.address.clone(), step.generation, step.scope.clone(), id.clone())
    }
}

async fn intend(
    task: &Task<'_>,
    request: &CreateRequest,
    after: &[Address],
) -> Result<IntentId, Failure> {
    let intent = Intent {
        address: request.owner.address.clone(),
        generation: request.owner.generation,
        type_name: request.type_name.clone(),
        scope: request.scope.clone(),
        token: request.token.clone(),
        nonce: request.owner.nonce.clone(),
        desired: task.shell.types.lasting(&request.type_name, &request.desired),
        after: after.to_vec(),
    };
    Ok(task.shell.journal.intend(&intent).await?)
}

fn settle(task: &Task<'_>, number: IntentId, result: &Result<Made, (Failure, Certainty)>) {
    let settlement = match result {
        Ok(made) => Settlement::Made(made.id.clone()),
        Err((_, Certainty::Certain)) => Settlement::Nothing,
        Err((_, Certainty::Unsure)) => return,
    };
    task.shell.journal.settle(number, &settlement);
}

async fn attempts(
    task: &mut Task<'_>,
    request: &mut CreateRequest,
) -> Result<Made, (Failure, Certainty)> {
    let nonced = request.owner.nonce.is_some();
    let kind = if nonced { Call::CreateAnew } else { Call::Create };
    let (shell, class) = (task.shell, task.facts.create.class.clone());
    let on_create = task.facts.home != Home::Tagged { on_create: false };
    let mut before = Certainty::Certain;
    for attempt in 1.. {
        let (error, unsure) = match task.call(kind, &class, || shell.cloud.create(request)).await {
            Ok(Answer::Got(id)) => return Ok(Made { id, claim: !on_create }),
            Ok(Answer::Settled) => unreachable!("a create is never settled without an id"),
            Ok(Answer::Look { error, unsure }) => (error, unsure),
            Err(failure) if failure.unsure || before == Certainty::Unsure => {
                return Err((Failure::Unsettled(failure.error), Certainty::Unsure));
            }
            Err(failure) => return Err((Failure::Cloud(failure.error), Certainty::Certain)),
        };
        if unsure {
            before = Certainty::Unsure;
        }
        match look(task, request, before).await.map_err(|failure| (failure, before))? {
            Some(made) => return Ok(made),
            None if attempt < NONCE_ATTEMPTS => {}
            None if before == Certainty::Unsure => {
                return Err((Failure::Unsettled(error), Certainty::Unsure));
            }
            None => return Err((Failure::Cloud(error), Certainty::Certain)),
        }
    }
    unreachable!("attempts are counted")
}

/// Looks for what an attempt made, or for what stands in the way, for as long as it may take to be seen.
async fn look(
    task: &mut Task<'_>,
    request: &CreateRequest,
    before: Certainty,
) -> Result<Option<Made>, Failure> {
    let find = FindRequest {
        type_name: request.type_name.clone(),
        scope: request.scope.clone(),
        desired: request.desired.clone(),
        owner: request.owner.clone(),
        token: request.token.clone(),
    };
    let (shell, class) = (task.shell, task.facts.read_class.clone());
    let first = Instant::now();
    // What certainly nobody of this run made has been there for long, and is seen at once or never.
    let window = match before {
        Certainty::Unsure => retry::CONSISTENCY,
        Certainty::Certain => STANDING,
    };
    for attempt in 1.. {
        let found = match task.call(Call::Read, &class, || shell.cloud.find(&find)).await? {
            Answer::Got(found) => found,
            Answer::Settled | Answer::Look { .. } => Vec::new(),
        };
        match sort(&found, &find, task.facts.home, before, &*shell.types)? {
            Found::Ours { id, claim } => return Ok(Some(Made { id, claim })),
            Found::Leaving | Found::Nothing => {}
        }
        if first.elapsed() >= window {
            break;
        }
        tokio::time::sleep(retry::backoff(attempt)).await;
    }
    Ok(None)
}

/// What looking for an object came to.
pub(super) enum Found {
    /// This one is what the create makes; whether its tags are still to be written.
    Ours { id: Id, claim: bool },
    /// What stood in the way is going away.
    Leaving,
    /// There is nothing.
    Nothing,
}

/// Tells whose the objects are that bear the name, value or nonce of a create.
///
/// # Errors
/// When it is somebody else's, or there are several of ours.
pub(super) fn sort(
    found: &[Live],
    wanted: &FindRequest,
    home: Home,
    before: Certainty,
    types: &dyn Types,
) -> Result<Found, Failure> {
    let owner = &wanted.owner;
    let staying: Vec<&Live> = found.iter().filter(|live| live.status != Status::Deleting).collect();
    let ours: Vec<&Live> = staying.iter().copied().filter(|live| is_ours(live, owner)).collect();
    match ours.as_slice() {
        [live] => return Ok(Found::Ours { id: live.id.clone(), claim: false }),
        [] => {}
        several => {
            let ids = several.iter().map(|live| live.id.clone()).collect();
            return Err(Failure::Several { ids });
        }
    }
    let Some(live) = staying.first() else {
        return Ok(if found.is_empty() { Found::Nothing } else { Found::Leaving });
    };
    // Where no tags could tell, what bears the name or value, and has all that our attempt sent and nobody could have
    // changed since, is what the attempt made.
    let untold = live.owner.is_none() && home != Home::Tagged { on_create: true };
    let may_be = untold && before == Certainty::Unsure;
    if may_be && types.may_be(&wanted.type_name, &wanted.desired, &live.value) {
        let claim = home == Home::Tagged { on_create: false };
        return Ok(Found::Ours { id: live.id.clone(), claim });
    }
    let owner = live.owner.as_ref().map(|o| format!("{} of stack {}", o.address, o.stack));
    Err(Failure::Taken { id: live.id.clone(), owner, importable: live.type_name.clone() })
}

/// Whether the tags of an object say that it is what a create with this owner makes.
fn is_ours(live: &Live, wanted: &Owner) -> bool {
    live.owner.as_ref().is_some_and(|owner| {
        let any_nonce = wanted.nonce.is_none() || owner.nonce.is_none();
        let nonce = if any_nonce { wanted.nonce.clone() } else { owner.nonce.clone() };
        tags::says(&Owner { nonce, ..owner.clone() }, wanted)
    })
}

/// Writes ownership tags where the create call could not.
async fn claim(task: &mut Task<'_>, id: &Id, owner: &Owner) -> Result<(), Failure> {
    let request = ClaimRequest {
        type_name: task.step.address.type_name().clone(),
        scope: task.step.scope.clone(),
        id: id.clone(),
        stack: task.shell.stack.clone(),
        owner: Some(owner.clone()),
    };
    let (shell, class) = (task.shell, task.facts.update.class.clone());
    task.call(Call::Update, &class, || shell.cloud.claim(&request)).await?;
    Ok(())
}
