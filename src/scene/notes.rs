//! Captions, each on a plate at the height of its moment.
//!
//! Height is time, so a plate that stands elsewhere would say that something happens when it does not. A plate reaches
//! over its moment and has a tick at it; where there is no room for that, a leader goes from a tick at the moment to
//! the plate. Plates are no part of the layers, for a page must be able to veil each of them alone: a caption is veiled
//! until its moment, however far its plate reaches.
//!
//! *Invariant:* a caption covers no bar, no arrow head, no label and no leader.

use super::labels::{Ground, Placed};
use super::sheet::{Sheet, Voice};
use super::text::{self, line_height, width, wrapped};
use super::{Area, Callout, Face, Form, Key, Light, Look, PX, Piece, Point, Shape, Subject, Tone};
use crate::recording::Caption;

/// How wide the lines of a caption may be: the widest first, and narrower ones for where that does not fit between
/// lanes.
const WIDEST: [i32; 4] = [190 * PX, 136 * PX, 96 * PX, 74 * PX];
const LINES: usize = 9;
const PADDING: i32 = 6 * PX;
/// A line that a plate hides is as bad as standing so many rows further off.
const CROSSING: i32 = 9;
/// A leader, which the eye has to follow, is as bad as standing so many rows further off.
const LED: i32 = 20;
/// A label that a leader runs through is as bad as standing so many rows further off.
const STRUCK: i32 = 12;
/// The longest leader by which a caption is easily found.
const LONG: i32 = 100 * PX;
const ROW: i32 = 8 * PX;
/// How many rows up and down a place is sought at first.
const NEAR: i32 = 24;
/// How many rows up and down a place is sought if there is none near.
const FAR: i32 = 150;
/// How far a tick stands out from its plate.
const TICK: i32 = 6 * PX;

/// Places the captions of one side.
pub fn place(sheet: &mut Sheet, ground: &mut Ground, voice: &Voice) -> Placed {
    let mut placed = Placed::default();
    for note in voice.captions {
        if note.at < sheet.scale.from() || note.at > sheet.scale.to() {
            continue;
        }
        let y = sheet.scale.y_from_moment(note.at);
        let near = nearest(ground, voice, note, y, NEAR);
        let Some((spot, lines)) = near.or_else(|| nearest(ground, voice, note, y, FAR)) else {
            placed.missing += 1;
            continue;
        };
        ground.take_plate(spot.area);
        if let Some((from, to)) = spot.leader {
            // A caption this far from its moment counts as missing, so that the picture is tried at another pace.
            placed.missing += u32::from((from.y - to.y).abs() > LONG);
            ground.lead(from, to);
        }
        sheet.callouts.push(callout(voice, note, &lines, y, &spot));
    }
    placed
}

/// The best place for a caption, at most `rows` rows above or below its moment, and its lines there.
fn nearest(ground: &Ground, voice: &Voice, note: &Caption, y: i32, rows: i32) -> Option<(Spot, Vec<String>)> {
    let mut best: Option<(Spot, Vec<String>)> = None;
    for widest in WIDEST {
        let room = widest.min((voice.strip.right - voice.strip.left) / 2);
        let lines = wrapped(&note.text, Face::Small, room, LINES);
        // Rather somewhat farther off than with a word that is cut.
        if best.is_some() && lines.iter().any(|line| line.ends_with('…')) {
            continue;
        }
        let least = best.as_ref().map_or(i32::MAX, |(spot, _)| spot.cost);
        best = spot(ground, voice, size_of(&lines), (y, rows), least).map(|spot| (spot, lines)).or(best);
    }
    best
}

/// Where a plate could stand, and how bad that is.
struct Spot {
    cost: i32,
    area: Area,
    /// The line from the moment to the plate, if the plate does not reach over its moment.
    leader: Option<(Point, Point)>,
}

fn size_of(lines: &[String]) -> (i32, i32) {
    let widest = lines.iter().map(|line| width(line, Face::Small)).max().unwrap_or(0);
    let step = line_height(Face::Small) + 2 * PX;
    (widest + 2 * PADDING, step * lines.len() as i32 + 2 * PADDING - 2 * PX)
}

/// The best free place whose cost is less than `least`: it is near the moment and hides few lines. Of equally good ones
/// it is the highest.
fn spot(ground: &Ground, voice: &Voice, size: (i32, i32), (y, rows): (i32, i32), mut least: i32) -> Option<Spot> {
    let mut best = None;
    let mut highest = i32::MIN;
    let columns = ((voice.strip.right - voice.strip.left - size.0) / ROW).max(0);
    // The nearest rows come first, so that most of what is further off need not be looked at.
    for row in std::iter::once(0).chain((1..=rows).flat_map(|row| [-row, row])) {
        let top = y - size.1 / 2 + row * ROW;
        let apart = (top - y).max(y - top - size.1).max(0);
        let far = row.abs() + if apart > 0 { LED } else { 0 };
        let is_better = |cost: i32, least: i32, highest: i32| cost < least || cost == least && row < highest;
        if !is_better(far, least, highest) {
            continue;
        }
        for column in 0..=columns {
            let area = Area::new(voice.strip.left + column * ROW, top, size.0, size.1);
            if !ground.is_free(area) || ground.hides_leader(area) {
                continue;
            }
            let leader = (apart > 0).then(|| led(ground, area, y));
            let struck = leader.map_or(0, |(struck, _)| struck);
            let cost = far + ground.hidden(area) as i32 * CROSSING + struck * STRUCK;
            if is_better(cost, least, highest) {
                (least, highest) = (cost, row);
                best = Some(Spot { cost, area, leader: leader.map(|(_, leader)| leader) });
            }
        }
    }
    best
}

/// Of the upright leaders between a moment's height and a plate the one that crosses the fewest labels and bars, and
/// how many it crosses.
fn led(ground: &Ground, area: Area, y: i32) -> (i32, (Point, Point)) {
    let edge = if y < area.y { area.y } else { area.bottom() };
    let along = [PADDING, area.width / 2, area.width - PADDING];
    let leaders = along.map(|along| (Point::new(area.x + along, y), Point::new(area.x + along, edge)));
    let counted = leaders.map(|(from, to)| {
        let line = Area::new(from.x - PX / 2, from.y.min(to.y), PX, (from.y - to.y).abs());
        (ground.covered(line) as i32, (from, to))
    });
    counted.into_iter().min_by_key(|(struck, _)| *struck).unwrap_or(counted[0])
}

fn callout(voice: &Voice, note: &Caption, lines: &[String], y: i32, spot: &Spot) -> Callout {
    let area = spot.area;
    let shape = |piece, look, form, name: String| Shape {
        key: Key { side: Some(voice.side), subject: Subject::Note(note.number), piece: Piece(piece) },
        look,
        tone: Tone::Neutral,
        light: Light::Even,
        form,
        name,
        job: None,
    };
    let ticks = match spot.leader {
        Some((from, to)) => {
            vec![vec![Point::new(from.x - TICK, y), Point::new(from.x + TICK, y)], vec![from, to]]
        }
        None => [area.x, area.right()].map(|x| vec![Point::new(x - TICK / 2, y), Point::new(x + TICK / 2, y)]).to_vec(),
    };
    let plate = Form::Rect { area, radius: 5 * PX };
    let mut shapes = vec![
        shape(0, Look::Plate, plate, note.text.to_owned()),
        shape(1, Look::CaptionTick, Form::Strokes(ticks), String::new()),
    ];
    let step = line_height(Face::Small) + 2 * PX;
    for (place, line) in lines.iter().enumerate() {
        let top = area.y + PADDING + place as i32 * step;
        let form = text::line(line.clone(), Face::Small, area.x + PADDING, top);
        shapes.push(shape(2 + place as u16, Look::Caption, form, String::new()));
    }
    Callout { side: voice.side, number: note.number, at: note.at, y, area, leader: spot.leader, shapes }
}
