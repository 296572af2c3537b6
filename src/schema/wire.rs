//! What the JSON of a schema file looks like, key by key.

use ecow::EcoString;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;

use super::model::{Effect, Import, Kind, NameGeneration, Operation, Presence, Relations, Rule};
use super::{Condition, Facts, Normalize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SchemaFile {
    #[serde(rename = "type")]
    pub(super) type_name: EcoString,
    pub(super) kind: KindFile,
    #[serde(default)]
    pub(super) aliases: Vec<EcoString>,
    #[serde(default)]
    pub(super) provider: EcoString,
    #[serde(default)]
    pub(super) service: EcoString,
    #[serde(default)]
    pub(super) framework: FrameworkFile,
    #[serde(default)]
    pub(super) schema_version: u32,
    #[serde(default)]
    pub(super) attributes: IndexMap<EcoString, Json>,
    #[serde(default)]
    pub(super) blocks: IndexMap<EcoString, Json>,
    #[serde(default)]
    pub(super) defs: IndexMap<EcoString, Json>,
    #[serde(default)]
    pub(super) timeouts: IndexMap<EcoString, EcoString>,
    #[serde(default)]
    pub(super) region_override: bool,
    #[serde(default)]
    pub(super) tags: Option<TagsFile>,
    #[serde(default)]
    pub(super) id: EcoString,
    #[serde(default)]
    pub(super) import: Option<ImportFile>,
    #[serde(default)]
    pub(super) identity: IdentityFile,
    #[serde(default)]
    pub(super) name_generation: Option<NameGenerationFile>,
    #[serde(default)]
    pub(super) no_update: bool,
    #[serde(default)]
    pub(super) rules: Vec<RuleFile>,
    #[serde(default)]
    pub(super) behavior: Vec<EcoString>,
    #[serde(default)]
    pub(super) tables: Json,
    #[serde(default)]
    pub(super) terrace: Facts,
    #[serde(default, rename = "notes")]
    pub(super) _notes: Vec<EcoString>,
    #[serde(default, rename = "api")]
    pub(super) _api: Json,
    #[serde(default, rename = "facts_from")]
    pub(super) _facts_from: EcoString,
    #[serde(default, rename = "provider_version")]
    pub(super) _provider_version: EcoString,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindFile {
    Resource,
    Data,
    Ephemeral,
    Provider,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FrameworkFile {
    Sdkv2,
    #[default]
    PluginFramework,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TagsFile {
    #[serde(default)]
    pub(super) identifier: EcoString,
    #[serde(default, rename = "resource_type")]
    pub(super) _resource_type: Option<EcoString>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ImportFile {
    Id(EcoString),
    Full {
        id: EcoString,
        #[serde(default)]
        sets: IndexMap<EcoString, Json>,
        #[serde(default)]
        note: Option<EcoString>,
    },
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityFile {
    #[serde(default)]
    pub(super) required: Vec<EcoString>,
    #[serde(default)]
    pub(super) optional: Vec<EcoString>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NameGenerationFile {
    pub(super) attr: EcoString,
    pub(super) prefix_attr: EcoString,
    pub(super) default_prefix: EcoString,
    #[serde(default)]
    pub(super) suffix_if: IndexMap<EcoString, EcoString>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub(super) effect: EffectFile,
    pub(super) attrs: Vec<EcoString>,
    pub(super) when: Condition,
    #[serde(default)]
    pub(super) phase: Option<Operation>,
    #[serde(default)]
    pub(super) value: Option<Json>,
    #[serde(default)]
    pub(super) also_computed: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EffectFile {
    Error,
    Warn,
    ForceNew,
    Computed,
    SetValue,
    IgnoreChange,
}

#[derive(Deserialize)]
#[serde(default, rename_all = "snake_case")]
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of the schema files, each on its own")]
pub(super) struct AttributeFile {
    #[serde(rename = "type")]
    pub(super) ty: Json,
    pub(super) default: Option<Json>,
    pub(super) default_if: Option<Condition>,
    pub(super) deprecated: bool,
    pub(super) sensitive: bool,
    pub(super) write_only: bool,
    pub(super) nullable: Option<EcoString>,
    pub(super) force_new: bool,
    pub(super) force_replace: bool,
    pub(super) force_new_if: Option<Condition>,
    pub(super) diff_suppress: Option<Json>,
    pub(super) state_func: Option<Normalize>,
    pub(super) set_key: Vec<EcoString>,
    pub(super) fields: Option<IndexMap<EcoString, Json>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct NestedFile {
    pub(super) nesting: EcoString,
    pub(super) min_items: usize,
    pub(super) max_items: Option<usize>,
    pub(super) deprecated: bool,
    pub(super) force_new: bool,
    pub(super) attributes: IndexMap<EcoString, Json>,
    pub(super) blocks: IndexMap<EcoString, Json>,
    pub(super) diff_suppress: Option<Json>,
    pub(super) set_key: Vec<EcoString>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PresenceFile {
    pub(super) required: bool,
    pub(super) optional: bool,
    pub(super) computed: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RelationsFile {
    pub(super) conflicts_with: Vec<EcoString>,
    pub(super) exactly_one_of: Vec<EcoString>,
    pub(super) at_least_one_of: Vec<EcoString>,
    pub(super) required_with: Vec<EcoString>,
}

impl RuleFile {
    pub(super) fn into_rules(self) -> Vec<Rule> {
        let effect = match self.effect {
            EffectFile::Error => Effect::Error,
            EffectFile::Warn => Effect::Warn,
            EffectFile::ForceNew => Effect::ForceNew,
            EffectFile::Computed => Effect::Computed,
            EffectFile::SetValue => Effect::SetValue,
            EffectFile::IgnoreChange => Effect::IgnoreChange,
        };
        let also = self.also_computed.then(|| Rule {
            effect: Effect::Computed,
            attrs: self.attrs.clone(),
            when: self.when.clone(),
            phase: self.phase,
            value: None,
        });
        let rule = Rule {
            effect,
            attrs: self.attrs,
            when: self.when,
            phase: self.phase,
            value: self.value,
        };
        std::iter::once(rule).chain(also).collect()
    }
}

impl From<KindFile> for Kind {
    fn from(kind: KindFile) -> Self {
        match kind {
            KindFile::Resource => Self::Resource,
            KindFile::Data => Self::Data,
            KindFile::Ephemeral => Self::Ephemeral,
            KindFile::Provider => Self::Provider,
        }
    }
}

impl From<PresenceFile> for Presence {
    fn from(file: PresenceFile) -> Self {
        match (file.required, file.optional, file.computed) {
            (true, _, _) => Self::Required,
            (_, true, true) => Self::OptionalComputed,
            (_, false, true) => Self::Computed,
            (_, _, false) => Self::Optional,
        }
    }
}

impl From<RelationsFile> for Relations {
    fn from(file: RelationsFile) -> Self {
        Self {
            conflicts_with: file.conflicts_with,
            exactly_one_of: file.exactly_one_of,
            at_least_one_of: file.at_least_one_of,
            required_with: file.required_with,
        }
    }
}

impl From<ImportFile> for Import {
    fn from(file: ImportFile) -> Self {
        match file {
            ImportFile::Id(id) => Self { id, ..Self::default() },
            ImportFile::Full { id, sets, note } => Self { id, sets, note },
        }
    }
}

impl From<NameGenerationFile> for NameGeneration {
    fn from(file: NameGenerationFile) -> Self {
        let NameGenerationFile { attr, prefix_attr, default_prefix, suffix_if } = file;
        Self { attr, prefix_attr, default_prefix, suffix_if }
    }
}
