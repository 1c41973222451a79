//! Tasks that go several ways at once, and those that let go of their hand for a while.
//!
//! A branch is a task of its own in the hand of the task that it is a branch of. Only what it waits for overlaps with the
//! others, for the hand is one.
//!
//! *Invariant:* a task goes on when the last of its branches has ended.

use super::conduct::StepEnd;
use super::messages::Timer;
use super::node::Node;
use super::task::{Doing, Errand, Origin, Running};
use crate::protocol::Stage;
use crate::time::Span;
use crate::trace::{Ending, Slot, StayKind};

impl Node {
    pub(super) fn branch(&mut self, key: u32, places: &[u32], stage: &mut Stage<'_>) {
        self.begin_waiting(key, stage);
        let first = self.next_task;
        let Some(running) = self.running.get_mut(&key) else { return };
        running.doing = Doing::Branching(first);
        running.awaited = places.len() as u16;
        running.task.answers = vec![StepEnd::Nothing; places.len()];
        let (task, attempt, slot, deadline) = (running.task.clone(), running.attempt, running.slot, running.deadline);
        // What is noted of the task now is what its branches come to note.
        running.task.note = 0;
        for (index, place) in (0u16..).zip(places) {
            let origin = Origin::Branch { of: key, index };
            let branch = self.admit(origin, attempt, task.entry, task.note, task.part, deadline);
            if let Some(running) = self.running.get_mut(&branch) {
                running.slot = slot;
                running.task.memory = *place;
                running.task.found = task.found;
                running.task.rounds.clone_from(&task.rounds);
                // What fails in a branch, its task hears of.
                running.task.rounds.iter_mut().for_each(|round| round.catches = None);
                // Its conduct takes it for one that has begun.
                running.task.place = 1;
            }
        }
        // What is put on the list last is done first.
        (first..self.next_task).rev().for_each(|branch| self.errands.push(Errand::Steps(branch)));
    }

    pub(super) fn branch_ended(&mut self, of: u32, index: u16, branch: &Running) {
        let Some(running) = self.running.get_mut(&of) else { return };
        let Doing::Branching(_) = running.doing else { return };
        running.task.answers[usize::from(index)] = branch.task.last;
        running.task.note |= branch.task.note;
        running.task.undone.extend_from_slice(&branch.task.undone);
        running.known = running.known.max(branch.known);
        running.awaited -= 1;
        if running.awaited == 0 {
            self.errands.push(Errand::Join(of));
        }
    }

    /// All branches have ended; the task goes on, knowing of the first that failed.
    pub(super) fn join(&mut self, key: u32, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        let failed = running.task.answers.iter().find(|end| matches!(end, StepEnd::Failed(_) | StepEnd::WorkFailed));
        running.task.last = failed.copied().unwrap_or(StepEnd::Done);
        self.look(key, stage);
    }

    /// Nobody waits for the task's branches any more.
    pub(super) fn abandon_branches(&mut self, key: u32, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        let Doing::Branching(first) = running.doing else { return };
        let branches = first..first + running.task.answers.len() as u32;
        running.doing = Doing::Calling;
        for branch in branches {
            self.abandon_calls(branch, stage);
            self.finish(branch, Ending::GaveUp, stage);
        }
    }

    pub(super) fn rest(&mut self, key: u32, span: Span, stage: &mut Stage<'_>) {
        self.hands.leave(key);
        self.serve_next();
        let Some(running) = self.running.get_mut(&key) else { return };
        if let Some(open) = running.waits.take() {
            stage.end(open, Ending::Done);
        }
        let open = stage.begin(Slot::WHOLE, StayKind::Resting, running.task.part);
        running.slot = Slot::WHOLE;
        running.doing = Doing::Resting(open.until(span, Timer::StepDone { task: key }, stage));
    }
}
