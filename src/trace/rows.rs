//! The rows of a trace. Every row is small, plain and complete: a reader needs no state to understand it.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{ActorId, LabelId, MessageId, PartId, ReaderId, Slot, StepId};
use crate::time::{Moment, Span};

/// How a lane is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Drawing {
    /// One column per slot under one head: threads, workers, consumers.
    Slots,
    /// A queue: its line widens with what is ready in it; what is held by a consumer is outlined round it.
    River,
    /// A queue in two halves: on one side its line widens with what is ready, on the other stands what is hidden, each
    /// with its clock.
    Halves,
    /// A log: one track per slot, where records stay.
    Tracks,
}

/// What a lane is for, which is how metrics find the callers and the workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Duty {
    /// Where jobs are wanted.
    Caller,
    /// What stores and passes on.
    Broker,
    /// Where the work is done.
    Worker,
}

impl Duty {
    /// The word in the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            Duty::Caller => "caller",
            Duty::Broker => "broker",
            Duty::Worker => "worker",
        }
    }
}

/// An actor as its lane shows it.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct ActorRow {
    /// Its id in the scenario.
    pub id: String,
    /// As its head shows it.
    pub name: String,
    /// The small line under the name: "2 threads", "RabbitMQ".
    pub subtitle: String,
    /// What it is for.
    pub duty: Duty,
    /// How it is drawn.
    pub drawing: Drawing,
    /// How many threads, workers, consumers or tracks it has.
    pub slots: u16,
    /// What one slot is called: "thread", "worker", "consumer".
    pub slot_noun: String,
    /// What its slots are called, if each has a name of its own.
    pub slot_names: Vec<String>,
}

impl ActorRow {
    /// "thread 2", or its own name, if there are several; the tracks of a log are counted from nought, as what is in
    /// them is.
    pub fn slot_name(&self, slot: Slot) -> Option<String> {
        if let Some(name) = self.slot_names.get(slot.at()) {
            return Some(name.clone());
        }
        let first = match self.drawing {
            Drawing::Tracks => 0,
            Drawing::Slots | Drawing::River | Drawing::Halves => 1,
        };
        let slot = slot.known().filter(|_| self.slots > 1)?;
        Some(format!("{} {}", self.slot_noun, slot.0 + first))
    }
}

/// What a protocol has a word of its own for, and the trace, the picture and the sentences have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Term {
    /// What bounds how much of the work one slot of a worker's lane has in hand at once, or one of its crew's lanes:
    /// "prefetch 1".
    Bound,
    /// At a log: what the number of a record is called: "offset".
    Position,
    /// At a queue or log: what becomes of a message once its consumer says that it is done with it: "acknowledged".
    Settled,
}

/// A protocol's word for something at one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct TermRow {
    /// The lane.
    pub lane: ActorId,
    /// For what the word stands.
    pub term: Term,
    /// The word.
    pub word: LabelId,
}

/// Who reads a log with one place in each of its tracks: a lane, or the lanes of a group that shares the work.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct ReaderRow {
    /// As it is called where its place in the log is shown.
    pub name: String,
    /// The lane of the log.
    pub log: ActorId,
    /// Its own lanes.
    pub lanes: Vec<ActorId>,
}

/// What a message is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshDeserialize, BorshSerialize)]
pub enum Class {
    /// Carries the work or its result.
    Payload,
    /// Carries responsibility: confirmations, acknowledgements, refusals.
    Control,
    /// Would be there without any job: heartbeats, empty polls.
    Background,
}

impl Class {
    /// The word in the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            Class::Payload => "payload",
            Class::Control => "control",
            Class::Background => "background",
        }
    }
}

/// The notation of UML 2.5.1 §17.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Arrow {
    /// Solid line, filled head: the sender waits for the answer.
    Call,
    /// Dashed line, open head: the answer to a call.
    Reply,
    /// Solid line, open head: nobody waits.
    Async,
}

/// A kind of message that a protocol knows.
#[derive(Debug, PartialEq, Eq)]
pub struct MessageKind {
    /// In the vendor's words: "basic.publish".
    pub name: &'static str,
    /// What it is there for.
    pub class: Class,
    /// How it is drawn.
    pub arrow: Arrow,
}

/// A kind of message that one side has, as its trace keeps it.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct KindRow {
    /// In the vendor's words.
    pub name: String,
    /// What it is there for.
    pub class: Class,
    /// How it is drawn.
    pub arrow: Arrow,
}

impl From<&MessageKind> for KindRow {
    fn from(kind: &MessageKind) -> Self {
        KindRow { name: kind.name.to_owned(), class: kind.class, arrow: kind.arrow }
    }
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Fate {
    /// On its way when the run ended.
    InFlight,
    /// Arrived.
    Delivered,
    /// Arrived and was turned away.
    Refused,
    /// Arrived, and nobody was waiting for it any more.
    Late,
    /// Never arrived.
    Lost,
}

impl Fate {
    /// The word in the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            Fate::InFlight => "in-flight",
            Fate::Delivered => "delivered",
            Fate::Refused => "refused",
            Fate::Late => "late",
            Fate::Lost => "lost",
        }
    }
}

/// A message. `arrived` is [`Moment::NEVER`] for what is lost or still in flight.
#[derive(Clone, Copy, Debug, BorshDeserialize, BorshSerialize)]
pub struct MessageRow {
    /// When it was sent.
    pub sent: Moment,
    /// When it arrived, or [`Moment::NEVER`].
    pub arrived: Moment,
    /// For a lost message: how far it would have taken, so that it can be drawn.
    pub latency: Span,
    /// The step in which it was sent.
    pub cause: StepId,
    /// The message that it answers, or [`MessageId::NONE`].
    pub reply_to: MessageId,
    /// The part it carries; read by [`super::Trace::parts_of`], for it may be a batch.
    pub(crate) part: PartId,
    /// The sender's lane.
    pub from: ActorId,
    /// The receiver's lane.
    pub to: ActorId,
    /// The sender's slot.
    pub from_slot: Slot,
    /// The receiver's slot.
    pub to_slot: Slot,
    /// What is written beside it.
    pub label: LabelId,
    /// From one; what is sent or delivered again counts on.
    pub attempt: u32,
    /// Index into [`super::Trace::kinds`].
    pub kind: u8,
    /// How it ended.
    pub fate: Fate,
}

/// What a stay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshDeserialize, BorshSerialize)]
pub enum StayKind {
    /// A slot works.
    Busy,
    /// A slot is held by a job but can only wait for another party.
    Blocked,
    /// A slot has asked for work and waits until there is some.
    Polling,
    /// Waits for an answer without holding a slot: an event loop's, or a core's, task.
    Awaiting,
    /// Waits for a moment of its own choice, as for its next look, and holds no slot by that.
    Resting,
    /// A wanted job for which the caller has no free slot.
    Backlog,
    /// Waits for a connection.
    Pool,
    /// Waits at the receiver for a worker.
    Queued,
    /// In a queue, deliverable.
    Ready,
    /// Delivered by a queue and not yet acknowledged.
    Held,
    /// In a queue, not deliverable until a clock runs out.
    Hidden,
    /// To be tried again at a known moment.
    Scheduled,
    /// Handed over, and the word that it was taken is awaited; no slot is held by that.
    Unconfirmed,
    /// Set aside for good; does not keep a run alive.
    Parked,
    /// The actor is out of service.
    Down,
    /// The actor works slower than it should.
    Slow,
}

impl StayKind {
    /// Whether an open stay of this kind with a job means that something is still to happen.
    pub fn is_live(self) -> bool {
        !matches!(self, StayKind::Parked | StayKind::Down | StayKind::Slow)
    }

    /// Whether a trace tells at each moment how many are open: of what waits or lies somewhere. What a slot does is told
    /// by its stays.
    pub fn has_level(self) -> bool {
        self.is_waiting() || matches!(self, StayKind::Held | StayKind::Parked)
    }

    /// Whether it is spent waiting for something that is not the work itself.
    pub fn is_waiting(self) -> bool {
        use StayKind::*;
        matches!(self, Backlog | Pool | Queued | Ready | Hidden | Scheduled)
    }
}

/// How a stay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Ending {
    /// Still going on when the run ended.
    Open,
    /// As it should.
    Done,
    /// Cut short by a crash: work thrown away.
    Interrupted,
    /// Went back to where it came from.
    Returned,
    /// The one who waited stopped waiting.
    GaveUp,
    /// Its time ran out.
    Expired,
    /// Turned away.
    Refused,
    /// The execution failed.
    Failed,
}

/// A span spent somewhere. `end` is [`Moment::NEVER`] while it is open.
#[derive(Clone, Copy, Debug, BorshDeserialize, BorshSerialize)]
pub struct StayRow {
    /// When it began.
    pub begin: Moment,
    /// When it ended, or [`Moment::NEVER`].
    pub end: Moment,
    /// The step in which it began.
    pub cause: StepId,
    /// The part it is about, or [`PartId::NONE`].
    pub part: PartId,
    /// A number whose meaning the kind gives: a receive count, a factor in thousandths.
    pub value: u32,
    /// Where it was spent.
    pub actor: ActorId,
    /// In which slot of that lane.
    pub slot: Slot,
    /// What it is.
    pub kind: StayKind,
    /// How it ended.
    pub ending: Ending,
}

/// What a level counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshDeserialize, BorshSerialize)]
pub enum LevelKind {
    /// Open stays of that kind at that actor and slot.
    Stays(StayKind),
    /// Records between a reader's place and the end of a log.
    Lag,
    /// A reader's stored place in a log: the next record to read.
    Place,
    /// One while the work of a reader is divided anew among its lanes and slots, else nought.
    Dividing,
    /// The state of a switch: 0 closed, 1 open, 2 half open.
    Switch,
}

/// A new value of a level, which holds until the next row of the same actor, slot, reader and kind.
#[derive(Clone, Copy, Debug, BorshDeserialize, BorshSerialize)]
pub struct LevelRow {
    /// From when on it holds.
    pub at: Moment,
    /// The new value.
    pub value: u32,
    /// Whose level it is.
    pub actor: ActorId,
    /// Of which slot of that lane.
    pub slot: Slot,
    /// Whose place, lag or division it is, or [`ReaderId::NONE`].
    pub reader: ReaderId,
    /// What is counted.
    pub kind: LevelKind,
}

/// What a mark says, so that it can be drawn and counted without knowing the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshDeserialize, BorshSerialize)]
pub enum MarkKind {
    /// The caller stopped waiting for an answer.
    TimedOut,
    /// The caller will try again.
    Retried,
    /// The caller stopped trying: the job failed for it.
    GaveUp,
    /// Work on a part ended in an error.
    Failed,
    /// What had been delivered will be delivered again.
    Returned,
    /// Set aside in a dead-letter queue.
    DeadLettered,
    /// Taken out for good without having been done.
    Dropped,
    /// An actor died, with what it had in hand.
    Crashed,
    /// An actor serves again.
    Recovered,
    /// A reader's place in a log was stored.
    Committed,
    /// Work was divided anew among the members of a group.
    Rebalanced,
    /// A switch, or the way to another actor, changed its state.
    Switched,
}

impl MarkKind {
    /// Whether someone's wish came to nothing here.
    pub fn is_failure(self) -> bool {
        matches!(
            self,
            MarkKind::TimedOut
                | MarkKind::GaveUp
                | MarkKind::Failed
                | MarkKind::DeadLettered
                | MarkKind::Dropped
                | MarkKind::Crashed
        )
    }
}

/// A dated fact that is neither message nor stay.
#[derive(Clone, Copy, Debug, BorshDeserialize, BorshSerialize)]
pub struct MarkRow {
    /// When it happened.
    pub at: Moment,
    /// A number whose meaning the kind gives: an attempt, an offset.
    pub value: u64,
    /// The part it is about, or [`PartId::NONE`].
    pub part: PartId,
    /// The step in which it was written down.
    pub cause: StepId,
    /// At which lane.
    pub actor: ActorId,
    /// At which slot of that lane.
    pub slot: Slot,
    /// In words; may name the job by `{job}`.
    pub label: LabelId,
    /// What happened.
    pub kind: MarkKind,
}

/// What was handled in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Handled {
    /// The run began.
    Started,
    /// A job was wanted; this is its first part.
    Wanted(PartId),
    /// A message arrived.
    Arrived(MessageId),
    /// A timer the actor had set.
    Timer,
    /// A dated fault began or ended.
    Fault,
}

/// One handled event: the rows that it caused name it.
#[derive(Clone, Copy, Debug, BorshDeserialize, BorshSerialize)]
pub struct StepRow {
    /// When it was handled.
    pub at: Moment,
    /// The step that brought this one about: the sending of the message, the setting of the timer.
    pub cause: StepId,
    /// What was handled.
    pub handled: Handled,
    /// By whom.
    pub actor: ActorId,
}
