//! The rows of a trace that are drawn, and what drawing asks of a row.
//!
//! *Invariant:* no row is looked for here; an index finds them (`index.rs`).

use crate::time::Moment;
use crate::trace::{Fate, MessageId, MessageRow, StayId};

/// Rows of one side, in order: those that overlap a window, or those of them that belong to one job.
#[derive(Clone)]
pub struct Rows {
    pub messages: Vec<MessageId>,
    /// How many messages there are. If they are very many, `messages` has only some of them.
    pub count: usize,
    pub stays: Vec<StayId>,
    /// Positions in the trace's marks.
    pub marks: std::ops::Range<usize>,
}

/// When a message arrived, or would have arrived.
pub fn due(message: &MessageRow) -> Moment {
    message.arrived.known().unwrap_or(message.sent + message.latency)
}

/// Whether a message came to nothing.
pub fn failed(message: &MessageRow) -> bool {
    matches!(message.fate, Fate::Lost | Fate::Refused | Fate::Late)
}
