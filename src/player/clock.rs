//! How the playhead moves while playing: how much simulated time goes by in so much real time.
//!
//! *Invariant:* no part of a microsecond is lost between frames, so frames of any length reach the same moment.

use std::cmp::Ordering;

use super::Reel;
use crate::time::{Moment, Span, portion};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Motion {
    #[default]
    Paused,
    Playing,
}

/// How fast a run is played: by how long it takes to play all of it, or as fast as it would really be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    TwoMinutes,
    OneMinute,
    ThirtySeconds,
    #[default]
    FifteenSeconds,
    EightSeconds,
    FourSeconds,
    RealTime,
}

impl Speed {
    pub const ALL: [Speed; 7] = [
        Speed::TwoMinutes,
        Speed::OneMinute,
        Speed::ThirtySeconds,
        Speed::FifteenSeconds,
        Speed::EightSeconds,
        Speed::FourSeconds,
        Speed::RealTime,
    ];

    /// The speed for people: `15 s` is how long playing the whole run takes.
    pub fn label(self) -> &'static str {
        match self {
            Speed::TwoMinutes => "2 min",
            Speed::OneMinute => "1 min",
            Speed::ThirtySeconds => "30 s",
            Speed::FifteenSeconds => "15 s",
            Speed::EightSeconds => "8 s",
            Speed::FourSeconds => "4 s",
            Speed::RealTime => "real time",
        }
    }

    /// How long it takes to play a run that lasts as long as `run`.
    fn playing_time(self, run: Span) -> Span {
        match self {
            Speed::TwoMinutes => Span::seconds(120),
            Speed::OneMinute => Span::seconds(60),
            Speed::ThirtySeconds => Span::seconds(30),
            Speed::FifteenSeconds => Span::seconds(15),
            Speed::EightSeconds => Span::seconds(8),
            Speed::FourSeconds => Span::seconds(4),
            Speed::RealTime => run,
        }
    }

    /// How a run that ends at `ended` is played, compared with real time: "6 times slower than real time".
    pub fn compared_with_real_time(self, ended: Moment) -> String {
        let run = ended.since(Moment::START);
        let (run, playing) = (run.as_micros().max(1), self.playing_time(run).as_micros().max(1));
        let times = |long: u64, short: u64| match (portion(long, 10, short), portion(long, 1, short)) {
            (tenths, _) if tenths < 100 && !tenths.is_multiple_of(10) => format!("{}.{}", tenths / 10, tenths % 10),
            (_, whole) => whole.to_string(),
        };
        match run.cmp(&playing) {
            Ordering::Less => format!("{} times slower than real time", times(playing, run)),
            Ordering::Equal => "in real time".into(),
            Ordering::Greater => format!("{} times faster than real time", times(run, playing)),
        }
    }
}

/// How the playhead gets from moment to moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gait {
    #[default]
    Glide,
    /// The playhead jumps from step to step, for people who asked for reduced motion.
    Jump,
}

/// How the run is played, and what the playhead itself does not say of where playing has got to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    pub motion: Motion,
    pub speed: Speed,
    pub gait: Gait,
    /// The moment that playing has reached. A playhead that jumps stands at the last step before it.
    exact: Moment,
    /// What is left over of a simulated microsecond: its numerator, over the microseconds that playing the run takes.
    rest: u64,
}

impl Clock {
    /// Playing goes on from `moment`.
    pub fn rest_at(&mut self, moment: Moment) {
        self.exact = moment;
        self.rest = 0;
    }

    /// From here on the run is played at this speed.
    pub fn set_speed(&mut self, speed: Speed) {
        self.speed = speed;
        self.rest = 0;
    }

    /// Where the playhead stands after `elapsed` more real time, if `run` is what is played in the time that the speed
    /// names: all of the run, or a window of it.
    pub fn advance(&mut self, elapsed: Span, run: Span, reel: &Reel) -> Moment {
        self.exact = match self.speed {
            Speed::RealTime => self.exact + elapsed.min(run),
            speed => {
                let playing = speed.playing_time(run).as_micros();
                // A frame longer than it takes to play the run plays all of it, so every product here fits.
                let elapsed = elapsed.as_micros().min(playing);
                let (whole, over) = (run.as_micros() / playing, run.as_micros() % playing);
                let parts = elapsed * over + self.rest;
                self.rest = parts % playing;
                self.exact + Span::micros(elapsed * whole + parts / playing)
            }
        };
        self.exact = self.exact.min(reel.ended);
        match self.gait {
            Gait::Glide => self.exact,
            Gait::Jump => reel.last_until(self.exact).unwrap_or(Moment::START),
        }
    }
}
