//! Keeps the address in step with what is shown, and follows it when a person changes it.
//!
//! *Invariant:* the address is written while nothing moves, never per frame, and never makes an entry in the history.

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::{Act, browser};
use crate::desk::Order;
use crate::player::{Action, Motion, Player};

/// Browsers allow only so many changes of the address in a time; a scrubber asks for many.
const REST_MS: u32 = 150;

#[hook]
pub fn use_address(player: &Player, act: Act) {
    let settled = player.motion() == Motion::Paused && player.reel().is_some() && !player.is_behind();
    let link = settled.then(|| player.link());
    use_effect_with(link, |link| {
        let write = link.clone().filter(|link| *link != browser::fragment());
        let later = write.map(|link| Timeout::new(REST_MS, move || browser::replace_fragment(&link)));
        move || drop(later)
    });
    use_effect_with((), move |()| {
        let listener = EventListener::new(&browser::window(), "hashchange", move |_| {
            act.dispatch(Action::Order(Order::Follow(browser::fragment())));
        });
        move || drop(listener)
    });
}
