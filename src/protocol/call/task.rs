//! A task in a node's hands: who wants it done, what it is doing, what it holds, which calls it makes.

use super::conduct::{Ask, Effect, Task};
use super::messages::Message;
use crate::engine::{LinkId, OpenStay, TimerId};
use crate::protocol::work::Work;
use crate::protocol::{Connection, Stage};
use crate::time::{Moment, Span};
use crate::trace::{ActorId, CallerOutcome, Ending, JobId, MessageId, PartId, Slot};

/// Who wants a task done.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    Job(JobId),
    Request {
        message: MessageId,
        /// Who asks, and the way there.
        from: ActorId,
        back: LinkId<Message>,
        call: u32,
    },
    /// Whoever holds the node lent it, from that place.
    Loan(u16),
    /// A clock of the node's own, by its number.
    Clock(u8),
    /// Another task, whose branch of that number it is.
    Branch {
        of: u32,
        index: u16,
    },
    /// Whoever it was has been answered.
    Nobody,
}

pub(super) struct Running {
    pub(super) task: Task,
    pub(super) origin: Origin,
    /// Of the request, counted over all layers above; 1 for a job.
    pub(super) attempt: u32,
    pub(super) slot: Slot,
    pub(super) doing: Doing,
    /// Blocked or awaiting, while it only waits for others.
    pub(super) waits: Option<OpenStay>,
    pub(super) deadline: Moment,
    /// Rings at the deadline.
    pub(super) alarm: Option<TimerId>,
    /// The gloomiest thing learnt so far.
    pub(super) known: CallerOutcome,
    /// Connections that it holds, the last one taken on top.
    pub(super) in_hand: Vec<InHand>,
    /// The number of the first call of the step; the others of the step come next.
    pub(super) first_call: u32,
    pub(super) awaited: u16,
    /// Its time was up while it computed, and it does not stop for that.
    pub(super) orphaned: bool,
}

/// What a task is doing.
pub(super) enum Doing {
    AtTheDoor(OpenStay),
    /// Between two steps.
    Deciding,
    Calling,
    /// Ready to compute, but no core is free.
    Turn(OpenStay, Computation),
    Working(Work, Vec<PartId>, Effect),
    /// Computes what is no part's work; a callback that takes no time leaves no bar.
    Computing(Option<OpenStay>, Aim),
    /// Waits for what the node's holder sends for it.
    Sending,
    /// Waits for that word, if there is a bound until that timer rings.
    Awaiting(u32, Option<TimerId>),
    /// Waits for its branches, of which the first has that number.
    Branching(u32),
    /// Has let go of its hand for a while.
    Resting(OpenStay),
    /// Waits for a connection of that pool.
    Pooled(OpenStay, u8),
    Pausing(OpenStay),
}

impl Doing {
    pub(super) fn open(&self) -> Option<OpenStay> {
        match self {
            Doing::AtTheDoor(open)
            | Doing::Turn(open, _)
            | Doing::Pooled(open, _)
            | Doing::Resting(open)
            | Doing::Pausing(open) => Some(*open),
            Doing::Computing(open, _) => *open,
            Doing::Working(work, ..) => Some(work.stay()),
            Doing::Deciding | Doing::Calling | Doing::Sending | Doing::Awaiting(..) | Doing::Branching(_) => None,
        }
    }

    /// Whether it works or computes.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self, Doing::Working(..) | Doing::Computing(..))
    }
}

pub(super) struct Computation {
    pub(super) span: Span,
    pub(super) what: What,
}

pub(super) enum What {
    Work(Vec<PartId>, Effect),
    Computing(Aim),
}

/// Why something is computed that is no part's work.
#[derive(Clone, Copy)]
pub(super) enum Aim {
    /// It is a step of its own.
    Step,
    /// The answer to the last step is looked at: how that ended stands.
    Callback,
}

/// A connection that a task holds, and the pool it is from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct InHand {
    pub(super) pool: u8,
    pub(super) connection: Connection,
}

/// What an attempt of a call waits for.
pub(super) enum AttemptState {
    /// Waits for room among the calls in flight.
    Gated(OpenStay),
    /// Waits for the answer, if there is a bound until that timer rings.
    Asked(Option<TimerId>),
    BackingOff(OpenStay),
}

/// A call that a task makes.
pub(super) struct Outgoing {
    pub(super) task: u32,
    /// Among the calls of the step.
    pub(super) index: u16,
    pub(super) ask: Ask,
    pub(super) attempt: u32,
    pub(super) state: Option<AttemptState>,
    pub(super) previous_wait: Option<Span>,
    /// When the attempt was permitted.
    pub(super) began: Moment,
    pub(super) room: Option<Connection>,
}

impl Outgoing {
    /// The process died: nobody waits for anything any more.
    pub(super) fn interrupt(self, stage: &mut Stage<'_>) {
        match self.state {
            Some(AttemptState::Gated(open) | AttemptState::BackingOff(open)) => {
                stage.end(open, Ending::Interrupted);
            }
            Some(AttemptState::Asked(overdue)) => stage.cancel(overdue),
            None => {}
        }
    }
}

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Errand {
    /// The task takes its next steps.
    Steps(u32),
    /// The step just taken is done, and the task takes the next ones.
    StepsAfterDone(u32),
    /// The task gets the connection for which it waited.
    Hand(u32, InHand),
    /// The caller is done with the job.
    Settle(JobId, CallerOutcome),
    /// A branch of the task has ended.
    Join(u32),
    /// Free threads take on who stands in the door queue.
    Door,
    /// Free cores take on whose turn it is.
    Turns,
}
