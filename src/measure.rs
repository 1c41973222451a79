//! The workload of the benches, where a native bench and a page in a browser can both reach it.
//!
//! *Invariant:* reads no clock; the one who calls does.

use crate::engine::{Demand, Failures, Limits, Workload, World, bare};
use crate::protocol::{Ground, Settings, rabbitmq};
use crate::rng::Distribution;
use crate::time::{Moment, Span};
use crate::trace::{Outcome, Trace};

pub use crate::engine::bare::Counts;

/// An M/M/4 queue through the RabbitMQ actors, with a full trace: four consumers busy for 80 % of the time.
///
/// # Panics
/// If the run met a limit, for then the figures would be those of another one.
pub fn queue(jobs: u32) -> Trace {
    let mut settings = rabbitmq::Settings::default();
    settings.consumers.count = 4;
    settings.consumers.prefetch = 1;
    let ground = Ground::bare();
    let workload = Workload {
        jobs,
        demand: Demand::Random { start: Moment::START, gap: Distribution::exponential(Span::micros(312_500)) },
        parts: vec![Distribution::exponential(Span::seconds(1))],
        failures: Failures::default(),
    };
    let limits = Limits { events: u64::MAX, rows: u64::MAX, span: Span::seconds(366 * 24 * 3600), ..Limits::default() };
    let trace = World::new(Settings::Rabbitmq(settings).set_up(&ground), workload, Vec::new(), 1, limits).finish();
    assert_eq!(trace.outcome, Outcome::Settled, "the limits are far away");
    trace
}

/// What [`queue`] did: for each job one value is drawn for its arrival and one for its work.
pub fn counts(trace: &Trace) -> Counts {
    Counts::of(trace, 2 * trace.jobs.len() as u64)
}

/// A loop that does as much as `counts` says and nothing else.
pub fn bare(counts: Counts) -> Trace {
    bare::run(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_loop_does_as_much_as_the_run() {
        let counted = counts(&queue(1000));
        assert_eq!(counts(&bare(counted)), counted);
    }
}
