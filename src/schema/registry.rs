//! Which types there are: the embedded schema files, and further providers loaded at run time.
//!
//! The files are compiled in as text and parsed when first asked for, each once, so that a command which needs none
//! pays nothing.

use std::sync::OnceLock;

use ecow::EcoString;
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::Facts;
use super::file::{self, FileError};
use super::model::{Block, Framework, Kind, Schema};

/// A schema file as the build embeds it.
struct Embedded {
    name: &'static str,
    text: &'static str,
}

/// The files of one kind, sorted by name, with other names of their types.
struct Table {
    files: &'static [Embedded],
    aliases: &'static [(&'static str, &'static str)],
    cells: &'static [OnceLock<Schema>],
}

include!(concat!(env!("OUT_DIR"), "/schema_table.rs"));

impl Table {
    fn find(&self, name: &str) -> Option<&'static Schema> {
        let position = |name: &str| self.files.binary_search_by(|file| file.name.cmp(name)).ok();
        let index = position(name).or_else(|| {
            let alias = self.aliases.binary_search_by(|(alias, _)| (*alias).cmp(name)).ok()?;
            position(self.aliases[alias].1)
        })?;
        let file = &self.files[index];
        Some(self.cells[index].get_or_init(|| {
            file::parse(file.name, file.text).expect("every embedded file is parsed by a test")
        }))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.files.iter().map(|file| file.name)
    }
}

/// The resource type of this name or alias.
#[must_use]
pub fn resource(name: &str) -> Option<&'static Schema> {
    RESOURCES.find(name)
}

/// The data source type of this name or alias.
#[must_use]
pub fn data(name: &str) -> Option<&'static Schema> {
    DATA.find(name)
}

/// The ephemeral resource type of this name.
#[must_use]
pub fn ephemeral(name: &str) -> Option<&'static Schema> {
    EPHEMERAL.find(name)
}

/// The configuration of the provider of this local name: `aws`.
#[must_use]
pub fn provider(name: &str) -> Option<&'static Schema> {
    PROVIDERS.find(name)
}

/// The names of all types of a kind, sorted; for providers their usual local names.
pub fn names(kind: Kind) -> impl Iterator<Item = &'static str> {
    table(kind).names()
}

/// Other names of types of a kind: alias, then the type that it stands for; sorted.
#[must_use]
pub fn aliases(kind: Kind) -> &'static [(&'static str, &'static str)] {
    table(kind).aliases
}

fn table(kind: Kind) -> &'static Table {
    match kind {
        Kind::Resource => &RESOURCES,
        Kind::Data => &DATA,
        Kind::Ephemeral => &EPHEMERAL,
        Kind::Provider => &PROVIDERS,
    }
}

/// The types that a run knows: the embedded ones and those of further providers.
#[derive(Debug, Default)]
pub struct Registry {
    extra: Vec<Provider>,
}

/// A provider loaded at run time.
#[derive(Debug)]
struct Provider {
    source: EcoString,
    config: Schema,
    types: IndexMap<(Kind, EcoString), Schema>,
}

impl Registry {
    /// The embedded types alone.
    #[must_use]
    pub fn embedded() -> Self {
        Self::default()
    }

    /// Adds the provider that a JSON text describes: `source`, `provider`, `resources`, `data_sources`.
    ///
    /// # Errors
    ///
    /// The text is not JSON, or a schema in it is wrong.
    pub fn add_provider(&mut self, text: &str) -> Result<(), FileError> {
        self.extra.push(Provider::parse(text)?);
        Ok(())
    }

    /// The type of this kind and name or alias; for providers by local name or source.
    #[must_use]
    pub fn find(&self, kind: Kind, name: &str) -> Option<&Schema> {
        let extra = |provider: &'_ Provider| match kind {
            Kind::Provider => None,
            _ => Some(provider.types.get_index_of(&(kind, EcoString::from(name)))?),
        };
        for provider in &self.extra {
            if kind == Kind::Provider && provider.is_called(name) {
                return Some(&provider.config);
            }
            if let Some(index) = extra(provider) {
                return Some(&provider.types[index]);
            }
        }
        table(kind).find(name)
    }

    /// The resource type of this name or alias.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&Schema> {
        self.find(Kind::Resource, name)
    }

    /// The data source type of this name or alias.
    #[must_use]
    pub fn data(&self, name: &str) -> Option<&Schema> {
        self.find(Kind::Data, name)
    }

    /// The ephemeral resource type of this name.
    #[must_use]
    pub fn ephemeral(&self, name: &str) -> Option<&Schema> {
        self.find(Kind::Ephemeral, name)
    }

    /// The configuration of a provider, by local name (`aws`) or source (`hashicorp/aws`, with or without a host).
    #[must_use]
    pub fn provider(&self, name: &str) -> Option<&Schema> {
        let source = name.strip_prefix("registry.terraform.io/").unwrap_or(name);
        self.find(Kind::Provider, source).or_else(|| {
            let embedded = PROVIDERS.find(source.rsplit('/').next()?)?;
            (embedded.provider == source).then_some(embedded)
        })
    }

    /// The names of all types of a kind, embedded ones first.
    pub fn names(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let extra = self.extra.iter().flat_map(|provider| provider.types.keys());
        let extra = extra.filter(move |(of, _)| *of == kind).map(|(_, name)| name.as_str());
        table(kind).names().map(|name| -> &str { name }).chain(extra)
    }

    /// The type that a mistyped name was probably meant to be.
    #[must_use]
    pub fn suggest(&self, kind: Kind, given: &str) -> Option<&str> {
        crate::base::did_you_mean(given, self.names(kind))
    }
}

impl Provider {
    fn parse(text: &str) -> Result<Self, FileError> {
        let wrong = |problem: String| FileError {
            name: "a further provider".into(),
            place: "top level".into(),
            problem,
        };
        let json: Json =
            serde_json::from_str(text).map_err(|problem| wrong(problem.to_string()))?;
        let source: EcoString =
            json["source"].as_str().ok_or_else(|| wrong("no source".into()))?.into();
        let local = source.rsplit('/').next().unwrap_or(&source);
        let config = Schema::of_block(
            local.into(),
            Kind::Provider,
            source.clone(),
            file::parse_block(local, &json["provider"])?,
        );
        let mut types = IndexMap::new();
        for (kind, key) in [(Kind::Resource, "resources"), (Kind::Data, "data_sources")] {
            for (name, json) in json[key].as_object().into_iter().flatten() {
                let block = file::parse_block(name, json)?;
                let name = EcoString::from(name.as_str());
                let schema = Schema::of_block(name.clone(), kind, source.clone(), block);
                types.insert((kind, name), schema);
            }
        }
        Ok(Self { source, config, types })
    }

    fn is_called(&self, name: &str) -> bool {
        self.source == name || self.config.type_name == name
    }
}

impl Schema {
    /// A schema of which only attributes and blocks are known.
    fn of_block(type_name: EcoString, kind: Kind, provider: EcoString, block: Block) -> Self {
        Self {
            service: provider.clone(),
            type_name,
            kind,
            provider,
            block,
            aliases: Vec::new(),
            framework: Framework::PluginFramework,
            version: 0,
            rules: Vec::new(),
            timeouts: IndexMap::new(),
            id: EcoString::new(),
            import: None,
            identity: super::Identity::default(),
            name_generation: None,
            region_override: false,
            tag_identifier: None,
            no_update: false,
            behavior: Vec::new(),
            tables: Json::Null,
            terrace: Facts::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ForceNew;

    #[test]
    fn every_embedded_file_parses() {
        let mut problems = Vec::new();
        for kind in [Kind::Resource, Kind::Data, Kind::Ephemeral, Kind::Provider] {
            for file in table(kind).files {
                match file::parse(file.name, file.text) {
                    Ok(schema) => {
                        assert_eq!((schema.kind, schema.type_name.as_str()), (kind, file.name));
                    }
                    Err(problem) => problems.push(problem.to_string()),
                }
            }
        }
        assert!(problems.is_empty(), "{problems:#?}");
    }

    const ATTRIBUTE_KEYS: &str = "also also_format any_of as_blocks at_least_one_of computed conflicts_with default \
        default_if deprecated diff_suppress divisible_by empty_ok enum enum_ignore_case exactly_one_of exclusive_min \
        fields force_new force_new_if format int items len map_size max_items min_items non_zero not_blank not_chars \
        not_format not_pattern nullable optional pattern prefix prefix_len prefix_len_in range required required_with \
        sensitive set_key state_func type warn_if write_only";
    const BLOCK_KEYS: &str = "at_least_one_of attributes blocks computed conflicts_with deprecated diff_suppress \
        exactly_one_of force_new max_items min_items nesting optional ref required required_with set_key";

    /// Attributes and blocks have no key that nobody reads.
    fn check_keys(place: &str, json: &Json) {
        let check = |name: &str, json: &Json, known: &str| {
            for key in json.as_object().into_iter().flat_map(serde_json::Map::keys) {
                assert!(known.split_whitespace().any(|word| word == key), "{place}.{name}: {key}");
            }
        };
        let entries = |key: &str| json[key].as_object().into_iter().flatten();
        for (name, attribute) in entries("attributes").chain(entries("fields")) {
            check(name, attribute, ATTRIBUTE_KEYS);
            check_keys(&format!("{place}.{name}"), attribute);
        }
        for (name, block) in entries("blocks").chain(entries("defs")) {
            check(name, block, BLOCK_KEYS);
            check_keys(&format!("{place}.{name}"), block);
        }
    }

    #[test]
    fn every_key_is_known() {
        for kind in [Kind::Resource, Kind::Data, Kind::Ephemeral, Kind::Provider] {
            for file in table(kind).files {
                check_keys(file.name, &serde_json::from_str(file.text).expect("JSON"));
            }
        }
    }

    #[test]
    fn types_are_found_by_name_and_alias() {
        let name = |schema: Option<&Schema>| schema.map(|schema| schema.type_name.to_string());
        assert_eq!(name(resource("aws_vpc")).as_deref(), Some("aws_vpc"));
        assert_eq!(name(resource("aws_alb")).as_deref(), Some("aws_lb"));
        assert_eq!(name(resource("aws_vpcs")), None);
        assert_eq!(
            Registry::embedded().suggest(Kind::Resource, "aws_instanse"),
            Some("aws_instance")
        );
    }

    #[test]
    fn further_providers_are_found_beside_the_embedded_ones() {
        let text = r#"{
            "source": "example/conf",
            "provider": {"attributes": {"token": {"type": "string", "optional": true}}},
            "resources": {"conf_widget": {
                "attributes": {
                    "id": {"type": "string", "computed": true},
                    "force": {"type": "string", "optional": true, "force_replace": true},
                    "items": {"type": ["list", "string"], "optional": true}
                },
                "blocks": {"zone": {"nesting": "map", "attributes": {
                    "weight": {"type": "number", "optional": true}
                }}}
            }},
            "data_sources": {"conf_lookup": {"attributes": {
                "key": {"type": "string", "required": true}
            }}}
        }"#;
        let mut registry = Registry::embedded();
        registry.add_provider(text).expect("a provider");
        let widget = registry.resource("conf_widget").expect("added");
        assert_eq!(
            widget.implied_type().to_string(),
            "object({force=string,id=string,items=list(string),zone=map(object({weight=number}))})"
        );
        assert_eq!(widget.attribute("force").map(|a| a.force_new.clone()), Some(ForceNew::Always));
        assert_eq!(registry.data("conf_lookup").map(Schema::prefix), Some("conf"));
        assert!(registry.provider("conf").is_some() && registry.provider("example/conf").is_some());
        assert!(registry.resource("aws_vpc").is_some());
        for name in ["aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws"] {
            assert!(registry.provider(name).is_some(), "{name}");
        }
        assert!(registry.provider("someone/aws").is_none());
        assert_eq!(registry.suggest(Kind::Resource, "conf_widgt"), Some("conf_widget"));
        assert!(Registry::embedded().add_provider("{").is_err());
    }

    #[test]
    fn every_type_implies_an_object_type() {
        for kind in [Kind::Resource, Kind::Data, Kind::Ephemeral, Kind::Provider] {
            for name in names(kind) {
                let schema = table(kind).find(name).expect("listed");
                assert!(matches!(schema.implied_type(), crate::value::Type::Object(_)), "{name}");
            }
        }
    }
}
