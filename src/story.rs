//! A run in sentences: one for each step, and the story of a job.
//!
//! *Invariant:* everything is read off the trace, in the words of its lanes, slots, kinds and labels. No word of a
//! protocol stands here; its labels bring them.

mod job;
mod step;

pub use job::{job, job_from};
pub use step::{brief, sentence, sentences};

use crate::time::{Moment, Span, exact};
use crate::trace::{ActorId, Slot, Trace};

/// A sentence about a moment, or about the span from it to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub at: Moment,
    /// The end of the span it is about, if it is about one that ended.
    pub until: Option<Moment>,
    pub text: String,
}

/// The name of a lane, and of its slot if it has several: "Web app", "Web app (thread 2)".
pub fn place(trace: &Trace, actor: ActorId, slot: Slot) -> String {
    let row = trace.actor(actor);
    match row.slot_name(slot) {
        Some(slot) => format!("{} ({slot})", row.name),
        None => row.name.clone(),
    }
}

/// A moment as its distance from the start, with all its decimals.
pub fn clock(at: Moment) -> String {
    exact(at.since(Moment::START))
}

/// A span with all its decimals.
pub fn length(span: Span) -> String {
    exact(span)
}

/// The text as the beginning of a sentence: with a capital, unless it begins with the name of a lane, which stays as
/// the scenario has it.
pub fn opening(trace: &Trace, text: &str) -> String {
    let is_name =
        |name: &str| !name.is_empty() && text.strip_prefix(name).is_some_and(|rest| !rest.starts_with(is_letter));
    match trace.actors.iter().any(|row| is_name(&row.name)) {
        true => text.to_owned(),
        false => capital(text),
    }
}

/// Whether the letter may be within a word.
fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || !letter.is_ascii()
}

/// The text with a capital for its first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let mut capital = String::with_capacity(text.len());
    capital.extend(letters.next().map(upper));
    capital.push_str(letters.as_str());
    capital
}

/// The capital of a Latin, Greek or Cyrillic letter that has one; any other letter stays as it is. The standard
/// library's table for all scripts would weigh as much in the page as all the words of a story.
fn upper(letter: char) -> char {
    let code = u32::from(letter);
    let capital = match letter {
        'a'..='z' | 'à'..='ö' | 'ø'..='þ' | 'α'..='ρ' | 'σ'..='ϋ' | 'а'..='я' => code - 32,
        'ѐ'..='џ' => code - 80,
        'ā'..='į' | 'ĳ'..='ķ' | 'ŋ'..='ŷ' => code - code % 2,
        'ĺ'..='ň' | 'ź'..='ž' => code - (code + 1) % 2,
        _ => code,
    };
    char::from_u32(capital).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_with_a_capital_unless_with_the_name_of_a_lane() {
        let mut trace = Trace::new(1, 1);
        trace.actors.push(crate::trace::ActorRow {
            id: "resize".to_owned(),
            name: "resize".to_owned(),
            subtitle: String::new(),
            duty: crate::trace::Duty::Worker,
            drawing: crate::trace::Drawing::Slots,
            slots: 1,
            slot_noun: "worker".to_owned(),
            slot_names: Vec::new(),
        });
        assert_eq!(opening(&trace, "resize sent “ok”"), "resize sent “ok”");
        assert_eq!(opening(&trace, "resized by hand"), "Resized by hand");
        assert_eq!(opening(&trace, "job 3 is wanted"), "Job 3 is wanted");
    }

    #[test]
    fn letters_of_european_languages_have_their_capitals() {
        // These have none of their own, one far away, or never begin a word.
        let apart = "µßÿıŉſς";
        for letter in ('\0'..='\u{17f}').chain('α'..='ϋ').chain('Ѐ'..='џ').filter(|letter| !apart.contains(*letter))
        {
            assert_eq!(upper(letter).to_string(), letter.to_uppercase().to_string(), "{letter}");
        }
        assert_eq!(capital("überweisung 3 ß"), "Überweisung 3 ß");
    }
}
