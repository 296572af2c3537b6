//! How often calls may be made: token buckets by class, as AWS publishes them, or cautious where it does not.

use std::sync::OnceLock;

use indexmap::IndexMap;

use super::facts::Api;

/// How many calls of a class pass at once, and how many per second after that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallRate {
    /// Calls at once.
    pub burst: f64,
    /// Calls per second after that.
    pub refill: f64,
}

/// The rates of every class: `ec2:nat`, `elbv2:describe`, `iam:default`.
#[must_use]
pub fn rates() -> &'static IndexMap<String, CallRate> {
    static RATES: OnceLock<IndexMap<String, CallRate>> = OnceLock::new();
    RATES.get_or_init(|| {
        let text = include_str!("../../schemas/rates.json");
        let rates: IndexMap<String, (f64, f64)> =
            serde_json::from_str(text).expect("the embedded file is parsed by a test");
        let rate = |(burst, refill)| CallRate { burst, refill };
        rates.into_iter().map(|(class, pair)| (class, rate(pair))).collect()
    })
}

/// An operation on a type, for the class of its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Listing and reading.
    Read,
    /// Creating.
    Create,
    /// Updating.
    Update,
    /// Deleting.
    Delete,
}

impl Api {
    /// The class of the calls of an operation: its own, else the service's for reads or writes, else its default.
    #[must_use]
    pub fn class_of(&self, call: Call) -> String {
        let key = match call {
            Call::Read => "list",
            Call::Create => "create",
            Call::Update => "update",
            Call::Delete => "delete",
        };
        if let Some(class) = self.class.get(key) {
            return class.to_string();
        }
        let of = |name: &str| format!("{}:{name}", self.service);
        let general = match call {
            Call::Read => vec![of("describe")],
            Call::Create | Call::Update | Call::Delete => vec![of("mutate"), of("modify")],
        };
        let known = general.into_iter().find(|class| rates().contains_key(class));
        known.unwrap_or_else(|| of("default"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn calls_have_classes_with_rates() {
        let check = |type_name: &str, call, expect: &str| {
            let api = &schema::resource(type_name).expect("embedded").terrace.api;
            assert_eq!(api.class_of(call), expect, "{type_name}");
        };
        check("aws_vpc", Call::Read, "ec2:describe");
        check("aws_vpc", Call::Create, "ec2:mutate");
        check("aws_nat_gateway", Call::Delete, "ec2:nat");
        check("aws_lb", Call::Create, "elbv2:create_load_balancer");
        check("aws_lb_listener", Call::Update, "elbv2:modify");
        check("aws_iam_role", Call::Read, "iam:default");
        for name in schema::names(schema::Kind::Resource) {
            let facts = &schema::resource(name).expect("listed").terrace;
            if facts.api.service.is_empty() {
                continue;
            }
            for call in [Call::Read, Call::Create, Call::Update, Call::Delete] {
                assert!(rates().contains_key(&facts.api.class_of(call)), "{name} {call:?}");
            }
        }
    }
}
