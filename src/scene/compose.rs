//! Putting a scene together: time to height first, then everything that is drawn by it.

use super::columns::{Frame, columns};
use super::sheet::{Sheet, Voice};
use super::{
    Anchor, Area, Face, Form, Key, Level, Light, Look, PX, Pace, Piece, Point, Scene, Shape, Subject, TimeScale, Tone,
    View, arrows, text,
};
use crate::scenario::Played;
use crate::time::{Moment, Span};
use crate::trace::MessageId;

/// Above the first moment and below the last.
const PADDING: i32 = 14 * PX;
const HEADS: i32 = 56 * PX;

pub fn compose(played: &Played, view: &View, frame: Frame) -> Scene {
    let from = view.from.unwrap_or(Moment::START);
    let to = view.to.unwrap_or(played.ended()).max(from + Span::micros(1));
    let scale = TimeScale::new(from, to, PADDING, Pace { height: 800 * PX, over: to.since(from) }, &[]);
    let voices: Vec<Voice> = frame
        .panes
        .iter()
        .map(|pane| {
            let shown = &played.sides[usize::from(pane.side)];
            Voice {
                side: pane.side,
                tone: Tone::of(pane.style),
                trace: &shown.trace,
                strip: pane.strip,
                columns: columns(&shown.trace.actors, pane.strip, frame.measure),
            }
        })
        .collect();
    let mut sheet = Sheet::new(scale, view.selection);
    for voice in &voices {
        lifelines(&mut sheet, voice);
        for index in 0..voice.trace.messages.len() as u32 {
            arrows::draw(&mut sheet, voice, MessageId::from_index(index));
        }
    }
    let heads = voices.iter().flat_map(heads).collect();
    let height = sheet.scale.bottom() + PADDING;
    Scene {
        width: frame.width,
        heads_height: HEADS,
        height,
        scale: sheet.scale.clone(),
        gutter: frame.gutter,
        panes: frame.panes,
        heads,
        layers: sheet.into_layers(),
        unlabelled: 0,
        bundled: 0,
    }
}

fn lifelines(sheet: &mut Sheet, voice: &Voice) {
    for column in &voice.columns {
        let bottom = sheet.scale.bottom() + PADDING;
        sheet.push(
            Level::Lifelines,
            Shape {
                key: Key { side: Some(voice.side), subject: Subject::Lane(column.actor), piece: Piece(0) },
                look: Look::Lifeline,
                tone: Tone::Neutral,
                light: Light::Even,
                form: Form::Line { from: Point::new(column.centre, 0), to: Point::new(column.centre, bottom) },
                name: String::new(),
                job: None,
            },
        );
    }
}

fn heads<'a>(voice: &'a Voice<'a>) -> impl Iterator<Item = Shape> + 'a {
    voice.columns.iter().flat_map(move |column| {
        let actor = voice.trace.actor(column.actor);
        let head = &column.head;
        let area = Area::new(column.centre - head.width / 2, 8 * PX, head.width, 42 * PX);
        let key = |piece| Key { side: Some(voice.side), subject: Subject::Lane(column.actor), piece: Piece(piece) };
        let shape = |piece, look, form, name: String| Shape {
            key: key(piece),
            look,
            tone: Tone::Neutral,
            light: Light::Even,
            form,
            name,
            job: None,
        };
        let line = |piece, face, words: &str, base: i32| {
            let width = text::width(words, face);
            let area = Area::new(column.centre - width / 2, base - text::ascent(face), width, text::line_height(face));
            let at = Point::new(column.centre, base);
            let form = Form::Text { at, anchor: Anchor::Middle, face, text: words.to_owned(), area };
            shape(piece, Look::HeadText, form, String::new())
        };
        let name = format!("{}, {}", actor.name, actor.subtitle);
        [
            shape(10, Look::HeadBox, Form::Rect { area, radius: 8 * PX }, name),
            line(11, Face::Name, &head.name, 26 * PX),
            line(12, Face::Subtitle, &head.subtitle, 41 * PX),
        ]
    })
}
