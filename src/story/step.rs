//! One sentence for each step: what was handled, and what it brought about.
//!
//! *Invariant:* the rows of a step are found by their cause. Causes never go down in a table, for rows are written in
//! the step that causes them, so the rows of a step stand together.

use super::{Line, clock, opening, place};
use crate::time::{Moment, thousandths};
use crate::trace::{
    ActorId, CallerOutcome, Drawing, Duty, Ending, Fate, Handled, JobId, MarkKind, MarkRow, MessageRow, PartId,
    StayKind, StayRow, StepId, StepRow, Trace,
};

/// The sentences of all steps that have one, in order.
pub fn sentences(trace: &Trace) -> impl Iterator<Item = Line> + '_ {
    (0..trace.steps.len() as u32).filter_map(|index| sentence(trace, StepId::from_index(index)))
}

/// The sentence of a step; nothing if the step moved no work, as background traffic and a start without effects.
pub fn sentence(trace: &Trace, step: StepId) -> Option<Line> {
    brief(trace, step, usize::MAX)
}

/// The same in at most so many letters, if its beginning has no more: what has no room is counted.
pub fn brief(trace: &Trace, step: StepId, most: usize) -> Option<Line> {
    let row = &trace.steps[step.at()];
    let mut telling = Telling { trace, groups: Vec::new(), named: PartId::NONE };
    match row.handled {
        Handled::Started => {}
        Handled::Wanted(part) => {
            telling.named = part;
            telling.say(whole(trace.job_of(part)), "is wanted");
        }
        Handled::Arrived(message) => telling.arrival(row, &trace.messages[message.at()]),
        Handled::Timer => telling.timer(row),
        Handled::Fault => telling.fault(row),
    }
    let began = caused(&trace.stays, step, |stay| stay.cause);
    let marks = caused(&trace.marks, step, |mark| mark.cause);
    for mark in marks {
        telling.marked(mark, began);
    }
    for stay in began {
        telling.beginning(stay, marks);
    }
    for message in caused(&trace.messages, step, |message| message.cause) {
        if !trace.is_background(message) {
            telling.sending(message);
        }
    }
    telling.told(row.at, most)
}

/// The rows that name `step` as their cause.
fn caused<T>(rows: &[T], step: StepId, cause: impl Fn(&T) -> StepId) -> &[T] {
    let begin = rows.partition_point(|row| cause(row) < step);
    let length = rows[begin..].partition_point(|row| cause(row) == step);
    &rows[begin..begin + length]
}

/// What is said instead of so many clauses.
fn more(clauses: usize) -> String {
    match clauses {
        0 => String::new(),
        1 => "; then 1 more thing".into(),
        clauses => format!("; then {clauses} more things"),
    }
}

/// A sentence in the making: groups of what is said of one subject after the other.
struct Telling<'a> {
    trace: &'a Trace,
    groups: Vec<(String, Vec<String>)>,
    /// The part named last, which is "it" when it is named again.
    named: PartId,
}

impl Telling<'_> {
    fn say(&mut self, subject: impl Into<String>, predicate: impl Into<String>) {
        let subject = subject.into();
        match self.groups.last_mut() {
            Some((last, predicates)) if *last == subject => predicates.push(predicate.into()),
            _ => self.groups.push((subject, vec![predicate.into()])),
        }
    }

    fn told(self, at: Moment, most: usize) -> Option<Line> {
        let all: usize = self.groups.iter().map(|(_, predicates)| predicates.len()).sum();
        let (mut text, mut said) = (String::new(), 0);
        'groups: for (subject, predicates) in &self.groups {
            // "… arrives at Mail service, which begins …"
            let begin = match (text.as_str(), text.ends_with(subject)) {
                ("", _) => subject.clone(),
                (_, true) => ", which".to_owned(),
                (_, false) => format!("; {subject}"),
            };
            for (place, predicate) in predicates.iter().enumerate() {
                let clause = match place {
                    0 => format!("{begin} {predicate}"),
                    _ if place + 1 < predicates.len() => format!(", {predicate}"),
                    _ => format!(", and {predicate}"),
                };
                let rest = more(all - said - 1);
                let letters = [text.as_str(), clause.as_str(), rest.as_str()].map(|words| words.chars().count());
                if said > 0 && letters.iter().sum::<usize>() + 1 > most {
                    text.push_str(&more(all - said));
                    break 'groups;
                }
                text.push_str(&clause);
                said += 1;
            }
        }
        if text.is_empty() {
            return None;
        }
        text.push('.');
        Some(Line { at, until: None, text: opening(self.trace, &text) })
    }

    /// "job 3", "part 2 of job 3", or "it".
    fn work(&mut self, part: PartId) -> String {
        if part == self.named || part == PartId::NONE {
            return "it".to_owned();
        }
        self.named = part;
        let job = self.trace.job_of(part);
        match self.trace.parts_per_job {
            1 => whole(job),
            parts => format!("part {} of {}", part.index() % parts + 1, whole(job)),
        }
    }

    fn arrival(&mut self, row: &StepRow, message: &MessageRow) {
        let trace = self.trace;
        if trace.is_background(message) {
            return;
        }
        let at = place(trace, message.to, message.to_slot);
        let end = match message.fate {
            Fate::Refused => format!("arrives at {at} and is turned away"),
            Fate::Late => format!("arrives at {at} too late: nobody waits for it any more"),
            Fate::Delivered | Fate::InFlight | Fate::Lost => format!("arrives at {at}"),
        };
        self.say(quoted(trace, message), end);
        if trace.actor(row.actor).duty == Duty::Caller {
            for job in trace.jobs_of(message) {
                self.settled(job, row.at);
            }
        }
    }

    /// What the arrival meant to its job's caller.
    fn settled(&mut self, job: JobId, at: Moment) {
        let row = &self.trace.jobs[job.at()];
        let after = || super::length(at.since(row.wanted));
        let what = if row.answered == at {
            format!("is answered, {} after it was wanted", after())
        } else if row.caller == CallerOutcome::Accepted && row.settled == at {
            format!("is off the caller's hands, {} after it was wanted", after())
        } else {
            return;
        };
        self.named = self.trace.first_part(job);
        self.say(whole(job), what);
    }

    /// What ended when the timer went: the stays that began in the step that set it.
    fn timer(&mut self, row: &StepRow) {
        if row.cause == StepId::NONE {
            return;
        }
        let begun_with_it = caused(&self.trace.stays, row.cause, |stay| stay.cause);
        for stay in begun_with_it.iter().filter(|stay| stay.actor == row.actor && stay.end == row.at) {
            let at = place(self.trace, stay.actor, stay.slot);
            let work = self.work(stay.part);
            match (stay.kind, stay.ending) {
                (StayKind::Busy, Ending::Failed) => self.say(at, format!("fails at {work}")),
                (StayKind::Busy, _) => self.say(at, format!("is done with {work}")),
                (StayKind::Scheduled, _) if self.lies(stay) => {
                    self.say(work, format!("has waited long enough in {at}"))
                }
                (StayKind::Scheduled, _) => self.say(at, format!("has waited long enough with {work}")),
                (StayKind::Hidden, _) => self.say(work, format!("is deliverable again at {at}")),
                _ => {}
            }
        }
    }

    fn fault(&mut self, row: &StepRow) {
        let name = &self.trace.actor(row.actor).name;
        let ending = self.trace.stays.iter().filter(|stay| stay.actor == row.actor && stay.end == row.at);
        let mut cut = Vec::new();
        for stay in ending {
            match (stay.kind, stay.ending) {
                (StayKind::Slow, _) => self.say(name, "works as fast as usual again"),
                (StayKind::Down, _) => self.say(name, "is in service again"),
                (_, Ending::Interrupted) if stay.part != PartId::NONE => cut.push(stay.part),
                _ => {}
            }
        }
        for part in cut {
            let work = self.work(part);
            self.say(work, format!("is cut short at {name}"));
        }
    }

    fn beginning(&mut self, stay: &StayRow, marks: &[MarkRow]) {
        let at = place(self.trace, stay.actor, stay.slot);
        match stay.kind {
            StayKind::Down => {
                let dies = marks.iter().any(|mark| mark.kind == MarkKind::Crashed);
                return self.say(at, if dies { "dies and is out of service" } else { "goes out of service" });
            }
            StayKind::Slow => {
                return self.say(at, format!("takes {} times as long from now on", thousandths(stay.value.into())));
            }
            // The delivery or the publication that goes with it says as much.
            StayKind::Held | StayKind::Unconfirmed => return,
            StayKind::Polling => return self.say(at, "asks for work and waits"),
            StayKind::Blocked if self.trace.actor(stay.actor).duty != Duty::Caller => {
                return self.say(at, "is blocked until it is answered");
            }
            // In a log a record can be read from the moment on at which it is kept, which is told.
            StayKind::Ready if self.is_log(stay.actor) => return,
            _ => {}
        }
        let work = self.work(stay.part);
        match stay.kind {
            StayKind::Busy => self.say(at, format!("begins to work on {work}")),
            StayKind::Blocked => self.say(at, format!("takes {work} on and is blocked until that is over")),
            StayKind::Awaiting => self.say(at, format!("awaits the answer about {work} and is free meanwhile")),
            StayKind::Resting => {
                self.say(at, format!("waits until its next step about {work} is due, and is free meanwhile"))
            }
            StayKind::Backlog => self.say(work, format!("waits at {at} for a free thread")),
            StayKind::Pool => self.say(at, "waits for a connection"),
            StayKind::Queued => self.say(work, format!("waits at {at} for a free worker")),
            StayKind::Ready => self.say(work, format!("lies ready in {at}")),
            StayKind::Hidden => self.say(work, format!("is hidden in {at}")),
            StayKind::Scheduled if self.lies(stay) => {
                let wait = match stay.end.known() {
                    Some(end) => format!(" for {}, until {}", super::length(end.since(stay.begin)), clock(end)),
                    None => String::new(),
                };
                self.say(work, format!("is put off in {at}{wait}"));
            }
            StayKind::Scheduled => {
                let wait = match stay.end.known() {
                    Some(end) => format!("waits {} before the next attempt", super::length(end.since(stay.begin))),
                    None => "waits before the next attempt".to_owned(),
                };
                self.say(at, wait);
            }
            StayKind::Parked if self.is_log(stay.actor) => {
                self.say(work, format!("is kept in {at} at {} {}", self.trace.position_noun(stay.actor), stay.value));
            }
            StayKind::Parked => self.say(work, format!("is set aside in {at}")),
            StayKind::Polling | StayKind::Down | StayKind::Slow | StayKind::Held | StayKind::Unconfirmed => {}
        }
    }

    /// Whether the stay is of something that lies there, and not of somebody who waits with it.
    fn lies(&self, stay: &StayRow) -> bool {
        self.trace.actor(stay.actor).duty == Duty::Broker
    }

    /// Whether a lane is a log, in which a record stays when it is read.
    fn is_log(&self, actor: ActorId) -> bool {
        self.trace.actor(actor).drawing == Drawing::Tracks
    }

    fn marked(&mut self, mark: &MarkRow, began: &[StayRow]) {
        let told_already = match mark.kind {
            MarkKind::Crashed | MarkKind::Recovered => true,
            MarkKind::Retried => began.iter().any(|stay| stay.kind == StayKind::Scheduled),
            MarkKind::DeadLettered => began.iter().any(|stay| stay.kind == StayKind::Parked),
            MarkKind::TimedOut
            | MarkKind::GaveUp
            | MarkKind::Failed
            | MarkKind::Returned
            | MarkKind::Dropped
            | MarkKind::Committed
            | MarkKind::Rebalanced
            | MarkKind::Switched => false,
        };
        if told_already {
            return;
        }
        let at = place(self.trace, mark.actor, mark.slot);
        let label = match mark.kind {
            MarkKind::Committed => format!("{}, the next to read is {}", self.trace.mark_label(mark), mark.value),
            _ => self.trace.mark_label(mark),
        };
        match mark.part.known() {
            Some(part) if part != self.named => {
                let work = self.work(part);
                self.say(format!("{at}:"), format!("{label} ({work})"));
            }
            Some(_) | None => self.say(format!("{at}:"), label),
        }
    }

    fn sending(&mut self, message: &MessageRow) {
        let trace = self.trace;
        let again = if message.attempt > 1 { format!("no. {}, ", message.attempt) } else { String::new() };
        let end = match (message.fate, message.arrived.known()) {
            (Fate::InFlight, _) => "still on its way when the run ends".to_owned(),
            (_, Some(at)) => format!("arrives at {}", clock(at)),
            (_, None) => "lost on the way".to_owned(),
        };
        let to = &trace.actor(message.to).name;
        let sent = format!("sends {} to {to} ({again}{end})", quoted(trace, message));
        self.say(place(trace, message.from, message.from_slot), sent);
    }
}

/// "job 3".
fn whole(job: JobId) -> String {
    format!("job {}", job.number())
}

fn quoted(trace: &Trace, message: &MessageRow) -> String {
    format!("“{}”", trace.label(message))
}
