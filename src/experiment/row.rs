//! What one run came to.
//!
//! *Invariant:* the numbers stand in the order of [`Metrics::names`], the left side first.

use crate::metrics::{self, Metrics};
use crate::render::summary::yardstick;
use crate::scenario::{Played, Scenario};
use crate::trace::Outcome;

/// The numbers of both sides of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whether each side settled; else it met a limit, and its numbers are those of what it did until then.
    pub settled: [bool; 2],
    /// Of each side, as [`Metrics::numbers`] gives them.
    pub numbers: [Vec<Option<u64>>; 2],
}

impl Row {
    /// Runs a scenario and measures it.
    ///
    /// ```
    /// use counterpoint::{experiment::{Row, place_of}, scenario::Scenario};
    /// let row = Row::of(&Scenario::from_json(r#"{"name": "x", "workload": {"work": "40ms"}}"#).unwrap());
    /// assert_eq!(row.numbers[0][place_of("working_us").unwrap()], Some(40_000));
    /// ```
    pub fn of(scenario: &Scenario) -> Row {
        Row::of_played(&scenario.play())
    }

    /// Measures a run.
    pub fn of_played(played: &Played) -> Row {
        let yardstick = yardstick(played);
        let side = |place: usize| &played.sides[place].trace;
        Row {
            settled: [0, 1].map(|place| side(place).outcome == Outcome::Settled),
            numbers: [0, 1].map(|place| metrics::measure(side(place), &yardstick).numbers()),
        }
    }
}

/// Where in a row the number with that key stands, as in `time_to_finish.p95_us`.
pub fn place_of(key: &str) -> Option<usize> {
    Metrics::names().iter().position(|name| name.key == key)
}
