//! What callers and services of every protocol made of nodes have in their settings, and their lanes.

use super::conduct::Conduct;
use super::edge::Gate;
use super::hands::Hands;
use super::node::{Door, Node, NodeWords};
use crate::engine::Setup;
use crate::protocol::{self, BadSetting, MAX_SLOTS, check_actor, in_range, lanes};
use crate::reading::{fields, words};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::{ActorRow, Duty};

/// Who wants the jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct Caller {
    /// Its id in the scenario.
    pub id: String,
    /// As its lane shows it.
    pub name: String,
    /// How it waits.
    pub kind: CallerKind,
    /// For a caller of threads: how many.
    pub threads: u16,
    /// How many requests it has under way at most; without a number, there is no bound of its own. A request that
    /// finds no connection waits for one.
    pub connections: Option<u16>,
    /// How long it computes on the answers of a job before it is done with it.
    pub callback: Distribution,
}

fields!(Caller: id, name, kind, threads, connections, callback);

/// How a caller waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// Each thread has one job and blocks until it is done with it.
    Threads,
    /// One thread: sends return at once, and callbacks run one at a time in the order in which they became ready.
    EventLoop,
}

words!(CallerKind: Threads = "threads", EventLoop = "event-loop");

impl Default for Caller {
    fn default() -> Self {
        Caller {
            id: "client".into(),
            name: "Client".into(),
            kind: CallerKind::Threads,
            threads: 1,
            connections: None,
            callback: Distribution::fixed(Span::ZERO),
        }
    }
}

impl Caller {
    pub(crate) fn check(&self) -> Result<(), BadSetting> {
        check_actor("caller", &self.id, &self.name)?;
        in_range("caller.threads", self.threads.into(), 1..=MAX_SLOTS)?;
        match self.connections {
            Some(connections) => in_range("caller.connections", connections.into(), 1..=MAX_SLOTS),
            None => Ok(()),
        }
    }

    pub(crate) fn lane(&self) -> ActorRow {
        let names = (&*self.id, &*self.name);
        match self.kind {
            CallerKind::Threads => lanes::of_slots(Duty::Caller, names, self.threads, "thread"),
            CallerKind::EventLoop => {
                let subtitle = "event loop".to_owned();
                ActorRow { subtitle, ..lanes::of_slots(Duty::Caller, names, 1, "event loop") }
            }
        }
    }

    pub(crate) fn hands(&self) -> Hands {
        match self.kind {
            CallerKind::Threads => Hands::threads(self.threads),
            CallerKind::EventLoop => Hands::cores(1),
        }
    }

    pub(crate) fn gate(&self) -> Option<Gate> {
        self.connections.map(|most| Gate { most, max_wait: None })
    }
}

/// Who does the work.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its id in the scenario.
    pub id: String,
    /// As its lane shows it.
    pub name: String,
    /// How many requests it works on at the same time.
    pub workers: u16,
    /// Requests that may wait for a worker. (Our choice: systems range from tens to thousands.)
    pub accept_queue: u32,
}

fields!(Service: id, name, workers, accept_queue);

impl Default for Service {
    fn default() -> Self {
        Service::called("server", "Server", 1)
    }
}

impl Service {
    pub(crate) fn called(id: &str, name: &str, workers: u16) -> Self {
        Service { id: id.into(), name: name.into(), workers, accept_queue: 100 }
    }

    pub(crate) fn check(&self, field: &str) -> Result<(), BadSetting> {
        check_actor(field, &self.id, &self.name)?;
        in_range(&format!("{field}.workers"), self.workers.into(), 1..=MAX_SLOTS)?;
        in_range(&format!("{field}.accept_queue"), self.accept_queue.into(), 0..=1_000_000)
    }

    pub(crate) fn lane(&self) -> ActorRow {
        self.lane_of("worker")
    }

    /// Who works there: a thread for each worker, and those who find none wait before the door.
    pub(crate) fn node(&self, words: NodeWords, conduct: impl Conduct + 'static) -> Node {
        Node::service(Hands::threads(self.workers), Door::before(self.accept_queue), words, conduct)
    }

    /// Its lane, where a worker is called `noun`.
    pub(crate) fn lane_of(&self, noun: &'static str) -> ActorRow {
        lanes::of_slots(Duty::Worker, (&self.id, &self.name), self.workers, noun)
    }
}

/// A bound on calls in flight: resilience4j's semaphore bulkhead.
#[derive(Clone, Debug, PartialEq)]
pub struct Bulkhead {
    pub max_concurrent_calls: u16,
    pub max_wait_duration: Span,
}

fields!(Bulkhead: max_concurrent_calls, max_wait_duration);

impl Default for Bulkhead {
    /// BulkheadConfig's.
    fn default() -> Self {
        Bulkhead { max_concurrent_calls: 25, max_wait_duration: Span::ZERO }
    }
}

impl Bulkhead {
    pub(crate) fn check(&self, field: &str) -> Result<(), BadSetting> {
        in_range(&format!("{field}.max_concurrent_calls"), self.max_concurrent_calls.into(), 1..=1000)
    }

    pub(crate) fn gate(&self) -> Gate {
        Gate { most: self.max_concurrent_calls, max_wait: Some(self.max_wait_duration) }
    }
}

/// Refuses a side in which two lanes have one id.
pub(crate) fn all_different(lanes: &[(&str, &str)]) -> Result<(), BadSetting> {
    for (index, (field, id)) in lanes.iter().enumerate() {
        for (_, other) in &lanes[..index] {
            protocol::different(&format!("{field}.id"), id, other)?;
        }
    }
    Ok(())
}

kinds! {
    REFUSAL "refusal" Control Reply,
    RESET "reset" Control Reply,
}

/// The words that nodes of every protocol share.
pub(crate) fn node_words(setup: &mut Setup<protocol::Party>) -> NodeWords {
    NodeWords {
        refused: (setup.kind(&REFUSAL), setup.label("connection refused")),
        reset: (setup.kind(&RESET), setup.label("connection reset")),
        timed_out: setup.label("timed out"),
        deadline: setup.label("deadline exceeded"),
        retries: setup.label("tries again"),
        gave_up: setup.label("gave up"),
        failed: setup.label("failed"),
        breaker: ["breaker closes", "breaker opens", "breaker half open"].map(|text| setup.label(text)),
    }
}
