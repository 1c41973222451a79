//! Retries with exponential back-off and jitter, as clients of every protocol use them.
//!
//! Source: the AWS architecture blog's back-off simulator (`RTY-1`, `RTY-2`), whose names for the kinds of jitter are
//! kept. *Invariant:* the wait depends on who waits (sender or worker), the part and the attempt alone, so a retry at
//! another moment waits as long.

use super::{BadSetting, Stage};
use crate::reading::rule::LASTING;
use crate::reading::{Rule, fields, words};
use crate::rng::Purpose;
use crate::time::Span;
use crate::trace::PartId;

words! {
    /// How a wait is spread, given v(n) = min(cap, base × 2ⁿ) after failure n, counted from 0.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Jitter = None {
        /// v(n) itself.
        None = "none",
        /// Uniform in [0, v(n)].
        Full = "full",
        /// v(n)/2 plus uniform in [0, v(n)/2].
        Equal = "equal",
        /// min(cap, uniform in [base, 3 × the previous wait]), the previous wait at first being the base.
        Decorrelated = "decorrelated",
    }
}

fields! {
    /// When and how often a failed attempt is repeated.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Retry {
        /// Attempts in all, the first one included (`RTY-4`). 1 means no retry.
        pub max_attempts: u32 [Rule::Whole(1, 100)] = 1,
        /// The wait after the first failure, before it is spread.
        pub base: Span [LASTING] = Span::millis(100),
        /// The longest wait, before it is spread.
        pub cap: Span = Span::seconds(10),
        /// How a wait is spread.
        pub jitter: Jitter = Jitter::Full,
    }
}

impl Retry {
    pub(crate) fn check(&self, field: &str) -> Result<(), BadSetting> {
        if self.cap < self.base {
            let sentence = format!("{} is shorter than base {}; it must be at least as long", self.cap, self.base);
            return Err(BadSetting { field: format!("{field}.cap"), sentence });
        }
        Ok(())
    }

    /// How long to wait after the failure of `attempt` (counted from one). `previous` is the wait before it, if any.
    pub fn wait(&self, stage: &Stage<'_>, part: PartId, attempt: u32, previous: Option<Span>) -> Span {
        self.wait_in_layer(stage, part, attempt, attempt, previous)
    }

    /// As [`Retry::wait`], for whoever works on the part. The wait has a random value of its own, so that it is not that
    /// of whoever sent the part.
    pub fn wait_at_work(&self, stage: &Stage<'_>, part: PartId, attempt: u32) -> Span {
        self.spread(attempt, None, || stage.chance(Purpose::WorkJitter, part, attempt))
    }

    /// As [`Retry::wait`], for a caller that is called itself and repeated: `over_all` counts its attempts over all
    /// repetitions, so that each has a random value of its own.
    pub fn wait_in_layer(
        &self,
        stage: &Stage<'_>,
        part: PartId,
        attempt: u32,
        over_all: u32,
        previous: Option<Span>,
    ) -> Span {
        self.spread(attempt, previous, || stage.chance(Purpose::Jitter, part, over_all))
    }

    /// The wait after the failure of `attempt`, spread by `chance`, which is a number in [0, 1).
    fn spread(&self, attempt: u32, previous: Option<Span>, chance: impl Fn() -> f64) -> Span {
        let doublings = (attempt - 1).min(40);
        let full = self.base.times(1 << doublings).min(self.cap);
        match self.jitter {
            Jitter::None => full,
            Jitter::Full => full.scaled(chance()),
            Jitter::Equal => Span::micros(full.as_micros() / 2) + full.scaled(chance() / 2.0),
            Jitter::Decorrelated => {
                let widest = previous.unwrap_or(self.base).times(3).as_seconds() - self.base.as_seconds();
                (self.base + Span::from_seconds_rounded(widest * chance())).min(self.cap)
            }
        }
    }
}
