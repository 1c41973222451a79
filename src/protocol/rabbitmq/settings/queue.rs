//! The settings of a queue, under the names of its arguments.
//!
//! *Invariant:* a classic queue has no delivery limit, and cannot be given one.

use crate::protocol::{BadSetting, at_most, check_actor, check_text, in_range};
use serde_json::{Map, Value};

use crate::reading::{fields, words};
use crate::rng::Distribution;
use crate::time::{Moment, Span};

/// The delivery limit of a quorum queue (`rabbit_quorum_queue.erl`, `DEFAULT_DELIVERY_LIMIT`).
const QUORUM_DELIVERY_LIMIT: i32 = 20;

/// The most bindings that all queues of a side may have here.
pub(super) const MAX_BINDINGS: usize = 100;

#[derive(Clone, Debug, PartialEq)]
pub struct QueueSettings {
    pub id: String,
    pub name: String,
    /// What a queue is that is declared without a type: classic (rabbitmq-website, queues.md), unless the scenario is
    /// of version 1; see `name_quorum_queues`.
    pub kind: QueueType,
    /// How many failed deliveries a quorum queue puts up with; −1 is no limit. Without a number, 20. A classic queue
    /// has none.
    pub delivery_limit: Option<i32>,
    /// Where goes what is rejected, expires, is one too many, or was returned too often; without it, nowhere.
    pub dead_letter: Option<DeadLetterSettings>,
    /// The most messages that may be ready; those delivered and not acknowledged do not count.
    pub max_length: Option<u32>,
    /// What happens to one message too many.
    pub overflow: Overflow,
    /// How long a message takes to be safe: on disk, and in a quorum queue on most replicas. Only then is it confirmed.
    /// (Disk writes are batched, so it can take a few hundred milliseconds; nothing is our choice.)
    pub write_time: Distribution,
    /// `x-message-ttl`: how long a message is of use here. What has expired is never delivered, but goes only when it
    /// has come to the head. With no time at all, a message goes unless it can be delivered at once.
    pub message_ttl: Option<Span>,
    /// By which the queue is bound to the exchange: a message goes here if its routing key fits any of them. Of no
    /// meaning to a fanout exchange and to the default one.
    pub binding_keys: Vec<String>,
    /// When it is declared and bound; without a moment, it was before the run began. What is published before does not come
    /// here.
    pub bound_at: Option<Moment>,
}

fields!(QueueSettings:
    id, name, kind as "type", delivery_limit, dead_letter, max_length, overflow, write_time, message_ttl, binding_keys,
    bound_at
);

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
    pub(in crate::protocol) fn words(self) -> &'static str {
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

impl Default for QueueSettings {
    fn default() -> Self {
        QueueSettings {
            id: "queue".into(),
            name: "Queue".into(),
            kind: QueueType::Classic,
            delivery_limit: None,
            dead_letter: None,
            max_length: None,
            overflow: Overflow::DropHead,
            write_time: Distribution::fixed(Span::ZERO),
            message_ttl: None,
            binding_keys: Vec::new(),
            bound_at: None,
        }
    }
}

impl Default for DeadLetterSettings {
    fn default() -> Self {
        DeadLetterSettings { id: "dead".into(), name: "Dead letters".into() }
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
        let at = |name: &str| format!("{field}.{name}");
        check_actor(field, &self.id, &self.name)?;
        if let Some(most) = self.max_length {
            in_range(&at("max_length"), most.into(), 1..=1_000_000)?;
        }
        if let Some(dead) = &self.dead_letter {
            check_actor(&at("dead_letter"), &dead.id, &dead.name)?;
        }
        at_most(&at("binding_keys"), self.binding_keys.len(), MAX_BINDINGS)?;
        for key in &self.binding_keys {
            check_text(&at("binding_keys"), key)?;
        }
        let bad = |sentence: String| Err(BadSetting { field: at("delivery_limit"), sentence });
        match (self.kind, self.delivery_limit) {
            (QueueType::Classic, Some(limit)) => bad(format!(
                "{limit} has no meaning for a classic queue, which has no limit; leave it out, or give the queue the type `quorum`"
            )),
            (QueueType::Quorum, Some(limit)) if !(-1..=1000).contains(&limit) => {
                bad(format!("{limit} is out of range; it must be from 0 to 1000, or -1 for no limit"))
            }
            (QueueType::Classic | QueueType::Quorum, _) => Ok(()),
        }
    }
}
