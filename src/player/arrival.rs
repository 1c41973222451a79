//! A run that has come: how it is made ready to be shown, some rows at a time, and then shown.
//!
//! *Invariant:* no action looks at more than [`MOST_ROWS_A_TURN`] rows of it, however long the run is, and the run
//! before it is shown until all of them have been looked at.

use std::rc::Rc;

use super::clock::Motion;
use super::{Player, Reel, Window};
use crate::desk::Opening;
use crate::recording::Recording;
use crate::time::Moment;

/// How many rows are taken into the index of a run at a time, which takes a browser some ten milliseconds.
pub const MOST_ROWS_A_TURN: usize = 1 << 17;

/// A run that is being made ready.
#[derive(Debug)]
pub(super) struct Arrival {
    /// The number of the last order that it carries out.
    number: u32,
    reel: Reel,
    /// At which moment and with which selection it opens, if it is not shown in the place of the run before.
    opening: Option<Opening>,
}

impl Player {
    /// Whether a run has come for which more is to be done, by [`Action::GoOn`](super::Action::GoOn), before it is
    /// shown.
    pub fn is_arriving(&self) -> bool {
        self.arrival.is_some()
    }

    /// Takes a run in, and shows it at once if it is short. If another run was still being made ready, that one is
    /// never shown, and this one opens where that one was to open.
    pub(super) fn receive(&mut self, number: u32, recording: Recording, opening: Option<Opening>) {
        let opening = opening.or_else(|| self.arrival.take()?.opening);
        self.arrival = Some(Arrival { number, reel: Reel::begin(recording), opening });
        self.go_on();
    }

    pub(super) fn go_on(&mut self) {
        let is_complete = |arrival: &mut Arrival| arrival.reel.complete(MOST_ROWS_A_TURN);
        if let Some(arrival) = self.arrival.take_if(is_complete) {
            self.show(arrival);
        }
    }

    /// Shows a run whose reel is complete.
    fn show(&mut self, Arrival { number, reel, opening }: Arrival) {
        let was_at_end = self.reel.as_ref().is_some_and(|reel| self.head >= reel.ended);
        let (moment, selection) = reel.recording.telling;
        let ended = reel.ended;
        self.reel = Some(Rc::new(reel));
        self.opening.take_if(|(opened, _)| *opened <= number);
        self.head = match opening {
            Some(opening) => opening.at.unwrap_or(moment).min(ended),
            None if was_at_end => ended,
            None => self.head.min(ended),
        };
        if let Some(opening) = opening {
            self.selection = opening.selection.unwrap_or(selection);
            self.background = opening.background;
            self.clock.motion = Motion::Paused;
            let window =
                Window { from: opening.from.unwrap_or(Moment::START), to: opening.to.unwrap_or(ended).min(ended) };
            let is_said = opening.from.is_some() || opening.to.is_some();
            self.chosen = (is_said && window.from < window.to).then_some(window);
            // A window without a moment is shown as it is at its end.
            if let (Some(window), None) = (self.chosen, opening.at) {
                self.head = if window.holds(self.head) { self.head } else { window.to };
            }
        }
        self.chosen = self.chosen.map(|window| window.within(ended));
        self.clock.rest_at(self.head);
        self.forget_what_is_not_there();
    }
}
