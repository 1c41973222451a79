//! What becomes of a part of a job: its executions, their effects, who has it in hand, how it ends.
//!
//! *Invariant:* a part has one outcome, and only a happier one takes its place, unless what was set aside is taken up again.

use super::context::{Context, Core};
use crate::trace::{PartId, WorkOutcome};

impl<M, T> Core<M, T> {
    /// The part has this outcome now, unless it has a happier one.
    fn settle_part(&mut self, part: PartId, outcome: WorkOutcome) {
        let row = &mut self.trace.parts[part.at()];
        if outcome < row.outcome {
            self.settled += u32::from(row.outcome == WorkOutcome::Unfinished);
            row.outcome = outcome;
            self.repeats.advance();
        }
    }
}

impl<M: Clone, T> Context<'_, M, T> {
    /// An execution of `part` begins. Says whether it is going to fail.
    pub fn executes(&mut self, part: PartId) -> bool {
        let core = &mut *self.core;
        let row = &mut core.trace.parts[part.at()];
        row.executions += 1;
        let execution = row.executions;
        core.repeats.begins(part);
        core.workload.failures.strike(core.trace.job_of(part), part, execution, &core.streams)
    }

    /// Whether an execution of `part` has changed the world.
    pub fn took_effect(&self, part: PartId) -> bool {
        self.core.trace.parts[part.at()].effects > 0
    }

    /// An execution of `part` changed the world.
    pub fn takes_effect(&mut self, part: PartId) {
        let row = &mut self.core.trace.parts[part.at()];
        row.effects += 1;
    }

    /// An execution of `part` reached its end: the work is done, whatever was thought of it before.
    pub fn finishes(&mut self, part: PartId) {
        let now = self.core.now;
        let row = &mut self.core.trace.parts[part.at()];
        let was_finished = row.outcome == WorkOutcome::Done;
        row.finished = if was_finished { row.finished } else { now };
        self.core.settle_part(part, WorkOutcome::Done);
    }

    /// Nobody is asked for `part` here, so nothing is left to be done about it.
    pub fn leaves_out(&mut self, part: PartId) {
        self.finishes(part);
    }

    /// The job is finished without `part`, unless that is done after all: a fallback took its place, or whoever is for it is
    /// not there yet.
    pub fn excuses(&mut self, part: PartId) {
        let now = self.core.now;
        let row = &mut self.core.trace.parts[part.at()];
        row.finished = row.finished.min(now);
        self.core.settle_part(part, WorkOutcome::Excused);
    }

    /// `part` was set aside in a dead-letter queue.
    pub fn dead_letters(&mut self, part: PartId) {
        self.core.settle_part(part, WorkOutcome::DeadLettered);
    }

    /// `part` was set aside, and is so no longer: what becomes of it is open again.
    pub fn takes_up(&mut self, part: PartId) {
        let row = &mut self.core.trace.parts[part.at()];
        if row.outcome == WorkOutcome::DeadLettered {
            row.outcome = WorkOutcome::Unfinished;
            self.core.settled -= 1;
        }
    }

    /// Somebody on this side has `part` in hand from now on, and all others can know it: what they share (a table of keys)
    /// says so.
    pub fn claim(&mut self, part: PartId) {
        self.core.claims.insert(part);
    }

    /// Whether somebody has claimed `part`.
    pub fn is_claimed(&self, part: PartId) -> bool {
        self.core.claims.contains(&part)
    }

    /// Nobody has `part` in hand any more.
    pub fn disclaim(&mut self, part: PartId) {
        self.core.claims.remove(&part);
    }
}
