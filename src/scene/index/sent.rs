//! The messages of all sides as one list, in the order in which they were sent, without background traffic.
//!
//! *Invariant:* the list is never made. Whatever is asked of it is found by searching the lists of the sides.

use super::Index;
use crate::recording::SidePlayed;
use crate::time::{Moment, Span};
use crate::trace::MessageId;

impl Index {
    /// How many messages there are in the list.
    pub fn messages(&self) -> usize {
        self.sides.iter().map(|side| side.told.len()).sum()
    }

    /// How many messages of the list each side had sent before `at`.
    fn sent_before(&self, sides: &[SidePlayed], at: Moment) -> Vec<usize> {
        let before = |(index, side): (&super::SideIndex, &SidePlayed)| {
            index.told.partition_point(|place| side.trace.messages[*place as usize].sent < at)
        };
        self.sides.iter().zip(sides).map(before).collect()
    }

    /// How many messages of the list were sent until `at`, that moment included.
    pub fn sent_until(&self, sides: &[SidePlayed], at: Moment) -> usize {
        self.sent_before(sides, at + Span::micros(1)).into_iter().sum()
    }

    /// The messages of the list from the place `first` on, `count` of them at most, each with its side. Messages sent
    /// at one moment are in the order of their sides.
    pub fn sent(&self, sides: &[SidePlayed], first: usize, count: usize) -> Vec<(u8, MessageId)> {
        // The moment in which the first of them was sent is the last one before which no more than `first` were sent.
        let (mut begin, mut end) = (0, crate::recording::ended(sides).micros() + 1);
        while end - begin > 1 {
            let middle = begin + (end - begin) / 2;
            let before: usize = self.sent_before(sides, Moment::from_micros(middle)).into_iter().sum();
            if before <= first { begin = middle } else { end = middle }
        }
        let mut next = self.sent_before(sides, Moment::from_micros(begin));
        let mut place: usize = next.iter().sum();
        let mut found = Vec::new();
        while found.len() < count {
            let waiting = (0..sides.len()).filter_map(|side| {
                let told = *self.sides[side].told.get(next[side])?;
                Some((sides[side].trace.messages[told as usize].sent, side, told))
            });
            let Some((_, side, told)) = waiting.min() else { break };
            if place >= first {
                found.push((side as u8, MessageId::from_index(told)));
            }
            next[side] += 1;
            place += 1;
        }
        found
    }

    /// The last message of a side that carries a job and was sent until `at`.
    pub fn last_with_a_job(&self, sides: &[SidePlayed], side: u8, at: Moment) -> Option<MessageId> {
        let (told, trace) = (&self.side(side).told, &sides[usize::from(side)].trace);
        let row = |place: &u32| &trace.messages[*place as usize];
        let sent = told.partition_point(|place| row(place).sent <= at);
        let carries = |place: &&u32| !trace.parts_of(row(place)).is_empty();
        told[..sent].iter().rev().find(carries).map(|place| MessageId::from_index(*place))
    }
}
