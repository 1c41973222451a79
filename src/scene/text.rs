//! How wide a text is, without asking a browser.
//!
//! The table holds, for each character, the widest of the faces that the style sheets name: DejaVu Sans, which Linux
//! systems fall back to, is wider than Inter, Segoe UI, San Francisco and Roboto in all but a few glyphs; three per
//! cent of slack cover those.
//!
//! *Invariant:* no browser draws a text wider than [`width`] says (a browser test holds it).

use super::{Anchor, Area, Face, Form, Point};

/// Advance widths of U+0020 to U+007E in thousandths of the size, regular weight.
const REGULAR: [u16; 95] = [
    318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637, 637, 637, 637, 637,
    637, 637, 637, 337, 337, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632, 576, 775, 752, 295, 295, 656, 558, 863,
    749, 788, 604, 788, 695, 635, 611, 732, 685, 989, 686, 611, 686, 391, 337, 391, 838, 500, 500, 613, 635, 550, 635,
    616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612, 635, 635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637,
    337, 637, 838,
];

/// Advance widths of the same characters in bold, which is what semi-bold falls back to.
const BOLD: [u16; 95] = [
    349, 457, 521, 838, 696, 1002, 873, 307, 458, 458, 523, 838, 380, 416, 380, 366, 696, 696, 696, 696, 696, 696, 696,
    696, 696, 696, 400, 400, 838, 838, 838, 581, 1000, 774, 763, 734, 831, 684, 684, 821, 837, 373, 373, 775, 638, 996,
    837, 851, 733, 851, 771, 721, 683, 813, 774, 1104, 771, 725, 726, 458, 366, 458, 838, 500, 500, 675, 716, 593, 716,
    679, 436, 716, 712, 343, 343, 666, 343, 1042, 712, 688, 716, 716, 494, 596, 479, 712, 652, 924, 646, 652, 583, 712,
    366, 712, 838,
];

/// The width taken for Latin letters with marks, in thousandths of the size.
const ACCENTED: u32 = 860;
/// The width taken for punctuation beyond ASCII.
const PUNCTUATION: u32 = 1_000;
/// The width taken for everything else: emoji, and scripts that are not listed.
const WIDEST: u32 = 1_350;

/// The zero-width joiner, which makes one emoji of two.
const JOINER: char = '\u{200d}';

/// Scripts beyond Latin, by ranges of characters, in order: the first, the last, and the width taken for one of them,
/// in thousandths of the size. That is nearer to the widest letter of a script than to its usual one. Marks that stand
/// over or under another character take no room.
const SCRIPTS: [(u32, u32, u16); 32] = [
    (0x300, 0x36f, 0),
    (0x370, 0x3ff, 800),
    (0x400, 0x42f, 1_000),
    (0x430, 0x52f, 860),
    (0x530, 0x58f, 820),
    (0x591, 0x5bd, 0),
    (0x5be, 0x5f4, 720),
    (0x610, 0x61a, 0),
    (0x61b, 0x64a, 880),
    (0x64b, 0x65f, 0),
    (0x660, 0x6d5, 880),
    (0x6d6, 0x6ed, 0),
    (0x900, 0xdff, 950),
    (0xe00, 0xe30, 750),
    (0xe31, 0xe31, 0),
    (0xe32, 0xe33, 750),
    (0xe34, 0xe3a, 0),
    (0xe3f, 0xe46, 750),
    (0xe47, 0xe4e, 0),
    (0x1100, 0x11ff, 1_000),
    (0x1e00, 0x1fff, 900),
    (0x200b, 0x200f, 0),
    (0x202a, 0x202e, 0),
    (0x2060, 0x2069, 0),
    (0x2e80, 0xd7ff, 1_000),
    (0xf900, 0xfaff, 1_000),
    (0xfe00, 0xfe2f, 0),
    (0xfe70, 0xfeff, 880),
    (0xff00, 0xff60, 1_000),
    (0xff61, 0xffdc, 550),
    (0x1f3fb, 0x1f3ff, 0),
    (0x20000, 0x3ffff, 1_000),
];

/// The width taken for a character of a script beyond Latin.
fn script(character: char) -> Option<u32> {
    let code = u32::from(character);
    let place = SCRIPTS.partition_point(|(_, last, _)| *last < code);
    SCRIPTS.get(place).filter(|(first, ..)| *first <= code).map(|(.., width)| u32::from(*width))
}

/// Whether a line may be broken before and after this character without a space: ideographs, kana, Hangul.
fn breaks_anywhere(character: char) -> bool {
    matches!(u32::from(character), 0x2e80..=0xd7ff | 0xf900..=0xfaff | 0xff00..=0xffdc | 0x20000..=0x3ffff)
}

/// Whether no line may begin with this character: closing marks, small kana, the long-vowel mark.
fn begins_no_line(character: char) -> bool {
    // `str::contains` would be a kilobyte of searching in the page's first load.
    let mut known = "、。，．・：；？！」』）］｝〉》】〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ".chars();
    known.any(|known| known == character) || script(character) == Some(0)
}

/// The width reserved for `text`, in tenths of a CSS pixel.
pub fn width(text: &str, face: Face) -> i32 {
    let is_bold = face.is_bold();
    let table = if is_bold { &BOLD } else { &REGULAR };
    let mut thousandths = 0;
    let mut last = ' ';
    for character in text.chars() {
        // A character that is joined to an emoji makes another one of it, and takes no room.
        thousandths += if last == JOINER { 0 } else { advance(character, table, is_bold) };
        last = character;
    }
    let slack = thousandths * 3 / 100;
    ((thousandths + slack) as i32 * face.size() + 999) / 1_000
}

fn advance(character: char, table: &[u16; 95], is_bold: bool) -> u32 {
    match character {
        ' '..='~' => u32::from(table[character as usize - 32]),
        '·' => 380,
        '–' => 500,
        '’' | '‘' => 400,
        '\u{a0}'..='\u{24f}' => ACCENTED,
        _ => match script(character) {
            // Bold letters are wider; those that fill a square are not.
            Some(width) if is_bold && character < '\u{1100}' => width * 112 / 100,
            Some(width) => width,
            None if matches!(character, '\u{2000}'..='\u{2bff}') => PUNCTUATION,
            None => WIDEST,
        },
    }
}

/// The height of a line of this face, from the top of its tallest letter to the foot of its lowest.
pub const fn line_height(face: Face) -> i32 {
    face.size() * 12 / 10
}

/// How far below a line's top its base line is.
pub const fn ascent(face: Face) -> i32 {
    face.size() * 93 / 100
}

/// A line of text whose area has its upper left corner at this point.
pub fn line(text: String, face: Face, left: i32, top: i32) -> Form {
    let area = Area::new(left, top, width(&text, face), line_height(face));
    let at = Point::new(left, top + ascent(face));
    Form::Text { at, anchor: Anchor::Start, face, text, area }
}

/// `text` if it fits into `room`, else its beginning with an ellipsis; nothing if not even that fits.
pub fn fitted(text: &str, face: Face, room: i32) -> String {
    if width(text, face) <= room {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    for kept in (1..characters.len()).rev() {
        let head: String = characters[..kept].iter().collect();
        let shortened = format!("{}…", head.trim_end());
        if width(&shortened, face) <= room {
            return shortened;
        }
    }
    String::new()
}

/// `text` if it fits into `room`, else shortened in its middle, so that its end tells it from others that begin alike;
/// nothing if not even that fits.
pub fn fitted_by_its_end(text: &str, face: Face, room: i32) -> String {
    if width(text, face) <= room {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    for end in (1..=4.min(characters.len())).rev() {
        let tail: String = characters[characters.len() - end..].iter().collect();
        for begin in (1..=characters.len().saturating_sub(end + 1)).rev() {
            let head: String = characters[..begin].iter().collect();
            let shortened = format!("{}…{}", head.trim_end(), tail.trim_start());
            // A shorter end is better than a beginning of less than three letters.
            if width(&shortened, face) <= room && (begin >= 3 || end == 1) {
                return shortened;
            }
        }
    }
    String::new()
}

/// Each of these names, or as much of it as has room, so that no two of them look alike: shortened in the middle, or to
/// their first letters, or to their numbers if they begin alike.
pub fn told_apart(names: &[String], face: Face, room: i32) -> Vec<String> {
    let mut shown: Vec<String> = names.iter().map(|name| fitted_by_its_end(name, face, room)).collect();
    if shown.iter().any(String::is_empty) {
        shown = names.to_vec();
        for text in &mut shown {
            // One letter is always shown: it is narrower than what parts those that are named.
            while width(text, face) > room && text.chars().count() > 1 {
                text.pop();
            }
        }
    }
    if (0..shown.len()).any(|place| shown[..place].contains(&shown[place])) {
        shown = (1..=names.len()).map(|number| number.to_string()).collect();
    }
    shown
}

/// `text` broken into at most `lines` lines no wider than `room`, between words, or between characters in scripts that
/// have no spaces. If there is more, the last line ends in an ellipsis.
pub fn wrapped(text: &str, face: Face, room: i32, lines: usize) -> Vec<String> {
    let mut broken: Vec<String> = Vec::new();
    let pieces = pieces(text);
    let mut next = 0;
    while next < pieces.len() && broken.len() < lines {
        let is_last = broken.len() + 1 == lines;
        let mut line = String::new();
        while let Some((piece, space)) = pieces.get(next) {
            let space = if line.is_empty() { "" } else { *space };
            let longer = format!("{line}{space}{piece}");
            if !is_last && !line.is_empty() && width(&longer, face) > room {
                break;
            }
            line = longer;
            next += 1;
        }
        broken.push(fitted(&line, face, room));
    }
    broken
}

/// The pieces within which no line is broken, each with what stands before it on the same line: a space, or nothing.
fn pieces(text: &str) -> Vec<(String, &'static str)> {
    let mut pieces: Vec<(String, &'static str)> = Vec::new();
    for word in text.split_whitespace() {
        let mut last: Option<char> = None;
        for character in word.chars() {
            let is_break = last.is_some_and(|last| breaks_anywhere(last) || breaks_anywhere(character));
            match pieces.last_mut() {
                Some((piece, _)) if last.is_some() && (!is_break || begins_no_line(character)) => piece.push(character),
                _ => pieces.push((character.into(), if last.is_none() { " " } else { "" })),
            }
            last = Some(character);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::PX;
    use super::*;

    #[test]
    fn names_that_are_shortened_stay_different() {
        let shown = |names: &[&str], room: i32| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            told_apart(&names, Face::Small, room).join(" ")
        };
        assert_eq!(shown(&["stock", "mail", "audit"], 40 * PX), "stock mail audit");
        assert_eq!(shown(&["stock", "mail", "audit"], 14 * PX), "st m a");
        assert_eq!(shown(&["stock", "mail", "audit"], 2 * PX), "s m a");
        assert_eq!(shown(&["queue-a", "queue-b"], 12 * PX), "1 2");
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        let room = width("GET /user", Face::Label);
        assert_eq!(fitted("GET /user", Face::Label, room), "GET /user");
        let short = fitted("GET /user/123", Face::Label, room);
        assert!(short.ends_with('…') && width(&short, Face::Label) <= room, "{short}");
        assert_eq!(fitted("GET", Face::Label, 10), "");
    }

    #[test]
    fn a_caption_breaks_between_words() {
        let lines = wrapped("the mail service is down now", Face::Small, width("the mail service", Face::Small), 2);
        assert_eq!(lines[0], "the mail service");
        assert_eq!(lines[1], "is down now");
        let cut = wrapped("one two three four", Face::Small, width("one tw", Face::Small), 2);
        assert!(cut.len() == 2 && cut[1].ends_with('…'), "{cut:?}");
    }

    #[test]
    fn a_script_without_spaces_breaks_between_its_characters_and_not_before_a_full_stop() {
        let text = "左側の呼び出しは断られ。右側";
        let room = width("左側の呼び出しは断られ", Face::Small);
        let lines = wrapped(text, Face::Small, room, 3);
        assert_eq!(lines, ["左側の呼び出しは断ら", "れ。右側"]);
        assert_eq!(wrapped("GET /注文/1 です", Face::Small, room * 9, 3), ["GET /注文/1 です"]);
    }

    #[test]
    fn characters_that_fill_a_square_are_as_wide_as_high_and_marks_take_no_room() {
        assert_eq!(width("注文", Face::Name), 2 * 13 * 10 * 103 / 100 + 1);
        assert_eq!(width("👩\u{200d}💻", Face::Small), width("👩", Face::Small));
        assert_eq!(width("e\u{301}", Face::Small), width("e", Face::Small));
        assert!(width("طلب", Face::Small) < 3 * 11 * 10);
        assert!(SCRIPTS.windows(2).all(|pair| pair[0].1 < pair[1].0 && pair[0].0 <= pair[0].1));
    }

    #[test]
    fn what_begins_alike_is_told_apart_by_its_end() {
        let room = width("Mailer…", Face::Name);
        assert_eq!(fitted("Mailer 12", Face::Name, room), fitted("Mailer 34", Face::Name, room));
        let shortened = fitted_by_its_end("Mailer 12", Face::Name, room);
        assert!(shortened.ends_with("12") && width(&shortened, Face::Name) <= room, "{shortened}");
        assert_eq!(fitted_by_its_end("Mailer", Face::Name, room), "Mailer");
        assert_eq!(fitted_by_its_end("abc", Face::Name, width("ab", Face::Name)), "", "it has no middle to speak of");
    }

    #[test]
    fn bold_is_wider() {
        assert!(width("redelivered", Face::Strong) > width("redelivered", Face::Label));
    }
}
