//! The settings of an HTTP side.
//!
//! *Invariant:* settings that pass [`Settings::check`] can be set up and run.

use crate::protocol::lanes::{Crew, Lanes};
use crate::protocol::retry::Retry;
use crate::protocol::{BadSetting, MAX_SLOTS, check_actor, check_text, different, in_range, not_zero};
use crate::reading::{fields, words};
use crate::time::Span;

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
    /// Connections the caller may have open to each instance of the server. Without a number, one a thread: hyper's pool
    /// has no bound.
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
    /// Whether the workers are one server, or each is an instance of its own, between which the caller goes round.
    pub lanes: Lanes,
    /// How many times as long as usual each worker takes, from the first on; 1 for those not listed.
    pub factors: Vec<f64>,
    /// Requests that may wait for a worker, of each instance. (Our choice: systems range from tens to thousands.)
    pub accept_queue: u32,
    /// What an arrival meets when the accept queue is full.
    pub when_full: WhenFull,
    /// With 503: how long the caller is asked to stay away (RFC 9110 §10.2.3), counted from receipt.
    pub retry_after: Option<Span>,
    /// How long the server keeps a connection open that nobody uses: nginx's `keepalive_timeout`.
    pub keepalive_timeout: Span,
}

fields!(ServerSettings:
    id, name, workers, lanes, factors, accept_queue, when_full, retry_after, keepalive_timeout
);

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
            lanes: Lanes::Shared,
            factors: Vec::new(),
            accept_queue: 100,
            when_full: WhenFull::Refuse,
            retry_after: None,
            keepalive_timeout: Span::seconds(75),
        }
    }
}

impl ServerSettings {
    /// Who they are.
    pub(super) fn crew(&self) -> Crew<'_> {
        let ServerSettings { id, name, workers, lanes, factors, .. } = self;
        Crew { id, name, noun: "worker", count: *workers, lanes: *lanes, factors }
    }
}

impl Settings {
    /// One request, one piece of work.
    pub(in crate::protocol) fn parts(&self) -> Option<u32> {
        Some(1)
    }

    pub(in crate::protocol) fn check(&self) -> Result<(), BadSetting> {
        in_range("caller.threads", self.caller.threads.into(), 1..=MAX_SLOTS)?;
        in_range("server.accept_queue", self.server.accept_queue.into(), 0..=1_000_000)?;
        if let Some(connections) = self.connections {
            in_range("connections", connections.into(), 1..=MAX_SLOTS)?;
        }
        if let Some(timeout) = self.timeout {
            not_zero("timeout", timeout)?;
        }
        check_actor("caller", &self.caller.id, &self.caller.name)?;
        let server = self.server.crew();
        server.check("server", "workers")?;
        server.ids().iter().try_for_each(|id| different("server.id", id, &self.caller.id))?;
        for (field, text) in
            [("path", &self.path), ("request_body", &self.request_body), ("response_body", &self.response_body)]
        {
            check_text(field, text)?;
        }
        self.retry.check("retry")
    }
}
