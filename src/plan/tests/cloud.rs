//! A cloud in memory that does what it is told, and a stage on which configurations are planned and applied.

use std::sync::Arc;

use camino::Utf8Path;

use crate::base::{Address, Id, StackName};
use crate::config::{self, Manifest};
use crate::diag::{Diagnostics, SourceMap};
use crate::plan::{
    Action, Answers, Given, Input, Live, LiveWorld, Needs, Options, Origin, Outcome, Owner, Places,
    Planner, Progress, Remembered, Resolver, Slot, Status, VariableInput, text,
};
use crate::schema::Registry;
use crate::value::{Entries, Type, Value};
use crate::world::World;
use crate::world::memory::FileTree;

/// Configuration, cloud and ledger of one stack.
pub struct Stage {
    pub(super) files: Vec<(String, String)>,
    pub world: LiveWorld,
    pub options: Options,
    pub remembered: Remembered,
    pub variables: Vec<(String, String)>,
    pub phase: Option<String>,
    pub registry: Arc<Registry>,
    pub inputs: Vec<VariableInput>,
    made: u32,
}

impl Stage {
    pub fn new(text: &str) -> Self {
        Self {
            files: vec![("main.tf".into(), text.into())],
            world: LiveWorld::default(),
            options: Options::default(),
            remembered: Remembered::default(),
            variables: Vec::new(),
            phase: None,
            registry: Arc::new(Registry::embedded()),
            inputs: Vec::new(),
            made: 0,
        }
    }

    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.into(), text.into()));
        self
    }

    pub fn rewrite(&mut self, text: &str) {
        self.files[0].1 = text.into();
    }

    pub fn input(&self) -> (Input, Diagnostics) {
        let (input, problems, _) = self.input_with_sources();
        (input, problems)
    }

    pub fn input_with_sources(&self) -> (Input, Diagnostics, SourceMap) {
        let mut world = World::in_memory(jiff::Timestamp::UNIX_EPOCH, 1);
        let files: FileTree =
            self.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        world.files = Arc::new(files);
        let mut sources = SourceMap::default();
        let (config, problems) =
            config::load(&*world.files, Utf8Path::new("."), &mut sources, &Manifest::default());
        let selected = config.select(self.phase.as_deref()).expect("the phase exists");
        let variables = self.variables.iter().map(|(name, value)| VariableInput {
            name: name.as_str().into(),
            given: Given::Text(value.clone()),
            origin: Origin::Flag,
        });
        let input = Input {
            config: Arc::new(selected),
            registry: self.registry.clone(),
            variables: variables.chain(self.inputs.iter().cloned()).collect(),
            options: self.options.clone(),
            remembered: self.remembered.clone(),
            supports: Arc::new(|_, _| true),
            places: Places { cwd: "/work".into(), root: ".".into() },
            workspace: "default".into(),
            time: jiff::Timestamp::UNIX_EPOCH,
            seed: 7,
            stand_ins: None,
            world,
        };
        (input, problems, sources)
    }

    pub fn plan(&self) -> Outcome {
        let (input, problems) = self.input();
        assert!(!problems.has_errors(), "{problems:?}");
        let mut planner = Planner::new(input);
        let mut rounds = 0;
        loop {
            rounds += 1;
            assert!(rounds < 20, "the planner asks on and on");
            match planner.advance() {
                Progress::Needs(needs) => planner.supply(self.answer(needs)),
                Progress::Done(outcome) => {
                    let faults = crate::plan::check::check(&outcome.plan);
                    assert!(faults.is_empty(), "{faults:?}");
                    return *outcome;
                }
            }
        }
    }

    fn answer(&self, needs: Needs) -> Answers {
        let providers = needs.providers.into_iter().map(|p| {
            let region = if p.kind == "aws" { Some("eu-central-1".into()) } else { None };
            (p.name, Ok(region))
        });
        let data = needs.data.into_iter().map(|need| {
            let value = self.read(&need.address, &need.config);
            (need.address, Ok(value))
        });
        let imports = needs.imports.into_iter().map(|need| {
            let live = self.imported(&need.address, &need.id);
            (need.address, Ok(Some(live)))
        });
        let wanted: Vec<_> = needs.live;
        let mut live = LiveWorld::default();
        for (address, slot) in &self.world.owned {
            let asked = wanted.iter().any(|(ty, _)| ty == address.type_name());
            if asked || !wanted.is_empty() {
                live.owned.insert(address.clone(), slot.clone());
            }
        }
        Answers {
            providers: providers.collect(),
            data: data.collect(),
            live,
            imports: imports.collect(),
            ..Answers::default()
        }
    }

    /// Plans, applies, and answers the plan as text.
    pub fn apply(&mut self) -> String {
        let outcome = self.plan();
        assert!(!outcome.errored(), "{:?}", outcome.problems);
        self.apply_outcome(outcome).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    /// Applies what was planned.
    pub fn apply_outcome(&mut self, outcome: Outcome) -> Result<String, Diagnostics> {
        let shown = text::text(&outcome.plan);
        let plan = outcome.plan;
        let mut replay = outcome.replay.expect("planning went well");
        for step in &plan.steps {
            let (desired, problems) = replay.desired(step);
            if problems.has_errors() {
                return Err(problems);
            }
            let result = match step.action {
                Action::Create => Some(self.create(&step.address, step.generation, desired)),
                Action::Update => {
                    if let Some(from) = &step.moved_from {
                        let slot = self.world.owned.remove(from).expect("it is there");
                        self.world.owned.insert(step.address.clone(), slot);
                    }
                    if let (Some(id), false) =
                        (&step.importing, self.world.owned.contains_key(&step.address))
                    {
                        let current = self.imported(&step.address, id);
                        self.world.owned.insert(
                            step.address.clone(),
                            Slot { current, seen: None, deposed: Vec::new() },
                        );
                    }
                    Some(self.update(&step.address, desired))
                }
                Action::Read => desired,
                Action::Delete => {
                    self.delete(&step.address, step.generation);
                    None
                }
                Action::Forget => {
                    self.world.owned.remove(&step.address);
                    None
                }
                Action::NoOp => {
                    if let Some(from) = &step.moved_from {
                        let slot = self.world.owned.remove(from).expect("it is there");
                        self.world.owned.insert(step.address.clone(), slot);
                    }
                    if let (Some(id), false) =
                        (&step.importing, self.world.owned.contains_key(&step.address))
                    {
                        let current = self.imported(&step.address, id);
                        self.world.owned.insert(
                            step.address.clone(),
                            Slot { current, seen: None, deposed: Vec::new() },
                        );
                    }
                    desired
                }
            };
            let problems = replay.done(step, result);
            if problems.has_errors() {
                return Err(problems);
            }
        }
        let problems = replay.finish(&[]);
        if problems.has_errors() {
            return Err(problems);
        }
        self.remembered.outputs = replay.outputs().into_iter().collect();
        Ok(shown)
    }

    /// A data source as the test provider reads it; what others compute is made up.
    fn read(&self, address: &Address, config: &Value) -> Value {
        let Some(entries) = config.as_entries() else { return config.clone() };
        let mut entries = entries.clone();
        let key = entries.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
        if entries.contains_key("result") {
            let filters = entries.get("filter").and_then(Value::as_sequence).unwrap_or_default();
            let count = i64::try_from(filters.len()).unwrap_or(0);
            entries.insert("result".into(), Value::string(format!("value-of-{key}")));
            entries.insert("count_of_filters".into(), Value::number(count));
            return Value::object(entries);
        }
        let schema = self.registry.data(address.type_name().as_str()).expect("a known type");
        for (name, attribute) in &schema.block.attributes {
            if !entries.get(name).is_none_or(Value::is_null) || !attribute.presence.is_computed() {
                continue;
            }
            let text = |n: usize| Value::string(format!("{}-{name}-{n}", address.resource.name));
            let value = match &attribute.ty {
                Type::String if name == "partition" => Value::string("aws"),
                Type::String if name.ends_with("arn") => {
                    Value::string("arn:aws:ec2:us-east-1:123456789012:x/y")
                }
                Type::String if name.ends_with("json") => {
                    Value::string("{\"Version\":\"2012-10-17\",\"Statement\":[]}")
                }
                Type::String => text(0),
                Type::Bool => Value::bool(false),
                Type::Number => Value::number(0),
                Type::List(element) if **element == Type::String => {
                    Value::list(Type::String, (0..3).map(text))
                }
                _ => continue,
            };
            entries.insert(name.clone(), value);
        }
        Value::object(entries)
    }

    fn imported(&self, address: &Address, id: &Id) -> Live {
        let schema = self.registry.resource(address.type_name().as_str()).expect("a known type");
        let empty = crate::schema::empty_object(&schema.block);
        let mut entries = empty.as_entries().cloned().unwrap_or_default();
        for name in ["id", "name"] {
            if entries.contains_key(name) {
                entries.insert(name.into(), Value::string(id.as_str()));
            }
        }
        Live {
            type_name: address.type_name().clone(),
            scope: crate::plan::Scope { provider: "aws".into(), region: None },
            id: id.clone(),
            value: Value::object(entries),
            owner: None,
            status: Status::Ready,
        }
    }

    fn create(&mut self, address: &Address, generation: u32, desired: Option<Value>) -> Value {
        self.made += 1;
        let id = format!("id-{}", self.made);
        let mut entries = desired.and_then(|v| v.as_entries().cloned()).unwrap_or_default();
        self.compute(address, &id, &mut entries);
        let value = Value::object(entries);
        let live = Live {
            type_name: address.type_name().clone(),
            scope: crate::plan::Scope { provider: "aws".into(), region: None },
            id: Id::from(id.as_str()),
            value: value.clone(),
            owner: Some(Owner {
                stack: StackName::from("test"),
                address: address.clone(),
                generation,
                nonce: None,
            }),
            status: Status::Ready,
        };
        match self.world.owned.get_mut(address) {
            Some(slot) => {
                let old = std::mem::replace(&mut slot.current, live);
                slot.deposed.push(old);
            }
            None => {
                self.world.owned.insert(
                    address.clone(),
                    Slot { current: live, seen: None, deposed: Vec::new() },
                );
            }
        }
        value
    }

    fn compute(&self, address: &Address, id: &str, entries: &mut Entries) {
        let schema = self.registry.resource(address.type_name().as_str()).expect("a known type");
        entries.insert("id".into(), Value::string(id));
        if let Some(input) = entries.get("input").cloned() {
            entries.insert("output".into(), input);
        }
        for (name, attribute) in &schema.block.attributes {
            let unset = entries.get(name).is_none_or(Value::is_null);
            if unset && attribute.presence.is_computed() {
                let named = entries.get("name").and_then(Value::as_str).unwrap_or_default();
                let value = match attribute.ty {
                    Type::String if name == "label" => Value::string(format!("auto-{named}")),
                    Type::String if name.ends_with("arn") => {
                        Value::string(format!("arn:aws:x:us-east-1:123456789012:x/{id}"))
                    }
                    Type::String => Value::string(format!("{name}-of-{id}")),
                    Type::Bool => Value::bool(false),
                    Type::Number => Value::number(0),
                    Type::List(ref element) => made_up(element, id),
                    _ => continue,
                };
                entries.insert(name.clone(), value);
            }
        }
    }

    fn update(&mut self, address: &Address, desired: Option<Value>) -> Value {
        let mut entries = desired.and_then(|v| v.as_entries().cloned()).unwrap_or_default();
        if let Some(input) = entries.get("input").cloned() {
            entries.insert("output".into(), input);
        }
        let slot = self.world.owned.get_mut(address).expect("it is there");
        slot.current.value = crate::plan::diff::marks::strip(&Value::object(entries));
        slot.current.value.clone()
    }

    fn delete(&mut self, address: &Address, generation: u32) {
        let Some(slot) = self.world.owned.get_mut(address) else { return };
        let current = slot.current.owner.as_ref().map(|owner| owner.generation);
        if current == Some(generation) {
            self.world.owned.remove(address);
        } else {
            slot.deposed.retain(|live| {
                live.owner.as_ref().map(|owner| owner.generation) != Some(generation)
            });
        }
    }

    pub fn problems(&self) -> Vec<String> {
        let (input, problems) = self.input();
        let mut all: Vec<String> = problems.iter().map(|p| p.summary.clone()).collect();
        if !problems.has_errors() {
            let _ = input;
            all.extend(self.plan().problems.iter().map(|p| p.summary.clone()));
        }
        all
    }
}

/// A list of one object whose texts are made up; empty for other elements.
fn made_up(element: &Type, id: &str) -> Value {
    let Type::Object(object) = element else { return Value::list(element.clone(), []) };
    let entries = object.attributes.iter().map(|(name, ty)| {
        let value = match ty {
            Type::String => Value::string(format!("{name}-of-{id}")),
            ty => Value::null(ty.clone()),
        };
        (name.clone(), value)
    });
    Value::list(element.clone(), [Value::object(entries)])
}
