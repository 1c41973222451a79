//! The members of a group: each polls, works off what the poll returned, commits, and polls again; a thread beside it
//! sends heartbeats.
//!
//! *Invariants:* a member works on one record at a time, and the records of a partition in order of their offsets. It
//! rejoins its group in `poll()` and nowhere else, so a rebalance waits until each member has
//! finished the attempt at which it is.

mod beside;
mod commit;
mod group;
mod hands;
mod member;
mod work;

use super::messages::{MemberNumber, Offset, Request, Taken, ToMembers, ToTopic};
use crate::protocol::by_number::ByNumber;

use super::handling::{BetweenAttempts, Ordering};
use super::settings::{Commit, GroupSettings};
use super::words::{Assignments, Words};
use crate::engine::{Fault, Input, LinkId, Parcel, Phase, Word};
use crate::protocol::dead_letters::SetAside;
use crate::protocol::keys::Keys;
use crate::protocol::lanes::Berth;
use crate::protocol::lending::Loans;
use crate::protocol::work::Effects;
use crate::protocol::{Role, Stage};
use crate::time::Span;
use crate::trace::{Ending, MessageId, PartId, Slot, StayKind};
use hands::{Beside, Hands};
use member::{Doing, Member, Membership, Record, Then};

/// How a member reaches the topic.
#[derive(Clone, Copy)]
pub(crate) struct Links {
    pub records: LinkId<ToTopic>,
    pub coordinator: LinkId<ToTopic>,
}

/// How long a member waits after it was turned away, before it asks again: `retry.backoff.ms`.
const BACKOFF: Span = Span::millis(100);

pub struct Members {
    words: Words,
    group: GroupSettings,
    request_timeout: Span,
    assignments: Assignments,
    links: Vec<Links>,
    aside: Option<LinkId<SetAside>>,
    first: MemberNumber,
    members: Vec<Member>,
    effects: Effects,
    /// Records that were set aside or skipped here, by partition and offset. Read again, they are passed over.
    set_aside: ByNumber<(u16, Offset), ()>,
    /// Without them, they work themselves.
    loans: Option<Loans>,
    between_attempts: BetweenAttempts,
    /// Without them, each has one hand and polls when that is free.
    beside: Option<Box<Beside>>,
}

/// What members can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// A member starts.
    Starts { member: MemberNumber },
    /// A member tells its coordinator that it is there.
    Beat { member: MemberNumber },
    /// A member should have polled by now.
    PollOverdue { member: MemberNumber },
    /// The answer to a commit is overdue.
    CommitOverdue { member: MemberNumber, request: Request },
    /// A member that waits for its commits makes them again.
    CommitAgain { member: MemberNumber },
    /// A member that was turned away by its coordinator, or has heard nothing, asks again from the beginning.
    JoinAgain { member: MemberNumber },
    /// The same of a leader.
    FetchAgain { member: MemberNumber, partition: u16 },
    /// A member reaches the end of its work.
    WorkDone { member: MemberNumber },
    /// A member tries the same record again.
    WorkAgain { member: MemberNumber },
    /// The same of a member that has several hands: of that record.
    AgainBeside { member: MemberNumber, partition: u16, offset: Offset },
    /// It is time for a member that has several hands to commit what they have done.
    CommitBeside { member: MemberNumber },
}

impl Role for Members {
    type Message = ToMembers;
    type Timer = Timer;

    fn handle(&mut self, input: Input<&ToMembers, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Started => {
                for index in 0..self.members.len() {
                    match self.group.joins_at {
                        None => self.was_there_before(index, stage),
                        Some(at) => {
                            let member = self.number(index);
                            stage.set_timer(at.since(stage.now()), Timer::Starts { member });
                        }
                    }
                }
            }
            Input::Arrived(message, &body) => self.hear(message, body, stage),
            Input::Timer(timer) => self.wake(timer, stage),
            Input::Fault(fault, phase) => self.fault(fault, phase, stage),
            // Requests without an answer are asked again.
            Input::Wanted(_) | Input::Severed { .. } => {}
        }
    }
}

impl Members {
    /// `first` is the number of the first one on this lane among the members of all groups of the topic.
    pub(crate) fn new(
        (group, first, berth): (&GroupSettings, MemberNumber, Berth),
        (request_timeout, assignments): (Span, &Assignments),
        words: Words,
        links: Vec<Links>,
        aside: Option<LinkId<SetAside>>,
    ) -> Self {
        Members {
            words,
            request_timeout,
            assignments: assignments.clone(),
            first,
            members: (berth.first..berth.first + berth.count)
                .map(|place| Member::new(place, group.crew().factor(place)))
                .collect(),
            effects: Effects::of_consumers(group.deduplicates),
            group: group.clone(),
            links,
            aside,
            set_aside: ByNumber::default(),
            loans: None,
            between_attempts: BetweenAttempts::default(),
            beside: None,
        }
    }

    /// They lend the records that they are to work on, one at a time each, and do that between two attempts at one.
    pub(crate) fn lending(self, between_attempts: BetweenAttempts) -> Self {
        Members { loans: Some(Loans::new()), between_attempts, ..self }
    }

    /// They lend as many at a time as each of them has hands. Of records with these keys, those wait for each other.
    pub(crate) fn with_hands(self, each: u16, ordering: Ordering, keys: &Keys) -> Self {
        let hands = self.members.iter().map(|_| Hands::new(each)).collect();
        Members { beside: Some(Box::new(Beside { each, ordering, keys: keys.index(), hands })), ..self }
    }

    fn number(&self, index: usize) -> MemberNumber {
        self.first + index as u16
    }

    fn index(&self, member: MemberNumber) -> usize {
        usize::from(member - self.first)
    }

    /// Where a member is that does not do several things at once.
    fn slot(&self, index: usize) -> Slot {
        if self.beside.is_some() { Slot::WHOLE } else { Slot(index as u16) }
    }

    /// Whether a member is in `poll()`, or will be at once.
    fn polls(&self, index: usize) -> bool {
        match self.members[index].doing {
            Doing::Polling(_) | Doing::Beside => true,
            Doing::Pausing { .. } => self.between_attempts == BetweenAttempts::Pause,
            Doing::Nothing | Doing::Working { .. } | Doing::Committing { .. } => false,
        }
    }

    fn hear(&mut self, message: MessageId, body: ToMembers, stage: &mut Stage<'_>) {
        match body {
            ToMembers::Fetched { member, partition, from, request } => {
                let parts = stage.parts_of(message).to_vec();
                let index = self.index(member);
                stage.land(message, self.slot(index));
                let Some(owned) = self.members[index].fetching(partition, request) else {
                    return if parts.is_empty() {
                    } else {
                        stage.too_late(message)
                    };
                };
                owned.stops_waiting(stage);
                owned.next = from + parts.len() as Offset;
                for (part, offset) in parts.into_iter().zip(from..) {
                    let stay = stage.begin(Slot::WHOLE, StayKind::Queued, part);
                    self.members[index].buffer.push_back(Record { part, partition, offset, stay });
                }
                match self.members[index].doing {
                    Doing::Polling(_) | Doing::Beside => self.poll(index, stage),
                    Doing::Nothing | Doing::Working { .. } | Doing::Pausing { .. } | Doing::Committing { .. } => {
                        self.fetch_more(index, stage);
                    }
                }
            }
            ToMembers::FetchRefused { member, partition, request } => {
                let index = self.index(member);
                if let Some(owned) = self.members[index].fetching(partition, request) {
                    owned.patience.push(stage.set_timer(BACKOFF, Timer::FetchAgain { member, partition }));
                }
            }
            ToMembers::Committed { member, request, taken } => {
                stage.land(message, self.slot(self.index(member)));
                self.committed(self.index(member), request, taken, stage);
            }
            ToMembers::Group(member, answer) => self.hear_of_group(message, self.index(member), answer, stage),
        }
    }

    fn wake(&mut self, timer: Timer, stage: &mut Stage<'_>) {
        match timer {
            // Who is out joins when that is over.
            Timer::Starts { .. } if stage.is_out() => {}
            Timer::Starts { member } => self.join(self.index(member), stage),
            Timer::Beat { member } => self.beat(self.index(member), stage),
            Timer::PollOverdue { member } => self.poll_overdue(self.index(member), stage),
            Timer::CommitOverdue { member, request } => {
                self.committed(self.index(member), request, Taken::NoCoordinator, stage);
            }
            Timer::CommitAgain { member } => self.commit_again(self.index(member), stage),
            Timer::JoinAgain { member } => self.join_again(self.index(member), stage),
            Timer::FetchAgain { member, partition } => {
                let index = self.index(member);
                if let Some(owned) = self.members[index].owned(partition) {
                    owned.stops_waiting(stage);
                    self.fetch_more(index, stage);
                }
            }
            Timer::WorkDone { member } => self.work_done(self.index(member), stage),
            Timer::WorkAgain { member } => self.work_again(self.index(member), stage),
            Timer::AgainBeside { member, partition, offset } => {
                self.again_beside(self.index(member), (partition, offset), stage);
            }
            Timer::CommitBeside { member } => self.commit_beside(self.index(member), stage),
        }
    }

    /// `poll()`, and what follows from it.
    fn poll(&mut self, index: usize, stage: &mut Stage<'_>) {
        self.go_on(index, Then::Poll, stage);
    }

    /// Polls and works on records by turns, until the member has to wait for something. (A loop: with records that are
    /// skipped at once, the turns may be as many as there are records.)
    fn go_on(&mut self, index: usize, then: Then, stage: &mut Stage<'_>) {
        let mut next = Some(then);
        while let Some(then) = next {
            next = match then {
                Then::Work => self.next_record(index, stage),
                Then::Poll => self.poll_once(index, stage),
            };
        }
    }

    /// The beginning of a `poll()`: closes or rejoins the group if that is asked for, and commits if it is time. Says
    /// whether the member is still there to go on.
    fn enter_poll(&mut self, index: usize, stage: &mut Stage<'_>) -> bool {
        let one = &mut self.members[index];
        stage.cancel(one.overdue.take());
        if one.closing {
            self.close(index, stage);
            return false;
        }
        if one.rejoin {
            self.commit_what_is_done(index, stage);
            self.join(index, stage);
            return false;
        }
        if self.group.commit == Commit::Auto && stage.now() >= one.next_commit {
            one.next_commit = stage.now() + self.group.auto_commit_interval;
            self.commit_what_is_done(index, stage);
        }
        true
    }

    /// From the poll that returns now, `max.poll.interval.ms` runs until the next.
    fn leave_poll(&mut self, index: usize, stage: &mut Stage<'_>) {
        let member = self.number(index);
        let overdue = stage.set_timer(self.group.max_poll_interval, Timer::PollOverdue { member });
        self.members[index].overdue = Some(overdue);
    }

    /// One `poll()`. Says what the member does next, unless it has to wait.
    fn poll_once(&mut self, index: usize, stage: &mut Stage<'_>) -> Option<Then> {
        if self.beside.is_some() {
            self.poll_beside(index, stage);
            return None;
        }
        if !self.enter_poll(index, stage) {
            return None;
        }
        let one = &mut self.members[index];
        let returned = (self.group.max_poll_records as usize).min(one.buffer.len());
        let hand: Vec<Record> = one.buffer.drain(..returned).collect();
        for record in &hand {
            one.returned(record);
        }
        one.hand.extend(hand);
        self.fetch_more(index, stage);
        if returned == 0 {
            self.wait(index, stage);
            return None;
        }
        self.stop_waiting(index, Ending::Done, stage);
        self.leave_poll(index, stage);
        match self.group.commit {
            Commit::BeforeWork => self.commit_and(index, Then::Work, stage),
            Commit::Auto | Commit::AfterBatch | Commit::AfterEach => Some(Then::Work),
        }
    }

    /// Nothing was returned: `poll()` blocks until something is.
    fn wait(&mut self, index: usize, stage: &mut Stage<'_>) {
        if self.beside.is_some() {
            self.members[index].doing = Doing::Beside;
        } else if !matches!(self.members[index].doing, Doing::Polling(_)) {
            let stay = stage.begin(self.slot(index), StayKind::Polling, PartId::NONE);
            self.members[index].doing = Doing::Polling(stay);
        }
    }

    fn stop_waiting(&mut self, index: usize, ending: Ending, stage: &mut Stage<'_>) {
        let one = &mut self.members[index];
        if let Doing::Polling(stay) | Doing::Committing { stay, .. } = one.doing {
            one.doing = Doing::Nothing;
            stage.end(stay, ending);
        }
    }

    /// A fetch for every partition of which nothing is in stock.
    fn fetch_more(&mut self, index: usize, stage: &mut Stage<'_>) {
        let member = self.number(index);
        if self.members[index].paused {
            return;
        }
        for place in 0..self.members[index].owned.len() {
            let Some((partition, from, request)) = self.members[index].wants(place) else {
                continue;
            };
            let parcel = Parcel::new(self.links[index].records, self.words.empty_fetch, PartId::NONE);
            let overdue = self.request_timeout + self.group.fetch_max_wait;
            let timer = stage.set_timer(overdue, Timer::FetchAgain { member, partition });
            self.members[index].owned[place].patience.push(timer);
            let body = ToTopic::Fetch { member, partition, from, request };
            stage.send(parcel.from(self.slot(index)).to(Slot(partition)), body);
        }
    }

    fn send(&self, index: usize, word: Word, to: Slot, body: ToTopic, stage: &mut Stage<'_>) {
        let parcel = Parcel::new(self.links[index].coordinator, word, PartId::NONE);
        stage.send(parcel.from(self.slot(index)).to(to), body);
    }

    fn fault(&mut self, fault: Fault, phase: Phase, stage: &mut Stage<'_>) {
        match (fault, phase) {
            // The engine stretches the work and keeps what would arrive; requests without an answer are asked again.
            (Fault::SlowDown { .. } | Fault::SilentOutage, _) => {}
            (Fault::Crash, Phase::Begins) => {
                self.loans.iter_mut().for_each(Loans::clear);
                for index in 0..self.members.len() {
                    self.die(index, stage);
                }
            }
            (Fault::Outage, Phase::Begins) => {
                for index in 0..self.members.len() {
                    self.members[index].closing = true;
                    if self.polls(index) {
                        self.poll(index, stage);
                    } else if self.members[index].membership == Membership::Joining {
                        self.close(index, stage);
                    }
                }
            }
            (Fault::Crash | Fault::Outage, Phase::Ends) => {
                if !stage.is_out() {
                    for index in 0..self.members.len() {
                        self.members[index].closing = false;
                        let started = self.group.joins_at.is_none_or(|at| at <= stage.now());
                        if started && self.members[index].membership == Membership::Out {
                            self.join(index, stage);
                        }
                    }
                }
            }
        }
    }
}
