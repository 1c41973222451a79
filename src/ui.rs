//! The page: views over the [`player`](crate::player). Compiled only for the browser.
//!
//! One component, [`app::App`], stands at the root: it holds the player and gets all messages. A view is a function that
//! takes shared values and an [`Act`], through which it sends messages, and returns elements. Most of the page is the same
//! from one frame to the next; such parts of it (see `parts.rs`) are made anew only when what they show has changed. While
//! a run plays, a frame moves the playhead's line and veil, writes the readout, and changes the line under the picture when
//! a caption's moment is reached.
//!
//! *Invariant:* the page decides nothing that a native test could not see. What an action does is decided by the player,
//! what a scenario allows by the studio, and where a shape stands by the scene.

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
mod later;
mod legend;
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

/// The one way by which a view changes anything: it sends a message to the root component.
#[derive(Clone, PartialEq)]
pub struct Act(Callback<Message>);

impl Act {
    /// Sends what a person does with the run.
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
