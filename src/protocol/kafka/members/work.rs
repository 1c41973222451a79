//! What a member does with the records of a poll, one after the other.
//!
//! *Invariant:* a record that fails holds up its partition until it succeeds, is set aside or is skipped.

use super::super::handling::BetweenAttempts;
use super::super::settings::Commit;
use super::member::{Doing, Record, Then};
use super::{Members, Timer};
use crate::engine::Parcel;
use crate::protocol::Stage;
use crate::protocol::dead_letters::SetAside;
use crate::protocol::lending::{InHand, Lender, Loan};
use crate::trace::{Ending, MarkKind, Slot, StayKind};

impl Members {
    /// Works on the next record of the last poll. Says what comes next if there is none to work on.
    pub(super) fn next_record(&mut self, index: usize, stage: &mut Stage<'_>) -> Option<Then> {
        self.members[index].doing = Doing::Nothing;
        loop {
            let Some(record) = self.members[index].hand.pop_front() else {
                return match self.group.commit {
                    Commit::AfterBatch if self.members[index].has_done() => self.commit_and(index, Then::Poll, stage),
                    _ => Some(Then::Poll),
                };
            };
            stage.end(record.stay, Ending::Done);
            if !self.passes_over(&record, stage) {
                let attempt = self.members[index].failed_attempts(&record) + 1;
                self.work(index, record, attempt, stage);
                return None;
            }
            self.members[index].finished(&record);
            // To the client, a record that is passed over was processed like any other.
            if self.group.commit == Commit::AfterEach {
                return self.commit_and(index, Then::Work, stage);
            }
        }
    }

    /// Whether nothing is left to do about a record that was read again.
    pub(super) fn passes_over(&self, record: &Record, stage: &Stage<'_>) -> bool {
        self.effects.know(record.part, stage) || self.set_aside.contains(&(record.partition, record.offset))
    }

    pub(super) fn work(&mut self, index: usize, record: Record, attempt: u32, stage: &mut Stage<'_>) {
        let member = self.number(index);
        let loan = Loan { place: index as u16, part: record.part, delivery: 0 };
        let worker = (self.members[index].factor, Timer::WorkDone { member });
        let in_hand = InHand::begin(loan, &mut self.loans, worker, stage);
        self.members[index].doing = Doing::Working { record, attempt, in_hand };
    }

    pub(super) fn work_done(&mut self, index: usize, stage: &mut Stage<'_>) {
        let Doing::Working { record, attempt, in_hand: InHand::Work(work) } = self.members[index].doing else {
            return;
        };
        let good = work.end(&[record.part], self.effects, (self.words.failed, attempt), stage);
        self.give_back(index as u16, good, stage);
    }

    /// The record is done, set aside or skipped: the member commits if it is time, and goes on.
    pub(super) fn dealt_with(&mut self, index: usize, record: Record, stage: &mut Stage<'_>) {
        self.members[index].finished(&record);
        self.members[index].doing = Doing::Nothing;
        let next = match self.group.commit {
            Commit::AfterEach => self.commit_and(index, Then::Work, stage),
            Commit::Auto | Commit::AfterBatch | Commit::BeforeWork => Some(Then::Work),
        };
        if let Some(then) = next {
            self.go_on(index, then, stage);
        }
    }

    /// Tried again in place, while the partition waits; then set aside or skipped.
    pub(super) fn work_failed(&mut self, index: usize, record: Record, attempt: u32, stage: &mut Stage<'_>) {
        let (slot, part) = (self.slot(index), record.part);
        self.members[index].attempt_failed(&record, attempt);
        if attempt < self.group.retry.max_attempts {
            // Who goes on polling does so from now on.
            self.members[index].doing = Doing::Nothing;
            if self.between_attempts == BetweenAttempts::Pause && !self.enter_poll(index, stage) {
                return;
            }
            let wait = self.group.retry.wait_at_work(stage, part, attempt);
            stage.mark(MarkKind::Retried, slot, part, u64::from(attempt) + 1, self.words.tries_again);
            let member = self.number(index);
            let pause = stage.begin(slot, StayKind::Scheduled, part);
            let stay = pause.until(wait, Timer::WorkAgain { member }, stage);
            self.members[index].doing = Doing::Pausing { record, attempt, stay };
            return;
        }
        self.set_aside(slot, &record, stage);
        self.dealt_with(index, record, stage);
    }

    /// Its attempts are over: it is put into the dead-letter topic, or skipped.
    pub(super) fn set_aside(&mut self, slot: Slot, record: &Record, stage: &mut Stage<'_>) {
        let part = record.part;
        self.set_aside.insert((record.partition, record.offset), ());
        match self.aside {
            None => stage.mark(MarkKind::Dropped, slot, part, record.offset.into(), self.words.skipped),
            Some(link) => {
                let body = SetAside { part, dead_lettered: self.words.dead_lettered, dropped: None };
                stage.send(Parcel::new(link, self.words.dead_letter, part).from(slot), body);
            }
        }
    }

    /// The back-off is over. Unless it sleeps through all attempts, the member polls before the next attempt (Spring's DefaultErrorHandler does), so each
    /// back-off with the work before it counts against `max.poll.interval.ms`, and not their sum. If the poll closes or
    /// rejoins the group, the record is read again from where the group stands.
    pub(super) fn work_again(&mut self, index: usize, stage: &mut Stage<'_>) {
        let Doing::Pausing { record, attempt, stay } = self.members[index].doing else {
            return;
        };
        stage.end(stay, Ending::Done);
        self.members[index].doing = Doing::Nothing;
        if self.between_attempts == BetweenAttempts::Sleep {
            return self.work(index, record, attempt + 1, stage);
        }
        if self.enter_poll(index, stage) {
            self.leave_poll(index, stage);
            self.work(index, record, attempt + 1, stage);
        }
    }
}

impl Lender for Members {
    fn next_loan(&mut self) -> Option<Loan> {
        self.loans.as_mut()?.pop_front()
    }

    /// An attempt at a record has come to an end. The member goes on to the next, or tries again.
    fn give_back(&mut self, place: u16, good: bool, stage: &mut Stage<'_>) {
        if self.beside.is_some() {
            return self.given_back_beside(place, good, stage);
        }
        let index = usize::from(place);
        let Doing::Working { record, attempt, .. } = self.members[index].doing else {
            return;
        };
        if good {
            self.dealt_with(index, record, stage);
        } else {
            self.work_failed(index, record, attempt, stage);
        }
    }
}
