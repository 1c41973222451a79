//! What a run cannot do without, and nothing else: agenda operations, random draws and row writes, without actors.
//!
//! The measure of what the actors cost: a bench runs this loop beside a real run with the same counts. *Invariant:*
//! uses the run's own agenda, streams and rows, so that both pay the same for them.

use super::agenda::Agenda;
use crate::rng::{Distribution, Purpose, Streams};
use crate::time::{Moment, Span};
use crate::trace::{
    ActorId, Ending, Fate, Handled, LabelId, LevelKind, LevelRow, MessageId, MessageRow, PartId, ReaderId, Slot,
    StayKind, StayRow, StepId, StepRow, Trace,
};

/// How much of each a run of `jobs` jobs did. A message is written twice, when it is sent and when it ends; so is a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Jobs of the workload.
    pub jobs: u64,
    /// Agenda entries scheduled and popped.
    pub events: u64,
    /// Random values drawn.
    pub draws: u64,
    /// Messages sent.
    pub messages: u64,
    /// Stays begun.
    pub stays: u64,
    /// Changes of levels written.
    pub levels: u64,
    /// Steps written.
    pub steps: u64,
}

impl Counts {
    /// So many times as much of everything.
    pub fn times(self, times: u64) -> Self {
        Counts {
            jobs: self.jobs * times,
            events: self.events * times,
            draws: self.draws * times,
            messages: self.messages * times,
            stays: self.stays * times,
            levels: self.levels * times,
            steps: self.steps * times,
        }
    }

    /// What `trace` holds; nobody but the one who wrote the scenario knows how many values were drawn.
    pub fn of(trace: &Trace, draws: u64) -> Self {
        Counts {
            jobs: trace.jobs.len() as u64,
            events: trace.events,
            draws,
            messages: trace.messages.len() as u64,
            stays: trace.stays.len() as u64,
            levels: trace.levels.len() as u64,
            steps: trace.steps.len() as u64,
        }
    }
}

/// As many entries as an M/M/4 queue has on its agenda when all are busy, with some messages.
const PENDING: u32 = 8;

struct Bare {
    agenda: Agenda<(StepId, u64, u64)>,
    streams: Streams,
    spread: Distribution,
    trace: Trace,
    now: Moment,
    drawn: u32,
}

/// Does as much as `counts` says, in even portions, and returns what it wrote.
pub fn run(counts: Counts) -> Trace {
    let mut bare = Bare {
        agenda: Agenda::new(),
        streams: Streams::new(1),
        spread: Distribution::exponential(Span::seconds(1)),
        trace: Trace::new(counts.jobs as u32, 1),
        now: Moment::START,
        drawn: 0,
    };
    for place in 0..PENDING {
        bare.agenda.schedule(Moment::from_micros(u64::from(place)), (StepId::NONE, 0, 0));
    }
    let mut done = Counts { jobs: 0, events: 0, draws: 0, messages: 0, stays: 0, levels: 0, steps: 0 };
    // Whole portions a job; what is left over at the end is the last job's.
    for job in 1..=counts.jobs {
        let due = |all: u64| if job == counts.jobs { all } else { all / counts.jobs * job };
        let span = bare.draw(due(counts.draws) - done.draws);
        bare.turn(due(counts.events) - done.events, span);
        bare.send(due(counts.messages) - done.messages);
        bare.stay(due(counts.stays) - done.stays);
        bare.level(due(counts.levels) - done.levels);
        bare.step(due(counts.steps) - done.steps);
        done = Counts {
            jobs: job,
            events: due(counts.events),
            draws: due(counts.draws),
            messages: due(counts.messages),
            stays: due(counts.stays),
            levels: due(counts.levels),
            steps: due(counts.steps),
        };
    }
    bare.trace.events = done.events;
    bare.trace.ended = bare.now;
    bare.trace
}

impl Bare {
    fn draw(&mut self, times: u64) -> Span {
        let mut sum = Span::ZERO;
        for _ in 0..times {
            self.drawn = self.drawn.wrapping_add(1);
            sum += self.spread.draw(&self.streams, Purpose::Work, 0, self.drawn, 0);
        }
        sum
    }

    fn turn(&mut self, times: u64, span: Span) {
        for turn in 0..times {
            let (at, entry) = self.agenda.pop().expect("what is popped is scheduled again");
            self.now = at;
            // One of them far ahead, as the end of some work is; the others soon, as messages are.
            let ahead = if turn == 0 { span } else { Span::micros(turn) };
            self.agenda.schedule(at + ahead, entry);
        }
    }

    fn send(&mut self, times: u64) {
        for _ in 0..times {
            self.trace.messages.push(MessageRow {
                sent: self.now,
                arrived: Moment::NEVER,
                latency: Span::ZERO,
                cause: StepId::NONE,
                reply_to: MessageId::NONE,
                part: PartId::NONE,
                from: ActorId(0),
                to: ActorId(1),
                from_slot: Slot::WHOLE,
                to_slot: Slot::WHOLE,
                label: LabelId::EMPTY,
                attempt: 1,
                kind: 0,
                fate: Fate::InFlight,
            });
            let ended = self.trace.messages.len().saturating_sub(PENDING as usize);
            let row = &mut self.trace.messages[ended];
            row.arrived = self.now;
            row.fate = Fate::Delivered;
        }
    }

    fn stay(&mut self, times: u64) {
        for _ in 0..times {
            self.trace.stays.push(StayRow {
                begin: self.now,
                end: Moment::NEVER,
                cause: StepId::NONE,
                part: PartId::NONE,
                value: 0,
                actor: ActorId(0),
                slot: Slot::WHOLE,
                kind: StayKind::Ready,
                ending: Ending::Open,
            });
            let ended = self.trace.stays.len().saturating_sub(PENDING as usize);
            let row = &mut self.trace.stays[ended];
            row.end = self.now;
            row.ending = Ending::Done;
        }
    }

    fn level(&mut self, times: u64) {
        for value in 0..times {
            let kind = LevelKind::Stays(StayKind::Ready);
            let (actor, slot, reader) = (ActorId(0), Slot::WHOLE, ReaderId::NONE);
            let row = LevelRow { at: self.now, value: value as u32, actor, slot, reader, kind };
            self.trace.levels.push(row);
        }
    }

    fn step(&mut self, times: u64) {
        for _ in 0..times {
            let row = StepRow { at: self.now, cause: StepId::NONE, handled: Handled::Timer, actor: ActorId(0) };
            self.trace.steps.push(row);
        }
    }
}
