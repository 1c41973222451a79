//! What an answer says, by whichever protocol it travels.

use crate::trace::{LabelId, MessageId, PartId};

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it means.
    pub verdict: Verdict,
    /// As the protocol counts its statuses.
    pub code: u8,
    /// Any number that comes along: a token's, a version's.
    pub note: u32,
    /// Of what was asked for together, what was not done, as one number.
    pub undone: PartId,
}

/// What an answer means to whoever asked, whatever the protocol calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Here is what was asked for.
    Fine,
    /// An answer, and final: asking again would not help.
    Rejected,
    /// It failed there; asking again may help.
    Failed,
}

/// An answer that is sent as a message by itself, to whoever sent another one.
#[derive(Clone, Copy, Debug)]
pub struct Letter {
    /// The message that it answers; nothing if that asked for no answer.
    pub to: MessageId,
    /// What is written beside it.
    pub label: LabelId,
    pub answer: Answer,
}
