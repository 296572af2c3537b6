//! Every call of a run fails once, in every way: the next run converges, nothing is made twice, nothing stays behind.

use super::stage::{Run, Stage};
use crate::plan::Intent;
use crate::provider::ErrorClass;
use crate::sim::{Fault, Options};

const CONFIG: &str = include_str!("faults.hcl");

/// The objects of `CONFIG` that are in the cloud.
const OBJECTS: usize = 9;

fn stage(faults: Vec<Fault>) -> Stage {
    Stage::with(CONFIG, Options { consistency: 4.0, faults, ..Options::default() })
}

/// A run that has to end well.
async fn done(stage: &Stage) -> Run {
    let run = stage.run().await;
    assert!(run.is_complete(), "{run:?}");
    run
}

async fn survives(fault: Fault) -> bool {
    let stage = stage(vec![fault.clone()]);
    let before = stage.run().await;
    let hit = !before.is_complete();
    let after = done(&stage).await;
    assert_eq!(stage.objects().len(), OBJECTS, "{fault:?}: {}", after.shown);
    let again = done(&stage).await;
    assert!(again.is_idle(), "{fault:?}: {}", again.shown);
    let mut stage = stage;
    stage.options.intent = Intent::Destroy;
    done(&stage).await;
    assert_eq!(stage.objects().len(), 0, "{fault:?}");
    hit
}

async fn calls() -> u32 {
    let stage = stage(Vec::new());
    done(&stage).await;
    assert_eq!(stage.objects().len(), OBJECTS);
    u32::try_from(stage.sim.calls().values().sum::<u64>()).expect("few")
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused() {
    let mut hits = 0;
    for after in 0..calls().await {
        let fault = Fault {
            call: "*".into(),
            after,
            class: ErrorClass::Denied,
            done: false,
            lasting: false,
        };
        hits += u32::from(survives(fault).await);
    }
    assert!(hits > 10, "only {hits} runs noticed");
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_answer_is_lost() {
    for after in 0..calls().await {
        let fault = Fault {
            call: "*".into(),
            after,
            class: ErrorClass::Ambiguous,
            done: true,
            lasting: false,
        };
        survives(fault).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_may_have_been_done_and_was_not() {
    for after in 0..calls().await {
        let fault = Fault {
            call: "*".into(),
            after,
            class: ErrorClass::Ambiguous,
            done: false,
            lasting: false,
        };
        survives(fault).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_not_noticed() {
    for after in 0..calls().await {
        let fault = Fault {
            call: "*".into(),
            after,
            class: ErrorClass::Throttled,
            done: false,
            lasting: false,
        };
        assert!(!survives(fault.clone()).await, "{fault:?} stopped the run");
    }
}
