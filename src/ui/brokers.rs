//! The choice of the broker, in the head of a pane.
//!
//! *Invariant:* a broker that cannot stand in is shown as chosen, with the reason; the picture stays the one before.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{Act, browser};
use crate::player::{Action, BrokerChoice};

pub fn brokers(choice: &BrokerChoice, act: &Act) -> Html {
    let name = format!("broker-{}", choice.side);
    let onchange = {
        let (act, path) = (act.clone(), choice.path.clone());
        Callback::from(move |event: Event| {
            if let Some(input) = browser::target::<HtmlInputElement>(&event) {
                act.dispatch(Action::Set { path: path.clone(), value: input.value().into() });
            }
        })
    };
    let problem = choice.refusal.as_ref().map(|_| format!("{name}-problem"));
    html! {
        <>
            <fieldset class="brokers" aria-describedby={problem.clone()}>
                <legend class="visually-hidden">{ "Broker" }</legend>
                { for choice.offered().iter().map(|broker| html! {
                    <label key={broker.protocol}>
                        <input type="radio" name={name.clone()} value={broker.protocol}
                            checked={broker == choice.chosen} onchange={onchange.clone()} />
                        <span>{ broker.title }</span>
                    </label>
                }) }
            </fieldset>
            if let Some((drawn, sentence)) = &choice.refusal {
                <div class="problem" role="alert" id={problem}>
                    { sentence }{ ". What is drawn is still " }{ drawn.title }{ "." }
                </div>
            }
        </>
    }
}
