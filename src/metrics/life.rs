//! Where the time of a job went: its life, from being wanted until work and caller were both done with it, is cut into
//! pieces, and each piece is spent in exactly one place.
//!
//! *Invariant:* the pieces add up to the life, to the microsecond. Where several places apply at once (a request that
//! timed out is still being worked on while its caller backs off), the first of [`WHEREABOUTS`] counts, and of several
//! lanes with such a place the first from the left.

use crate::sorting;
use crate::time::{Moment, Span};
use crate::trace::{ActorId, Duty, Fate, JobId, MessageRow, PartId, StayKind, StayRow, Trace};

/// Where a job is. If several apply at once, the first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// A worker works on it.
    Working,
    /// It waits at its caller for a free thread.
    Backlog,
    /// It waits for a connection.
    Pool,
    /// It waits at the receiver for a free worker.
    AcceptQueue,
    /// It lies in a queue or log and can be delivered.
    Ready,
    /// It lies in a queue and cannot be delivered until a clock runs out.
    Hidden,
    /// A message that carries it is on its way.
    Network,
    /// It was delivered, and nobody works on it yet.
    Delivered,
    /// Its next attempt was put off to a known moment.
    Retry,
    /// Its task rests until a moment of its own choice, as until it looks again.
    Resting,
    /// Nobody has it.
    Silence,
}

/// All of them, from what counts first to what counts last.
pub const WHEREABOUTS: [Whereabouts; 11] = [
    Whereabouts::Working,
    Whereabouts::Backlog,
    Whereabouts::Pool,
    Whereabouts::AcceptQueue,
    Whereabouts::Ready,
    Whereabouts::Hidden,
    Whereabouts::Network,
    Whereabouts::Delivered,
    Whereabouts::Retry,
    Whereabouts::Resting,
    Whereabouts::Silence,
];

impl Whereabouts {
    /// Its word in files: the key of its metric, without the unit. Those of `broker_us` are told apart.
    pub fn key(self) -> &'static str {
        match self {
            Whereabouts::Working => "working",
            Whereabouts::Backlog => "backlog",
            Whereabouts::Pool => "pool",
            Whereabouts::AcceptQueue => "accept_queue",
            Whereabouts::Ready => "ready",
            Whereabouts::Hidden => "hidden",
            Whereabouts::Network => "network",
            Whereabouts::Delivered => "delivered",
            Whereabouts::Retry => "retry",
            Whereabouts::Resting => "resting",
            Whereabouts::Silence => "silence",
        }
    }

    /// What a job does there, after the name of the lane if it is at one.
    pub fn words(self) -> &'static str {
        match self {
            Whereabouts::Working => "at work",
            Whereabouts::Backlog => "for a free thread",
            Whereabouts::Pool => "for a connection",
            Whereabouts::AcceptQueue => "for a free worker",
            Whereabouts::Ready => "ready",
            Whereabouts::Hidden => "hidden",
            Whereabouts::Network => "on the way",
            Whereabouts::Delivered => "delivered, not begun",
            Whereabouts::Retry => "until the next attempt",
            Whereabouts::Resting => "until it looks again",
            Whereabouts::Silence => "nobody has it",
        }
    }

    /// Whether it is waiting, and neither work nor way.
    pub fn is_waiting(self) -> bool {
        !matches!(self, Whereabouts::Working | Whereabouts::Network)
    }
}

/// The time of all jobs by where they spent it, in microseconds.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Lives([u64; WHEREABOUTS.len()]);

impl Lives {
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The time spent in that place.
    pub fn spent(&self, there: Whereabouts) -> u64 {
        self.0[there as usize]
    }

    fn add(&mut self, there: Whereabouts, span: Span) {
        self.0[there as usize] += span.as_micros();
    }
}

/// A span that a job spent somewhere, or that merely kept it alive.
#[derive(Clone, Copy)]
struct Piece {
    begin: Moment,
    end: Moment,
    whereabouts: Option<Whereabouts>,
    /// The lane at which it was spent. On its way it was at none.
    lane: ActorId,
}

/// What a piece of a life is given to: where it was spent; how many pieces of that kind are open at each lane, which is empty
/// unless lanes are told apart; and from when to when.
type Take<'a> = dyn FnMut(Whereabouts, &[u32], Moment, Moment) + 'a;

/// The lives of all jobs, each until both its caller and its work were done with it.
pub(super) fn lives(trace: &Trace, window: Moment) -> Lives {
    let mut lives = Lives::default();
    each_life(trace, window, 0, &mut |there, _, begin, end| lives.add(there, end.since(begin)));
    lives
}

/// The lives of the jobs that have an `end`, each until then.
pub(super) fn lives_until(trace: &Trace, window: Moment, end: impl Fn(JobId) -> Option<Moment>) -> Lives {
    let mut lives = Lives::default();
    cut(trace, window, 0, |job, _| end(job), &mut |there, _, begin, end| lives.add(there, end.since(begin)));
    lives
}

/// Gives each piece of all lives, each until both its caller and its work were done with it, and tells the lanes apart.
pub(super) fn each_place(trace: &Trace, window: Moment, take: &mut Take<'_>) {
    each_life(trace, window, trace.actors.len(), take);
}

fn each_life(trace: &Trace, window: Moment, lanes: usize, take: &mut Take<'_>) {
    cut(trace, window, lanes, |job, pieces| Some(end_of_life(trace, job, pieces, window)), take);
}

/// Cuts the lives; `lanes` is how many lanes are told apart.
fn cut(
    trace: &Trace,
    window: Moment,
    lanes: usize,
    end: impl Fn(JobId, &[Piece]) -> Option<Moment>,
    take: &mut Take<'_>,
) {
    let (starts, pieces) = pieces_by_job(trace, window);
    let mut edges = Vec::new();
    let mut open = Open::at(lanes);
    for job in (0..trace.jobs.len() as u32).map(JobId::from_index) {
        let pieces = &pieces[starts[job.at()]..starts[job.at() + 1]];
        if let (Some(wanted), Some(end)) = (trace.jobs[job.at()].wanted.known(), end(job, pieces)) {
            live((wanted, end), pieces, &mut edges, &mut open, take);
        }
    }
}

/// When both the caller and the work were done with the job.
fn end_of_life(trace: &Trace, job: JobId, pieces: &[Piece], window: Moment) -> Moment {
    let row = &trace.jobs[job.at()];
    let work = trace.finished(job).or_else(|| pieces.iter().map(|piece| piece.end).max()).unwrap_or(row.wanted);
    work.max(row.settled.known().unwrap_or(window)).max(row.answered.known().unwrap_or(work)).min(window)
}

/// How many pieces of a job are open at a moment, by where and at which lane.
struct Open {
    lanes: usize,
    at: Vec<u32>,
    all: [u32; WHEREABOUTS.len()],
}

impl Open {
    fn at(lanes: usize) -> Open {
        Open { lanes, at: vec![0; lanes * WHEREABOUTS.len()], all: [0; WHEREABOUTS.len()] }
    }

    fn change(&mut self, there: usize, lane: ActorId, begins: bool) {
        let at = self.at.get_mut(there * self.lanes + lane.at()).into_iter();
        at.chain([&mut self.all[there]]).for_each(|open| *open = if begins { *open + 1 } else { *open - 1 });
    }

    fn lanes(&self, there: Whereabouts) -> &[u32] {
        &self.at[there as usize * self.lanes..][..self.lanes]
    }
}

/// Where something begins or ends. At one moment ends come first, as they sort.
type Edge = (Moment, usize, bool, ActorId);

fn live(
    (wanted, end): (Moment, Moment),
    pieces: &[Piece],
    edges: &mut Vec<Edge>,
    open: &mut Open,
    take: &mut Take<'_>,
) {
    edges.clear();
    for piece in pieces {
        let (begin, end) = (piece.begin.max(wanted), piece.end.min(end));
        if let Some(there) = piece.whereabouts
            && begin < end
        {
            edges.push((begin, there as usize, true, piece.lane));
            edges.push((end, there as usize, false, piece.lane));
        }
    }
    sorting::sort(edges);
    let mut at = wanted;
    for (moment, there, begins, lane) in edges.iter() {
        if at < *moment {
            let first = WHEREABOUTS.into_iter().find(|there| open.all[*there as usize] > 0);
            let first = first.unwrap_or(Whereabouts::Silence);
            take(first, open.lanes(first), at, *moment);
        }
        at = *moment;
        open.change(*there, *lane, *begins);
    }
    if at < end {
        take(Whereabouts::Silence, open.lanes(Whereabouts::Silence), at, end);
    }
}

/// All pieces, grouped by job: those of job j stand from the j-th start to the next one.
fn pieces_by_job(trace: &Trace, window: Moment) -> (Vec<usize>, Vec<Piece>) {
    let mut starts = vec![0usize; trace.jobs.len() + 1];
    each_piece(trace, window, |job, _| starts[job.at() + 1] += 1);
    for index in 1..starts.len() {
        starts[index] += starts[index - 1];
    }
    let mut next = starts.clone();
    let nothing = Piece { begin: Moment::START, end: Moment::START, whereabouts: None, lane: ActorId(0) };
    let mut pieces = vec![nothing; starts[trace.jobs.len()]];
    each_piece(trace, window, |job, piece| {
        pieces[next[job.at()]] = piece;
        next[job.at()] += 1;
    });
    (starts, pieces)
}

fn each_piece(trace: &Trace, window: Moment, mut give: impl FnMut(JobId, Piece)) {
    for stay in trace.stays.iter().filter(|stay| stay.part != PartId::NONE && stay.kind.is_live()) {
        let (end, whereabouts) = (stay.end.min(window), whereabouts(trace, stay));
        give(trace.job_of(stay.part), Piece { begin: stay.begin, end, whereabouts, lane: stay.actor });
    }
    for message in &trace.messages {
        if let Some(piece) = transit(trace, message, window) {
            for part in trace.parts_of(message) {
                give(trace.job_of(*part), piece);
            }
        }
    }
}

fn whereabouts(trace: &Trace, stay: &StayRow) -> Option<Whereabouts> {
    match stay.kind {
        // A caller that is busy looks at an answer, or does a part itself.
        StayKind::Busy => {
            let does = || stay.part.known().is_some_and(|part| trace.parts[part.at()].finished == stay.end);
            (trace.actor(stay.actor).duty == Duty::Worker || does()).then_some(Whereabouts::Working)
        }
        StayKind::Backlog => Some(Whereabouts::Backlog),
        StayKind::Pool => Some(Whereabouts::Pool),
        StayKind::Queued => Some(Whereabouts::AcceptQueue),
        StayKind::Ready => Some(Whereabouts::Ready),
        StayKind::Hidden => Some(Whereabouts::Hidden),
        // What a caller holds is a copy, kept until the hand-over is confirmed: the job is where the message is.
        StayKind::Held => (trace.actor(stay.actor).duty != Duty::Caller).then_some(Whereabouts::Delivered),
        StayKind::Scheduled => Some(Whereabouts::Retry),
        StayKind::Resting => Some(Whereabouts::Resting),
        StayKind::Blocked
        | StayKind::Polling
        | StayKind::Awaiting
        | StayKind::Unconfirmed
        | StayKind::Parked
        | StayKind::Down
        | StayKind::Slow => None,
    }
}

fn transit(trace: &Trace, message: &MessageRow, window: Moment) -> Option<Piece> {
    if trace.is_background(message) {
        return None;
    }
    let end = match message.fate {
        Fate::Lost => return None,
        Fate::InFlight => window,
        Fate::Delivered | Fate::Refused | Fate::Late => message.arrived,
    };
    Some(Piece { begin: message.sent, end, whereabouts: Some(Whereabouts::Network), lane: message.to })
}
