//! How much a run does, counted: what is counted stays linear on any machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::whole::User;
use crate::engine::Event;

/// Hears how many steps are under way at once, and how many there were.
#[derive(Default)]
struct Flights {
    now: AtomicUsize,
    most: AtomicUsize,
    ended: AtomicUsize,
}

impl Flights {
    fn hear(&self, event: &Event) {
        match event {
            Event::StepStarted { .. } => {
                let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
                self.most.fetch_max(now, Ordering::Relaxed);
            }
            Event::StepFinished { .. } => {
                self.now.fetch_sub(1, Ordering::Relaxed);
                self.ended.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn steps_that_are_over_at_once_are_not_all_in_memory_at_once() {
    let flights = Arc::new(Flights::default());
    let mut user =
        User::new("resource \"terraform_data\" \"a\" {\n count = 1500\n input = count.index\n}");
    let heard = flights.clone();
    user.listener = Arc::new(move |event: Event| heard.hear(&event));
    user.apply().await;
    assert_eq!(flights.ended.load(Ordering::Relaxed), 1500);
    let most = flights.most.load(Ordering::Relaxed);
    assert!(most <= 600, "{most} steps at once");
}

#[tokio::test]
async fn the_journal_is_made_durable_by_its_size_and_not_by_its_steps() {
    let config = |count: usize| {
        format!("resource \"terraform_data\" \"a\" {{\n count = {count}\n input = count.index\n}}")
    };
    let mut writes = Vec::new();
    for count in [200, 1500] {
        let user = User::new(&config(count));
        user.apply().await;
        writes.push(user.disk.writes());
    }
    assert!(writes[1] < writes[0] + 20, "{writes:?}");
}

/// More than are started at a time wait together, not one crowd after the other.
#[tokio::test(start_paused = true)]
async fn what_waits_does_not_hold_up_what_could_begin() {
    let user =
        User::new("resource \"time_sleep\" \"a\" {\n count = 600\n create_duration = \"100s\"\n}");
    let began = tokio::time::Instant::now();
    let (_, report) = user.apply().await;
    assert_eq!(report.counts.added, 600, "{:?}", report.problems);
    assert!(began.elapsed() < Duration::from_secs(190), "{:?}", began.elapsed());
}

#[tokio::test]
async fn ids_that_several_objects_would_have_are_told_apart() {
    let user = User::new("resource \"time_static\" \"a\" {\n count = 500\n}");
    let (_, report) = user.apply().await;
    assert_eq!(report.counts.added, 500, "{:?}", report.problems);
    let (shown, again) = user.apply().await;
    assert_eq!((again.counts.added, again.counts.changed), (0, 0), "{shown}");
}
