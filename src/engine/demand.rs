//! When jobs are wanted and how much work each is: the input that both sides get.
//!
//! *Invariant:* an open demand knows nothing of how the jobs fare; a closed one (users who wait, then think) does,
//! and is labelled as such wherever it is shown.

use crate::rng::{Distribution, Purpose, Streams};
use crate::time::{Moment, Span};
use crate::trace::{JobId, PartId};

/// What both sides are to do.
#[derive(Clone, Debug)]
pub struct Workload {
    /// How many jobs are wanted in all.
    pub jobs: u32,
    /// When they are wanted.
    pub demand: Demand,
    /// The work of each part of a job; one entry a part.
    pub parts: Vec<Distribution>,
    /// Which executions fail.
    pub failures: Failures,
}

/// Which executions of the work fail, whoever does it. They take their time all the same, and change nothing.
#[derive(Clone, Debug, Default)]
pub struct Failures {
    /// Jobs every execution of which fails (`FLT-6`).
    pub poison: Vec<JobId>,
    /// The chance that an execution fails (`FLT-8`).
    pub probability: f64,
    /// How many executions of each part fail before one can succeed.
    pub first: u32,
}

impl Failures {
    /// Whether that execution of `part`, a part of `job`, fails. It depends on nothing else, so the same execution has the
    /// same end on both sides, whoever does it and when.
    pub(super) fn strike(&self, job: JobId, part: PartId, execution: u32, streams: &Streams) -> bool {
        execution <= self.first
            || self.probability > 0.0 && streams.unit(Purpose::Failure, 0, part.index(), execution) < self.probability
            || !self.poison.is_empty() && self.poison.binary_search(&job).is_ok()
    }
}

/// When jobs are wanted.
#[derive(Clone, Debug)]
pub enum Demand {
    /// At fixed distances, the first at `start`.
    Regular {
        /// When the first job is wanted.
        start: Moment,
        /// From one job to the next.
        every: Span,
    },
    /// At random distances, the first one gap after `start`. Exponential gaps make a Poisson process.
    Random {
        /// From when on gaps are counted.
        start: Moment,
        /// From one job to the next.
        gap: Distribution,
    },
    /// At these moments, in order; one a job.
    Listed(Vec<Moment>),
    /// So many users, each of whom thinks, wants a job, waits until it is answered or handed over, and thinks again.
    /// Whoever begins to think takes the next job, so all users go on until the jobs are used up.
    Closed {
        /// How many users there are.
        users: u32,
        /// How long a user thinks before wanting a job.
        think: Distribution,
    },
}

impl Demand {
    /// When an open demand wants `job`, given when it wanted the one before. Nothing for a closed one.
    pub(super) fn next(&self, streams: &Streams, job: JobId, previous: Option<Moment>) -> Option<Moment> {
        match self {
            Demand::Regular { start, every } => Some(previous.map_or(*start, |at| at + *every)),
            Demand::Random { start, gap } => {
                let gap = gap.draw(streams, Purpose::Arrival, 0, job.index(), 0);
                Some(previous.unwrap_or(*start) + gap)
            }
            Demand::Listed(moments) => moments.get(job.at()).copied(),
            Demand::Closed { .. } => None,
        }
    }
}
