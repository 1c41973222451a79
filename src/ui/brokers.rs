//! The choice of the broker, in the head of a pane.
//!
//! *Invariant:* a broker that cannot stand in is shown as chosen, with the reason; the picture stays the one before.

use super::element::{Element, On, block, element};
use super::{Act, browser};
use crate::desk::{BrokerChoice, BrokerOffer, Order};

pub fn brokers(choice: &BrokerChoice, act: &Act) -> (Element, Option<Element>) {
    let name = format!("broker-{}", choice.side);
    let problem = choice.refusal.as_ref().map(|_| format!("{name}-problem"));
    let mut each = choice.offered.iter().map(|offer| option(offer, &name, choice, act));
    let legend = block("legend", "visually-hidden").text("Broker");
    let field = block("fieldset", "brokers").with_some("aria-describedby", problem.clone()).add(legend).all(&mut each);
    (field, refusal(choice, problem))
}

fn option(offer: &BrokerOffer, name: &str, choice: &BrokerChoice, act: &Act) -> Element {
    let (act, path) = (act.clone(), choice.path.clone());
    let BrokerOffer { protocol, title, refusal } = offer;
    let input = element("input", &[("type", "radio")]).with("name", name.to_owned()).value(protocol.clone());
    let input = input.checked_if(*protocol == choice.chosen).on(On::Change, move |event| {
        act.order(Order::Set { path: path.clone(), value: browser::value(event) });
    });
    // Said before the click, by a line through the name, and why to whoever points at it or listens.
    let why = refusal.as_ref().map(|sentence| format!("{title} cannot stand in here: {sentence}"));
    element("label", &[])
        .key(protocol.as_str())
        .with_some("class", refusal.as_ref().map(|_| "unfit"))
        .with_some("title", why.clone())
        .add(input.with_some("aria-label", why))
        .add(element("span", &[]).text(title.clone()))
}

/// Why the chosen broker is not drawn, or nothing.
fn refusal(choice: &BrokerChoice, id: Option<String>) -> Option<Element> {
    let (drawn, sentence) = choice.refusal.as_ref()?;
    let problem = element("div", &[("class", "problem"), ("role", "alert")]).with_some("id", id);
    Some(problem.text(format!("{sentence}. What is drawn is still {}.", drawn)))
}
