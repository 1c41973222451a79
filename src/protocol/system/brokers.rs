//! The brokers of a side: their queues, who consumes from them, and who publishes to them.
//!
//! *Invariant:* a queue hands out to each of its consumers over a channel of its own, whoever of the parties they are.

use std::collections::BTreeMap;

use super::Written;
use super::directory::{self, Directory};
use super::member::Outlet;
use super::party::{Party, Rabbitmq};
use super::steps::{Confirm, Publish};
use crate::engine::{Link, LinkId, Setup};
use crate::protocol::dead_letters::SetAside;
use crate::protocol::lanes::{self, Berth};
use crate::protocol::rabbitmq::messages::{ToBroker, ToPublisher};
use crate::protocol::rabbitmq::process::{Links, Process};
use crate::protocol::rabbitmq::publisher::{Client, Publishing};
use crate::protocol::rabbitmq::routing::Routing;
use crate::protocol::rabbitmq::words::Words;
use crate::protocol::rabbitmq::{Broker, Confirms, ConsumerSettings, Consumers, QueueSettings};
use crate::protocol::{self, Ground, leg};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::{ActorId, ActorRow, Slot, Term};

/// The lane of a broker.
pub(super) fn lane(party: &Party) -> ActorRow {
    let queues = queues(party);
    let subtitle = match &party.rabbitmq {
        Some(Rabbitmq { exchange: Some(exchange), .. }) => exchange.0.kind.word().to_owned(),
        _ => queues.first().map_or_else(String::new, |queue| queue.kind.words().to_owned()),
    };
    let river = lanes::river(party.names(), &subtitle);
    if queues.len() == 1 {
        return river;
    }
    let slot_names = queues.iter().map(|queue| queue.name.clone()).collect();
    ActorRow { slots: queues.len() as u16, slot_noun: "queue".into(), slot_names, ..river }
}

/// The queues of a broker: those that are written, or the one that has its own names.
fn queues(party: &Party) -> Vec<QueueSettings> {
    let (id, name) = party.names();
    match &party.rabbitmq {
        Some(rabbit) if rabbit.queues.is_empty() => {
            vec![QueueSettings { id: id.into(), name: name.into(), ..QueueSettings::default() }]
        }
        Some(rabbit) => rabbit.queues.clone(),
        None => Vec::new(),
    }
}

/// A broker that is being set up.
struct Rising {
    lane: ActorId,
    words: Words,
    routing: Option<Routing>,
    processes: Vec<Process>,
    /// The ways to those who publish.
    back: Vec<LinkId<ToPublisher>>,
}

pub(super) struct Brokers<'s> {
    settings: &'s Written,
    ground: &'s Ground,
    lanes: &'s [ActorId],
    rising: BTreeMap<usize, Rising>,
    consumers: BTreeMap<usize, Consumers>,
    /// From each party that publishes to each broker, there and back.
    ways: BTreeMap<(usize, usize), (LinkId<ToBroker>, LinkId<ToPublisher>)>,
}

impl<'s> Brokers<'s> {
    pub fn new(
        settings: &'s Written,
        directory: &Directory<'_>,
        ground: &'s Ground,
        lanes: &'s [ActorId],
        setup: &mut Setup<protocol::Party>,
    ) -> Self {
        let mut brokers = Brokers {
            settings,
            ground,
            lanes,
            rising: BTreeMap::new(),
            consumers: BTreeMap::new(),
            ways: BTreeMap::new(),
        };
        for (place, party) in settings.parties.iter().enumerate() {
            if let Some(rabbit) = &party.rabbitmq {
                brokers.raise(place, (party, rabbit), directory, setup);
            }
        }
        brokers
    }

    fn raise(
        &mut self,
        broker: usize,
        (party, rabbit): (&Party, &Rabbitmq),
        directory: &Directory<'_>,
        setup: &mut Setup<protocol::Party>,
    ) {
        let lane = self.lanes[broker];
        setup.term(lane, Term::Settled, "acknowledged");
        let words = Words::new(setup, &rabbit.label, &rabbit.body);
        let queues = queues(party);
        let routing = rabbit.exchange.as_ref().map(|exchange| Routing::new(&exchange.0, queues.iter()));
        let (mut processes, mut channels) = (Vec::new(), 0);
        let mut asides: Vec<(String, ActorId)> = Vec::new();
        for (number, queue) in queues.iter().enumerate() {
            let slot = if queues.len() == 1 { Slot::WHOLE } else { Slot(number as u16) };
            let outlet = directory::Outlet { broker, queue: Some(number) };
            let (mut crews, mut on): (Vec<&ConsumerSettings>, _) = (Vec::new(), Vec::new());
            for place in directory.consumers(outlet) {
                let Some(crew) = &self.settings.parties[place].consumer else { continue };
                let mut home = Vec::new();
                for consumer in 0..crew.0.count {
                    let there = self.link((broker, place)).keeping_order();
                    on.push((setup.link(there), consumer));
                    home.push(setup.link(self.link((place, broker)).keeping_order()));
                }
                if let Some(bounds) = crew.0.bounds_in_words(queue.kind) {
                    setup.term(self.lanes[place], Term::Bound, &bounds);
                }
                let berth = Berth { first: 0, count: crew.0.count };
                let consumers = Consumers::new((&crew.0, berth), words, home, (slot, channels)).lending();
                channels += crew.0.count;
                self.consumers.insert(place, consumers);
                crews.push(&crew.0);
            }
            let carries = directory.part_of_queue(outlet).map(|part| part as u16);
            let links = Links { on, aside: self.aside(lane, queue, &mut asides, setup) };
            processes.push(Process::new((queue, &crews), (number as u16, slot), carries, words, links));
        }
        self.rising.insert(broker, Rising { lane, words, routing, processes, back: Vec::new() });
    }

    /// The way to where dead letters lie, which has a lane of its own.
    fn aside(
        &self,
        broker: ActorId,
        queue: &QueueSettings,
        asides: &mut Vec<(String, ActorId)>,
        setup: &mut Setup<protocol::Party>,
    ) -> Option<LinkId<SetAside>> {
        let dead = queue.dead_letter.as_ref()?;
        let lane = match asides.iter().find(|(id, _)| *id == dead.id) {
            Some((_, lane)) => *lane,
            None => {
                let lane = setup.lane(lanes::river((&dead.id, &dead.name), "dead-letter queue"));
                asides.push((dead.id.clone(), lane));
                lane
            }
        };
        // All queues live in one broker, so a dead letter does not travel.
        let link = Link::new(broker, lane, leg::RETURN, Distribution::fixed(Span::ZERO));
        Some(setup.link(link.keeping_order().inside()))
    }

    fn link(&self, way: (usize, usize)) -> Link {
        self.settings.link(self.ground, self.lanes, way)
    }

    /// The port by which a party publishes so.
    pub fn outlet(
        &mut self,
        party: usize,
        (port, to): (u8, directory::Outlet),
        publish: &Publish,
        setup: &mut Setup<protocol::Party>,
    ) -> Outlet {
        let way = match self.ways.get(&(party, to.broker)) {
            Some(way) => *way,
            None => {
                let out = setup.link(self.link((party, to.broker)).keeping_order());
                let back = setup.link(self.link((to.broker, party)).keeping_order());
                self.ways.insert((party, to.broker), (out, back));
                self.rising.get_mut(&to.broker).into_iter().for_each(|rising| rising.back.push(back));
                (out, back)
            }
        };
        let confirms = match publish.confirm {
            Confirm::Wait => Confirms::Wait,
            Confirm::Async => Confirms::Async,
            Confirm::Off => Confirms::Off,
        };
        let queue = to.queue.map(|queue| queue as u16);
        let how = Publishing { queue, confirms, timeout: publish.timeout, retry: publish.retry.clone() };
        let rising = &self.rising[&to.broker];
        Outlet { broker: rising.lane, client: Client::new(how, rising.words, way).numbered(port) }
    }

    /// The consumers that a party is.
    pub fn take_consumers(&mut self, party: usize) -> Option<Consumers> {
        self.consumers.remove(&party)
    }

    /// All brokers, each for its lane.
    pub fn finish(self) -> impl Iterator<Item = (ActorId, protocol::Party)> {
        self.rising.into_values().map(|rising| {
            let Rising { lane, words, routing, processes, back } = rising;
            (lane, Broker::new((routing, Vec::new()), words, back, processes).into())
        })
    }
}
