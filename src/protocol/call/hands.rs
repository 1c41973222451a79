//! What tasks are in: threads, of which a task holds one from its beginning to its end, or cores, of which a task
//! holds one only while it computes.
//!
//! One core is an event loop: sends return at once, and callbacks run one at a time in the order in which they
//! became ready (`EVL-1`, `EVL-2`). Several cores are a server that computes (hashes passwords) on a bounded number
//! of them while other requests wait for a database (`AUTH-1`).
//!
//! *Invariant:* nobody waits for a core while one is free.

use std::collections::VecDeque;

use crate::trace::Slot;

pub enum Hands {
    /// Which task each thread has.
    Threads(Vec<Option<u32>>),
    Cores {
        /// Which task computes on each.
        cores: Vec<Option<u32>>,
        /// Tasks whose turn is still to come, in the order in which they became ready.
        ready: VecDeque<u32>,
    },
}

impl Hands {
    pub fn threads(count: u16) -> Self {
        Hands::Threads(vec![None; count.into()])
    }

    pub fn cores(count: u16) -> Self {
        Hands::Cores { cores: vec![None; count.into()], ready: VecDeque::new() }
    }

    pub(super) fn are_cores(&self) -> bool {
        matches!(self, Hands::Cores { .. })
    }

    /// The thread for a new task. With cores a task needs none to begin.
    pub(super) fn place(&mut self, task: u32) -> Option<Slot> {
        match self {
            Hands::Threads(threads) => {
                let free = threads.iter().position(Option::is_none)?;
                threads[free] = Some(task);
                Some(Slot(free as u16))
            }
            Hands::Cores { .. } => Some(Slot::WHOLE),
        }
    }

    /// A core for a task that is ready to compute, if one is free and nobody else's turn comes first.
    pub(super) fn core(&mut self, task: u32) -> Option<Slot> {
        let Hands::Cores { cores, .. } = self else {
            return None;
        };
        let free = cores.iter().position(Option::is_none)?;
        cores[free] = Some(task);
        Some(Slot(free as u16))
    }

    /// The task leaves the slot it holds, if it holds one.
    pub(super) fn leave(&mut self, task: u32) {
        let (Hands::Threads(slots) | Hands::Cores { cores: slots, .. }) = self;
        if let Some(slot) = slots.iter_mut().find(|holder| **holder == Some(task)) {
            *slot = None;
        }
        if let Hands::Cores { ready, .. } = self {
            ready.retain(|waiting| *waiting != task);
        }
    }

    /// Stands in line for a core.
    pub(super) fn wait(&mut self, task: u32) {
        if let Hands::Cores { ready, .. } = self {
            ready.push_back(task);
        }
    }

    /// Where messages of a task without a slot begin and end: at the loop, if there is but one.
    pub(super) fn home(&self) -> Slot {
        match self {
            Hands::Cores { cores, .. } if cores.len() == 1 => Slot(0),
            Hands::Cores { .. } | Hands::Threads(_) => Slot::WHOLE,
        }
    }

    /// The next task whose turn it is, if a core is free.
    pub(super) fn next_turn(&mut self) -> Option<u32> {
        match self {
            Hands::Cores { cores, ready } if cores.contains(&None) => ready.pop_front(),
            Hands::Cores { .. } | Hands::Threads(_) => None,
        }
    }
}
