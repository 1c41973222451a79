//! RabbitMQ on a side: its queues, who consumes from each, and who publishes to it.
//!
//! *Invariant:* a queue hands out to each of its consumers over a channel of its own, whoever of the parties they are.

use std::collections::BTreeMap;

use super::Site;
use crate::engine::{LinkId, Setup};
use crate::protocol::framing::{length, longest};
use crate::protocol::lanes::{self, Berth};
use crate::protocol::rabbitmq::framing::Names;
use crate::protocol::rabbitmq::messages::{ToBroker, ToPublisher};
use crate::protocol::rabbitmq::onward::{Onward, Said};
use crate::protocol::rabbitmq::process::{Aside, Links, Process};
use crate::protocol::rabbitmq::publisher::{Client, Publishing};
use crate::protocol::rabbitmq::routing::{Route, Routing};
use crate::protocol::rabbitmq::words::Words;
use crate::protocol::rabbitmq::{Broker, Confirms, ConsumerSettings, Consumers, QueueSettings};
use crate::protocol::system::compile::Posting;
use crate::protocol::system::directory::Outlet;
use crate::protocol::system::party::{Party, Rabbitmq};
use crate::protocol::system::steps::Confirm;
use crate::protocol::{self};
use crate::trace::{ActorRow, LabelId, Slot, Term};

/// Its lane.
pub(super) fn lane(party: &Party, rabbit: &Rabbitmq) -> ActorRow {
    let queues = queues(party, rabbit);
    let subtitle = match &rabbit.exchange {
        Some(exchange) => exchange.0.kind.word().to_owned(),
        None => queues.first().map_or_else(String::new, |queue| queue.kind.words().to_owned()),
    };
    let river = lanes::river(party.names(), &subtitle);
    if queues.len() == 1 {
        return river;
    }
    let slot_names = queues.iter().map(|queue| queue.name.clone()).collect();
    ActorRow { slots: queues.len() as u16, slot_noun: "queue".into(), slot_names, ..river }
}

/// Its queues: those that are written, or the one that has its own names.
fn queues(party: &Party, rabbit: &Rabbitmq) -> Vec<QueueSettings> {
    let (id, name) = party.names();
    match &rabbit.queues[..] {
        [] => vec![QueueSettings { id: id.into(), name: name.into(), ..QueueSettings::default() }],
        queues => queues.into(),
    }
}

/// What a queue is for, as far as that shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Somebody takes from it.
    Work,
    /// Nobody does, but what lies there expires.
    Waiting,
    /// Nobody does, and nothing expires.
    Parking,
}

impl Kind {
    fn of(outlet: Outlet, queue: &QueueSettings, site: &Site<'_>) -> Self {
        match (site.directory.consumers(outlet).next(), queue.message_ttl) {
            (Some(_), _) => Kind::Work,
            (None, Some(_)) => Kind::Waiting,
            (None, None) => Kind::Parking,
        }
    }

    /// What is said of what dies in this one and goes to that one.
    fn said(self, to: Kind) -> Said {
        match (self, to) {
            (_, Kind::Parking) | (Kind::Waiting, _) => Said::Nothing,
            (Kind::Work | Kind::Parking, Kind::Work | Kind::Waiting) => Said::Returned,
        }
    }
}

/// It, until all who publish to it are known.
pub(super) struct Rising {
    words: Words,
    names: Names,
    routing: Option<Routing>,
    processes: Vec<Process>,
    /// From each party that publishes, there and back.
    ways: BTreeMap<usize, (LinkId<ToBroker>, LinkId<ToPublisher>)>,
}

impl Rising {
    /// Gives each party that consumes from it to `crew`.
    pub fn new(
        broker: usize,
        rabbit: &Rabbitmq,
        site: &mut Site<'_>,
        setup: &mut Setup<protocol::Party>,
        crew: &mut dyn FnMut(usize, Consumers),
    ) -> Self {
        setup.term(site.lanes[broker], Term::Settled, "acknowledged");
        let mut words = Words::new(setup, &rabbit.label, &rabbit.body);
        let queues = queues(&site.settings.parties[broker], rabbit);
        let queue = longest(queues.iter().map(|queue| &queue.id));
        let mut names = Names::of(rabbit.exchange.as_ref().map(|exchange| &exchange.0), queue);
        // Whoever publishes may name a queue as well.
        names.key = names.key.max(queue);
        words.size(setup, names, site.ground.freight);
        let whole: Vec<Outlet> = (0..queues.len()).map(|queue| Outlet { broker, queue: Some(queue) }).collect();
        let kinds: Vec<Kind> =
            whole.iter().zip(&queues).map(|(outlet, queue)| Kind::of(*outlet, queue, site)).collect();
        if whole.iter().any(|outlet| site.directory.dead_letters_of(*outlet).is_some()) {
            words.cycle = setup.label("dropped: dead-letter cycle");
        }
        if kinds.contains(&Kind::Parking) {
            words.parked = setup.label("set aside");
        }
        let routing = rabbit.exchange.as_ref().map(|exchange| Routing::new(&exchange.0, queues.iter()));
        let (mut processes, mut channels) = (Vec::new(), 0);
        for (number, queue) in queues.iter().enumerate() {
            let slot = if queues.len() == 1 { Slot::WHOLE } else { Slot(number as u16) };
            let outlet = Outlet { broker, queue: Some(number) };
            let (mut crews, mut on): (Vec<&ConsumerSettings>, _) = (Vec::new(), Vec::new());
            for (place, party) in site.consumers(outlet) {
                let Some(consumer) = &party.consumer else { continue };
                let own = &consumer.within.0;
                let mut home = Vec::new();
                for consumer in 0..own.count {
                    let there = site.link((broker, place)).keeping_order();
                    on.push((setup.link(there), consumer));
                    home.push(setup.link(site.link((place, broker)).keeping_order()));
                }
                if let Some(bounds) = own.bounds_in_words(queue.kind) {
                    setup.term(site.lanes[place], Term::Bound, &bounds);
                }
                let berth = Berth { first: 0, count: own.count };
                crew(place, Consumers::new((own, berth), words, home, (slot, channels)).lending());
                channels += own.count;
                crews.push(own);
            }
            let carries = site.directory.part_of_queue(outlet).map(|part| part as u16);
            // All queues live in one broker, so a dead letter does not travel.
            let aside = match site.directory.dead_letters_of(outlet).and_then(|to| to.queue) {
                Some(to) => Aside::Queue(Onward::new(to as u16, kinds[number].said(kinds[to]))),
                None => {
                    let dead = queue.dead_letter.as_ref();
                    let dead = dead.map(|dead| lanes::river((&dead.id, &dead.name), "dead-letter queue"));
                    site.aside(broker, dead, setup).map_or(Aside::Nowhere, Aside::Lane)
                }
            };
            let process = Process::new((queue, &crews), (number as u16, slot), carries, words, Links { on, aside });
            processes.push(match kinds[number] {
                Kind::Parking => process.parking(),
                Kind::Work | Kind::Waiting => process,
            });
        }
        Rising { words, names, routing, processes, ways: BTreeMap::new() }
    }

    /// The port by which a party publishes so.
    pub fn outlet(
        &mut self,
        (party, port): (usize, u8),
        to: Outlet,
        posting: &Posting,
        site: &Site<'_>,
        setup: &mut Setup<protocol::Party>,
    ) -> Client {
        let way = *self.ways.entry(party).or_insert_with(|| {
            let out = setup.link(site.link((party, to.broker)).keeping_order());
            (out, setup.link(site.link((to.broker, party)).keeping_order()))
        });
        let confirms = match posting.confirm {
            Confirm::Wait => Confirms::Wait,
            Confirm::Async => Confirms::Async,
            Confirm::Off => Confirms::Off,
        };
        let route = match (to.queue, &posting.key, &self.routing) {
            (Some(queue), ..) => Some(Route::to(queue as u16)),
            (None, Some(key), Some(routing)) => Some(routing.route_of(key)),
            (None, None, _) | (None, Some(_), None) => None,
        };
        let asks = posting.asks.is_some();
        let how = Publishing { route, confirms, asks, timeout: posting.timeout, retry: posting.retry.clone() };
        let mut words = self.words;
        let key = posting.key.as_ref().map_or(0, |key| length(key)).max(self.names.key);
        let names = Names { key, ..self.names };
        if key > self.names.key {
            words.size(setup, names, site.ground.freight);
        }
        if confirms != Confirms::Async {
            words.gave_up = LabelId::EMPTY;
        }
        if let Some(request) = &posting.asks {
            words.publish.1 = setup.label(request);
            words.overdue = setup.label("reply overdue");
            words.publishes_again = setup.label("asks again");
            words.size_asking(setup, names, site.ground.freight);
        }
        Client::new(how, words, way).numbered(port)
    }

    pub fn finish(self) -> Broker {
        let back = self.ways.into_values().map(|(_, back)| back).collect();
        Broker::new((self.routing, Vec::new()), self.words, back, self.processes)
    }
}
