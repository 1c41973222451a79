//! GET with a cache at the client: fresh hits that ask nobody, and validation by ETag (`GET-1` to `GET-3`).
//!
//! Sources: RFC 9110 §9.2 (safe, idempotent, cacheable), §13.1.2 (If-None-Match), §15.4.5 (304); RFC 9111 §4.2
//! (freshness; an answer's age counts from when it was asked for).

use super::by_number::ByNumber;
use super::call::settings::{Caller, Service, all_different};
use super::call::{Answer, Ask, Conduct, EdgePolicy, Effect, Reply, Step, StepEnd, Task, Verdict, pair};
use super::framing::http::{Head, JSON};
use super::framing::{digits, length};
use super::retry::Retry;
use super::{BadSetting, Freight, Ground, Party as AnyParty, Stage};
use crate::engine::{KindId, Setup};
use crate::reading::rule::{CLOCK, LASTING, TEXT};
use crate::reading::{Rule, fields};
use crate::rng::Distribution;
use crate::time::{Moment, Span};
use crate::trace::{LabelId, PartId};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: a private cache at the client with max-age and ETag, conditional requests and 304, \
a resource that changes at fixed distances, the time that a body takes, time-outs and retries (a GET may always be repeated). \
Left out: shared caches and CDNs, Vary, ranges, heuristic freshness, stale-while-revalidate, eviction, \
requests for the same thing that are merged into one, other methods (see http).";

fields! {
    /// A side's settings.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// Who wants the jobs.
        pub caller: Caller = Caller::default(),
        /// Who answers.
        pub server: Service = Service::default(),
        /// The path in the request line.
        pub path: String [TEXT] = "/".into(),
        /// How many resources there are; job n asks for number n modulo this.
        pub resources: u16 [Rule::Whole(1, 10_000)] = 1,
        /// The client's cache, if it has one.
        pub cache: Option<Cache> = None,
        /// At which distances every resource changes; never, without a number.
        pub changes_every: Option<Span> [CLOCK] = None,
        /// How long the server takes to find out whether an ETag still holds.
        pub validation: Distribution = Distribution::fixed(Span::ZERO),
        /// How long the server takes to send a body. A 304 has none.
        pub body: Distribution = Distribution::fixed(Span::ZERO),
        /// Shown when a request is selected.
        pub request_body: String [TEXT] = String::new(),
        /// Shown when an answer is selected.
        pub response_body: String [TEXT] = String::new(),
        /// How long each attempt waits for its answer; without a time, for ever.
        pub timeout: Option<Span> [LASTING] = None,
        /// How often what failed is tried again, and after which wait.
        pub retry: Retry = Retry::default(),
    }
}

fields! {
    /// A private cache.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Cache {
        /// For how long an answer is fresh (`Cache-Control: max-age`).
        pub max_age: Span = Span::seconds(60),
        /// Whether answers carry an ETag, by which a stale one is validated.
        pub etag: bool = true,
    }
}

kinds! {
    REQUEST "request" Payload Call,
    RESPONSE "response" Payload Reply,
    NOT_MODIFIED "not modified" Control Reply,
}

#[derive(Clone, Copy)]
struct Words {
    request: KindId,
    get: LabelId,
    validate: LabelId,
    ok: Reply,
    not_modified: Reply,
    error: Reply,
    gave_up: LabelId,
}

const OK: u8 = 0;
const NOT_CHANGED: u8 = 1;
const ERROR: u8 = 2;

impl Settings {
    pub(super) fn check(&self) -> Result<(), BadSetting> {
        all_different(&[("caller", &self.caller.id), ("server", &self.server.id)])?;
        self.retry.check("retry")
    }

    /// One request, one piece of work.
    pub(super) fn parts(&self) -> Option<u32> {
        Some(1)
    }

    fn words(&self, setup: &mut Setup<AnyParty>, freight: Freight) -> Words {
        let request = setup.kind(&REQUEST);
        let response = setup.kind(&RESPONSE);
        let not_modified = setup.kind(&NOT_MODIFIED);
        setup.body(request, &self.request_body);
        setup.body(response, &self.response_body);
        let words = Words {
            request,
            get: setup.label(&format!("GET {}", self.path)),
            validate: setup.label(&format!("GET {} If-None-Match", self.path)),
            ok: Reply::new(response, setup.label("200 OK"), Verdict::Fine, OK),
            not_modified: Reply::new(not_modified, setup.label("304 Not Modified"), Verdict::Fine, NOT_CHANGED),
            error: Reply::new(response, setup.label("500 Internal Server Error"), Verdict::Rejected, ERROR),
            gave_up: setup.label("gave up"),
        };
        self.size(&words, setup, freight);
        words
    }

    /// What each of them takes on the wire. A cache lives by what answers say of themselves.
    fn size(&self, words: &Words, setup: &mut Setup<AnyParty>, freight: Freight) {
        let tag = length("\"0123456789abcdef\"");
        let get = || Head::request("GET", &self.path, &self.server.id);
        setup.sized_as((words.request, words.get), get().alone());
        setup.sized_as((words.request, words.validate), get().field("If-None-Match", tag).alone());
        let answer = |status: &str| {
            let Some(cache) = &self.cache else { return Head::answer(status) };
            let seconds = (cache.max_age.as_micros() / 1_000_000) as u32;
            let head = Head::answer(status).field("Cache-Control", length("max-age=") + digits(seconds));
            if cache.etag { head.field("ETag", tag) } else { head }
        };
        setup.sized_as((words.ok.kind, words.ok.label), answer("200 OK").with(JSON, 0, freight.result));
        setup.sized(words.not_modified.kind, answer("304 Not Modified").alone());
        let error = Head::answer("500 Internal Server Error").empty();
        setup.sized_as((words.error.kind, words.error.label), error);
    }

    pub(super) fn set_up(&self, ground: &Ground) -> Setup<AnyParty> {
        let mut setup = Setup::default();
        let words = self.words(&mut setup, ground.freight);
        let policy = EdgePolicy { timeout: self.timeout, retry: self.retry.clone(), ..EdgePolicy::default() };
        let client = Client { words, settings: self.clone(), stored: ByNumber::default(), asked: ByNumber::default() };
        let server = Server { words, settings: self.clone() };
        pair(&mut setup, ground, (&self.caller, client), (&self.server, server), policy);
        setup
    }
}

/// What the cache holds of a resource.
#[derive(Clone, Copy)]
struct Stored {
    version: u32,
    asked: Moment,
}

struct Client {
    words: Words,
    settings: Settings,
    stored: ByNumber<u32, Stored>,
    /// When each job's request was sent.
    asked: ByNumber<PartId, Moment>,
}

impl Client {
    fn ask(&mut self, task: &Task, stage: &Stage<'_>) -> Step {
        let resource = task.part.index() % u32::from(self.settings.resources);
        let known = self.settings.cache.as_ref().zip(self.stored.get(&resource).copied());
        if let Some((cache, stored)) = known
            && stage.now().since(stored.asked) < cache.max_age
        {
            return Step::AtHand;
        }
        let tag = known.filter(|(cache, _)| cache.etag).map(|(_, stored)| stored.version + 1);
        self.asked.insert(task.part, stage.now());
        let label = if tag.is_some() { self.words.validate } else { self.words.get };
        // With a tag the note is the known version counted from one; without, nought.
        let note = tag.unwrap_or_default();
        let (kind, part) = (self.words.request, task.part);
        Step::Call(Ask { edge: 0, entry: 0, note, kind, label, part, load: part })
    }
}

impl Conduct for Client {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        match task.last {
            StepEnd::Nothing => self.ask(task, stage),
            StepEnd::Answered(Answer { verdict: Verdict::Fine, note, .. }) => {
                let resource = task.part.index() % u32::from(self.settings.resources);
                if let Some(asked) = self.asked.remove(&task.part) {
                    self.stored.insert(resource, Stored { version: note, asked });
                }
                Step::Answered
            }
            StepEnd::Answered(_) | StepEnd::Failed(_) | StepEnd::Done | StepEnd::WorkFailed => {
                self.asked.remove(&task.part);
                Step::GiveUp(self.words.gave_up)
            }
        }
    }
}

struct Server {
    words: Words,
    settings: Settings,
}

impl Conduct for Server {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        let changed = |note: u32, version: u32| note != version + 1;
        if task.place == 0 {
            let every = self.settings.changes_every.map_or(u64::MAX, Span::as_micros);
            let version = u32::try_from(stage.now().micros() / every).expect("30 days have fewer milliseconds");
            task.memory = version;
            let span = if changed(task.note, version) {
                let body = stage.takes(stage.draw(&self.settings.body, 1, task.part));
                Span::micros(stage.work(task.part).as_micros() + body.as_micros())
            } else {
                stage.takes(stage.draw(&self.settings.validation, 2, task.part))
            };
            return Step::Work { parts: vec![task.part], span, effect: Effect::None };
        }
        let reply = match (task.last, changed(task.note, task.memory)) {
            (StepEnd::WorkFailed, _) => self.words.error,
            (_, true) => self.words.ok,
            (_, false) => self.words.not_modified,
        };
        Step::Reply(reply.noting(task.memory))
    }
}
