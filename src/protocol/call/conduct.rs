//! What a protocol decides: which step a task takes next, given how the last one ended.

use std::collections::VecDeque;

use crate::engine::KindId;
use crate::protocol::Stage;
use crate::protocol::answer::{Answer, Letter, Verdict};
use crate::protocol::deaths::Deaths;
use crate::time::{Moment, Span};
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
        Reply { kind, label, answer: Answer { verdict, code, note: 0, undone: PartId::NONE } }
    }

    pub(crate) fn noting(mut self, note: u32) -> Self {
        self.answer.note = note;
        self
    }
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
    pub(super) fn known(self) -> CallerOutcome {
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
    /// Sends that part out by a port of the node's holder. Waits for how it ends, or goes on at once.
    Send { port: u8, part: PartId, waits: bool },
    /// Sends an answer out by a port, to whoever sent what the task was lent for. Waits, or goes on at once.
    Write { port: u8, letter: Letter, waits: bool },
    /// Goes on from each of these places at once, as a task of its own, and awaits them all.
    Branch(Vec<u32>),
    /// A caller does nothing for `span`, and lets go of its hand meanwhile.
    Rest(Span),
    /// Waits until that word comes for the task's job, if need be no longer than `span`.
    Await { word: u32, span: Option<Span> },
    /// Brings that word to whoever waits for it here.
    Bring { word: u32 },
    /// Kills the process with all that is in hand, this task too. It is back after `span`, if ever.
    Die(Option<Span>),
    /// A service answers, and is done.
    Reply(Reply),
    /// A service answers and goes on: whoever asked does not wait for the rest.
    Acknowledge(Reply),
    /// A service that has acknowledged is done, and so is a task that nobody waits for.
    End,
    /// It cannot do what it is for, and says so where somebody would hear it.
    Fail,
    /// A caller has what it wanted.
    Answered,
    /// A caller knows that somebody else has taken responsibility.
    Accepted,
    /// A caller had what it wanted at hand: nothing was asked, and the work is none.
    AtHand,
    /// A caller gives up, and says so in these words.
    GiveUp(LabelId),
    /// The same, of a job for which something was done.
    BreakOff(LabelId),
    /// The same, of a job of which it knows that it was taken on, and not what has become of it.
    LoseTrack(LabelId),
}

/// A loop that a task is in, as its conduct counts it.
#[derive(Clone, Debug)]
pub struct Round {
    /// How many more times.
    pub left: u32,
    /// Until when it may begin again.
    pub until: Moment,
    /// Of a loop over rows: those that are still to come; of one over the parts of a batch: those.
    pub rows: VecDeque<u32>,
    pub parts: VecDeque<PartId>,
    /// What the task was about before: a part, and all as one number.
    pub outer: (PartId, PartId),
    /// Of a loop over parts: where the task goes on when something in it has failed.
    pub catches: Option<u32>,
}

/// What a protocol sees of a task.
#[derive(Clone, Debug)]
pub struct Task {
    /// What was asked for, as the protocol counts it.
    pub entry: u8,
    /// The number that came along.
    pub note: u32,
    /// The part it is about; of several the first.
    pub part: PartId,
    /// All that it is about, as one number.
    pub load: PartId,
    /// Of these, what was not done, although the task may come to the end that it should.
    pub undone: Vec<PartId>,
    /// Steps taken so far.
    pub place: u32,
    /// How the last step ended.
    pub last: StepEnd,
    /// How the calls of the last step ended, in the order in which they were asked.
    pub answers: Vec<StepEnd>,
    /// A number of the protocol's own.
    pub memory: u32,
    /// A word of the protocol's own, by its number.
    pub found: u32,
    /// The loops that it is in, the innermost last.
    pub rounds: Vec<Round>,
    /// Parts that it does without, if it comes to the end that it should.
    pub does_without: Vec<PartId>,
    /// How often what it was lent for was dead-lettered, and where.
    pub deaths: Deaths,
}

impl Task {
    pub(super) fn new(entry: u8, note: u32, part: PartId) -> Self {
        let last = StepEnd::Nothing;
        Task {
            entry,
            note,
            part,
            load: part,
            undone: Vec::new(),
            place: 0,
            last,
            answers: Vec::new(),
            memory: 0,
            found: 0,
            rounds: Vec::new(),
            does_without: Vec::new(),
            deaths: Deaths::default(),
        }
    }
}

/// Which step a task takes next: all that a protocol decides.
pub trait Conduct {
    /// The next step of the task.
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step;

    /// The process died with all its tasks, and with what it did not keep elsewhere.
    fn die(&mut self, _: &mut Stage<'_>) {}
}
