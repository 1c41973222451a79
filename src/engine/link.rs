//! One way from one actor to another: how long it takes, what it loses, whether it keeps order.
//!
//! *Invariant:* latency and loss of a message that carries work are functions of (leg, part, attempt), so both sides of
//! a comparison that use the same leg for the same purpose get the same values (`FLT-4`). Those of a poll or a heartbeat
//! belong to its sender's own count of such messages, so no party's pace moves what another draws.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use crate::rng::{Distribution, Key, Purpose, Streams};
use crate::time::Moment;
use crate::trace::{ActorId, PartId, Slot};

/// A link's number on its side. It carries messages of type `B`, which the actor at its end understands.
pub struct LinkId<B>(pub(super) u16, PhantomData<fn(B)>);

impl<B> LinkId<B> {
    pub(super) fn new(place: u16) -> Self {
        LinkId(place, PhantomData)
    }
}

// Not derived: a link's number can be copied whatever travels over it.
impl<B> Clone for LinkId<B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for LinkId<B> {}

impl<B> PartialEq for LinkId<B> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<B> std::fmt::Debug for LinkId<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LinkId({})", self.0)
    }
}

/// Whether a message can overtake another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overtaking {
    /// Each message takes its own time: separate connections.
    Possible,
    /// One stream: a message arrives no earlier than the one sent before it.
    Impossible,
}

/// A way from one actor to another.
#[derive(Clone, Debug)]
pub struct Link {
    /// Who sends over it.
    pub from: ActorId,
    /// Who receives.
    pub to: ActorId,
    /// How long a message takes.
    pub latency: Distribution,
    /// The chance that a message is lost, from 0 to 1.
    pub loss: f64,
    /// The chance that a message that arrives does so twice, from 0 to 1 (`FLT-5`).
    pub duplication: f64,
    /// Which way of the conversation this is; the same number on both sides means the same random values.
    pub leg: u8,
    /// Whether a message can overtake another.
    pub overtaking: Overtaking,
    pub(super) last_arrival: Moment,
    /// The type of what it carries.
    pub(super) language: TypeId,
}

impl Link {
    /// A link that loses nothing, duplicates nothing and lets messages overtake one another.
    pub fn new(from: ActorId, to: ActorId, leg: u8, latency: Distribution) -> Self {
        Link {
            from,
            to,
            latency,
            loss: 0.0,
            duplication: 0.0,
            leg,
            overtaking: Overtaking::Possible,
            last_arrival: Moment::START,
            language: TypeId::of::<()>(),
        }
    }

    /// The link, with this chance that a message is lost.
    pub fn losing(mut self, chance: f64) -> Self {
        self.loss = chance;
        self
    }

    /// The link, with this chance that a message arrives twice.
    pub fn duplicating(mut self, chance: f64) -> Self {
        self.duplication = chance;
        self
    }

    /// The link, as one stream on which nothing overtakes.
    pub fn keeping_order(mut self) -> Self {
        self.overtaking = Overtaking::Impossible;
        self
    }

    /// Whether anything about a message on this link is left to chance.
    pub(super) fn is_random(&self) -> bool {
        self.latency.as_fixed().is_none() || self.loss > 0.0 || self.duplication > 0.0
    }

    /// When a message sent now would arrive, and whether it does.
    pub(super) fn carry(&mut self, now: Moment, streams: &Streams, draw: Draw) -> (Moment, bool) {
        let latency = self.latency.draw_at(streams, draw.key(Purpose::Latency, self.leg));
        let lost = self.loss > 0.0 && streams.unit_at(draw.key(Purpose::Loss, self.leg)) < self.loss;
        let mut arrival = now + latency;
        if self.overtaking == Overtaking::Impossible && !lost {
            arrival = arrival.max(self.last_arrival);
            self.last_arrival = arrival;
        }
        (arrival, !lost)
    }

    /// When a second copy of a message sent now would arrive, if there is one. It takes a way of its own.
    pub(super) fn carry_again(&mut self, now: Moment, streams: &Streams, draw: Draw) -> Option<Moment> {
        let key = draw.key(Purpose::Duplication, self.leg);
        let doubled = self.duplication > 0.0 && streams.unit_at(key) < self.duplication;
        doubled.then(|| {
            let arrival = now + self.latency.draw_at(streams, key);
            match self.overtaking {
                Overtaking::Possible => arrival,
                Overtaking::Impossible => {
                    self.last_arrival = self.last_arrival.max(arrival);
                    self.last_arrival
                }
            }
        })
    }
}

/// Which of a link's random values are a message's own.
#[derive(Clone, Copy)]
pub(super) enum Draw {
    /// It carries work: its part (of several, the first), its attempt, and how many messages with the same leg, part
    /// and attempt were sent before it. Another side that sends the same gets the same values.
    Work { part: PartId, attempt: u32, ordinal: u32 },
    /// It carries none: from which slot to which slot it goes, and how many went that way before it.
    Background { way: [u16; 4], count: u32 },
}

impl Draw {
    fn key(self, purpose: Purpose, leg: u8) -> Key {
        match self {
            // What a party says twice of one attempt is lost together or not at all (`FLT-4`): a broker's return of a
            // message and the confirm after it go over one stream.
            Draw::Work { part, attempt, .. } if purpose == Purpose::Loss => {
                Key::new(purpose, leg, part.index(), attempt)
            }
            Draw::Work { part, attempt, ordinal } => Key::new(purpose, leg, part.index(), attempt).repeated(ordinal),
            Draw::Background { way, count } => Key::of_way(purpose, leg, way, count),
        }
    }
}

/// Counts the messages on links whose latency or loss is random, so that each message draws values of its own and no
/// two parties share a count.
#[derive(Default)]
pub(super) struct Draws {
    work: BTreeMap<(u8, PartId, u32), u32>,
    background: BTreeMap<(u8, [u16; 4]), u32>,
}

impl Draws {
    /// What the next message over `link` draws by. `part` is the first that it carries.
    pub(super) fn next(&mut self, link: &Link, part: PartId, attempt: u32, slots: (Slot, Slot)) -> Draw {
        let way = [link.from.0, slots.0.0, link.to.0, slots.1.0];
        let counter = match part {
            // Where nothing is random, nothing need be counted.
            _ if !link.is_random() => &mut 0,
            PartId::NONE => self.background.entry((link.leg, way)).or_default(),
            _ => self.work.entry((link.leg, part, attempt)).or_default(),
        };
        let before = *counter;
        *counter += 1;
        match part {
            PartId::NONE => Draw::Background { way, count: before },
            _ => Draw::Work { part, attempt, ordinal: before },
        }
    }
}
