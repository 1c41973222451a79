//! An index of a run: which rows a window of time or a job needs, found without looking at all the others.
//!
//! It is made once for each run, by whoever lays the run out more than once. Rows are only appended to it, so it can be
//! made in pieces ([`Index::grow`]). How long it takes to find the rows of a window depends on how many there are in
//! the window, and not on how long the run is.
//!
//! *Invariant:* nothing else in the scene looks for rows in a whole trace. The index relies on the order in which rows
//! are written, which is that of their beginnings.

mod sent;
mod series;

use super::columns::MOST_BARS;
use super::rows::{Rows, due, failed};
use series::Series;

use crate::recording::SidePlayed;
use crate::sorting;
use crate::time::{Moment, Span};
use crate::trace::{
    ActorId, Drawing, Duty, JobId, LevelKind, LevelRow, MessageId, ReaderId, Slot, StayId, StayKind, StayRow, Trace,
};

/// The indexes of all sides of a run.
#[derive(Debug)]
pub struct Index {
    sides: Vec<SideIndex>,
}

impl Index {
    /// The index of a run, made in one go.
    pub fn of(sides: &[SidePlayed]) -> Index {
        let mut index = Index::begin(sides);
        index.grow(sides, usize::MAX);
        index
    }

    /// An index that knows no row yet.
    pub fn begin(sides: &[SidePlayed]) -> Index {
        Index { sides: sides.iter().map(|side| SideIndex::begin(&side.trace)).collect() }
    }

    /// Takes in about `rows` more rows, and says whether it has all of them now. Nothing may be laid out by the index
    /// before it has.
    pub fn grow(&mut self, sides: &[SidePlayed], rows: usize) -> bool {
        let mut left = rows;
        for (index, side) in self.sides.iter_mut().zip(sides) {
            left = index.grow(&side.trace, left);
        }
        left > 0
    }

    /// The messages of a job on one side, in order.
    pub fn messages_of(&self, side: u8, job: JobId) -> Vec<MessageId> {
        self.side(side).messages_of_jobs.of(job).into_iter().map(MessageId::from_index).collect()
    }

    /// The stays of a job on one side, in order.
    pub fn stays_of(&self, side: u8, job: JobId) -> Vec<StayId> {
        self.side(side).stays_of_jobs.of(job).into_iter().map(StayId::from_index).collect()
    }

    /// The positions of a job's marks in the trace of one side, in order.
    pub fn marks_of(&self, side: u8, job: JobId) -> Vec<u32> {
        self.side(side).marks_of_jobs.of(job)
    }

    pub(super) fn side(&self, side: u8) -> &SideIndex {
        &self.sides[usize::from(side)]
    }
}

/// The two lanes between which messages go, the one with the smaller number first.
type Pair = (ActorId, ActorId);

/// What stays of one series have in common: where they are, and their kind.
type StayKey = (ActorId, Slot, StayKind);

/// What tells one level from another: whose it is, and what it counts.
type LevelKey = (ActorId, Slot, ReaderId, LevelKind);

/// The index of one side.
#[derive(Debug, Default)]
pub(super) struct SideIndex {
    messages: ByLength,
    /// The stays that are drawn whether their job is selected or not.
    stays: ByLength,
    /// All messages but background traffic.
    told: Vec<u32>,
    messages_of_jobs: Chains,
    stays_of_jobs: Chains,
    marks_of_jobs: Chains,
    /// The messages between each two lanes, without background traffic.
    pairs: Vec<(Pair, Traffic)>,
    /// The same stays as in `stays`, by place and kind; the longest weighs most.
    kinds: Vec<(StayKey, Series)>,
    /// The rows of each level; the highest weighs most.
    levels: Vec<(LevelKey, Series)>,
    /// How much lies in each queue, and how much there was at most.
    depths: Vec<((ActorId, Slot), Depth)>,
    /// How many messages, stays, levels and marks have been taken in.
    taken: [usize; 4],
}

/// Messages between two lanes, in the order in which they were sent.
#[derive(Debug, Default)]
struct Traffic {
    all: Series,
    failed: Vec<u32>,
}

/// How much lies in a queue after the rows that have been taken in, and how much there was at most.
#[derive(Debug, Default)]
struct Depth {
    ready: u32,
    held: u32,
    /// When either of the two changed last.
    at: Moment,
    deepest: u32,
}

impl SideIndex {
    fn begin(trace: &Trace) -> SideIndex {
        let chains = || Chains { last: vec![NONE_BEFORE; trace.jobs.len()], links: Vec::new() };
        let (messages_of_jobs, stays_of_jobs, marks_of_jobs) = (chains(), chains(), chains());
        SideIndex { messages_of_jobs, stays_of_jobs, marks_of_jobs, ..SideIndex::default() }
    }

    /// Takes in up to `left` rows, and returns how many of these were not needed.
    fn grow(&mut self, trace: &Trace, mut left: usize) -> usize {
        let tables = [trace.messages.len(), trace.stays.len(), trace.levels.len(), trace.marks.len()];
        for (table, rows) in tables.into_iter().enumerate() {
            let first = self.taken[table];
            let end = first + left.min(rows - first);
            left -= end - first;
            self.taken[table] = end;
            for place in first..end {
                match table {
                    0 => self.add_message(trace, place),
                    1 => self.add_stay(trace, place),
                    2 => self.add_level(trace, place),
                    _ => self.add_mark(trace, place),
                }
            }
        }
        left
    }

    fn add_message(&mut self, trace: &Trace, place: usize) {
        let message = &trace.messages[place];
        self.messages.add(place, super::rows::due(message).since(message.sent));
        if !trace.is_background(message) {
            self.told.push(place as u32);
            let pair = (message.from.min(message.to), message.from.max(message.to));
            let traffic = sorting::entry(&mut self.pairs, pair);
            traffic.all.push(place as u32, &|_| 0);
            if failed(message) {
                traffic.failed.push(place as u32);
            }
        }
        let mut last = None;
        for part in trace.parts_of(message) {
            let job = trace.job_of(*part);
            if last != Some(job) {
                self.messages_of_jobs.add(job, place);
                last = Some(job);
            }
        }
    }

    fn add_stay(&mut self, trace: &Trace, place: usize) {
        let stay = &trace.stays[place];
        match sight(trace, stay) {
            Sight::Always => self.stays.add(place, stay.end.since(stay.begin)),
            Sight::AtItsEnds if stay.end == Moment::NEVER => self.stays.add(place, Span::ZERO),
            Sight::AtItsEnds => self.stays.add(place, stay.end.since(stay.begin)),
            Sight::IfSelected => {}
        }
        if !matches!(sight(trace, stay), Sight::IfSelected) {
            let slot = if trace.actor(stay.actor).drawing == Drawing::Tracks { stay.slot } else { Slot::WHOLE };
            sorting::entry(&mut self.kinds, (stay.actor, slot, stay.kind))
                .push(place as u32, &|place| length(trace, place));
        }
        if let Some(part) = stay.part.known() {
            self.stays_of_jobs.add(trace.job_of(part), place);
        }
    }

    fn add_mark(&mut self, trace: &Trace, place: usize) {
        if let Some(part) = trace.marks[place].part.known() {
            self.marks_of_jobs.add(trace.job_of(part), place);
        }
    }

    fn add_level(&mut self, trace: &Trace, place: usize) {
        let row = &trace.levels[place];
        let series = sorting::entry(&mut self.levels, (row.actor, row.slot, row.reader, row.kind));
        series.push_last_word(
            place as u32,
            &series::ByPlace {
                at: &|place| trace.levels[place as usize].at,
                weight: &|place| trace.levels[place as usize].value.into(),
            },
        );
        let LevelKind::Stays(kind) = row.kind else { return };
        let depth = sorting::entry(&mut self.depths, (row.actor, row.slot));
        // Of several changes at one moment, only the last value counts.
        if row.at > depth.at {
            depth.deepest = depth.deepest.max(depth.ready + depth.held);
            depth.at = row.at;
        }
        match kind {
            StayKind::Ready => depth.ready = row.value,
            StayKind::Held => depth.held = row.value,
            StayKind::Parked => depth.deepest = depth.deepest.max(row.value),
            _ => {}
        }
    }

    /// Whether a stay is work that was begun before. If an execution is cut into several stays, it cannot be told which
    /// of them repeat an earlier one, and none is said to.
    pub fn is_repeat(&self, trace: &Trace, id: StayId) -> bool {
        let is_work = |stay: &StayRow| stay.kind == StayKind::Busy && trace.actor(stay.actor).duty == Duty::Worker;
        let stay = &trace.stays[id.at()];
        let Some(part) = stay.part.known().filter(|_| is_work(stay)) else { return false };
        let executions = trace.parts[part.at()].executions as usize;
        if executions < 2 {
            return false;
        }
        let mut works = self.stays_of_jobs.of(trace.job_of(part));
        works.retain(|place| {
            let stay = &trace.stays[*place as usize];
            stay.part == part && is_work(stay)
        });
        works.len() == executions && works[0] != id.index()
    }

    /// The rows that overlap a window, in order: the messages, and those stays that are drawn whatever is selected. Of
    /// very many messages or stays there are only as many as a picture needs.
    pub fn rows(&self, trace: &Trace, from: Moment, to: Moment) -> Rows {
        let window = (from, to);
        let sent = |place: u32| trace.messages[place as usize].sent;
        let is_on_its_way = |place: u32| due(&trace.messages[place as usize]) >= from;
        let found = self.messages.near(window, &sent);
        let count = found.iter().map(|places| places.len()).sum();
        let messages = match count {
            ..MANY => overlapping(&found, &is_on_its_way),
            _ => self.some_messages(window, &sent),
        };
        let begun = |place: u32| trace.stays[place as usize].begin;
        let is_seen = |place: u32| {
            let stay = &trace.stays[place as usize];
            match sight(trace, stay) {
                Sight::Always => stay.end >= from,
                Sight::AtItsEnds => stay.begin >= from || (from..=to).contains(&stay.end),
                Sight::IfSelected => false,
            }
        };
        let found = self.stays.near(window, &begun);
        let stays = match found.iter().map(|places| places.len()).sum() {
            ..MANY => overlapping(&found, &is_seen),
            _ => self.some_stays(trace, window, &found, &is_seen),
        };
        let count = if count < MANY { messages.len() } else { count };
        let messages = messages.into_iter().map(MessageId::from_index).collect();
        let stays = stays.into_iter().map(StayId::from_index).collect();
        let marks = trace.marks.partition_point(|mark| mark.at < from);
        let marks = marks..trace.marks.partition_point(|mark| mark.at <= to);
        Rows { messages, count, stays, marks }
    }

    /// Some of the very many messages that were sent in a window: a few from each piece of it, and stretches in which
    /// none is left out.
    ///
    /// In the page, this comes with its later part, as [`SideIndex::some_stays`] does.
    #[inline(never)]
    fn some_messages(&self, window: (Moment, Moment), sent: &dyn Fn(u32) -> Moment) -> Vec<u32> {
        let mut some = Vec::new();
        for (_, Traffic { all, .. }) in &self.pairs {
            let range = all.between(window, sent);
            all.thinned(range.clone(), &series::ByPlace { at: sent, weight: &|_| 0 }, &mut some);
            for stretch in all.places()[range].chunks(256).step_by(1 + all.places().len() / 256 / 32) {
                some.extend_from_slice(stretch);
            }
        }
        sorting::sort(&mut some);
        some.dedup();
        some
    }

    /// Some of very many stays: the longest from each piece of the window, and the longest of those that began before
    /// it.
    #[inline(never)]
    fn some_stays(
        &self,
        trace: &Trace,
        window: (Moment, Moment),
        found: &[&[u32]],
        is_seen: &dyn Fn(u32) -> bool,
    ) -> Vec<u32> {
        let begun = |place: u32| trace.stays[place as usize].begin;
        let began_before = |place: &u32| begun(*place) < window.0 && is_seen(*place);
        let before =
            found.iter().rev().map(|places| &places[..places.partition_point(|place| begun(*place) < window.0)]);
        let mut some: Vec<u32> = before.flatten().copied().filter(|place| began_before(place)).take(MANY).collect();
        let rows = series::ByPlace { at: &begun, weight: &|place| length(trace, place) };
        for ((actor, _, kind), series) in &self.kinds {
            let range = series.between(window, &begun);
            // Where there are too many slots to draw each, their stays are counted, so all are needed.
            let is_counted =
                matches!(kind, StayKind::Busy | StayKind::Blocked) && trace.actor(*actor).slots > MOST_BARS;
            match is_counted {
                true => some.extend_from_slice(&series.places()[range]),
                false => series.thinned(range, &rows, &mut some),
            }
        }
        sorting::sort(&mut some);
        some.dedup();
        some
    }

    /// For each two lanes, the messages that were sent between them in a window, and those of them that came to
    /// nothing, both in order and without background traffic.
    pub fn traffic(&self, trace: &Trace, window: (Moment, Moment)) -> Vec<(Pair, &[u32], &[u32])> {
        let sent = |place: u32| trace.messages[place as usize].sent;
        let of_pair = |(pair, traffic): &'_ (Pair, Traffic)| (*pair, traffic.all.between(window, &sent));
        let mut found = Vec::new();
        for (of_pair, (_, Traffic { all, failed })) in self.pairs.iter().map(of_pair).zip(&self.pairs) {
            let (pair, range) = of_pair;
            let first = failed.partition_point(|place| sent(*place) < window.0);
            let end = failed.partition_point(|place| sent(*place) <= window.1);
            found.push((pair, &all.places()[range], &failed[first..end]));
        }
        found
    }

    /// The messages and stays of a job that overlap a window, in order.
    pub fn rows_of_job(&self, trace: &Trace, job: JobId, from: Moment, to: Moment) -> Rows {
        let mut messages = self.messages_of_jobs.of(job);
        messages.retain(|place| {
            let message = &trace.messages[*place as usize];
            message.sent <= to && super::rows::due(message) >= from
        });
        let mut stays = self.stays_of_jobs.of(job);
        stays.retain(|place| {
            let stay = &trace.stays[*place as usize];
            stay.begin <= to && stay.end >= from
        });
        Rows {
            count: messages.len(),
            messages: messages.into_iter().map(MessageId::from_index).collect(),
            stays: stays.into_iter().map(StayId::from_index).collect(),
            marks: 0..0,
        }
    }

    /// The rows of some levels in a window, and of each the last row before it, which still holds; all in order of
    /// time. `wanted` says of a row whether its level is meant, and says the same of every row of one level.
    pub fn levels<'a>(
        &self,
        trace: &'a Trace,
        (from, to): (Moment, Moment),
        wanted: &dyn Fn(&LevelRow) -> bool,
    ) -> Vec<&'a LevelRow> {
        let mut places: Vec<u32> = Vec::new();
        let rows = series::ByPlace {
            at: &|place| trace.levels[place as usize].at,
            weight: &|place| trace.levels[place as usize].value.into(),
        };
        for (_, of_level) in &self.levels {
            let row = |place: &u32| &trace.levels[*place as usize];
            if of_level.places().first().is_some_and(|first| wanted(row(first))) {
                let range = of_level.between((from, to), rows.at);
                places.extend(of_level.places()[..range.start].last());
                of_level.thinned(range, &rows, &mut places);
            }
        }
        if !places.is_sorted() {
            sorting::sort(&mut places);
        }
        places.into_iter().map(|place| &trace.levels[place as usize]).collect()
    }

    /// How much lies in a queue at most, in the whole run: ready and held together, or set aside.
    pub fn deepest(&self, actor: ActorId, slot: Slot) -> u32 {
        let depth = self.depths.binary_search_by_key(&(actor, slot), |(key, _)| *key);
        depth.map_or(0, |place| {
            let depth = &self.depths[place].1;
            depth.deepest.max(depth.ready + depth.held)
        })
    }
}

/// From so many rows in a window on, they are very many: far more than its picture can show.
const MANY: usize = 1 << 14;

/// How long a stay lasts.
fn length(trace: &Trace, place: u32) -> u64 {
    let stay = &trace.stays[place as usize];
    stay.end.since(stay.begin).as_micros()
}

/// What is drawn of a stay.
enum Sight {
    /// All of it.
    Always,
    /// Only where it begins and where it ends: it is a record of a log.
    AtItsEnds,
    /// Nothing unless its job is selected: what lies in a queue is drawn from its levels.
    IfSelected,
}

fn sight(trace: &Trace, stay: &StayRow) -> Sight {
    match (stay.kind, trace.actor(stay.actor).drawing) {
        (StayKind::Parked, Drawing::Tracks) => Sight::AtItsEnds,
        (StayKind::Unconfirmed, _) => Sight::IfSelected,
        (StayKind::Ready | StayKind::Held | StayKind::Parked, Drawing::River | Drawing::Halves | Drawing::Tracks) => {
            Sight::IfSelected
        }
        _ => Sight::Always,
    }
}

/// Rows by how long they last, in a class for each power of two. The rows of a class that overlap a window stand
/// together, because none of them began longer before it than the longest of the class lasts. So a single row as long
/// as the run does not slow down the search for others.
#[derive(Debug, Default)]
struct ByLength {
    classes: Vec<Vec<u32>>,
}

impl ByLength {
    fn add(&mut self, place: usize, length: Span) {
        let class = (u64::BITS - length.as_micros().leading_zeros()) as usize;
        if self.classes.len() <= class {
            self.classes.resize_with(class + 1, Vec::new);
        }
        self.classes[class].push(place as u32);
    }

    /// The rows that overlap a window, and some that ended before it, by their classes, the shortest first.
    fn near(&self, (from, to): (Moment, Moment), begun: &dyn Fn(u32) -> Moment) -> Vec<&[u32]> {
        let of_class = |(class, places): (usize, &Vec<u32>)| {
            let longest = u64::MAX >> (u64::BITS as usize - class).min(63);
            let earliest = Moment::from_micros(from.micros().saturating_sub(longest));
            let first = places.partition_point(|place| begun(*place) < earliest);
            let end = places.partition_point(|place| begun(*place) <= to);
            (first.min(end), end)
        };
        let found = self.classes.iter().enumerate().map(|(class, places)| {
            let (first, end) = of_class((class, places));
            &places[first..end]
        });
        found.collect()
    }
}

/// Those of the rows in `found` that are seen, in order.
fn overlapping(found: &[&[u32]], is_seen: &dyn Fn(u32) -> bool) -> Vec<u32> {
    let mut places: Vec<u32> = found.iter().copied().flatten().copied().filter(|place| is_seen(*place)).collect();
    sorting::sort(&mut places);
    places
}

/// The rows of each job, chained: each link of a chain leads to the row before it that belongs to the same job.
#[derive(Debug, Default)]
struct Chains {
    /// The last link of each job's chain.
    last: Vec<u32>,
    /// The place of a row, and the link before it.
    links: Vec<(u32, u32)>,
}

const NONE_BEFORE: u32 = u32::MAX;

impl Chains {
    fn add(&mut self, job: JobId, place: usize) {
        let before = std::mem::replace(&mut self.last[job.at()], self.links.len() as u32);
        self.links.push((place as u32, before));
    }

    /// The places of a job's rows, in order.
    fn of(&self, job: JobId) -> Vec<u32> {
        let mut places = Vec::new();
        let mut link = self.last.get(job.at()).copied().unwrap_or(NONE_BEFORE);
        while let Some(&(place, before)) = self.links.get(link as usize) {
            places.push(place);
            link = before;
        }
        places.reverse();
        places
    }
}
