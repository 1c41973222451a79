//! An index of a run: which rows a window of time or a job needs, found without looking at all the others.
//!
//! It is made once a run, by whoever lays the run out more than once. Rows are only ever appended to it, so it can be
//! made in pieces ([`Index::grow`]), and what cost it has to find the rows of a window depends on how many there are in
//! the window and not on how long the run is.
//!
//! *Invariant:* this is the only room that looks for rows in a whole trace. It relies on the order in which rows are
//! written, which is that of their beginnings.

mod sent;

use super::rows::{Rows, is_background};
use crate::order;
use crate::recording::SidePlayed;
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

    /// Takes in about so many more rows, and says whether that was all. Nothing may be laid out by it before.
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

    /// Its stays, likewise.
    pub fn stays_of(&self, side: u8, job: JobId) -> Vec<StayId> {
        self.side(side).stays_of_jobs.of(job).into_iter().map(StayId::from_index).collect()
    }

    /// The positions of its marks in the trace, likewise.
    pub fn marks_of(&self, side: u8, job: JobId) -> Vec<u32> {
        self.side(side).marks_of_jobs.of(job)
    }

    pub(super) fn side(&self, side: u8) -> &SideIndex {
        &self.sides[usize::from(side)]
    }
}

/// Whose level it is, and of what.
type LevelKey = (ActorId, Slot, ReaderId, LevelKind);

/// The index of one side.
#[derive(Debug, Default)]
pub(super) struct SideIndex {
    messages: ByLength,
    /// Those that are drawn whether their job is selected or not.
    stays: ByLength,
    /// The messages that would not be there without any job.
    told: Vec<u32>,
    messages_of_jobs: Links,
    stays_of_jobs: Links,
    marks_of_jobs: Links,
    /// The rows of each level, in order of time.
    levels: Vec<(LevelKey, Vec<u32>)>,
    /// How much lies in a queue, ready or held, and how much at most.
    depths: Vec<((ActorId, Slot), Depth)>,
    /// How many messages, stays, levels and marks are taken in.
    taken: [usize; 4],
}

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
        let links = || Links { last: vec![NO_LINK; trace.jobs.len()], links: Vec::new() };
        let (messages_of_jobs, stays_of_jobs, marks_of_jobs) = (links(), links(), links());
        SideIndex { messages_of_jobs, stays_of_jobs, marks_of_jobs, ..SideIndex::default() }
    }

    /// Takes in up to so many rows; returns how many less it were.
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
        if !is_background(trace, message) {
            self.told.push(place as u32);
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
        order::entry(&mut self.levels, (row.actor, row.slot, row.reader, row.kind)).push(place as u32);
        let LevelKind::Stays(kind) = row.kind else { return };
        let depth = order::entry(&mut self.depths, (row.actor, row.slot));
        // Of what changes at one moment, only the outcome counts.
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

    /// Whether a stay is work that was done before. Where an execution is cut into several stays, it cannot be told which
    /// of them repeat: then none does.
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

    /// The rows that overlap a window, in order: all messages, and those stays that are drawn whatever is selected.
    pub fn rows(&self, trace: &Trace, from: Moment, to: Moment) -> Rows {
        let sent = |place: u32| trace.messages[place as usize].sent;
        let is_on_its_way = |place: u32| super::rows::due(&trace.messages[place as usize]) >= from;
        let messages = self.messages.overlapping((from, to), trace.messages.len() as u32, &sent, &is_on_its_way);
        let begun = |place: u32| trace.stays[place as usize].begin;
        let is_seen = |place: u32| {
            let stay = &trace.stays[place as usize];
            match sight(trace, stay) {
                Sight::Always => stay.end >= from,
                Sight::AtItsEnds => stay.begin >= from || (from..=to).contains(&stay.end),
                Sight::IfSelected => false,
            }
        };
        let stays = self.stays.overlapping((from, to), trace.stays.len() as u32, &begun, &is_seen);
        let messages = messages.into_iter().map(MessageId::from_index).collect();
        let stays = stays.into_iter().map(StayId::from_index).collect();
        let marks = trace.marks.partition_point(|mark| mark.at < from);
        let marks = marks..trace.marks.partition_point(|mark| mark.at <= to);
        Rows { messages, stays, marks }
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
            messages: messages.into_iter().map(MessageId::from_index).collect(),
            stays: stays.into_iter().map(StayId::from_index).collect(),
            marks: 0..0,
        }
    }

    /// The rows of the levels that are wanted, of which any row tells whether it is: those of a window, and for each level
    /// the one before it, which still holds. In order of time.
    pub fn levels<'a>(
        &self,
        trace: &'a Trace,
        (from, to): (Moment, Moment),
        wanted: &dyn Fn(&LevelRow) -> bool,
    ) -> Vec<&'a LevelRow> {
        let mut places: Vec<u32> = Vec::new();
        for (_, of_level) in &self.levels {
            let row = |place: &u32| &trace.levels[*place as usize];
            if of_level.first().is_some_and(|first| wanted(row(first))) {
                let first = of_level.partition_point(|place| row(place).at < from).saturating_sub(1);
                let end = of_level.partition_point(|place| row(place).at <= to);
                places.extend(&of_level[first.min(end)..end]);
            }
        }
        if !places.is_sorted() {
            order::sort(&mut places);
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

/// What of a stay is drawn.
enum Sight {
    Always,
    /// Where it begins and where it ends: a record of a log.
    AtItsEnds,
    /// Nothing, unless its job is selected: what lies in a queue is drawn from its levels.
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

/// Rows by how long they last: a class for each power of two. Those of a class that overlap a window stand together,
/// for none of them began longer before it than the class lasts. So one row as long as the run spoils no query.
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

    /// The rows that overlap a window, in order: of those that began before its end, the ones that `is_seen` in it.
    fn overlapping(
        &self,
        (from, to): (Moment, Moment),
        rows: u32,
        begun: &dyn Fn(u32) -> Moment,
        is_seen: &dyn Fn(u32) -> bool,
    ) -> Vec<u32> {
        let mut found: Vec<&[u32]> = Vec::new();
        for (class, places) in self.classes.iter().enumerate() {
            let longest = u64::MAX >> (u64::BITS as usize - class).min(63);
            let earliest = Moment::from_micros(from.micros().saturating_sub(longest));
            let first = places.partition_point(|place| begun(*place) < earliest);
            let end = places.partition_point(|place| begun(*place) <= to);
            found.push(&places[first.min(end)..end]);
        }
        let count: usize = found.iter().map(|places| places.len()).sum();
        // Many are had in order sooner by looking at all rows than by sorting.
        if count as u64 * 8 > u64::from(rows) {
            let first = found.iter().filter_map(|places| places.first()).min().copied().unwrap_or(rows);
            return (first..rows).take_while(|place| begun(*place) <= to).filter(|place| is_seen(*place)).collect();
        }
        let mut places: Vec<u32> = found.into_iter().flatten().copied().filter(|place| is_seen(*place)).collect();
        order::sort(&mut places);
        places
    }
}

/// The rows of each job. Each link leads to the row before it that belongs to the same job.
#[derive(Debug, Default)]
struct Links {
    last: Vec<u32>,
    links: Vec<(u32, u32)>,
}

const NO_LINK: u32 = u32::MAX;

impl Links {
    fn add(&mut self, job: JobId, place: usize) {
        let before = std::mem::replace(&mut self.last[job.at()], self.links.len() as u32);
        self.links.push((place as u32, before));
    }

    /// In order.
    fn of(&self, job: JobId) -> Vec<u32> {
        let mut places = Vec::new();
        let mut link = self.last.get(job.at()).copied().unwrap_or(NO_LINK);
        while let Some(&(place, before)) = self.links.get(link as usize) {
            places.push(place);
            link = before;
        }
        places.reverse();
        places
    }
}
