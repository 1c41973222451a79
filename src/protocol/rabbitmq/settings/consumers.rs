//! The settings of the consumers of a queue.
//!
//! *Invariant:* a consumer's bound on what it holds is one number, whatever its queue's kind makes of "unlimited".

use super::queue::QueueType;
use crate::protocol::lanes::{Crew, Lanes};
use crate::protocol::{BadSetting, in_range, not_zero};
use crate::reading::{fields, words};
use crate::time::Span;

/// The most messages a consumer of a quorum queue holds when its prefetch is unlimited (quorum-queues).
const QUORUM_PREFETCH_CAP: u16 = 2000;

#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerSettings {
    pub id: String,
    pub name: String,
    /// The id of the queue from which they consume; of the first one they need not say so.
    pub queue: String,
    pub count: u16,
    pub lanes: Lanes,
    /// Unacknowledged messages a consumer may hold; 0 is unlimited, which a quorum queue takes as 2000.
    pub prefetch: u16,
    /// The same of each consumer by itself, from the first on; `prefetch` for those not listed.
    pub prefetches: Vec<u16>,
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
    id, name, queue, count, lanes, prefetch, prefetches, ack, ack_every, on_failure, requeue, deduplicates, factors, recovery_interval
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

impl Default for ConsumerSettings {
    fn default() -> Self {
        ConsumerSettings {
            id: "server".into(),
            name: "Server".into(),
            queue: String::new(),
            count: 1,
            lanes: Lanes::Shared,
            prefetch: 0,
            prefetches: Vec::new(),
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

impl ConsumerSettings {
    /// The most unacknowledged messages that each consumer of a queue of that kind is given, if there is a bound.
    pub(in crate::protocol::rabbitmq) fn prefetch_bounds(&self, kind: QueueType) -> impl Iterator<Item = Option<u16>> {
        let prefetches = (0..usize::from(self.count)).map(|place| self.prefetches.get(place).unwrap_or(&self.prefetch));
        prefetches.map(move |prefetch| match (self.ack, *prefetch, kind) {
            (Acknowledgement::Automatic, _, _) | (_, 0, QueueType::Classic) => None,
            (Acknowledgement::Manual, 0, QueueType::Quorum) => Some(QUORUM_PREFETCH_CAP),
            (Acknowledgement::Manual, prefetch, _) => Some(prefetch),
        })
    }

    /// These bounds in words, unless nobody has one.
    pub(in crate::protocol) fn bounds_in_words(&self, kind: QueueType) -> Option<String> {
        let least = self.prefetch_bounds(kind).flatten().min()?;
        // Nobody who has no bound has the least.
        let most = self.prefetch_bounds(kind).max_by_key(|bound| bound.unwrap_or(u16::MAX)).flatten();
        Some(match most {
            Some(most) if most == least => format!("prefetch {least}"),
            Some(most) => format!("prefetch {least} to {most}"),
            None => format!("prefetch {least} or more"),
        })
    }

    /// Refuses what cannot be, in the consumers that stand at `field`.
    pub(in crate::protocol) fn check(&self, field: &str) -> Result<(), BadSetting> {
        let at = |name: &str| format!("{field}.{name}");
        self.crew().check(field, "count")?;
        self.crew().lists(&at("prefetches"), self.prefetches.len(), "prefetches")?;
        in_range(&at("ack_every"), self.ack_every.into(), 1..=1000)?;
        not_zero(&at("recovery_interval"), self.recovery_interval)
    }

    /// Who they are.
    pub(in crate::protocol::rabbitmq) fn crew(&self) -> Crew<'_> {
        let ConsumerSettings { id, name, count, lanes, factors, .. } = self;
        Crew { id, name, noun: "consumer", count: *count, lanes: *lanes, factors }
    }
}
