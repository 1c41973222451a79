//! What tasks are in: threads, of which a task holds one from its beginning to its end, or cores, of which a task
//! holds one only while it computes.
//!
//! One core is an event loop: sends return at once, and callbacks run one at a time in the order in which they
//! became ready (`EVL-1`, `EVL-2`). Several cores are a server that computes (hashes passwords) on a bounded number
//! of them while other requests wait for a database (`AUTH-1`).
//!
//! *Invariant:* nobody waits for a core while one is free.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::protocol::by_number::ByNumber;
use crate::protocol::waiting::WaitingLine;
use crate::trace::Slot;

/// The threads or the cores of a node.
pub enum Hands {
    /// A task holds one to its end.
    Threads(Slots),
    /// A task holds one only while it computes.
    Cores {
        /// Which of them are taken.
        cores: Slots,
        /// Tasks whose turn is still to come, in the order in which they became ready.
        ready: WaitingLine<u32>,
    },
}

/// Slots that tasks take and leave; the one with the lowest number is taken first.
pub struct Slots {
    count: u16,
    free: BinaryHeap<Reverse<u16>>,
    /// Which slot each task holds.
    held: ByNumber<u32, u16>,
}

impl Slots {
    fn new(count: u16) -> Self {
        Slots { count, free: (0..count).map(Reverse).collect(), held: ByNumber::default() }
    }

    fn take(&mut self, task: u32) -> Option<Slot> {
        let Reverse(slot) = self.free.pop()?;
        self.held.insert(task, slot);
        Some(Slot(slot))
    }

    fn leave(&mut self, task: u32) {
        if let Some(slot) = self.held.remove(&task) {
            self.free.push(Reverse(slot));
        }
    }

    pub(super) fn any_free(&self) -> bool {
        !self.free.is_empty()
    }

    pub(super) fn count(&self) -> u16 {
        self.count
    }
}

impl Hands {
    /// So many threads.
    pub fn threads(count: u16) -> Self {
        Hands::Threads(Slots::new(count))
    }

    /// So many cores.
    pub fn cores(count: u16) -> Self {
        Hands::Cores { cores: Slots::new(count), ready: WaitingLine::default() }
    }

    pub(super) fn are_cores(&self) -> bool {
        matches!(self, Hands::Cores { .. })
    }

    /// The thread for a new task. With cores a task needs none to begin.
    pub(super) fn place(&mut self, task: u32) -> Option<Slot> {
        match self {
            Hands::Threads(threads) => threads.take(task),
            Hands::Cores { .. } => Some(Slot::WHOLE),
        }
    }

    /// A core for a task that is ready to compute, if one is free and nobody else's turn comes first.
    pub(super) fn core(&mut self, task: u32) -> Option<Slot> {
        match self {
            Hands::Threads(_) => None,
            Hands::Cores { cores, .. } => cores.take(task),
        }
    }

    /// The task leaves the slot it holds, or the line in which it stands for one.
    pub(super) fn leave(&mut self, task: u32) {
        match self {
            Hands::Threads(threads) => threads.leave(task),
            Hands::Cores { cores, ready } => {
                cores.leave(task);
                ready.leave(&task);
            }
        }
    }

    /// Stands in line for a core.
    pub(super) fn wait(&mut self, task: u32) {
        if let Hands::Cores { ready, .. } = self {
            ready.join(task);
        }
    }

    /// Where messages of a task without a slot begin and end: at the loop, if there is but one.
    pub(super) fn home(&self) -> Slot {
        match self {
            Hands::Cores { cores, .. } if cores.count() == 1 => Slot(0),
            Hands::Cores { .. } | Hands::Threads(_) => Slot::WHOLE,
        }
    }

    /// The next task whose turn it is, if a core is free.
    pub(super) fn next_turn(&mut self) -> Option<u32> {
        match self {
            Hands::Cores { cores, ready } if cores.any_free() => ready.serve(),
            Hands::Cores { .. } | Hands::Threads(_) => None,
        }
    }
}
