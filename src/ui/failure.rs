//! A panic puts the static picture back, with a sentence: a dead page that looks alive is the worst of all.

use std::panic;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// In `static/boot.js`.
    #[wasm_bindgen(js_name = counterpointFailed)]
    fn counterpoint_failed(message: &str);

    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}

/// Gives the page up for the static picture: there is nothing that it could show. Only the first reason counts.
pub fn give_up(reason: &str) {
    counterpoint_failed(reason);
}

/// Lets every panic be told to the page and to the console.
pub fn report_panics() {
    panic::set_hook(Box::new(|panic| {
        let message = panic.to_string();
        console_error(&message);
        counterpoint_failed(&message);
    }));
}
