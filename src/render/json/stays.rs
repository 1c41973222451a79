//! The spans of a side, as the report prints them: where each job, thread, consumer and record was, and until when.
//!
//! *Invariant:* no hash is taken over them, so they may say more within a version of the format.

use serde::{Serialize, Serializer};

use super::micros;
use crate::trace::{Ending, StayKind, Trace};

/// All stays, in the order in which they began.
pub(super) struct Stays<'a>(pub &'a Trace);

#[derive(Serialize)]
struct Stay<'a> {
    begin_us: u64,
    end_us: Option<u64>,
    kind: &'static str,
    ending: &'static str,
    lane: &'a str,
    slot: Option<String>,
    job: Option<u32>,
    value: u32,
}

impl Serialize for Stays<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trace = self.0;
        serializer.collect_seq(trace.stays.iter().map(|stay| Stay {
            begin_us: stay.begin.micros(),
            end_us: micros(stay.end),
            kind: kind_word(stay.kind),
            ending: ending_word(stay.ending),
            lane: &trace.actor(stay.actor).id,
            slot: trace.actor(stay.actor).slot_name(stay.slot),
            job: stay.part.known().map(|part| trace.job_of(part).number()),
            value: stay.value,
        }))
    }
}

/// The kind in the report.
fn kind_word(kind: StayKind) -> &'static str {
    match kind {
        StayKind::Busy => "busy",
        StayKind::Blocked => "blocked",
        StayKind::Polling => "polling",
        StayKind::Awaiting => "awaiting",
        StayKind::Resting => "resting",
        StayKind::Backlog => "backlog",
        StayKind::Pool => "pool",
        StayKind::Queued => "queued",
        StayKind::Ready => "ready",
        StayKind::Held => "held",
        StayKind::Hidden => "hidden",
        StayKind::Scheduled => "scheduled",
        StayKind::Unconfirmed => "unconfirmed",
        StayKind::Parked => "parked",
        StayKind::Down => "down",
        StayKind::Slow => "slow",
    }
}

/// The ending in the report.
fn ending_word(ending: Ending) -> &'static str {
    match ending {
        Ending::Open => "open",
        Ending::Done => "done",
        Ending::Interrupted => "interrupted",
        Ending::Returned => "returned",
        Ending::GaveUp => "gave-up",
        Ending::Expired => "expired",
        Ending::Refused => "refused",
        Ending::Failed => "failed",
    }
}
