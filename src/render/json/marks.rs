//! The dated facts of a side that are neither messages nor jobs, as the report prints them.
//!
//! *Invariant:* no hash is taken over them, so they may say more within a version of the format.

use serde::{Serialize, Serializer};

use crate::trace::{MarkKind, Trace};

/// All marks, in the order in which they happened.
pub(super) struct Marks<'a>(pub &'a Trace);

#[derive(Serialize)]
struct Mark<'a> {
    at_us: u64,
    kind: &'static str,
    lane: &'a str,
    slot: Option<String>,
    job: Option<u32>,
    label: String,
    value: u64,
}

impl Serialize for Marks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trace = self.0;
        serializer.collect_seq(trace.marks.iter().map(|mark| Mark {
            at_us: mark.at.micros(),
            kind: word(mark.kind),
            lane: &trace.actor(mark.actor).id,
            slot: trace.actor(mark.actor).slot_name(mark.slot),
            job: mark.part.known().map(|part| trace.job_of(part).number()),
            label: trace.mark_label(mark),
            value: mark.value,
        }))
    }
}

/// The kind in the report.
fn word(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::TimedOut => "timed-out",
        MarkKind::Retried => "retried",
        MarkKind::GaveUp => "gave-up",
        MarkKind::Failed => "failed",
        MarkKind::Returned => "returned",
        MarkKind::DeadLettered => "dead-lettered",
        MarkKind::Dropped => "dropped",
        MarkKind::Crashed => "crashed",
        MarkKind::Recovered => "recovered",
        MarkKind::Committed => "committed",
        MarkKind::Rebalanced => "rebalanced",
        MarkKind::Switched => "switched",
    }
}
