//! The workers as crews, and what each crew did while there was work for it.
//!
//! A crew is all worker lanes that share the work of a part of the jobs: the consumers of one queue, the members of one
//! group, one service. Of each crew it is found out how much is asked of it, and how long its slots were idle, or
//! waited for others themselves, although work waited for them.
//!
//! *Invariant:* a slot is idle when it works on nothing, awaits no answer and its lane is in service, all as the trace says.

use super::hands;
use crate::sorting;
use crate::time::Moment;
use crate::trace::{ActorId, Class, Drawing, Duty, Ending, PartId, Slot, StayKind, StayRow, Trace};

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
    /// Which parts of each job are its work, by their number within the job.
    pub(super) parts: Vec<u32>,
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
    /// How much of that they were held by work of which somebody else was asked.
    pub(super) blocked_us: u64,
    /// How long its executions were held by that, whether work waited or not.
    held_us: u64,
    /// Who was asked, and for how long it was waited for each of them.
    asked: Vec<(ActorId, u64)>,
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

    /// How long an execution holds its slot, in microseconds: the work, and what is asked of others for it.
    pub(super) fn mean_hold(&self) -> u64 {
        self.mean_work() + self.held_us.checked_div(self.executions).unwrap_or(0)
    }

    /// How many slots work on parts of the jobs.
    pub(super) fn hands(&self) -> u64 {
        if self.parts.is_empty() { 0 } else { self.slots }
    }

    /// For whom its slots waited longest.
    pub(super) fn asked_most(&self) -> Option<ActorId> {
        self.asked.iter().max_by_key(|(_, micros)| *micros).map(|(lane, _)| *lane)
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
        wanted_per_s * self.mean_work() as f64 * self.parts.len() as f64 / (self.slots.max(1) as f64 * 1e6)
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
        crews[number].slots += hands(&trace.actors[lane]);
    }
    let of_part: Vec<Option<usize>> =
        membership.lane_of_part.iter().map(|lane| lane.and_then(|lane| numbers[lane])).collect();
    for (part, crew) in (0..).zip(&of_part) {
        crew.iter().for_each(|crew: &usize| crews[*crew].parts.push(part));
    }
    let parts = trace.parts_per_job.max(1);
    let crew_of = |stay: &StayRow| match trace.actor(stay.actor).duty {
        Duty::Worker => numbers[stay.actor.at()],
        Duty::Broker => stay.part.known().and_then(|part| of_part[(part.index() % parts) as usize]),
        Duty::Caller => None,
    };
    count_work(trace, &mut crews, crew_of);
    count_waiting(trace, window, &mut crews, crew_of);
    let held = asking(trace, window, &mut crews, crew_of);
    sweep(trace, window, &mut crews, &held, crew_of);
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
    // Where more was computed about a part than it was worked on, only whoever brought it to its end has surely worked on
    // it: others computed for the job.
    let mut surplus = vec![0i64; parts as usize];
    for (number, row) in (0..).zip(&trace.parts) {
        surplus[number % parts as usize] -= i64::from(row.executions);
    }
    for (_, part) in busy(trace) {
        surplus[(part.index() % parts) as usize] += 1;
    }
    for (stay, part) in busy(trace) {
        let lane = stay.actor.at();
        if surplus[(part.index() % parts) as usize] > 0 && trace.parts[part.at()].finished != stay.end {
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

/// The stays of workers that work or compute, each with the part that it is about.
fn busy(trace: &Trace) -> impl Iterator<Item = (&StayRow, PartId)> {
    let at_work = |stay: &&StayRow| stay.kind == StayKind::Busy && trace.actor(stay.actor).duty == Duty::Worker;
    trace.stays.iter().filter(at_work).filter_map(|stay| Some((stay, stay.part.known()?)))
}

fn count_work(trace: &Trace, crews: &mut [Crew], crew_of: impl Fn(&StayRow) -> Option<usize>) {
    let mut worked: Vec<(ActorId, Slot)> = Vec::new();
    let mut begun = vec![0u64; crews.len()];
    for stay in trace.stays.iter().filter(|stay| stay.kind == StayKind::Busy) {
        let Some(crew) = crew_of(stay) else { continue };
        worked.push((stay.actor, stay.slot));
        begun[crew] += 1;
        if stay.ending == Ending::Done {
            crews[crew].work_us += stay.end.since(stay.begin).as_micros();
            crews[crew].executions += 1;
        }
    }
    sorting::sort(&mut worked);
    worked.dedup();
    let parts = trace.parts_per_job.max(1);
    for (crew, begun) in crews.iter_mut().zip(begun) {
        crew.worked = worked.iter().filter(|(lane, _)| crew.lanes.contains(lane)).count() as u64;
        // What was begun beyond its executions was computing, which is no execution, but takes as much of its time.
        let own = (0..).zip(&trace.parts).filter(|(number, _)| crew.parts.contains(&(number % parts)));
        let executions = own.map(|(_, part)| u64::from(part.executions)).sum();
        crew.executions = crew.executions.saturating_sub(begun.saturating_sub(executions));
    }
}

/// Adds up how long slots were held because somebody else was asked, and for whom they waited. Gives the spans in which
/// they were: a blocked slot that asks for nothing only settles what it was given.
fn asking<'t>(
    trace: &'t Trace,
    window: Moment,
    crews: &mut [Crew],
    crew_of: impl Fn(&StayRow) -> Option<usize>,
) -> Vec<&'t StayRow> {
    let mut answered = vec![Moment::NEVER; trace.messages.len()];
    for row in &trace.messages {
        if let Some(asked) = row.reply_to.known() {
            answered[asked.at()] = row.arrived;
        }
    }
    // Both rows stand in the order of their moments, so one look at each is enough.
    let mut blocked = (0..).zip(&trace.stays).filter(|(_, stay)| stay.kind == StayKind::Blocked).peekable();
    let mut last = vec![Vec::<Option<usize>>::new(); trace.actors.len()];
    let mut held = vec![false; trace.stays.len()];
    for (row, answered) in trace.messages.iter().zip(answered) {
        while let Some((place, stay)) = blocked.next_if(|(_, stay)| stay.begin <= row.sent) {
            if let Some(slot) = stay.slot.known() {
                let slots = &mut last[stay.actor.at()];
                slots.resize(slots.len().max(slot.at() + 1), None);
                slots[slot.at()] = Some(place);
            }
        }
        let Some(place) = last[row.from.at()].get(row.from_slot.at()).copied().flatten() else { continue };
        let stay = &trace.stays[place];
        let asks = trace.kind(row).class == Class::Payload && row.reply_to.known().is_none() && row.sent <= stay.end;
        let Some(crew) = crew_of(stay).filter(|_| asks) else { continue };
        let (crew, end) = (&mut crews[crew], stay.end.min(window));
        if !std::mem::replace(&mut held[place], true) {
            crew.held_us += end.since(stay.begin).as_micros();
        }
        let micros = answered.min(end).since(row.sent).as_micros();
        match crew.asked.iter_mut().find(|(lane, _)| *lane == row.to) {
            Some((_, sum)) => *sum += micros,
            None => crew.asked.push((row.to, micros)),
        }
    }
    trace.stays.iter().zip(held).filter(|(_, held)| *held).map(|(stay, _)| stay).collect()
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

/// Whether the stay is that of a job which waits for a worker and which a free slot could begin. (What expired waited for
/// that, as it does where nobody takes from, or for too long.)
fn waits(trace: &Trace, stay: &StayRow) -> bool {
    let at_worker = trace.actor(stay.actor).duty == Duty::Worker;
    stay.kind == if at_worker { StayKind::Queued } else { StayKind::Ready } && stay.ending != Ending::Expired
}

/// A change at a moment. Several changes at one moment are taken in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    ReadyBegins,
    ReadyEnds,
    BusyEnds,
    BlockedEnds,
    DownBegins,
    DownEnds,
    BrokerDown,
    BrokerUp,
    BlockedBegins,
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
    /// How many slots are held because somebody else was asked.
    blocked: u64,
    /// How many slots are in service.
    up: u64,
    /// How many outages of brokers go on. A broker that is down hands nothing out, and the workers cannot help it.
    brokers_down: u32,
}

/// Goes through all changes in order and adds up the time of the slots while work lay ready.
fn sweep(
    trace: &Trace,
    window: Moment,
    crews: &mut [Crew],
    held: &[&StayRow],
    crew_of: impl Fn(&StayRow) -> Option<usize>,
) {
    let mut changes: Vec<(Moment, Change, usize, ActorId, Slot, PartId)> = Vec::new();
    let others = trace.stays.iter().filter(|stay| stay.kind != StayKind::Blocked);
    for stay in others.chain(held.iter().copied()) {
        let (begins, ends) = match stay.kind {
            _ if waits(trace, stay) => (Change::ReadyBegins, Change::ReadyEnds),
            // What has no length keeps nobody, and in the order of changes it would end before it begins.
            StayKind::Busy | StayKind::Blocked if stay.begin == stay.end => continue,
            StayKind::Busy => (Change::BusyBegins, Change::BusyEnds),
            StayKind::Blocked => (Change::BlockedBegins, Change::BlockedEnds),
            StayKind::Down => (Change::DownBegins, Change::DownEnds),
            _ => continue,
        };
        if stay.kind == StayKind::Down && trace.actor(stay.actor).duty == Duty::Broker {
            for crew in 0..crews.len() {
                changes.push((stay.begin, Change::BrokerDown, crew, stay.actor, stay.slot, stay.part));
                if stay.end <= window {
                    changes.push((stay.end, Change::BrokerUp, crew, stay.actor, stay.slot, stay.part));
                }
            }
        } else if let Some(crew) = crew_of(stay) {
            changes.push((stay.begin, begins, crew, stay.actor, stay.slot, stay.part));
            if stay.end <= window {
                changes.push((stay.end, ends, crew, stay.actor, stay.slot, stay.part));
            }
        }
    }
    sorting::sort(&mut changes);
    let same_job = |one: PartId, other: PartId| {
        let job = |part: PartId| part.known().map(|part| trace.job_of(part));
        job(one) == job(other)
    };
    let mut now: Vec<Now> = crews.iter().map(|crew| Now { up: crew.slots, ..Now::default() }).collect();
    let mut down = vec![0u32; trace.actors.len()];
    let mut free_since = vec![Vec::<Option<(Moment, PartId)>>::new(); trace.actors.len()];
    for (at, change, number, lane, slot, part) in changes {
        let (crew, current) = (&mut crews[number], &mut now[number]);
        let micros = at.since(current.since).as_micros();
        if current.ready > 0 {
            crew.waited_us += micros;
        }
        if current.ready > 0 && current.brokers_down == 0 {
            crew.slot_us += current.up * micros;
            let free = current.up.saturating_sub(current.busy);
            crew.blocked_us += free.min(current.blocked) * micros;
            crew.idle_us += free.saturating_sub(current.blocked).min(current.ready) * micros;
        }
        current.since = at;
        let free = &mut free_since[lane.at()];
        let slots = hands(trace.actor(lane));
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
                // What goes on with the same job is no pause.
                if let Some((since, before)) = free.get_mut(slot.at()).and_then(Option::take)
                    && current.ready > 0
                    && current.ready_since <= since
                    && !same_job(before, part)
                {
                    crew.pauses += 1;
                    crew.pauses_us += at.since(since).as_micros();
                }
            }
            Change::BlockedBegins => current.blocked += 1,
            Change::BusyEnds | Change::BlockedEnds => {
                match change {
                    Change::BusyEnds => current.busy -= 1,
                    _ => current.blocked -= 1,
                }
                if slot.known().is_some() {
                    if free.len() <= slot.at() {
                        free.resize(slot.at() + 1, None);
                    }
                    free[slot.at()] = (current.ready > 0).then_some((at, part));
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
