//! The settings of the consumers of a queue.
//!
//! *Invariant:* a consumer's bound on what it holds is one number, whatever its queue's kind makes of "unlimited".

use super::queue::QueueType;
use crate::protocol::BadSetting;
use crate::protocol::lanes::{Crew, Lanes};
use crate::reading::rule::{FACTORS, ID, LASTING, MAX_SLOTS, NAME, SLOTS, TEXT};
use crate::reading::{Rule, fields, words};
use crate::time::Span;

/// The most messages a consumer of a quorum queue holds when its prefetch is unlimited (quorum-queues).
const QUORUM_PREFETCH_CAP: u16 = 2000;

fields! {
    /// Who takes from a queue.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ConsumerSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "server".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Server".into(),
        /// The id of the queue from which they consume; of the first one they need not say so.
        pub queue: String [TEXT] = String::new(),
        /// How many there are.
        pub count: u16 [SLOTS] = 1,
        /// Whether they share a lane and so a fate, or have each their own.
        pub lanes: Lanes = Lanes::Shared,
        /// Unacknowledged messages a consumer may hold; 0 is unlimited, which a quorum queue takes as 2000.
        pub prefetch: u16 = 0,
        /// The same of each consumer by itself, from the first on; `prefetch` for those not listed.
        pub prefetches: Vec<u16> [Rule::List(0, MAX_SLOTS as usize, &Rule::Any)] = Vec::new(),
        /// Who says that a delivery is done.
        pub ack: Acknowledgement = Acknowledgement::Manual,
        /// After how many messages a consumer acknowledges them all at once (`multiple`); sooner if it has no more in hand.
        pub ack_every: u16 [Rule::Whole(1, 1000)] = 1,
        /// What a consumer does with a message whose work failed.
        pub on_failure: OnFailure = OnFailure::Reject,
        /// Whether what fails goes back to the queue.
        pub requeue: bool = false,
        /// Whether a consumer recognises what was done already, and skips it.
        pub deduplicates: bool = false,
        /// How many times as long as usual each consumer takes, from the first on; 1 for those not listed.
        pub factors: Vec<f64> [FACTORS] = Vec::new(),
        /// How long a consumer waits before it opens a lost connection again: the Java client's
        /// `networkRecoveryInterval`.
        pub recovery_interval: Span [LASTING] = Span::seconds(5),
    }
}

words! {
    /// Who says that a delivery is done.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Acknowledgement = Manual {
        /// The consumer, when its work is done.
        Manual = "manual",
        /// The broker, as soon as it has written the delivery to the socket. Prefetch does not apply.
        Automatic = "automatic",
    }
}

words! {
    /// What a consumer does with a message whose work failed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum OnFailure = Reject {
        /// `basic.reject`.
        Reject = "reject",
        /// `basic.nack`.
        Nack = "nack",
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
        self.crew().lists(&at("prefetches"), self.prefetches.len(), "prefetches")
    }

    /// Who they are.
    pub(in crate::protocol::rabbitmq) fn crew(&self) -> Crew<'_> {
        let ConsumerSettings { id, name, count, lanes, factors, .. } = self;
        Crew { id, name, noun: "consumer", count: *count, lanes: *lanes, factors }
    }
}
