//! The publisher's port: hands messages over, hears of confirms, and publishes again what was not taken or not confirmed
//! in time.
//!
//! *Invariant:* a publication whose confirm is overdue may be stored already, so publishing it again may duplicate it
//! (`RMQ-8`).

use super::messages::{PublishingChannel, ToBroker, ToPublisher, Verdict};
use super::routing::Route;
use super::settings::Confirms;
use std::collections::VecDeque;

use super::words::Words;
use crate::engine::{LinkId, OpenStay, Parcel, TimerId};
use crate::protocol::Stage;
use crate::protocol::answer::Letter;
use crate::protocol::port::{Attempt, Mortal, Port, Sendings, Task};
use crate::protocol::retry::Retry;
use crate::time::Span;
use crate::trace::{CallerOutcome, Ending, MarkKind, MessageId, PartId, Slot, StayKind};

/// What a publication waits for.
#[derive(Clone, Copy)]
enum WaitsFor {
    /// Its turn to be sent.
    Turn,
    /// Its confirm, if there is a bound until that timer rings. Without a thread that blocks on it, a stay shows so.
    Confirm(Option<OpenStay>, Option<TimerId>, Fits),
    /// The end of the back-off before the next attempt.
    NextAttempt(OpenStay),
}

/// Whether any queue is bound for it, as far as the publisher was told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fits {
    Somewhere,
    Nowhere,
}

/// How an attempt failed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AttemptFailure {
    /// No confirm in time.
    Overdue,
    /// The connection broke before the confirm.
    Broken,
    /// `basic.nack`, or no broker to connect to: known not to be stored.
    Declined,
}

/// How a port publishes.
#[derive(Clone, Debug)]
pub(crate) struct Publishing {
    /// The queues to which it goes, by the one that is named or by a routing key of its own; without them, the exchange
    /// chooses by the job.
    pub route: Option<Route>,
    pub confirms: Confirms,
    /// Whether a reply is asked for. Then that is waited for, and no confirm.
    pub asks: bool,
    /// How long it waits for a confirm or a reply; without a number, for ever.
    pub timeout: Option<Span>,
    pub retry: Retry,
}

pub struct Client {
    words: Words,
    out: LinkId<ToBroker>,
    back: LinkId<ToPublisher>,
    how: Publishing,
    publications: Sendings<WaitsFor>,
    /// Publications whose connection broke, and which still have to hear of it.
    broken: VecDeque<u32>,
}

/// What a publisher can be woken for.
#[derive(Clone, Copy, Debug)]
pub struct Timer {
    /// The number of the port, for a party may hold several.
    pub port: u8,
    publication: u32,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// The confirm is overdue.
    ConfirmOverdue,
    /// The back-off before the next attempt is over.
    PublishAgain,
}

impl Port for Client {
    type Message = ToPublisher;
    type Timer = Timer;

    fn send(&mut self, task: Task, stage: &mut Stage<'_>) {
        let publication = self.publications.add(task, WaitsFor::Turn);
        self.publish(publication, stage);
    }

    fn hear(&mut self, message: MessageId, body: ToPublisher, stage: &mut Stage<'_>) {
        match body {
            ToPublisher::Confirm { attempt, verdict } => self.confirmed(message, attempt, verdict, stage),
            ToPublisher::Return { attempt } => self.take_back(message, attempt, stage),
            ToPublisher::Reply { attempt, letter } => self.replied((message, attempt), letter, stage),
            ToPublisher::Closed => self.severed(),
        }
    }

    /// The connection is gone: whatever was not confirmed may be stored or not.
    fn severed(&mut self) {
        self.broken = self.publications.places(|waits| matches!(waits, WaitsFor::Confirm(..))).collect();
    }

    fn ring(&mut self, Timer { publication, what, .. }: Timer, stage: &mut Stage<'_>) {
        match what {
            What::ConfirmOverdue => {
                if let Some(known) = self.publications.at(publication) {
                    known.mark(MarkKind::TimedOut, self.words.overdue, stage);
                }
                self.attempt_failed(publication, AttemptFailure::Overdue, stage);
            }
            What::PublishAgain => {
                let waits_for = self.publications.at(publication).map(|known| known.waits_for);
                if let Some(WaitsFor::NextAttempt(stay)) = waits_for {
                    stage.end(stay, Ending::Done);
                    self.publish(publication, stage);
                }
            }
        }
    }

    fn ended(&mut self, stage: &mut Stage<'_>) -> Option<(Task, CallerOutcome)> {
        loop {
            if let Some(ended) = self.publications.ended() {
                return Some(ended);
            }
            let publication = self.broken.pop_front()?;
            self.attempt_failed(publication, AttemptFailure::Broken, stage);
        }
    }
}

impl Mortal for Client {
    fn die(&mut self, stage: &mut Stage<'_>) {
        self.broken.clear();
        if self.how.asks {
            stage.send(Parcel::new(self.out, self.words.closed, PartId::NONE), ToBroker::Left { back: self.back });
        }
        for waits_for in self.publications.forget() {
            match waits_for {
                WaitsFor::Confirm(stay, overdue, _) => {
                    stage.cancel(overdue);
                    stay.into_iter().for_each(|stay| stage.end(stay, Ending::Interrupted));
                }
                WaitsFor::NextAttempt(stay) => stage.end(stay, Ending::Interrupted),
                WaitsFor::Turn => {}
            }
        }
    }
}

impl Client {
    pub(crate) fn new(how: Publishing, words: Words, (out, back): (LinkId<ToBroker>, LinkId<ToPublisher>)) -> Self {
        Client { words, out, back, how, publications: Sendings::default(), broken: VecDeque::new() }
    }

    /// The port with that number among those of its holder.
    pub(crate) fn numbered(mut self, number: u8) -> Self {
        self.publications.port = number;
        self
    }

    fn publish(&mut self, publication: u32, stage: &mut Stage<'_>) {
        let Some(known) = self.publications.at(publication) else { return };
        let (Task { part, slot, .. }, attempt) = (known.task, known.attempt);
        if self.how.confirms != Confirms::Off || self.how.asks {
            let stay = (slot == Slot::WHOLE).then(|| stage.begin(Slot::WHOLE, StayKind::Unconfirmed, part));
            // Set before the publish, so that at a tie it precedes the confirm.
            let overdue = self.how.timeout.map(|timeout| {
                stage.set_timer(timeout, Timer { port: attempt.port, publication, what: What::ConfirmOverdue })
            });
            known.waits_for = WaitsFor::Confirm(stay, overdue, Fits::Somewhere);
        }
        let (kind, label) = self.words.publish;
        let word = (kind, known.task.letter.as_ref().map_or(label, |letter| letter.label));
        let parcel = Parcel::new(self.out, word, part).attempt(attempt.number).from(slot);
        let Publishing { route, confirms, asks, .. } = self.how;
        let channel = PublishingChannel { back: self.back, route, confirms: confirms != Confirms::Off, asks };
        let body = match known.task.letter {
            Some(letter) => ToBroker::Reply { attempt, channel, letter },
            None => ToBroker::Publish { attempt, channel },
        };
        stage.send(parcel, body);
        if !channel.confirms && !asks {
            // Nobody will say anything: handing it to the network is all there is to know.
            self.publications.end(publication, CallerOutcome::Accepted);
        }
    }

    /// The publication that waits for what is said of this attempt.
    fn awaited(&mut self, attempt: Attempt) -> Option<(u32, Slot, &mut Fits)> {
        let (publication, known) = self.publications.of(attempt)?;
        match &mut known.waits_for {
            WaitsFor::Confirm(.., fits) => Some((publication, known.task.slot, fits)),
            WaitsFor::Turn | WaitsFor::NextAttempt(_) => None,
        }
    }

    fn confirmed(&mut self, message: MessageId, attempt: Attempt, verdict: Verdict, stage: &mut Stage<'_>) {
        let Some((publication, slot, fits)) = self.awaited(attempt) else {
            return stage.too_late(message);
        };
        let outcome = match fits {
            Fits::Nowhere => CallerOutcome::Refused,
            Fits::Somewhere => CallerOutcome::Accepted,
        };
        stage.land(message, slot);
        match verdict {
            Verdict::Ack => {
                self.end_wait(publication, Ending::Done, stage);
                self.publications.end(publication, outcome);
            }
            Verdict::Nack | Verdict::Refused => self.attempt_failed(publication, AttemptFailure::Declined, stage),
        }
    }

    /// The reply came. One that is to an earlier attempt, or to a process that is gone, has a correlation id that nobody
    /// knows (any more).
    // Named in xtask/src/finish.rs.
    #[inline(never)]
    fn replied(&mut self, (message, attempt): (MessageId, Attempt), letter: Letter, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        let Some((publication, slot, _)) = self.awaited(attempt) else {
            return stage.too_late(message);
        };
        stage.land(message, slot);
        self.end_wait(publication, Ending::Done, stage);
        self.publications.at(publication).into_iter().for_each(|known| known.task.letter = Some(letter));
        self.publications.end(publication, CallerOutcome::Answered);
    }

    /// `basic.return`: no queue is bound for it, and none will be if it is published again. The confirm follows.
    fn take_back(&mut self, message: MessageId, attempt: Attempt, stage: &mut Stage<'_>) {
        let slot = match (self.how.confirms, self.awaited(attempt)) {
            // Nobody waits for anything, yet this is heard.
            (Confirms::Off, _) => Slot::WHOLE,
            (Confirms::Async | Confirms::Wait, None) => return stage.too_late(message),
            (Confirms::Async | Confirms::Wait, Some((_, slot, fits))) => {
                *fits = Fits::Nowhere;
                slot
            }
        };
        stage.land(message, slot);
        stage.mark(MarkKind::GaveUp, slot, attempt.part, attempt.number.into(), self.words.comes_back);
    }

    /// The confirm is no longer awaited.
    fn end_wait(&mut self, publication: u32, ending: Ending, stage: &mut Stage<'_>) {
        let waits_for = self.publications.at(publication).map(|known| known.waits_for);
        if let Some(WaitsFor::Confirm(stay, overdue, _)) = waits_for {
            stage.cancel(overdue);
            stay.into_iter().for_each(|stay| stage.end(stay, ending));
        }
    }

    fn attempt_failed(&mut self, publication: u32, failure: AttemptFailure, stage: &mut Stage<'_>) {
        let (ending, heard) = match failure {
            AttemptFailure::Overdue => (Ending::Expired, CallerOutcome::Unknown),
            AttemptFailure::Broken => (Ending::Interrupted, CallerOutcome::Unknown),
            AttemptFailure::Declined => (Ending::Refused, CallerOutcome::Refused),
        };
        self.end_wait(publication, ending, stage);
        let Some(known) = self.publications.at(publication) else { return };
        known.learn(heard);
        if known.attempt.number >= self.how.retry.max_attempts {
            return self.publications.give_up(publication, self.words.gave_up, stage);
        }
        let wait = known.wait(&self.how.retry, stage);
        let again = Timer { port: known.attempt.port, publication, what: What::PublishAgain };
        let pause = known.back_off((wait, wait), self.words.publishes_again, again, stage);
        known.waits_for = WaitsFor::NextAttempt(pause);
    }
}
