//! One member: what it owns, what it has fetched, and what it is doing.
//!
//! *Invariant:* of a partition, `committed ≤ done ≤ returned ≤ next`.

use super::super::messages::{Generation, Identity, Offset, Request};
use std::collections::VecDeque;

use crate::engine::{OpenStay, TimerId};
use crate::protocol::Stage;
use crate::protocol::by_number::ByNumber;
use crate::protocol::lending::InHand;
use crate::time::Moment;
use crate::trace::PartId;

#[derive(Clone, Copy)]
pub(super) struct Record {
    pub part: PartId,
    pub partition: u16,
    pub offset: Offset,
    /// Its wait at the member.
    pub stay: OpenStay,
}

/// A partition the member was assigned.
pub(super) struct Owned {
    pub partition: u16,
    /// Whether its place is known.
    pub placed: bool,
    pub committed: Offset,
    /// Before this one, all records are done, skipped or set aside.
    pub done: Offset,
    /// Before this one, all were returned by `poll()`.
    pub returned: Offset,
    /// What is fetched next.
    pub next: Offset,
    /// The fetch under way.
    pub request: Option<Request>,
    /// Ring when it is to be asked again.
    pub patience: Vec<TimerId>,
}

impl Owned {
    /// The fetch under way was answered, or will not be.
    pub fn stops_waiting(&mut self, stage: &mut Stage<'_>) {
        self.request = None;
        while let Some(timer) = self.patience.pop() {
            stage.cancel(timer);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Membership {
    /// Not running, or not started.
    Out,
    /// On its way into the group.
    Joining,
    /// Has an assignment, or works on what it had.
    In,
}

/// What follows a commit.
#[derive(Clone, Copy)]
pub(super) enum Then {
    Work,
    Poll,
}

#[derive(Clone, Copy)]
pub(super) enum Doing {
    Nothing,
    /// It polls beside the work of its hands.
    Beside,
    /// In `poll()`, and nothing is there.
    Polling(OpenStay),
    Working {
        record: Record,
        attempt: u32,
        in_hand: InHand,
    },
    /// Until it tries the same record again.
    Pausing {
        record: Record,
        attempt: u32,
        stay: OpenStay,
    },
    /// In `commitSync()`.
    Committing {
        open: u32,
        then: Then,
        stay: OpenStay,
    },
}

pub(super) struct Member {
    /// Among the members of its group.
    pub place: u16,
    pub factor: f64,
    pub membership: Membership,
    pub identity: Option<Identity>,
    pub generation: Generation,
    pub owned: Vec<Owned>,
    /// Fetched and not yet returned by `poll()`.
    pub buffer: VecDeque<Record>,
    /// Returned by the last `poll()`.
    pub hand: VecDeque<Record>,
    pub doing: Doing,
    /// Rings when it should have polled again.
    pub overdue: Option<TimerId>,
    /// Rings when the next heartbeat is due.
    pub beat: Option<TimerId>,
    pub next_commit: Moment,
    /// Whether the next `poll()` joins the group anew.
    pub rejoin: bool,
    /// Whether the next `poll()` is the last.
    pub closing: bool,
    /// Whether its partitions are paused: nothing more of them is fetched.
    pub paused: bool,
    last_request: Request,
    /// The request to the coordinator about membership that is under way.
    group_request: Option<Request>,
    /// Ring when it is to be asked again, from the beginning.
    pub patience: Vec<TimerId>,
    /// Commits under way: the partition, its place before, and the timer of the answer.
    pub commits: ByNumber<Request, (u16, Offset, TimerId)>,
    /// Partitions whose place was asked for.
    pub placing: ByNumber<(u16, Request), ()>,
    /// The first request of the last commits.
    pub first_commit: Request,
    /// How many attempts at a record have failed, by partition and offset: it goes on counting when it reads the record
    /// again, until its process ends (Spring's FailedRecordTracker).
    failed_attempts: ByNumber<(u16, Offset), u32>,
}

impl Member {
    pub fn new(place: u16, factor: f64) -> Self {
        Member {
            place,
            factor,
            membership: Membership::Out,
            identity: None,
            generation: 0,
            owned: Vec::new(),
            buffer: VecDeque::new(),
            hand: VecDeque::new(),
            doing: Doing::Nothing,
            overdue: None,
            beat: None,
            next_commit: Moment::NEVER,
            rejoin: false,
            closing: false,
            paused: false,
            last_request: 0,
            group_request: None,
            patience: Vec::new(),
            commits: ByNumber::default(),
            placing: ByNumber::default(),
            first_commit: Request::MAX,
            failed_attempts: ByNumber::default(),
        }
    }

    pub fn failed_attempts(&self, record: &Record) -> u32 {
        self.failed_attempts.get(&(record.partition, record.offset)).copied().unwrap_or_default()
    }

    pub fn attempt_failed(&mut self, record: &Record, attempt: u32) {
        self.failed_attempts.insert((record.partition, record.offset), attempt);
    }

    /// Its process has ended, and what it remembered of attempts with it.
    pub fn forget_attempts(&mut self) {
        self.failed_attempts.clear();
    }

    pub fn next_commit_request(&mut self) -> Request {
        self.last_request += 1;
        self.last_request
    }

    /// Nobody waits for answers to commits any more.
    pub fn forget_commits(&mut self, stage: &mut Stage<'_>) {
        self.commits.values().for_each(|(.., timer)| stage.cancel(*timer));
        self.commits.clear();
    }

    pub fn stop_beating(&mut self, stage: &mut Stage<'_>) {
        stage.cancel(self.beat.take());
    }

    /// It owns nothing any more.
    pub fn disown(&mut self, stage: &mut Stage<'_>) {
        self.owned.iter_mut().for_each(|owned| owned.stops_waiting(stage));
        self.owned.clear();
    }

    pub fn commit_was_not_taken(&mut self, partition: u16, before: Offset) {
        if let Some(owned) = self.owned.iter_mut().find(|owned| owned.partition == partition) {
            owned.committed = owned.committed.min(before);
        }
    }

    /// Numbers a request about membership; what was asked before is void.
    pub fn next_group_request(&mut self, stage: &mut Stage<'_>) -> Request {
        self.void_group_request(stage);
        self.last_request += 1;
        self.group_request = Some(self.last_request);
        self.last_request
    }

    /// What was asked of the coordinator was answered, or will not be.
    pub fn void_group_request(&mut self, stage: &mut Stage<'_>) {
        self.group_request = None;
        while let Some(timer) = self.patience.pop() {
            stage.cancel(timer);
        }
    }

    pub fn awaits_group(&self, request: Request) -> bool {
        self.group_request == Some(request)
    }

    /// It owns these partitions, and does not yet know where to begin.
    pub fn own(&mut self, first: u16, count: u16) {
        self.owned = (first..first + count)
            .map(|partition| Owned {
                partition,
                placed: false,
                committed: 0,
                done: 0,
                returned: 0,
                next: 0,
                request: None,
                patience: Vec::new(),
            })
            .collect();
    }

    pub fn begin_at(&mut self, partition: u16, offset: Offset) {
        if let Some(owned) = self.owned.iter_mut().find(|owned| owned.partition == partition) {
            owned.placed = true;
            owned.committed = offset;
            owned.done = offset;
            owned.returned = offset;
            owned.next = offset;
        }
    }

    /// The partition whose fetch this answers.
    pub fn fetching(&mut self, partition: u16, request: Request) -> Option<&mut Owned> {
        self.owned.iter_mut().find(|owned| owned.partition == partition && owned.request == Some(request))
    }

    /// A fetch for the partition at `place`, if nothing of it is in stock or under way.
    pub fn wants(&mut self, place: usize) -> Option<(u16, Offset, Request)> {
        let owned = &mut self.owned[place];
        let partition = owned.partition;
        let in_stock = self.buffer.iter().any(|record| record.partition == partition);
        if !owned.placed || owned.request.is_some() || in_stock {
            return None;
        }
        self.last_request += 1;
        owned.request = Some(self.last_request);
        Some((partition, owned.next, self.last_request))
    }

    pub fn owned(&mut self, partition: u16) -> Option<&mut Owned> {
        self.owned.iter_mut().find(|owned| owned.partition == partition)
    }

    pub fn returned(&mut self, record: &Record) {
        if let Some(owned) = self.owned.iter_mut().find(|owned| owned.partition == record.partition) {
            owned.returned = record.offset + 1;
        }
    }

    pub fn finished(&mut self, record: &Record) {
        self.failed_attempts.remove(&(record.partition, record.offset));
        if let Some(owned) = self.owned.iter_mut().find(|owned| owned.partition == record.partition) {
            owned.done = owned.done.max(record.offset + 1);
        }
    }

    /// A record is dealt with, and the first of its partition that is not is this one, if there is any.
    pub fn is_done_before(&mut self, record: &Record, first: Option<Offset>) {
        self.failed_attempts.remove(&(record.partition, record.offset));
        if let Some(owned) = self.owned(record.partition) {
            owned.done = owned.done.max(first.unwrap_or(owned.returned));
        }
    }

    /// Whether something is done that is not committed.
    pub fn has_done(&self) -> bool {
        self.owned.iter().any(|owned| owned.done > owned.committed)
    }
}
