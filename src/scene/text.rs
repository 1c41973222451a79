//! How wide a text is, without asking a browser.
//!
//! The table holds, for each character, the widest of the faces that the style sheets name: DejaVu Sans, which Linux
//! systems fall back to, is wider than Inter, Segoe UI, San Francisco and Roboto in all but a few glyphs; three parts
//! in a hundred of slack cover those. *Invariant:* no browser draws a text wider than [`width`] says (a browser test
//! holds it).

use super::Face;

/// Advance widths of U+0020 to U+007E in thousandths of the size, regular weight.
const REGULAR: [u16; 95] = [
    318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637, 637, 637, 637, 637,
    637, 637, 637, 337, 337, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632, 576, 775, 752, 295, 295, 656, 558, 863,
    749, 788, 604, 788, 695, 635, 611, 732, 685, 989, 686, 611, 686, 391, 337, 391, 838, 500, 500, 613, 635, 550, 635,
    616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612, 635, 635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637,
    337, 637, 838,
];

/// The same in bold, which is what semi-bold falls back to.
const BOLD: [u16; 95] = [
    349, 457, 521, 838, 696, 1002, 873, 307, 458, 458, 523, 838, 380, 416, 380, 366, 696, 696, 696, 696, 696, 696, 696,
    696, 696, 696, 400, 400, 838, 838, 838, 581, 1000, 774, 763, 734, 831, 684, 684, 821, 837, 373, 373, 775, 638, 996,
    837, 851, 733, 851, 771, 721, 683, 813, 774, 1104, 771, 725, 726, 458, 366, 458, 838, 500, 500, 675, 716, 593, 716,
    679, 436, 716, 712, 343, 343, 666, 343, 1042, 712, 688, 716, 716, 494, 596, 479, 712, 652, 924, 646, 652, 583, 712,
    366, 712, 838,
];

/// What is taken for Latin letters with marks, in thousandths of the size.
const ACCENTED: u32 = 860;
/// What is taken for punctuation beyond ASCII.
const PUNCTUATION: u32 = 1_000;
/// What is taken for everything else: ideographs, emoji.
const WIDEST: u32 = 1_350;

/// The room reserved for `text`, in tenths of a pixel.
pub fn width(text: &str, face: Face) -> i32 {
    let table = if face.is_bold() { &BOLD } else { &REGULAR };
    let thousandths: u32 = text.chars().map(|character| advance(character, table)).sum();
    let slack = thousandths * 3 / 100;
    ((thousandths + slack) as i32 * face.size() + 999) / 1_000
}

fn advance(character: char, table: &[u16; 95]) -> u32 {
    match character {
        ' '..='~' => u32::from(table[character as usize - 32]),
        '·' => 380,
        '–' => 500,
        '’' | '‘' => 400,
        '\u{a0}'..='\u{24f}' => ACCENTED,
        '\u{2000}'..='\u{2bff}' => PUNCTUATION,
        _ => WIDEST,
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

/// `text` broken between words into at most `lines` lines of `room`; what is beyond ends in an ellipsis.
pub fn wrapped(text: &str, face: Face, room: i32, lines: usize) -> Vec<String> {
    let mut broken: Vec<String> = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while words.peek().is_some() && broken.len() < lines {
        if broken.len() + 1 == lines {
            let rest: Vec<&str> = words.by_ref().collect();
            broken.push(fitted(&rest.join(" "), face, room));
            break;
        }
        let mut line = String::new();
        while let Some(word) = words.peek() {
            let longer = if line.is_empty() { (*word).to_owned() } else { format!("{line} {word}") };
            if !line.is_empty() && width(&longer, face) > room {
                break;
            }
            line = longer;
            words.next();
        }
        broken.push(fitted(&line, face, room));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn bold_is_wider() {
        assert!(width("redelivered", Face::Strong) > width("redelivered", Face::Label));
    }
}
