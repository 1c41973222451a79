//! A node: its tasks from the door to the end, and what faults make of them.
//!
//! *Invariants:* a task is at the door only while no thread is free. Every task that is let in ends once: answered,
//! given up, expired or interrupted.

use super::beside::{Clock, Outside};
use super::conduct::{Conduct, Reply, Task};
use super::edge::Edge;
use super::hands::Hands;
use super::messages::{Message, Timer};
use super::task::{Doing, Errand, Origin, Outgoing, Running};
use crate::engine::{LinkId, Parcel, Word};
use crate::protocol::Stage;
use crate::protocol::by_number::ByNumber;
use crate::protocol::pool::Pool;
use crate::protocol::waiting::WaitingLine;
use crate::rng::Distribution;
use crate::time::{Moment, Span};
use crate::trace::{CallerOutcome, Ending, JobId, LabelId, MarkKind, MessageId, PartId, Slot, StayKind};

/// What a service does with what arrives.
#[derive(Clone, Copy, Debug)]
pub struct Door {
    /// How many may wait for a thread, or, with cores, be in hand beyond one a core.
    pub queue: u32,
    /// What an arrival meets that finds no room.
    pub when_full: WhenFull,
    /// What somebody is told who cancelled.
    pub cancelled: Option<Reply>,
    /// What becomes of work whose deadline passes.
    pub at_deadline: AtDeadline,
}

impl Door {
    /// Behind which so many may wait; one more is refused.
    pub fn before(queue: u32) -> Self {
        Door { queue, when_full: WhenFull::Refuse, cancelled: None, at_deadline: AtDeadline::Unaware }
    }
}

/// A message to whoever sent `message`, about what was asked.
fn answer(back: LinkId<Message>, message: MessageId, word: Word, part: PartId, attempt: u32) -> Parcel<Message> {
    Parcel::new(back, word, part).attempt(attempt).answering(message)
}

/// What an arrival meets that finds no room.
#[derive(Clone, Copy, Debug)]
pub enum WhenFull {
    /// The connection is refused.
    Refuse,
    /// It is answered so.
    Reply(Reply),
}

/// What becomes of work whose deadline passes: gRPC cancels the call, but the application must stop its own work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtDeadline {
    /// The application stops its own work.
    Stops,
    /// Work that was begun goes on to its end; nothing else is begun.
    WorksOn,
    /// The service does not know of it, does everything, and answers.
    Unaware,
}

pub(super) enum Role {
    Caller {
        /// For each job, from when it is taken on.
        deadline: Option<Span>,
        /// How long it computes on each answer.
        callback: Distribution,
    },
    Service(Door),
}

/// Words that every node needs.
#[derive(Clone, Copy, Debug)]
pub struct NodeWords {
    /// A request was turned away.
    pub refused: Word,
    /// A connection broke under a request.
    pub reset: Word,
    /// An answer is overdue.
    pub timed_out: LabelId,
    /// The time for the whole job is over.
    pub deadline: LabelId,
    /// A call will be made again.
    pub retries: LabelId,
    /// A caller stops trying.
    pub gave_up: LabelId,
    /// The work failed.
    pub failed: LabelId,
    /// A breaker closes, opens, is half open.
    pub breaker: [LabelId; 3],
}

/// One who calls, one who is called, or both.
pub struct Node {
    pub(super) role: Role,
    pub(super) words: NodeWords,
    pub(super) hands: Hands,
    pub(super) conduct: Box<dyn Conduct>,
    pub(super) edges: Vec<Edge>,
    /// Pools of connections that tasks hold over several steps, and how long a task waits for one.
    pub(super) pools: Vec<(Pool<u32>, Option<Span>)>,
    pub(super) running: ByNumber<u32, Running>,
    pub(super) calls: ByNumber<u32, Outgoing>,
    /// The backlog of a caller, the accept queue of a service.
    door_queue: WaitingLine<u32>,
    /// What is still to be done within the event at hand; empty between two events.
    pub(super) errands: Vec<Errand>,
    pub(super) outside: Outside,
    pub(super) clocks: Vec<Clock>,
    /// How many of them stand still.
    pub(super) still: u32,
    /// The tasks that wait for a word about a job, by both, the longest there first.
    pub(super) words_awaited: ByNumber<(u16, u32), Vec<u32>>,
    /// Words that came when nobody waited for them yet.
    pub(super) words_heard: ByNumber<(u16, u32), ()>,
    pub(super) next_task: u32,
    pub(super) next_call: u32,
}

impl Node {
    fn new(role: Role, hands: Hands, words: NodeWords, conduct: Box<dyn Conduct>) -> Self {
        Node {
            role,
            words,
            hands,
            conduct,
            edges: Vec::new(),
            pools: Vec::new(),
            running: ByNumber::default(),
            calls: ByNumber::default(),
            door_queue: WaitingLine::default(),
            errands: Vec::new(),
            outside: Outside::default(),
            clocks: Vec::new(),
            still: 0,
            words_awaited: ByNumber::default(),
            words_heard: ByNumber::default(),
            next_task: 0,
            next_call: 0,
        }
    }

    /// A node whose tasks are jobs.
    pub fn caller(
        hands: Hands,
        deadline: Option<Span>,
        callback: Distribution,
        words: NodeWords,
        conduct: impl Conduct + 'static,
    ) -> Self {
        Node::new(Role::Caller { deadline, callback }, hands, words, Box::new(conduct))
    }

    /// A node whose tasks are requests.
    pub fn service(hands: Hands, door: Door, words: NodeWords, conduct: impl Conduct + 'static) -> Self {
        Node::new(Role::Service(door), hands, words, Box::new(conduct))
    }

    /// Adds a way to another node; asks name it by its place.
    pub fn with_edge(mut self, edge: Edge) -> Self {
        self.edges.push(edge);
        self
    }

    /// Adds a pool of connections; steps name it by its place.
    pub fn with_pool(mut self, most: u16, max_wait: Option<Span>) -> Self {
        self.pools.push((Pool::new(most.into()), max_wait));
        self
    }

    /// Whether a crash ends what is in hand here.
    pub(crate) fn is_mortal(&self) -> bool {
        matches!(self.role, Role::Service(_))
    }

    pub(super) fn want(&mut self, job: JobId, stage: &mut Stage<'_>) {
        let part = stage.first_part(job);
        let key = self.admit(Origin::Job(job), 1, 0, 0, part, Moment::NEVER);
        self.enter(key, StayKind::Backlog, stage);
    }

    pub(super) fn admit(
        &mut self,
        origin: Origin,
        attempt: u32,
        entry: u8,
        note: u32,
        part: PartId,
        deadline: Moment,
    ) -> u32 {
        let key = self.next_task;
        self.next_task += 1;
        let task = Task::new(entry, note, part);
        let running = Running {
            task,
            origin,
            attempt,
            slot: Slot::WHOLE,
            doing: Doing::Deciding,
            waits: None,
            deadline,
            alarm: None,
            known: CallerOutcome::Refused,
            in_hand: Vec::new(),
            first_call: 0,
            awaited: 0,
            orphaned: false,
        };
        self.running.insert(key, running);
        key
    }

    /// Finds the task a thread, or makes it wait at the door.
    pub(super) fn enter(&mut self, key: u32, waiting: StayKind, stage: &mut Stage<'_>) {
        if let Some(slot) = self.hands.place(key) {
            return self.start(key, slot, stage);
        }
        if let Some(running) = self.running.get_mut(&key) {
            let open = stage.begin(Slot::WHOLE, waiting, running.task.part);
            running.doing = Doing::AtTheDoor(open);
            self.door_queue.join(key);
        }
    }

    fn start(&mut self, key: u32, slot: Slot, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        if running.deadline <= stage.now() {
            // Its time is up at this very moment: nothing is begun any more.
            return self.stop(key, Ending::Expired, stage);
        }
        running.slot = if slot == Slot::WHOLE { self.hands.home() } else { slot };
        match (&self.role, running.origin) {
            (Role::Caller { deadline: Some(span), .. }, _) => {
                running.deadline = stage.now() + *span;
                running.alarm = Some(stage.set_timer(*span, Timer::Deadline { task: key }));
            }
            (_, Origin::Request { message, .. }) => stage.land(message, running.slot),
            (_, Origin::Job(_) | Origin::Loan(_) | Origin::Clock(_) | Origin::Branch { .. } | Origin::Nobody) => {}
        }
        match self.role {
            // The wish, too, is a callback, and has its turn.
            Role::Caller { .. } if self.hands.are_cores() => self.call_back(key, Span::ZERO, stage),
            Role::Caller { .. } | Role::Service(_) => self.errands.push(Errand::Steps(key)),
        }
    }

    pub(super) fn receive(&mut self, message: MessageId, body: Message, stage: &mut Stage<'_>) {
        let Message::Request { back, call, attempt, entry, note, part, left } = body else { return };
        let Role::Service(door) = self.role else {
            // Whoever wants jobs has a hand for each that is not needed here: what it is told takes no time.
            let origin = Origin::Request { message, from: stage.sender(message), back, call };
            let key = self.admit(origin, attempt, entry, note, part, Moment::NEVER);
            return self.errands.push(Errand::Steps(key));
        };
        let in_hand = self.running.len() as u32;
        let full = match &self.hands {
            Hands::Threads(threads) => !threads.any_free() && self.door_queue.len() >= door.queue,
            Hands::Cores { cores, .. } => in_hand >= door.queue.saturating_add(cores.count().into()),
        };
        if stage.is_out() || full {
            stage.refuse(message);
            let word = match door.when_full {
                WhenFull::Reply(reply) if !stage.is_out() => (reply.kind, reply.label),
                WhenFull::Reply(_) | WhenFull::Refuse => self.words.refused,
            };
            stage.send(answer(back, message, word, part, attempt), Message::Refusal { call, attempt });
            return;
        }
        let left = left.filter(|_| door.at_deadline != AtDeadline::Unaware);
        let deadline = left.map_or(Moment::NEVER, |left| stage.now() + left);
        let from = stage.sender(message);
        let key = self.admit(Origin::Request { message, from, back, call }, attempt, entry, note, part, deadline);
        if let Some(running) = self.running.get_mut(&key) {
            running.task.load = stage.part_of(message);
            running.alarm = left.map(|left| stage.set_timer(left, Timer::Deadline { task: key }));
        }
        self.enter(key, StayKind::Queued, stage);
    }

    /// A service answers the request that `key` is.
    pub(super) fn reply(&mut self, key: u32, reply: Reply, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get(&key) else { return };
        let Origin::Request { message, back, call, .. } = running.origin else { return };
        let parcel = answer(back, message, (reply.kind, reply.label), running.task.part, running.attempt);
        let body = Message::Answer { call, attempt: running.attempt, answer: reply.answer };
        stage.send(parcel.from(running.slot), body);
    }

    /// The task is over; its thread takes the next.
    pub(super) fn finish(&mut self, key: u32, ending: Ending, stage: &mut Stage<'_>) {
        let Some(mut running) = self.running.remove(&key) else { return };
        stage.cancel(running.alarm);
        if let Some(open) = running.waits.take() {
            stage.end(open, ending);
        }
        match running.doing {
            Doing::AtTheDoor(open) => {
                stage.end(open, ending);
                self.door_queue.leave(&key);
            }
            Doing::Turn(open, _) | Doing::Pausing(open) | Doing::Resting(open) => stage.end(open, ending),
            Doing::Computing(Some(open), _) => stage.end(open, ending),
            Doing::Working(work, ..) => work.cut_short(ending, stage),
            Doing::Pooled(open, pool) => {
                stage.end(open, ending);
                self.pools[usize::from(pool)].0.leave(&key);
            }
            Doing::Awaiting(word, timer) => {
                stage.cancel(timer);
                self.awaits_no_longer((word, stage.job_of(running.task.part), key));
            }
            Doing::Computing(None, _) | Doing::Calling | Doing::Sending | Doing::Branching(_) | Doing::Deciding => {}
        }
        self.hands.leave(key);
        // In the order of time: whoever waits for the connection, then the caller, then whoever waits for the thread.
        self.serve_next();
        match running.origin {
            Origin::Job(job) => self.errands.push(Errand::Settle(job, running.known)),
            Origin::Loan(place) => {
                let undone = std::mem::take(&mut running.task.undone);
                self.outside.returned.push_back((place, ending == Ending::Done, undone));
            }
            Origin::Clock(clock) => {
                self.clocks[usize::from(clock)].runs = false;
                // It found something to do, and may find more.
                if running.task.note != 0 || running.task.place > 1 {
                    self.wind_up(stage);
                }
            }
            Origin::Branch { of, index } => self.branch_ended(of, index, &running),
            Origin::Request { .. } | Origin::Nobody => {}
        }
        for in_hand in running.in_hand {
            self.give_back(in_hand);
        }
    }

    /// Lets in the first one at the door if a thread is free for it, and leaves an errand for those behind it.
    pub(super) fn next_at_the_door(&mut self, stage: &mut Stage<'_>) {
        let Some(key) = self.door_queue.first() else { return };
        let Some(slot) = self.hands.place(key) else { return };
        self.door_queue.leave(&key);
        if let Some(Running { doing, .. }) = self.running.get_mut(&key)
            && let Doing::AtTheDoor(open) = std::mem::replace(doing, Doing::Deciding)
        {
            stage.end(open, Ending::Done);
        }
        self.serve_next();
        self.start(key, slot, stage);
    }

    /// Its time is up (`CHAIN-1`). The caller fails at once; a service is cancelled and says nothing, for nobody
    /// listens: gRPC, "Deadlines".
    pub(super) fn deadline(&mut self, key: u32, stage: &mut Stage<'_>) {
        let Some(running) = self.running.get_mut(&key) else { return };
        let (slot, part, attempt) = (running.slot, running.task.part, running.attempt);
        match &self.role {
            Role::Caller { .. } => {
                stage.mark(MarkKind::TimedOut, slot, part, attempt.into(), self.words.deadline);
                self.abandon_calls(key, stage);
                stage.mark(MarkKind::GaveUp, slot, part, attempt.into(), self.words.gave_up);
                self.finish(key, Ending::GaveUp, stage);
            }
            Role::Service(door) => {
                if door.at_deadline == AtDeadline::WorksOn && running.doing.is_busy() {
                    running.orphaned = true;
                    return;
                }
                self.abandon_calls(key, stage);
                self.stop(key, Ending::Expired, stage);
            }
        }
    }

    /// Ends a task of a service without an answer. Work that is cut short is thrown away.
    fn stop(&mut self, key: u32, ending: Ending, stage: &mut Stage<'_>) {
        let computes = self.running.get(&key).is_some_and(|running| running.doing.is_busy());
        self.finish(key, if computes { Ending::Interrupted } else { ending }, stage);
    }

    /// Whoever asked wants no answer any more and says so.
    pub(super) fn cancel(&mut self, message: MessageId, (call, attempt): (u32, u32), stage: &mut Stage<'_>) {
        let from = stage.sender(message);
        // A request that arrived twice has two tasks; the first one is cancelled.
        let is_it = |running: &Running| match running.origin {
            Origin::Request { from: asked, call: known, .. } => {
                (asked, known, running.attempt) == (from, call, attempt)
            }
            _ => false,
        };
        let found = self.running.iter().find(|(_, running)| is_it(running)).map(|(key, _)| key);
        if let (Some(key), Role::Service(door)) = (found, &self.role) {
            if let Some(reply) = door.cancelled {
                self.reply(key, reply, stage);
            }
            self.abandon_calls(key, stage);
            self.stop(key, Ending::Interrupted, stage);
        }
    }

    /// A service dies with what is in hand, and its host resets the connections of those who wait (`FLT-2`).
    pub(super) fn crash(&mut self, stage: &mut Stage<'_>) {
        let Role::Service(_) = self.role else { return };
        self.door_queue.clear();
        for (_, outgoing) in self.calls.take() {
            outgoing.interrupt(stage);
        }
        let running = self.running.take();
        for edge in 0..self.edges.len() {
            self.restart_edge(edge as u8, stage);
        }
        self.pools.iter_mut().for_each(|(pool, _)| pool.reset());
        self.outside.forget();
        self.words_awaited.clear();
        self.words_heard.clear();
        self.clocks.iter_mut().for_each(|clock| clock.runs = false);
        for (key, running) in running {
            self.hands.leave(key);
            stage.cancel(running.alarm);
            let opens = running.waits.into_iter().chain(running.doing.open());
            opens.for_each(|open| stage.end(open, Ending::Interrupted));
            let Origin::Request { message, back, call, .. } = running.origin else { continue };
            let parcel = answer(back, message, self.words.reset, running.task.part, running.attempt);
            stage.send(parcel.from(running.slot), Message::Reset { call, attempt: running.attempt });
        }
        self.conduct.die(stage);
    }
}
