//! A caller's threads: each is blocked for one job until it is rid of it, and jobs that find none free stand in a
//! backlog.
//!
//! *Invariant:* no job stands in the backlog while a thread is free, if whoever releases a thread asks for the next job.

use std::collections::VecDeque;

use super::Stage;
use crate::engine::OpenStay;
use crate::trace::{Ending, JobId, Slot, StayKind};

/// Threads that keep a `Call` for the job they have in hand.
pub(crate) struct Threads<Call> {
    calls: Vec<Option<(Call, OpenStay)>>,
    backlog: VecDeque<(JobId, OpenStay)>,
}

impl<Call> Threads<Call> {
    pub fn new(count: u16) -> Self {
        Threads { calls: (0..count).map(|_| None).collect(), backlog: VecDeque::new() }
    }

    /// Blocks a free thread for the job; if there is none, the job stands in the backlog.
    pub fn take(&mut self, job: JobId, call: Call, stage: &mut Stage<'_>) -> Option<u16> {
        let Some(free) = self.calls.iter().position(Option::is_none) else {
            let stay = stage.begin(Slot::WHOLE, StayKind::Backlog, stage.first_part(job));
            self.backlog.push_back((job, stay));
            return None;
        };
        self.block(free as u16, job, call, stage);
        Some(free as u16)
    }

    /// Blocks this thread, which is free, for the job.
    pub fn block(&mut self, thread: u16, job: JobId, call: Call, stage: &mut Stage<'_>) {
        let stay = stage.begin(Slot(thread), StayKind::Blocked, stage.first_part(job));
        self.calls[usize::from(thread)] = Some((call, stay));
    }

    /// Frees the thread.
    pub fn release(&mut self, thread: u16, ending: Ending, stage: &mut Stage<'_>) -> Option<Call> {
        let (call, stay) = self.calls[usize::from(thread)].take()?;
        stage.end(stay, ending);
        Some(call)
    }

    /// The job that has stood in the backlog for longest, which it leaves.
    pub fn next_job(&mut self, stage: &mut Stage<'_>) -> Option<JobId> {
        let (job, stay) = self.backlog.pop_front()?;
        stage.end(stay, Ending::Done);
        Some(job)
    }

    pub fn call(&self, thread: u16) -> Option<&Call> {
        self.calls[usize::from(thread)].as_ref().map(|(call, _)| call)
    }

    pub fn call_mut(&mut self, thread: u16) -> Option<&mut Call> {
        self.calls[usize::from(thread)].as_mut().map(|(call, _)| call)
    }

    /// The thread whose call it is.
    pub fn whose(&self, is_it: impl Fn(&Call) -> bool) -> Option<u16> {
        self.calls.iter().position(|held| held.as_ref().is_some_and(|(call, _)| is_it(call))).map(|place| place as u16)
    }
}
