//! The settings of a queue, under the names of its arguments.
//!
//! *Invariant:* a classic queue has no delivery limit, and cannot be given one.

use crate::protocol::BadSetting;
use serde_json::{Map, Value};

use crate::reading::rule::{ID, NAME, TEXT};
use crate::reading::{Rule, fields, words};
use crate::rng::Distribution;
use crate::time::{Moment, Span};

/// The delivery limit of a quorum queue (`rabbit_quorum_queue.erl`, `DEFAULT_DELIVERY_LIMIT`).
const QUORUM_DELIVERY_LIMIT: i32 = 20;

/// The most bindings that all queues of a side may have here.
pub(super) const MAX_BINDINGS: usize = 100;

fields! {
    /// Where messages wait.
    #[derive(Clone, Debug, PartialEq)]
    pub struct QueueSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "queue".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Queue".into(),
        /// What a queue is that is declared without a type: classic (rabbitmq-website, queues.md), unless the scenario is
        /// of version 1; see `name_quorum_queues`.
        pub kind as "type": QueueType = QueueType::Classic,
        /// How many failed deliveries a quorum queue puts up with; −1 is no limit. Without a number, 20. A classic queue
        /// has none.
        pub delivery_limit: Option<i32> [Rule::Whole(-1, 1000)] = None,
        /// Where goes what is rejected, expires, is one too many, or was returned too often; without it, nowhere.
        pub dead_letter: Option<DeadLetterSettings> = None,
        /// The most messages that may be ready; those delivered and not acknowledged do not count.
        pub max_length: Option<u32> [Rule::Whole(1, 1_000_000)] = None,
        /// What happens to one message too many.
        pub overflow: Overflow = Overflow::DropHead,
        /// How long a message takes to be safe: on disk, and in a quorum queue on most replicas. Only then is it confirmed.
        /// (Disk writes are batched, so it can take a few hundred milliseconds; nothing is our choice.)
        pub write_time: Distribution = Distribution::fixed(Span::ZERO),
        /// `x-message-ttl`: how long a message is of use here. What has expired is never delivered, but goes only when it
        /// has come to the head. With no time at all, a message goes unless it can be delivered at once.
        pub message_ttl: Option<Span> = None,
        /// By which the queue is bound to the exchange: a message goes here if its routing key fits any of them. Of no
        /// meaning to a fanout exchange and to the default one.
        pub binding_keys: Vec<String> [Rule::List(0, MAX_BINDINGS, &TEXT)] = Vec::new(),
        /// When it is declared and bound; without a moment, it was before the run began. What is published before does not come
        /// here.
        pub bound_at: Option<Moment> = None,
    }
}

words! {
    /// `x-overflow`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Overflow = DropHead {
        /// The oldest message goes.
        DropHead = "drop-head",
        /// The newest is not taken, and its publisher is told.
        RejectPublish = "reject-publish",
    }
}

words! {
    /// The type of a queue.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum QueueType = Quorum {
        /// Replicated, with a delivery limit.
        Quorum = "quorum",
        /// On one node, without a delivery limit.
        Classic = "classic",
    }
}

impl QueueType {
    pub(in crate::protocol) fn words(self) -> &'static str {
        match self {
            QueueType::Quorum => "quorum queue",
            QueueType::Classic => "classic queue",
        }
    }
}

fields! {
    /// Where dead letters lie.
    #[derive(Clone, Debug, PartialEq)]
    pub struct DeadLetterSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "dead".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Dead letters".into(),
    }
}

/// Names the type of the queues that have none, on a side of a scenario of version 1: there they are quorum queues.
pub(crate) fn name_quorum_queues(side: &mut Map<String, Value>) {
    let name = |queue: &mut Value| {
        if let Some(fields) = queue.as_object_mut() {
            fields.entry("type").or_insert_with(|| QueueType::Quorum.word().into());
        }
    };
    name(side.entry("queue").or_insert_with(|| Map::new().into()));
    if let Some(others) = side.get_mut("other_queues").and_then(Value::as_array_mut) {
        others.iter_mut().for_each(name);
    }
}

impl QueueSettings {
    /// The failed deliveries put up with, if there is a limit.
    pub(in crate::protocol::rabbitmq) fn limit(&self) -> Option<u16> {
        match (self.kind, self.delivery_limit.unwrap_or(QUORUM_DELIVERY_LIMIT)) {
            (QueueType::Quorum, limit) => u16::try_from(limit).ok(),
            (QueueType::Classic, _) => None,
        }
    }

    /// Refuses what cannot be, in the queue that stands at `field`.
    pub(in crate::protocol) fn check(&self, field: &str) -> Result<(), BadSetting> {
        match (self.kind, self.delivery_limit) {
            (QueueType::Classic, Some(limit)) => {
                let sentence = format!(
                    "{limit} has no meaning for a classic queue, which has no limit; leave it out, or give the queue the \
                     type `quorum`"
                );
                Err(BadSetting { field: format!("{field}.delivery_limit"), sentence })
            }
            (QueueType::Classic, None) | (QueueType::Quorum, _) => Ok(()),
        }
    }
}
