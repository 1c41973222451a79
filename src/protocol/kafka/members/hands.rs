//! The hands of a member that works on several records at once, and the records that wait for one.
//!
//! Records that wait for each other are a *shard*: of a shard one record at a time is in hand, or backs off, and that is
//! the first. *Invariant:* a record is outstanding from when a poll returned it until it is dealt with.

use std::collections::VecDeque;

use super::member::Record;
use crate::engine::{OpenStay, TimerId};
use crate::protocol::Stage;
use crate::protocol::by_number::{ByNumber, Key as _};
use crate::protocol::kafka::handling::Ordering;
use crate::protocol::kafka::messages::Offset;
use crate::protocol::keys::KeyIndex;

/// The hands of all members of a lane.
pub(super) struct Beside {
    /// How many each has.
    pub each: u16,
    pub ordering: Ordering,
    pub keys: KeyIndex,
    /// Of each member.
    pub hands: Vec<Hands>,
}

impl Beside {
    /// Of which shard a record is.
    pub fn shard(&self, record: &Record, stage: &Stage<'_>) -> u64 {
        // Keys and partitions have less bits than that.
        let alone = 1 << 63 | (record.partition, record.offset).number();
        match self.ordering {
            Ordering::Unordered => alone,
            Ordering::Partition => record.partition.into(),
            Ordering::Key => self.keys.of(stage.job_of(record.part)).map_or(alone, |key| key.number()),
        }
    }
}

/// A record that a poll returned.
#[derive(Clone, Copy)]
pub(super) struct Returned {
    /// Its stay is how long it waits.
    pub record: Record,
    /// From one.
    pub attempt: u32,
    shard: u64,
    /// Its place among all that polls returned.
    arrival: u32,
}

#[derive(Clone, Copy)]
enum Hand {
    Free,
    Has(Returned),
    /// It works on a record that is not its member's any more.
    Left,
}

#[derive(Default)]
struct Shard {
    waits: VecDeque<Returned>,
    /// Whether one of it is in hand or backs off.
    is_taken: bool,
}

pub(super) struct Hands {
    hands: Vec<Hand>,
    shards: ByNumber<u64, Shard>,
    /// The shards of which the first record can be begun, by its arrival.
    ready: ByNumber<u32, u64>,
    backing_off: ByNumber<(u16, Offset), Returned>,
    outstanding: ByNumber<(u16, Offset), ()>,
    /// How many records wait for a hand.
    waiting: usize,
    arrivals: u32,
    /// Rings when what they have done is to be committed.
    pub commits: Option<TimerId>,
}

impl Hands {
    pub fn new(count: u16) -> Self {
        Hands {
            hands: vec![Hand::Free; count.into()],
            shards: ByNumber::default(),
            ready: ByNumber::default(),
            backing_off: ByNumber::default(),
            outstanding: ByNumber::default(),
            waiting: 0,
            arrivals: 0,
            commits: None,
        }
    }

    /// Whether a poll may return more, so many waiting at most.
    pub fn want_more(&self, most: usize) -> bool {
        self.waiting < most && self.hands.iter().any(|hand| matches!(hand, Hand::Free))
    }

    /// Whether none of them works.
    pub fn are_free(&self) -> bool {
        self.hands.iter().all(|hand| matches!(hand, Hand::Free))
    }

    /// A poll returned a record of that shard.
    pub fn take(&mut self, record: Record, attempt: u32, shard: u64) {
        self.arrivals += 1;
        self.outstanding.insert((record.partition, record.offset), ());
        self.wait(Returned { record, attempt, shard, arrival: self.arrivals });
    }

    fn wait(&mut self, returned: Returned) {
        let Returned { shard, arrival, .. } = returned;
        if !self.shards.contains(&shard) {
            self.shards.insert(shard, Shard::default());
        }
        let Some(known) = self.shards.get_mut(&shard) else { return };
        // What is tried again was there before all others of its shard.
        let is_first = known.waits.front().is_none_or(|first| arrival < first.arrival);
        if is_first {
            known.waits.push_front(returned);
        } else {
            known.waits.push_back(returned);
        }
        if is_first && !known.is_taken {
            self.ready.insert(arrival, shard);
        }
        self.waiting += 1;
    }

    /// The next record for which there is a hand, and which.
    pub fn next(&mut self) -> Option<(u16, Returned)> {
        let hand = self.hands.iter().position(|hand| matches!(hand, Hand::Free))?;
        let (_, shard) = self.ready.pop_first()?;
        let known = self.shards.get_mut(&shard)?;
        let returned = known.waits.pop_front()?;
        known.is_taken = true;
        self.waiting -= 1;
        self.hands[hand] = Hand::Has(returned);
        Some((hand as u16, returned))
    }

    /// What that hand had, if it is still the member's; it is free.
    pub fn free(&mut self, hand: u16) -> Option<Returned> {
        match std::mem::replace(&mut self.hands[usize::from(hand)], Hand::Free) {
            Hand::Has(returned) => Some(returned),
            Hand::Free | Hand::Left => None,
        }
    }

    /// That hand has nothing to do after all.
    pub fn let_go(&mut self, hand: u16) {
        self.hands[usize::from(hand)] = Hand::Free;
    }

    /// A record is dealt with, and the next of its shard may be begun.
    pub fn deal_with(&mut self, returned: Returned) {
        let Returned { record, shard, .. } = returned;
        self.outstanding.remove(&(record.partition, record.offset));
        let Some(known) = self.shards.get_mut(&shard) else { return };
        known.is_taken = false;
        match known.waits.front() {
            Some(first) => self.ready.insert(first.arrival, shard),
            None => drop(self.shards.remove(&shard)),
        }
    }

    /// A record failed; its stay lasts until it is tried again. Its shard waits for it.
    pub fn back_off(&mut self, returned: Returned, stay: OpenStay) {
        let record = Record { stay, ..returned.record };
        self.backing_off.insert((record.partition, record.offset), Returned { record, ..returned });
    }

    /// It is tried again as soon as there is a hand.
    pub fn try_again(&mut self, place: (u16, Offset), again: impl FnOnce(Returned) -> Record) {
        let Some(returned) = self.backing_off.remove(&place) else { return };
        if let Some(known) = self.shards.get_mut(&returned.shard) {
            known.is_taken = false;
        }
        self.wait(Returned { record: again(returned), attempt: returned.attempt + 1, ..returned });
    }

    /// The first record of that partition that is not dealt with.
    pub fn first_outstanding(&self, partition: u16) -> Option<Offset> {
        self.outstanding.range((partition, 0)..(partition, Offset::MAX)).next().map(|((_, offset), ())| offset)
    }

    /// What no hand has is put away; nothing behind it counts as done.
    pub fn put_away(&mut self) -> Vec<Record> {
        let backing_off = self.backing_off.take().into_iter().map(|(_, returned)| returned.record);
        let mut away: Vec<Record> = backing_off.collect();
        for (_, shard) in self.shards.take() {
            away.extend(shard.waits.into_iter().map(|returned| returned.record));
        }
        self.ready.clear();
        self.waiting = 0;
        away
    }

    /// Nothing of all this is the member's any more.
    pub fn disown(&mut self) {
        self.outstanding.clear();
        for hand in &mut self.hands {
            *hand = match hand {
                Hand::Free => Hand::Free,
                Hand::Has(_) | Hand::Left => Hand::Left,
            };
        }
    }

    /// They died with their process.
    pub fn die(&mut self) {
        self.hands.fill(Hand::Free);
    }
}
