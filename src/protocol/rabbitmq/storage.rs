//! What the broker is making safe: on disk, and in a quorum queue on most replicas. A message is confirmed when it is.
//!
//! A quorum queue hands a message out only then (`rabbit_fifo.erl` applies what most replicas have); a classic queue at
//! once, so that a confirm may come after the delivery (`RMQ-8`). *Invariant:* what is safe outlives the broker's death,
//! and what is not does not.

use super::settings::QueueType;
use crate::protocol::by_number::ByNumber;
use crate::protocol::port::Attempt;

use super::messages::{BrokerTimer, PublishingChannel};
use super::queue::{Headers, Queue, Stored};
use super::settings::QueueSettings;
use super::x_death::{Died, Parking};
use crate::engine::{OpenStay, TimerId};
use crate::protocol::Stage;
use crate::rng::{Distribution, Purpose};
use crate::time::Span;
use crate::trace::{Ending, MessageId, PartId, Slot, StayKind};

/// Whether a message is safe at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    Done,
    UnderWay,
}

/// Whether a message can be delivered while it is being written.
enum WhileWritten {
    /// It cannot: it enters the queue when it is safe.
    Hidden(OpenStay),
    /// It can: it is in the queue already, with this number in the order of publishing.
    InQueue(u32),
}

struct Write {
    copy: Incoming,
    meanwhile: WhileWritten,
    /// Rings when it is safe.
    timer: TimerId,
}

/// A publication as it arrived.
#[derive(Clone, Copy)]
pub(super) struct Publish {
    pub message: MessageId,
    pub attempt: Attempt,
    pub channel: PublishingChannel,
}

impl Publish {
    pub fn part(self) -> PartId {
        self.attempt.part
    }

    /// A message that was not in any queue yet.
    pub fn headers(self) -> Headers {
        let asked = if self.channel.asks { self.message } else { MessageId::NONE };
        Headers { asked, died: Died::default() }
    }
}

/// A message on its way into one queue.
#[derive(Clone, Copy)]
pub(super) struct Incoming {
    /// The part that this queue's copy carries.
    pub part: PartId,
    pub headers: Headers,
    /// By which the time is drawn that it takes to be safe.
    pub attempt: u32,
    pub expiration: Option<Span>,
    pub publisher: Publisher,
}

/// Whether anybody is to hear that it is safe.
#[derive(Clone, Copy)]
pub(super) enum Publisher {
    Listens(Publish),
    /// The connection is gone, or all was said already, or it was no publisher who sent it here.
    Gone,
}

/// How what has entered the queue lies there.
#[derive(Clone, Copy)]
pub(super) enum Lies {
    Ready,
    /// Nobody takes from it, and nothing in it expires.
    ForGood(Parking),
}

pub(super) struct Storage {
    slot: Slot,
    lies: Lies,
    kind: QueueType,
    write_time: Distribution,
    last: u32,
    writes: ByNumber<u32, Write>,
}

impl Storage {
    pub(super) fn new(settings: &QueueSettings, slot: Slot) -> Self {
        Storage {
            slot,
            lies: Lies::Ready,
            kind: settings.kind,
            write_time: settings.write_time.clone(),
            last: 0,
            writes: ByNumber::default(),
        }
    }

    /// What enters lies there for good.
    pub(super) fn parking(self, parking: Parking) -> Self {
        Storage { lies: Lies::ForGood(parking), ..self }
    }

    /// Begins to write, unless that takes no time.
    pub(super) fn begin(&mut self, copy: Incoming, process: u16, queue: &mut Queue, stage: &mut Stage<'_>) -> Writing {
        let span = stage.span(&self.write_time, Purpose::Storage, copy.part, copy.attempt);
        if span == Span::ZERO {
            self.enter(&copy, queue, stage);
            return Writing::Done;
        }
        let meanwhile = match self.kind {
            QueueType::Quorum => WhileWritten::Hidden(stage.begin(self.slot, StayKind::Hidden, copy.part)),
            QueueType::Classic => WhileWritten::InQueue(self.enter(&copy, queue, stage)),
        };
        self.last += 1;
        let timer = stage.set_timer(span, BrokerTimer::Written { queue: process, write: self.last });
        self.writes.insert(self.last, Write { copy, meanwhile, timer });
        Writing::UnderWay
    }

    fn enter(&self, copy: &Incoming, queue: &mut Queue, stage: &mut Stage<'_>) -> u32 {
        let stay = match self.lies {
            Lies::Ready => stage.begin(self.slot, StayKind::Ready, copy.part),
            Lies::ForGood(parking) => parking.lay_down((copy.part, copy.headers.died), self.slot, stage),
        };
        let expires = queue.expiry(stage.now(), copy.expiration);
        queue.push((copy.part, copy.headers), stay, expires)
    }

    /// It leaves the queue, and nobody has taken it.
    pub(super) fn take_out(&self, stored: Stored, ending: Ending, stage: &mut Stage<'_>) {
        stage.end(stored.stay, ending);
        match self.lies {
            Lies::Ready => {}
            Lies::ForGood(_) => Parking::pick_up(stored.part, stage),
        }
    }

    /// The message is safe. What is to be confirmed, if there is still somebody to hear it.
    pub(super) fn end(&mut self, write: u32, queue: &mut Queue, stage: &mut Stage<'_>) -> Option<Publish> {
        let Write { copy, meanwhile, .. } = self.writes.remove(&write)?;
        if let WhileWritten::Hidden(stay) = meanwhile {
            stage.end(stay, Ending::Done);
            self.enter(&copy, queue, stage);
        }
        match copy.publisher {
            Publisher::Listens(publish) => Some(publish),
            Publisher::Gone => None,
        }
    }

    /// The connections are gone: what is being written will be, but nobody hears of it.
    pub(super) fn forget_publishers(&mut self, are_gone: impl Fn(&Publish) -> bool) {
        self.writes.each(|write| {
            if let Publisher::Listens(publish) = &write.copy.publisher
                && are_gone(publish)
            {
                write.copy.publisher = Publisher::Gone;
            }
        });
    }

    /// The broker died: what was not safe is lost, wherever it lies.
    pub(super) fn lose(&mut self, queue: &mut Queue, stage: &mut Stage<'_>) {
        for (_, write) in self.writes.take() {
            stage.cancel(write.timer);
            match write.meanwhile {
                WhileWritten::Hidden(stay) => stage.end(stay, Ending::Interrupted),
                WhileWritten::InQueue(place) => {
                    if let Some(stored) = queue.forget(place) {
                        self.take_out(stored, Ending::Interrupted, stage);
                    }
                }
            }
        }
    }
}
