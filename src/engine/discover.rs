//! The live world: what the stack owns, found by bulk lists, never by one read per object.
//!
//! Ownership is read off the objects' tags; for objects without tags the manifest says it. Where two objects claim
//! one address the higher generation is current and the other is still to be deleted; of two of one generation the
//! manifest's is meant, and where it does not say, nobody guesses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecow::EcoString;
use futures_util::StreamExt as _;
use tokio::time::Instant;

use super::event::{Event, Listener};
use super::journal::{Entry, Journal};
use super::look::{self, Eyes, add_once};
use super::planning::Stale;
use super::retry;
use super::steps::overlay;
use super::types::{Home, Types};
use crate::base::{Address, Id, Mode, StackName, TypeName};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::plan::{Live, LiveWorld, Owner, Scope, Slot, Status};
use crate::provider::{ErrorClass, ListRequest, ReadRequest, Writer, tags};

/// Lists at a time.
const LISTS: usize = 16;

/// A type in a scope.
pub type Place = (TypeName, Scope);

/// Where what is live is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// From the cloud, as it is now.
    Live,
    /// From the manifest, as the last run that wrote saw it (`-refresh=false`). What was changed, deleted or made
    /// outside since then is not seen. The cloud is asked all the same for types of which the manifest knows an object
    /// and not its value, for what exists only in the ledger, and for everything where the manifest is empty: nothing
    /// is to be remembered then, and objects may be there whose ledger was lost.
    Remembered,
}

/// Reads what is live.
pub struct Discovery {
    cloud: Arc<dyn Writer>,
    types: Arc<dyn Types>,
    listener: Arc<dyn Listener>,
    stack: StackName,
    refresh: Refresh,
    eyes: Eyes,
    /// Where each type is declared first, for what is said of all of its objects.
    blocks: BTreeMap<TypeName, Span>,
    entries: Vec<Entry>,
    /// Addresses that are too long for a tag, by the digest that stands there.
    long: BTreeMap<EcoString, Address>,
    /// Where each entry stands, by place and id.
    index: BTreeMap<Place, BTreeMap<Id, usize>>,
    listed: BTreeSet<Place>,
    hinted: BTreeSet<Scope>,
    /// What was found at each address and generation so far, across lists.
    claims: BTreeMap<(Address, u32), Vec<Arc<Live>>>,
}

impl Discovery {
    /// A discovery of what the stack owns in a cloud.
    #[must_use]
    pub fn new(
        cloud: Arc<dyn Writer>,
        types: Arc<dyn Types>,
        listener: Arc<dyn Listener>,
        journal: &dyn Journal,
        stack: StackName,
        refresh: Refresh,
    ) -> Self {
        cloud.refresh();
        let mut discovery = Self {
            cloud,
            types,
            listener,
            stack,
            refresh,
            eyes: Eyes::default(),
            blocks: BTreeMap::new(),
            entries: Vec::new(),
            long: BTreeMap::new(),
            index: BTreeMap::new(),
            listed: BTreeSet::new(),
            hinted: BTreeSet::new(),
            claims: BTreeMap::new(),
        };
        discovery.consult(journal);
        discovery
    }

    /// Looks with the same eyes as others do.
    #[must_use]
    pub fn with_eyes(self, eyes: Eyes) -> Self {
        Self { eyes, ..self }
    }

    /// Names, where a type cannot be listed, the first block that declares one.
    #[must_use]
    pub fn with_blocks(self, blocks: BTreeMap<TypeName, Span>) -> Self {
        Self { blocks, ..self }
    }

    /// Takes over what the manifest says by now: recovery may have added to it.
    pub fn consult(&mut self, journal: &dyn Journal) {
        self.entries = journal.entries();
        self.index.clear();
        for (at, entry) in self.entries.iter().enumerate() {
            let place = (entry.type_name.clone(), entry.scope.clone());
            self.index.entry(place).or_default().insert(entry.id.clone(), at);
        }
        let long = self.entries.iter().filter_map(|entry| {
            Some((tags::shortened(&entry.address)?.into(), entry.address.clone()))
        });
        self.long = long.collect();
    }

    /// Lists these types, and in their scopes also those that the manifest names or the cloud's tag index hints at.
    /// What was listed before is not listed again.
    pub async fn list(&mut self, places: Vec<Place>) -> (LiveWorld, Diagnostics) {
        let mut problems = Diagnostics::none();
        let news: BTreeSet<Scope> = places.iter().map(|(_, scope)| scope.clone()).collect();
        let news: Vec<Scope> =
            news.into_iter().filter(|scope| self.hinted.insert(scope.clone())).collect();
        let remembered = news.iter().flat_map(|scope| self.remembered_in(scope));
        let places: BTreeSet<Place> = places.into_iter().chain(remembered).collect();
        let asked = self.unlisted(places);
        // Whoever does not answer keeps both waiting, and neither the other.
        let (lists, hints) = tokio::join!(self.look(asked), self.hints(&news));
        let (mut lists, found) = lists;
        problems.extend(found);
        let (hinted, unread) = hints;
        if !problems.has_errors() {
            problems.extend(unread);
        }
        let hinted = self.unlisted(hinted);
        let (more, found) = self.look(hinted).await;
        lists.extend(more);
        found.into_iter().for_each(|problem| add_once(&mut problems, problem));
        // Lists answer in any order; what is made of them must not depend on it.
        lists.sort_by(|left, right| left.0.cmp(&right.0));
        (self.assemble(lists, &mut problems), problems)
    }

    /// Of these places the ones that were not listed yet and can be; from now on they count as listed.
    fn unlisted(&mut self, mut places: BTreeSet<Place>) -> BTreeSet<Place> {
        places.retain(|place| !self.listed.contains(place));
        places.retain(|(type_name, _)| self.cloud.supports(type_name, Mode::Managed));
        self.listed.extend(places.iter().cloned());
        places
    }

    /// What is in these places, by the cloud or by the manifest.
    async fn look(&self, places: BTreeSet<Place>) -> (Vec<(Place, Vec<Live>)>, Diagnostics) {
        let mut problems = Diagnostics::none();
        let (remembered, wanted) = places.into_iter().partition(|place| self.is_remembered(place));
        let mut lists = self.answers(&wanted, &mut problems).await;
        self.await_young(&wanted, &mut lists).await;
        lists.extend(self.recollect(remembered));
        (lists, problems)
    }

    /// Types that the manifest knows in a scope: a block may be gone while its object is not.
    fn remembered_in(&self, scope: &Scope) -> Vec<Place> {
        let here = self.entries.iter().filter(|entry| entry.scope == *scope);
        here.map(|entry| (entry.type_name.clone(), scope.clone())).collect()
    }

    /// Types that the cloud's tag index knows in these scopes, whoever asks for them. It is worth having, and can be
    /// done without: that it cannot be read is a warning.
    async fn hints(&self, scopes: &[Scope]) -> (BTreeSet<Place>, Diagnostics) {
        let (mut places, mut problems) = (BTreeSet::new(), Diagnostics::none());
        if self.trusts_manifest() {
            return (places, problems);
        }
        let ask = |scope: &Scope| {
            let scope = scope.clone();
            async move {
                // Asked on its own account: it may be out of reach where everything else answers.
                let eyes = Eyes::default();
                let ask = || self.cloud.hint_types(&scope, &self.stack);
                let answer = eyes.read(&scope.provider, ask).await;
                (scope.clone(), answer)
            }
        };
        for (scope, answer) in futures_util::future::join_all(scopes.iter().map(ask)).await {
            match answer {
                Ok(types) => {
                    let types = types.into_iter().flatten();
                    places.extend(types.map(|type_name| (type_name, scope.clone())));
                }
                Err(error) => problems.push(no_hints(&error)),
            }
        }
        (places, problems)
    }

    /// Whether the manifest is taken at its word.
    fn trusts_manifest(&self) -> bool {
        self.refresh == Refresh::Remembered && !self.entries.is_empty()
    }

    /// Whether everything of a place is taken from the manifest.
    fn is_remembered(&self, place: &Place) -> bool {
        self.trusts_manifest()
            && self.types.facts(&place.0).home != Home::Ledger
            && self.entries_in(place).all(|entry| entry.seen.is_some())
    }

    /// An object as the manifest remembers it.
    fn recollection(&self, entry: &Entry) -> Option<Live> {
        Some(Live {
            type_name: entry.type_name.clone(),
            scope: entry.scope.clone(),
            id: entry.id.clone(),
            value: entry.seen.clone()?.unmark_deep().0,
            owner: Some(self.owner(entry)),
            status: Status::Ready,
        })
    }

    /// The objects of these places as the manifest remembers them.
    fn recollect(&self, places: BTreeSet<Place>) -> Vec<(Place, Vec<Live>)> {
        let of = |place: Place| {
            let found =
                self.entries_in(&place).filter_map(|entry| self.recollection(entry)).collect();
            (place, found)
        };
        places.into_iter().map(of).collect()
    }

    async fn answers(
        &self,
        wanted: &BTreeSet<Place>,
        problems: &mut Diagnostics,
    ) -> Vec<(Place, Vec<Live>)> {
        let total = wanted.len();
        let requests = wanted.iter().map(|place| ListRequest {
            known: self.entries_in(place).map(|entry| entry.id.clone()).collect(),
            type_name: place.0.clone(),
            scope: place.1.clone(),
            stack: self.stack.clone(),
        });
        let answer = |request: ListRequest| async move {
            let provider = &request.scope.provider;
            let answer = self.eyes.read(provider, || self.cloud.list(&request)).await;
            ((request.type_name, request.scope), answer)
        };
        let mut answers = futures_util::stream::iter(requests).map(answer).buffer_unordered(LISTS);
        let mut lists = Vec::new();
        let mut done = 0;
        while let Some((place, answer)) = answers.next().await {
            done += 1;
            self.listener.hear(Event::Discovering { done, total });
            match answer {
                Ok(found) => lists.push((place, found.unwrap_or_default())),
                Err(error) => {
                    let mut problem =
                        look::diagnose(&error, &format!("every {} of the stack", place.0));
                    problem.subject =
                        self.blocks.get(&place.0).filter(|_| !error.is_shared()).copied();
                    add_once(problems, problem);
                }
            }
        }
        lists
    }

    /// Objects that were made a moment ago and are in no list yet: an empty answer is no proof of absence.
    async fn await_young(&self, wanted: &BTreeSet<Place>, lists: &mut [(Place, Vec<Live>)]) {
        let seen: BTreeSet<(&Place, &Id)> = lists
            .iter()
            .flat_map(|(place, found)| found.iter().map(move |live| (place, &live.id)))
            .collect();
        let remembered =
            wanted.iter().flat_map(|place| self.entries_in(place).map(move |entry| (place, entry)));
        let young = remembered.filter(|(place, entry)| {
            entry.age < retry::CONSISTENCY && !seen.contains(&(*place, &entry.id))
        });
        let awaited = young.map(|(_, entry)| self.await_one(entry));
        let found = futures_util::future::join_all(awaited).await;
        for live in found.into_iter().flatten() {
            let list = lists.iter_mut().find(|((type_name, scope), _)| {
                *type_name == live.type_name && *scope == live.scope
            });
            if let Some((_, list)) = list {
                list.push(live);
            }
        }
    }

    async fn await_one(&self, entry: &Entry) -> Option<Live> {
        let request = ReadRequest {
            type_name: entry.type_name.clone(),
            scope: entry.scope.clone(),
            id: entry.id.clone(),
        };
        let until = Instant::now() + retry::CONSISTENCY.saturating_sub(entry.age);
        for attempt in 1.. {
            let answer = self.eyes.read(&entry.scope.provider, || self.cloud.read(&request)).await;
            if let Ok(Some(Some(live))) = answer {
                return Some(live);
            }
            if Instant::now() >= until {
                break;
            }
            tokio::time::sleep(retry::backoff(attempt)).await;
        }
        None
    }

    fn assemble(
        &mut self,
        lists: Vec<(Place, Vec<Live>)>,
        problems: &mut Diagnostics,
    ) -> LiveWorld {
        let places: Vec<Place> = lists.iter().map(|(place, _)| place.clone()).collect();
        let mut world = LiveWorld::default();
        let mut touched = BTreeSet::new();
        for ((type_name, _), found) in lists {
            let untagged = self.types.facts(&type_name).home == Home::Untagged;
            for live in found.into_iter().filter(|live| live.status != Status::Deleting) {
                match self.claim(live) {
                    (Some(owner), live) if tags::digest_of(&owner.address).is_some() => {
                        problems.push(nameless(&live));
                    }
                    (Some(owner), live) => {
                        touched.insert(owner.address.clone());
                        let claim = (owner.address, owner.generation);
                        self.claims.entry(claim).or_default().push(Arc::new(live));
                    }
                    (None, live) if untagged && live.owner.is_none() => {
                        world.unclaimed.entry(type_name.clone()).or_default().push(live);
                    }
                    // Another stack's, or nobody's.
                    (None, _) => {}
                }
            }
        }
        let slots = touched.into_iter().map(|address| {
            let slot = self.slot(&address, problems);
            (address, slot)
        });
        world.owned = slots.collect();
        for entry in places.iter().flat_map(|place| self.entries_in(place)) {
            if self.claims_of(&entry.address).next().is_none()
                && let Some(live) = self.recollection(entry)
            {
                world.gone.insert(entry.address.clone(), live);
            }
        }
        world
    }

    /// What claims an address, by generation.
    fn claims_of(&self, address: &Address) -> impl DoubleEndedIterator<Item = (u32, &[Arc<Live>])> {
        let all = self.claims.range((address.clone(), 0)..=(address.clone(), u32::MAX));
        all.map(|((_, generation), claimants)| (*generation, claimants.as_slice()))
    }

    /// What the manifest has of an object.
    fn entry_of(&self, live: &Live) -> Option<&Entry> {
        let here = self.index.get(&(live.type_name.clone(), live.scope.clone()))?;
        here.get(&live.id).map(|at| &self.entries[*at])
    }

    /// What the manifest has of a place.
    fn entries_in(&self, place: &Place) -> impl Iterator<Item = &Entry> {
        let here = self.index.get(place).into_iter().flat_map(BTreeMap::values);
        here.map(|at| &self.entries[*at])
    }

    /// Whose an object is: by its tags, else by the manifest.
    fn claim(&self, mut live: Live) -> (Option<Owner>, Live) {
        let entry = self.entry_of(&live);
        if let Some(entry) = entry {
            live.value = overlay(&live.value, &entry.kept);
        }
        if live.owner.is_none()
            && let Some(entry) = entry
        {
            live.owner = Some(self.owner(entry));
        }
        match self.unshortened(live.owner.as_ref()) {
            Some(owner) if owner.stack == self.stack => (Some(owner), live),
            _ => (None, live),
        }
    }

    /// What tags say of an owner, with the address that they only have a digest of as the manifest knows it.
    fn unshortened(&self, owner: Option<&Owner>) -> Option<Owner> {
        let owner = owner?.clone();
        let Some(digest) = tags::digest_of(&owner.address) else { return Some(owner) };
        let address = self.long.get(digest).cloned().unwrap_or(owner.address);
        Some(Owner { address, ..owner })
    }

    /// What the manifest says of an object, as its tags would.
    fn owner(&self, entry: &Entry) -> Owner {
        Owner {
            stack: self.stack.clone(),
            address: entry.address.clone(),
            generation: entry.generation,
            nonce: None,
        }
    }

    fn slot(&self, address: &Address, problems: &mut Diagnostics) -> Slot {
        let mut objects: Vec<&Live> = Vec::new();
        for (generation, claimants) in self.claims_of(address).rev() {
            match claimants {
                [live] => objects.push(live),
                // One object that was met in two lists.
                [live, others @ ..] if others.iter().all(|other| other.id == live.id) => {
                    objects.push(live);
                }
                several => {
                    let known = self
                        .entries
                        .iter()
                        .find(|entry| entry.address == *address && entry.generation == generation);
                    let meant =
                        known.and_then(|entry| several.iter().find(|live| live.id == entry.id));
                    if meant.is_none() {
                        problems.push(conflict(address, several));
                    }
                    objects.push(meant.unwrap_or(&several[0]));
                }
            }
        }
        let current = objects.remove(0).clone();
        let deposed = objects.into_iter().cloned().collect();
        let seen = self.entry_of(&current).and_then(|entry| entry.seen.clone());
        Slot { current, seen, deposed }
    }

    /// What the manifest remembers of places that were listed and where it is no more: deleted by somebody else.
    #[must_use]
    pub fn stale(&self) -> Vec<Stale> {
        let listed = self.listed.iter().flat_map(|place| self.entries_in(place));
        let gone = listed.filter(|entry| {
            let claims = self.claims.get(&(entry.address.clone(), entry.generation));
            claims.is_none_or(|claims| claims.iter().all(|live| live.id != entry.id))
        });
        let stale = |entry: &Entry| Stale {
            address: entry.address.clone(),
            generation: entry.generation,
            id: entry.id.clone(),
        };
        gone.map(stale).collect()
    }
}

fn nameless(live: &Live) -> Diagnostic {
    Diagnostic::error(
        826,
        "An object's address is not known",
        format!(
            "The {} {} is the stack's, but its address is too long for a tag, which has only a digest of it, and the \
             ledger does not know the address.",
            live.type_name, live.id
        ),
    )
    .help("Bring the ledger back, or take the object's terrace: tags off and import it.")
}

fn conflict(address: &Address, claimants: &[Arc<Live>]) -> Diagnostic {
    let ids: Vec<&str> = claimants.iter().map(|live| live.id.as_str()).collect();
    Diagnostic::error(
        805,
        "Several objects claim one address",
        format!("{address} is claimed by {}.", ids.join(" and ")),
    )
    .help("Delete the one that is not meant, or take its terrace: tags off, then plan again.")
    .of(address)
}

fn no_hints(error: &crate::provider::Error) -> Diagnostic {
    let help = match error.class {
        ErrorClass::Denied => "Allow tag:GetResources to the identity that runs this.".to_owned(),
        _ => error.help().unwrap_or("See whether it can be reached.").to_owned(),
    };
    Diagnostic::warning(
        824,
        "The tag index cannot be read",
        error.detail_and(
            "Objects of types that neither the configuration nor the ledger names are not looked for.",
        ),
    )
    .help(help)
}
