//! What the page asks of the browser, under names of its own.
//!
//! *Invariant:* what a browser may refuse (storage, the clipboard, a new address) is no error here: the page does
//! without it.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Document, HtmlElement, HtmlInputElement, MediaQueryList, ResizeObserver, Window};
use yew::NodeRef;

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

/// The address of the page with that fragment.
pub fn address(fragment: &str) -> String {
    let mut address = window().location().href().unwrap_or_default();
    if let Some(place) = address.bytes().position(|byte| byte == b'#') {
        address.truncate(place);
    }
    address + "#" + fragment
}

/// Puts a text on the clipboard. Nothing if there is none, which is so where the page came by plain HTTP.
pub fn copied(text: &str) -> Option<web_sys::js_sys::Promise> {
    let clipboard = window().navigator().clipboard();
    (!clipboard.is_undefined()).then(|| clipboard.write_text(text))
}

/// Loads the page anew, with that fragment in its address.
pub fn open_anew(fragment: &str) {
    replace_fragment(fragment);
    let _ = window().location().reload();
}

/// How many bytes this module has taken from the browser. It cannot give them back.
pub fn memory_in_use() -> usize {
    core::arch::wasm32::memory_size(0) << 16
}

/// By this people ask their system for less motion.
pub const REDUCED_MOTION: &str = "(prefers-reduced-motion: reduce)";

/// Where there is room for the parameters without asking for them; the same width as in `style.css`.
pub const WIDE: &str = "(min-width: 47.5625em)";

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

/// A media query, which tells of its changes.
pub fn media(query: &str) -> Option<MediaQueryList> {
    window().match_media(query).ok().flatten()
}

/// Whether a media query holds now.
pub fn matches(query: &str) -> bool {
    media(query).is_some_and(|list| list.matches())
}

/// The element that a reference stands for, once it is in the document.
pub fn element(node: &NodeRef) -> Option<HtmlElement> {
    node.cast::<HtmlElement>()
}

/// Sets a property of an element's own style. The content policy forbids `style` attributes, but not this.
pub fn style(node: &NodeRef, property: &str, value: &str) {
    if let Some(element) = element(node) {
        let _ = element.style().set_property(property, value);
    }
}

/// Names the window after what is open in it.
pub fn set_title(title: &str) {
    if !title.is_empty() {
        document().set_title(&format!("{title} · Counterpoint"));
    }
}

/// A length such as `19.2px`. By hand, for the standard library's reader of floating-point numbers is 10 kB of the page.
pub fn pixels(length: &str) -> Option<f64> {
    let (whole, fraction) = length.strip_suffix("px")?.split_once('.').unwrap_or((length.strip_suffix("px")?, ""));
    let tenths = fraction.get(..1).map_or(Some(0), |digit| digit.parse::<u32>().ok())?;
    Some(f64::from(whole.parse::<u32>().ok()? * 10 + tenths) / 10.0)
}

/// The element an event came from, as one of `T`.
pub fn target<T: JsCast>(event: &web_sys::Event) -> Option<T> {
    event.target()?.dyn_into::<T>().ok()
}

/// An element with a value: an input, or a select, whose `value` is the same to a script.
fn field(event: &web_sys::Event) -> Option<HtmlInputElement> {
    event.target().map(JsCast::unchecked_into)
}

/// The value of the field an event came from.
pub fn value(event: &web_sys::Event) -> String {
    field(event).map_or_else(String::new, |field| field.value())
}

/// Puts a value into the field an event came from; what the field made of it.
pub fn set_value(event: &web_sys::Event, value: &str) -> String {
    let Some(field) = field(event) else { return String::new() };
    field.set_value(value);
    field.value()
}
