//! The settings of a Kafka side, under Kafka's own names and with the defaults of 4.x.
//!
//! *Invariant:* settings that pass [`Settings::check`] can be set up and run.

use crate::protocol::keys::Keys;
use crate::protocol::lanes::{Crew, Lanes};
use crate::protocol::retry::{Jitter, Retry};
use crate::protocol::{BadSetting, different, in_range};
use crate::reading::rule::{FACTORS, ID, KEYS, LASTING, NAME, SLOTS, TEXT};
use crate::reading::{Rule, fields, words};
use crate::time::{Moment, Span};

/// The most partitions of a topic.
pub const MOST_PARTITIONS: u16 = 50;

fields! {
    /// A side's settings.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// Who sends the records.
        pub producer: ProducerSettings = ProducerSettings::default(),
        /// Where the records lie.
        pub topic: TopicSettings = TopicSettings::default(),
        /// One or more groups, each of which reads every record. With several, a job has a part for each.
        pub groups: Vec<GroupSettings> [Rule::List(1, 8, &Rule::Any)] = vec![GroupSettings::default()],
        /// The keys of the jobs' records, in turn; without any, records have no key.
        pub keys: Keys [KEYS] = Keys::new(&[]),
        /// What a record takes in a batch: its value. Unless it is given, that is what is sent with a job
        /// (`workload.body_bytes`).
        pub record_size_bytes: Option<u32> [Rule::Whole(1, 1_000_000)] = None,
        /// How long a client waits for an answer: `request.timeout.ms`.
        pub request_timeout: Span [LASTING] = Span::seconds(30),
        /// What a record is called in the picture; `{job}` stands for the job's number.
        pub label: String [TEXT] = "job {job}".into(),
        /// Shown when a message is selected; `{job}` as above.
        pub body: String [TEXT] = String::new(),
    }
}

fields! {
    /// Who sends the records.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ProducerSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "client".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Client".into(),
        /// How many jobs it has under way at once.
        pub threads: u16 [SLOTS] = 1,
        /// Whether a thread waits for the record's acknowledgement (`send().get()`).
        pub send: Sending = Sending::Async,
        /// When a record counts as handed over.
        pub acks: Acks = Acks::All,
        /// Only with acks=all; other acks switch it off.
        pub enable_idempotence: bool = true,
        /// How long a batch waits for more records: `linger.ms`.
        pub linger: Span = Span::millis(5),
        /// How large a batch grows: `batch.size`.
        pub batch_size_bytes: u32 [Rule::Whole(1, 10_000_000)] = 16_384,
        /// Requests that may be unanswered, per partition's leader.
        pub max_in_flight: u16 [Rule::Whole(1, 100)] = 5,
        /// From `send()` on: when a record is given up.
        pub delivery_timeout: Span [LASTING] = Span::seconds(120),
    }
}

words! {
    /// What a producer's thread does about the acknowledgement.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Sending = Async {
        /// It moves on, and a callback hears of it later.
        Async = "async",
        /// It blocks until the record is acknowledged.
        Wait = "wait",
    }
}

words! {
    /// When a produce request is answered (`acks`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Acks = None {
        /// Never: nobody waits for an answer.
        None = "0",
        /// When the leader has it.
        Leader = "1",
        /// When every replica that is in sync has it.
        All = "all",
    }
}

fields! {
    /// Where the records lie.
    #[derive(Clone, Debug, PartialEq)]
    pub struct TopicSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "queue".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Topic".into(),
        /// How many logs it has, each of which one member of a group reads.
        pub partitions: u16 [Rule::Whole(1, MOST_PARTITIONS as i64)] = 1,
        /// How many brokers have each record.
        pub replication_factor: u16 [Rule::Whole(1, 9)] = 1,
        /// How many must have a record before `acks=all` is answered.
        pub min_insync_replicas: u16 [Rule::Whole(1, 9)] = 1,
        /// How many replicas are in sync when the run begins, the leader among them; all unless it is given.
        pub in_sync_replicas: Option<u16> [Rule::Whole(1, 9)] = None,
        /// How long it takes until the followers have a record. (A choice: in Kafka it follows from their fetches.)
        pub replication: Span = Span::millis(2),
        /// How long a record is kept.
        pub retention: Span [LASTING] = Span::seconds(7 * 24 * 3600),
    }
}

fields! {
    /// Who reads the topic.
    #[derive(Clone, Debug, PartialEq)]
    pub struct GroupSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "server".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Server".into(),
        /// How many members it has.
        pub consumers: u16 [SLOTS] = 1,
        /// Whether they share a lane and so a fate, or have each their own.
        pub lanes: Lanes = Lanes::Shared,
        /// When the members start. Without a moment they did so before the run began: the group is stable, and has committed
        /// the beginning of the log.
        pub joins_at: Option<Moment> = None,
        /// Where it begins to read if nothing is committed.
        pub auto_offset_reset: OffsetReset = OffsetReset::Latest,
        /// When a consumer commits its place.
        pub commit: Commit = Commit::Auto,
        /// How often `auto` commits.
        pub auto_commit_interval: Span [LASTING] = Span::seconds(5),
        /// After how long without a heartbeat a member is taken to be dead.
        pub session_timeout: Span [LASTING] = Span::seconds(45),
        /// How often a member says that it lives.
        pub heartbeat_interval: Span [LASTING] = Span::seconds(3),
        /// The longest time between two polls before a member has to leave.
        pub max_poll_interval: Span [LASTING] = Span::seconds(300),
        /// The most records that one poll returns.
        pub max_poll_records: u32 [Rule::Whole(1, 100_000)] = 500,
        /// How long a fetch waits for records: `fetch.max.wait.ms`.
        pub fetch_max_wait: Span [LASTING] = Span::millis(500),
        /// The broker's `group.initial.rebalance.delay.ms`.
        pub initial_rebalance_delay: Span = Span::seconds(3),
        /// What a consumer does about a record whose work fails: so many attempts in place, while the partition waits, then
        /// it is skipped, or put into the dead-letter topic if there is one. Ten attempts without a pause are what Spring's
        /// `DefaultErrorHandler` does; the plain client has no rule.
        pub retry: Retry = Retry { max_attempts: 10, base: Span::micros(1), cap: Span::micros(1), jitter: Jitter::None },
        /// Where a record goes that is out of attempts; without it, it is skipped.
        pub dead_letter: Option<DeadLetterSettings> = None,
        /// Whether a consumer recognises what its group has done already, and skips it.
        pub deduplicates: bool = false,
        /// How many times as long as usual each consumer takes, from the first on; 1 for those not listed.
        pub factors: Vec<f64> [FACTORS] = Vec::new(),
    }
}

words! {
    /// Where a group begins to read if nothing is committed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OffsetReset = Earliest {
        /// With the first record that there is.
        Earliest = "earliest",
        /// With what comes from then on.
        Latest = "latest",
    }
}

words! {
    /// When a consumer commits its place.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Commit = Auto {
        /// In a `poll()`, once `auto_commit_interval` has passed: what earlier polls returned (`enable.auto.commit`).
        Auto = "auto",
        /// `commitSync()` after all records of a poll.
        AfterBatch = "after-batch",
        /// `commitSync()` after each record.
        AfterEach = "after-each",
        /// `commitSync()` before the records of a poll are worked on: at most once.
        BeforeWork = "before-work",
    }
}

fields! {
    /// Where records lie that are out of attempts.
    #[derive(Clone, Debug, PartialEq)]
    pub struct DeadLetterSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "dead".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Dead letters".into(),
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
        let most = if self.is_idempotent() { 5 } else { 100 };
        in_range(&at("max_in_flight"), self.max_in_flight.into(), 1..=most)
    }
}

impl TopicSettings {
    /// Refuses what cannot be, in the topic that stands at `field`.
    pub(in crate::protocol) fn check(&self, field: &str) -> Result<(), BadSetting> {
        let at = |name: &str| format!("{field}.{name}");
        let replicas = u64::from(self.replication_factor);
        in_range(&at("min_insync_replicas"), self.min_insync_replicas.into(), 1..=replicas)?;
        in_range(&at("in_sync_replicas"), self.in_sync().into(), 1..=replicas)
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
        if self.heartbeat_interval >= self.session_timeout {
            let sentence = format!(
                "{} is not shorter than session_timeout {}; a third of it is usual",
                self.heartbeat_interval, self.session_timeout
            );
            return Err(BadSetting { field: path("heartbeat_interval"), sentence });
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
        topic.check("topic")?;
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
        Ok(())
    }
}
