//! The dead-letter queue: what nobody could do is set aside here for a person to look at.
//!
//! *Invariant:* what is parked here stays. Nobody consumes from it, and it keeps no run alive.

use super::words::Words;
use super::{Message, Timer};
use crate::engine::{Fault, Input, Phase};
use crate::protocol::Stage;
use crate::trace::{LevelKind, MarkKind, Slot, StayKind};

pub struct DeadLetters {
    words: Words,
    /// How many faults keep it from taking anything.
    outages: u32,
    parked: u32,
}

impl DeadLetters {
    pub(super) fn new(words: Words) -> Self {
        DeadLetters { words, outages: 0, parked: 0 }
    }

    pub(super) fn handle(&mut self, input: Input<Message, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Arrived(message, Message::DeadLetter { part, reason }) => {
                if self.outages > 0 {
                    // Dead letters are published without confirms: at most once (dlx).
                    stage.refuse(message);
                    return stage.mark(MarkKind::Dropped, Slot::WHOLE, part, 0, self.words.dropped(reason));
                }
                stage.dead_letters(part);
                stage.mark(MarkKind::DeadLettered, Slot::WHOLE, part, 0, self.words.dead_lettered(reason));
                stage.begin(Slot::WHOLE, StayKind::Parked, part);
                self.parked += 1;
                stage.level(Slot::WHOLE, LevelKind::Stays(StayKind::Parked), self.parked);
            }
            Input::Fault(Fault::Outage | Fault::Crash, Phase::Begins) => self.outages += 1,
            Input::Fault(Fault::Outage | Fault::Crash, Phase::Ends) => self.outages -= 1,
            _ => {}
        }
    }
}
