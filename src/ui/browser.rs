//! What the page asks of the browser, under names of its own.
//!
//! *Invariant:* what a browser may refuse (storage, the clipboard, a new address) is no error here: the page does
//! without it.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Document, HtmlElement, MediaQueryList, ResizeObserver, Window};
use yew::prelude::*;

pub fn window() -> Window {
    web_sys::window().expect("a page has a window")
}

pub fn document() -> Document {
    window().document().expect("a window has a document")
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

/// By this people ask their system for less motion.
pub const REDUCED_MOTION: &str = "(prefers-reduced-motion: reduce)";

/// Where there is room for the parameters without asking for them; the same width as in `style.css`.
pub const WIDE: &str = "(min-width: 761px)";

/// Tells of every change of an element's size, also of one that its own scroll bar makes, until it is dropped.
pub struct Observed {
    observer: Option<ResizeObserver>,
    _told: Closure<dyn FnMut()>,
}

impl Observed {
    pub fn new(element: &HtmlElement, tell: impl FnMut() + 'static) -> Self {
        let told = Closure::new(tell);
        let observer = ResizeObserver::new(told.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Observed { observer, _told: told }
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// Whether a media query holds, now and whenever that changes.
#[hook]
pub fn use_media(query: &'static str) -> bool {
    let list = use_memo((), |()| window().match_media(query).ok().flatten());
    let holds = use_state_eq(|| list.as_ref().as_ref().is_some_and(MediaQueryList::matches));
    let setter = holds.setter();
    use_effect_with((), move |()| {
        let listener = list
            .as_ref()
            .clone()
            .map(|list| EventListener::new(&list.clone(), "change", move |_| setter.set(list.matches())));
        move || drop(listener)
    });
    *holds
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
