//! The bounds of a field that holds a whole number, for whoever wrote something else there.
//!
//! A reader knows of a field only its type, and the bounds are held by the checks of the whole, which say them when they
//! refuse a number. So they are asked: with a number in that place that the type can hold and the field perhaps not.
//!
//! *Invariant:* nothing is read here that was not refused already, so what is right is read once.

use serde_json::Value;

use super::path::find;
use super::{Problem, Scenario};
use crate::reading::{BOUNDS, LARGEST};

/// The ends of the types that a whole number in a scenario may have.
const ENDS: [u64; 4] = [0, u16::MAX as u64, u32::MAX as u64, LARGEST];

/// The problem that `given` has, with the bounds of its field where it has those of the field's type.
pub(super) fn of_the_field(mut given: Value, problem: Problem) -> Problem {
    let Some(end_of_reason) = problem.sentence.find(BOUNDS) else { return problem };
    for end in ENDS {
        let Ok(place) = find(&mut given, &problem.path) else { break };
        *place = end.into();
        let refused = Scenario::read_value(given.clone()).err().filter(|refused| refused.path == problem.path);
        if let Some((_, bounds)) = refused.as_ref().and_then(|refused| refused.sentence.split_once("it must be ")) {
            return Problem::new(problem.path, format!("{}{BOUNDS}{bounds}", &problem.sentence[..end_of_reason]));
        }
    }
    problem
}
