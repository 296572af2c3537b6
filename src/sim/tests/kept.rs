//! The files of the simulated cloud: what a change costs, and what a crash leaves.

use std::sync::Arc;
use std::time::Duration;

use super::stage::Stage;
use crate::schema::Registry;
use crate::sim::{Options, Sim};
use crate::world::{Disk as _, MemoryDisk, Privacy};

const CHANGES: &str = "changes-0.jsonl";
const WHOLE: &str = "cloud.json";

fn open(disk: &MemoryDisk) -> Sim {
    let options = Options { throttles: false, ..Options::default() };
    let registry = Arc::new(Registry::embedded());
    Sim::open(registry, options, Arc::new(disk.clone())).expect("readable")
}

/// A stack of parameters that was applied in a cloud which is still open.
async fn applied(count: usize, disk: &MemoryDisk) -> Stage {
    let mut stage = Stage::new(&format!(
        "resource \"aws_ssm_parameter\" \"a\" {{\n  count = {count}\n  name  = \"a${{count.index}}\"\n  \
         type  = \"String\"\n  value = \"v\"\n}}\n"
    ));
    stage.sim = Arc::new(open(disk));
    stage.apply_all().await;
    stage
}

fn file(disk: &MemoryDisk, name: &str) -> Option<Vec<u8>> {
    disk.read(name).expect("readable")
}

#[tokio::test(start_paused = true)]
async fn a_change_costs_what_it_changes() {
    let mut sizes = Vec::new();
    for count in [10, 100] {
        let disk = MemoryDisk::default();
        let stage = applied(count, &disk).await;
        assert_eq!(file(&disk, WHOLE), None, "nothing is written as a whole while it goes on");
        sizes.push(file(&disk, CHANGES).expect("changes are kept").len());
        drop(stage);
    }
    assert!(sizes[1] < sizes[0] * 12, "{sizes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_crash_loses_nothing_and_an_end_folds_everything_up() {
    let disk = MemoryDisk::default();
    let stage = applied(3, &disk).await;
    let made = stage.objects();
    assert_eq!(made.len(), 3);
    let crashed = disk.copy();
    assert_eq!(open(&crashed).objects(), made);
    assert!(file(&crashed, CHANGES).is_some(), "who only looks changes nothing");
    // A full disk leaves the changes as they are.
    disk.fail_with(Some(std::io::ErrorKind::StorageFull));
    drop(stage);
    disk.fail_with(None);
    assert_eq!(open(&disk).objects(), made);

    let disk = MemoryDisk::default();
    drop(applied(3, &disk).await);
    // Tasks of the run that come to their end hold the cloud for another moment.
    for _ in 0..1000 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(file(&disk, WHOLE).is_some() && file(&disk, CHANGES).is_none());
    assert_eq!(open(&disk).objects(), made);
}

#[tokio::test(start_paused = true)]
async fn changes_that_were_cut_off_anywhere_lose_only_what_was_not_answered() {
    let disk = MemoryDisk::default();
    let stage = applied(3, &disk).await;
    let whole = file(&disk, CHANGES).expect("changes are kept");
    for length in (0..whole.len()).step_by(37) {
        let cut = MemoryDisk::default();
        cut.replace(CHANGES, &whole[..length], Privacy::Private).expect("room");
        let lines = whole[..length].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(open(&cut).objects(), stage.objects()[..lines.min(3)], "cut off at {length}");
        let mut mended = Stage::new(&stage.config);
        mended.disk = stage.disk.copy();
        mended.sim = Arc::new(open(&cut));
        mended.apply_all().await;
        assert_eq!(mended.objects(), stage.objects(), "cut off at {length}");
        drop(mended);
        assert_eq!(open(&cut).objects(), stage.objects(), "cut off at {length}");
    }
}
