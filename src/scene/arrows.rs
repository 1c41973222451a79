//! Messages as arrows, in the notation of UML 2.5.1 §17.4: a solid line and a filled head for a call, a solid line and
//! an open head for what nobody waits for, a dashed line for a reply; a lost message ends in a dot.
//!
//! Beyond UML, a refused message ends in a cross, and an answer that nobody awaited any more in a stump.
//!
//! *Invariant:* an arrow begins where its message was sent and ends where it arrived, so its slope is the latency
//! (`UML-1`: an arrow never rises).

use super::columns::Column;
use super::sheet::{Sheet, Voice};
use super::{Form, Key, Level, Look, PX, Piece, Point, Shape, Subject, TimeScale, Tone};
use crate::time::{Moment, Span, portion};
use crate::trace::{Arrow, Class, Fate, MessageId, MessageRow};

/// How far along its way a lost message is drawn, in thousandths.
const LOST_AT: i64 = 600;

/// An arrow's line, and how it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    pub from: Point,
    pub to: Point,
    pub end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Filled,
    Open,
    Dot,
    Cross,
    Stump,
    /// No sign: the message is on its way when the window or the run ends.
    Nowhere,
}

/// Where a message is drawn.
pub fn flight(voice: &Voice, message: &MessageRow, scale: &TimeScale) -> Flight {
    let (from, to) = (&voice.columns[message.from.at()], &voice.columns[message.to.at()]);
    let start = Point::new(edge(from, to, message, true), scale.y_from_moment(message.sent));
    let due = message.arrived.known().unwrap_or(message.sent + message.latency);
    let goal = Point::new(edge(to, from, message, false), scale.y_from_moment(due));
    let kind = voice.trace.kind(message);
    let (mut until, mut end) = match (message.fate, kind.arrow) {
        (Fate::Lost, _) => (LOST_AT, End::Dot),
        (Fate::Refused, _) => (1_000, End::Cross),
        (Fate::Late, _) => (1_000, End::Stump),
        (Fate::InFlight, _) => (share(message.sent, due, voice.trace.ended), End::Nowhere),
        (Fate::Delivered, Arrow::Call) => (1_000, End::Filled),
        (Fate::Delivered, Arrow::Reply | Arrow::Async) => (1_000, End::Open),
    };
    // Only the part within the window is drawn, at the slope that the whole has. The scale draws every moment beyond
    // the window at its edge, so without being cut there the line would be bent.
    let seen_from = share(message.sent, due, scale.from());
    let seen_until = if due > scale.to() { share(message.sent, due, scale.to()) } else { 1_000 };
    if seen_until < until {
        (until, end) = (seen_until, End::Nowhere);
    }
    let along = |thousandths: i64| {
        let x = start.x + ((i64::from(goal.x - start.x) * thousandths) / 1_000) as i32;
        let before = portion(due.since(message.sent).as_micros(), thousandths as u64, 1_000);
        let y = scale.y_from_moment(message.sent + Span::micros(before));
        Point::new(x, y)
    };
    let from = if seen_from > 0 { along(seen_from) } else { start };
    let to = if until < 1_000 { along(until) } else { goal };
    Flight { from, to, end }
}

/// How much of the way from `sent` to `due` is done at `at`, in thousandths.
fn share(sent: Moment, due: Moment, at: Moment) -> i64 {
    let way = due.since(sent).as_micros();
    if way == 0 {
        return if at < sent { 0 } else { 1_000 };
    }
    portion(at.since(sent).as_micros(), 1_000, way).min(1_000) as i64
}

fn edge(column: &Column, other: &Column, message: &MessageRow, leaves: bool) -> i32 {
    let slot = if leaves { message.from_slot } else { message.to_slot };
    column.edge(slot, other.centre)
}

/// The tone of a message: that of its side, unless something is wrong with it, it repeats something, or it would be
/// there without any job.
pub fn tone(voice: &Voice, message: &MessageRow) -> Tone {
    let answers_refusal =
        message.reply_to.known().is_some_and(|asked| voice.trace.messages[asked.at()].fate == Fate::Refused);
    match message.fate {
        Fate::Lost | Fate::Refused | Fate::Late => Tone::Bad,
        Fate::Delivered | Fate::InFlight if answers_refusal => Tone::Bad,
        Fate::Delivered | Fate::InFlight if repeats(voice, message) => Tone::Again,
        // What recedes takes no side's tone, so that it is less conspicuous.
        Fate::Delivered | Fate::InFlight if voice.is_faint(message) => Tone::Neutral,
        Fate::Delivered | Fate::InFlight => voice.tone,
    }
}

/// Whether a message carries again what another one has carried before. The answer to a second attempt does not; but an
/// answer whose attempt is higher than that of its request does, such as that to a poll which found a message that had
/// been handed out before.
pub fn repeats(voice: &Voice, message: &MessageRow) -> bool {
    let asked = message.reply_to.known().filter(|_| voice.trace.kind(message).arrow == Arrow::Reply);
    let before = asked.map_or(1, |asked| voice.trace.messages[asked.at()].attempt);
    message.attempt > before && voice.trace.kind(message).class == Class::Payload
}

fn look(voice: &Voice, message: &MessageRow) -> Look {
    let kind = voice.trace.kind(message);
    match (kind.class, kind.arrow) {
        _ if voice.is_faint(message) => Look::Background,
        (_, Arrow::Call) => Look::Call,
        (Class::Payload | Class::Background, Arrow::Reply) => Look::Reply,
        (Class::Payload | Class::Background, Arrow::Async) => Look::Async,
        (Class::Control, Arrow::Reply) => Look::ControlReply,
        (Class::Control, Arrow::Async) => Look::ControlAsync,
    }
}

/// Draws a message: its line, and how it ends.
pub fn draw(sheet: &mut Sheet, voice: &Voice, id: MessageId) {
    let message = &voice.trace.messages[id.at()];
    let flight = flight(voice, message, &sheet.scale);
    if flight.end == End::Nowhere && flight.from == flight.to {
        // It is sent at the moment at which the picture ends, so there is nothing of it to be seen.
        return;
    }
    let tone = tone(voice, message);
    let jobs = voice.trace.jobs_of(message);
    let look = match (look(voice, message), tone) {
        // An answer that tells of a failure is not drawn as finely as confirmations are.
        (Look::ControlReply, Tone::Bad) => Look::Reply,
        (look, _) => look,
    };
    let shape = Shape {
        key: Key { side: Some(voice.side), subject: Subject::Message(id), piece: Piece(0) },
        look,
        tone,
        light: sheet.light(&jobs),
        form: Form::Line { from: flight.from, to: line_end(flight) },
        name: voice.message_name(message),
        job: jobs.first().copied(),
    };
    if let Some((look, form)) = tip(flight, look) {
        let tip = Shape { key: Key { piece: Piece(1), ..shape.key }, look, form, name: String::new(), ..shape.clone() };
        sheet.obstacle(tip.form.bounds());
        sheet.push(Level::Arrows, tip);
    }
    sheet.line(flight.from, flight.to);
    sheet.push(Level::Arrows, shape);
}

/// Where the line itself ends: before a filled head, which it would otherwise stick out of.
fn line_end(flight: Flight) -> Point {
    match flight.end {
        End::Filled => back(flight.from, flight.to, 6 * PX),
        End::Open | End::Dot | End::Cross | End::Stump | End::Nowhere => flight.to,
    }
}

/// The sign at the end of an arrow.
fn tip(flight: Flight, look: Look) -> Option<(Look, Form)> {
    let Flight { from, to, end } = flight;
    let fine = matches!(look, Look::ControlReply | Look::ControlAsync | Look::Background);
    let (length, half) = if fine { (5 * PX, 25) } else { (8 * PX, 35) };
    match end {
        End::Filled => {
            let [left, right] = barbs(from, to, length, half);
            Some((Look::HeadFilled, Form::Polygon(vec![left, to, right])))
        }
        End::Open => {
            let [left, right] = barbs(from, to, length, half);
            Some((Look::HeadOpen, Form::Strokes(vec![vec![left, to, right]])))
        }
        End::Dot => Some((Look::Dot, Form::Circle { centre: to, radius: 35 })),
        End::Cross => {
            let r = 4 * PX;
            let one = vec![Point::new(to.x - r, to.y - r), Point::new(to.x + r, to.y + r)];
            let other = vec![Point::new(to.x - r, to.y + r), Point::new(to.x + r, to.y - r)];
            Some((Look::Cross, Form::Strokes(vec![one, other])))
        }
        End::Stump => {
            let [left, right] = barbs(from, to, 0, 5 * PX);
            let [inner_left, inner_right] = barbs(from, to, 3 * PX, 5 * PX);
            Some((Look::Stump, Form::Strokes(vec![vec![left, right], vec![inner_left, inner_right]])))
        }
        End::Nowhere => None,
    }
}

/// The point `length` before `to` on the way from `from`.
fn back(from: Point, to: Point, length: i32) -> Point {
    let (dx, dy, way) = way(from, to);
    let length = i64::from(length).min(way);
    Point::new(to.x - (dx * length / way) as i32, to.y - (dy * length / way) as i32)
}

/// The two points beside the line that is `length` before its end, `half` away from it.
fn barbs(from: Point, to: Point, length: i32, half: i32) -> [Point; 2] {
    let (dx, dy, way) = way(from, to);
    let foot = |scale: i64, d: i64| (d * scale / way) as i32;
    let (length, half) = (i64::from(length), i64::from(half));
    let base = Point::new(to.x - foot(length, dx), to.y - foot(length, dy));
    [
        Point::new(base.x + foot(half, dy), base.y - foot(half, dx)),
        Point::new(base.x - foot(half, dy), base.y + foot(half, dx)),
    ]
}

/// The direction from one point to another, and the length of the way, which is taken to be at least 1.
fn way(from: Point, to: Point) -> (i64, i64, i64) {
    let (dx, dy) = (i64::from(to.x - from.x), i64::from(to.y - from.y));
    match ((dx * dx + dy * dy) as u64).isqrt() as i64 {
        0 => (1, 0, 1),
        length => (dx, dy, length),
    }
}
