//! The scale from time to height, by which everything is drawn, scrubbed and found.
//!
//! *Invariant:* the scale is monotone, and linear but for its folds. A fold is a stretch in which nothing happens,
//! drawn as a short torn strip that states its length; no other stretch is shortened.

use super::PX;
use crate::time::{Moment, Span, nearest_portion};

/// The height of a folded stretch.
pub const FOLD_HEIGHT: i32 = 30 * PX;

/// A piece of the scale within which it is linear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    from: Moment,
    to: Moment,
    top: i32,
    bottom: i32,
    folded: bool,
}

/// A folded stretch of time and where it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    pub from: Moment,
    pub to: Moment,
    pub top: i32,
    pub bottom: i32,
}

/// How fast time runs down the page: as much as `height` for a span of `over`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub height: i32,
    pub over: Span,
}

impl Pace {
    /// The height of `span`, rounded to the nearest tenth of a pixel.
    pub fn height_of(self, span: Span) -> i32 {
        let height = nearest_portion(span.as_micros(), self.height.max(0) as u64, self.over.as_micros());
        i32::try_from(height).unwrap_or(HIGHEST).min(HIGHEST)
    }

    /// This pace, `numerator` / `denominator` times as fast.
    pub fn scaled(self, numerator: i32, denominator: i32) -> Pace {
        let height = i64::from(self.height) * i64::from(numerator) / i64::from(denominator.max(1));
        Pace { height: height.clamp(1, i64::from(HIGHEST)) as i32, over: self.over }
    }
}

/// The greatest height: far beyond any page, and far below overflow.
const HIGHEST: i32 = i32::MAX / 8;

/// Maps the moments of a window to heights and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeScale {
    /// The pieces of the scale, in order of time, without gaps; never empty.
    stretches: Vec<Stretch>,
    pace: Pace,
}

impl TimeScale {
    /// The scale of a window from `from`, which is drawn at `top`, to `to`, at `pace`, with these stretches folded.
    /// Folds must be in order and within the window, and must not overlap.
    pub fn new(from: Moment, to: Moment, top: i32, pace: Pace, folds: &[(Moment, Moment)]) -> Self {
        let mut stretches: Vec<Stretch> = Vec::with_capacity(folds.len() * 2 + 1);
        // Each height is reckoned from the window's beginning, so that rounding never adds up.
        let (mut run, mut folded) = (Span::ZERO, 0);
        let mut push = |from: Moment, to: Moment, fold: bool| {
            let begin = top + pace.height_of(run) + folded;
            match fold {
                true => folded += FOLD_HEIGHT,
                false => run += to.since(from),
            }
            let end = top + pace.height_of(run) + folded;
            stretches.push(Stretch { from, to, top: begin, bottom: end, folded: fold });
        };
        let mut place = from;
        for &(begin, end) in folds {
            if begin > place {
                push(place, begin, false);
            }
            push(begin, end, true);
            place = end;
        }
        if to > place || folds.is_empty() {
            push(place, to.max(place), false);
        }
        TimeScale { stretches, pace }
    }

    pub fn from(&self) -> Moment {
        self.stretches[0].from
    }

    pub fn to(&self) -> Moment {
        self.stretches[self.stretches.len() - 1].to
    }

    pub fn top(&self) -> i32 {
        self.stretches[0].top
    }

    pub fn bottom(&self) -> i32 {
        self.stretches[self.stretches.len() - 1].bottom
    }

    /// How fast time runs outside folds.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// Where a moment is drawn. What lies before or after the window is drawn at its edge.
    pub fn y_from_moment(&self, moment: Moment) -> i32 {
        let place = self.stretches.partition_point(|stretch| stretch.to < moment);
        let Some(stretch) = self.stretches.get(place) else {
            return self.bottom();
        };
        if moment <= stretch.from {
            return stretch.top;
        }
        let span = stretch.to.since(stretch.from).as_micros();
        let into = moment.since(stretch.from).as_micros();
        stretch.top + nearest_portion(into, (stretch.bottom - stretch.top) as u64, span) as i32
    }

    /// The moment that is drawn at a height; above or below the window, its first or last moment.
    pub fn moment_from_y(&self, y: i32) -> Moment {
        let place = self.stretches.partition_point(|stretch| stretch.bottom < y);
        let Some(stretch) = self.stretches.get(place) else {
            return self.to();
        };
        if y <= stretch.top || stretch.bottom == stretch.top {
            return stretch.from;
        }
        let span = stretch.to.since(stretch.from).as_micros();
        let height = (stretch.bottom - stretch.top) as u64;
        stretch.from + Span::micros(nearest_portion(span, (y - stretch.top) as u64, height))
    }

    /// The folds, from the top.
    pub fn folds(&self) -> impl Iterator<Item = Fold> + '_ {
        self.stretches.iter().filter(|stretch| stretch.folded).map(|stretch| Fold {
            from: stretch.from,
            to: stretch.to,
            top: stretch.top,
            bottom: stretch.bottom,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Moment {
        Moment::START + Span::millis(millis)
    }

    const PACE: Pace = Pace { height: 400, over: Span::millis(100) };

    #[test]
    fn a_moment_comes_back_from_its_height() {
        let scale = TimeScale::new(ms(0), ms(40_000), 100, PACE, &[(ms(2_000), ms(31_000))]);
        assert_eq!(scale.y_from_moment(ms(1_000)), 4_100);
        assert_eq!(scale.y_from_moment(ms(32_000)), 100 + 8_000 + FOLD_HEIGHT + 4_000);
        for millis in [0, 1, 999, 1_999, 2_000, 31_000, 32_500, 40_000] {
            assert_eq!(scale.moment_from_y(scale.y_from_moment(ms(millis))), ms(millis));
        }
        for y in scale.top()..=scale.bottom() {
            assert_eq!(scale.y_from_moment(scale.moment_from_y(y)), y);
        }
        assert_eq!(scale.folds().count(), 1);
    }

    #[test]
    fn later_is_never_higher() {
        let slow = Pace { height: 1, over: Span::millis(3) };
        let scale = TimeScale::new(ms(5), ms(9_000), 0, slow, &[(ms(5), ms(700)), (ms(700), ms(2_000))]);
        let heights: Vec<i32> = (0..9_100).map(|millis| scale.y_from_moment(ms(millis))).collect();
        assert!(heights.is_sorted());
        let moments: Vec<Moment> = (-5..scale.bottom() + 5).map(|y| scale.moment_from_y(y)).collect();
        assert!(moments.is_sorted());
    }

    #[test]
    fn a_window_without_length_has_no_height() {
        let scale = TimeScale::new(ms(7), ms(7), 50, PACE, &[]);
        assert_eq!((scale.y_from_moment(ms(7)), scale.bottom()), (50, 50));
        assert_eq!(scale.moment_from_y(80), ms(7));
    }

    #[test]
    fn a_year_fits_on_a_page() {
        let year = Span::seconds(366 * 24 * 3600);
        let scale = TimeScale::new(ms(0), ms(0) + year, 0, Pace { height: 9_000, over: year }, &[]);
        assert_eq!(scale.bottom(), 9_000);
    }
}
