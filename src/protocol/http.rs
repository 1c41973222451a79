//! HTTP/1.1 request–response: a caller whose threads block, a connection pool, a server with workers and a bounded
//! accept queue.
//!
//! Sources: RFC 9110 (semantics), RFC 9112 (HTTP/1.1). One request is outstanding per connection (`HTTP-1`; RFC 9112
//! §9.2 matches answers first in, first out, so a connection whose answer is overdue is closed, not used again).

mod caller;
mod server;

pub use server::Server;

/// Threads that block, and an HTTP client that they share.
pub type Caller = Jobs<caller::Client>;

use super::jobs::{Hands, Jobs, Messages};
use super::port::Attempt;
use super::retry::Retry;
use super::threads::Threads;
use super::{BadSetting, Connection, Ground, MAX_SLOTS, Party, in_range, lanes, leg};
use crate::engine::{Setup, Word};
use crate::reading::{fields, words};
use crate::time::Span;
use crate::trace::{Duty, LabelId, MessageKind};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: threads that block, one outstanding request per connection, a pool with first-come-first-served waiters, \
time-outs that leave the outcome unknown, refusal, 503 with Retry-After, retries with back-off, idempotent and other methods, \
a server with workers and a bounded accept queue that can be out or crash. \
Left out: TCP and TLS handshakes, bandwidth and body sizes, proxies and caches, pipelining (real clients do not use it), HTTP/2 streams. \
A connection that breaks or closes under a request tells its caller nothing, so the outcome is unknown (RFC 9110 §9.2.2). \
A server does not notice that its client gave up: it finishes the work and sends an answer nobody reads. \
A time-out runs from the sending of a request, not from the wait for a connection.";

/// A side's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub caller: CallerSettings,
    pub server: ServerSettings,
    pub method: Method,
    /// The path in the request line; `{job}` stands for the job's number.
    pub path: String,
    /// Shown when a request is selected; `{job}` as above.
    pub request_body: String,
    /// Shown when an answer is selected; `{job}` as above.
    pub response_body: String,
    /// Connections the caller may have open. Without a number, one a thread: hyper's pool has no bound.
    pub connections: Option<u16>,
    /// How long the caller waits for an answer. Without a number, for ever: the default of fetch, curl and reqwest.
    pub timeout: Option<Span>,
    pub retry: Retry,
    /// Whether a POST or PATCH is repeated although the first may have been done (RFC 9110 §9.2.2 advises against).
    pub retry_non_idempotent: bool,
    /// Whether the caller sends a key by which the server recognises a repeat (draft-ietf-httpapi-idempotency-key).
    pub idempotency_key: bool,
    /// Whether the caller repeats an idempotent request at once when the connection closes under it (`HTTP-5`).
    pub retry_on_close: bool,
}

fields!(Settings:
    caller, server, method, path, request_body, response_body, connections, timeout, retry, retry_non_idempotent,
    idempotency_key, retry_on_close
);

#[derive(Clone, Debug, PartialEq)]
pub struct CallerSettings {
    pub id: String,
    pub name: String,
    pub threads: u16,
}

fields!(CallerSettings: id, name, threads);

#[derive(Clone, Debug, PartialEq)]
pub struct ServerSettings {
    pub id: String,
    pub name: String,
    pub workers: u16,
    /// Requests that may wait for a worker. (Our choice: systems range from tens to thousands.)
    pub accept_queue: u32,
    /// What an arrival meets when the accept queue is full.
    pub when_full: WhenFull,
    /// With 503: how long the caller is asked to stay away (RFC 9110 §10.2.3), counted from receipt.
    pub retry_after: Option<Span>,
    /// How long the server keeps a connection open that nobody uses: nginx's `keepalive_timeout`.
    pub keepalive_timeout: Span,
}

fields!(ServerSettings: id, name, workers, accept_queue, when_full, retry_after, keepalive_timeout);

/// RFC 9110 §15.6.4 allows both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    Refuse,
    Unavailable,
}

words!(WhenFull: Refuse = "refuse", Unavailable = "503");

/// The request method (RFC 9110 §9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Options,
    Put,
    Delete,
    Post,
    Patch,
}

words!(Method: Get = "GET", Head = "HEAD", Options = "OPTIONS", Put = "PUT", Delete = "DELETE", Post = "POST", Patch = "PATCH");

impl Method {
    /// RFC 9110 §9.2.2: the safe methods, PUT and DELETE.
    pub fn is_idempotent(self) -> bool {
        !matches!(self, Method::Post | Method::Patch)
    }

    /// RFC 9110 §9.2.1: asks for nothing to be changed.
    pub fn is_safe(self) -> bool {
        matches!(self, Method::Get | Method::Head | Method::Options)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            caller: CallerSettings::default(),
            server: ServerSettings::default(),
            method: Method::Get,
            path: "/".into(),
            request_body: String::new(),
            response_body: String::new(),
            connections: None,
            timeout: None,
            retry: Retry::default(),
            retry_non_idempotent: false,
            idempotency_key: false,
            retry_on_close: false,
        }
    }
}

impl Default for CallerSettings {
    fn default() -> Self {
        CallerSettings { id: "client".into(), name: "Client".into(), threads: 1 }
    }
}

impl Default for ServerSettings {
    fn default() -> Self {
        ServerSettings {
            id: "server".into(),
            name: "Server".into(),
            workers: 1,
            accept_queue: 100,
            when_full: WhenFull::Refuse,
            retry_after: None,
            keepalive_timeout: Span::seconds(75),
        }
    }
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 200: here is the result.
    Ok,
    /// 409: the first request with this key is still being worked on.
    Conflict,
    /// 500: the work failed.
    Error,
    /// 503: no room; the request was not looked at.
    Unavailable,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    attempt: Attempt,
    connection: Connection,
}

/// What a caller hears.
#[derive(Clone, Copy, Debug)]
pub enum ToCaller {
    Response {
        attempt: Attempt,
        status: Status,
    },
    /// The server's host turned the connection down: nothing was looked at.
    Refusal {
        attempt: Attempt,
    },
    /// The server's process died with the request in hand.
    Reset {
        attempt: Attempt,
    },
    /// The server closes a connection that was idle for too long.
    Close {
        connection: Connection,
    },
}

kinds! {
    REQUEST "request" Payload Call,
    RESPONSE "response" Payload Reply,
    REFUSAL "refusal" Control Reply,
    RESET "reset" Control Reply,
    CLOSE "close" Background Async,
}

/// The words of this side, as the trace numbers them.
#[derive(Clone, Copy)]
struct Words {
    request: Word,
    ok: Word,
    conflict: Word,
    error: Word,
    unavailable: Word,
    refused: Word,
    reset: Word,
    closes: Word,
    timed_out: LabelId,
    retries: LabelId,
    gave_up: LabelId,
    failed: LabelId,
}

impl Settings {
    /// One request, one piece of work.
    pub(in crate::protocol) fn parts(&self) -> Option<u32> {
        Some(1)
    }

    pub(super) fn check(&self) -> Result<(), BadSetting> {
        in_range("caller.threads", self.caller.threads.into(), 1..=MAX_SLOTS)?;
        in_range("server.workers", self.server.workers.into(), 1..=MAX_SLOTS)?;
        in_range("server.accept_queue", self.server.accept_queue.into(), 0..=1_000_000)?;
        if let Some(connections) = self.connections {
            in_range("connections", connections.into(), 1..=MAX_SLOTS)?;
        }
        if let Some(timeout) = self.timeout {
            super::not_zero("timeout", timeout)?;
        }
        for (prefix, id, name) in
            [("caller", &self.caller.id, &self.caller.name), ("server", &self.server.id, &self.server.name)]
        {
            super::check_actor(prefix, id, name)?;
        }
        super::different("server.id", &self.server.id, &self.caller.id)?;
        for (field, text) in
            [("path", &self.path), ("request_body", &self.request_body), ("response_body", &self.response_body)]
        {
            super::check_text(field, text)?;
        }
        self.retry.check("retry")
    }

    fn words(&self, setup: &mut Setup<Party>) -> Words {
        let mut both = |kind: &'static MessageKind, text: &str| (setup.kind(kind), setup.label(text));
        let words = Words {
            request: both(&REQUEST, &format!("{} {}", self.method.word(), self.path)),
            ok: both(&RESPONSE, "200 OK"),
            conflict: both(&RESPONSE, "409 Conflict"),
            error: both(&RESPONSE, "500 Internal Server Error"),
            unavailable: both(&RESPONSE, "503 Service Unavailable"),
            refused: both(&REFUSAL, "connection refused"),
            reset: both(&RESET, "connection reset"),
            closes: both(&CLOSE, "close"),
            timed_out: setup.label("timed out"),
            retries: setup.label("tries again"),
            gave_up: setup.label("gave up"),
            failed: setup.label("failed"),
        };
        setup.body(words.request.0, &self.request_body);
        setup.body(words.ok.0, &self.response_body);
        words
    }

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
