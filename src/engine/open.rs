//! What an actor keeps of what it has begun: a timer that is set, a stay that is open.

use super::agenda::EntryId;
use super::context::Context;
use crate::time::Span;
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

    /// The stay, which that timer, and no earlier one, is to end if nothing ends it before. Ending the stay cancels the
    /// timer.
    pub fn until<M: Clone, T>(self, span: Span, timer: impl Into<T>, context: &mut Context<'_, M, T>) -> OpenStay {
        context.put_off(self, span, timer.into())
    }
}
