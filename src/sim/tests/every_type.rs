//! Each type through its whole life, without a test of its own: made, unchanged, changed in place, replaced, found again
//! when the ledger is lost, gone.

use std::fmt::Write as _;

use super::specimen::Specimen;
use super::stage::{Run, Stage};
use crate::plan::Intent;
use crate::schema::{self, Kind};

/// What is tried by no change: where an object is, and what AWS keeps until it is told otherwise and which forbids the
/// changes that come after.
const UNTRIED: &[&str] =
    &["deletion_protection_enabled", "disable_api_termination", "id", "region"];

/// What one type did that it should not.
struct Life {
    type_name: &'static str,
    faults: Vec<String>,
    /// Changes of one argument that were carried out.
    changes: usize,
}

impl Life {
    fn check(&mut self, holds: bool, what: &str, run: &Run, config: &str) {
        if !holds {
            let problems: Vec<_> =
                run.problems.iter().map(|p| format!("{}: {:?}", p.summary, p.detail)).collect();
            self.faults.push(format!(
                "── {} {what}: {:?} {:?} {problems:?}\n{config}\n{}",
                self.type_name, run.ending, run.counts, run.shown
            ));
        }
    }

    async fn live(&mut self) {
        let mut specimen = Specimen::of(self.type_name);
        let mut stage = Stage::new(&specimen.text());
        let made = stage.run().await;
        self.check(made.is_complete() && made.counts.added > 0, "is made", &made, &stage.config);
        if !made.is_complete() {
            return;
        }
        let again = stage.run().await;
        self.check(again.is_idle(), "stays", &again, &stage.config);
        self.change(&mut specimen, &mut stage).await;
        stage.lose_ledger();
        let found = stage.run().await;
        let same = found.is_idle();
        self.check(same, "is found without the ledger", &found, &stage.config);
        stage.options.intent = Intent::Destroy;
        let gone = stage.run().await;
        self.check(gone.is_complete() && stage.objects().is_empty(), "goes", &gone, &stage.config);
    }

    /// Each argument and block that the schema tells how to set, one after the other.
    async fn change(&mut self, specimen: &mut Specimen, stage: &mut Stage) {
        let schema = schema::resource(self.type_name).expect("it has a schema");
        for (name, attribute) in &schema.block.attributes {
            let writable = attribute.presence.is_writable() && !UNTRIED.contains(&name.as_str());
            if writable
                && !attribute.write_only
                && let Some(value) = specimen.other_value(name)
            {
                let there = specimen.with_argument(name, &value);
                let back = specimen.text();
                self.there_and_back(&format!("{name} = {value}"), there, back, stage).await;
            }
        }
        for name in schema.block.blocks.keys() {
            if let Some(there) = specimen.with_block(name) {
                let back = specimen.text();
                self.there_and_back(&format!("{name} {{}}"), there, back, stage).await;
            }
        }
    }

    /// To another configuration, which then holds, and back.
    async fn there_and_back(&mut self, what: &str, there: String, back: String, stage: &mut Stage) {
        stage.config = there;
        let changed = stage.run().await;
        // Without a plan, another argument forbids it or is missing: what conditions are for.
        if changed.ending.is_some() {
            self.changes += usize::from(!changed.is_idle());
            let takes = changed.is_complete();
            self.check(takes, &format!("takes {what}"), &changed, &stage.config);
            let again = stage.run().await;
            let keeps = again.is_idle();
            self.check(keeps || !takes, &format!("keeps {what}"), &again, &stage.config);
        }
        stage.config = back;
        let back = stage.run().await;
        self.check(back.is_complete(), &format!("goes back from {what}"), &back, &stage.config);
        let again = stage.run().await;
        let keeps = again.is_idle();
        self.check(
            keeps || !back.is_complete(),
            &format!("is as before {what}"),
            &again,
            &stage.config,
        );
    }
}

/// The lives of every fourth type: four tests, so that they use several processors.
async fn lives(part: usize) {
    let mut faults = String::new();
    let mut changes = 0;
    let types = schema::names(Kind::Resource).filter(|name| name.starts_with("aws_"));
    for type_name in types.skip(part).step_by(4) {
        let mut life = Life { type_name, faults: Vec::new(), changes: 0 };
        life.live().await;
        changes += life.changes;
        for fault in life.faults {
            writeln!(faults, "{fault}").expect("a String takes it");
        }
    }
    assert!(faults.is_empty(), "{faults}");
    assert!(changes > 100, "only {changes} changes were tried");
}

#[tokio::test(start_paused = true)]
async fn each_type_lives_its_life_first_quarter() {
    lives(0).await;
}

#[tokio::test(start_paused = true)]
async fn each_type_lives_its_life_second_quarter() {
    lives(1).await;
}

#[tokio::test(start_paused = true)]
async fn each_type_lives_its_life_third_quarter() {
    lives(2).await;
}

#[tokio::test(start_paused = true)]
async fn each_type_lives_its_life_fourth_quarter() {
    lives(3).await;
}
