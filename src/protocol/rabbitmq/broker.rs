//! The broker with its one queue, as it shows itself: what is ready and what is held, confirms, deliveries, returns.
//!
//! *Invariant:* every publish that arrives is answered once, by an ack, a nack or a refusal (`RMQ-8`). What is stored is
//! durable: it outlives every fault of the broker.

use super::queue::{Queue, Stored};
use super::storage::{Storage, Writing};
use super::words::Words;
use super::{Acknowledgement, Confirms, Epoch, Message, Place, Settings, Settlement, Timer, Verdict};
use crate::engine::{Fault, Input, LinkId, Parcel, Phase};
use crate::protocol::Stage;
use crate::trace::{Ending, LevelKind, MarkKind, MessageId, PartId, Slot, StayKind};

/// A publication as it arrived.
#[derive(Clone, Copy)]
pub(super) struct Publish {
    pub message: MessageId,
    pub part: PartId,
    pub attempt: u16,
    pub place: Place,
}

/// The broker's ways out.
pub(super) struct Links {
    pub back: LinkId,
    /// One a consumer.
    pub on: Vec<LinkId>,
    pub aside: Option<LinkId>,
}

pub struct Broker {
    words: Words,
    links: Links,
    queue: Queue,
    storage: Storage,
    ack: Acknowledgement,
    confirms: Confirms,
    /// How many faults keep it from serving.
    outages: u32,
    shown: [u32; 3],
}

impl Broker {
    pub(super) fn new(settings: &Settings, words: Words, links: Links) -> Self {
        Broker {
            words,
            links,
            queue: Queue::new(settings),
            storage: Storage::new(&settings.queue),
            ack: settings.consumers.ack,
            confirms: settings.confirms,
            outages: 0,
            shown: [0; 3],
        }
    }

    pub(super) fn handle(&mut self, input: Input<Message, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Arrived(message, body) if self.outages > 0 => self.turn_away(message, body, stage),
            Input::Arrived(message, body) => self.receive(message, body, stage),
            Input::Fault(fault, phase) => self.fault(fault, phase, stage),
            Input::Timer(Timer::Written { write }) => self.written(write, stage),
            Input::Started | Input::Wanted(_) | Input::Timer(_) => {}
        }
        if self.outages == 0 {
            self.deliver(stage);
        }
        while let Some(stored) = self.queue.overflow() {
            stage.end(stored.stay, Ending::Refused);
            self.set_aside(stored.part, stage);
        }
        self.show_levels(stage);
    }

    /// How many messages are where, if it differs from what was last said.
    fn show_levels(&mut self, stage: &mut Stage<'_>) {
        let values = [
            (StayKind::Ready, self.queue.ready()),
            (StayKind::Held, self.queue.held()),
            (StayKind::Hidden, self.storage.hidden()),
        ];
        for (shown, (kind, value)) in self.shown.iter_mut().zip(values) {
            if *shown != value {
                *shown = value;
                stage.level(Slot::WHOLE, LevelKind::Stays(kind), value);
            }
        }
    }

    fn receive(&mut self, message: MessageId, body: Message, stage: &mut Stage<'_>) {
        match body {
            Message::Publish { part, attempt, place } if self.queue.refuses() => {
                stage.refuse(message);
                self.answer(Publish { message, part, attempt, place }, Verdict::Nack, stage);
            }
            Message::Publish { part, attempt, place } => self.take(Publish { message, part, attempt, place }, stage),
            Message::Settle { epoch, tag, channel, settlement } => {
                if !self.settle((channel, epoch, tag), settlement, stage) {
                    stage.too_late(message);
                }
            }
            Message::Consume { channel, epoch } => {
                for stored in self.queue.subscribe(channel, epoch) {
                    self.take_back(stored, stage);
                }
                let parcel = self.to_consumer(channel, epoch, message);
                let (kind, label) = self.words.consume_ok;
                stage.send(Parcel { kind, label, ..parcel }, Message::ConsumeOk { channel, epoch });
            }
            Message::Cancel { channel, epoch } => {
                if self.queue.epoch(channel) == epoch {
                    self.queue.cancel(channel);
                }
                let parcel = self.to_consumer(channel, epoch, message);
                let (kind, label) = self.words.cancel_ok;
                stage.send(Parcel { kind, label, ..parcel }, Message::CancelOk);
            }
            Message::Closed { channel, epoch } => {
                // The other connections of the dead host are closing too: nothing more goes there.
                self.queue.cancel_up_to(epoch);
                if self.queue.epoch(channel) <= epoch {
                    for stored in self.queue.close(channel) {
                        self.take_back(stored, stage);
                    }
                }
            }
            Message::Confirm { .. }
            | Message::Deliver { .. }
            | Message::ConsumeOk { .. }
            | Message::ConsumeRefused { .. }
            | Message::CancelOk
            | Message::DeadLetter { .. } => {}
        }
    }

    /// Makes the message safe, and says so. What is not safe yet is not ready in a quorum queue, but is in a classic one.
    fn take(&mut self, publish: Publish, stage: &mut Stage<'_>) {
        if self.storage.begin(publish, &mut self.queue, stage) == Writing::Done {
            let stay = stage.begin(Slot::WHOLE, StayKind::Ready, publish.part);
            self.queue.push(publish.part, stay);
            self.answer(publish, Verdict::Ack, stage);
        }
    }

    fn written(&mut self, write: u32, stage: &mut Stage<'_>) {
        if let Some(publish) = self.storage.end(write, &mut self.queue, stage) {
            self.answer(publish, Verdict::Ack, stage);
        }
    }

    /// Nobody is there to listen: connections are refused, and what comes over old ones is lost.
    fn turn_away(&mut self, message: MessageId, body: Message, stage: &mut Stage<'_>) {
        stage.refuse(message);
        match body {
            Message::Publish { part, attempt, place } => {
                self.answer(Publish { message, part, attempt, place }, Verdict::Refused, stage);
            }
            Message::Consume { channel, epoch } => {
                let parcel = self.to_consumer(channel, epoch, message);
                let (kind, label) = self.words.consume_refused;
                stage.send(Parcel { kind, label, ..parcel }, Message::ConsumeRefused { channel, epoch });
            }
            _ => {}
        }
    }

    fn answer(&self, publish: Publish, verdict: Verdict, stage: &mut Stage<'_>) {
        let Publish { message, part, attempt, place } = publish;
        if verdict == Verdict::Ack && self.confirms == Confirms::Off {
            return;
        }
        let (kind, label) = match verdict {
            Verdict::Ack => self.words.confirm,
            Verdict::Nack => self.words.decline,
            Verdict::Refused => self.words.refusal,
        };
        let parcel = Parcel {
            link: self.links.back,
            kind,
            label,
            part,
            attempt,
            reply_to: message,
            from_slot: Slot::WHOLE,
            to_slot: Slot::WHOLE,
        };
        stage.send(parcel, Message::Confirm { part, attempt, place, verdict });
    }

    /// A message to a consumer that is not about any job.
    fn to_consumer(&self, channel: u16, epoch: Epoch, reply_to: MessageId) -> Parcel {
        let (kind, label) = self.words.closed;
        Parcel {
            link: self.links.on[usize::from(channel)],
            kind,
            label,
            part: PartId::NONE,
            attempt: (epoch % 1000) as u16 + 1,
            reply_to,
            from_slot: Slot::WHOLE,
            to_slot: Slot(channel),
        }
    }

    /// Sends out what there is to those who have room, each in turn.
    fn deliver(&mut self, stage: &mut Stage<'_>) {
        while let Some((channel, mut stored)) = self.queue.take_next() {
            stage.end(stored.stay, Ending::Done);
            let Stored { part, deliveries: delivery, .. } = stored;
            let (epoch, tag) = match self.ack {
                Acknowledgement::Manual => {
                    stored.stay = stage.begin_valued(Slot::WHOLE, StayKind::Held, part, delivery.into());
                    self.queue.hold(channel, stored)
                }
                Acknowledgement::Automatic => self.queue.pass(channel),
            };
            let (kind, label) = if delivery == 1 { self.words.deliver } else { self.words.redeliver };
            let parcel = Parcel {
                link: self.links.on[usize::from(channel)],
                kind,
                label,
                part,
                attempt: delivery,
                reply_to: MessageId::NONE,
                from_slot: Slot::WHOLE,
                to_slot: Slot(channel),
            };
            stage.send(parcel, Message::Deliver { part, epoch, tag, channel, delivery });
        }
    }

    /// Does what a consumer says of a delivery; not if its tag is unknown.
    fn settle(
        &mut self,
        (channel, epoch, tag): (u16, u32, u32),
        settlement: Settlement,
        stage: &mut Stage<'_>,
    ) -> bool {
        if settlement == Settlement::AckUpTo {
            let mut known = false;
            while let Some(stored) = self.queue.release_up_to(channel, epoch, tag) {
                stage.end(stored.stay, Ending::Done);
                known = true;
            }
            return known;
        }
        let Some(mut stored) = self.queue.release(channel, epoch, tag) else {
            return false;
        };
        match settlement {
            Settlement::Ack | Settlement::AckUpTo => stage.end(stored.stay, Ending::Done),
            Settlement::Discard => {
                stage.end(stored.stay, Ending::Refused);
                self.set_aside(stored.part, stage);
            }
            Settlement::NackAndRequeue => {
                self.make_ready(&mut stored, stage);
                self.queue.requeue(stored);
            }
            Settlement::RejectAndRequeue if self.queue.is_over_limit(&mut stored) => {
                stage.end(stored.stay, Ending::Refused);
                self.set_aside(stored.part, stage);
            }
            Settlement::RejectAndRequeue => {
                self.make_ready(&mut stored, stage);
                self.queue.requeue(stored);
            }
        }
        true
    }

    fn make_ready(&self, stored: &mut Stored, stage: &mut Stage<'_>) {
        stage.end(stored.stay, Ending::Returned);
        stage.mark(MarkKind::Returned, Slot::WHOLE, stored.part, stored.deliveries.into(), self.words.returned);
        stored.stay = stage.begin(Slot::WHOLE, StayKind::Ready, stored.part);
    }

    /// What a closed channel held goes back to the head, unless that happened too often.
    fn take_back(&mut self, mut stored: Stored, stage: &mut Stage<'_>) {
        if self.queue.is_over_limit(&mut stored) {
            stage.end(stored.stay, Ending::Refused);
            return self.set_aside(stored.part, stage);
        }
        self.make_ready(&mut stored, stage);
        self.queue.return_to_head(stored);
    }

    /// To the dead-letter queue if there is one, else away.
    fn set_aside(&self, part: PartId, stage: &mut Stage<'_>) {
        let Some(link) = self.links.aside else {
            return stage.mark(MarkKind::Dropped, Slot::WHOLE, part, 0, self.words.dropped);
        };
        let (kind, label) = self.words.dead_letter;
        let parcel = Parcel {
            link,
            kind,
            label,
            part,
            attempt: 1,
            reply_to: MessageId::NONE,
            from_slot: Slot::WHOLE,
            to_slot: Slot::WHOLE,
        };
        stage.send(parcel, Message::DeadLetter { part });
    }

    fn fault(&mut self, fault: Fault, phase: Phase, stage: &mut Stage<'_>) {
        match (fault, phase) {
            // The engine stretches work, of which a broker does none.
            (Fault::SlowDown { .. }, _) => {}
            (Fault::Outage, Phase::Begins) => {
                self.outages += 1;
                self.break_connections(stage);
            }
            (Fault::Crash, Phase::Begins) => {
                self.outages += 1;
                self.break_connections(stage);
                self.storage.lose(&mut self.queue, stage);
            }
            (Fault::SilentOutage, Phase::Begins) => self.outages += 1,
            (Fault::Outage | Fault::Crash, Phase::Ends) => self.outages -= 1,
            // What was sent into the silence never came: the connections that carried it are beyond repair.
            (Fault::SilentOutage, Phase::Ends) => {
                self.outages -= 1;
                self.break_connections(stage);
            }
        }
    }

    /// Every connection closes, and what was unacknowledged is ready again (`FLT-7`).
    fn break_connections(&mut self, stage: &mut Stage<'_>) {
        self.storage.forget_publishers();
        for channel in 0..self.queue.channels() {
            for stored in self.queue.close(channel) {
                self.take_back(stored, stage);
            }
            let epoch = self.queue.epoch(channel);
            stage.send(self.to_consumer(channel, epoch, MessageId::NONE), Message::Closed { channel, epoch });
        }
        let parcel = Parcel { link: self.links.back, to_slot: Slot::WHOLE, ..self.to_consumer(0, 0, MessageId::NONE) };
        stage.send(parcel, Message::Closed { channel: 0, epoch: 0 });
    }
}
