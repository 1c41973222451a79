//! The parameters that the scenario offers: a slider and the exact value for each, and the seed.
//!
//! *Invariant:* a control that refused a value keeps showing it, with the reason beside it.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icons::{Icon, icon};
use super::{Act, browser};
use crate::desk::{DialFace, Order, Panel, Refusal, SEED};
use crate::player::Action;

#[derive(Properties, PartialEq)]
pub struct ControlsProps {
    pub panel: Rc<Panel>,
    pub act: Act,
}

#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let panel = &*props.panel;
    let reset = {
        let act = props.act.clone();
        Callback::from(move |_: MouseEvent| act.dispatch(Action::Order(Order::Reset)))
    };
    html! {
        <div class="controls" role="group" aria-label="Parameters">
            { for panel.dials.iter().enumerate().map(|(number, dial)| {
                control(number, dial, panel.refusal(&dial.path), &props.act)
            }) }
            { seed(&panel.seed, panel.refusal(SEED), &props.act) }
            <button type="button" class="button button-quiet" onclick={reset}
                disabled={!panel.changed && panel.refusals.is_empty()}>
                { icon(Icon::Reset) }{ "Reset" }
            </button>
        </div>
    }
}

fn control(number: usize, dial: &DialFace, refusal: Option<&Refusal>, act: &Act) -> Html {
    let id = format!("parameter-{number}");
    let slide = {
        let (act, path) = (act.clone(), dial.path.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(stop) = browser::target::<HtmlInputElement>(&event).and_then(|input| input.value().parse().ok())
            {
                act.dispatch(Action::Order(Order::Turn { path: path.clone(), stop }));
            }
        })
    };
    html! {
        <div class="control" key={dial.path.clone()}>
            <label for={id.clone()}>{ &dial.label }</label>
            <input id={id.clone()} type="range" min="0" max={dial.last_stop.to_string()} step="1"
                value={dial.stop.to_string()} aria-valuetext={dial.text.clone()} oninput={slide} />
            { exact(&id, &format!("{}, exactly", dial.label), &dial.path, &dial.text, refusal, act) }
        </div>
    }
}

fn seed(seed: &str, refusal: Option<&Refusal>, act: &Act) -> Html {
    html! {
        <div class="control control-seed" key="seed">
            <label for="seed-exact">{ "Seed" }</label>
            { exact("seed", "", SEED, seed, refusal, act) }
        </div>
    }
}

/// A field for typing the value. Without a `name` of its own, a label names it.
fn exact(id: &str, name: &str, path: &str, text: &str, refusal: Option<&Refusal>, act: &Act) -> Html {
    let typed = {
        let (act, path, before) = (act.clone(), path.to_owned(), text.to_owned());
        Callback::from(move |event: Event| {
            if let Some(input) = browser::target::<HtmlInputElement>(&event) {
                let text = input.value();
                // What means the value as it is changes nothing, so that nothing would write it anew.
                if text.trim().is_empty() {
                    input.set_value(&before);
                }
                act.dispatch(Action::Order(Order::Type { path: path.clone(), text: input.value() }));
            }
        })
    };
    let (value, problem) = match refusal {
        Some(refusal) => (refusal.typed.clone(), Some(format!("{id}-problem"))),
        None => (text.to_owned(), None),
    };
    html! {
        <>
            <input id={format!("{id}-exact")} class="exact" type="text" autocomplete="off" spellcheck="false"
                size="8" {value} onchange={typed} aria-label={(!name.is_empty()).then(|| name.to_owned())}
                aria-invalid={refusal.map(|_| "true")} aria-describedby={problem.clone()} />
            if let Some(refusal) = refusal {
                <p class="problem" role="alert" id={problem}>{ &refusal.sentence }</p>
            }
        </>
    }
}
