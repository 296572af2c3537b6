//! What earlier runs left unfinished: every intent without a result is settled before anything else is done.

use std::sync::Arc;

use tokio::time::Instant;

use super::event::{Event, Listener};
use super::journal::{Entry, Journal, Settlement, Unfinished};
use super::look::{self, Eyes};
use super::once::{Certainty, Found, sort};
use super::retry;
use super::types::Types;
use crate::base::Id;
use crate::base::StackName;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{Live, Owner, Scope};
use crate::provider::{ClaimRequest, FindRequest, Writer};

/// What recovery works with.
#[derive(Clone)]
pub struct Recovery {
    /// Where objects are looked for.
    pub cloud: Arc<dyn Writer>,
    /// Where intents are written down.
    pub journal: Arc<dyn Journal>,
    /// What is known of types.
    pub types: Arc<dyn Types>,
    /// Who is told.
    pub listener: Arc<dyn Listener>,
    /// Whose objects they are.
    pub stack: StackName,
    /// What is known of who does not answer.
    pub eyes: Eyes,
}

impl Recovery {
    /// Settles the intents of earlier runs in the scopes for which `reachable` says yes: finds what was made and
    /// takes it over, or notes that nothing was. Those that were made a moment ago are looked for until everything
    /// must be visible.
    pub async fn settle(&self, reachable: impl Fn(&Scope) -> bool) -> Diagnostics {
        let unfinished = match self.journal.unfinished() {
            Ok(unfinished) => unfinished,
            Err(error) => return (*error.0).into(),
        };
        let here = unfinished.into_iter().filter(|one| reachable(&one.intent.scope));
        let all = futures_util::future::join_all(here.map(|one| self.settle_one(one))).await;
        let mut problems: Diagnostics = all.into_iter().flatten().collect();
        if let Err(error) = self.journal.flush().await {
            problems.push(*error.0);
        }
        problems
    }

    async fn settle_one(&self, one: Unfinished) -> Option<Diagnostic> {
        match self.find(&one).await {
            Ok(found) => {
                let id = found.as_ref().map(|(live, _)| live.id.clone());
                if let Some((live, claim)) = found {
                    if claim && let Err(problem) = self.claim(&one, &live.id).await {
                        return Some(problem);
                    }
                    self.journal.remember(&self.entry(&one, &live));
                    self.journal.settle(one.id, &Settlement::Made(live.id));
                } else {
                    self.journal.settle(one.id, &Settlement::Nothing);
                }
                let address = one.intent.address;
                self.listener.hear(Event::Recovered { address, id });
                None
            }
            Err(problem) => Some(problem),
        }
    }

    /// The object that the intent made, and whether its tags are still to be written.
    async fn find(&self, one: &Unfinished) -> Result<Option<(Live, bool)>, Diagnostic> {
        let intent = &one.intent;
        let home = self.types.facts(&intent.type_name).home;
        let request = FindRequest {
            type_name: intent.type_name.clone(),
            scope: intent.scope.clone(),
            desired: intent.desired.clone(),
            owner: self.owner(one),
            token: intent.token.clone(),
        };
        let what = format!("what an interrupted run made as {}", intent.address);
        let until = Instant::now() + retry::CONSISTENCY.saturating_sub(one.age);
        for attempt in 1.. {
            let found = self.eyes.read(&intent.scope.provider, || self.cloud.find(&request)).await;
            let found = found.map_err(|error| look::diagnose(&error, &what))?.unwrap_or_default();
            // Whoever else has the name had it before: then the interrupted call made nothing.
            match sort(&found, &request, home, Certainty::Unsure, &*self.types) {
                Ok(Found::Ours { id, claim }) => {
                    let live = found.into_iter().find(|live| live.id == id);
                    return Ok(live.map(|live| (live, claim)));
                }
                Ok(Found::Leaving | Found::Nothing) => {}
                Err(super::Failure::Several { ids }) => return Err(several(one, &ids)),
                Err(_) => return Ok(None),
            }
            if Instant::now() >= until {
                break;
            }
            tokio::time::sleep(retry::backoff(attempt)).await;
        }
        Ok(None)
    }

    fn owner(&self, one: &Unfinished) -> Owner {
        Owner {
            stack: self.stack.clone(),
            address: one.intent.address.clone(),
            generation: one.intent.generation,
            nonce: one.intent.nonce.clone(),
        }
    }

    async fn claim(&self, one: &Unfinished, id: &Id) -> Result<(), Diagnostic> {
        let request = ClaimRequest {
            type_name: one.intent.type_name.clone(),
            scope: one.intent.scope.clone(),
            id: id.clone(),
            stack: self.stack.clone(),
            owner: Some(self.owner(one)),
        };
        let provider = &request.scope.provider;
        let claimed = self.eyes.read(provider, || self.cloud.claim(&request)).await;
        let what = format!("the tags of {id}");
        claimed.map(drop).map_err(|error| look::diagnose(&error, &what))
    }

    fn entry(&self, one: &Unfinished, live: &Live) -> Entry {
        let intent = &one.intent;
        let (address, scope) = (intent.address.clone(), intent.scope.clone());
        Entry {
            kept: self.types.never_told(&intent.type_name, &intent.desired),
            after: intent.after.clone(),
            ..Entry::new(address, intent.generation, scope, live.id.clone())
        }
    }
}

fn several(one: &Unfinished, ids: &[Id]) -> Diagnostic {
    let ids: Vec<&str> = ids.iter().map(Id::as_str).collect();
    Diagnostic::error(
        805,
        "Several objects claim one address",
        format!("{} is claimed by {}.", one.intent.address, ids.join(" and ")),
    )
    .help("Delete the one that is not meant, then run the command again.")
    .of(&one.intent.address)
}
