//! The dead-letter queue: what was received too often is set aside here for a person to look at.
//!
//! *Invariant:* what is parked here stays. Nobody receives from it, and it keeps no run alive.

use super::words::Words;
use super::{Message, Timer};
use crate::engine::Input;
use crate::protocol::Stage;
use crate::trace::{LevelKind, MarkKind, Slot, StayKind};

pub struct DeadLetters {
    words: Words,
    parked: u32,
}

impl DeadLetters {
    pub(super) fn new(words: Words) -> Self {
        DeadLetters { words, parked: 0 }
    }

    pub(super) fn handle(&mut self, input: Input<Message, Timer>, stage: &mut Stage<'_>) {
        let Input::Arrived(_, Message::DeadLetter { part }) = input else {
            return;
        };
        stage.dead_letters(part);
        stage.mark(MarkKind::DeadLettered, Slot::WHOLE, part, 0, self.words.dead_lettered);
        stage.begin(Slot::WHOLE, StayKind::Parked, part);
        self.parked += 1;
        stage.level(Slot::WHOLE, LevelKind::Stays(StayKind::Parked), self.parked);
    }
}
