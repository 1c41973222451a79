//! The clock between the panes, and what else both sides share: its lines and figures, the folds torn across both
//! panes, and the tags of the selected job.
//!
//! *Invariant:* a figure stands at the height of its moment, to the tenth of a pixel.

use super::columns::{Frame, Measure, Plan};
use super::sheet::{Sheet, Voice};
use super::text::{ascent, line_height, width};
use super::{Anchor, Area, Face, Form, Key, Level, Light, Look, PX, Piece, Point, Shape, Subject, Tone};
use crate::sorting;
use crate::time::{Moment, exact, portion, readable};
use crate::trace::{CallerOutcome, Duty, JobId, StayKind};

/// The least distance between two figures.
const APART: i32 = 42 * PX;
/// Half the width that a figure may take in a wide gutter.
const FIGURES: i32 = 30 * PX;

pub fn draw(sheet: &mut Sheet, frame: &Frame) {
    for tick in ticks(sheet) {
        line(sheet, frame, tick);
    }
    for (number, fold) in sheet.scale.clone().folds().enumerate() {
        tear(sheet, frame, number as u32, fold);
    }
}

/// A line of the clock: its number, its moment, its height.
#[derive(Clone, Copy)]
struct Tick {
    number: u32,
    at: Moment,
    y: i32,
}

/// The lines of the clock: at round moments, far enough apart, none within a fold.
fn ticks(sheet: &Sheet) -> Vec<Tick> {
    let scale = &sheet.scale;
    let pace = scale.pace();
    let least = portion(pace.over.as_micros(), APART as u64, pace.height.max(1) as u64).max(1);
    let step = round_step(least);
    let first = scale.from().micros().div_ceil(step);
    let mut ticks: Vec<Tick> = Vec::new();
    let mut number = first;
    // A fold can hold very many steps, so they are passed over at once.
    let folds: Vec<_> = scale.folds().collect();
    while let Some(micros) = number.checked_mul(step).filter(|micros| *micros <= scale.to().micros()) {
        let at = Moment::from_micros(micros);
        if let Some(fold) = folds.iter().find(|fold| fold.from <= at && at <= fold.to) {
            number = fold.to.micros() / step + 1;
            continue;
        }
        let y = scale.y_from_moment(at);
        let clear = folds.iter().all(|fold| y + 12 * PX < fold.top || y - 12 * PX > fold.bottom);
        if clear {
            ticks.push(Tick { number: u32::try_from(number).unwrap_or(u32::MAX), at, y });
        }
        number += 1;
    }
    ticks
}

/// The distance of two lines, in microseconds: 1, 2 or 5 of a unit in which people count, and at least `least`.
fn round_step(least: u64) -> u64 {
    const MINUTE: u64 = 60_000_000;
    const ABOVE_SECONDS: [u64; 16] = [
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        20 * MINUTE,
        30 * MINUTE,
        60 * MINUTE,
        120 * MINUTE,
        180 * MINUTE,
        360 * MINUTE,
        720 * MINUTE,
        1_440 * MINUTE,
        2_880 * MINUTE,
        7_200 * MINUTE,
        14_400 * MINUTE,
        72_000 * MINUTE,
    ];
    let mut unit = 1;
    while unit <= 10_000_000 {
        for factor in [1, 2, 5] {
            if unit * factor >= least && unit * factor <= 20_000_000 {
                return unit * factor;
            }
        }
        unit *= 10;
    }
    ABOVE_SECONDS.into_iter().find(|step| *step >= least.max(30_000_000)).unwrap_or(720_000 * MINUTE)
}

/// The figure for a moment, in the form in which moments are told everywhere. A line of the clock is at a round moment,
/// so the figure is exact and short.
fn figure(at: Moment) -> String {
    exact(at.since(Moment::START))
}

fn shared(subject: Subject, piece: u16, look: Look, form: Form) -> Shape {
    Shape {
        key: Key { side: None, subject, piece: Piece(piece) },
        look,
        tone: Tone::Neutral,
        light: Light::Even,
        form,
        name: String::new(),
        job: None,
    }
}

/// A line of text at `x`, its middle at `y`. A long one whose middle would be so far left that it begins beyond the edge
/// stands further to the right.
fn words(text: String, face: Face, anchor: Anchor, x: i32, y: i32) -> Form {
    let wide = width(&text, face);
    let x = if anchor == Anchor::Middle { x.max(wide / 2 + PX) } else { x };
    let left = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - wide / 2,
        Anchor::End => x - wide,
    };
    let area = Area::new(left, y - line_height(face) / 2, wide, line_height(face));
    Form::Text { at: Point::new(x, area.y + ascent(face)), anchor, face, text, area }
}

fn line(sheet: &mut Sheet, frame: &Frame, tick: Tick) {
    for (piece, pane) in frame.panes.iter().enumerate() {
        let form = Form::Line { from: Point::new(pane.strip.left, tick.y), to: Point::new(pane.strip.right, tick.y) };
        sheet.push(Level::Grid, shared(Subject::Tick(tick.number), piece as u16, Look::Grid, form));
    }
    let figure = figure(tick.at);
    let middle = (frame.gutter.left + frame.gutter.right) / 2;
    let form = words(figure, Face::Small, Anchor::Middle, middle, tick.y);
    sheet.obstacle(form.bounds());
    sheet.push(Level::Clock, shared(Subject::Tick(tick.number), 9, Look::Tick, form));
}

/// A torn strip across the whole scene, with the length of what is left out.
fn tear(sheet: &mut Sheet, frame: &Frame, number: u32, fold: super::Fold) {
    const TOOTH: i32 = 8 * PX;
    let middle = (fold.top + fold.bottom) / 2;
    let (top, bottom) = (middle - 8 * PX, middle + 8 * PX);
    let edge = |y: i32| -> Vec<Point> {
        let teeth = frame.width / TOOTH + 1;
        let bite = |tooth: i32| y + if tooth % 2 == 0 { 2 * PX } else { -2 * PX };
        (0..=teeth).map(|tooth| Point::new((tooth * TOOTH).min(frame.width), bite(tooth))).collect()
    };
    let (upper, lower) = (edge(top), edge(bottom));
    let outline: Vec<Point> = upper.iter().chain(lower.iter().rev()).copied().collect();
    let length = readable(fold.to.since(fold.from));
    let mut strip = shared(Subject::Fold(number), 0, Look::Fold, Form::Polygon(outline));
    strip.name = format!("{length} in which nothing happens, folded");
    sheet.obstacle(Area::new(0, top - 2 * PX, frame.width, bottom - top + 4 * PX));
    sheet.push(Level::Folds, strip);
    sheet.push(Level::Folds, shared(Subject::Fold(number), 1, Look::Tear, Form::Strokes(vec![upper, lower])));
    let place = (frame.gutter.left + frame.gutter.right) / 2;
    let form = words(format!("{length} …"), Face::Small, Anchor::Middle, place, middle);
    sheet.push(Level::Clock, shared(Subject::Fold(number), 2, Look::Tick, form));
}

/// Draws what goes on behind a fold: each stay that crosses it leaves dots in the strip.
pub fn crossings(sheet: &mut Sheet, voice: &Voice) {
    let folds: Vec<_> = sheet.scale.folds().collect();
    for fold in folds {
        for &id in &voice.rows.stays {
            let stay = &voice.trace.stays[id.at()];
            let drawn_here = matches!(
                stay.kind,
                StayKind::Busy | StayKind::Blocked | StayKind::Polling | StayKind::Scheduled | StayKind::Hidden
            );
            if stay.begin > fold.from || stay.end < fold.to || !drawn_here {
                continue;
            }
            let column = &voice.columns[stay.actor.at()];
            let x = match (column.plan, stay.kind) {
                (Plan::Halves, StayKind::Hidden | StayKind::Scheduled) => column.centre + column.half / 2,
                _ => column.slot(stay.slot),
            };
            let form = Form::Line { from: Point::new(x, fold.top), to: Point::new(x, fold.bottom) };
            let mut dots = shared(Subject::Stay(id), 1_000, Look::Crossing, form);
            dots.key = Key {
                side: Some(voice.side),
                piece: Piece(1_000 + (fold.top / PX).clamp(0, 60_000) as u16),
                ..dots.key
            };
            sheet.push(Level::Folds, dots);
        }
    }
}

/// Draws the tags of the selected job beside the clock: what happened to it on one side, each at its height.
pub fn tags(sheet: &mut Sheet, frame: &Frame, voice: &Voice, job: JobId) {
    let left = frame.panes.len() == 1 || voice.strip.right <= frame.gutter.left;
    let (edge, direction) = match (frame.panes.len(), left) {
        (1, _) => (frame.gutter.right, -1),
        (_, true) => (frame.gutter.left, 1),
        (_, false) => (frame.gutter.right, -1),
    };
    let room = (frame.gutter.right - frame.gutter.left) / 2 - FIGURES - 8 * PX;
    let labels = sheet.layers()[Level::Labels as usize].shapes.iter().map(|shape| shape.form.bounds());
    let labels: Vec<Area> = labels.collect();
    let mut lowest = i32::MIN;
    for (place, (at, word)) in story(voice, job).into_iter().enumerate() {
        if at < sheet.scale.from() || at > sheet.scale.to() {
            continue;
        }
        let y = sheet.scale.y_from_moment(at);
        let line = Form::Line { from: Point::new(edge, y), to: Point::new(edge + direction * 5 * PX, y) };
        let mut tag = |piece, look, form, name: String| {
            let mut shape = shared(Subject::Job(job, place as u8), piece, look, form);
            shape.key.side = Some(voice.side);
            (shape.tone, shape.light, shape.name, shape.job) = (voice.tone, Light::Lit, name, Some(job));
            sheet.push(Level::Clock, shape);
        };
        tag(0, Look::Leader, line, format!("job {}: {word} at {}", job.number(), readable(at.since(Moment::START))));
        if frame.measure != Measure::Wide || frame.panes.len() == 1 || width(word, Face::Small) > room {
            continue;
        }
        let anchor = if direction > 0 { Anchor::Start } else { Anchor::End };
        let middle = y.max(lowest + line_height(Face::Small));
        let form = words(word.to_owned(), Face::Small, anchor, edge + direction * 7 * PX, middle);
        // Where a label of the job reaches in between the sides, whoever points at the line reads the word.
        if labels.iter().any(|label| label.overlaps(form.bounds())) {
            continue;
        }
        lowest = middle;
        tag(1, Look::Tag, form, String::new());
    }
}

/// What happened to a job, in a word each, in order of time.
pub fn story(voice: &Voice, job: JobId) -> Vec<(Moment, &'static str)> {
    let trace = voice.trace;
    let Some(row) = trace.jobs.get(job.at()) else {
        return Vec::new();
    };
    let mut story: Vec<(Moment, &'static str)> = Vec::new();
    story.extend(row.wanted.known().map(|at| (at, "wanted")));
    let rows = voice.index.rows_of_job(trace, job, Moment::START, Moment::NEVER);
    let mut messages = rows.messages.iter().map(|id| &trace.messages[id.at()]);
    let asked = messages.find(|message| trace.actor(message.from).duty == Duty::Caller);
    story.extend(asked.map(|message| message.sent).filter(|sent| *sent > row.wanted).map(|sent| (sent, "sent")));
    let mut stays = rows.stays.iter().map(|id| &trace.stays[id.at()]);
    let started = stays.find(|stay| stay.kind == StayKind::Busy && trace.actor(stay.actor).duty == Duty::Worker);
    story.extend(started.map(|stay| (stay.begin, "started")));
    story.extend(row.accepted.known().filter(|at| *at != row.answered).map(|at| (at, "accepted")));
    story.extend(trace.finished(job).map(|at| (at, "finished")));
    story.extend(row.answered.known().map(|at| (at, "answered")));
    let gave_up = match row.caller {
        CallerOutcome::Refused => Some("refused"),
        CallerOutcome::Failed => Some("failed"),
        CallerOutcome::Unknown => Some("gave up"),
        CallerOutcome::Waiting | CallerOutcome::Answered | CallerOutcome::Accepted => None,
    };
    story.extend(gave_up.and_then(|word| row.settled.known().map(|at| (at, word))));
    sorting::sort_by_key(&mut story, |(at, _)| *at);
    story
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn steps_are_round() {
        let least = [1, 3, 60_000, 150_000, 4_000_000, 11_000_000, 25_000_000, 61_000_000, 4_000_000_000];
        let steps = least.map(|micros| readable(Span::micros(round_step(micros))));
        assert_eq!(steps, ["1 µs", "5 µs", "100 ms", "200 ms", "5 s", "20 s", "1 min", "2 min", "2 h"]);
    }
}
