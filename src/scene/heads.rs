//! The sheet of heads: who stands where.
//!
//! *Invariant:* it knows nothing of time, so it stays as it is while the body scrolls under it.

use super::sheet::Voice;
use super::text::{ascent, line_height, width};
use super::{Anchor, Area, Face, Form, Key, Light, Look, PX, Piece, Point, Shape, Subject, Tone};

/// The height of the sheet.
pub const HEIGHT: i32 = 56 * PX;

pub fn heads<'a>(voice: &'a Voice<'a>) -> impl Iterator<Item = Shape> + 'a {
    voice.columns.iter().flat_map(move |column| {
        let actor = voice.trace.actor(column.actor);
        let head = &column.head;
        let shape = |piece, look, form, name: String| Shape {
            key: Key { side: Some(voice.side), subject: Subject::Lane(column.actor), piece: Piece(piece) },
            look,
            tone: Tone::Neutral,
            light: Light::Even,
            form,
            name,
            job: None,
        };
        let line = |piece, face, words: &str, base: i32| {
            let wide = width(words, face);
            let area = Area::new(column.centre - wide / 2, base - ascent(face), wide, line_height(face));
            let at = Point::new(column.centre, base);
            let form = Form::Text { at, anchor: Anchor::Middle, face, text: words.to_owned(), area };
            shape(piece, Look::HeadText, form, String::new())
        };
        let area = Area::new(column.centre - head.width / 2, 7 * PX, head.width, 42 * PX);
        let name = format!("{}, {}", actor.name, actor.subtitle);
        [
            shape(0, Look::HeadBox, Form::Rect { area, radius: 8 * PX }, name),
            line(1, Face::Name, &head.name, 25 * PX),
            line(2, Face::Subtitle, &head.subtitle, 40 * PX),
        ]
    })
}
