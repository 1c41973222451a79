//! The brokers of a side: whose they are, who takes from them, and who hands messages to them.
//!
//! *Invariant:* what belongs to one vendor stands in its file; here they differ by their names alone.

mod job_store;
mod kafka;
mod rabbitmq;
mod sqs;

use std::collections::BTreeMap;

use super::Written;
use super::compile::Posting;
use super::directory::{self, Directory};
use super::member::{Client, Lending, Outlet};
use super::party::Party;
use crate::engine::{Link, LinkId, Setup};
use crate::protocol::dead_letters::SetAside;
use crate::protocol::kafka::TopicSettings;
use crate::protocol::sqs::QueueSettings;
use crate::protocol::{self, Ground, lanes, leg};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::{ActorId, ActorRow};

/// The lane of a broker.
pub(super) fn lane(party: &Party) -> ActorRow {
    let (id, name) = party.names();
    let names = || (id.to_owned(), name.to_owned());
    match (&party.rabbitmq, &party.sqs, &party.kafka) {
        (Some(rabbit), ..) => rabbitmq::lane(party, rabbit),
        (_, Some(written), _) => {
            let (id, name) = names();
            QueueSettings { id, name, ..written.within.0.clone() }.lane()
        }
        (.., Some(written)) => {
            let (id, name) = names();
            TopicSettings { id, name, ..written.within.0.clone() }.lane()
        }
        (None, None, None) => match job_store::Redis::of(party) {
            Some(redis) => redis.lane((id, name)),
            None => lanes::river((id, name), ""),
        },
    }
}

/// Where brokers are raised.
struct Site<'s> {
    settings: &'s Written,
    directory: &'s Directory<'s>,
    ground: &'s Ground,
    lanes: &'s [ActorId],
    /// The lanes where dead letters lie, by their ids.
    asides: Vec<(String, ActorId)>,
}

impl<'s> Site<'s> {
    fn link(&self, way: (usize, usize)) -> Link {
        self.settings.link(self.ground, self.lanes, way)
    }

    /// Who takes from there.
    fn consumers(&self, outlet: directory::Outlet) -> Vec<(usize, &'s Party)> {
        let parties = &self.settings.parties;
        self.directory.consumers(outlet).map(|place| (place, &parties[place])).collect()
    }

    /// The way from a party to where its dead letters lie, which has a lane of its own.
    fn aside(
        &mut self,
        party: usize,
        dead: Option<ActorRow>,
        setup: &mut Setup<protocol::Party>,
    ) -> Option<LinkId<SetAside>> {
        let dead = dead?;
        let lane = match self.asides.iter().find(|(id, _)| *id == dead.id) {
            Some((_, lane)) => *lane,
            None => {
                let id = dead.id.clone();
                let lane = setup.lane(dead);
                self.asides.push((id, lane));
                lane
            }
        };
        let link = Link::new(self.lanes[party], lane, leg::RETURN, Distribution::fixed(Span::ZERO));
        Some(setup.link(link.keeping_order().inside()))
    }
}

/// A broker that is being set up.
#[allow(clippy::large_enum_variant, reason = "a side has a few, and each for no longer than it is set up")]
enum Rising<'s> {
    Rabbitmq(rabbitmq::Rising),
    Sqs(sqs::Rising),
    Kafka(kafka::Rising<'s>),
    JobStore(job_store::Rising),
}

pub(super) struct Brokers<'s> {
    site: Site<'s>,
    rising: BTreeMap<usize, Rising<'s>>,
    lending: BTreeMap<usize, Lending>,
}

impl<'s> Brokers<'s> {
    pub fn new(
        settings: &'s Written,
        directory: &'s Directory<'s>,
        ground: &'s Ground,
        lanes: &'s [ActorId],
        setup: &mut Setup<protocol::Party>,
    ) -> Self {
        let mut site = Site { settings, directory, ground, lanes, asides: Vec::new() };
        let (mut rising, mut lending) = (BTreeMap::new(), BTreeMap::new());
        for (place, party) in settings.parties.iter().enumerate() {
            let site = &mut site;
            let broker = match (&party.rabbitmq, &party.sqs, &party.kafka) {
                (Some(rabbit), ..) => {
                    Rising::Rabbitmq(rabbitmq::Rising::new(place, rabbit, site, setup, &mut |at, crew| {
                        lending.insert(at, Lending::Rabbitmq(crew));
                    }))
                }
                (_, Some(queue), _) => Rising::Sqs(sqs::Rising::new(place, queue, site, setup, &mut |at, crew| {
                    lending.insert(at, Lending::Sqs(crew));
                })),
                (.., Some(topic)) => Rising::Kafka(kafka::Rising::new(place, topic, site, setup, &mut |at, crew| {
                    lending.insert(at, Lending::Kafka(crew));
                })),
                (None, None, None) => match job_store::Redis::of(party) {
                    Some(redis) => {
                        Rising::JobStore(job_store::Rising::new(place, redis, site, setup, &mut |at, crew| {
                            lending.insert(at, Lending::JobStore(crew));
                        }))
                    }
                    None => continue,
                },
            };
            rising.insert(place, broker);
        }
        Brokers { site, rising, lending }
    }

    /// The port by which a party, which has it under that number, publishes so.
    pub fn outlet(
        &mut self,
        from: (usize, u8),
        to: directory::Outlet,
        posting: &Posting,
        setup: &mut Setup<protocol::Party>,
    ) -> Outlet {
        let site = &self.site;
        let client = match self.rising.get_mut(&to.broker).expect("what a step names is there") {
            Rising::Rabbitmq(broker) => Client::Rabbitmq(broker.outlet(from, to, posting, site, setup)),
            Rising::Sqs(queue) => Client::Sqs(queue.outlet(from, to, posting, site, setup)),
            Rising::Kafka(topic) => Client::Kafka(topic.outlet(from, to, site, setup)),
            Rising::JobStore(store) => Client::JobStore(store.outlet(from, to, posting, site, setup)),
        };
        Outlet { broker: site.lanes[to.broker], client }
    }

    /// The consumers that a party is.
    pub fn take_lending(&mut self, party: usize) -> Option<Lending> {
        self.lending.remove(&party)
    }

    /// All brokers, each for its lane.
    pub fn finish(self) -> impl Iterator<Item = (ActorId, protocol::Party)> {
        let lanes = self.site.lanes;
        self.rising.into_iter().map(|(place, broker)| {
            let party = match broker {
                Rising::Rabbitmq(broker) => broker.finish().into(),
                Rising::Sqs(broker) => broker.queue.into(),
                Rising::Kafka(broker) => broker.topic.into(),
                Rising::JobStore(broker) => broker.store.into(),
            };
            (lanes[place], party)
        })
    }
}
