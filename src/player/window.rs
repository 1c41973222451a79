//! The window: which stretch of simulated time is laid out, and how a person changes it.
//!
//! *Invariant:* a window is never longer than the run, never before its start or after its end, and never empty.

use crate::time::{Moment, Span};

/// A stretch of simulated time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Moment,
    pub to: Moment,
}

/// What a person does with the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowChange {
    /// Shows this stretch, as it was dragged on the strip. A stretch of no length changes nothing.
    Set(Window),
    /// Moves the window by half of its length towards the start.
    Earlier,
    /// Moves it by half of its length towards the end.
    Later,
    /// Halves its length around the playhead, if that is in the window, or else around its middle.
    Narrower,
    /// Doubles its length around the same place.
    Wider,
    /// Shows all of the run.
    Whole,
}

/// The shortest window: in it, arrows of a few microseconds can be told apart.
const NARROWEST: Span = Span::micros(100);

impl Window {
    pub fn length(self) -> Span {
        self.to.since(self.from)
    }

    pub fn holds(self, moment: Moment) -> bool {
        (self.from..=self.to).contains(&moment)
    }

    /// This window moved into the run, and shortened if the run is shorter.
    pub(super) fn within(self, ended: Moment) -> Window {
        let run = ended.micros().max(1);
        let length = self.length().as_micros().max(NARROWEST.as_micros()).min(run);
        let from = self.from.micros().min(run - length);
        Window { from: Moment::from_micros(from), to: Moment::from_micros(from + length) }
    }

    /// This window moved by its own length as often as it takes to hold `head`. The last moment of a window belongs to
    /// it: a playhead that rests at the end of the run is in view.
    pub(super) fn turned_to(self, head: Moment) -> Window {
        let length = self.length().as_micros().max(1);
        let (first, head) = (self.from.micros(), head.micros());
        let begin = match head {
            before if before < first => first.saturating_sub((first - before).div_ceil(length) * length),
            within if within <= self.to.micros() => first,
            after => first + ((after - first).div_ceil(length) - 1) * length,
        };
        Window { from: Moment::from_micros(begin), to: Moment::from_micros(begin + length) }
    }

    /// What a change makes of this window in a run that ends at `ended`, with the playhead at `head`.
    pub(super) fn changed(self, change: WindowChange, head: Moment, ended: Moment) -> Window {
        let (from, length) = (self.from.micros(), self.length().as_micros());
        let centre = if self.holds(head) { head.micros() } else { from + length / 2 };
        let stretch = |from: u64, length: u64| Window {
            from: Moment::from_micros(from),
            to: Moment::from_micros(from.saturating_add(length)),
        };
        let changed = match change {
            WindowChange::Set(window) if window.from < window.to => window,
            WindowChange::Set(_) => self,
            WindowChange::Earlier => stretch(from.saturating_sub(length / 2), length),
            WindowChange::Later => stretch(from + length / 2, length),
            // The centre keeps its place on the screen.
            WindowChange::Narrower => stretch(centre - (centre - from) / 2, length / 2),
            WindowChange::Wider => stretch(centre.saturating_sub((centre - from) * 2), length.saturating_mul(2)),
            WindowChange::Whole => stretch(0, ended.micros()),
        };
        changed.within(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: u64, to: u64) -> Window {
        Window { from: Moment::from_micros(from), to: Moment::from_micros(to) }
    }

    const ENDED: Moment = Moment::from_micros(100_000);

    fn change(from: Window, change: WindowChange, head: u64) -> Window {
        from.changed(change, Moment::from_micros(head), ENDED)
    }

    #[test]
    fn narrowing_and_widening_keep_the_playhead_in_its_place() {
        let narrow = change(window(20_000, 40_000), WindowChange::Narrower, 25_000);
        assert_eq!(narrow, window(22_500, 32_500));
        assert_eq!(change(narrow, WindowChange::Wider, 25_000), window(20_000, 40_000));
        assert_eq!(change(window(20_000, 40_000), WindowChange::Narrower, 90_000), window(25_000, 35_000));
    }

    #[test]
    fn a_window_stays_within_the_run() {
        assert_eq!(change(window(0, 40_000), WindowChange::Earlier, 0), window(0, 40_000));
        assert_eq!(change(window(70_000, 90_000), WindowChange::Later, 0), window(80_000, 100_000));
        assert_eq!(change(window(30_000, 90_000), WindowChange::Wider, 60_000), window(0, 100_000));
        assert_eq!(change(window(50, 150), WindowChange::Narrower, 60).length(), NARROWEST);
        assert_eq!(change(window(5, 5_000), WindowChange::Whole, 0), window(0, 100_000));
        let set = |from, to| change(window(1_000, 2_000), WindowChange::Set(window(from, to)), 0);
        assert_eq!((set(7, 7), set(99_950, 200_000)), (window(1_000, 2_000), window(0, 100_000)));
    }
}
