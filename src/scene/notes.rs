//! Captions, on a plate of their own beside the moment of which they speak.
//!
//! *Invariant:* a caption covers no bar, no arrow head and no label.

use super::labels::{Ground, Placed};
use super::sheet::{Sheet, Voice};
use super::text::{ascent, line_height, width, wrapped};
use super::{Anchor, Area, Face, Form, Key, Level, Light, Look, PX, Piece, Point, Shape, Subject, Tone};
use crate::recording::Caption;

/// The widest line of a caption, and a narrower one for where that does not fit between the lanes.
const WIDEST: [i32; 2] = [190 * PX, 136 * PX];
const LINES: usize = 6;
const PADDING: i32 = 6 * PX;
/// A plate hides the line that it crosses: as bad as standing so many rows further off.
const CROSSING: i32 = 9;

/// Places the captions of one side.
pub fn place(sheet: &mut Sheet, ground: &mut Ground, voice: &Voice) -> Placed {
    let mut placed = Placed::default();
    for note in voice.captions {
        if note.at < sheet.scale.from() || note.at > sheet.scale.to() {
            continue;
        }
        let y = sheet.scale.y_from_moment(note.at);
        let mut best: Option<(i32, Area, Vec<String>)> = None;
        for widest in WIDEST {
            let room = widest.min((voice.strip.right - voice.strip.left) / 2);
            let lines = wrapped(&note.text, Face::Small, room, LINES);
            let Some((cost, area)) = spot(ground, voice, size_of(&lines), y) else { continue };
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, area, lines));
            }
        }
        let Some((_, area, lines)) = best else {
            placed.missing += 1;
            continue;
        };
        ground.take(area);
        draw(sheet, voice, note, &lines, area);
    }
    placed
}

fn size_of(lines: &[String]) -> (i32, i32) {
    let widest = lines.iter().map(|line| width(line, Face::Small)).max().unwrap_or(0);
    let step = line_height(Face::Small) + 2 * PX;
    (widest + 2 * PADDING, step * lines.len() as i32 + 2 * PADDING - 2 * PX)
}

/// The free place nearest to its moment that the fewest lines cross, and how bad it is.
fn spot(ground: &Ground, voice: &Voice, size: (i32, i32), y: i32) -> Option<(i32, Area)> {
    let mut best: Option<(i32, Area)> = None;
    let columns = ((voice.strip.right - voice.strip.left - size.0) / (10 * PX)).max(0);
    for row in -24..=24_i32 {
        let top = y - size.1 / 2 + row * 8 * PX;
        for column in 0..=columns {
            let area = Area::new(voice.strip.left + column * 10 * PX, top, size.0, size.1);
            if !ground.is_free(area) {
                continue;
            }
            let cost = row.abs() + ground.hidden(area) as i32 * CROSSING;
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, area));
            }
        }
    }
    best
}

fn draw(sheet: &mut Sheet, voice: &Voice, note: &Caption, lines: &[String], area: Area) {
    let shape = |piece, look, form, name: String| Shape {
        key: Key { side: Some(voice.side), subject: Subject::Note(note.number), piece: Piece(piece) },
        look,
        tone: Tone::Neutral,
        light: Light::Even,
        form,
        name,
        job: None,
    };
    let plate = Form::Rect { area, radius: 5 * PX };
    sheet.push(Level::Labels, shape(0, Look::Plate, plate, note.text.to_owned()));
    let step = line_height(Face::Small) + 2 * PX;
    for (place, line) in lines.iter().enumerate() {
        let top = area.y + PADDING + place as i32 * step;
        let area = Area::new(area.x + PADDING, top, width(line, Face::Small), line_height(Face::Small));
        let at = Point::new(area.x, top + ascent(Face::Small));
        let form = Form::Text { at, anchor: Anchor::Start, face: Face::Small, text: line.clone(), area };
        sheet.push(Level::Labels, shape(1 + place as u16, Look::Caption, form, String::new()));
    }
}
