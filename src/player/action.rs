//! Everything that a person can do with a run, and what they can select in it.
//!
//! *Invariant:* an action is an intention and not a new state: what it makes of the player, the player says.

use std::rc::Rc;

use serde_json::Value;

use super::{Gait, Speed};
use crate::scenario::Played;
use crate::time::{Moment, Span};
use crate::trace::{JobId, MessageId};

/// What is lit on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

impl Selection {
    pub fn job(self) -> Option<JobId> {
        match self {
            Selection::Nothing => None,
            Selection::Job(job) | Selection::Message { job, .. } => Some(job),
        }
    }
}

/// Everything that a person can do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Open a built-in scenario by name.
    Open(String),
    /// Open what a link says.
    Follow(String),
    /// The run that was asked for under this number has ended.
    Ran {
        number: u32,
        played: Rc<Played>,
    },
    Play,
    Pause,
    /// Play if paused, pause if playing.
    Toggle,
    /// This much real time has passed since the last frame.
    Frame(Span),
    /// To the next moment at which something happens on either side.
    StepOn,
    /// To the moment before this one at which something happens.
    StepBack,
    /// To a moment, as the scrubber says.
    Seek(Moment),
    ToStart,
    ToEnd,
    Select(Selection),
    SetSpeed(Speed),
    SetGait(Gait),
    /// Set the parameter at a path to a value that its dial offers.
    Set {
        path: String,
        value: Value,
    },
    /// Set the seed, or the parameter of a dial, to what a person typed.
    Type {
        path: String,
        text: String,
    },
    /// Undo all that was changed of the scenario.
    Reset,
    /// Stop waiting for a long run and keep what was shown before.
    Cancel,
}
