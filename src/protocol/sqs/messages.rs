//! What travels between sender, queue and consumers, and what wakes the queue.

use crate::engine::LinkId;
use crate::protocol::port::Attempt;
use crate::time::{Moment, Span};
use crate::trace::{PartId, Slot};

/// The number of a message, in the order of sending.
pub type Number = u32;

/// A receipt handle: the number of a receive, from one. A message that is received again gets another.
pub type Receipt = u32;

/// The number of a consumer's call. The answer carries it, so that the consumer knows which call is answered.
pub type Call = u32;

/// What became of a SendMessage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Taken,
    Refused,
}

/// What the sender hears.
#[derive(Clone, Copy, Debug)]
pub struct ToSender {
    pub attempt: Attempt,
    pub answer: Answer,
}

/// What a ReceiveMessage asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// MaxNumberOfMessages.
    pub most: u16,
    /// WaitTimeSeconds: nothing is a short poll.
    pub wait: Span,
}

/// What the queue hears.
#[derive(Clone, Copy, Debug)]
pub enum ToQueue {
    Send {
        attempt: Attempt,
        /// The way to whoever sends, and the slot there to which the answer goes.
        back: (LinkId<ToSender>, Slot),
    },
    Receive {
        consumer: u16,
        call: Call,
        wanted: Wanted,
    },
    Delete {
        consumer: u16,
        call: Call,
        part: PartId,
        receipt: Receipt,
    },
    /// What the message carries is deleted, of what so many receipts from `first` on are for.
    DeleteBatch {
        consumer: u16,
        call: Call,
        first: Receipt,
        count: u16,
    },
    ChangeVisibility {
        consumer: u16,
        call: Call,
        part: PartId,
        receipt: Receipt,
        to: Span,
    },
    /// A consumer's connection is gone, and with it its poll.
    Closed {
        consumer: u16,
        call: Call,
    },
    /// The queue whose dead-letter queue this one is has received a message too often, and moves it here.
    Moved(Moved),
}

/// What is moved from one queue to another.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    pub part: PartId,
    /// When it was sent: its enqueue timestamp.
    pub sent: Moment,
    /// How often it was received, in all queues: its ApproximateReceiveCount.
    pub receives: u32,
}

/// What a lane of consumers hears: the answer to a call.
#[derive(Clone, Copy, Debug)]
pub struct ToConsumers {
    pub consumer: u16,
    pub call: Call,
    pub heard: Heard,
}

/// What a consumer's call is told.
#[derive(Clone, Copy, Debug)]
pub enum Heard {
    /// As many messages as the row carries parts; their receipt handles are counted from `first` on.
    Received { first: Receipt },
    /// No message came.
    Empty,
    /// A DeleteMessage or ChangeMessageVisibility is answered.
    Answered,
    /// There was no queue to answer.
    Refused,
}

/// What a queue can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum QueueTimer {
    /// The delay of a new message is over.
    DelayOver { number: Number },
    /// A message in flight becomes visible.
    VisibleAgain { number: Number },
    /// The oldest message may have been kept long enough.
    RetentionOver,
    /// A message that was moved here has been kept long enough.
    MovedRetentionOver { number: Number },
    /// A long poll has waited long enough.
    PollOver { consumer: u16, call: Call },
}
