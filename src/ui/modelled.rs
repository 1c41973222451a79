//! What is modelled and what is left out: every assumption that shapes the picture can be seen.

use yew::prelude::*;

use crate::scenario::Scenario;

pub fn modelled(scenario: &Scenario) -> Html {
    let mut said: Vec<(&'static str, &'static str)> = Vec::new();
    for side in &scenario.sides {
        let entry = (side.settings.protocol(), side.settings.left_out());
        if !said.contains(&entry) {
            said.push(entry);
        }
    }
    html! {
        <details class="fold">
            <summary>{ "What is modelled, and what is left out" }</summary>
            <div class="fold-body prose">
                { for said.into_iter().map(|(protocol, text)| html! {
                    <div key={protocol}><h3>{ protocol }</h3><p>{ text }</p></div>
                }) }
                <p><a href="modelled.html">{ "Every rule, with its source" }</a></p>
            </div>
        </details>
    }
}
