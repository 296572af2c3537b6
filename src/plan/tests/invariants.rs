//! What holds of every plan.

use proptest::prelude::*;

use super::Stage;
use crate::plan::diff::{DiffInput, ProviderTags, diff};
use crate::schema::Registry;
use crate::value::{Type, Value};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn after_an_apply_nothing_is_left_to_do(sizes in prop::collection::vec(0_u8..4, 1..6), next in prop::collection::vec(0_u8..4, 1..6)) {
        let text = |sizes: &[u8]| -> String {
            let block = |(n, size)| format!(
                "resource \"terraform_data\" \"r{n}\" {{\n count = {size}\n input = \"{n}-${{count.index}}\"\n}}\n"
            );
            sizes.iter().enumerate().map(block).collect::<Vec<_>>().concat()
        };
        let mut stage = Stage::new(&text(&sizes));
        stage.apply();
        prop_assert!(!stage.plan().has_changes());
        stage.rewrite(&text(&next));
        stage.apply();
        prop_assert!(!stage.plan().has_changes());
        let wanted: usize = next.iter().map(|n| usize::from(*n)).sum();
        prop_assert_eq!(stage.world.owned.len(), wanted);
    }

    #[test]
    fn an_object_does_not_differ_from_itself(cidr in 0_u8..255, name in "[a-z]{0,8}", dns in any::<bool>()) {
        let registry = Registry::embedded();
        let schema = registry.resource("aws_vpc").expect("it is embedded");
        let config = Value::object(schema.implied_type_attributes().map(|(attribute, ty)| {
            let value = match attribute {
                "cidr_block" => Value::string(format!("10.{cidr}.0.0/16")),
                "enable_dns_support" => Value::bool(dns),
                "tags" => Value::map(Type::String, [("Name", Value::string(name.as_str()))]),
                _ => Value::null(ty),
            };
            (attribute.to_owned(), value)
        }));
        let tags = ProviderTags::default();
        let accepted = std::collections::BTreeMap::new();
        let input = |prior| DiffInput { schema, prior, config: &config, tags: &tags, region: Some("eu-west-1"), sent: None, seen: None, accepted: &accepted, configured: None };
        let made = crate::plan::conform::fill(&diff(&input(None)).planned, None);
        let again = diff(&input(Some(&made)));
        prop_assert!(again.changed.is_empty(), "{:?}", again.changed);
    }
}

#[test]
fn what_is_not_told_counts_as_it_was_sent() {
    let registry = Registry::embedded();
    let schema = registry.resource("aws_db_instance").expect("it is embedded");
    let database = |version: Option<i64>| {
        Value::object(schema.implied_type_attributes().map(|(attribute, ty)| {
            let value = match (attribute, version) {
                ("identifier", _) => Value::string("main"),
                ("password_wo_version", Some(version)) => Value::number(version),
                _ => Value::null(ty),
            };
            (attribute.to_owned(), value)
        }))
    };
    let (tags, accepted) = Default::default();
    let (live, config) = (database(None), database(Some(1)));
    let digest = |version: i64| crate::plan::diff::digest(&Value::number(version));
    let sent = |version| {
        [("password_wo_version".to_owned(), digest(version).expect("it is known"))].into()
    };
    let (same, other) = (sent(1), sent(2));
    let check = |sent, seen, expect: &[&str]| {
        let (config, tags, accepted) = (&config, &tags, &accepted);
        let (prior, region) = (Some(&live), Some("eu-west-1"));
        let input = DiffInput {
            schema,
            prior,
            config,
            tags,
            region,
            sent,
            seen,
            accepted,
            configured: None,
        };
        let changed = diff(&input).changed.into_iter().map(|path| path.to_string());
        let changed: Vec<String> = changed.filter(|name| name.starts_with("password")).collect();
        assert_eq!(changed, expect, "sent {sent:?}, seen {:?}", seen.is_some());
    };
    check(None, None, &[]);
    check(Some(&same), Some(&live), &[]);
    check(Some(&other), Some(&live), &["password_wo_version"]);
    // An object that the manifest knows, and of which this was never sent.
    check(None, Some(&live), &["password_wo_version"]);
    check(None, Some(&config), &[]);
}

#[test]
fn tags_that_others_gave_to_parts_are_left_alone() {
    let registry = Registry::embedded();
    let schema = registry.resource("aws_instance").expect("it is embedded");
    let instance = |tags: &[(&'static str, &'static str)]| {
        let given = tags.iter().map(|(key, value)| (*key, Value::string(*value)));
        let given = Value::map(Type::String, given);
        Value::object(schema.implied_type_attributes().map(|(attribute, ty)| {
            let has = attribute == "volume_tags" && !tags.is_empty();
            (attribute.to_owned(), if has { given.clone() } else { Value::null(ty) })
        }))
    };
    let (tags, accepted) = Default::default();
    let (team, backup) = (("Team", "blue"), ("Backup", "daily"));
    let check = |live: &[_], seen: Option<&[_]>, wanted: &[_], expect: bool| {
        let (live, seen, config) = (instance(live), seen.map(instance), instance(wanted));
        let (prior, seen, tags, accepted) = (Some(&live), seen.as_ref(), &tags, &accepted);
        let (config, region, sent) = (&config, Some("eu-west-1"), None);
        let configured = None;
        let input =
            DiffInput { schema, prior, config, tags, region, sent, seen, accepted, configured };
        let mut changed = diff(&input).changed.into_iter().map(|path| path.to_string());
        assert_eq!(changed.any(|name| name.starts_with("volume_tags")), expect);
    };
    check(&[team, backup], Some(&[team]), &[team], false);
    check(&[team, backup], None, &[team], false);
    check(&[backup], None, &[], false);
    check(&[backup], Some(&[team]), &[team], true);
    check(&[team, backup], Some(&[team]), &[], true);
}

impl crate::schema::Schema {
    fn implied_type_attributes(&self) -> impl Iterator<Item = (&str, Type)> {
        let attributes =
            self.block.attributes.iter().map(|(name, a)| (name.as_str(), a.ty.clone()));
        let blocks = self.block.blocks.iter().map(|(name, b)| (name.as_str(), b.implied_type()));
        attributes.chain(blocks)
    }
}
