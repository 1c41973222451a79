//! HTTP/1.1 request–response: a caller whose threads block, a connection pool, a server with workers and a bounded
//! accept queue.
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
use super::threads::Threads;
use super::{Ground, Party, lanes, leg};
use crate::engine::Setup;
use crate::trace::Duty;

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: threads that block, one outstanding request per connection, a pool with first-come-first-served waiters, \
time-outs that leave the outcome unknown, refusal, 503 with Retry-After, retries with back-off, idempotent and other methods, \
a server with workers and a bounded accept queue that can be out or crash. \
Left out: TCP and TLS handshakes, bandwidth and body sizes, proxies and caches, pipelining (real clients do not use it), HTTP/2 streams. \
A connection that breaks or closes under a request tells its caller nothing, so the outcome is unknown (RFC 9110 §9.2.2). \
So does a way that is cut: without a time-out a caller waits for ever for an answer that was lost, unless the server closes the connection. \
A server does not notice that its client gave up: it finishes the work and sends an answer nobody reads. \
A time-out runs from the sending of a request, not from the wait for a connection.";

impl Settings {
    pub(super) fn set_up(&self, ground: &Ground) -> Setup<Party> {
        let mut setup = Setup::default();
        let words = self.words(&mut setup);
        let CallerSettings { id, name, threads } = &self.caller;
        let caller = setup.lane(lanes::of_slots(Duty::Caller, (id, name), *threads, "thread"));
        let ServerSettings { id, name, workers, .. } = &self.server;
        let server = setup.lane(lanes::of_slots(Duty::Worker, (id, name), *workers, "worker"));
        let out = setup.link(ground.link(caller, server, leg::OUT));
        let back = setup.link(ground.link(server, caller, leg::BACK));
        let client = caller::Client::new(self.clone(), words, out);
        setup.actor(Caller::new(Hands::Threads(Threads::new(*threads)), Messages::One, client).into());
        setup.actor(server::Server::new(self, words, back).into());
        setup
    }
}
