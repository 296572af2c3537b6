//! What is under way right now, as one line: it stays at the bottom of a terminal while others are printed above it.

use std::collections::BTreeMap;

use crate::engine::Event;
use crate::plan::StepId;

/// So many objects are named; the others are counted.
const NAMED: usize = 2;

/// What is under way.
#[derive(Default)]
pub struct Gauge {
    reading: Option<String>,
    total: usize,
    done: usize,
    under_way: BTreeMap<StepId, String>,
}

impl Gauge {
    /// Takes in what happened.
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::Discovering { done, total } => {
                let open = done < total;
                self.reading =
                    open.then(|| format!("Reading what is live: {done} of {total} lists"));
            }
            Event::Reading { addresses } => {
                self.reading = Some(format!("Reading {} data sources", addresses.len()));
            }
            Event::RunStarted { steps } => {
                *self = Self { total: *steps, ..Self::default() };
            }
            Event::StepStarted { subject } => {
                self.under_way.insert(subject.step, subject.address.to_string());
            }
            Event::StepFinished { subject, .. } | Event::StepFailed { subject, .. } => {
                self.done += 1;
                self.under_way.remove(&subject.step);
            }
            Event::RunFinished { .. } => *self = Self::default(),
            _ => {}
        }
    }

    /// The line; none where nothing is under way.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        if self.total == 0 {
            return self.reading.clone();
        }
        let names: Vec<&str> = self.under_way.values().take(NAMED).map(String::as_str).collect();
        let more = match self.under_way.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let Self { done, total, .. } = self;
        Some(format!("{done} of {total} done. {}{more}", names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::{Counts, Ending, Subject};
    use crate::plan::Action;

    fn subject(step: u32) -> Subject {
        let address = format!("aws_vpc.a[{step}]").parse().expect("an address");
        Subject { step: StepId(step), address, action: Action::Create, deposed: false, id: None }
    }

    #[test]
    fn the_line_tells_what_is_under_way() {
        let mut gauge = Gauge::default();
        let mut after = |event: Event| {
            gauge.hear(&event);
            gauge.line()
        };
        let told = |text: &str| Some(text.to_owned());
        let listing = after(Event::Discovering { done: 1, total: 3 });
        assert_eq!(listing, told("Reading what is live: 1 of 3 lists"));
        assert_eq!(after(Event::Discovering { done: 3, total: 3 }), None);
        assert_eq!(after(Event::RunStarted { steps: 3 }), told("0 of 3 done. "));
        for step in 0..3 {
            after(Event::StepStarted { subject: subject(step) });
        }
        let elapsed = Duration::ZERO;
        let finished = after(Event::StepFinished { subject: subject(1), elapsed });
        assert_eq!(finished, told("1 of 3 done. aws_vpc.a[0], aws_vpc.a[2]"));
        let (ending, counts) = (Ending::Complete, Counts::default());
        assert_eq!(after(Event::RunFinished { ending, counts, elapsed }), None);
    }
}
