//! The consumers: each polls, works off what came, deletes it, and polls again. Every call blocks it for its round trip,
//! a long poll for as long as nothing comes.
//!
//! *Invariants:* a consumer does one thing at a time. It knows its receipt handles and nothing else of the queue: not
//! how long a message is still invisible, nor who else has it.

mod faults;

use super::messages::{Call, Heard, Receipt, ToConsumers, ToQueue, Wanted};
use std::collections::VecDeque;

use super::settings::{Calling, ConsumerSettings, Delete, Extension, ListenerMode};
use super::words::Words;
use crate::engine::{Input, LinkId, OpenStay, Parcel, TimerId, Word};
use crate::protocol::lanes::Berth;
use crate::protocol::lending::{InHand, Lender, Loan, Loans};
use crate::protocol::work::Effects;
use crate::protocol::{Role, Stage};
use crate::time::Span;
use crate::trace::{Ending, MessageId, PartId, Slot, StayKind};

/// A received message, or a batch of them.
#[derive(Clone, Copy)]
struct Received {
    /// Of a batch the first.
    part: PartId,
    /// All that is in it, as one number.
    load: PartId,
    /// Of a batch the first, and how many there are.
    receipt: Receipt,
    count: u16,
}

/// What a call is for, and so what follows its answer.
#[derive(Clone, Copy)]
enum Errand {
    Poll,
    /// How often it was tried.
    Delete(Received, u32),
    GiveBack(Received),
}

#[derive(Clone, Copy)]
enum Doing {
    /// Out of service, or about to begin.
    Nothing,
    /// Waits for an answer. The stay lasts over all attempts, and each attempt has a time-out of its own.
    Calling(Errand, OpenStay, Option<TimerId>),
    /// Waits until it tries again. Between two polls a consumer is free, which is not drawn.
    Pausing(Errand, Option<OpenStay>, TimerId),
    Working {
        received: Received,
        in_hand: InHand,
        extends: Option<TimerId>,
    },
}

struct Consumer {
    doing: Doing,
    /// The last call it made. Answers to earlier calls are ignored.
    call: Call,
    inbox: VecDeque<Received>,
    factor: f64,
}

pub struct Consumers {
    words: Words,
    home: LinkId<ToQueue>,
    calling: Calling,
    wanted: Wanted,
    poll_interval: Span,
    delete: Delete,
    on_failure_visible_after: Option<Span>,
    extension: Option<Extension>,
    /// The number of the first one among all consumers of the queue, by which they are known to it.
    first: u16,
    consumers: Vec<Consumer>,
    effects: Effects,
    /// Without them, they work themselves.
    loans: Option<Loans>,
    listener_mode: ListenerMode,
}

/// What consumers can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// A consumer's call got no answer in time.
    CallOverdue { consumer: u16 },
    /// A consumer's pause is over.
    GoOn { consumer: u16 },
    /// A consumer reaches the end of its work.
    WorkDone { consumer: u16 },
    /// Time to extend the visibility timeout of what is worked on.
    Extend { consumer: u16 },
}

impl Role for Consumers {
    type Message = ToConsumers;
    type Timer = Timer;

    fn handle(&mut self, input: Input<&ToConsumers, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Started => self.all_poll(stage),
            Input::Arrived(message, &body) => self.hear(message, body, stage),
            Input::Timer(Timer::CallOverdue { consumer }) => {
                if let Doing::Calling(errand, ..) = self.consumers[consumer as usize].doing {
                    self.call_failed(consumer, errand, stage);
                }
            }
            Input::Timer(Timer::GoOn { consumer }) => self.go_on(consumer, stage),
            Input::Timer(Timer::WorkDone { consumer }) => self.work_done(consumer, stage),
            Input::Timer(Timer::Extend { consumer }) => self.extend(consumer, stage),
            Input::Fault(fault, phase) => self.fault(fault, phase, stage),
            // A call without an answer ends by its clock.
            Input::Wanted(_) | Input::Severed { .. } => {}
        }
    }
}

impl Consumers {
    /// `first` is the number of the first one on this lane among all consumers of the queue.
    pub(crate) fn new(
        (own, berth, first): (&ConsumerSettings, Berth, u16),
        wanted: Wanted,
        calling: Calling,
        words: Words,
        home: LinkId<ToQueue>,
    ) -> Self {
        let consumer = |place: u16| Consumer {
            doing: Doing::Nothing,
            call: 0,
            inbox: VecDeque::new(),
            factor: own.crew().factor(place),
        };
        Consumers {
            words,
            home,
            calling,
            wanted,
            poll_interval: own.poll_interval,
            delete: own.delete,
            on_failure_visible_after: own.on_failure_visible_after,
            extension: own.extend_visibility,
            first,
            consumers: (berth.first..berth.first + berth.count).map(consumer).collect(),
            effects: Effects::of_consumers(own.deduplicates),
            loans: None,
            listener_mode: ListenerMode::SingleMessage,
        }
    }

    /// They lend what they receive, one message at a time each or all of a receive, and do not work themselves.
    pub(crate) fn lending(self, listener_mode: ListenerMode) -> Self {
        Consumers { loans: Some(Loans::new()), listener_mode, ..self }
    }

    fn all_poll(&mut self, stage: &mut Stage<'_>) {
        for consumer in 0..self.consumers.len() as u16 {
            if matches!(self.consumers[consumer as usize].doing, Doing::Nothing) {
                self.next(consumer, stage);
            }
        }
    }

    /// The errand that an answer to `call` would be about, if it is still awaited.
    fn awaited(&self, consumer: u16, call: Call) -> Option<Errand> {
        let known = &self.consumers[consumer as usize];
        match known.doing {
            Doing::Calling(errand, ..) if known.call == call => Some(errand),
            _ => None,
        }
    }

    fn hear(&mut self, message: MessageId, body: ToConsumers, stage: &mut Stage<'_>) {
        let ToConsumers { consumer, call, heard } = body;
        let consumer = consumer - self.first;
        let Some(errand) = self.awaited(consumer, call) else {
            // The answers to extensions are not waited for.
            if call != 0 && stage.is_out() {
                stage.refuse(message);
            } else if call != 0 {
                stage.too_late(message);
            }
            return;
        };
        match heard {
            Heard::Received { first } => {
                let inbox = &mut self.consumers[consumer as usize].inbox;
                let parts = stage.parts_of(message);
                match self.listener_mode {
                    ListenerMode::SingleMessage => {
                        let one =
                            |(part, receipt): (&PartId, _)| Received { part: *part, load: *part, receipt, count: 1 };
                        inbox.extend(parts.iter().zip(first..).map(one));
                    }
                    ListenerMode::Batch => {
                        let (load, count) = (stage.part_of(message), parts.len() as u16);
                        inbox.push_back(Received { part: parts[0], load, receipt: first, count });
                    }
                }
                self.stop(consumer, Ending::Done, stage);
                self.next(consumer, stage);
            }
            Heard::Empty if self.wanted.wait == Span::ZERO => {
                self.pause(consumer, Errand::Poll, self.poll_interval, stage);
            }
            Heard::Empty => {
                self.stop(consumer, Ending::Expired, stage);
                self.next(consumer, stage);
            }
            Heard::Refused => self.call_failed(consumer, errand, stage),
            Heard::Answered => self.answered(consumer, errand, stage),
        }
    }

    /// A DeleteMessage or ChangeMessageVisibility was answered, for better or worse.
    fn answered(&mut self, consumer: u16, errand: Errand, stage: &mut Stage<'_>) {
        self.stop(consumer, Ending::Done, stage);
        match (errand, self.delete) {
            (Errand::Delete(received, _), Delete::BeforeWork) if !self.effects.know(received.part, stage) => {
                self.work(consumer, received, stage);
            }
            _ => self.next(consumer, stage),
        }
    }

    /// The SDK repeats a call; what it cannot delete will come back.
    fn call_failed(&mut self, consumer: u16, errand: Errand, stage: &mut Stage<'_>) {
        match errand {
            Errand::Delete(received, attempt) if attempt < self.calling.retry.max_attempts => {
                let wait = self.calling.retry.wait_at_work(stage, received.part, attempt);
                self.pause(consumer, Errand::Delete(received, attempt + 1), wait, stage);
            }
            Errand::Poll => self.pause(consumer, Errand::Poll, self.poll_interval, stage),
            Errand::Delete(..) | Errand::GiveBack(_) => {
                self.stop(consumer, Ending::GaveUp, stage);
                self.next(consumer, stage);
            }
        }
    }

    fn pause(&mut self, consumer: u16, errand: Errand, wait: Span, stage: &mut Stage<'_>) {
        let Doing::Calling(_, stay, overdue) = self.consumers[consumer as usize].doing else {
            return;
        };
        stage.cancel(overdue);
        let stay = match errand {
            Errand::Poll => {
                stage.end(stay, Ending::Expired);
                None
            }
            Errand::Delete(..) | Errand::GiveBack(_) => Some(stay),
        };
        let over = stage.set_timer(wait, Timer::GoOn { consumer });
        self.consumers[consumer as usize].doing = Doing::Pausing(errand, stay, over);
    }

    fn go_on(&mut self, consumer: u16, stage: &mut Stage<'_>) {
        let Doing::Pausing(errand, stay, _) = self.consumers[consumer as usize].doing else {
            return;
        };
        match stay {
            None => self.next(consumer, stage),
            Some(stay) => self.call(consumer, errand, stay, stage),
        }
    }

    /// What a free consumer does next: work off what it has, else poll, unless it is out.
    fn next(&mut self, consumer: u16, stage: &mut Stage<'_>) {
        let one = &mut self.consumers[consumer as usize];
        one.doing = Doing::Nothing;
        let received = one.inbox.pop_front();
        match received {
            Some(received) if self.effects.know(received.part, stage) => {
                self.begin_call(consumer, Errand::Delete(received, 1), stage);
            }
            Some(received) => match self.delete {
                Delete::AfterWork => self.work(consumer, received, stage),
                Delete::BeforeWork => self.begin_call(consumer, Errand::Delete(received, 1), stage),
            },
            // A silence keeps nobody from asking.
            None if !stage.is_out() => self.begin_call(consumer, Errand::Poll, stage),
            None => {}
        }
    }

    fn begin_call(&mut self, consumer: u16, errand: Errand, stage: &mut Stage<'_>) {
        let (kind, part) = match errand {
            Errand::Poll => (StayKind::Polling, PartId::NONE),
            Errand::Delete(received, _) | Errand::GiveBack(received) => (StayKind::Blocked, received.part),
        };
        let stay = stage.begin(Slot(consumer), kind, part);
        self.call(consumer, errand, stay, stage);
    }

    fn call(&mut self, consumer: u16, errand: Errand, stay: OpenStay, stage: &mut Stage<'_>) {
        let one = &mut self.consumers[consumer as usize];
        one.call += 1;
        let call = one.call;
        let overdue = self.calling.timeout.map(|timeout| {
            // A long poll may well take its time.
            let timeout = if matches!(errand, Errand::Poll) { timeout + self.wanted.wait } else { timeout };
            stage.set_timer(timeout, Timer::CallOverdue { consumer })
        });
        one.doing = Doing::Calling(errand, stay, overdue);
        let place = consumer;
        let consumer = self.first + place;
        let (word, part, attempt, body) = match errand {
            Errand::Poll => {
                let body = ToQueue::Receive { consumer, call, wanted: self.wanted };
                (self.words.empty_receive, PartId::NONE, 1, body)
            }
            Errand::Delete(Received { part, receipt, count: 1, .. }, attempt) => {
                (self.words.delete, part, attempt, ToQueue::Delete { consumer, call, part, receipt })
            }
            Errand::Delete(Received { load, receipt: first, count, .. }, attempt) => {
                (self.words.delete_batch, load, attempt, ToQueue::DeleteBatch { consumer, call, first, count })
            }
            Errand::GiveBack(Received { part, receipt, .. }) => {
                let to = self.on_failure_visible_after.unwrap_or_default();
                (self.words.change, part, 1, ToQueue::ChangeVisibility { consumer, call, part, receipt, to })
            }
        };
        self.send(place, word, part, attempt, body, stage);
    }

    fn send(&self, consumer: u16, word: Word, part: PartId, attempt: u32, body: ToQueue, stage: &mut Stage<'_>) {
        stage.send(Parcel::new(self.home, word, part).attempt(attempt).from(Slot(consumer)), body);
    }

    /// The call is over, whatever came of it.
    fn stop(&mut self, consumer: u16, ending: Ending, stage: &mut Stage<'_>) {
        let one = &mut self.consumers[consumer as usize];
        let doing = std::mem::replace(&mut one.doing, Doing::Nothing);
        let (stay, timer) = match doing {
            Doing::Calling(_, stay, overdue) => (Some(stay), overdue),
            Doing::Pausing(_, stay, over) => (stay, Some(over)),
            Doing::Working { .. } | Doing::Nothing => return,
        };
        stage.cancel(timer);
        if let Some(stay) = stay {
            stage.end(stay, ending);
        }
    }

    fn work(&mut self, consumer: u16, received: Received, stage: &mut Stage<'_>) {
        let one = &mut self.consumers[consumer as usize];
        let loan = Loan { place: consumer, part: received.load, delivery: 0 };
        let ends = Timer::WorkDone { consumer };
        let in_hand = InHand::begin(loan, &mut self.loans, (one.factor, ends), stage);
        let extends = self.extension.map(|extension| stage.set_timer(extension.every, Timer::Extend { consumer }));
        one.doing = Doing::Working { received, in_hand, extends };
    }

    fn extend(&mut self, consumer: u16, stage: &mut Stage<'_>) {
        let Some(extension) = self.extension else {
            return;
        };
        let Doing::Working { received: Received { part, receipt, .. }, .. } = self.consumers[consumer as usize].doing
        else {
            return;
        };
        let (number, to) = (self.first + consumer, extension.to);
        let body = ToQueue::ChangeVisibility { consumer: number, call: 0, part, receipt, to };
        self.send(consumer, self.words.change, part, 1, body, stage);
        if let Doing::Working { extends, .. } = &mut self.consumers[consumer as usize].doing {
            *extends = Some(stage.set_timer(extension.every, Timer::Extend { consumer }));
        }
    }

    fn work_done(&mut self, consumer: u16, stage: &mut Stage<'_>) {
        let Doing::Working { received, in_hand: InHand::Work(work), .. } = self.consumers[consumer as usize].doing
        else {
            return;
        };
        let good = work.end(&[received.part], self.effects, (self.words.failed, 0), stage);
        self.give_back(consumer, good, stage);
    }
}

impl Lender for Consumers {
    fn next_loan(&mut self) -> Option<Loan> {
        self.loans.as_mut()?.pop_front()
    }

    /// What this consumer had in hand has come to an end: it says so if that is its way, and goes on.
    fn give_back(&mut self, consumer: u16, good: bool, stage: &mut Stage<'_>) {
        let Doing::Working { received, extends, .. } = self.consumers[consumer as usize].doing else {
            return;
        };
        stage.cancel(extends);
        match (self.delete, good, self.on_failure_visible_after) {
            (Delete::AfterWork, true, _) => self.begin_call(consumer, Errand::Delete(received, 1), stage),
            (Delete::AfterWork, false, Some(_)) => self.begin_call(consumer, Errand::GiveBack(received), stage),
            (Delete::AfterWork, false, None) | (Delete::BeforeWork, ..) => self.next(consumer, stage),
        }
    }

    /// The others of the batch are deleted, and these are visible again when their time is over.
    fn give_back_without(&mut self, consumer: u16, undone: &[PartId], stage: &mut Stage<'_>) {
        if let Doing::Working { received, .. } = &mut self.consumers[consumer as usize].doing {
            let done = stage.parts_in(&received.load).iter().filter(|part| !undone.contains(part)).copied().collect();
            received.load = stage.batch(done);
            let good = received.load != PartId::NONE;
            self.give_back(consumer, good, stage);
        }
    }
}
