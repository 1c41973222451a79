//! A trace's rows as the report prints them. What is printed here is also what a side's hash is taken over.

use serde::{Serialize, Serializer};

use super::micros;
use crate::trace::{ActorRow, JobId, MessageId, Trace};

#[derive(Serialize)]
pub(super) struct LaneRow<'a> {
    id: &'a str,
    name: &'a str,
    role: &'static str,
    slots: u16,
    busy_us: u64,
    blocked_us: u64,
}

impl<'a> LaneRow<'a> {
    pub fn of(actor: &'a ActorRow, [busy_us, blocked_us]: [u64; 2]) -> Self {
        let ActorRow { id, name, duty, slots, .. } = actor;
        LaneRow { id, name, role: duty.word(), slots: *slots, busy_us, blocked_us }
    }
}

/// All messages, in the order in which they were sent.
pub(super) struct Messages<'a>(pub &'a Trace);

#[derive(Serialize)]
struct Message<'a> {
    id: u32,
    jobs: Vec<u32>,
    kind: &'a str,
    class: &'static str,
    label: String,
    from: &'a str,
    to: &'a str,
    sent_us: u64,
    arrived_us: Option<u64>,
    fate: &'static str,
    attempt: u32,
    reply_to: Option<u32>,
}

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trace = self.0;
        serializer.collect_seq(trace.messages.iter().enumerate().map(|(index, row)| Message {
            id: MessageId::from_index(index as u32).number(),
            jobs: trace.jobs_of(row).into_iter().map(JobId::number).collect(),
            kind: &trace.kind(row).name,
            class: trace.kind(row).class.word(),
            label: trace.label(row),
            from: &trace.actor(row.from).id,
            to: &trace.actor(row.to).id,
            sent_us: row.sent.micros(),
            arrived_us: micros(row.arrived),
            fate: row.fate.word(),
            attempt: row.attempt,
            reply_to: row.reply_to.known().map(MessageId::number),
        }))
    }
}

/// All jobs, in the order of their numbers.
pub(super) struct Jobs<'a>(pub &'a Trace);

#[derive(Serialize)]
struct Job {
    id: u32,
    wanted_us: Option<u64>,
    accepted_us: Option<u64>,
    answered_us: Option<u64>,
    finished_us: Option<u64>,
    caller_outcome: &'static str,
    work_outcome: &'static str,
    executions: u32,
}

impl Serialize for Jobs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trace = self.0;
        serializer.collect_seq((0..trace.jobs.len() as u32).map(JobId::from_index).map(|job| {
            let row = &trace.jobs[job.at()];
            Job {
                id: job.number(),
                wanted_us: micros(row.wanted),
                accepted_us: micros(row.accepted),
                answered_us: micros(row.answered),
                finished_us: trace.finished(job).map(|at| at.micros()),
                caller_outcome: row.caller.word(),
                work_outcome: trace.work_outcome(job).word(),
                executions: trace.executions(job),
            }
        }))
    }
}
