//! The settings of an HTTP side.
//!
//! *Invariant:* settings that pass [`Settings::check`] can be set up and run.

use crate::protocol::lanes::{Crew, Lanes};
use crate::protocol::retry::Retry;
use crate::protocol::{BadSetting, different};
use crate::reading::rule::{FACTORS, ID, LASTING, LINE, NAME, SLOTS, TEXT};
use crate::reading::{fields, words};
use crate::time::Span;

fields! {
    /// A side's settings.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// Who wants the jobs.
        pub caller: CallerSettings = CallerSettings::default(),
        /// Who answers.
        pub server: ServerSettings = ServerSettings::default(),
        /// The request method (RFC 9110 §9.3).
        pub method: Method = Method::Get,
        /// The path in the request line; `{job}` stands for the job's number.
        pub path: String [TEXT] = "/".into(),
        /// Shown when a request is selected; `{job}` as above.
        pub request_body: String [TEXT] = String::new(),
        /// Shown when an answer is selected; `{job}` as above.
        pub response_body: String [TEXT] = String::new(),
        /// Connections the caller may have open to each instance of the server. Without a number, one a thread: hyper's pool
        /// has no bound.
        pub connections: Option<u16> [SLOTS] = None,
        /// How long the caller waits for an answer. Without a number, for ever: the default of fetch, curl and reqwest.
        pub timeout: Option<Span> [LASTING] = None,
        /// How often what failed is tried again, and after which wait.
        pub retry: Retry = Retry::default(),
        /// Whether a POST or PATCH is repeated although the first may have been done (RFC 9110 §9.2.2 advises against).
        pub retry_non_idempotent: bool = false,
        /// Whether the caller sends a key by which the server recognises a repeat (draft-ietf-httpapi-idempotency-key).
        pub idempotency_key: bool = false,
        /// Whether the caller repeats an idempotent request at once when the connection closes under it (`HTTP-5`).
        pub retry_on_close: bool = false,
    }
}

fields! {
    /// Who wants the jobs.
    #[derive(Clone, Debug, PartialEq)]
    pub struct CallerSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "client".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Client".into(),
        /// How many jobs it has under way at once.
        pub threads: u16 [SLOTS] = 1,
    }
}

fields! {
    /// Who answers.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ServerSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "server".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Server".into(),
        /// How many requests it works on at the same time.
        pub workers: u16 [SLOTS] = 1,
        /// Whether the workers are one server, or each is an instance of its own, between which the caller goes round.
        pub lanes: Lanes = Lanes::Shared,
        /// How many times as long as usual each worker takes, from the first on; 1 for those not listed.
        pub factors: Vec<f64> [FACTORS] = Vec::new(),
        /// Requests that may wait for a worker, of each instance. (Our choice: systems range from tens to thousands.)
        pub accept_queue: u32 [LINE] = 100,
        /// What an arrival meets when the accept queue is full.
        pub when_full: WhenFull = WhenFull::Refuse,
        /// With 503: how long the caller is asked to stay away (RFC 9110 §10.2.3), counted from receipt.
        pub retry_after: Option<Span> = None,
        /// How long the server keeps a connection open that nobody uses: nginx's `keepalive_timeout`.
        pub keepalive_timeout: Span = Span::seconds(75),
    }
}

words! {
    /// RFC 9110 §15.6.4 allows both.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum WhenFull = Refuse {
        /// The connection is refused.
        Refuse = "refuse",
        /// `503 Service Unavailable`.
        Unavailable = "503",
    }
}

words! {
    /// The request method (RFC 9110 §9.3).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Method = Get {
        /// Safe.
        Get = "GET",
        /// Safe.
        Head = "HEAD",
        /// Safe.
        Options = "OPTIONS",
        /// Idempotent.
        Put = "PUT",
        /// Idempotent.
        Delete = "DELETE",
        /// Not idempotent.
        Post = "POST",
        /// Not idempotent.
        Patch = "PATCH",
    }
}

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
        let server = self.server.crew();
        server.check("server", "workers")?;
        server.ids().iter().try_for_each(|id| different("server.id", id, &self.caller.id))?;
        self.retry.check("retry")
    }
}
