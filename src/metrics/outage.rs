//! The times in which a lane was out of service: the union of all its faults, whatever their number and order.
//!
//! *Invariant:* the outages of one lane do not overlap or touch.

use crate::sorting;
use crate::time::{Moment, Span};
use crate::trace::{ActorId, Duty, JobRow, LevelKind, Slot, StayKind, Trace};

/// One span in which a lane was out of service, or in which one of its switches (a circuit breaker) was not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outage {
    pub actor: ActorId,
    pub begin: Moment,
    /// [`Moment::NEVER`] if it lasted to the end of the run.
    pub end: Moment,
}

impl Outage {
    /// Whether the job was wanted, and its caller not yet done with it, at some moment of the outage.
    pub fn concerns(&self, job: &JobRow) -> bool {
        job.wanted.known().is_some_and(|wanted| wanted < self.end) && job.settled >= self.begin
    }

    /// How long it lasted, or, if it did not end, how long until the end of the window. An outage that ends after the
    /// run counts whole.
    pub fn length(&self, window: Moment) -> Span {
        self.end.known().unwrap_or(window).since(self.begin)
    }
}

/// The outages of all lanes with that duty, by lane and then by time.
pub(super) fn outages(trace: &Trace, duty: Duty) -> Vec<Outage> {
    let down = trace.stays.iter().filter(|stay| stay.kind == StayKind::Down && trace.actor(stay.actor).duty == duty);
    merged(down.map(|stay| (stay.actor, stay.begin, stay.end)).collect())
}

fn merged(mut spans: Vec<(ActorId, Moment, Moment)>) -> Vec<Outage> {
    sorting::sort(&mut spans);
    let mut outages: Vec<Outage> = Vec::new();
    for (actor, begin, end) in spans {
        match outages.last_mut() {
            Some(last) if last.actor == actor && begin <= last.end => last.end = last.end.max(end),
            _ => outages.push(Outage { actor, begin, end }),
        }
    }
    outages
}

/// The times in which a switch of a lane was open or half open, by lane and then by time.
pub(super) fn open_switches(trace: &Trace) -> Vec<Outage> {
    let mut opened: Vec<(ActorId, Slot, Moment)> = Vec::new();
    let mut spans = Vec::new();
    for row in trace.levels.iter().filter(|row| row.kind == LevelKind::Switch) {
        let place = opened.iter().position(|(actor, slot, _)| (*actor, *slot) == (row.actor, row.slot));
        match (row.value, place) {
            (0, Some(place)) => {
                let (actor, _, since) = opened.swap_remove(place);
                spans.push((actor, since, row.at));
            }
            (0, None) | (_, Some(_)) => {}
            (_, None) => opened.push((row.actor, row.slot, row.at)),
        }
    }
    spans.extend(opened.into_iter().map(|(actor, _, since)| (actor, since, Moment::NEVER)));
    merged(spans)
}

/// The outages of the lane whose outages concern most of the chosen jobs, and how many jobs these are; nothing if no
/// outage concerns any. Of equals it is the earliest lane.
pub(super) fn blamed<'a>(
    outages: &[Outage],
    jobs: impl Iterator<Item = &'a JobRow> + Clone,
) -> Option<(Vec<Outage>, u64)> {
    let mut best: Option<(Vec<Outage>, u64)> = None;
    for of_lane in outages.chunk_by(|one, other| one.actor == other.actor) {
        // The outages are in order and do not overlap, so only the last one that began before the caller was done with
        // the job can concern it.
        let concerned = |job: &&JobRow| {
            let began = of_lane.partition_point(|outage| outage.begin <= job.settled);
            began > 0 && of_lane[began - 1].concerns(job)
        };
        let count = jobs.clone().filter(concerned).count() as u64;
        if count > best.as_ref().map_or(0, |(_, most)| *most) {
            let concerns_any = |outage: &&Outage| jobs.clone().any(|job| outage.concerns(job));
            best = Some((of_lane.iter().filter(concerns_any).copied().collect(), count));
        }
    }
    best
}
