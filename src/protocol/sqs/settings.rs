//! The settings of an Amazon SQS side, under the names of its API and with its defaults.
//!
//! *Invariant:* settings that pass [`Settings::check`] can be set up and run.

use super::messages::Wanted;
use crate::protocol::keys::Keys;
use crate::protocol::lanes::{Crew, Lanes};
use crate::protocol::retry::{Jitter, Retry};
use crate::protocol::{BadSetting, different};
use crate::reading::rule::{FACTORS, ID, LASTING, NAME, SECOND, SLOTS, TEXT};
use crate::reading::{Rule, fields, words};
use crate::time::{Span, readable};

/// The longest visibility timeout: 12 hours (API reference, ChangeMessageVisibility).
pub(super) const LONGEST_VISIBILITY: Span = Span::seconds(43_200);
const VISIBILITY: Rule = Rule::Time(0, LONGEST_VISIBILITY.as_micros());

/// How long a ReceiveMessage waits at most.
const POLL: Rule = Rule::Time(0, 20 * SECOND);

/// The keys under which a FIFO queue files every message: at least one.
pub(in crate::protocol) const GROUPS: Rule = Rule::List(1, 1000, &Rule::Text(1, 400));

fields! {
    /// A side's settings.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// Who sends.
        pub sender: SenderSettings = SenderSettings::default(),
        /// Where the messages wait.
        pub queue: QueueSettings = QueueSettings::default(),
        /// Who receives.
        pub consumers: ConsumerSettings = ConsumerSettings::default(),
        /// How long a caller of the API waits for an answer; `null` is for ever. 60 s is botocore's `read_timeout`.
        pub timeout: Option<Span> [LASTING] = Some(Span::seconds(60)),
        /// How a call that was refused or not answered is repeated: the SDKs' standard mode (SDK reference guide, "Retry
        /// behavior").
        pub retry: Retry = Retry { max_attempts: 3, base: Span::seconds(1), cap: Span::seconds(20), jitter: Jitter::Full },
        /// FIFO only: the MessageGroupIds of the jobs, in turn.
        pub message_group_ids: Keys [GROUPS] = Keys::new(&["group"]),
        /// FIFO only: the MessageDeduplicationIds of the jobs, in turn.
        pub message_deduplication_ids: Keys [GROUPS] = Keys::new(&["job-{job}"]),
        /// What a message is called in the picture; `{job}` stands for the job's number.
        pub label: String [TEXT] = "job {job}".into(),
        /// Shown when a message is selected; `{job}` as above.
        pub body: String [TEXT] = String::new(),
    }
}

/// How the API is called, whoever calls.
#[derive(Clone, Debug)]
pub(crate) struct Calling {
    pub timeout: Option<Span>,
    pub retry: Retry,
}

fields! {
    /// Who sends.
    #[derive(Clone, Debug, PartialEq)]
    pub struct SenderSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "client".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Client".into(),
        /// How many jobs it has under way at once.
        pub threads: u16 [SLOTS] = 1,
    }
}

fields! {
    /// Where messages wait.
    #[derive(Clone, Debug, PartialEq)]
    pub struct QueueSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "queue".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Queue".into(),
        /// Whether messages keep their order within groups.
        pub kind as "type": QueueType = QueueType::Standard,
        /// How long a received message is invisible.
        pub visibility_timeout: Span [VISIBILITY] = Span::seconds(30),
        /// How long a ReceiveMessage waits for a message: nothing is short polling.
        pub receive_message_wait_time: Span [POLL] = Span::ZERO,
        /// How long a message is invisible at first: DelaySeconds.
        pub delay: Span [Rule::Time(0, 900 * SECOND)] = Span::ZERO,
        /// How long a message is kept, from when it was sent.
        pub message_retention_period: Span [Rule::Time(60 * SECOND, 1_209_600 * SECOND)] = Span::seconds(345_600),
        /// Where messages go that were received too often; without it, nowhere.
        pub redrive_policy: Option<RedrivePolicy> = None,
    }
}

words! {
    /// The type of a queue.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum QueueType = Standard {
        /// At least once, in any order.
        Standard = "standard",
        /// In order within each group, and each deduplication id once.
        Fifo = "fifo",
    }
}

fields! {
    /// The dead-letter queue, and when a message goes there.
    #[derive(Clone, Debug, PartialEq)]
    pub struct RedrivePolicy {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "dead".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Dead letters".into(),
        /// How often a message is received before it goes there.
        pub max_receive_count: u32 [Rule::Whole(1, 1000)] = 10,
    }
}

fields! {
    /// Who receives messages and works on them.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ConsumerSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "server".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Server".into(),
        /// How many there are.
        pub count: u16 [SLOTS] = 1,
        /// Whether they share a lane and so a fate, or have each their own.
        pub lanes: Lanes = Lanes::Shared,
        /// The most messages that one ReceiveMessage brings.
        pub max_number_of_messages: u16 [Rule::Whole(1, 10)] = 1,
        /// How long a ReceiveMessage waits: the queue's own time unless it is given here.
        pub wait_time: Option<Span> [POLL] = None,
        /// How long a consumer pauses after a short poll that found nothing, or a poll that was turned away. (A choice: SQS
        /// leaves it to the program.)
        pub poll_interval: Span [LASTING] = Span::seconds(1),
        /// When a message is deleted.
        pub delete: Delete = Delete::AfterWork,
        /// With a time, what fails is made visible again so long after by ChangeMessageVisibility; else it stays invisible
        /// until its visibility timeout ends.
        pub on_failure_visible_after: Option<Span> [VISIBILITY] = None,
        /// Whether and how a consumer keeps a message invisible while it works on it.
        pub extend_visibility: Option<Extension> = None,
        /// Whether a consumer recognises what was done already, and skips it.
        pub deduplicates: bool = false,
        /// How many times as long as usual each consumer takes, from the first on; 1 for those not listed.
        pub factors: Vec<f64> [FACTORS] = Vec::new(),
    }
}

words! {
    /// What a consumer takes for one piece of work, in the words of Spring Cloud AWS.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ListenerMode = SingleMessage {
        /// Each message.
        SingleMessage = "single-message",
        /// All that one ReceiveMessage brought, as AWS Lambda's pollers do.
        Batch = "batch",
    }
}

words! {
    /// When a consumer deletes a message.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Delete = AfterWork {
        /// When its work is done: at least once.
        AfterWork = "after-work",
        /// Before the work begins: at most once.
        BeforeWork = "before-work",
    }
}

fields! {
    /// ChangeMessageVisibility to `to`, again and again while the work goes on.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Extension {
        /// How often.
        pub every: Span [LASTING],
        /// How long it is invisible from then on.
        pub to: Span [VISIBILITY],
    }
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
        consumers.check("consumers")?;
        different("queue.id", &queue.id, &sender.id)?;
        let crew = consumers.crew().ids();
        for id in &crew {
            different("consumers.id", id, &sender.id)?;
            different("consumers.id", id, &queue.id)?;
        }
        if let Some(dead) = &queue.redrive_policy {
            for other in crew.iter().chain([&sender.id, &queue.id]) {
                different("queue.redrive_policy.id", &dead.id, other)?;
            }
        }
        self.retry.check("retry")
    }
}

impl ConsumerSettings {
    /// Refuses what cannot be, in the consumers that stand at `field`.
    pub(in crate::protocol) fn check(&self, field: &str) -> Result<(), BadSetting> {
        self.crew().check(field, "count")
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
