//! `run` blocks.

use indexmap::IndexMap;

use super::Decoder;
use crate::base::PhaseName;
use crate::config::content::Shape;
use crate::config::decode::target;
use crate::config::model::{RunCommand, RunModule, RunOptions, Target, TestFile, TestRun};
use crate::config::{codes, constant, name};
use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{Attribute, Block, Expr};

const RUN: Shape = Shape {
    required: &[],
    optional: &["command", "providers", "expect_failures", "state_key", "parallel", "phase"],
    blocks: &[
        ("plan_options", &[]),
        ("assert", &[]),
        ("variables", &[]),
        ("module", &[]),
        ("override_resource", &[]),
        ("override_data", &[]),
        ("override_module", &[]),
    ],
};

const OPTIONS: Shape =
    Shape { required: &[], optional: &["mode", "refresh", "replace", "target"], blocks: &[] };

const MODULE: Shape = Shape { required: &["source"], optional: &["version"], blocks: &[] };

/// Blocks of which a run has at most one.
#[derive(Default)]
struct Seen {
    options: Option<Span>,
    variables: Option<Span>,
    module: Option<Span>,
}

impl Decoder<'_> {
    pub(super) fn add_run(&mut self, block: Block, file: &mut TestFile) {
        let header = block.header;
        let Some(run) = self.run(block) else { return };
        if let Some(first) = file.runs.iter().find(|other| other.name == run.name) {
            let first = first.span;
            let title = "Duplicate \"run\" block names".to_owned();
            let detail =
                format!("This test file already has a run named {}; names are unique.", run.name);
            self.duplicate(title, detail, header, first);
            return;
        }
        file.runs.push(run);
    }

    fn run(&mut self, block: Block) -> Option<TestRun> {
        let label = block.labels.first().cloned()?;
        name::check(&label.text, label.span, "Invalid run block name", &mut self.problems);
        let mut content = RUN.whole(block.body, &mut self.problems);
        let commands = [("apply", RunCommand::Apply), ("plan", RunCommand::Plan)];
        let mut run = TestRun {
            name: label.text,
            command: self.one_of(content.take("command"), &commands).unwrap_or_default(),
            module: None,
            variables: IndexMap::new(),
            providers: content.take("providers").map(|one| self.passed_providers(&one)),
            asserts: Vec::new(),
            expect_failures: Vec::new(),
            options: RunOptions::default(),
            overrides: Vec::new(),
            state_key: self.text(content.take("state_key")),
            parallel: self.truth(content.take("parallel")),
            phase: self.run_phase(content.take("phase")),
            span: block.header,
        };
        let expected = self.references(content.take("expect_failures"));
        run.expect_failures = expected.iter().filter_map(Expr::as_traversal).collect();
        let mut seen = Seen::default();
        for nested in content.blocks {
            self.part_of_run(nested, &mut run, &mut seen);
        }
        Some(run)
    }

    fn part_of_run(&mut self, block: Block, run: &mut TestRun, seen: &mut Seen) {
        let header = block.header;
        let place = match block.ident.name.as_str() {
            "plan_options" => Some(&mut seen.options),
            "variables" => Some(&mut seen.variables),
            "module" => Some(&mut seen.module),
            _ => None,
        };
        if let Some(first) = place.and_then(|place| place.replace(header)) {
            let kind = &block.ident.name;
            let summary = format!("Multiple \"{kind}\" blocks");
            let detail = format!("A run block has at most one {kind} block.");
            self.duplicate_nested(&summary, &detail, header, first);
            return;
        }
        match block.ident.name.as_str() {
            "plan_options" => run.options = self.plan_options(block),
            "variables" => run.variables = self.values(block),
            "module" => run.module = self.run_module(block),
            "assert" => run.asserts.extend(self.condition(block)),
            _ => run.overrides.extend(self.an_override(block)),
        }
    }

    fn run_phase(&mut self, attribute: Option<Attribute>) -> Option<(PhaseName, Span)> {
        let attribute = attribute?;
        let span = attribute.expr.span;
        Some((PhaseName::from(self.text(Some(attribute))?), span))
    }

    fn plan_options(&mut self, block: Block) -> RunOptions {
        let mut content = OPTIONS.whole(block.body, &mut self.problems);
        let modes = [("normal", false), ("refresh-only", true)];
        let refresh = content.take("refresh");
        let refresh_span = refresh.as_ref().map(|attribute| attribute.span);
        let options = RunOptions {
            refresh_only: self.one_of(content.take("mode"), &modes).unwrap_or_default(),
            skip_refresh: self.truth(refresh) == Some(false),
            replace: self.targets(content.take("replace")),
            targets: self.targets(content.take("target")),
        };
        let mut incompatible = |detail: &str, at: Span| {
            let title = "Incompatible plan options";
            self.problems.push(Diagnostic::error(codes::PLAN_OPTIONS, title, detail).at(at));
        };
        if options.refresh_only && options.skip_refresh {
            let detail = "The \"refresh\" option cannot be set to false when running a test in \"refresh-only\" mode.";
            incompatible(detail, refresh_span.unwrap_or(block.header));
        }
        options
    }

    /// A list of addresses.
    fn targets(&mut self, attribute: Option<Attribute>) -> Vec<Target> {
        let mut found = Vec::new();
        for reference in self.references(attribute) {
            let Some(reference) = reference.as_traversal() else { continue };
            match target::target(&reference) {
                Ok(target) => found.push(target),
                Err(problem) => self.problems.push(*problem),
            }
        }
        found
    }

    fn run_module(&mut self, block: Block) -> Option<RunModule> {
        let mut content = MODULE.whole(block.body, &mut self.problems);
        let version = content.take("version");
        let source = content.take("source")?;
        let text = constant::text(&source.expr, &mut self.problems)?;
        let has_version = version.is_some();
        let version = version.and_then(|attribute| self.version_constraint(&attribute.expr));
        let (source, span) = self.module_source(Some(source), has_version, block.header);
        Some(RunModule { source, text, version, span })
    }
}
