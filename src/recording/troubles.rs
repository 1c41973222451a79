//! Where things went wrong in a run, for the strip beside the scrubber.
//!
//! Whoever made the run looks for them, for that takes longer the longer the run is, and whoever shows it must answer
//! at once.
//!
//! *Invariant:* there are at most as many as a strip can show, whatever the run.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{SidePlayed, ended};
use crate::sorting;
use crate::time::{Moment, Span};
use crate::trace::{Fate, MarkKind, StayKind, Trace};

/// Where something went wrong on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Trouble {
    pub from: Moment,
    pub until: Moment,
    pub side: u8,
    pub kind: TroubleKind,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshDeserialize, BorshSerialize)]
pub enum TroubleKind {
    /// An actor is out of service or slow.
    Outage,
    /// Someone's wish came to nothing.
    Failure,
    /// What was delivered will be delivered again, what was tried will be tried again.
    Again,
}

/// A side with more troubles than this does not have each told by itself.
const MANY: usize = 2_000;

/// What went wrong on each side: side by side, kind by kind, in order of time. Of many, those of one kind that are nearer
/// to each other than a strip can show are one.
pub fn troubles(sides: &[SidePlayed]) -> Vec<Trouble> {
    let ended = ended(sides);
    let mut all: Vec<Trouble> = Vec::new();
    for (number, side) in sides.iter().enumerate() {
        let troubles = troubles_of(&side.trace, number as u8, ended);
        let near = if troubles.len() > MANY { Span::micros(ended.micros() / MANY as u64) } else { Span::ZERO };
        for trouble in troubles {
            match all.last_mut() {
                Some(last) if last.goes_on_with(&trouble, near) => last.until = last.until.max(trouble.until),
                _ => all.push(trouble),
            }
        }
    }
    all
}

impl Trouble {
    /// Whether the next trouble is the same one still.
    fn goes_on_with(&self, next: &Trouble, near: Span) -> bool {
        (self.side, self.kind) == (next.side, next.kind) && next.from <= self.until + near
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
    sorting::sort_by_key(&mut troubles, |trouble| (trouble.kind, trouble.from));
    troubles
}
