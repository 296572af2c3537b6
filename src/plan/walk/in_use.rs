//! Replacements of objects that others use: the new one is made first, and where that cannot be, the plan is refused.
//!
//! AWS deletes no target group that a listener forwards to, no security group that an instance has. What stays has to
//! move over before the old object goes, so that the new one has to be there before; which works unless both would
//! have one name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ecow::EcoString;

use super::Walk;
use super::decide::Draft;
use crate::config::ModuleId;
use crate::diag::{Diagnostic, Diagnostics};
use crate::graph::{Object, Part};
use crate::plan::{Action, Step};
use crate::schema::{Overlap, Reference, Schema, Unique};
use crate::syntax::ast;
use crate::value::{Value, texts_at};

const FITS: &str = "a String takes everything";

/// The two halves of a replacement among the drafts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Halves {
    delete: usize,
    create: usize,
}

/// Who holds an object that is replaced.
struct User {
    /// The draft of the object that uses it.
    at: usize,
    /// AWS's error code for deleting it before that lets go.
    code: EcoString,
    /// Whether it will not let go: it names the object in a way that the replacement does not change.
    stays: bool,
}

/// That an object names another.
struct Use<'a> {
    reference: &'a Reference,
    /// AWS's error code for deleting the other before this lets go.
    code: &'a EcoString,
    /// What it calls the other.
    name: EcoString,
    /// Whether it will still do so after the plan.
    stays: bool,
}

impl Walk {
    /// Makes the new object first where something that stays uses the old one. Answers what cannot be done that way.
    pub(in crate::plan) fn make_way(&mut self) -> Diagnostics {
        let replaced = self.replaced();
        if replaced.is_empty() {
            return Diagnostics::none();
        }
        let users = self.users(&replaced);
        let mut first = BTreeMap::new();
        for (halves, user) in &users {
            if !self.drafts[halves.delete].create_first {
                first.insert(*halves, user.at);
            }
        }
        for (halves, because) in self.beneath(&replaced, &first) {
            first.entry(halves).or_insert(because);
        }
        for halves in first.keys() {
            self.drafts[halves.delete].create_first = true;
            self.drafts[halves.create].create_first = true;
        }
        let mut problems = Diagnostics::none();
        for halves in replaced {
            let user = users.get(&halves);
            let clash = self.clash(halves).filter(|_| self.drafts[halves.delete].create_first);
            let held = user.filter(|user| user.stays);
            if clash.is_some() || held.is_some() {
                let because = user.map(|user| user.at).or_else(|| first.get(&halves).copied());
                problems.push(self.refuse(halves, because, user, clash));
            }
        }
        problems
    }

    /// Every replacement of an object that a cloud has.
    fn replaced(&self) -> Vec<Halves> {
        let made_up = |step: &Step| self.is_made_up(&step.address, &step.scope);
        let deletes = self.drafts.iter().map(|draft| &draft.step);
        let deletes = deletes.filter(|step| step.action == Action::Delete && !made_up(step));
        let halves = deletes.filter_map(|step| {
            let create = step.replaces?.0 as usize;
            Some(Halves { delete: step.id.0 as usize, create })
        });
        halves.filter(|halves| !lets_go_by_itself(&self.drafts[halves.delete].step)).collect()
    }

    /// Who uses the objects that are replaced and stays: of several that who does not let go.
    fn users(&self, replaced: &[Halves]) -> BTreeMap<Halves, User> {
        let mut names: BTreeMap<EcoString, Vec<Halves>> = BTreeMap::new();
        for halves in replaced {
            for name in self.drafts[halves.delete].step.prior.iter().flat_map(names_of) {
                names.entry(name).or_default().push(*halves);
            }
        }
        let mut found: BTreeMap<Halves, User> = BTreeMap::new();
        for at in 0..self.drafts.len() {
            for Use { reference, code, name, stays } in self.uses(at) {
                for halves in names.get(&name).into_iter().flatten() {
                    let old = &self.drafts[halves.delete].step.address;
                    let aims = reference.to.iter().any(|to| old.type_name() == to.as_str());
                    let known = found.get(halves);
                    if aims
                        && *old != self.drafts[at].step.address
                        && known.is_none_or(|known| stays && !known.stays)
                    {
                        found.insert(*halves, User { at, code: code.clone(), stays });
                    }
                }
            }
        }
        found
    }

    /// What a draft that stays names of what AWS does not delete while it is named.
    fn uses(&self, at: usize) -> Vec<Use<'_>> {
        let draft = &self.drafts[at];
        let step = &draft.step;
        let (Action::NoOp | Action::Update, Some(prior)) = (step.action, &step.prior) else {
            return Vec::new();
        };
        let Some(schema) = self.state.registry.resource(step.address.type_name().as_str()) else {
            return Vec::new();
        };
        let after = step.planned.as_ref().unwrap_or(prior);
        let references = schema.terrace.refers.iter();
        references
            .filter_map(|reference| Some((reference.in_use.as_ref()?, reference)))
            .filter(|(_, reference)| self.is_written(draft, &reference.attr))
            .flat_map(|(code, reference)| {
                let later = texts_at(after, &reference.attr);
                texts_at(prior, &reference.attr).into_iter().map(move |name| {
                    let stays = later.contains(&name);
                    Use { reference, code, name, stays }
                })
            })
            .collect()
    }

    /// Whether the block of a draft says something of an attribute. What others make of it, such as the rules of a
    /// security group that are resources of their own, they undo themselves.
    fn is_written(&self, draft: &Draft, path: &str) -> bool {
        let Some(block) = self.drafted_from(draft) else { return false };
        let first = path.split('.').next().unwrap_or(path);
        let body = &block.body;
        let is_dynamic = |block: &ast::Block| {
            block.ident.name == "dynamic" && block.labels.iter().any(|label| label.text == first)
        };
        body.json.is_some()
            || body.attributes.iter().any(|attribute| attribute.name.name == first)
            || body.blocks.iter().any(|block| block.ident.name == first || is_dynamic(block))
    }

    /// What else has to be made first, since something that is made first depends on it; with that.
    fn beneath(
        &self,
        replaced: &[Halves],
        first: &BTreeMap<Halves, usize>,
    ) -> BTreeMap<Halves, usize> {
        let mut found = BTreeMap::new();
        for above in first.keys() {
            let needed = self.blocks_needed(above.create);
            for halves in replaced {
                let draft = &self.drafts[halves.create];
                let block = draft.source.map(|source| (source.module, source.index));
                if halves != above
                    && !draft.create_first
                    && block.is_some_and(|block| needed.contains(&block))
                {
                    found.insert(*halves, above.create);
                }
            }
        }
        found
    }

    /// The blocks of resources that the block of a draft depends on.
    fn blocks_needed(&self, at: usize) -> BTreeSet<(ModuleId, usize)> {
        let Some(source) = self.drafts[at].source else { return BTreeSet::new() };
        let own = Object { module: source.module, part: Part::Resource(source.index) };
        let needed = self.graph.dag().needs(self.graph.node(own));
        let objects = needed.into_iter().map(|node| *self.graph.dag().weight(node));
        objects
            .filter_map(|object| match object.part {
                Part::Resource(index) if object != own => Some((object.module, index)),
                _ => None,
            })
            .collect()
    }

    /// What the old and the new object would share although no two may.
    fn clash(&self, halves: Halves) -> Option<&Unique> {
        let (old, new) = (&self.drafts[halves.delete].step, &self.drafts[halves.create].step);
        let schema = self.state.registry.resource(new.address.type_name().as_str())?;
        let (prior, planned) = (old.prior.as_ref()?, new.planned.as_ref()?);
        if old.scope != new.scope {
            return None;
        }
        schema.terrace.unique.iter().find(|unique| {
            let same = |path: &EcoString| {
                let (was, will) = (texts_at(prior, path), texts_at(planned, path));
                !will.is_empty()
                    && match unique.overlap {
                        Some(Overlap::Case) => {
                            let lower = |texts: &[EcoString]| -> Vec<EcoString> {
                                texts.iter().map(EcoString::to_lowercase).collect()
                            };
                            lower(&was) == lower(&will)
                        }
                        _ => was == will,
                    }
            };
            unique.attrs.iter().all(same)
        })
    }

    fn refuse(
        &self,
        halves: Halves,
        because: Option<usize>,
        user: Option<&User>,
        clash: Option<&Unique>,
    ) -> Diagnostic {
        let step = &self.drafts[halves.create].step;
        let address = &step.address;
        let mut detail = match because.map(|at| &self.drafts[at].step.address) {
            Some(user) => format!("{address} has to be replaced, and {user} depends on it."),
            None => {
                format!("{address} has to be replaced, the new object before the old one goes.")
            }
        };
        if let Some(User { code, .. }) = user {
            let end = if clash.is_some() { "," } else { "." };
            write!(detail, " AWS deletes nothing that is in use ({code}){end}").expect(FITS);
        }
        if let Some(unique) = clash {
            let start = if user.is_some() { "and the" } else { "The" };
            let attrs = unique.attrs.join(" and ");
            write!(
                detail,
                " {start} new object cannot be made beside the old one, which has the same {attrs} ({}).",
                unique.error
            )
            .expect(FITS);
        } else if let Some(user) = user.filter(|user| user.stays) {
            let user = &self.drafts[user.at].step.address;
            write!(detail, " The plan leaves {user} as it is: it goes on using the old object.")
                .expect(FITS);
        }
        let schema = self.state.registry.resource(address.type_name().as_str());
        let problem = Diagnostic::error(573, "Replaced object is in use", detail)
            .of(address)
            .help(schema.map_or_else(String::new, |schema| help(schema, clash)));
        match self.drafted_from(&self.drafts[halves.create]) {
            Some(block) => problem.at(block.span),
            None => problem,
        }
    }
}

/// Whether deleting an object takes along whatever uses it.
fn lets_go_by_itself(delete: &Step) -> bool {
    let is_on = |name: &str| {
        let prior = delete.prior.as_ref().and_then(|prior| prior.attribute(name));
        prior.and_then(Value::as_bool) == Some(true)
    };
    is_on("force_destroy") || is_on("force_detach_policies")
}

fn help(schema: &Schema, clash: Option<&Unique>) -> String {
    let Some(clash) = clash else {
        return "Let it refer to the replaced resource, so that it follows the new object.".into();
    };
    let rule = schema.name_generation.as_ref();
    match rule.filter(|rule| clash.attrs.contains(&rule.attr)) {
        Some(rule) => format!(
            "Write {} in place of {}: names then differ, and the new object is made first, as with create_before_destroy.",
            rule.prefix_attr, rule.attr
        ),
        None => {
            let attr = clash.attrs.last().map_or("name", |attr| attr.as_str());
            format!(
                "Change {attr} as well: then the new object is made first, as with create_before_destroy."
            )
        }
    }
}

/// Texts by which others may name an object: its id, ARN, name and whatever is called an id.
fn names_of(value: &Value) -> Vec<EcoString> {
    let entries = value.as_entries().into_iter().flatten();
    let names = entries.filter(|(name, _)| {
        matches!(name.as_str(), "id" | "arn" | "name" | "bucket") || name.ends_with("_id")
    });
    let texts = names.filter_map(|(_, value)| value.as_str().map(EcoString::from));
    let texts: BTreeSet<EcoString> = texts.filter(|text| !text.is_empty()).collect();
    texts.into_iter().collect()
}
