//! One sentence that compares the two sides: which did more of the work, which was faster, and why the other was not.
//!
//! *Invariant:* a side that is called slower is never left without the reason, and the reason is read off its trace.

use serde::Serialize;

use super::{Metrics, Spread, Yardstick, micros, spread};
use crate::time::{Moment, Span, readable};
use crate::trace::{CallerOutcome, JobId, Trace};

/// A side with what it is called in the sentence.
pub struct Compared<'a> {
    pub name: &'a str,
    pub trace: &'a Trace,
    pub metrics: &'a Metrics,
}

/// The sentence that compares two sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    pub text: String,
    /// The moment that it is about; nothing if it is about the whole run.
    #[serde(rename = "at_us", serialize_with = "micros")]
    pub at: Option<Moment>,
}

/// Compares two sides by the outcome for the person who wanted the work: first how many jobs came to a result, then how
/// long the results took.
pub fn compare(sides: [Compared<'_>; 2], yardstick: &Yardstick) -> Comparison {
    let [left, right] = &sides;
    let [left_got, right_got] = [left, right].map(|side| results(side));
    let said = |side: &Compared<'_>, got: &Option<Spread>| match got {
        Some(spread) => format!(
            "{}: {} of {} {} done, 95 % within {}",
            side.name,
            spread.jobs,
            side.metrics.jobs,
            yardstick.many,
            readable(Span::micros(spread.p95_us))
        ),
        None => format!("{}: no {} done", side.name, yardstick.one),
    };
    Comparison { text: format!("{}; {}.", said(left, &left_got), said(right, &right_got)), at: None }
}

/// How long it took from when a job was wanted until its result was there: the answer where one is given, else the end
/// of its work.
fn results(side: &Compared<'_>) -> Option<Spread> {
    spread::of_jobs(side.trace, |job| result(side.trace, job))
}

/// When the person who wanted the job had its result, as in [`Metrics::useful`].
pub(super) fn result(trace: &Trace, job: JobId) -> Option<Moment> {
    let row = &trace.jobs[job.at()];
    match row.caller {
        CallerOutcome::Answered => row.answered.known(),
        CallerOutcome::Accepted => trace.finished(job),
        CallerOutcome::Waiting | CallerOutcome::Refused | CallerOutcome::Failed | CallerOutcome::Unknown => None,
    }
}
