//! Amazon SQS: a sender, a standard or FIFO queue with a visibility timeout, consumers that poll, and a dead-letter
//! queue.
//!
//! Every action of the API is an HTTP request with its response, so the sender's thread is blocked for one round trip
//! and the consumer's for as long as its long poll lasts; nobody is ever pushed anything. Sources: Amazon SQS API
//! reference (SendMessage, ReceiveMessage, DeleteMessage, ChangeMessageVisibility, CreateQueue) and developer guide.
//! *Invariant:* the queue knows nothing of who works on what. A message that is not deleted comes back when its clock
//! has run out, whatever became of its receiver.

mod consumers;
mod framing;
pub(crate) mod messages;
pub(crate) mod queue;
pub(crate) mod sender;
pub(crate) mod settings;
mod shelf;
pub(crate) mod words;

pub use consumers::Consumers;
pub use queue::Queue;
pub use settings::{
    ConsumerSettings, Delete, Extension, ListenerMode, QueueSettings, QueueType, RedrivePolicy, SenderSettings,
    Settings,
};

use super::dead_letters::DeadLetters;
use super::framing::{length, longest};
use super::jobs::{Hands, Jobs, Messages};
use super::keys::Keys;
use super::lanes::{self, Berth};
use super::threads::Threads;
use super::{Ground, Party, leg};
use crate::engine::{Link, Setup};
use crate::rng::Distribution;
use crate::time::{Span, readable};
use crate::trace::{ActorId, ActorRow, Drawing, Duty, Slot, Term};
pub(crate) use framing::Names;
use words::Words;

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: SendMessage, ReceiveMessage, DeleteMessage and ChangeMessageVisibility as calls, standard and FIFO queues, \
message groups, deduplication within five minutes, visibility timeout, short and long polling, receive count and redrive to a dead-letter queue, \
delay, retention, receipt handles, SDK retries and time-outs, consumers that can be out or die, a queue that can be out. \
Left out: batches of sends and deletes, permissions, message attributes and the limit of a message's size, delays of single messages, the 300 calls a second that a FIFO queue takes and its high-throughput mode, fair queues, \
what becomes of messages in the dead-letter queue. \
A short poll asks every server here, so it misses nothing; the rare second delivery of a deleted message is left out as well. \
A standard queue promises no order; here it hands out first what became visible first. \
A FIFO group hands out its messages up to the first that is in flight. \
A handle that is not the latest is told 200 by a standard queue and deletes nothing; twelve hours after its receive, or in a FIFO queue after its time-out, it is refused. \
The move to the dead-letter queue happens at the receive that would be one too many. \
The queue is kept in several places, so a crash of it breaks the open calls and loses nothing. \
The consumers of a lane share its fate (with `lanes` set to `each`, every one has its own), and the queue learns of a broken connection one network latency later.";

/// Threads that block for a SendMessage each, and a client that they share.
pub type Sender = Jobs<sender::Client>;

impl Settings {
    pub(super) fn set_up(&self, ground: &Ground) -> Setup<Party> {
        let mut setup = Setup::default();
        let words = Words::new(&mut setup, &self.label, &self.body);
        let names = self.queue.names(&self.message_group_ids, &self.message_deduplication_ids);
        let wanted = self.consumers.wanted(&self.queue);
        words.size(&mut setup, names, (wanted.most, wanted.wait), ground.freight);
        let SenderSettings { id, name, threads } = &self.sender;
        let sender = setup.lane(lanes::of_slots(Duty::Caller, (id, name), *threads, "thread"));
        let queue = setup.lane(self.queue.lane());
        setup.term(queue, Term::Settled, "deleted");
        let crew: Vec<(ActorId, Berth)> =
            self.consumers.crew().lanes().into_iter().map(|(row, berth)| (setup.lane(row), berth)).collect();
        for (lane, _) in &crew {
            setup.term(*lane, Term::Bound, &self.consumers.bound(&self.queue));
        }
        let dead = self.queue.redrive_policy.as_ref().map(|policy| setup.lane(policy.lane()));

        let latency = || ground.latency.clone();
        let out = setup.link(ground.link(sender, queue, leg::OUT));
        let back = setup.link(ground.link(queue, sender, leg::BACK));
        // For each consumer, the way to its lane and its place there; for each lane, the way to the queue.
        let (mut on, mut home) = (Vec::new(), Vec::new());
        for (lane, berth) in &crew {
            let there = setup.link(Link::new(queue, *lane, leg::ON, latency()));
            on.extend((0..berth.count).map(|place| (there, Slot(place))));
            home.push(setup.link(Link::new(*lane, queue, leg::RETURN, latency())));
        }
        let still = || Distribution::fixed(Span::ZERO);
        let aside = dead.map_or(queue::Aside::Nowhere, |dead| {
            queue::Aside::Lane(setup.link(Link::new(queue, dead, leg::RETURN, still()).keeping_order().inside()))
        });

        let client = sender::Client::new(self.calling(), words, (out, back));
        setup.actor(Sender::new(Hands::Threads(Threads::new(*threads)), Messages::One, client).into());
        let keys = (&self.message_group_ids, &self.message_deduplication_ids);
        setup.actor(Queue::new(&self.queue, keys, words, queue::Links { on, aside }).into());
        for ((_, berth), home) in crew.into_iter().zip(home) {
            let (who, wanted) = ((&self.consumers, berth, berth.first), self.consumers.wanted(&self.queue));
            setup.actor(Consumers::new(who, wanted, self.calling(), words, home).into());
        }
        if dead.is_some() {
            setup.actor(DeadLetters.into());
        }
        setup
    }
}

impl QueueSettings {
    /// How long the names are that its messages bear.
    pub(super) fn names(&self, groups: &Keys, deduplication: &Keys) -> Names {
        let fifo = match self.kind {
            QueueType::Standard => None,
            QueueType::Fifo => Some([groups, deduplication].map(|keys| longest(keys.iter()))),
        };
        Names { queue: length(&self.id), fifo }
    }

    pub(super) fn lane(&self) -> ActorRow {
        let QueueSettings { id, name, kind, visibility_timeout, .. } = self;
        let visibility = readable(*visibility_timeout);
        let subtitle = match kind {
            QueueType::Standard => format!("visibility {visibility}"),
            QueueType::Fifo => format!("FIFO, visibility {visibility}"),
        };
        ActorRow { drawing: Drawing::Halves, ..lanes::river((id, name), &subtitle) }
    }
}

impl RedrivePolicy {
    /// The lane of the dead-letter queue.
    pub(super) fn lane(&self) -> ActorRow {
        let subtitle = match self.max_receive_count {
            1 => "after 1 receive".into(),
            count => format!("after {count} receives"),
        };
        lanes::river((&self.id, &self.name), &subtitle)
    }
}
