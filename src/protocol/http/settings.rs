//! The settings of an HTTP side.
//!
//! *Invariant:* settings that pass [`Settings::check`] can be set up and run.

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

impl Settings {
    /// One request, one piece of work.
    pub(in crate::protocol) fn parts(&self) -> Option<u32> {
        Some(1)
    }

    pub(in crate::protocol) fn check(&self) -> Result<(), BadSetting> {
        in_range("caller.threads", self.caller.threads.into(), 1..=MAX_SLOTS)?;
        in_range("server.workers", self.server.workers.into(), 1..=MAX_SLOTS)?;
        in_range("server.accept_queue", self.server.accept_queue.into(), 0..=1_000_000)?;
        if let Some(connections) = self.connections {
            in_range("connections", connections.into(), 1..=MAX_SLOTS)?;
        }
        if let Some(timeout) = self.timeout {
            not_zero("timeout", timeout)?;
        }
        for (prefix, id, name) in
            [("caller", &self.caller.id, &self.caller.name), ("server", &self.server.id, &self.server.name)]
        {
            check_actor(prefix, id, name)?;
        }
        different("server.id", &self.server.id, &self.caller.id)?;
        for (field, text) in
            [("path", &self.path), ("request_body", &self.request_body), ("response_body", &self.response_body)]
        {
            check_text(field, text)?;
        }
        self.retry.check("retry")
    }
}
