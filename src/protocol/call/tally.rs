//! Stays that are counted while they last, so that each kind has its level.

use std::collections::BTreeMap;

use super::Timer;
use crate::engine::OpenStay;
use crate::protocol::Stage;
use crate::time::Span;
use crate::trace::{Ending, LevelKind, PartId, Slot, StayKind};

/// An open stay.
#[derive(Clone, Copy, Debug)]
pub struct Open {
    stay: OpenStay,
    kind: StayKind,
}

impl Open {
    /// The stay, which will be ended by that timer if nothing ends it before.
    pub fn until(self, span: Span, timer: Timer, stage: &mut Stage<'_>) -> Open {
        Open { stay: self.stay.until(span, timer, stage), ..self }
    }
}

/// How many stays of each kind are open at a node.
#[derive(Default)]
pub struct Tally {
    open: BTreeMap<StayKind, u32>,
}

impl Tally {
    pub fn begin(&mut self, slot: Slot, kind: StayKind, part: PartId, stage: &mut Stage<'_>) -> Open {
        let stay = stage.begin(slot, kind, part);
        let count = self.open.entry(kind).or_default();
        *count += 1;
        stage.level(Slot::WHOLE, LevelKind::Stays(kind), *count);
        Open { stay, kind }
    }

    pub fn end(&mut self, open: Open, ending: Ending, stage: &mut Stage<'_>) {
        stage.end(open.stay, ending);
        let count = self.open.entry(open.kind).or_default();
        *count -= 1;
        stage.level(Slot::WHOLE, LevelKind::Stays(open.kind), *count);
    }
}
