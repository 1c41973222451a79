//! Those who take jobs from a store and lend them: the threads of a Sidekiq process, each of which fetches for itself, and
//! a worker of Celery, which fetches ahead for the processes of its pool.
//!
//! *Invariants:* a hand has one job at a time, and keeps it until it is known what becomes of it. What Sidekiq has fetched
//! lies nowhere else.

mod rules;

use std::collections::VecDeque;

use super::messages::{Asker, Call, Heard, Payload, Put, Tag, ToStore, ToWorkers};
use super::words::Words;
use crate::engine::{Fault, Input, LinkId, OpenStay, Parcel, Phase, TimerId, Word};
use crate::protocol::by_number::ByNumber;
use crate::protocol::lending::{Lender, Loan, Loans};
use crate::protocol::{Role, Stage};
use crate::time::Span;
use crate::trace::{Ending, MarkKind, MessageId, PartId, Slot, StayKind};
pub(crate) use rules::Rules;

/// How long whoever puts something into Redis waits for the answer before he takes it for lost: the clients' read
/// time-out, with the one time that they connect anew.
const READ_TIMEOUT: Span = Span::seconds(3);

/// How long a BRPOP waits, and its client for it: after that it is sent anew. Where a way loses nothing that changes
/// nothing, and is left out.
const RENEWS: Span = Span::seconds(3);

#[derive(Clone, Copy)]
enum Doing {
    Nothing,
    /// It is lent.
    Working(Payload, Tag),
    /// What failed is put where it belongs, and the answer is awaited.
    Putting {
        payload: Payload,
        tag: Tag,
        call: Call,
        stay: OpenStay,
    },
}

/// Who asks for jobs.
#[derive(Clone, Copy)]
enum Fetching {
    No,
    /// With that call, which is made anew when the timer rings.
    Waits(Call, Option<TimerId>),
    /// Until it connects again.
    Pauses,
}

pub struct Workers {
    words: Words,
    home: LinkId<ToStore>,
    /// Their number among all of the store.
    crew: u16,
    rules: Rules,
    /// Whether the way to the store and back loses messages.
    is_lossy: bool,
    hands: Vec<Doing>,
    /// One for each thread, or the one that fetches for all.
    fetching: Vec<Fetching>,
    /// For each of them, the first call since its connection was last broken: what answers an earlier one is lost.
    unbroken: Vec<Call>,
    /// Fetched, and not begun.
    waiting: VecDeque<(Payload, Tag, OpenStay)>,
    /// Fetched before their time, by numbers that are counted.
    early: ByNumber<u32, (Payload, Tag, OpenStay)>,
    last_early: u32,
    last_call: Call,
    loans: Loans,
}

/// What they can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// Time to ask for a job, once more or again.
    Fetch { fetcher: u16 },
    /// What was put somewhere got no answer.
    PutOverdue { hand: u16 },
    /// A task's countdown is over.
    EtaOver { number: u32 },
}

impl Role for Workers {
    type Message = ToWorkers;
    type Timer = Timer;

    fn handle(&mut self, input: Input<&ToWorkers, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Started => self.fetch(stage),
            Input::Arrived(message, _) if stage.faults().deaths > 0 => stage.refuse(message),
            Input::Arrived(message, &body) => self.hear(message, body, stage),
            Input::Timer(Timer::Fetch { fetcher }) => {
                self.connection_breaks(fetcher, stage);
                self.fetching[usize::from(fetcher)] = Fetching::No;
                self.fetch(stage);
            }
            Input::Timer(Timer::PutOverdue { hand }) => {
                if let Doing::Putting { payload, tag, stay, .. } = self.hands[usize::from(hand)] {
                    self.put_is_lost(hand, (payload, tag, stay), stage);
                }
            }
            Input::Timer(Timer::EtaOver { number }) => {
                if let Some((payload, tag, stay)) = self.early.remove(&number) {
                    stage.end(stay, Ending::Done);
                    self.take_on(payload, tag, stage);
                    self.fetch(stage);
                }
            }
            Input::Fault(fault, phase) => self.fault(fault, phase, stage),
            Input::Severed { .. } => self.fetch_anew(stage),
            Input::Wanted(_) => {}
        }
    }
}

impl Workers {
    pub(crate) fn new(
        (rules, count): (Rules, u16),
        crew: u16,
        words: Words,
        (home, is_lossy): (LinkId<ToStore>, bool),
    ) -> Self {
        let fetchers = if rules.fetch_ahead() { 1 } else { count };
        Workers {
            words,
            home,
            crew,
            rules,
            is_lossy,
            hands: vec![Doing::Nothing; count.into()],
            fetching: vec![Fetching::No; fetchers.into()],
            unbroken: vec![0; fetchers.into()],
            waiting: VecDeque::new(),
            early: ByNumber::default(),
            last_early: 0,
            last_call: 0,
            loans: Loans::new(),
        }
    }

    fn free_hand(&self) -> Option<u16> {
        let free = self.hands.iter().position(|doing| matches!(doing, Doing::Nothing))?;
        Some(free as u16)
    }

    /// How many hands have something.
    fn busy(&self) -> usize {
        self.hands.iter().filter(|doing| !matches!(doing, Doing::Nothing)).count()
    }

    /// Where what somebody fetches is to be done, as far as that is known.
    fn slot(&self, fetcher: u16) -> Slot {
        if self.rules.fetch_ahead() { Slot::WHOLE } else { Slot(fetcher) }
    }

    /// Everybody who can take a job, and has not asked for one, asks.
    fn fetch(&mut self, stage: &mut Stage<'_>) {
        if stage.is_out() {
            return;
        }
        for fetcher in 0..self.fetching.len() {
            let has_room = match self.rules.fetch_ahead() {
                true => self.rules.takes_more(self.waiting.len(), self.busy()),
                false => matches!(self.hands[fetcher], Doing::Nothing),
            };
            if has_room && matches!(self.fetching[fetcher], Fetching::No) {
                let fetcher = fetcher as u16;
                let call = self.next_call();
                let renewal = self.is_lossy.then(|| stage.set_timer(RENEWS, Timer::Fetch { fetcher }));
                self.fetching[usize::from(fetcher)] = Fetching::Waits(call, renewal);
                let parcel = Parcel::new(self.home, self.words.fetch, PartId::NONE).from(self.slot(fetcher));
                stage.send(parcel, ToStore::Fetch(Asker { crew: self.crew, hand: fetcher, call }));
            }
        }
    }

    fn next_call(&mut self) -> Call {
        self.last_call += 1;
        self.last_call
    }

    fn hear(&mut self, message: MessageId, ToWorkers { hand, call, heard }: ToWorkers, stage: &mut Stage<'_>) {
        match heard {
            Heard::Job { payload, tag } => self.receive(message, (hand, call), (payload, tag), stage),
            Heard::Stored => {
                if let Some((payload, tag, stay)) = self.putting(hand, call) {
                    stage.land(message, Slot(hand));
                    stage.end(stay, Ending::Done);
                    self.over_with(hand, payload, tag, stage);
                } else {
                    stage.too_late(message);
                }
            }
            Heard::Refused => {
                if let Some(put) = self.putting(hand, call) {
                    stage.land(message, Slot(hand));
                    self.put_is_lost(hand, put, stage);
                } else if self.waits(hand, call) {
                    self.pause(hand, stage);
                }
            }
            Heard::Closed => {
                for fetcher in 0..self.fetching.len() as u16 {
                    if let Fetching::Waits(..) = self.fetching[usize::from(fetcher)] {
                        self.pause(fetcher, stage);
                    }
                }
            }
        }
    }

    /// What that hand is putting with that call.
    fn putting(&self, hand: u16, call: Call) -> Option<(Payload, Tag, OpenStay)> {
        match self.hands.get(usize::from(hand)) {
            Some(Doing::Putting { payload, tag, call: own, stay }) if *own == call => Some((*payload, *tag, *stay)),
            _ => None,
        }
    }

    fn waits(&self, fetcher: u16, call: Call) -> bool {
        matches!(self.fetching.get(usize::from(fetcher)), Some(Fetching::Waits(own, _)) if *own == call)
    }

    /// It asks for nothing for the time being.
    fn stop_fetching(&mut self, fetcher: u16, next: Fetching, stage: &mut Stage<'_>) {
        if let Fetching::Waits(_, renewal) = std::mem::replace(&mut self.fetching[usize::from(fetcher)], next) {
            stage.cancel(renewal);
        }
    }

    /// The connection over which it asks is gone, and with it the answer.
    fn connection_breaks(&mut self, fetcher: u16, stage: &mut Stage<'_>) {
        self.unbroken[usize::from(fetcher)] = self.last_call + 1;
        if let Fetching::Waits(..) = self.fetching[usize::from(fetcher)] {
            self.stop_fetching(fetcher, Fetching::No, stage);
        }
    }

    fn pause(&mut self, fetcher: u16, stage: &mut Stage<'_>) {
        self.stop_fetching(fetcher, Fetching::Pauses, stage);
        stage.set_timer(self.rules.reconnects(), Timer::Fetch { fetcher });
    }

    fn receive(
        &mut self,
        message: MessageId,
        (fetcher, call): (u16, Call),
        (payload, tag): (Payload, Tag),
        stage: &mut Stage<'_>,
    ) {
        if self.unbroken.get(usize::from(fetcher)).is_none_or(|first| call < *first) {
            return stage.too_late(message);
        }
        if stage.is_out() || !self.waits(fetcher, call) {
            // It asks for nothing more, or did so for a while: what was on its way is laid back.
            stage.refuse(message);
            let parcel = self.parcel(fetcher, self.words.requeue, payload);
            stage.send(parcel, ToStore::Return { tag, payload });
            return;
        }
        self.stop_fetching(fetcher, Fetching::No, stage);
        let slot = self.slot(fetcher);
        stage.land(message, slot);
        let wait = payload.eta.since(stage.now());
        if !self.rules.fetch_ahead() {
            self.begin(fetcher, payload, tag, stage);
        } else if wait > Span::ZERO {
            self.last_early += 1;
            let number = self.last_early;
            let stay = stage.begin_valued(Slot::WHOLE, StayKind::Scheduled, payload.part, payload.retries);
            self.early.insert(number, (payload, tag, stay.until(wait, Timer::EtaOver { number }, stage)));
        } else {
            self.take_on(payload, tag, stage);
        }
        self.fetch(stage);
    }

    /// A free hand begins with it, or it waits for one.
    fn take_on(&mut self, payload: Payload, tag: Tag, stage: &mut Stage<'_>) {
        match self.free_hand() {
            Some(hand) => self.begin(hand, payload, tag, stage),
            None => {
                let stay = stage.begin(Slot::WHOLE, StayKind::Queued, payload.part);
                self.waiting.push_back((payload, tag, stay));
            }
        }
    }

    fn begin(&mut self, hand: u16, payload: Payload, tag: Tag, stage: &mut Stage<'_>) {
        let late = self.rules.acknowledge_late();
        if !late {
            self.acknowledge(hand, payload, tag, stage);
        }
        self.hands[usize::from(hand)] = Doing::Working(payload, if late { tag } else { 0 });
        self.loans.push_back(Loan { place: hand, part: payload.part, delivery: payload.handed });
    }

    fn acknowledge(&mut self, hand: u16, payload: Payload, tag: Tag, stage: &mut Stage<'_>) {
        if tag > 0 {
            stage.send(self.parcel(hand, self.words.ack, payload), ToStore::Ack { tag });
        }
    }

    fn parcel(&self, hand: u16, word: Word, payload: Payload) -> Parcel<ToStore> {
        Parcel::new(self.home, word, payload.part).attempt(payload.handed).from(Slot(hand))
    }

    /// What failed is put where the rules say.
    fn put(&mut self, hand: u16, (payload, tag): (Payload, Tag), put: Put, stage: &mut Stage<'_>) {
        let call = self.next_call();
        if put != Put::Dead {
            stage.mark(MarkKind::Retried, Slot(hand), payload.part, payload.retries.into(), self.words.put_off);
        }
        let stay = stage.begin(Slot(hand), StayKind::Blocked, payload.part);
        // Set before it is sent, so that at a tie the time-out precedes the answer.
        let stay = stay.until(READ_TIMEOUT, Timer::PutOverdue { hand }, stage);
        self.hands[usize::from(hand)] = Doing::Putting { payload, tag, call, stay };
        let asker = Asker { crew: self.crew, hand, call };
        stage.send(self.parcel(hand, self.words.put(put), payload), ToStore::Put { asker, payload, put });
    }

    /// Nobody can tell whether it is there. The process goes on, and has it no more.
    fn put_is_lost(&mut self, hand: u16, (payload, tag, stay): (Payload, Tag, OpenStay), stage: &mut Stage<'_>) {
        stage.end(stay, Ending::GaveUp);
        stage.mark(MarkKind::Dropped, Slot(hand), payload.part, 0, self.words.not_stored);
        self.over_with(hand, payload, tag, stage);
    }

    /// This hand is rid of its job, and takes the next.
    fn over_with(&mut self, hand: u16, payload: Payload, tag: Tag, stage: &mut Stage<'_>) {
        self.hands[usize::from(hand)] = Doing::Nothing;
        self.acknowledge(hand, payload, tag, stage);
        if let Some((payload, tag, stay)) = self.waiting.pop_front() {
            stage.end(stay, Ending::Done);
            self.begin(hand, payload, tag, stage);
        }
        self.fetch(stage);
    }

    fn fault(&mut self, fault: Fault, phase: Phase, stage: &mut Stage<'_>) {
        match (fault, phase) {
            // The engine stretches the work.
            (Fault::SlowDown { .. }, _) | (Fault::SilentOutage, Phase::Begins) => {}
            // It is quiet: it asks for nothing more, and does what it has (FLT-1).
            (Fault::Outage, Phase::Begins) => {
                if stage.faults().outages == 1 {
                    self.close(stage);
                }
            }
            (Fault::Crash, Phase::Begins) => self.die(stage),
            (Fault::Outage | Fault::Crash, Phase::Ends) => self.fetch(stage),
            (Fault::SilentOutage, Phase::Ends) => self.fetch_anew(stage),
        }
    }

    /// It asks for nothing more.
    fn close(&mut self, stage: &mut Stage<'_>) {
        for fetcher in 0..self.fetching.len() as u16 {
            if let Fetching::Waits(..) = self.fetching[usize::from(fetcher)] {
                self.stop_fetching(fetcher, Fetching::No, stage);
            }
        }
        let parcel = Parcel::new(self.home, self.words.closed, PartId::NONE);
        stage.send(parcel, ToStore::Closed { crew: self.crew });
    }

    /// Whatever was asked for is asked for once more.
    fn fetch_anew(&mut self, stage: &mut Stage<'_>) {
        (0..self.fetching.len() as u16).for_each(|fetcher| self.connection_breaks(fetcher, stage));
        self.fetch(stage);
    }

    /// The process dies with what it has in hand (FLT-2). What it was lent out dies with whoever has it.
    fn die(&mut self, stage: &mut Stage<'_>) {
        for doing in &mut self.hands {
            if let Doing::Putting { stay, .. } = std::mem::replace(doing, Doing::Nothing) {
                stage.end(stay, Ending::Interrupted);
            }
        }
        let waiting = std::mem::take(&mut self.waiting);
        let early = self.early.take().into_iter().map(|(_, early)| early);
        for (.., stay) in waiting.into_iter().chain(early) {
            stage.end(stay, Ending::Interrupted);
        }
        self.loans.clear();
        (0..self.fetching.len() as u16).for_each(|fetcher| self.connection_breaks(fetcher, stage));
        self.close(stage);
    }
}

impl Lender for Workers {
    fn next_loan(&mut self) -> Option<Loan> {
        self.loans.pop_front()
    }

    fn give_back(&mut self, hand: u16, good: bool, stage: &mut Stage<'_>) {
        let Some(Doing::Working(payload, tag)) = self.hands.get(usize::from(hand)).copied() else { return };
        if good {
            return self.over_with(hand, payload, tag, stage);
        }
        match self.rules.after_failure(payload, stage) {
            Some((put, payload)) => self.put(hand, (payload, tag), put, stage),
            None => {
                stage.mark(MarkKind::Dropped, Slot(hand), payload.part, 0, self.words.exhausted);
                self.over_with(hand, payload, tag, stage);
            }
        }
    }
}
