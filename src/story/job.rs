//! The story of a job on one side, from being wanted to its answer or to the end of its work.
//!
//! *Invariant:* every line is about a row of the trace that carries the job, or about what became of the job.

use super::{Line, clock, length, place};
use crate::sorting;
use crate::time::Moment;
use crate::trace::{
    CallerOutcome, Drawing, Duty, Ending, Fate, JobId, MarkRow, MessageId, MessageRow, PartId, StayId, StayKind,
    StayRow, Trace, WorkOutcome,
};

/// The kind of a line. Several lines about one moment stand in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Wanted,
    Stay,
    Message,
    Mark,
    Outcome,
}

/// How many lines are told from the beginning of a very long story.
const FIRST_LINES: usize = 150;
/// How many lines are told from its end. Those between are only counted.
const LAST_LINES: usize = 50;

/// What a line of a story is about.
enum Fact<'a> {
    Stay(&'a StayRow),
    Message(&'a MessageRow),
    Mark(&'a MarkRow),
    Line(Line),
}

impl Fact<'_> {
    fn line(self, trace: &Trace) -> Line {
        match self {
            Fact::Stay(stay) => stayed(trace, stay),
            Fact::Message(message) => sent(trace, message),
            Fact::Mark(mark) => marked(trace, mark),
            Fact::Line(line) => line,
        }
    }
}

/// The story of a job, its lines in the order in which things began. Every row of the trace is looked at, so it takes
/// the longer the longer the run is.
pub fn job(trace: &Trace, job: JobId) -> Vec<Line> {
    let of_job = |part: PartId| part != PartId::NONE && trace.job_of(part) == job;
    let messages = (0..trace.messages.len() as u32).map(MessageId::from_index);
    let messages = messages.filter(|id| trace.jobs_of(&trace.messages[id.at()]).contains(&job));
    let stays = (0..trace.stays.len() as u32).map(StayId::from_index);
    let stays = stays.filter(|id| of_job(trace.stays[id.at()].part));
    let marks = (0..trace.marks.len() as u32).filter(|place| of_job(trace.marks[*place as usize].part));
    job_from(trace, job, &messages.collect::<Vec<_>>(), &stays.collect::<Vec<_>>(), &marks.collect::<Vec<_>>())
}

/// The story of a job, told from its messages, its stays and the positions of its marks, if these are known. Of a very
/// long story the middle is left out, and a line in its place says how much that is.
pub fn job_from(trace: &Trace, job: JobId, messages: &[MessageId], stays: &[StayId], marks: &[u32]) -> Vec<Line> {
    let mut facts: Vec<(Moment, Rank, Fact)> = Vec::new();
    let row = &trace.jobs[job.at()];
    let Some(wanted) = row.wanted.known() else {
        return Vec::new();
    };
    facts.push((wanted, Rank::Wanted, Fact::Line(at(wanted, "wanted".to_owned()))));
    for stay in stays.iter().map(|id| &trace.stays[id.at()]) {
        // A stay of no length is told only if it is work: nothing waited.
        if stay.begin < stay.end || stay.kind == StayKind::Busy {
            facts.push((stay.begin, Rank::Stay, Fact::Stay(stay)));
        }
    }
    for message in messages.iter().map(|id| &trace.messages[id.at()]) {
        if !trace.is_background(message) {
            facts.push((message.sent, Rank::Message, Fact::Message(message)));
        }
    }
    for mark in marks.iter().map(|place| &trace.marks[*place as usize]) {
        facts.push((mark.at, Rank::Mark, Fact::Mark(mark)));
    }
    for line in outcome(trace, job) {
        facts.push((line.at, Rank::Outcome, Fact::Line(line)));
    }
    sorting::sort_by_key(&mut facts, |(at, rank, _)| (*at, *rank));
    leave_out_the_middle(&mut facts);
    facts.into_iter().map(|(_, _, fact)| fact.line(trace)).collect()
}

/// Puts one line in the place of all lines that are neither among the first nor among the last.
fn leave_out_the_middle(facts: &mut Vec<(Moment, Rank, Fact)>) {
    if facts.len() <= FIRST_LINES + LAST_LINES + 1 {
        return;
    }
    let middle = FIRST_LINES..facts.len() - LAST_LINES;
    let (from, until) = (facts[middle.start].0, facts[middle.end - 1].0);
    let of_rank = |rank: Rank| facts[middle.clone()].iter().filter(|(_, known, _)| *known == rank).count();
    let (messages, stays, marks) = (of_rank(Rank::Message), of_rank(Rank::Stay), of_rank(Rank::Mark));
    let text = format!(
        "{messages} messages, {stays} spans of work and waiting and {marks} marks from here to {} are left out",
        clock(until)
    );
    let line = Line { at: from, until: Some(until), text };
    facts.splice(middle, [(from, Rank::Message, Fact::Line(line))]);
}

fn at(at: Moment, text: String) -> Line {
    Line { at, until: None, text }
}

fn stayed(trace: &Trace, stay: &StayRow) -> Line {
    let at = place(trace, stay.actor, stay.slot);
    let is_log = trace.actor(stay.actor).drawing == Drawing::Tracks;
    let what = match stay.kind {
        StayKind::Busy => format!("{at} worked on it"),
        StayKind::Blocked => format!("{at} was blocked by it"),
        StayKind::Polling => format!("{at} asked for work and waited"),
        StayKind::Awaiting => format!("{at} awaited an answer, and was free meanwhile"),
        StayKind::Resting => format!("{at} waited until its next step was due, and was free meanwhile"),
        StayKind::Backlog => format!("waited at {at} for a free thread"),
        StayKind::Pool => format!("{at} waited for a connection"),
        StayKind::Queued => format!("waited at {at} for a free worker"),
        StayKind::Ready if is_log => format!("waited in {at} to be read"),
        StayKind::Ready => format!("lay ready in {at}"),
        StayKind::Held => {
            let how = if is_log { "read from" } else { "delivered by" };
            format!("was {how} {at} and not yet {}", trace.settled_word(stay.actor))
        }
        StayKind::Hidden => format!("was hidden in {at}"),
        StayKind::Scheduled if trace.actor(stay.actor).duty == Duty::Broker => format!("was put off in {at}"),
        StayKind::Scheduled => format!("{at} waited for the next attempt"),
        StayKind::Unconfirmed => format!("{at} kept a copy until the hand-over was confirmed"),
        StayKind::Parked if is_log => {
            format!("was kept in {at} at {} {}", trace.position_noun(stay.actor), stay.value)
        }
        StayKind::Parked => format!("was set aside in {at}"),
        StayKind::Down => format!("{at} was out of service"),
        StayKind::Slow => format!("{at} was slow"),
    };
    let end = match stay.ending {
        Ending::Open if stay.kind.is_live() => ", to the end of the run",
        Ending::Open | Ending::Done => "",
        Ending::Interrupted => ", cut short",
        Ending::Returned => ", and it went back",
        Ending::GaveUp => ", and gave up",
        Ending::Expired => ", until its time ran out",
        Ending::Refused => ", and was turned away",
        Ending::Failed => ", and failed",
    };
    let until = stay.end.known();
    Line { at: stay.begin, until, text: format!("{what}{}{end}", lasting(stay.begin, until)) }
}

/// How long something lasted: ", 170 ms", or nothing if it took no time or has not ended.
fn lasting(from: Moment, until: Option<Moment>) -> String {
    match until {
        Some(until) if until > from => format!(", {}", length(until.since(from))),
        _ => String::new(),
    }
}

fn sent(trace: &Trace, message: &MessageRow) -> Line {
    let (from, to) = (place(trace, message.from, message.from_slot), &trace.actor(message.to).name);
    let again = if message.attempt > 1 { format!(" (no. {})", message.attempt) } else { String::new() };
    let end = match message.fate {
        Fate::Delivered => match message.arrived.since(message.sent).as_micros() {
            0 => String::new(),
            _ => format!(", {} on its way", length(message.arrived.since(message.sent))),
        },
        Fate::Refused => ", where it was turned away".to_owned(),
        Fate::Late => ", where nobody waited for it any more".to_owned(),
        Fate::Lost => ", but it was lost".to_owned(),
        Fate::InFlight => ", still on its way at the end".to_owned(),
    };
    let text = format!("{from} sent “{}”{again} to {to}{end}", trace.label(message));
    Line { at: message.sent, until: message.arrived.known(), text }
}

fn marked(trace: &Trace, mark: &MarkRow) -> Line {
    at(mark.at, format!("{}: {}", place(trace, mark.actor, mark.slot), trace.mark_label(mark)))
}

/// What the caller came to know and what became of the work, each at its moment.
fn outcome(trace: &Trace, job: JobId) -> Vec<Line> {
    let row = &trace.jobs[job.at()];
    let after = |moment: Moment| length(moment.since(row.wanted));
    let mut lines = Vec::new();
    if row.settled != Moment::NEVER && row.caller != CallerOutcome::Answered
        || row.settled < row.answered && row.answered != Moment::NEVER
    {
        let word = match row.caller {
            CallerOutcome::Accepted | CallerOutcome::Answered => "off the caller's hands",
            CallerOutcome::Refused => "turned away for good",
            CallerOutcome::Failed => "failed for its caller",
            CallerOutcome::Unknown => "given up; the caller cannot know whether it was done",
            CallerOutcome::Waiting => "still waited for",
        };
        lines.push(at(row.settled, format!("{word}, {} after it was wanted", after(row.settled))));
    }
    if let Some(answered) = row.answered.known() {
        lines.push(at(answered, format!("answered, {} after it was wanted", after(answered))));
    }
    match trace.work_outcome(job) {
        outcome @ (WorkOutcome::Done | WorkOutcome::Excused) => {
            let finished = trace.finished(job).unwrap_or(trace.ended);
            let but_for = if outcome == WorkOutcome::Done { "" } else { " but for a part that it went on without" };
            lines.push(at(finished, format!("the work is done{but_for}, {} after it was wanted", after(finished))));
        }
        WorkOutcome::DeadLettered => {}
        WorkOutcome::Lost => {
            lines.push(at(trace.ended, "the work is not done, and nobody holds it any more".to_owned()))
        }
        WorkOutcome::Unfinished => lines.push(at(trace.ended, "the work is not done yet".to_owned())),
    }
    if trace.executions(job) > trace.parts_per_job {
        lines.push(at(trace.ended, format!("worked on {} times in all", trace.executions(job))));
    }
    lines
}
