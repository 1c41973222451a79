//! Puts a scene together: first the scale from time to height, then everything that is drawn on it, then the labels. If
//! a label that must be there finds no place, that is tried again in other ways ([`ATTEMPTS`]).
//!
//! *Invariant:* the number of shapes is bounded, whatever the run.

use super::columns::Measure;
use super::columns::{Frame, columns};
use super::index::Index;
use super::labels::{Ground, Placed, Rank, Reach};
use super::pace::{FOOT, rescaled};
use super::rows::Rows;
use super::sheet::{Sheet, Voice};
use super::wording::Sharing;
use super::{
    Area, Form, Key, Level, Light, Look, PX, Pane, Piece, Point, Scene, Shape, Subject, TimeScale, Tone, View, arrows,
    bulk, clock, heads, hidden, labels, notes, pace, rivers, signs, stays, tracks, wording,
};
use crate::recording::{self, SidePlayed};
use crate::time::{Moment, Span};
use crate::trace::Trace;

/// The most messages, and the most stays, that are drawn each by itself.
const ONE_BY_ONE: usize = 400;

/// One way of laying a picture out: how far its labels may stand off, which messages may share one, and at what pace
/// time runs down the picture.
struct Attempt {
    reach: Reach,
    sharing: Sharing,
    /// How much height each span of time gets, in tenths of what it gets at the natural pace.
    pace: i32,
    /// How high the picture may become at this pace; if it would be higher, this is not tried.
    highest: i32,
}

/// The ways that are tried in turn until all labels have a place. A somewhat higher picture is better than labels that
/// are shared, those are better than labels far from their arrows, and those are better than a very high picture. If no
/// way has room for all labels, the one that lacks the fewest is taken, and of equals the first.
const ATTEMPTS: [Attempt; 6] = [
    Attempt { reach: Reach::Near, sharing: Sharing::Piled, pace: 10, highest: i32::MAX },
    Attempt { reach: Reach::Near, sharing: Sharing::Piled, pace: 12, highest: 1_100 * PX },
    Attempt { reach: Reach::Near, sharing: Sharing::Close, pace: 10, highest: 1_300 * PX },
    Attempt { reach: Reach::Far, sharing: Sharing::Close, pace: 10, highest: 1_300 * PX },
    Attempt { reach: Reach::Far, sharing: Sharing::Close, pace: 15, highest: 1_600 * PX },
    Attempt { reach: Reach::Far, sharing: Sharing::Close, pace: 27, highest: 2_600 * PX },
];
/// The fastest pace that is tried unless all frames are wide: in a narrow frame a higher picture hardly helps.
const FASTEST_IF_NARROW: i32 = 15;

/// What is to be drawn: the scale at the natural pace, and the voices of each frame.
fn cast<'a>(
    sides: &'a [SidePlayed],
    index: &'a Index,
    view: &View,
    frames: &[Frame],
) -> (TimeScale, Vec<Vec<Voice<'a>>>) {
    let from = view.from.unwrap_or(Moment::START);
    let to = view.to.unwrap_or(recording::ended(sides)).max(from + Span::micros(1));
    let found = sides.iter().enumerate();
    let found = found.map(|(side, shown)| (&shown.trace, index.side(side as u8).rows(&shown.trace, from, to)));
    let found: Vec<(&Trace, Rows)> = found.collect();
    let natural = pace::scale(&found, from, to, view);
    let casts = frames.iter().map(|frame| {
        let rows = |pane: &Pane| found[usize::from(pane.side)].1.clone();
        frame.panes.iter().map(|pane| voice(sides, index, view, frame, pane, (from, to), rows(pane))).collect()
    });
    (natural, casts.collect())
}

/// The scene of a frame at the pace at which its body, without folds, is as high as `height`, whatever room its labels find.
pub fn compose_at_height(sides: &[SidePlayed], index: &Index, view: &View, frame: &Frame, height: i32) -> Scene {
    let (natural, casts) = cast(sides, index, view, std::slice::from_ref(frame));
    let (top, bottom) = (natural.top(), natural.bottom());
    let scale = rescaled(&natural, height - FOOT - top, bottom - top);
    attempt(frame, &casts[0], scale, (Reach::Near, Sharing::Piled)).1
}

/// One scene for each frame, all on one scale, as high as their labels need.
pub fn compose(sides: &[SidePlayed], index: &Index, view: &View, frames: &[Frame]) -> Vec<Scene> {
    let (natural, casts) = cast(sides, index, view, frames);
    let crowded = casts.iter().any(|voices| is_crowded(voices));
    let is_wide = frames.iter().all(|frame| frame.measure == Measure::Wide);
    let mut best: Option<(u32, Vec<Scene>)> = None;
    for Attempt { reach, sharing, pace, highest } in ATTEMPTS {
        let scale = rescaled(&natural, pace, 10);
        let is_tried = scale.bottom() <= highest && (is_wide || pace <= FASTEST_IF_NARROW);
        // A picture in bulk has few labels, and the same ones at any pace.
        if best.is_some() && (crowded || !is_tried) {
            continue;
        }
        let attempts = frames.iter().zip(&casts);
        let attempts = attempts.map(|(frame, voices)| attempt(frame, voices, scale.clone(), (reach, sharing)));
        let (missing, scenes): (Vec<u32>, Vec<Scene>) = attempts.unzip();
        let missing = missing.iter().sum();
        if best.as_ref().is_none_or(|(least, _)| missing < *least) {
            best = Some((missing, scenes));
        }
        if missing == 0 {
            break;
        }
    }
    best.map(|(_, scenes)| scenes).unwrap_or_default()
}

/// The voice of a pane: one side of the run, of which these rows are to be drawn.
pub fn voice<'a>(
    sides: &'a [SidePlayed],
    index: &'a Index,
    view: &View,
    frame: &Frame,
    pane: &Pane,
    window: (Moment, Moment),
    rows: Rows,
) -> Voice<'a> {
    let side = &sides[usize::from(pane.side)];
    let trace = &side.trace;
    Voice {
        side: pane.side,
        tone: Tone::of(pane.style),
        trace,
        strip: pane.strip,
        columns: columns(trace, pane.strip, frame.measure),
        index: index.side(pane.side),
        window,
        rows,
        captions: &side.captions,
        background: view.background,
    }
}

/// How many labels that must be there have no place, and the scene.
fn attempt(frame: &Frame, voices: &[Voice], scale: TimeScale, (reach, sharing): (Reach, Sharing)) -> (u32, Scene) {
    let mut sheet = Sheet::new(scale, None);
    let crowded = is_crowded(voices);
    for voice in voices {
        lifelines(&mut sheet, voice);
        rivers::draw(&mut sheet, voice, frame.measure);
        tracks::draw(&mut sheet, voice);
        hidden::draw(&mut sheet, voice);
        stays::draw(&mut sheet, voice, ONE_BY_ONE / voices.len());
        if !crowded {
            for &id in &voice.rows.messages {
                arrows::draw(&mut sheet, voice, id);
            }
            wording::wish(&mut sheet, voice, sharing);
        }
        signs::draw(&mut sheet, voice);
    }
    let bundled = if crowded { bulk::draw(&mut sheet, voices) } else { 0 };
    clock::draw(&mut sheet, frame);
    for voice in voices {
        clock::crossings(&mut sheet, voice);
    }
    let height = sheet.scale.bottom() + FOOT;
    let bounds = Area::new(0, 0, frame.width, height);
    let reach = match (reach, frame.measure) {
        (Reach::Far, Measure::Narrow | Measure::Medium) => Reach::Aside,
        (reach, _) => reach,
    };
    let placed = place(&mut sheet, voices, bounds, reach);
    let scene = Scene {
        width: frame.width,
        heads_height: heads::HEIGHT,
        height,
        scale: sheet.scale.clone(),
        gutter: frame.gutter,
        panes: frame.panes.clone(),
        heads: voices.iter().flat_map(heads::heads).collect(),
        callouts: std::mem::take(&mut sheet.callouts),
        layers: sheet.into_layers(),
        unlabelled: placed.unlabelled,
        bundled,
    };
    (placed.missing, scene)
}

/// Whether there are too many messages to draw each by itself.
fn is_crowded(voices: &[Voice]) -> bool {
    voices.iter().map(|voice| voice.rows.count).sum::<usize>() > ONE_BY_ONE
}

fn place(sheet: &mut Sheet, voices: &[Voice], bounds: Area, reach: Reach) -> Placed {
    let mut ground = Ground::new(sheet, bounds, reach);
    let mut placed = labels::place(sheet, &mut ground, Rank::Failure);
    for voice in voices {
        placed.missing += notes::place(sheet, &mut ground, voice).missing;
    }
    let rest = labels::place(sheet, &mut ground, Rank::Spare);
    Placed { missing: placed.missing + rest.missing, unlabelled: placed.unlabelled + rest.unlabelled }
}

fn lifelines(sheet: &mut Sheet, voice: &Voice) {
    let bottom = sheet.scale.bottom() + FOOT;
    for column in &voice.columns {
        let look = match voice.trace.actor(column.actor).drawing {
            crate::trace::Drawing::River | crate::trace::Drawing::Halves => Look::RiverLine,
            crate::trace::Drawing::Slots | crate::trace::Drawing::Tracks => Look::Lifeline,
        };
        for (piece, x) in column.lines().into_iter().enumerate() {
            let form = Form::Line { from: Point::new(x, 0), to: Point::new(x, bottom) };
            match look {
                Look::Lifeline => sheet.lifeline(Point::new(x, 0), Point::new(x, bottom)),
                _ => sheet.line(Point::new(x, 0), Point::new(x, bottom)),
            }
            sheet.push(
                Level::Lifelines,
                Shape {
                    key: Key {
                        side: Some(voice.side),
                        subject: Subject::Lane(column.actor),
                        // These numbers are above those of a queue's river, which has a piece for each time that it
                        // fills and empties.
                        piece: Piece(61_000 + piece as u16),
                    },
                    look,
                    tone: voice.tone,
                    light: Light::Even,
                    form,
                    name: String::new(),
                    job: None,
                },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_laid_out_a_handful_of_times_at_most() {
        assert!(ATTEMPTS.len() <= 6);
        assert!(ATTEMPTS.iter().skip(1).is_sorted_by_key(|attempt| attempt.highest), "lower pictures are tried first");
        let narrow = ATTEMPTS.iter().filter(|attempt| attempt.pace <= FASTEST_IF_NARROW).count();
        assert!(narrow < ATTEMPTS.len(), "narrow pictures are not tried at the fastest pace");
    }
}
