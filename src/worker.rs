//! What answers the page from a worker. Compiled only for the browser.
//!
//! `static/worker.js` starts the module that this is in, and its head says who may expect what of whom.
//!
//! *Invariant:* does nothing outside a worker, so that a test may load the module into a page.

use wasm_bindgen::JsCast;
use web_sys::{DedicatedWorkerGlobalScope, js_sys};

/// Takes over the worker's messages, if this is a worker.
pub fn serve() {
    let Ok(_worker) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
}
