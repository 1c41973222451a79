//! Many runs, compared: what people say of the two styles, tried; and how a side fares as something changes.
//!
//! An experiment is a *plan*, the *rows* that its runs give, and a *reading* of the rows. A run needs nothing but its plan and
//! its number, so it does not matter who runs it, in which order or where; and a reading is made of the rows alone, so text,
//! JSON, picture and page say the same.
//!
//! *Invariant:* knows no page and no file. A row holds whole numbers only.

pub mod advice;
pub mod claim;
mod curves;
mod estimate;
mod row;
mod sweep;
pub mod workload;

pub use curves::{
    Bend, Curves, Expected, MORE_NOT_USEFUL, Quantity, Series, TIMES_AS_LONG, Telling, expected, tellings,
};
pub use estimate::Estimate;
pub use row::{Row, place_of};
pub use sweep::{Axis, MOST_RUNS, Shard, Sweep, merged, place_of_value};
