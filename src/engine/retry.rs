//! Whether a failed call is made again, and when: the one place that decides it.

use std::time::Duration;

use crate::provider::ErrorClass;

/// What kind of call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// It only looked, for a plan: whoever waits for the plan can ask again.
    Look,
    /// It only looked, on behalf of a change that is under way.
    Read,
    /// It only looked how far an object is that is waited for anyway.
    Poll,
    /// It was to make something; making it again with the same token, name or value is the same.
    Create,
    /// It was to make something, and making it again would make a second one.
    CreateAnew,
    /// It was to change something.
    Update,
    /// It was to delete something.
    Delete,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Make the call again after that time.
    Again(Duration),
    /// Look what is there before anything else.
    Look,
    /// What was wanted is so already.
    Settled,
    /// Give up.
    Fail,
}

/// How often a call whose fate is unknown, or that reached nobody, is made again.
const BLIND_ATTEMPTS: u32 = 5;
/// How often a call is made again that reached nobody at all.
const UNREACHABLE_ATTEMPTS: u32 = 3;
/// How long an answer is tried for where a change is under way, and no further attempt is made after.
const BLIND_FOR: Duration = Duration::from_mins(2);
/// The same where nothing is under way: with a call that takes a minute to be given up, one.
const LOOKED_FOR: Duration = Duration::from_secs(20);
/// How long the cloud may be away while something is waited for.
const AWAY_FOR: Duration = Duration::from_mins(5);
/// How long calls are slowed down before giving up.
const THROTTLED_FOR: Duration = Duration::from_mins(10);
/// The same where nothing is under way.
const THROTTLED_LOOKING_FOR: Duration = Duration::from_mins(3);
/// How long it may take until all of the cloud sees what was just made.
pub const CONSISTENCY: Duration = Duration::from_secs(45);
/// How long a create or update waits for something that it needs.
const NEEDED_FOR: Duration = Duration::from_mins(2);
/// How long a delete waits for whatever still uses the object.
const USED_FOR: Duration = Duration::from_mins(5);
/// How long an object may be in a state that forbids the call.
const CONFLICT_FOR: Duration = Duration::from_mins(15);

/// What to do about an error of class `class` at attempt `attempt` (from 1), `elapsed` after the first.
#[must_use]
pub fn verdict(class: ErrorClass, call: Call, attempt: u32, elapsed: Duration) -> Verdict {
    use ErrorClass as E;
    let again = Verdict::Again(backoff(attempt));
    let until = |limit| if elapsed < limit { again } else { Verdict::Fail };
    let blind_for = if call == Call::Look { LOOKED_FOR } else { BLIND_FOR };
    let times = |limit| if attempt <= limit { until(blind_for) } else { Verdict::Fail };
    match (class, call) {
        (E::NotFound, Call::Look | Call::Read | Call::Poll | Call::Delete) => Verdict::Settled,
        (E::NotFound, _) => until(CONSISTENCY),
        (E::Throttled, Call::Look) => until(THROTTLED_LOOKING_FOR),
        (E::Throttled, _) => until(THROTTLED_FOR),
        // Whoever does not speak the protocol may have done it all the same.
        (E::AlreadyExists, Call::Create | Call::CreateAnew)
        | (E::Ambiguous | E::Unreachable, Call::CreateAnew) => Verdict::Look,
        (E::Ambiguous | E::Unreachable, Call::Poll) => until(AWAY_FOR),
        (E::Ambiguous, _) => times(BLIND_ATTEMPTS),
        (E::Unreachable, _) => times(UNREACHABLE_ATTEMPTS),
        (E::Conflict, _) => until(CONFLICT_FOR),
        (E::Dependency, Call::Delete) => until(USED_FOR),
        (E::Dependency, _) => until(NEEDED_FOR),
        (
            E::AlreadyExists
            | E::Denied
            | E::Credentials
            | E::Invalid
            | E::Quota
            | E::Unsupported
            | E::Other,
            _,
        ) => Verdict::Fail,
    }
}

/// Half a second, doubled with each attempt, to at most 15 seconds.
#[must_use]
pub fn backoff(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(5);
    (Duration::from_millis(500) * 2u32.pow(doublings)).min(Duration::from_secs(15))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_its_answer() {
        use ErrorClass as E;
        let first = Verdict::Again(Duration::from_millis(500));
        let table = [
            (E::NotFound, Call::Delete, first_time(), Verdict::Settled),
            (E::NotFound, Call::Create, first_time(), first),
            (E::NotFound, Call::Create, (9, Duration::from_secs(46)), Verdict::Fail),
            (E::AlreadyExists, Call::Create, first_time(), Verdict::Look),
            (E::AlreadyExists, Call::Update, first_time(), Verdict::Fail),
            (E::Ambiguous, Call::CreateAnew, first_time(), Verdict::Look),
            (E::Unreachable, Call::CreateAnew, first_time(), Verdict::Look),
            (E::Unreachable, Call::Update, (4, Duration::ZERO), Verdict::Fail),
            (E::Ambiguous, Call::Create, first_time(), first),
            (E::Ambiguous, Call::Update, (6, Duration::ZERO), Verdict::Fail),
            (E::Throttled, Call::CreateAnew, first_time(), first),
            (E::Ambiguous, Call::Look, (2, Duration::from_secs(21)), Verdict::Fail),
            (E::Unreachable, Call::Read, (2, Duration::from_secs(121)), Verdict::Fail),
            (E::Unreachable, Call::Poll, (1, Duration::from_secs(299)), first),
            (E::Unreachable, Call::Poll, (1, Duration::from_mins(5)), Verdict::Fail),
            (E::Throttled, Call::Look, (9, Duration::from_mins(3)), Verdict::Fail),
            (E::Denied, Call::Read, first_time(), Verdict::Fail),
            (E::Dependency, Call::Delete, (30, Duration::from_secs(301)), Verdict::Fail),
        ];
        for (class, call, (attempt, elapsed), expect) in table {
            assert_eq!(verdict(class, call, attempt, elapsed), expect, "{class:?} {call:?}");
        }
    }

    const fn first_time() -> (u32, Duration) {
        (1, Duration::ZERO)
    }

    #[test]
    fn waiting_grows_to_a_cap() {
        let seconds: Vec<f32> = (1..8).map(|attempt| backoff(attempt).as_secs_f32()).collect();
        assert_eq!(seconds, [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]);
    }
}
