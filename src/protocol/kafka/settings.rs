//! The settings of a Kafka side, under Kafka's own names and with the defaults of 4.x.
//!
//! *Invariant:* settings that pass [`Settings::check`] can be set up and run.

use crate::protocol::keys::Keys;
use crate::protocol::lanes::{Crew, Lanes};
use crate::protocol::retry::{Jitter, Retry};
use crate::protocol::{BadSetting, MAX_SLOTS, at_most, check_actor, check_text, different, in_range, not_zero};
use crate::reading::{fields, words};
use crate::time::{Moment, Span};

/// The most partitions a topic may have here.
const MAX_PARTITIONS: u64 = 50;

/// A side's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub producer: ProducerSettings,
    pub topic: TopicSettings,
    /// One or more groups, each of which reads every record. With several, a job has a part for each.
    pub groups: Vec<GroupSettings>,
    /// The keys of the jobs' records, in turn; without any, records have no key.
    pub keys: Keys,
    /// What a record takes in a batch.
    pub record_size_bytes: u32,
    /// How long a client waits for an answer: `request.timeout.ms`.
    pub request_timeout: Span,
    /// What a record is called in the picture; `{job}` stands for the job's number.
    pub label: String,
    /// Shown when a message is selected; `{job}` as above.
    pub body: String,
}

fields!(Settings: producer, topic, groups, keys, record_size_bytes, request_timeout, label, body);

#[derive(Clone, Debug, PartialEq)]
pub struct ProducerSettings {
    pub id: String,
    pub name: String,
    pub threads: u16,
    /// Whether a thread waits for the record's acknowledgement (`send().get()`).
    pub send: Sending,
    pub acks: Acks,
    /// Only with acks=all; other acks switch it off.
    pub enable_idempotence: bool,
    pub linger: Span,
    pub batch_size_bytes: u32,
    /// Requests that may be unanswered, per partition's leader.
    pub max_in_flight: u16,
    /// From `send()` on: when a record is given up.
    pub delivery_timeout: Span,
}

fields!(ProducerSettings:
    id, name, threads, send, acks, enable_idempotence, linger, batch_size_bytes, max_in_flight, delivery_timeout
);

/// What a producer's thread does about the acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// It moves on, and a callback hears of it later.
    Async,
    /// It blocks until the record is acknowledged.
    Wait,
}

words!(Sending: Async = "async", Wait = "wait");

/// When a produce request is answered (`acks`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acks {
    /// Never: nobody waits for an answer.
    None,
    /// When the leader has it.
    Leader,
    /// When every replica that is in sync has it.
    All,
}

words!(Acks: None = "0", Leader = "1", All = "all");

#[derive(Clone, Debug, PartialEq)]
pub struct TopicSettings {
    pub id: String,
    pub name: String,
    pub partitions: u16,
    pub replication_factor: u16,
    pub min_insync_replicas: u16,
    /// How many replicas are in sync when the run begins, the leader among them; all unless it is given.
    pub in_sync_replicas: Option<u16>,
    /// How long it takes until the followers have a record. (A choice: in Kafka it follows from their fetches.)
    pub replication: Span,
    pub retention: Span,
}

fields!(TopicSettings:
    id, name, partitions, replication_factor, min_insync_replicas, in_sync_replicas, replication, retention
);

#[derive(Clone, Debug, PartialEq)]
pub struct GroupSettings {
    pub id: String,
    pub name: String,
    pub consumers: u16,
    pub lanes: Lanes,
    /// When the members start. Without a moment they did so before the run began: the group is stable, and has committed
    /// the beginning of the log.
    pub joins_at: Option<Moment>,
    pub auto_offset_reset: OffsetReset,
    pub commit: Commit,
    pub auto_commit_interval: Span,
    pub session_timeout: Span,
    pub heartbeat_interval: Span,
    pub max_poll_interval: Span,
    pub max_poll_records: u32,
    pub fetch_max_wait: Span,
    /// The broker's `group.initial.rebalance.delay.ms`.
    pub initial_rebalance_delay: Span,
    /// What a consumer does about a record whose work fails: so many attempts in place, while the partition waits, then
    /// it is skipped, or put into the dead-letter topic if there is one. Ten attempts without a pause are what Spring's
    /// `DefaultErrorHandler` does; the plain client has no rule.
    pub retry: Retry,
    pub dead_letter: Option<DeadLetterSettings>,
    /// Whether a consumer recognises what its group has done already, and skips it.
    pub deduplicates: bool,
    /// How many times as long as usual each consumer takes, from the first on; 1 for those not listed.
    pub factors: Vec<f64>,
}

fields!(GroupSettings:
    id, name, consumers, lanes, joins_at, auto_offset_reset, commit, auto_commit_interval, session_timeout,
    heartbeat_interval, max_poll_interval, max_poll_records, fetch_max_wait, initial_rebalance_delay, retry,
    dead_letter, deduplicates, factors
);

/// Where a group begins to read if nothing is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetReset {
    Earliest,
    Latest,
}

words!(OffsetReset: Earliest = "earliest", Latest = "latest");

/// When a consumer commits its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// In a `poll()`, once `auto_commit_interval` has passed: what earlier polls returned (`enable.auto.commit`).
    Auto,
    /// `commitSync()` after all records of a poll.
    AfterBatch,
    /// `commitSync()` after each record.
    AfterEach,
    /// `commitSync()` before the records of a poll are worked on: at most once.
    BeforeWork,
}

words!(Commit: Auto = "auto", AfterBatch = "after-batch", AfterEach = "after-each", BeforeWork = "before-work");

#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetterSettings {
    pub id: String,
    pub name: String,
}

fields!(DeadLetterSettings: id, name);

impl Default for Settings {
    fn default() -> Self {
        Settings {
            producer: ProducerSettings::default(),
            topic: TopicSettings::default(),
            groups: vec![GroupSettings::default()],
            keys: Keys::new(&[]),
            record_size_bytes: 1024,
            request_timeout: Span::seconds(30),
            label: "job {job}".into(),
            body: String::new(),
        }
    }
}

impl Default for ProducerSettings {
    fn default() -> Self {
        ProducerSettings {
            id: "client".into(),
            name: "Client".into(),
            threads: 1,
            send: Sending::Async,
            acks: Acks::All,
            enable_idempotence: true,
            linger: Span::millis(5),
            batch_size_bytes: 16_384,
            max_in_flight: 5,
            delivery_timeout: Span::seconds(120),
        }
    }
}

impl Default for TopicSettings {
    fn default() -> Self {
        TopicSettings {
            id: "queue".into(),
            name: "Topic".into(),
            partitions: 1,
            replication_factor: 1,
            min_insync_replicas: 1,
            in_sync_replicas: None,
            replication: Span::millis(2),
            retention: Span::seconds(7 * 24 * 3600),
        }
    }
}

impl Default for GroupSettings {
    fn default() -> Self {
        GroupSettings {
            id: "server".into(),
            name: "Server".into(),
            consumers: 1,
            lanes: Lanes::Shared,
            joins_at: None,
            auto_offset_reset: OffsetReset::Latest,
            commit: Commit::Auto,
            auto_commit_interval: Span::seconds(5),
            session_timeout: Span::seconds(45),
            heartbeat_interval: Span::seconds(3),
            max_poll_interval: Span::seconds(300),
            max_poll_records: 500,
            fetch_max_wait: Span::millis(500),
            initial_rebalance_delay: Span::seconds(3),
            retry: Retry { max_attempts: 10, base: Span::micros(1), cap: Span::micros(1), jitter: Jitter::None },
            dead_letter: None,
            deduplicates: false,
            factors: Vec::new(),
        }
    }
}

impl Default for DeadLetterSettings {
    fn default() -> Self {
        DeadLetterSettings { id: "dead".into(), name: "Dead letters".into() }
    }
}

impl ProducerSettings {
    /// Without acks=all there is no idempotence (ProducerConfig).
    pub(super) fn is_idempotent(&self) -> bool {
        self.enable_idempotence && self.acks == Acks::All
    }

    /// Refuses what cannot be, in the producer that stands at `field`.
    pub(in crate::protocol) fn check(&self, field: &str) -> Result<(), BadSetting> {
        let at = |name: &str| format!("{field}.{name}");
        in_range(&at("threads"), self.threads.into(), 1..=MAX_SLOTS)?;
        in_range(&at("batch_size_bytes"), self.batch_size_bytes.into(), 1..=10_000_000)?;
        let most = if self.is_idempotent() { 5 } else { 100 };
        in_range(&at("max_in_flight"), self.max_in_flight.into(), 1..=most)?;
        not_zero(&at("delivery_timeout"), self.delivery_timeout)
    }
}

impl TopicSettings {
    /// Refuses what cannot be, in the topic that stands at `field`.
    pub(in crate::protocol) fn check(&self, field: &str) -> Result<(), BadSetting> {
        let at = |name: &str| format!("{field}.{name}");
        in_range(&at("partitions"), self.partitions.into(), 1..=MAX_PARTITIONS)?;
        in_range(&at("replication_factor"), self.replication_factor.into(), 1..=9)?;
        let replicas = u64::from(self.replication_factor);
        in_range(&at("min_insync_replicas"), self.min_insync_replicas.into(), 1..=replicas)?;
        in_range(&at("in_sync_replicas"), self.in_sync().into(), 1..=replicas)?;
        not_zero(&at("retention"), self.retention)
    }

    /// Replicas in sync when the run begins.
    pub(super) fn in_sync(&self) -> u16 {
        self.in_sync_replicas.unwrap_or(self.replication_factor)
    }
}

impl GroupSettings {
    /// Who is in it.
    pub(super) fn crew(&self) -> Crew<'_> {
        let GroupSettings { id, name, consumers, lanes, factors, .. } = self;
        Crew { id, name, noun: "consumer", count: *consumers, lanes: *lanes, factors }
    }

    /// Refuses what cannot be, in the group that stands at `field`.
    pub(in crate::protocol) fn check(&self, field: &str) -> Result<(), BadSetting> {
        let path = |name: &str| format!("{field}.{name}");
        self.crew().check(field, "consumers")?;
        in_range(&path("max_poll_records"), self.max_poll_records.into(), 1..=100_000)?;
        for (name, span) in [
            ("auto_commit_interval", self.auto_commit_interval),
            ("session_timeout", self.session_timeout),
            ("heartbeat_interval", self.heartbeat_interval),
            ("max_poll_interval", self.max_poll_interval),
            ("fetch_max_wait", self.fetch_max_wait),
        ] {
            not_zero(&path(name), span)?;
        }
        if self.heartbeat_interval >= self.session_timeout {
            let sentence = format!(
                "{} is not shorter than session_timeout {}; a third of it is usual",
                self.heartbeat_interval, self.session_timeout
            );
            return Err(BadSetting { field: path("heartbeat_interval"), sentence });
        }
        if let Some(dead) = &self.dead_letter {
            check_actor(&path("dead_letter"), &dead.id, &dead.name)?;
        }
        self.retry.check(&path("retry"))
    }
}

impl Settings {
    /// Each group does its own part of every record.
    pub(in crate::protocol) fn parts(&self) -> Option<u32> {
        Some(self.groups.len() as u32)
    }

    pub(in crate::protocol) fn check(&self) -> Result<(), BadSetting> {
        let Settings { producer, topic, groups, .. } = self;
        producer.check("producer")?;
        not_zero("request_timeout", self.request_timeout)?;
        in_range("record_size_bytes", self.record_size_bytes.into(), 1..=1_000_000)?;
        topic.check("topic")?;
        if groups.is_empty() {
            let sentence = "somebody has to read the topic; write `[{}]` for one group with every default".into();
            return Err(BadSetting { field: "groups".into(), sentence });
        }
        at_most("groups", groups.len(), 8)?;
        check_actor("producer", &producer.id, &producer.name)?;
        check_actor("topic", &topic.id, &topic.name)?;
        self.keys.check("keys")?;
        let mut taken = vec![producer.id.clone()];
        let mut claim = |field: String, id: String| {
            taken.iter().try_for_each(|other| different(&field, &id, other))?;
            taken.push(id);
            Ok(())
        };
        claim("topic.id".into(), topic.id.clone())?;
        for (place, group) in groups.iter().enumerate() {
            group.check(&format!("groups.{place}"))?;
            for id in group.crew().ids() {
                claim(format!("groups.{place}.id"), id)?;
            }
            if let Some(dead) = &group.dead_letter {
                claim(format!("groups.{place}.dead_letter.id"), dead.id.clone())?;
            }
        }
        check_text("label", &self.label)?;
        check_text("body", &self.body)
    }
}
