//! What the signs of the picture mean, in a fold of its own.
//!
//! *Invariant:* the words and samples are the scene's, so there is an entry for each kind of sign that this picture uses,
//! and for no other.

use web_sys::HtmlElement;
use yew::AttrValue;

use super::app::{Fold, Message};
use super::element::{Element, On, element, markup};
use super::{Act, browser};

/// The id of the fold.
pub const LEGEND: &str = "legend";

/// The fold, with the legend in it if it is open.
pub fn legend(shown: Option<&AttrValue>, act: &Act) -> Element {
    let act = act.clone();
    let fold = element("details", &[("class", "fold"), ("id", LEGEND)]).on(On::Toggle, move |event| {
        let is_open = browser::target::<HtmlElement>(event).is_some_and(|details| details.has_attribute("open"));
        act.tell(Message::Legend(if is_open { Fold::Open } else { Fold::Closed }));
    });
    let body = element("div", &[("class", "fold-body")]);
    let body = shown.map(|text| body.add(markup(text.clone())));
    fold.add(element("summary", &[]).text("Legend: what the signs mean")).add_some(body)
}
