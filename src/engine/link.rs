//! One way from one actor to another: how long it takes, what it loses, whether it keeps order.
//!
//! *Invariant:* latency and loss of a message that carries work are functions of (identity of the link, part, attempt).
//! Both sides of a comparison that use the same leg for the same purpose get the same values (`FLT-4`), and so do links
//! between lanes of the same ids, whatever else is in the set-up. Those of a poll or a heartbeat belong to its sender's
//! own count of such messages, so no party's pace moves what another draws.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use xxhash_rust::xxh3::xxh3_64;

use super::way::LinkFaults;
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

/// By what the messages of a link draw their random values, beside what each message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// Which way of the conversation it is; the same number on both sides means the same random values.
    Leg(u8),
    /// From whom to whom it leads, as a hash of their ids. Another lane in the set-up moves nothing.
    Names(u64),
}

/// Whether a link leads through the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It does, so it can be cut.
    Network,
    /// It stays in one place, and no fault of a network strikes it.
    Inside,
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
    /// By what its messages draw.
    pub identity: Identity,
    /// Whether it leads through the network.
    pub reach: Reach,
    /// Whether a message can overtake another.
    pub overtaking: Overtaking,
    pub(super) last_arrival: Moment,
    pub(super) faults: LinkFaults,
    /// The type of what it carries.
    pub(super) language: TypeId,
}

impl Link {
    /// A link that loses nothing, duplicates nothing and lets messages overtake one another. Its messages draw by `leg`.
    pub fn new(from: ActorId, to: ActorId, leg: u8, latency: Distribution) -> Self {
        Link::of(Identity::Leg(leg), from, to, latency)
    }

    /// The same, but its messages draw by the ids of the lanes it leads from and to, and not by a leg.
    pub fn between(from: (ActorId, &str), to: (ActorId, &str), latency: Distribution) -> Self {
        // No id has a space.
        let names = xxh3_64([from.1, to.1].join(" ").as_bytes());
        Link::of(Identity::Names(names), from.0, to.0, latency)
    }

    fn of(identity: Identity, from: ActorId, to: ActorId, latency: Distribution) -> Self {
        Link {
            from,
            to,
            latency,
            loss: 0.0,
            duplication: 0.0,
            identity,
            reach: Reach::Network,
            overtaking: Overtaking::Possible,
            last_arrival: Moment::START,
            faults: LinkFaults::default(),
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

    /// The link, within one place: no fault of the network strikes it.
    pub fn inside(mut self) -> Self {
        self.reach = Reach::Inside;
        self
    }

    /// Whether it leads through the network between these two, in one direction or the other.
    pub(super) fn is_between(&self, ends: [ActorId; 2]) -> bool {
        let own = [self.from, self.to];
        self.reach == Reach::Network && (own == ends || own == [ends[1], ends[0]])
    }

    /// Whether anything about a message on this link is left to chance.
    pub(super) fn is_random(&self) -> bool {
        self.latency.as_fixed().is_none() || self.loss > 0.0 || self.duplication > 0.0 || self.faults.loses_at_times
    }

    /// What a value for `purpose` belongs to.
    fn key(&self, purpose: Purpose, draw: Draw) -> Key {
        let is_stream = self.overtaking == Overtaking::Impossible;
        // What a party says twice of one attempt is lost together or not at all (`FLT-4`): a broker's return of a
        // message and the confirm after it go over one stream.
        let is_alike = purpose == Purpose::Loss || purpose == Purpose::LinkFault && is_stream;
        let leg = if let Identity::Leg(leg) = self.identity { leg } else { 0 };
        let key = match draw {
            Draw::Work { part, attempt, .. } if is_alike => Key::new(purpose, leg, part.index(), attempt),
            Draw::Work { part, attempt, ordinal } => Key::new(purpose, leg, part.index(), attempt).repeated(ordinal),
            Draw::Background { way, count } => Key::of_way(purpose, leg, way, count),
        };
        match self.identity {
            Identity::Leg(_) => key,
            Identity::Names(names) => key.among(names),
        }
    }

    /// When a message sent now would arrive, and whether it does.
    pub(super) fn carry(&mut self, now: Moment, streams: &Streams, draw: Draw) -> (Moment, bool) {
        // Most links take the same time always. What it would be drawn by is then not put together.
        let latency = match self.latency.as_fixed() {
            Some(latency) => latency,
            None => self.latency.draw_at(streams, self.key(Purpose::Latency, draw)),
        };
        let latency = latency + self.faults.delay();
        let is_lost = |purpose, chance| chance > 0.0 && streams.unit_at(self.key(purpose, draw)) < chance;
        let lost_by_fault = is_lost(Purpose::LinkFault, self.faults.chance());
        let lost = lost_by_fault || is_lost(Purpose::Loss, self.loss);
        self.faults.has_lost |= lost_by_fault;
        let mut arrival = now + latency;
        if self.overtaking == Overtaking::Impossible && !lost {
            arrival = arrival.max(self.last_arrival);
            self.last_arrival = arrival;
        }
        (arrival, !lost)
    }

    /// When a second copy of a message sent now would arrive, if there is one. It takes a way of its own.
    pub(super) fn carry_again(&mut self, now: Moment, streams: &Streams, draw: Draw) -> Option<Moment> {
        if self.duplication == 0.0 {
            return None;
        }
        let key = self.key(Purpose::Duplication, draw);
        let doubled = streams.unit_at(key) < self.duplication;
        doubled.then(|| {
            let arrival = now + self.latency.draw_at(streams, key) + self.faults.delay();
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
    /// It carries work: its part (of several, the first), its attempt, and how many messages of the same identity, part
    /// and attempt were sent before it. Another side that sends the same gets the same values.
    Work { part: PartId, attempt: u32, ordinal: u32 },
    /// It carries none: from which slot to which slot it goes, and how many went that way before it.
    Background { way: [u16; 4], count: u32 },
}

/// Counts the messages on links whose latency or loss is random, so that each message draws values of its own and no
/// two parties share a count.
#[derive(Default)]
pub(super) struct Draws {
    /// By a hash of what is counted alike, for maps of whole numbers have one code.
    counts: BTreeMap<u64, u32>,
}

impl Draws {
    /// What the next message over `link` draws by. `part` is the first that it carries.
    pub(super) fn next(&mut self, link: &Link, part: PartId, attempt: u32, slots: (Slot, Slot)) -> Draw {
        if !link.is_random() {
            // Nothing is drawn, so nothing need be counted.
            return Draw::Work { part, attempt, ordinal: 0 };
        }
        // The number of a lane changes with the lanes before it; its name does not.
        let [from, to] = match link.identity {
            Identity::Leg(_) => [link.from.0, link.to.0],
            Identity::Names(_) => [0, 0],
        };
        let way = [from, slots.0.0, to, slots.1.0];
        let before = self.count(link.identity, part, attempt, way);
        match part {
            PartId::NONE => Draw::Background { way, count: before },
            _ => Draw::Work { part, attempt, ordinal: before },
        }
    }

    /// How many messages were counted before this one that are counted as it is.
    fn count(&mut self, identity: Identity, part: PartId, attempt: u32, way: [u16; 4]) -> u32 {
        let identity = match identity {
            Identity::Leg(leg) => u64::from(leg),
            Identity::Names(names) => names,
        };
        let way = way.iter().fold(0, |bits, number| bits << 16 | u64::from(*number));
        let what = match part {
            // An attempt has no such number.
            PartId::NONE => [identity, way, u64::MAX],
            part => [identity, part.index().into(), attempt.into()],
        };
        let mut bytes = [0; 24];
        for (place, number) in bytes.chunks_exact_mut(8).zip(what) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        let key = xxh3_64(&bytes);
        let before = self.counts.get(&key).copied().unwrap_or_default();
        self.counts.insert(key, before + 1);
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    fn spread() -> Distribution {
        Distribution::exponential(Span::millis(50))
    }

    /// The links of a chain of lanes, the first of which has this number, and back.
    fn chain(first: u16, ids: &[&str]) -> Vec<Link> {
        let lanes: Vec<(ActorId, &str)> = (first..).map(ActorId).zip(ids.iter().copied()).collect();
        let pairs = lanes.windows(2).flat_map(|pair| [(pair[0], pair[1]), (pair[1], pair[0])]);
        pairs.map(|(from, to)| Link::between(from, to, spread())).collect()
    }

    /// How long each of these takes that is sent over the links in turn: the link's place, and what it carries.
    fn taken(links: &mut [Link], sent: &[(usize, PartId)]) -> Vec<Moment> {
        let (streams, mut draws) = (Streams::new(5), Draws::default());
        let took = sent.iter().map(|(place, part)| {
            let link = &mut links[*place];
            let draw = draws.next(link, *part, 1, (Slot(0), Slot(3)));
            link.carry(Moment::START, &streams, draw).0
        });
        took.collect()
    }

    const PART: PartId = PartId::from_index(7);

    #[test]
    fn links_between_the_same_ids_draw_alike_whatever_else_is_in_the_set_up() {
        let mut alone = chain(0, &["shop", "mail"]);
        let mut behind = chain(4, &["proxy", "shop", "mail", "bank"]);
        for part in [PART, PartId::NONE] {
            let shop_to_mail = taken(&mut alone, &[(0, part), (0, part)]);
            assert_eq!(shop_to_mail, taken(&mut behind, &[(2, part), (2, part)]));
            // What is sent over other links meanwhile moves nothing.
            let among_others = taken(&mut behind, &[(0, part), (2, part), (3, part), (4, part), (2, part)]);
            assert_eq!(shop_to_mail, [among_others[1], among_others[4]]);
        }
    }

    #[test]
    fn each_link_each_way_and_each_message_has_values_of_its_own() {
        let mut links = chain(0, &["shop", "mail", "bank"]);
        links.push(Link::between((ActorId(0), "sho"), (ActorId(1), "pmail"), spread()));
        // By a leg, whatever its number, as if there were no names.
        links.extend([0, 1].map(|leg| Link::new(ActorId(0), ActorId(1), leg, spread())));
        for part in [PART, PartId::NONE] {
            let sent: Vec<_> = (0..links.len()).flat_map(|place| [(place, part); 3]).collect();
            let mut all = taken(&mut links, &sent);
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), sent.len());
        }
    }

    /// Two links with one leg share their count; two with names of their own do not.
    #[test]
    fn an_ordinal_is_a_links_own_where_it_has_names() {
        let mut links = chain(0, &["shop", "mail", "bank"]);
        let first = |links: &mut [Link], before: &[(usize, PartId)]| {
            let sent: Vec<_> = before.iter().copied().chain([(0, PART)]).collect();
            taken(links, &sent).pop()
        };
        assert_eq!(first(&mut links, &[]), first(&mut links, &[(2, PART), (1, PART)]));
        let mut legs = [0, 0].map(|leg| Link::new(ActorId(0), ActorId(1), leg, spread()));
        assert_ne!(first(&mut legs, &[]), first(&mut legs, &[(1, PART)]));
    }
}
