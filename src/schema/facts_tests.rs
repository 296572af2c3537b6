//! Whether the facts of every type are whole and name what there is.

use super::{Kind, Owner, Reference, Schema, names, resource};
use crate::value::Type;

fn every_type() -> impl Iterator<Item = &'static Schema> {
    names(Kind::Resource).map(|name| resource(name).expect("listed"))
}

#[test]
fn references_name_attributes_that_exist() {
    for schema in every_type() {
        for Reference { attr, to, by, .. } in &schema.terrace.refers {
            let name = &schema.type_name;
            assert!(schema.block.attribute_at(attr).is_some(), "{name}.{attr}");
            let target = resource(&to[0]).unwrap_or_else(|| panic!("{name}.{attr}: {}", to[0]));
            assert!(target.attribute(by).is_some(), "{name}.{attr}: {}.{by}", to[0]);
            for other in to {
                assert!(resource(other).is_some(), "{name}.{attr}: {other}");
            }
        }
    }
}

#[test]
fn facts_name_attributes_that_exist() {
    for schema in every_type() {
        let facts = &schema.terrace;
        let mut paths: Vec<&str> = facts.name.iter().map(AsRef::as_ref).collect();
        if let Owner::Parent { parent, key } = &facts.owner {
            paths.extend(parent.iter().chain(key).map(ecow::EcoString::as_str));
        }
        paths.extend(
            facts.unique.iter().flat_map(|unique| &unique.attrs).map(ecow::EcoString::as_str),
        );
        paths.extend(facts.limits.iter().flat_map(|limit| &limit.per).map(ecow::EcoString::as_str));
        paths.extend(facts.live_owned.iter().map(|owned| owned.attr.as_str()));
        paths.extend(
            facts
                .untold
                .iter()
                .chain(&facts.renamed_by)
                .chain(&facts.part_tags)
                .map(AsRef::<str>::as_ref),
        );
        paths.extend(facts.protection.iter().map(AsRef::<str>::as_ref));
        paths.extend(facts.shows.iter().flat_map(|mirror| [mirror.attr.as_str(), &mirror.name]));
        paths.extend(facts.interruption.keys().map(ecow::EcoString::as_str));
        paths.extend(facts.api.list_per.iter().map(ecow::EcoString::as_str));
        for path in paths {
            let block = &schema.block;
            let known = block.attribute_at(path).is_some() || block.block_at(path).is_some();
            assert!(known, "{}: {path}", schema.type_name);
        }
        for name in &facts.always {
            assert!(schema.block.blocks.contains_key(name), "{}: {name}", schema.type_name);
        }
    }
}

#[test]
fn every_cloud_type_can_be_found_and_made() {
    for schema in every_type().filter(|schema| schema.provider == "hashicorp/aws") {
        let facts = &schema.terrace;
        let name = &schema.type_name;
        assert!(facts.owner != Owner::Ledger {}, "{name}: owner");
        assert!(!facts.api.list.is_empty() && !facts.api.create.is_empty(), "{name}: api");
        assert!(facts.computed.contains_key("id"), "{name}: id");
        let durations = facts.durations;
        for duration in [durations.create, durations.update, durations.delete] {
            assert!(duration.typical() <= duration.slow(), "{name}: durations");
        }
        let has_arn = schema.attribute("arn").is_some_and(|arn| arn.ty == Type::String);
        let writable = schema.attribute("arn").is_some_and(|arn| arn.presence.is_writable());
        assert!(!has_arn || writable || facts.computed.contains_key("arn"), "{name}: arn");
    }
}
