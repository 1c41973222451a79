//! The dead-letter topic: what a consumer could not do is written here for a person to look at.
//!
//! *Invariant:* what is parked here stays. Nobody reads it, and it keeps no run alive.

use super::words::Words;
use super::{Message, Timer};
use crate::engine::Input;
use crate::protocol::Stage;
use crate::protocol::parking::Parking;

pub struct DeadLetters {
    words: Words,
    parking: Parking,
}

impl DeadLetters {
    pub(super) fn new(words: Words) -> Self {
        DeadLetters { words, parking: Parking::default() }
    }

    pub(super) fn handle(&mut self, input: Input<Message, Timer>, stage: &mut Stage<'_>) {
        if let Input::Arrived(_, Message::DeadLetter { part }) = input {
            self.parking.park(part, self.words.dead_lettered, stage);
        }
    }
}
