//! A run that ended, with all that is needed to show it, as plain values that can be written as bytes.
//!
//! What runs a scenario and what shows the run need not be in one program: the page fetches what shows first, and a
//! recording of its first scenario with it, and can be used before the engine is there. The bytes are Borsh, written
//! and read by programs that were built together; they are no file format for others, which the report is.
//!
//! *Invariant:* knows no scenario, no protocol and no settings, so neither does who plays one.

mod troubles;

pub use troubles::{Trouble, TroubleKind, troubles};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::time::Moment;
use crate::trace::{Counts, JobId, Limit, MessageId, Slice, Sliced, Trace};

/// A run that can be played.
#[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
pub struct Recording {
    /// What a job is called: "e-mail".
    pub noun: String,
    pub sides: Vec<SidePlayed>,
    /// What there is to say of each side.
    pub cards: Vec<Card>,
    /// The one line that compares the two sides: which did more of the work or was faster, and why the other was not.
    pub comparison: Sentence,
    /// Where things went wrong.
    pub troubles: Vec<Trouble>,
    /// The moment at which it opens, and what is lit then.
    pub telling: (Moment, Selection),
    /// The window shown; to the end of the run at most.
    pub window: (Moment, Moment),
}

/// One side of a run that ended.
#[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
pub struct SidePlayed {
    pub id: String,
    pub style: Style,
    /// What stands over the side: what it is, in the words in which it differs from the other one.
    pub heading: String,
    pub protocol: String,
    /// At their places, in the order in which they are written.
    pub captions: Vec<Caption>,
    pub trace: Trace,
}

/// How the caller of a side waits: a label for colour and comparison, nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Style {
    #[default]
    RequestResponse,
    Queued,
}

/// A caption at its place.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Caption {
    /// Its place in the scenario.
    pub number: u32,
    pub at: Moment,
    pub text: String,
}

/// What there is to say of a side at a glance.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Card {
    /// What weighs most first.
    pub sentences: Vec<Sentence>,
    pub figures: Vec<Figure>,
}

/// A sentence on a run, and the moment it is about, unless it is about the whole.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Sentence {
    pub text: String,
    pub at: Option<Moment>,
    pub tone: Tone,
}

/// A number that matters, as people read it.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Figure {
    pub value: String,
    pub label: String,
    pub tone: Tone,
}

/// Whether it is good news for those who wanted the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Tone {
    Good,
    Plain,
    Bad,
}

/// What is lit on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Selection {
    #[default]
    Nothing,
    Job(JobId),
    /// A message on the side of that number, for one of the jobs that it carries.
    Message {
        side: u8,
        message: MessageId,
        job: JobId,
    },
}

/// How background messages are drawn, which would be there without any job: polls, signs of life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub enum Background {
    /// They recede: thin, in a neutral tone, without labels where not every message has one.
    #[default]
    Faint,
    /// As any other message.
    Full,
}

impl Background {
    /// Its word, as a link and the command line have it.
    pub const fn word(self) -> &'static str {
        match self {
            Background::Faint => "faint",
            Background::Full => "full",
        }
    }

    /// The one of that word; nothing if there is none.
    pub fn read(text: &str) -> Option<Background> {
        [Background::Faint, Background::Full].into_iter().find(|background| background.word() == text)
    }
}

impl Selection {
    /// A job by its number as a link has it, or `none` of them; nothing if it is neither.
    pub fn read_job(text: &str) -> Option<Selection> {
        if text == "none" {
            return Some(Selection::Nothing);
        }
        let number: u32 = text.parse().ok()?;
        Some(Selection::Job(JobId::from_index(number.checked_sub(1)?)))
    }

    /// The side and number of a message as a link has them; nothing if it is not of that form.
    pub fn read_message(text: &str) -> Option<(u8, MessageId)> {
        let (side, message) = text.split_once('.')?;
        Some((side.parse().ok()?, MessageId::from_index(message.parse().ok()?)))
    }

    pub fn job(self) -> Option<JobId> {
        match self {
            Selection::Nothing => None,
            Selection::Job(job) | Selection::Message { job, .. } => Some(job),
        }
    }
}

/// The end of the later side: the one window over which both are measured and drawn.
pub fn ended(sides: &[SidePlayed]) -> Moment {
    sides.iter().map(|side| side.trace.ended).max().unwrap_or(Moment::START)
}

impl Recording {
    pub fn ended(&self) -> Moment {
        ended(&self.sides)
    }

    /// How many jobs both sides were to do.
    pub fn jobs(&self) -> u32 {
        self.sides.first().map_or(0, |side| side.trace.jobs.len() as u32)
    }

    /// How many rows the traces of its sides have.
    pub fn counts(&self) -> Vec<Counts> {
        self.sides.iter().map(|side| side.trace.counts()).collect()
    }

    /// Takes all rows out, to be handed over in slices.
    pub fn take_rows(&mut self) -> Rows {
        Rows { sides: self.sides.iter_mut().map(|side| side.trace.take_rows()).collect() }
    }

    /// Makes room for rows that will be added.
    pub fn reserve(&mut self, counts: &[Counts]) {
        for (side, counts) in self.sides.iter_mut().zip(counts) {
            side.trace.reserve(counts);
        }
    }

    /// Adds rows to the side of that number.
    pub fn add(&mut self, side: u8, slice: Slice) {
        if let Some(side) = self.sides.get_mut(usize::from(side)) {
            side.trace.add(slice);
        }
    }

    /// The limit that a side met before it settled.
    pub fn limit(&self) -> Option<Limit> {
        self.sides.iter().find_map(|side| side.trace.outcome.limit())
    }
}

/// The rows of a recording, side by side.
#[derive(Debug)]
pub struct Rows {
    sides: Vec<Sliced>,
}

impl Rows {
    /// The next rows and the number of their side, at most so many; nothing when all were handed out.
    pub fn next(&mut self, most: usize) -> Option<(u8, Slice)> {
        self.sides.iter_mut().enumerate().find_map(|(number, side)| Some((number as u8, side.next(most)?)))
    }
}
