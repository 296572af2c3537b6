//! Token buckets, one per class of API calls, which slow down when the cloud says so and recover by themselves.
//!
//! Pure: time is told, as the time since the run began.

use std::collections::BTreeMap;
use std::time::Duration;

use ecow::EcoString;

/// How many calls a class allows at once and per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Calls at once.
    pub burst: f64,
    /// Calls per second after that.
    pub refill: f64,
}

impl Rate {
    /// A rate of `burst` calls at once and `refill` calls per second.
    #[must_use]
    pub const fn new(burst: f64, refill: f64) -> Self {
        Self { burst, refill }
    }
}

/// After a throttled call the rate falls to this part of what it was.
const BACK_OFF: f64 = 0.5;
/// Every call that passes brings back this part of the nominal rate.
const RECOVERY: f64 = 0.02;
/// The rate never falls below this part of the nominal one.
const FLOOR: f64 = 0.05;

#[derive(Clone, Debug)]
struct Bucket {
    rate: Rate,
    /// The part of the nominal refill that is believed to be available.
    share: f64,
    tokens: f64,
    at: Duration,
}

impl Bucket {
    const fn new(rate: Rate) -> Self {
        Self { rate, share: 1.0, tokens: rate.burst, at: Duration::ZERO }
    }

    fn refill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.tokens = (passed * self.rate.refill).mul_add(self.share, self.tokens);
        self.tokens = self.tokens.min(self.rate.burst);
        self.at = self.at.max(now);
    }

    /// When the next token is there: `now` or later.
    fn available(&mut self, now: Duration) -> Duration {
        self.refill(now);
        // A little less than one, since a wait of a rounded length must not end just short of it.
        if self.tokens >= 1.0 - 1e-6 {
            return now;
        }
        let seconds = (1.0 - self.tokens) / (self.rate.refill * self.share);
        now + Duration::from_secs_f64(seconds.min(3600.0))
    }
}

/// The buckets of every class of calls.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    rates: BTreeMap<EcoString, Rate>,
    buckets: BTreeMap<EcoString, Bucket>,
}

impl Limits {
    /// Buckets of these rates; a class that is not named has [`default_rate`].
    #[must_use]
    pub fn new(rates: impl IntoIterator<Item = (EcoString, Rate)>) -> Self {
        Self { rates: rates.into_iter().collect(), buckets: BTreeMap::new() }
    }

    fn bucket(&mut self, class: &str) -> &mut Bucket {
        if !self.buckets.contains_key(class) {
            let rate = self.rates.get(class).copied().unwrap_or_else(|| default_rate(class));
            self.buckets.insert(class.into(), Bucket::new(rate));
        }
        self.buckets.get_mut(class).expect("it was put there if it was missing")
    }

    /// When a call of the class may be made: `now` or later. Takes nothing.
    pub fn available(&mut self, class: &str, now: Duration) -> Duration {
        self.bucket(class).available(now)
    }

    /// Takes one token, whether or not there is one: below zero the class waits the longer.
    pub fn take(&mut self, class: &str, now: Duration) {
        let bucket = self.bucket(class);
        bucket.refill(now);
        bucket.tokens -= 1.0;
    }

    /// Told that a call was refused for its frequency: the class waits, and goes on more slowly.
    pub fn throttled(&mut self, class: &str, now: Duration) {
        let bucket = self.bucket(class);
        bucket.refill(now);
        bucket.share = (bucket.share * BACK_OFF).max(FLOOR);
        bucket.tokens = bucket.tokens.min(0.0);
    }

    /// Told that a call passed: the class recovers a little.
    pub fn passed(&mut self, class: &str) {
        let bucket = self.bucket(class);
        bucket.share = (bucket.share + RECOVERY).min(1.0);
    }
}

/// What AWS documents for its classes of calls; 10 per second where it publishes nothing.
///
/// EC2: <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>,
/// ELB: <https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html>.
#[must_use]
pub fn default_rate(class: &str) -> Rate {
    match class {
        "ec2:run" | "ec2:start" => Rate::new(5.0, 2.0),
        "ec2:nat" => Rate::new(10.0, 1.0),
        "ec2:endpoint" => Rate::new(4.0, 0.3),
        "ec2:tags" => Rate::new(100.0, 10.0),
        "ec2:terminate" | "ec2:create" => Rate::new(100.0, 5.0),
        "ec2:read" => Rate::new(100.0, 20.0),
        "elbv2:create_load_balancer" => Rate::new(10.0, 0.2),
        "elbv2:targets" => Rate::new(20.0, 4.0),
        "elbv2:read" => Rate::new(40.0, 10.0),
        "route53:create_zone" => Rate::new(40.0, 2.0),
        "route53:delete_zone" => Rate::new(40.0, 5.0),
        "route53" | "route53:read" | "route53:records" => Rate::new(10.0, 5.0),
        other if other == "ec2" || other.starts_with("ec2:") => Rate::new(50.0, 5.0),
        other if other.starts_with("elbv2") => Rate::new(20.0, 3.0),
        _ => Rate::new(20.0, 10.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(value: u64) -> Duration {
        Duration::from_millis(value)
    }

    fn limits() -> Limits {
        Limits::new([("x".into(), Rate::new(2.0, 1.0))])
    }

    #[test]
    fn a_burst_passes_and_then_the_refill_decides() {
        let mut limits = limits();
        limits.take("x", ms(0));
        limits.take("x", ms(0));
        assert_eq!(limits.available("x", ms(0)), ms(1000));
        assert_eq!(limits.available("x", ms(1000)), ms(1000));
        limits.take("x", ms(1000));
        assert_eq!(limits.available("x", ms(1500)), ms(2000));
        assert_eq!(limits.available("x", ms(9000)), ms(9000), "the burst is never exceeded");
    }

    #[test]
    fn throttling_slows_down_and_success_recovers() {
        let mut limits = limits();
        limits.throttled("x", ms(0));
        assert_eq!(limits.available("x", ms(0)), ms(2000), "half the rate");
        for _ in 0..10 {
            limits.throttled("x", ms(0));
        }
        assert_eq!(limits.available("x", ms(0)), ms(20_000), "never below the floor");
        for _ in 0..100 {
            limits.passed("x");
        }
        assert_eq!(limits.available("x", ms(0)), ms(1000));
    }
}
