//! What travels between whoever pushes, the store and the workers, and what wakes the store.

use crate::engine::LinkId;
use crate::protocol::port::Attempt;
use crate::time::Moment;
use crate::trace::{PartId, Slot};

/// A job as its payload tells of it.
#[derive(Clone, Copy, Debug)]
pub struct Payload {
    pub part: PartId,
    /// How often it was handed out so far: by that its messages are counted.
    pub handed: u32,
    /// How often it was put off after a failure.
    pub retries: u32,
    /// Not to be begun before: a score in the set `retry`, or a task's `eta`.
    pub eta: Moment,
}

/// The number of a delivery that waits for its acknowledgement, from one; nought where nobody waits for that.
pub type Tag = u32;

/// The number of a worker's call, from one. The answer carries it.
pub type Call = u32;

/// Who of which crew asks.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub crew: u16,
    /// Which of its threads, or which of those who fetch for it.
    pub hand: u16,
    pub call: Call,
}

/// Where a job is put that has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// Into the sorted set `retry`, until it is due.
    Retry,
    /// Onto the queue once more, with its `eta`.
    Queue,
    /// Into the dead set.
    Dead,
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Taken,
    Refused,
}

/// What whoever pushes hears.
#[derive(Clone, Copy, Debug)]
pub struct ToClient {
    pub attempt: Attempt,
    pub answer: Answer,
}

/// What the store hears.
#[derive(Clone, Copy, Debug)]
pub enum ToStore {
    Push {
        attempt: Attempt,
        /// The way to whoever pushes, and the slot there to which the answer goes.
        back: (LinkId<ToClient>, Slot),
    },
    /// BRPOP: whoever asks waits until there is a job.
    Fetch(Asker),
    Put {
        asker: Asker,
        payload: Payload,
        put: Put,
    },
    /// A task is acknowledged, or rejected for good.
    Ack {
        tag: Tag,
    },
    /// Whoever it was handed to takes no more, and lays it back.
    Return {
        tag: Tag,
        payload: Payload,
    },
    /// The connections of a crew are gone, or it asks for nothing more.
    Closed {
        crew: u16,
    },
}

/// What a crew hears.
#[derive(Clone, Copy, Debug)]
pub struct ToWorkers {
    pub hand: u16,
    pub call: Call,
    pub heard: Heard,
}

#[derive(Clone, Copy, Debug)]
pub enum Heard {
    Job {
        payload: Payload,
        tag: Tag,
    },
    /// What was put is there.
    Stored,
    /// There was no Redis to answer.
    Refused,
    /// All connections are gone.
    Closed,
}

/// What the store can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum StoreTimer {
    /// What lies there under that number may be taken out by the next look.
    Due { number: u32 },
    /// Somebody looks for what is due.
    Look,
}
