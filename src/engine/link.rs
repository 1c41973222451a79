//! One way from one actor to another: how long it takes, what it loses, whether it keeps order.
//!
//! *Invariant:* latency and loss of a message are functions of (part, leg, attempt), so both sides of a comparison
//! that use the same leg for the same purpose get the same values (`FLT-4`).

use crate::rng::{Distribution, Purpose, Streams};
use crate::time::Moment;
use crate::trace::{ActorId, PartId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkId(pub u16);

/// Whether a message can overtake another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Each message takes its own time: separate connections.
    Free,
    /// One stream: a message arrives no earlier than the one sent before it.
    Kept,
}

#[derive(Clone, Debug)]
pub struct Link {
    pub from: ActorId,
    pub to: ActorId,
    pub latency: Distribution,
    /// The chance that a message is lost, from 0 to 1.
    pub loss: f64,
    /// The chance that a message that arrives does so twice, from 0 to 1 (`FLT-5`).
    pub duplication: f64,
    /// Which way of the conversation this is; the same number on both sides means the same random values.
    pub leg: u8,
    pub order: Order,
    pub(super) last_arrival: Moment,
}

impl Link {
    pub fn new(from: ActorId, to: ActorId, leg: u8, latency: Distribution) -> Self {
        Link { from, to, latency, loss: 0.0, duplication: 0.0, leg, order: Order::Free, last_arrival: Moment::START }
    }

    pub fn losing(mut self, chance: f64) -> Self {
        self.loss = chance;
        self
    }

    pub fn duplicating(mut self, chance: f64) -> Self {
        self.duplication = chance;
        self
    }

    pub fn keeping_order(mut self) -> Self {
        self.order = Order::Kept;
        self
    }

    /// When a message sent now would arrive, and whether it does.
    pub(super) fn carry(&mut self, now: Moment, streams: &Streams, part: PartId, attempt: u16) -> (Moment, bool) {
        let turn = u32::from(attempt);
        let latency = self.latency.draw(streams, Purpose::Latency, self.leg, part.index(), turn);
        let lost = self.loss > 0.0 && streams.unit(Purpose::Loss, self.leg, part.index(), turn) < self.loss;
        let mut arrival = now + latency;
        if self.order == Order::Kept && !lost {
            arrival = arrival.max(self.last_arrival);
            self.last_arrival = arrival;
        }
        (arrival, !lost)
    }

    /// When a second copy of a message sent now would arrive, if there is one. It takes a way of its own.
    pub(super) fn carry_again(&mut self, now: Moment, streams: &Streams, part: PartId, attempt: u16) -> Option<Moment> {
        let turn = u32::from(attempt);
        let doubled = self.duplication > 0.0
            && streams.unit(Purpose::Duplication, self.leg, part.index(), turn) < self.duplication;
        doubled.then(|| {
            let latency = self.latency.draw(streams, Purpose::Duplication, self.leg, part.index(), turn);
            let arrival = now + latency;
            match self.order {
                Order::Free => arrival,
                Order::Kept => {
                    self.last_arrival = self.last_arrival.max(arrival);
                    self.last_arrival
                }
            }
        })
    }
}
