//! A way from one node to another, and how its owner calls over it: patience, retries, breaker, bound on what is in
//! flight.

use super::messages::Message;
use crate::engine::{LinkId, TimerId, Word};
use crate::protocol::breaker::{Breaker, BreakerSettings};
use crate::protocol::pool::Pool;
use crate::protocol::retry::Retry;
use crate::reading::words;
use crate::time::Span;
use crate::trace::LabelId;

words! {
    /// Which failures are repeated, as far as attempts allow. What was turned away unseen always is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum RetryOn = AnyFailure {
        /// Nothing else: what may have been done is not done again.
        Unseen = "unseen",
        /// Silence, a broken connection and errors that say that asking again may help, as well: the call is safe to
        /// repeat.
        AnyFailure = "any-failure",
    }
}

/// How calls over an edge are made.
#[derive(Clone, Debug, Default)]
pub struct EdgePolicy {
    /// For each attempt.
    pub timeout: Option<Span>,
    /// How often an attempt is repeated, and after which wait.
    pub retry: Retry,
    /// After which failures.
    pub retry_on: RetryOn,
    /// The circuit breaker round each attempt, if there is one.
    pub breaker: Option<BreakerSettings>,
    /// The bound on calls in flight, if there is one.
    pub gate: Option<Gate>,
    /// Whether the other side is told to stop when an attempt timed out, and in which words.
    pub cancel: Option<Word>,
}

impl EdgePolicy {
    /// The number of an attempt over all layers, for a task that is itself that attempt of its caller: attempts multiply
    /// from layer to layer (CHAIN-3), and every one of them is told apart.
    pub(super) fn over_all(&self, of_the_task: u32, attempt: u32) -> u32 {
        (of_the_task - 1).saturating_mul(self.retry.max_attempts).saturating_add(attempt)
    }
}

/// A bound on calls in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// How many may be in flight.
    pub most: u16,
    /// How long a call waits for room; without a bound, until there is.
    pub max_wait: Option<Span>,
}

/// A way to another node and back, with the state of what bounds the calls over it.
pub struct Edge {
    pub(super) out: LinkId<Message>,
    /// By which the other node answers: each request says so, for a node may be called by many.
    pub(super) back: LinkId<Message>,
    pub(super) policy: EdgePolicy,
    pub(super) breaker: Option<Breaker>,
    /// What is said when it closes, opens, is half open, if it is not what the node says of all.
    pub(super) says: Option<[LabelId; 3]>,
    /// By which the breaker will switch, if it will by itself.
    pub(super) alarm: Option<TimerId>,
    /// Calls that wait for room, by their numbers.
    pub(super) gate: Option<Pool<u32>>,
}

impl Edge {
    /// A way over which nothing has been asked yet.
    pub fn new([out, back]: [LinkId<Message>; 2], policy: EdgePolicy) -> Self {
        Edge {
            out,
            back,
            breaker: policy.breaker.clone().map(Breaker::new),
            says: None,
            alarm: None,
            gate: policy.gate.map(|gate| Pool::new(gate.most.into())),
            policy,
        }
    }

    /// The same, whose breaker says so when it closes, opens, is half open: where a node has several, whom each guards.
    pub fn saying(self, says: [LabelId; 3]) -> Self {
        Edge { says: Some(says), ..self }
    }
}
