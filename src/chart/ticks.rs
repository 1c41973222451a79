//! Round numbers on an axis.
//!
//! *Invariant:* multiples of one step, in order, none beyond the ends; no logarithm is taken.

use crate::metrics::numbers::{Unit, told};

/// How the numbers of an axis are counted, which says what is round.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Microseconds: 1, 2, 5 times a power of ten up to a minute, then what divides minutes and hours.
    Time,
    /// Whole numbers only.
    Whole,
    /// Any number: 1, 2, 5 times a power of ten.
    Any,
}

/// Round steps of time from a minute on, in microseconds.
const LONG: [f64; 11] = [60e6, 120e6, 300e6, 600e6, 1_200e6, 1_800e6, 3_600e6, 7_200e6, 14_400e6, 28_800e6, 86_400e6];

/// The least round step that is no less than `rough`.
fn step(rough: f64, scale: Scale) -> f64 {
    if scale == Scale::Time && rough > 20e6 {
        let long = LONG.into_iter().find(|step| *step >= rough);
        return long.unwrap_or_else(|| (rough / 86_400e6).ceil() * 86_400e6);
    }
    let mut decade: f64 = if scale == Scale::Any { 1e-9 } else { 1.0 };
    loop {
        for digit in [1.0, 2.0, 5.0] {
            // Of what is less than one, the quotient is nearer to the decimal number than a product.
            let step = if decade < 1.0 { digit / (1.0 / decade).round() } else { digit * decade };
            if step >= rough {
                return step;
            }
        }
        decade *= 10.0;
    }
}

/// The round numbers from `least` to `most`, about as many as `count`.
pub fn ticks(least: f64, most: f64, count: u32, scale: Scale) -> Vec<f64> {
    let step = step((most - least) / f64::from(count.max(1)), scale);
    let first = (least / step).ceil();
    let last = (most / step + 1e-9).floor();
    let many = (last - first).max(0.0) as u32;
    (0..=many).map(|number| (first + f64::from(number)) * step).collect()
}

/// The round numbers from nought on, the last of them no less than `most`.
pub fn ticks_from_nought(most: f64, count: u32, scale: Scale) -> Vec<f64> {
    let most = if most > 0.0 { most } else { 1.0 };
    let step = step(most / f64::from(count.max(1)), scale);
    let last = (most / step - 1e-9).ceil() as u32;
    (0..=last.max(1)).map(|number| f64::from(number) * step).collect()
}

/// The number at a tick. One of a unit's own kind is in the units of rows.
pub fn tick_told(number: f64, unit: Unit) -> String {
    match unit {
        // A tick of counts is whole; one of shares may be half of a hundredth.
        Unit::Share if number % 10_000.0 != 0.0 => told(Unit::Rate, (number * 100.0).round() as u64) + " %",
        unit => told(unit, number.round() as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_beyond_what_is_drawn() {
        assert_eq!(ticks_from_nought(93.0, 4, Scale::Whole), [0.0, 50.0, 100.0]);
        assert_eq!(ticks_from_nought(3.0, 4, Scale::Whole), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks_from_nought(0.0, 4, Scale::Whole), [0.0, 1.0]);
        assert_eq!(ticks_from_nought(45e6, 4, Scale::Time), [0.0, 20e6, 40e6, 60e6]);
        assert_eq!(ticks_from_nought(400e6, 4, Scale::Time), [0.0, 120e6, 240e6, 360e6, 480e6]);
        assert_eq!(ticks_from_nought(9e11, 3, Scale::Time), [0.0, 345_600e6, 691_200e6, 1_036_800e6]);
        assert_eq!(ticks(2.0, 20.0, 4, Scale::Any), [5.0, 10.0, 15.0, 20.0]);
        assert_eq!(ticks(0.1, 0.52, 4, Scale::Any), [0.2, 0.4]);
        assert_eq!(ticks(5.0, 5.0, 4, Scale::Any), [5.0]);
    }

    #[test]
    fn a_tick_is_told_in_its_unit() {
        let told = [
            (Unit::Time, 1_500_000.0),
            (Unit::Share, 250_000.0),
            (Unit::Share, 5_000.0),
            (Unit::Rate, 2_500_000.0),
            (Unit::Count, 40.0),
        ];
        assert_eq!(told.map(|(unit, number)| tick_told(number, unit)), ["1.5 s", "25 %", "0.5 %", "2.5", "40"]);
    }
}
