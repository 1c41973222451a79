//! Numbers as widths: queues that widen with what waits in them, lanes of so many slots that only their number shows.
//!
//! *Invariant:* a width is a count times a unit, and one unit holds for the whole lane, so areas can be compared.

use super::columns::{Column, Measure, Plan};
use super::labels::{Rank, Site, Wish};
use super::sheet::{Sheet, Voice};
use super::steps::{Steps, Stretch, counted, levels, runs, together};
use super::text::{fitted_by_its_end, line, width};
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

/// One river, or one for each of the lane's slots: all of one measure.
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
    for (place, (slot, depths)) in slots.iter().zip(&depths).enumerate() {
        let bed = Bed { column, centre: column.slot(*slot), unit, pieces: (place, slots.len()) };
        depths.draw(sheet, voice, &bed);
        bed.head(sheet, voice, *slot);
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
struct Bed<'a> {
    column: &'a Column,
    centre: i32,
    unit: Unit,
    /// Which river of how many it is: no two have a piece in common.
    pieces: (usize, usize),
}

impl Bed<'_> {
    fn name(&self, voice: &Voice) -> String {
        let row = voice.trace.actor(self.column.actor);
        match self.pieces {
            (_, 1) => row.name.clone(),
            (river, _) => format!("{} ({})", row.name, row.slot_name(Slot(river as u16)).unwrap_or_default()),
        }
    }

    /// The name of the river at its top, where the lane has several.
    fn head(&self, sheet: &mut Sheet, voice: &Voice, slot: Slot) {
        let Plan::Rivers { spacing, .. } = self.column.plan else { return };
        let Some(whole) = voice.trace.actor(self.column.actor).slot_name(slot) else { return };
        let text = fitted_by_its_end(&whole, Face::Small, spacing - PX);
        if text.is_empty() {
            // Whoever points at the river is told its name.
            return;
        }
        let (wide, text_is_whole) = (width(&text, Face::Small), text == whole);
        let form = line(text, Face::Small, self.centre - wide / 2, PX);
        sheet.obstacle(form.bounds());
        sheet.push(
            Level::Labels,
            Shape {
                key: Key { side: Some(voice.side), subject: Subject::Lane(self.column.actor), piece: self.piece(5, 0) },
                look: Look::Tick,
                tone: voice.tone,
                light: Light::Even,
                form,
                name: if text_is_whole { String::new() } else { whole },
                job: None,
            },
        );
    }

    /// The height of the rows in which it is drawn: as many for all rivers as for one.
    fn row(&self) -> i32 {
        PX * self.pieces.1 as i32
    }

    /// From where to where so many are drawn.
    fn around(&self, count: u32) -> (i32, i32) {
        self.unit.around(self.column.plan, self.centre, count)
    }

    /// What is seen there, beside the first place where it is `count`, if there is room.
    fn says(&self, sheet: &mut Sheet, voice: &Voice, kind: u16, run: &Stretch, count: u32, text: String) {
        let Some(&(top, bottom, _)) = run.steps.iter().find(|step| step.2 == count) else {
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
        // Of the whole run, so that a width means the same in every window.
        let deepest = voice.index.deepest(column.actor, slot);
        Depths { ready, held, parked, deepest }
    }

    fn draw(&self, sheet: &mut Sheet, voice: &Voice, bed: &Bed) {
        self.outline(sheet, voice, bed);
        for (kind, look, steps) in [(20, Look::Ready, &self.ready), (21, Look::Parked, &self.parked)] {
            let runs = runs(sheet, steps, bed.row());
            // The deepest says how deep it is.
            let deepest = runs.iter().max_by_key(|run| run.peak).filter(|_| look == Look::Ready);
            if let Some(run) = deepest {
                bed.says(sheet, voice, 30_000, run, run.peak, format!("{} ready", run.peak));
            }
            for (place, run) in runs.iter().enumerate() {
                let name = format!("{}: at most {} {}", bed.name(voice), run.peak, noun(look));
                push(sheet, voice, bed.column, (look, bed.piece(kind, place)), (run, &|count| bed.around(count)), name);
            }
        }
    }

    /// What is held stands round what is ready: the outline of both, where anything is held.
    fn outline(&self, sheet: &mut Sheet, voice: &Voice, bed: &Bed) {
        let masked = together(&self.ready, &self.held, |ready, held| if held > 0 { ready + held } else { 0 });
        for (place, run) in runs(sheet, &masked, bed.row()).iter().enumerate() {
            let unsettled = format!("not {}", voice.trace.settled_word(bed.column.actor));
            let name = format!("{}: delivered and {unsettled}", bed.name(voice));
            if place == 0 && bed.pieces.0 == 0 {
                bed.says(sheet, voice, 31_000, run, run.peak, unsettled);
            }
            push(sheet, voice, bed.column, (Look::Held, bed.piece(22, place)), (run, &|count| bed.around(count)), name);
        }
    }
}

/// A lane of many slots: how many are blocked, and how many of them work.
fn crowd(sheet: &mut Sheet, voice: &Voice, column: &Column) {
    let slots = voice.trace.actor(column.actor).slots;
    let unit = Unit { most: 4 * PX, half: column.half, deepest: u32::from(slots) };
    for (piece, kind, look) in [(20, StayKind::Blocked, Look::BlockedArea), (21, StayKind::Busy, Look::BusyArea)] {
        let steps = counted(voice, column.actor, kind);
        for (place, run) in runs(sheet, &steps, PX).into_iter().enumerate() {
            let name = format!("{}: at most {} {}", voice.trace.actor(column.actor).name, run.peak, noun(look));
            let around = |count| unit.around(column.plan, column.centre, count);
            let piece = Piece(piece + 10 * place.min(6_000) as u16);
            push(sheet, voice, column, (look, piece), (&run, &around), name);
        }
    }
}

/// From where to where a count is drawn.
type Around<'a> = &'a dyn Fn(u32) -> (i32, i32);

fn push(
    sheet: &mut Sheet,
    voice: &Voice,
    column: &Column,
    (look, piece): (Look, Piece),
    (run, around): (&Stretch, Around),
    name: String,
) {
    run.keep_clear(sheet, around);
    let form = Form::Polygon(run.outline(around));
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

/// How wide one of them is drawn.
#[derive(Clone, Copy)]
struct Unit {
    most: i32,
    half: i32,
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

    /// From where to where `count` is drawn: around the line, or all of it on its left.
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
