//! How often a message was dead-lettered in each queue of its broker.
//!
//! *Invariant:* a count never goes down, and stops at [`Deaths::MOST`].

/// The queues of a broker for which deaths are counted.
pub const MOST_QUEUES: usize = 16;

/// The counts, by the numbers of the queues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deaths([u8; MOST_QUEUES]);

impl Deaths {
    /// From here on they are not told apart.
    pub const MOST: u8 = u8::MAX;

    pub(crate) fn add(&mut self, queue: u16) {
        if let Some(count) = self.0.get_mut(usize::from(queue)) {
            *count = count.saturating_add(1);
        }
    }

    /// In that queue.
    pub(crate) fn count(self, queue: u16) -> u8 {
        self.0.get(usize::from(queue)).copied().unwrap_or(0)
    }

    /// In all of them together.
    pub(crate) fn all(self) -> u32 {
        self.0.iter().map(|count| u32::from(*count)).sum()
    }
}
