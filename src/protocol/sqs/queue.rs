//! The queue: what it stores, who waits for it, and the clocks of what is in flight.
//!
//! *Invariants:* a message is visible, delayed or in flight, and only what is visible is received. The clock of a
//! message in flight runs from the queue's answer. Only the handle of the latest receive deletes a message.

mod batch;
mod moved;
mod store;

use super::messages::{
    Answer, Call, Heard, Moved, Number, QueueTimer, Receipt, ToConsumers, ToQueue, ToSender, Wanted,
};
use super::settings::{QueueSettings, QueueType};
use std::collections::VecDeque;

use super::settings::LONGEST_VISIBILITY;
use super::words::Words;
use crate::engine::{Fault, Input, LinkId, Parcel, Phase, TimerId, Word};
use crate::protocol::by_number::ByNumber;
use crate::protocol::dead_letters::SetAside;
use crate::protocol::keys::Keys;
use crate::protocol::port::Attempt;
use crate::protocol::{Role, Stage};
use crate::time::{Moment, Span};
use crate::trace::{Ending, LabelId, MessageId, PartId, Slot};
use store::Store;

/// Where the queue's messages go, save the answers to senders, who say so themselves.
pub(crate) struct Links {
    /// For each consumer, the way to its lane and its place there.
    pub on: Vec<(LinkId<ToConsumers>, Slot)>,
    pub aside: Aside,
}

/// Where messages go that were received too often.
#[derive(Clone, Copy)]
pub(crate) enum Aside {
    Nowhere,
    /// Into a lane where they lie.
    Lane(LinkId<SetAside>),
    /// Into another queue, where each is a message like any other.
    Queue(LinkId<ToQueue>),
}

/// A ReceiveMessage that waits for a message to come.
#[derive(Clone, Copy)]
struct Poll {
    message: MessageId,
    consumer: u16,
    call: Call,
    wanted: Wanted,
    /// Rings when it has waited long enough.
    timer: Option<TimerId>,
}

pub struct Queue {
    words: Words,
    links: Links,
    kind: QueueType,
    visibility_timeout: Span,
    delay: Span,
    max_receive_count: Option<u32>,
    store: Store,
    polls: VecDeque<Poll>,
    /// The message that each valid receipt handle is for.
    receipts: ByNumber<Receipt, Number>,
    /// When each receive was, by its receipt handle.
    received: Vec<Moment>,
}

impl Role for Queue {
    type Message = ToQueue;
    type Timer = QueueTimer;

    fn handle(&mut self, input: Input<&ToQueue, QueueTimer>, stage: &mut Stage<'_>) {
        match input {
            Input::Arrived(message, &body) if stage.is_out() => self.turn_away(message, body, stage),
            Input::Arrived(message, &body) => self.hear(message, body, stage),
            Input::Timer(QueueTimer::DelayOver { number }) => {
                self.store.delay_over(number, stage);
                self.serve(stage);
            }
            Input::Timer(QueueTimer::VisibleAgain { number }) => {
                self.store.clock_ran_out(number, stage);
                self.serve(stage);
            }
            Input::Timer(QueueTimer::RetentionOver) => {
                for receipt in self.store.retention_over(stage) {
                    self.receipts.remove(&receipt);
                }
                self.serve(stage);
            }
            Input::Timer(QueueTimer::MovedRetentionOver { number }) => {
                if let Some(void) = moved::retention_over(&mut self.store, number, stage) {
                    self.receipts.remove(&void);
                }
                self.serve(stage);
            }
            Input::Timer(QueueTimer::PollOver { consumer, call }) => self.poll_over(consumer, call, stage),
            Input::Fault(fault, phase) => self.fault(fault, phase, stage),
            // Whose answer was lost finds out by its own clock, and what it was given is visible again in time.
            Input::Started | Input::Wanted(_) | Input::Severed { .. } => {}
        }
    }
}

impl Queue {
    /// `keys` are the message groups and the deduplication ids of the jobs' messages.
    pub(crate) fn new(queue: &QueueSettings, keys: (&Keys, &Keys), words: Words, links: Links) -> Self {
        Queue {
            words,
            links,
            kind: queue.kind,
            visibility_timeout: queue.visibility_timeout,
            delay: queue.delay,
            max_receive_count: queue.redrive_policy.as_ref().map(|policy| policy.max_receive_count),
            store: Store::new(queue, keys, words),
            polls: VecDeque::new(),
            receipts: ByNumber::default(),
            received: Vec::new(),
        }
    }

    /// Nobody polls it: what comes here lies here, and that is said of what did not come from another queue.
    pub(crate) fn where_messages_lie(mut self, set_aside: LabelId) -> Self {
        self.store.lies = Some(set_aside);
        self
    }

    fn hear(&mut self, message: MessageId, body: ToQueue, stage: &mut Stage<'_>) {
        match body {
            ToQueue::Send { attempt, back } => self.take(message, attempt, back, stage),
            ToQueue::Receive { consumer, call, wanted } => {
                self.receive(Poll { message, consumer, call, wanted, timer: None }, stage);
            }
            ToQueue::Delete { consumer, call, part, receipt } => {
                let word = self.delete(message, receipt, stage);
                self.answer(message, word, part, (consumer, call, Heard::Answered), stage);
                self.serve(stage);
            }
            ToQueue::DeleteBatch { consumer, call, first, count } => {
                let part = stage.part_of(message);
                batch::delete((&mut self.store, &mut self.receipts), self.kind, (part, first, count), stage);
                self.answer(message, self.words.deleted, part, (consumer, call, Heard::Answered), stage);
                self.serve(stage);
            }
            ToQueue::ChangeVisibility { consumer, call, part, receipt, to } => {
                let word = self.change_visibility(message, receipt, to, stage);
                self.answer(message, word, part, (consumer, call, Heard::Answered), stage);
                self.serve(stage);
            }
            ToQueue::Closed { consumer, call } => {
                self.polls.retain(|poll| poll.consumer != consumer || poll.call > call);
            }
            ToQueue::Moved(moved) => {
                moved::take_in(&mut self.store, (moved, self.kind), stage);
                self.serve(stage);
            }
        }
    }

    /// SendMessage. A deduplication id that was accepted in the last five minutes is accepted again and not stored,
    /// even if the first was deleted since (`SQS-7`).
    fn take(&mut self, message: MessageId, attempt: Attempt, back: (LinkId<ToSender>, Slot), stage: &mut Stage<'_>) {
        let part = attempt.part;
        let fresh = self.kind == QueueType::Standard || self.store.is_fresh(part, stage);
        let word = if fresh { self.words.sent } else { self.words.sent_duplicate };
        if fresh {
            self.store.add(part, self.delay, stage);
        }
        self.answer_sender(message, word, back, ToSender { attempt, answer: Answer::Taken }, stage);
        self.serve(stage);
    }

    fn receive(&mut self, poll: Poll, stage: &mut Stage<'_>) {
        self.polls.push_back(poll);
        self.serve(stage);
        // The polls that wait are answered in order: if any is left, this one is.
        if let Some(Poll { consumer, call, wanted, timer, .. }) = self.polls.back_mut() {
            let (consumer, call) = (*consumer, *call);
            match wanted.wait {
                Span::ZERO => self.poll_over(consumer, call, stage),
                wait => *timer = Some(stage.set_timer(wait, QueueTimer::PollOver { consumer, call })),
            }
        }
    }

    /// Answers the polls that wait, first come first served, as long as there is anything to receive.
    fn serve(&mut self, stage: &mut Stage<'_>) {
        while let Some(poll) = self.polls.front().copied() {
            let taken = self.store.receive(poll.wanted.most.into(), self.max_receive_count, stage);
            for (moved, void) in taken.redriven {
                self.receipts.remove(&void);
                self.redrive(moved, stage);
            }
            if taken.messages.is_empty() {
                return;
            }
            self.polls.pop_front();
            stage.cancel(poll.timer);
            self.hand_out(poll, &taken.messages, stage);
        }
    }

    fn hand_out(&mut self, poll: Poll, numbers: &[Number], stage: &mut Stage<'_>) {
        let first = self.received.len() as Receipt + 1;
        let mut parts = Vec::with_capacity(numbers.len());
        for number in numbers {
            self.received.push(stage.now());
            let receipt = self.received.len() as Receipt;
            self.receipts.insert(receipt, *number);
            let old = self.store.goes_out(*number, receipt, self.visibility_timeout, stage);
            self.receipts.remove(&old);
            parts.push(self.store.part(*number));
        }
        let attempt = self.store.receive_count(numbers[0]);
        let attempt = if numbers.len() == 1 { attempt } else { 1 };
        let part = stage.batch(parts);
        stage.turns_out(poll.message, self.words.receive.0, part);
        let Poll { message, consumer, call, .. } = poll;
        let word = if numbers.len() == 1 { self.words.received } else { self.words.several_received };
        let parcel = self.to_consumer(message, word, part, consumer).attempt(attempt);
        stage.send(parcel, ToConsumers { consumer, call, heard: Heard::Received { first } });
    }

    /// The wait is over and nothing came.
    fn poll_over(&mut self, consumer: u16, call: Call, stage: &mut Stage<'_>) {
        let Some(place) = self.polls.iter().position(|poll| poll.consumer == consumer && poll.call == call) else {
            return;
        };
        if let Some(poll) = self.polls.remove(place) {
            self.answer(poll.message, self.words.empty, PartId::NONE, (consumer, call, Heard::Empty), stage);
        }
    }

    fn redrive(&mut self, moved: Moved, stage: &mut Stage<'_>) {
        let (part, word) = (moved.part, self.words.redrive);
        match self.links.aside {
            Aside::Nowhere => {}
            Aside::Lane(link) => {
                let body = SetAside { part, dead_lettered: self.words.dead_lettered, dropped: None };
                stage.send(Parcel::new(link, word, part), body);
            }
            Aside::Queue(link) => moved::go(link, word, moved, stage),
        }
    }

    /// DeleteMessage. A handle is refused when its receive is more than twelve hours ago, the longest that a message can
    /// be invisible, and in a FIFO queue as soon as its visibility timeout is over. A standard queue says yes to a handle
    /// that is not the latest, and keeps the message. (API reference, DeleteMessage; AWS re:Post, "Troubleshoot
    /// ReceiptHandleIsInvalid and InvalidParameterValue errors".)
    fn delete(&mut self, message: MessageId, receipt: Receipt, stage: &mut Stage<'_>) -> Word {
        let number = self.receipts.get(&receipt).copied();
        let expired = match self.kind {
            QueueType::Standard => stage.now().since(self.received[receipt as usize - 1]) > LONGEST_VISIBILITY,
            QueueType::Fifo => !number.is_some_and(|number| self.store.is_in_flight(number)),
        };
        match number {
            _ if expired => {
                stage.refuse(message);
                self.words.handle_expired
            }
            None => self.words.not_deleted,
            Some(number) => {
                self.receipts.remove(&receipt);
                self.store.delete(number, Ending::Done, stage);
                self.words.deleted
            }
        }
    }

    /// ChangeMessageVisibility: `to` from now, but no more than twelve hours from the receive (`SQS-3`; API reference,
    /// ChangeMessageVisibility: an attempt to extend beyond that is rejected, and not cut short).
    fn change_visibility(&mut self, message: MessageId, receipt: Receipt, to: Span, stage: &mut Stage<'_>) -> Word {
        let number = self.receipts.get(&receipt).copied();
        let in_flight = number.filter(|number| self.store.is_in_flight(*number));
        let Some(number) = in_flight else {
            stage.refuse(message);
            return self.words.not_changed;
        };
        if (stage.now() + to).since(self.received[receipt as usize - 1]) > LONGEST_VISIBILITY {
            stage.refuse(message);
            return self.words.beyond_limit;
        }
        self.store.set_clock(number, to, stage);
        self.words.changed
    }

    fn to_consumer(&self, message: MessageId, word: Word, part: PartId, consumer: u16) -> Parcel<ToConsumers> {
        let (link, place) = self.links.on[usize::from(consumer)];
        Parcel::new(link, word, part).answering(message).to(place)
    }

    fn answer(
        &self,
        message: MessageId,
        word: Word,
        part: PartId,
        (consumer, call, heard): (u16, Call, Heard),
        stage: &mut Stage<'_>,
    ) {
        stage.send(self.to_consumer(message, word, part, consumer), ToConsumers { consumer, call, heard });
    }

    fn answer_sender(
        &self,
        message: MessageId,
        word: Word,
        (back, slot): (LinkId<ToSender>, Slot),
        body: ToSender,
        stage: &mut Stage<'_>,
    ) {
        let parcel = Parcel::new(back, word, body.attempt.part).attempt(body.attempt.number);
        stage.send(parcel.answering(message).to(slot), body);
    }

    fn turn_away(&mut self, message: MessageId, body: ToQueue, stage: &mut Stage<'_>) {
        match body {
            ToQueue::Send { attempt, back } => {
                stage.refuse(message);
                let body = ToSender { attempt, answer: Answer::Refused };
                self.answer_sender(message, self.words.send_refused, back, body, stage);
            }
            ToQueue::Receive { consumer, call, wanted } => {
                stage.refuse(message);
                self.break_off(Poll { message, consumer, call, wanted, timer: None }, stage);
            }
            ToQueue::Delete { consumer, call, part, .. } | ToQueue::ChangeVisibility { consumer, call, part, .. } => {
                stage.refuse(message);
                self.answer(message, self.words.refused, part, (consumer, call, Heard::Refused), stage);
            }
            ToQueue::DeleteBatch { consumer, call, .. } => {
                let part = stage.part_of(message);
                stage.refuse(message);
                self.answer(message, self.words.refused, part, (consumer, call, Heard::Refused), stage);
            }
            ToQueue::Closed { .. } => {}
            // Within SQS it is taken whatever happens. Nobody polls meanwhile.
            ToQueue::Moved(moved) => moved::take_in(&mut self.store, (moved, self.kind), stage),
        }
    }

    fn break_off(&self, poll: Poll, stage: &mut Stage<'_>) {
        let Poll { message, consumer, call, timer, .. } = poll;
        stage.cancel(timer);
        self.answer(message, self.words.receive_refused, PartId::NONE, (consumer, call, Heard::Refused), stage);
    }

    fn fault(&mut self, fault: Fault, phase: Phase, stage: &mut Stage<'_>) {
        match (fault, phase) {
            (Fault::SlowDown { .. }, _) | (_, Phase::Ends) => {}
            // Who waits will hear nothing any more, and finds out by its own clock.
            (Fault::SilentOutage, Phase::Begins) => {
                while let Some(poll) = self.polls.pop_front() {
                    stage.cancel(poll.timer);
                }
            }
            // It is kept in several places: a crash loses no message.
            (Fault::Outage | Fault::Crash, Phase::Begins) => {
                for poll in std::mem::take(&mut self.polls) {
                    self.break_off(poll, stage);
                }
            }
        }
    }
}
