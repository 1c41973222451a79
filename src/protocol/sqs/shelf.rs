//! What is visible in the queue, by group: a group of which something is in flight is closed (`SQS-6`).
//!
//! A standard queue has no groups: there each message is one of its own, and nothing is ever closed.
//! *Invariant:* the order within a group is that of sending, whatever came back in between.

use std::collections::{BTreeMap, BTreeSet};

use super::Number;
use crate::protocol::keys::Key;

/// What is delivered in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// A message of a standard queue.
    Alone(Number),
    /// A MessageGroupId.
    Of(Key),
}

#[derive(Default)]
struct Shelved {
    visible: BTreeSet<Number>,
    in_flight: u32,
    /// Under which number it stands among the open ones.
    open_at: Option<Number>,
}

#[derive(Default)]
pub(super) struct Shelf {
    groups: BTreeMap<Group, Shelved>,
    /// The first visible message of every group that has nothing in flight.
    open: BTreeSet<(Number, Group)>,
}

impl Shelf {
    /// A message becomes visible.
    pub fn put(&mut self, number: Number, group: Group) {
        self.change(group, |shelved| {
            shelved.visible.insert(number);
        });
    }

    /// A message is visible no longer.
    pub fn remove(&mut self, number: Number, group: Group) {
        self.change(group, |shelved| {
            shelved.visible.remove(&number);
        });
    }

    /// One message of the group went out.
    pub fn hold(&mut self, group: Group) {
        self.change(group, |shelved| shelved.in_flight += 1);
    }

    /// One message of the group came back or was deleted.
    pub fn free(&mut self, group: Group) {
        self.change(group, |shelved| shelved.in_flight -= 1);
    }

    /// The oldest message of a group with nothing in flight.
    pub fn first_open(&self) -> Option<(Number, Group)> {
        self.open.first().copied()
    }

    /// The oldest visible message of this group, in flight or not: for who is taking from it just now.
    pub fn next_of(&self, group: Group) -> Option<(Number, Group)> {
        Some((*self.groups.get(&group)?.visible.first()?, group))
    }

    fn change(&mut self, group: Group, change: impl FnOnce(&mut Shelved)) {
        let shelved = self.groups.entry(group).or_default();
        change(shelved);
        let open_at = if shelved.in_flight == 0 { shelved.visible.first().copied() } else { None };
        if shelved.open_at != open_at {
            if let Some(number) = shelved.open_at {
                self.open.remove(&(number, group));
            }
            if let Some(number) = open_at {
                self.open.insert((number, group));
            }
            shelved.open_at = open_at;
        }
        if shelved.in_flight == 0 && shelved.visible.is_empty() {
            self.groups.remove(&group);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_with_something_in_flight_is_closed_and_the_others_are_not() {
        let (a, b) = (Group::Of(Key::Shared(0)), Group::Of(Key::Shared(1)));
        let mut shelf = Shelf::default();
        for (number, group) in [(1, a), (2, a), (3, b)] {
            shelf.put(number, group);
        }
        assert_eq!(shelf.first_open(), Some((1, a)));
        shelf.remove(1, a);
        shelf.hold(a);
        assert_eq!((shelf.first_open(), shelf.next_of(a)), (Some((3, b)), Some((2, a))));
        shelf.put(1, a);
        shelf.free(a);
        assert_eq!(shelf.first_open(), Some((1, a)), "what comes back takes its old place");
        for (number, group) in [(1, a), (2, a), (3, b)] {
            shelf.remove(number, group);
        }
        assert!(shelf.groups.is_empty() && shelf.open.is_empty());
    }
}
