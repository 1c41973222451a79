//! The store: a list of jobs, those who wait for one, and what cannot be taken before its time.
//!
//! *Invariants:* a job lies in one place. What lies in `retry` or in `unacked` comes back onto the list by a look alone, at
//! its time or later.

use std::collections::VecDeque;

use super::messages::{Answer, Asker, Heard, Payload, Put, StoreTimer, Tag, ToClient, ToStore, ToWorkers};
use super::pollers::Pollers;
use super::words::Words;
use crate::engine::{Fault, Input, LinkId, OpenStay, Parcel, Phase, TimerId, Word};
use crate::protocol::by_number::ByNumber;
use crate::protocol::dead_letters::SetAside;
use crate::protocol::port::Attempt;
use crate::protocol::{Role, Stage};
use crate::time::{Moment, Span};
use crate::trace::{Ending, MarkKind, MessageId, PartId, Slot, StayKind};

/// Where the store's messages go, save the answers to those who push, who say so themselves.
pub(crate) struct Links {
    /// To each crew.
    pub on: Vec<LinkId<ToWorkers>>,
    /// To where dead jobs lie.
    pub aside: Option<LinkId<SetAside>>,
}

/// Why something lies there that cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It is to be tried again, at its `eta`.
    Retry,
    /// It was handed out and is not acknowledged.
    Unacknowledged,
}

struct PutOff {
    payload: Payload,
    why: Why,
    stay: OpenStay,
}

pub struct Store {
    words: Words,
    links: Links,
    /// Whether a crash loses nothing.
    appendonly: bool,
    /// How long what is handed out may be unacknowledged; without it, nobody keeps it.
    visibility_timeout: Option<Span>,
    ready: VecDeque<(Payload, OpenStay)>,
    /// What cannot be taken, by numbers that are counted.
    put_off: ByNumber<u32, PutOff>,
    last: u32,
    /// Of these, what the next look takes, in the order in which its time came.
    due: Vec<u32>,
    /// Those who wait for a job, the longest first.
    fetches: VecDeque<(MessageId, Asker)>,
    pollers: Pollers,
    look: Option<TimerId>,
}

impl Role for Store {
    type Message = ToStore;
    type Timer = StoreTimer;

    fn handle(&mut self, input: Input<&ToStore, StoreTimer>, stage: &mut Stage<'_>) {
        self.take(input, stage);
    }
}

impl Store {
    // Named in xtask/src/finish.rs.
    #[inline(never)]
    fn take(&mut self, input: Input<&ToStore, StoreTimer>, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        match input {
            Input::Arrived(message, &body) if stage.is_out() => self.turn_away(message, body, stage),
            Input::Arrived(message, &body) => self.hear(message, body, stage),
            Input::Timer(StoreTimer::Due { number }) => self.due(number, stage),
            Input::Timer(StoreTimer::Look) => self.look(stage),
            Input::Fault(fault, phase) => self.fault(fault, phase, stage),
            Input::Severed { from, .. } => {
                let links = &self.links.on;
                self.fetches.retain(|(_, asker)| stage.end_of(links[usize::from(asker.crew)]) != from);
            }
            Input::Started | Input::Wanted(_) => {}
        }
    }

    pub(crate) fn new(
        (appendonly, visibility_timeout): (bool, Option<Span>),
        words: Words,
        links: Links,
        pollers: Pollers,
    ) -> Self {
        Store {
            words,
            links,
            appendonly,
            visibility_timeout,
            ready: VecDeque::new(),
            put_off: ByNumber::default(),
            last: 0,
            due: Vec::new(),
            fetches: VecDeque::new(),
            pollers,
            look: None,
        }
    }

    fn hear(&mut self, message: MessageId, body: ToStore, stage: &mut Stage<'_>) {
        match body {
            ToStore::Push { attempt, back } => {
                let payload = Payload { part: attempt.part, handed: 0, retries: 0, eta: Moment::START };
                self.enqueue(payload, stage);
                self.answer_client(message, self.words.pushed, (attempt, Answer::Taken), back, stage);
            }
            ToStore::Fetch(asker) => {
                let theirs = (asker.crew, asker.hand);
                self.fetches.retain(|(_, other)| (other.crew, other.hand) != theirs);
                self.fetches.push_back((message, asker));
                self.pollers.come(asker.crew, stage);
                self.plan_look(stage);
            }
            ToStore::Put { asker, payload, put } => {
                match put {
                    Put::Retry => self.lay(payload, Why::Retry, stage),
                    Put::Queue => self.enqueue(payload, stage),
                    Put::Dead => self.bury(payload, stage),
                }
                self.answer(message, self.words.stored, payload.part, (asker, Heard::Stored), stage);
            }
            ToStore::Ack { tag } => drop(self.take_out(tag, Ending::Done, stage)),
            ToStore::Return { tag, payload } => {
                // What came back already by its time is not laid back once more.
                if tag == 0 || self.take_out(tag, Ending::Returned, stage) {
                    let stay = stage.begin(Slot::WHOLE, StayKind::Ready, payload.part);
                    self.ready.push_front((payload, stay));
                }
            }
            ToStore::Closed { crew } => {
                self.fetches.retain(|(_, asker)| asker.crew != crew);
                self.pollers.go(crew, stage);
                stage.cancel(self.look.take());
                self.plan_look(stage);
            }
        }
        self.serve(stage);
    }

    fn turn_away(&mut self, message: MessageId, body: ToStore, stage: &mut Stage<'_>) {
        stage.refuse(message);
        match body {
            ToStore::Push { attempt, back } => {
                self.answer_client(message, self.words.push_refused, (attempt, Answer::Refused), back, stage);
            }
            ToStore::Fetch(asker) => {
                self.answer(message, self.words.fetch_refused, PartId::NONE, (asker, Heard::Refused), stage);
            }
            ToStore::Put { asker, payload, .. } => {
                self.answer(message, self.words.refused, payload.part, (asker, Heard::Refused), stage);
            }
            // There is nobody whom that could be told.
            ToStore::Ack { .. } | ToStore::Return { .. } => {}
            ToStore::Closed { crew } => self.pollers.go(crew, stage),
        }
    }

    /// At the end of the list.
    fn enqueue(&mut self, payload: Payload, stage: &mut Stage<'_>) {
        let stay = stage.begin(Slot::WHOLE, StayKind::Ready, payload.part);
        self.ready.push_back((payload, stay));
    }

    /// Hands out what is there to those who wait, first come first served.
    fn serve(&mut self, stage: &mut Stage<'_>) {
        while !self.fetches.is_empty()
            && let Some((mut payload, stay)) = self.ready.pop_front()
            && let Some((message, asker)) = self.fetches.pop_front()
        {
            stage.end(stay, Ending::Done);
            payload.handed += 1;
            let tag = match self.visibility_timeout {
                Some(_) => {
                    self.lay(payload, Why::Unacknowledged, stage);
                    self.last
                }
                None => 0,
            };
            self.answer(message, self.words.fetched, payload.part, (asker, Heard::Job { payload, tag }), stage);
        }
    }

    /// Lays something where it cannot be taken before its time.
    fn lay(&mut self, payload: Payload, why: Why, stage: &mut Stage<'_>) {
        self.last += 1;
        let number = self.last;
        let until_eta = payload.eta.since(stage.now());
        let (kind, span) = match why {
            Why::Retry => (StayKind::Scheduled, until_eta),
            // It is with a worker that keeps it until its time: there it waits, and here nothing is waited for.
            Why::Unacknowledged if until_eta > Span::ZERO => {
                (StayKind::Unconfirmed, self.visibility_timeout.unwrap_or(Span::ZERO))
            }
            Why::Unacknowledged => (StayKind::Hidden, self.visibility_timeout.unwrap_or(Span::ZERO)),
        };
        let count = match why {
            Why::Retry => payload.retries,
            Why::Unacknowledged => payload.handed,
        };
        let stay = stage.begin_valued(Slot::WHOLE, kind, payload.part, count);
        let stay = stay.until(span, StoreTimer::Due { number }, stage);
        self.put_off.insert(number, PutOff { payload, why, stay });
    }

    /// It is acknowledged, or given back. Says whether it was still there.
    fn take_out(&mut self, tag: Tag, ending: Ending, stage: &mut Stage<'_>) -> bool {
        let Some(put_off) = self.put_off.remove(&tag) else { return false };
        stage.end(put_off.stay, ending);
        self.due.retain(|due| *due != tag);
        true
    }

    /// From now on a look finds it.
    fn due(&mut self, number: u32, stage: &mut Stage<'_>) {
        let Some(put_off) = self.put_off.get_mut(&number) else { return };
        self.due.push(number);
        if put_off.why == Why::Retry {
            stage.end(put_off.stay, Ending::Done);
            put_off.stay = stage.begin(Slot::WHOLE, StayKind::Hidden, put_off.payload.part);
        }
        self.plan_look(stage);
    }

    /// If anything is due, somebody finds it when he looks next.
    fn plan_look(&mut self, stage: &mut Stage<'_>) {
        if self.look.is_some() || self.due.is_empty() || !stage.faults().are_over() {
            return;
        }
        let now = stage.now();
        if let Some(at) = self.pollers.first_look(now, stage) {
            self.look = Some(stage.set_timer(at.since(now), StoreTimer::Look));
        }
    }

    /// Everything that is due comes back onto the list, in the order in which it became due.
    fn look(&mut self, stage: &mut Stage<'_>) {
        self.look = None;
        // Whoever looks while nobody answers finds nothing, and looks again.
        if !stage.faults().are_over() {
            return;
        }
        for number in std::mem::take(&mut self.due) {
            let Some(PutOff { payload, why, stay }) = self.put_off.remove(&number) else { continue };
            let (ending, label) = match why {
                Why::Retry => (Ending::Done, self.words.is_due),
                Why::Unacknowledged => (Ending::Expired, self.words.restored),
            };
            stage.end(stay, ending);
            stage.mark(MarkKind::Returned, Slot::WHOLE, payload.part, payload.handed.into(), label);
            self.enqueue(payload, stage);
        }
        self.serve(stage);
    }

    /// It is out of retries.
    fn bury(&mut self, payload: Payload, stage: &mut Stage<'_>) {
        if let Some(aside) = self.links.aside {
            let set_aside = SetAside { part: payload.part, dead_lettered: self.words.dead, dropped: None };
            stage.send(Parcel::new(aside, self.words.bury, payload.part), set_aside);
        }
    }

    fn answer_client(
        &mut self,
        message: MessageId,
        (kind, label): Word,
        (attempt, answer): (Attempt, Answer),
        (back, slot): (LinkId<ToClient>, Slot),
        stage: &mut Stage<'_>,
    ) {
        let parcel = Parcel::new(back, (kind, label), attempt.part).attempt(attempt.number).answering(message);
        stage.send(parcel.to(slot), ToClient { attempt, answer });
    }

    fn answer(
        &mut self,
        message: MessageId,
        word: Word,
        part: PartId,
        (asker, heard): (Asker, Heard),
        stage: &mut Stage<'_>,
    ) {
        let attempt = match heard {
            Heard::Job { payload, .. } => payload.handed,
            Heard::Stored | Heard::Refused | Heard::Closed => 1,
        };
        let parcel = Parcel::new(self.links.on[usize::from(asker.crew)], word, part).attempt(attempt);
        let Asker { hand, call, .. } = asker;
        stage.send(parcel.answering(message), ToWorkers { hand, call, heard });
    }

    fn fault(&mut self, fault: Fault, phase: Phase, stage: &mut Stage<'_>) {
        match (fault, phase) {
            (Fault::SlowDown { .. }, _) | (Fault::SilentOutage, Phase::Begins) => {}
            (Fault::Outage, Phase::Begins) => self.close_all(stage),
            (Fault::Crash, Phase::Begins) => {
                self.close_all(stage);
                if !self.appendonly {
                    self.forget(stage);
                }
            }
            (Fault::Outage | Fault::Crash, Phase::Ends) => self.plan_look(stage),
            // What was sent into the silence never came: those who wait for an answer to it ask anew.
            (Fault::SilentOutage, Phase::Ends) => {
                self.close_all(stage);
                self.plan_look(stage);
            }
        }
    }

    /// All connections are closed.
    fn close_all(&mut self, stage: &mut Stage<'_>) {
        self.fetches.clear();
        for link in &self.links.on {
            let body = ToWorkers { hand: 0, call: 0, heard: Heard::Closed };
            stage.send(Parcel::new(*link, self.words.closed, PartId::NONE), body);
        }
    }

    /// Nothing was written down: whatever lay there is gone.
    fn forget(&mut self, stage: &mut Stage<'_>) {
        let ready = std::mem::take(&mut self.ready);
        let put_off = self.put_off.take().into_iter().map(|(_, put_off)| (put_off.payload, put_off.stay));
        for (payload, stay) in ready.into_iter().chain(put_off) {
            stage.end(stay, Ending::Interrupted);
            stage.mark(MarkKind::Dropped, Slot::WHOLE, payload.part, 0, self.words.forgotten);
        }
        self.due.clear();
        stage.cancel(self.look.take());
    }
}
