//! Tasks that call: what SOAP, GraphQL, database clients, logins and chains of services have in common.
//!
//! A *node* has tasks in hand: at a caller a task is a job, at a service a request. A task takes one step after
//! another (work, compute, call another node, take a connection, pause, end), and which step is next is all that a
//! protocol decides, by its [`Conduct`]. How a step is taken is decided here, once: the hands that tasks are in
//! (threads that block, or cores that tasks share by turns), attempts and back-off, time-outs, the deadline that
//! travels, circuit breakers, bounds on calls in flight, refusal, crash.
//!
//! Sources of the rules stand where they are. *Invariants:* an answer ends the wait for one attempt of one call or
//! is late; a task ends once; nothing here knows a protocol's words.

mod edge;
mod errands;
mod hands;
mod node;
mod outgoing;
mod pair;
pub mod settings;
mod steps;

pub use edge::{Edge, EdgePolicy, Gate, RetryOn};
pub use hands::Hands;
pub use node::{AtDeadline, Door, Node, NodeWords, WhenFull};
pub(crate) use pair::pair;

use super::{Connection, Role, Stage};
use crate::engine::{Fault, Input, KindId, Phase};
use crate::time::Span;
use crate::trace::{CallerOutcome, LabelId, PartId};

/// What one node asks of another.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// Which of the node's edges it goes over.
    pub edge: u8,
    /// What is asked for, as the protocol counts it.
    pub entry: u8,
    /// Any number that goes along: a token's, a version's.
    pub note: u32,
    /// The kind of the message.
    pub kind: KindId,
    /// What is written beside it.
    pub label: LabelId,
    /// The part it is about; by it latency is drawn.
    pub part: PartId,
    /// What the message carries: the part, or a batch made by [`crate::engine::Context::batch`].
    pub load: PartId,
}

/// What a service replies.
#[derive(Clone, Copy, Debug)]
pub struct Reply {
    /// The kind of the message.
    pub kind: KindId,
    /// What is written beside it.
    pub label: LabelId,
    /// What it says.
    pub answer: Answer,
}

impl Reply {
    pub(crate) fn new(kind: KindId, label: LabelId, verdict: Verdict, code: u8) -> Self {
        Reply { kind, label, answer: Answer { verdict, code, note: 0 } }
    }

    pub(crate) fn noting(mut self, note: u32) -> Self {
        self.answer.note = note;
        self
    }
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it means.
    pub verdict: Verdict,
    /// As the protocol counts its statuses.
    pub code: u8,
    /// Any number that comes along: a token's, a version's.
    pub note: u32,
}

/// What an answer means to whoever asked, whatever the protocol calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Here is what was asked for.
    Fine,
    /// An answer, and final: asking again would not help.
    Rejected,
    /// It failed there; asking again may help.
    Failed,
}

/// Why a call came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFailure {
    /// No answer in time: it may have been done or not.
    Silence,
    /// Turned away unseen.
    TurnedAway,
    /// The connection broke under the request, for the other process died: it may have been done or not.
    Broken,
    /// An answer that says that it failed.
    Error(Answer),
    /// The circuit breaker did not permit it: nothing was sent.
    NotPermitted,
    /// There was no room among the calls in flight, or no connection in time: nothing was sent.
    NoRoom,
}

impl CallFailure {
    /// What the caller knows of the work after it.
    fn known(self) -> CallerOutcome {
        match self {
            CallFailure::TurnedAway | CallFailure::NotPermitted | CallFailure::NoRoom => CallerOutcome::Refused,
            CallFailure::Error(_) => CallerOutcome::Failed,
            // Nobody answered, and a connection that breaks says nothing of how far the other side came (RFC 9110
            // §9.2.2).
            CallFailure::Silence | CallFailure::Broken => CallerOutcome::Unknown,
        }
    }
}

/// How a task's last step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepEnd {
    /// It has taken none yet.
    Nothing,
    /// As it should: the work is done, the connection there, the pause over.
    Done,
    /// The work failed.
    WorkFailed,
    /// An answer came.
    Answered(Answer),
    /// The call came to nothing.
    Failed(CallFailure),
}

impl StepEnd {
    /// Whether it ended as it should.
    pub fn is_fine(self) -> bool {
        matches!(self, StepEnd::Done | StepEnd::Answered(Answer { verdict: Verdict::Fine, .. }))
    }
}

/// Whether work changes the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    None,
    Changes,
}

/// A step of a task.
pub enum Step {
    /// Works on these parts for `span`.
    Work { parts: Vec<PartId>, span: Span, effect: Effect },
    /// Computes for `span`; no part's work.
    Compute(Span),
    /// Asks once and awaits the answer.
    Call(Ask),
    /// Asks for several things at once and awaits all answers.
    All(Vec<Ask>),
    /// Takes a connection from that pool, which holds it until it is given back or the task ends.
    Take(u8),
    /// Gives the connection back.
    Give,
    /// Closes the connection: nobody knows what still comes over it.
    Discard,
    /// Does nothing for `span`.
    Pause(Span),
    /// A service answers, and is done.
    Reply(Reply),
    /// A service answers and goes on: whoever asked does not wait for the rest.
    Acknowledge(Reply),
    /// A service that has acknowledged is done.
    End,
    /// A caller has what it wanted.
    Answered,
    /// A caller knows that somebody else has taken responsibility.
    Accepted,
    /// A caller had what it wanted at hand: nothing was asked, and the work is none.
    AtHand,
    /// A caller gives up, and says so in these words.
    GiveUp(LabelId),
}

/// What a protocol sees of a task.
#[derive(Clone, Debug)]
pub struct Task {
    /// What was asked for, as the protocol counts it.
    pub entry: u8,
    /// The number that came along.
    pub note: u32,
    /// The part it is about.
    pub part: PartId,
    /// Steps taken so far.
    pub place: u32,
    /// How the last step ended.
    pub last: StepEnd,
    /// How the calls of the last step ended, in the order in which they were asked.
    pub answers: Vec<StepEnd>,
    /// A number of the protocol's own.
    pub memory: u32,
}

/// Which step a task takes next: all that a protocol decides.
pub trait Conduct {
    /// The next step of the task.
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step;
}

/// What travels between nodes.
#[derive(Clone, Copy, Debug)]
pub enum Message {
    Request {
        call: u32,
        /// The attempt, counted over all layers: by it latency is drawn.
        attempt: u32,
        entry: u8,
        note: u32,
        part: PartId,
        /// What is left of the time there is, if there is a bound.
        left: Option<Span>,
    },
    Answer {
        call: u32,
        attempt: u32,
        answer: Answer,
    },
    /// Turned down at the door.
    Refusal {
        call: u32,
        attempt: u32,
    },
    /// The process died with the request in hand.
    Reset {
        call: u32,
        attempt: u32,
    },
    /// Nobody waits for the answer to this call any more: stop.
    Cancel {
        call: u32,
        attempt: u32,
    },
}

/// What a node can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// The task's step is over.
    StepDone { task: u32 },
    /// The task's time is up.
    Deadline { task: u32 },
    /// No connection came in time.
    NoConnection { task: u32 },
    /// No room among the calls in flight came in time.
    NoRoom { call: u32 },
    /// The answer is overdue.
    TimedOut { call: u32 },
    /// The back-off is over.
    TryAgain { call: u32 },
    /// The breaker of that edge switches by itself.
    Breaker { edge: u8 },
}

impl Role for Node {
    type Message = Message;
    type Timer = Timer;

    fn handle(&mut self, input: Input<Message, Timer>, stage: &mut Stage<'_>) {
        match input {
            Input::Wanted(job) => self.want(job, stage),
            Input::Arrived(message, body) => self.hear(message, body, stage),
            Input::Timer(timer) => self.ring(timer, stage),
            Input::Fault(Fault::Crash, Phase::Begins) => self.crash(stage),
            Input::Started | Input::Fault(..) => {}
        }
        self.run_errands(stage);
    }
}

impl Node {
    fn ring(&mut self, timer: Timer, stage: &mut Stage<'_>) {
        match timer {
            Timer::StepDone { task } => self.step_done(task, stage),
            Timer::Deadline { task } => self.deadline(task, stage),
            Timer::NoConnection { task } => self.no_connection(task, stage),
            Timer::NoRoom { call } => self.no_room(call, stage),
            Timer::TimedOut { call } => self.timed_out(call, stage),
            Timer::TryAgain { call } => self.try_again(call, stage),
            Timer::Breaker { edge } => self.breaker_rings(edge, stage),
        }
    }
}

/// A connection that a task holds, and the pool it is from.
#[derive(Clone, Copy, Debug, PartialEq)]
struct InHand {
    pool: u8,
    connection: Connection,
}
