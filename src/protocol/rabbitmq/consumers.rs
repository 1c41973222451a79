//! The consumers: each works off what it was delivered, one at a time, and says what became of it.
//!
//! *Invariants:* a consumer works on one message at a time. What belongs to a connection that is gone is never
//! acknowledged: its work may be finished, but the broker will deliver it again.

mod connections;

use super::messages::{Epoch, Settlement, Tag, ToBroker, ToConsumers};
use super::settings::{Acknowledgement, ConsumerSettings, OnFailure};
use std::collections::VecDeque;

use super::words::Words;
use crate::engine::{Input, LinkId, OpenStay, Parcel, TimerId, Word};
use crate::protocol::by_number::ByNumber;
use crate::protocol::deaths::Deaths;
use crate::protocol::lanes::Berth;
use crate::protocol::lending::{InHand, Lender, Loan, Loans};
use crate::protocol::work::Effects;
use crate::protocol::{Role, Stage};
use crate::time::Span;
use crate::trace::{Ending, MessageId, PartId, Slot, StayKind};

#[derive(Clone, Copy)]
struct Delivery {
    message: MessageId,
    part: PartId,
    epoch: Epoch,
    tag: Tag,
    number: u32,
    /// The publication to which a reply is asked for; nothing if none is.
    asked: MessageId,
    /// How often it died, and where.
    deaths: Deaths,
}

/// Whether a consumer has a connection, as far as it knows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Connection {
    Open,
    Lost,
}

struct Consumer {
    home: LinkId<ToBroker>,
    factor: f64,
    connection: Connection,
    /// Rings when it tries to open a connection in place of one that was lost.
    reconnects: Option<TimerId>,
    epoch: Epoch,
    /// The tag of the last delivery that came over the connection.
    last_tag: Tag,
    /// Delivered, and not begun.
    waiting: VecDeque<(Delivery, OpenStay)>,
    in_hand: Option<(Delivery, InHand)>,
    /// Done, and not yet acknowledged.
    done: Vec<Delivery>,
}

pub struct Consumers {
    words: Words,
    /// The number of the first one's channel among all of the broker.
    first_channel: u16,
    /// Where in the broker's lane their queue is.
    queue: Slot,
    ack: Acknowledgement,
    ack_every: usize,
    on_failure: (OnFailure, Settlement),
    recovery_interval: Span,
    consumers: Vec<Consumer>,
    /// The last epoch in which any of them opened a connection.
    opened: Epoch,
    effects: Effects,
    /// Without them, they work themselves.
    loans: Option<Loans>,
    /// What came to a good end that was lent: only then is everything done about it.
    handled: ByNumber<PartId, ()>,
}

/// What consumers can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// A consumer reaches the end of its work.
    WorkDone { consumer: u16 },
    /// A consumer that lost its connection tries to open it again.
    Reconnect { consumer: u16 },
}

impl Role for Consumers {
    type Message = ToConsumers;
    type Timer = Timer;

    fn handle(&mut self, input: Input<&ToConsumers, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Arrived(message, &ToConsumers::Deliver { part, epoch, tag, channel, delivery, asked, deaths }) => {
                self.receive(channel, Delivery { message, part, epoch, tag, number: delivery, asked, deaths }, stage);
            }
            Input::Arrived(_, &ToConsumers::Closed { channel }) if stage.faults().deaths == 0 => {
                self.lose_connection(channel, stage);
                self.plan_reconnect(channel, stage);
            }
            Input::Arrived(_, &ToConsumers::ConsumeRefused { channel, epoch }) => {
                let consumer = &mut self.consumers[usize::from(channel)];
                if consumer.epoch == epoch && consumer.connection == Connection::Open {
                    consumer.connection = Connection::Lost;
                    self.plan_reconnect(channel, stage);
                }
            }
            Input::Arrived(_, &ToConsumers::Closed { .. } | ToConsumers::Ok) => {}
            Input::Timer(Timer::WorkDone { consumer }) => self.work_done(consumer, stage),
            Input::Timer(Timer::Reconnect { consumer }) => {
                self.consumers[usize::from(consumer)].reconnects = None;
                // Who is out connects when that is over.
                if !stage.is_out() {
                    self.connect(consumer, stage);
                }
            }
            Input::Fault(fault, phase) => self.fault(fault, phase, stage),
            Input::Severed { .. } => self.open_anew(stage),
            Input::Started | Input::Wanted(_) => {}
        }
    }
}

impl Consumers {
    /// `first_channel` is the number of the first one's channel among all of the broker.
    pub(crate) fn new(
        (own, berth): (&ConsumerSettings, Berth),
        words: Words,
        home: Vec<LinkId<ToBroker>>,
        (queue, first_channel): (Slot, u16),
    ) -> Self {
        let settlement = match (own.on_failure, own.requeue) {
            (_, false) => Settlement::Discard,
            (OnFailure::Reject, true) => Settlement::RejectAndRequeue,
            (OnFailure::Nack, true) => Settlement::NackAndRequeue,
        };
        let consumer = |(place, home)| Consumer {
            home,
            factor: own.crew().factor(place),
            connection: Connection::Open,
            reconnects: None,
            epoch: 0,
            last_tag: 0,
            waiting: VecDeque::new(),
            in_hand: None,
            done: Vec::new(),
        };
        Consumers {
            words,
            first_channel,
            queue,
            ack: own.ack,
            ack_every: own.ack_every.into(),
            on_failure: (own.on_failure, settlement),
            recovery_interval: own.recovery_interval,
            consumers: (berth.first..).zip(home).map(consumer).collect(),
            opened: 0,
            effects: Effects::of_consumers(own.deduplicates),
            loans: None,
            handled: ByNumber::default(),
        }
    }

    /// They lend what is delivered, and do not work themselves.
    pub(crate) fn lending(self) -> Self {
        Consumers { loans: Some(Loans::new()), ..self }
    }

    /// What asked for a reply of all that is in hand: that consumer's.
    pub(crate) fn asked(&self, number: u16) -> MessageId {
        let in_hand = self.consumers.get(usize::from(number)).and_then(|consumer| consumer.in_hand);
        in_hand.map_or(MessageId::NONE, |(delivery, _)| delivery.asked)
    }

    /// How often it died, of what is in hand: that consumer's.
    pub(crate) fn deaths(&self, number: u16) -> Deaths {
        let in_hand = self.consumers.get(usize::from(number)).and_then(|consumer| consumer.in_hand);
        in_hand.map_or(Deaths::default(), |(delivery, _)| delivery.deaths)
    }

    fn receive(&mut self, number: u16, delivery: Delivery, stage: &mut Stage<'_>) {
        let consumer = &mut self.consumers[usize::from(number)];
        if stage.faults().deaths > 0 {
            return stage.refuse(delivery.message);
        }
        if consumer.epoch != delivery.epoch || consumer.connection == Connection::Lost {
            return stage.too_late(delivery.message);
        }
        let expected = consumer.last_tag + 1;
        consumer.last_tag = delivery.tag;
        if delivery.tag != expected {
            // Something was lost before it, and in a stream nothing after a gap can be read.
            stage.too_late(delivery.message);
            return self.give_connection_up(number, stage);
        }
        if stage.is_out() {
            // It crossed the basic.cancel: it goes back where it came from, unless it counts as acknowledged already.
            stage.refuse(delivery.message);
            if self.ack == Acknowledgement::Manual {
                self.settle(number, &delivery, delivery.part, Settlement::NackAndRequeue, stage);
            }
            return;
        }
        if consumer.in_hand.is_some() {
            let stay = stage.begin(Slot(number), StayKind::Queued, delivery.part);
            consumer.waiting.push_back((delivery, stay));
            return;
        }
        self.begin(number, delivery, stage);
    }

    /// Begins work on the delivery; if it is recognised as done, says so and goes on to the next that waits.
    fn begin(&mut self, number: u16, delivery: Delivery, stage: &mut Stage<'_>) {
        let mut delivery = delivery;
        while self.knows(delivery.part, stage) {
            self.succeeded(number, &delivery, stage);
            match self.take_waiting(number, stage) {
                Some(next) => delivery = next,
                None => return,
            }
        }
        self.work(number, delivery, stage);
    }

    /// Whether they recognise it as done. Of what is lent they do not know the work, but how it ended.
    fn knows(&self, part: PartId, stage: &Stage<'_>) -> bool {
        match self.loans {
            Some(_) => self.effects == Effects::First && self.handled.get(&part).is_some(),
            None => self.effects.know(part, stage),
        }
    }

    fn take_waiting(&mut self, number: u16, stage: &mut Stage<'_>) -> Option<Delivery> {
        let (delivery, stay) = self.consumers[usize::from(number)].waiting.pop_front()?;
        stage.end(stay, Ending::Done);
        Some(delivery)
    }

    fn work(&mut self, number: u16, delivery: Delivery, stage: &mut Stage<'_>) {
        let consumer = &mut self.consumers[usize::from(number)];
        let loan = Loan { place: number, part: delivery.part, delivery: delivery.number };
        let ends = Timer::WorkDone { consumer: number };
        let in_hand = InHand::begin(loan, &mut self.loans, (consumer.factor, ends), stage);
        consumer.in_hand = Some((delivery, in_hand));
    }

    fn work_done(&mut self, number: u16, stage: &mut Stage<'_>) {
        let Some((Delivery { part, number: attempt, .. }, InHand::Work(work))) =
            &self.consumers[usize::from(number)].in_hand
        else {
            return;
        };
        let good = work.end(&[*part], self.effects, (self.words.failed, *attempt), stage);
        self.give_back(number, good, stage);
    }

    /// Acknowledges the delivery, now or together with the next ones.
    fn succeeded(&mut self, number: u16, delivery: &Delivery, stage: &mut Stage<'_>) {
        if self.ack == Acknowledgement::Automatic {
            return;
        }
        let consumer = &mut self.consumers[usize::from(number)];
        if self.ack_every == 1 {
            return self.settle(number, delivery, delivery.part, Settlement::Ack, stage);
        }
        if delivery.epoch == consumer.epoch {
            consumer.done.push(*delivery);
        }
        self.acknowledge_together(number, stage);
    }

    /// Acknowledges all that is done, if that is enough for one acknowledgement or nothing more is in hand.
    fn acknowledge_together(&mut self, number: u16, stage: &mut Stage<'_>) {
        let consumer = &mut self.consumers[usize::from(number)];
        let Some(&last) = consumer.done.last() else {
            return;
        };
        if consumer.done.len() < self.ack_every && !consumer.waiting.is_empty() {
            return;
        }
        let parts: Vec<PartId> = consumer.done.drain(..).map(|delivery| delivery.part).collect();
        match parts.as_slice() {
            [part] => self.settle(number, &last, *part, Settlement::Ack, stage),
            _ => {
                let part = stage.batch(parts);
                self.settle(number, &last, part, Settlement::AckUpTo, stage);
            }
        }
    }

    /// Says what became of a delivery, if the connection it came over is still there.
    fn settle(
        &mut self,
        number: u16,
        delivery: &Delivery,
        part: PartId,
        settlement: Settlement,
        stage: &mut Stage<'_>,
    ) {
        let consumer = &self.consumers[usize::from(number)];
        if consumer.epoch != delivery.epoch || consumer.connection == Connection::Lost {
            return;
        }
        let word = match (settlement, self.on_failure.0) {
            (Settlement::Ack | Settlement::AckUpTo, _) => self.words.ack,
            (Settlement::Discard, OnFailure::Reject) | (Settlement::RejectAndRequeue, _) => self.words.reject,
            (Settlement::Discard, OnFailure::Nack) | (Settlement::NackAndRequeue, _) => self.words.nack,
        };
        let Delivery { epoch, tag, .. } = *delivery;
        let parcel = self.to_broker(number, word, part).attempt(delivery.number).answering(delivery.message);
        stage.send(parcel, ToBroker::Settle { epoch, tag, channel: self.first_channel + number, settlement });
    }

    fn to_broker(&self, number: u16, word: Word, part: PartId) -> Parcel<ToBroker> {
        Parcel::new(self.consumers[usize::from(number)].home, word, part).from(Slot(number)).to(self.queue)
    }
}

impl Lender for Consumers {
    fn next_loan(&mut self) -> Option<Loan> {
        self.loans.as_mut()?.pop_front()
    }

    /// What this consumer had in hand has come to an end: it says what became of it, and goes on to the next that waits.
    fn give_back(&mut self, number: u16, good: bool, stage: &mut Stage<'_>) {
        let Some((delivery, _)) = self.consumers[usize::from(number)].in_hand.take() else {
            return;
        };
        if good {
            if self.loans.is_some() {
                self.handled.insert(delivery.part, ());
            }
            self.succeeded(number, &delivery, stage);
        } else if self.ack == Acknowledgement::Manual {
            self.settle(number, &delivery, delivery.part, self.on_failure.1, stage);
            self.acknowledge_together(number, stage);
        }
        if let Some(delivery) = self.take_waiting(number, stage) {
            self.begin(number, delivery, stage);
        }
    }
}
