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
use crate::protocol::{BadSetting, different};
use crate::reading::rule::{ID, LASTING, NAME, SLOTS, TEXT};
use crate::reading::{Rule, fields, shown, words};
use crate::time::Span;

/// The most queues a side may have here.
const MAX_QUEUES: usize = 16;

fields! {
    /// A side's settings.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// Who publishes.
        pub publisher: PublisherSettings = PublisherSettings::default(),
        /// Without one, messages go through the default exchange to `queue`.
        pub exchange: Option<ExchangeSettings> = None,
        /// Where the messages wait.
        pub queue: QueueSettings = QueueSettings::default(),
        /// Who takes from the queue.
        pub consumers: ConsumerSettings = ConsumerSettings::default(),
        /// Further queues of the same broker, which the exchange may choose.
        pub other_queues: Vec<QueueSettings> [Rule::List(0, MAX_QUEUES - 1, &Rule::Any)] = Vec::new(),
        /// Who consumes from them: at most one lane each, which names its `queue`.
        pub other_consumers: Vec<ConsumerSettings> [Rule::List(0, MAX_QUEUES - 1, &Rule::Any)] = Vec::new(),
        /// What a publisher's thread does about the confirm.
        pub confirms: Confirms = Confirms::Async,
        /// How long the publisher waits for a confirm. Without a number, for ever.
        pub confirm_timeout: Option<Span> [LASTING] = None,
        /// How a publish that was refused, or whose confirm is overdue, is repeated.
        pub retry: Retry = Retry::default(),
        /// The `expiration` of the jobs' messages, in turn: how long each is of use in a queue, which may set a shorter time.
        pub expirations: Vec<Span> [Rule::List(0, 1000, &Rule::Any)] = Vec::new(),
        /// What a message is called in the picture; `{job}` stands for the job's number.
        pub label: String [TEXT] = "job {job}".into(),
        /// Shown when a message is selected; `{job}` as above.
        pub body: String [TEXT] = String::new(),
    }
}

fields! {
    /// Who publishes.
    #[derive(Clone, Debug, PartialEq)]
    pub struct PublisherSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "client".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Client".into(),
        /// How many jobs it has under way at once.
        pub threads: u16 [SLOTS] = 1,
    }
}

words! {
    /// What a publisher's thread does about the confirm.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Confirms = Async {
        /// The thread moves on, and hears of the confirm later.
        Async = "async",
        /// The thread blocks until the confirm comes.
        Wait = "wait",
        /// Nobody asks for confirms: published is as good as it gets.
        Off = "off",
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
        let Settings { queue, consumers, .. } = self;
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
        self.check_lanes()?;
        self.retry.check("retry")
    }

    fn check_others(&self) -> Result<(), BadSetting> {
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
