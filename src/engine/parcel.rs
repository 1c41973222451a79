//! A message about to be sent.

use super::link::LinkId;
use super::setup::Word;
use crate::trace::{MessageId, PartId, Slot};

/// A message of type `B` about to be sent.
pub struct Parcel<B> {
    pub(super) link: LinkId<B>,
    pub(super) word: Word,
    pub(super) part: PartId,
    pub(super) attempt: u32,
    pub(super) reply_to: MessageId,
    pub(super) from_slot: Slot,
    pub(super) to_slot: Slot,
}

impl<B> Parcel<B> {
    /// What goes that way, in the vendor's words, with the part that it carries or [`PartId::NONE`].
    pub fn new(link: LinkId<B>, word: Word, part: PartId) -> Self {
        Parcel { link, word, part, attempt: 1, reply_to: MessageId::NONE, from_slot: Slot::WHOLE, to_slot: Slot::WHOLE }
    }

    /// It is the how manieth of its kind, from one.
    pub fn attempt(self, attempt: u32) -> Self {
        Parcel { attempt, ..self }
    }

    /// It answers that message.
    pub fn answering(self, reply_to: MessageId) -> Self {
        Parcel { reply_to, ..self }
    }

    /// It comes from that slot of the sender's.
    pub fn from(self, from_slot: Slot) -> Self {
        Parcel { from_slot, ..self }
    }

    /// It goes to that slot of the receiver's, as far as the sender knows it.
    pub fn to(self, to_slot: Slot) -> Self {
        Parcel { to_slot, ..self }
    }

    /// The same of whatever message. Only the world, which sends it, makes no difference.
    pub(super) fn of_any<M>(self) -> Parcel<M> {
        let Parcel { link, word, part, attempt, reply_to, from_slot, to_slot } = self;
        Parcel { link: LinkId::new(link.0), word, part, attempt, reply_to, from_slot, to_slot }
    }
}
