//! The caller: threads that block from the first attempt to the last, a backlog of jobs that find no free thread, and
//! a pool of connections.
//!
//! *Invariants:* a thread has at most one job. A connection has at most one request outstanding (`HTTP-1`), and one
//! whose answer is overdue is never used again.

use super::{Connection, Method, Request, Settings, Status, ToCaller, Words};
use crate::engine::{Input, LinkId, OpenStay, Parcel, TimerId};
use crate::protocol::pool::Pool;
use crate::protocol::retry::Retry;
use crate::protocol::threads::Threads;
use crate::protocol::{Role, Stage};
use crate::time::Span;
use crate::trace::{CallerOutcome, Ending, JobId, MarkKind, MessageId, PartId, Slot, StayKind};

/// What a thread waits for. It waits for something as long as it has a job.
#[derive(Clone, Copy)]
enum WaitsFor {
    /// A connection to send the request on.
    Connection(OpenStay),
    /// The answer to the request it sent on this connection, if there is a bound until that timer rings.
    Answer(Connection, Option<TimerId>),
    /// The end of the back-off before the next attempt.
    NextAttempt(OpenStay),
}

struct Call {
    part: PartId,
    attempt: u32,
    waits_for: WaitsFor,
    previous_wait: Option<Span>,
    /// What the caller knows after the attempts so far. An attempt whose fate is unknown leaves it so for good.
    known: CallerOutcome,
}

impl Call {
    fn new(part: PartId) -> Self {
        Call {
            part,
            attempt: 1,
            waits_for: WaitsFor::Answer(Connection::MAX, None),
            previous_wait: None,
            known: CallerOutcome::Refused,
        }
    }
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

pub struct Caller {
    words: Words,
    out: LinkId<Request>,
    timeout: Option<Span>,
    retry: Retry,
    retry_after: Option<Span>,
    repeatable: bool,
    retry_on_close: bool,
    threads: Threads<Call>,
    /// Its waiters are threads.
    pool: Pool<u16>,
}

/// What a caller can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// The answer that a thread waits for is overdue.
    TimedOut { thread: u16 },
    /// The back-off before a thread's next attempt is over.
    TryAgain { thread: u16 },
}

impl Role for Caller {
    type Message = ToCaller;
    type Timer = Timer;

    fn handle(&mut self, input: Input<ToCaller, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Wanted(job) => self.want(job, stage),
            Input::Arrived(message, body) => self.hear(message, body, stage),
            Input::Timer(Timer::TimedOut { thread }) => self.time_out(thread, stage),
            Input::Timer(Timer::TryAgain { thread }) => self.try_again(thread, stage),
            // The engine does what there is to do about faults of a caller.
            Input::Started | Input::Fault(..) => {}
        }
    }
}

impl Caller {
    pub(super) fn new(settings: Settings, words: Words, out: LinkId<Request>) -> Self {
        let Settings { caller, method, connections, timeout, retry, .. } = settings;
        let may_repeat =
            |method: Method| method.is_idempotent() || settings.retry_non_idempotent || settings.idempotency_key;
        Caller {
            words,
            out,
            timeout,
            retry,
            retry_after: settings.server.retry_after,
            repeatable: may_repeat(method),
            retry_on_close: settings.retry_on_close,
            threads: Threads::new(caller.threads),
            pool: Pool::new(connections.unwrap_or(caller.threads).into()),
        }
    }

    fn want(&mut self, job: JobId, stage: &mut Stage<'_>) {
        if let Some(thread) = self.threads.take(job, Call::new(stage.first_part(job)), stage) {
            self.connect(thread, stage);
        }
    }

    /// Gets the thread a connection, or makes it wait for one.
    fn connect(&mut self, thread: u16, stage: &mut Stage<'_>) {
        match self.pool.take() {
            Some(connection) => self.ask(thread, connection, stage),
            None => {
                let Some(call) = self.threads.call_mut(thread) else {
                    return;
                };
                call.waits_for = WaitsFor::Connection(stage.begin(Slot(thread), StayKind::Pool, call.part));
                self.pool.wait(thread);
            }
        }
    }

    fn ask(&mut self, thread: u16, connection: Connection, stage: &mut Stage<'_>) {
        let Some(call) = self.threads.call_mut(thread) else {
            return;
        };
        let (part, attempt) = (call.part, call.attempt);
        // Set before the request is sent, so that at a tie the time-out precedes the answer.
        let overdue = self.timeout.map(|timeout| stage.set_timer(timeout, Timer::TimedOut { thread }));
        call.waits_for = WaitsFor::Answer(connection, overdue);
        let parcel = Parcel::new(self.out, self.words.request, part).attempt(attempt).from(Slot(thread));
        stage.send(parcel, Request { part, attempt, connection });
    }

    fn hear(&mut self, message: MessageId, body: ToCaller, stage: &mut Stage<'_>) {
        let (part, attempt, heard) = match body {
            ToCaller::Close { connection } => return self.closed(connection, stage),
            ToCaller::Response { part, attempt, status } => (part, attempt, status.failure()),
            ToCaller::Refusal { part, attempt } => (part, attempt, Some(AttemptFailure::Refused)),
            ToCaller::Reset { part, attempt } => (part, attempt, Some(AttemptFailure::Broken)),
        };
        let awaiting = |call: &Call| {
            call.part == part && call.attempt == attempt && matches!(call.waits_for, WaitsFor::Answer(..))
        };
        let Some(thread) = self.threads.whose(awaiting) else {
            return stage.too_late(message);
        };
        stage.land(message, Slot(thread));
        match heard {
            None => {
                self.stop_waiting(thread, stage);
                self.release(thread, stage);
                self.finish(thread, CallerOutcome::Answered, stage);
            }
            Some(failure) => self.attempt_failed(thread, failure, stage),
        }
    }

    fn time_out(&mut self, thread: u16, stage: &mut Stage<'_>) {
        if let Some(&Call { part, attempt, .. }) = self.threads.call(thread) {
            stage.mark(MarkKind::TimedOut, Slot(thread), part, attempt.into(), self.words.timed_out);
            self.attempt_failed(thread, AttemptFailure::TimedOut, stage);
        }
    }

    /// The server closed a connection it thought idle.
    fn closed(&mut self, connection: Connection, stage: &mut Stage<'_>) {
        if self.pool.lose_idle(connection) {
            return;
        }
        let uses = |call: &Call| matches!(call.waits_for, WaitsFor::Answer(used, _) if used == connection);
        if let Some(thread) = self.threads.whose(uses) {
            self.attempt_failed(thread, AttemptFailure::Closed, stage);
        }
    }

    /// Nothing more can come for this attempt, so it can no longer be overdue.
    fn stop_waiting(&mut self, thread: u16, stage: &mut Stage<'_>) {
        if let Some(&Call { waits_for: WaitsFor::Answer(_, overdue), .. }) = self.threads.call(thread) {
            stage.cancel(overdue);
        }
    }

    /// Gives the thread's connection back, or to the thread that has waited longest.
    fn release(&mut self, thread: u16, stage: &mut Stage<'_>) {
        let Some(&Call { waits_for: WaitsFor::Answer(connection, _), .. }) = self.threads.call(thread) else {
            return;
        };
        if let Some(next) = self.pool.give_back(connection) {
            self.hand(next, connection, stage);
        }
    }

    /// Closes the thread's connection; a thread that waits for one may open another.
    fn drop_connection(&mut self, stage: &mut Stage<'_>) {
        if let Some((next, connection)) = self.pool.discard() {
            self.hand(next, connection, stage);
        }
    }

    fn hand(&mut self, thread: u16, connection: Connection, stage: &mut Stage<'_>) {
        if let Some(&Call { waits_for: WaitsFor::Connection(stay), .. }) = self.threads.call(thread) {
            stage.end(stay, Ending::Done);
        }
        self.ask(thread, connection, stage);
    }

    fn attempt_failed(&mut self, thread: u16, failure: AttemptFailure, stage: &mut Stage<'_>) {
        self.stop_waiting(thread, stage);
        match failure {
            AttemptFailure::TimedOut | AttemptFailure::Refused | AttemptFailure::Broken | AttemptFailure::Closed => {
                self.drop_connection(stage)
            }
            AttemptFailure::Unavailable | AttemptFailure::Conflict | AttemptFailure::Error => {
                self.release(thread, stage)
            }
        }
        let Some(call) = self.threads.call_mut(thread) else {
            return;
        };
        let (part, attempt) = (call.part, call.attempt);
        call.known = call.known.max(failure.outcome());
        let may = match failure {
            AttemptFailure::Refused | AttemptFailure::Unavailable | AttemptFailure::Conflict => true,
            AttemptFailure::TimedOut | AttemptFailure::Broken => self.repeatable,
            AttemptFailure::Closed => self.repeatable && self.retry_on_close,
            AttemptFailure::Error => false,
        };
        if !may || attempt >= self.retry.max_attempts {
            let known = call.known;
            stage.mark(MarkKind::GaveUp, Slot(thread), part, attempt.into(), self.words.gave_up);
            return self.finish(thread, known, stage);
        }
        // A closed idle connection says nothing about the server's health, so there is no back-off.
        let mut wait = match failure {
            AttemptFailure::Closed => Span::ZERO,
            _ => self.retry.wait(stage, part, attempt, call.previous_wait),
        };
        call.previous_wait = Some(wait);
        if failure == AttemptFailure::Unavailable {
            wait = wait.max(self.retry_after.unwrap_or_default());
        }
        stage.mark(MarkKind::Retried, Slot(thread), part, u64::from(attempt) + 1, self.words.retries);
        let pause = stage.begin(Slot(thread), StayKind::Scheduled, part);
        call.waits_for = WaitsFor::NextAttempt(pause.until(wait, Timer::TryAgain { thread }, stage));
    }

    fn try_again(&mut self, thread: u16, stage: &mut Stage<'_>) {
        let Some(call) = self.threads.call_mut(thread) else {
            return;
        };
        let WaitsFor::NextAttempt(stay) = call.waits_for else {
            return;
        };
        stage.end(stay, Ending::Done);
        call.attempt += 1;
        self.connect(thread, stage);
    }

    /// The thread is done with its job, one way or the other, and takes the next.
    fn finish(&mut self, thread: u16, outcome: CallerOutcome, stage: &mut Stage<'_>) {
        let ending = if outcome == CallerOutcome::Answered { Ending::Done } else { Ending::GaveUp };
        let Some(call) = self.threads.release(thread, ending, stage) else {
            return;
        };
        stage.settles(stage.job_of(call.part), outcome);
        if let Some(job) = self.threads.next_job(stage) {
            self.threads.block(thread, job, Call::new(stage.first_part(job)), stage);
            self.connect(thread, stage);
        }
    }
}
