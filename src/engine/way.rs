//! Dated faults of links: what is in force on the ways between two actors.
//!
//! *Invariant:* whether a message is lost by such a fault is a function of the message alone, as with a link's own loss:
//! another fault, or another date of this one, changes no draw.

use super::Phase;
use crate::time::{Moment, Span, readable, thousandths};

/// What a scenario can do to the links between two actors at a moment (`FLT-9`). All of it is about what is sent while it
/// lasts; what is on its way already goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LinkFault {
    /// Everything is lost, and nobody is told.
    Cut,
    /// Each message is lost with this chance, from 0 to 1.
    Loss(f64),
    /// Each message takes so much longer.
    Delay(Span),
}

impl LinkFault {
    /// What is said of the way to `name` when it begins.
    pub(super) fn words(self, name: &str) -> String {
        match self {
            LinkFault::Cut => format!("the way to {name} is cut"),
            LinkFault::Loss(chance) => {
                let share = thousandths((chance * 100_000.0 + 0.5) as u64);
                format!("the way to {name} loses {share} %")
            }
            LinkFault::Delay(by) => format!("the way to {name} takes {} more", readable(by)),
        }
    }

    /// What is said when the last of its kind is over.
    pub(super) fn words_at_end(self, name: &str) -> String {
        match self {
            LinkFault::Cut => format!("the way to {name} is open again"),
            LinkFault::Loss(_) => format!("the way to {name} loses no more"),
            LinkFault::Delay(_) => format!("the way to {name} is fast again"),
        }
    }
}

/// The faults in force on a link. (They may overlap, in any number and order.)
#[derive(Clone, Debug, Default)]
pub(super) struct LinkFaults {
    cuts: u32,
    losses: Vec<f64>,
    /// When the first of the cuts and losses began that are in force, or were last.
    since: Moment,
    /// Whether anything was lost by chance that nobody knows of yet.
    pub(super) has_lost: bool,
    delays: Vec<Span>,
    /// Whether messages are lost by chance at any date of the run. Then all are counted from its beginning, so that the
    /// date moves no draw.
    pub(super) loses_at_times: bool,
}

impl LinkFaults {
    pub(super) fn count(&mut self, fault: LinkFault, phase: Phase, now: Moment) {
        if phase == Phase::Begins && self.cuts == 0 && self.losses.is_empty() {
            self.since = now;
        }
        match (fault, phase) {
            (LinkFault::Cut, Phase::Begins) => self.cuts += 1,
            (LinkFault::Cut, Phase::Ends) => self.cuts -= 1,
            (LinkFault::Loss(chance), Phase::Begins) => self.losses.push(chance),
            (LinkFault::Loss(chance), Phase::Ends) => remove_one(&mut self.losses, &chance),
            (LinkFault::Delay(by), Phase::Begins) => self.delays.push(by),
            (LinkFault::Delay(by), Phase::Ends) => remove_one(&mut self.delays, &by),
        }
    }

    /// How many of that kind are in force.
    pub(super) fn of_kind(&self, fault: LinkFault) -> usize {
        match fault {
            LinkFault::Cut => self.cuts as usize,
            LinkFault::Loss(_) => self.losses.len(),
            LinkFault::Delay(_) => self.delays.len(),
        }
    }

    /// Now that the last of a kind is over: whether connections over this link are broken, and since when. Whoever asks
    /// tells their ends.
    pub(super) fn broke(&mut self, fault: LinkFault) -> Option<Moment> {
        let broke = match fault {
            LinkFault::Cut => true,
            // Who is cut off is told of both when the cut is over.
            LinkFault::Loss(_) => self.has_lost && self.cuts == 0,
            LinkFault::Delay(_) => false,
        };
        self.has_lost &= !broke;
        broke.then_some(self.since)
    }

    /// How much longer a message takes that is sent now.
    pub(super) fn delay(&self) -> Span {
        self.delays.iter().fold(Span::ZERO, |sum, by| sum + *by)
    }

    /// The chance that a message is lost that is sent now. Several losses act one by one: what gets through the first can
    /// be lost by the second.
    // Asked for with every message: where nothing is in force, that is all there is to find out.
    #[inline(always)]
    pub(super) fn chance(&self) -> f64 {
        if self.cuts > 0 {
            return 1.0;
        }
        if self.losses.is_empty() {
            return 0.0;
        }
        1.0 - self.losses.iter().map(|chance| 1.0 - chance).product::<f64>()
    }
}

fn remove_one<T: PartialEq>(list: &mut Vec<T>, one: &T) {
    if let Some(place) = list.iter().position(|known| known == one) {
        list.remove(place);
    }
}
