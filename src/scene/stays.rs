//! Stays: work as bars, blocking hatched, waiting as dotted lines beside the lane, outages as bands behind it.
//!
//! *Invariant:* a bar is as long as its stay; only what would be too thin to see is drawn one pixel high.

use super::columns::{Column, Plan};
use super::labels::{Rank, Site, Wish};
use super::sheet::{Sheet, Voice};
use super::{Area, Face, Form, Key, Level, Light, Look, PX, Piece, Point, Shape, Subject, Tone};
use crate::sorting;
use crate::time::{Moment, Span, readable, thousandths};
use crate::trace::{Drawing, Ending, StayId, StayKind, StayRow};

/// The distance of two lines of what waits at a lane.
const FAN: i32 = 5 * PX;

/// Draws the stays of one side, at most `most` of them; if there are more, the longest.
pub fn draw(sheet: &mut Sheet, voice: &Voice, most: usize) {
    let mut fans: Vec<Fan> = voice.columns.iter().map(|_| Fan::default()).collect();
    let mut polled = vec![Polled::No; voice.columns.len()];
    for &id in &longest(sheet, voice, most) {
        let stay = &voice.trace.stays[id.at()];
        let column = &voice.columns[stay.actor.at()];
        match stay.kind {
            StayKind::Down | StayKind::Slow => band(sheet, voice, column, id),
            StayKind::Busy | StayKind::Blocked | StayKind::Polling => {
                if column.plan != Plan::Area {
                    bar(sheet, voice, column, id);
                    asks(sheet, voice, column, id, &mut polled[stay.actor.at()]);
                }
            }
            // These are drawn in the right half of the lane (`hidden.rs`).
            StayKind::Scheduled | StayKind::Hidden if column.plan == Plan::Halves => {}
            StayKind::Scheduled | StayKind::Hidden => bracket(sheet, voice, column, id),
            // This holds up nobody, and the arrow of the confirm tells of it.
            StayKind::Unconfirmed => {}
            // A record of a log is drawn as a tick (`tracks.rs`).
            StayKind::Ready | StayKind::Held | StayKind::Parked
                if voice.trace.actor(stay.actor).drawing == Drawing::Tracks => {}
            StayKind::Ready | StayKind::Held | StayKind::Parked
                if voice.trace.actor(stay.actor).drawing != Drawing::Slots =>
            {
                followed(sheet, voice, column, id);
            }
            StayKind::Ready
            | StayKind::Held
            | StayKind::Parked
            | StayKind::Backlog
            | StayKind::Pool
            | StayKind::Queued
            | StayKind::Awaiting
            | StayKind::Resting => {
                let lines = fans[stay.actor.at()].place(stay, column);
                if let Some(line) = lines {
                    waiting(sheet, voice, column, id, line);
                }
            }
        }
    }
}

/// At most `most` stays, in order: the outages, and the longest of each piece of the page, so that what is drawn is
/// spread over the window as what happened is.
fn longest(sheet: &Sheet, voice: &Voice, most: usize) -> Vec<StayId> {
    let ids = &voice.rows.stays;
    if ids.len() <= most {
        return ids.clone();
    }
    let (top, height) = (sheet.scale.top(), (sheet.scale.bottom() - sheet.scale.top()).max(1));
    let mut chosen: Vec<StayId> = Vec::new();
    let mut pieces: Vec<Option<(Span, StayId)>> = vec![None; most];
    for &id in ids {
        let stay = &voice.trace.stays[id.at()];
        if matches!(stay.kind, StayKind::Down | StayKind::Slow) && chosen.len() < most {
            chosen.push(id);
            continue;
        }
        let place = i64::from(sheet.scale.y_from_moment(stay.begin) - top) * most as i64 / i64::from(height);
        let piece = &mut pieces[(place.max(0) as usize).min(most - 1)];
        let length = stay.end.since(stay.begin);
        if piece.is_none_or(|(longest, _)| length > longest) {
            *piece = Some((length, id));
        }
    }
    chosen.extend(pieces.into_iter().flatten().map(|(_, id)| id));
    sorting::sort(&mut chosen);
    chosen
}

/// The lines of what waits at a lane, each free from some moment on.
#[derive(Default)]
struct Fan(Vec<Moment>);

impl Fan {
    /// The first free line, if there is one within the lane's room.
    fn place(&mut self, stay: &StayRow, column: &Column) -> Option<i32> {
        let lines = ((column.centre - column.half - column.strip.left) / FAN).max(1) as usize;
        let line = self.0.iter().position(|free| *free <= stay.begin).unwrap_or(self.0.len());
        if line >= lines {
            return None;
        }
        if line == self.0.len() {
            self.0.push(stay.end);
        } else {
            self.0[line] = stay.end;
        }
        Some(line as i32)
    }
}

/// From which height to which a stay is drawn, at least one pixel. A stay that is still going on is drawn to the end of
/// its side, because no more is known of it; an outage is drawn to its own end.
fn heights(sheet: &Sheet, voice: &Voice, stay: &StayRow) -> (i32, i32) {
    let end = match stay.kind {
        StayKind::Down | StayKind::Slow => stay.end,
        _ => stay.end.min(voice.trace.ended),
    };
    let top = sheet.scale.y_from_moment(stay.begin);
    (top, sheet.scale.y_from_moment(end).max(top + PX))
}

fn shape(sheet: &Sheet, voice: &Voice, id: StayId, look: Look, form: Form) -> Shape {
    let stay = &voice.trace.stays[id.at()];
    let job = stay.part.known().map(|part| voice.trace.job_of(part));
    let tone = match look {
        Look::Thrown | Look::FailedWork | Look::Down => Tone::Bad,
        Look::Slow => Tone::Again,
        _ => voice.tone,
    };
    Shape {
        key: Key { side: Some(voice.side), subject: Subject::Stay(id), piece: Piece(0) },
        look,
        tone,
        light: sheet.light(job.as_slice()),
        form,
        name: voice.stay_name(stay),
        job,
    }
}

fn bar(sheet: &mut Sheet, voice: &Voice, column: &Column, id: StayId) {
    let stay = &voice.trace.stays[id.at()];
    let (top, bottom) = heights(sheet, voice, stay);
    let half = match stay.kind {
        // A bar of polling is thinner than one of work.
        StayKind::Polling => column.half_slot() * 7 / 10,
        _ => column.half_slot(),
    };
    let area = Area::new(column.slot(stay.slot) - half, top, 2 * half, bottom - top);
    let look = match (stay.kind, stay.ending) {
        (StayKind::Blocked, _) => Look::Blocked,
        (StayKind::Polling, _) => Look::Polling,
        (_, Ending::Interrupted | Ending::Returned) => Look::Thrown,
        (_, Ending::Failed) => Look::FailedWork,
        (..) => Look::Busy,
    };
    let radius = (2 * PX).min(area.height / 3);
    let mut shape = shape(sheet, voice, id, look, Form::Rect { area, radius });
    if voice.index.is_repeat(voice.trace, id) {
        shape.name.push_str(", once more");
        shape.tone = if look == Look::Busy { Tone::Again } else { shape.tone };
    }
    sheet.obstacle(area);
    sheet.push(Level::Stays, shape);
}

/// Whether a lane has said what its polling is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Polled {
    No,
    Said,
}

/// Wishes for a label on the first long poll of a lane, which says what it is.
fn asks(sheet: &mut Sheet, voice: &Voice, column: &Column, id: StayId, polled: &mut Polled) {
    let stay = &voice.trace.stays[id.at()];
    let (top, bottom) = heights(sheet, voice, stay);
    if stay.kind != StayKind::Polling || *polled == Polled::Said || bottom - top < 40 * PX {
        return;
    }
    *polled = Polled::Said;
    let half = column.half_slot();
    let area = Area::new(column.slot(stay.slot) - half, top, 2 * half, bottom - top);
    sheet.wishes.push(Wish {
        key: Key { side: Some(voice.side), subject: Subject::Stay(id), piece: Piece(2) },
        text: "waits for work".to_owned(),
        face: Face::Small,
        tone: Tone::Neutral,
        light: Light::Even,
        job: None,
        rank: Rank::Spare,
        site: Site::Beside(area),
    });
}

/// Draws a band behind the lane of an actor that is out or slow.
fn band(sheet: &mut Sheet, voice: &Voice, column: &Column, id: StayId) {
    let stay = &voice.trace.stays[id.at()];
    let (top, bottom) = heights(sheet, voice, stay);
    let half = (column.half + 12 * PX).max(column.head.width / 2);
    let left = (column.centre - half).max(voice.strip.left);
    let right = (column.centre + half).min(voice.strip.right);
    let area = Area::new(left, top, right - left, bottom - top);
    let (look, words) = match stay.kind {
        StayKind::Slow => (Look::Slow, format!("{} × slower", thousandths(stay.value.into()))),
        _ => (Look::Down, "down".to_owned()),
    };
    let shape = shape(sheet, voice, id, look, Form::Rect { area, radius: 0 });
    sheet.wishes.push(Wish {
        key: Key { piece: Piece(1), ..shape.key },
        text: words,
        face: Face::Strong,
        tone: shape.tone,
        light: Light::Even,
        job: None,
        rank: Rank::Fault,
        site: Site::Band(area),
    });
    sheet.push(Level::Bands, shape);
}

/// Draws a wait until a known moment: a bracket beside the slot.
fn bracket(sheet: &mut Sheet, voice: &Voice, column: &Column, id: StayId) {
    let stay = &voice.trace.stays[id.at()];
    let (top, bottom) = heights(sheet, voice, stay);
    let left = column.slot(stay.slot) + column.half_slot() + 3 * PX;
    let right = left + 4 * PX;
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
    let line = corners.iter().map(|&(x, y)| Point::new(x, y)).collect();
    let shape = shape(sheet, voice, id, Look::Scheduled, Form::Strokes(vec![line]));
    sheet.obstacle(Area::new(left, top, right - left, bottom - top));
    sheet.push(Level::Stays, shape);
}

/// Draws the way of the selected job's message through a queue. The queue itself is drawn from its levels.
fn followed(sheet: &mut Sheet, voice: &Voice, column: &Column, id: StayId) {
    let stay = &voice.trace.stays[id.at()];
    let job = stay.part.known().map(|part| voice.trace.job_of(part));
    if sheet.light(job.as_slice()) != Light::Lit {
        return;
    }
    let (top, bottom) = heights(sheet, voice, stay);
    let x = column.slot(stay.slot);
    let form = Form::Line { from: Point::new(x, top), to: Point::new(x, bottom) };
    let shape = shape(sheet, voice, id, Look::Followed, form);
    sheet.push(Level::Stays, shape);
}

/// Draws what waits beside a lane: a dotted line, or an outline if it is something that a sender still holds.
fn waiting(sheet: &mut Sheet, voice: &Voice, column: &Column, id: StayId, line: i32) {
    let stay = &voice.trace.stays[id.at()];
    if stay.end <= stay.begin {
        return;
    }
    let (top, bottom) = heights(sheet, voice, stay);
    let x = match stay.slot.known() {
        Some(slot) => column.slot(slot) - column.half_slot() - 3 * PX,
        None => column.centre - column.half - 6 * PX - line * FAN,
    };
    let (look, form) = match stay.kind {
        StayKind::Held => {
            let area = Area::new(x - 15, top, 3 * PX, bottom - top);
            (Look::Held, Form::Rect { area, radius: PX })
        }
        _ => (Look::Waiting, Form::Line { from: Point::new(x, top), to: Point::new(x, bottom) }),
    };
    let shape = shape(sheet, voice, id, look, form);
    sheet.line(Point::new(x, top), Point::new(x, bottom));
    sheet.push(Level::Stays, shape);
}

impl Voice<'_> {
    /// A stay in one sentence, for those who listen.
    pub fn stay_name(&self, stay: &StayRow) -> String {
        let actor = self.trace.actor(stay.actor);
        let what = match stay.kind {
            StayKind::Busy => "works",
            StayKind::Blocked => "is blocked",
            StayKind::Polling => "has asked for work and waits",
            StayKind::Awaiting => "awaits an answer",
            StayKind::Resting => "rests until its next step",
            StayKind::Backlog => "has a job waiting for a free place",
            StayKind::Pool => "waits for a connection",
            StayKind::Queued => "has work waiting",
            StayKind::Ready => "has a message ready",
            StayKind::Held => &format!("holds a message that is not {}", self.trace.settled_word(stay.actor)),
            StayKind::Hidden => "hides a message",
            StayKind::Scheduled => "waits for the next attempt",
            StayKind::Unconfirmed => "waits for a confirm and does other things",
            StayKind::Parked => "has set a message aside",
            StayKind::Down => "is out of service",
            StayKind::Slow => "is slow",
        };
        let how = match stay.ending {
            Ending::Interrupted => ", cut short and thrown away",
            Ending::Failed => ", which failed",
            Ending::GaveUp => ", until it gave up",
            Ending::Expired => ", until its time ran out",
            Ending::Refused => ", turned away",
            Ending::Returned => ", and gave it back",
            Ending::Open | Ending::Done => "",
        };
        let job = stay.part.known().map(|part| format!(" (job {})", self.trace.job_of(part).number()));
        let begin = readable(stay.begin.since(Moment::START));
        let length = match stay.end.known() {
            Some(end) => format!("for {}", readable(end.since(stay.begin))),
            None => "to the end of the run".to_owned(),
        };
        format!("{} {what}{}, from {begin} {length}{how}", actor.name, job.unwrap_or_default())
    }
}
