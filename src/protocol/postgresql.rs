//! A PostgreSQL query through a pool of connections (`DB-1` to `DB-5`).
//!
//! Sources: PostgreSQL documentation, "Frontend/Backend Protocol" (Simple Query, Extended Query, Canceling Requests in
//! Progress), postgresql.conf.sample; HikariCP's HikariConfig and HikariPool, sqlx's PoolOptions (sizes and waits).
//!
//! The messages that one side sends at once, in one flush, are one arrow; its body lists them.

use super::call::settings::{Caller, Service, all_different, node_words};
use super::call::{
    Answer, Ask, CallFailure, Conduct, Door, Edge, EdgePolicy, Effect, Hands, Node, NodeWords, Reply, RetryOn, Step,
    StepEnd, Task, Verdict,
};
use super::framing::http::Head;
use super::framing::postgresql as framing;
use super::retry::Retry;
use super::{BadSetting, Freight, Ground, Party as AnyParty, Stage, leg};
use crate::engine::{KindId, Setup, Word};
use crate::reading::rule::{ID, LASTING, NAME, SLOTS, TEXT};
use crate::reading::{fields, words};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::{LabelId, Size};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: a pool with first-come-first-served waiters and a bound on their wait, one backend a connection, \
Query and the extended messages with one ReadyForQuery each, an application's time-out with or without CancelRequest, statement_timeout, \
a ping before a connection is handed out, a remote call made while the connection is held. \
Left out: the opening of connections with TLS and authentication, idle and life-time limits of connections (10 and 30 minutes in both pools), \
transactions and locks, prepared statements that are reused, portals and fetch sizes, COPY, NOTICE and NOTIFY, \
backends that slow one another down. What is sent in one flush is one arrow.";

fields! {
    /// A side's settings.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// Who wants the jobs.
        pub caller: Caller = Caller { id: "app".into(), name: "Application".into(), ..Caller::default() },
        /// The pool of connections in the application.
        pub pool: PoolSettings = PoolSettings::default(),
        /// The server with its backends.
        pub database: DatabaseSettings = DatabaseSettings::default(),
        /// Called while the connection is held, if there is one.
        pub remote: Option<Remote> = None,
        /// Which messages carry the statement.
        pub messages: Messages = Messages::Simple,
        /// The statement, as the picture shows it.
        pub sql: String [TEXT] = "SELECT".into(),
        /// How many rows come back.
        pub rows: u32 = 1,
        /// Whether the statement changes anything.
        pub writes: bool = false,
        /// How long the application waits for an answer. Without a number, for ever.
        pub timeout: Option<Span> [LASTING] = None,
        /// Whether the driver sends a CancelRequest when that time is up.
        pub cancels: bool = false,
    }
}

fields! {
    /// The pool in the application. HikariCP and sqlx have the same defaults.
    #[derive(Clone, Debug, PartialEq)]
    pub struct PoolSettings {
        /// HikariCP's `maximumPoolSize`, sqlx's `max_connections`.
        pub max_connections: u16 [SLOTS] = 10,
        /// HikariCP's `connectionTimeout`, sqlx's `acquire_timeout`.
        pub acquire_timeout: Span [LASTING] = Span::seconds(30),
        /// Whether a connection is pinged before it is handed out: sqlx does so, HikariCP only after half a second's
        /// idleness.
        pub test_before_acquire: bool = false,
    }
}

fields! {
    /// The database server. The defaults are those of postgresql.conf.sample.
    #[derive(Clone, Debug, PartialEq)]
    pub struct DatabaseSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "database".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "PostgreSQL".into(),
        /// Each connection has a backend of its own; one more is refused.
        pub max_connections: u16 [SLOTS] = 100,
        /// Off when it is nothing.
        pub statement_timeout: Span = Span::ZERO,
    }
}

impl DatabaseSettings {
    fn service(&self) -> Service {
        Service { accept_queue: 0, ..Service::called(&self.id, &self.name, self.max_connections) }
    }
}

fields! {
    /// Another service that the application calls while it holds the connection (`DB-4`).
    #[derive(Clone, Debug, PartialEq)]
    pub struct Remote {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "remote".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Remote service".into(),
        /// How many calls it works on at the same time.
        pub workers: u16 [SLOTS] = 10,
        /// How long it works on a call.
        pub takes: Distribution = Distribution::fixed(Span::millis(200)),
    }
}

words! {
    /// Which messages carry the statement.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Messages = Simple {
        /// `Query`.
        Simple = "simple",
        /// `Parse`, `Bind`, `Describe`, `Execute`, `Sync`, sent without waiting in between.
        Extended = "extended",
    }
}

kinds! {
    QUERY "Query" Payload Call,
    EXTENDED "Parse, Bind, Describe, Execute, Sync" Payload Call,
    SYNC "Sync" Control Call,
    READY "ReadyForQuery" Control Reply,
    ROWS "rows, ReadyForQuery" Payload Reply,
    ERROR "ErrorResponse, ReadyForQuery" Payload Reply,
    CANCEL "CancelRequest" Control Async,
    REQUEST "request" Payload Call,
    RESPONSE "response" Payload Reply,
}

#[derive(Clone, Copy)]
struct Words {
    statement: (KindId, LabelId),
    sync: (KindId, LabelId),
    cancel: (KindId, LabelId),
    remote: (KindId, LabelId),
    rows: Reply,
    ready: Reply,
    error: Reply,
    cancelled: Reply,
    done: Reply,
    no_connection: LabelId,
    no_answer: LabelId,
    broken: LabelId,
    failed: LabelId,
}

/// What a backend is asked for.
const STATEMENT: u8 = 0;
const PING: u8 = 1;

impl Settings {
    pub(super) fn check(&self) -> Result<(), BadSetting> {
        if self.caller.connections.is_some() {
            let sentence = "the pool bounds the connections; set `pool.max_connections`".into();
            return Err(BadSetting { field: "caller.connections".into(), sentence });
        }
        let mut lanes = vec![("caller", self.caller.id.as_str()), ("database", &self.database.id)];
        if let Some(remote) = &self.remote {
            lanes.push(("remote", &remote.id));
        }
        all_different(&lanes)
    }

    /// One query, one piece of work.
    pub(super) fn parts(&self) -> Option<u32> {
        Some(1)
    }

    fn words(&self, setup: &mut Setup<AnyParty>) -> Words {
        let (rows, ready, error) = (setup.kind(&ROWS), setup.kind(&READY), setup.kind(&ERROR));
        let before = match self.messages {
            Messages::Simple => "",
            Messages::Extended => "ParseComplete, BindComplete, ",
        };
        setup.body(rows, &format!("{before}RowDescription, DataRow × {}, CommandComplete, ReadyForQuery", self.rows));
        let kind = match self.messages {
            Messages::Simple => setup.kind(&QUERY),
            Messages::Extended => setup.kind(&EXTENDED),
        };
        setup.body(kind, &self.sql);
        let (verb, response) = (setup.label(&self.sql), setup.kind(&RESPONSE));
        let found = super::counted(u16::try_from(self.rows).unwrap_or(u16::MAX), "row");
        let mut error_of = |text| Reply::new(error, setup.label(text), Verdict::Rejected, 0);
        let (failed, cancelled) = (error_of("ErrorResponse"), error_of("ErrorResponse 57014: canceled"));
        let waited = crate::time::readable(self.pool.acquire_timeout);
        Words {
            statement: (kind, verb),
            sync: (setup.kind(&SYNC), setup.label("Sync")),
            cancel: (setup.kind(&CANCEL), setup.label("CancelRequest")),
            remote: (setup.kind(&REQUEST), setup.label("call")),
            rows: Reply::new(rows, setup.label(&found), Verdict::Fine, 0),
            ready: Reply::new(ready, setup.label("ReadyForQuery"), Verdict::Fine, 0),
            error: failed,
            cancelled,
            done: Reply::new(response, setup.label("done"), Verdict::Fine, 0),
            no_connection: setup.label(&format!("gave up: no connection in {waited}")),
            no_answer: setup.label("gave up: no answer in time"),
            broken: setup.label("gave up: the connection broke"),
            failed: setup.label("gave up: error"),
        }
    }

    /// What each of them takes on the wire. All rows together carry the result of the job.
    fn size(&self, words: &Words, refused: Word, setup: &mut Setup<AnyParty>, freight: Freight) {
        let statement = match self.messages {
            Messages::Simple => framing::query(&self.sql, freight.body),
            Messages::Extended => framing::extended(&self.sql, freight.body),
        };
        setup.sized(words.statement.0, statement);
        let rows = framing::rows(self.rows, freight.result);
        let before = if self.messages == Messages::Extended { framing::prepared() } else { 0 };
        setup.sized(words.rows.kind, Size { own: rows.own.saturating_add(before), ..rows });
        setup.sized(words.sync.0, Size::of(framing::sync()));
        setup.sized(words.ready.kind, Size::of(framing::ready()));
        setup.sized(words.cancel.0, framing::CANCEL);
        let failed = framing::error("ERROR", "XX000", "the work failed") + framing::ready();
        setup.sized_as((words.error.kind, words.error.label), Size::of(failed));
        let cancelled = framing::error("ERROR", "57014", "canceling statement due to user request") + framing::ready();
        setup.sized_as((words.cancelled.kind, words.cancelled.label), Size::of(cancelled));
        setup.sized_as(refused, Size::of(framing::error("FATAL", "53300", "sorry, too many clients already")));
        // The call beside it carries nothing of the job's.
        let host = self.remote.as_ref().map_or("", |remote| &remote.id);
        setup.sized(words.remote.0, Head::request("GET", "/", host).alone());
        setup.sized(words.done.kind, Head::answer("204 No Content").alone());
    }

    pub(super) fn set_up(&self, ground: &Ground) -> Setup<AnyParty> {
        let mut setup = Setup::default();
        let words = self.words(&mut setup);
        let mut node_words = node_words(&mut setup);
        node_words.refused.1 = setup.label("too many clients already");
        self.size(&words, node_words.refused, &mut setup, ground.freight);
        let caller = setup.lane(self.caller.lane());
        let database = setup.lane(self.database.service().lane_of("backend"));
        let out = setup.link(ground.link(caller, database, leg::OUT));
        let back = setup.link(ground.link(database, caller, leg::BACK));
        let policy = EdgePolicy {
            timeout: self.timeout,
            retry: Retry::default(),
            retry_on: RetryOn::Unseen,
            cancel: self.cancels.then_some(words.cancel),
            ..EdgePolicy::default()
        };
        let app = App { words, settings: self.clone() };
        let mut node = Node::caller(self.caller.hands(), None, self.caller.callback.clone(), node_words, app)
            .with_pool(self.pool.max_connections, Some(self.pool.acquire_timeout))
            .with_edge(Edge::new([out, back], policy));
        let remote = self.remote.as_ref().map(|remote| {
            let service = Service::called(&remote.id, &remote.name, remote.workers);
            let lane = setup.lane(service.lane());
            let out = setup.link(ground.reliable_link(caller, lane, leg::ON));
            (remote.clone(), service, [out, setup.link(ground.reliable_link(lane, caller, leg::RETURN))])
        });
        if let Some((_, _, way)) = &remote {
            node = node.with_edge(Edge::new(*way, EdgePolicy::default()));
        }
        setup.actor(node.into());
        let backend = Backend { words, settings: self.clone() };
        setup.actor(service(&self.database.service(), words, node_words, backend).into());
        if let Some((remote, settings, _)) = remote {
            let conduct = Elsewhere { words, takes: remote.takes };
            let settings = Service { accept_queue: 1_000_000, ..settings };
            setup.actor(service(&settings, words, node_words, conduct).into());
        }
        setup
    }
}

fn service(settings: &Service, words: Words, node_words: NodeWords, conduct: impl Conduct + 'static) -> Node {
    let door = Door { cancelled: Some(words.cancelled), ..Door::before(settings.accept_queue) };
    Node::service(Hands::threads(settings.workers), door, node_words, conduct)
}

/// The application: takes a connection, queries, perhaps calls elsewhere, gives the connection back.
struct App {
    words: Words,
    settings: Settings,
}

/// What comes next, kept in a task's memory.
const TAKE: u32 = 0;
const TEST: u32 = 1;
const QUERIES: u32 = 2;
const CALLS: u32 = 3;
const RETURNS: u32 = 4;
const ENDS: u32 = 5;
/// What comes next when the statement came to nothing.
const FAILS: u32 = 6;
const TIMED_OUT: u32 = 7;
const BROKEN: u32 = 8;

impl App {
    fn ask(edge: u8, entry: u8, (kind, label): (KindId, LabelId), task: &Task) -> Step {
        Step::Call(Ask { edge, entry, note: 0, kind, label, part: task.part, load: task.part })
    }
}

impl Conduct for App {
    fn next(&mut self, task: &mut Task, _: &mut Stage<'_>) -> Step {
        let next = |task: &mut Task, memory: u32| task.memory = memory;
        match task.memory {
            TAKE => {
                next(task, if self.settings.pool.test_before_acquire { TEST } else { QUERIES });
                Step::Take(0)
            }
            TEST | QUERIES if task.last == StepEnd::Failed(CallFailure::NoRoom) => {
                Step::GiveUp(self.words.no_connection)
            }
            TEST => {
                next(task, QUERIES);
                Self::ask(0, PING, self.words.sync, task)
            }
            QUERIES if task.last.is_fine() => {
                next(task, if self.settings.remote.is_some() { CALLS } else { RETURNS });
                Self::ask(0, STATEMENT, self.words.statement, task)
            }
            CALLS if task.last.is_fine() => {
                next(task, RETURNS);
                Self::ask(1, 0, self.words.remote, task)
            }
            QUERIES | CALLS | RETURNS => match task.last {
                StepEnd::Done | StepEnd::Answered(Answer { verdict: Verdict::Fine, .. }) => {
                    next(task, ENDS);
                    Step::Give
                }
                StepEnd::Answered(_) => {
                    next(task, FAILS);
                    Step::Give
                }
                // Nobody knows what still comes over it, so it is closed.
                StepEnd::Failed(CallFailure::Silence) => {
                    next(task, TIMED_OUT);
                    Step::Discard
                }
                StepEnd::Failed(CallFailure::Broken) => {
                    next(task, BROKEN);
                    Step::Discard
                }
                StepEnd::Nothing | StepEnd::WorkFailed | StepEnd::Failed(_) => {
                    next(task, FAILS);
                    Step::Discard
                }
            },
            ENDS => Step::Answered,
            TIMED_OUT => Step::GiveUp(self.words.no_answer),
            BROKEN => Step::GiveUp(self.words.broken),
            _ => Step::GiveUp(self.words.failed),
        }
    }
}

/// The database's backend of a connection.
struct Backend {
    words: Words,
    settings: Settings,
}

impl Conduct for Backend {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        if task.entry == PING {
            return Step::Reply(self.words.ready);
        }
        let work = stage.work(task.part);
        let limit = self.settings.database.statement_timeout;
        let too_long = limit > Span::ZERO && work > limit;
        match (task.place, task.last) {
            (0, _) if too_long => Step::Compute(limit),
            (0, _) => {
                let effect = if self.settings.writes { Effect::Changes } else { Effect::None };
                Step::Work { parts: vec![task.part], span: work, effect }
            }
            (_, StepEnd::WorkFailed) => Step::Reply(self.words.error),
            _ if too_long => Step::Reply(self.words.cancelled),
            _ => Step::Reply(self.words.rows),
        }
    }
}

/// The service that is called while the connection is held.
struct Elsewhere {
    words: Words,
    takes: Distribution,
}

impl Conduct for Elsewhere {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        match task.place {
            0 => Step::Compute(stage.takes(stage.draw(&self.takes, 3, task.part))),
            _ => Step::Reply(self.words.done),
        }
    }
}
