//! Planning: the planner asks, this answers, until there is a plan. Nothing is changed on the way but what recovery
//! of an interrupted run settles.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecow::EcoString;
use futures_util::StreamExt as _;

use super::discover::{Discovery, add_once};
use super::event::{Event, Listener};
use super::journal::Journal;
use super::look;
use super::recover::Recovery;
use super::types::Types;
use crate::base::{Address, StackName};
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{
    Answers, DataNeed, ImportNeed, Input, Needs, Outcome, Planner, Progress, ProviderRequest, Scope,
};
use crate::provider::{DataRequest, ReadRequest, Writer};

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
}

/// A plan, and what was found on the way.
pub struct Planned {
    /// The planner's outcome, with every problem of the way.
    pub outcome: Box<Outcome>,
    /// What the manifest remembers and is no more; see [`forget_stale`].
    pub stale: Vec<(Address, u32)>,
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
    );
    let mut walk = Walk { desk, stack, discovery, configured: BTreeSet::new() };
    let mut planner = Planner::new(input);
    loop {
        match planner.advance() {
            Progress::Needs(needs) => {
                let answers = walk.answer(needs).await;
                planner.supply(answers);
            }
            Progress::Done(outcome) => {
                return Planned { outcome, stale: walk.discovery.stale() };
            }
        }
    }
}

/// Forgets what the manifest remembers and somebody else deleted. Only after an apply that succeeded.
pub fn forget_stale(journal: &dyn Journal, stale: &[(Address, u32)]) {
    for (address, generation) in stale {
        journal.forget(address, *generation);
    }
}

struct Walk<'a> {
    desk: &'a Desk,
    stack: StackName,
    discovery: Discovery,
    /// Provider configurations that work.
    configured: BTreeSet<EcoString>,
}

impl Walk<'_> {
    async fn answer(&mut self, needs: Needs) -> Answers {
        let mut answers = Answers::default();
        for request in needs.providers {
            self.configure(request, &mut answers).await;
        }
        if !needs.live.is_empty() {
            let (live, problems) = self.discovery.list(needs.live).await;
            answers.live = live;
            answers.problems.extend(problems);
        }
        if !needs.data.is_empty() {
            let addresses = needs.data.iter().map(|need| need.address.clone()).collect();
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
        answers.data.extend(data);
        answers.imports.extend(imports);
        answers
    }

    /// Sets a provider configuration up, and settles what an interrupted run left in its reach.
    async fn configure(&mut self, request: ProviderRequest, answers: &mut Answers) {
        let cloud = &self.desk.cloud;
        let configured = look::read(|| cloud.configure(&request.name, &request.config)).await;
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
        answers.providers.insert(request.name, answer);
    }

    async fn settle(&self, provider: &str, problems: &mut Diagnostics) {
        if self.desk.recover == Recover::Leave {
            return;
        }
        let recovery = Recovery {
            cloud: self.desk.cloud.clone(),
            journal: self.desk.journal.clone(),
            types: self.desk.types.clone(),
            listener: self.desk.listener.clone(),
            stack: self.stack.clone(),
        };
        let found = recovery.settle(|scope: &Scope| scope.provider == provider).await;
        found.into_iter().for_each(|problem| add_once(problems, problem));
    }

    async fn data(&self, need: DataNeed) -> (Address, Result<crate::value::Value, Diagnostics>) {
        let DataNeed { address, scope, config } = need;
        let request = DataRequest { address: address.clone(), scope, config };
        let answer = look::read(|| self.desk.cloud.read_data(&request)).await;
        let answer = match answer {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(Diagnostics::from(nothing(&address))),
            Err(error) => Err(look::diagnose(&error, &address.to_string()).of(&address).into()),
        };
        (address, answer)
    }

    async fn import(
        &self,
        need: ImportNeed,
    ) -> (Address, Result<Option<crate::plan::Live>, Diagnostics>) {
        let ImportNeed { address, scope, id } = need;
        let request = ReadRequest { type_name: address.type_name().clone(), scope, id };
        let answer = look::read(|| self.desk.cloud.read(&request)).await;
        let what = format!("{} to import", request.id);
        let answer = answer
            .map(Option::flatten)
            .map_err(|error| Diagnostics::from(look::diagnose(&error, &what).of(&address)));
        (address, answer)
    }
}

fn nothing(address: &Address) -> Diagnostic {
    Diagnostic::error(
        820,
        "A data source found nothing",
        "The cloud has no object that the data source's arguments name.",
    )
    .of(address)
}
