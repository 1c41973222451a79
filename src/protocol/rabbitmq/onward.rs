//! The way of dead letters that go on: what is set aside by one queue goes to another queue of the same broker, where it is
//! a message like any other.
//!
//! Sources: rabbitmq-website, dlx.md; `rabbit_dead_letter.erl`. The dead-letter exchange is the default one here, with the
//! queue's name as the `dead-letter-routing-key`. *Invariant:* what dies on its way is there at the same moment, or gone.

use super::messages::Reason;
use super::queue::Stored;
use super::storage::{Incoming, Publisher};
use super::words::Words;
use crate::protocol::Stage;
use crate::trace::{MarkKind, Slot};

/// What is said of a dead letter that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// That it will be handed out again, and why.
    Returned,
    /// Nothing, for nothing has happened to it but that it has waited; or the queue to which it goes says what there is to
    /// say.
    Nothing,
}

/// The way from a queue to another one of its broker.
pub(crate) struct Onward {
    to: u16,
    said: Said,
    /// What has died, and is not there yet.
    letters: Vec<(Incoming, Reason)>,
}

// Named in xtask/src/finish.rs, for only in systems do dead letters go on.
impl Onward {
    pub(crate) fn new(to: u16, said: Said) -> Self {
        Onward { to, said, letters: Vec::new() }
    }

    /// A message has died in that queue. Its own `expiration` does not go along, and its deliveries are counted anew.
    #[inline(never)]
    pub(super) fn take(
        &mut self,
        (from, slot): (u16, Slot),
        stored: Stored,
        reason: Reason,
        words: &Words,
        stage: &mut Stage<'_>,
    ) {
        crate::protocol::only_in_systems();
        let Stored { part, mut headers, deliveries, .. } = stored;
        headers.died.add(from, reason);
        if reason != Reason::Rejected && headers.died.closes_a_cycle(self.to) {
            return stage.mark(MarkKind::Dropped, slot, part, 0, words.cycle);
        }
        if self.said == Said::Returned {
            stage.mark(MarkKind::Returned, slot, part, deliveries.into(), words.dead_lettered[reason as usize]);
        }
        let attempt = 1 + headers.died.counts.all();
        let letter = Incoming { part, headers, attempt, expiration: None, publisher: Publisher::Gone };
        self.letters.push((letter, reason));
    }

    /// All that has died meanwhile, and to which queue it goes.
    #[inline(never)]
    pub(super) fn letters(&mut self) -> impl Iterator<Item = (u16, Incoming, Reason)> {
        crate::protocol::only_in_systems();
        let to = self.to;
        self.letters.drain(..).map(move |(letter, reason)| (to, letter, reason))
    }
}
