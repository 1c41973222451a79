//! Labels, kept once each: a million messages share a handful of texts.
//!
//! *Invariant:* a label is plain text and never markup; each format escapes it at its own door.

use borsh::{BorshDeserialize, BorshSerialize};

use super::JobId;

/// A text in a [`Labels`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub struct LabelId(pub u16);

impl LabelId {
    /// The empty label, in every table.
    pub const EMPTY: LabelId = LabelId(0);
}

/// Texts by number. `{job}` in a text stands for the number of the job that a row carries, `{count}` in a message's
/// label for how many parts it carries.
#[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
pub struct Labels {
    texts: Vec<String>,
}

impl Default for Labels {
    fn default() -> Self {
        Labels { texts: vec![String::new()] }
    }
}

impl Labels {
    /// The number of `text`, which is added if it is new. Beyond 65,535 texts the empty one is returned: labels are
    /// made while a side is set up, from texts that the scenario's caps bound.
    pub fn intern(&mut self, text: &str) -> LabelId {
        let found = self.texts.iter().position(|known| known == text);
        let index = found.unwrap_or_else(|| {
            self.texts.push(text.to_owned());
            self.texts.len() - 1
        });
        u16::try_from(index).map_or(LabelId::EMPTY, LabelId)
    }

    /// The text as written, placeholder and all.
    pub fn text(&self, label: LabelId) -> &str {
        &self.texts[label.0 as usize]
    }

    /// The text with `{job}` replaced by the job's number, counted from one.
    pub fn fill(&self, label: LabelId, job: Option<JobId>) -> String {
        let text = self.text(label);
        match job {
            Some(job) if text.contains("{job}") => text.replace("{job}", &job.number().to_string()),
            _ => text.to_owned(),
        }
    }
}
