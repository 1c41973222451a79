//! A caller's threads: each is blocked for one job until it is rid of it, and jobs that find none free stand in a
//! backlog.
//!
//! *Invariant:* no job stands in the backlog while a thread is free, if whoever releases a thread asks for the next job.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::Stage;
use crate::engine::OpenStay;
use crate::trace::{Ending, JobId, Slot, StayKind};

pub(crate) struct Threads {
    /// Of each thread that has a job, the stay that shows it blocked.
    blocked: Vec<Option<OpenStay>>,
    /// The one with the lowest number is taken first.
    free: BinaryHeap<Reverse<u16>>,
    backlog: VecDeque<(JobId, OpenStay)>,
}

impl Threads {
    pub fn new(count: u16) -> Self {
        let free = (0..count).map(Reverse).collect();
        Threads { blocked: vec![None; count.into()], free, backlog: VecDeque::new() }
    }

    /// Blocks a free thread for the job; if there is none, the job stands in the backlog.
    pub fn take(&mut self, job: JobId, stage: &mut Stage<'_>) -> Option<u16> {
        let Some(Reverse(thread)) = self.free.pop() else {
            let stay = stage.begin(Slot::WHOLE, StayKind::Backlog, stage.first_part(job));
            self.backlog.push_back((job, stay));
            return None;
        };
        self.block(thread, job, stage);
        Some(thread)
    }

    /// Blocks this thread for the job.
    fn block(&mut self, thread: u16, job: JobId, stage: &mut Stage<'_>) {
        let stay = stage.begin(Slot(thread), StayKind::Blocked, stage.first_part(job));
        self.blocked[usize::from(thread)] = Some(stay);
    }

    /// The thread is rid of its job.
    pub fn release(&mut self, thread: u16, ending: Ending, stage: &mut Stage<'_>) {
        if let Some(stay) = self.blocked[usize::from(thread)].take() {
            stage.end(stay, ending);
        }
    }

    /// A thread that was released takes the job that has stood in the backlog for longest. If there is none, it is free.
    pub fn next_job(&mut self, thread: u16, stage: &mut Stage<'_>) -> Option<JobId> {
        let Some((job, stay)) = self.backlog.pop_front() else {
            self.free.push(Reverse(thread));
            return None;
        };
        stage.end(stay, Ending::Done);
        self.block(thread, job, stage);
        Some(job)
    }
}
