//! Rows of one kind in order of time, and of each stretch of them the one that weighs most.
//!
//! If there are far more of them than a picture has rows of pixels, a picture needs few of each piece of its window:
//! the first, the last, and the one that weighs most, which is the longest stay or the highest level.
//!
//! *Invariant:* those are found without looking at the others. How long that takes depends on the number of pieces, and
//! hardly on the number of rows.

use crate::time::Moment;

/// How many rows stand together in a stretch.
const STRETCH: usize = 16;
/// How many pieces a window is cut into: more than a whole run has rows of pixels.
const PIECES: u64 = 1_024;
/// Up to so many rows, nothing is gained by leaving some out.
const FEW: usize = 8_192;

/// Rows of one kind, each by its place in the trace's table.
#[derive(Debug, Default)]
pub struct Series {
    places: Vec<u32>,
    /// The place of the heaviest row of each stretch that is complete.
    heaviest: Vec<u32>,
}

/// When the row at a place happened, and what it weighs.
pub struct ByPlace<'a> {
    pub at: &'a dyn Fn(u32) -> Moment,
    pub weight: &'a dyn Fn(u32) -> u64,
}

impl Series {
    /// Adds a row that is not earlier than the others.
    pub fn push(&mut self, place: u32, weight: &dyn Fn(u32) -> u64) {
        // A stretch is weighed only when the next row has come: until then, its last row may be replaced.
        if self.places.len() == (self.heaviest.len() + 1) * STRETCH {
            let heaviest = self.heaviest(self.places.len() - STRETCH..self.places.len(), weight);
            self.heaviest.push(heaviest);
        }
        self.places.push(place);
    }

    /// Adds a row, and drops the last one if both are of the same moment, for then only the later one counts.
    pub fn push_last_word(&mut self, place: u32, rows: &ByPlace) {
        match self.places.last_mut() {
            Some(last) if (rows.at)(*last) == (rows.at)(place) => *last = place,
            _ => self.push(place, rows.weight),
        }
    }

    /// The places of all rows.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// The range of rows from one moment to another, both included.
    pub fn between(&self, (from, to): (Moment, Moment), at: &dyn Fn(u32) -> Moment) -> std::ops::Range<usize> {
        let first = self.places.partition_point(|place| at(*place) < from);
        first..first + self.places[first..].partition_point(|place| at(*place) <= to)
    }

    /// Adds to `thinned` what a picture needs of a range: all rows if they are few, else the first, the heaviest and
    /// the last of each piece.
    pub fn thinned(&self, range: std::ops::Range<usize>, rows: &ByPlace, thinned: &mut Vec<u32>) {
        match range.len() {
            ..=FEW => thinned.extend_from_slice(&self.places[range]),
            _ => self.of_each_piece(range, rows, thinned),
        }
    }

    /// In the page, this comes with its later part, because no run that is shown before that has so many rows.
    #[inline(never)]
    fn of_each_piece(&self, range: std::ops::Range<usize>, rows: &ByPlace, thinned: &mut Vec<u32>) {
        let moment = |place: usize| (rows.at)(self.places[place]).micros();
        let (from, to) = (moment(range.start), moment(range.end - 1));
        let step = (to - from) / PIECES + 1;
        let mut begin = range.start;
        while begin < range.end {
            // The next piece is that of the next row, so pieces in which nothing happens are passed over.
            let piece = ((rows.at)(self.places[begin]).micros() - from) / step;
            let until = Moment::from_micros(from + (piece + 1) * step);
            // The end of the piece is near, so it is looked for in strides of doubling length, and then between the
            // last two of them.
            let (mut before, mut stride) = (begin, STRETCH);
            while before + stride < range.end && (rows.at)(self.places[before + stride]) < until {
                before += stride;
                stride *= 2;
            }
            let near = &self.places[before..(before + stride).min(range.end)];
            let end = before + near.partition_point(|place| (rows.at)(*place) < until);
            let (first, last) = (self.places[begin], self.places[end - 1]);
            let heaviest = self.heaviest(begin..end, rows.weight);
            thinned.push(first);
            thinned.extend(Some(heaviest).filter(|place| *place != first && *place != last));
            thinned.extend(Some(last).filter(|place| *place != first));
            begin = end;
        }
    }

    /// The heaviest row of a range, the first of equals.
    fn heaviest(&self, range: std::ops::Range<usize>, weight: &dyn Fn(u32) -> u64) -> u32 {
        let mut heaviest = (weight(self.places[range.start]), self.places[range.start]);
        let mut next = range.start;
        while next < range.end {
            let stretch = self.heaviest.get(next / STRETCH);
            let (place, length) = match stretch.filter(|_| next.is_multiple_of(STRETCH) && next + STRETCH <= range.end)
            {
                Some(place) => (*place, STRETCH),
                None => (self.places[next], 1),
            };
            let weight = weight(place);
            if weight > heaviest.0 {
                heaviest = (weight, place);
            }
            next += length;
        }
        heaviest.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A saw with teeth of several lengths, a peak in the middle, and a long stretch without anything.
    fn weights() -> Vec<(u64, u64)> {
        let row = |place: u64| {
            let at = place / 3 * 10 + if place > 40_000 { 5_000_000 } else { 0 };
            (at, if place == 31_337 { 1_000 } else { place % 97 + place % 7 })
        };
        (0..60_000).map(row).collect()
    }

    #[test]
    fn of_many_rows_few_are_kept_and_among_them_the_heaviest_of_each_piece() {
        let data = weights();
        let at = |place: u32| Moment::from_micros(data[place as usize].0);
        let weight = |place: u32| data[place as usize].1;
        let rows = ByPlace { at: &at, weight: &weight };
        let mut series = Series::default();
        (0..data.len() as u32).for_each(|place| series.push(place, &weight));
        for (from, to) in [(0, u64::MAX), (0, 400_000), (90_001, 5_200_000), (33, 40)] {
            let window = (Moment::from_micros(from), Moment::from_micros(to));
            let range = series.between(window, &at);
            let mut thinned = Vec::new();
            series.thinned(range.clone(), &rows, &mut thinned);
            assert!(thinned.is_sorted() && thinned.len() <= FEW.max(3 * PIECES as usize));
            assert!(thinned.iter().all(|place| range.contains(&(*place as usize))));
            assert_eq!((thinned.first(), thinned.last()), (Some(&(range.start as u32)), Some(&(range.end as u32 - 1))));
            // Between two that are kept, nothing weighs more than both of them.
            for pair in thinned.windows(2) {
                let between = (pair[0] + 1..pair[1]).map(weight).max().unwrap_or(0);
                let neighbours =
                    thinned.iter().filter(|place| at(pair[0]) <= at(**place) && at(**place) <= at(pair[1]));
                let kept = neighbours.map(|place| weight(*place)).max().unwrap_or(0);
                assert!(between <= kept.max(weight(pair[0])).max(weight(pair[1])), "{pair:?}");
            }
            let heaviest = |places: &mut dyn Iterator<Item = u32>| places.map(weight).max();
            assert_eq!(heaviest(&mut thinned.iter().copied()), heaviest(&mut (range.start as u32..range.end as u32)));
        }
    }

    #[test]
    fn of_rows_of_one_moment_the_last_word_counts() {
        let at = |place: u32| Moment::from_micros(u64::from(place / 2));
        let weight = |place: u32| u64::from(place.is_multiple_of(2));
        let rows = ByPlace { at: &at, weight: &weight };
        let mut series = Series::default();
        (0..1_000).for_each(|place| series.push_last_word(place, &rows));
        assert!(series.places().iter().all(|place| place % 2 == 1) && series.places().len() == 500);
        assert_eq!(series.heaviest(0..500, &weight), 1, "none of those that count weighs anything");
    }
}
