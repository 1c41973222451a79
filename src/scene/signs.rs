//! Marks as small signs on their lane, each with its word beside it.
//!
//! *Invariant:* a sign stands on the lifeline of its slot. What happens at one moment on one slot is one sign with all
//! its words.

use super::columns::{Column, Plan};
use super::labels::{Rank, Site, Wish};
use super::sheet::{Sheet, Voice};
use super::wording::STREAK;
use super::{Area, Face, Form, Key, Level, Light, Look, PX, Piece, Point, Shape, Subject, Tone};
use crate::time::{Moment, readable};
use crate::trace::{ActorId, JobId, LabelId, MarkKind, MarkRow};

/// Beyond so many marks in a window, only failures are shown.
const MANY: usize = 120;
/// Beyond so many signs, they stand too close to be read.
const MOST: usize = 240;

pub fn draw(sheet: &mut Sheet, voice: &Voice) {
    let marks = &voice.trace.marks[voice.rows.marks.clone()];
    let first = voice.rows.marks.start;
    let many = marks.len() > MANY;
    let mut shown = 0;
    let mut said = Said { known: Vec::new(), streaks: Vec::new(), near: if many { 8 * STREAK } else { STREAK } };
    let mut place = 0;
    while place < marks.len() && shown < MOST {
        let begin = place;
        let same = |mark: &MarkRow| {
            let head = &marks[begin];
            (mark.at, mark.actor, mark.slot) == (head.at, head.actor, head.slot)
        };
        while place < marks.len() && same(&marks[place]) {
            place += 1;
        }
        let group = &marks[begin..place];
        // What a reader of a log commits is drawn beside the track, as its place.
        let stands_in_bed = matches!(voice.columns[group[0].actor.at()].plan, Plan::Tracks(_));
        if stands_in_bed && group.iter().all(|mark| mark.kind == MarkKind::Committed) {
            continue;
        }
        if !many || group.iter().any(|mark| mark.kind.is_failure()) {
            sign(sheet, voice, group, (first + begin) as u32, &mut said);
            shown += 1;
        }
    }
}

/// What has been said beside signs so far.
struct Said {
    /// The words that are known already. Words of no failure are said once.
    known: Vec<(MarkKind, LabelId)>,
    streaks: Vec<Streak>,
    /// The greatest distance between two failures of a streak.
    near: i32,
}

/// Failures with the same words on the same lane that follow each other closely. They have one label.
struct Streak {
    lane: ActorId,
    words: String,
    count: u32,
    /// The height of the last failure.
    last: i32,
    /// The place of the label among the wishes.
    wish: usize,
}

impl Said {
    /// Adds a failure to the streak that it goes on with; nothing if there is none, and the failure needs a label.
    fn goes_on(&mut self, sheet: &mut Sheet, lane: ActorId, words: &str, y: i32) -> Option<()> {
        let mut streaks = self.streaks.iter_mut().rev();
        let streak =
            streaks.find(|streak| streak.lane == lane && streak.words == words && y - streak.last <= self.near)?;
        streak.count += 1;
        streak.last = y;
        sheet.wishes[streak.wish].text = format!("{words} × {}", streak.count);
        Some(())
    }
}

/// Draws the sign of what happened at one moment on one slot.
fn sign(sheet: &mut Sheet, voice: &Voice, group: &[MarkRow], first: u32, said: &mut Said) {
    let gravest = group.iter().min_by_key(|mark| gravity(mark.kind)).unwrap_or(&group[0]);
    let column = &voice.columns[gravest.actor.at()];
    let at = Point::new(column.slot(gravest.slot), sheet.scale.y_from_moment(gravest.at));
    let jobs: Vec<JobId> =
        group.iter().filter_map(|mark| mark.part.known()).map(|part| voice.trace.job_of(part)).collect();
    let words = words(voice, group);
    let (strokes, tone) = drawing(gravest.kind);
    let key = |piece| Key { side: Some(voice.side), subject: Subject::Mark(first), piece: Piece(piece) };
    let area = Area::new(at.x - BADGE, at.y - BADGE, 2 * BADGE, 2 * BADGE);
    let badge = Shape {
        key: key(0),
        look: Look::Plate,
        tone,
        light: sheet.light(&jobs),
        form: Form::Circle { centre: at, radius: BADGE },
        name: name(voice, column, gravest, &words),
        job: jobs.first().copied(),
    };
    let lines = strokes.iter().map(|line| line.iter().map(|&(x, y)| Point::new(at.x + x, at.y + y)).collect());
    let sign = Shape {
        key: key(1),
        look: Look::Sign,
        form: Form::Strokes(lines.collect()),
        name: String::new(),
        ..badge.clone()
    };
    // Words of no failure are said once; after that, they are known by their sign.
    let words_of = (gravest.kind, gravest.label);
    let is_new = !said.known.contains(&words_of);
    let rank = match gravest.kind.is_failure() {
        true => Rank::Failure,
        false if is_new => Rank::FirstMark,
        false => Rank::Mark,
    };
    if is_new {
        said.known.push(words_of);
    }
    let (is_failure, is_lit) = (rank == Rank::Failure, badge.light == Light::Lit);
    let goes_on = is_failure && !is_lit && said.goes_on(sheet, gravest.actor, &words, at.y).is_some();
    if (is_new || is_failure || is_lit) && !goes_on {
        if is_failure && !is_lit {
            let (lane, words, wish) = (gravest.actor, words.clone(), sheet.wishes.len());
            said.streaks.push(Streak { lane, words, count: 1, last: at.y, wish });
        }
        sheet.wishes.push(Wish {
            key: key(2),
            text: words,
            face: Face::Strong,
            tone,
            light: badge.light,
            job: badge.job,
            rank,
            site: Site::Beside(area.grown(2 * PX)),
        });
    }
    sheet.obstacle(area);
    sheet.push(Level::Signs, badge);
    sheet.push(Level::Signs, sign);
}

/// Half the size of a sign.
const BADGE: i32 = 6 * PX;

fn name(voice: &Voice, column: &Column, mark: &MarkRow, words: &str) -> String {
    let actor = voice.trace.actor(column.actor);
    let at = readable(mark.at.since(Moment::START));
    match mark.part.known() {
        Some(part) => format!("{}, job {}: {words}, at {at}", actor.name, voice.trace.job_of(part).number()),
        None => format!("{}: {words}, at {at}", actor.name),
    }
}

/// The labels of a group, each once, with its number if there are several.
fn words(voice: &Voice, group: &[MarkRow]) -> String {
    let mut counted: Vec<(String, u32)> = Vec::new();
    for mark in group {
        let label = voice.trace.mark_label(mark);
        match counted.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += 1,
            None => counted.push((label, 1)),
        }
    }
    let phrases: Vec<String> = counted
        .into_iter()
        .map(|(label, count)| if count > 1 { format!("{count} × {label}") } else { label })
        .collect();
    phrases.join(", ")
}

/// How grave a mark is: the smaller the number, the graver.
fn gravity(kind: MarkKind) -> u8 {
    match kind {
        MarkKind::Crashed => 0,
        MarkKind::GaveUp => 1,
        MarkKind::DeadLettered => 2,
        MarkKind::Dropped => 3,
        MarkKind::Failed => 4,
        MarkKind::TimedOut => 5,
        MarkKind::Returned => 6,
        MarkKind::Rebalanced => 7,
        MarkKind::Switched => 8,
        MarkKind::Retried => 9,
        MarkKind::Recovered => 10,
        MarkKind::Committed => 11,
    }
}

/// Lines around the origin, in tenths of a pixel.
type Strokes = &'static [&'static [(i32, i32)]];

fn drawing(kind: MarkKind) -> (Strokes, Tone) {
    match kind {
        // A cross.
        MarkKind::GaveUp | MarkKind::Dropped | MarkKind::Failed => {
            (&[&[(-28, -28), (28, 28)], &[(-28, 28), (28, -28)]], Tone::Bad)
        }
        // An hourglass.
        MarkKind::TimedOut => (&[&[(-28, -35), (28, -35), (-28, 35), (28, 35), (-28, -35)]], Tone::Bad),
        // An arrow that comes round.
        MarkKind::Retried => (
            &[&[(25, -25), (-5, -32), (-32, -5), (-22, 25), (10, 32), (32, 8)], &[(25, -42), (25, -22), (5, -22)]],
            Tone::Again,
        ),
        // A hook back.
        MarkKind::Returned => (
            &[&[(-30, -8), (18, -8), (32, 5), (32, 15), (18, 28), (-10, 28)], &[(-12, -28), (-32, -8), (-12, 12)]],
            Tone::Again,
        ),
        // A box with a lid.
        MarkKind::DeadLettered => (
            &[
                &[(-30, -10), (-30, 30), (30, 30), (30, -10)],
                &[(-36, -12), (36, -12)],
                &[(0, -40), (0, 14)],
                &[(-14, 0), (0, 14), (14, 0)],
            ],
            Tone::Bad,
        ),
        // Lightning.
        MarkKind::Crashed => (&[&[(12, -42), (-18, 4), (14, 0), (-12, 42)]], Tone::Bad),
        // A tick.
        MarkKind::Recovered => (&[&[(-30, 2), (-8, 26), (32, -24)]], Tone::Neutral),
        // A rhomb.
        MarkKind::Committed => (&[&[(0, -34), (34, 0), (0, 34), (-34, 0), (0, -34)]], Tone::Neutral),
        // Two arrows that change places.
        MarkKind::Rebalanced => {
            (&[&[(-34, -14), (34, -14), (18, -30)], &[(34, 14), (-34, 14), (-18, 30)]], Tone::Again)
        }
        // A switch.
        MarkKind::Switched => (&[&[(-40, 10), (-16, 10), (20, -22)], &[(16, 10), (40, 10)]], Tone::Neutral),
    }
}
