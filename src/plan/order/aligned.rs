//! References from each instance of a resource to the same instance of another: `a[count.index]`, `a[each.key]`.
//!
//! Without this, ten thousand instances that refer to ten thousand others would be a hundred million dependencies.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::config::{Resource, ResourceKey};
use crate::eval;
use crate::graph::resource_key;
use crate::syntax::ast::{Body, Expr, ExprKind};

/// The positions of resources to which every reference of this one names the instance of its own key.
pub(super) fn aligned(
    resource: &Resource,
    resources: &IndexMap<ResourceKey, Resource>,
) -> BTreeSet<usize> {
    let word = match (&resource.count, &resource.for_each) {
        (Some(_), _) => ("count", "index"),
        (None, Some(_)) => ("each", "key"),
        (None, None) => return BTreeSet::new(),
    };
    if !resource.depends_on.is_empty() || !resource.provisioners.is_empty() {
        return BTreeSet::new();
    }
    let mut all: BTreeMap<usize, usize> = BTreeMap::new();
    let mut same: BTreeMap<usize, usize> = BTreeMap::new();
    let lifecycle = &resource.lifecycle;
    let conditions = lifecycle.preconditions.iter().chain(&lifecycle.postconditions);
    let expressions = conditions
        .flat_map(|condition| [&condition.condition, &condition.error_message])
        .chain(resource.count.as_deref())
        .chain(resource.for_each.as_deref())
        .chain(&lifecycle.replace_triggered_by);
    let mut visit = |expr: &Expr| {
        for reference in eval::references(expr) {
            let index = resource_key(&reference).and_then(|(key, _)| resources.get_index_of(&key));
            if let Some(index) = index {
                *all.entry(index).or_default() += 1;
            }
        }
        count_aligned(expr, word, resources, &mut same);
    };
    expressions.for_each(&mut visit);
    visit_body(&resource.body, &mut visit);
    all.into_iter()
        .filter(|(index, n)| same.get(index) == Some(n))
        .map(|(index, _)| index)
        .collect()
}

fn visit_body(body: &Body, visit: &mut impl FnMut(&Expr)) {
    body.attributes.iter().for_each(|attribute| visit(&attribute.expr));
    body.blocks.iter().for_each(|block| visit_body(&block.body, visit));
}

/// Counts references of the form `type.name[count.index]`, wherever they stand in an expression that is a chain.
fn count_aligned(
    expr: &Expr,
    word: (&str, &str),
    resources: &IndexMap<ResourceKey, Resource>,
    found: &mut BTreeMap<usize, usize>,
) {
    match &expr.kind {
        ExprKind::Index { on, key, .. } if is_word(key, word) => {
            let index = eval::references(on)
                .first()
                .filter(|reference| reference.span == on.span)
                .and_then(|reference| Some((resource_key(reference)?, reference.steps.len())))
                .filter(|((_, used), steps)| used == steps)
                .and_then(|((key, _), _)| resources.get_index_of(&key));
            if let Some(index) = index {
                *found.entry(index).or_default() += 1;
            }
        }
        ExprKind::Index { on, .. } | ExprKind::Attr { on, .. } => {
            count_aligned(on, word, resources, found);
        }
        ExprKind::Parens(inner) => count_aligned(inner, word, resources, found),
        ExprKind::Call { args, .. } | ExprKind::Tuple(args) => {
            for arg in args {
                count_aligned(arg, word, resources, found);
            }
        }
        ExprKind::Object(items) => {
            for item in items {
                count_aligned(&item.value, word, resources, found);
            }
        }
        ExprKind::Template(template) => {
            for part in &template.parts {
                if let crate::syntax::ast::TemplatePart::Interpolation(inner) = part {
                    count_aligned(inner, word, resources, found);
                }
            }
        }
        _ => {}
    }
}

fn is_word(key: &Expr, (root, name): (&str, &str)) -> bool {
    let ExprKind::Attr { on, name: given } = &key.kind else { return false };
    given.name == name && matches!(&on.kind, ExprKind::Variable(given) if given == root)
}
