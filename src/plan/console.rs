//! A configuration that answers questions: expressions evaluated in its root module, as a console asks them.

use std::collections::BTreeMap;

use super::Input;
use super::walk::{Group, InstanceId, Shape, Walk};
use crate::base::{Address, Key};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{self, Caller, Effects};
use crate::syntax::ast::{Expr, ExprKind};
use crate::value::{Marks, Value};

/// A configuration with the values that are given to it and the objects that are live.
pub struct Console {
    walk: Walk,
}

impl Console {
    /// Evaluates a configuration. Variables without a value are unknown, and so are resources that are not live.
    pub fn new(input: Input, live: BTreeMap<Address, Value>) -> (Self, Diagnostics) {
        let mut walk = Walk::new(input, true);
        walk.state.consult();
        walk.consulted = groups(live);
        let asked = walk.advance();
        debug_assert!(asked.is_none(), "consulting asks nothing");
        let problems = std::mem::replace(&mut walk.problems, Diagnostics::none());
        (Self { walk }, problems)
    }

    /// Evaluates an expression in the root module.
    pub fn evaluate(&self, expr: &Expr) -> (Value, Diagnostics) {
        let place = self.walk.state.place(InstanceId::ROOT);
        let mut outside = place.outside.clone();
        outside.caller = Caller::Console;
        outside.effects = Effects::Now;
        outside.plan_time = None;
        let place = super::walk::Place { outside: &outside, ..place };
        let (value, mut problems) = eval::evaluate(expr, &place);
        if value.deep_marks().contains(Marks::TYPE) && !is_type_call(expr) {
            let detail =
                "The console-only \"type\" function cannot be used as part of an expression.";
            let problem = Diagnostic::error(325, "Invalid use of type function", detail);
            problems.push(problem.at(expr.span));
        }
        (value, problems)
    }
}

/// Whether the expression as a whole is a call of `type`.
fn is_type_call(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Parens(inner) => is_type_call(inner),
        ExprKind::Call { name, .. } => name.name == "type",
        _ => false,
    }
}

/// What `terraform.applying` is where nothing is applied.
pub(super) fn not_applying() -> Value {
    Value::bool(false).with_marks(Marks::EPHEMERAL)
}

/// Live instances put together by their resource blocks.
fn groups(live: BTreeMap<Address, Value>) -> BTreeMap<crate::base::ResourceAddress, Group> {
    let mut found: BTreeMap<_, Vec<(Option<Key>, Value)>> = BTreeMap::new();
    for (address, value) in live {
        found
            .entry(std::sync::Arc::unwrap_or_clone(address.resource))
            .or_default()
            .push((address.key, value));
    }
    found.into_iter().map(|(resource, members)| (resource, group(members))).collect()
}

fn group(mut members: Vec<(Option<Key>, Value)>) -> Group {
    members.sort_by(|a, b| a.0.cmp(&b.0));
    let shape = match members.first() {
        Some((Some(Key::Int(_)), _)) => Shape::Count(members.len()),
        Some((Some(Key::Str(_)), _)) => {
            let names = members.iter().filter_map(|(key, _)| match key {
                Some(Key::Str(name)) => Some(name.clone()),
                _ => None,
            });
            Shape::Each(std::sync::Arc::new(names.collect()))
        }
        _ => Shape::Single,
    };
    Group::new(shape, members.into_iter().map(|(_, value)| value).collect())
}
