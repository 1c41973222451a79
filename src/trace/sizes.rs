//! What messages take on the wire, kept once for all that read alike, so that no message's row grows by it.
//!
//! *Invariant:* only who measures a run reads this. It is no part of a recording: who shows one would have to fetch it
//! and has no use for it.

use super::{LabelId, MessageRow};

/// What a message takes on the wire, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Once, whatever it carries: what the protocol puts round it.
    pub own: u32,
    /// For each job that it carries.
    pub each: u32,
}

impl Size {
    /// Nothing of the application's protocol travels: a connection is refused or breaks, or the message stays within one
    /// place.
    pub const NONE: Size = Size::of(0);

    /// So much whatever it carries.
    pub const fn of(own: u32) -> Self {
        Size { own, each: 0 }
    }

    /// And so much for each job.
    pub const fn each(self, each: u32) -> Self {
        Size { own: self.own, each }
    }
}

/// Stands for every label that a kind's messages have.
const ANY: LabelId = LabelId(u32::MAX);

/// The sizes of a side's messages, by kind and label. They stand in the order of these.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    rows: Vec<((u8, LabelId), Size)>,
}

impl Sizes {
    /// Messages of that kind take so much; with a label, only those that have it, whatever is said of the others. Where
    /// several parties say the same of one broker or of several, the larger counts: they differ by the length of a name.
    pub(crate) fn say(&mut self, kind: u8, label: Option<LabelId>, size: Size) {
        let key = (kind, label.unwrap_or(ANY));
        match self.rows.binary_search_by_key(&key, |(key, _)| *key) {
            Ok(place) => {
                let said = &mut self.rows[place].1;
                *said = Size { own: said.own.max(size.own), each: said.each.max(size.each) };
            }
            Err(place) => self.rows.insert(place, (key, size)),
        }
    }

    /// What a message of that kind with that label takes; nothing if nobody has said so.
    pub fn of(&self, kind: u8, label: LabelId) -> Option<Size> {
        [label, ANY].into_iter().find_map(|label| {
            let place = self.rows.binary_search_by_key(&(kind, label), |(key, _)| *key).ok()?;
            Some(self.rows[place].1)
        })
    }
}

impl super::Trace {
    /// What the message takes on the wire, in bytes.
    pub fn bytes(&self, message: &MessageRow) -> u64 {
        let Some(Size { own, each }) = self.sizes.of(message.kind, message.label) else { return 0 };
        let mut jobs = 0;
        let mut last = None;
        for part in self.parts_of(message) {
            let job = Some(self.job_of(*part));
            jobs += u64::from(job != last);
            last = job;
        }
        u64::from(own) + u64::from(each) * jobs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_of_its_own_goes_before_its_kind_and_the_larger_of_two_counts() {
        let mut sizes = Sizes::default();
        let (request, fault) = (LabelId(3), LabelId(7));
        assert_eq!(sizes.of(1, request), None);
        sizes.say(1, None, Size::of(30).each(8));
        sizes.say(1, Some(fault), Size::of(50));
        sizes.say(1, None, Size::of(20).each(9));
        sizes.say(0, None, Size::NONE);
        assert_eq!(sizes.of(1, request), Some(Size { own: 30, each: 9 }));
        assert_eq!(sizes.of(1, fault), Some(Size::of(50)));
        assert_eq!(sizes.of(0, fault), Some(Size::NONE));
        assert_eq!(sizes.of(2, fault), None);
    }
}
