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
        if self.words_heard.remove(&(word as u16, job.index())).is_some() {
            return true;
        }
        self.begin_waiting(key, stage);
        let Some(running) = self.running.get_mut(&key) else { return false };
        let timer = span.map(|span| stage.set_timer(span, Timer::NoWord { task: key }));
        running.doing = Doing::Awaiting(word, timer);
        let place = (word as u16, job.index());
        match self.words_awaited.get_mut(&place) {
            Some(waiting) => waiting.push(key),
            None => self.words_awaited.insert(place, vec![key]),
        }
        false
    }

    /// The word has come, for the task that is there longest of those that wait for it. Says whether any did.
    pub(crate) fn bring(&mut self, (word, job): (u32, JobId), stage: &mut Stage<'_>) -> bool {
        let first = self.words_awaited.get(&(word as u16, job.index())).and_then(|waiting| waiting.first().copied());
        let Some(key) = first else {
            self.words_heard.insert((word as u16, job.index()), ());
            return false;
        };
        self.awaits_no_longer((word, job, key));
        self.wake(key, StepEnd::Done, stage);
        true
    }

    pub(super) fn awaits_no_longer(&mut self, (word, job, key): (u32, JobId, u32)) {
        let place = (word as u16, job.index());
        let Some(waiting) = self.words_awaited.get_mut(&place) else { return };
        waiting.retain(|other| *other != key);
        if waiting.is_empty() {
            self.words_awaited.remove(&place);
        }
    }

    pub(super) fn no_word(&mut self, key: u32, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get(&key) else { return };
        let Doing::Awaiting(word, _) = running.doing else { return };
        let (slot, part, attempt) = (running.slot, running.task.part, running.attempt);
        self.awaits_no_longer((word, stage.job_of(part), key));
        stage.mark(MarkKind::TimedOut, slot, part, attempt.into(), self.words.timed_out);
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
