//! A panic puts back what stood in the app's place, with a sentence: a dead page that looks alive is the worst of all.

use std::cell::RefCell;
use std::panic;

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::mount::Host;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}

thread_local! {
    /// The host of the first app that was mounted. After a panic none of the module's apps lives.
    static FIRST: RefCell<Option<Host>> = const { RefCell::new(None) };
}

/// Names whom a panic is told.
pub fn tell(host: &Host) {
    FIRST.with(|known| {
        let mut known = known.borrow_mut();
        if known.is_none() {
            *known = Some(JsValue::from(host).unchecked_into());
        }
    });
}

/// Lets every panic be told to the page and to the console.
pub fn report_panics() {
    panic::set_hook(Box::new(|panic| {
        let message = panic.to_string();
        console_error(&message);
        FIRST.with(|host| {
            if let Ok(Some(host)) = host.try_borrow().as_deref() {
                host.broke(&message);
            }
        });
    }));
}
