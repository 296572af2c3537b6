//! The example, phase after phase.

#![expect(clippy::disallowed_methods, reason = "the example is in files of the repository")]

use std::path::Path;

use super::Stage;
use crate::plan::{Intent, text};

fn stage() -> Stage {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut stage = Stage::new("");
    stage.files.clear();
    add(&root.join("examples/shop"), "", &mut stage);
    add(&root.join("modules"), "modules/", &mut stage);
    stage
}

fn add(dir: &Path, prefix: &str, stage: &mut Stage) {
    for entry in std::fs::read_dir(dir).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        if path.is_dir() {
            add(&path, &format!("{prefix}{name}/"), stage);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            stage.files.push((format!("{prefix}{name}"), text));
        }
    }
}

#[test]
fn each_phase_is_planned_applied_and_then_empty() {
    let mut stage = stage();
    for phase in ["mvp", "growth"] {
        stage.phase = Some(phase.into());
        insta::assert_snapshot!(phase, stage.apply());
        let again = stage.plan();
        assert!(!again.has_changes(), "{phase}: {}", text::text(&again.plan));
    }
    stage.variables.push(("protect_data".into(), "false".into()));
    stage.apply();
    stage.options.intent = Intent::Destroy;
    insta::assert_snapshot!("destroy", stage.apply());
    assert!(stage.world.owned.is_empty());
}
