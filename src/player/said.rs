//! What is said of the last thing that the person did, for those who listen.
//!
//! *Invariant:* the sentence of a step is made when it is said, for it needs what a page has not got from the beginning.

use super::Player;
use super::narration::sentence_at;
use crate::time::Moment;

/// What is to be said.
#[derive(Debug)]
pub enum Said {
    Words(String),
    /// What happens at that moment. It is put into words by whoever says it.
    Step(Moment),
}

impl Default for Said {
    fn default() -> Self {
        Said::Words(String::new())
    }
}

impl Player {
    /// One sentence on the last step that the person took, for those who listen.
    pub fn said(&self) -> String {
        match (&self.said, &self.reel) {
            (Said::Words(words), _) => words.clone(),
            (Said::Step(at), Some(reel)) => sentence_at(reel, *at),
            (Said::Step(_), None) => String::new(),
        }
    }

    /// Whether that is the sentence of a step, which only the later part of the page can put into words.
    pub fn says_a_step(&self) -> bool {
        matches!(self.said, Said::Step(_))
    }

    pub(super) fn say(&mut self, words: impl Into<String>) {
        self.said = Said::Words(words.into());
    }
}
