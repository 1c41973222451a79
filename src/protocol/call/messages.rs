//! What travels between nodes, and what wakes one.

use crate::engine::LinkId;
use crate::protocol::answer::Answer;
use crate::time::Span;
use crate::trace::PartId;

/// What travels between nodes.
#[derive(Clone, Copy, Debug)]
pub enum Message {
    Request {
        /// The way to whoever asks.
        back: LinkId<Message>,
        call: u32,
        /// The attempt, counted over all layers: by it latency is drawn.
        attempt: u32,
        entry: u8,
        note: u32,
        part: PartId,
        /// What is left of the time there is, if there is a bound.
        left: Option<Span>,
    },
    Answer {
        call: u32,
        attempt: u32,
        answer: Answer,
    },
    /// Turned down at the door.
    Refusal {
        call: u32,
        attempt: u32,
    },
    /// The process died with the request in hand.
    Reset {
        call: u32,
        attempt: u32,
    },
    /// Nobody waits for the answer to this call any more: stop.
    Cancel {
        call: u32,
        attempt: u32,
    },
}

/// What a node can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// The task's step is over.
    StepDone { task: u32 },
    /// The task's time is up.
    Deadline { task: u32 },
    /// No connection came in time.
    NoConnection { task: u32 },
    /// No room among the calls in flight came in time.
    NoRoom { call: u32 },
    /// The answer is overdue.
    TimedOut { call: u32 },
    /// The back-off is over.
    TryAgain { call: u32 },
    /// The word that the task waits for did not come in time.
    NoWord { task: u32 },
    /// A clock of the node's strikes.
    Clock { clock: u8 },
    /// The breaker of that edge switches by itself.
    Breaker { edge: u8 },
}
