//! Where the time of a job went: its life, from being wanted until work and caller were both done with it, is cut into
//! pieces, and each piece is spent in exactly one place.
//!
//! *Invariant:* the pieces add up to the life, to the microsecond. Where several places apply at once (a request that
//! timed out is still being worked on while its caller backs off), the first of [`PLACES`] counts.

use crate::order;
use crate::time::{Moment, Span};
use crate::trace::{Class, Duty, Fate, JobId, MessageRow, PartId, StayKind, StayRow, Trace};

/// Job time by place, in microseconds, over all jobs.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) struct Lives {
    pub working: u64,
    pub backlog: u64,
    pub pool: u64,
    pub accept_queue: u64,
    pub broker: u64,
    pub retry: u64,
    pub network: u64,
    pub silence: u64,
}

impl Lives {
    pub fn total(&self) -> u64 {
        self.working
            + self.backlog
            + self.pool
            + self.accept_queue
            + self.broker
            + self.retry
            + self.network
            + self.silence
    }

    fn add(&mut self, place: Option<Place>, span: Span) {
        *match place {
            Some(Place::Working) => &mut self.working,
            Some(Place::Backlog) => &mut self.backlog,
            Some(Place::Pool) => &mut self.pool,
            Some(Place::AcceptQueue) => &mut self.accept_queue,
            Some(Place::Stored | Place::Delivered) => &mut self.broker,
            Some(Place::Retry) => &mut self.retry,
            Some(Place::Network) => &mut self.network,
            None => &mut self.silence,
        } += span.as_micros();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Working,
    Backlog,
    Pool,
    AcceptQueue,
    /// In a queue, to be delivered.
    Stored,
    Network,
    /// Delivered and neither under way nor begun.
    Delivered,
    Retry,
}

/// From what counts first to what counts last.
const PLACES: [Place; 8] = [
    Place::Working,
    Place::Backlog,
    Place::Pool,
    Place::AcceptQueue,
    Place::Stored,
    Place::Network,
    Place::Delivered,
    Place::Retry,
];

/// A span that a job spent in a place, or that merely kept it alive.
#[derive(Clone, Copy)]
struct Piece {
    begin: Moment,
    end: Moment,
    place: Option<Place>,
}

pub(super) fn lives(trace: &Trace, window: Moment) -> Lives {
    let (starts, pieces) = pieces_by_job(trace, window);
    let mut lives = Lives::default();
    let mut edges = Vec::new();
    for job in (0..trace.jobs.len() as u32).map(JobId::from_index) {
        let pieces = &pieces[starts[job.at()]..starts[job.at() + 1]];
        if let Some(wanted) = trace.jobs[job.at()].wanted.known() {
            live(&mut lives, wanted, end_of_life(trace, job, pieces, window), pieces, &mut edges);
        }
    }
    lives
}

/// When both the caller and the work were done with the job.
fn end_of_life(trace: &Trace, job: JobId, pieces: &[Piece], window: Moment) -> Moment {
    let row = &trace.jobs[job.at()];
    let work = trace.finished(job).or_else(|| pieces.iter().map(|piece| piece.end).max()).unwrap_or(row.wanted);
    work.max(row.settled.known().unwrap_or(window)).max(row.answered.known().unwrap_or(work)).min(window)
}

fn live(lives: &mut Lives, wanted: Moment, end: Moment, pieces: &[Piece], edges: &mut Vec<(Moment, usize, i32)>) {
    edges.clear();
    for piece in pieces {
        let (begin, end) = (piece.begin.max(wanted), piece.end.min(end));
        if let Some(place) = piece.place
            && begin < end
        {
            edges.push((begin, place as usize, 1));
            edges.push((end, place as usize, -1));
        }
    }
    order::sort(edges);
    let mut open = [0i32; PLACES.len()];
    let mut at = wanted;
    for (moment, place, change) in edges.iter() {
        lives.add(PLACES.into_iter().find(|place| open[*place as usize] > 0), moment.since(at));
        at = *moment;
        open[*place] += change;
    }
    lives.add(None, end.since(at));
}

/// All pieces, grouped by job: those of job j stand from the j-th start to the next.
fn pieces_by_job(trace: &Trace, window: Moment) -> (Vec<usize>, Vec<Piece>) {
    let mut starts = vec![0usize; trace.jobs.len() + 1];
    each_piece(trace, window, |job, _| starts[job.at() + 1] += 1);
    for index in 1..starts.len() {
        starts[index] += starts[index - 1];
    }
    let mut next = starts.clone();
    let nothing = Piece { begin: Moment::START, end: Moment::START, place: None };
    let mut pieces = vec![nothing; starts[trace.jobs.len()]];
    each_piece(trace, window, |job, piece| {
        pieces[next[job.at()]] = piece;
        next[job.at()] += 1;
    });
    (starts, pieces)
}

fn each_piece(trace: &Trace, window: Moment, mut give: impl FnMut(JobId, Piece)) {
    for stay in trace.stays.iter().filter(|stay| stay.part != PartId::NONE && stay.kind.is_live()) {
        let piece = Piece { begin: stay.begin, end: stay.end.min(window), place: place_of(trace, stay) };
        give(trace.job_of(stay.part), piece);
    }
    for message in &trace.messages {
        if let Some(piece) = transit(trace, message, window) {
            for part in trace.parts_of(message) {
                give(trace.job_of(*part), piece);
            }
        }
    }
}

fn place_of(trace: &Trace, stay: &StayRow) -> Option<Place> {
    match stay.kind {
        StayKind::Busy => (trace.actor(stay.actor).duty == Duty::Worker).then_some(Place::Working),
        StayKind::Backlog => Some(Place::Backlog),
        StayKind::Pool => Some(Place::Pool),
        StayKind::Queued => Some(Place::AcceptQueue),
        StayKind::Ready | StayKind::Hidden => Some(Place::Stored),
        // At a caller it is a copy kept until the hand-over is confirmed: the job is where the message is.
        StayKind::Held => (trace.actor(stay.actor).duty != Duty::Caller).then_some(Place::Delivered),
        StayKind::Scheduled => Some(Place::Retry),
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
    if trace.kind(message).class == Class::Background {
        return None;
    }
    let end = match message.fate {
        Fate::Lost => return None,
        Fate::InFlight => window,
        Fate::Delivered | Fate::Refused | Fate::Late => message.arrived,
    };
    Some(Piece { begin: message.sent, end, place: Some(Place::Network) })
}
