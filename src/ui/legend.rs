//! What the signs of the picture mean, in a fold of its own.
//!
//! *Invariant:* the words and samples are the scene's, so there is an entry for each kind of sign that this picture uses,
//! and for no other.

use web_sys::HtmlElement;
use yew::AttrValue;

use super::app::{Fold, Message};
use super::element::{Element, On, element, markup};
use super::{Act, browser};
use crate::player::Action;
use crate::recording::Background;

/// The id of the fold.
pub const LEGEND: &str = "legend";

/// What an open legend shows.
#[derive(Clone, PartialEq)]
pub struct Meanings {
    pub markup: AttrValue,
    /// How background messages are drawn, if the run has any.
    pub background: Option<Background>,
}

/// The fold, with the legend in it if it is open.
pub fn legend(shown: Option<&Meanings>, act: &Act) -> Element {
    let choice = shown.and_then(|shown| shown.background).map(|background| choice(background, act));
    let act = act.clone();
    let fold = element("details", &[("class", "fold"), ("id", LEGEND)]).on(On::Toggle, move |event| {
        let is_open = browser::target::<HtmlElement>(event).is_some_and(|details| details.has_attribute("open"));
        act.tell(Message::Legend(if is_open { Fold::Open } else { Fold::Closed }));
    });
    let body = element("div", &[("class", "fold-body")]);
    let body = shown.map(|shown| body.add(markup(shown.markup.clone())).add_some(choice));
    fold.add(element("summary", &[]).text("Legend: what the signs mean")).add_some(body)
}

/// Lets background messages be drawn as any other, or recede.
fn choice(background: Background, act: &Act) -> Element {
    let (pressed, other) = match background {
        Background::Faint => ("false", Background::Full),
        Background::Full => ("true", Background::Faint),
    };
    element("button", &[("type", "button"), ("class", "button")])
        .with("aria-pressed", pressed)
        .does(act, move || Action::SetBackground(other))
        .text("Draw what is sent without any job in full")
}
