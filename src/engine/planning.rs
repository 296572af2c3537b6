//! Planning: the planner asks, this answers, until there is a plan. Nothing is changed on the way but what recovery
//! of an interrupted run settles.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ecow::EcoString;
use futures_util::StreamExt as _;
use tokio::time::Instant;

use super::discover::{Discovery, Place, Refresh};
use super::event::{EphemeralAction, Event, Listener, Passage};
use super::journal::Journal;
use super::look::{self, Eyes, add_once};
use super::recover::Recovery;
use super::run::opening;
use super::types::{Home, Types};
use crate::base::{Address, Id, Mode, StackName};
use crate::config::Selected;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{
    Answers, DataNeed, ImportNeed, Input, LiveWorld, Needs, Outcome, Planner, Progress,
    ProviderRequest, Scope,
};
use crate::provider::{DataRequest, Error, ReadRequest, Writer};
use crate::value::{Type, Value};

/// Data sources read at a time.
const READS: usize = 16;

/// What is done about what an interrupted run left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recover {
    /// It is settled before anything is looked at. The ledger must be open for writing.
    Settle,
    /// It is left.
    Leave,
}

/// What planning works with.
#[derive(Clone)]
pub struct Desk {
    /// What is looked at. Only recovery writes.
    pub cloud: Arc<dyn Writer>,
    /// What is remembered.
    pub journal: Arc<dyn Journal>,
    /// What is known of types.
    pub types: Arc<dyn Types>,
    /// Who is told what happens.
    pub listener: Arc<dyn Listener>,
    /// What is done about what an interrupted run left.
    pub recover: Recover,
    /// Where what is live is taken from.
    pub refresh: Refresh,
}

/// A plan, and what was found on the way.
pub struct Planned {
    /// The planner's outcome, with every problem of the way.
    pub outcome: Box<Outcome>,
    /// What the manifest remembers and is no more; see [`forget_stale`].
    pub stale: Vec<Stale>,
}

/// An object that the manifest remembers and that is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Whose it was.
    pub address: Address,
    /// Which generation of the address.
    pub generation: u32,
    /// Which it was; by now the address may have another one.
    pub id: Id,
}

/// Plans.
pub async fn plan(desk: &Desk, input: Input) -> Planned {
    let stack = input.config.stack.name.clone();
    let discovery = Discovery::new(
        desk.cloud.clone(),
        desk.types.clone(),
        desk.listener.clone(),
        &*desk.journal,
        stack.clone(),
        desk.refresh,
    );
    let eyes = Eyes::default();
    let discovery = discovery.with_eyes(eyes.clone()).with_blocks(input.config.blocks());
    let holdings = desk.journal.holdings();
    let (configured, open) = (BTreeSet::new(), Vec::new());
    let mut walk = Walk { desk, stack, discovery, eyes, holdings, configured, open };
    let config = input.config.clone();
    let implied = walk.implied(&input);
    let mut planner = Planner::new(input);
    let early = walk.early(implied).await;
    planner.supply(early);
    loop {
        match planner.advance() {
            Progress::Needs(needs) => {
                let answers = walk.answer(needs).await;
                planner.supply(answers);
            }
            Progress::Done(mut outcome) => {
                opening::close(&*desk.listener, std::mem::take(&mut walk.open));
                outcome.problems.extend(walk.unreachable());
                outcome.problems = once(std::mem::take(&mut outcome.problems), &config);
                return Planned { outcome, stale: walk.discovery.stale() };
            }
        }
    }
}

/// The problems of a plan, each where its object is declared; what many reads failed for alike is told once.
fn once(problems: Diagnostics, config: &Selected) -> Diagnostics {
    let mut told = Diagnostics::none();
    problems.into_iter().for_each(|problem| add_once(&mut told, problem));
    config.locate(&mut told);
    told
}

/// Forgets what the manifest remembers and somebody else deleted. Only after an apply that succeeded.
pub fn forget_stale(journal: &dyn Journal, stale: &[Stale]) {
    for Stale { address, generation, id } in stale {
        if journal.entry(address, *generation).is_some_and(|entry| entry.id == *id) {
            journal.forget(address, *generation);
        }
    }
}

struct Walk<'a> {
    desk: &'a Desk,
    stack: StackName,
    discovery: Discovery,
    eyes: Eyes,
    /// Of what the ledger remembers something.
    holdings: BTreeSet<Place>,
    /// Provider configurations that work.
    configured: BTreeSet<EcoString>,
    /// Ephemeral resources that were opened.
    open: Vec<Address>,
}

impl Walk<'_> {
    /// Provider configurations that no block declares, and of which the stack has objects all the same: those that an
    /// empty block would mean.
    fn implied(&self, input: &Input) -> Vec<ProviderRequest> {
        let declared = &input.config.tree.root().providers;
        let names: BTreeSet<&EcoString> =
            self.remote_holdings().map(|(_, scope)| &scope.provider).collect();
        let implied = names.into_iter().filter_map(|name| {
            let block = &input.registry.provider(name)?.block;
            let declared = declared.contains_key(&(name.clone(), None));
            let Type::Object(object) = block.implied_type() else { return None };
            let nulls =
                object.attributes.iter().map(|(n, ty)| (n.clone(), Value::null(ty.clone())));
            let config = Value::object(nulls.collect::<Vec<_>>());
            (!declared).then(|| ProviderRequest { name: name.clone(), kind: name.clone(), config })
        });
        implied.collect()
    }

    /// What the ledger remembers of objects in clouds.
    fn remote_holdings(&self) -> impl Iterator<Item = &Place> {
        let types = &self.desk.types;
        self.holdings.iter().filter(|(name, _)| types.facts(name).home != Home::Ledger)
    }

    /// What can be told before the planner asks: objects whose blocks are gone are asked for by nobody.
    async fn early(&mut self, implied: Vec<ProviderRequest>) -> Answers {
        let types = &self.desk.types;
        let here = self.holdings.iter().filter(|(name, _)| types.facts(name).home == Home::Ledger);
        let mut places: Vec<Place> = here.cloned().collect();
        let mut answers = Answers::default();
        for request in implied {
            places.extend(self.configure(request, &mut answers).await);
        }
        self.list(places, &mut answers).await;
        answers
    }

    /// Objects that cannot be reached, since the provider configuration that reached them is gone.
    fn unreachable(&self) -> Option<Diagnostic> {
        let lost = |scope: &Scope| !self.configured.contains(&scope.provider);
        let lost = self.remote_holdings().filter(|(_, scope)| lost(scope));
        let names: BTreeSet<&str> = lost.map(|(_, scope)| scope.provider.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        (!names.is_empty()).then(|| {
            Diagnostic::warning(
                825,
                "Provider configuration not present",
                format!(
                    "The stack has objects of {}, which is not configured; they are left alone.",
                    names.join(", ")
                ),
            )
            .help("Keep the provider block until its objects are deleted.")
        })
    }

    async fn list(&mut self, places: Vec<Place>, answers: &mut Answers) {
        if !places.is_empty() {
            let (live, problems) = self.discovery.list(places).await;
            self.tell_refreshed(&live);
            answers.live = live;
            problems.into_iter().for_each(|problem| add_once(&mut answers.problems, problem));
        }
    }

    /// Tells which objects were looked at, where that was asked for.
    fn tell_refreshed(&self, world: &LiveWorld) {
        let owned = world.owned.iter().map(|(address, slot)| (address, &slot.current));
        let looked_at = owned.chain(&world.gone).filter(|_| self.desk.refresh == Refresh::Live);
        let objects: Vec<(Address, Id)> =
            looked_at.map(|(address, live)| (address.clone(), live.id.clone())).collect();
        if !objects.is_empty() {
            self.desk.listener.hear(Event::Refreshed { objects });
        }
    }

    async fn answer(&mut self, needs: Needs) -> Answers {
        let mut answers = Answers::default();
        let mut places = needs.live;
        for request in needs.providers {
            places.extend(self.configure(request, &mut answers).await);
        }
        self.list(places, &mut answers).await;
        let is_data = |need: &&DataNeed| need.address.resource.mode == Mode::Data;
        let addresses: Vec<Address> =
            needs.data.iter().filter(is_data).map(|need| need.address.clone()).collect();
        if !addresses.is_empty() {
            self.desk.listener.hear(Event::Reading { addresses });
        }
        let data = futures_util::stream::iter(needs.data)
            .map(|need| self.data(need))
            .buffer_unordered(READS)
            .collect::<Vec<_>>();
        let imports = futures_util::stream::iter(needs.imports)
            .map(|need| self.import(need))
            .buffer_unordered(READS)
            .collect::<Vec<_>>();
        let (data, imports) = tokio::join!(data, imports);
        let open = data
            .iter()
            .filter(|(address, answer)| address.resource.mode == Mode::Ephemeral && answer.is_ok());
        self.open.extend(open.map(|(address, _)| address.clone()));
        answers.data.extend(data);
        answers.imports.extend(imports);
        answers
    }

    /// Sets a provider configuration up, and settles what an interrupted run left in its reach. Answers what the
    /// ledger remembers of objects in its reach.
    async fn configure(&mut self, request: ProviderRequest, answers: &mut Answers) -> Vec<Place> {
        let cloud = &self.desk.cloud;
        let configure = || cloud.configure(&request.name, &request.config);
        let configured = self.eyes.read(&request.name, configure).await;
        let answer = match configured {
            Ok(region) => {
                self.configured.insert(request.name.clone());
                self.settle(&request.name, &mut answers.problems).await;
                Ok(region.flatten())
            }
            Err(error) => {
                let what = format!("the provider configuration {}", request.name);
                Err(look::diagnose(&error, &what).into())
            }
        };
        let reached = answer.is_ok();
        answers.providers.insert(request.name.clone(), answer);
        let here = self.holdings.iter().filter(|(_, scope)| scope.provider == request.name);
        here.filter(|_| reached).cloned().collect()
    }

    async fn settle(&mut self, provider: &str, problems: &mut Diagnostics) {
        if self.desk.recover == Recover::Leave {
            return;
        }
        if self.desk.journal.unfinished().is_ok_and(|unfinished| unfinished.is_empty()) {
            return;
        }
        let recovery = Recovery {
            cloud: self.desk.cloud.clone(),
            journal: self.desk.journal.clone(),
            types: self.desk.types.clone(),
            listener: self.desk.listener.clone(),
            stack: self.stack.clone(),
            eyes: self.eyes.clone(),
        };
        let found = recovery.settle(|scope: &Scope| scope.provider == provider).await;
        found.into_iter().for_each(|problem| add_once(problems, problem));
        self.discovery.consult(&*self.desk.journal);
        self.holdings.extend(self.desk.journal.holdings());
    }

    async fn data(&self, need: DataNeed) -> (Address, Result<Value, Diagnostics>) {
        let DataNeed { address, scope, config } = need;
        let request = DataRequest { address: address.clone(), scope, config };
        let read = || self.desk.cloud.read_data(&request);
        let began = Instant::now();
        self.tell_read(&address, None);
        let answer = self.eyes.read(&request.scope.provider, read).await;
        self.tell_read(&address, Some((&answer, began.elapsed())));
        let answer = match answer {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(Diagnostics::from(nothing(&address))),
            Err(error) => Err(look::diagnose(&error, &address.to_string()).of(&address).into()),
        };
        (address, answer)
    }

    /// Tells that a read begins, or what came of it.
    fn tell_read(
        &self,
        address: &Address,
        result: Option<(&Result<Option<Value>, Error>, Duration)>,
    ) {
        let address = address.clone();
        if address.resource.mode == Mode::Ephemeral {
            let state = match result {
                None => Passage::Started,
                Some((Ok(Some(_)), elapsed)) => Passage::Finished(elapsed),
                Some((_, elapsed)) => Passage::Failed(elapsed),
            };
            let action = EphemeralAction::Open;
            return self.desk.listener.hear(Event::Ephemeral { address, action, state });
        }
        match result {
            None => self.desk.listener.hear(Event::ReadStarted { address }),
            Some((Ok(Some(value)), elapsed)) => {
                let id = identity(value);
                self.desk.listener.hear(Event::ReadFinished { address, elapsed, id });
            }
            Some(_) => {}
        }
    }

    async fn import(
        &self,
        need: ImportNeed,
    ) -> (Address, Result<Option<crate::plan::Live>, Diagnostics>) {
        let ImportNeed { address, scope, id } = need;
        let request = ReadRequest { type_name: address.type_name().clone(), scope, id };
        let read = || self.desk.cloud.read(&request);
        let answer = self.eyes.read(&request.scope.provider, read).await;
        if let Ok(Some(Some(live))) = &answer {
            let objects = vec![(address.clone(), live.id.clone())];
            self.desk.listener.hear(Event::Refreshed { objects });
        }
        let what = format!("{} to import", request.id);
        let answer = answer
            .map(Option::flatten)
            .map_err(|error| Diagnostics::from(look::diagnose(&error, &what).of(&address)));
        (address, answer)
    }
}

/// By what a data source is told apart: its id, or else its name, where that is no secret.
fn identity(value: &Value) -> Option<(EcoString, EcoString)> {
    ["id", "name"].into_iter().find_map(|key| {
        let found = value.attribute(key).filter(|found| !found.deep_marks().is_sensitive())?;
        Some((key.into(), found.as_str()?.into()))
    })
}

pub(super) fn nothing(address: &Address) -> Diagnostic {
    Diagnostic::error(
        820,
        "A data source found nothing",
        "The cloud has no object that the data source's arguments name.",
    )
    .of(address)
}
