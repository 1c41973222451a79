//! Where an app stands: the element that it fills, and what it may have of the world around it.
//!
//! The page is one app, which has the address, the window's title and the keys of its document. In a page of somebody
//! else's there may be any number of apps, each in an element of its own (`static/counterpoint-diagram.js`), and nothing
//! but that element is theirs.
//!
//! *Invariant:* outside of [`Frame::Page`], an app touches nothing but its element and what its host gives it.

use std::rc::Rc;

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use web_sys::{HtmlElement, HtmlInputElement};

use super::browser;
use crate::scene::Sides;

#[wasm_bindgen]
extern "C" {
    /// What the script that mounts an app gives it: see `static/boot.js` and `static/counterpoint-diagram.js`.
    pub type Host;

    /// A word of the host's: how much there is around the picture (`controls`; the whole page without it), the one side
    /// that is to be seen (`side`), what a link says (`link`), a scenario of the host's own, as JSON (`scenario`), and the
    /// address of the page in which the same can be opened (`home`).
    #[wasm_bindgen(method)]
    pub fn word(this: &Host, name: &str) -> Option<String>;

    /// The recording that the app opens on, if there is one.
    #[wasm_bindgen(method, getter)]
    pub fn cover(this: &Host) -> Option<Vec<u8>>;

    /// Gives the app up for what stood in its place, with a reason. Only the first reason counts.
    #[wasm_bindgen(method)]
    pub fn failed(this: &Host, message: &str);

    /// Gives up all apps of this module, which has broken down.
    #[wasm_bindgen(method)]
    pub fn broke(this: &Host, message: &str);

    /// Fetches the later part. `tell` is called once: with nothing when it is here, else with why it cannot be had.
    #[wasm_bindgen(method)]
    pub fn later(this: &Host, tell: &Closure<dyn FnMut(Option<String>)>);

    /// Starts an engine, once the later part is here. `hear` is given each message, and what it returns is posted in
    /// answer. `fail` is told why no more will come, and whether the engine was up before.
    #[wasm_bindgen(method)]
    pub fn engine(
        this: &Host,
        hear: &Closure<dyn FnMut(Vec<u8>) -> Option<Vec<u8>>>,
        fail: &Closure<dyn FnMut(String, bool)>,
    ) -> Engine;

    /// Opens the sheet by which a `file` or a `snippet` of what a link says is taken from the page. `at` is where the
    /// playhead stands.
    #[wasm_bindgen(method)]
    pub fn take(this: &Host, what: &str, link: &str, at: &str);

    /// Tells who has embedded the app what has happened in it: a name, and a number that goes with it.
    #[wasm_bindgen(method)]
    pub fn tell(this: &Host, event: &str, number: f64);

    /// What runs scenarios beside the page.
    pub type Engine;

    #[wasm_bindgen(method)]
    pub fn post(this: &Engine, message: Vec<u8>);

    #[wasm_bindgen(method)]
    pub fn end(this: &Engine);
}

/// How much there is around the picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// The page itself.
    Page,
    /// Nothing.
    Bare,
    /// What is said at the playhead, and what moves it.
    Played,
    /// All but the page's own head.
    Full,
}

pub struct Mount {
    root: HtmlElement,
    pub host: Host,
    pub frame: Frame,
    /// Which sides are drawn.
    pub sides: Sides,
}

impl Mount {
    pub fn new(root: HtmlElement, host: Host) -> Rc<Mount> {
        let frame = match host.word("controls").as_deref() {
            None => Frame::Page,
            Some("none") => Frame::Bare,
            Some("full") => Frame::Full,
            Some(_) => Frame::Played,
        };
        let sides = match host.word("side").as_deref() {
            Some("left") => Sides::One(0),
            Some("right") => Sides::One(1),
            _ => Sides::Both,
        };
        Rc::new(Mount { root, host, frame, sides })
    }

    pub fn is_page(&self) -> bool {
        self.frame == Frame::Page
    }

    /// The link that the app opens on.
    pub fn link(&self) -> String {
        if self.is_page() { browser::fragment() } else { self.host.word("link").unwrap_or_default() }
    }

    /// The first element of the app that a selector finds.
    pub fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.root.query_selector(selector).ok().flatten()?.dyn_into().ok()
    }

    /// Sets a custom property for the whole app.
    pub fn style(&self, property: &str, value: &str) {
        let _ = self.root.style().set_property(property, value);
    }

    /// The size of the app's usual text, in pixels.
    pub fn text_size(&self) -> f64 {
        let style = browser::window().get_computed_style(&self.root).ok().flatten();
        let size = style.and_then(|style| style.get_property_value("font-size").ok());
        size.and_then(|size| browser::pixels(&size)).unwrap_or(14.0)
    }

    /// How much of an element's height is in sight, where the bar at the foot of the app covers some of it. All of it, if
    /// there is little to see: then the person looks at something else.
    pub fn height_in_sight(&self, element: &HtmlElement) -> i32 {
        let height = element.client_height();
        let bar = self.find(".footing").map_or(f64::MAX, |bar| bar.get_bounding_client_rect().top());
        let in_sight = (bar - element.get_bounding_client_rect().top()) as i32;
        if in_sight < height / 3 { height } else { in_sight.min(height) }
    }

    /// Opens the fold with that id and takes the person there.
    pub fn unfold(&self, id: &str) {
        let Some(fold) = self.find(&format!("#{id}")) else { return };
        let _ = fold.set_attribute("open", "");
        // Its summary, which can have the focus. The browser scrolls there.
        if let Some(Ok(summary)) = fold.first_element_child().map(|summary| summary.dyn_into::<HtmlElement>()) {
            let _ = summary.focus();
        }
    }

    /// Gives the focus to the field with that id, and selects what is in it.
    pub fn select(&self, id: &str) {
        if let Some(field) = self.find(&format!("#{id}")) {
            let field: HtmlInputElement = field.unchecked_into();
            let _ = field.focus();
            field.select();
        }
    }

    /// Keeps from the host's own keys what was meant for the app: what it has heard and what is typed into it. The
    /// document around an embedded app cannot see that a field in there has the focus.
    pub fn keep_keys(&self) -> Option<EventListener> {
        // Around the app's own element, so that the app has heard it before.
        let around = self.root.parent_node()?;
        Some(EventListener::new(&around, "keydown", |event| {
            let types =
                browser::target::<HtmlElement>(event).is_some_and(|target| super::keys::types(&target.tag_name()));
            if types || event.default_prevented() {
                event.stop_propagation();
            }
        }))
    }
}
