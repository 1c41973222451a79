//! Play, pause, step, speed, and the scrubber with its strip of what went wrong.
//!
//! *Invariant:* the strip is drawn once a run; a frame writes the scrubber's value and the readout.

use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::icons::{Icon, icon};
use super::{Act, browser};
use crate::player::{Action, Motion, Reel, Speed, TroubleKind};
use crate::time::{Moment, Span};

#[derive(Properties, PartialEq)]
pub struct TransportProps {
    pub reel: Rc<Reel>,
    pub head: Moment,
    pub motion: Motion,
    pub speed: Speed,
    pub act: Act,
}

#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let reel = &props.reel;
    let does = |action: Action| {
        let act = props.act.clone();
        Callback::from(move |_: MouseEvent| act.dispatch(action.clone()))
    };
    let (name, sign) = match props.motion {
        Motion::Playing => ("Pause", Icon::Pause),
        Motion::Paused => ("Play", Icon::Play),
    };
    let button = |name: &'static str, sign: Icon, action: Action, more: &'static str| {
        html! {
            <button type="button" class={classes!("button", "button-icon", more)} aria-label={name} title={name}
                onclick={does(action)}>
                { icon(sign) }
            </button>
        }
    };
    html! {
        <div class="transport" role="group" aria-label="Playing">
            <div class="transport-buttons">
                { button("To the start", Icon::ToStart, Action::ToStart, "button-spare") }
                { button("One step back", Icon::StepBack, Action::StepBack, "") }
                { button(name, sign, Action::Toggle, "button-play") }
                { button("One step on", Icon::StepOn, Action::StepOn, "") }
            </div>
            { speeds(props.speed, &props.act) }
            <div class="scrubber">
                <Strip reel={reel.clone()} />
                { scrubber(props) }
            </div>
            <output class="readout" for="scrubber">
                <b>{ reel.clock(props.head) }</b>{ " / " }{ reel.clock(reel.ended) }
            </output>
        </div>
    }
}

fn scrubber(props: &TransportProps) -> Html {
    let act = props.act.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        if let Some(micros) = browser::target::<HtmlInputElement>(&event).and_then(|input| input.value().parse().ok()) {
            act.dispatch(Action::Seek(Moment::START + Span::micros(micros)));
        }
    });
    let micros = |moment: Moment| moment.micros().to_string();
    html! {
        <input id="scrubber" type="range" min="0" max={micros(props.reel.ended)} step="1" value={micros(props.head)}
            aria-label="Moment" aria-valuetext={props.reel.clock(props.head)} {oninput} />
    }
}

fn speeds(shown: Speed, act: &Act) -> Html {
    let act = act.clone();
    let onchange = Callback::from(move |event: Event| {
        let index = browser::target::<HtmlSelectElement>(&event).map(|select| select.selected_index());
        if let Some(speed) = index.and_then(|index| Speed::ALL.get(usize::try_from(index).ok()?)) {
            act.dispatch(Action::SetSpeed(*speed));
        }
    });
    html! {
        <label class="speed">
            <span class="visually-hidden">{ "Speed" }</span>
            <select {onchange}>
                { for Speed::ALL.iter().map(|speed| html! {
                    <option key={speed.label()} selected={*speed == shown}>{ speed.label() }</option>
                }) }
            </select>
        </label>
    }
}

#[derive(Properties, PartialEq)]
struct StripProps {
    reel: Rc<Reel>,
}

/// Thousandths of the run's length.
const LENGTH: u64 = 1_000;
/// More signs than this on the strip are one band of trouble to the eye.
const MOST_SIGNS: usize = 400;

#[component]
fn Strip(props: &StripProps) -> Html {
    let reel = &*props.reel;
    let ended = reel.ended.micros().max(1);
    let x = |moment: Moment| moment.micros() * LENGTH * 100 / ended;
    let place = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let mut drawn = Vec::new();
    for trouble in &reel.troubles {
        let (class, top, height) = match (trouble.kind, trouble.side) {
            (TroubleKind::Outage, _) => ("strip-outage", 0, 26),
            (TroubleKind::Failure, 0) => ("strip-failure", 1, 6),
            (TroubleKind::Failure, _) => ("strip-failure", 19, 6),
            (TroubleKind::Again, 0) => ("strip-again", 1, 6),
            (TroubleKind::Again, _) => ("strip-again", 19, 6),
        };
        let (from, until) = (x(trouble.from), x(trouble.until));
        // A sign is wide enough to be seen, and signs in one place are one.
        let sign = (class, top, height, place(from / 100 * 100), place((until - from).max(350) / 50 * 50));
        if !drawn.contains(&sign) && drawn.len() < MOST_SIGNS {
            drawn.push(sign);
        }
    }
    html! {
        <svg class="strip" viewBox={format!("0 0 {LENGTH} 26")} preserveAspectRatio="none" aria-hidden="true">
            { for drawn.into_iter().enumerate().map(|(number, (class, top, height, x, width))| html! {
                <rect key={number} {class} {x} y={top.to_string()} {width} height={height.to_string()} />
            }) }
        </svg>
    }
}
