//! What is said of each side beside its rows: its numbers and its verdicts, both sides over the same window.
//!
//! *Invariant:* report, text and page take them from here, so they cannot disagree.

use crate::metrics::{self, Metrics, Verdict, Yardstick};
use crate::scenario::Played;

/// What there is to say of one side.
#[derive(Clone, Debug)]
pub struct Summary {
    pub metrics: Metrics,
    /// What weighs most first.
    pub verdicts: Vec<Verdict>,
}

/// One summary a side, in order.
pub fn summaries(played: &Played) -> Vec<Summary> {
    let yardstick = yardstick(played);
    let summary = |side: &crate::recording::SidePlayed| {
        let metrics = metrics::measure(&side.trace, &yardstick);
        let verdicts = metrics::verdicts(&side.trace, &metrics, &yardstick);
        Summary { metrics, verdicts }
    };
    played.sides.iter().map(summary).collect()
}

/// By what both sides of this run are measured.
pub fn yardstick(played: &Played) -> Yardstick {
    let workload = &played.scenario.head.workload;
    Yardstick {
        window: played.ended(),
        useful_within: workload.useful_within,
        one: workload.noun.one.clone(),
        many: workload.noun.many.clone(),
    }
}
