//! The topic: the leaders of its partitions, and the coordinators of the groups that read it.
//!
//! *Invariant:* what is acknowledged with acks=all is on every replica that was in sync, and those are at least
//! `min.insync.replicas` (`KAF-8`).

mod coordinator;
mod partition;

use super::settings::{Acks, Commit, OffsetReset};
use super::words::{Word, Words};
use super::{Answer, BatchNumber, MemberNumber, Message, Settings, Taken, Timer};
use crate::engine::{Fault, Input, LinkId, Parcel, Phase};
use crate::protocol::Stage;
use crate::time::Span;
use crate::trace::{MessageId, PartId, Slot};
use coordinator::{Coordinator, Reply};
use partition::{Awaiting, Partition, Poll};

/// `max.partition.fetch.bytes`: what one fetch brings at most.
const FETCH_BYTES: u32 = 1 << 20;

/// Where a member is reached.
#[derive(Clone, Copy)]
pub(super) struct MemberLinks {
    pub group: u16,
    pub records: LinkId,
    pub coordinator: LinkId,
}

/// What the broker knows of a group beside its members.
struct Group {
    coordinator: Coordinator,
    reset: OffsetReset,
    commit: Commit,
    fetch_max_wait: Span,
    /// Members that were there before the run: the first, and how many.
    formed: Option<(MemberNumber, u16)>,
}

pub struct Topic {
    words: Words,
    back: Vec<LinkId>,
    members: Vec<MemberLinks>,
    partitions: Vec<Partition>,
    groups: Vec<Group>,
    acks: Acks,
    idempotent: bool,
    in_sync: u16,
    min_in_sync: u16,
    replication: Span,
    retention: Span,
    most_records: u32,
    /// To which partitions' leaders the producer has a connection.
    connected: Vec<bool>,
    outages: u32,
    /// Of the outages, those in which the leader is dead.
    deaths: u32,
    silent: u32,
}

impl Topic {
    pub(super) fn new(settings: &Settings, words: Words, back: Vec<LinkId>, members: Vec<MemberLinks>) -> Self {
        let topic = &settings.topic;
        let mut first = 0;
        let groups = settings.groups.iter().enumerate().map(|(number, group)| {
            let formed = group.joins_at.is_none().then_some((first, group.consumers));
            first += group.consumers;
            Group {
                coordinator: Coordinator::new(group, words, number as u16, topic.partitions),
                reset: group.auto_offset_reset,
                commit: group.commit,
                fetch_max_wait: group.fetch_max_wait,
                formed,
            }
        });
        let groups: Vec<Group> = groups.collect();
        Topic {
            words,
            back,
            members,
            partitions: (0..topic.partitions)
                .map(|number| Partition::new(words, number, groups.iter().map(|group| group.formed.is_some())))
                .collect(),
            groups,
            acks: settings.producer.acks,
            idempotent: settings.producer.is_idempotent(),
            in_sync: topic.in_sync(),
            min_in_sync: topic.min_insync_replicas,
            replication: topic.replication,
            retention: topic.retention,
            most_records: (FETCH_BYTES / settings.record_size_bytes).max(1),
            connected: vec![false; usize::from(topic.partitions)],
            outages: 0,
            deaths: 0,
            silent: 0,
        }
    }

    pub(super) fn handle(&mut self, input: Input<Message, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Started => {
                for group in &mut self.groups {
                    if let Some((first, count)) = group.formed {
                        group.coordinator.formed(first, count, stage);
                    }
                }
            }
            Input::Arrived(message, body) if self.outages > 0 => self.turn_away(message, body, stage),
            Input::Arrived(message, body) => self.hear(message, body, stage),
            Input::Timer(timer) => self.wake(timer, stage),
            Input::Fault(fault, phase) => self.fault(fault, phase, stage),
            Input::Wanted(_) => {}
        }
    }

    fn hear(&mut self, message: MessageId, body: Message, stage: &mut Stage<'_>) {
        match body {
            Message::Produce { partition, batch, sequence, attempt } => {
                self.produce(
                    message,
                    partition,
                    Awaiting { end: 0, message, batch, attempt, word: self.words.produced },
                    sequence,
                    stage,
                );
            }
            Message::Fetch { member, partition, from, request } => {
                let group = self.members[usize::from(member)].group;
                let poll = Poll { message, member, group, from, request, timer: None };
                self.partitions[usize::from(partition)].polls.push(poll);
                self.serve(partition, stage);
                // If it was not served, it is still the last.
                let last = self.partitions[usize::from(partition)].polls.last_mut();
                if let Some(poll) = last.filter(|poll| poll.message == message) {
                    let wait = self.groups[usize::from(group)].fetch_max_wait;
                    poll.timer = Some(stage.set_timer(wait, Timer::FetchOver { partition, member, request }));
                }
            }
            Message::Commit { member, identity, generation, partition, offset, request } => {
                let group = self.members[usize::from(member)].group;
                let taken = self.groups[usize::from(group)].coordinator.knows(identity, generation);
                let words = self.words.commits(self.groups[usize::from(group)].commit);
                let (word, taken) =
                    if taken { (words.committed, Taken::Yes) } else { (words.fenced, Taken::UnknownMember) };
                if taken == Taken::Yes {
                    self.partitions[usize::from(partition)].commit(group, offset, stage);
                } else {
                    stage.refuse(message);
                }
                let body = Message::Committed { member, request, taken };
                self.reply(Reply { member, to: message, word, body }, stage);
            }
            Message::AskOffset { member, partition, request } => {
                self.place(message, member, partition, request, stage);
            }
            _ => self.hear_of_group(message, body, stage),
        }
    }

    fn hear_of_group(&mut self, message: MessageId, body: Message, stage: &mut Stage<'_>) {
        let replies = match body {
            Message::Join { member, identity, request } => {
                for partition in &mut self.partitions {
                    partition.forget_polls(|poll| poll.member == member, stage);
                }
                self.coordinator(member).join(message, member, identity, request, stage)
            }
            Message::Sync { member, identity, generation, request } => {
                self.coordinator(member).sync(message, member, identity, generation, request, stage)
            }
            Message::Heartbeat { member, identity, generation } => {
                vec![self.coordinator(member).heartbeat(message, member, identity, generation, stage)]
            }
            Message::Leave { member, identity } => {
                for partition in &mut self.partitions {
                    partition.forget_polls(|poll| poll.member == member, stage);
                }
                self.coordinator(member).remove(identity, stage)
            }
            _ => Vec::new(),
        };
        self.reply_all(replies, stage);
    }

    fn coordinator(&mut self, member: MemberNumber) -> &mut Coordinator {
        let group = self.members[usize::from(member)].group;
        &mut self.groups[usize::from(group)].coordinator
    }

    fn wake(&mut self, timer: Timer, stage: &mut Stage<'_>) {
        match timer {
            Timer::Replicated { partition } => {
                self.partitions[usize::from(partition)].replicated_next();
                self.acknowledge(partition, stage);
                self.serve(partition, stage);
            }
            Timer::FetchOver { partition, member, request } => {
                let polls = &mut self.partitions[usize::from(partition)].polls;
                if let Some(place) = polls.iter().position(|poll| poll.member == member && poll.request == request) {
                    let poll = polls.remove(place);
                    self.answer_fetch(partition, poll, self.words.empty, PartId::NONE, 1, stage);
                }
            }
            Timer::RetentionOver { partition } => {
                self.partitions[usize::from(partition)].retention_timer = false;
                self.watch_retention(partition, stage);
            }
            Timer::SessionOver { group, identity } => {
                let coordinator = &mut self.groups[usize::from(group)].coordinator;
                if self.outages + self.silent > 0 {
                    coordinator.hear_all(stage);
                }
                let replies = coordinator.session_over(identity, stage);
                self.reply_all(replies, stage);
            }
            Timer::JoinOver { group } => {
                let replies = self.groups[usize::from(group)].coordinator.join_over(stage);
                self.reply_all(replies, stage);
            }
            _ => {}
        }
    }

    /// A batch arrived at its partition's leader.
    fn produce(&mut self, message: MessageId, number: u16, request: Awaiting, sequence: u32, stage: &mut Stage<'_>) {
        if self.acks == Acks::All && self.in_sync < self.min_in_sync {
            stage.refuse(message);
            return self.answer(number, &request, self.words.not_enough_replicas, Answer::NotEnoughReplicas, stage);
        }
        let partition = &mut self.partitions[usize::from(number)];
        if self.idempotent && sequence > partition.expected {
            stage.refuse(message);
            return self.answer(number, &request, self.words.out_of_order, Answer::OutOfOrderSequence, stage);
        }
        self.connected[usize::from(number)] = true;
        let duplicate = self.idempotent && sequence < partition.expected;
        if !duplicate {
            let parts = stage.parts_of(message).to_vec();
            partition.append(&parts, stage);
            let end = partition.end();
            if self.in_sync == 1 {
                partition.replicated(end);
            } else {
                partition.replicates(stage.set_timer(self.replication, Timer::Replicated { partition: number }));
            }
        }
        // Offsets are sequence numbers here, for a topic has one producer. A repeat waits for the replicas that the first
        // waits for (ReplicaManager.appendRecords).
        let end = if duplicate { sequence + stage.parts_of(message).len() as u32 } else { partition.end() };
        let word = if duplicate { self.words.duplicate } else { self.words.produced };
        match self.acks {
            Acks::None => {}
            Acks::Leader => self.answer(number, &request, word, Answer::Stored, stage),
            Acks::All => {
                partition.awaiting.push(Awaiting { end, word, ..request });
                self.acknowledge(number, stage);
            }
        }
        self.serve(number, stage);
        self.watch_retention(number, stage);
    }

    /// Answers the produce requests whose records are on every replica in sync.
    fn acknowledge(&mut self, number: u16, stage: &mut Stage<'_>) {
        let partition = &mut self.partitions[usize::from(number)];
        let high = partition.high_watermark();
        let (ready, rest) =
            std::mem::take(&mut partition.awaiting).into_iter().partition(|request| request.end <= high);
        partition.awaiting = rest;
        let ready: Vec<Awaiting> = ready;
        for request in &ready {
            self.answer(number, request, request.word, Answer::Stored, stage);
        }
    }

    fn answer(&self, partition: u16, request: &Awaiting, (kind, label): Word, answer: Answer, stage: &mut Stage<'_>) {
        let Awaiting { message, batch, attempt, .. } = *request;
        let part = stage.part_of(message);
        let parcel = Parcel {
            link: self.back[usize::from(partition)],
            kind,
            label,
            part,
            attempt,
            reply_to: message,
            from_slot: Slot(partition),
            to_slot: Slot::WHOLE,
        };
        let batch: BatchNumber = batch;
        stage.send(parcel, Message::Produced { partition, batch, attempt, answer });
    }

    /// Answers the fetches for which there is something.
    fn serve(&mut self, number: u16, stage: &mut Stage<'_>) {
        let most = self.most_records;
        let mut place = 0;
        while let Some(poll) = self.partitions[usize::from(number)].polls.get(place).copied() {
            let partition = &mut self.partitions[usize::from(number)];
            let from = poll.from.max(partition.start());
            if partition.high_watermark() <= from {
                place += 1;
                continue;
            }
            partition.polls.remove(place);
            stage.cancel(poll.timer);
            let (parts, deliveries) = partition.read(poll.group, from, most, stage);
            let several = parts.len() > 1;
            let word = if several { self.words.fetched_several } else { self.words.fetched };
            let part = stage.batch(parts);
            stage.turns_out(poll.message, self.words.fetch.0, part);
            let attempt = if several { 1 } else { deliveries };
            self.answer_fetch(number, Poll { from, ..poll }, word, part, attempt, stage);
        }
    }

    fn answer_fetch(
        &self,
        partition: u16,
        poll: Poll,
        (kind, label): Word,
        part: PartId,
        attempt: u32,
        stage: &mut Stage<'_>,
    ) {
        let Poll { message, member, from, request, .. } = poll;
        let parcel = Parcel {
            link: self.members[usize::from(member)].records,
            kind,
            label,
            part,
            attempt,
            reply_to: message,
            from_slot: Slot(partition),
            to_slot: Slot::WHOLE,
        };
        stage.send(parcel, Message::Fetched { member, partition, from, request });
    }

    /// OffsetFetch: the committed place, or where `auto.offset.reset` says.
    fn place(&mut self, message: MessageId, member: MemberNumber, number: u16, request: u32, stage: &mut Stage<'_>) {
        let group = self.members[usize::from(member)].group;
        let reset = self.groups[usize::from(group)].reset;
        let partition = &mut self.partitions[usize::from(number)];
        let offset = partition.committed(group).unwrap_or(match reset {
            OffsetReset::Earliest => partition.start(),
            OffsetReset::Latest => partition.high_watermark(),
        });
        partition.begin_at(group, offset, stage);
        let body = Message::BeginAt { member, partition: number, offset, request };
        self.reply(Reply { member, to: message, word: self.words.offset, body }, stage);
    }

    fn reply_all(&self, replies: Vec<Reply>, stage: &mut Stage<'_>) {
        for reply in replies {
            self.reply(reply, stage);
        }
    }

    fn reply(&self, reply: Reply, stage: &mut Stage<'_>) {
        let (kind, label) = reply.word;
        let parcel = Parcel {
            link: self.members[usize::from(reply.member)].coordinator,
            kind,
            label,
            part: PartId::NONE,
            attempt: 1,
            reply_to: reply.to,
            from_slot: Slot::WHOLE,
            to_slot: Slot::WHOLE,
        };
        stage.send(parcel, reply.body);
    }

    /// One timer a partition: records grow old in the order of their offsets.
    fn watch_retention(&mut self, number: u16, stage: &mut Stage<'_>) {
        let partition = &mut self.partitions[usize::from(number)];
        if !partition.retention_timer
            && let Some(span) = partition.expire(self.retention, stage)
        {
            partition.retention_timer = true;
            stage.set_timer(span, Timer::RetentionOver { partition: number });
        }
    }

    fn turn_away(&mut self, message: MessageId, body: Message, stage: &mut Stage<'_>) {
        stage.refuse(message);
        let (member, word, body) = match body {
            Message::Produce { partition, batch, attempt, .. } => {
                if self.acks != Acks::None {
                    let request = Awaiting { end: 0, message, batch, attempt, word: self.words.no_leader };
                    self.answer(partition, &request, self.words.no_leader, Answer::NoLeader, stage);
                }
                return;
            }
            Message::Fetch { member, partition, request, .. } => {
                (member, self.words.fetch_refused, Message::FetchRefused { member, partition, request })
            }
            Message::Commit { member, request, .. } => {
                let taken = Taken::NoCoordinator;
                let group = self.members[usize::from(member)].group;
                let words = self.words.commits(self.groups[usize::from(group)].commit);
                (member, words.refused, Message::Committed { member, request, taken })
            }
            Message::Join { member, request, .. }
            | Message::Sync { member, request, .. }
            | Message::AskOffset { member, request, .. } => {
                let taken = Taken::NoCoordinator;
                (member, self.words.group_refused, Message::GroupRefused { member, request, taken })
            }
            _ => return,
        };
        self.reply(Reply { member, to: message, word, body }, stage);
    }

    fn fault(&mut self, fault: Fault, phase: Phase, stage: &mut Stage<'_>) {
        match (fault, phase) {
            (Fault::SlowDown { .. }, _) => {}
            (Fault::SilentOutage, Phase::Begins) => {
                self.silent += 1;
                self.partitions.iter_mut().for_each(|partition| partition.forget_polls(|_| true, stage));
            }
            (Fault::SilentOutage, Phase::Ends) => {
                self.silent -= 1;
                self.groups.iter_mut().for_each(|group| group.coordinator.hear_all(stage));
            }
            (Fault::Outage | Fault::Crash, Phase::Begins) => {
                self.outages += 1;
                if fault == Fault::Crash {
                    self.deaths += 1;
                    // Who is dead cannot die.
                    if self.deaths == 1 {
                        self.lose_leader(stage);
                    }
                }
                self.break_off(stage);
            }
            (Fault::Outage | Fault::Crash, Phase::Ends) => {
                self.outages -= 1;
                self.deaths -= u32::from(fault == Fault::Crash);
                self.groups.iter_mut().for_each(|group| group.coordinator.hear_all(stage));
            }
        }
    }

    /// With a follower in sync, that one leads from now on, with what it has.
    fn lose_leader(&mut self, stage: &mut Stage<'_>) {
        if self.in_sync > 1 {
            self.in_sync -= 1;
            self.partitions.iter_mut().for_each(|partition| partition.truncate(stage));
        }
    }

    /// The leaders' connections break. Nobody is told what became of a request that was not answered.
    fn break_off(&mut self, stage: &mut Stage<'_>) {
        for number in 0..self.partitions.len() as u16 {
            let partition = &mut self.partitions[usize::from(number)];
            partition.awaiting.clear();
            let polls = std::mem::take(&mut partition.polls);
            if std::mem::take(&mut self.connected[usize::from(number)]) && self.acks != Acks::None {
                self.close_to_producer(number, stage);
            }
            for Poll { message, member, request, timer, .. } in polls {
                stage.cancel(timer);
                let body = Message::FetchRefused { member, partition: number, request };
                self.reply(Reply { member, to: message, word: self.words.fetch_broken, body }, stage);
            }
        }
    }

    fn close_to_producer(&self, partition: u16, stage: &mut Stage<'_>) {
        let (kind, label) = self.words.closed;
        let parcel = Parcel {
            link: self.back[usize::from(partition)],
            kind,
            label,
            part: PartId::NONE,
            attempt: 1,
            reply_to: MessageId::NONE,
            from_slot: Slot(partition),
            to_slot: Slot::WHOLE,
        };
        stage.send(parcel, Message::Closed { partition });
    }
}
