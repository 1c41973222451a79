//! The settings of a RabbitMQ side, under RabbitMQ's own names and with its defaults.
//!
//! *Invariant:* settings that pass [`Settings::check`] can be set up and run.

use crate::protocol::retry::Retry;
use crate::protocol::{BadSetting, MAX_SLOTS, check_actor, check_text, different, in_range, not_zero};
use crate::reading::{fields, words};
use crate::rng::Distribution;
use crate::time::Span;

/// The most messages a consumer of a quorum queue holds when its prefetch is unlimited (quorum-queues).
const QUORUM_PREFETCH_CAP: u16 = 2000;

/// The delivery limit of a quorum queue (`rabbit_quorum_queue.erl`, `DEFAULT_DELIVERY_LIMIT`).
const QUORUM_DELIVERY_LIMIT: i32 = 20;

/// A side's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub publisher: PublisherSettings,
    pub queue: QueueSettings,
    pub consumers: ConsumerSettings,
    pub confirms: Confirms,
    /// How long the publisher waits for a confirm. Without a number, for ever.
    pub confirm_timeout: Option<Span>,
    /// How a publish that was refused, or whose confirm is overdue, is repeated.
    pub retry: Retry,
    /// What a message is called in the picture; `{job}` stands for the job's number.
    pub label: String,
    /// Shown when a message is selected; `{job}` as above.
    pub body: String,
}

fields!(Settings: publisher, queue, consumers, confirms, confirm_timeout, retry, label, body);

#[derive(Clone, Debug, PartialEq)]
pub struct PublisherSettings {
    pub id: String,
    pub name: String,
    pub threads: u16,
}

fields!(PublisherSettings: id, name, threads);

#[derive(Clone, Debug, PartialEq)]
pub struct QueueSettings {
    pub id: String,
    pub name: String,
    pub kind: QueueType,
    /// How many failed deliveries a quorum queue puts up with; −1 is no limit. Without a number, 20. A classic queue
    /// has none.
    pub delivery_limit: Option<i32>,
    /// Where rejected messages go; without it they are dropped.
    pub dead_letter: Option<DeadLetterSettings>,
    /// The most messages that may be ready; those delivered and not acknowledged do not count.
    pub max_length: Option<u32>,
    /// What happens to one message too many.
    pub overflow: Overflow,
    /// How long a message takes to be safe: on disk, and in a quorum queue on most replicas. Only then is it confirmed.
    /// (Disk writes are batched, so it can take a few hundred milliseconds; nothing is our choice.)
    pub write_time: Distribution,
}

fields!(QueueSettings: id, name, kind as "type", delivery_limit, dead_letter, max_length, overflow, write_time);

/// `x-overflow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The oldest message goes.
    DropHead,
    /// The newest is not taken, and its publisher is told.
    RejectPublish,
}

words!(Overflow: DropHead = "drop-head", RejectPublish = "reject-publish");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueType {
    Quorum,
    Classic,
}

words!(QueueType: Quorum = "quorum", Classic = "classic");

impl QueueType {
    pub(super) fn words(self) -> &'static str {
        match self {
            QueueType::Quorum => "quorum queue",
            QueueType::Classic => "classic queue",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetterSettings {
    pub id: String,
    pub name: String,
}

fields!(DeadLetterSettings: id, name);

#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerSettings {
    pub id: String,
    pub name: String,
    pub count: u16,
    /// Unacknowledged messages a consumer may hold; 0 is unlimited, which a quorum queue takes as 2000.
    pub prefetch: u16,
    pub ack: Acknowledgement,
    /// After how many messages a consumer acknowledges them all at once (`multiple`); sooner if it has no more in hand.
    pub ack_every: u16,
    pub on_failure: OnFailure,
    /// Whether what fails goes back to the queue.
    pub requeue: bool,
    /// Whether a consumer recognises what was done already, and skips it.
    pub deduplicates: bool,
    /// How many times as long as usual each consumer takes, from the first on; 1 for those not listed.
    pub factors: Vec<f64>,
    /// How long a consumer waits before it opens a lost connection again: the Java client's
    /// `networkRecoveryInterval`.
    pub recovery_interval: Span,
}

fields!(ConsumerSettings:
    id, name, count, prefetch, ack, ack_every, on_failure, requeue, deduplicates, factors, recovery_interval
);

/// Who says that a delivery is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acknowledgement {
    /// The consumer, when its work is done.
    Manual,
    /// The broker, as soon as it has written the delivery to the socket. Prefetch does not apply.
    Automatic,
}

words!(Acknowledgement: Manual = "manual", Automatic = "automatic");

/// What a consumer does with a message whose work failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// `basic.reject`.
    Reject,
    /// `basic.nack`.
    Nack,
}

words!(OnFailure: Reject = "reject", Nack = "nack");

/// What a publisher's thread does about the confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirms {
    /// The thread moves on, and hears of the confirm later.
    Async,
    /// The thread blocks until the confirm comes.
    Wait,
    /// Nobody asks for confirms: published is as good as it gets.
    Off,
}

words!(Confirms: Async = "async", Wait = "wait", Off = "off");

impl Default for Settings {
    fn default() -> Self {
        Settings {
            publisher: PublisherSettings::default(),
            queue: QueueSettings::default(),
            consumers: ConsumerSettings::default(),
            confirms: Confirms::Async,
            confirm_timeout: None,
            retry: Retry::default(),
            label: "job {job}".into(),
            body: String::new(),
        }
    }
}

impl Default for PublisherSettings {
    fn default() -> Self {
        PublisherSettings { id: "client".into(), name: "Client".into(), threads: 1 }
    }
}

impl Default for QueueSettings {
    fn default() -> Self {
        QueueSettings {
            id: "queue".into(),
            name: "Queue".into(),
            kind: QueueType::Quorum,
            delivery_limit: None,
            dead_letter: None,
            max_length: None,
            overflow: Overflow::DropHead,
            write_time: Distribution::fixed(Span::ZERO),
        }
    }
}

impl Default for DeadLetterSettings {
    fn default() -> Self {
        DeadLetterSettings { id: "dead".into(), name: "Dead letters".into() }
    }
}

impl Default for ConsumerSettings {
    fn default() -> Self {
        ConsumerSettings {
            id: "server".into(),
            name: "Server".into(),
            count: 1,
            prefetch: 0,
            ack: Acknowledgement::Manual,
            ack_every: 1,
            on_failure: OnFailure::Reject,
            requeue: false,
            deduplicates: false,
            factors: Vec::new(),
            recovery_interval: Span::seconds(5),
        }
    }
}

impl QueueSettings {
    /// The failed deliveries put up with, if there is a limit.
    pub(super) fn limit(&self) -> Option<u16> {
        match (self.kind, self.delivery_limit.unwrap_or(QUORUM_DELIVERY_LIMIT)) {
            (QueueType::Quorum, limit) => u16::try_from(limit).ok(),
            (QueueType::Classic, _) => None,
        }
    }
}

impl Settings {
    /// The most unacknowledged messages a consumer is given, if there is a bound.
    pub(super) fn prefetch_bound(&self) -> Option<u16> {
        match (self.consumers.ack, self.consumers.prefetch, self.queue.kind) {
            (Acknowledgement::Automatic, _, _) | (_, 0, QueueType::Classic) => None,
            (Acknowledgement::Manual, 0, QueueType::Quorum) => Some(QUORUM_PREFETCH_CAP),
            (Acknowledgement::Manual, prefetch, _) => Some(prefetch),
        }
    }

    /// A job of several parts is as many messages.
    pub(in crate::protocol) fn parts(&self) -> Option<u32> {
        None
    }

    pub(in crate::protocol) fn check(&self) -> Result<(), BadSetting> {
        let Settings { publisher, queue, consumers, .. } = self;
        in_range("publisher.threads", publisher.threads.into(), 1..=MAX_SLOTS)?;
        in_range("consumers.count", consumers.count.into(), 1..=MAX_SLOTS)?;
        in_range("consumers.ack_every", consumers.ack_every.into(), 1..=1000)?;
        not_zero("consumers.recovery_interval", consumers.recovery_interval)?;
        if let Some(timeout) = self.confirm_timeout {
            not_zero("confirm_timeout", timeout)?;
        }
        if let Some(most) = queue.max_length {
            in_range("queue.max_length", most.into(), 1..=1_000_000)?;
        }
        self.check_limit()?;
        self.check_factors()?;
        check_actor("publisher", &publisher.id, &publisher.name)?;
        check_actor("queue", &queue.id, &queue.name)?;
        check_actor("consumers", &consumers.id, &consumers.name)?;
        different("queue.id", &queue.id, &publisher.id)?;
        different("consumers.id", &consumers.id, &publisher.id)?;
        different("consumers.id", &consumers.id, &queue.id)?;
        if let Some(dead) = &queue.dead_letter {
            check_actor("queue.dead_letter", &dead.id, &dead.name)?;
            for other in [&publisher.id, &queue.id, &consumers.id] {
                different("queue.dead_letter.id", &dead.id, other)?;
            }
        }
        check_text("label", &self.label)?;
        check_text("body", &self.body)?;
        self.retry.check("retry")
    }

    fn check_limit(&self) -> Result<(), BadSetting> {
        let bad = |sentence: String| Err(BadSetting { field: "queue.delivery_limit".into(), sentence });
        match (self.queue.kind, self.queue.delivery_limit) {
            (QueueType::Classic, Some(limit)) => {
                bad(format!("{limit} has no meaning for a classic queue, which has no limit; leave it out"))
            }
            (QueueType::Quorum, Some(limit)) if !(-1..=1000).contains(&limit) => {
                bad(format!("{limit} is out of range; it must be from 0 to 1000, or -1 for no limit"))
            }
            (QueueType::Classic | QueueType::Quorum, _) => Ok(()),
        }
    }

    fn check_factors(&self) -> Result<(), BadSetting> {
        let factors = &self.consumers.factors;
        let field = || "consumers.factors".to_owned();
        if factors.len() > usize::from(self.consumers.count) {
            let sentence = format!("there are {} factors for {} consumers", factors.len(), self.consumers.count);
            return Err(BadSetting { field: field(), sentence });
        }
        match factors.iter().find(|factor| !(0.001..=1000.0).contains(*factor)) {
            Some(factor) => {
                let sentence = format!("{factor} is out of range; it must be from 0.001 to 1000");
                Err(BadSetting { field: field(), sentence })
            }
            None => Ok(()),
        }
    }
}
