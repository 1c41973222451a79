//! Labels, kept once each: a million messages share a handful of texts.
//!
//! *Invariant:* a label is plain text and never markup; each format escapes it at its own door.

use borsh::{BorshDeserialize, BorshSerialize};

use super::JobId;

/// A text in a [`Labels`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub struct LabelId(pub u32);

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
    /// The number of `text`, which is added if it is new. Labels are made while a side is set up, from texts whose
    /// number the scenario's caps bound, so there are few of them to look through.
    pub fn intern(&mut self, text: &str) -> LabelId {
        let found = self.texts.iter().position(|known| known == text);
        let index = found.unwrap_or_else(|| {
            self.texts.push(text.to_owned());
            self.texts.len() - 1
        });
        LabelId(index as u32)
    }

    /// The text as written, placeholder and all.
    pub fn text(&self, label: LabelId) -> &str {
        &self.texts[label.0 as usize]
    }

    /// The text with `{job}` replaced by the job's number, counted from one.
    pub fn fill(&self, label: LabelId, job: Option<JobId>) -> String {
        let text = self.text(label);
        let filled = job.and_then(|job| filled(text, "{job}", &job.number().to_string()));
        filled.unwrap_or_else(|| text.to_owned())
    }
}

/// `text` with `words` wherever `mark` stands; nothing if it stands nowhere. The standard library's search for a text is
/// made for long ones, and is kilobytes of the page.
pub fn filled(text: &str, mark: &str, words: &str) -> Option<String> {
    let place_in = |text: &str| text.as_bytes().windows(mark.len()).position(|bytes| bytes == mark.as_bytes());
    let mut rest = text;
    let mut filled = None;
    while let Some(place) = place_in(rest) {
        let filled: &mut String = filled.get_or_insert_default();
        filled.push_str(rest.get(..place).unwrap_or_default());
        filled.push_str(words);
        rest = rest.get(place + mark.len()..).unwrap_or_default();
    }
    filled.map(|filled| filled + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number that ends at a power of two would give the text of another label, and nothing would fail.
    #[test]
    fn more_labels_than_sixteen_bits_can_number_are_told_apart() {
        const MANY: u32 = 70_000;
        let mut labels = Labels { texts: (0..MANY).map(|number| format!("label {number}")).collect() };
        assert_eq!(labels.intern("label 69999"), LabelId(69_999));
        let added = labels.intern("job {job} beyond");
        assert_eq!(added, LabelId(MANY));
        let labels: Labels = borsh::from_slice(&borsh::to_vec(&labels).unwrap()).unwrap();
        let added: LabelId = borsh::from_slice(&borsh::to_vec(&added).unwrap()).unwrap();
        assert_eq!(labels.fill(added, Some(JobId::from_index(2))), "job 3 beyond");
        assert_eq!(labels.text(LabelId(MANY - (1 << 16))), "label 4464", "which a shorter number would have given");
    }

    #[test]
    fn every_mark_is_filled_and_nothing_else() {
        for text in ["", "job {job}", "{job}{job} – {count}{jo", "é{job}é", "{{job}}"] {
            let expected = text.contains("{job}").then(|| text.replace("{job}", "12"));
            assert_eq!(filled(text, "{job}", "12"), expected);
        }
    }
}
