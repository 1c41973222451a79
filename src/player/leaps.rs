//! Leaps along what belongs together: from a message to what caused it, to its reply, to the same job on the other
//! side; and from one failure to the next.
//!
//! *Invariant:* a leap only follows what the trace says; where the trace says nothing, there is no leap.

use super::Reel;
use crate::recording::{Selection, SidePlayed, TroubleKind};
use crate::time::Moment;
use crate::trace::{Handled, JobId, MessageId, StepId, Trace};

/// Where to leap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To what brought the selected message about.
    Cause,
    /// To the reply of the selected message, or to what it replies to.
    Reply,
    /// To the selected job on the other side.
    OtherSide,
    /// To the next moment at which something fails on either side.
    NextFailure,
    /// To the moment before this one at which something failed.
    LastFailure,
}

/// Where a leap ends: a moment, and what is lit there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leap {
    pub at: Moment,
    pub selection: Selection,
}

/// How many steps are followed back in search of one that concerns a job.
const LONGEST_CHAIN: usize = 1_000;

/// Where a leap ends that starts from this selection and playhead.
///
/// In the page, this comes with its later part.
///
/// # Errors
/// A sentence, without its full stop, which says that there is nothing to leap to.
#[inline(never)]
pub fn leap(reel: &Reel, way: Way, selection: Selection, head: Moment) -> Result<Leap, &'static str> {
    let failure = |at: Option<Moment>| at.map(|at| Leap { at, selection });
    match way {
        Way::Cause => to_cause(reel, selection, head).ok_or("No cause of this is in the picture"),
        Way::Reply => to_reply(reel, selection, head).ok_or("There is no reply to this"),
        Way::OtherSide => to_other_side(reel, selection, head).ok_or("The other side has nothing of this job"),
        Way::NextFailure => failure(next_failure(reel, head)).ok_or("Nothing fails after this"),
        Way::LastFailure => failure(last_failure(reel, head)).ok_or("Nothing failed before this"),
    }
}

/// The leap to what brought the selected message about: the arrival of another one, a fault, or the moment in which its
/// job was wanted. A step that concerns no job, such as a timer, is followed further back.
fn to_cause(reel: &Reel, selection: Selection, head: Moment) -> Option<Leap> {
    let (side, message, job) = current(reel, selection, head)?;
    let trace = &reel.recording.sides[usize::from(side)].trace;
    let mut step = trace.messages[message.at()].cause;
    for _ in 0..LONGEST_CHAIN {
        let row = trace.steps.get(step.known().map(StepId::at)?)?;
        match row.handled {
            Handled::Arrived(cause) => {
                if let Some(selection) = lit(trace, side, cause, job) {
                    return Some(Leap { at: row.at, selection });
                }
            }
            Handled::Wanted(part) => {
                return Some(Leap { at: row.at, selection: Selection::Job(trace.job_of(part)) });
            }
            Handled::Fault => return Some(Leap { at: row.at, selection: Selection::Job(job) }),
            Handled::Started | Handled::Timer => {}
        }
        step = row.cause;
    }
    None
}

/// The leap to the reply of the selected message, or, if it is a reply itself, to what it answers.
fn to_reply(reel: &Reel, selection: Selection, head: Moment) -> Option<Leap> {
    let (side, message, job) = current(reel, selection, head)?;
    let trace = &reel.recording.sides[usize::from(side)].trace;
    // A reply carries the same job as the message to which it replies.
    let messages = reel.index().messages_of(side, job);
    let reply = messages.into_iter().find(|id| trace.messages[id.at()].reply_to == message);
    let other = reply.or_else(|| trace.messages[message.at()].reply_to.known())?;
    let row = &trace.messages[other.at()];
    let at = row.arrived.known().unwrap_or(row.sent);
    Some(Leap { at, selection: lit(trace, side, other, job)? })
}

/// The leap to the first message of the same job on the other side.
fn to_other_side(reel: &Reel, selection: Selection, head: Moment) -> Option<Leap> {
    let (side, _, job) = current(reel, selection, head)?;
    let other = 1 - side.min(1);
    let trace = &reel.recording.sides.get(usize::from(other))?.trace;
    let message = *reel.index().messages_of(other, job).first()?;
    let selection = Selection::Message { side: other, message, job };
    Some(Leap { at: trace.messages[message.at()].sent, selection })
}

/// The moment of the first failure after `head`.
fn next_failure(reel: &Reel, head: Moment) -> Option<Moment> {
    failures(reel).filter(|at| *at > head).min()
}

/// The moment of the last failure before `head`.
fn last_failure(reel: &Reel, head: Moment) -> Option<Moment> {
    failures(reel).filter(|at| *at < head).max()
}

fn failures(reel: &Reel) -> impl Iterator<Item = Moment> + '_ {
    reel.recording.troubles.iter().filter(|trouble| trouble.kind == TroubleKind::Failure).map(|trouble| trouble.from)
}

/// The message from which a leap starts: the selected one, or else the last one, sent until `head`, of the selected
/// job, or of any if that has sent none yet.
fn current(reel: &Reel, selection: Selection, head: Moment) -> Option<(u8, MessageId, JobId)> {
    match selection {
        Selection::Message { side, message, job } => Some((side, message, job)),
        Selection::Job(job) => latest(reel, Some(job), head).or_else(|| latest(reel, None, head)),
        Selection::Nothing => latest(reel, None, head),
    }
}

/// The last message that was sent until `head` and carries that job, or any job if none is named.
fn latest(reel: &Reel, of: Option<JobId>, head: Moment) -> Option<(u8, MessageId, JobId)> {
    let (index, sides) = (reel.index(), &reel.recording.sides);
    let of_side = |(side, played): (u8, &SidePlayed)| {
        let sent = |id: &MessageId| played.trace.messages[id.at()].sent;
        let message = match of {
            Some(job) => {
                let messages = index.messages_of(side, job);
                *messages[..messages.partition_point(|id| sent(id) <= head)].last()?
            }
            None => index.last_with_a_job(sides, side, head)?,
        };
        let job = of.or_else(|| played.trace.jobs_of(&played.trace.messages[message.at()]).first().copied())?;
        Some((sent(&message), (side, message, job)))
    };
    let each = (0..).zip(sides).filter_map(of_side);
    // Of two that were sent at one moment, the one on the first side is taken.
    each.reduce(|latest, next| if next.0 > latest.0 { next } else { latest }).map(|(_, current)| current)
}

/// The message as a selection: for `job` if it carries that, else for the first job that it carries, if any.
fn lit(trace: &Trace, side: u8, message: MessageId, job: JobId) -> Option<Selection> {
    let jobs = trace.jobs_of(&trace.messages[message.at()]);
    let job = if jobs.contains(&job) { job } else { *jobs.first()? };
    Some(Selection::Message { side, message, job })
}
