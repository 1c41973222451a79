//! A line of those who wait, served in order, which anybody may leave: for a connection, a thread, a core.
//!
//! *Invariant:* joining, leaving and serving take about as long however long the line is.

use super::by_number::{ByNumber, Key};
use std::collections::VecDeque;

/// Those who wait. A waiter stands in the line at most once.
pub struct WaitingLine<W> {
    /// Who stands at each place; nobody, where somebody has left before the turn came.
    places: VecDeque<Option<W>>,
    /// The number of the first place, counted since the line began.
    first: u64,
    /// The number of everybody's place.
    numbers: ByNumber<W, u64>,
}

impl<W> Default for WaitingLine<W> {
    fn default() -> Self {
        WaitingLine { places: VecDeque::new(), first: 0, numbers: ByNumber::default() }
    }
}

impl<W: Key> WaitingLine<W> {
    /// Stands at the end.
    pub fn join(&mut self, waiter: W) {
        debug_assert!(self.numbers.get(&waiter).is_none(), "a waiter stands in the line at most once");
        self.numbers.insert(waiter, self.first + self.places.len() as u64);
        self.places.push_back(Some(waiter));
    }

    /// Leaves, if in the line.
    pub fn leave(&mut self, waiter: &W) {
        if let Some(number) = self.numbers.remove(waiter) {
            self.places[(number - self.first) as usize] = None;
            self.drop_empty_places();
        }
    }

    /// Whose turn it is.
    pub fn first(&self) -> Option<W> {
        self.places.front().copied().flatten()
    }

    /// Serves the first one.
    pub fn serve(&mut self) -> Option<W> {
        let waiter = self.first()?;
        self.leave(&waiter);
        Some(waiter)
    }

    /// How many wait.
    pub fn len(&self) -> u32 {
        self.numbers.len() as u32
    }

    /// Nobody waits any more.
    pub fn clear(&mut self) {
        *self = WaitingLine::default();
    }

    /// Keeps somebody at the first place, if anybody waits.
    fn drop_empty_places(&mut self) {
        while let Some(None) = self.places.front() {
            self.places.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_leaves_is_not_served_and_who_comes_back_stands_at_the_end() {
        let mut line = WaitingLine::default();
        [1, 2, 3, 4].into_iter().for_each(|waiter| line.join(waiter));
        line.leave(&1);
        line.leave(&3);
        line.leave(&3);
        line.join(1);
        assert_eq!((line.len(), line.first()), (3, Some(2)));
        let served: Vec<u32> = std::iter::from_fn(|| line.serve()).collect();
        assert_eq!(served, [2, 4, 1]);
        assert_eq!(line.len(), 0);
    }
}
