//! The sender: threads that are blocked for the round trip of a SendMessage, and a backlog of jobs that find none free.
//!
//! *Invariant:* a thread has at most one job. What it hears is only that the queue has the message, never that anyone
//! received it.

use super::words::Words;
use super::{Answer, Settings, ToQueue, ToSender};
use crate::engine::{Input, LinkId, OpenStay, Parcel, TimerId};
use crate::protocol::retry::Retry;
use crate::protocol::threads::Threads;
use crate::protocol::{Role, Stage};
use crate::time::Span;
use crate::trace::{CallerOutcome, Ending, JobId, MarkKind, PartId, Slot, StayKind};

/// What a thread waits for.
#[derive(Clone, Copy)]
enum WaitsFor {
    /// The answer, if there is a bound until that timer rings.
    Answer(Option<TimerId>),
    /// The end of the back-off before the next attempt.
    NextAttempt(OpenStay),
}

struct Sending {
    part: PartId,
    attempt: u32,
    waits_for: WaitsFor,
    previous_wait: Option<Span>,
    /// What the sender knows after the attempts so far. An attempt whose fate is unknown leaves it so for good.
    known: CallerOutcome,
}

impl Sending {
    fn new(part: PartId) -> Self {
        Sending {
            part,
            attempt: 1,
            waits_for: WaitsFor::Answer(None),
            previous_wait: None,
            known: CallerOutcome::Refused,
        }
    }
}

pub struct Sender {
    words: Words,
    out: LinkId<ToQueue>,
    timeout: Option<Span>,
    retry: Retry,
    threads: Threads<Sending>,
}

/// What a sender can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// The answer to a SendMessage is overdue.
    SendOverdue { thread: u16 },
    /// The back-off before the next SendMessage is over.
    SendAgain { thread: u16 },
}

impl Role for Sender {
    type Message = ToSender;
    type Timer = Timer;

    fn handle(&mut self, input: Input<ToSender, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Wanted(job) => self.want(job, stage),
            Input::Arrived(message, ToSender { part, attempt, thread, answer }) => {
                if !self.awaits(thread, part, attempt) {
                    return stage.too_late(message);
                }
                if let Some(&Sending { waits_for: WaitsFor::Answer(overdue), .. }) = self.threads.call(thread) {
                    stage.cancel(overdue);
                }
                stage.land(message, Slot(thread));
                match answer {
                    Answer::Taken => self.finish(thread, CallerOutcome::Accepted, stage),
                    Answer::Refused => self.attempt_failed(thread, CallerOutcome::Refused, stage),
                }
            }
            Input::Timer(Timer::SendOverdue { thread }) => {
                if let Some(&Sending { part, attempt, .. }) = self.threads.call(thread) {
                    stage.mark(MarkKind::TimedOut, Slot(thread), part, attempt.into(), self.words.timed_out);
                }
                self.attempt_failed(thread, CallerOutcome::Unknown, stage);
            }
            Input::Timer(Timer::SendAgain { thread }) => self.send_again(thread, stage),
            // The engine does what there is to do about faults of a sender.
            Input::Started | Input::Fault(..) => {}
        }
    }
}

impl Sender {
    pub(super) fn new(settings: &Settings, words: Words, out: LinkId<ToQueue>) -> Self {
        Sender {
            words,
            out,
            timeout: settings.timeout,
            retry: settings.retry.clone(),
            threads: Threads::new(settings.sender.threads),
        }
    }

    fn awaits(&self, thread: u16, part: PartId, attempt: u32) -> bool {
        self.threads.call(thread).is_some_and(|sending| {
            sending.part == part && sending.attempt == attempt && matches!(sending.waits_for, WaitsFor::Answer(_))
        })
    }

    fn want(&mut self, job: JobId, stage: &mut Stage<'_>) {
        let part = stage.first_part(job);
        if let Some(thread) = self.threads.take(job, Sending::new(part), stage) {
            self.send(thread, part, 1, stage);
        }
    }

    fn send(&mut self, thread: u16, part: PartId, attempt: u32, stage: &mut Stage<'_>) {
        if let Some(sending) = self.threads.call_mut(thread) {
            // Set before the request is sent, so that at a tie the time-out precedes the answer.
            let overdue = self.timeout.map(|timeout| stage.set_timer(timeout, Timer::SendOverdue { thread }));
            sending.waits_for = WaitsFor::Answer(overdue);
        }
        let parcel = Parcel::new(self.out, self.words.send, part).attempt(attempt).from(Slot(thread));
        stage.send(parcel, ToQueue::Send { part, attempt, thread });
    }

    fn attempt_failed(&mut self, thread: u16, heard: CallerOutcome, stage: &mut Stage<'_>) {
        let Some(sending) = self.threads.call_mut(thread) else {
            return;
        };
        let (part, attempt) = (sending.part, sending.attempt);
        sending.known = sending.known.max(heard);
        if attempt >= self.retry.max_attempts {
            let known = sending.known;
            stage.mark(MarkKind::GaveUp, Slot(thread), part, attempt.into(), self.words.gave_up);
            return self.finish(thread, known, stage);
        }
        let wait = self.retry.wait(stage, part, attempt, sending.previous_wait);
        sending.previous_wait = Some(wait);
        stage.mark(MarkKind::Retried, Slot(thread), part, u64::from(attempt) + 1, self.words.sends_again);
        let pause = stage.begin(Slot(thread), StayKind::Scheduled, part);
        sending.waits_for = WaitsFor::NextAttempt(pause.until(wait, Timer::SendAgain { thread }, stage));
    }

    fn send_again(&mut self, thread: u16, stage: &mut Stage<'_>) {
        let Some(sending) = self.threads.call_mut(thread) else {
            return;
        };
        let WaitsFor::NextAttempt(pause) = sending.waits_for else {
            return;
        };
        stage.end(pause, Ending::Done);
        sending.attempt += 1;
        let (part, attempt) = (sending.part, sending.attempt);
        self.send(thread, part, attempt, stage);
    }

    /// The thread is done with its job, one way or the other, and takes the next.
    fn finish(&mut self, thread: u16, outcome: CallerOutcome, stage: &mut Stage<'_>) {
        let ending = if outcome == CallerOutcome::Accepted { Ending::Done } else { Ending::GaveUp };
        let Some(sending) = self.threads.release(thread, ending, stage) else {
            return;
        };
        stage.settles(stage.job_of(sending.part), outcome);
        if let Some(job) = self.threads.next_job(stage) {
            let part = stage.first_part(job);
            self.threads.block(thread, job, Sending::new(part), stage);
            self.send(thread, part, 1, stage);
        }
    }
}
