//! Elements as values: a tag, its attributes, what is heard, what is inside.
//!
//! Every view of the page is a plain function that puts elements together with this. `html!` writes the making of each
//! element out in place, which made the page's views two thirds of its own code; here it is a few calls.
//!
//! *Invariant:* an element has the same attributes, in the same number, whatever is drawn; an attribute that is not
//! there is absent, and a child that is not there keeps its place, so that its neighbours stay the elements they are.

use std::borrow::Cow;
use std::rc::Rc;

use web_sys::Event;
use yew::virtual_dom::{Key, Listener, ListenerKind, VList, VNode, VTag};
use yew::{AttrValue, NodeRef};

use super::Act;
use crate::direction::ordered;
use crate::player::Action;

/// An element in the making.
pub struct Element(Box<VTag>);

/// An element with attributes that never change.
pub fn element(tag: &'static str, fixed: &[(&'static str, &'static str)]) -> Element {
    let mut made = Box::new(VTag::new(tag));
    for (name, value) in fixed {
        made.add_attribute(name, *value);
    }
    Element(made)
}

/// An element with nothing but a class.
pub fn block(tag: &'static str, class: &'static str) -> Element {
    element(tag, &[("class", class)])
}

/// Class names as one attribute; empty ones are left out.
pub fn classes(names: &[&str]) -> String {
    let mut together = String::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        if !together.is_empty() {
            together.push(' ');
        }
        together.push_str(name);
    }
    together
}

/// Markup that is there as it stands. It must be our own: nothing in it is escaped here.
pub fn markup(text: impl Into<AttrValue>) -> VNode {
    VNode::from_html_unchecked(text.into())
}

impl Element {
    pub fn with(mut self, name: &'static str, value: impl Into<AttrValue>) -> Self {
        self.0.add_attribute(name, value.into());
        self
    }

    /// With the attribute if there is a value for it.
    pub fn with_some(self, name: &'static str, value: Option<impl Into<AttrValue>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With an attribute that says all by being there.
    pub fn with_if(self, name: &'static str, holds: bool) -> Self {
        self.with_some(name, holds.then_some(""))
    }

    /// The value that an input shows.
    pub fn value(mut self, value: impl Into<AttrValue>) -> Self {
        self.0.set_value(Some(value.into()));
        self
    }

    pub fn checked_if(mut self, holds: bool) -> Self {
        self.0.set_checked(holds);
        self
    }

    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.0.key = Some(key.into());
        self
    }

    /// Lets `node` stand for the element once it is in the document.
    pub fn node(mut self, node: &NodeRef) -> Self {
        self.0.node_ref = node.clone();
        self
    }

    pub fn on(mut self, kind: On, tell: impl Fn(&Event) + 'static) -> Self {
        self.0.add_listener(Rc::new(Heard { kind, tell: Box::new(tell) }));
        self
    }

    /// What a click on it does. An action is made then: to keep one for many clicks would take a copy of all that there
    /// can be in one.
    pub fn does(self, act: &Act, action: impl Fn() -> Action + 'static) -> Self {
        let act = act.clone();
        self.on(On::Click, move |_| act.dispatch(action()))
    }

    pub fn add(mut self, child: impl Into<VNode>) -> Self {
        self.0.add_child(child.into());
        self
    }

    pub fn add_some(self, child: Option<Element>) -> Self {
        self.add(child.map(VNode::from).unwrap_or_default())
    }

    /// Children of a kind, each with its key.
    pub fn all(self, children: &mut dyn Iterator<Item = Element>) -> Self {
        self.add(list(children))
    }

    /// A text, which may be a scenario's own.
    pub fn text(self, text: impl Into<AttrValue>) -> Self {
        let text = text.into();
        let text = match ordered(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(ordered) => ordered.into(),
        };
        self.add(VNode::VText(yew::virtual_dom::VText::new(text)))
    }
}

/// Several elements without one around them.
fn list(children: &mut dyn Iterator<Item = Element>) -> VNode {
    let mut nodes = Vec::new();
    for child in children {
        nodes.push(VNode::from(child));
    }
    VList::with_children(nodes, None).into()
}

impl From<Element> for VNode {
    fn from(element: Element) -> VNode {
        VNode::VTag(Rc::from(element.0))
    }
}

/// The events that views hear.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum On {
    Change,
    Click,
    Input,
    KeyDown,
    PointerCancel,
    PointerDown,
    PointerMove,
    PointerUp,
    Scroll,
    Toggle,
}

/// Something that is done when an event comes.
struct Heard {
    kind: On,
    tell: Box<dyn Fn(&Event)>,
}

impl Listener for Heard {
    fn kind(&self) -> ListenerKind {
        match self.kind {
            On::Change => ListenerKind::onchange,
            On::Click => ListenerKind::onclick,
            On::Input => ListenerKind::oninput,
            On::KeyDown => ListenerKind::onkeydown,
            On::PointerCancel => ListenerKind::onpointercancel,
            On::PointerDown => ListenerKind::onpointerdown,
            On::PointerMove => ListenerKind::onpointermove,
            On::PointerUp => ListenerKind::onpointerup,
            On::Scroll => ListenerKind::onscroll,
            On::Toggle => ListenerKind::ontoggle,
        }
    }

    fn handle(&self, event: Event) {
        (self.tell)(&event);
    }

    fn passive(&self) -> bool {
        matches!(self.kind, On::Scroll | On::PointerMove)
    }
}
