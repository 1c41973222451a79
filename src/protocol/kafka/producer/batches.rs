//! The batches of one partition on their way from `send()` to the broker: filling, waiting, in flight.
//!
//! *Invariant:* batches wait in order of their sequence numbers, also when one comes back.

use std::collections::VecDeque;

use crate::engine::{OpenStay, TimerId};
use crate::protocol::kafka::messages::BatchNumber;
use crate::protocol::port::Task;
use crate::time::{Moment, Span};
use crate::trace::{CallerOutcome, PartId};

/// A record that is not acknowledged.
pub(super) struct Record {
    pub task: Task,
    /// Where no thread waits for it, a stay shows it.
    pub stay: Option<OpenStay>,
}

pub(super) struct Batch {
    pub number: BatchNumber,
    pub records: Vec<Record>,
    pub bytes: u32,
    /// How many records of the partition came before.
    pub sequence: u32,
    /// When its first record was sent, by the program's clock.
    pub opened: Moment,
    pub attempt: u32,
    pub not_before: Moment,
    /// Rings when it has lingered, when its answer is overdue, or when it may be sent again.
    pub timer: Option<TimerId>,
    /// Whether it may leave: full, or lingered long enough.
    pub closed: bool,
    /// What the producer knows after the attempts so far. An attempt whose fate is unknown leaves it so for good.
    pub known: CallerOutcome,
}

impl Batch {
    pub fn parts(&self) -> impl Iterator<Item = PartId> {
        self.records.iter().map(|record| record.task.part)
    }

    /// The part of its first record.
    pub fn first(&self) -> PartId {
        self.parts().next().unwrap_or(PartId::NONE)
    }
}

#[derive(Default)]
pub(super) struct Lane {
    waiting: VecDeque<Batch>,
    pub in_flight: Vec<Batch>,
    sequence: u32,
    /// Rings at the delivery time-out of the batch that was opened first.
    pub watched: Option<TimerId>,
}

impl Lane {
    /// Files a record; returns the number of the batch if it had to be opened. A batch in which the next record finds
    /// no room is full, and so is one that has reached its size.
    pub fn file(
        &mut self,
        record: Record,
        size: u32,
        limit: u32,
        now: Moment,
        last: &mut BatchNumber,
    ) -> Option<BatchNumber> {
        self.sequence += 1;
        if let Some(open) = self.waiting.back_mut().filter(|batch| !batch.closed) {
            if open.bytes + size <= limit {
                open.records.push(record);
                open.bytes += size;
                open.closed = open.bytes + size > limit;
                return None;
            }
            open.closed = true;
        }
        *last += 1;
        self.waiting.push_back(Batch {
            number: *last,
            records: vec![record],
            bytes: size,
            sequence: self.sequence - 1,
            opened: now,
            attempt: 0,
            not_before: now,
            timer: None,
            closed: size * 2 > limit,
            known: CallerOutcome::Refused,
        });
        Some(*last)
    }

    /// How many batches there are, waiting and in flight.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.in_flight.len()
    }

    /// Whether a record of that size would join a batch that is open.
    pub fn takes(&self, size: u32, limit: u32) -> bool {
        self.waiting.back().is_some_and(|batch| !batch.closed && batch.bytes + size <= limit)
    }

    /// Closes the batch that is open, if one is.
    pub fn close_open(&mut self) -> bool {
        let open = self.waiting.back_mut().filter(|batch| !batch.closed);
        open.map(|batch| batch.closed = true).is_some()
    }

    pub fn close(&mut self, number: BatchNumber) {
        if let Some(batch) = self.waiting(number) {
            batch.closed = true;
        }
    }

    pub fn waiting(&mut self, number: BatchNumber) -> Option<&mut Batch> {
        // Numbers grow in the order in which batches are opened, and that is the order in which they wait.
        let place = self.waiting.binary_search_by_key(&number, |batch| batch.number).ok()?;
        Some(&mut self.waiting[place])
    }

    /// The next batch that may leave now, taken out.
    pub fn next(&mut self, now: Moment, max_in_flight: usize, idempotent: bool) -> Option<Batch> {
        let first = self.waiting.front()?;
        let blocked =
            idempotent && first.attempt > 0 && self.in_flight.iter().any(|batch| batch.sequence < first.sequence);
        if !first.closed || first.not_before > now || self.in_flight.len() >= max_in_flight || blocked {
            return None;
        }
        self.waiting.pop_front()
    }

    /// The batch in flight that this answers.
    pub fn take_answered(&mut self, number: BatchNumber, attempt: u32) -> Option<Batch> {
        let place = self.in_flight.iter().position(|batch| batch.number == number && batch.attempt == attempt)?;
        Some(self.in_flight.remove(place))
    }

    pub fn take_in_flight(&mut self, number: BatchNumber) -> Option<Batch> {
        let place = self.in_flight.iter().position(|batch| batch.number == number)?;
        Some(self.in_flight.remove(place))
    }

    /// The connection broke: whatever was sent over it and not answered, in order.
    pub fn take_all_in_flight(&mut self) -> Vec<Batch> {
        std::mem::take(&mut self.in_flight)
    }

    /// Takes out, in order, whatever was opened so long ago, sent or not. What becomes of a batch that is in flight is
    /// not known.
    pub fn take_expired(&mut self, now: Moment, timeout: Span) -> Vec<Batch> {
        let is_old = |batch: &Batch| batch.opened + timeout <= now;
        let in_flight = std::mem::take(&mut self.in_flight);
        let (mut old, kept): (Vec<Batch>, Vec<Batch>) = in_flight.into_iter().partition(is_old);
        self.in_flight = kept;
        for batch in &mut old {
            batch.known = batch.known.max(CallerOutcome::Unknown);
        }
        // Those that wait do so in the order in which they were opened.
        let waiting = self.waiting.partition_point(is_old);
        old.extend(self.waiting.drain(..waiting));
        old.sort_by_key(|batch| batch.sequence);
        old
    }

    /// All batches, which nobody will hear of any more.
    pub fn into_batches(self) -> impl Iterator<Item = Batch> {
        self.waiting.into_iter().chain(self.in_flight)
    }

    /// When the oldest batch was opened that is not answered.
    pub fn oldest(&self) -> Option<Moment> {
        self.waiting.front().into_iter().chain(&self.in_flight).map(|batch| batch.opened).min()
    }

    /// It waits again, in its place.
    pub fn put_back(&mut self, batch: Batch) {
        let place = self.waiting.partition_point(|waiting| waiting.sequence < batch.sequence);
        self.waiting.insert(place, batch);
    }
}
