//! The page: Yew components over the [`player`](crate::player). Compiled only for the browser.
//!
//! One reducer stands at the root and wraps [`Player::update`]. Components get shared values that compare by pointer
//! (a reel, a scene), small `Copy` values, and the one dispatcher. While a run plays, a frame changes the playhead's
//! line, veil and readout, and no other element.
//!
//! *Invariant:* nothing is decided here that a native test could not see; decisions are made in the rooms below.

mod address;
mod app;
mod brokers;
mod browser;
mod controls;
mod diagram;
mod engine;
mod failure;
mod frames;
mod header;
mod icons;
mod instrument;
mod modelled;
mod playhead;
mod story;
mod table;
mod transport;
mod verdicts;

use std::rc::Rc;

use yew::{Reducible, UseReducerDispatcher};

use crate::player::{Action, Player};

/// The player as the root's reducer.
pub struct Session(Player);

impl Reducible for Session {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut player = self.0.clone();
        player.update(action);
        Rc::new(Session(player))
    }
}

/// What components act through.
type Act = UseReducerDispatcher<Session>;

/// Mounts the page in the element with the id `app`, whose static content goes.
///
/// # Panics
/// If the document has no such element.
pub fn mount() {
    failure::report_panics();
    let host = browser::document().get_element_by_id("app").expect("index.html has the element to mount in");
    yew::Renderer::<app::App>::with_root(host).render();
}
