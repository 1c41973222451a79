//! A RabbitMQ work queue (AMQP 0-9-1, version 4.3): a publisher with confirms, a queue, competing consumers with
//! prefetch and acknowledgements, and a dead-letter queue.
//!
//! Sources: rabbitmq-website docs (queues, consumers, confirms, consumer-prefetch, quorum-queues, dlx, maxlength) and
//! rabbitmq-server (`rabbit_fifo.erl`, `rabbit_quorum_queue.erl`). *Invariant:* what a confirm says is that the broker
//! is responsible now, and never that anyone has consumed the message.

mod broker;
mod consumers;
mod dead_letters;
mod publisher;
mod queue;
mod settings;
mod storage;
mod words;

pub use settings::{
    Acknowledgement, Confirms, ConsumerSettings, DeadLetterSettings, OnFailure, Overflow, PublisherSettings,
    QueueSettings, QueueType, Settings,
};

use super::{Ground, Party as AnyParty, Stage, counted, leg};
use crate::engine::{Input, Link, Setup};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::{ActorRow, Drawing, Duty, PartId};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: publisher confirms, quorum and classic queues, prefetch per consumer, round-robin among consumers with room, \
manual and automatic acknowledgement, redelivery in order at the head, delivery limit, reject and nack, a dead-letter queue, a length limit, the time until a message is safe, \
consumers and broker that can be out or die, publishing again when a confirm is overdue or the broker is gone. \
Left out: the handshakes of connections and channels (all are open when the run begins; a consumer that returns sends basic.consume), \
exchanges other than the default one, priorities, time-to-live, flow control and alarms, replicas, the 30-minute acknowledgement timeout. \
The consumers of a lane share its fate: a crash closes all their connections, and the broker learns of it one network latency later. \
Heartbeats are left out: a silent party's connections break when its silence ends; until then nobody of the lane could have done the work anyway. \
A broker that is out closes its connections and keeps what it has; one that dies also loses what it had not made safe. \
A length limit is kept exactly, where a real quorum queue checks late. A dead letter does not travel, for both queues live in one broker. \
The publisher itself does not fail.";

/// How often a channel was opened among all channels of a lane: what belongs to an older one is void.
type Epoch = u32;

/// A delivery's number on its channel, from one.
type Tag = u32;

/// Where a publication is kept at the publisher until its confirm comes.
type Place = u32;

/// What the broker says of a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `basic.ack`: the broker is responsible for it.
    Ack,
    /// `basic.nack`: the broker would not take it.
    Nack,
    /// There was no broker to take it.
    Refused,
}

/// What a consumer says of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// `basic.ack`: done with it.
    Ack,
    /// `basic.ack` with `multiple`: done with it and all before it.
    AckUpTo,
    /// `basic.reject` or `basic.nack` with `requeue` unset.
    Discard,
    /// `basic.reject` with `requeue`: counts towards the delivery limit (4.3).
    RejectAndRequeue,
    /// `basic.nack` with `requeue`: does not count (4.3).
    NackAndRequeue,
}

/// What travels between publisher, broker, consumers and dead-letter queue.
#[derive(Clone, Copy, Debug)]
pub enum Message {
    Publish {
        part: PartId,
        attempt: u16,
        place: Place,
    },
    Confirm {
        part: PartId,
        attempt: u16,
        place: Place,
        verdict: Verdict,
    },
    Deliver {
        part: PartId,
        epoch: Epoch,
        tag: Tag,
        channel: u16,
        delivery: u16,
    },
    Settle {
        epoch: Epoch,
        tag: Tag,
        channel: u16,
        settlement: Settlement,
    },
    /// `basic.consume`, or to the one who sent it: consuming has begun.
    Consume {
        channel: u16,
        epoch: Epoch,
    },
    ConsumeOk {
        channel: u16,
        epoch: Epoch,
    },
    /// There was no broker to consume from.
    ConsumeRefused {
        channel: u16,
        epoch: Epoch,
    },
    Cancel {
        channel: u16,
        epoch: Epoch,
    },
    CancelOk,
    /// The connection is gone, as TCP tells the other end. All channels opened up to `epoch` go with it.
    Closed {
        channel: u16,
        epoch: Epoch,
    },
    DeadLetter {
        part: PartId,
    },
}

/// What a party can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// The confirm of this attempt is overdue, if it is still awaited.
    ConfirmOverdue { place: Place, part: PartId, attempt: u16 },
    /// The back-off before the next attempt is over.
    PublishAgain { place: Place, part: PartId },
    /// A message is safe, if the broker has not died meanwhile.
    Written { write: u32 },
    /// A consumer reaches the end of its work, if it is still the same work.
    WorkDone { consumer: u16, begun: u32 },
    /// A consumer that lost its connection tries to open it again.
    Reconnect { consumer: u16, epoch: Epoch },
}

pub enum Party {
    Publisher(publisher::Publisher),
    Broker(broker::Broker),
    Consumers(consumers::Consumers),
    DeadLetters(dead_letters::DeadLetters),
}

impl Party {
    pub(super) fn handle(&mut self, input: Input<Message, Timer>, stage: &mut Stage<'_>) {
        match self {
            Party::Publisher(publisher) => publisher.handle(input, stage),
            Party::Broker(broker) => broker.handle(input, stage),
            Party::Consumers(consumers) => consumers.handle(input, stage),
            Party::DeadLetters(dead_letters) => dead_letters.handle(input, stage),
        }
    }
}

impl Settings {
    pub(super) fn set_up(&self, ground: &Ground) -> Setup<AnyParty> {
        let mut setup = Setup::default();
        let words = self.words(&mut setup);
        let [publisher, broker, workers] = self.lanes().map(|row| setup.lane(row));
        let dead_letters = self.queue.dead_letter.as_ref().map(|dead| setup.lane(dead_letter_lane(dead)));

        let out = setup.link(ground.link(publisher, broker, leg::OUT).keeping_order());
        let back = setup.link(ground.link(broker, publisher, leg::BACK).keeping_order());
        let (mut on, mut home) = (Vec::new(), Vec::new());
        for _ in 0..self.consumers.count {
            on.push(setup.link(ground.reliable_link(broker, workers, leg::ON).keeping_order()));
            home.push(setup.link(ground.reliable_link(workers, broker, leg::RETURN).keeping_order()));
        }
        // Both queues live in one broker, so a dead letter does not travel.
        let aside = dead_letters.map(|dead| {
            setup.link(Link::new(broker, dead, leg::RETURN, Distribution::fixed(Span::ZERO)).keeping_order())
        });

        setup.actor(Party::Publisher(publisher::Publisher::new(self, words, out)).into());
        setup.actor(Party::Broker(broker::Broker::new(self, words, broker::Links { back, on, aside })).into());
        setup.actor(Party::Consumers(consumers::Consumers::new(self, words, home)).into());
        if dead_letters.is_some() {
            setup.actor(Party::DeadLetters(dead_letters::DeadLetters::new(words)).into());
        }
        setup
    }

    fn lanes(&self) -> [ActorRow; 3] {
        let Settings { publisher, queue, consumers, .. } = self;
        [
            ActorRow {
                id: publisher.id.clone(),
                name: publisher.name.clone(),
                subtitle: counted(publisher.threads, "thread"),
                duty: Duty::Caller,
                drawing: Drawing::Slots,
                slots: publisher.threads,
                slot_noun: "thread",
            },
            ActorRow {
                id: queue.id.clone(),
                name: queue.name.clone(),
                subtitle: queue.kind.words().into(),
                duty: Duty::Broker,
                drawing: Drawing::River,
                slots: 0,
                slot_noun: "",
            },
            ActorRow {
                id: consumers.id.clone(),
                name: consumers.name.clone(),
                subtitle: counted(consumers.count, "consumer"),
                duty: Duty::Worker,
                drawing: Drawing::Slots,
                slots: consumers.count,
                slot_noun: "consumer",
            },
        ]
    }
}

fn dead_letter_lane(dead: &DeadLetterSettings) -> ActorRow {
    ActorRow {
        id: dead.id.clone(),
        name: dead.name.clone(),
        subtitle: "dead-letter queue".into(),
        duty: Duty::Broker,
        drawing: Drawing::River,
        slots: 0,
        slot_noun: "",
    }
}
