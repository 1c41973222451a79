//! Keeps the address in step with what is shown.
//!
//! *Invariant:* the address is written while nothing moves, never per frame, and never makes an entry in the history.

use gloo_timers::callback::Timeout;

use super::browser;
use crate::player::{Motion, Player};

/// Browsers allow only so many changes of the address in a time; a scrubber asks for many.
const REST_MS: u32 = 150;

#[derive(Default)]
pub struct Address {
    link: Option<String>,
    /// When it will be written.
    later: Option<Timeout>,
}

impl Address {
    pub fn keep(&mut self, player: &Player) {
        let settled = player.motion() == Motion::Paused && player.reel().is_some() && !player.is_behind();
        let link = settled.then(|| player.link());
        if link == self.link {
            return;
        }
        let write = link.clone().filter(|link| *link != browser::fragment());
        self.later = write.map(|link| Timeout::new(REST_MS, move || browser::replace_fragment(&link)));
        self.link = link;
    }
}
