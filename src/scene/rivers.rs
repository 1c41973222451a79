//! Numbers as widths: queues that widen with what waits in them, and lanes of so many slots that only the number of
//! those at work is drawn.
//!
//! *Invariant:* a width is a count times a unit, and one unit holds for the whole lane, so areas can be compared.

use super::columns::{Column, Measure, Plan};
use super::labels::{Rank, Site, Wish};
use super::sheet::{Sheet, Voice};
use super::steps::{Steps, Stretch, counted, levels, stretches, together};
use super::text::{line, told_apart, width};
use super::{Area, Face, Form, Key, Level, Light, Look, PX, Piece, Shape, Subject, Tone};
use crate::trace::{Drawing, LevelKind, Slot, StayKind};

pub fn draw(sheet: &mut Sheet, voice: &Voice, measure: Measure) {
    for column in &voice.columns {
        match (column.plan, voice.trace.actor(column.actor).drawing) {
            (Plan::Area, _) => crowd(sheet, voice, column),
            (_, Drawing::River | Drawing::Halves) => rivers(sheet, voice, column, measure),
            (_, Drawing::Tracks | Drawing::Slots) => {}
        }
    }
}

/// Draws one river, or one for each of the lane's slots. In all of a lane's rivers the same width means the same count.
fn rivers(sheet: &mut Sheet, voice: &Voice, column: &Column, measure: Measure) {
    let slots: Vec<Slot> = match column.plan {
        Plan::Rivers { slots, .. } => (0..slots).map(Slot).collect(),
        Plan::Bars { .. } | Plan::Area | Plan::River | Plan::Halves | Plan::Tracks(_) => vec![Slot::WHOLE],
    };
    let depths: Vec<Depths> = slots.iter().map(|slot| Depths::of(voice, column, *slot)).collect();
    let deepest = depths.iter().map(|depths| depths.deepest).max().unwrap_or(0);
    if deepest == 0 {
        return;
    }
    let widest = if measure == Measure::Wide { 9 * PX } else { 5 * PX };
    let half = column.half_slot();
    let half = if column.plan == Plan::Halves { half / 2 } else { half };
    let unit = Unit { most: widest, half, deepest };
    let names = &voice.trace.actor(column.actor).slot_names;
    // Without the names of several, the lane's own is enough.
    let shown = match column.plan {
        Plan::Rivers { spacing, .. } if names.len() == slots.len() => told_apart(names, Face::Small, spacing - PX),
        _ => Vec::new(),
    };
    for (place, (slot, depths)) in slots.iter().zip(&depths).enumerate() {
        let course = Course { column, centre: column.slot(*slot), unit, pieces: (place, slots.len()) };
        depths.draw(sheet, voice, &course);
        if let Some(text) = shown.get(place) {
            course.head(sheet, voice, &names[place], text);
        }
    }
}

/// How much lies in a queue, over time.
struct Depths {
    ready: Steps,
    held: Steps,
    parked: Steps,
    deepest: u32,
}

/// Where a river runs, and how wide.
struct Course<'a> {
    column: &'a Column,
    centre: i32,
    unit: Unit,
    /// The river's number and how many the lane has, from which its pieces follow: no two rivers have one in common.
    pieces: (usize, usize),
}

impl Course<'_> {
    fn name(&self, voice: &Voice) -> String {
        let row = voice.trace.actor(self.column.actor);
        match self.pieces {
            (_, 1) => row.name.clone(),
            (river, _) => format!("{} ({})", row.name, row.slot_name(Slot(river as u16)).unwrap_or_default()),
        }
    }

    /// The name of the river at its top: what of it has room. Whoever points there is told the `whole` of it.
    fn head(&self, sheet: &mut Sheet, voice: &Voice, whole: &str, text: &str) {
        let (wide, text_is_whole) = (width(text, Face::Small), text == whole);
        let form = line(text.to_owned(), Face::Small, self.centre - wide / 2, PX);
        sheet.obstacle(form.bounds());
        sheet.push(
            Level::Labels,
            Shape {
                key: Key { side: Some(voice.side), subject: Subject::Lane(self.column.actor), piece: self.piece(5, 0) },
                look: Look::Tick,
                tone: voice.tone,
                light: Light::Even,
                form,
                name: if text_is_whole { String::new() } else { whole.to_owned() },
                job: None,
            },
        );
    }

    /// The height of the rows in which the river is drawn: the more rivers there are, the higher, so that all of them
    /// together have as many rows as one would.
    fn row(&self) -> i32 {
        PX * self.pieces.1 as i32
    }

    /// From which x to which x a count is drawn.
    fn around(&self, count: u32) -> (i32, i32) {
        self.unit.around(self.column.plan, self.centre, count)
    }

    /// Wishes for a label beside the first place where the count is `count`.
    fn says(&self, sheet: &mut Sheet, voice: &Voice, kind: u16, stretch: &Stretch, count: u32, text: String) {
        let Some(&(top, bottom, _)) = stretch.steps.iter().find(|step| step.2 == count) else {
            return;
        };
        let (left, right) = self.around(count);
        let subject = Subject::Lane(self.column.actor);
        sheet.wishes.push(Wish {
            key: Key { side: Some(voice.side), subject, piece: Piece(kind + 2 * self.pieces.0 as u16) },
            text,
            face: Face::Small,
            tone: Tone::Neutral,
            light: Light::Even,
            job: None,
            rank: Rank::Spare,
            site: Site::Beside(Area::new(left, top, right - left, bottom - top)),
        });
    }

    fn piece(&self, kind: u16, place: usize) -> Piece {
        let (river, rivers) = self.pieces;
        Piece(kind + 10 * (place * rivers + river).min(6_000) as u16)
    }
}

impl Depths {
    fn of(voice: &Voice, column: &Column, slot: Slot) -> Self {
        let wanted = |kind| (column.actor, slot, LevelKind::Stays(kind));
        let of = |kind| levels(voice, &|row| (row.actor, row.slot, row.kind) == wanted(kind));
        let (ready, held, parked) = (of(StayKind::Ready), of(StayKind::Held), of(StayKind::Parked));
        // The depth of the whole run is taken, so that a width means the same in every window.
        let deepest = voice.index.deepest(column.actor, slot);
        Depths { ready, held, parked, deepest }
    }

    fn draw(&self, sheet: &mut Sheet, voice: &Voice, course: &Course) {
        self.outline(sheet, voice, course);
        for (kind, look, steps) in [(20, Look::Ready, &self.ready), (21, Look::Parked, &self.parked)] {
            let stretches = stretches(sheet, steps, course.row());
            // The label at the deepest place says how deep it is.
            let deepest = stretches.iter().max_by_key(|stretch| stretch.peak).filter(|_| look == Look::Ready);
            if let Some(stretch) = deepest {
                course.says(sheet, voice, 30_000, stretch, stretch.peak, format!("{} ready", stretch.peak));
            }
            for (place, stretch) in stretches.iter().enumerate() {
                let name = format!("{}: at most {} {}", course.name(voice), stretch.peak, noun(look));
                push(
                    sheet,
                    voice,
                    course.column,
                    (look, course.piece(kind, place)),
                    (stretch, &|count| course.around(count)),
                    name,
                );
            }
        }
    }

    /// Draws what is held round what is ready: the outline of both together, where anything is held.
    fn outline(&self, sheet: &mut Sheet, voice: &Voice, course: &Course) {
        let masked = together(&self.ready, &self.held, |ready, held| if held > 0 { ready + held } else { 0 });
        for (place, stretch) in stretches(sheet, &masked, course.row()).iter().enumerate() {
            let unsettled = format!("not {}", voice.trace.settled_word(course.column.actor));
            let name = format!("{}: delivered and {unsettled}", course.name(voice));
            if place == 0 && course.pieces.0 == 0 {
                course.says(sheet, voice, 31_000, stretch, stretch.peak, unsettled);
            }
            push(
                sheet,
                voice,
                course.column,
                (Look::Held, course.piece(22, place)),
                (stretch, &|count| course.around(count)),
                name,
            );
        }
    }
}

/// Draws a lane of many slots: how many of them are blocked, and how many work.
fn crowd(sheet: &mut Sheet, voice: &Voice, column: &Column) {
    let slots = voice.trace.actor(column.actor).slots;
    let unit = Unit { most: 4 * PX, half: column.half, deepest: u32::from(slots) };
    for (piece, kind, look) in [(20, StayKind::Blocked, Look::BlockedArea), (21, StayKind::Busy, Look::BusyArea)] {
        let steps = counted(voice, column.actor, kind);
        for (place, stretch) in stretches(sheet, &steps, PX).into_iter().enumerate() {
            let name = format!("{}: at most {} {}", voice.trace.actor(column.actor).name, stretch.peak, noun(look));
            let around = |count| unit.around(column.plan, column.centre, count);
            let piece = Piece(piece + 10 * place.min(6_000) as u16);
            push(sheet, voice, column, (look, piece), (&stretch, &around), name);
        }
    }
}

/// From which x to which x a count is drawn.
type Around<'a> = &'a dyn Fn(u32) -> (i32, i32);

fn push(
    sheet: &mut Sheet,
    voice: &Voice,
    column: &Column,
    (look, piece): (Look, Piece),
    (stretch, around): (&Stretch, Around),
    name: String,
) {
    stretch.keep_clear(sheet, around);
    let form = Form::Polygon(stretch.outline(around));
    sheet.push(
        Level::Rivers,
        Shape {
            key: Key { side: Some(voice.side), subject: Subject::Lane(column.actor), piece },
            look,
            tone: voice.tone,
            light: Light::Even,
            form,
            name,
            job: None,
        },
    );
}

/// How wide a count is drawn.
#[derive(Clone, Copy)]
struct Unit {
    /// The width of one message or slot, where that leaves room for `deepest` of them.
    most: i32,
    /// Half the width that `deepest` may take.
    half: i32,
    /// The highest count.
    deepest: u32,
}

impl Unit {
    /// Half the width of `count`.
    fn half_of(self, count: u32) -> i32 {
        let (half, deepest) = (i64::from(self.half), i64::from(self.deepest.max(1)));
        let whole = i64::from(self.most) * i64::from(count) / 2;
        let fitted = half * i64::from(count) / deepest;
        (whole.min(fitted) as i32).max(if count > 0 { 10 } else { 0 })
    }

    /// From which x to which x `count` is drawn: around the line, or all of it to the left of the line.
    fn around(self, plan: Plan, line: i32, count: u32) -> (i32, i32) {
        let half = self.half_of(count);
        match plan {
            Plan::Halves => (line - 2 * half, line),
            _ => (line - half, line + half),
        }
    }
}

fn noun(look: Look) -> &'static str {
    match look {
        Look::Parked => "set aside",
        Look::BusyArea => "at work",
        Look::BlockedArea => "blocked",
        _ => "ready",
    }
}
