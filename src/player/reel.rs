//! A run as it is played: its moments in order, and where things went wrong.
//!
//! *Invariant:* made once a run and never changed, so whatever is drawn from it can be kept until the next run.

use std::cell::OnceCell;

use crate::order;
use crate::recording::Recording;
use crate::scene::Index;
use crate::time::{Moment, Span, portion, readable, to_grain};
use crate::trace::{Fate, MarkKind, StayKind, Trace};

/// Where something went wrong, for the strip beside the scrubber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub from: Moment,
    pub until: Moment,
    pub side: u8,
    pub kind: TroubleKind,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TroubleKind {
    /// An actor is out of service or slow.
    Outage,
    /// Someone's wish came to nothing.
    Failure,
    /// What was delivered will be delivered again, what was tried will be tried again.
    Again,
}

/// Trouble of one kind on one side, by places along a strip.
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
    /// At which something happens on either side, each once, in order.
    moments: Vec<Moment>,
    pub troubles: Vec<Trouble>,
    index: OnceCell<Index>,
}

/// Two reels are the same only if they are one.
impl PartialEq for Reel {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Reel {}

impl Reel {
    pub fn new(recording: Recording) -> Self {
        let mut moments: Vec<Moment> =
            recording.sides.iter().flat_map(|side| side.trace.steps.iter().map(|step| step.at)).collect();
        order::sort(&mut moments);
        moments.dedup();
        let ended = recording.ended();
        let mut troubles: Vec<Trouble> = Vec::new();
        for (number, side) in recording.sides.iter().enumerate() {
            troubles.extend(troubles_of(&side.trace, number as u8, ended));
        }
        Reel { recording, ended, moments, troubles, index: OnceCell::new() }
    }

    /// By which the rows of a window or of a job are found; made when it is asked for the first time.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.recording.sides))
    }

    /// What went wrong, on a strip of so many places that is as long as the run: outages first, failures last and so on
    /// top. Each side has its own signs, and all that falls into one place is one sign, so neither side and no part of a
    /// run is left out, however much goes wrong elsewhere.
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
                for trouble in self.troubles.iter().filter(|trouble| (trouble.kind, trouble.side) == (kind, side)) {
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

    /// The first moment after `head` at which something happens.
    pub fn next_after(&self, head: Moment) -> Option<Moment> {
        self.moments.get(self.moments.partition_point(|moment| *moment <= head)).copied()
    }

    /// The last moment before `head` at which something happens.
    pub fn last_before(&self, head: Moment) -> Option<Moment> {
        self.moments[..self.moments.partition_point(|moment| *moment < head)].last().copied()
    }

    /// The last moment at which something has happened at `head`.
    pub fn last_until(&self, head: Moment) -> Option<Moment> {
        self.moments[..self.moments.partition_point(|moment| *moment <= head)].last().copied()
    }

    /// How many moments there are at which something happens.
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// A moment as finely as suits the run's length, with as many decimals all the time.
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

fn troubles_of(trace: &Trace, side: u8, ended: Moment) -> Vec<Trouble> {
    let outages = trace.stays.iter().filter(|stay| matches!(stay.kind, StayKind::Down | StayKind::Slow));
    let outages = outages.map(|stay| (stay.begin, stay.end.min(ended), TroubleKind::Outage));
    let marks = trace.marks.iter().filter_map(|mark| {
        let kind = match mark.kind {
            MarkKind::Returned | MarkKind::Retried => TroubleKind::Again,
            kind if kind.is_failure() => TroubleKind::Failure,
            _ => return None,
        };
        Some((mark.at, mark.at, kind))
    });
    let messages = trace.messages.iter().filter_map(|message| match message.fate {
        Fate::Refused | Fate::Late => Some((message.arrived, message.arrived, TroubleKind::Failure)),
        Fate::Lost => {
            let at = (message.sent + message.latency).min(ended);
            Some((at, at, TroubleKind::Failure))
        }
        Fate::InFlight | Fate::Delivered => None,
    });
    let mut troubles: Vec<Trouble> =
        outages.chain(marks).chain(messages).map(|(from, until, kind)| Trouble { from, until, side, kind }).collect();
    order::sort_by_key(&mut troubles, |trouble| (trouble.kind, trouble.from));
    troubles.dedup_by_key(|trouble| (trouble.kind, trouble.from, trouble.until));
    troubles
}

/// A moment for people, as its distance from the start.
pub fn moment_text(moment: Moment) -> String {
    readable(moment.since(Moment::START).max(Span::ZERO))
}
