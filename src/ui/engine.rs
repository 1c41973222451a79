//! Keeps the player in touch with the studio, which works in a worker beside the page.
//!
//! `static/boot.js` knows where the engine's files are, and `static/worker.js` says what may be expected of them.
//!
//! *Invariant:* the engine is started once, after the page was drawn for the first time: the page comes first.

use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use yew::prelude::*;

use super::{Act, failure};
use crate::desk::Report;
use crate::player::{Action, Player};

#[wasm_bindgen]
extern "C" {
    type Engine;

    #[wasm_bindgen(js_name = counterpointEngine)]
    fn engine(hear: &Closure<dyn FnMut(Vec<u8>)>, fail: &Closure<dyn FnMut(String)>) -> Engine;

    #[wasm_bindgen(method, js_name = postMessage)]
    fn post(this: &Engine, message: Vec<u8>);
}

fn start(act: Act) -> Engine {
    let reported = act.clone();
    let hear = Closure::new(move |message: Vec<u8>| {
        let report = borsh::from_slice(&message);
        let report = report.unwrap_or_else(|_| Report::Closed("it is of another version than the page".into()));
        reported.dispatch(Action::Report(report));
    });
    let fail = Closure::new(move |reason: String| act.dispatch(Action::Report(Report::Closed(reason))));
    let engine = engine(&hear, &fail);
    // As long as the page.
    hear.forget();
    fail.forget();
    engine
}

/// Starts the engine, and posts each order once. Without an engine and without anything to show, the page gives up.
#[hook]
pub fn use_engine(player: &Player, act: Act) {
    let forsaken = player.closed().filter(|_| player.reel().is_none()).map(str::to_owned);
    use_effect_with(forsaken, |reason| {
        if let Some(reason) = reason {
            failure::give_up(reason);
        }
    });
    let started = use_mut_ref(|| None::<Engine>);
    let posted = use_mut_ref(|| 0);
    let orders = player.orders().to_vec();
    use_effect_with(orders.last().map(|(number, _)| *number), move |_| {
        let mut started = started.borrow_mut();
        let engine = started.get_or_insert_with(|| start(act));
        for order in &orders {
            if order.0 > *posted.borrow() {
                *posted.borrow_mut() = order.0;
                // Writing into memory does not fail.
                engine.post(borsh::to_vec(order).unwrap_or_default());
            }
        }
    });
}
