//! The sheet of heads: who stands where.
//!
//! *Invariant:* a head has nothing to do with time, so the sheet stays as it is while the body scrolls under it.

use super::sheet::Voice;
use super::text::{ascent, line_height, width};
use super::{Anchor, Area, Face, Form, Key, Level, Light, Look, PX, Piece, Point, Scene, Shape, Subject, Tone};
use crate::recording::SidePlayed;

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

/// A head that had to be shortened, drawn with all of its words. It may cover its neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeHead {
    /// Where the shortened head is.
    pub short: Area,
    /// All of its words: the lane's name and its subtitle.
    pub name: String,
    pub shapes: Vec<Shape>,
}

/// The heads of a scene that had to be shortened, with all of their words, for whoever points at one or has the focus
/// on it. The scene must be one of these sides.
pub fn whole_heads(sides: &[SidePlayed], scene: &Scene) -> Vec<WholeHead> {
    let heads = scene.heads.chunks_exact(3);
    heads
        .filter_map(|head| {
            let Key { side, subject: Subject::Lane(lane), .. } = head[0].key else { return None };
            let actor = sides.get(usize::from(side?))?.trace.actor(lane);
            // With the names of the lane's queues, if there is not room for all of them over the queues.
            let is_short = scene.layers[Level::Labels as usize].shapes.iter().any(|shape| {
                let key = shape.key;
                shape.look == Look::Tick
                    && !shape.name.is_empty()
                    && (key.side, key.subject) == (side, Subject::Lane(lane))
            });
            let mut subtitle = actor.subtitle.clone();
            if is_short {
                subtitle.push_str(": ");
                subtitle.push_str(&actor.slot_names.join(", "));
            }
            whole_head(head, [&actor.name, &subtitle], scene.width)
        })
        .collect()
}

/// The head with these words, in a scene as wide as `room`; nothing if it has them already.
fn whole_head(head: &[Shape], words: [&str; 2], room: i32) -> Option<WholeHead> {
    let mut shapes = head.to_vec();
    let Form::Rect { area: short, .. } = shapes[0].form else { return None };
    let mut wide = short.width;
    for (shape, words) in shapes[1..].iter_mut().zip(words) {
        let Form::Text { text, face, area, .. } = &mut shape.form else { return None };
        *text = words.to_owned();
        area.width = width(words, *face);
        wide = wide.max(area.width + 16 * PX);
    }
    if shapes == head {
        return None;
    }
    let wide = wide.min(room);
    let left = (short.x + short.width / 2 - wide / 2).clamp(0, room - wide);
    for shape in &mut shapes {
        match &mut shape.form {
            Form::Rect { area, .. } => *area = Area::new(left, short.y, wide, short.height),
            Form::Text { at, area, .. } => {
                at.x = left + wide / 2;
                area.x = at.x - area.width / 2;
            }
            _ => {}
        }
    }
    Some(WholeHead { short, name: words.join(", "), shapes })
}
