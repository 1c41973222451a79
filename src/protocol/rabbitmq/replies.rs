//! Direct reply-to: replies go to the channel that asked, through no queue.
//!
//! *Invariant:* a reply reaches who asked for it or is dropped, and is confirmed either way. Whoever asked is known as
//! long as its channel is open: the name that stands in `reply_to` is good for nothing else.

use super::messages::ToPublisher;
use super::storage::Publish;
use super::words::Words;
use crate::engine::{LinkId, Parcel};
use crate::protocol::Stage;
use crate::protocol::answer::Letter;
use crate::protocol::by_number::ByNumber;
use crate::protocol::port::Attempt;
use crate::trace::{MarkKind, MessageId, PartId, Slot};

/// Who asks for replies.
#[derive(Default)]
pub(super) struct Replies {
    /// By the publication: over which channel the reply goes, and which attempt it is to.
    asked: ByNumber<MessageId, (LinkId<ToPublisher>, Attempt)>,
}

// Named in xtask/src/finish.rs, for only systems ask for replies.
impl Replies {
    #[inline(never)]
    pub fn expect(&mut self, publish: Publish) {
        crate::protocol::only_in_systems();
        self.asked.insert(publish.message, (publish.channel.back, publish.attempt));
    }

    /// Passes a reply on to whoever asked, if it is still there.
    #[inline(never)]
    pub fn pass_on(
        &mut self,
        (message, part): (MessageId, PartId),
        letter: Letter,
        words: &Words,
        stage: &mut Stage<'_>,
    ) {
        crate::protocol::only_in_systems();
        let Some((back, attempt)) = self.asked.get(&letter.to).copied() else {
            return stage.mark(MarkKind::Dropped, Slot::WHOLE, part, 0, words.unrouted);
        };
        let parcel =
            Parcel::new(back, (words.deliver.0, letter.label), part).attempt(attempt.number).answering(message);
        stage.send(parcel, ToPublisher::Reply { attempt, letter });
    }

    /// These channels are gone.
    pub fn forget(&mut self, are_gone: &dyn Fn(LinkId<ToPublisher>) -> bool) {
        if self.asked.is_empty() {
            return;
        }
        self.leave(are_gone);
    }

    #[inline(never)]
    fn leave(&mut self, are_gone: &dyn Fn(LinkId<ToPublisher>) -> bool) {
        crate::protocol::only_in_systems();
        let gone: Vec<MessageId> =
            self.asked.iter().filter(|(_, (back, _))| are_gone(*back)).map(|(message, _)| message).collect();
        for message in gone {
            self.asked.remove(&message);
        }
    }
}
