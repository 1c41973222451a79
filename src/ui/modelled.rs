//! What is modelled and what is left out: every assumption that shapes the picture can be seen.

use yew::prelude::*;

/// Each protocol with what of it is left out.
pub fn modelled(said: &[(String, String)]) -> Html {
    html! {
        <details class="fold">
            <summary>{ "What is modelled, and what is left out" }</summary>
            <div class="fold-body prose">
                { for said.iter().map(|(protocol, text)| html! {
                    <div key={protocol.clone()}><h3>{ protocol }</h3><p>{ text }</p></div>
                }) }
                <p><a href="modelled.html">{ "Every rule, with its source" }</a></p>
            </div>
        </details>
    }
}
