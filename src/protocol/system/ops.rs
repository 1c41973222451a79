//! The instructions of a program, and what they say of themselves.

use super::words::{Lexicon, Word};
use crate::engine::{KindId, Setup};
use crate::protocol::call::{Reply, Verdict};
use crate::protocol::framing::http;
use crate::protocol::{Freight, Party};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::LabelId;

/// The place of an instruction.
pub(super) type Place = u32;

/// One instruction.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Work(u32),
    Compute(Distribution),
    Pause(Distribution),
    Call {
        edge: u8,
        entry: u8,
        label: LabelId,
        about: About,
    },
    Publish {
        port: u8,
        about: About,
        waits: bool,
    },
    /// Looks at how the last step ended. If it failed, the task goes on there, without the part that was asked for, or
    /// has failed.
    Check {
        otherwise: Option<(Place, About)>,
        behind: Behind,
        errand: Errand,
    },
    Answer(Saying),
    /// Answers by that port, to where the delivery says.
    Reply {
        port: u8,
        saying: Saying,
        waits: bool,
    },
    /// Goes on at each of these places at once.
    AtOnce(Vec<Place>),
    Jump(Place),
    /// Goes on there unless that word was found last.
    Unless(Word, Place),
    /// Goes on there unless the delivery died so often in that queue.
    UnlessDied {
        times: u8,
        queue: u16,
        place: Place,
    },
    /// Goes on there once this was reached so many times.
    After {
        times: u32,
        counter: u16,
        place: Place,
    },
    Await {
        word: Word,
        span: Option<Span>,
    },
    Bring(Word),
    /// A loop begins.
    Begin {
        times: u32,
        lasts: Option<Span>,
    },
    /// The loop's next time, after a wait, or else there.
    Again {
        every: Span,
        rests: bool,
        over: Place,
    },
    /// The loop has come to an end if that word was found, or goes on at its `Again`.
    Until {
        word: Word,
        again: Place,
    },
    Read(u8),
    Write {
        table: u8,
        word: Word,
    },
    Insert {
        table: u8,
        word: Word,
        unique: bool,
    },
    /// A loop over rows begins.
    Take {
        table: u8,
        word: Word,
        most: u32,
    },
    /// Its next row, or else there.
    NextRow {
        table: u8,
        over: Place,
    },
    /// A loop over the parts of a batch begins. What fails in it goes on there, if anywhere.
    Each {
        catches: Option<Place>,
    },
    /// Its next part, or else there.
    NextPart {
        over: Place,
    },
    /// The part was dealt with, or, if something has come to nothing here, was not done.
    LeavePart {
        next: Place,
    },
    /// The row is anybody's again.
    LeaveRow {
        table: u8,
        next: Place,
    },
    /// Writes that take effect together, except for the first times.
    Commit {
        writes: Vec<Op>,
        rolls_back: u32,
        counter: u16,
    },
    Hold(u8),
    LetGo,
    Dies {
        time: u32,
        lasts: Option<Span>,
        counter: u16,
    },
    /// In these words, if there are any, and with what they mean to whoever asked.
    Fail(Option<(LabelId, Verdict)>, Errand),
    /// The task has done what it is for.
    End(Errand),
}

/// What a `Check` stands behind, and so what whoever wants the job learns of its end there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// It was handed to a broker, which is responsible for it now.
    HandingOver,
    /// The word came.
    Awaiting,
    /// An answer says by itself whether the job was only taken on. All else says nothing of it.
    Other,
}

/// Which part a step is about: one of the job's, or the one that the task is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Part(u32),
    TheTask,
}

/// An answer: with each word that may have been found, or with one of its own.
#[derive(Clone, Debug)]
pub(super) struct Saying {
    /// By the word that was found; one for all of them if it does not say it.
    pub labels: Vec<LabelId>,
    /// The word that goes along, if it is not the one that was found.
    pub word: Option<Word>,
    pub verdict: Verdict,
    pub code: u8,
}

/// What whoever hears an answer does about it, beside its verdict and word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Manner {
    /// The job was taken on, and nothing is known of its end.
    pub accepts: bool,
    /// Not to be asked again before.
    pub retry_after: Option<Span>,
}

/// Why a task is there, and so how it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    Job,
    /// One of several things that are done for a job at once.
    OfJob,
    Request,
    Other,
}

/// The words of a side that every program needs.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub request: KindId,
    pub ok: Reply,
    pub internal: Reply,
    pub gave_up: LabelId,
    /// The answer about a batch of which something was not done.
    pub partly: LabelId,
    /// By the number that an answer has as its code.
    pub manners: Vec<Manner>,
    pub lexicon: Lexicon,
    /// How much is carried.
    pub freight: Freight,
}

impl Words {
    /// The label of an answer of that text, whose size is said with it.
    pub fn answer(&self, text: &str, setup: &mut Setup<Party>) -> LabelId {
        let label = setup.label(text);
        setup.sized_as((self.ok.kind, label), http::answer(text, self.freight));
        label
    }
}
