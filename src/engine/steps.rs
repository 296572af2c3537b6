//! What each kind of step does, from its first call until the object is what it should be.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::event::Counts;
use super::failure::Failure;
use super::journal::Entry;
use super::once;
use super::provision;
use super::retry::{self, Call};
use super::shell::{Answer, Task};
use super::types::Home;
use super::untold;
use crate::base::{Address, Id};
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{Action, Owner, Provisioner, same_value};
use crate::provider::{ClaimRequest, DataRequest, DeleteRequest, ErrorClass, Goal, UpdateRequest};
use crate::value::{AttrPath, Kind, Type, Value};

/// What the dispatcher gives a step on its way.
#[derive(Default)]
pub(super) struct Order {
    /// What the step is to make; none for deletes.
    pub desired: Option<Value>,
    /// What the configuration decides of that, where it is known apart; see [`crate::plan::Resolver::decided`].
    pub decided: Option<Value>,
    /// What the configuration says of what something else may move, for the manifest.
    pub configured: Option<BTreeMap<EcoString, Value>>,
    /// What it depends on, for the manifest.
    pub after: Vec<Address>,
    /// Commands that run before a delete.
    pub provisioners: Vec<Provisioner>,
}

/// What a step came to.
#[derive(Default)]
pub(super) struct Done {
    /// The object's value; none after a delete.
    pub value: Option<Value>,
    /// What it counts as.
    pub counts: Counts,
    /// Warnings.
    pub problems: Diagnostics,
}

/// Carries a step out.
pub(super) async fn carry_out(task: &mut Task<'_>, order: Order) -> Result<Done, Failure> {
    match task.step.action {
        Action::Create => create(task, order).await,
        Action::Read => read(task, order).await,
        Action::Update => update(task, order).await,
        Action::Delete => delete(task, order).await,
        Action::Forget => forget(task).await,
        Action::NoOp => keep(task, order).await,
    }
}

async fn create(task: &mut Task<'_>, order: Order) -> Result<Done, Failure> {
    let desired = order.desired.clone().expect("a create has a desired value");
    let mut id = once::create_once(task, &desired, &order.after).await?;
    task.made = Some(id.clone());
    let imported = usize::from(task.step.importing.is_some());
    let counts = Counts { added: 1, imported, ..Counts::default() };
    if task.facts.home == Home::Ledger {
        task.reach(Goal::Created, &id).await?;
        let value = read_kept_here(task, &id, &order).await?;
        return Ok(Done { value: Some(value), counts, problems: Diagnostics::none() });
    }
    let known = task.shell.journal.entry(&task.step.address, task.step.generation);
    let mut entry = known.unwrap_or_else(|| entry(task, &id, &order));
    if let Err(failure) = task.reach(Goal::Created, &id).await {
        if let Failure::Died { reason, .. } = &failure {
            entry.tainted = Some(reason.as_str().into());
            task.shell.journal.remember(&entry);
        }
        return Err(failure);
    }
    let (value, problems) = converge(task, &mut id, &desired, &mut entry).await?;
    entry.seen = Some(owned(task, &desired, &value));
    entry.configured = order.configured;
    task.shell.journal.remember(&entry);
    Ok(Done { value: Some(value), counts, problems })
}

/// The object as the manifest is to remember it.
fn owned(task: &Task<'_>, desired: &Value, live: &Value) -> Value {
    task.shell.types.owned(task.step.address.type_name(), desired, live)
}

async fn update(task: &mut Task<'_>, order: Order) -> Result<Done, Failure> {
    let desired = order.desired.clone().expect("an update has a desired value");
    let mut id = task.step.object.clone().expect("an update names its object");
    let mut counts = adopt(task, &id).await?;
    counts.changed += 1;
    let prior = task.step.prior.clone().unwrap_or(Value::null(Type::Dynamic));
    let prior = task.shell.types.as_sent(task.step.address.type_name(), &prior, &desired);
    // Where only the secrecy of values moves, there is nothing to send.
    if task.facts.home == Home::Ledger || !same_value(&prior, &desired) {
        send_update(task, &mut id, prior, desired.clone()).await?;
    }
    if task.facts.home == Home::Ledger {
        let value = read_kept_here(task, &id, &order).await?;
        return Ok(Done { value: Some(value), counts, problems: Diagnostics::none() });
    }
    task.reach(Goal::Updated, &id).await?;
    let mut entry = entry(task, &id, &order);
    // What the cloud decides anew because of the update is not compared.
    let decided = order.decided.as_ref().unwrap_or(&desired);
    let (value, problems) = converge(task, &mut id, decided, &mut entry).await?;
    entry.seen = Some(owned(task, &desired, &value));
    task.shell.journal.remember(&entry);
    Ok(Done { value: Some(value), counts, problems })
}

/// The ledger's own object as it is now. The manifest keeps no more of it than what it depends on.
async fn read_kept_here(task: &mut Task<'_>, id: &Id, order: &Order) -> Result<Value, Failure> {
    if !order.after.is_empty() {
        task.shell.journal.remember(&entry(task, id, order));
    }
    Ok(task.read_back(id).await?.value)
}

/// Sends an update. Where it gives the object another id, the manifest knows it before anything else is done.
async fn send_update(
    task: &mut Task<'_>,
    id: &mut Id,
    prior: Value,
    planned: Value,
) -> Result<(), Failure> {
    let request = UpdateRequest {
        type_name: task.step.address.type_name().clone(),
        scope: task.step.scope.clone(),
        id: id.clone(),
        prior,
        planned,
    };
    let (shell, class) = (task.shell, task.facts.update.class.clone());
    let answer = task.call(Call::Update, &class, || shell.cloud.update(&request)).await?;
    if let Answer::Got(Some(renamed)) = answer {
        let (journal, step) = (&task.shell.journal, task.step);
        if let Some(entry) = journal.entry(&step.address, step.generation) {
            journal.remember(&Entry { id: renamed.clone(), ..entry });
            journal.flush().await?;
        }
        *id = renamed.clone();
        task.made = Some(renamed);
    }
    Ok(())
}

/// How often a difference that stays is looked at again before it is sent once more, and before it is reported.
const LOOKS: u32 = 4;

/// Reads the object back and updates what the calls so far did not take. One path for creates and updates, so that
/// what an interrupted create left undone is mended by the next plan's update.
async fn converge(
    task: &mut Task<'_>,
    id: &mut Id,
    desired: &Value,
    entry: &mut Entry,
) -> Result<(Value, Diagnostics), Failure> {
    let type_name = task.step.address.type_name().clone();
    let mut problems = Diagnostics::none();
    let mut looks = 0;
    let mut sent = 0;
    let value = loop {
        let live = task.read_back(id).await?;
        // What a create call did not take is blank as well at first: only what stays blank after an update is untold.
        if sent > 0 || task.step.action == Action::Update {
            entry.kept = task.shell.types.untold(&type_name, desired, &live.value);
        }
        let value = overlay(&live.value, &entry.kept);
        let Some(rest) = task.shell.types.remaining(&type_name, desired, &value) else {
            entry.kept = task.shell.types.untold(&type_name, desired, &live.value);
            break overlay(&live.value, &entry.kept);
        };
        // What was sent may take a moment to be seen, so only a difference that stays is sent again.
        if looks < LOOKS && (sent > 0 || task.step.action == Action::Update) {
            looks += 1;
            tokio::time::sleep(retry::backoff(looks)).await;
        } else if sent < 2 {
            (sent, looks) = (sent + 1, 0);
            send_update(task, id, rest.prior, rest.planned).await?;
            entry.id.clone_from(id);
            task.reach(Goal::Updated, id).await?;
        } else {
            problems.push(stays_different(task, &rest.changed));
            break value;
        }
    };
    Ok((value, problems))
}

fn stays_different(task: &Task<'_>, changed: &[AttrPath]) -> Diagnostic {
    let names: Vec<String> = changed.iter().map(ToString::to_string).collect();
    let detail = format!(
        "The object still differs from what was asked for after it was updated: {}.",
        names.join(", ")
    );
    Diagnostic::warning(822, "The cloud did not take every argument", detail)
        .help("The next plan shows what differs.")
        .of(&task.step.address)
}

/// Whether there is nothing: null, or no elements.
pub(super) fn is_blank(value: &Value) -> bool {
    match value.kind() {
        Kind::Null(_) => true,
        Kind::Map(_, entries) => entries.is_empty(),
        _ => value.as_sequence().is_some_and(<[Value]>::is_empty),
    }
}

/// The live value with what the cloud does not tell filled in.
pub(super) fn overlay(live: &Value, kept: &BTreeMap<EcoString, Value>) -> Value {
    let Some(entries) = live.as_entries().filter(|_| !kept.is_empty()) else { return live.clone() };
    let mut entries = entries.clone();
    for (name, value) in kept {
        let live = entries.get(name);
        let filled = live.map_or_else(|| value.clone(), |live| untold::filled_in(live, value));
        entries.insert(name.clone(), filled);
    }
    Value::new(Kind::Object(entries)).with_marks(live.marks())
}

async fn delete(task: &mut Task<'_>, order: Order) -> Result<Done, Failure> {
    let id = task.step.object.clone().expect("a delete names its object");
    let prior = task.step.prior.clone().unwrap_or(Value::null(Type::Dynamic));
    provision::run(task, &order.provisioners).await?;
    let request = DeleteRequest {
        type_name: task.step.address.type_name().clone(),
        scope: task.step.scope.clone(),
        id: id.clone(),
        prior,
    };
    let (shell, class) = (task.shell, task.facts.delete.class.clone());
    let called = task.call(Call::Delete, &class, || shell.cloud.delete(&request)).await;
    if let Err(failure) = called {
        return Err(match failure.error.class {
            ErrorClass::Dependency => Failure::Used {
                error: failure.error,
                users: shell.users_of(&id, &task.step.address),
            },
            _ => failure.into(),
        });
    }
    task.reach(Goal::Deleted, &id).await?;
    forget_entry(task, &id);
    let counts = Counts { destroyed: 1, ..Counts::default() };
    Ok(Done { counts, ..Done::default() })
}

async fn forget(task: &mut Task<'_>) -> Result<Done, Failure> {
    let id = task.step.object.clone().expect("a forget names its object");
    if task.facts.home != Home::Untagged {
        give(task, &id, None).await?;
    }
    forget_entry(task, &id);
    let counts = Counts { forgotten: 1, ..Counts::default() };
    Ok(Done { counts, ..Done::default() })
}

fn forget_entry(task: &Task<'_>, id: &Id) {
    let (journal, step) = (&task.shell.journal, task.step);
    let generation = step.generation;
    // A generation may have been counted on since: only what is remembered of this very object goes.
    if journal.entry(&step.address, generation).is_some_and(|entry| entry.id == *id) {
        journal.forget(&step.address, generation);
    }
}

async fn keep(task: &mut Task<'_>, order: Order) -> Result<Done, Failure> {
    let value = task.step.planned.clone().or_else(|| task.step.prior.clone());
    let mut done = Done { value, ..Done::default() };
    if let Some(id) = task.step.object.clone() {
        done.counts = adopt(task, &id).await?;
        if task.facts.home != Home::Ledger {
            let mut entry = entry(task, &id, &order);
            if let Some(known) = task.shell.journal.entry(&entry.address, entry.generation) {
                entry.kept = known.kept;
                entry.configured = entry.configured.or(known.configured);
            }
            // What a plan shows of an object is already without what others own of it.
            entry.seen.clone_from(&task.step.prior);
            task.shell.journal.remember(&entry);
        }
    }
    Ok(done)
}

/// Makes an object that exists the stack's, or that of another address of it: `import`, `moved`.
async fn adopt(task: &mut Task<'_>, id: &Id) -> Result<Counts, Failure> {
    let step = task.step;
    let mut counts = Counts::default();
    if step.importing.is_none() && step.moved_from.is_none() {
        return Ok(counts);
    }
    counts.imported = usize::from(step.importing.is_some());
    let owner = Owner {
        stack: task.shell.stack.clone(),
        address: step.address.clone(),
        generation: step.generation,
        nonce: None,
    };
    if task.facts.home != Home::Untagged {
        give(task, id, Some(owner)).await?;
    }
    if let Some(from) = &step.moved_from {
        let entry = task.shell.journal.entry(from, step.generation);
        if let Some(mut entry) = entry.filter(|entry| entry.id == *id) {
            task.shell.journal.forget(from, step.generation);
            entry.address = step.address.clone();
            task.shell.journal.remember(&entry);
        }
    }
    Ok(counts)
}

async fn give(task: &mut Task<'_>, id: &Id, owner: Option<Owner>) -> Result<(), Failure> {
    let request = ClaimRequest {
        type_name: task.step.address.type_name().clone(),
        scope: task.step.scope.clone(),
        id: id.clone(),
        stack: task.shell.stack.clone(),
        owner,
    };
    let (shell, class) = (task.shell, task.facts.update.class.clone());
    task.call(Call::Update, &class, || shell.cloud.claim(&request)).await?;
    Ok(())
}

async fn read(task: &mut Task<'_>, order: Order) -> Result<Done, Failure> {
    let config = order.desired.expect("a read has a configuration");
    let address = task.step.address.clone();
    let request = DataRequest { address, scope: task.step.scope.clone(), config };
    let (shell, class) = (task.shell, task.facts.read_class.clone());
    // It waited for steps that changed something: what was answered before them does not count.
    shell.cloud.refresh();
    match task.call(Call::Read, &class, || shell.cloud.read_data(&request)).await? {
        Answer::Got(value) => Ok(Done { value: Some(value), ..Done::default() }),
        Answer::Settled | Answer::Look { .. } => {
            let problem = Diagnostic::error(
                820,
                "A data source found nothing",
                "The cloud has no object that the data source's arguments name.",
            );
            Err(Failure::Told(problem.of(&task.step.address).into()))
        }
    }
}

/// Runs what the configuration runs after a create. Until all of it is done the object counts as tainted.
pub(super) async fn after_create(
    task: &mut Task<'_>,
    provisioners: &[Provisioner],
    id: &Id,
    after: Vec<Address>,
) -> Result<(), Failure> {
    let journal = task.shell.journal.clone();
    task.made = Some(id.clone());
    let known = journal.entry(&task.step.address, task.step.generation);
    let order = Order { after, ..Order::default() };
    let mut entry = known.unwrap_or_else(|| entry(task, id, &order));
    entry.tainted = Some("its provisioners did not all succeed".into());
    journal.remember(&entry);
    journal.flush().await?;
    provision::run(task, provisioners).await?;
    entry.tainted = None;
    journal.remember(&entry);
    Ok(())
}

fn entry(task: &Task<'_>, id: &Id, order: &Order) -> Entry {
    let step = task.step;
    Entry {
        configured: order.configured.clone(),
        after: order.after.clone(),
        ..Entry::new(step.address.clone(), step.generation, step.scope.clone(), id.clone())
    }
}
