//! Words that come from outside a task: it waits for one that is about its job, and another task brings it.
//!
//! *Invariant:* a word that comes before anybody waits for it is kept for whoever will, once.

use super::conduct::{CallFailure, StepEnd};
use super::messages::Timer;
use super::node::Node;
use super::task::{Doing, Errand};
use crate::protocol::Stage;
use crate::time::Span;
use crate::trace::{JobId, MarkKind};

impl Node {
    /// Whether the word has come already. If not, the task waits for it.
    pub(super) fn await_word(&mut self, key: u32, (word, span): (u32, Option<Span>), stage: &mut Stage<'_>) -> bool {
        let Some(running) = self.running.get(&key) else { return false };
        let job = stage.job_of(running.task.part);
        if self.words_heard.remove(&(word, job)) {
            return true;
        }
        self.begin_waiting(key, stage);
        let Some(running) = self.running.get_mut(&key) else { return false };
        let timer = span.map(|span| stage.set_timer(span, Timer::NoWord { task: key }));
        running.doing = Doing::Awaiting(word, timer);
        self.words_awaited.insert((word, job, key));
        false
    }

    /// The word has come, for the task that is there longest of those that wait for it. Says whether any did.
    pub(crate) fn bring(&mut self, (word, job): (u32, JobId), stage: &mut Stage<'_>) -> bool {
        let awaited = self.words_awaited.range((word, job, 0)..=(word, job, u32::MAX)).next().copied();
        let Some(awaited) = awaited else {
            self.words_heard.insert((word, job));
            return false;
        };
        self.words_awaited.remove(&awaited);
        self.wake(awaited.2, StepEnd::Done, stage);
        true
    }

    pub(super) fn no_word(&mut self, key: u32, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get(&key) else { return };
        let Doing::Awaiting(word, _) = running.doing else { return };
        let (slot, part) = (running.slot, running.task.part);
        self.words_awaited.remove(&(word, stage.job_of(part), key));
        stage.mark(MarkKind::TimedOut, slot, part, running.attempt.into(), self.words.timed_out);
        self.wake(key, StepEnd::Failed(CallFailure::Silence), stage);
    }

    fn wake(&mut self, key: u32, end: StepEnd, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        if let Doing::Awaiting(_, timer) = running.doing {
            stage.cancel(timer);
            running.doing = Doing::Deciding;
            running.task.last = end;
            if let StepEnd::Failed(failure) = end {
                running.known = running.known.max(failure.known());
            }
            self.errands.push(Errand::Steps(key));
        }
    }
}
