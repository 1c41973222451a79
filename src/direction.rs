//! The direction of writing: texts of a scenario may have letters that run to the left, and stand among words that do not.
//!
//! Everything that shows a line of text (the picture, the page, the formats) has it put in order here, as a whole and as the
//! last thing. So a name or a label moves nothing that stands beside it: neither the moment after it nor the next name.
//! Marks are used and no isolates (U+2068), for terminals and programs that draw SVG or Mermaid know more of the first.
//!
//! *Invariant:* a text without such letters stays as it is, to the byte. What is meant for programs (JSON, CSV) has the
//! scenario's own texts.

use std::borrow::Cow;

/// A text whose parts are shown in the order in which they are written. A number or a slash after letters that run to
/// the left would be shown on the other side of them, so `/طلب/1/pay` would read as another path. A left-to-right mark
/// (U+200E) after such letters keeps what follows in its place.
pub fn ordered(text: &str) -> Cow<'_, str> {
    if !text.chars().any(runs_left) {
        return Cow::Borrowed(text);
    }
    let mut ordered = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut within = false;
    while let Some(character) = characters.next() {
        ordered.push(character);
        within = runs_left(character) || (within && character == ' ');
        // A space between two words of such letters belongs to them.
        let ends = characters.peek().is_some_and(|next| !runs_left(*next) && *next != ' ');
        if within && ends {
            ordered.push('\u{200e}');
            within = false;
        }
    }
    Cow::Owned(ordered)
}

/// Whether a letter is of Hebrew, Arabic or another script that runs to the left.
fn runs_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_letters_that_run_to_the_left_stays_behind_them() {
        assert_eq!(ordered("/طلب/1/pay"), "/طلب\u{200e}/1/pay");
        assert_eq!(ordered("طلب جديد 3"), "طلب جديد \u{200e}3");
        assert_eq!(ordered("“طلب” [0 → 10 ms]"), "“طلب\u{200e}” [0 → 10 ms]");
    }

    #[test]
    fn a_text_of_one_direction_stays_as_it_is() {
        for text in ["GET /user/1", "طلب", "支払い 3", ""] {
            assert_eq!(ordered(text), text);
        }
    }
}
