//! What a node keeps beside its tasks: what its holder is to send and to have back, and its clocks.
//!
//! *Invariant:* nothing here acts; see `outside.rs`.

use std::collections::VecDeque;

use crate::protocol::port;
use crate::time::Span;
use crate::trace::{PartId, Slot};

/// What the holder is to do.
#[derive(Default)]
pub(super) struct Outside {
    pub(super) to_send: VecDeque<(u8, port::Task)>,
    /// From which place, whether it came to the end that it should, and what of it was not done all the same.
    pub(super) returned: VecDeque<(u16, bool, Vec<PartId>)>,
}

impl Outside {
    pub(super) fn forget(&mut self) {
        self.to_send.clear();
        self.returned.clear();
    }
}

/// What a clock is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// It looks for what others leave there, and does nothing where there is none.
    ForWork,
    /// It does something whenever it strikes.
    Never,
}

/// Something that is begun again and again.
pub(super) struct Clock {
    pub(super) every: Span,
    pub(super) entry: u8,
    pub(super) slot: Slot,
    /// Whether its last task is still under way.
    pub(super) runs: bool,
    /// Whether it only looks for what others leave there.
    pub(super) looks: bool,
    /// No timer is set: nothing has happened since it found nothing.
    pub(super) stands_still: bool,
}
