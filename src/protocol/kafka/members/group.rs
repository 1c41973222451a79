//! A member and its group: joining, heartbeats, leaving, dying.
//!
//! *Invariant:* a member that does not know its identity owns nothing: it drops what it fetched before it joins anew.

use super::super::words::Word;
use super::super::{Identity, Message, Pulse, Taken, Timer, range};
use super::member::{Doing, Membership};
use super::{BACKOFF, Members};
use crate::protocol::Stage;
use crate::time::Span;
use crate::trace::{Ending, MarkKind, MessageId, PartId, Slot, StayKind};

impl Members {
    /// The group was formed before the run.
    pub(super) fn was_there_before(&mut self, index: usize, stage: &mut Stage<'_>) {
        let (partitions, consumers) = (self.partitions, self.group.consumers);
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
        let member = self.number(index);
        self.ask(index, self.words.join, Message::Join { member, identity, request }, stage);
    }

    fn ask(&mut self, index: usize, word: Word, body: Message, stage: &mut Stage<'_>) {
        // A JoinGroup is answered when all have joined, which may take as long as their work.
        let patience = match body {
            Message::Join { .. } => self.request_timeout + self.group.max_poll_interval,
            _ => self.request_timeout,
        };
        self.ask_again_after(patience, index, stage);
        self.send(index, word, Slot::WHOLE, body, stage);
    }

    fn ask_again_after(&mut self, span: Span, index: usize, stage: &mut Stage<'_>) {
        let timer = stage.set_timer(span, Timer::JoinAgain { member: self.number(index) });
        self.members[index].patience.push(timer);
    }

    /// Drops what was fetched and not worked on: it belongs to whoever is assigned the partition next.
    fn drop_all(&mut self, index: usize, ending: Ending, stage: &mut Stage<'_>) {
        let one = &mut self.members[index];
        one.disown(stage);
        let records: Vec<_> = one.buffer.drain(..).chain(one.hand.drain(..)).collect();
        if records.is_empty() {
            return;
        }
        for record in records {
            stage.end(record.stay, ending);
            self.queued -= 1;
        }
        self.level(StayKind::Queued, stage);
    }

    pub(super) fn hear_of_group(&mut self, message: MessageId, body: Message, stage: &mut Stage<'_>) {
        match body {
            Message::Identified { member, identity, request } => {
                let index = self.index(member);
                if self.members[index].awaits_group(request) {
                    self.members[index].identity = Some(identity);
                    let request = self.members[index].next_group_request(stage);
                    let body = Message::Join { member, identity: Some(identity), request };
                    self.ask(index, self.words.join, body, stage);
                }
            }
            Message::Joined { member, generation, request } => {
                let index = self.index(member);
                let one = &mut self.members[index];
                if let Some(identity) = one.identity.filter(|_| one.awaits_group(request)) {
                    one.generation = generation;
                    let request = one.next_group_request(stage);
                    self.ask(index, self.words.sync, Message::Sync { member, identity, generation, request }, stage);
                }
            }
            Message::Assigned { member, first, count, request, .. } => {
                let index = self.index(member);
                if self.members[index].awaits_group(request) {
                    self.assigned(index, first, count, stage);
                }
            }
            Message::BeginAt { member, partition, offset, request } => {
                let index = self.index(member);
                let one = &mut self.members[index];
                if one.placing.remove(&(partition, request)) {
                    one.begin_at(partition, offset);
                    if one.placing.is_empty() {
                        one.void_group_request(stage);
                    }
                    self.fetch_more(index, stage);
                }
            }
            Message::GroupRefused { member, request, taken } => {
                let index = self.index(member);
                if taken == Taken::UnknownMember {
                    self.members[index].identity = None;
                }
                if self.members[index].awaits_group(request) {
                    self.ask_again_after(BACKOFF, index, stage);
                }
            }
            Message::HeartbeatAnswer { member, identity, pulse } => {
                stage.land(message, self.slot(self.index(member)));
                self.felt(self.index(member), identity, pulse, stage);
            }
            _ => {}
        }
    }

    fn assigned(&mut self, index: usize, first: u16, count: u16, stage: &mut Stage<'_>) {
        let member = self.number(index);
        let one = &mut self.members[index];
        one.void_group_request(stage);
        one.membership = Membership::In;
        one.own(first, count);
        one.next_commit = stage.now() + self.group.auto_commit_interval;
        let label = self.words.assignment(first, count);
        stage.mark(MarkKind::Rebalanced, self.slot(index), PartId::NONE, count.into(), label);
        let beat = stage.set_timer(self.group.heartbeat_interval, Timer::Beat { member });
        self.members[index].beat = Some(beat);
        for partition in first..first + count {
            let request = self.members[index].next_group_request(stage);
            self.members[index].placing.insert((partition, request));
            let body = Message::AskOffset { member, partition, request };
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
        let body = Message::Heartbeat { member, identity, generation: one.generation };
        self.send(index, self.words.heartbeat, Slot::WHOLE, body, stage);
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
        if let Doing::Polling(_) = one.doing {
            self.poll(index, stage);
        }
    }

    /// `max.poll.interval.ms` without a poll: the heartbeat thread leaves the group (`KAF-6`).
    pub(super) fn poll_overdue(&mut self, index: usize, stage: &mut Stage<'_>) {
        let member = self.number(index);
        let one = &mut self.members[index];
        let Some(identity) = one.identity.take() else {
            return;
        };
        one.rejoin = true;
        one.stop_beating(stage);
        stage.mark(MarkKind::Rebalanced, self.slot(index), PartId::NONE, 0, self.words.left_group);
        self.send(index, self.words.leave, Slot::WHOLE, Message::Leave { member, identity }, stage);
    }

    /// `close()`: commits, leaves, and is gone.
    pub(super) fn close(&mut self, index: usize, stage: &mut Stage<'_>) {
        let member = self.number(index);
        self.commit_what_is_done(index, stage);
        if let Some(identity) = self.members[index].identity.take() {
            self.send(index, self.words.leave, Slot::WHOLE, Message::Leave { member, identity }, stage);
        }
        self.stop_waiting(index, Ending::Done, stage);
        self.drop_all(index, Ending::Returned, stage);
        self.forget(index, stage);
    }

    /// What it has in hand is lost; the coordinator hears of it when the session is over (`FLT-2`).
    pub(super) fn die(&mut self, index: usize, stage: &mut Stage<'_>) {
        match self.members[index].doing {
            Doing::Working { stay, .. } => {
                stage.end(stay, Ending::Interrupted);
                self.busy -= 1;
                self.level(StayKind::Busy, stage);
            }
            Doing::Pausing { stay, .. } => stage.end(stay, Ending::Interrupted),
            Doing::Polling(_) | Doing::Committing { .. } => self.stop_waiting(index, Ending::Interrupted, stage),
            Doing::Nothing => {}
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
