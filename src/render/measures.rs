//! The measures: numbers that are shown of both sides beside each other, on the page's cards and in the summary that is
//! printed.
//!
//! *Invariant:* both sides have the same measures in the same order. Where one side has no value there is a dash, and a
//! trouble is shown on both sides if either has it. The tone follows the outcome for those who wanted the work.

use super::summary::Summary;
use crate::metrics::{Metrics, Spread};
use crate::recording::Tone;
use crate::time::{Span, readable};

/// A number of each side, as people read it.
pub struct Measure {
    pub label: &'static str,
    pub values: Vec<(String, Tone)>,
}

/// How many measures there are to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The few that stand on a card.
    AtAGlance,
    /// All that stand in a table.
    All,
}

/// The measures of these sides.
pub fn measures(sides: &[Summary], detail: Detail) -> Vec<Measure> {
    let mut table = Table { sides, measures: Vec::new() };
    table.plain("result, median", |metrics| time(metrics.time_to_result, |spread| spread.p50_us));
    table.plain("result, p95", |metrics| time(metrics.time_to_result, |spread| spread.p95_us));
    if detail == Detail::All {
        table.plain("result, longest", |metrics| time(metrics.time_to_result, |spread| spread.max_us));
        table.plain("handed over, median", |metrics| time(metrics.time_to_hand_over, |spread| spread.p50_us));
        let most = sides.iter().map(|side| side.metrics.throughput_per_s).fold(0.0, f64::max);
        let (label, seconds) = pace(most);
        table.plain(label, |metrics| decimal(metrics.throughput_per_s * seconds));
    }
    table.plain("of caller time blocked", |metrics| percent(metrics.blocked_share));
    if detail == Detail::All {
        table.plain("of worker time busy", |metrics| percent(metrics.worker_use));
    }
    table.trouble("failed", Shown::Always, |metrics| metrics.failed);
    table.trouble("accepted and lost", Shown::IfAny, |metrics| metrics.accepted_and_lost);
    table.trouble("in a dead-letter queue", Shown::IfAny, |metrics| metrics.in_dead_letters);
    table.trouble("not finished", Shown::IfAny, |metrics| metrics.unfinished.max(metrics.waiting));
    table.trouble("too late", Shown::IfAny, |metrics| metrics.late);
    if detail == Detail::All {
        table.plain("work done", |metrics| format!("{} of {}", metrics.done, metrics.jobs));
        if table.sides.iter().any(|side| side.metrics.excused > 0) {
            table.plain("done without a part", |metrics| format!("{} of {}", metrics.excused, metrics.jobs));
        }
        table.plain("executions", |metrics| metrics.executions.to_string());
    }
    table.plain("messages per job", |metrics| decimal(metrics.messages_per_job));
    if detail == Detail::All {
        table.plain("bytes per job", |metrics| (metrics.bytes_per_job.round() as u64).to_string());
    }
    table.measures
}

/// When a trouble is a measure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Always,
    /// If either side has it.
    IfAny,
}

struct Table<'a> {
    sides: &'a [Summary],
    measures: Vec<Measure>,
}

impl Table<'_> {
    fn plain(&mut self, label: &'static str, value: impl Fn(&Metrics) -> String) {
        let values = self.sides.iter().map(|side| (value(&side.metrics), Tone::Plain));
        self.measures.push(Measure { label, values: values.collect() });
    }

    /// A count of jobs that did not go well. None of them is good news only where nothing else went wrong.
    fn trouble(&mut self, label: &'static str, shown: Shown, count: impl Fn(&Metrics) -> u64) {
        if shown == Shown::IfAny && self.sides.iter().all(|side| count(&side.metrics) == 0) {
            return;
        }
        let values = self.sides.iter().map(|side| {
            let metrics = &side.metrics;
            let all_well = metrics.useful == metrics.jobs && metrics.in_dead_letters == 0;
            let tone = match count(metrics) {
                0 if all_well => Tone::Good,
                0 => Tone::Plain,
                _ => Tone::Bad,
            };
            (count(metrics).to_string(), tone)
        });
        self.measures.push(Measure { label, values: values.collect() });
    }
}

/// The dash that stands where a side has no such value.
pub const NONE: &str = "–";

fn time(spread: Option<Spread>, micros: impl Fn(&Spread) -> u64) -> String {
    spread.map_or_else(|| NONE.to_owned(), |spread| readable(Span::micros(micros(&spread))))
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| NONE.to_owned(), |share| format!("{} %", (share * 100.0).round() as u64))
}

/// By which time a pace of so many a second is told, and its seconds: the shortest in which it does not round to nothing.
fn pace(most_per_second: f64) -> (&'static str, f64) {
    match most_per_second {
        0.000_001..0.001 => ("done an hour", 3600.0),
        0.001..0.1 => ("done a minute", 60.0),
        _ => ("done a second", 1.0),
    }
}

/// The number with one decimal, or without it if it is nought.
fn decimal(number: f64) -> String {
    let tenths = (number * 10.0).round() as u64;
    if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}
