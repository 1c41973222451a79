//! What a message knows of its deaths: the header `x-death`; and what is said of one that lies where nobody takes it.
//!
//! Sources: rabbitmq-website, dlx.md; `mc.erl` (`record_death`, `is_cycle_v2`). *Invariant:* a message that no consumer
//! rejects is never twice in one queue.

use super::messages::Reason;
use crate::engine::OpenStay;
use crate::protocol::Stage;
use crate::protocol::deaths::Deaths;
use crate::trace::{LabelId, MarkKind, PartId, Slot, StayKind};

/// What a message knows of its deaths: the header `x-death`, of whose entries the counts are kept by queue.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Died {
    pub(super) counts: Deaths,
    /// The queues in which it died since a consumer last rejected it, a bit each. They are those whose entries stand
    /// before the first one that says `rejected`, for the entries are in the order of the latest death.
    unrejected: u16,
    /// `x-last-death-reason`.
    last: Option<Reason>,
}

impl Died {
    pub(super) fn add(&mut self, queue: u16, reason: Reason) {
        self.counts.add(queue);
        self.last = Some(reason);
        match reason {
            Reason::Rejected => self.unrejected = 0,
            Reason::Expired | Reason::MaxLength | Reason::DeliveryLimit => self.unrejected |= 1 << queue,
        }
    }

    /// Whether it would come back to that queue without anybody having rejected it on the way.
    pub(super) fn closes_a_cycle(self, to: u16) -> bool {
        self.unrejected >> to & 1 == 1
    }
}

/// What is said of what lies in a queue where nobody takes it out and nothing expires.
#[derive(Clone, Copy)]
pub(super) struct Parking {
    /// Of what did not die: somebody has put it there.
    pub parked: LabelId,
    /// By reason.
    pub dead_lettered: [LabelId; 4],
}

// Named in xtask/src/finish.rs, for only systems have such queues.
impl Parking {
    #[inline(never)]
    pub(super) fn lay_down(&self, (part, died): (PartId, Died), slot: Slot, stage: &mut Stage<'_>) -> OpenStay {
        crate::protocol::only_in_systems();
        stage.dead_letters(part);
        let label = died.last.map_or(self.parked, |reason| self.dead_lettered[reason as usize]);
        stage.mark(MarkKind::DeadLettered, slot, part, 0, label);
        stage.begin(slot, StayKind::Parked, part)
    }

    /// It does not lie there any more.
    #[inline(never)]
    pub(super) fn pick_up(part: PartId, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        stage.takes_up(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_one_in_which_nobody_rejected_the_message() {
        let mut died = Died::default();
        died.add(0, Reason::Expired);
        assert!(!died.closes_a_cycle(1), "it was never there");
        died.add(1, Reason::Expired);
        assert!(died.closes_a_cycle(0) && died.closes_a_cycle(1));
        died.add(2, Reason::Rejected);
        assert!((0..3).all(|queue| !died.closes_a_cycle(queue)), "all that was before the rejection is behind it");
        died.add(1, Reason::DeliveryLimit);
        assert!(died.closes_a_cycle(1) && !died.closes_a_cycle(0));
        assert_eq!([0, 1, 2, 3].map(|queue| died.counts.count(queue)), [1, 2, 1, 0]);
    }
}
