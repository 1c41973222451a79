//! The actions: everything that a person can do with a run, and what the studio answers.
//!
//! *Invariant:* an action is an intention and not a new state. What it makes of the player is defined by the player.

use super::{Change, Gait, Speed, Way, WindowChange};
use crate::desk::{Order, Report};
use crate::recording::{Background, Selection};
use crate::time::{Moment, Span};

/// Something that a person does, or that comes of what they ordered.
// There is one action at a time, so its size does not matter, and a box would be code in the page.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum Action {
    /// Orders another scenario, or a change of this one.
    Order(Order),
    /// Lets go of the slider that was in the hand.
    LetGo,
    /// Undoes a change, or makes it again.
    Go(Change),
    /// Takes in what the studio has to say.
    Report(Report),
    /// Makes some more of the run that has come ready to be shown; [`Player::is_arriving`](super::Player::is_arriving)
    /// says whether that is needed.
    GoOn,
    Play,
    Pause,
    /// Plays if paused, pauses if playing.
    Toggle,
    /// Lets the playhead move on: this much real time has passed since the last frame.
    Frame(Span),
    /// Moves the playhead to the next moment at which something happens on either side, and pauses.
    StepOn,
    /// Moves the playhead to the last moment before it at which something happened, and pauses.
    StepBack,
    /// Moves the playhead to a moment, as the scrubber says, and pauses.
    Seek(Moment),
    /// Moves the playhead along what belongs together, or to a failure, and pauses.
    Leap(Way),
    ToStart,
    ToEnd,
    Select(Selection),
    /// Shows another stretch of the run.
    Window(WindowChange),
    SetBackground(Background),
    SetSpeed(Speed),
    SetGait(Gait),
}
