//! Counts that hold from a moment on, and how they are cut into what a page can show.
//!
//! *Invariant:* of the counts that fall into one row of the page, the highest is kept, so a peak is never smoothed
//! away.

use super::sheet::{Sheet, Voice};
use super::{Area, Point};
use crate::sorting;
use crate::time::Moment;
use crate::trace::{ActorId, LevelRow, StayKind};

/// Counts, each with the moment from which on it holds, in order.
pub type Steps = Vec<(Moment, u32)>;

/// The levels that are wanted, as far as the window shows them. Of several values at one moment the last one counts.
pub fn levels(voice: &Voice, wanted: &dyn Fn(&LevelRow) -> bool) -> Steps {
    let mut steps: Steps = Vec::new();
    for row in voice.index.levels(voice.trace, voice.window, wanted) {
        match steps.last_mut() {
            Some(last) if last.0 == row.at => last.1 = row.value,
            _ => steps.push((row.at, row.value)),
        }
    }
    steps
}

/// How many stays of a kind are open at a lane, counted from the stays themselves, for kinds that have no level.
pub fn counted(voice: &Voice, lane: ActorId, kind: StayKind) -> Steps {
    let rows = voice.rows.stays.iter().map(|id| &voice.trace.stays[id.at()]);
    let mut changes: Vec<(Moment, i32)> = Vec::new();
    for stay in rows.filter(|stay| stay.actor == lane && stay.kind == kind) {
        changes.push((stay.begin, 1));
        changes.extend(stay.end.known().map(|end| (end, -1)));
    }
    sorting::sort(&mut changes);
    let mut steps: Steps = Vec::new();
    let mut count = 0;
    for (at, change) in changes {
        count += change;
        match steps.last_mut() {
            Some(last) if last.0 == at => last.1 = count.max(0) as u32,
            _ => steps.push((at, count.max(0) as u32)),
        }
    }
    steps
}

/// What two counts come to together by `count`, from each moment on at which one of them changes.
pub fn together(one: &Steps, other: &Steps, count: impl Fn(u32, u32) -> u32) -> Steps {
    let mut steps = Vec::with_capacity(one.len() + other.len());
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    let mut values = (0, 0);
    while let Some(at) = left.peek().into_iter().chain(right.peek()).map(|step| step.0).min() {
        values.0 = left.next_if(|step| step.0 == at).map_or(values.0, |step| step.1);
        values.1 = right.next_if(|step| step.0 == at).map_or(values.1, |step| step.1);
        steps.push((at, count(values.0, values.1)));
    }
    steps
}

pub fn sum(one: &Steps, other: &Steps) -> Steps {
    together(one, other, |one, other| one + other)
}

/// A stretch during which a count is not zero, as it is drawn.
pub struct Stretch {
    /// The top, the bottom and the count of each step.
    pub steps: Vec<(i32, i32, u32)>,
    /// The highest count.
    pub peak: u32,
}

impl Stretch {
    /// Keeps labels off it, step by step, so that there is room for one beside a narrow step even if others are wide.
    /// `reach` says from which x to which a count is drawn.
    pub fn keep_clear(&self, sheet: &mut Sheet, reach: &dyn Fn(u32) -> (i32, i32)) {
        for &(top, bottom, count) in &self.steps {
            let (left, right) = reach(count);
            sheet.obstacle(Area::new(left, top, right - left, bottom - top));
        }
    }

    /// Its outline. `reach` says from which x to which a count is drawn.
    pub fn outline(&self, reach: &dyn Fn(u32) -> (i32, i32)) -> Vec<Point> {
        let mut points = Vec::with_capacity(self.steps.len() * 4);
        for &(top, bottom, count) in &self.steps {
            points.extend([top, bottom].map(|y| Point::new(reach(count).0, y)));
        }
        for &(top, bottom, count) in self.steps.iter().rev() {
            points.extend([bottom, top].map(|y| Point::new(reach(count).1, y)));
        }
        points
    }
}

/// Cuts steps into the stretches during which the count is not zero. Of the counts that fall into one row of height
/// `row`, the highest is drawn, so that the number of shapes is bounded.
pub fn stretches(sheet: &Sheet, steps: &Steps, row: i32) -> Vec<Stretch> {
    let scale = &sheet.scale;
    let mut rows: Vec<(i32, i32, u32)> = Vec::new();
    for (place, &(at, count)) in steps.iter().enumerate() {
        let until = steps.get(place + 1).map_or(scale.to(), |next| next.0);
        if until < scale.from() || at > scale.to() || until == at {
            continue;
        }
        let (top, bottom) = (scale.y_from_moment(at), scale.y_from_moment(until));
        match rows.last_mut() {
            Some(last) if last.2 == count => last.1 = bottom,
            Some(last) if bottom - last.0 < row => {
                last.1 = bottom;
                last.2 = last.2.max(count);
            }
            _ => rows.push((top, bottom, count)),
        }
    }
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut open = false;
    for step in rows {
        if step.2 == 0 {
            open = false;
        } else if let (true, Some(stretch)) = (open, stretches.last_mut()) {
            stretch.peak = stretch.peak.max(step.2);
            stretch.steps.push(step);
        } else {
            open = true;
            stretches.push(Stretch { steps: vec![step], peak: step.2 });
        }
    }
    stretches
}
