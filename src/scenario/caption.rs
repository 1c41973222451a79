//! Where captions stand: at a moment, or where what they are about takes place.
//!
//! A caption that was written beside a moment is wrong as soon as a parameter moves what it speaks of. With `when` it
//! names the event instead, and is found in the trace of its side.
//!
//! *Invariant:* a caption about an event stands on a side only if that event took place there.

use super::{Problem, Scenario};
use crate::reading::shown;
use crate::recording::{self, Caption, SidePlayed};
use crate::time::{Moment, Span};
use crate::trace::{CallerOutcome, JobId, MarkKind, PartId, StayKind, Trace};

/// What a caption can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion<'a> {
    /// The change of that id begins.
    Begins(&'a str),
    /// It is over.
    Ends(&'a str),
    Job(JobId, JobEvent),
    /// The first message with that label arrives.
    Arrival(&'a str),
    /// The first mark with that label.
    Mark(&'a str),
}

/// What can happen to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JobEvent {
    Wanted,
    Accepted,
    Answered,
    /// The answer was at hand in the moment in which it was wanted.
    AtOnce,
    /// It waits for a free thread, connection or worker.
    InLine,
    /// Its caller knows that it failed, or not what came of it.
    Failed,
    /// All of its work is done.
    Done,
    /// The first mark of that kind.
    Marked(MarkKind),
}

const JOB_EVENTS: [(&str, JobEvent); 12] = [
    ("wanted", JobEvent::Wanted),
    ("accepted", JobEvent::Accepted),
    ("answered", JobEvent::Answered),
    ("failed", JobEvent::Failed),
    ("at-once", JobEvent::AtOnce),
    ("in-line", JobEvent::InLine),
    ("done", JobEvent::Done),
    ("work-failed", JobEvent::Marked(MarkKind::Failed)),
    ("timed-out", JobEvent::Marked(MarkKind::TimedOut)),
    ("retried", JobEvent::Marked(MarkKind::Retried)),
    ("returned", JobEvent::Marked(MarkKind::Returned)),
    ("dead-lettered", JobEvent::Marked(MarkKind::DeadLettered)),
];

impl<'a> Occasion<'a> {
    /// Reads `outage begins`, `outage ends`, `job 2 answered`, `arrival of 200 OK`.
    fn read(text: &'a str) -> Option<Occasion<'a>> {
        if let Some(label) = text.strip_prefix("arrival of ") {
            return Some(Occasion::Arrival(label));
        }
        if let Some(label) = text.strip_prefix("mark of ") {
            return Some(Occasion::Mark(label));
        }
        if let Some(of_a_job) = text.strip_prefix("job ") {
            let (number, word) = of_a_job.split_once(' ')?;
            let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
            let (_, event) = JOB_EVENTS.iter().find(|(known, _)| *known == word)?;
            return Some(Occasion::Job(JobId::from_index(number - 1), *event));
        }
        match text.split_once(' ')? {
            (id, "begins") => Some(Occasion::Begins(id)),
            (id, "ends") => Some(Occasion::Ends(id)),
            _ => None,
        }
    }

    /// When it takes place on a side.
    fn moment(self, scenario: &Scenario, trace: &Trace) -> Option<Moment> {
        let change = |id: &str| {
            let mut changes = scenario.head.changes.iter();
            changes.find(|change| change.id == id && change.lasts != Some(Span::ZERO))
        };
        match self {
            Occasion::Begins(id) => change(id).map(|change| change.at),
            Occasion::Ends(id) => change(id).and_then(|change| change.lasts.map(|lasts| change.at + lasts)),
            Occasion::Job(job, _) if job.at() >= trace.jobs.len() => None,
            Occasion::Job(job, event) => event.moment(job, trace),
            Occasion::Arrival(label) => {
                let arrived = trace.messages.iter().filter(|message| message.arrived != Moment::NEVER);
                arrived.filter(|message| trace.label(message) == label).map(|message| message.arrived).min()
            }
            Occasion::Mark(label) => {
                trace.marks.iter().find(|mark| trace.mark_label(mark) == label).map(|mark| mark.at)
            }
        }
    }
}

impl JobEvent {
    fn moment(self, job: JobId, trace: &Trace) -> Option<Moment> {
        let row = &trace.jobs[job.at()];
        let parts = trace.parts_of_job(job);
        let is_of = |part: PartId| part.known().is_some_and(|part| trace.job_of(part) == job);
        match self {
            JobEvent::Wanted => row.wanted.known(),
            JobEvent::Accepted => row.accepted.known(),
            JobEvent::Answered => row.answered.known(),
            JobEvent::Failed => match row.caller {
                CallerOutcome::Refused | CallerOutcome::Failed | CallerOutcome::Unknown => row.settled.known(),
                CallerOutcome::Waiting | CallerOutcome::Answered | CallerOutcome::Accepted => None,
            },
            JobEvent::AtOnce => row.answered.known().filter(|answered| *answered == row.wanted),
            JobEvent::InLine => {
                let waits = |kind: StayKind| matches!(kind, StayKind::Backlog | StayKind::Pool | StayKind::Queued);
                let mut stays = trace.stays.iter().filter(|stay| waits(stay.kind));
                stays.find(|stay| is_of(stay.part)).map(|stay| stay.begin)
            }
            JobEvent::Done => parts.iter().map(|part| part.finished).max().and_then(Moment::known),
            JobEvent::Marked(kind) => {
                let mut marks = trace.marks.iter().filter(|mark| mark.kind == kind);
                marks.find(|mark| is_of(mark.part)).map(|mark| mark.at)
            }
        }
    }
}

impl Scenario {
    /// The captions of the side of that id, whose trace it is, in the order in which they are written.
    pub(super) fn captions(&self, side: &str, trace: &Trace) -> Vec<Caption> {
        let notes = (0..).zip(&self.head.notes);
        let its = notes.filter(|(_, note)| note.side.as_ref().is_none_or(|id| id == side));
        its.filter_map(|(number, note)| {
            let at = match note.when.as_deref().map(Occasion::read) {
                None => note.at,
                Some(occasion) => occasion?.moment(self, trace)? + note.at.since(Moment::START),
            };
            Some(Caption { number, at, text: note.text.clone() })
        })
        .collect()
    }

    /// The moment at which it opens: that of the event that the scenario names, and the end of the run if the event does
    /// not take place.
    pub fn telling(&self, sides: &[SidePlayed]) -> Moment {
        let ended = recording::ended(sides);
        let view = &self.head.view;
        let at = match view.when.as_deref().map(Occasion::read) {
            None => view.at,
            Some(occasion) => {
                let mut asked = sides.iter().filter(|side| view.side.as_ref().is_none_or(|id| *id == side.id));
                let event = occasion.and_then(|occasion| asked.find_map(|side| occasion.moment(self, &side.trace)));
                event.map(|event| event + view.at.unwrap_or(Moment::START).since(Moment::START))
            }
        };
        at.map_or(ended, |at| at.min(ended))
    }

    /// Whether what a caption is about can be told apart.
    pub(super) fn check_occasion(&self, path: &str, text: &str) -> Result<(), Problem> {
        let unknown = |id: &str| self.head.changes.iter().all(|change| change.id != id);
        let sentence = match Occasion::read(text) {
            Some(Occasion::Begins(id) | Occasion::Ends(id)) if unknown(id) => {
                format!("no change has the id `{}`; `{}` names a change by its id", shown(id), shown(text))
            }
            Some(_) => return Ok(()),
            None => {
                let words: Vec<&str> = JOB_EVENTS.iter().map(|(word, _)| *word).collect();
                format!(
                    "`{}` names no event; write `ID begins` or `ID ends` with the id of a change, `arrival of` with a \
                     message's label, `mark of` with a mark's, or `job 1` and one of {}",
                    shown(text),
                    words.join(", ")
                )
            }
        };
        Err(Problem::new(path, sentence))
    }
}
