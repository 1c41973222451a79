//! Putting a scene together: time to height first, then everything that is drawn by it, then the labels; and once
//! more at a faster pace if a label that must be there found no place.
//!
//! *Invariant:* the number of shapes is bounded, whatever the run.

use std::collections::BTreeSet;

use super::columns::{Frame, columns};
use super::labels::{Ground, Place, Placed, Rank, Wish};
use super::pace::{PADDING, rescaled};
use super::rows::{failed, is_background, rows};
use super::sheet::{Sheet, Voice};
use super::text::fitted;
use super::{
    Area, Face, Form, Key, Level, Light, Look, PX, Piece, Point, Scene, Shape, Subject, TimeScale, Tone, View, arrows,
    bulk, clock, heads, labels, notes, pace, rivers, signs, stays,
};
use crate::scenario::{Note, Played};
use crate::time::{Moment, Span};
use crate::trace::{Arrow, Fate, MessageId, Trace};

/// Up to so many messages of a side, each has a label.
pub const ALL_LABELLED: usize = 30;
/// Up to so many messages and stays, each is drawn by itself.
const ONE_BY_ONE: usize = 400;
/// Faster and faster, in tenths of the natural pace, until the labels fit.
const PACES: [i32; 9] = [10, 12, 15, 18, 22, 27, 33, 40, 50];
/// The most that a picture grows for its labels.
const HIGHEST: i32 = 4_000 * PX;

/// The scene of a view, as high as its labels need.
pub fn compose(played: &Played, view: &View, frame: &Frame) -> Scene {
    let from = view.from.unwrap_or(Moment::START);
    let to = view.to.unwrap_or(played.ended()).max(from + Span::micros(1));
    let traces: Vec<&Trace> = played.sides.iter().map(|side| &side.trace).collect();
    let natural = pace::scale(&traces, from, to, view.folding);
    let voices: Vec<Voice> = frame.panes.iter().map(|pane| voice(played, frame, pane, from, to)).collect();
    let mut best: Option<(u32, Scene)> = None;
    for tenths in PACES {
        let scale = rescaled(&natural, tenths, 10);
        if best.is_some() && scale.bottom() > HIGHEST {
            break;
        }
        let (missing, scene) = attempt(played, view, frame, &voices, scale);
        if missing == 0 {
            return scene;
        }
        if best.as_ref().is_none_or(|(least, _)| missing < *least) {
            best = Some((missing, scene));
        }
    }
    best.map(|(_, scene)| scene).expect("the natural pace is always tried")
}

fn voice<'a>(played: &'a Played, frame: &Frame, pane: &super::Pane, from: Moment, to: Moment) -> Voice<'a> {
    let trace = &played.sides[usize::from(pane.side)].trace;
    Voice {
        side: pane.side,
        tone: Tone::of(pane.style),
        trace,
        strip: pane.strip,
        columns: columns(&trace.actors, pane.strip, frame.measure),
        rows: rows(trace, from, to),
    }
}

/// The scene on one scale, and how many labels are missing that must be there.
fn attempt(played: &Played, view: &View, frame: &Frame, voices: &[Voice], scale: TimeScale) -> (u32, Scene) {
    let mut sheet = Sheet::new(scale, view.selection);
    let messages: usize = voices.iter().map(|voice| voice.rows.messages.len()).sum();
    let mut bundled = 0;
    for voice in voices {
        lifelines(&mut sheet, voice);
        rivers::draw(&mut sheet, voice, frame.measure);
        stays::draw(&mut sheet, voice, ONE_BY_ONE / voices.len());
        if messages > ONE_BY_ONE {
            bundled += bulk::draw(&mut sheet, voice, voices.len() as i32);
        } else {
            for &id in &voice.rows.messages {
                arrows::draw(&mut sheet, voice, id);
            }
            wish_labels(&mut sheet, voice);
        }
        signs::draw(&mut sheet, voice);
        clock::crossings(&mut sheet, voice);
        if let Some(job) = view.selection {
            clock::tags(&mut sheet, frame, voice, job);
        }
    }
    clock::draw(&mut sheet, frame);
    let height = sheet.scale.bottom() + PADDING;
    let bounds = Area::new(0, 0, frame.width, height);
    let placed = place(played, &mut sheet, voices, bounds);
    let scene = Scene {
        width: frame.width,
        heads_height: heads::HEIGHT,
        height,
        scale: sheet.scale.clone(),
        gutter: frame.gutter,
        panes: frame.panes.clone(),
        heads: voices.iter().flat_map(heads::heads).collect(),
        layers: sheet.into_layers(),
        unlabelled: placed.unlabelled,
        bundled,
    };
    (placed.missing, scene)
}

fn place(played: &Played, sheet: &mut Sheet, voices: &[Voice], bounds: Area) -> Placed {
    let mut ground = Ground::new(sheet, bounds);
    let mut placed = labels::place(sheet, &mut ground, Rank::Failure);
    for voice in voices {
        let id = &played.sides[usize::from(voice.side)].id;
        let notes: Vec<(u32, &Note)> = (0..).zip(&played.scenario.head.notes).collect();
        let its: Vec<(u32, &Note)> =
            notes.into_iter().filter(|(_, note)| note.side.as_ref().is_none_or(|side| side == id)).collect();
        placed.missing += notes::place(sheet, &mut ground, voice, &its).missing;
    }
    let rest = labels::place(sheet, &mut ground, Rank::Spare);
    Placed { missing: placed.missing + rest.missing, unlabelled: placed.unlabelled + rest.unlabelled }
}

fn lifelines(sheet: &mut Sheet, voice: &Voice) {
    let bottom = sheet.scale.bottom() + PADDING;
    for column in &voice.columns {
        let look = match voice.trace.actor(column.actor).drawing {
            crate::trace::Drawing::River => Look::RiverLine,
            crate::trace::Drawing::Slots | crate::trace::Drawing::Tracks => Look::Lifeline,
        };
        for (piece, x) in column.lines().into_iter().enumerate() {
            let form = Form::Line { from: Point::new(x, 0), to: Point::new(x, bottom) };
            sheet.line(Point::new(x, 0), Point::new(x, bottom));
            sheet.push(
                Level::Lifelines,
                Shape {
                    key: Key {
                        side: Some(voice.side),
                        subject: Subject::Lane(column.actor),
                        piece: Piece(100 + piece as u16),
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

/// Which messages should have a label, and how much it matters.
fn wish_labels(sheet: &mut Sheet, voice: &Voice) {
    let all = voice.rows.messages.len() <= ALL_LABELLED;
    let mut known: BTreeSet<(u8, u16)> = BTreeSet::new();
    for &id in &voice.rows.messages {
        let message = &voice.trace.messages[id.at()];
        let first = known.insert((message.kind, message.label.0));
        let selected = sheet.light(&voice.trace.jobs_of(message)) == Light::Lit;
        let background = is_background(voice.trace, message);
        let rank = match () {
            () if selected => Rank::Selected,
            () if failed(message) => Rank::Failure,
            () if first && !background => Rank::First,
            () if all => Rank::Message,
            () if message.attempt > 1 && voice.trace.kind(message).arrow != Arrow::Reply => Rank::Mark,
            () => Rank::Spare,
        };
        if rank == Rank::Spare {
            sheet.unlabelled += 1;
            continue;
        }
        wish_label(sheet, voice, id, rank);
    }
}

fn wish_label(sheet: &mut Sheet, voice: &Voice, id: MessageId, rank: Rank) {
    let message = &voice.trace.messages[id.at()];
    let flight = arrows::flight(voice, message, &sheet.scale);
    let tone = match arrows::tone(voice, message) {
        tone @ (Tone::Bad | Tone::Again) => tone,
        Tone::Neutral | Tone::RequestResponse | Tone::Queued => Tone::Neutral,
    };
    let light = sheet.light(&voice.trace.jobs_of(message));
    let strong = light == Light::Lit || tone != Tone::Neutral;
    let face = if strong { Face::Strong } else { Face::Label };
    let mut text = voice.trace.label(message);
    text.push_str(match message.fate {
        Fate::Lost => ", lost",
        Fate::Late => ", too late",
        Fate::Refused | Fate::Delivered | Fate::InFlight => "",
    });
    if message.attempt > 1 && voice.trace.kind(message).arrow != Arrow::Reply {
        text.push_str(&format!(", try {}", message.attempt));
    }
    let room = (voice.strip.right - voice.strip.left - 12 * PX).min(260 * PX);
    sheet.wishes.push(Wish {
        key: Key { side: Some(voice.side), subject: Subject::Message(id), piece: Piece(2) },
        text: fitted(&text, face, room),
        face,
        tone,
        light,
        job: voice.trace.jobs_of(message).first().copied(),
        rank,
        place: Place::Along(flight.from, flight.to),
    });
}
