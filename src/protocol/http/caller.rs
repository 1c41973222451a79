//! The caller's port: to each instance of the server a pool of connections, over which requests are sent and tried again.
//!
//! It goes round the instances, and an attempt that follows passes over the one before (Spring Cloud LoadBalancer's
//! default, with its `RetryAwareServiceInstanceListSupplier`).
//!
//! *Invariants:* a connection has at most one request outstanding (`HTTP-1`), and one whose answer is overdue is never
//! used again.

use super::messages::{Line, Request, Status, ToCaller, Words};
use super::settings::{Method, Settings};
use crate::engine::{LinkId, OpenStay, Parcel, TimerId};
use crate::protocol::Stage;
use crate::protocol::pool::Pool;
use crate::protocol::port::{Port, Sendings, Task};
use crate::protocol::retry::Retry;
use crate::time::Span;
use crate::trace::{CallerOutcome, Ending, MarkKind, MessageId, StayKind};

/// What a request waits for.
#[derive(Clone, Copy)]
enum WaitsFor {
    /// Its turn to be sent.
    Turn,
    /// A connection to be sent on.
    Connection(OpenStay),
    /// The answer on this connection, if there is a bound until that timer rings.
    Answer(Line, Option<TimerId>),
    /// The end of the back-off before the next attempt, after one at that instance.
    NextAttempt(u16, OpenStay),
}

/// How an attempt failed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AttemptFailure {
    /// No answer came in time.
    TimedOut,
    /// The connection was refused: the server did not see the request, so repeating it is always safe.
    Refused,
    /// 503: the server did not look at the request, and asks the caller to stay away for a while.
    Unavailable,
    /// The connection broke before an answer came. The request may have been done or not (RFC 9110 §9.2.2).
    Broken,
    /// The server closed an idle connection while the request was on its way (`HTTP-5`). The caller cannot tell this
    /// from a break.
    Closed,
    /// 409: the server is still at work on the first request with this key.
    Conflict,
    /// 500: an answer, and final.
    Error,
}

impl Status {
    fn failure(self) -> Option<AttemptFailure> {
        match self {
            Status::Ok => None,
            Status::Conflict => Some(AttemptFailure::Conflict),
            Status::Error => Some(AttemptFailure::Error),
            Status::Unavailable => Some(AttemptFailure::Unavailable),
        }
    }
}

impl AttemptFailure {
    /// What the caller knows of the work after such a failure.
    fn outcome(self) -> CallerOutcome {
        match self {
            AttemptFailure::Refused | AttemptFailure::Unavailable => CallerOutcome::Refused,
            AttemptFailure::Conflict | AttemptFailure::Error => CallerOutcome::Failed,
            // No answer came: it may have been done or not.
            AttemptFailure::TimedOut | AttemptFailure::Broken | AttemptFailure::Closed => CallerOutcome::Unknown,
        }
    }
}

/// An instance of the server, as the client sees it.
struct Instance {
    out: LinkId<Request>,
    /// Its waiters are requests.
    pool: Pool<u32>,
}

pub struct Client {
    words: Words,
    instances: Vec<Instance>,
    /// Whose turn it is.
    turn: u16,
    timeout: Option<Span>,
    retry: Retry,
    retry_after: Option<Span>,
    repeatable: bool,
    retry_on_close: bool,
    requests: Sendings<WaitsFor>,
}

/// What a client can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// The answer to a request is overdue.
    TimedOut { request: u32 },
    /// The back-off before its next attempt is over.
    TryAgain { request: u32 },
}

impl Port for Client {
    type Message = ToCaller;
    type Timer = Timer;

    fn send(&mut self, task: Task, stage: &mut Stage<'_>) {
        let request = self.requests.add(task, WaitsFor::Turn);
        self.connect(request, None, stage);
    }

    fn hear(&mut self, message: MessageId, body: ToCaller, stage: &mut Stage<'_>) {
        let (attempt, heard) = match body {
            ToCaller::Close(line) => return self.closed(line, stage),
            ToCaller::Response { attempt, status } => (attempt, status.failure()),
            ToCaller::Refusal { attempt } => (attempt, Some(AttemptFailure::Refused)),
            ToCaller::Reset { attempt } => (attempt, Some(AttemptFailure::Broken)),
        };
        let awaited = self.requests.of(attempt).filter(|(_, known)| matches!(known.waits_for, WaitsFor::Answer(..)));
        let Some((request, known)) = awaited else {
            return stage.too_late(message);
        };
        stage.land(message, known.task.slot);
        match heard {
            None => {
                if let Some(line) = self.stop_waiting(request, stage) {
                    self.release(line, stage);
                }
                self.requests.end(request, CallerOutcome::Answered);
            }
            Some(failure) => self.attempt_failed(request, failure, stage),
        }
    }

    fn ring(&mut self, timer: Timer, stage: &mut Stage<'_>) {
        match timer {
            Timer::TimedOut { request } => {
                if let Some(known) = self.requests.at(request) {
                    known.mark(MarkKind::TimedOut, self.words.timed_out, stage);
                    self.attempt_failed(request, AttemptFailure::TimedOut, stage);
                }
            }
            Timer::TryAgain { request } => {
                if let Some(WaitsFor::NextAttempt(before, stay)) =
                    self.requests.at(request).map(|known| known.waits_for)
                {
                    stage.end(stay, Ending::Done);
                    self.connect(request, Some(before), stage);
                }
            }
        }
    }

    fn ended(&mut self, _: &mut Stage<'_>) -> Option<(Task, CallerOutcome)> {
        self.requests.ended()
    }
}

impl Client {
    pub(super) fn new(settings: Settings, words: Words, outs: Vec<LinkId<Request>>) -> Self {
        let Settings { caller, method, connections, timeout, retry, .. } = settings;
        let may_repeat =
            |method: Method| method.is_idempotent() || settings.retry_non_idempotent || settings.idempotency_key;
        let most = connections.unwrap_or(caller.threads).into();
        Client {
            words,
            instances: outs.into_iter().map(|out| Instance { out, pool: Pool::new(most) }).collect(),
            turn: 0,
            timeout,
            retry,
            retry_after: settings.server.retry_after,
            repeatable: may_repeat(method),
            retry_on_close: settings.retry_on_close,
            requests: Sendings::default(),
        }
    }

    /// The instance whose turn it is, unless the attempt before went to it and there are others.
    fn next_instance(&mut self, before: Option<u16>) -> u16 {
        let count = self.instances.len() as u16;
        let skipped = u16::from(count > 1 && before == Some(self.turn));
        let instance = (self.turn + skipped) % count;
        self.turn = (instance + 1) % count;
        instance
    }

    fn pool(&mut self, instance: u16) -> &mut Pool<u32> {
        &mut self.instances[usize::from(instance)].pool
    }

    /// Gets the request a connection to the next instance, or makes it wait for one.
    fn connect(&mut self, request: u32, before: Option<u16>, stage: &mut Stage<'_>) {
        let instance = self.next_instance(before);
        match self.pool(instance).take() {
            Some(connection) => self.ask(request, Line { instance, connection }, stage),
            None => {
                let Some(known) = self.requests.at(request) else { return };
                let Task { slot, part, .. } = known.task;
                known.waits_for = WaitsFor::Connection(stage.begin(slot, StayKind::Pool, part));
                self.pool(instance).wait(request);
            }
        }
    }

    fn ask(&mut self, request: u32, line: Line, stage: &mut Stage<'_>) {
        let Some(known) = self.requests.at(request) else { return };
        // Set before the request is sent, so that at a tie the time-out precedes the answer.
        let overdue = self.timeout.map(|timeout| stage.set_timer(timeout, Timer::TimedOut { request }));
        known.waits_for = WaitsFor::Answer(line, overdue);
        let (Task { slot, part, .. }, attempt) = (known.task, known.attempt);
        let out = self.instances[usize::from(line.instance)].out;
        let parcel = Parcel::new(out, self.words.request, part).attempt(attempt.number).from(slot);
        stage.send(parcel, Request { attempt, connection: line.connection });
    }

    /// The server closed a connection it thought idle.
    fn closed(&mut self, line: Line, stage: &mut Stage<'_>) {
        if self.pool(line.instance).lose_idle(line.connection) {
            return;
        }
        let uses = |waits: &WaitsFor| matches!(waits, WaitsFor::Answer(used, _) if *used == line);
        let request = self.requests.places(uses).next();
        if let Some(request) = request {
            self.attempt_failed(request, AttemptFailure::Closed, stage);
        }
    }

    /// Nothing more can come for this attempt, so it can no longer be overdue. Says on which connection it was.
    fn stop_waiting(&mut self, request: u32, stage: &mut Stage<'_>) -> Option<Line> {
        let WaitsFor::Answer(line, overdue) = self.requests.at(request)?.waits_for else { return None };
        stage.cancel(overdue);
        Some(line)
    }

    /// Gives a connection back, or to the request that has waited longest for one to that instance.
    fn release(&mut self, line: Line, stage: &mut Stage<'_>) {
        if let Some(next) = self.pool(line.instance).give_back(line.connection) {
            self.hand(next, line, stage);
        }
    }

    /// Closes a connection to that instance; a request that waits for one may open another.
    fn drop_connection(&mut self, instance: u16, stage: &mut Stage<'_>) {
        if let Some((next, connection)) = self.pool(instance).discard() {
            self.hand(next, Line { instance, connection }, stage);
        }
    }

    fn hand(&mut self, request: u32, line: Line, stage: &mut Stage<'_>) {
        if let Some(WaitsFor::Connection(stay)) = self.requests.at(request).map(|known| known.waits_for) {
            stage.end(stay, Ending::Done);
        }
        self.ask(request, line, stage);
    }

    fn attempt_failed(&mut self, request: u32, failure: AttemptFailure, stage: &mut Stage<'_>) {
        let Some(line) = self.stop_waiting(request, stage) else { return };
        match failure {
            AttemptFailure::TimedOut | AttemptFailure::Refused | AttemptFailure::Broken | AttemptFailure::Closed => {
                self.drop_connection(line.instance, stage)
            }
            AttemptFailure::Unavailable | AttemptFailure::Conflict | AttemptFailure::Error => self.release(line, stage),
        }
        let Some(known) = self.requests.at(request) else { return };
        known.learn(failure.outcome());
        let may = match failure {
            AttemptFailure::Refused | AttemptFailure::Unavailable | AttemptFailure::Conflict => true,
            AttemptFailure::TimedOut | AttemptFailure::Broken => self.repeatable,
            AttemptFailure::Closed => self.repeatable && self.retry_on_close,
            AttemptFailure::Error => false,
        };
        if !may || known.attempt.number >= self.retry.max_attempts {
            return self.requests.give_up(request, self.words.gave_up, stage);
        }
        let wait = match failure {
            // A closed idle connection says nothing about the server's health, so there is no back-off.
            AttemptFailure::Closed => Span::ZERO,
            _ => known.wait(&self.retry, stage),
        };
        let whole = match failure {
            AttemptFailure::Unavailable => wait.max(self.retry_after.unwrap_or_default()),
            _ => wait,
        };
        let pause = known.back_off((wait, whole), self.words.retries, Timer::TryAgain { request }, stage);
        known.waits_for = WaitsFor::NextAttempt(line.instance, pause);
    }
}
