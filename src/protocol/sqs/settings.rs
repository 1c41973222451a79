//! The settings of an Amazon SQS side, under the names of its API and with its defaults.
//!
//! *Invariant:* settings that pass [`Settings::check`] can be set up and run.

use super::messages::Wanted;
use crate::protocol::keys::Keys;
use crate::protocol::lanes::{Crew, Lanes};
use crate::protocol::retry::{Jitter, Retry};
use crate::protocol::{BadSetting, MAX_SLOTS, check_actor, check_text, different, in_range, not_zero};
use crate::reading::{fields, words};
use crate::time::{Span, readable};

/// The longest visibility timeout: 12 hours (API reference, ChangeMessageVisibility).
pub(super) const LONGEST_VISIBILITY: Span = Span::seconds(43_200);

/// A side's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub sender: SenderSettings,
    pub queue: QueueSettings,
    pub consumers: ConsumerSettings,
    /// How long a caller of the API waits for an answer; `null` is for ever. 60 s is botocore's `read_timeout`.
    pub timeout: Option<Span>,
    /// How a call that was refused or not answered is repeated: the SDKs' standard mode (SDK reference guide, "Retry
    /// behavior").
    pub retry: Retry,
    /// FIFO only: the MessageGroupIds of the jobs, in turn.
    pub message_group_ids: Keys,
    /// FIFO only: the MessageDeduplicationIds of the jobs, in turn.
    pub message_deduplication_ids: Keys,
    /// What a message is called in the picture; `{job}` stands for the job's number.
    pub label: String,
    /// Shown when a message is selected; `{job}` as above.
    pub body: String,
}

fields!(Settings:
    sender, queue, consumers, timeout, retry, message_group_ids, message_deduplication_ids, label, body
);

/// How the API is called, whoever calls.
#[derive(Clone, Debug)]
pub(crate) struct Calling {
    pub timeout: Option<Span>,
    pub retry: Retry,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SenderSettings {
    pub id: String,
    pub name: String,
    pub threads: u16,
}

fields!(SenderSettings: id, name, threads);

#[derive(Clone, Debug, PartialEq)]
pub struct QueueSettings {
    pub id: String,
    pub name: String,
    pub kind: QueueType,
    /// How long a received message is invisible.
    pub visibility_timeout: Span,
    /// How long a ReceiveMessage waits for a message: nothing is short polling.
    pub receive_message_wait_time: Span,
    /// How long a message is invisible at first: DelaySeconds.
    pub delay: Span,
    /// How long a message is kept, from when it was sent.
    pub message_retention_period: Span,
    /// Where messages go that were received too often; without it, nowhere.
    pub redrive_policy: Option<RedrivePolicy>,
}

fields!(QueueSettings:
    id, name, kind as "type", visibility_timeout, receive_message_wait_time, delay, message_retention_period,
    redrive_policy
);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueType {
    Standard,
    Fifo,
}

words!(QueueType: Standard = "standard", Fifo = "fifo");

#[derive(Clone, Debug, PartialEq)]
pub struct RedrivePolicy {
    pub id: String,
    pub name: String,
    pub max_receive_count: u32,
}

fields!(RedrivePolicy: id, name, max_receive_count);

#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerSettings {
    pub id: String,
    pub name: String,
    pub count: u16,
    pub lanes: Lanes,
    /// The most messages that one ReceiveMessage brings.
    pub max_number_of_messages: u16,
    /// How long a ReceiveMessage waits: the queue's own time unless it is given here.
    pub wait_time: Option<Span>,
    /// How long a consumer pauses after a short poll that found nothing, or a poll that was turned away. (A choice: SQS
    /// leaves it to the program.)
    pub poll_interval: Span,
    /// When a message is deleted.
    pub delete: Delete,
    /// With a time, what fails is made visible again so long after by ChangeMessageVisibility; else it stays invisible
    /// until its visibility timeout ends.
    pub on_failure_visible_after: Option<Span>,
    /// Whether and how a consumer keeps a message invisible while it works on it.
    pub extend_visibility: Option<Extension>,
    /// Whether a consumer recognises what was done already, and skips it.
    pub deduplicates: bool,
    /// How many times as long as usual each consumer takes, from the first on; 1 for those not listed.
    pub factors: Vec<f64>,
}

fields!(ConsumerSettings:
    id, name, count, lanes, max_number_of_messages, wait_time, poll_interval, delete, on_failure_visible_after,
    extend_visibility, deduplicates, factors
);

/// What a consumer takes for one piece of work, in the words of Spring Cloud AWS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListenerMode {
    /// Each message.
    #[default]
    SingleMessage,
    /// All that one ReceiveMessage brought, as AWS Lambda's pollers do.
    Batch,
}

words!(ListenerMode: SingleMessage = "single-message", Batch = "batch");

/// When a consumer deletes a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delete {
    /// When its work is done: at least once.
    AfterWork,
    /// Before the work begins: at most once.
    BeforeWork,
}

words!(Delete: AfterWork = "after-work", BeforeWork = "before-work");

/// ChangeMessageVisibility to `to`, again and again while the work goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extension {
    pub every: Span,
    pub to: Span,
}

fields!(Extension: ; needs every, to);

impl Default for Settings {
    fn default() -> Self {
        Settings {
            sender: SenderSettings::default(),
            queue: QueueSettings::default(),
            consumers: ConsumerSettings::default(),
            timeout: Some(Span::seconds(60)),
            retry: Retry { max_attempts: 3, base: Span::seconds(1), cap: Span::seconds(20), jitter: Jitter::Full },
            message_group_ids: Keys::new(&["group"]),
            message_deduplication_ids: Keys::new(&["job-{job}"]),
            label: "job {job}".into(),
            body: String::new(),
        }
    }
}

impl Default for SenderSettings {
    fn default() -> Self {
        SenderSettings { id: "client".into(), name: "Client".into(), threads: 1 }
    }
}

impl Default for QueueSettings {
    fn default() -> Self {
        QueueSettings {
            id: "queue".into(),
            name: "Queue".into(),
            kind: QueueType::Standard,
            visibility_timeout: Span::seconds(30),
            receive_message_wait_time: Span::ZERO,
            delay: Span::ZERO,
            message_retention_period: Span::seconds(345_600),
            redrive_policy: None,
        }
    }
}

impl Default for RedrivePolicy {
    fn default() -> Self {
        RedrivePolicy { id: "dead".into(), name: "Dead letters".into(), max_receive_count: 10 }
    }
}

impl Default for ConsumerSettings {
    fn default() -> Self {
        ConsumerSettings {
            id: "server".into(),
            name: "Server".into(),
            count: 1,
            lanes: Lanes::Shared,
            max_number_of_messages: 1,
            wait_time: None,
            poll_interval: Span::seconds(1),
            delete: Delete::AfterWork,
            on_failure_visible_after: None,
            extend_visibility: None,
            deduplicates: false,
            factors: Vec::new(),
        }
    }
}

/// Refuses a span outside its range.
fn between(field: &str, span: Span, least: Span, most: Span) -> Result<(), BadSetting> {
    if (least..=most).contains(&span) {
        return Ok(());
    }
    let sentence = format!("{span} is out of range; it must be from {least} to {most}");
    Err(BadSetting { field: field.into(), sentence })
}

impl Settings {
    pub(in crate::protocol) fn calling(&self) -> Calling {
        Calling { timeout: self.timeout, retry: self.retry.clone() }
    }

    /// One queue, one piece of work a message.
    pub(in crate::protocol) fn parts(&self) -> Option<u32> {
        Some(1)
    }

    pub(in crate::protocol) fn check(&self) -> Result<(), BadSetting> {
        let Settings { sender, queue, consumers, .. } = self;
        in_range("sender.threads", sender.threads.into(), 1..=MAX_SLOTS)?;
        queue.check("queue")?;
        self.check_keys()?;
        consumers.check("consumers")?;
        if let Some(timeout) = self.timeout {
            not_zero("timeout", timeout)?;
        }
        check_actor("sender", &sender.id, &sender.name)?;
        check_actor("queue", &queue.id, &queue.name)?;
        different("queue.id", &queue.id, &sender.id)?;
        let crew = consumers.crew().ids();
        for id in &crew {
            different("consumers.id", id, &sender.id)?;
            different("consumers.id", id, &queue.id)?;
        }
        if let Some(dead) = &queue.redrive_policy {
            check_actor("queue.redrive_policy", &dead.id, &dead.name)?;
            for other in crew.iter().chain([&sender.id, &queue.id]) {
                different("queue.redrive_policy.id", &dead.id, other)?;
            }
        }
        check_text("label", &self.label)?;
        check_text("body", &self.body)?;
        self.retry.check("retry")
    }

    fn check_keys(&self) -> Result<(), BadSetting> {
        let lists = [
            ("message_group_ids", &self.message_group_ids),
            ("message_deduplication_ids", &self.message_deduplication_ids),
        ];
        lists.into_iter().try_for_each(|(field, keys)| check_keys(field, keys))
    }
}

/// Refuses keys under which a FIFO queue could not file a message.
pub(in crate::protocol) fn check_keys(field: &str, keys: &Keys) -> Result<(), BadSetting> {
    if keys.is_empty() {
        let sentence = "a FIFO queue files every message under one; write at least one".into();
        return Err(BadSetting { field: field.into(), sentence });
    }
    keys.check(field)
}

impl QueueSettings {
    /// Refuses what cannot be, in the queue that stands at `field`.
    pub(in crate::protocol) fn check(&self, field: &str) -> Result<(), BadSetting> {
        let at = |name: &str| format!("{field}.{name}");
        let poll = Span::seconds(20);
        between(&at("visibility_timeout"), self.visibility_timeout, Span::ZERO, LONGEST_VISIBILITY)?;
        between(&at("receive_message_wait_time"), self.receive_message_wait_time, Span::ZERO, poll)?;
        between(&at("delay"), self.delay, Span::ZERO, Span::seconds(900))?;
        let (least, most) = (Span::seconds(60), Span::seconds(1_209_600));
        between(&at("message_retention_period"), self.message_retention_period, least, most)?;
        match &self.redrive_policy {
            Some(policy) => {
                in_range(&at("redrive_policy.max_receive_count"), policy.max_receive_count.into(), 1..=1000)
            }
            None => Ok(()),
        }
    }
}

impl ConsumerSettings {
    /// Refuses what cannot be, in the consumers that stand at `field`.
    pub(in crate::protocol) fn check(&self, field: &str) -> Result<(), BadSetting> {
        let at = |name: &str| format!("{field}.{name}");
        self.crew().check(field, "count")?;
        in_range(&at("max_number_of_messages"), self.max_number_of_messages.into(), 1..=10)?;
        not_zero(&at("poll_interval"), self.poll_interval)?;
        if let Some(wait) = self.wait_time {
            between(&at("wait_time"), wait, Span::ZERO, Span::seconds(20))?;
        }
        if let Some(after) = self.on_failure_visible_after {
            between(&at("on_failure_visible_after"), after, Span::ZERO, LONGEST_VISIBILITY)?;
        }
        if let Some(extension) = self.extend_visibility {
            not_zero(&at("extend_visibility.every"), extension.every)?;
            between(&at("extend_visibility.to"), extension.to, Span::ZERO, LONGEST_VISIBILITY)?;
        }
        Ok(())
    }

    /// What bounds how much one of them has in hand: how many messages a receive brings, and how long one that polls
    /// briefly pauses between polls.
    pub(in crate::protocol) fn bound(&self, queue: &QueueSettings) -> String {
        let Wanted { most, wait } = self.wanted(queue);
        match (queue.kind, wait) {
            (QueueType::Fifo, _) => format!("max_number_of_messages {most}, and one receive at a time in each group"),
            (QueueType::Standard, Span::ZERO) => {
                let pause = readable(self.poll_interval);
                format!("max_number_of_messages {most}, poll_interval {pause}")
            }
            (QueueType::Standard, _) => format!("max_number_of_messages {most}"),
        }
    }

    /// What one of their polls of that queue asks for.
    pub(crate) fn wanted(&self, queue: &QueueSettings) -> Wanted {
        let wait = self.wait_time.unwrap_or(queue.receive_message_wait_time);
        Wanted { most: self.max_number_of_messages, wait }
    }

    /// Who they are.
    pub(super) fn crew(&self) -> Crew<'_> {
        let ConsumerSettings { id, name, count, lanes, factors, .. } = self;
        Crew { id, name, noun: "consumer", count: *count, lanes: *lanes, factors }
    }
}
