//! The choice of the broker, in the head of a pane.
//!
//! *Invariant:* a broker that cannot stand in is shown as chosen, with the reason; the picture stays the one before.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{Act, browser};
use crate::desk::{BrokerChoice, Order};
use crate::player::Action;

pub fn brokers(choice: &BrokerChoice, act: &Act) -> Html {
    let name = format!("broker-{}", choice.side);
    let onchange = {
        let (act, path) = (act.clone(), choice.path.clone());
        Callback::from(move |event: Event| {
            if let Some(input) = browser::target::<HtmlInputElement>(&event) {
                act.dispatch(Action::Order(Order::Set { path: path.clone(), value: input.value() }));
            }
        })
    };
    let problem = choice.refusal.as_ref().map(|_| format!("{name}-problem"));
    html! {
        <>
            <fieldset class="brokers" aria-describedby={problem.clone()}>
                <legend class="visually-hidden">{ "Broker" }</legend>
                { for choice.offered.iter().map(|(word, title)| html! {
                    <label key={word.clone()}>
                        <input type="radio" name={name.clone()} value={word.clone()}
                            checked={*word == choice.chosen} onchange={onchange.clone()} />
                        <span>{ title }</span>
                    </label>
                }) }
            </fieldset>
            if let Some((drawn, sentence)) = &choice.refusal {
                <div class="problem" role="alert" id={problem}>
                    { sentence }{ ". What is drawn is still " }{ drawn }{ "." }
                </div>
            }
        </>
    }
}
