//! The root: the one reducer, what keeps it going, and where everything stands on the page.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::address::use_address;
use super::controls::Controls;
use super::engine::use_engine;
use super::frames::use_frames;
use super::header::{introduction, masthead};
use super::instrument::Instrument;
use super::modelled::modelled;
use super::story::Story;
use super::table::Table;
use super::transport::Transport;
use super::verdicts::Verdicts;
use super::{Act, Session, browser};
use crate::desk::{Cover, Order};
use crate::player::{Action, Gait, Player, Reel};
use crate::recording::Selection;
use crate::time::Moment;

/// What the studio would make of its first scenario; a test holds it to that.
static COVER: &[u8] = include_bytes!("../../static/cover.bin");

fn cover() -> Cover {
    borsh::from_slice(COVER).expect("a test holds the cover to what the studio makes of it")
}

#[component]
pub fn App() -> Html {
    let cover = use_memo((), |()| cover());
    let session = use_reducer(|| Session(Player::open((*cover).clone(), &browser::fragment())));
    let player = &session.0;
    let act = session.dispatcher();
    use_engine(player, act.clone());
    use_frames(player.motion(), act.clone());
    use_address(player, act.clone());
    let wide = browser::use_media(browser::WIDE);
    let gait = if browser::use_media(browser::REDUCED_MOTION) { Gait::Jump } else { Gait::Glide };
    {
        let act = act.clone();
        use_effect_with(gait, move |gait| act.dispatch(Action::SetGait(*gait)));
    }
    let panel = player.panel();
    html! {
        <>
            { masthead(&cover.titles, &panel.name, &act) }
            <main>
                { introduction(&panel.title, &panel.look_for) }
                <details class="controls-fold" open={wide}>
                    <summary>{ "Parameters" }</summary>
                    <Controls panel={panel.clone()} act={act.clone()} />
                </details>
                { notices(player) }
                <div class="progress-place">{ progress(player, &act) }</div>
                if let Some(reel) = player.reel() {
                    { shown(player, reel, &act) }
                }
                { modelled(&panel.modelled) }
            </main>
            <p class="visually-hidden" role="status" aria-live="polite">{ player.said() }</p>
        </>
    }
}

/// What is there once a run is.
fn shown(player: &Player, reel: &Rc<Reel>, act: &Act) -> Html {
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
                    selection={player.selection()} panel={player.panel().clone()} act={act.clone()} />
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
    let limit = player.reel().is_some_and(|reel| reel.recording.met_a_limit());
    html! {
        <div class="notices" role="status">
            if let Some(problem) = &player.panel().link_problem {
                <p class="notice">{ format!("The link could not be followed to the letter: {}.", problem) }</p>
            }
            if let Some(why) = player.closed() {
                <p class="notice">
                    { format!("The engine could not be had: {why}. What is shown can be played, but nothing can be run anew; \
                               reload to try again.") }
                </p>
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

/// For a run that does not end at once, and while the engine is still on its way.
fn progress(player: &Player, act: &Act) -> Html {
    let share = match player.share() {
        Some(share) => Some(share),
        None if player.reel().is_none() && player.is_behind() => None,
        None => return html! {},
    };
    let act = act.clone();
    let onclick = Callback::from(move |_: MouseEvent| act.dispatch(Action::Order(Order::Cancel)));
    let value = share.map(|share| share.to_string());
    html! {
        <div class="progress">
            <label for="progress">{ "Running" }</label>
            <progress id="progress" max="1000" {value} />
            <button type="button" class="button" {onclick}>{ "Cancel" }</button>
        </div>
    }
}
