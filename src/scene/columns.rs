//! Where everything stands from left to right: the panes and the clock's gutter, the lanes within a pane, and the slots
//! within a lane.
//!
//! *Invariant:* columns depend on the actors and the width alone, so that nothing moves sideways when the window, the
//! selection or a parameter of time changes.

use super::text::{fitted, fitted_by_its_end, width};
use super::{Face, PX, Pane, Sides, Strip, View};
use crate::recording::SidePlayed;
use crate::sorting;
use crate::trace::{ActorId, ActorRow, Drawing, Duty, Slot, Trace};

/// The narrowest scene, in CSS pixels.
pub const NARROWEST: u16 = 280;
/// The most slots of a lane that are drawn each by itself. A lane with more shows how many are at work, not which.
pub const MOST_BARS: u16 = 24;

/// Where the panes and the gutter are.
pub struct Frame {
    /// At least the width that was asked for, and more if the lanes would have no room.
    pub width: i32,
    pub gutter: Strip,
    pub panes: Vec<Pane>,
    pub measure: Measure,
}

/// How much room there is for each lane, from which widths and gaps follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    Narrow,
    Medium,
    Wide,
}

/// How a lane's slots are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// A column for each slot.
    Bars {
        spacing: i32,
        bar: i32,
        slots: u16,
    },
    /// One area, as wide as there are slots at work; there are too many of them to draw each.
    Area,
    River,
    /// A river for each slot.
    Rivers {
        spacing: i32,
        slots: u16,
    },
    /// A river to the left of the lifeline only, and on its right the room of what is hidden.
    Halves,
    Tracks(Bed),
}

/// The bed of a log: tracks side by side. In each track stand, from the left, the places of its readers, its records,
/// and their offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bed {
    pub spacing: i32,
    pub slots: u16,
    pub readers: u16,
    /// The room of one reader's place and lag.
    pub strip: i32,
    /// The width of a record.
    pub record: i32,
}

impl Bed {
    fn new(slots: u16, readers: u16, measure: Measure, room: i32) -> Bed {
        let (strip, record, number) = match measure {
            Measure::Wide => (14 * PX, 12 * PX, 22 * PX),
            Measure::Medium => (9 * PX, 9 * PX, 17 * PX),
            Measure::Narrow => (8 * PX, 8 * PX, 15 * PX),
        };
        let natural = i32::from(readers) * strip + record + number;
        let spacing = natural.min(room * 2 / 5 / i32::from(slots)).max(3 * PX);
        let record = record.min(spacing * 6 / 10);
        // If the track is narrow, the offsets give way first.
        let strip = strip.min((spacing - record) / i32::from(readers + 1));
        Bed { spacing, slots, readers, strip, record }
    }

    /// Half the width of the bed.
    fn half(self) -> i32 {
        i32::from(self.slots) * self.spacing / 2
    }

    /// How far the middle of a track's records is from the left edge of the track.
    fn record_from_left(self) -> i32 {
        let taken = i32::from(self.readers) * self.strip + self.record;
        (self.spacing - taken) / 4 + taken - self.record / 2
    }

    /// How far a reader's place is to the left of the middle of a track's records.
    pub fn place_before_record(self, reader: u16) -> i32 {
        self.record / 2 + self.strip * i32::from(reader + 1) - self.strip / 4
    }
}

/// A lane's column.
pub struct Column {
    pub actor: ActorId,
    pub centre: i32,
    /// How far it is from the centre to the edge of what is drawn on the lane itself.
    pub half: i32,
    /// The room that belongs to the lane.
    pub strip: Strip,
    pub plan: Plan,
    pub head: Head,
}

/// A lane's head, with its texts as they fit.
pub struct Head {
    pub width: i32,
    pub name: String,
    pub subtitle: String,
}

impl Column {
    /// The middle of a slot's column.
    pub fn slot(&self, slot: Slot) -> i32 {
        match (self.plan, slot.known()) {
            (Plan::Bars { spacing, slots, .. } | Plan::Rivers { spacing, slots }, Some(slot)) if slot.0 < slots => {
                self.centre - i32::from(slots - 1) * spacing / 2 + i32::from(slot.0) * spacing
            }
            (Plan::Tracks(bed), Some(slot)) if slot.0 < bed.slots => {
                self.centre - bed.half() + i32::from(slot.0) * bed.spacing + bed.record_from_left()
            }
            _ => self.centre,
        }
    }

    /// The x of each lifeline: one for each slot, or one for all if there are many.
    pub fn lines(&self) -> Vec<i32> {
        match self.plan {
            Plan::Bars { slots, .. } | Plan::Rivers { slots, .. } | Plan::Tracks(Bed { slots, .. }) => {
                (0..slots).map(|slot| self.slot(Slot(slot))).collect()
            }
            Plan::Area | Plan::River | Plan::Halves => vec![self.centre],
        }
    }

    /// Half the width of one slot's column.
    pub fn half_slot(&self) -> i32 {
        match self.plan {
            Plan::Bars { bar, .. } => bar / 2,
            Plan::Area | Plan::River | Plan::Halves => self.half,
            Plan::Rivers { spacing, .. } => spacing / 2 - PX,
            Plan::Tracks(bed) => bed.record / 2,
        }
    }

    /// Where an arrow that comes from, or goes to, the side of `other` meets this lane.
    pub fn edge(&self, slot: Slot, other: i32) -> i32 {
        let reach = match (self.plan, slot.known()) {
            (Plan::Bars { bar, .. }, Some(_)) => bar / 2,
            (Plan::Bars { spacing, bar, slots }, None) => i32::from(slots - 1) * spacing / 2 + bar / 2,
            (Plan::Area, _) => self.half,
            (Plan::Halves, _) if other > self.centre => self.half,
            (Plan::River | Plan::Halves, _) | (Plan::Rivers { .. }, Some(_)) => 2 * PX,
            (Plan::Rivers { spacing, slots }, None) => i32::from(slots - 1) * spacing / 2 + 2 * PX,
            (Plan::Tracks(bed), Some(_)) => bed.record / 2,
            (Plan::Tracks(bed), None) => bed.half(),
        };
        let middle = self.slot(slot);
        if other < middle { middle - reach - PX } else { middle + reach + PX }
    }
}

/// Panes and gutter at the width that the view asks for. If the lanes have no room in it, they are drawn closer; if
/// that is not enough either, the frame is wider ([`Frame::width`]).
pub fn frame(sides: &[SidePlayed], view: &View, which: Sides) -> Frame {
    let width = i32::from(view.width.max(NARROWEST)) * PX;
    let shown: Vec<usize> = match which {
        Sides::Both => (0..sides.len()).collect(),
        Sides::One(side) => vec![usize::from(side).min(sides.len() - 1)],
    };
    let natural = match width / shown.len() as i32 {
        ..3_600 => Measure::Narrow,
        3_600..5_000 if shown.len() == 1 => Measure::Narrow,
        3_600..5_000 => Measure::Medium,
        _ => Measure::Wide,
    };
    let closer = [Measure::Wide, Measure::Medium, Measure::Narrow].into_iter().filter(|measure| *measure <= natural);
    let mut frames = closer.filter_map(|measure| frame_at(sides, &shown, measure, width));
    if let Some(frame) = frames.next() {
        return frame;
    }
    // In a wider frame tracks and rivers stand further apart, so the width that is needed is not known beforehand.
    let mut wider = width;
    loop {
        wider += 20 * PX;
        if let Some(frame) = frame_at(sides, &shown, Measure::Narrow, wider) {
            return frame;
        }
    }
}

/// How much of the width the margins and the clock take.
fn taken(shown: &[usize], measure: Measure) -> i32 {
    2 * margin(measure) + clock_width(shown, measure)
}

fn margin(measure: Measure) -> i32 {
    if measure == Measure::Wide { 14 * PX } else { 6 * PX }
}

fn clock_width(shown: &[usize], measure: Measure) -> i32 {
    match (shown.len(), measure) {
        (1, _) => 54 * PX,
        (_, Measure::Wide) => 190 * PX,
        (_, Measure::Medium) => 64 * PX,
        (_, Measure::Narrow) => 52 * PX,
    }
}

/// The frame of that width, if all lanes have room in it.
fn frame_at(sides: &[SidePlayed], shown: &[usize], measure: Measure, width: i32) -> Option<Frame> {
    let (margin, clock) = (margin(measure), clock_width(shown, measure));
    let room = width - taken(shown, measure);
    let needed: Vec<i32> = shown.iter().map(|&side| least_room(&sides[side].trace, measure, room)).collect();
    if needed.iter().sum::<i32>() > room {
        return None;
    }
    let (gutter, strips) = if shown.len() == 1 {
        let gutter = Strip { left: margin, right: margin + clock - 2 * PX };
        (gutter, vec![Strip { left: gutter.right + 2 * PX, right: width - margin }])
    } else {
        // A side with more lanes gets more room, but not in proportion: both are to look like one picture.
        let weights: Vec<i32> = shown.iter().map(|&side| sides[side].trace.actors.len() as i32 + 3).collect();
        let share = room * weights[0] / weights.iter().sum::<i32>();
        let first = share.clamp(needed[0], room - needed[1]);
        let gutter = Strip { left: margin + first, right: margin + first + clock };
        (gutter, vec![Strip { left: margin, right: gutter.left }, Strip { left: gutter.right, right: width - margin }])
    };
    let panes = shown.iter().zip(strips).map(|(&side, strip)| pane(sides, side, strip)).collect();
    Some(Frame { width, gutter, panes, measure })
}

fn pane(sides: &[SidePlayed], side: usize, strip: Strip) -> Pane {
    let shown = &sides[side];
    Pane {
        side: side as u8,
        id: shown.id.clone(),
        style: shown.style,
        heading: shown.heading.clone(),
        limit: shown.trace.outcome.limit(),
        strip,
    }
}

/// The width that the lanes of a side need at the least, with heads as small as they may be, in a pane of width `room`.
fn least_room(trace: &Trace, measure: Measure, room: i32) -> i32 {
    all_of(&with_heads(trace, measure, room, least_head(measure)), measure)
}

/// The width that lanes take together, gaps included.
fn all_of(lanes: &[Column], measure: Measure) -> i32 {
    let gaps = gap(measure) * (lanes.len() as i32 - 1);
    gaps + lanes.iter().map(|lane| lane.strip.left + lane.strip.right).sum::<i32>()
}

fn gap(measure: Measure) -> i32 {
    if measure == Measure::Wide { 16 * PX } else { 6 * PX }
}

/// The lanes of a side with heads as wide as all of them have room for.
fn lanes(trace: &Trace, measure: Measure, room: i32) -> Vec<Column> {
    let actors = &trace.actors;
    let least = least_head(measure);
    let mut widest = widest_head(actors, measure, room - gap(measure) * (actors.len() as i32 - 1));
    loop {
        let lanes = with_heads(trace, measure, room, widest);
        // A lane can be wider than its head, because of what stands beside it.
        if widest <= least || all_of(&lanes, measure) <= room {
            return lanes;
        }
        widest = (widest - 4 * PX).max(least);
    }
}

/// The lanes of a side, each from the left edge of its own room, with heads that are at most `widest`.
fn with_heads(trace: &Trace, measure: Measure, room: i32, widest: i32) -> Vec<Column> {
    let columns = trace.actors.iter().enumerate().map(|(place, actor)| {
        let lane = ActorId(place as u16);
        let readers = trace.readers.iter().filter(|reader| reader.log == lane).count() as u16;
        let plan = plan(actor, readers, measure, room);
        let half = half(plan, measure);
        let head = head(actor, measure, widest);
        // Work that waits for this lane stands on its left, where its callers are.
        let waiting = match (actor.duty, actor.drawing, measure) {
            (_, Drawing::River | Drawing::Halves | Drawing::Tracks, _) | (Duty::Broker, ..) => 0,
            (_, _, Measure::Wide) => 34 * PX,
            (..) => 16 * PX,
        };
        let left = (head.width / 2).max(half + waiting);
        let right = (head.width / 2).max(half + 8 * PX);
        Column { actor: lane, centre: left, half, strip: Strip { left, right }, plan, head }
    });
    columns.collect()
}

/// Distributes the lanes of a side over its pane.
pub fn columns(trace: &Trace, strip: Strip, measure: Measure) -> Vec<Column> {
    let room = strip.right - strip.left;
    let mut columns = lanes(trace, measure, room);
    tell_apart(trace, measure, &mut columns);
    let taken: i32 = columns.iter().map(|column| column.strip.left + column.strip.right).sum();
    let between = ((room - taken) / (columns.len() as i32 - 1).max(1)).max(0);
    let mut place = strip.left + if columns.len() == 1 { between / 2 } else { 0 };
    for column in &mut columns {
        let (left, right) = (column.strip.left, column.strip.right);
        column.centre = place + left;
        column.strip = Strip { left: place, right: place + left + right };
        place += left + right + between;
    }
    columns
}

/// Shortens names in their middle where two lanes would read alike.
fn tell_apart(trace: &Trace, measure: Measure, columns: &mut [Column]) {
    let alike: Vec<usize> = (0..columns.len())
        .filter(|&one| {
            let is_cut = columns[one].head.name != trace.actors[one].name;
            let others = columns.iter().enumerate().filter(|(other, _)| *other != one);
            is_cut && others.into_iter().any(|(_, other)| other.head.name == columns[one].head.name)
        })
        .collect();
    for place in alike {
        let room = columns[place].head.width - 2 * padding(measure);
        let shortened = fitted_by_its_end(&trace.actors[place].name, Face::Name, room);
        if !shortened.is_empty() {
            columns[place].head.name = shortened;
        }
    }
}

/// How wide a head may be so that all fit into `room`: short names leave more of it to long ones.
fn widest_head(actors: &[ActorRow], measure: Measure, mut room: i32) -> i32 {
    const WIDEST: i32 = 190 * PX;
    let least = least_head(measure);
    let mut wanted: Vec<i32> = actors.iter().map(|actor| head(actor, measure, WIDEST).width).collect();
    sorting::sort(&mut wanted);
    for (place, width) in wanted.iter().enumerate() {
        let fair = room / (wanted.len() - place) as i32;
        if *width > fair {
            return fair.max(least);
        }
        room -= width;
    }
    WIDEST
}

/// The least width of a head: in less, nothing of a name can be read.
fn least_head(measure: Measure) -> i32 {
    if measure == Measure::Wide { 76 * PX } else { 52 * PX }
}

fn padding(measure: Measure) -> i32 {
    if measure == Measure::Wide { 12 * PX } else { 5 * PX }
}

fn plan(actor: &ActorRow, readers: u16, measure: Measure, room: i32) -> Plan {
    let slots = actor.slots.max(1);
    match actor.drawing {
        Drawing::River if slots == 1 => Plan::River,
        Drawing::River => {
            let widest = match measure {
                Measure::Wide => 44 * PX,
                Measure::Medium => 20 * PX,
                Measure::Narrow => 11 * PX,
            };
            Plan::Rivers { spacing: widest.min(room / 3 / i32::from(slots)).max(4 * PX), slots }
        }
        Drawing::Halves => Plan::Halves,
        Drawing::Tracks => Plan::Tracks(Bed::new(slots, readers, measure, room)),
        Drawing::Slots if slots > MOST_BARS => Plan::Area,
        Drawing::Slots => {
            let (spacing, bar) = match (measure, slots) {
                (_, 1) => (0, if measure == Measure::Narrow { 10 * PX } else { 12 * PX }),
                (Measure::Wide, 2..=6) => (30 * PX, 12 * PX),
                (Measure::Medium, 2..=4) => (20 * PX, 10 * PX),
                (Measure::Narrow, 2..=4) => (16 * PX, 8 * PX),
                (_, _) => {
                    let all = if measure == Measure::Wide { 144 * PX } else { 60 * PX };
                    let spacing = (all / i32::from(slots)).clamp(25, 20 * PX);
                    (spacing, (spacing * 6 / 10).max(15))
                }
            };
            Plan::Bars { spacing, bar, slots }
        }
    }
}

fn half(plan: Plan, measure: Measure) -> i32 {
    let wide = measure == Measure::Wide;
    match plan {
        Plan::Bars { spacing, bar, slots } => i32::from(slots - 1) * spacing / 2 + bar / 2,
        Plan::Area => {
            if wide {
                40 * PX
            } else {
                20 * PX
            }
        }
        Plan::Halves => {
            if wide {
                30 * PX
            } else {
                20 * PX
            }
        }
        Plan::River => {
            if wide {
                44 * PX
            } else {
                20 * PX
            }
        }
        Plan::Rivers { spacing, slots } => i32::from(slots) * spacing / 2,
        Plan::Tracks(bed) => bed.half(),
    }
}

fn head(actor: &ActorRow, measure: Measure, widest: i32) -> Head {
    let padding = padding(measure);
    let room = widest - 2 * padding;
    let name = fitted(&actor.name, Face::Name, room);
    let subtitle = fitted(&actor.subtitle, Face::Subtitle, room);
    let text = width(&name, Face::Name).max(width(&subtitle, Face::Subtitle));
    let least = if measure == Measure::Wide { 84 * PX } else { 44 * PX };
    Head { width: (text + 2 * padding).max(least.min(widest)), name, subtitle }
}
