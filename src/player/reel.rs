//! A run as it is played, with the moments at which something happens.
//!
//! *Invariant:* once a reel is complete it never changes, so whatever is drawn from it can be kept until the next run.
//! Asking it for a moment takes no longer for a long run than for a short one.

use crate::recording::{Recording, TroubleKind};
use crate::scene::Index;
use crate::time::{Moment, Span, portion, readable, to_grain};
use crate::trace::StepRow;

/// Trouble of one kind on one side, from the first to the last of the places on a strip that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TroubleSign {
    pub side: u8,
    pub kind: TroubleKind,
    pub first: u16,
    pub last: u16,
}

/// A run that can be played.
#[derive(Debug)]
pub struct Reel {
    pub recording: Recording,
    /// The end of the later side.
    pub ended: Moment,
    index: Index,
}

/// Two reels are the same only if they are one.
impl PartialEq for Reel {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Reel {}

impl Reel {
    /// A reel whose index is still empty. Nothing may be laid out by it before [`complete`](Self::complete) says that
    /// every row is in the index.
    pub(super) fn begin(recording: Recording) -> Self {
        Reel { ended: recording.ended(), index: Index::begin(&recording.sides), recording }
    }

    /// Takes about `rows` more rows into the index, and says whether it has all of them now.
    pub(super) fn complete(&mut self, rows: usize) -> bool {
        self.index.grow(&self.recording.sides, rows)
    }

    /// The index by which the rows of a window or of a job are found.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What went wrong, on a strip that is as long as the run and has `places` places: outages first, and failures
    /// last, so that they are drawn on top. Each side has its own signs, and all trouble of one kind that falls into
    /// one place is one sign, so neither side and no part of a run is left out, however much goes wrong elsewhere.
    pub fn troubles_by_place(&self, places: u16) -> Vec<TroubleSign> {
        let last = places.max(1) - 1;
        let place = |moment: Moment| {
            let place = portion(moment.micros(), u64::from(places), self.ended.micros().max(1));
            (place as u16).min(last)
        };
        let mut signs = Vec::new();
        for kind in [TroubleKind::Outage, TroubleKind::Again, TroubleKind::Failure] {
            for side in 0..self.recording.sides.len() as u8 {
                let mut is_there = vec![false; usize::from(places)];
                for trouble in
                    self.recording.troubles.iter().filter(|trouble| (trouble.kind, trouble.side) == (kind, side))
                {
                    let (first, last) = (place(trouble.from), place(trouble.until));
                    is_there[usize::from(first)..=usize::from(last)].fill(true);
                }
                for (place, _) in (0..).zip(&is_there).filter(|(_, is_there)| **is_there) {
                    match signs.last_mut() {
                        Some(TroubleSign { side: of, kind: known, last, .. })
                            if (*of, *known, *last + 1) == (side, kind, place) =>
                        {
                            *last = place;
                        }
                        _ => signs.push(TroubleSign { side, kind, first: place, last: place }),
                    }
                }
            }
        }
        signs
    }

    /// The first moment after `head` at which something happens on either side.
    pub fn next_after(&self, head: Moment) -> Option<Moment> {
        let next = |steps: &[StepRow]| steps.get(steps.partition_point(|step| step.at <= head)).map(|step| step.at);
        self.steps().filter_map(next).min()
    }

    /// The last moment before `head` at which something happens.
    pub fn last_before(&self, head: Moment) -> Option<Moment> {
        let last = |steps: &[StepRow]| steps[..steps.partition_point(|step| step.at < head)].last().map(|step| step.at);
        self.steps().filter_map(last).max()
    }

    /// The last moment until `head`, itself included, at which something happens.
    pub fn last_until(&self, head: Moment) -> Option<Moment> {
        self.last_before(head + Span::micros(1))
    }

    /// The steps of each side, in order of time.
    fn steps(&self) -> impl Iterator<Item = &[StepRow]> {
        self.recording.sides.iter().map(|side| side.trace.steps.as_slice())
    }

    /// A moment as the page shows it: as finely as suits the run's length, and with the same number of decimals
    /// throughout a run, so that it does not change its width.
    pub fn clock(&self, moment: Moment) -> String {
        let grain = match self.ended.micros() {
            ..1_000_000 => Span::micros(100),
            1_000_000..10_000_000 => Span::millis(1),
            10_000_000..60_000_000 => Span::millis(10),
            60_000_000..3_600_000_000 => Span::millis(100),
            _ => Span::seconds(1),
        };
        to_grain(moment.since(Moment::START), grain)
    }
}

/// A moment for people, as its distance from the start.
pub fn moment_text(moment: Moment) -> String {
    readable(moment.since(Moment::START).max(Span::ZERO))
}
