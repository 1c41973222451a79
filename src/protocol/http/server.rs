//! An instance of the server: workers, a bounded accept queue, and what it does when it is out or dies.
//!
//! *Invariant:* a worker has at most one request; a request waits only while no worker is idle. The server learns
//! nothing of a caller's time-out (RFC 9112 §9.5 leaves it to find the connection closed).

use super::messages::{self, Line, Status, ToCaller, Words};
use super::settings::{Settings, WhenFull};
use std::collections::VecDeque;

use crate::engine::{Fault, Input, LinkId, OpenStay, Parcel, Phase, TimerId, Word};
use crate::protocol::by_number::ByNumber;
use crate::protocol::lanes::Berth;
use crate::protocol::port::Attempt;
use crate::protocol::work::{self, Effects, Work};
use crate::protocol::{Connection, Role, Stage};
use crate::time::{Moment, Span};
use crate::trace::{Ending, MessageId, PartId, Slot, StayKind};

/// A request the server has taken on.
#[derive(Clone, Copy)]
struct Request {
    message: MessageId,
    part: PartId,
    attempt: Attempt,
    connection: Connection,
}

struct Worker {
    factor: f64,
    hand: Option<(Request, Work)>,
}

pub struct Server {
    /// Which of the server's instances it is.
    number: u16,
    words: Words,
    back: LinkId<ToCaller>,
    accept_queue: u32,
    when_full: WhenFull,
    keepalive_timeout: Span,
    recognises_repeats: bool,
    workers: Vec<Worker>,
    queue: VecDeque<(Request, OpenStay)>,
    effects: Effects,
    /// Connections that are idle, and the timers that ring when they have been so for too long. (A list, for there are
    /// no more of them than the caller's pool opens.)
    idle: Vec<(Connection, TimerId)>,
    closed: ByNumber<Connection, ()>,
    /// When it closed each of them.
    closings: Vec<(Moment, Connection)>,
}

/// What a server can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// A worker reaches the end of its work.
    WorkDone { worker: u16 },
    /// A connection has been idle for too long.
    IdleTooLong { connection: Connection },
}

impl Role for Server {
    type Message = messages::Request;
    type Timer = Timer;

    fn handle(&mut self, input: Input<&messages::Request, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Arrived(message, &messages::Request { attempt, connection }) => {
                self.receive(Request { message, part: attempt.part, attempt, connection }, stage);
            }
            Input::Timer(Timer::WorkDone { worker }) => self.work_done(worker, stage),
            Input::Timer(Timer::IdleTooLong { connection }) => self.idle_too_long(connection, stage),
            Input::Fault(Fault::Crash, Phase::Begins) => self.crash(stage),
            Input::Severed { since, .. } => self.severed(since, stage),
            Input::Started | Input::Wanted(_) | Input::Fault(..) => {}
        }
    }
}

impl Server {
    pub(super) fn new(
        (settings, berth): (&Settings, Berth),
        number: u16,
        words: Words,
        back: LinkId<ToCaller>,
    ) -> Self {
        let crew = settings.server.crew();
        let worker = |place| Worker { factor: crew.factor(place), hand: None };
        Server {
            number,
            words,
            back,
            accept_queue: settings.server.accept_queue,
            when_full: settings.server.when_full,
            keepalive_timeout: settings.server.keepalive_timeout,
            recognises_repeats: settings.idempotency_key,
            workers: (berth.first..berth.first + berth.count).map(worker).collect(),
            queue: VecDeque::new(),
            // The state after a repeated PUT or DELETE is what it was after the first (RFC 9110 §9.2.2).
            effects: match settings.method {
                method if method.is_safe() => Effects::None,
                method if method.is_idempotent() || settings.idempotency_key => Effects::First,
                _ => Effects::Each,
            },
            idle: Vec::new(),
            closed: ByNumber::default(),
            closings: Vec::new(),
        }
    }

    fn receive(&mut self, request: Request, stage: &mut Stage<'_>) {
        if stage.is_out() {
            return self.turn_away(request, stage);
        }
        if self.closed.contains(&request.connection) {
            // The close is on its way to the caller, and is all it will hear (HTTP-5).
            return stage.refuse(request.message);
        }
        self.no_longer_idle(request.connection, stage);
        if self.recognises_repeats && self.answer_repeat(request, stage) {
            return;
        }
        if let Some(worker) = self.workers.iter().position(|worker| worker.hand.is_none()) {
            self.claim(request.part, stage);
            return self.begin(worker as u16, request, stage);
        }
        if self.queue.len() as u32 >= self.accept_queue {
            return match self.when_full {
                WhenFull::Refuse => self.turn_away(request, stage),
                WhenFull::Unavailable => {
                    stage.refuse(request.message);
                    self.respond(request, Status::Unavailable, Slot::WHOLE, stage);
                }
            };
        }
        self.claim(request.part, stage);
        let stay = stage.begin(Slot::WHOLE, StayKind::Queued, request.part);
        self.queue.push_back((request, stay));
    }

    /// With keys, whichever instance is asked knows which requests are in hand.
    fn claim(&self, part: PartId, stage: &mut Stage<'_>) {
        if self.recognises_repeats {
            stage.claim(part);
        }
    }

    fn answer_repeat(&mut self, request: Request, stage: &mut Stage<'_>) -> bool {
        let status = match (self.effects.know(request.part, stage), stage.is_claimed(request.part)) {
            (true, _) => Status::Ok,
            (false, true) => Status::Conflict,
            (false, false) => return false,
        };
        self.respond(request, status, Slot::WHOLE, stage);
        true
    }

    fn turn_away(&mut self, request: Request, stage: &mut Stage<'_>) {
        stage.refuse(request.message);
        let body = ToCaller::Refusal { attempt: request.attempt };
        stage.send(self.answer(request, self.words.refused, Slot::WHOLE), body);
    }

    fn answer(&self, request: Request, word: Word, from: Slot) -> Parcel<ToCaller> {
        Parcel::new(self.back, word, request.part).attempt(request.attempt.number).answering(request.message).from(from)
    }

    fn respond(&mut self, request: Request, status: Status, from: Slot, stage: &mut Stage<'_>) {
        let word = match status {
            Status::Ok => self.words.ok,
            Status::Conflict => self.words.conflict,
            Status::Error => self.words.error,
            Status::Unavailable => self.words.unavailable,
        };
        let Request { attempt, connection, .. } = request;
        stage.send(self.answer(request, word, from), ToCaller::Response { attempt, status });
        // A request that arrived twice is answered twice: the time counts from the last answer.
        self.no_longer_idle(connection, stage);
        self.idle.push((connection, stage.set_timer(self.keepalive_timeout, Timer::IdleTooLong { connection })));
    }

    fn no_longer_idle(&mut self, connection: Connection, stage: &mut Stage<'_>) {
        if let Some(place) = self.idle.iter().position(|(idle, _)| *idle == connection) {
            stage.cancel(self.idle.swap_remove(place).1);
        }
    }

    fn begin(&mut self, worker: u16, request: Request, stage: &mut Stage<'_>) {
        let one = &mut self.workers[usize::from(worker)];
        let (slot, span) = (Slot(worker), work::span(request.part, one.factor, stage));
        let work = Work::begin((slot, 0), &[request.part], span, Timer::WorkDone { worker }, stage);
        stage.land(request.message, slot);
        one.hand = Some((request, work));
    }

    fn work_done(&mut self, worker: u16, stage: &mut Stage<'_>) {
        let Some((request, work)) = self.workers[usize::from(worker)].hand.take() else {
            return;
        };
        stage.disclaim(request.part);
        let done = work.end(&[request.part], self.effects, (self.words.failed, 0), stage);
        self.respond(request, if done { Status::Ok } else { Status::Error }, Slot(worker), stage);
        if let Some((request, stay)) = self.queue.pop_front() {
            stage.end(stay, Ending::Done);
            self.begin(worker, request, stage);
        }
    }

    fn idle_too_long(&mut self, connection: Connection, stage: &mut Stage<'_>) {
        self.no_longer_idle(connection, stage);
        self.closed.insert(connection, ());
        self.closings.push((stage.now(), connection));
        self.say_closed(connection, stage);
    }

    fn say_closed(&self, connection: Connection, stage: &mut Stage<'_>) {
        let line = Line { instance: self.number, connection };
        stage.send(Parcel::new(self.back, self.words.closes, PartId::NONE), ToCaller::Close(line));
    }

    /// What it closed meanwhile its host has not been able to say, and says again: TCP repeats a segment until it is
    /// acknowledged (RFC 9293 §3.8).
    fn severed(&self, since: Moment, stage: &mut Stage<'_>) {
        let meanwhile = self.closings.partition_point(|(at, _)| *at < since);
        for (_, connection) in &self.closings[meanwhile..] {
            self.say_closed(*connection, stage);
        }
    }

    /// What is in hand is lost, and the host resets the connections of those who wait (FLT-2).
    fn crash(&mut self, stage: &mut Stage<'_>) {
        let mut cut_off = Vec::new();
        for (worker, one) in self.workers.iter_mut().enumerate() {
            if let Some((request, work)) = one.hand.take() {
                work.cut_short(Ending::Interrupted, stage);
                cut_off.push((request, Slot(worker as u16)));
            }
        }
        for (request, stay) in self.queue.drain(..) {
            stage.end(stay, Ending::Interrupted);
            cut_off.push((request, Slot::WHOLE));
        }
        while let Some((_, timer)) = self.idle.pop() {
            stage.cancel(timer);
        }
        for (request, slot) in cut_off {
            stage.disclaim(request.part);
            let body = ToCaller::Reset { attempt: request.attempt };
            stage.send(self.answer(request, self.words.reset, slot), body);
        }
    }
}
