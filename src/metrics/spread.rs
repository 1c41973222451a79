//! How a span of time is spread over the jobs: exact order statistics, no estimate.
//!
//! *Invariant:* whole microseconds. A percentile is one of the values (nearest rank), never between two.

use serde::Serialize;

use crate::sorting;
use crate::time::Moment;
use crate::trace::{JobId, Trace};

/// Order statistics of some spans, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many jobs it is taken over.
    pub jobs: u64,
    /// Sum ÷ jobs, to the nearest microsecond.
    pub mean_us: u64,
    /// The smallest of the values that at least 50 % of them do not exceed; the other percentiles likewise.
    pub p50_us: u64,
    pub p90_us: u64,
    pub p95_us: u64,
    pub p99_us: u64,
    /// The smallest of the values that at least 99.9 % of them do not exceed.
    pub p999_us: u64,
    pub max_us: u64,
}

impl Spread {
    /// The order statistics of these values, in microseconds; nothing if there are none.
    pub fn of(mut values: Vec<u64>) -> Option<Spread> {
        sorting::sort(&mut values);
        let max_us = *values.last()?;
        let jobs = values.len() as u64;
        let sum: u128 = values.iter().map(|value| u128::from(*value)).sum();
        let rank = |thousandths: u64| values[((thousandths * jobs).div_ceil(1000) - 1) as usize];
        Some(Spread {
            jobs,
            mean_us: ((sum + u128::from(jobs) / 2) / u128::from(jobs)) as u64,
            p50_us: rank(500),
            p90_us: rank(900),
            p95_us: rank(950),
            p99_us: rank(990),
            p999_us: rank(999),
            max_us,
        })
    }
}

/// The spread of the time from when a job was wanted to `moment`, over the jobs that have one.
pub(super) fn of_jobs(trace: &Trace, moment: impl Fn(JobId) -> Option<Moment>) -> Option<Spread> {
    let spans = (0..trace.jobs.len() as u32).map(JobId::from_index).filter_map(|job| {
        let wanted = trace.jobs[job.at()].wanted.known()?;
        moment(job).map(|moment| moment.since(wanted).as_micros())
    });
    Spread::of(spans.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let spread = Spread::of(vec![50, 15, 40, 20, 35]).unwrap();
        assert_eq!((spread.p50_us, spread.p90_us, spread.max_us, spread.mean_us), (35, 50, 50, 32));
        let hundred = Spread::of((1..=100).rev().collect()).unwrap();
        assert_eq!(
            (hundred.p50_us, hundred.p90_us, hundred.p95_us, hundred.p99_us, hundred.p999_us),
            (50, 90, 95, 99, 100)
        );
        assert_eq!(Spread::of((1..=2000).collect()).unwrap().p999_us, 1998);
        assert_eq!(Spread::of(vec![7]).unwrap().p50_us, 7);
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
