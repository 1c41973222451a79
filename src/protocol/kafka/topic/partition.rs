//! A partition: the log of its leader, what of it the followers have, and how far each group has read.
//!
//! *Invariants:* an offset is given once and its record stays until retention or a lost leader takes it; reading moves
//! nothing. Only what every replica in sync has (below the high watermark) is handed out.

use super::super::messages::{BatchNumber, MemberNumber, Offset, Producing, Request, ToProducer};
use std::collections::VecDeque;

use super::super::words::Words;
use super::reader::Reader;
use crate::engine::{LinkId, OpenStay, TimerId, Word};
use crate::protocol::Stage;
use crate::time::Span;
use crate::trace::{Ending, LevelKind, MarkKind, MessageId, PartId, ReaderId, Slot, StayKind};

struct Record {
    part: PartId,
    parked: OpenStay,
    at: crate::time::Moment,
}

/// How far a group is with a record.
#[derive(Clone, Copy)]
enum Progress {
    Ready(OpenStay),
    /// Handed out and not committed.
    Held(OpenStay),
    /// Committed, skipped, or gone with the log.
    Past,
}

struct Reading {
    id: ReaderId,
    carries: Option<u16>,
    committed: Option<Offset>,
    /// All places before this one are past.
    settled: Offset,
    /// Whether it has a place: a group that has not come yet is behind with nothing.
    begun: bool,
    lag: u32,
    places: Vec<Progress>,
    deliveries: Vec<u32>,
}

/// A produce request that waits for the followers.
pub struct Awaiting {
    pub end: Offset,
    pub message: MessageId,
    pub batch: BatchNumber,
    pub attempt: u32,
    pub back: LinkId<ToProducer>,
    /// How it is acknowledged.
    pub word: Word,
}

/// A fetch that waits for a record.
#[derive(Clone, Copy)]
pub struct Poll {
    pub message: MessageId,
    pub member: MemberNumber,
    pub group: u16,
    pub from: Offset,
    pub request: Request,
    /// Rings when it has waited long enough.
    pub timer: Option<TimerId>,
}

/// A producer, as the leader knows it.
pub struct Known {
    back: LinkId<ToProducer>,
    life: u16,
    /// Whether there is a connection over which it waits for answers.
    pub listens: bool,
    /// Where each of its records is, by sequence number.
    offsets: Vec<Offset>,
}

impl Known {
    /// The sequence number of its next record.
    pub fn expected(&self) -> u32 {
        self.offsets.len() as u32
    }

    /// The end of the log behind its first so many records.
    pub fn end_of(&self, records: u32) -> Offset {
        self.offsets.get((records as usize).wrapping_sub(1)).map_or(0, |last| last + 1)
    }
}

pub struct Partition {
    words: Words,
    slot: Slot,
    records: Vec<Record>,
    /// The first record that is still there.
    start: Offset,
    high_watermark: Offset,
    /// What the followers are about to have: up to where, and the timer of that.
    replicating: VecDeque<(Offset, TimerId)>,
    producers: Vec<Known>,
    pub awaiting: Vec<Awaiting>,
    pub polls: Vec<Poll>,
    readings: Vec<Reading>,
    pub retention_timer: bool,
}

impl Partition {
    pub fn new(words: Words, number: u16, readers: &[Reader<'_>]) -> Self {
        let reading = |reader: &Reader<'_>| {
            // Of a group that was there before the run, the beginning is the committed place.
            let begun = reader.group.joins_at.is_none();
            Reading {
                id: reader.id,
                carries: reader.carries,
                committed: begun.then_some(0),
                settled: 0,
                begun,
                lag: 0,
                places: Vec::new(),
                deliveries: Vec::new(),
            }
        };
        Partition {
            words,
            slot: Slot(number),
            records: Vec::new(),
            start: 0,
            high_watermark: 0,
            replicating: VecDeque::new(),
            producers: Vec::new(),
            awaiting: Vec::new(),
            polls: Vec::new(),
            readings: readers.iter().map(reading).collect(),
            retention_timer: false,
        }
    }

    pub fn end(&self) -> Offset {
        self.records.len() as Offset
    }

    pub fn start(&self) -> Offset {
        self.start
    }

    pub fn high_watermark(&self) -> Offset {
        self.high_watermark
    }

    /// The part that a record is to a group.
    fn part(&self, offset: Offset, group: usize, stage: &Stage<'_>) -> PartId {
        let published = self.records[offset as usize].part;
        self.readings[group].carries.map_or(published, |number| stage.sibling(published, number))
    }

    /// What is known of the producer. Of one that has begun anew, nothing is.
    pub fn producer(&mut self, Producing { back, life, .. }: Producing) -> &mut Known {
        let place = self.producers.iter().position(|known| known.back == back).unwrap_or_else(|| {
            self.producers.push(Known { back, life, listens: false, offsets: Vec::new() });
            self.producers.len() - 1
        });
        let known = &mut self.producers[place];
        if known.life != life {
            *known = Known { back, life, listens: false, offsets: Vec::new() };
        }
        known
    }

    /// The connections break: of those who wait for answers over one.
    pub fn disconnect(&mut self) -> Vec<LinkId<ToProducer>> {
        let listens = |known: &mut Known| std::mem::take(&mut known.listens).then_some(known.back);
        self.producers.iter_mut().filter_map(listens).collect()
    }

    pub fn append(&mut self, parts: &[PartId], producing: Producing, stage: &mut Stage<'_>) {
        for part in parts {
            let offset = self.end();
            self.producer(producing).offsets.push(offset);
            let parked = stage.begin_valued(self.slot, StayKind::Parked, *part, offset);
            self.records.push(Record { part: *part, parked, at: stage.now() });
            for group in 0..self.readings.len() {
                let part = self.part(offset, group, stage);
                let stay = stage.begin_valued(self.slot, StayKind::Ready, part, offset);
                self.readings[group].places.push(Progress::Ready(stay));
                self.readings[group].deliveries.push(0);
            }
        }
        self.show(stage);
    }

    /// The followers will have the log up to here when the timer rings.
    pub fn replicates(&mut self, timer: TimerId) {
        self.replicating.push_back((self.end(), timer));
    }

    /// The first of the timers has rung.
    pub fn replicated_next(&mut self) {
        if let Some((end, _)) = self.replicating.pop_front() {
            self.replicated(end);
        }
    }

    /// Every replica in sync has the log up to `end`.
    pub fn replicated(&mut self, end: Offset) {
        self.high_watermark = self.high_watermark.max(end);
    }

    /// Nobody waits with these fetches any more, and nobody is told.
    pub fn forget_polls(&mut self, of: impl Fn(&Poll) -> bool, stage: &mut Stage<'_>) {
        self.polls.retain(|poll| {
            if of(poll) {
                stage.cancel(poll.timer);
            }
            !of(poll)
        });
    }

    /// What a fetch gets: the parts of a group from `from` on, and how often the first was handed out.
    pub fn read(&mut self, group: u16, from: Offset, most: u32, stage: &mut Stage<'_>) -> (Vec<PartId>, u32) {
        let group = usize::from(group);
        let end = self.high_watermark.min(from.saturating_add(most));
        let mut parts = Vec::new();
        for offset in from..end {
            let part = self.part(offset, group, stage);
            parts.push(part);
            let reading = &mut self.readings[group];
            reading.deliveries[offset as usize] += 1;
            let place = &mut reading.places[offset as usize];
            match *place {
                Progress::Ready(stay) => stage.end(stay, Ending::Done),
                Progress::Held(stay) => stage.end(stay, Ending::Returned),
                Progress::Past => continue,
            }
            *place = Progress::Held(stage.begin_valued(self.slot, StayKind::Held, part, offset));
        }
        self.show(stage);
        let first = self.readings[group].deliveries.get(from as usize).copied().unwrap_or(1);
        (parts, first)
    }

    /// A group's place is stored: it has dealt with all before `offset`.
    pub fn commit(&mut self, group: u16, offset: Offset, stage: &mut Stage<'_>) {
        let offset = offset.min(self.end());
        let reading = &mut self.readings[usize::from(group)];
        reading.begun = true;
        if reading.committed.replace(offset) != Some(offset) {
            stage.level_of(reading.id, self.slot, LevelKind::Place, offset);
        }
        self.pass(usize::from(group), offset, Ending::Done, stage);
        stage.mark(MarkKind::Committed, self.slot, PartId::NONE, offset.into(), self.words.committed_place);
        self.show(stage);
    }

    fn pass(&mut self, group: usize, end: Offset, ending: Ending, stage: &mut Stage<'_>) {
        for offset in self.readings[group].settled..end {
            let place = std::mem::replace(&mut self.readings[group].places[offset as usize], Progress::Past);
            Self::leaves(place, ending, stage);
        }
        let reading = &mut self.readings[group];
        reading.settled = reading.settled.max(end);
    }

    fn leaves(place: Progress, ending: Ending, stage: &mut Stage<'_>) {
        match place {
            Progress::Ready(stay) | Progress::Held(stay) => stage.end(stay, ending),
            Progress::Past => {}
        }
    }

    pub fn committed(&self, group: u16) -> Option<Offset> {
        self.readings[usize::from(group)].committed.map(|offset| offset.max(self.start))
    }

    /// A reader of the group begins at `offset`: what was handed out from there on is handed out again.
    pub fn begin_at(&mut self, group: u16, offset: Offset, stage: &mut Stage<'_>) {
        let number = usize::from(group);
        self.readings[number].begun = true;
        for at in offset..self.end() {
            if let Progress::Held(stay) = self.readings[number].places[at as usize] {
                let part = self.part(at, number, stage);
                stage.end(stay, Ending::Returned);
                stage.mark(MarkKind::Returned, self.slot, part, at.into(), self.words.again);
                let ready = stage.begin_valued(self.slot, StayKind::Ready, part, at);
                self.readings[number].places[at as usize] = Progress::Ready(ready);
            }
        }
        // With `latest`, what was there before the group is none of its business.
        for at in self.readings[number].settled..offset {
            if !matches!(self.readings[number].places[at as usize], Progress::Past) {
                let part = self.part(at, number, stage);
                stage.mark(MarkKind::Dropped, self.slot, part, at.into(), self.words.not_read);
            }
        }
        self.pass(number, offset, Ending::GaveUp, stage);
        self.show(stage);
    }

    /// The leader died: what its followers do not have is gone.
    pub fn truncate(&mut self, stage: &mut Stage<'_>) {
        while let Some((_, timer)) = self.replicating.pop_front() {
            stage.cancel(timer);
        }
        for offset in (self.high_watermark..self.end()).rev() {
            for group in 0..self.readings.len() {
                let part = self.part(offset, group, stage);
                self.readings[group].deliveries.pop();
                if let Some(place) = self.readings[group].places.pop() {
                    Self::leaves(place, Ending::Interrupted, stage);
                }
                stage.mark(MarkKind::Dropped, self.slot, part, offset.into(), self.words.lost_with_leader);
            }
            if let Some(record) = self.records.pop() {
                stage.end(record.parked, Ending::Interrupted);
                let mut offsets = self.producers.iter_mut().map(|known| &mut known.offsets);
                offsets.find_map(|offsets| offsets.pop_if(|last| *last == offset));
            }
        }
        self.show(stage);
    }

    /// Removes what is as old as `retention`, read or not. Says in how long the next is due.
    pub fn expire(&mut self, retention: Span, stage: &mut Stage<'_>) -> Option<Span> {
        while let Some(record) = self.records.get(self.start as usize) {
            let due = record.at + retention;
            if due > stage.now() {
                return Some(due.since(stage.now()));
            }
            stage.end(record.parked, Ending::Expired);
            let offset = self.start;
            self.start += 1;
            for group in 0..self.readings.len() {
                let part = self.part(offset, group, stage);
                if !matches!(self.readings[group].places[offset as usize], Progress::Past) {
                    stage.mark(MarkKind::Dropped, self.slot, part, offset.into(), self.words.retention_over);
                    self.pass(group, offset + 1, Ending::Expired, stage);
                }
            }
            self.show(stage);
        }
        None
    }

    fn show(&mut self, stage: &mut Stage<'_>) {
        let end = self.end();
        for reading in &mut self.readings {
            let place = reading.committed.unwrap_or(reading.settled).min(end);
            let lag = if reading.begun { end - place } else { 0 };
            if reading.lag != lag {
                reading.lag = lag;
                stage.level_of(reading.id, self.slot, LevelKind::Lag, lag);
            }
        }
    }
}
