//! Texts as people meet them: which texts a scenario may hold, and how an error quotes what it was given.
//!
//! Everything that is quoted in an error goes through [`shown`], and every finished error through [`one_line`]. So an
//! error is one short line whatever the input was: nobody has to scroll past their own file to read what is wrong.
//!
//! *Invariant:* what these functions give back has no control character, no line break and no control of the direction
//! of writing.

use std::fmt::{self, Display, Write};

/// The most characters of a value that an error repeats.
const MOST_SHOWN: usize = 60;
/// The most characters of a path.
const MOST_OF_PATH: usize = 200;
/// The most characters of an error. The longest that the program says by itself list all names of fields or scenarios.
const MOST_SAID: usize = 1000;

/// A value as an error repeats it: its first characters, on one line, with what is invisible written as its number.
pub fn shown(value: impl Display) -> String {
    beginning(value, MOST_SHOWN)
}

/// A path as an error repeats it. Longer than a value, for the program's own paths are.
pub fn shown_path(path: &str) -> String {
    beginning(path, MOST_OF_PATH)
}

fn beginning(value: impl Display, room: usize) -> String {
    let mut excerpt = Excerpt { text: String::new(), room };
    // An error only says that there is more of the value than there is room for it.
    let _ = write!(excerpt, "{value}");
    excerpt.text
}

/// Takes the first characters that are written to it, and refuses the rest.
struct Excerpt {
    text: String,
    room: usize,
}

impl Write for Excerpt {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        for c in piece.chars().flat_map(visible) {
            let Some(room) = self.room.checked_sub(1) else {
                self.text.push('…');
                return Err(fmt::Error);
            };
            self.room = room;
            self.text.push(c);
        }
        Ok(())
    }
}

/// A sentence on one line. If it is far too long, which only a long value in it can make it, its middle is left out.
pub fn one_line(sentence: &str) -> String {
    let line: String = sentence.chars().flat_map(visible).collect();
    let more = line.chars().count().saturating_sub(MOST_SAID);
    if more == 0 {
        return line;
    }
    let half = MOST_SAID / 2;
    line.chars().take(half).chain(['…']).chain(line.chars().skip(half + more)).collect()
}

/// A character as a person can see it on a line, as a number if need be.
fn visible(c: char) -> impl Iterator<Item = char> {
    let (itself, number) = match c {
        '\n' | '\r' | '\t' => (Some(' '), None),
        _ if why_unfit(c).is_some() => (None, Some(c.escape_unicode())),
        _ => (Some(c), None),
    };
    itself.into_iter().chain(number.into_iter().flatten())
}

/// Checks a text that a scenario shows: at most so many characters, on one line, with nothing invisible that would
/// change how the rest is read.
///
/// # Errors
/// A sentence that says what is wrong and what would do.
pub fn check(text: &str, most: usize) -> Result<(), String> {
    let length = text.chars().count();
    if length > most {
        return Err(format!("the text has {length} characters; at most {most} fit"));
    }
    match text.chars().find_map(|c| Some((c, why_unfit(c)?))) {
        Some((c, why)) => Err(format!("the text has {why} (U+{:04X}); write plain text on one line", c as u32)),
        None => Ok(()),
    }
}

/// What a character is that no text may have.
fn why_unfit(c: char) -> Option<&'static str> {
    match c {
        _ if c.is_control() => Some("a control character"),
        '\u{2028}' | '\u{2029}' => Some("a line break"),
        // Embeddings, overrides and isolates (UAX #9). Marks of direction such as U+200F change only what they stand
        // beside, and texts in Arabic or Hebrew need them.
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => Some("a control of the direction of writing"),
        // XML, and so an SVG file, cannot hold them.
        _ if c as u32 & 0xFFFE == 0xFFFE => Some("a number that is no character"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn what_is_long_is_shown_by_its_beginning() {
        let long = "x".repeat(420_000);
        assert_eq!(shown(&long), format!("{}…", "x".repeat(60)));
        assert_eq!(shown(Value::from(long)).chars().count(), 61);
        assert_eq!(shown(Value::from("short")), "\"short\"");
    }

    #[test]
    fn what_is_invisible_is_shown_by_its_number() {
        assert_eq!(shown("a\u{202E}b\u{7}c\nd"), "a\\u{202e}b\\u{7}c d");
        assert_eq!(one_line("a\u{2028}b"), "a\\u{2028}b");
    }

    #[test]
    fn a_long_sentence_keeps_its_beginning_and_its_end() {
        let line = one_line(&format!("`{}` is not a protocol; there are `http` and others", "é".repeat(420_000)));
        assert!(line.starts_with("`ééé") && line.ends_with("`http` and others"), "{line}");
        assert!(line.chars().count() <= MOST_SAID + 1, "{}", line.len());
        assert_eq!(one_line("short"), "short");
    }

    #[test]
    fn a_text_is_plain_and_says_what_it_must_not_have() {
        assert_eq!(check("Zahlung fällig: طلب, 支払い, \u{200F}!", 40), Ok(()));
        assert_eq!(check("12345", 4).unwrap_err(), "the text has 5 characters; at most 4 fit");
        for (text, named) in [
            ("safe\u{202E}gpj.exe", "a control of the direction of writing (U+202E)"),
            ("two\u{2028}lines", "a line break (U+2028)"),
            ("bell\u{7}", "a control character (U+0007)"),
            ("no\u{FFFF}", "a number that is no character (U+FFFF)"),
        ] {
            let sentence = check(text, 40).unwrap_err();
            assert!(sentence.contains(named) && sentence.ends_with("write plain text on one line"), "{sentence}");
        }
    }
}
