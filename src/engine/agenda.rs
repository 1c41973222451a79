//! What is still to happen, in order of (moment, order of scheduling).
//!
//! The heap holds one packed number an entry (moment, order, place); what the entry is lies in a slab at that place.
//! Swapping plain numbers is what makes the heap fast. An entry that is cancelled leaves its place at once, and its
//! number when it comes to the top. *Invariants:* no two entries have the same order, so the place never decides; what
//! is at the top of the heap is still to happen.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroU32;

use crate::time::Moment;

const PLACE_BITS: u32 = 24;
const PLACE_MASK: u128 = (1 << PLACE_BITS) - 1;

/// Orders below this are kept for what must come first at its moment.
const FIRST_COMMON_ORDER: u64 = 1 << 20;

/// One entry, whether it is still to happen or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntryId {
    place: u32,
    /// The low half of its order: by it an entry is told from a later one at the same place. It is never nought.
    mark: NonZeroU32,
}

struct Entry<E> {
    mark: NonZeroU32,
    event: Option<E>,
}

pub(super) struct Agenda<E> {
    heap: BinaryHeap<Reverse<u128>>,
    slab: Vec<Entry<E>>,
    free: Vec<u32>,
    next_order: u64,
    next_early_order: u64,
}

impl<E> Agenda<E> {
    pub(super) fn new() -> Self {
        Agenda {
            heap: BinaryHeap::with_capacity(64),
            slab: Vec::with_capacity(64),
            free: Vec::new(),
            next_order: FIRST_COMMON_ORDER,
            next_early_order: 0,
        }
    }

    /// Whether another entry fits. The world stops at a limit before it would not.
    pub(super) fn has_room(&self) -> bool {
        self.heap.len() < PLACE_MASK as usize
    }

    pub(super) fn schedule(&mut self, at: Moment, event: E) -> EntryId {
        let order = self.next_order;
        self.next_order += 1;
        self.insert(at, order, event)
    }

    /// Before everything scheduled in the common way for the same moment.
    pub(super) fn schedule_early(&mut self, at: Moment, event: E) {
        let order = self.next_early_order;
        debug_assert!(order < FIRST_COMMON_ORDER, "a scenario's dated changes are capped far below this");
        self.next_early_order += 1;
        self.insert(at, order, event);
    }

    fn insert(&mut self, at: Moment, order: u64, event: E) -> EntryId {
        let mark = NonZeroU32::new(order as u32).unwrap_or(NonZeroU32::MAX);
        let entry = Entry { mark, event: Some(event) };
        let place = match self.free.pop() {
            Some(place) => {
                self.slab[place as usize] = entry;
                place
            }
            None => {
                self.slab.push(entry);
                (self.slab.len() - 1) as u32
            }
        };
        let key = u128::from(at.micros()) << 64 | u128::from(order) << PLACE_BITS | u128::from(place);
        self.heap.push(Reverse(key));
        EntryId { place, mark }
    }

    /// The entry will not happen. Nothing changes if it has happened or was cancelled before.
    ///
    /// It is called wherever something comes to its end; a copy of it at each such place would weigh kilobytes.
    #[inline(never)]
    pub(super) fn cancel(&mut self, EntryId { place, mark }: EntryId) {
        let entry = &mut self.slab[place as usize];
        if entry.mark == mark && entry.event.take().is_some() {
            self.drop_cancelled();
        }
    }

    /// Keeps what is still to happen at the top.
    fn drop_cancelled(&mut self) {
        while let Some(Reverse(key)) = self.heap.peek() {
            let place = (key & PLACE_MASK) as u32;
            if self.slab[place as usize].event.is_some() {
                return;
            }
            self.heap.pop();
            self.free.push(place);
        }
    }

    pub(super) fn next_moment(&self) -> Option<Moment> {
        self.heap.peek().map(|Reverse(key)| Moment::from_micros((key >> 64) as u64))
    }

    pub(super) fn pop(&mut self) -> Option<(Moment, E)> {
        let Reverse(key) = self.heap.pop()?;
        let place = (key & PLACE_MASK) as u32;
        self.free.push(place);
        self.drop_cancelled();
        // Last, so that it is copied once.
        let event = self.slab[place as usize].event.take().expect("what is at the top is still to happen");
        Some((Moment::from_micros((key >> 64) as u64), event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_come_out_in_order_of_scheduling_and_early_ones_first() {
        let mut agenda = Agenda::new();
        let at = Moment::from_micros(5);
        agenda.schedule(at, "first");
        agenda.schedule(Moment::from_micros(4), "before");
        agenda.schedule(at, "second");
        agenda.schedule_early(at, "fault");
        let order: Vec<_> = std::iter::from_fn(|| agenda.pop().map(|(_, event)| event)).collect();
        assert_eq!(order, ["before", "fault", "first", "second"]);
    }

    #[test]
    fn what_is_cancelled_does_not_happen_and_takes_nobody_elses_place() {
        let mut agenda = Agenda::new();
        let [first, _, third] = [5, 6, 7].map(|at| agenda.schedule(Moment::from_micros(at), at));
        agenda.cancel(first);
        agenda.cancel(first);
        assert_eq!(agenda.next_moment(), Some(Moment::from_micros(6)));
        let again = agenda.schedule(Moment::from_micros(6), 60);
        agenda.cancel(first);
        agenda.cancel(third);
        let order: Vec<_> = std::iter::from_fn(|| agenda.pop().map(|(_, event)| event)).collect();
        assert_eq!(order, [6, 60]);
        agenda.cancel(again);
        assert_eq!(agenda.next_moment(), None);
    }
}
