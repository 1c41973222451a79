//! How fast time runs down the page, and which stretches are folded.
//!
//! The picture should be as high as it takes to tell its arrows apart and to see their slopes, and not higher.
//!
//! *Invariant:* pace and folds come from both sides, also when only one is drawn, so that the scenes of two sides in
//! one window have the same scale.

use super::rows::{Rows, due};
use super::{Folding, PX, Pace, TimeScale, View};
use crate::recording::Background;
use crate::sorting;
use crate::time::{Moment, Span, portion};
use crate::trace::{ActorId, Trace};

/// The room above the first moment.
pub const PADDING: i32 = 16 * PX;
/// The room below the last moment, for two lines of what is said of it.
pub const FOOT: i32 = 30 * PX;
/// The greatest height at the natural pace; it can be more at the pace that labels need.
const COMFORTABLE: i32 = 900 * PX;
/// The distance of two arrows between the same two lanes at which there is room for a label between them.
const APART: u64 = 15 * PX as u64;
/// The distance at which two arrows between the same two lanes can just be told apart.
const BARELY_APART: u64 = 6 * PX as u64;
/// How much an arrow must fall for its slope to be seen.
const SLOPE: u64 = 4 * PX as u64;
/// More folds than this would hide the run.
const MOST_FOLDS: usize = 16;

/// The scale at the natural pace, on which a window of a run reads well. `sides` has each side's trace and the rows of
/// it that overlap the window.
pub fn scale(sides: &[(&Trace, Rows)], from: Moment, to: Moment, view: &View) -> TimeScale {
    let window = to.since(from).as_micros().max(1);
    let survey = Survey::of(sides, from, to, view.background);
    let needed = |distance: u64, over: u64| if over == 0 { 0.0 } else { distance as f64 / over as f64 };
    let readable = needed(BARELY_APART, survey.usual_gap).max(needed(SLOPE, survey.usual_latency));
    let folds = match view.folding {
        Folding::Fold if readable * window as f64 > f64::from(COMFORTABLE) => folds(&survey.events, window, readable),
        Folding::Fold | Folding::Stretch => Vec::new(),
    };
    let folded: u64 = folds.iter().map(|(begin, end)| end.since(*begin).as_micros()).sum();
    let shown = (window - folded).max(1);
    let wanted = needed(APART, survey.usual_gap).max(needed(SLOPE, survey.usual_latency)) * shown as f64;
    let least = (240 * PX + 14 * PX * survey.messages.min(60) as i32).min(720 * PX);
    let height = (wanted.min(f64::from(COMFORTABLE)) as i32).max(least);
    TimeScale::new(from, to, PADDING, Pace { height, over: Span::micros(shown) }, &folds)
}

/// The same scale, folds included, at `numerator` / `denominator` times its pace.
pub fn rescaled(scale: &TimeScale, numerator: i32, denominator: i32) -> TimeScale {
    let folds: Vec<(Moment, Moment)> = scale.folds().map(|fold| (fold.from, fold.to)).collect();
    let pace = scale.pace().scaled(numerator, denominator);
    TimeScale::new(scale.from(), scale.to(), scale.top(), pace, &folds)
}

/// What a window holds, as far as its height depends on it.
struct Survey {
    /// The moments at which something happens, in order, each once, the window's ends among them.
    events: Vec<Moment>,
    /// A short but usual distance between arrows of one pair of lanes (the lower quartile), in microseconds.
    usual_gap: u64,
    /// The median latency, in microseconds.
    usual_latency: u64,
    /// How many messages there are on the busier side.
    messages: usize,
}

impl Survey {
    fn of(sides: &[(&Trace, Rows)], from: Moment, to: Moment, background: Background) -> Survey {
        let rows: usize = sides.iter().map(|(_, rows)| rows.messages.len() + rows.stays.len() + rows.marks.len()).sum();
        let mut events = Events::new(from, to, rows);
        let (mut gaps, mut latencies, mut messages) = (Vec::new(), Vec::new(), 0);
        for (trace, rows) in sides {
            let mut middles: Vec<((ActorId, ActorId), u64)> = Vec::new();
            let mut messages_here = 0;
            let sample = Sample::of(rows.messages.len());
            for (place, id) in rows.messages.iter().enumerate() {
                let message = &trace.messages[id.at()];
                if background == Background::Faint && trace.is_background(message) {
                    continue;
                }
                events.add(message.sent);
                events.add(due(message));
                messages_here += 1;
                if !sample.has(place) {
                    continue;
                }
                latencies.push(message.latency.as_micros());
                let pair = (message.from.min(message.to), message.from.max(message.to));
                middles.push((pair, message.sent.micros() / 2 + due(message).micros() / 2));
            }
            messages = messages.max(messages_here);
            sorting::sort(&mut middles);
            let same_pair = middles.windows(2).filter(|pair| pair[0].0 == pair[1].0);
            gaps.extend(same_pair.map(|pair| pair[1].1 - pair[0].1).filter(|gap| *gap > 0));
            for id in &rows.stays {
                let stay = &trace.stays[id.at()];
                events.add(stay.begin);
                stay.end.known().into_iter().for_each(|end| events.add(end));
            }
            trace.marks[rows.marks.clone()].iter().for_each(|mark| events.add(mark.at));
        }
        let events = events.in_order();
        sorting::sort(&mut gaps);
        sorting::sort(&mut latencies);
        let usual_gap = gaps.get(gaps.len() / 4).copied().unwrap_or(0);
        let usual_latency = latencies.get(latencies.len() / 2).copied().unwrap_or(0);
        Survey { events, usual_gap, usual_latency, messages }
    }
}

/// Which messages are looked at to learn how far apart messages usually are: all, or stretches all along the window.
struct Sample {
    every: usize,
}

impl Sample {
    /// How many messages stand together in a stretch.
    const STRETCH: usize = 256;
    /// About how many stretches there are at most.
    const STRETCHES: usize = 32;

    fn of(messages: usize) -> Sample {
        Sample { every: (messages / (Sample::STRETCH * Sample::STRETCHES)).max(1) }
    }

    fn has(&self, place: usize) -> bool {
        (place / Sample::STRETCH).is_multiple_of(self.every)
    }
}

/// The moments at which something happens in a window. If they are very many, only the first and the last of each short
/// piece of the window are kept, which is enough to find long stretches without any.
struct Events {
    window: (Moment, Moment),
    moments: Vec<Moment>,
    pieces: Vec<Option<(Moment, Moment)>>,
}

impl Events {
    /// Up to so many rows, every moment is kept.
    const FEW: usize = 20_000;
    const PIECES: usize = 4_096;

    fn new(from: Moment, to: Moment, rows: usize) -> Events {
        let pieces = if rows > Events::FEW { Events::PIECES } else { 0 };
        Events { window: (from, to), moments: vec![from, to], pieces: vec![None; pieces] }
    }

    fn add(&mut self, at: Moment) {
        let (from, to) = self.window;
        if !(from..=to).contains(&at) {
            return;
        }
        if self.pieces.is_empty() {
            return self.moments.push(at);
        }
        let (into, window) = (at.since(from).as_micros(), to.since(from).as_micros().max(1));
        let place = portion(into, Events::PIECES as u64, window) as usize;
        let piece = &mut self.pieces[place.min(Events::PIECES - 1)];
        let (first, last) = piece.unwrap_or((at, at));
        *piece = Some((first.min(at), last.max(at)));
    }

    /// The moments in order, each once.
    fn in_order(mut self) -> Vec<Moment> {
        self.moments.extend(self.pieces.into_iter().flatten().flat_map(|(first, last)| [first, last]));
        sorting::sort(&mut self.moments);
        self.moments.dedup();
        self.moments
    }
}

/// Stretches worth folding: each is longer than half of all that stays unfolded, and would take much of the page.
fn folds(events: &[Moment], window: u64, readable: f64) -> Vec<(Moment, Moment)> {
    let mut gaps: Vec<(u64, Moment, Moment)> =
        events.windows(2).map(|pair| (pair[1].since(pair[0]).as_micros(), pair[0], pair[1])).collect();
    // The longest first, and of equal ones the earliest.
    sorting::sort_by_key(&mut gaps, |&(gap, begin, _)| (std::cmp::Reverse(gap), begin));
    gaps.truncate(MOST_FOLDS);
    let (mut shown, mut worth) = (window, 0);
    for (place, (gap, ..)) in gaps.iter().enumerate() {
        shown -= gap;
        if *gap * 2 > shown && *gap as f64 * readable > f64::from(120 * PX) {
            worth = place + 1;
        }
    }
    gaps.truncate(worth);
    // A fold is a little shorter than its gap, so that what ends before it and begins after it can be seen.
    let room = Span::micros((f64::from(14 * PX) / readable) as u64);
    let mut folds: Vec<(Moment, Moment)> = gaps
        .iter()
        .map(|&(_, begin, end)| (begin + room, Moment::from_micros(end.micros() - room.as_micros())))
        .collect();
    sorting::sort(&mut folds);
    folds
}
