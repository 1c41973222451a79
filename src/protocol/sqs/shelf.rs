//! What is visible in the queue, by group: a group hands out its messages up to the first that is in flight (`SQS-6`).
//!
//! A message that has become visible again is therefore handed out while a later one of its group is still in flight,
//! and what was sent after that one waits. (The developer guide says only that messages in flight block their group;
//! that those before them are not blocked was observed.) A standard queue has no groups: there each message is one of its
//! own, and nothing waits. *Invariant:* the order within a group is that of sending, whatever came back in between.

use super::messages::Number;
use crate::protocol::by_number::{self, ByNumber};
use crate::protocol::keys::Key;

/// What is delivered in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// A message of a standard queue.
    Alone(Number),
    /// A MessageGroupId.
    Of(Key),
}

impl by_number::Key for Group {
    fn number(self) -> u64 {
        match self {
            Group::Alone(number) => number.into(),
            // Above all that stand alone; a key has fewer bits than that.
            Group::Of(key) => 1 << 63 | key.number(),
        }
    }

    fn of(number: u64) -> Self {
        match number >> 63 {
            0 => Group::Alone(number as u32),
            _ => Group::Of(Key::of(number & !(1 << 63))),
        }
    }
}

#[derive(Default)]
struct Shelved {
    visible: ByNumber<Number, ()>,
    in_flight: ByNumber<Number, ()>,
    /// Under which number it stands among the open ones.
    open_at: Option<Number>,
}

impl Shelved {
    /// The first visible message, if none before it is in flight.
    fn first_open(&self) -> Option<Number> {
        let (first, ()) = self.visible.first_key_value()?;
        self.in_flight.first_key_value().is_none_or(|(held, ())| held > first).then_some(first)
    }
}

#[derive(Default)]
pub(super) struct Shelf {
    groups: ByNumber<Group, Shelved>,
    /// The message that each group would hand out first, of the groups that hand out any, and which group's it is.
    open: ByNumber<Number, Group>,
}

impl Shelf {
    /// A message becomes visible.
    pub fn put(&mut self, number: Number, group: Group) {
        self.change(group, |shelved| {
            shelved.visible.insert(number, ());
        });
    }

    /// A message is visible no longer.
    pub fn remove(&mut self, number: Number, group: Group) {
        self.change(group, |shelved| {
            shelved.visible.remove(&number);
        });
    }

    /// A message went out.
    pub fn hold(&mut self, number: Number, group: Group) {
        self.change(group, |shelved| {
            shelved.in_flight.insert(number, ());
        });
    }

    /// A message came back or was deleted.
    pub fn free(&mut self, number: Number, group: Group) {
        self.change(group, |shelved| {
            shelved.in_flight.remove(&number);
        });
    }

    /// The first message that may be handed out.
    pub fn first_open(&self) -> Option<(Number, Group)> {
        self.open.first_key_value().map(|(number, group)| (number, *group))
    }

    /// The message of this group that may go out together with `taken`: the next visible one, unless one between the
    /// two is in flight.
    pub fn next_after(&self, taken: Number, group: Group) -> Option<(Number, Group)> {
        let shelved = self.groups.get(&group)?;
        let (next, ()) = shelved.visible.range(taken + 1..Number::MAX).next()?;
        let held = shelved.in_flight.range(taken + 1..next).next();
        held.is_none().then_some((next, group))
    }

    fn change(&mut self, group: Group, change: impl FnOnce(&mut Shelved)) {
        if !self.groups.contains(&group) {
            self.groups.insert(group, Shelved::default());
        }
        let Some(shelved) = self.groups.get_mut(&group) else { return };
        change(shelved);
        let open_at = shelved.first_open();
        if shelved.open_at != open_at {
            if let Some(number) = shelved.open_at {
                self.open.remove(&number);
            }
            if let Some(number) = open_at {
                self.open.insert(number, group);
            }
            shelved.open_at = open_at;
        }
        if shelved.in_flight.is_empty() && shelved.visible.is_empty() {
            self.groups.remove(&group);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_hands_out_its_messages_up_to_the_first_in_flight() {
        let (a, b) = (Group::Of(Key::Shared(0)), Group::Of(Key::Shared(1)));
        let mut shelf = Shelf::default();
        for (number, group) in [(1, a), (2, a), (3, a), (4, b)] {
            shelf.put(number, group);
        }
        assert_eq!(shelf.first_open(), Some((1, a)));
        for number in [1, 2] {
            shelf.remove(number, a);
            shelf.hold(number, a);
        }
        assert_eq!((shelf.first_open(), shelf.next_after(2, a)), (Some((4, b)), Some((3, a))));
        shelf.put(1, a);
        shelf.free(1, a);
        assert_eq!(shelf.first_open(), Some((1, a)), "what comes back takes its old place");
        shelf.remove(1, a);
        shelf.hold(1, a);
        assert_eq!(shelf.next_after(1, a), None, "2 is in flight between 1 and 3");
        for number in [1, 2] {
            shelf.free(number, a);
        }
        shelf.remove(3, a);
        shelf.remove(4, b);
        assert!(shelf.groups.is_empty() && shelf.open.is_empty());
    }
}
