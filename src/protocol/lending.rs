//! What consumers do about a delivery: work on it themselves, or lend it to a node that takes steps about it.
//!
//! *Invariant:* a place has at most one loan. A loan that was returned is settled as work is that came to the same end;
//! of a crash both sides hear, and nobody returns what died with it.

use std::collections::VecDeque;

use super::work::{self, Work};
use super::{Alarm, Stage};
use crate::trace::{Ending, PartId, Slot};

/// A delivery that is lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loan {
    /// Which consumer's it is, or which hand's of one that has several; the node works on it there.
    pub place: u16,
    /// What was delivered; several parts as one number.
    pub part: PartId,
    /// Which delivery of it this is, where they are counted.
    pub delivery: u32,
}

/// What a consumer has in hand.
#[derive(Clone, Copy)]
pub(crate) enum InHand {
    /// It works on it itself.
    Work(Work),
    /// Somebody else has it.
    Lent,
}

impl InHand {
    /// What was delivered is begun: by whoever asks for loans, if these consumers lend; else here, by one who takes
    /// `factor` times as long as usual, and its end is rung in.
    pub fn begin(
        loan: Loan,
        loans: &mut Option<Loans>,
        (factor, ends): (f64, impl Into<Alarm>),
        stage: &mut Stage<'_>,
    ) -> Self {
        if let Some(loans) = loans {
            loans.push_back(loan);
            return InHand::Lent;
        }
        let Loan { place, part, delivery } = loan;
        let span = work::span(part, factor, stage);
        InHand::Work(Work::begin((Slot(place), delivery), &[part], span, ends, stage))
    }

    /// The process dies. (A loan's own work dies with the node that has it.)
    pub fn cut_short(self, stage: &mut Stage<'_>) {
        match self {
            InHand::Work(work) => work.cut_short(Ending::Interrupted, stage),
            InHand::Lent => {}
        }
    }
}

/// Consumers that lend. They never call a loan back: a broker that believes it lost hands it out to somebody else
/// meanwhile, and a member of a Kafka group rejoins in `poll()`, when the attempt in hand is over. So whoever borrows may
/// give back what was done elsewhere as well, as a consumer may do such work itself.
pub(crate) trait Lender {
    /// The next delivery that is to be worked on and was not handed out yet. Asked after everything that they handle,
    /// until there is none.
    fn next_loan(&mut self) -> Option<Loan>;

    /// What was lent at that place has come to an end, as it should or not.
    fn give_back(&mut self, place: u16, good: bool, stage: &mut Stage<'_>);

    /// The same of what was lent together, of which these parts were not done. Whoever lends one at a time takes that for a
    /// failure.
    fn give_back_without(&mut self, place: u16, _undone: &[PartId], stage: &mut Stage<'_>) {
        self.give_back(place, false, stage);
    }
}

/// The loans that nobody has asked for yet.
pub(crate) type Loans = VecDeque<Loan>;
