//! From a difference to steps: create, update, replace, or leave alone.

use super::Walk;
use super::instance::InstanceId;
use super::resource::Subject;
use crate::base::{Address, Id};
use crate::config::{ModuleId, Resource};
use crate::diag::{Diagnostic, Diagnostics};
use crate::graph::{Object, Part};
use crate::plan::diff::{self, DiffInput, Difference, marks, write_only};
use crate::plan::{
    Action, Intent, Interruption, Live, Reason, Scope, Step, StepId, ignore, unknowns,
};
use crate::schema::{Operation, Owner, Scene, Schema};
use crate::value::{AttrPath, Value};

/// A step before it has its place in the plan; its number is its position among the drafts.
#[derive(Clone)]
pub(in crate::plan) struct Draft {
    pub step: Step,
    /// The block that it comes from; none for what no block declares.
    pub source: Option<Source>,
    /// Whether the old object is deleted only after the new one is there.
    pub create_first: bool,
}

/// A block in a module instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::plan) struct Source {
    pub module: ModuleId,
    pub at: InstanceId,
    pub index: usize,
}

/// What the configuration asks of one instance.
pub(super) struct Wish<'a> {
    pub schema: &'a Schema,
    pub config: Value,
    pub scope: Scope,
}

/// What is there, and how it came to be this instance's.
struct Present {
    live: Live,
    /// As the last run left it.
    seen: Option<Value>,
    moved_from: Option<Address>,
    importing: Option<Id>,
}

impl Walk {
    /// Decides about one instance; answers what expressions see of it.
    pub(super) fn decide(
        &mut self,
        subject: &Subject<'_>,
        wish: Wish<'_>,
    ) -> Result<Value, Diagnostics> {
        let present = self.present(subject, &wish)?;
        let prior = present.as_ref().map(|present| present.live.value.clone());
        let config = match &prior {
            Some(prior) => ignore::apply(
                &subject.resource.lifecycle.ignore_changes,
                &wish.config,
                prior,
                wish.schema,
            ),
            None => wish.config.clone(),
        };
        let seen = present.as_ref().and_then(|present| present.seen.as_ref());
        let difference = self.difference(subject, &wish, prior.as_ref(), seen, &config);
        if self.input.options.intent == Intent::RefreshOnly {
            return Ok(self.leave_alone(subject, &wish, present, &config));
        }
        let Some(present) = present else {
            self.accept_new(subject, &wish, &difference.planned)?;
            let planned = marked(&difference.planned, &config, wish.schema);
            self.create(subject, &wish, planned.clone(), None);
            return Ok(planned);
        };
        let why = self.replacement_reason(subject, &difference)?;
        match why {
            Some(why) => self.replace(subject, &wish, present, &config, difference, why),
            None => self.keep(subject, &wish, present, &config, difference),
        }
    }

    fn present(
        &mut self,
        subject: &Subject<'_>,
        wish: &Wish<'_>,
    ) -> Result<Option<Present>, Diagnostics> {
        let address = &subject.address;
        if let Some(slot) = self.slot(address) {
            let live = slot.current.clone();
            let moved_from = self.moves.from.get(address).cloned();
            let seen = slot.seen.clone();
            return Ok(Some(Present { live, seen, moved_from, importing: None }));
        }
        if let Some((live, id)) = self.imported(subject)? {
            let importing = Some(id);
            return Ok(Some(Present { live, seen: None, moved_from: None, importing }));
        }
        let found = self.by_nature(wish.schema, address, &wish.scope, &wish.config);
        Ok(found.map(|live| Present { live, seen: None, moved_from: None, importing: None }))
    }

    fn difference(
        &self,
        subject: &Subject<'_>,
        wish: &Wish<'_>,
        prior: Option<&Value>,
        seen: Option<&Value>,
        config: &Value,
    ) -> Difference {
        let accepted =
            prior.map(|prior| self.scheduled_values(wish.schema, prior)).unwrap_or_default();
        let remembered = &self.input.remembered;
        let before = self.moves.from.get(&subject.address).unwrap_or(&subject.address);
        let mut difference = diff::diff(&DiffInput {
            accepted: &accepted,
            schema: wish.schema,
            prior,
            config,
            tags: &subject.provider.tags,
            region: wish.scope.region.as_ref().map(crate::base::Region::as_str),
            seen,
            sent: remembered.write_only.get(before),
            configured: remembered.configured.get(before),
        });
        if prior.is_none() {
            let Wish { schema, scope, .. } = wish;
            difference.planned =
                self.with_stand_ins(&subject.address, scope, schema, difference.planned);
        }
        difference
    }

    /// Why the object has to be replaced, if it has to.
    fn replacement_reason(
        &self,
        subject: &Subject<'_>,
        difference: &Difference,
    ) -> Result<Option<(Reason, Vec<AttrPath>)>, Diagnostics> {
        if self.is_tainted(&subject.address) {
            return Ok(Some((Reason::ReplaceBecauseTainted, difference.replace.clone())));
        }
        if self.input.options.replace.contains(&subject.address) {
            return Ok(Some((Reason::ReplaceByRequest, difference.replace.clone())));
        }
        if !difference.replace.is_empty() {
            return Ok(Some((Reason::ReplaceBecauseCannotUpdate, difference.replace.clone())));
        }
        let triggered = self.triggered(subject)?;
        Ok(triggered.then(|| (Reason::ReplaceByTriggers, Vec::new())))
    }

    /// Whether an object's creation did not finish, under whatever address that was.
    pub(in crate::plan) fn is_tainted(&self, address: &Address) -> bool {
        let before = self.moves.from.get(address).unwrap_or(address);
        self.input.remembered.tainted.contains(before)
    }

    fn keep(
        &mut self,
        subject: &Subject<'_>,
        wish: &Wish<'_>,
        present: Present,
        config: &Value,
        difference: Difference,
    ) -> Result<Value, Diagnostics> {
        self.note_configured(&subject.address, wish.schema, config);
        let planned = marked(&difference.planned, config, wish.schema);
        let same = difference.changed.is_empty() && !secrecy_moves(&present, &planned, wish);
        let action = if same { Action::NoOp } else { Action::Update };
        let prior = difference.prior.unwrap_or_else(|| present.live.value.clone());
        if action == Action::Update {
            let scene = Scene { prior: Some(&prior), planned: &difference.planned, config };
            self.accept(subject, wish, Operation::Update, &scene)?;
        }
        let step = Step {
            action,
            prior: Some(marked(&prior, config, wish.schema)),
            unknown: unknowns::origins(&planned, subject.resource),
            planned: Some(planned.clone()),
            changed: difference.changed,
            interruption: difference.interruption,
            ..self.blank(subject, &present)
        };
        self.draft(subject, step);
        Ok(planned)
    }

    /// Ends the planning of an instance that the cloud would refuse.
    fn accept(
        &mut self,
        subject: &Subject<'_>,
        wish: &Wish<'_>,
        operation: Operation,
        scene: &Scene<'_>,
    ) -> Result<(), Diagnostics> {
        let problems = self.refused(subject, wish, operation, scene);
        if problems.has_errors() {
            return Err(problems);
        }
        self.problems.extend(problems);
        Ok(())
    }

    fn accept_new(
        &mut self,
        subject: &Subject<'_>,
        wish: &Wish<'_>,
        planned: &Value,
    ) -> Result<(), Diagnostics> {
        let scene = Scene { prior: None, planned, config: &wish.config };
        self.accept(subject, wish, Operation::Create, &scene)
    }

    /// Notes what the configuration says of what something else may move, for objects that are left as they are.
    fn note_configured(&mut self, address: &Address, schema: &Schema, config: &Value) {
        if let Some(configured) = diff::configured(schema, config) {
            self.configured.insert(address.clone(), configured);
        }
    }

    fn leave_alone(
        &mut self,
        subject: &Subject<'_>,
        wish: &Wish<'_>,
        present: Option<Present>,
        config: &Value,
    ) -> Value {
        let Some(present) = present else {
            return Value::unknown(wish.schema.implied_type().clone());
        };
        let value = marked(&present.live.value, config, wish.schema);
        let step = Step {
            action: Action::NoOp,
            prior: Some(value.clone()),
            planned: Some(value.clone()),
            ..self.blank(subject, &present)
        };
        self.draft(subject, step);
        value
    }

    #[expect(clippy::too_many_arguments, reason = "both halves are made of all that was decided")]
    fn replace(
        &mut self,
        subject: &Subject<'_>,
        wish: &Wish<'_>,
        present: Present,
        config: &Value,
        difference: Difference,
        (reason, paths): (Reason, Vec<AttrPath>),
    ) -> Result<Value, Diagnostics> {
        if subject.resource.lifecycle.prevent_destroy {
            return Err(prevented(&subject.address, subject.resource.span).into());
        }
        let fresh = self.difference(subject, wish, None, None, &wish.config);
        self.accept_new(subject, wish, &fresh.planned)?;
        let planned = marked(&fresh.planned, config, wish.schema);
        let prior = difference.prior.unwrap_or_else(|| present.live.value.clone());
        let prior = marked(&prior, config, wish.schema);
        let mut changed = Vec::new();
        diff::changed_paths(
            &AttrPath::default(),
            &marks::strip(&prior),
            &fresh.planned,
            &mut changed,
        );
        let create_first = self.creates_first(subject);
        let delete = Step {
            action: Action::Delete,
            reason,
            prior: Some(prior.clone()),
            replace_paths: paths.clone(),
            interruption: Interruption::Replacement,
            ..self.blank(subject, &present)
        };
        let delete = self.draft(subject, delete);
        self.drafts[delete].create_first = create_first;
        let create = Step {
            action: Action::Create,
            reason,
            replaces: Some(step_id(delete)),
            generation: generation(&present.live) + 1,
            object: None,
            prior: Some(prior),
            unknown: unknowns::origins(&planned, subject.resource),
            planned: Some(planned.clone()),
            changed,
            replace_paths: paths,
            interruption: Interruption::Replacement,
            scope: wish.scope.clone(),
            ..self.blank(subject, &present)
        };
        let create = self.draft(subject, create);
        self.drafts[create].create_first = create_first;
        self.drafts[delete].step.replaces = Some(step_id(create));
        Ok(planned)
    }

    fn create(
        &mut self,
        subject: &Subject<'_>,
        wish: &Wish<'_>,
        planned: Value,
        importing: Option<Id>,
    ) {
        let step = Step {
            unknown: unknowns::origins(&planned, subject.resource),
            planned: Some(planned),
            importing,
            ..blank(&subject.address, wish.scope.clone(), Action::Create)
        };
        self.draft(subject, step);
    }

    /// A step about an object that is there.
    fn blank(&self, subject: &Subject<'_>, present: &Present) -> Step {
        Step {
            generation: generation(&present.live),
            object: Some(present.live.id.clone()),
            moved_from: present.moved_from.clone(),
            importing: present.importing.clone(),
            ..blank(&subject.address, present.live.scope.clone(), Action::NoOp)
        }
    }

    /// The block that a draft comes from.
    pub(super) fn drafted_from(&self, draft: &Draft) -> Option<&Resource> {
        let source = draft.source?;
        let blocks = &self.state.config.tree[source.module].resources;
        blocks.get_index(source.index).map(|(_, block)| block)
    }

    pub(super) fn draft(&mut self, subject: &Subject<'_>, step: Step) -> usize {
        let module = self.state.instances[subject.at].module;
        let source = Source { module, at: subject.at, index: subject.index };
        self.add_draft(step, Some(source))
    }

    pub(super) fn add_draft(&mut self, mut step: Step, source: Option<Source>) -> usize {
        let at = self.drafts.len();
        if let Some(Source { module, index, .. }) = source
            && step.action != Action::NoOp
        {
            self.changing.extend(self.graph.node(Object { module, part: Part::Resource(index) }));
        }
        step.id = step_id(at);
        self.by_address.insert((step.address.clone(), at));
        self.drafts.push(Draft { step, source, create_first: false });
        at
    }

    /// Whether the new object is made before the old one goes: asked for here, or by something that depends on it.
    fn creates_first(&self, subject: &Subject<'_>) -> bool {
        let module = self.state.instances[subject.at].module;
        self.create_first.contains(&(module, subject.index))
    }
}

/// Whether arguments became sensitive, or ceased to be, since the last run wrote.
fn secrecy_moves(present: &Present, planned: &Value, wish: &Wish<'_>) -> bool {
    let kept_here = matches!(wish.schema.terrace.owner, Owner::Ledger {});
    let before = match &present.seen {
        Some(seen) => seen,
        None if kept_here && present.importing.is_none() => &present.live.value,
        None => return false,
    };
    marks::secrecy_differs(wish.schema, before, planned)
}

/// A step with nothing but its address, place and action.
pub(super) fn blank(address: &Address, scope: Scope, action: Action) -> Step {
    Step {
        id: StepId(0),
        address: address.clone(),
        generation: 1,
        deposed: false,
        scope,
        action,
        reason: Reason::None,
        replaces: None,
        after: Vec::new(),
        object: None,
        prior: None,
        planned: None,
        changed: Vec::new(),
        replace_paths: Vec::new(),
        unknown: Vec::new(),
        interruption: Interruption::None,
        moved_from: None,
        importing: None,
    }
}

pub(super) fn step_id(at: usize) -> StepId {
    StepId(u32::try_from(at).expect("steps fit into memory"))
}

/// The generation of a live object.
pub(super) fn generation(live: &Live) -> u32 {
    live.owner.as_ref().map_or(1, |owner| owner.generation)
}

/// A value with the marks of its configuration and its schema.
pub(super) fn marked(value: &Value, config: &Value, schema: &Schema) -> Value {
    let marked = marks::mark_schema(&marks::remark(value, config), &schema.block);
    write_only::veil(&marked, &schema.block)
}

/// The refusal to delete what must not be deleted.
pub(super) fn prevented(address: &Address, at: crate::diag::Span) -> Diagnostic {
    let detail = format!(
        "Resource {address} has lifecycle.prevent_destroy set, but the plan calls for this resource to be destroyed. \
         To avoid this error and continue with the plan, either disable lifecycle.prevent_destroy or reduce the scope \
         of the plan using the -target option."
    );
    Diagnostic::error(534, "Instance cannot be destroyed", detail).at(at).of(address)
}
