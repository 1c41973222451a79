//! How many stays of a kind are open at a place: counted where stays begin and end, and told once an event.
//!
//! *Invariant:* between two events, what was told last is what is open.

use crate::time::Moment;
use crate::trace::{ActorId, ActorRow, Drawing, LevelKind, LevelRow, ReaderId, Slot, StayKind};

/// How many kinds of stay there are.
const KINDS: usize = StayKind::Slow as usize + 1;

#[derive(Clone, Copy, Default)]
struct Count {
    open: u32,
    told: u32,
}

/// Where a lane's counts are.
struct Lane {
    first: usize,
    /// Whether its slots are queues of their own. (Threads and workers have one queue before all of them.)
    by_slot: bool,
}

pub(super) struct Levels {
    lanes: Vec<Lane>,
    counts: Vec<Count>,
    /// What may have changed in the event at hand.
    changed: Vec<(u32, Slot, StayKind)>,
}

impl Levels {
    pub fn new(rows: &[ActorRow]) -> Self {
        let mut places = 0;
        let lane = |row: &ActorRow| {
            let first = places * KINDS;
            let by_slot = row.drawing != Drawing::Slots;
            places += 1 + if by_slot { usize::from(row.slots) } else { 0 };
            Lane { first, by_slot }
        };
        let lanes = rows.iter().map(lane).collect();
        Levels { lanes, counts: vec![Count::default(); places * KINDS], changed: Vec::new() }
    }

    /// A stay begins there.
    #[inline(always)]
    pub fn more(&mut self, actor: ActorId, slot: Slot, kind: StayKind) {
        if kind.has_level() {
            self.at(actor, slot, kind).open += 1;
        }
    }

    /// A stay ends there.
    #[inline(always)]
    pub fn less(&mut self, actor: ActorId, slot: Slot, kind: StayKind) {
        if kind.has_level() {
            self.at(actor, slot, kind).open -= 1;
        }
    }

    fn at(&mut self, actor: ActorId, slot: Slot, kind: StayKind) -> &mut Count {
        let Lane { first, by_slot } = self.lanes[actor.at()];
        let slot = if by_slot { slot } else { Slot::WHOLE };
        let queue = if slot == Slot::WHOLE { 0 } else { 1 + usize::from(slot.0) };
        let place = first + queue * KINDS + kind as usize;
        if self.changed.last().is_none_or(|(last, ..)| *last as usize != place) {
            self.changed.push((place as u32, slot, kind));
        }
        &mut self.counts[place]
    }

    /// The event that `actor` handled is over: the new values, as far as they differ from what was told before.
    #[inline(always)]
    pub fn tell(&mut self, at: Moment, actor: ActorId, rows: &mut Vec<LevelRow>) {
        for (place, slot, kind) in self.changed.drain(..) {
            let Count { open, told } = &mut self.counts[place as usize];
            if open != told {
                *told = *open;
                let kind = LevelKind::Stays(kind);
                rows.push(LevelRow { at, value: *open, actor, slot, reader: ReaderId::NONE, kind });
            }
        }
    }
}
