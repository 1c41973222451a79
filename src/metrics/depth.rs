//! How many jobs waited at once, and when nobody waited any more after an outage, as the levels of the trace say.
//!
//! *Invariant:* a level counts as it is at the end of a moment, however often it changes within the moment.

use std::collections::BTreeMap;

use crate::sorting;
use crate::time::Moment;
use crate::trace::{Duty, LevelKind, LevelRow, StayKind, Trace};

/// The numbers that follow from levels; [`Metrics`](super::Metrics) says what each of them means.
#[derive(Default)]
pub(super) struct Depth {
    pub backlog_max: u64,
    pub accept_queue_max: u64,
    pub ready_max: u64,
    pub broker_max: u64,
    /// How many jobs were in queues, added up over the window, in jobs × microseconds.
    pub broker_area: u64,
    pub outage_us: u64,
    pub drain_us: Option<u64>,
}

/// The value of each level between two changes.
type Current = BTreeMap<u64, u32>;

/// How many jobs are in each place between two changes.
#[derive(Clone, Copy, Default)]
struct Now {
    backlog: u64,
    pool: u64,
    accept_queue: u64,
    ready: u64,
    /// Hidden, or delivered and still held.
    other_broker: u64,
}

impl Now {
    fn place(&mut self, kind: LevelKind) -> Option<&mut u64> {
        let LevelKind::Stays(kind) = kind else {
            return None;
        };
        match kind {
            StayKind::Backlog => Some(&mut self.backlog),
            StayKind::Pool => Some(&mut self.pool),
            StayKind::Queued => Some(&mut self.accept_queue),
            StayKind::Ready => Some(&mut self.ready),
            StayKind::Held | StayKind::Hidden => Some(&mut self.other_broker),
            StayKind::Busy
            | StayKind::Blocked
            | StayKind::Polling
            | StayKind::Awaiting
            | StayKind::Resting
            | StayKind::Scheduled
            | StayKind::Unconfirmed
            | StayKind::Parked
            | StayKind::Down
            | StayKind::Slow => None,
        }
    }

    fn nobody_waits(&self) -> bool {
        self.backlog + self.pool + self.accept_queue + self.ready == 0
    }
}

pub(super) fn depth(trace: &Trace, window: Moment) -> Depth {
    let mut depth = Depth::default();
    let last_outage_end = outages(trace, window, &mut depth.outage_us);
    let mut current = Current::new();
    let mut now = Now::default();
    let mut rows = trace.levels.as_slice();
    let mut begin = Moment::START;
    loop {
        while let Some((row, rest)) = rows.split_first().filter(|(row, _)| row.at <= begin) {
            apply(trace, &mut now, &mut current, row);
            rows = rest;
        }
        let end = rows.first().map_or(window, |row| row.at);
        hold(&mut depth, &now, (begin, end), window, last_outage_end);
        if rows.is_empty() {
            return depth;
        }
        begin = end;
    }
}

/// The lane, the slot and the kind of stay that a level counts, as one number: maps of whole numbers have one code.
fn place_of(row: &LevelRow) -> u64 {
    let kind = match row.kind {
        LevelKind::Stays(kind) => kind as u64 + 1,
        _ => 0,
    };
    u64::from(row.actor.0) << 32 | u64::from(row.slot.0) << 16 | kind
}

fn apply(trace: &Trace, now: &mut Now, current: &mut Current, row: &LevelRow) {
    // What a caller holds until its hand-over is confirmed lies in no queue.
    if row.kind == LevelKind::Stays(StayKind::Held) && trace.actor(row.actor).duty == Duty::Caller {
        return;
    }
    if let Some(place) = now.place(row.kind) {
        let before = current.insert(place_of(row), row.value).unwrap_or_default();
        *place = *place + u64::from(row.value) - u64::from(before);
    }
}

/// Takes note of a span from `begin` to `end` in which nothing changes.
fn hold(depth: &mut Depth, now: &Now, (begin, end): (Moment, Moment), window: Moment, last_outage_end: Option<Moment>) {
    depth.backlog_max = depth.backlog_max.max(now.backlog);
    depth.accept_queue_max = depth.accept_queue_max.max(now.accept_queue);
    depth.ready_max = depth.ready_max.max(now.ready);
    let broker = now.ready + now.other_broker;
    depth.broker_max = depth.broker_max.max(broker);
    depth.broker_area += broker * end.since(begin).as_micros();
    if let Some(over) = last_outage_end
        && depth.drain_us.is_none()
        && now.nobody_waits()
        && (end > over || end == window)
    {
        depth.drain_us = Some(begin.max(over).since(over).as_micros());
    }
}

/// Adds up the time in which somebody was out, and returns the end of the last outage that ended within the window.
fn outages(trace: &Trace, window: Moment, spent: &mut u64) -> Option<Moment> {
    let mut downs: Vec<(Moment, Moment)> = trace
        .stays
        .iter()
        .filter(|stay| stay.kind == StayKind::Down)
        .map(|stay| (stay.begin, stay.end.min(window)))
        .collect();
    sorting::sort(&mut downs);
    let mut covered = Moment::START;
    for (begin, end) in &downs {
        *spent += end.since(covered.max(*begin)).as_micros();
        covered = covered.max(*end);
    }
    let ended = trace.stays.iter().filter(|stay| stay.kind == StayKind::Down).map(|stay| stay.end);
    ended.filter(|end| *end <= window).max()
}
