//! The client's port: it pushes a job and waits for Redis to answer; what was refused or not answered in time is pushed
//! again.
//!
//! *Invariant:* what it hears is only that Redis has the job, never that anybody does it. What is pushed twice is there
//! twice, for nobody compares.

use super::messages::{Answer, ToClient, ToStore};
use super::words::Words;
use crate::engine::{LinkId, OpenStay, Parcel, TimerId};
use crate::protocol::Stage;
use crate::protocol::port::{Mortal, Port, Sendings, Task};
use crate::protocol::retry::Retry;
use crate::time::Span;
use crate::trace::{CallerOutcome, Ending, MarkKind, MessageId};

/// What a push waits for.
#[derive(Clone, Copy)]
enum WaitsFor {
    /// The answer, if there is a bound until that timer rings.
    Answer(Option<TimerId>),
    /// The end of the back-off before the next attempt.
    NextAttempt(OpenStay),
}

pub struct Client {
    words: Words,
    way: (LinkId<ToStore>, LinkId<ToClient>),
    timeout: Option<Span>,
    retry: Retry,
    sendings: Sendings<WaitsFor>,
}

/// What a client can be woken for.
#[derive(Clone, Copy, Debug)]
pub struct Timer {
    /// The number of the port, for a party may hold several.
    pub port: u8,
    sending: u32,
}

impl Port for Client {
    type Message = ToClient;
    type Timer = Timer;

    fn send(&mut self, task: Task, stage: &mut Stage<'_>) {
        let sending = self.sendings.add(task, WaitsFor::Answer(None));
        self.push(sending, stage);
    }

    fn hear(&mut self, message: MessageId, ToClient { attempt, answer }: ToClient, stage: &mut Stage<'_>) {
        let awaited = self.sendings.of(attempt).and_then(|(place, known)| match known.waits_for {
            WaitsFor::Answer(overdue) => Some((place, known.task.slot, overdue)),
            WaitsFor::NextAttempt(_) => None,
        });
        let Some((sending, slot, overdue)) = awaited else {
            return stage.too_late(message);
        };
        stage.cancel(overdue);
        stage.land(message, slot);
        match answer {
            Answer::Taken => self.sendings.end(sending, CallerOutcome::Accepted),
            Answer::Refused => self.attempt_failed(sending, CallerOutcome::Refused, stage),
        }
    }

    fn ring(&mut self, Timer { sending, .. }: Timer, stage: &mut Stage<'_>) {
        match self.sendings.at(sending).map(|known| known.waits_for) {
            Some(WaitsFor::Answer(_)) => {
                if let Some(known) = self.sendings.at(sending) {
                    known.mark(MarkKind::TimedOut, self.words.timed_out, stage);
                }
                self.attempt_failed(sending, CallerOutcome::Unknown, stage);
            }
            Some(WaitsFor::NextAttempt(pause)) => {
                stage.end(pause, Ending::Done);
                self.push(sending, stage);
            }
            None => {}
        }
    }

    fn ended(&mut self, _: &mut Stage<'_>) -> Option<(Task, CallerOutcome)> {
        self.sendings.ended()
    }
}

impl Mortal for Client {
    fn die(&mut self, stage: &mut Stage<'_>) {
        for waits_for in self.sendings.forget() {
            match waits_for {
                WaitsFor::Answer(overdue) => stage.cancel(overdue),
                WaitsFor::NextAttempt(pause) => stage.end(pause, Ending::Interrupted),
            }
        }
    }
}

impl Client {
    /// The port with that number among those of its holder.
    pub(crate) fn new(
        (timeout, retry): (Option<Span>, Retry),
        words: Words,
        way: (LinkId<ToStore>, LinkId<ToClient>),
        number: u8,
    ) -> Self {
        let mut sendings = Sendings::default();
        sendings.port = number;
        Client { words, way, timeout, retry, sendings }
    }

    fn push(&mut self, sending: u32, stage: &mut Stage<'_>) {
        let overdue = Timer { port: self.sendings.port, sending };
        let Some(known) = self.sendings.at(sending) else { return };
        // Set before the push is sent, so that at a tie the time-out precedes the answer.
        known.waits_for = WaitsFor::Answer(self.timeout.map(|timeout| stage.set_timer(timeout, overdue)));
        let (Task { part, slot, .. }, attempt) = (known.task, known.attempt);
        let (out, back) = self.way;
        let parcel = Parcel::new(out, self.words.push, part).attempt(attempt.number).from(slot);
        stage.send(parcel, ToStore::Push { attempt, back: (back, slot) });
    }

    fn attempt_failed(&mut self, sending: u32, heard: CallerOutcome, stage: &mut Stage<'_>) {
        let again = Timer { port: self.sendings.port, sending };
        let Some(known) = self.sendings.at(sending) else { return };
        known.learn(heard);
        if known.attempt.number >= self.retry.max_attempts {
            return self.sendings.give_up(sending, self.words.gave_up, stage);
        }
        let wait = known.wait(&self.retry, stage);
        known.waits_for = WaitsFor::NextAttempt(known.back_off((wait, wait), self.words.pushes_again, again, stage));
    }
}
