//! The publisher: hands jobs over, hears of confirms, and publishes again what was not taken or not confirmed in time.
//!
//! *Invariant:* with `confirms: wait` a thread has at most one job; else a publish takes no time of a thread's. A
//! publication whose confirm is overdue may be stored already, so publishing it again may duplicate it (`RMQ-8`).
//! A job of several parts is as many messages, and off the publisher's hands when the last of them is.

use std::collections::{BTreeMap, VecDeque};

use super::routing::{Copies, Routing};
use super::words::Words;
use super::{Confirms, PublicationId, Settings, ToBroker, ToPublisher, Verdict};
use crate::engine::{Input, LinkId, OpenStay, Parcel, TimerId};
use crate::protocol::retry::Retry;
use crate::protocol::{Role, Stage};
use crate::time::Span;
use crate::trace::{CallerOutcome, Ending, JobId, MarkKind, MessageId, PartId, Slot, StayKind};

/// What a publication waits for.
enum WaitsFor {
    /// Its confirm, if there is a bound until that timer rings. Without a thread that blocks on it, a stay shows so.
    Confirm(Option<OpenStay>, Option<TimerId>),
    /// The end of the back-off before the next attempt.
    NextAttempt(OpenStay),
}

struct Publication {
    part: PartId,
    attempt: u32,
    /// The thread that waits for the confirm, with the stay that shows it blocked.
    waiter: Option<(u16, OpenStay)>,
    waits_for: WaitsFor,
    previous_wait: Option<Span>,
    /// What the publisher knows after the attempts so far. An attempt whose fate is unknown leaves it so for good.
    known: CallerOutcome,
    fits: Fits,
}

/// Whether any queue is bound for it, as far as the publisher was told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fits {
    Somewhere,
    Nowhere,
}

impl Publication {
    fn slot(&self) -> Slot {
        self.waiter.map_or(Slot::WHOLE, |(thread, _)| Slot(thread))
    }
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

pub struct Publisher {
    words: Words,
    out: LinkId<ToBroker>,
    confirms: Confirms,
    timeout: Option<Span>,
    retry: Retry,
    copies: Copies,
    /// Which threads are free, for those that wait.
    free: Vec<u16>,
    backlog: VecDeque<(JobId, OpenStay)>,
    /// Of jobs of several parts: how many are still to be confirmed, and the worst end so far.
    unsettled: BTreeMap<JobId, (u32, CallerOutcome)>,
    publications: Vec<Option<Publication>>,
    vacant: Vec<PublicationId>,
}

/// What a publisher can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// The confirm of a publication is overdue.
    ConfirmOverdue { place: PublicationId },
    /// The back-off before the next attempt is over.
    PublishAgain { place: PublicationId },
}

impl Role for Publisher {
    type Message = ToPublisher;
    type Timer = Timer;

    fn handle(&mut self, input: Input<ToPublisher, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Wanted(job) => self.want(job, stage),
            Input::Arrived(message, ToPublisher::Confirm { part, attempt, place, verdict }) => {
                if !self.is_awaited(place, part, attempt) {
                    stage.too_late(message);
                } else {
                    self.hear(message, place, verdict, stage);
                }
            }
            Input::Arrived(message, ToPublisher::Return { part, attempt, place }) => {
                self.take_back(message, (part, attempt, place), stage);
            }
            Input::Arrived(_, ToPublisher::Closed) => self.lose_connection(stage),
            Input::Timer(Timer::ConfirmOverdue { place }) => self.overdue(place, stage),
            Input::Timer(Timer::PublishAgain { place }) => self.publish_again(place, stage),
            // The publisher itself does not fail.
            Input::Started | Input::Fault(..) => {}
        }
    }
}

impl Publisher {
    pub(super) fn new(settings: &Settings, words: Words, out: LinkId<ToBroker>) -> Self {
        Publisher {
            words,
            out,
            confirms: settings.confirms,
            timeout: settings.confirm_timeout,
            retry: settings.retry.clone(),
            copies: Routing::new(settings).map_or(Copies::Alike, |routing| routing.copies()),
            free: (0..settings.publisher.threads).rev().collect(),
            backlog: VecDeque::new(),
            unsettled: BTreeMap::new(),
            publications: Vec::new(),
            vacant: Vec::new(),
        }
    }

    fn want(&mut self, job: JobId, stage: &mut Stage<'_>) {
        match self.confirms {
            Confirms::Wait => match self.free.pop() {
                Some(thread) => self.block(thread, job, stage),
                None => {
                    let stay = stage.begin(Slot::WHOLE, StayKind::Backlog, stage.first_part(job));
                    self.backlog.push_back((job, stay));
                }
            },
            Confirms::Async => {
                for part in self.messages(job, stage) {
                    self.take_on(part, None, stage);
                }
            }
            Confirms::Off => {
                for part in self.messages(job, stage) {
                    stage.send(self.parcel(part, 1, Slot::WHOLE), ToBroker::Publish { part, attempt: 1, place: 0 });
                }
                stage.settles(job, CallerOutcome::Accepted);
            }
        }
    }

    fn block(&mut self, thread: u16, job: JobId, stage: &mut Stage<'_>) {
        let stay = stage.begin(Slot(thread), StayKind::Blocked, stage.first_part(job));
        self.take_on(stage.first_part(job), Some((thread, stay)), stage);
    }

    fn take_on(&mut self, part: PartId, waiter: Option<(u16, OpenStay)>, stage: &mut Stage<'_>) {
        let publication = Publication {
            part,
            attempt: 1,
            waiter,
            waits_for: WaitsFor::Confirm(None, None),
            previous_wait: None,
            known: CallerOutcome::Refused,
            fits: Fits::Somewhere,
        };
        let place = match self.vacant.pop() {
            Some(place) => {
                self.publications[place as usize] = Some(publication);
                place
            }
            None => {
                self.publications.push(Some(publication));
                (self.publications.len() - 1) as PublicationId
            }
        };
        self.publish(place, stage);
    }

    fn parcel(&self, part: PartId, attempt: u32, from: Slot) -> Parcel<ToBroker> {
        Parcel::new(self.out, self.words.publish, part).attempt(attempt).from(from)
    }

    fn publish(&mut self, place: PublicationId, stage: &mut Stage<'_>) {
        let Some(publication) = &mut self.publications[place as usize] else {
            return;
        };
        let (part, attempt) = (publication.part, publication.attempt);
        let slot = publication.slot();
        let stay = match publication.waiter {
            Some(_) => None,
            None => Some(stage.begin(Slot::WHOLE, StayKind::Unconfirmed, part)),
        };
        // Set before the publish, so that at a tie it precedes the confirm.
        let overdue = self.timeout.map(|timeout| stage.set_timer(timeout, Timer::ConfirmOverdue { place }));
        publication.waits_for = WaitsFor::Confirm(stay, overdue);
        stage.send(self.parcel(part, attempt, slot), ToBroker::Publish { part, attempt, place });
    }

    fn is_awaited(&self, place: PublicationId, part: PartId, attempt: u32) -> bool {
        let publication = self.publications.get(place as usize).and_then(Option::as_ref);
        publication.is_some_and(|publication| {
            publication.part == part
                && publication.attempt == attempt
                && matches!(publication.waits_for, WaitsFor::Confirm(..))
        })
    }

    fn hear(&mut self, message: MessageId, place: PublicationId, verdict: Verdict, stage: &mut Stage<'_>) {
        if let Some(publication) = &self.publications[place as usize]
            && publication.waiter.is_some()
        {
            stage.land(message, publication.slot());
        }
        match verdict {
            Verdict::Ack => {
                self.end_wait(place, Ending::Done, stage);
                let fits = self.publications[place as usize].as_ref().map(|publication| publication.fits);
                let outcome = match fits {
                    Some(Fits::Nowhere) => CallerOutcome::Refused,
                    Some(Fits::Somewhere) | None => CallerOutcome::Accepted,
                };
                self.finish(place, outcome, stage);
            }
            Verdict::Nack | Verdict::Refused => self.attempt_failed(place, AttemptFailure::Declined, stage),
        }
    }

    /// `basic.return`: no queue is bound for it, and none will be if it is published again. The confirm follows.
    fn take_back(
        &mut self,
        message: MessageId,
        (part, attempt, place): (PartId, u32, PublicationId),
        stage: &mut Stage<'_>,
    ) {
        let slot = match self.confirms {
            // Nobody waits for anything, yet this is heard.
            Confirms::Off => Slot::WHOLE,
            Confirms::Async | Confirms::Wait if !self.is_awaited(place, part, attempt) => {
                return stage.too_late(message);
            }
            Confirms::Async | Confirms::Wait => match &mut self.publications[place as usize] {
                Some(publication) => {
                    publication.fits = Fits::Nowhere;
                    publication.slot()
                }
                None => Slot::WHOLE,
            },
        };
        stage.land(message, slot);
        stage.mark(MarkKind::GaveUp, slot, part, attempt.into(), self.words.comes_back);
    }

    fn overdue(&mut self, place: PublicationId, stage: &mut Stage<'_>) {
        if let Some(publication) = &self.publications[place as usize] {
            let attempt = publication.attempt.into();
            stage.mark(MarkKind::TimedOut, publication.slot(), publication.part, attempt, self.words.overdue);
        }
        self.attempt_failed(place, AttemptFailure::Overdue, stage);
    }

    /// The broker is gone: whatever was not confirmed may be stored or not.
    fn lose_connection(&mut self, stage: &mut Stage<'_>) {
        for place in 0..self.publications.len() {
            if matches!(&self.publications[place], Some(Publication { waits_for: WaitsFor::Confirm(..), .. })) {
                self.attempt_failed(place as PublicationId, AttemptFailure::Broken, stage);
            }
        }
    }

    /// The confirm is no longer awaited.
    fn end_wait(&mut self, place: PublicationId, ending: Ending, stage: &mut Stage<'_>) {
        if let Some(Publication { waits_for: WaitsFor::Confirm(stay, overdue), .. }) = self.publications[place as usize]
        {
            stage.cancel(overdue);
            if let Some(stay) = stay {
                stage.end(stay, ending);
            }
        }
    }

    fn attempt_failed(&mut self, place: PublicationId, failure: AttemptFailure, stage: &mut Stage<'_>) {
        self.end_wait(
            place,
            match failure {
                AttemptFailure::Overdue => Ending::Expired,
                AttemptFailure::Broken => Ending::Interrupted,
                AttemptFailure::Declined => Ending::Refused,
            },
            stage,
        );
        let Some(publication) = &mut self.publications[place as usize] else {
            return;
        };
        let (part, attempt, slot) = (publication.part, publication.attempt, publication.slot());
        publication.known = publication.known.max(match failure {
            AttemptFailure::Declined => CallerOutcome::Refused,
            AttemptFailure::Overdue | AttemptFailure::Broken => CallerOutcome::Unknown,
        });
        if attempt >= self.retry.max_attempts {
            let known = publication.known;
            stage.mark(MarkKind::GaveUp, slot, part, attempt.into(), self.words.gave_up);
            return self.finish(place, known, stage);
        }
        let wait = self.retry.wait(stage, part, attempt, publication.previous_wait);
        publication.previous_wait = Some(wait);
        stage.mark(MarkKind::Retried, slot, part, u64::from(attempt) + 1, self.words.publishes_again);
        let pause = stage.begin(slot, StayKind::Scheduled, part);
        publication.waits_for = WaitsFor::NextAttempt(pause.until(wait, Timer::PublishAgain { place }, stage));
    }

    fn publish_again(&mut self, place: PublicationId, stage: &mut Stage<'_>) {
        let Some(publication) = &mut self.publications[place as usize] else {
            return;
        };
        let WaitsFor::NextAttempt(stay) = publication.waits_for else {
            return;
        };
        stage.end(stay, Ending::Done);
        publication.attempt += 1;
        self.publish(place, stage);
    }

    /// The job is off the publisher's hands, and a thread that waited takes the next.
    fn finish(&mut self, place: PublicationId, outcome: CallerOutcome, stage: &mut Stage<'_>) {
        let Some(publication) = self.publications[place as usize].take() else {
            return;
        };
        self.vacant.push(place);
        let (part, job) = (publication.part, stage.job_of(publication.part));
        let Some((thread, stay)) = publication.waiter else {
            let (left, known) = self.unsettled.remove(&job).unwrap_or((self.messages_of_a_job(stage), outcome));
            match left {
                1 => stage.settles(job, known.max(outcome)),
                _ => drop(self.unsettled.insert(job, (left - 1, known.max(outcome)))),
            }
            return;
        };
        let next = PartId::from_index(part.index() + 1);
        if outcome == CallerOutcome::Accepted && !next.index().is_multiple_of(self.messages_of_a_job(stage)) {
            return self.take_on(next, Some((thread, stay)), stage);
        }
        stage.settles(job, outcome);
        stage.end(stay, if outcome == CallerOutcome::Accepted { Ending::Done } else { Ending::GaveUp });
        match self.backlog.pop_front() {
            Some((job, stay)) => {
                stage.end(stay, Ending::Done);
                self.block(thread, job, stage);
            }
            None => self.free.push(thread),
        }
    }

    /// How many messages make up a job. Where each queue's copy is a part of its own, one brings all of them.
    fn messages_of_a_job(&self, stage: &Stage<'_>) -> u32 {
        match self.copies {
            Copies::Alike => stage.parts_per_job(),
            Copies::APartEach => 1,
        }
    }

    /// The parts by which a job is published, in order.
    fn messages(&self, job: JobId, stage: &Stage<'_>) -> impl Iterator<Item = PartId> + use<> {
        let first = stage.first_part(job).index();
        (first..first + self.messages_of_a_job(stage)).map(PartId::from_index)
    }
}
