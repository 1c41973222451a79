//! Who waits for room in the producer's memory.
//!
//! *Invariant:* whoever waits is let in by turns, and only whoever is let go again goes on.

use std::collections::VecDeque;

use crate::engine::TimerId;
use crate::protocol::port::Task;
use crate::time::Span;
use crate::trace::LabelId;

/// `buffer.memory`, and who waits for room in it.
pub(crate) struct Buffer {
    pub(super) memory: u64,
    /// `max.block.ms`.
    pub(super) max_block: Span,
    /// What is said of whoever waited in vain.
    pub(super) exhausted: LabelId,
    pub(super) held: VecDeque<Held>,
    pub(super) let_go: VecDeque<Task>,
    pub(super) last: u32,
}

/// A record that is not filed yet, and whose `send()` has not returned.
pub(super) struct Held {
    pub number: u32,
    pub task: Task,
    pub partition: u16,
    /// Rings when it has waited long enough.
    pub timer: TimerId,
}

impl Buffer {
    pub(crate) fn new(memory: u32, max_block: Span, exhausted: LabelId) -> Self {
        let (held, let_go) = (VecDeque::new(), VecDeque::new());
        Buffer { memory: memory.into(), max_block, exhausted, held, let_go, last: 0 }
    }

    pub(super) fn holds(&self, ticket: u32) -> bool {
        self.held.iter().any(|held| held.task.ticket == ticket)
    }
}
