//! The page: views over the [`player`](crate::player). Compiled only for the browser.
//!
//! One component, [`app::App`], stands at the root, in the page and in every element in which it is embedded: it holds the
//! player and gets all messages. A view is a function that takes shared values and an [`Act`], through which it sends
//! messages, and returns elements. Most of the page is the same from one frame to the next; such parts of it (see
//! `parts.rs`) are made anew only when what they show has changed. While a run plays, a frame moves the playhead's line and veil, writes the readout, and changes the line under the picture when
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
mod mount;
mod narration;
mod page;
mod parts;
mod story;
mod strip;
mod table;
mod transport;
mod verdicts;

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::HtmlElement;
use yew::Callback;

use crate::desk::Order;
use crate::player::Action;
use crate::time::{Moment, Span};
use app::{App, Message};
use mount::{Host, Mount};

/// The one way by which a view changes anything: it sends a message to the root component. It also knows where that
/// stands.
#[derive(Clone)]
pub struct Act {
    callback: Callback<Message>,
    pub mount: Rc<Mount>,
}

impl PartialEq for Act {
    /// An app has one of them.
    fn eq(&self, other: &Act) -> bool {
        Rc::ptr_eq(&self.mount, &other.mount)
    }
}

impl Act {
    /// Sends what a person does with the run.
    pub fn dispatch(&self, action: Action) {
        self.tell(Message::Act(action));
    }

    pub fn order(&self, order: Order) {
        self.dispatch(Action::Order(order));
    }

    pub fn tell(&self, message: Message) {
        self.callback.emit(message);
    }
}

/// Lets every panic be told, before the first app is mounted.
pub fn prepare() {
    failure::report_panics();
}

/// Mounts an app in `root`, whose content goes. What is returned is told what the host wants of it, in a word: `play`,
/// `pause`, `end`, after which it is told nothing more, a moment such as `1.2s` to go to, or a link with its `#` to follow,
/// in the next line the scenario that the link means, if it is not built in.
/// It says whether it has understood.
#[wasm_bindgen]
pub fn mount(root: HtmlElement, host: Host) -> JsValue {
    failure::tell(&host);
    let mount = Mount::new(root.clone(), host);
    // While what stands there has the room that the picture will have.
    let width = mount.find(".viewport").and_then(|viewport| instrument::width_of(&viewport, &mount));
    let app = yew::Renderer::<App>::with_root_and_props(root.into(), app::Room { width, mount }).render();
    let mut app = Some(app);
    let tell: Box<dyn FnMut(String) -> bool> = Box::new(move |word: String| {
        let Some(handle) = &app else { return false };
        let action = match word.as_str() {
            "play" => Action::Play,
            "pause" => Action::Pause,
            "end" => {
                if let Some(app) = app.take() {
                    app.destroy();
                }
                return true;
            }
            other => match (other.strip_prefix('#'), other.parse::<Span>()) {
                (Some(word), _) => {
                    let (link, own) = word.split_once('\n').unwrap_or((word, ""));
                    if !own.is_empty() {
                        let order = Order::keep(own.to_owned(), link);
                        handle.send_message(Message::Act(Action::Order(order)));
                    }
                    Action::Order(Order::Follow(link.to_owned()))
                }
                (None, Ok(span)) => Action::Seek(Moment::START + span),
                (None, Err(_)) => return false,
            },
        };
        handle.send_message(Message::Act(action));
        true
    });
    Closure::wrap(tell).into_js_value()
}
