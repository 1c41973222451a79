//! How the playhead moves while playing: so much simulated time for so much real time.
//!
//! *Invariant:* no part of a microsecond is lost between frames, so frames of any length reach the same moment.

use super::Reel;
use crate::time::{Moment, Span};

/// At speed ×1 a run of whatever length is played in this many seconds.
pub const SECONDS_TO_PLAY_A_RUN: u64 = 15;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Motion {
    #[default]
    Paused,
    Playing,
}

/// How many times as fast as usual a run is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    Eighth,
    Quarter,
    Half,
    #[default]
    Usual,
    Double,
    Fourfold,
}

impl Speed {
    pub const ALL: [Speed; 6] =
        [Speed::Eighth, Speed::Quarter, Speed::Half, Speed::Usual, Speed::Double, Speed::Fourfold];

    /// For people: `½×`.
    pub fn label(self) -> &'static str {
        match self {
            Speed::Eighth => "⅛×",
            Speed::Quarter => "¼×",
            Speed::Half => "½×",
            Speed::Usual => "1×",
            Speed::Double => "2×",
            Speed::Fourfold => "4×",
        }
    }

    fn eighths(self) -> u64 {
        match self {
            Speed::Eighth => 1,
            Speed::Quarter => 2,
            Speed::Half => 4,
            Speed::Usual => 8,
            Speed::Double => 16,
            Speed::Fourfold => 32,
        }
    }
}

/// How the playhead gets from moment to moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gait {
    #[default]
    Glide,
    /// From event to event, for people who asked for reduced motion.
    Jump,
}

/// Where playing has got to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    pub motion: Motion,
    pub speed: Speed,
    pub gait: Gait,
    /// Ahead of the playhead where it jumps.
    exact: Moment,
    /// What is left of a microsecond, in parts of `PARTS`.
    rest: u64,
}

/// Parts of a simulated microsecond, so that the division by the length of playing leaves a whole remainder.
const PARTS: u64 = SECONDS_TO_PLAY_A_RUN * 1_000_000 * 8;

impl Clock {
    pub fn rest_at(&mut self, moment: Moment) {
        self.exact = moment;
        self.rest = 0;
    }

    /// Where the playhead stands after `elapsed` more real time.
    pub fn advance(&mut self, elapsed: Span, reel: &Reel) -> Moment {
        // More than a run in one go is the whole run; so every product here fits.
        let eighths = (elapsed.as_micros().min(PARTS) * self.speed.eighths()).min(PARTS);
        let (whole, over) = (reel.ended.micros() / PARTS, reel.ended.micros() % PARTS);
        let parts = eighths * over + self.rest;
        self.rest = parts % PARTS;
        self.exact = (self.exact + Span::micros(eighths * whole + parts / PARTS)).min(reel.ended);
        match self.gait {
            Gait::Glide => self.exact,
            Gait::Jump => reel.last_until(self.exact).unwrap_or(Moment::START),
        }
    }
}
