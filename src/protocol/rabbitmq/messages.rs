//! What travels between publisher, broker and consumers, and what wakes the broker.

use super::routing::Route;
use crate::engine::LinkId;
use crate::protocol::answer::Letter;
use crate::protocol::deaths::Deaths;
use crate::protocol::port::Attempt;
use crate::trace::{MessageId, PartId};

/// The number of an opening of a channel, counted over all channels of a lane. A message that names an earlier opening
/// than the present one is ignored.
pub type Epoch = u32;

/// A delivery's number on its channel, from one.
pub type Tag = u32;

/// The channel over which something is published.
#[derive(Clone, Copy, Debug)]
pub struct PublishingChannel {
    /// The way to whoever publishes.
    pub back: LinkId<ToPublisher>,
    /// The queues to which whoever publishes names the way; else the exchange chooses by the job.
    pub route: Option<Route>,
    /// Whether it is in confirm mode (`confirm.select`).
    pub confirms: bool,
    /// Whether what is published asks for a reply, which comes back over this channel: `reply_to` is
    /// `amq.rabbitmq.reply-to` (direct reply-to).
    pub asks: bool,
}

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

/// Why a message was set aside: the `reason` in the header `x-death`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `basic.reject` or `basic.nack` without requeue.
    Rejected,
    /// Its time-to-live was over.
    Expired,
    /// The queue was too long.
    MaxLength,
    /// Returned to a quorum queue too often.
    DeliveryLimit,
}

/// What a publisher hears.
#[derive(Clone, Copy, Debug)]
pub enum ToPublisher {
    Confirm {
        attempt: Attempt,
        verdict: Verdict,
    },
    /// No queue is bound for it.
    Return {
        attempt: Attempt,
    },
    /// The reply to what this attempt asked; the attempt stands for the correlation id.
    Reply {
        attempt: Attempt,
        letter: Letter,
    },
    /// The connection is gone.
    Closed,
}

impl ToPublisher {
    /// The number of the port that it is for; nothing if it is for all that publish to this broker.
    pub fn port(self) -> Option<u8> {
        match self {
            ToPublisher::Confirm { attempt, .. }
            | ToPublisher::Return { attempt }
            | ToPublisher::Reply { attempt, .. } => Some(attempt.port),
            ToPublisher::Closed => None,
        }
    }
}

/// What the broker hears.
#[derive(Clone, Copy, Debug)]
pub enum ToBroker {
    Publish {
        attempt: Attempt,
        channel: PublishingChannel,
    },
    /// `basic.publish` to the default exchange, with what `reply_to` said as its key.
    Reply {
        attempt: Attempt,
        channel: PublishingChannel,
        letter: Letter,
    },
    /// The channel over which replies were to come is gone with the process that had it.
    Left {
        back: LinkId<ToPublisher>,
    },
    Settle {
        epoch: Epoch,
        tag: Tag,
        channel: u16,
        settlement: Settlement,
    },
    /// `basic.consume`.
    Consume {
        channel: u16,
        epoch: Epoch,
    },
    /// `basic.cancel`.
    Cancel {
        channel: u16,
        epoch: Epoch,
    },
    /// The connection is gone, as TCP tells the other end. What the same host opened up to `epoch` goes with it: `host` says
    /// its first channel and how many it has.
    Closed {
        channel: u16,
        epoch: Epoch,
        host: (u16, u16),
    },
}

/// What a lane of consumers hears. Channels are counted within the lane.
#[derive(Clone, Copy, Debug)]
pub enum ToConsumers {
    Deliver {
        part: PartId,
        epoch: Epoch,
        tag: Tag,
        channel: u16,
        delivery: u32,
        /// The publication to which a reply is asked for; nothing if none is.
        asked: MessageId,
        /// How often it died, and where.
        deaths: Deaths,
    },
    /// `basic.consume-ok` or `basic.cancel-ok`: nothing follows from either.
    Ok,
    /// There was no broker to consume from.
    ConsumeRefused { channel: u16, epoch: Epoch },
    /// The connection is gone.
    Closed { channel: u16 },
}

/// What the broker can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum BrokerTimer {
    /// A message is safe.
    Written { queue: u16, write: u32 },
    /// The head of a queue may have been there for too long.
    Expired { queue: u16 },
    /// A queue is declared and bound.
    Bound { queue: u16 },
}
