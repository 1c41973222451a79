//! What an actor keeps of what it has begun: a timer that is set, a stay that is open.

use super::agenda::EntryId;
use crate::trace::StayId;

/// A timer that was set. Whoever is done with what it was set for cancels it, so none rings that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerId(pub(super) EntryId);

/// A stay that has begun and not ended.
#[derive(Clone, Copy, Debug)]
pub struct OpenStay {
    pub(super) stay: StayId,
    pub(super) timer: Option<TimerId>,
}

impl OpenStay {
    pub(super) fn id(self) -> StayId {
        self.stay
    }

    /// None at all, for tests of what only keeps stays.
    #[cfg(test)]
    pub(crate) fn none() -> OpenStay {
        OpenStay { stay: StayId::NONE, timer: None }
    }
}
