//! What answers the page from a worker: a [`Studio`] that takes orders as they come, and runs in slices between them.
//!
//! `static/worker.js` starts the module that this is in, and its head says who may expect what of whom.
//!
//! *Invariant:* does nothing outside a worker, so that a test may load the module into a page.

use std::cell::RefCell;
use std::panic;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::{Closure, JsCast, wasm_bindgen};
use web_sys::{DedicatedWorkerGlobalScope, js_sys};

use crate::desk::{Letter, Packer, Parcel, Report};
use crate::protocol::system;
use crate::studio::Studio;

/// How long an order waits at most, and a progress bar stands still.
const SLICE_MS: f64 = 40.0;
/// The events on each side after which the clock is looked at.
const BUDGET: u64 = 2_000;

#[wasm_bindgen]
extern "C" {
    /// In `static/worker.js`.
    #[wasm_bindgen(js_name = counterpointFailed)]
    fn counterpoint_failed(message: &str);
    /// The same. Tells when the part of this module is there that knows systems.
    #[wasm_bindgen(js_name = counterpointSystems)]
    fn counterpoint_systems(tell: &Closure<dyn FnMut()>);
}

/// Takes over the worker's messages, if this is a worker.
pub fn serve() {
    let Ok(worker) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    panic::set_hook(Box::new(|panic| counterpoint_failed(&panic.to_string())));
    let office = Rc::new(Office {
        worker: worker.clone(),
        studio: RefCell::default(),
        packer: RefCell::default(),
        slice: RefCell::default(),
        systems: RefCell::default(),
    });
    let heard = Closure::<dyn FnMut(_)>::new(move |event: web_sys::MessageEvent| office.hear(event));
    worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    // As long as the worker.
    heard.forget();
}

struct Office {
    worker: DedicatedWorkerGlobalScope,
    studio: RefCell<Studio>,
    packer: RefCell<Packer>,
    /// The next slice of the run under way.
    slice: RefCell<Option<Timeout>>,
    systems: RefCell<Systems>,
}

/// The part of the module that knows systems: nothing of it is called before it is here.
#[derive(Default)]
enum Systems {
    #[default]
    Unasked,
    /// What has been heard meanwhile.
    Coming(Vec<Vec<u8>>),
    Here,
}

impl Office {
    fn hear(self: &Rc<Self>, event: web_sys::MessageEvent) {
        let bytes = js_sys::Uint8Array::new(&event.data()).to_vec();
        match &mut *self.systems.borrow_mut() {
            Systems::Coming(waiting) => return waiting.push(bytes),
            systems @ Systems::Unasked if system::Settings::may_be_in(&bytes) => {
                *systems = Systems::Coming(vec![bytes]);
                let office = self.clone();
                let tell = Closure::<dyn FnMut()>::new(move || office.know_systems());
                counterpoint_systems(&tell);
                // It is called once, in a while.
                return tell.forget();
            }
            Systems::Unasked | Systems::Here => {}
        }
        self.answer(&bytes);
    }

    fn know_systems(self: &Rc<Self>) {
        if let Systems::Coming(waiting) = self.systems.replace(Systems::Here) {
            waiting.iter().for_each(|bytes| self.answer(bytes));
        }
    }

    fn answer(self: &Rc<Self>, bytes: &[u8]) {
        let report = match borsh::from_slice(bytes) {
            Ok(Letter::Order(number, order)) => self.studio.borrow_mut().take(number, order),
            Ok(Letter::More) => {
                if let Some(parcel) = self.packer.borrow_mut().more() {
                    self.post(&parcel);
                }
                return;
            }
            Err(_) => Report::of_another_version(),
        };
        self.report(report);
        if self.slice.borrow().is_none() {
            self.go_on();
        }
    }

    /// One slice when what waits to be heard was heard, and so on to the end of the run.
    fn go_on(self: &Rc<Self>) {
        let office = self.clone();
        *self.slice.borrow_mut() = Some(Timeout::new(0, move || {
            office.slice.borrow_mut().take();
            if let Some(report) = office.work() {
                let goes_on = matches!(report, Report::Progress { .. });
                office.report(report);
                if goes_on {
                    office.go_on();
                }
            }
        }));
    }

    /// Runs for one slice; nothing if there is nothing to run.
    fn work(&self) -> Option<Report> {
        let begun = js_sys::Date::now();
        loop {
            let report = self.studio.borrow_mut().advance(BUDGET)?;
            if !matches!(report, Report::Progress { .. }) || js_sys::Date::now() - begun > SLICE_MS {
                return Some(report);
            }
        }
    }

    fn report(&self, report: Report) {
        let parcel = self.packer.borrow_mut().pack(report);
        self.post(&parcel);
    }

    fn post(&self, parcel: &Parcel) {
        // Writing into memory does not fail, and bytes can always be posted.
        let bytes = js_sys::Uint8Array::from(borsh::to_vec(parcel).unwrap_or_default().as_slice());
        let _ = self.worker.post_message_with_transfer(&bytes, &js_sys::Array::of1(&bytes.buffer()));
    }
}
