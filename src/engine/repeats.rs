//! Notices a run that goes round in circles: one part is worked on again and again, and no part is settled meanwhile.
//!
//! A message that is given back to the head of its queue is handed out again at once, and would be for ever. Such a
//! run is no longer worth its rows after some thousand rounds, and is ended with an outcome of its own. No protocol
//! has a say in it: the engine counts what every protocol tells it anyway.
//!
//! *Invariant:* a run in which parts are still being settled is never taken for a loop, however often one of them is
//! repeated.

use crate::trace::PartId;

/// How often each part was begun since any part was last settled.
pub(super) struct Repeats {
    most: u32,
    /// How many times something happened that may lead further: a part was settled, a fault began or ended.
    advances: u32,
    counts: Vec<Count>,
    exceeded: bool,
}

#[derive(Clone, Copy, Default)]
struct Count {
    /// The number of advances when it was last begun; what was counted before another advance is void.
    advances: u32,
    begun: u32,
}

impl Repeats {
    pub(super) fn new(parts: usize, most: u32) -> Self {
        Repeats { most, advances: 0, counts: vec![Count::default(); parts], exceeded: false }
    }

    /// An execution of the part begins.
    pub(super) fn begins(&mut self, part: PartId) {
        let count = &mut self.counts[part.at()];
        if count.advances != self.advances {
            *count = Count { advances: self.advances, begun: 0 };
        }
        count.begun += 1;
        self.exceeded |= count.begun > self.most;
    }

    /// Something happened that may lead further.
    pub(super) fn advance(&mut self) {
        self.advances += 1;
    }

    /// Whether a part was begun more often than it may be.
    pub(super) fn exceeded(&self) -> bool {
        self.exceeded
    }
}
