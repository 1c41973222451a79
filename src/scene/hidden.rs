//! Messages that lie in a queue and cannot be taken until their time is over, because they are hidden or delayed. Each
//! is drawn as a bracket in the right half of its lane, with an outline beside it if it was handed out.
//!
//! Arrows end at the edge of that half, so none runs through a bracket.
//!
//! *Invariant:* a bracket is as long as its message was hidden, and closed only if the message's time ran out.

use super::columns::{Column, Plan};
use super::labels::{Rank, Site, Wish};
use super::pace::FOOT;
use super::sheet::{Sheet, Voice};
use super::steps::{levels, stretches, sum};
use super::text::{line, width};
use super::{Anchor, Area, Face, Form, Key, Level, Light, Look, PX, Piece, Point, Shape, Subject, Tone};
use crate::time::{Moment, readable};
use crate::trace::{Ending, LevelKind, StayId, StayKind, StayRow};

/// The width of one message with its outline and its bracket, where there is enough room.
const ROOM: i32 = 13 * PX;
/// The least width of a message with a bracket; with less, it is only an outline.
const BRACKETED: i32 = 9 * PX;
/// The least width of a message; with less, only the number of messages is drawn.
const OUTLINED: i32 = 4 * PX;
/// The most messages of a lane that are drawn each by itself; if there are more, only their number is drawn.
const MOST: usize = 100;

pub fn draw(sheet: &mut Sheet, voice: &Voice) {
    for column in voice.columns.iter().filter(|column| column.plan == Plan::Halves) {
        let half = Area::new(column.centre, 0, column.half, sheet.scale.bottom() + FOOT);
        push(sheet, voice, column, (Level::Bands, Look::Bed), 40, Form::Rect { area: half, radius: 0 }, String::new());
        heads(sheet, voice, column);
        let its = |id: &&StayId| {
            let stay = &voice.trace.stays[id.at()];
            stay.actor == column.actor && matches!(stay.kind, StayKind::Hidden | StayKind::Scheduled)
        };
        let ids: Vec<StayId> = voice.rows.stays.iter().filter(its).copied().collect();
        // Each message takes the first line that is free when it is hidden.
        let mut free: Vec<Moment> = Vec::new();
        let mut lines: Vec<usize> = Vec::with_capacity(ids.len());
        for stay in ids.iter().map(|id| &voice.trace.stays[id.at()]) {
            let line = free.iter().position(|moment| *moment <= stay.begin).unwrap_or(free.len());
            free.resize(free.len().max(line + 1), stay.end);
            free[line] = stay.end;
            lines.push(line);
        }
        let room = (column.half - 4 * PX) / free.len().max(1) as i32;
        if room < OUTLINED || ids.len() > MOST {
            crowd(sheet, voice, column);
            continue;
        }
        let mut said = false;
        for (&id, line) in ids.iter().zip(lines) {
            let left = column.centre + 4 * PX + line as i32 * room.min(ROOM);
            said |= hidden(sheet, voice, id, left, room.min(ROOM), said);
        }
    }
}

/// Draws one message, and says whether it has a label.
fn hidden(sheet: &mut Sheet, voice: &Voice, id: StayId, left: i32, room: i32, said: bool) -> bool {
    let stay = &voice.trace.stays[id.at()];
    let top = sheet.scale.y_from_moment(stay.begin);
    let bottom = sheet.scale.y_from_moment(stay.end.min(voice.trace.ended)).max(top + PX);
    let ran_out = matches!(stay.ending, Ending::Expired) || stay.kind == StayKind::Scheduled;
    let job = stay.part.known().map(|part| voice.trace.job_of(part));
    let wide = if room >= BRACKETED { room / 2 } else { room - 15 };
    let shape = |piece, look, form, name| Shape {
        key: Key { side: Some(voice.side), subject: Subject::Stay(id), piece: Piece(piece) },
        look,
        tone: if stay.ending == Ending::Expired { Tone::Again } else { voice.tone },
        light: sheet.light(job.as_slice()),
        form,
        name,
        job,
    };
    let outline = Area::new(left, top, wide, bottom - top);
    let body = shape(0, Look::Held, Form::Rect { area: outline, radius: PX }, voice.stay_name(stay));
    let x = left + room - 2 * PX;
    let hook = x - (room / 3).min(3 * PX);
    let mut line = vec![Point::new(hook, top), Point::new(x, top), Point::new(x, bottom)];
    if ran_out {
        line.push(Point::new(hook, bottom));
    }
    // What was not handed out yet is only waited for, and its bracket is all there is of it.
    let is_out = stay.kind == StayKind::Hidden && stay.value > 0;
    let name = if is_out { String::new() } else { body.name.clone() };
    let bracket = shape(u16::from(is_out), Look::Scheduled, Form::Strokes(vec![line]), name);
    let wish = Wish {
        key: Key { piece: Piece(2), ..body.key },
        text: words(stay, voice.trace.ended),
        face: Face::Small,
        tone: Tone::Neutral,
        light: body.light,
        job,
        rank: Rank::Mark,
        site: Site::Beside(Area::new(left, top, room, bottom - top)),
    };
    // The first message of a lane has a label that says what it is; after that, only those that tell something new have
    // one.
    let label = !said
        || stay.ending == Ending::Expired
        || stay.value > u32::from(stay.kind != StayKind::Scheduled)
        || body.light == Light::Lit;
    if label {
        sheet.wishes.push(wish);
    }
    if is_out {
        sheet.obstacle(outline);
        sheet.push(Level::Stays, body);
    }
    if room >= BRACKETED || !is_out {
        sheet.obstacle(bracket.form.bounds());
        sheet.push(Level::Stays, bracket);
    }
    label
}

/// "delayed 2 s", "retry 3 after 31 s", "hidden 2 s", and from the second time on "hidden 2 s, time 2".
fn words(stay: &StayRow, ended: Moment) -> String {
    let length = readable(stay.end.min(ended).since(stay.begin));
    match (stay.kind, stay.value) {
        (StayKind::Scheduled, 0) => ["delayed ", &length].concat(),
        (StayKind::Scheduled, retry) => format!("retry {retry} after {length}"),
        (_, 0 | 1) => ["hidden ", &length].concat(),
        (_, time) => format!("hidden {length}, time {time}"),
    }
}

/// Writes over the halves of a lane what stands in them.
fn heads(sheet: &mut Sheet, voice: &Voice, column: &Column) {
    let middle = column.centre;
    for (piece, text, anchor) in [(41, "ready", Anchor::End), (42, "hidden", Anchor::Start)] {
        let wide = width(text, Face::Small);
        let left = if anchor == Anchor::End { middle - 3 * PX - wide } else { middle + 3 * PX };
        let form = line(text.to_owned(), Face::Small, left, PX);
        sheet.obstacle(form.bounds());
        push(sheet, voice, column, (Level::Labels, Look::Tick), piece, form, String::new());
    }
}

/// Draws only the number of messages, if they are very many: an outline as wide as they are many.
fn crowd(sheet: &mut Sheet, voice: &Voice, column: &Column) {
    let of = |kind| levels(voice, &|row| row.actor == column.actor && row.kind == LevelKind::Stays(kind));
    let steps = sum(&of(StayKind::Hidden), &of(StayKind::Scheduled));
    let most = i64::from(steps.iter().map(|step| step.1).max().unwrap_or(0).max(1));
    let room = i64::from(column.half - 2 * PX);
    for (number, stretch) in (0..9_000).zip(stretches(sheet, &steps, PX)) {
        let reach = |count: u32| (column.centre, column.centre + (room * i64::from(count) / most) as i32);
        let name = format!("{}: at most {} hidden", voice.trace.actor(column.actor).name, stretch.peak);
        let form = Form::Polygon(stretch.outline(&reach));
        stretch.keep_clear(sheet, &reach);
        push(sheet, voice, column, (Level::Rivers, Look::Held), 20_000 + number, form, name);
    }
}

fn push(
    sheet: &mut Sheet,
    voice: &Voice,
    column: &Column,
    (level, look): (Level, Look),
    piece: u16,
    form: Form,
    name: String,
) {
    let key = Key { side: Some(voice.side), subject: Subject::Lane(column.actor), piece: Piece(piece) };
    sheet.push(level, Shape { key, look, tone: voice.tone, light: Light::Even, form, name, job: None });
}
