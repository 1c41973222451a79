//! What became of a job: what its caller knows, and what happened to the work. The two can differ, and the
//! difference is the point: a caller that gave up does not know whether the work was done, or done twice.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::time::Moment;

/// What the caller knows of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, BorshDeserialize, BorshSerialize)]
pub enum CallerOutcome {
    /// Still in the backlog or waiting for an answer when the run ended.
    #[default]
    Waiting,
    /// The result came back.
    Answered,
    /// A broker took responsibility; the result is not known here.
    Accepted,
    /// Turned away, and every attempt is known to have done nothing.
    Refused,
    /// An answer came, and it was an error.
    Failed,
    /// No answer came to some attempt, or the connection broke under it: it may have been done or not.
    Unknown,
}

impl CallerOutcome {
    /// The word in the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            CallerOutcome::Waiting => "waiting",
            CallerOutcome::Answered => "answered",
            CallerOutcome::Accepted => "accepted",
            CallerOutcome::Refused => "refused",
            CallerOutcome::Failed => "failed",
            CallerOutcome::Unknown => "unknown",
        }
    }
}

/// What happened to the work of a part, from the happiest on. The first verdict stands, except that work that is
/// found done is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, BorshDeserialize, BorshSerialize)]
pub enum WorkOutcome {
    /// Executed to its end at least once.
    Done,
    /// Not done, and the job went on without it: a fallback took its place, or whoever is for it was not there yet. Neither
    /// done nor lost.
    Excused,
    /// Set aside in a dead-letter queue.
    DeadLettered,
    /// Not done, and nobody holds it any more.
    Lost,
    /// Not done when the run ended, but somebody still holds it.
    #[default]
    Unfinished,
}

impl WorkOutcome {
    /// The word in the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            WorkOutcome::Done => "done",
            WorkOutcome::Excused => "excused",
            WorkOutcome::DeadLettered => "dead-lettered",
            WorkOutcome::Lost => "lost",
            WorkOutcome::Unfinished => "unfinished",
        }
    }
}

/// What the caller's side of a job looked like. Moments are [`Moment::NEVER`] until they happen.
#[derive(Clone, Copy, Debug, BorshDeserialize, BorshSerialize)]
pub struct JobRow {
    /// When the job was wanted; every latency counts from here.
    pub wanted: Moment,
    /// When responsibility was taken from the caller: a broker's confirmation, or the answer itself.
    pub accepted: Moment,
    /// When the result itself reached the caller.
    pub answered: Moment,
    /// When the caller's outcome became final: it holds the answer, or gave up.
    pub settled: Moment,
    /// What the caller knows.
    pub caller: CallerOutcome,
}

impl Default for JobRow {
    fn default() -> Self {
        JobRow {
            wanted: Moment::NEVER,
            accepted: Moment::NEVER,
            answered: Moment::NEVER,
            settled: Moment::NEVER,
            caller: CallerOutcome::Waiting,
        }
    }
}

/// What happened to the work of one part.
#[derive(Clone, Copy, Debug, BorshDeserialize, BorshSerialize)]
pub struct PartRow {
    /// When an execution first reached its end, or the job went on without a part that is not done, or [`Moment::NEVER`].
    pub finished: Moment,
    /// Executions begun.
    pub executions: u32,
    /// Executions that changed the world: fewer than executions where repeats are recognised or cut short.
    pub effects: u32,
    /// What became of it.
    pub outcome: WorkOutcome,
}

impl Default for PartRow {
    fn default() -> Self {
        PartRow { finished: Moment::NEVER, executions: 0, effects: 0, outcome: WorkOutcome::Unfinished }
    }
}
