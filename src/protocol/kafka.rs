//! Apache Kafka 4.x: a producer that batches, a topic of partitions, and groups of consumers that poll and commit.
//!
//! A record is written to the log of one partition and stays there; reading deletes nothing, and each group keeps its
//! own place. Sources: apache/kafka (ProducerConfig, ConsumerConfig, BuiltInPartitioner, KafkaConsumer,
//! ConsumerCoordinator, GroupCoordinator, RangeAssignor, docs/design.html) and KIP-1030.
//! *Invariant:* order is that of offsets within a partition, and between partitions there is none.

pub(crate) mod framing;
mod handling;
pub(crate) mod members;
pub(crate) mod messages;
mod murmur2;
pub(crate) mod producer;
pub(crate) mod settings;
pub(crate) mod topic;
pub(crate) mod words;

pub use handling::{BetweenAttempts, Ordering};
pub use members::Members;
pub use murmur2::partition_of;
pub use settings::{
    Acks, Commit, DeadLetterSettings, GroupSettings, MOST_PARTITIONS, OffsetReset, ProducerSettings, Sending, Settings,
    TopicSettings,
};
pub use topic::Topic;

use super::dead_letters::{DeadLetters, SetAside};
use super::framing::{length, longest};
use super::jobs::{Hands, Jobs, Messages};
use super::keys::Keys;
use super::lanes::{self, Berth, Lanes};
use super::threads::Threads;
use super::{Ground, Party, leg};
use crate::engine::{Link, LinkId, Setup};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::{ActorId, ActorRow, Drawing, Duty, ReaderRow, Term};
use framing::Names;
use messages::{MemberNumber, ToMembers, ToTopic};
use topic::Reader;
use words::{Assignments, Words};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: partitions by key (murmur2) or sticky without one, batches with linger, acks 0, 1 and all with in-sync replicas, \
the idempotent producer, request and delivery time-outs, long fetches, groups with the classic protocol (JoinGroup, SyncGroup, heartbeats, session and poll time-outs), \
eager rebalancing with the range assignor, automatic and synchronous commits, auto.offset.reset, retention by time, retries in place and a dead-letter topic. \
Left out: transactions, compaction, compression, retention by size, quotas, the new group protocol of KIP-848 and cooperative rebalancing, static members, share groups, buffer.memory. \
Each partition is led by a broker of its own, all in one lane; a crash of that lane ends when a leader is there again: a follower if one is in sync, else the same broker from its disk. \
A leader that goes or dies answers nothing: its connections break, and until a request is repeated its outcome is unknown; who asks while there is none is told so. \
Followers are not drawn; they have a record a fixed time after the leader. Retention removes a record at its very age, not by segments. \
ListOffsets is answered together with OffsetFetch, and the coordinator is never far away. \
Between two attempts at a record a consumer polls, as Spring's DefaultErrorHandler does, so each back-off with the work before it counts against max.poll.interval.ms and not their sum; what it holds from the last poll is kept where Spring would fetch it again. \
It remembers its attempts at a record when it reads it again, and the consumers of a lane set a record aside or skip it once. \
An outage of consumers is a close(): they finish their poll, commit, leave, and join again later.";

/// Threads or a program that waits for nothing, and a client that sends for them.
pub type Producer = Jobs<producer::Client>;

/// A lane with the members on it.
struct Crew {
    group: u16,
    lane: ActorId,
    /// The number of the first member, and who of the group is there.
    first: MemberNumber,
    berth: Berth,
    dead: Option<ActorId>,
}

impl Settings {
    pub(super) fn set_up(&self, ground: &Ground) -> Setup<Party> {
        let mut setup = Setup::default();
        let assignments = Assignments::new(&mut setup, self.topic.partitions);
        let words = Words::new(&mut setup, &self.label, &self.body);
        let size = framing::value(self.record_size_bytes, ground.freight);
        words.size(&mut setup, self.topic.names(&self.keys, self.groups.iter()), size);
        let ProducerSettings { id, name, threads, .. } = &self.producer;
        let producer = setup.lane(lanes::of_slots(Duty::Caller, (id, name), *threads, "thread"));
        let topic = setup.lane(self.topic.lane());
        setup.term(topic, Term::Position, "offset");
        setup.term(topic, Term::Settled, "committed");
        let crews = self.crews(&mut setup);
        let readers = self.readers(&mut setup, topic, &crews);

        let latency = || ground.latency.clone();
        let wide = |from, to, leg| ground.link(from, to, leg).keeping_order();
        let mut leaders = Vec::new();
        for _ in 0..self.topic.partitions {
            let out = setup.link(wide(producer, topic, leg::OUT));
            leaders.push((out, setup.link(wide(topic, producer, leg::BACK))));
        }
        let mut on: Vec<topic::MemberLinks> = Vec::new();
        let mut home: Vec<Vec<members::Links>> = Vec::new();
        for crew in &crews {
            let mut links = Vec::new();
            for _ in 0..crew.berth.count {
                let mut pair = |leg_on, leg_home| -> (LinkId<ToMembers>, LinkId<ToTopic>) {
                    let there = setup.link(Link::new(topic, crew.lane, leg_on, latency()).keeping_order());
                    let here = setup.link(Link::new(crew.lane, topic, leg_home, latency()).keeping_order());
                    (there, here)
                };
                let (records_on, records_home) = pair(leg::ON, leg::RETURN);
                let (group_on, group_home) = pair(leg::ON, leg::RETURN);
                on.push(topic::MemberLinks { group: crew.group, records: records_on, coordinator: group_on });
                links.push(members::Links { records: records_home, coordinator: group_home });
            }
            home.push(links);
        }
        let still = || Distribution::fixed(Span::ZERO);
        let asides: Vec<Option<LinkId<SetAside>>> = crews
            .iter()
            .map(|crew| crew.dead.map(|dead| setup.link(Link::new(crew.lane, dead, leg::RETURN, still()).inside())))
            .collect();

        let hands = match self.producer.send {
            Sending::Wait => Hands::Threads(Threads::new(*threads)),
            Sending::Async => Hands::Free,
        };
        let (own, records) = (&self.producer, (&self.keys, size));
        let client = producer::Client::new(own, records, self.request_timeout, words, leaders);
        setup.actor(Producer::new(hands, Messages::One, client).into());
        setup.actor(Topic::new((&self.topic, size), &readers, words, on).into());
        // Actors stand in the order of their lanes: a group's lanes, then its dead-letter topic.
        let mut dead = None;
        for ((crew, links), aside) in crews.iter().zip(home).zip(asides) {
            let group = &self.groups[usize::from(crew.group)];
            let (who, common) = ((group, crew.first, crew.berth), (self.request_timeout, &assignments));
            setup.actor(Members::new(who, common, words, links, aside).into());
            let last_of_group = crew.berth.first + crew.berth.count == group.consumers;
            if last_of_group && crew.dead.is_some() && crew.dead != dead {
                dead = crew.dead;
                setup.actor(DeadLetters.into());
            }
        }
        setup
    }

    /// Each group reads the topic with a place of its own. If there are several, each does its own part of every record.
    fn readers<'s>(&'s self, setup: &mut Setup<Party>, topic: ActorId, crews: &[Crew]) -> Vec<Reader<'s>> {
        let reader = |(number, group): (u16, &'s GroupSettings)| {
            let lanes = crews.iter().filter(|crew| crew.group == number).map(|crew| crew.lane);
            let row = ReaderRow { name: group.name.clone(), log: topic, lanes: lanes.collect() };
            Reader { group, id: setup.reader(row), carries: (self.groups.len() > 1).then_some(number) }
        };
        (0..).zip(&self.groups).map(reader).collect()
    }

    /// Makes the lanes of all groups, each followed by its dead-letter topic.
    fn crews(&self, setup: &mut Setup<Party>) -> Vec<Crew> {
        let mut crews = Vec::new();
        let mut member = 0;
        for (number, group) in self.groups.iter().enumerate() {
            let begin = crews.len();
            for (row, berth) in group.crew().lanes() {
                let subtitle = match group.lanes {
                    Lanes::Shared => row.subtitle,
                    Lanes::Each => format!("group {}", group.id),
                };
                let lane = setup.lane(ActorRow { subtitle, ..row });
                crews.push(Crew { group: number as u16, lane, first: member, berth, dead: None });
                member += berth.count;
            }
            if let Some(dead) = &group.dead_letter {
                let lane = setup.lane(lanes::river((&dead.id, &dead.name), "dead-letter topic"));
                crews[begin..].iter_mut().for_each(|crew| crew.dead = Some(lane));
            }
        }
        crews
    }
}

impl TopicSettings {
    /// How long the names are that its messages bear.
    pub(super) fn names<'s>(&self, keys: &Keys, groups: impl Iterator<Item = &'s GroupSettings> + Clone) -> Names {
        let fewest = groups.clone().map(|group| group.consumers).min().unwrap_or(1);
        Names {
            topic: length(&self.id),
            group: longest(groups.map(|group| &group.id)),
            key: (!keys.is_empty()).then(|| longest(keys.iter())),
            share: self.partitions.div_ceil(fewest).into(),
        }
    }

    pub(super) fn lane(&self) -> ActorRow {
        let TopicSettings { id, name, partitions, .. } = self;
        let tracks = lanes::of_slots(Duty::Broker, (id, name), *partitions, "partition");
        ActorRow { drawing: Drawing::Tracks, subtitle: format!("topic, {}", tracks.subtitle), ..tracks }
    }
}
