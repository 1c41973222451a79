//! How a scenario is found among others: what its file says of that.
//!
//! *Invariant:* nothing here has to do with a run.

use super::Problem;
use super::check::{Checked, MAX_NAME, MAX_PROSE, at_most, text};
use crate::reading::fields;

const MAX_GROUPS: usize = 4;
const MAX_WORDS: usize = 24;

/// How the library has a scenario, as written. By which protocols it is found, and by what goes wrong in it, is found out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LibraryText {
    /// The titles of the groups in which it stands, as they are shown, its own first: at most 4 of 64 characters.
    pub groups: Vec<String>,
    /// Further words to find it by: at most 24 of 64 characters.
    pub words: Vec<String>,
    /// The honest line on when the other style is the better one: at most 500 characters.
    pub otherwise: String,
}

fields!(LibraryText: groups, words, otherwise);

impl LibraryText {
    pub(super) fn check(&self) -> Checked {
        text("library.otherwise", &self.otherwise, MAX_PROSE)?;
        for (path, texts, most) in
            [("library.groups", &self.groups, MAX_GROUPS), ("library.words", &self.words, MAX_WORDS)]
        {
            at_most(path, texts.len(), most)?;
            for (index, word) in texts.iter().enumerate() {
                let path = format!("{path}.{index}");
                text(&path, word, MAX_NAME)?;
                if word.trim().is_empty() {
                    let sentence = "the text is empty; leave it out, or write what the scenario is to be found by";
                    return Err(Problem::new(path, sentence));
                }
            }
        }
        Ok(())
    }
}
