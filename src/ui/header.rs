//! What the page is, which scenario is open, and what to look for in it.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::JsFuture;

use super::app::{Fold, Message};
use super::element::{Element, On, block, element, markup};
use super::icons::{Icon, icon};
use super::{Act, browser};
use crate::desk::Panel;

/// Whether the link was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Copied {
    #[default]
    Idle,
    Done,
    /// The browser has no clipboard for this page, or does not let it be written: the address is shown to be copied by
    /// hand.
    Refused(String),
}

/// The id of the field with the address that could not be copied.
const ADDRESS: &str = "address";

/// The name of the page, what opens the library, and the workshop, the link. Where there is little room, what opens the
/// library says which scenario is open. Both are scripts of their own (`static/boot.js`, `static/background.js`), which hear of a
/// click by the attribute.
pub fn masthead(title: &str, copied: &Copied, act: &Act) -> Element {
    let fixed = [("type", "button"), ("class", "button picker"), ("data-library", ""), ("aria-haspopup", "dialog")];
    let picker = element("button", &fixed)
        .add(icon(Icon::Library))
        .add(element("span", &[]).text("Scenarios"))
        .add(element("b", &[]).text(title.to_owned()));
    let edit = element("button", &[("type", "button"), ("class", "button"), ("data-workshop", "")])
        .add(icon(Icon::Edit))
        .add(element("span", &[]).text("Edit"));
    block("header", "masthead")
        .add(element("h1", &[]).text("Counterpoint"))
        .add(block("p", "tagline").text("the same work, asked and queued"))
        .add(block("div", "masthead-tools").add(picker).add(edit).add(taking(act)).add(copy_link(copied, act)))
}

/// What is taken from the page to somewhere else: a file of the run, or the diagram for another page. A script of its own
/// does both, which is fetched when it is wanted. On a phone they stand at the end of the page, for the name of the scenario
/// needs the room at its head.
pub fn taking(act: &Act) -> Element {
    let button = |name: &'static str, what: &'static str, sign: Icon| {
        let act = act.clone();
        element("button", &[("type", "button"), ("class", "button"), ("aria-haspopup", "dialog")])
            .on(On::Click, move |_| act.tell(Message::Take(what)))
            .add(icon(sign))
            .add(element("span", &[]).text(name))
    };
    block("span", "sharing").add(button("Export", "file", Icon::Export)).add(button("Embed", "snippet", Icon::Embed))
}

/// Puts the address, which holds all that is shown, on the clipboard.
fn copy_link(copied: &Copied, act: &Act) -> Element {
    let (label, address) = match copied {
        Copied::Idle => ("Copy link", None),
        Copied::Done => ("Link copied", None),
        Copied::Refused(address) => ("The browser does not let the page copy: copy this", Some(address)),
    };
    let act = act.clone();
    let button = element("button", &[("type", "button"), ("class", "button button-first")])
        .on(On::Click, move |_| act.tell(Message::CopyLink))
        .add(icon(Icon::Link))
        .add(element("span", &[("role", "status")]).text(label));
    let field = address.map(|address| {
        let fixed = [("id", ADDRESS), ("type", "text"), ("readonly", ""), ("aria-label", "The link")];
        element("input", &fixed).value(address.clone())
    });
    block("span", "copy-link").add(button).add_some(field)
}

/// Copies an address, and tells what came of it. Comes with the later part of the page.
#[inline(never)]
pub fn copy(address: String, act: Act) {
    let copying = browser::copied(&address).map(JsFuture::from);
    yew::platform::spawn_local(async move {
        let is_done = match copying {
            Some(copying) => copying.await.is_ok(),
            None => false,
        };
        act.tell(Message::Copied(if is_done { Copied::Done } else { Copied::Refused(address) }));
    });
}

/// Takes back, after a while, what the button says. The address that could not be copied is selected meanwhile. Comes with the
/// later part of the page.
#[inline(never)]
pub fn forget(copied: &Copied, act: Act) -> Timeout {
    let millis = match copied {
        Copied::Refused(_) => {
            let mount = act.mount.clone();
            Timeout::new(0, move || mount.select(ADDRESS)).forget();
            60_000
        }
        Copied::Idle | Copied::Done => 2_500,
    };
    Timeout::new(millis, move || act.tell(Message::Copied(Copied::Idle)))
}

/// Where a newcomer goes on from the first scenario.
const NEXT: &str = "<p class=\"next\">Next: <a href=\"#message-queue\">when nobody is there<span> to answer</span></a><span>, or \
                    <button type=\"button\" data-library=\"\" aria-haspopup=\"dialog\">what do you want to do?</button></span>, or \
                    <a href=\"evidence.html\">is it true<span> what people say</span>?</a></p>";

/// The scenario in words. On a phone two lines of them, and a button for the rest. Under the first one, what to look at next.
pub fn introduction(panel: &Panel, words: Fold, act: &Act) -> Element {
    let Panel { name, title, look_for, .. } = panel;
    let (class, open, label, other) = match words {
        Fold::Open => ("introduction unfolded", "true", "Less", Fold::Closed),
        Fold::Closed => ("introduction", "false", "More", Fold::Open),
    };
    let next = (name == "rest-get-user" && act.mount.is_page()).then(|| markup(NEXT));
    let act = act.clone();
    let more = element("button", &[("type", "button"), ("class", "more"), ("aria-controls", "look-for")])
        .with("aria-expanded", open)
        .on(On::Click, move |_| act.tell(Message::Words(other)))
        .text(label);
    let has_words = !look_for.is_empty();
    element("section", &[("aria-labelledby", "title")])
        .with("class", class)
        .add(element("h2", &[("id", "title")]).text(title.to_owned()))
        .add_some(has_words.then(|| element("p", &[("id", "look-for")]).text(look_for.to_owned())))
        .add_some(has_words.then_some(more))
        .add(next.unwrap_or_default())
}
