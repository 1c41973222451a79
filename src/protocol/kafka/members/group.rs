//! A member and its group: joining, heartbeats, leaving, dying.
//!
//! *Invariant:* a member that does not know its identity owns nothing: it drops what it fetched before it joins anew.

use super::super::messages::{GroupAnswer, GroupRequest, Identity, Pulse, Taken, ToTopic, range};
use super::member::{Doing, Membership};
use super::{BACKOFF, Members, Timer};
use crate::engine::Word;
use crate::protocol::Stage;
use crate::time::Span;
use crate::trace::{Ending, MarkKind, MessageId, PartId, Slot};

impl Members {
    /// The group was formed before the run.
    pub(super) fn was_there_before(&mut self, index: usize, stage: &mut Stage<'_>) {
        let (partitions, consumers) = (self.assignments.partitions, self.group.consumers);
        let one = &mut self.members[index];
        let (first, count) = range(partitions, consumers, one.place);
        one.membership = Membership::In;
        one.identity = Some(Identity::from(one.place) + 1);
        one.generation = 1;
        one.own(first, count);
        for partition in first..first + count {
            one.begin_at(partition, 0);
        }
        one.next_commit = stage.now() + self.group.auto_commit_interval;
        self.beat(index, stage);
        self.poll(index, stage);
    }

    /// Gives up what it owns and joins the group, at first without a member id.
    pub(super) fn join(&mut self, index: usize, stage: &mut Stage<'_>) {
        self.drop_all(index, Ending::Returned, stage);
        self.wait(index, stage);
        let one = &mut self.members[index];
        one.rejoin = false;
        one.forget_commits(stage);
        one.placing.clear();
        one.membership = Membership::Joining;
        one.stop_beating(stage);
        let (identity, request) = (one.identity, one.next_group_request(stage));
        self.ask(index, self.words.join, GroupRequest::Join { identity, request }, stage);
    }

    /// Asks again from the beginning; in its next `poll()`, if it has something to do meanwhile: where some of its places
    /// are known, it works while it waits for the others.
    pub(super) fn join_again(&mut self, index: usize, stage: &mut Stage<'_>) {
        match self.polls(index) || matches!(self.members[index].doing, Doing::Nothing) {
            true => self.join(index, stage),
            false => self.members[index].rejoin = true,
        }
    }

    fn ask(&mut self, index: usize, word: Word, request: GroupRequest, stage: &mut Stage<'_>) {
        // A JoinGroup is answered when all have joined, which may take as long as their work.
        let patience = match request {
            GroupRequest::Join { .. } => self.request_timeout + self.group.max_poll_interval,
            _ => self.request_timeout,
        };
        self.ask_again_after(patience, index, stage);
        self.send_to_group(index, word, request, stage);
    }

    fn ask_again_after(&mut self, span: Span, index: usize, stage: &mut Stage<'_>) {
        let timer = stage.set_timer(span, Timer::JoinAgain { member: self.number(index) });
        self.members[index].patience.push(timer);
    }

    /// Drops what was fetched and not worked on: it belongs to whoever is assigned the partition next.
    fn drop_all(&mut self, index: usize, ending: Ending, stage: &mut Stage<'_>) {
        if self.beside.is_some() {
            self.drop_beside(index, ending, stage);
        }
        let one = &mut self.members[index];
        if let Doing::Pausing { stay, .. } = one.doing {
            stage.end(stay, ending);
            one.doing = Doing::Nothing;
        }
        one.disown(stage);
        let records: Vec<_> = one.buffer.drain(..).chain(one.hand.drain(..)).collect();
        records.into_iter().for_each(|record| stage.end(record.stay, ending));
    }

    pub(super) fn hear_of_group(
        &mut self,
        message: MessageId,
        index: usize,
        answer: GroupAnswer,
        stage: &mut Stage<'_>,
    ) {
        let one = &mut self.members[index];
        match answer {
            GroupAnswer::Identified { identity, request } => {
                if one.awaits_group(request) {
                    one.identity = Some(identity);
                    let request = one.next_group_request(stage);
                    self.ask(index, self.words.join, GroupRequest::Join { identity: Some(identity), request }, stage);
                }
            }
            GroupAnswer::Joined { generation, request } => {
                if let Some(identity) = one.identity.filter(|_| one.awaits_group(request)) {
                    one.generation = generation;
                    let request = one.next_group_request(stage);
                    self.ask(index, self.words.sync, GroupRequest::Sync { identity, generation, request }, stage);
                }
            }
            GroupAnswer::Assigned { first, count, request } => {
                if one.awaits_group(request) {
                    self.assigned(index, first, count, stage);
                }
            }
            GroupAnswer::BeginAt { partition, offset, request } => {
                if one.placing.remove(&(partition, request)).is_some() {
                    one.begin_at(partition, offset);
                    if one.placing.is_empty() {
                        one.void_group_request(stage);
                    }
                    self.fetch_more(index, stage);
                }
            }
            GroupAnswer::Refused { request, taken } => {
                if taken == Taken::UnknownMember {
                    one.identity = None;
                }
                if one.awaits_group(request) {
                    self.ask_again_after(BACKOFF, index, stage);
                }
            }
            GroupAnswer::Heartbeat { identity, pulse } => {
                stage.land(message, self.slot(index));
                self.felt(index, identity, pulse, stage);
            }
        }
    }

    fn send_to_group(&self, index: usize, word: Word, request: GroupRequest, stage: &mut Stage<'_>) {
        self.send(index, word, Slot::WHOLE, ToTopic::Group(self.number(index), request), stage);
    }

    fn assigned(&mut self, index: usize, first: u16, count: u16, stage: &mut Stage<'_>) {
        let member = self.number(index);
        let one = &mut self.members[index];
        one.void_group_request(stage);
        one.membership = Membership::In;
        one.own(first, count);
        one.next_commit = stage.now() + self.group.auto_commit_interval;
        let label = self.assignments.of(first, count);
        stage.mark(MarkKind::Rebalanced, self.slot(index), PartId::NONE, count.into(), label);
        let beat = stage.set_timer(self.group.heartbeat_interval, Timer::Beat { member });
        self.members[index].beat = Some(beat);
        for partition in first..first + count {
            let request = self.members[index].next_group_request(stage);
            self.members[index].placing.insert((partition, request), ());
            let body = ToTopic::AskOffset { member, partition, request };
            self.send(index, self.words.ask_offset, Slot(partition), body, stage);
        }
        // If the last of them is not answered, all is asked again.
        if count > 0 {
            self.ask_again_after(self.request_timeout, index, stage);
        }
    }

    pub(super) fn beat(&mut self, index: usize, stage: &mut Stage<'_>) {
        let member = self.number(index);
        let one = &self.members[index];
        let Some(identity) = one.identity else {
            return;
        };
        let request = GroupRequest::Heartbeat { identity, generation: one.generation };
        self.send_to_group(index, self.words.heartbeat, request, stage);
        let beat = stage.set_timer(self.group.heartbeat_interval, Timer::Beat { member });
        self.members[index].beat = Some(beat);
    }

    fn felt(&mut self, index: usize, identity: Identity, pulse: Pulse, stage: &mut Stage<'_>) {
        let one = &mut self.members[index];
        if one.identity != Some(identity) || one.membership != Membership::In {
            return;
        }
        match pulse {
            Pulse::Fine => return,
            Pulse::RebalanceInProgress => {}
            Pulse::UnknownMember => {
                one.identity = None;
                one.stop_beating(stage);
            }
        }
        one.rejoin = true;
        if self.polls(index) {
            self.poll(index, stage);
        }
    }

    /// `max.poll.interval.ms` without a poll: the heartbeat thread leaves the group (`KAF-6`).
    pub(super) fn poll_overdue(&mut self, index: usize, stage: &mut Stage<'_>) {
        let one = &mut self.members[index];
        let Some(identity) = one.identity.take() else {
            return;
        };
        one.rejoin = true;
        one.stop_beating(stage);
        stage.mark(MarkKind::Rebalanced, self.slot(index), PartId::NONE, 0, self.words.left_group);
        self.send_to_group(index, self.words.leave, GroupRequest::Leave { identity }, stage);
    }

    /// `close()`: commits, leaves, and is gone.
    pub(super) fn close(&mut self, index: usize, stage: &mut Stage<'_>) {
        self.commit_what_is_done(index, stage);
        if let Some(identity) = self.members[index].identity.take() {
            self.send_to_group(index, self.words.leave, GroupRequest::Leave { identity }, stage);
        }
        self.stop_waiting(index, Ending::Done, stage);
        self.drop_all(index, Ending::Returned, stage);
        self.forget(index, stage);
    }

    /// What it has in hand is lost; the coordinator hears of it when the session is over (`FLT-2`).
    pub(super) fn die(&mut self, index: usize, stage: &mut Stage<'_>) {
        match self.members[index].doing {
            Doing::Working { in_hand, .. } => in_hand.cut_short(stage),
            Doing::Polling(_) | Doing::Committing { .. } => self.stop_waiting(index, Ending::Interrupted, stage),
            // What it pauses with is dropped with the rest.
            Doing::Pausing { .. } | Doing::Beside | Doing::Nothing => {}
        }
        self.drop_all(index, Ending::Interrupted, stage);
        self.forget(index, stage);
    }

    fn forget(&mut self, index: usize, stage: &mut Stage<'_>) {
        let one = &mut self.members[index];
        one.doing = Doing::Nothing;
        one.membership = Membership::Out;
        one.identity = None;
        one.rejoin = false;
        one.void_group_request(stage);
        one.forget_commits(stage);
        one.placing.clear();
        one.stop_beating(stage);
        stage.cancel(one.overdue.take());
        one.forget_attempts();
    }
}
