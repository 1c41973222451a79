//! Whoever wants jobs done and sends them out by a port: threads that wait for each, or nobody who waits.
//!
//! *Invariants:* a thread has at most one job. A job of several messages is settled when the last of them has ended. A
//! port settles no job, whatever it does.

use super::by_number::ByNumber;
use super::port::{Port, Task};
use super::threads::Threads;
use super::{Role, Stage};
use crate::engine::Input;
use crate::trace::{CallerOutcome, Ending, JobId, PartId, Slot};

/// Whether anything waits while a job is sent.
pub(crate) enum Hands {
    /// A thread is blocked until it is rid of its job, and sends the messages of it one after another.
    Threads(Threads),
    /// Sending takes no time of a thread's.
    Free,
}

/// How many messages a job is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Messages {
    /// One, whatever its parts are.
    One,
    /// One a part.
    APart,
}

pub struct Jobs<P> {
    hands: Hands,
    messages: Messages,
    /// Of jobs that several messages of are under way: how many still are, and the worst end so far.
    unsettled: ByNumber<JobId, (u32, CallerOutcome)>,
    port: P,
}

impl<P: Port> Role for Jobs<P> {
    type Message = P::Message;
    type Timer = P::Timer;

    fn handle(&mut self, input: Input<&P::Message, P::Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Wanted(job) => self.want(job, stage),
            Input::Arrived(message, body) => self.port.hear(message, *body, stage),
            Input::Timer(timer) => self.port.ring(timer, stage),
            Input::Severed { .. } => self.port.severed(),
            // Whoever wants jobs does not fail.
            Input::Started | Input::Fault(..) => {}
        }
        while let Some((task, outcome)) = self.port.ended(stage) {
            match self.hands {
                Hands::Threads(_) => self.thread_is_rid(task, outcome, stage),
                Hands::Free => self.count(task, outcome, stage),
            }
        }
    }
}

impl<P: Port> Jobs<P> {
    pub(crate) fn new(hands: Hands, messages: Messages, port: P) -> Self {
        Jobs { hands, messages, unsettled: ByNumber::default(), port }
    }

    fn want(&mut self, job: JobId, stage: &mut Stage<'_>) {
        let first = stage.first_part(job);
        match &mut self.hands {
            Hands::Threads(threads) => {
                if let Some(thread) = threads.take(job, stage) {
                    self.send(thread, first, stage);
                }
            }
            Hands::Free => {
                for message in 0..self.messages_of_a_job(stage) {
                    let part = PartId::from_index(first.index() + message);
                    self.port.send(Task { ticket: 0, part, slot: Slot::WHOLE, letter: None }, stage);
                }
            }
        }
    }

    fn send(&mut self, thread: u16, part: PartId, stage: &mut Stage<'_>) {
        self.port.send(Task { ticket: thread.into(), part, slot: Slot(thread), letter: None }, stage);
    }

    fn messages_of_a_job(&self, stage: &Stage<'_>) -> u32 {
        match self.messages {
            Messages::One => 1,
            Messages::APart => stage.parts_per_job(),
        }
    }

    /// Of a job of which nobody waits for anything, one message has ended.
    fn count(&mut self, task: Task, outcome: CallerOutcome, stage: &mut Stage<'_>) {
        let job = stage.job_of(task.part);
        let (left, known) = self.unsettled.remove(&job).unwrap_or((self.messages_of_a_job(stage), outcome));
        match left {
            1 => stage.settles(job, known.max(outcome)),
            _ => self.unsettled.insert(job, (left - 1, known.max(outcome))),
        }
    }

    /// A thread is rid of a message, one way or the other. It goes on with its job, or takes the next.
    fn thread_is_rid(&mut self, task: Task, outcome: CallerOutcome, stage: &mut Stage<'_>) {
        let thread = task.ticket as u16;
        let good = matches!(outcome, CallerOutcome::Answered | CallerOutcome::Accepted);
        let next = PartId::from_index(task.part.index() + 1);
        if good && self.messages == Messages::APart && !next.index().is_multiple_of(stage.parts_per_job()) {
            return self.send(thread, next, stage);
        }
        let Hands::Threads(threads) = &mut self.hands else { return };
        threads.release(thread, if good { Ending::Done } else { Ending::GaveUp }, stage);
        stage.settles(stage.job_of(task.part), outcome);
        if let Some(job) = threads.next_job(thread, stage) {
            self.send(thread, stage.first_part(job), stage);
        }
    }
}
