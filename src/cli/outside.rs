//! The outside world as a command sees it: the real one, or for tests one whose clock and dice are fixed.

use std::sync::Arc;

use super::env::{self, Environment};
use crate::world::World;
use crate::world::memory::{SeededEntropy, StoppedClock};

/// The world; `TERRACE_TEST_NOW` stops its clock and `TERRACE_TEST_SEED` loads its dice.
#[must_use]
pub fn world(environment: &Environment) -> World {
    let mut world = World::real();
    if let Some(now) = environment.value(&env::TERRACE_TEST_NOW).and_then(|now| now.parse().ok()) {
        world.clock = Arc::new(StoppedClock(now));
    }
    if let Some(seed) =
        environment.value(&env::TERRACE_TEST_SEED).and_then(|seed| seed.parse().ok())
    {
        world.entropy = Arc::new(SeededEntropy::new(seed));
    }
    world
}
