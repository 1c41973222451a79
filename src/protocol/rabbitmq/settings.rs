//! The settings of a RabbitMQ side, under RabbitMQ's own names and with its defaults.
//!
//! *Invariant:* settings that pass [`Settings::check`] can be set up and run.

mod consumers;
mod exchange;
mod queue;

pub use consumers::{Acknowledgement, ConsumerSettings, OnFailure};
pub use exchange::{ExchangeSettings, ExchangeType};
use queue::MAX_BINDINGS;
pub(crate) use queue::name_quorum_queues;
pub use queue::{DeadLetterSettings, Overflow, QueueSettings, QueueType};

use crate::protocol::retry::Retry;
use crate::protocol::{BadSetting, MAX_SLOTS, at_most, check_actor, check_text, different, in_range, not_zero};
use crate::reading::{fields, shown, words};
use crate::time::Span;

/// The most queues a side may have here.
const MAX_QUEUES: usize = 16;

/// The most lifetimes that a list may have.
const MAX_EXPIRATIONS: usize = 1000;

/// A side's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub publisher: PublisherSettings,
    /// Without one, messages go through the default exchange to `queue`.
    pub exchange: Option<ExchangeSettings>,
    pub queue: QueueSettings,
    pub consumers: ConsumerSettings,
    /// Further queues of the same broker, which the exchange may choose.
    pub other_queues: Vec<QueueSettings>,
    /// Who consumes from them: at most one lane each, which names its `queue`.
    pub other_consumers: Vec<ConsumerSettings>,
    pub confirms: Confirms,
    /// How long the publisher waits for a confirm. Without a number, for ever.
    pub confirm_timeout: Option<Span>,
    /// How a publish that was refused, or whose confirm is overdue, is repeated.
    pub retry: Retry,
    /// The `expiration` of the jobs' messages, in turn: how long each is of use in a queue, which may set a shorter time.
    pub expirations: Vec<Span>,
    /// What a message is called in the picture; `{job}` stands for the job's number.
    pub label: String,
    /// Shown when a message is selected; `{job}` as above.
    pub body: String,
}

fields!(Settings:
    publisher, exchange, queue, consumers, other_queues, other_consumers, confirms, confirm_timeout, retry, expirations,
    label, body
);

#[derive(Clone, Debug, PartialEq)]
pub struct PublisherSettings {
    pub id: String,
    pub name: String,
    pub threads: u16,
}

fields!(PublisherSettings: id, name, threads);

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
            exchange: None,
            queue: QueueSettings::default(),
            consumers: ConsumerSettings::default(),
            other_queues: Vec::new(),
            other_consumers: Vec::new(),
            confirms: Confirms::Async,
            confirm_timeout: None,
            retry: Retry::default(),
            expirations: Vec::new(),
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

impl Settings {
    /// The side's queues, in order.
    pub(super) fn queues(&self) -> impl Iterator<Item = &QueueSettings> {
        std::iter::once(&self.queue).chain(&self.other_queues)
    }

    /// Who consumes from the queue with this number, if anybody does.
    pub(super) fn consumers_of(&self, queue: usize) -> Option<&ConsumerSettings> {
        match queue.checked_sub(1) {
            None => Some(&self.consumers),
            Some(place) => self.other_consumers.iter().find(|crew| crew.queue == self.other_queues[place].id),
        }
    }

    /// The id and name of the broker's lane: that of the exchange, or of the one queue that has no other.
    pub(super) fn broker(&self) -> (&str, &str) {
        match &self.exchange {
            Some(exchange) => (&exchange.id, &exchange.name),
            None => (&self.queue.id, &self.queue.name),
        }
    }

    pub(in crate::protocol) fn check(&self) -> Result<(), BadSetting> {
        let Settings { publisher, queue, consumers, .. } = self;
        in_range("publisher.threads", publisher.threads.into(), 1..=MAX_SLOTS)?;
        check_actor("publisher", &publisher.id, &publisher.name)?;
        if let Some(timeout) = self.confirm_timeout {
            not_zero("confirm_timeout", timeout)?;
        }
        queue.check("queue")?;
        consumers.check("consumers")?;
        if ![&queue.id, ""].contains(&consumers.queue.as_str()) {
            let sentence =
                format!("`{}` is not the queue `{}`; others have other_consumers", shown(&consumers.queue), queue.id);
            return Err(BadSetting { field: "consumers.queue".into(), sentence });
        }
        self.check_others()?;
        if let Some(exchange) = &self.exchange {
            exchange.check()?;
            let mut bindings = self.queues().flat_map(|queue| queue.binding_keys.iter());
            bindings.try_for_each(|key| exchange.check_words("other_queues", key))?;
        }
        at_most("expirations", self.expirations.len(), MAX_EXPIRATIONS)?;
        self.check_lanes()?;
        check_text("label", &self.label)?;
        check_text("body", &self.body)?;
        self.retry.check("retry")
    }

    fn check_others(&self) -> Result<(), BadSetting> {
        at_most("other_queues", self.other_queues.len(), MAX_QUEUES - 1)?;
        at_most("other_consumers", self.other_consumers.len(), MAX_QUEUES - 1)?;
        // Every key of the exchange is compared with every binding.
        let bindings: usize = self.queues().map(|queue| queue.binding_keys.len()).sum();
        if bindings > MAX_BINDINGS {
            let sentence = format!("all queues have {bindings} binding keys; at most {MAX_BINDINGS} fit on a side");
            return Err(BadSetting { field: "other_queues".into(), sentence });
        }
        if self.exchange.is_none() && !self.other_queues.is_empty() {
            let sentence = "messages reach several queues only through an exchange; name one".into();
            return Err(BadSetting { field: "exchange".into(), sentence });
        }
        for (place, queue) in self.other_queues.iter().enumerate() {
            let field = format!("other_queues.{}", queue.id);
            queue.check(&field)?;
            for other in self.queues().take(place + 1) {
                different(&format!("{field}.id"), &queue.id, &other.id)?;
            }
        }
        for (place, crew) in self.other_consumers.iter().enumerate() {
            let field = format!("other_consumers.{}", crew.id);
            crew.check(&field)?;
            let taken = self.other_consumers[..place].iter().any(|other| other.queue == crew.queue);
            if taken || !self.other_queues.iter().any(|queue| queue.id == crew.queue) {
                let sentence =
                    format!("`{}` is not one of other_queues that has no other consumers", shown(&crew.queue));
                return Err(BadSetting { field: format!("{field}.queue"), sentence });
            }
        }
        Ok(())
    }

    /// Lanes have ids of their own, save that several queues may share one for dead letters.
    fn check_lanes(&self) -> Result<(), BadSetting> {
        let crews = std::iter::once(&self.consumers).chain(&self.other_consumers);
        let mut taken: Vec<String> = vec![self.publisher.id.clone()];
        let broker = if self.exchange.is_some() { "exchange.id" } else { "queue.id" };
        let consumers = crews.flat_map(|crew| crew.crew().ids()).map(|id| ("consumers.id", id));
        for (field, id) in std::iter::once((broker, self.broker().0.to_owned())).chain(consumers) {
            taken.iter().try_for_each(|other| different(field, &id, other))?;
            taken.push(id);
        }
        let mut dead = self.queues().filter_map(|queue| queue.dead_letter.as_ref());
        dead.try_for_each(|dead| taken.iter().try_for_each(|other| different("queue.dead_letter.id", &dead.id, other)))
    }
}
