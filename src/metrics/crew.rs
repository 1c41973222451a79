//! The workers as crews, and what each crew did while there was work for it.
//!
//! A crew is all worker lanes that share the work of a part of the jobs: the consumers of one queue, the members of one
//! group, one service. Of each crew it is found out how much is asked of it, and how long its slots were idle although
//! work waited for them.
//!
//! *Invariant:* a slot is idle when it works on nothing and its lane is in service, both as the trace says.

use crate::sorting;
use crate::time::Moment;
use crate::trace::{ActorId, Drawing, Duty, Ending, Slot, StayKind, StayRow, Trace};

/// All worker lanes that share the work of a part of the jobs, and what they did.
#[derive(Clone, Debug, Default)]
pub struct Crew {
    pub(super) lanes: Vec<ActorId>,
    pub(super) slots: u64,
    /// How many slots worked at least once.
    pub(super) worked: u64,
    /// The time of the executions that came to their end, in microseconds, as all `_us`.
    pub(super) work_us: u64,
    /// How many executions came to their end.
    pub(super) executions: u64,
    /// How many parts of each job are its work.
    pub(super) parts: u64,
    /// How long work waited for the crew, ready in a queue or in line at one of its lanes, added up over the jobs.
    pub(super) ready_us: u64,
    /// How much of that was spent in a queue or log.
    pub(super) stored_us: u64,
    /// How long at least one job waited.
    pub(super) waited_us: u64,
    /// How long the slots were in service while work waited, added up over the slots.
    pub(super) slot_us: u64,
    /// How much of that the slots were idle.
    pub(super) idle_us: u64,
    /// The length of all pauses of a slot between two executions during which work lay ready all the time.
    pub(super) pauses_us: u64,
    /// How many such pauses there were.
    pub(super) pauses: u64,
    /// For each track of a log from which it reads, how long its work was there to be read or acknowledged.
    tracks: Vec<(ActorId, Slot, u64)>,
}

impl Crew {
    /// The share of its slots' time in which they were idle although work lay ready.
    pub(super) fn idle_share(&self) -> f64 {
        super::ratio(self.idle_us, self.slot_us)
    }

    /// The mean time of one execution, in microseconds.
    pub(super) fn mean_work(&self) -> u64 {
        self.work_us.checked_div(self.executions).unwrap_or(0)
    }

    /// The mean pause between two executions while work lay ready, in microseconds.
    pub(super) fn mean_pause(&self) -> u64 {
        self.pauses_us.checked_div(self.pauses).unwrap_or(0)
    }

    /// The track of a log in which most of its work was, and its share of all tracks.
    pub(super) fn fullest_track(&self) -> Option<(ActorId, Slot, f64)> {
        let all: u64 = self.tracks.iter().map(|(.., micros)| micros).sum();
        let (log, track, most) = *self.tracks.iter().max_by_key(|(.., micros)| *micros)?;
        Some((log, track, super::ratio(most, all)))
    }

    /// How much is asked of it, as a share of what it can do, if `wanted_per_s` jobs are wanted each second.
    pub(super) fn load(&self, wanted_per_s: f64) -> f64 {
        wanted_per_s * self.mean_work() as f64 * self.parts as f64 / (self.slots.max(1) as f64 * 1e6)
    }
}

/// How many jobs were wanted each second; nothing if they were wanted all at once, or there are fewer than two.
pub(super) fn wanted_per_s(trace: &Trace) -> Option<f64> {
    let wanted = || trace.jobs.iter().filter_map(|job| job.wanted.known());
    let span = wanted().max()?.since(wanted().min()?).as_micros();
    let gaps = wanted().count() as u64 - 1;
    (span > 0).then(|| gaps as f64 * 1e6 / span as f64)
}

/// All crews of a side, in the order of their first lanes.
pub(super) fn crews(trace: &Trace, window: Moment) -> Vec<Crew> {
    let membership = membership(trace);
    let mut crews: Vec<Crew> = Vec::new();
    let mut numbers = vec![None; trace.actors.len()];
    for lane in (0..trace.actors.len()).filter(|lane| trace.actors[*lane].duty == Duty::Worker) {
        let first = membership.first_lane(lane);
        let number = *numbers[first].get_or_insert(crews.len());
        if number == crews.len() {
            crews.push(Crew::default());
        }
        numbers[lane] = Some(number);
        crews[number].lanes.push(ActorId(lane as u16));
        crews[number].slots += u64::from(trace.actors[lane].slots);
    }
    let of_part: Vec<Option<usize>> =
        membership.lane_of_part.iter().map(|lane| lane.and_then(|lane| numbers[lane])).collect();
    for crew in of_part.iter().flatten() {
        crews[*crew].parts += 1;
    }
    let parts = trace.parts_per_job.max(1);
    let crew_of = |stay: &StayRow| match trace.actor(stay.actor).duty {
        Duty::Worker => numbers[stay.actor.at()],
        Duty::Broker => stay.part.known().and_then(|part| of_part[(part.index() % parts) as usize]),
        Duty::Caller => None,
    };
    count_work(trace, &mut crews, crew_of);
    count_waiting(trace, window, &mut crews, crew_of);
    sweep(trace, window, &mut crews, crew_of);
    crews
}

/// Which lanes work on the same part of the jobs.
struct Membership {
    /// For each lane an earlier one of the same crew, or itself.
    earlier: Vec<usize>,
    /// For each part of a job the first lane that worked on it.
    lane_of_part: Vec<Option<usize>>,
}

impl Membership {
    fn first_lane(&self, mut lane: usize) -> usize {
        while self.earlier[lane] != lane {
            lane = self.earlier[lane];
        }
        lane
    }
}

fn membership(trace: &Trace) -> Membership {
    let parts = trace.parts_per_job.max(1);
    let mut membership =
        Membership { earlier: (0..trace.actors.len()).collect(), lane_of_part: vec![None; parts as usize] };
    for stay in trace.stays.iter().filter(|stay| stay.kind == StayKind::Busy) {
        let (Some(part), lane) = (stay.part.known(), stay.actor.at()) else { continue };
        if trace.actor(stay.actor).duty != Duty::Worker {
            continue;
        }
        match &mut membership.lane_of_part[(part.index() % parts) as usize] {
            Some(known) => {
                let known = *known;
                let (one, other) = (membership.first_lane(known), membership.first_lane(lane));
                membership.earlier[one.max(other)] = one.min(other);
            }
            none => *none = Some(lane),
        }
    }
    // Two lanes that never worked on the same part may still read the same log for the same group.
    for reader in &trace.readers {
        for pair in reader.lanes.windows(2) {
            let [one, other] = [pair[0].at(), pair[1].at()].map(|lane| membership.first_lane(lane));
            membership.earlier[one.max(other)] = one.min(other);
        }
    }
    membership
}

fn count_work(trace: &Trace, crews: &mut [Crew], crew_of: impl Fn(&StayRow) -> Option<usize>) {
    let mut worked: Vec<(ActorId, Slot)> = Vec::new();
    for stay in trace.stays.iter().filter(|stay| stay.kind == StayKind::Busy) {
        let Some(crew) = crew_of(stay) else { continue };
        worked.push((stay.actor, stay.slot));
        if stay.ending == Ending::Done {
            crews[crew].work_us += stay.end.since(stay.begin).as_micros();
            crews[crew].executions += 1;
        }
    }
    sorting::sort(&mut worked);
    worked.dedup();
    for crew in crews {
        crew.worked = worked.iter().filter(|(lane, _)| crew.lanes.contains(lane)).count() as u64;
    }
}

/// Adds up how long work waited, and in which track of a log it was meanwhile.
fn count_waiting(trace: &Trace, window: Moment, crews: &mut [Crew], crew_of: impl Fn(&StayRow) -> Option<usize>) {
    for stay in &trace.stays {
        let Some(crew) = crew_of(stay) else { continue };
        let micros = stay.end.min(window).since(stay.begin).as_micros();
        if waits(trace, stay) {
            crews[crew].ready_us += micros;
            crews[crew].stored_us += if stay.kind == StayKind::Ready { micros } else { 0 };
        }
        if trace.actor(stay.actor).drawing == Drawing::Tracks && matches!(stay.kind, StayKind::Ready | StayKind::Held) {
            let tracks = &mut crews[crew].tracks;
            match tracks.iter_mut().find(|(lane, slot, _)| (*lane, *slot) == (stay.actor, stay.slot)) {
                Some((.., sum)) => *sum += micros,
                None => tracks.push((stay.actor, stay.slot, micros)),
            }
        }
    }
}

/// Whether the stay is that of a job which waits for a worker and which a free slot could begin.
fn waits(trace: &Trace, stay: &StayRow) -> bool {
    stay.kind == StayKind::Ready || stay.kind == StayKind::Queued && trace.actor(stay.actor).duty == Duty::Worker
}

/// A change at a moment. Several changes at one moment are taken in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    ReadyBegins,
    ReadyEnds,
    BusyEnds,
    DownBegins,
    DownEnds,
    BrokerDown,
    BrokerUp,
    BusyBegins,
}

/// The state of a crew between two changes.
#[derive(Clone, Default)]
struct Now {
    /// The moment of the last change.
    since: Moment,
    /// How many jobs wait for the crew.
    ready: u64,
    /// Since when there has been a waiting job without a break.
    ready_since: Moment,
    /// How many slots work.
    busy: u64,
    /// How many slots are in service.
    up: u64,
    /// How many outages of brokers go on. A broker that is down hands nothing out, and the workers cannot help it.
    brokers_down: u32,
}

/// Goes through all changes in order and adds up the time of the slots while work lay ready.
fn sweep(trace: &Trace, window: Moment, crews: &mut [Crew], crew_of: impl Fn(&StayRow) -> Option<usize>) {
    let mut changes: Vec<(Moment, Change, usize, ActorId, Slot)> = Vec::new();
    for stay in &trace.stays {
        let (begins, ends) = match stay.kind {
            _ if waits(trace, stay) => (Change::ReadyBegins, Change::ReadyEnds),
            // Work of no length keeps nobody busy, and in the order of changes it would end before it begins.
            StayKind::Busy if stay.begin == stay.end => continue,
            StayKind::Busy => (Change::BusyBegins, Change::BusyEnds),
            StayKind::Down => (Change::DownBegins, Change::DownEnds),
            _ => continue,
        };
        if stay.kind == StayKind::Down && trace.actor(stay.actor).duty == Duty::Broker {
            for crew in 0..crews.len() {
                changes.push((stay.begin, Change::BrokerDown, crew, stay.actor, stay.slot));
                if stay.end <= window {
                    changes.push((stay.end, Change::BrokerUp, crew, stay.actor, stay.slot));
                }
            }
        } else if let Some(crew) = crew_of(stay) {
            changes.push((stay.begin, begins, crew, stay.actor, stay.slot));
            if stay.end <= window {
                changes.push((stay.end, ends, crew, stay.actor, stay.slot));
            }
        }
    }
    sorting::sort(&mut changes);
    let mut now: Vec<Now> = crews.iter().map(|crew| Now { up: crew.slots, ..Now::default() }).collect();
    let mut down = vec![0u32; trace.actors.len()];
    let mut free_since = vec![Vec::<Option<Moment>>::new(); trace.actors.len()];
    for (at, change, number, lane, slot) in changes {
        let (crew, current) = (&mut crews[number], &mut now[number]);
        let micros = at.since(current.since).as_micros();
        if current.ready > 0 {
            crew.waited_us += micros;
        }
        if current.ready > 0 && current.brokers_down == 0 {
            crew.slot_us += current.up * micros;
            crew.idle_us += current.up.saturating_sub(current.busy).min(current.ready) * micros;
        }
        current.since = at;
        let free = &mut free_since[lane.at()];
        let slots = u64::from(trace.actor(lane).slots);
        match change {
            Change::ReadyBegins => {
                if current.ready == 0 {
                    current.ready_since = at;
                }
                current.ready += 1;
            }
            Change::ReadyEnds => current.ready -= 1,
            Change::BusyBegins => {
                current.busy += 1;
                if let Some(since) = free.get_mut(slot.at()).and_then(Option::take)
                    && current.ready > 0
                    && current.ready_since <= since
                {
                    crew.pauses += 1;
                    crew.pauses_us += at.since(since).as_micros();
                }
            }
            Change::BusyEnds => {
                current.busy -= 1;
                if slot.known().is_some() {
                    if free.len() <= slot.at() {
                        free.resize(slot.at() + 1, None);
                    }
                    free[slot.at()] = (current.ready > 0).then_some(at);
                }
            }
            Change::DownBegins => {
                if down[lane.at()] == 0 {
                    current.up -= slots;
                }
                down[lane.at()] += 1;
                free.clear();
            }
            Change::BrokerDown => current.brokers_down += 1,
            Change::BrokerUp => {
                current.brokers_down -= 1;
                current.ready_since = at;
            }
            Change::DownEnds => {
                down[lane.at()] -= 1;
                if down[lane.at()] == 0 {
                    current.up += slots;
                }
            }
        }
    }
}
