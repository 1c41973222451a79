//! A member and its group: joining, heartbeats, leaving, dying.
//!
//! *Invariant:* a member that does not know its identity owns nothing: it drops what it fetched before it joins anew.

use super::super::words::Word;
use super::super::{Identity, Message, Pulse, Taken, Timer, range};
use super::member::{Doing, Membership};
use super::{BACKOFF, Members};
use crate::protocol::Stage;
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
        let life = one.life;
        self.beat(index, life, stage);
        self.poll(index, stage);
    }

    /// Gives up what it owns and joins the group, at first without a member id.
    pub(super) fn join(&mut self, index: usize, stage: &mut Stage<'_>) {
        self.drop_all(index, Ending::Returned, stage);
        self.wait(index, stage);
        let one = &mut self.members[index];
        one.rejoin = false;
        one.commits.clear();
        one.placing.clear();
        one.membership = Membership::Joining;
        let (identity, request) = (one.identity, one.next_group_request());
        let member = self.number(index);
        self.ask(index, self.words.join, Message::Join { member, identity, request }, stage);
    }

    fn ask(&mut self, index: usize, word: Word, body: Message, stage: &mut Stage<'_>) {
        // A JoinGroup is answered when all have joined, which may take as long as their work.
        let patience = match body {
            Message::Join { .. } => self.request_timeout + self.group.max_poll_interval,
            _ => self.request_timeout,
        };
        if let Some(request) = self.members[index].group_request {
            let member = self.number(index);
            stage.set_timer(patience, Timer::RequestOverdue { member, request });
        }
        self.send(index, word, Slot::WHOLE, body, stage);
    }

    /// Drops what was fetched and not worked on: it belongs to whoever is assigned the partition next.
    fn drop_all(&mut self, index: usize, ending: Ending, stage: &mut Stage<'_>) {
        let one = &mut self.members[index];
        one.owned.clear();
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
                    let request = self.members[index].next_group_request();
                    let body = Message::Join { member, identity: Some(identity), request };
                    self.ask(index, self.words.join, body, stage);
                }
            }
            Message::Joined { member, generation, request } => {
                let index = self.index(member);
                let one = &mut self.members[index];
                if let Some(identity) = one.identity.filter(|_| one.awaits_group(request)) {
                    one.generation = generation;
                    let request = one.next_group_request();
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
                        one.group_request = None;
                    }
                    self.fetch_more(index, stage);
                }
            }
            Message::GroupRefused { member, request, taken } => {
                let index = self.index(member);
                if taken == Taken::UnknownMember {
                    self.members[index].identity = None;
                }
                stage.set_timer(BACKOFF, Timer::AskAgain { member, request });
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
        one.group_request = None;
        one.membership = Membership::In;
        one.own(first, count);
        one.next_commit = stage.now() + self.group.auto_commit_interval;
        one.life += 1;
        let life = one.life;
        let label = self.words.assignment(first, count);
        stage.mark(MarkKind::Rebalanced, self.slot(index), PartId::NONE, count.into(), label);
        stage.set_timer(self.group.heartbeat_interval, Timer::Beat { member, life });
        for partition in first..first + count {
            let request = self.members[index].next_group_request();
            self.members[index].placing.insert((partition, request));
            let body = Message::AskOffset { member, partition, request };
            self.send(index, self.words.ask_offset, Slot(partition), body, stage);
        }
        // If the last of them is not answered, all is asked again.
        if count > 0
            && let Some(request) = self.members[index].group_request
        {
            stage.set_timer(self.request_timeout, Timer::RequestOverdue { member, request });
        }
    }

    pub(super) fn beat(&mut self, index: usize, life: u32, stage: &mut Stage<'_>) {
        let member = self.number(index);
        let one = &self.members[index];
        let Some(identity) = one.identity.filter(|_| one.life == life && one.membership == Membership::In) else {
            return;
        };
        let body = Message::Heartbeat { member, identity, generation: one.generation };
        self.send(index, self.words.heartbeat, Slot::WHOLE, body, stage);
        stage.set_timer(self.group.heartbeat_interval, Timer::Beat { member, life });
    }

    fn felt(&mut self, index: usize, identity: Identity, pulse: Pulse, stage: &mut Stage<'_>) {
        let one = &mut self.members[index];
        if one.identity != Some(identity) || one.membership != Membership::In {
            return;
        }
        match pulse {
            Pulse::Fine => return,
            Pulse::RebalanceInProgress => {}
            Pulse::UnknownMember => one.identity = None,
        }
        one.rejoin = true;
        if let Doing::Polling(_) = one.doing {
            self.poll(index, stage);
        }
    }

    /// `max.poll.interval.ms` without a poll: the heartbeat thread leaves the group (`KAF-6`).
    pub(super) fn poll_overdue(&mut self, index: usize, polled: u32, stage: &mut Stage<'_>) {
        let member = self.number(index);
        let one = &mut self.members[index];
        let overdue = one.polled == polled && !matches!(one.doing, Doing::Nothing | Doing::Polling(_));
        let Some(identity) = one.identity.filter(|_| overdue) else {
            return;
        };
        one.identity = None;
        one.rejoin = true;
        one.life += 1;
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
        self.forget(index);
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
        self.forget(index);
    }

    fn forget(&mut self, index: usize) {
        let one = &mut self.members[index];
        one.doing = Doing::Nothing;
        one.membership = Membership::Out;
        one.identity = None;
        one.rejoin = false;
        one.group_request = None;
        one.commits.clear();
        one.placing.clear();
        one.life += 1;
        one.polled += 1;
        one.forget_attempts();
    }
}
