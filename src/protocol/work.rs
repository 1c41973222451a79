//! Work: executions that begin, end, fail or are cut short, the same at a server, a service and a consumer.
//!
//! *Invariant:* an execution that begins is one execution of each of its parts, whatever becomes of it. Only one that
//! reaches its end can change the world.

use super::{Alarm, Stage};
use crate::engine::OpenStay;
use crate::time::Span;
use crate::trace::{Ending, LabelId, MarkKind, PartId, Slot, StayKind};

/// Which executions change the world.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effects {
    /// None: nothing is changed by asking.
    None,
    /// Every one.
    Each,
    /// The first of each part alone: a repeat changes nothing, or is recognised, whoever did it. It is known
    /// by the effect itself, as by a row that is there already: so it outlives a crash, and is the same for all workers.
    First,
}

impl Effects {
    /// Of consumers, which recognise a repeat or do not.
    pub fn of_consumers(recognise: bool) -> Self {
        if recognise { Effects::First } else { Effects::Each }
    }

    /// Whether it is known that this part's work was done.
    pub fn know(self, part: PartId, stage: &Stage<'_>) -> bool {
        self == Effects::First && stage.took_effect(part)
    }

    fn take(self, part: PartId, stage: &mut Stage<'_>) {
        let changes = match self {
            Effects::None => false,
            Effects::Each => true,
            Effects::First => !stage.took_effect(part),
        };
        if changes {
            stage.takes_effect(part);
        }
    }
}

/// An execution that is under way in a slot.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    slot: Slot,
    /// The part that is going to fail, and the whole with it.
    fails: PartId,
    stay: OpenStay,
}

impl Work {
    /// Work on these parts begins, which is about to take `span`; its end is rung in. `delivery` says which delivery of
    /// them it is, where they are counted.
    pub fn begin(
        (slot, delivery): (Slot, u32),
        parts: &[PartId],
        span: Span,
        timer: impl Into<Alarm>,
        stage: &mut Stage<'_>,
    ) -> Self {
        Work::begin_until((slot, delivery), parts, span, timer.into(), stage)
    }

    #[inline(never)]
    fn begin_until(
        (slot, delivery): (Slot, u32),
        parts: &[PartId],
        span: Span,
        timer: Alarm,
        stage: &mut Stage<'_>,
    ) -> Self {
        // Its fate is that of the number it begins with: others of the same part may begin before it ends.
        let fails =
            parts.iter().fold(
                PartId::NONE,
                |fails, part| {
                    if stage.executes(*part) && fails == PartId::NONE { *part } else { fails }
                },
            );
        let stay = stage.begin_valued(slot, StayKind::Busy, parts.first().copied().unwrap_or(PartId::NONE), delivery);
        Work { slot, fails, stay: stay.until(span, timer, stage) }
    }

    /// It reached its end. Says whether it did what it was to do; if not, the failure is marked with its label and which
    /// attempt it was.
    #[inline(never)]
    pub fn end(
        self,
        parts: &[PartId],
        effects: Effects,
        (failed, attempt): (LabelId, u32),
        stage: &mut Stage<'_>,
    ) -> bool {
        if self.fails != PartId::NONE {
            stage.end(self.stay, Ending::Failed);
            stage.mark(MarkKind::Failed, self.slot, self.fails, attempt.into(), failed);
            return false;
        }
        stage.end(self.stay, Ending::Done);
        for part in parts {
            effects.take(*part, stage);
            stage.finishes(*part);
        }
        true
    }

    /// The stay that shows it.
    pub fn stay(self) -> OpenStay {
        self.stay
    }

    /// It does not reach its end, and is thrown away.
    pub fn cut_short(self, ending: Ending, stage: &mut Stage<'_>) {
        stage.end(self.stay, ending);
    }
}

/// How long the work on a part takes a worker who takes this many times as long as usual.
pub(crate) fn span(part: PartId, factor: f64, stage: &Stage<'_>) -> Span {
    let usual = stage.work(part);
    if factor == 1.0 { usual } else { usual.scaled(factor) }
}
