//! What the page is, which scenario is open, and what to look for in it.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icons::{Icon, icon};
use super::{Act, browser};
use crate::desk::Order;
use crate::player::Action;

/// The name of the page, the scenarios with the open one of this name, the link.
pub fn masthead(titles: &[(String, String)], name: &str, act: &Act) -> Html {
    let act = act.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Some(select) = browser::target::<HtmlSelectElement>(&event) {
            act.dispatch(Action::Order(Order::Follow(select.value())));
        }
    });
    html! {
        <header class="masthead">
            <h1>{ "Counterpoint" }</h1>
            <p class="tagline">{ "the same work, asked and queued" }</p>
            <div class="masthead-tools">
                <label class="picker">
                    <span class="visually-hidden">{ "Scenario" }</span>
                    <select id="scenario" {onchange}>
                        { for titles.iter().map(|(known, title)| html! {
                            <option key={known.clone()} value={known.clone()} selected={known == name}>{ title }</option>
                        }) }
                    </select>
                </label>
                <CopyLink />
            </div>
        </header>
    }
}

/// Puts the address, which holds all that is shown, on the clipboard.
#[component]
fn CopyLink() -> Html {
    const IDLE: &str = "Copy link";
    let label = use_state(|| IDLE);
    let waiting = use_mut_ref(|| None::<Timeout>);
    let onclick = {
        let label = label.clone();
        Callback::from(move |_: MouseEvent| {
            let (label, waiting) = (label.setter(), waiting.clone());
            let copied = browser::window().navigator().clipboard().write_text(&browser::address());
            yew::platform::spawn_local(async move {
                let done = JsFuture::from(copied).await.is_ok();
                label.set(if done { "Link copied" } else { "Copy the address" });
                let back = Timeout::new(2_500, move || label.set(IDLE));
                *waiting.borrow_mut() = Some(back);
            });
        })
    };
    html! {
        <button type="button" class="button button-first" {onclick}>
            { icon(Icon::Link) }<span role="status">{ *label }</span>
        </button>
    }
}

/// The scenario in words.
pub fn introduction(title: &str, look_for: &str) -> Html {
    html! {
        <section class="introduction" aria-labelledby="title">
            <h2 id="title">{ title }</h2>
            if !look_for.is_empty() {
                <p>{ look_for }</p>
            }
        </section>
    }
}
