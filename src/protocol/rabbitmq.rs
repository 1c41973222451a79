//! RabbitMQ (AMQP 0-9-1, version 4.3): a publisher with confirms, an exchange, queues, competing consumers with prefetch
//! and acknowledgements, and dead-letter queues.
//!
//! Sources: rabbitmq-website docs (exchanges, publishers, queues, consumers, confirms, consumer-prefetch, quorum-queues,
//! dlx, ttl, maxlength) and rabbitmq-server (`rabbit_fifo.erl`, `rabbit_quorum_queue.erl`). *Invariant:* what a confirm says is that the broker
//! is responsible now, and never that anyone has consumed the message.

mod broker;
pub(crate) mod consumers;
pub(crate) mod framing;
pub(crate) mod messages;
pub(crate) mod onward;
pub(crate) mod process;
pub(crate) mod publisher;
mod queue;
mod replies;
pub(crate) mod routing;
mod settings;
mod storage;
pub(crate) mod words;
mod x_death;

pub use broker::Broker;
pub use consumers::Consumers;
pub(crate) use settings::name_quorum_queues;
pub use settings::{
    Acknowledgement, Confirms, ConsumerSettings, DeadLetterSettings, ExchangeSettings, ExchangeType, OnFailure,
    Overflow, PublisherSettings, QueueSettings, QueueType, Settings,
};

use framing::Names;
use publisher::Publishing;
use routing::{Copies, Routing};
use words::Words;

use super::dead_letters::{DeadLetters, SetAside};
use super::framing::longest;
use super::jobs::{Hands, Jobs, Messages};
use super::lanes::{self, Berth};
use super::threads::Threads;
use super::{Ground, Party, leg};
use crate::engine::{Link, LinkId, Setup};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::{ActorId, ActorRow, Duty, Slot, Term};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: publisher confirms, default, direct, fanout, headers and topic exchanges with bindings, mandatory publishes and their returns, \
quorum queues and classic ones (the default; in scenarios of version 1, and in those that name no version, quorum is), prefetch per consumer, round-robin among consumers with room, \
manual and automatic acknowledgement, redelivery in order at the head, delivery limit, reject and nack, time-to-live of queues and messages, a length limit with both overflow rules, \
dead-lettering for all four reasons, the time until a message is safe, \
consumers and broker that can be out or die, publishing again when a confirm is overdue or the broker is gone. \
Left out: the handshakes of connections and channels (all are open when the run begins; a consumer that returns sends basic.consume), \
alternate exchanges and bindings between exchanges, priorities, flow control and alarms, replicas, delayed retries, the 30-minute acknowledgement timeout. \
A dead-letter queue is the end: nobody consumes from it, so dead letters do not go round. \
The consumers of a lane share its fate (with `lanes` set to `each`, every one has its own): a crash closes all their connections, and the broker learns of it one network latency later. \
A publish whose connection breaks before its confirm may be stored or not: its outcome is unknown until it is published again and confirmed. \
Heartbeats are left out: a silent party's connections break when its silence ends. \
A broker that is out closes its connections and keeps what it has; one that dies also loses what it had not made safe. \
A length limit is kept exactly, where a real quorum queue checks late. A dead letter does not travel, for all queues live in one broker. \
Of a job that has a part for each queue, a part whose queue is not bound for its message is asked of nobody, and counts as done. \
The publisher itself does not fail.";

/// Threads or a program that waits for nothing, and a client that publishes for them.
pub type Publisher = Jobs<publisher::Client>;

impl Settings {
    /// Where copies of one message go to several queues, a job has a part for each. Else any number will do: a job of
    /// several parts is as many messages.
    pub(super) fn parts(&self) -> Option<u32> {
        match self.routing()?.copies() {
            Copies::APartEach => Some(self.queues().count() as u32),
            Copies::Alike => None,
        }
    }

    fn routing(&self) -> Option<Routing> {
        Some(Routing::new(self.exchange.as_ref()?, self.queues()))
    }

    pub(super) fn set_up(&self, ground: &Ground) -> Setup<Party> {
        let mut setup = Setup::default();
        let words = Words::new(&mut setup, &self.label, &self.body);
        let names = Names::of(self.exchange.as_ref(), longest(self.queues().map(|queue| &queue.id)));
        words.size(&mut setup, names, ground.freight);
        let publisher = setup.lane(self.publisher_lane());
        let broker = setup.lane(self.broker_lane());
        setup.term(broker, Term::Settled, "acknowledged");
        let count = self.queues().count();
        // The lanes of each queue's consumers, in the order of the queues.
        let mut crews: Vec<Vec<(ActorId, Berth)>> = Vec::new();
        for (number, queue) in self.queues().enumerate() {
            let crew = self.consumers_of(number);
            let rows = crew.map_or_else(Vec::new, |crew| crew.crew().lanes());
            crews.push(rows.into_iter().map(|(row, berth)| (setup.lane(row), berth)).collect());
            if let Some(bounds) = crew.and_then(|crew| crew.bounds_in_words(queue.kind)) {
                crews[number].iter().for_each(|(lane, _)| setup.term(*lane, Term::Bound, &bounds));
            }
        }
        let asides = self.asides(&mut setup, broker);

        let out = setup.link(ground.link(publisher, broker, leg::OUT).keeping_order());
        let back = setup.link(ground.link(broker, publisher, leg::BACK).keeping_order());
        let routing = self.routing();
        let copies = routing.as_ref().map_or(Copies::Alike, Routing::copies);
        let (mut queues, mut consumers, mut channels) = (Vec::new(), Vec::new(), 0);
        for (number, queue) in self.queues().enumerate() {
            let crew = self.consumers_of(number);
            let slot = if count == 1 { Slot::WHOLE } else { Slot(number as u16) };
            let mut on = Vec::new();
            if let Some(crew) = crew {
                for (lane, berth) in &crews[number] {
                    let mut home = Vec::new();
                    for place in 0..berth.count {
                        let there = setup.link(ground.reliable_link(broker, *lane, leg::ON).keeping_order());
                        on.push((there, place));
                        home.push(setup.link(ground.reliable_link(*lane, broker, leg::RETURN).keeping_order()));
                    }
                    consumers.push(Consumers::new((crew, *berth), words, home, (slot, channels)));
                    channels += berth.count;
                }
            }
            let aside = asides[number].map_or(process::Aside::Nowhere, process::Aside::Lane);
            let links = process::Links { on, aside };
            let carries = (copies == Copies::APartEach).then_some(number as u16);
            queues.push(process::Process::new((queue, crew.as_slice()), (number as u16, slot), carries, words, links));
        }

        let hands = match self.confirms {
            Confirms::Wait => Hands::Threads(Threads::new(self.publisher.threads)),
            Confirms::Async | Confirms::Off => Hands::Free,
        };
        // Where each queue's copy is a part of its own, one message brings all of them.
        let messages = match copies {
            Copies::Alike => Messages::APart,
            Copies::APartEach => Messages::One,
        };
        let how = Publishing {
            route: None,
            confirms: self.confirms,
            timeout: self.confirm_timeout,
            retry: self.retry.clone(),
            asks: false,
        };
        setup.actor(Publisher::new(hands, messages, publisher::Client::new(how, words, (out, back))).into());
        setup.actor(Broker::new((routing, self.expirations.clone()), words, vec![back], queues).into());
        consumers.into_iter().for_each(|crew| setup.actor(crew.into()));
        while setup.lacks_actors() {
            setup.actor(DeadLetters.into());
        }
        setup
    }

    /// A lane for each dead-letter queue, and the way to it from each queue that has one.
    fn asides(&self, setup: &mut Setup<Party>, broker: ActorId) -> Vec<Option<LinkId<SetAside>>> {
        let mut lanes: Vec<(&str, ActorId)> = Vec::new();
        let asides = self.queues().map(|queue| {
            let dead = queue.dead_letter.as_ref()?;
            let lane = match lanes.iter().find(|(id, _)| *id == dead.id) {
                Some((_, lane)) => *lane,
                None => {
                    let lane = setup.lane(lanes::river((&dead.id, &dead.name), "dead-letter queue"));
                    lanes.push((&dead.id, lane));
                    lane
                }
            };
            // All queues live in one broker, so a dead letter does not travel.
            let link = Link::new(broker, lane, leg::RETURN, Distribution::fixed(Span::ZERO));
            Some(setup.link(link.keeping_order().inside()))
        });
        asides.collect()
    }

    fn publisher_lane(&self) -> ActorRow {
        let PublisherSettings { id, name, threads } = &self.publisher;
        lanes::of_slots(Duty::Caller, (id, name), *threads, "thread")
    }

    fn broker_lane(&self) -> ActorRow {
        let ((id, name), queues) = (self.broker(), 1 + self.other_queues.len() as u16);
        let subtitle = match &self.exchange {
            Some(exchange) => exchange.kind.word(),
            None => self.queue.kind.words(),
        };
        let river = lanes::river((id, name), subtitle);
        if queues == 1 {
            return river;
        }
        let slot_names = self.queues().map(|queue| queue.name.clone()).collect();
        ActorRow { slots: queues, slot_noun: "queue".into(), slot_names, ..river }
    }
}
