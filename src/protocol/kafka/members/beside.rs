//! A member with several hands: it polls beside their work, and pauses its partitions while all of them are taken.
//!
//! So it is never late for a poll, and its group never waits for its work. What it commits is the place before the first
//! record that is not dealt with; a crash reads from there again. Source: Confluent Parallel Consumer (README, "Ordering
//! Guarantees", "Commit Mode", "Retries"); KafkaConsumer, "Consumption Flow Control". *Invariant:* `done` of a partition is
//! no place behind an outstanding record.

use super::hands::Returned;
use super::member::{Doing, Record};
use super::{Members, Timer};
use crate::protocol::Stage;
use crate::protocol::kafka::messages::Offset;
use crate::protocol::lending::Loan;
use crate::trace::{Ending, MarkKind, Slot, StayKind};

// What is called from outside is named in xtask/src/finish.rs.
impl Members {
    /// A `poll()` of a member that never blocks in it, and what its hands take of it.
    #[inline(never)]
    pub(super) fn poll_beside(&mut self, index: usize, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        let most = self.group.max_poll_records as usize;
        loop {
            if self.members[index].closing && !self.finishes_before_it_closes(index, stage) {
                return;
            }
            if !self.enter_poll(index, stage) {
                return;
            }
            self.members[index].doing = Doing::Beside;
            self.commits_in_time(index, stage);
            let wants_more = self.beside.as_ref().is_some_and(|beside| beside.hands[index].want_more(most));
            let polled = if wants_more { self.take_polled(index, most, stage) } else { 0 };
            self.lend_what_may(index, stage);
            let Some(beside) = &self.beside else { return };
            self.members[index].paused = !beside.hands[index].want_more(most);
            self.fetch_more(index, stage);
            // With records that are passed over at once, the turns may be as many as there are records.
            if polled == 0 || self.members[index].paused || self.members[index].buffer.is_empty() {
                return;
            }
        }
    }

    /// What the hands have they do to the end. Says whether that has come.
    fn finishes_before_it_closes(&mut self, index: usize, stage: &mut Stage<'_>) -> bool {
        let Some(beside) = &mut self.beside else { return true };
        let away = beside.hands[index].put_away();
        away.into_iter().for_each(|record| stage.end(record.stay, Ending::Returned));
        beside.hands[index].are_free()
    }

    fn take_polled(&mut self, index: usize, most: usize, stage: &Stage<'_>) -> usize {
        let one = &mut self.members[index];
        let Some(beside) = &mut self.beside else { return 0 };
        let returned = most.min(one.buffer.len());
        let polled: Vec<Record> = one.buffer.drain(..returned).collect();
        for record in &polled {
            one.returned(record);
            let shard = beside.shard(record, stage);
            beside.hands[index].take(*record, one.failed_attempts(record) + 1, shard);
        }
        returned
    }

    fn lend_what_may(&mut self, index: usize, stage: &mut Stage<'_>) {
        while let Some((hand, returned)) = self.beside.as_mut().and_then(|beside| beside.hands[index].next()) {
            stage.end(returned.record.stay, Ending::Done);
            if self.passes_over(&returned.record, stage) {
                self.beside.iter_mut().for_each(|beside| beside.hands[index].let_go(hand));
                self.dealt_with_beside(index, returned);
                continue;
            }
            let loan = Loan { place: self.place(index, hand), part: returned.record.part, delivery: 0 };
            self.loans.iter_mut().for_each(|loans| loans.push_back(loan));
        }
    }

    /// It polls without end, so what is done is committed as soon as the interval is over, and not at the next thing that
    /// happens.
    fn commits_in_time(&mut self, index: usize, stage: &mut Stage<'_>) {
        let member = self.number(index);
        let (one, Some(beside)) = (&self.members[index], &mut self.beside) else { return };
        let timer = &mut beside.hands[index].commits;
        if timer.is_none() && one.has_done() {
            *timer = Some(stage.set_timer(one.next_commit.since(stage.now()), Timer::CommitBeside { member }));
        }
    }

    #[inline(never)]
    pub(super) fn commit_beside(&mut self, index: usize, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        self.beside.iter_mut().for_each(|beside| beside.hands[index].commits = None);
        if self.polls(index) {
            self.poll_beside(index, stage);
        }
    }

    fn place(&self, index: usize, hand: u16) -> u16 {
        index as u16 * self.beside.as_ref().map_or(1, |beside| beside.each) + hand
    }

    fn dealt_with_beside(&mut self, index: usize, returned: Returned) {
        let Some(beside) = &mut self.beside else { return };
        let (hands, one) = (&mut beside.hands[index], &mut self.members[index]);
        hands.deal_with(returned);
        one.is_done_before(&returned.record, hands.first_outstanding(returned.record.partition));
    }

    /// An attempt at a record has come to an end, in the hand at that place.
    #[inline(never)]
    pub(super) fn given_back_beside(&mut self, place: u16, good: bool, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        let Some(beside) = &mut self.beside else { return };
        let (index, hand) = (usize::from(place / beside.each), place % beside.each);
        if let Some(returned) = beside.hands[index].free(hand) {
            match good {
                true => self.dealt_with_beside(index, returned),
                false => self.failed_beside(index, Slot(place), returned, stage),
            }
        }
        if self.polls(index) {
            self.poll_beside(index, stage);
        }
    }

    /// The record backs off, and its hand is free for others meanwhile; or it is set aside, or skipped.
    fn failed_beside(&mut self, index: usize, slot: Slot, returned: Returned, stage: &mut Stage<'_>) {
        let Returned { record, attempt, .. } = returned;
        self.members[index].attempt_failed(&record, attempt);
        if attempt >= self.group.retry.max_attempts {
            self.set_aside(slot, &record, stage);
            return self.dealt_with_beside(index, returned);
        }
        let wait = self.group.retry.wait_at_work(stage, record.part, attempt);
        stage.mark(MarkKind::Retried, slot, record.part, u64::from(attempt) + 1, self.words.tries_again);
        let (member, partition, offset) = (self.number(index), record.partition, record.offset);
        let again = Timer::AgainBeside { member, partition, offset };
        let stay = stage.begin(Slot::WHOLE, StayKind::Scheduled, record.part).until(wait, again, stage);
        self.beside.iter_mut().for_each(|beside| beside.hands[index].back_off(returned, stay));
    }

    /// The back-off of a record is over.
    #[inline(never)]
    pub(super) fn again_beside(&mut self, index: usize, place: (u16, Offset), stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        let Some(beside) = &mut self.beside else { return };
        beside.hands[index].try_again(place, |Returned { record, .. }| {
            stage.end(record.stay, Ending::Done);
            Record { stay: stage.begin(Slot::WHOLE, StayKind::Queued, record.part), ..record }
        });
        if self.polls(index) {
            self.poll_beside(index, stage);
        }
    }

    /// Nothing that it polled is the member's any more. Its hands work on, unless they died with it; nobody asks what
    /// comes of that.
    #[inline(never)]
    pub(super) fn drop_beside(&mut self, index: usize, ending: Ending, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        self.members[index].paused = false;
        let Some(beside) = &mut self.beside else { return };
        let away = beside.hands[index].put_away();
        away.into_iter().for_each(|record| stage.end(record.stay, ending));
        beside.hands[index].disown();
        stage.cancel(beside.hands[index].commits.take());
        if ending == Ending::Interrupted {
            beside.hands[index].die();
        }
    }
}
