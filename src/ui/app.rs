//! The root: the one reducer, what keeps it going, and where everything stands on the page.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::address::use_address;
use super::controls::{Controls, Panel};
use super::frames::use_frames;
use super::header::{introduction, masthead, titles};
use super::instrument::Instrument;
use super::modelled::modelled;
use super::runner::{Share, run_if_short, use_runner};
use super::story::Story;
use super::table::Table;
use super::transport::Transport;
use super::verdicts::Verdicts;
use super::{Act, Session, browser};
use crate::player::{Action, Gait, Player, Reel, Selection};
use crate::time::Moment;

fn open() -> Session {
    let mut player = Player::open(&browser::fragment());
    run_if_short(&mut player);
    Session(player)
}

#[component]
pub fn App() -> Html {
    let session = use_reducer(open);
    let player = &session.0;
    let act = session.dispatcher();
    let share = use_runner(player, act.clone());
    use_frames(player.motion(), act.clone());
    use_address(player, act.clone());
    let wide = browser::use_media(browser::WIDE);
    let gait = if browser::use_media(browser::REDUCED_MOTION) { Gait::Jump } else { Gait::Glide };
    {
        let act = act.clone();
        use_effect_with(gait, move |gait| act.dispatch(Action::SetGait(*gait)));
    }
    let titles = use_memo((), |()| titles());
    let panel = use_memo(Panel::of(player), Panel::clone);
    let head = &player.wish().scenario.head;
    html! {
        <>
            { masthead(&titles, &head.name, &act) }
            <main>
                { introduction(&head.title, &head.look_for) }
                <details class="controls-fold" open={wide}>
                    <summary>{ "Parameters" }</summary>
                    <Controls panel={panel.clone()} act={act.clone()} />
                </details>
                { notices(player) }
                <div class="progress-place">{ progress(share, &act) }</div>
                if let Some(reel) = player.reel() {
                    { shown(player, reel, &panel, &act) }
                }
                { modelled(&player.wish().scenario) }
            </main>
            <p class="visually-hidden" role="status" aria-live="polite">{ player.said() }</p>
        </>
    }
}

/// What is there once a run is.
fn shown(player: &Player, reel: &Rc<Reel>, panel: &Rc<Panel>, act: &Act) -> Html {
    let reached = reel.last_until(player.head()).unwrap_or(Moment::START);
    let onkeydown = {
        let act = act.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(action) = meant(&event) {
                event.prevent_default();
                act.dispatch(action);
            }
        })
    };
    html! {
        <>
            <section class="instrument" aria-label="The run" {onkeydown}>
                <Instrument reel={reel.clone()} head={player.head()} window={player.window()}
                    selection={player.selection()} panel={panel.clone()} act={act.clone()} />
                <Transport reel={reel.clone()} head={player.head()} motion={player.motion()} speed={player.speed()}
                    act={act.clone()} />
            </section>
            <Verdicts reel={reel.clone()} act={act.clone()} />
            <Story reel={reel.clone()} selection={player.selection()} {reached} act={act.clone()} />
            <Table reel={reel.clone()} selection={player.selection()} {reached} act={act.clone()} />
            { keys() }
        </>
    }
}

/// What a key means to the instrument. Controls keep the keys that they use themselves.
fn meant(event: &KeyboardEvent) -> Option<Action> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let target: Element = browser::target(event)?;
    let (tag, is_scrubber) = (target.tag_name(), target.id() == "scrubber");
    let types = matches!(tag.as_str(), "INPUT" | "SELECT" | "TEXTAREA") && !is_scrubber;
    let presses = matches!(tag.as_str(), "BUTTON" | "SUMMARY" | "A");
    match event.key().as_str() {
        _ if types => None,
        " " if !presses => Some(Action::Toggle),
        "ArrowLeft" => Some(Action::StepBack),
        "ArrowRight" => Some(Action::StepOn),
        "ArrowDown" if is_scrubber => Some(Action::StepBack),
        "ArrowUp" if is_scrubber => Some(Action::StepOn),
        "Home" => Some(Action::ToStart),
        "End" => Some(Action::ToEnd),
        "Escape" => Some(Action::Select(Selection::Nothing)),
        _ => None,
    }
}

fn keys() -> Html {
    const KEYS: [(&str, &str); 6] = [
        ("Space", "play or pause"),
        ("→", "one step on: the next moment at which something happens on either side"),
        ("←", "one step back"),
        ("Home", "to the start"),
        ("End", "to the end"),
        ("Esc", "select nothing"),
    ];
    html! {
        <details class="fold">
            <summary>{ "Keys" }</summary>
            <div class="fold-body prose">
                <p>{ "While the picture or the controls below it have the focus:" }</p>
                <dl class="keys">
                    { for KEYS.iter().map(|(key, meaning)| html! {
                        <div key={*key}><dt><kbd>{ *key }</kbd></dt><dd>{ *meaning }</dd></div>
                    }) }
                </dl>
            </div>
        </details>
    }
}

/// What a person should know before they read on.
fn notices(player: &Player) -> Html {
    let limit = player.reel().is_some_and(|reel| reel.met_a_limit());
    html! {
        <div class="notices" role="status">
            if let Some(problem) = player.link_problem() {
                <p class="notice">{ format!("The link could not be followed to the letter: {}.", problem.0) }</p>
            }
            if limit {
                <p class="notice">
                    { "This run met its bound on events or on simulated time before the work was over: what is shown is \
                       its beginning." }
                </p>
            }
        </div>
    }
}

fn progress(share: Share, act: &Act) -> Html {
    let Some(share) = share else { return html! {} };
    let act = act.clone();
    let onclick = Callback::from(move |_: MouseEvent| act.dispatch(Action::Cancel));
    let value = ((share * 1_000.0) as u32).to_string();
    html! {
        <div class="progress">
            <label for="progress">{ "Running" }</label>
            <progress id="progress" max="1000" {value} />
            <button type="button" class="button" {onclick}>{ "Cancel" }</button>
        </div>
    }
}
