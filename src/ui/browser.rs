//! What the page asks of the browser, under names of its own.
//!
//! *Invariant:* what a browser may refuse (storage, the clipboard, a new address) is no error here: the page does
//! without it.

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement, MediaQueryList, Window};
use yew::NodeRef;

pub fn window() -> Window {
    web_sys::window().expect("a page has a window")
}

pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// Milliseconds on the browser's own clock, for measuring how long something takes.
pub fn milliseconds() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// What follows the `#` of the address.
pub fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.strip_prefix('#').map(str::to_owned).unwrap_or(hash)
}

/// Puts `fragment` into the address without a new entry in the history.
pub fn replace_fragment(fragment: &str) {
    if let Ok(history) = window().history() {
        let address = format!("#{fragment}");
        // A browser may refuse too many in too short a time; the next one will do.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
}

pub fn address() -> String {
    window().location().href().unwrap_or_default()
}

/// The query by which people ask their system for less motion.
pub fn reduced_motion() -> Option<MediaQueryList> {
    window().match_media("(prefers-reduced-motion: reduce)").ok().flatten()
}

/// The element that a reference stands for, once it is in the document.
pub fn element(node: &NodeRef) -> Option<HtmlElement> {
    node.cast::<HtmlElement>()
}

/// Sets a property of an element's own style. The content policy forbids `style` attributes, but not this.
pub fn style(element: &HtmlElement, property: &str, value: &str) {
    let _ = element.style().set_property(property, value);
}

/// The element an event came from, as one of `T`.
pub fn target<T: JsCast>(event: &web_sys::Event) -> Option<T> {
    event.target()?.dyn_into::<T>().ok()
}
