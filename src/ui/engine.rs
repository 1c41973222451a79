//! Keeps the player in touch with the studio, which works in a worker beside the page.
//!
//! `static/boot.js` knows where the engine's files are, and `static/worker.js` says what may be expected of them.
//!
//! *Invariant:* the engine is started once, after the page was drawn for the first time: the page comes first.

use wasm_bindgen::prelude::{Closure, wasm_bindgen};

use super::{Act, failure};
use crate::desk::{Cover, Report};
use crate::player::{Action, Player};

#[wasm_bindgen]
extern "C" {
    type Engine;

    #[wasm_bindgen(js_name = counterpointCover)]
    fn bytes_of_cover() -> Option<Vec<u8>>;

    #[wasm_bindgen(js_name = counterpointEngine)]
    fn engine(hear: &Closure<dyn FnMut(Vec<u8>)>, fail: &Closure<dyn FnMut(String)>) -> Engine;

    #[wasm_bindgen(method, js_name = postMessage)]
    fn post(this: &Engine, message: Vec<u8>);
}

/// What the page opens on, if it was had.
pub fn cover() -> Option<Cover> {
    borsh::from_slice(&bytes_of_cover()?).ok()
}

fn start(act: Act) -> Engine {
    let reported = act.clone();
    let hear = Closure::new(move |message: Vec<u8>| {
        let report = borsh::from_slice(&message).unwrap_or_else(|_| Report::of_another_version());
        reported.dispatch(Action::Report(report));
    });
    let fail = Closure::new(move |reason: String| act.dispatch(Action::Report(Report::Closed(reason))));
    let engine = engine(&hear, &fail);
    // As long as the page.
    hear.forget();
    fail.forget();
    engine
}

/// Brings orders to the studio.
#[derive(Default)]
pub struct Messenger {
    engine: Option<Engine>,
    /// The number of the last order that was posted.
    posted: u32,
}

impl Messenger {
    /// Starts the engine, and posts each order once. Without an engine and without anything to show, the page gives up.
    pub fn keep(&mut self, player: &Player, act: &Act) {
        if let (Some(reason), None) = (player.closed(), player.reel()) {
            failure::give_up(reason);
        }
        let engine = self.engine.get_or_insert_with(|| start(act.clone()));
        let posted = self.posted;
        for order in player.orders().iter().filter(|(number, _)| *number > posted) {
            self.posted = order.0;
            // Writing into memory does not fail.
            engine.post(borsh::to_vec(order).unwrap_or_default());
        }
    }
}
