//! One sentence for each step: what was handled, and what it brought about.
//!
//! *Invariant:* the rows of a step are found by their cause. Causes never go down in a table, for rows are written in
//! the step that causes them, so the rows of a step stand together.

use super::{Line, clock, place};
use crate::time::Moment;
use crate::trace::{
    CallerOutcome, Class, Ending, Fate, Handled, JobId, MarkRow, MessageId, MessageRow, PartId, StayKind, StayRow,
    StepId, StepRow, Trace,
};

/// The sentences of all steps that are worth one, in order.
pub fn sentences(trace: &Trace) -> impl Iterator<Item = Line> + '_ {
    (0..trace.steps.len() as u32).filter_map(|index| sentence(trace, StepId::from_index(index)))
}

/// The sentence of a step. Nothing for one that moved no work: background traffic, a start without effects.
pub fn sentence(trace: &Trace, step: StepId) -> Option<Line> {
    let row = &trace.steps[step.at()];
    let mut clauses = Vec::new();
    match row.handled {
        Handled::Started => {}
        Handled::Wanted(part) => clauses.push(format!("job {} is wanted", trace.job_of(part).number())),
        Handled::Arrived(message) => arrival(trace, row, message, &mut clauses),
        Handled::Timer => timer(trace, row, &mut clauses),
        Handled::Fault => fault(trace, row, &mut clauses),
    }
    let began = caused(&trace.stays, step, |stay| stay.cause);
    clauses.extend(began.iter().filter_map(|stay| beginning(trace, stay)));
    let marks = caused(&trace.marks, step, |mark| mark.cause);
    clauses.extend(marks.iter().map(|mark| marked(trace, mark)));
    let sent = caused(&trace.messages, step, |message| message.cause);
    clauses.extend(sent.iter().filter(|message| !is_background(trace, message)).map(|message| sending(trace, message)));
    if clauses.is_empty() {
        return None;
    }
    let mut text = clauses.join("; ");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    text.push('.');
    Some(Line { at: row.at, until: None, text })
}

/// The rows that name `step` as their cause.
fn caused<T>(rows: &[T], step: StepId, cause: impl Fn(&T) -> StepId) -> &[T] {
    let begin = rows.partition_point(|row| cause(row) < step);
    let length = rows[begin..].partition_point(|row| cause(row) == step);
    &rows[begin..begin + length]
}

fn is_background(trace: &Trace, message: &MessageRow) -> bool {
    trace.kind(message).class == Class::Background
}

fn arrival(trace: &Trace, row: &StepRow, message: MessageId, clauses: &mut Vec<String>) {
    let message = &trace.messages[message.at()];
    if is_background(trace, message) {
        return;
    }
    let end = match message.fate {
        Fate::Refused => " and is turned away",
        Fate::Late => ", too late: nobody waits for it any more",
        Fate::Delivered | Fate::InFlight | Fate::Lost => "",
    };
    let at = place(trace, message.to, message.to_slot);
    clauses.push(format!("{} arrives at {at}{end}", quoted(trace, message)));
    clauses.extend(trace.jobs_of(message).into_iter().filter_map(|job| settled(trace, job, row)));
}

/// What the arrival meant for its job's caller.
fn settled(trace: &Trace, job: JobId, row: &StepRow) -> Option<String> {
    let job_row = &trace.jobs[job.at()];
    let number = job.number();
    if job_row.answered == row.at {
        return Some(format!("job {number} is answered, {} after it was wanted", since(job_row.wanted, row.at)));
    }
    let handed_over = job_row.caller == CallerOutcome::Accepted && job_row.settled == row.at;
    handed_over.then(|| format!("job {number} is handed over, {} after it was wanted", since(job_row.wanted, row.at)))
}

/// What ended when the timer went: the stays that began in the step that set it.
fn timer(trace: &Trace, row: &StepRow, clauses: &mut Vec<String>) {
    if row.cause == StepId::NONE {
        return;
    }
    let begun_with_it = caused(&trace.stays, row.cause, |stay| stay.cause);
    for stay in begun_with_it.iter().filter(|stay| stay.actor == row.actor && stay.end == row.at) {
        clauses.extend(ended(trace, stay));
    }
}

fn ended(trace: &Trace, stay: &StayRow) -> Option<String> {
    let at = place(trace, stay.actor, stay.slot);
    match (stay.kind, stay.ending) {
        (StayKind::Busy, Ending::Failed) => Some(format!("{at} fails at {}", work(trace, stay.part))),
        (StayKind::Busy, _) => Some(format!("{at} is done with {}", work(trace, stay.part))),
        (StayKind::Scheduled, _) => Some(format!("{at} has waited long enough with {}", work(trace, stay.part))),
        (StayKind::Hidden, _) => Some(format!("{} is deliverable again at {at}", work(trace, stay.part))),
        _ => None,
    }
}

fn fault(trace: &Trace, row: &StepRow, clauses: &mut Vec<String>) {
    let name = &trace.actor(row.actor).name;
    let over = |stay: &&StayRow| {
        stay.actor == row.actor && stay.end == row.at && matches!(stay.kind, StayKind::Down | StayKind::Slow)
    };
    let over = trace.stays.iter().find(over);
    match over.map(|stay| stay.kind) {
        Some(StayKind::Slow) => clauses.push(format!("{name} works as fast as usual again")),
        Some(_) => clauses.push(format!("{name} is in service again")),
        None => {}
    }
    let cut = |stay: &&StayRow| stay.actor == row.actor && stay.end == row.at && stay.ending == Ending::Interrupted;
    for stay in trace.stays.iter().filter(cut).filter(|stay| stay.part != PartId::NONE) {
        clauses.push(format!("{} in its hands is cut short", work(trace, stay.part)));
    }
}

fn beginning(trace: &Trace, stay: &StayRow) -> Option<String> {
    let at = place(trace, stay.actor, stay.slot);
    let work = || work(trace, stay.part);
    Some(match stay.kind {
        StayKind::Busy => format!("{at} begins to work on {}", work()),
        StayKind::Blocked => format!("{at} takes {} on and is blocked until it is over", work()),
        StayKind::Backlog => format!("{} waits at {at} for a free thread", work()),
        StayKind::Pool => format!("{at} waits for a connection"),
        StayKind::Queued => format!("{} waits at {at} for a free worker", work()),
        StayKind::Ready => format!("{} lies ready in {at}", work()),
        // The delivery that goes with it says as much.
        StayKind::Held => return None,
        StayKind::Hidden => format!("{} is hidden in {at}", work()),
        StayKind::Scheduled => match stay.end.known() {
            Some(end) => format!("{at} waits {} before the next attempt", since(stay.begin, end)),
            None => format!("{at} waits before the next attempt"),
        },
        StayKind::Parked => format!("{} stays in {at}", work()),
        StayKind::Down => format!("{at} goes out of service"),
        StayKind::Slow => format!("{at} takes {} times as long from now on", thousandths(stay.value)),
    })
}

fn marked(trace: &Trace, mark: &MarkRow) -> String {
    let at = place(trace, mark.actor, mark.slot);
    match mark.part.known() {
        Some(_) => format!("{at}: {} ({})", trace.mark_label(mark), work(trace, mark.part)),
        None => format!("{at}: {}", trace.mark_label(mark)),
    }
}

fn sending(trace: &Trace, message: &MessageRow) -> String {
    let from = place(trace, message.from, message.from_slot);
    let to = &trace.actor(message.to).name;
    let again = if message.attempt > 1 { format!(" (no. {})", message.attempt) } else { String::new() };
    let end = match message.arrived.known() {
        None if message.fate == Fate::InFlight => "it is still on its way when the run ends".to_owned(),
        None => "it is lost".to_owned(),
        Some(at) => format!("it arrives at {}", clock(at)),
    };
    format!("{from} sends {}{again} to {to}, and {end}", quoted(trace, message))
}

fn quoted(trace: &Trace, message: &MessageRow) -> String {
    format!("“{}”", trace.label(message))
}

/// "job 3", or "part 2 of job 3".
fn work(trace: &Trace, part: PartId) -> String {
    if part == PartId::NONE {
        return "it".to_owned();
    }
    let job = trace.job_of(part);
    match trace.parts_per_job {
        1 => format!("job {}", job.number()),
        parts => format!("part {} of job {}", part.index() % parts + 1, job.number()),
    }
}

fn since(from: Moment, to: Moment) -> String {
    super::length(to.since(from))
}

fn thousandths(value: u32) -> String {
    let (whole, fraction) = (value / 1000, value % 1000);
    if fraction == 0 {
        return whole.to_string();
    }
    format!("{whole}.{}", format!("{fraction:03}").trim_end_matches('0'))
}
