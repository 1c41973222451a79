//! The numbers that are counted row by row; [`Metrics`](super::Metrics) says what each of them means.

use std::collections::BTreeSet;

use super::Yardstick;
use super::comparison::result;
use crate::sorting;
use crate::time::Moment;
use crate::trace::{CallerOutcome, Class, Fate, JobId, MarkKind, Trace, WorkOutcome};

#[derive(Default)]
pub(super) struct Count {
    pub jobs: u64,
    pub useful: u64,
    pub late: u64,
    pub answered: u64,
    pub accepted: u64,
    pub refused: u64,
    pub unknown: u64,
    pub errored: u64,
    pub waiting: u64,
    pub done: u64,
    pub excused: u64,
    pub dead_lettered: u64,
    pub in_dead_letters: u64,
    pub lost: u64,
    pub accepted_and_lost: u64,
    pub unfinished: u64,
    pub timed_out: u64,
    pub retried: u64,
    pub redelivered: u64,
    pub executions: u64,
    pub executed_twice: u64,
    pub effects_twice: u64,
    pub done_for_nobody: u64,
    pub overtaken: u64,
    pub messages: u64,
    pub background_messages: u64,
    pub messages_refused: u64,
    pub messages_lost: u64,
    pub late_answers: u64,
    pub bytes: u64,
    pub background_bytes: u64,
    pub message_kinds: u64,
    pub endings: u64,
}

pub(super) fn count(trace: &Trace, yardstick: &Yardstick) -> Count {
    let mut count = Count { jobs: trace.jobs.len() as u64, ..Count::default() };
    let mut endings = BTreeSet::new();
    for job in (0..trace.jobs.len() as u32).map(JobId::from_index) {
        let ending = (trace.jobs[job.at()].caller, trace.work_outcome(job));
        endings.insert(ending);
        count.ending(ending);
        count.work(trace, job);
        count.usefulness(trace, job, yardstick);
    }
    count.endings = endings.len() as u64;
    count.overtaken = overtaken(trace);
    count.messages(trace);
    count.bytes(trace);
    let mut set_aside: Vec<JobId> = Vec::new();
    for mark in &trace.marks {
        match mark.kind {
            MarkKind::TimedOut => count.timed_out += 1,
            MarkKind::Retried => count.retried += 1,
            MarkKind::Returned => count.redelivered += 1,
            MarkKind::DeadLettered => set_aside.extend(mark.part.known().map(|part| trace.job_of(part))),
            MarkKind::GaveUp
            | MarkKind::Failed
            | MarkKind::Dropped
            | MarkKind::Crashed
            | MarkKind::Recovered
            | MarkKind::Committed
            | MarkKind::Rebalanced
            | MarkKind::Switched => {}
        }
    }
    sorting::sort(&mut set_aside);
    set_aside.dedup();
    count.in_dead_letters = set_aside.len() as u64;
    count
}

impl Count {
    fn ending(&mut self, (caller, work): (CallerOutcome, WorkOutcome)) {
        *match caller {
            CallerOutcome::Waiting => &mut self.waiting,
            CallerOutcome::Answered => &mut self.answered,
            CallerOutcome::Accepted => &mut self.accepted,
            CallerOutcome::Refused => &mut self.refused,
            CallerOutcome::Failed => &mut self.errored,
            CallerOutcome::Unknown => &mut self.unknown,
        } += 1;
        *match work {
            WorkOutcome::Done => &mut self.done,
            WorkOutcome::Excused => &mut self.excused,
            WorkOutcome::DeadLettered => &mut self.dead_lettered,
            WorkOutcome::Lost => &mut self.lost,
            WorkOutcome::Unfinished => &mut self.unfinished,
        } += 1;
        let nobody = matches!(caller, CallerOutcome::Refused | CallerOutcome::Failed | CallerOutcome::Unknown);
        let taken = matches!(caller, CallerOutcome::Accepted | CallerOutcome::Answered);
        self.accepted_and_lost += u64::from(taken && work == WorkOutcome::Lost);
        self.done_for_nobody += u64::from(nobody && work == WorkOutcome::Done);
    }

    fn work(&mut self, trace: &Trace, job: JobId) {
        let parts = trace.parts_of_job(job);
        self.executions += u64::from(trace.executions(job));
        self.executed_twice += u64::from(parts.iter().any(|part| part.executions > 1));
        self.effects_twice += u64::from(parts.iter().any(|part| part.effects > 1));
    }

    fn usefulness(&mut self, trace: &Trace, job: JobId, yardstick: &Yardstick) {
        if let Some(result) = result(trace, job) {
            let wanted = trace.jobs[job.at()].wanted;
            let in_time = yardstick.useful_within.is_none_or(|limit| result.since(wanted) <= limit);
            *if in_time { &mut self.useful } else { &mut self.late } += 1;
        }
    }

    /// Where a connection was refused, as an answer of no bytes tells, what it was opened for was not sent over it.
    fn bytes(&mut self, trace: &Trace) {
        let mut bytes: Vec<u64> = trace.messages.iter().map(|message| trace.bytes(message)).collect();
        for place in 0..bytes.len() {
            if bytes[place] == 0
                && let Some(asked) = trace.messages[place].reply_to.known()
                && trace.messages[asked.at()].fate == Fate::Refused
            {
                bytes[asked.at()] = 0;
            }
        }
        for (message, bytes) in trace.messages.iter().zip(bytes) {
            match trace.kind(message).class {
                Class::Payload | Class::Control => self.bytes += bytes,
                Class::Background => self.background_bytes += bytes,
            }
        }
    }

    fn messages(&mut self, trace: &Trace) {
        let mut kinds = BTreeSet::new();
        for message in &trace.messages {
            match trace.kind(message).class {
                Class::Payload | Class::Control => {
                    self.messages += 1;
                    kinds.insert(message.kind);
                }
                Class::Background => self.background_messages += 1,
            }
            match message.fate {
                Fate::Refused => self.messages_refused += 1,
                Fate::Lost => self.messages_lost += 1,
                Fate::Late => self.late_answers += 1,
                Fate::Delivered | Fate::InFlight => {}
            }
        }
        self.message_kinds = kinds.len() as u64;
    }
}

/// How many jobs were done after one that was wanted later.
fn overtaken(trace: &Trace) -> u64 {
    let (mut earliest, mut overtaken) = (Moment::NEVER, 0);
    let mut jobs: Vec<JobId> = (0..trace.jobs.len() as u32).map(JobId::from_index).collect();
    sorting::sort_by_key(&mut jobs, |job| trace.jobs[job.at()].wanted);
    for job in jobs.into_iter().rev() {
        if let Some(finished) = trace.finished(job) {
            overtaken += u64::from(finished > earliest);
            earliest = earliest.min(finished);
        }
    }
    overtaken
}
