//! Schema files to the model.

use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;

use super::model::{
    Attribute, Block, ForceNew, Framework, Identity, NestedBlock, Nesting, Nullable, Presence,
    Relations, Schema,
};
use super::wire::{
    AttributeFile, FrameworkFile, NestedFile, PresenceFile, RelationsFile, RuleFile, SchemaFile,
};
use super::{Checks, DiffSuppress, type_text};
use crate::value::Type;

/// Why a schema file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the schema of {name}, at {place}: {problem}")]
pub struct FileError {
    /// The type.
    pub name: String,
    /// The path in the file.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

type Defs = IndexMap<EcoString, Arc<NestedBlock>>;

/// The schema that the text of a schema file describes.
pub(super) fn parse(name: &str, text: &str) -> Result<Schema, FileError> {
    let file: SchemaFile =
        serde_json::from_str(text).map_err(|problem| fail(name, "top level", &problem))?;
    let reader = Reader { name, defs: &file.defs };
    let mut block = reader.block("", &file.attributes, &file.blocks, &mut Defs::new())?;
    let timeouts = timeouts(name, &file.timeouts)?;
    if !timeouts.is_empty() {
        block = with_timeouts(block, timeouts.keys());
    }
    Ok(Schema {
        type_name: file.type_name,
        aliases: file.aliases,
        kind: file.kind.into(),
        provider: file.provider,
        service: file.service,
        framework: match file.framework {
            FrameworkFile::Sdkv2 => Framework::Sdkv2,
            FrameworkFile::PluginFramework => Framework::PluginFramework,
        },
        version: file.schema_version,
        block,
        rules: file.rules.into_iter().flat_map(RuleFile::into_rules).collect(),
        timeouts,
        id: file.id,
        import: file.import.map(Into::into),
        identity: Identity { required: file.identity.required, optional: file.identity.optional },
        name_generation: file.name_generation.map(Into::into),
        region_override: file.region_override,
        tag_identifier: file.tags.map(|tags| tags.identifier),
        no_update: file.no_update,
        behavior: file.behavior,
        tables: file.tables,
        terrace: file.terrace,
    })
}

/// A block of JSON `attributes` and `blocks`, as the files of further providers have it.
pub(super) fn parse_block(name: &str, json: &Json) -> Result<Block, FileError> {
    let defs = IndexMap::new();
    let reader = Reader { name, defs: &defs };
    let file: NestedFile =
        NestedFile::deserialize(json).map_err(|problem| fail(name, "top level", &problem))?;
    reader.block("", &file.attributes, &file.blocks, &mut Defs::new())
}

fn fail(name: &str, place: &str, problem: &dyn std::fmt::Display) -> FileError {
    FileError { name: name.into(), place: place.into(), problem: problem.to_string() }
}

struct Reader<'a> {
    name: &'a str,
    defs: &'a IndexMap<EcoString, Json>,
}

impl Reader<'_> {
    fn block(
        &self,
        place: &str,
        attributes: &IndexMap<EcoString, Json>,
        blocks: &IndexMap<EcoString, Json>,
        done: &mut Defs,
    ) -> Result<Block, FileError> {
        let attributes = attributes
            .iter()
            .map(|(name, json)| Ok((name.clone(), self.attribute(&join(place, name), json)?)))
            .collect::<Result<_, FileError>>()?;
        let blocks = blocks
            .iter()
            .map(|(name, json)| Ok((name.clone(), self.nested(&join(place, name), json, done)?)))
            .collect::<Result<_, FileError>>()?;
        Ok(Block::new(attributes, blocks))
    }

    fn read<'de, T: Deserialize<'de>>(&self, place: &str, json: &'de Json) -> Result<T, FileError> {
        T::deserialize(json).map_err(|problem| fail(self.name, place, &problem))
    }

    fn suppress(&self, place: &str, json: Option<Json>) -> Result<Option<DiffSuppress>, FileError> {
        let suppress = json.map(|json| DiffSuppress::from_json(&json)).transpose();
        suppress.map_err(|problem| fail(self.name, place, &problem))
    }

    fn attribute(&self, place: &str, json: &Json) -> Result<Attribute, FileError> {
        let file: AttributeFile = self.read(place, json)?;
        let ty =
            type_text::from_json(&file.ty).map_err(|problem| fail(self.name, place, &problem))?;
        let presence = self.read::<PresenceFile>(place, json)?.into();
        let as_block = match &file.fields {
            Some(fields) => Some(self.as_block(place, &ty, presence, fields)?),
            None => None,
        };
        Ok(Attribute {
            ty,
            presence,
            sensitive: file.sensitive,
            write_only: file.write_only,
            deprecated: file.deprecated,
            force_new: match (file.force_new_if, file.force_new || file.force_replace) {
                (Some(condition), _) if !condition.is_note() => ForceNew::If(condition),
                (_, true) => ForceNew::Always,
                (_, false) => ForceNew::Never,
            },
            default: file.default,
            default_if: file.default_if,
            nullable: match file.nullable.as_deref() {
                Some("bool") => Some(Nullable::Bool),
                Some("int") => Some(Nullable::Int),
                Some("float") => Some(Nullable::Float),
                Some(other) => return Err(fail(self.name, place, &format!("nullable {other}"))),
                None => None,
            },
            checks: self.read::<Checks>(place, json)?,
            relations: self.read::<RelationsFile>(place, json)?.into(),
            as_block,
            diff_suppress: self.suppress(place, file.diff_suppress)?,
            state_func: file.state_func,
            set_key: file.set_key,
        })
    }

    /// The block by which an attribute of objects may be written as well.
    fn as_block(
        &self,
        place: &str,
        ty: &Type,
        presence: Presence,
        fields: &IndexMap<EcoString, Json>,
    ) -> Result<Arc<NestedBlock>, FileError> {
        let nesting = match ty {
            Type::List(_) => Nesting::List,
            Type::Set(_) => Nesting::Set,
            _ => return Err(fail(self.name, place, &"only lists and sets may be blocks")),
        };
        let block = self.block(place, fields, &IndexMap::new(), &mut Defs::new())?;
        Ok(Arc::new(NestedBlock { nesting, presence, block, ..NestedBlock::default() }))
    }

    fn nested(
        &self,
        place: &str,
        json: &Json,
        done: &mut Defs,
    ) -> Result<Arc<NestedBlock>, FileError> {
        if let Some(name) = json.get("ref").and_then(Json::as_str) {
            return self.def(place, name, done);
        }
        let file: NestedFile = self.read(place, json)?;
        let presence = self.read::<PresenceFile>(place, json)?;
        Ok(Arc::new(NestedBlock {
            nesting: match file.nesting.as_str() {
                "" | "list" => Nesting::List,
                "set" => Nesting::Set,
                "single" => Nesting::Single,
                "group" => Nesting::Group,
                "map" => Nesting::Map,
                other => return Err(fail(self.name, place, &format!("nesting {other}"))),
            },
            // What the provider asks of a block that may be left out, Terraform does not check.
            min_items: match (presence.required, presence.optional || presence.computed) {
                (true, _) => file.min_items.max(1),
                (false, true) => 0,
                (false, false) => file.min_items,
            },
            max_items: file.max_items,
            presence: presence.into(),
            deprecated: file.deprecated,
            force_new: if file.force_new { ForceNew::Always } else { ForceNew::Never },
            block: self.block(place, &file.attributes, &file.blocks, done)?,
            relations: self.read::<RelationsFile>(place, json)?.into(),
            diff_suppress: self.suppress(place, file.diff_suppress)?,
            set_key: file.set_key,
        }))
    }

    /// The block that `ref` stands for; shared by all of its users.
    fn def(&self, place: &str, name: &str, done: &mut Defs) -> Result<Arc<NestedBlock>, FileError> {
        if let Some(block) = done.get(name) {
            return Ok(Arc::clone(block));
        }
        let json = self.defs.get(name);
        let json = json.ok_or_else(|| fail(self.name, place, &format!("no def {name}")))?;
        let block = self.nested(place, json, done)?;
        done.insert(name.into(), Arc::clone(&block));
        Ok(block)
    }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.into() } else { format!("{place}.{name}") }
}

fn timeouts(
    name: &str,
    file: &IndexMap<EcoString, EcoString>,
) -> Result<IndexMap<EcoString, u64>, FileError> {
    let seconds = |text: &str| {
        let (number, unit) = text.split_at(text.len().saturating_sub(1));
        let scale = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return None,
        };
        Some(number.parse::<u64>().ok()? * scale)
    };
    let entry = |(operation, text): (&EcoString, &EcoString)| {
        let seconds = seconds(text).ok_or_else(|| fail(name, "timeouts", &format!("{text}")))?;
        Ok((operation.clone(), seconds))
    };
    file.iter().map(entry).collect()
}

/// The block with the `timeouts` block that types with timeouts take.
fn with_timeouts<'a>(mut block: Block, operations: impl Iterator<Item = &'a EcoString>) -> Block {
    let attribute = || Attribute {
        ty: Type::String,
        presence: Presence::Optional,
        sensitive: false,
        write_only: false,
        deprecated: false,
        force_new: ForceNew::Never,
        default: None,
        default_if: None,
        nullable: None,
        checks: Checks { format: Some("go_duration".into()), ..Checks::default() },
        relations: Relations::default(),
        as_block: None,
        diff_suppress: None,
        state_func: None,
        set_key: Vec::new(),
    };
    let attributes = operations.map(|name| (name.clone(), attribute())).collect();
    let timeouts = NestedBlock {
        nesting: Nesting::Single,
        block: Block::new(attributes, IndexMap::new()),
        ..NestedBlock::default()
    };
    block.blocks.insert("timeouts".into(), Arc::new(timeouts));
    block
}
