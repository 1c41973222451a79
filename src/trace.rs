//! Everything that happened on one side of a run, in a few kinds of row, each with the step that caused it.
//!
//! Whatever is drawn, measured, told or exported is read from here and only from here. The kinds are the same for
//! every protocol: *messages* go between lanes, *stays* are spans spent somewhere, *levels* are step functions,
//! *marks* are dated facts, *steps* are handled events, *jobs* and *parts* say what became of the work.
//!
//! Rows are plain structs in `Vec`s, one push and about one cache line each, and an id is a position; columns apart
//! were weighed and only made writing slower. *Invariant:* no float, no `usize` and no vendor's word in a row's type.

mod jobs;
mod labels;
mod rows;
mod sizes;
mod slices;

pub use jobs::{CallerOutcome, JobRow, PartRow, WorkOutcome};
pub use labels::{LabelId, Labels, filled};
pub use rows::{
    ActorRow, Arrow, Class, Drawing, Duty, Ending, Fate, Handled, KindRow, LevelKind, LevelRow, MarkKind, MarkRow,
    MessageKind, MessageRow, ReaderRow, StayKind, StayRow, StepRow, Term, TermRow,
};
pub use sizes::{Size, Sizes};
pub use slices::{Counts, Slice, Sliced};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::time::Moment;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
        pub struct $name(u32);

        impl $name {
            /// Stands for "no such row" in a column.
            pub const NONE: $name = $name(u32::MAX);

            /// The row at this position of its table.
            pub const fn from_index(index: u32) -> Self {
                $name(index)
            }

            /// Position in its table.
            pub const fn index(self) -> u32 {
                self.0
            }

            /// Position in its table, for indexing.
            pub const fn at(self) -> usize {
                self.0 as usize
            }

            /// The row, if there is one.
            pub fn known(self) -> Option<Self> {
                (self != Self::NONE).then_some(self)
            }
        }
    };
}

id! {
    /// A unit of work that both sides must do.
    JobId
}
id! {
    /// One part of a job: job × parts a job + part. With one part a job, the same number as the job's.
    PartId
}
id! {
    /// A message from one lane to another.
    MessageId
}
id! {
    /// A span spent somewhere.
    StayId
}
id! {
    /// One handled event.
    StepId
}

impl JobId {
    /// As people count: from one.
    pub const fn number(self) -> u32 {
        self.0 + 1
    }
}

impl MessageId {
    /// As people count: from one.
    pub const fn number(self) -> u32 {
        self.0 + 1
    }
}

/// An actor, and the lane in which it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub struct ActorId(pub u16);

impl ActorId {
    /// Position among the actors, for indexing.
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

/// One of an actor's threads, workers, consumers, partitions; or none of them, but the actor as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub struct Slot(pub u16);

impl Slot {
    /// The actor as a whole.
    pub const WHOLE: Slot = Slot(u16::MAX);

    /// Position among the actor's slots, for indexing.
    pub const fn at(self) -> usize {
        self.0 as usize
    }

    /// The slot, unless the actor as a whole is meant.
    pub fn known(self) -> Option<Slot> {
        (self != Slot::WHOLE).then_some(self)
    }
}

/// Who reads a log with a place of its own in it: a position in [`Trace::readers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub struct ReaderId(pub u16);

impl ReaderId {
    /// Stands for "no reader's".
    pub const NONE: ReaderId = ReaderId(u16::MAX);

    /// Position among the readers, for indexing.
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

/// How a run ended. A run cannot fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Outcome {
    /// Every part of every job is final and nothing that carries a job is under way.
    Settled,
    /// This bound was met first.
    LimitReached(Limit),
}

/// What kept a run from settling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Limit {
    /// As many events were handled as one side may have.
    Events,
    /// The next event would happen later than the longest simulated time.
    SimulatedTime,
    /// More was to happen at the same time than the agenda holds.
    Agenda,
    /// The trace has as many rows as it may have.
    Rows,
    /// The same work was handed out again and again, and no part of any job was settled meanwhile.
    Loop,
    /// Whoever ran it did not run it to its end.
    BrokenOff,
    /// The moment came at which the scenario wants both sides to stop.
    StopAt,
}

impl Limit {
    /// The word in the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            Limit::Events => "events",
            Limit::SimulatedTime => "simulated-time",
            Limit::Agenda => "agenda",
            Limit::Rows => "rows",
            Limit::Loop => "loop",
            Limit::BrokenOff => "broken-off",
            Limit::StopAt => "stop-at",
        }
    }
}

impl Limit {
    /// The limit for people, after "stopped".
    pub fn words(self) -> &'static str {
        match self {
            Limit::Events => "by a limit: one side may have no more events",
            Limit::SimulatedTime => "by a limit: no longer time is simulated",
            Limit::Agenda => "by a limit: no more may be about to happen at once",
            Limit::Rows => "by a limit: a recording may have no more rows",
            Limit::Loop => "by a limit: the same work was done again and again and nothing was settled",
            Limit::BrokenOff => "by a limit: it was broken off",
            Limit::StopAt => "as the scenario says",
        }
    }
}

impl Outcome {
    /// The limit that the run met, if it met one.
    pub fn limit(self) -> Option<Limit> {
        match self {
            Outcome::Settled => None,
            Outcome::LimitReached(limit) => Some(limit),
        }
    }
}

/// The record of one side of a run.
#[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
pub struct Trace {
    /// Who takes part, from left to right.
    pub actors: Vec<ActorRow>,
    /// Who reads a log, of all logs.
    pub readers: Vec<ReaderRow>,
    /// What the messages' `kind` numbers stand for.
    pub kinds: Vec<KindRow>,
    /// What a message of each kind carries, or the empty label.
    pub bodies: Vec<LabelId>,
    /// What messages take on the wire.
    #[borsh(skip)]
    pub sizes: Sizes,
    /// The protocol's words at its lanes; not every lane has each of them.
    pub terms: Vec<TermRow>,
    /// The texts that rows name by number.
    pub labels: Labels,
    /// What was sent, in the order of sending.
    pub messages: Vec<MessageRow>,
    /// Where time was spent, in the order in which the stays began.
    pub stays: Vec<StayRow>,
    /// The changes of everything that is counted.
    pub levels: Vec<LevelRow>,
    /// The dated facts.
    pub marks: Vec<MarkRow>,
    /// The handled events that brought something about.
    pub steps: Vec<StepRow>,
    /// What each job's caller knows.
    pub jobs: Vec<JobRow>,
    /// What became of the work of each part.
    pub parts: Vec<PartRow>,
    /// How many parts a job has; the same for all.
    pub parts_per_job: u32,
    /// How the run ended.
    pub outcome: Outcome,
    /// The moment of the last row: a run that settled ends there.
    pub ended: Moment,
    /// Events the loop handled, stale timers included.
    pub events: u64,
    batches: Vec<Vec<PartId>>,
}

impl Trace {
    pub(crate) fn new(jobs: u32, parts_per_job: u32) -> Self {
        Trace {
            actors: Vec::new(),
            readers: Vec::new(),
            kinds: Vec::new(),
            bodies: Vec::new(),
            sizes: Sizes::default(),
            terms: Vec::new(),
            labels: Labels::default(),
            messages: Vec::with_capacity(jobs as usize * 4),
            stays: Vec::with_capacity(jobs as usize * 4),
            levels: Vec::with_capacity(jobs as usize * 4),
            marks: Vec::new(),
            steps: Vec::with_capacity(jobs as usize * 6),
            jobs: vec![JobRow::default(); jobs as usize],
            parts: vec![PartRow::default(); jobs as usize * parts_per_job as usize],
            parts_per_job,
            outcome: Outcome::LimitReached(Limit::BrokenOff),
            ended: Moment::START,
            events: 0,
            batches: Vec::new(),
        }
    }

    /// How many rows there are, of all kinds that grow with a run.
    pub fn rows(&self) -> u64 {
        let kinds = [self.messages.len(), self.stays.len(), self.levels.len(), self.marks.len(), self.steps.len()];
        kinds.iter().map(|rows| *rows as u64).sum()
    }

    /// The job that a part belongs to.
    pub fn job_of(&self, part: PartId) -> JobId {
        JobId(part.0 / self.parts_per_job)
    }

    /// The first of a job's parts; what concerns a job as a whole is linked to it.
    pub fn first_part(&self, job: JobId) -> PartId {
        PartId(job.0 * self.parts_per_job)
    }

    /// The lane of an actor.
    pub fn actor(&self, actor: ActorId) -> &ActorRow {
        &self.actors[actor.at()]
    }

    /// The protocol's word for that at this lane, if it has one.
    pub fn term(&self, lane: ActorId, term: Term) -> Option<&str> {
        let row = self.terms.iter().find(|row| row.lane == lane && row.term == term)?;
        Some(self.labels.text(row.word))
    }

    /// What the number of a record in this log is called: "offset".
    pub fn position_noun(&self, log: ActorId) -> &str {
        self.term(log, Term::Position).unwrap_or("place")
    }

    /// What becomes of a message of this queue or log once its consumer says that it is done with it: "acknowledged".
    pub fn settled_word(&self, queue: ActorId) -> &str {
        self.term(queue, Term::Settled).unwrap_or("given back")
    }

    /// What kind of message it is.
    pub fn kind(&self, message: &MessageRow) -> &KindRow {
        &self.kinds[message.kind as usize]
    }

    /// Whether the message would be there without any job.
    pub fn is_background(&self, message: &MessageRow) -> bool {
        self.kind(message).class == Class::Background
    }

    /// The message's label with its job's number filled in, and how many parts it carries.
    pub fn label(&self, message: &MessageRow) -> String {
        let parts = self.parts_of(message);
        let label = self.labels.fill(message.label, parts.first().map(|part| self.job_of(*part)));
        filled(&label, "{count}", &parts.len().to_string()).unwrap_or(label)
    }

    /// What the message carries, with its job's number filled in; empty if nothing is said of its kind.
    pub fn body(&self, message: &MessageRow) -> String {
        let body = self.bodies[message.kind as usize];
        self.labels.fill(body, self.parts_of(message).first().map(|part| self.job_of(*part)))
    }

    /// The mark's text with its job's number filled in.
    pub fn mark_label(&self, mark: &MarkRow) -> String {
        self.labels.fill(mark.label, mark.part.known().map(|part| self.job_of(part)))
    }

    /// The parts that a message carries: none for background traffic, several for a batch.
    pub fn parts_of<'a>(&'a self, message: &'a MessageRow) -> &'a [PartId] {
        self.parts_in(&message.part)
    }

    /// The parts for which a number stands: of a batch, or that one part.
    pub(crate) fn parts_in<'a>(&'a self, load: &'a PartId) -> &'a [PartId] {
        match *load {
            PartId::NONE => &[],
            PartId(batch) if batch & BATCH != 0 => &self.batches[(batch & !BATCH) as usize],
            _ => std::slice::from_ref(load),
        }
    }

    /// The jobs that a message carries, each once, in order.
    pub fn jobs_of(&self, message: &MessageRow) -> Vec<JobId> {
        let mut jobs: Vec<JobId> = self.parts_of(message).iter().map(|part| self.job_of(*part)).collect();
        jobs.dedup();
        jobs
    }

    /// The number by which a message links to several parts.
    pub(crate) fn batch(&mut self, parts: Vec<PartId>) -> PartId {
        match parts.as_slice() {
            [] => PartId::NONE,
            [part] => *part,
            _ => {
                self.batches.push(parts);
                PartId(BATCH | (self.batches.len() - 1) as u32)
            }
        }
    }

    /// The first of the parts that a message with this `part` carries, or [`PartId::NONE`].
    pub(crate) fn first_carried(&self, part: PartId) -> PartId {
        match part {
            PartId::NONE => part,
            PartId(batch) if batch & BATCH != 0 => self.batches[(batch & !BATCH) as usize][0],
            _ => part,
        }
    }

    /// The work outcome of a job: the least happy one of its parts.
    pub fn work_outcome(&self, job: JobId) -> WorkOutcome {
        self.parts_of_job(job).iter().map(|part| part.outcome).max().unwrap_or(WorkOutcome::Unfinished)
    }

    /// What became of each part of a job.
    pub fn parts_of_job(&self, job: JobId) -> &[PartRow] {
        let first = self.first_part(job).at();
        &self.parts[first..first + self.parts_per_job as usize]
    }

    /// How often work on the job was begun, over all parts.
    pub fn executions(&self, job: JobId) -> u32 {
        self.parts_of_job(job).iter().map(|part| part.executions).sum()
    }

    /// When the last part of the job was done, if all are.
    pub fn finished(&self, job: JobId) -> Option<Moment> {
        let last = self.parts_of_job(job).iter().map(|part| part.finished).max()?;
        last.known()
    }
}

/// Set in a message's `part` when it is the number of a batch.
const BATCH: u32 = 1 << 31;
