//! The words that steps find, write and compare, by numbers.
//!
//! *Invariant:* the first words mean the same on every side; the others are a reader's own.

use crate::protocol::call::{CallFailure, StepEnd};

/// The number of a word.
pub(super) type Word = u32;

/// All words of a side.
#[derive(Clone, Debug)]
pub(super) struct Lexicon {
    words: Vec<String>,
}

/// Those that are found where a step has failed.
pub(super) const FAILURES: [&str; 5] = ["refused", "timed out", "not permitted", "no room", "failed"];

/// Those that steps find by themselves, in the order of their numbers.
pub(super) const FOUND: [&str; 9] =
    ["", "nothing", "new", "exists", "refused", "timed out", "not permitted", "no room", "failed"];

impl Lexicon {
    pub const NONE: Word = 0;
    pub const NOTHING: Word = 1;
    pub const NEW: Word = 2;
    pub const EXISTS: Word = 3;
    pub const REFUSED: Word = 4;
    pub const TIMED_OUT: Word = 5;
    pub const NOT_PERMITTED: Word = 6;
    pub const NO_ROOM: Word = 7;
    pub const FAILED: Word = 8;

    pub fn new() -> Self {
        Lexicon { words: FOUND.map(str::to_owned).into() }
    }

    /// The number of a word, which is a new one if it was not there.
    pub fn number(&mut self, word: &str) -> Word {
        let known = self.words.iter().position(|known| known == word);
        let number = known.unwrap_or_else(|| {
            self.words.push(word.to_owned());
            self.words.len() - 1
        });
        number as Word
    }

    /// The number of a word that is there.
    pub fn known(&self, word: &str) -> Word {
        self.words.iter().position(|known| known == word).unwrap_or(0) as Word
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

impl Lexicon {
    /// What is found where a step has failed.
    pub fn of_failure(&self, end: StepEnd) -> Word {
        match end {
            StepEnd::Failed(CallFailure::TurnedAway) => Lexicon::REFUSED,
            StepEnd::Failed(CallFailure::Silence) => Lexicon::TIMED_OUT,
            StepEnd::Failed(CallFailure::NotPermitted) => Lexicon::NOT_PERMITTED,
            StepEnd::Failed(CallFailure::NoRoom) => Lexicon::NO_ROOM,
            StepEnd::Answered(answer) | StepEnd::Failed(CallFailure::Error(answer)) if answer.note != Lexicon::NONE => {
                answer.note
            }
            StepEnd::Failed(_) | StepEnd::Answered(_) | StepEnd::WorkFailed | StepEnd::Done | StepEnd::Nothing => {
                Lexicon::FAILED
            }
        }
    }
}
