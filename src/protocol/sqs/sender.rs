//! The sender's port: SendMessage, and what was refused or not answered in time is sent again.
//!
//! *Invariant:* what it hears is only that the queue has the message, never that anyone received it.

use super::messages::{Answer, ToQueue, ToSender};
use super::settings::Calling;
use super::words::Words;
use crate::engine::{LinkId, OpenStay, Parcel, TimerId};
use crate::protocol::Stage;
use crate::protocol::port::{Mortal, Port, Sendings, Task};
use crate::trace::{CallerOutcome, Ending, MarkKind, MessageId};

/// What a SendMessage waits for.
#[derive(Clone, Copy)]
enum WaitsFor {
    /// The answer, if there is a bound until that timer rings.
    Answer(Option<TimerId>),
    /// The end of the back-off before the next attempt.
    NextAttempt(OpenStay),
}

pub struct Client {
    words: Words,
    out: LinkId<ToQueue>,
    back: LinkId<ToSender>,
    calling: Calling,
    sendings: Sendings<WaitsFor>,
}

/// What a sender can be woken for.
#[derive(Clone, Copy, Debug)]
pub struct Timer {
    /// The number of the port, for a party may hold several.
    pub port: u8,
    sending: u32,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// The answer to a SendMessage is overdue.
    SendOverdue,
    /// The back-off before the next SendMessage is over.
    SendAgain,
}

impl Port for Client {
    type Message = ToSender;
    type Timer = Timer;

    fn send(&mut self, task: Task, stage: &mut Stage<'_>) {
        let sending = self.sendings.add(task, WaitsFor::Answer(None));
        self.send_message(sending, stage);
    }

    fn hear(&mut self, message: MessageId, body: ToSender, stage: &mut Stage<'_>) {
        let ToSender { attempt, answer } = body;
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

    fn ring(&mut self, Timer { sending, what, .. }: Timer, stage: &mut Stage<'_>) {
        match what {
            What::SendOverdue => {
                if let Some(known) = self.sendings.at(sending) {
                    known.mark(MarkKind::TimedOut, self.words.timed_out, stage);
                }
                self.attempt_failed(sending, CallerOutcome::Unknown, stage);
            }
            What::SendAgain => {
                if let Some(WaitsFor::NextAttempt(pause)) = self.sendings.at(sending).map(|known| known.waits_for) {
                    stage.end(pause, Ending::Done);
                    self.send_message(sending, stage);
                }
            }
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
    pub(crate) fn new(calling: Calling, words: Words, (out, back): (LinkId<ToQueue>, LinkId<ToSender>)) -> Self {
        Client { words, out, back, calling, sendings: Sendings::default() }
    }

    /// The port with that number among those of its holder.
    pub(crate) fn numbered(mut self, number: u8) -> Self {
        self.sendings.port = number;
        self
    }

    fn timer(&self, sending: u32, what: What) -> Timer {
        Timer { port: self.sendings.port, sending, what }
    }

    fn send_message(&mut self, sending: u32, stage: &mut Stage<'_>) {
        let overdue = self.timer(sending, What::SendOverdue);
        let Some(known) = self.sendings.at(sending) else { return };
        // Set before the request is sent, so that at a tie the time-out precedes the answer.
        let overdue = self.calling.timeout.map(|timeout| stage.set_timer(timeout, overdue));
        known.waits_for = WaitsFor::Answer(overdue);
        let (Task { part, slot, .. }, attempt) = (known.task, known.attempt);
        let parcel = Parcel::new(self.out, self.words.send, part).attempt(attempt.number).from(slot);
        stage.send(parcel, ToQueue::Send { attempt, back: (self.back, slot) });
    }

    fn attempt_failed(&mut self, sending: u32, heard: CallerOutcome, stage: &mut Stage<'_>) {
        let again = self.timer(sending, What::SendAgain);
        let Some(known) = self.sendings.at(sending) else { return };
        known.learn(heard);
        if known.attempt.number >= self.calling.retry.max_attempts {
            return self.sendings.give_up(sending, self.words.gave_up, stage);
        }
        let wait = known.wait(&self.calling.retry, stage);
        let pause = known.back_off((wait, wait), self.words.sends_again, again, stage);
        known.waits_for = WaitsFor::NextAttempt(pause);
    }
}
