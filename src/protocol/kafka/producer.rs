//! The producer: `send()` files a record in the batch of its partition; a batch leaves when it is full or has lingered,
//! and is repeated until it is acknowledged or its time is over.
//!
//! *Invariants:* the batches of a partition leave in the order in which they were filled, and of an idempotent producer
//! no batch is sent again while an earlier one is unanswered. What the producer knows of a record is what
//! the answers to its batch said, and no more.

mod batches;
mod buffer;
mod holding;

use super::messages::{Answer, BatchNumber, Producing, ToProducer, ToTopic};
use std::collections::VecDeque;

use super::partition_of;
use super::settings::{Acks, ProducerSettings};
use super::words::Words;
use crate::engine::{LinkId, Parcel};
use crate::protocol::Stage;
use crate::protocol::keys::Keys;
use crate::protocol::port::{Mortal, Port, Task};
use crate::protocol::retry::{Jitter, Retry};

use crate::rng::Purpose;
use crate::time::Span;
use crate::trace::{CallerOutcome, Ending, JobId, MarkKind, MessageId, PartId, Slot, StayKind};
use batches::{Batch, Lane, Record};
pub(crate) use buffer::Buffer;

/// How long a refused or lost request waits for the next attempt, give or take a fifth: `retry.backoff.ms` 100, doubling
/// up to `retry.backoff.max.ms` 1000.
fn backoff() -> Retry {
    Retry { max_attempts: 1, base: Span::millis(100), cap: Span::seconds(1), jitter: Jitter::None }
}

pub struct Client {
    words: Words,
    /// The ways to the leader of each partition, and back.
    links: Vec<(LinkId<ToTopic>, LinkId<ToProducer>)>,
    /// By which its holder tells its ports apart.
    number: u8,
    /// How often the holder has died before. Each process has a producer id of its own.
    life: u16,
    acks: Acks,
    idempotent: bool,
    linger: Span,
    batch_size: u32,
    max_in_flight: usize,
    request_timeout: Span,
    delivery_timeout: Span,
    record_size: u32,
    keys: Keys,
    backoff: Retry,
    lanes: Vec<Lane>,
    last_batch: BatchNumber,
    /// The partition to which records without a key stick, and the bytes that went there.
    sticky: (u16, u32),
    turns: u32,
    ended: VecDeque<(Task, CallerOutcome)>,
    /// Without it, there is memory for whatever is sent.
    buffer: Option<Box<Buffer>>,
}

/// What a producer can be woken for.
#[derive(Clone, Copy, Debug)]
pub struct Timer {
    /// The number of the port, for a party may hold several.
    pub port: u8,
    partition: u16,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// A batch has lingered long enough.
    Lingered(BatchNumber),
    /// The answer to a produce request is overdue.
    ProduceOverdue(BatchNumber),
    /// The delivery time-out of the partition's oldest batch is over.
    DeliveryOver,
    /// The partition's first batch may be sent again.
    SendAgain,
    /// `max.block.ms` is over for a record that is held.
    NoRoom(u32),
}

impl Port for Client {
    type Message = ToProducer;
    type Timer = Timer;

    fn send(&mut self, task: Task, stage: &mut Stage<'_>) {
        let partition = self.partition(stage.job_of(task.part), stage);
        match self.buffer {
            Some(_) => self.file_or_hold(task, partition, stage),
            None => self.take_on(task, partition, stage),
        }
    }

    fn hear(&mut self, message: MessageId, body: ToProducer, stage: &mut Stage<'_>) {
        match body {
            ToProducer::Produced { partition, batch, attempt, answer } => {
                self.answered(message, (partition, batch, attempt), answer, stage);
            }
            ToProducer::Closed { partition } => {
                for batch in self.lanes[usize::from(partition)].take_all_in_flight() {
                    self.failed(partition, batch, CallerOutcome::Unknown, stage);
                }
                self.send_what_may(partition, stage);
            }
        }
        self.look_for_room(stage);
    }

    fn ring(&mut self, Timer { partition, what, .. }: Timer, stage: &mut Stage<'_>) {
        match what {
            What::Lingered(batch) => {
                self.lanes[usize::from(partition)].close(batch);
                self.send_what_may(partition, stage);
            }
            What::ProduceOverdue(batch) => {
                if let Some(batch) = self.lanes[usize::from(partition)].take_in_flight(batch) {
                    let (part, attempt) = (batch.first(), batch.attempt.into());
                    stage.mark(MarkKind::TimedOut, Slot::WHOLE, part, attempt, self.words.timed_out);
                    self.failed(partition, batch, CallerOutcome::Unknown, stage);
                }
            }
            What::DeliveryOver => self.expire(partition, stage),
            What::SendAgain => self.send_what_may(partition, stage),
            What::NoRoom(number) => self.no_room(number, stage),
        }
        self.look_for_room(stage);
    }

    fn ended(&mut self, _: &mut Stage<'_>) -> Option<(Task, CallerOutcome)> {
        self.ended.pop_front()
    }

    fn holds(&self, ticket: u32) -> bool {
        self.buffer.as_ref().is_some_and(|buffer| buffer.holds(ticket))
    }

    fn let_go(&mut self) -> Option<Task> {
        self.buffer.as_mut()?.let_go.pop_front()
    }
}

impl Mortal for Client {
    fn die(&mut self, stage: &mut Stage<'_>) {
        self.life = self.life.wrapping_add(1);
        self.ended.clear();
        if self.buffer.is_some() {
            self.forget_held(stage);
        }
        for lane in self.lanes.iter_mut().map(std::mem::take) {
            stage.cancel(lane.watched);
            for batch in lane.into_batches() {
                stage.cancel(batch.timer);
                let stays = batch.records.into_iter().filter_map(|record| record.stay);
                stays.for_each(|stay| stage.end(stay, Ending::Interrupted));
            }
        }
    }
}

impl Client {
    /// `records` are the keys of the jobs' records, and what a record takes in a batch.
    pub(crate) fn new(
        own: &ProducerSettings,
        records: (&Keys, u32),
        request_timeout: Span,
        words: Words,
        links: Vec<(LinkId<ToTopic>, LinkId<ToProducer>)>,
    ) -> Self {
        Client {
            words,
            acks: own.acks,
            idempotent: own.is_idempotent(),
            linger: own.linger,
            batch_size: own.batch_size_bytes,
            max_in_flight: own.max_in_flight.into(),
            request_timeout,
            delivery_timeout: own.delivery_timeout,
            record_size: records.1,
            keys: records.0.clone(),
            backoff: backoff(),
            lanes: links.iter().map(|_| Lane::default()).collect(),
            links,
            number: 0,
            life: 0,
            last_batch: 0,
            sticky: (u16::MAX, 0),
            turns: 0,
            ended: VecDeque::new(),
            buffer: None,
        }
    }

    /// The same, whose memory is bounded.
    pub(crate) fn within(self, buffer: Buffer) -> Self {
        Client { buffer: Some(Box::new(buffer)), ..self }
    }

    /// The port with that number among those of its holder.
    pub(crate) fn numbered(self, number: u8) -> Self {
        Client { number, ..self }
    }

    /// Something may have left the memory.
    fn look_for_room(&mut self, stage: &mut Stage<'_>) {
        if self.buffer.is_some() {
            self.let_in(stage);
        }
    }

    fn timer(&self, partition: u16, what: What) -> Timer {
        Timer { port: self.number, partition, what }
    }

    /// `send()`: the record joins the open batch of its partition.
    fn take_on(&mut self, task: Task, partition: u16, stage: &mut Stage<'_>) {
        let stay = (task.slot == Slot::WHOLE).then(|| stage.begin(Slot::WHOLE, StayKind::Unconfirmed, task.part));
        self.file(Record { task, stay }, partition, stage);
    }

    fn file(&mut self, record: Record, partition: u16, stage: &mut Stage<'_>) {
        let (size, limit, now) = (self.record_size, self.batch_size, stage.now());
        let opened = self.lanes[usize::from(partition)].file(record, size, limit, now, &mut self.last_batch);
        let lingered = self.timer(partition, What::Lingered(self.last_batch));
        if let Some(number) = opened
            && self.linger > Span::ZERO
            && let Some(batch) = self.lanes[usize::from(partition)].waiting(number)
        {
            batch.timer = Some(stage.set_timer(self.linger, lingered));
        }
        if self.linger == Span::ZERO {
            self.lanes[usize::from(partition)].close(self.last_batch);
        }
        self.watch(partition, stage);
        self.send_what_may(partition, stage);
    }

    /// Sets a timer for the delivery time-out of the oldest batch, unless one is set.
    fn watch(&mut self, partition: u16, stage: &mut Stage<'_>) {
        let over = self.timer(partition, What::DeliveryOver);
        let lane = &mut self.lanes[usize::from(partition)];
        if let Some(opened) = lane.oldest().filter(|_| lane.watched.is_none()) {
            lane.watched = Some(stage.set_timer((opened + self.delivery_timeout).since(stage.now()), over));
        }
    }

    /// `delivery.timeout.ms` counts from the moment at which `send()` has filed the first record of a batch, and it holds
    /// for batches that wait and for those in flight (KIP-91).
    fn expire(&mut self, partition: u16, stage: &mut Stage<'_>) {
        let lane = &mut self.lanes[usize::from(partition)];
        lane.watched = None;
        for batch in lane.take_expired(stage.now(), self.delivery_timeout) {
            self.give_up(batch, stage);
        }
        self.watch(partition, stage);
        self.send_what_may(partition, stage);
    }

    fn give_up(&mut self, batch: Batch, stage: &mut Stage<'_>) {
        stage.cancel(batch.timer);
        for part in batch.parts() {
            stage.mark(MarkKind::GaveUp, Slot::WHOLE, part, batch.attempt.into(), self.words.gave_up);
        }
        self.settle(batch.records, batch.known, stage);
    }

    /// By the key's hash; without a key, sticky until a batch's worth of bytes went to one partition (KIP-794).
    fn partition(&mut self, job: JobId, stage: &Stage<'_>) -> u16 {
        let partitions = self.lanes.len() as u16;
        if let Some(key) = self.keys.text(job) {
            return partition_of(&key, partitions);
        }
        let (partition, bytes) = self.sticky;
        if partition == u16::MAX || bytes >= self.batch_size {
            self.turns += 1;
            let chance = stage.chance(Purpose::Choice, PartId::NONE, self.turns);
            self.sticky = ((chance * f64::from(partitions)) as u16, 0);
        }
        self.sticky.1 += self.record_size;
        self.sticky.0
    }

    fn send_what_may(&mut self, partition: u16, stage: &mut Stage<'_>) {
        loop {
            let lane = &mut self.lanes[usize::from(partition)];
            let Some(batch) = lane.next(stage.now(), self.max_in_flight, self.idempotent) else {
                return;
            };
            self.produce(partition, batch, stage);
        }
    }

    fn produce(&mut self, partition: u16, mut batch: Batch, stage: &mut Stage<'_>) {
        batch.attempt += 1;
        stage.cancel(batch.timer.take());
        let Batch { number, attempt, sequence, .. } = batch;
        let several = batch.records.len() > 1;
        let word = if several { self.words.produce_several } else { self.words.produce };
        let part = stage.batch(batch.parts().collect());
        if self.acks != Acks::None {
            let overdue = self.timer(partition, What::ProduceOverdue(number));
            batch.timer = Some(stage.set_timer(self.request_timeout, overdue));
        }
        let (out, back) = self.links[usize::from(partition)];
        let parcel = Parcel::new(out, word, part).attempt(attempt).to(Slot(partition));
        let producing = Producing { back, life: self.life, acks: self.acks, idempotent: self.idempotent };
        stage.send(parcel, ToTopic::Produce { partition, batch: number, sequence, attempt, producing });
        match self.acks {
            // Nobody will say anything: handing it to the network is all there is to know.
            Acks::None => self.settle(batch.records, CallerOutcome::Accepted, stage),
            Acks::Leader | Acks::All => self.lanes[usize::from(partition)].in_flight.push(batch),
        }
    }

    fn answered(
        &mut self,
        message: MessageId,
        (partition, number, attempt): (u16, BatchNumber, u32),
        answer: Answer,
        stage: &mut Stage<'_>,
    ) {
        let Some(batch) = self.lanes[usize::from(partition)].take_answered(number, attempt) else {
            return stage.too_late(message);
        };
        stage.cancel(batch.timer);
        match answer {
            Answer::Stored => self.settle(batch.records, CallerOutcome::Accepted, stage),
            Answer::NoLeader => self.failed(partition, batch, CallerOutcome::Refused, stage),
            Answer::NotEnoughReplicas | Answer::OutOfOrderSequence => {
                self.failed(partition, batch, CallerOutcome::Failed, stage);
            }
        }
        self.send_what_may(partition, stage);
    }

    /// An attempt failed, of which the producer `heard` this. The batch is sent again, or given up when its delivery
    /// time-out is over.
    fn failed(&mut self, partition: u16, mut batch: Batch, heard: CallerOutcome, stage: &mut Stage<'_>) {
        batch.known = batch.known.max(heard);
        stage.cancel(batch.timer.take());
        let chance = stage.chance(Purpose::Jitter, batch.first(), batch.attempt);
        let wait = self.backoff.wait(stage, batch.first(), batch.attempt, None).scaled(0.8 + 0.4 * chance);
        if stage.now().since(batch.opened) >= self.delivery_timeout {
            self.give_up(batch, stage);
            return self.send_what_may(partition, stage);
        }
        let next = u64::from(batch.attempt) + 1;
        stage.mark(MarkKind::Retried, Slot::WHOLE, batch.first(), next, self.words.sends_again);
        batch.not_before = stage.now() + wait;
        batch.timer = Some(stage.set_timer(wait, self.timer(partition, What::SendAgain)));
        self.lanes[usize::from(partition)].put_back(batch);
    }

    fn settle(&mut self, records: Vec<Record>, outcome: CallerOutcome, stage: &mut Stage<'_>) {
        let ending = if outcome == CallerOutcome::Accepted { Ending::Done } else { Ending::GaveUp };
        for Record { task, stay } in records {
            stay.into_iter().for_each(|stay| stage.end(stay, ending));
            self.ended.push_back((task, outcome));
        }
    }
}
