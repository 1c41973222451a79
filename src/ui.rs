//! The page: views over the [`player`](crate::player). Compiled only for the browser.
//!
//! One component stands at the root, holds the player and hears all messages. Views are functions that get shared
//! values and the one way to act. What need not be looked at in every frame is a part, which is drawn anew only when
//! it is another one. While a run plays, a frame changes the playhead's line, veil and readout, and no other element.
//!
//! *Invariant:* nothing is decided here that a native test could not see; decisions are made in the rooms below.

mod address;
mod app;
mod brokers;
mod browser;
mod controls;
mod diagram;
mod element;
mod engine;
mod failure;
mod frames;
mod header;
mod icons;
mod instrument;
mod keys;
mod memo;
mod modelled;
mod narration;
mod page;
mod parts;
mod story;
mod strip;
mod table;
mod transport;
mod verdicts;

use yew::Callback;

use crate::desk::Order;
use crate::player::Action;
use app::Message;

/// What views act through.
#[derive(Clone, PartialEq)]
pub struct Act(Callback<Message>);

impl Act {
    /// For what a person does with the run.
    pub fn dispatch(&self, action: Action) {
        self.tell(Message::Act(action));
    }

    pub fn order(&self, order: Order) {
        self.dispatch(Action::Order(order));
    }

    pub fn tell(&self, message: Message) {
        self.0.emit(message);
    }
}

/// Mounts the page in the element with the id `app`, whose static content goes.
///
/// # Panics
/// If the document has no such element.
pub fn mount() {
    failure::report_panics();
    let host = browser::document().get_element_by_id("app").expect("index.html has the element to mount in");
    // While what stands there has the room that the picture will have.
    let width = browser::find("#app .viewport").and_then(|viewport| instrument::width_of(&viewport));
    yew::Renderer::<app::App>::with_root_and_props(host, app::Room { width }).render();
}
