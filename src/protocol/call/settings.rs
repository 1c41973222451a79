//! What callers and services of every protocol made of nodes have in their settings, and their lanes.

use super::conduct::Conduct;
use super::edge::Gate;
use super::hands::Hands;
use super::node::{Door, Node, NodeWords};
use crate::engine::Setup;
use crate::protocol::{self, BadSetting, lanes};
use crate::reading::rule::{ID, LINE, NAME, SLOTS};
use crate::reading::{Rule, fields, words};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::{ActorRow, Duty, Size};

fields! {
    /// Who wants the jobs.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Caller {
        /// Its id in the scenario.
        pub id: String [ID] = "client".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Client".into(),
        /// How it waits.
        pub kind: CallerKind = CallerKind::Threads,
        /// For a caller of threads: how many.
        pub threads: u16 [SLOTS] = 1,
        /// How many requests it has under way at most; without a number, there is no bound of its own. A request that
        /// finds no connection waits for one.
        pub connections: Option<u16> [SLOTS] = None,
        /// How long it computes on the answers of a job before it is done with it.
        pub callback: Distribution = Distribution::fixed(Span::ZERO),
    }
}

words! {
    /// How a caller waits.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum CallerKind = Threads {
        /// Each thread has one job and blocks until it is done with it.
        Threads = "threads",
        /// One thread: sends return at once, and callbacks run one at a time in the order in which they became ready.
        EventLoop = "event-loop",
    }
}

impl Caller {
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

fields! {
    /// Who does the work.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Service {
        /// Its id in the scenario.
        pub id: String [ID] = "server".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Server".into(),
        /// How many requests it works on at the same time.
        pub workers: u16 [SLOTS] = 1,
        /// Requests that may wait for a worker. (Our choice: systems range from tens to thousands.)
        pub accept_queue: u32 [LINE] = 100,
    }
}

impl Service {
    pub(crate) fn called(id: &str, name: &str, workers: u16) -> Self {
        Service { id: id.into(), name: name.into(), workers, accept_queue: 100 }
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

fields! {
    /// A bound on calls in flight: resilience4j's semaphore bulkhead.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Bulkhead {
        /// How many calls are in flight at most.
        pub max_concurrent_calls: u16 [Rule::Whole(1, 1000)] = 25,
        /// How long a call waits for its turn.
        pub max_wait_duration: Span = Span::ZERO,
    }
}

impl Bulkhead {
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
    let (refusal, reset) = (setup.kind(&REFUSAL), setup.kind(&RESET));
    [refusal, reset].into_iter().for_each(|kind| setup.sized(kind, Size::NONE));
    NodeWords {
        refused: (refusal, setup.label("connection refused")),
        reset: (reset, setup.label("connection reset")),
        timed_out: setup.label("timed out"),
        deadline: setup.label("deadline exceeded"),
        retries: setup.label("tries again"),
        gave_up: setup.label("gave up"),
        failed: setup.label("failed"),
        breaker: ["breaker closes", "breaker opens", "breaker half open"].map(|text| setup.label(text)),
    }
}
