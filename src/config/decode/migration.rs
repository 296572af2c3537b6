//! `migration` blocks.

use ecow::EcoString;
use indexmap::IndexMap;

use super::Decoder;
use crate::base::PhaseName;
use crate::config::content::{Shape, just_arguments};
use crate::config::model::{Gate, Migration, MigrationStep, Shift, Soak};
use crate::config::{codes, constant, name, traversal};
use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{Attribute, Block};

/// The stages of a migration, in order.
pub const STAGES: &[&str] = &["expand", "sync", "cutover", "soak", "contract"];

const MIGRATION: Shape = Shape {
    required: &[],
    optional: &[],
    blocks: &[("shift", &[]), ("step", &["name"]), ("gate", &["name"]), ("soak", &[])],
};

const SHIFT: Shape =
    Shape { required: &[], optional: &["weights", "interval", "abort_on"], blocks: &[] };

const STEP: Shape = Shape {
    required: &["run"],
    optional: &["stage", "undo", "verify", "working_dir", "timeout", "retries", "after"],
    blocks: &[("env", &[])],
};

const GATE: Shape =
    Shape { required: &["before"], optional: &["approval", "alarms", "run"], blocks: &[] };

const SOAK: Shape = Shape { required: &[], optional: &["duration", "alarms"], blocks: &[] };

impl Decoder<'_> {
    pub(super) fn migration(&mut self, block: Block) -> Option<Migration> {
        let [from, to] = block.labels.as_slice() else { return None };
        let mut migration = Migration {
            from: PhaseName::from(from.text.clone()),
            to: PhaseName::from(to.text.clone()),
            shift: None,
            steps: Vec::new(),
            gates: Vec::new(),
            soak: None,
            from_span: from.span,
            to_span: to.span,
            span: block.header,
        };
        let content = MIGRATION.whole(block.body, &mut self.problems);
        for nested in content.blocks {
            match nested.ident.name.as_str() {
                "shift" => self.shift(nested, &mut migration.shift),
                "soak" => self.soak(nested, &mut migration.soak),
                "step" => self.step(nested, &mut migration.steps),
                _ => self.gate(nested, &mut migration.gates),
            }
        }
        self.check_step_order(&migration.steps);
        Some(migration)
    }

    fn shift(&mut self, block: Block, into: &mut Option<Shift>) {
        if let Some(first) = into {
            let detail = "Traffic of a migration moves in one way.";
            self.duplicate_nested("Duplicate shift block", detail, block.header, first.span);
            return;
        }
        let mut content = SHIFT.whole(block.body, &mut self.problems);
        *into = Some(Shift {
            weights: content.take("weights").map(|attribute| attribute.expr),
            interval: content.take("interval").map(|attribute| attribute.expr),
            abort_on: content.take("abort_on").map(|attribute| attribute.expr),
            span: block.header,
        });
    }

    fn soak(&mut self, block: Block, into: &mut Option<Soak>) {
        if let Some(first) = into {
            let detail = "A migration has one soak block.";
            self.duplicate_nested("Duplicate soak block", detail, block.header, first.span);
            return;
        }
        let mut content = SOAK.whole(block.body, &mut self.problems);
        *into = Some(Soak {
            duration: content.take("duration").map(|attribute| attribute.expr),
            alarms: content.take("alarms").map(|attribute| attribute.expr),
            span: block.header,
        });
    }

    fn step(&mut self, block: Block, into: &mut Vec<MigrationStep>) {
        let Some(label) = block.labels.first().cloned() else { return };
        name::check(&label.text, label.span, "Invalid step name", &mut self.problems);
        if let Some(first) = into.iter().find(|step| step.name == label.text) {
            let detail = format!("A step named \"{}\" is already in this migration.", label.text);
            self.duplicate("Duplicate step".into(), detail, block.header, first.span);
            return;
        }
        let mut content = STEP.whole(block.body, &mut self.problems);
        let stage = content.take("stage");
        let stage = stage.and_then(|attribute| self.stage(&attribute)).unwrap_or("sync".into());
        let mut env = IndexMap::new();
        for nested in content.blocks.drain(..) {
            for attribute in just_arguments(nested.body, &mut self.problems) {
                env.insert(attribute.name.name.clone(), attribute);
            }
        }
        let Some(run) = content.take("run") else { return };
        into.push(MigrationStep {
            stage,
            run: run.expr,
            undo: content.take("undo").map(|attribute| attribute.expr),
            verify: content.take("verify").map(|attribute| attribute.expr),
            env,
            working_dir: content.take("working_dir").map(|attribute| attribute.expr),
            timeout: content.take("timeout").map(|attribute| attribute.expr),
            retries: content.take("retries").map(|attribute| attribute.expr),
            after: self.step_names(content.take("after")),
            span: block.header,
            name: label.text,
        });
    }

    fn gate(&mut self, block: Block, into: &mut Vec<Gate>) {
        let Some(label) = block.labels.first().cloned() else { return };
        name::check(&label.text, label.span, "Invalid gate name", &mut self.problems);
        if let Some(first) = into.iter().find(|gate| gate.name == label.text) {
            let detail = format!("A gate named \"{}\" is already in this migration.", label.text);
            self.duplicate("Duplicate gate".into(), detail, block.header, first.span);
            return;
        }
        let mut content = GATE.whole(block.body, &mut self.problems);
        let approval = self.truth(content.take("approval")).unwrap_or(false);
        let before = content.take("before").and_then(|attribute| self.stage(&attribute));
        let Some(before) = before else { return };
        into.push(Gate {
            before,
            approval,
            alarms: content.take("alarms").map(|attribute| attribute.expr),
            run: content.take("run").map(|attribute| attribute.expr),
            span: block.header,
            name: label.text,
        });
    }

    fn stage(&mut self, attribute: &Attribute) -> Option<EcoString> {
        let stage = constant::text(&attribute.expr, &mut self.problems)?;
        if STAGES.contains(&stage.as_str()) {
            return Some(stage);
        }
        let detail = format!(
            "A migration has no stage \"{stage}\". Its stages are, in order: {}.",
            STAGES.join(", ")
        );
        self.problems.push(
            Diagnostic::error(codes::STAGE, "Unknown stage", detail)
                .at(attribute.expr.span)
                .did_you_mean(&stage, STAGES.iter().copied()),
        );
        None
    }

    fn step_names(&mut self, attribute: Option<Attribute>) -> Vec<(EcoString, Span)> {
        let Some(attribute) = attribute else { return Vec::new() };
        traversal::list(&attribute.expr, &mut self.problems)
            .iter()
            .filter_map(|name| Some((constant::text(name, &mut self.problems)?, name.span)))
            .collect()
    }

    fn check_step_order(&mut self, steps: &[MigrationStep]) {
        for step in steps {
            for (name, span) in &step.after {
                if !steps.iter().any(|other| other.name == *name) {
                    let detail = format!("This migration has no step named \"{name}\".");
                    let known = steps.iter().map(|step| step.name.as_str());
                    self.problems.push(
                        Diagnostic::error(codes::MIGRATION, "Reference to undeclared step", detail)
                            .at(*span)
                            .did_you_mean(name, known),
                    );
                }
            }
        }
    }
}
