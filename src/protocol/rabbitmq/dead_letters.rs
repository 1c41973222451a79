//! The dead-letter queue: what nobody could do is set aside here for a person to look at.
//!
//! *Invariant:* what is parked here stays. Nobody consumes from it, and it keeps no run alive.

use super::words::Words;
use super::{Message, Timer};
use crate::engine::{Fault, Input, Phase};
use crate::protocol::Stage;
use crate::protocol::parking::Parking;
use crate::trace::{MarkKind, Slot};

pub struct DeadLetters {
    words: Words,
    /// How many faults keep it from taking anything.
    outages: u32,
    parking: Parking,
}

impl DeadLetters {
    pub(super) fn new(words: Words) -> Self {
        DeadLetters { words, outages: 0, parking: Parking::default() }
    }

    pub(super) fn handle(&mut self, input: Input<Message, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Arrived(message, Message::DeadLetter { part, reason }) => {
                if self.outages > 0 {
                    // Dead letters are published without confirms: at most once (dlx).
                    stage.refuse(message);
                    return stage.mark(MarkKind::Dropped, Slot::WHOLE, part, 0, self.words.dropped(reason));
                }
                self.parking.park(part, self.words.dead_lettered(reason), stage);
            }
            Input::Fault(Fault::Outage | Fault::Crash, Phase::Begins) => self.outages += 1,
            Input::Fault(Fault::Outage | Fault::Crash, Phase::Ends) => self.outages -= 1,
            _ => {}
        }
    }
}
