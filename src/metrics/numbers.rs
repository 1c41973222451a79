//! The metrics as single numbers, each with a name: for whoever compares many runs.
//!
//! *Invariant:* whole numbers only. A share, a rate or a mean is told in millionths, so that what is written down and read
//! again is the same number on every machine.

use super::Spread;
use super::comparison::rate;
use crate::time::{Span, readable};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A span of time, in microseconds.
    Time,
    /// From 0 to 1, in millionths.
    Share,
    /// What there is of it on average or each second, in millionths.
    Rate,
    /// How many there are.
    Count,
}

/// The name of a single number. (Its formula is a matter of [`MEANINGS`](super::MEANINGS), for the page has no use for it.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its key, and after a dot the statistic, if it is one of several: `time_to_finish.p95_us`.
    pub key: String,
    /// How it is written.
    pub unit: Unit,
    /// In what it is counted: `jobs`, `µs`.
    pub of: &'static str,
}

/// What metrics are made of.
pub(super) trait Counted {
    /// The statistics that it has, if it is more than one number.
    const STATISTICS: &'static [&'static str] = &[""];
    /// Whether it is a whole number.
    const IS_WHOLE: bool = true;

    fn count(&self, numbers: &mut Vec<Option<u64>>);
}

/// Adds the names of the numbers that a metric of that type has.
pub(super) fn name<T: Counted>(key: &str, of: &'static str, names: &mut Vec<Name>) {
    for statistic in T::STATISTICS {
        let (key, of) = match *statistic {
            "" => (key.to_owned(), of),
            JOBS => (format!("{key}.{JOBS}"), JOBS),
            statistic => (format!("{key}.{statistic}"), of),
        };
        let unit = match of {
            "µs" => Unit::Time,
            "0 to 1" => Unit::Share,
            _ if T::IS_WHOLE => Unit::Count,
            _ => Unit::Rate,
        };
        names.push(Name { key, unit, of });
    }
}

const MILLION: f64 = 1e6;
const JOBS: &str = "jobs";

fn millionths(number: f64) -> u64 {
    (number * MILLION).round() as u64
}

impl Counted for u64 {
    fn count(&self, numbers: &mut Vec<Option<u64>>) {
        numbers.push(Some(*self));
    }
}

impl Counted for Option<u64> {
    fn count(&self, numbers: &mut Vec<Option<u64>>) {
        numbers.push(*self);
    }
}

impl Counted for f64 {
    const IS_WHOLE: bool = false;

    fn count(&self, numbers: &mut Vec<Option<u64>>) {
        numbers.push(Some(millionths(*self)));
    }
}

impl Counted for Option<f64> {
    const IS_WHOLE: bool = false;

    fn count(&self, numbers: &mut Vec<Option<u64>>) {
        numbers.push(self.map(millionths));
    }
}

impl Counted for Option<Spread> {
    const STATISTICS: &'static [&'static str] =
        &[JOBS, "mean_us", "p50_us", "p90_us", "p95_us", "p99_us", "p999_us", "max_us"];

    fn count(&self, numbers: &mut Vec<Option<u64>>) {
        let of = |spread: &Spread| {
            let Spread { jobs, mean_us, p50_us, p90_us, p95_us, p99_us, p999_us, max_us } = *spread;
            [jobs, mean_us, p50_us, p90_us, p95_us, p99_us, p999_us, max_us]
        };
        match self {
            Some(spread) => numbers.extend(of(spread).map(Some)),
            None => numbers.extend([None; 8]),
        }
    }
}

/// The number as people read it: `1.2 s`, `38 %`, `4.5`.
///
/// ```
/// use counterpoint::metrics::numbers::{Unit, told};
/// assert_eq!(told(Unit::Time, 1_200_000), "1.2 s");
/// assert_eq!(told(Unit::Share, 384_000), "38 %");
/// assert_eq!(told(Unit::Rate, 4_500_000), "4.5");
/// assert_eq!(told(Unit::Count, 12), "12");
/// ```
pub fn told(unit: Unit, number: u64) -> String {
    match unit {
        Unit::Time => readable(Span::micros(number)),
        Unit::Share => format!("{} %", (number + 5_000) / 10_000),
        Unit::Rate => rate(number as f64 / MILLION),
        Unit::Count => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MEANINGS, Metrics};
    use super::*;

    #[test]
    fn a_rate_has_as_many_digits_as_tell() {
        let rates = [0, 4_000, 330_000, 4_256_000, 12_340_000, 99_960_000, 123_400_000];
        assert_eq!(rates.map(|rate| told(Unit::Rate, rate)), ["0", "0", "0.33", "4.26", "12.3", "100", "123"]);
    }

    #[test]
    fn every_metric_has_its_names_in_order() {
        let names = Metrics::names();
        let mut keys: Vec<&str> = names.iter().map(|name| name.key.split('.').next().unwrap()).collect();
        keys.dedup();
        assert_eq!(keys, MEANINGS.iter().map(|meaning| meaning.key).collect::<Vec<_>>());
        let of = |key: &str| names.iter().find(|name| name.key == key).map(|name| name.unit);
        assert_eq!(of("time_to_finish.jobs"), Some(Unit::Count));
        assert_eq!(of("time_to_finish.p95_us"), Some(Unit::Time));
        assert_eq!(of("blocked_share"), Some(Unit::Share));
        assert_eq!(of("messages_per_job"), Some(Unit::Rate));
    }
}
