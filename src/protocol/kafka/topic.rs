//! The topic: the leaders of its partitions, and the coordinators of the groups that read it.
//!
//! *Invariant:* what is acknowledged with acks=all is on every replica that was in sync, and those are at least
//! `min.insync.replicas` (`KAF-8`).

mod coordinator;
mod partition;
mod reader;

use super::messages::{
    Answer, GroupAnswer, GroupRequest, MemberNumber, Producing, Taken, ToMembers, ToProducer, ToTopic, TopicTimer,
};
use super::settings::{Acks, Commit, OffsetReset, TopicSettings};
use super::words::Words;
use crate::engine::{Fault, Input, LinkId, Parcel, Phase, Word};
use crate::protocol::{Role, Stage};
use crate::time::Span;
use crate::trace::{MessageId, PartId, Slot};
use coordinator::{Coordinator, Reply};
use partition::{Awaiting, Partition, Poll};
pub(crate) use reader::Reader;

/// `max.partition.fetch.bytes`: what one fetch brings at most.
const FETCH_BYTES: u32 = 1 << 20;

/// Where a member is reached.
#[derive(Clone, Copy)]
pub(crate) struct MemberLinks {
    pub group: u16,
    pub records: LinkId<ToMembers>,
    pub coordinator: LinkId<ToMembers>,
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
    members: Vec<MemberLinks>,
    partitions: Vec<Partition>,
    groups: Vec<Group>,
    in_sync: u16,
    min_in_sync: u16,
    replication: Span,
    retention: Span,
    most_records: u32,
}

impl Role for Topic {
    type Message = ToTopic;
    type Timer = TopicTimer;

    fn handle(&mut self, input: Input<&ToTopic, TopicTimer>, stage: &mut Stage<'_>) {
        match input {
            Input::Started => {
                for group in &mut self.groups {
                    if let Some((first, count)) = group.formed {
                        group.coordinator.formed(first, count, stage);
                    }
                }
            }
            Input::Arrived(message, &body) if stage.is_out() => self.turn_away(message, body, stage),
            Input::Arrived(message, &body) => self.hear(message, body, stage),
            Input::Timer(timer) => self.wake(timer, stage),
            Input::Fault(fault, phase) => self.fault(fault, phase, stage),
            // Whoever was cut off asks again, or is missed by its coordinator.
            Input::Wanted(_) | Input::Severed { .. } => {}
        }
    }
}

impl Topic {
    /// `members` are those of all groups, in the order of the groups.
    pub(crate) fn new(
        (topic, record_size): (&TopicSettings, u32),
        readers: &[Reader<'_>],
        words: Words,
        members: Vec<MemberLinks>,
    ) -> Self {
        let mut first = 0;
        let groups = readers.iter().enumerate().map(|(number, reader)| {
            let group = reader.group;
            let formed = group.joins_at.is_none().then_some((first, group.consumers));
            first += group.consumers;
            Group {
                coordinator: Coordinator::new(reader, words, number as u16, topic.partitions),
                reset: group.auto_offset_reset,
                commit: group.commit,
                fetch_max_wait: group.fetch_max_wait,
                formed,
            }
        });
        Topic {
            words,
            members,
            partitions: (0..topic.partitions).map(|number| Partition::new(words, number, readers)).collect(),
            groups: groups.collect(),
            in_sync: topic.in_sync(),
            min_in_sync: topic.min_insync_replicas,
            replication: topic.replication,
            retention: topic.retention,
            most_records: (FETCH_BYTES / record_size).max(1),
        }
    }

    fn hear(&mut self, message: MessageId, body: ToTopic, stage: &mut Stage<'_>) {
        match body {
            ToTopic::Produce { partition, batch, sequence, attempt, producing } => {
                let (back, word) = (producing.back, self.words.produced);
                let request = Awaiting { end: 0, message, batch, attempt, back, word };
                self.produce(partition, request, producing, sequence, stage);
            }
            ToTopic::Fetch { member, partition, from, request } => {
                let group = self.members[usize::from(member)].group;
                let poll = Poll { message, member, group, from, request, timer: None };
                self.partitions[usize::from(partition)].polls.push(poll);
                self.serve(partition, stage);
                // If it was not served, it is still the last.
                let last = self.partitions[usize::from(partition)].polls.last_mut();
                if let Some(poll) = last.filter(|poll| poll.message == message) {
                    let wait = self.groups[usize::from(group)].fetch_max_wait;
                    poll.timer = Some(stage.set_timer(wait, TopicTimer::FetchOver { partition, member, request }));
                }
            }
            ToTopic::Commit { member, identity, generation, partition, offset, request } => {
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
                let body = ToMembers::Committed { member, request, taken };
                self.reply(Reply { member, to: message, word, body }, stage);
            }
            ToTopic::AskOffset { member, partition, request } => {
                self.place(message, member, partition, request, stage);
            }
            ToTopic::Group(member, request) => self.hear_of_group(message, member, request, stage),
        }
    }

    fn hear_of_group(
        &mut self,
        message: MessageId,
        member: MemberNumber,
        request: GroupRequest,
        stage: &mut Stage<'_>,
    ) {
        if let GroupRequest::Join { .. } | GroupRequest::Leave { .. } = request {
            for partition in &mut self.partitions {
                partition.forget_polls(|poll| poll.member == member, stage);
            }
        }
        let coordinator = self.coordinator(member);
        let replies = match request {
            GroupRequest::Join { identity, request } => coordinator.join(message, member, identity, request, stage),
            GroupRequest::Sync { identity, generation, request } => {
                coordinator.sync(message, member, identity, generation, request, stage)
            }
            GroupRequest::Heartbeat { identity, generation } => {
                vec![coordinator.heartbeat(message, member, identity, generation, stage)]
            }
            GroupRequest::Leave { identity } => coordinator.remove(identity, stage),
        };
        self.reply_all(replies, stage);
    }

    fn coordinator(&mut self, member: MemberNumber) -> &mut Coordinator {
        let group = self.members[usize::from(member)].group;
        &mut self.groups[usize::from(group)].coordinator
    }

    fn wake(&mut self, timer: TopicTimer, stage: &mut Stage<'_>) {
        match timer {
            TopicTimer::Replicated { partition } => {
                self.partitions[usize::from(partition)].replicated_next();
                self.acknowledge(partition, stage);
                self.serve(partition, stage);
            }
            TopicTimer::FetchOver { partition, member, request } => {
                let polls = &mut self.partitions[usize::from(partition)].polls;
                if let Some(place) = polls.iter().position(|poll| poll.member == member && poll.request == request) {
                    let poll = polls.remove(place);
                    self.answer_fetch(partition, poll, self.words.empty, PartId::NONE, 1, stage);
                }
            }
            TopicTimer::RetentionOver { partition } => {
                self.partitions[usize::from(partition)].retention_timer = false;
                self.watch_retention(partition, stage);
            }
            TopicTimer::SessionOver { group, identity } => {
                let coordinator = &mut self.groups[usize::from(group)].coordinator;
                if !stage.faults().are_over() {
                    coordinator.hear_all(stage);
                }
                let replies = coordinator.session_over(identity, stage);
                self.reply_all(replies, stage);
            }
            TopicTimer::JoinOver { group } => {
                let replies = self.groups[usize::from(group)].coordinator.join_over(stage);
                self.reply_all(replies, stage);
            }
        }
    }

    /// A batch arrived at its partition's leader.
    fn produce(&mut self, number: u16, request: Awaiting, producing: Producing, sequence: u32, stage: &mut Stage<'_>) {
        let message = request.message;
        let Producing { acks, idempotent, .. } = producing;
        if acks == Acks::All && self.in_sync < self.min_in_sync {
            stage.refuse(message);
            return self.answer(number, &request, self.words.not_enough_replicas, Answer::NotEnoughReplicas, stage);
        }
        let partition = &mut self.partitions[usize::from(number)];
        let known = partition.producer(producing);
        if idempotent && sequence > known.expected() {
            stage.refuse(message);
            return self.answer(number, &request, self.words.out_of_order, Answer::OutOfOrderSequence, stage);
        }
        known.listens = acks != Acks::None;
        let parts = stage.parts_of(message).to_vec();
        let duplicate = idempotent && sequence < known.expected();
        // A repeat waits for the replicas that the first waits for (ReplicaManager.appendRecords).
        let mut end = known.end_of(sequence + parts.len() as u32);
        if !duplicate {
            partition.append(&parts, producing, stage);
            end = partition.end();
            if self.in_sync == 1 {
                partition.replicated(end);
            } else {
                partition.replicates(stage.set_timer(self.replication, TopicTimer::Replicated { partition: number }));
            }
        }
        let word = if duplicate { self.words.duplicate } else { self.words.produced };
        match acks {
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

    fn answer(&self, partition: u16, request: &Awaiting, word: Word, answer: Answer, stage: &mut Stage<'_>) {
        let Awaiting { message, batch, attempt, back, .. } = *request;
        let parcel = Parcel::new(back, word, stage.part_of(message));
        stage.send(
            parcel.attempt(attempt).answering(message).from(Slot(partition)),
            ToProducer::Produced { partition, batch, attempt, answer },
        );
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

    fn answer_fetch(&self, partition: u16, poll: Poll, word: Word, part: PartId, attempt: u32, stage: &mut Stage<'_>) {
        let Poll { message, member, from, request, .. } = poll;
        let parcel = Parcel::new(self.members[usize::from(member)].records, word, part);
        stage.send(
            parcel.attempt(attempt).answering(message).from(Slot(partition)),
            ToMembers::Fetched { member, partition, from, request },
        );
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
        let body = ToMembers::Group(member, GroupAnswer::BeginAt { partition: number, offset, request });
        self.reply(Reply { member, to: message, word: self.words.offset, body }, stage);
    }

    fn reply_all(&self, replies: Vec<Reply>, stage: &mut Stage<'_>) {
        for reply in replies {
            self.reply(reply, stage);
        }
    }

    fn reply(&self, reply: Reply, stage: &mut Stage<'_>) {
        let link = self.members[usize::from(reply.member)].coordinator;
        stage.send(Parcel::new(link, reply.word, PartId::NONE).answering(reply.to), reply.body);
    }

    /// One timer a partition: records grow old in the order of their offsets.
    fn watch_retention(&mut self, number: u16, stage: &mut Stage<'_>) {
        let partition = &mut self.partitions[usize::from(number)];
        if !partition.retention_timer
            && let Some(span) = partition.expire(self.retention, stage)
        {
            partition.retention_timer = true;
            stage.set_timer(span, TopicTimer::RetentionOver { partition: number });
        }
    }

    fn turn_away(&mut self, message: MessageId, body: ToTopic, stage: &mut Stage<'_>) {
        stage.refuse(message);
        let (member, word, body) = match body {
            ToTopic::Produce { partition, batch, attempt, producing: Producing { back, acks, .. }, .. } => {
                if acks != Acks::None {
                    let request = Awaiting { end: 0, message, batch, attempt, back, word: self.words.no_leader };
                    self.answer(partition, &request, self.words.no_leader, Answer::NoLeader, stage);
                }
                return;
            }
            ToTopic::Fetch { member, partition, request, .. } => {
                (member, self.words.fetch_refused, ToMembers::FetchRefused { member, partition, request })
            }
            ToTopic::Commit { member, request, .. } => {
                let taken = Taken::NoCoordinator;
                let group = self.members[usize::from(member)].group;
                let words = self.words.commits(self.groups[usize::from(group)].commit);
                (member, words.refused, ToMembers::Committed { member, request, taken })
            }
            ToTopic::AskOffset { member, request, .. }
            | ToTopic::Group(member, GroupRequest::Join { request, .. } | GroupRequest::Sync { request, .. }) => {
                let refused = GroupAnswer::Refused { request, taken: Taken::NoCoordinator };
                (member, self.words.group_refused, ToMembers::Group(member, refused))
            }
            ToTopic::Group(_, GroupRequest::Heartbeat { .. } | GroupRequest::Leave { .. }) => return,
        };
        self.reply(Reply { member, to: message, word, body }, stage);
    }

    fn fault(&mut self, fault: Fault, phase: Phase, stage: &mut Stage<'_>) {
        match (fault, phase) {
            (Fault::SlowDown { .. }, _) => {}
            (Fault::SilentOutage, Phase::Begins) => {
                self.partitions.iter_mut().for_each(|partition| partition.forget_polls(|_| true, stage));
            }
            (Fault::Outage | Fault::Crash, Phase::Begins) => {
                // Who is dead cannot die.
                if fault == Fault::Crash && stage.faults().deaths == 1 {
                    self.lose_leader(stage);
                }
                self.break_off(stage);
            }
            (Fault::SilentOutage | Fault::Outage | Fault::Crash, Phase::Ends) => {
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
            for back in partition.disconnect() {
                let parcel = Parcel::new(back, self.words.closed, PartId::NONE).from(Slot(number));
                stage.send(parcel, ToProducer::Closed { partition: number });
            }
            for Poll { message, member, request, timer, .. } in polls {
                stage.cancel(timer);
                let body = ToMembers::FetchRefused { member, partition: number, request };
                self.reply(Reply { member, to: message, word: self.words.fetch_broken, body }, stage);
            }
        }
    }
}
