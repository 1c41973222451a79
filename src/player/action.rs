//! Everything that a person can do with a run.
//!
//! *Invariant:* an action is an intention and not a new state: what it makes of the player, the player says.

use super::{Gait, Speed, Way, WindowChange};
use crate::desk::{Order, Report};
use crate::recording::Selection;
use crate::time::{Moment, Span};

/// Everything that a person can do, and what comes of what they ordered.
// There is one at a time, so its size does not matter, and a box would be code in the page.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum Action {
    /// Another scenario, or a change of this one.
    Order(Order),
    /// What the studio has to say.
    Report(Report),
    /// Some more is to be done for the run that has come, so that it can be shown.
    GoOn,
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
    /// Along what belongs together, or to a failure.
    Leap(Way),
    ToStart,
    ToEnd,
    Select(Selection),
    /// Another stretch of the run.
    Window(WindowChange),
    SetSpeed(Speed),
    SetGait(Gait),
}
