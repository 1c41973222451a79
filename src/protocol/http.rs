//! HTTP/1.1 request–response: a caller whose threads block, a connection pool, a server with workers and a bounded
//! accept queue.
//!
//! The workers are one server, or each is an instance of its own, between which the client goes round (`HTTP-7`).
//!
//! Sources: RFC 9110 (semantics), RFC 9112 (HTTP/1.1). One request is outstanding per connection (`HTTP-1`; RFC 9112
//! §9.2 matches answers first in, first out, so a connection whose answer is overdue is closed, not used again).

mod caller;
mod messages;
mod server;
mod settings;

pub use server::Server;
pub use settings::{CallerSettings, Method, ServerSettings, Settings, WhenFull};

/// Threads that block, and an HTTP client that they share.
pub type Caller = Jobs<caller::Client>;

use super::jobs::{Hands, Jobs, Messages};
use super::lanes::{self, Berth};
use super::threads::Threads;
use super::{Ground, Party, leg};
use crate::engine::Setup;
use crate::trace::{ActorId, Duty};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: threads that block, one outstanding request per connection, a pool with first-come-first-served waiters, \
time-outs that leave the outcome unknown, refusal, 503 with Retry-After, retries with back-off, idempotent and other methods, \
a server with workers and a bounded accept queue that can be out or crash. \
Left out: TCP and TLS handshakes, bandwidth, proxies and caches, pipelining (real clients do not use it), HTTP/2 streams. \
A connection that breaks or closes under a request tells its caller nothing, so the outcome is unknown (RFC 9110 §9.2.2). \
A server does not notice that its client gave up: it finishes the work and sends an answer nobody reads. \
A time-out runs from the sending of a request, not from the wait for a connection.";

impl Settings {
    pub(super) fn set_up(&self, ground: &Ground) -> Setup<Party> {
        let mut setup = Setup::default();
        let words = self.words(&mut setup, ground.freight);
        let CallerSettings { id, name, threads } = &self.caller;
        let caller = setup.lane(lanes::of_slots(Duty::Caller, (id, name), *threads, "thread"));
        let lanes = self.server.crew().lanes().into_iter();
        let servers: Vec<(ActorId, Berth)> = lanes.map(|(row, berth)| (setup.lane(row), berth)).collect();
        let (mut outs, mut instances) = (Vec::new(), Vec::new());
        for (number, (lane, berth)) in (0..).zip(servers) {
            outs.push(setup.link(ground.link(caller, lane, leg::OUT)));
            let back = setup.link(ground.link(lane, caller, leg::BACK));
            instances.push(server::Server::new((self, berth), number, words, back));
        }
        let client = caller::Client::new(self.clone(), words, outs);
        setup.actor(Caller::new(Hands::Threads(Threads::new(*threads)), Messages::One, client).into());
        instances.into_iter().for_each(|server| setup.actor(server.into()));
        setup
    }
}
