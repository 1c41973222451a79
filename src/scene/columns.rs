//! Where lanes stand: panes, the clock's gutter, lanes within a pane, slots within a lane.
//!
//! *Invariant:* columns depend on the actors and the width alone, so that nothing moves sideways when the window, the
//! selection or a parameter of time changes.

use super::text::{fitted, width};
use super::{Face, PX, Pane, Sides, Strip, View};
use crate::order;
use crate::recording::SidePlayed;
use crate::trace::{ActorId, ActorRow, Drawing, Duty, Slot, Trace};

/// The narrowest scene.
const NARROWEST: i32 = 280 * PX;
/// Above so many slots, a lane shows how many are at work instead of which.
const MOST_BARS: u16 = 24;

/// Where the panes and the gutter are.
pub struct Frame {
    pub width: i32,
    pub gutter: Strip,
    pub panes: Vec<Pane>,
    /// Whether there is little room for each lane.
    pub measure: Measure,
}

/// How generous the layout can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    Narrow,
    Medium,
    Wide,
}

/// How a lane's slots are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// A column each.
    Bars {
        spacing: i32,
        bar: i32,
        slots: u16,
    },
    /// So many that only their number is drawn.
    Area,
    River,
    /// A river each.
    Rivers {
        spacing: i32,
        slots: u16,
    },
    /// Like a river, but to the left only; on the right is the room of what is hidden.
    Halves,
    Tracks(Bed),
}

/// The bed of a log: tracks side by side. In the room of each stand, from the left, the places of its readers, its
/// records, and their offsets.
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
        let (strip, record, offset) = match measure {
            Measure::Wide => (14 * PX, 12 * PX, 22 * PX),
            Measure::Medium => (9 * PX, 9 * PX, 17 * PX),
            Measure::Narrow => (8 * PX, 8 * PX, 15 * PX),
        };
        let natural = i32::from(readers) * strip + record + offset;
        let spacing = natural.min(room * 2 / 5 / i32::from(slots)).max(3 * PX);
        let record = record.min(spacing * 6 / 10);
        // Where it is narrow, offsets give way first.
        let strip = strip.min((spacing - record) / i32::from(readers + 1));
        Bed { spacing, slots, readers, strip, record }
    }

    /// Half its width.
    fn half(self) -> i32 {
        i32::from(self.slots) * self.spacing / 2
    }

    /// From the left edge of a track's room to the middle of its records.
    fn record_from_left(self) -> i32 {
        let taken = i32::from(self.readers) * self.strip + self.record;
        (self.spacing - taken) / 4 + taken - self.record / 2
    }

    /// From the middle of a track's records back to where a reader's place is.
    pub fn place_before_record(self, reader: u16) -> i32 {
        self.record / 2 + self.strip * i32::from(reader + 1) - self.strip / 4
    }
}

/// A lane's column.
pub struct Column {
    pub actor: ActorId,
    pub centre: i32,
    /// From the centre to the edge of what is drawn on the lane itself.
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

    /// Where its lifelines are: one a slot, one for all of many.
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

pub fn frame(sides: &[SidePlayed], view: &View, which: Sides) -> Frame {
    let width = (i32::from(view.width) * PX).max(NARROWEST);
    let shown: Vec<usize> = match which {
        Sides::Both => (0..sides.len()).collect(),
        Sides::One(side) => vec![usize::from(side).min(sides.len() - 1)],
    };
    let each = width / shown.len() as i32;
    let measure = match each {
        ..3_600 => Measure::Narrow,
        3_600..5_000 => Measure::Medium,
        _ => Measure::Wide,
    };
    let margin = if measure == Measure::Wide { 14 * PX } else { 6 * PX };
    if let [side] = shown[..] {
        let gutter = Strip { left: margin, right: margin + 52 * PX };
        let strip = Strip { left: gutter.right + 2 * PX, right: width - margin };
        let measure = if each < 5_000 { Measure::Narrow } else { measure };
        return Frame { width, gutter, panes: vec![pane(sides, side, strip)], measure };
    }
    let clock = match measure {
        Measure::Wide => 190 * PX,
        Measure::Medium => 64 * PX,
        Measure::Narrow => 52 * PX,
    };
    let room = width - 2 * margin - clock;
    // A side with more lanes gets more room, but not in proportion: both are to look like one picture.
    let weights: Vec<i32> = shown.iter().map(|&side| sides[side].trace.actors.len() as i32 + 3).collect();
    let first = room * weights[0] / weights.iter().sum::<i32>();
    let gutter = Strip { left: margin + first, right: margin + first + clock };
    let strips = [Strip { left: margin, right: gutter.left }, Strip { left: gutter.right, right: width - margin }];
    let panes = shown.iter().zip(strips).map(|(&side, strip)| pane(sides, side, strip)).collect();
    Frame { width, gutter, panes, measure }
}

fn pane(sides: &[SidePlayed], side: usize, strip: Strip) -> Pane {
    let shown = &sides[side];
    Pane { side: side as u8, id: shown.id.clone(), style: shown.style, heading: shown.heading.clone(), strip }
}

/// Distributes the lanes of a side over its pane.
pub fn columns(trace: &Trace, strip: Strip, measure: Measure) -> Vec<Column> {
    let actors = &trace.actors;
    let room = strip.right - strip.left;
    let gap = if measure == Measure::Wide { 16 * PX } else { 6 * PX };
    let widest_head = widest_head(actors, measure, room - gap * (actors.len() as i32 - 1));
    let mut columns: Vec<Column> = actors
        .iter()
        .enumerate()
        .map(|(place, actor)| {
            let lane = ActorId(place as u16);
            let readers = trace.readers.iter().filter(|reader| reader.log == lane).count() as u16;
            let plan = plan(actor, readers, measure, room);
            let half = half(plan, measure);
            let head = head(actor, measure, widest_head);
            // What waits for this lane stands on its left, where its callers are.
            let waiting = match (actor.duty, actor.drawing, measure) {
                (_, Drawing::River | Drawing::Halves | Drawing::Tracks, _) | (Duty::Broker, ..) => 0,
                (_, _, Measure::Wide) => 34 * PX,
                (..) => 16 * PX,
            };
            let left = (head.width / 2).max(half + waiting);
            let right = (head.width / 2).max(half + 8 * PX);
            Column { actor: lane, centre: left, half, strip: Strip { left, right }, plan, head }
        })
        .collect();
    let needed: i32 = columns.iter().map(|column| column.strip.left + column.strip.right).sum();
    let between = ((room - needed) / (columns.len() as i32 - 1).max(1)).max(0);
    let mut place = strip.left + if columns.len() == 1 { between / 2 } else { 0 };
    for column in &mut columns {
        let (left, right) = (column.strip.left, column.strip.right);
        column.centre = place + left;
        column.strip = Strip { left: place, right: place + left + right };
        place += left + right + between;
    }
    columns
}

/// How wide a head may be so that all fit into `room`: short names leave room to long ones.
fn widest_head(actors: &[ActorRow], measure: Measure, mut room: i32) -> i32 {
    const WIDEST: i32 = 150 * PX;
    let mut wanted: Vec<i32> = actors.iter().map(|actor| head(actor, measure, WIDEST).width).collect();
    order::sort(&mut wanted);
    for (place, width) in wanted.iter().enumerate() {
        let fair = room / (wanted.len() - place) as i32;
        if *width > fair {
            return fair;
        }
        room -= width;
    }
    WIDEST
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
    let padding = if measure == Measure::Wide { 12 * PX } else { 5 * PX };
    let room = widest - 2 * padding;
    let name = fitted(&actor.name, Face::Name, room);
    let subtitle = fitted(&actor.subtitle, Face::Subtitle, room);
    let text = width(&name, Face::Name).max(width(&subtitle, Face::Subtitle));
    let least = if measure == Measure::Wide { 84 * PX } else { 44 * PX };
    Head { width: (text + 2 * padding).max(least.min(widest)), name, subtitle }
}
