//! Where everything stands on the page, and what keys mean to it.

use wasm_bindgen::JsCast;
use web_sys::{Element as Node, Event, KeyboardEvent};
use yew::Html;
use yew::virtual_dom::VNode;

use super::app::{App, Fold, Run};
use super::element::{Element, On, block, element, markup};
use super::header::introduction;
use super::modelled::modelled;
use super::parts::{Part, kept};
use super::transport::transport;
use super::{Act, browser};
use crate::desk::Order;
use crate::player::{Action, Player};
use crate::recording::Selection;

pub fn page(app: &App) -> Html {
    let App { player, act, .. } = app;
    let panel = player.panel();
    let parameters = block("details", "controls-fold")
        .with_if("open", app.parameters == Fold::Open)
        .add(element("summary", &[]).text("Parameters"))
        .add(kept(Part::Controls(panel.clone()), act));
    // Without a cover, there is nothing to say before the engine has come.
    let is_known = !panel.name.is_empty();
    let main = element("main", &[])
        .add_some(is_known.then(|| introduction(&panel.title, &panel.look_for)))
        .add_some(is_known.then_some(parameters))
        .add(notices(player))
        .add(block("div", "progress-place").add_some(progress(player, act)))
        .add(app.run.as_ref().map(|run| shown(app, run)).unwrap_or_default())
        .add_some(is_known.then(|| modelled(&panel.modelled)));
    let said = element("p", &[("class", "visually-hidden"), ("role", "status"), ("aria-live", "polite")]);
    let said = said.text(player.said().to_owned());
    VNode::from_iter([kept(app.masthead(), act), main.into(), said.into()])
}

/// What is there once a run is.
fn shown(app: &App, run: &Run) -> VNode {
    let App { player, act, .. } = app;
    let acting = act.clone();
    let pressed = move |event: &Event| {
        if let Some(action) = event.dyn_ref().and_then(meant) {
            event.prevent_default();
            acting.dispatch(action);
        }
    };
    let instrument = element("section", &[("class", "instrument"), ("aria-label", "The run")])
        .on(On::KeyDown, pressed)
        .add(app.instrument.view(run, player, act))
        .add(transport(player, run, act));
    VNode::from_iter([
        instrument.into(),
        kept(Part::Verdicts(run.reel.clone()), act),
        kept(app.story(run), act),
        kept(app.table(run), act),
        markup(KEYS),
    ])
}

/// What a key means to the instrument. Controls keep the keys that they use themselves.
fn meant(event: &KeyboardEvent) -> Option<Action> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let target: Node = browser::target(event)?;
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

/// The keys in words.
const KEYS: &str = concat!(
    "<details class=\"fold\"><summary>Keys</summary><div class=\"fold-body prose\">",
    "<p>While the picture or the controls below it have the focus:</p><dl class=\"keys\">",
    "<div><dt><kbd>Space</kbd></dt><dd>play or pause</dd></div>",
    "<div><dt><kbd>→</kbd></dt><dd>one step on: the next moment at which something happens on either side</dd></div>",
    "<div><dt><kbd>←</kbd></dt><dd>one step back</dd></div>",
    "<div><dt><kbd>Home</kbd></dt><dd>to the start</dd></div>",
    "<div><dt><kbd>End</kbd></dt><dd>to the end</dd></div>",
    "<div><dt><kbd>Esc</kbd></dt><dd>select nothing</dd></div>",
    "</dl></div></details>"
);

/// What a person should know before they read on.
fn notices(player: &Player) -> Element {
    let notice = |text: String| block("p", "notice").text(text);
    let problem = player.panel().link_problem.as_ref();
    let problem = problem.map(|problem| notice(format!("The link could not be followed to the letter: {problem}.")));
    let closed = player.closed().map(|why| {
        notice(format!(
            "The engine could not be had: {why}. What is shown can be played, but nothing can be run anew; reload to \
             try again."
        ))
    });
    let limit = player.reel().filter(|reel| reel.recording.met_a_limit()).map(|_| {
        block("p", "notice").text(
            "This run met its bound on events or on simulated time before the work was over: what is shown is its \
             beginning.",
        )
    });
    element("div", &[("class", "notices"), ("role", "status")]).add_some(problem).add_some(closed).add_some(limit)
}

/// For a run that does not end at once, and while the engine is still on its way.
fn progress(player: &Player, act: &Act) -> Option<Element> {
    let share = player.share();
    if share.is_none() && (player.reel().is_some() || !player.is_behind()) {
        return None;
    }
    let cancel = element("button", &[("type", "button"), ("class", "button")]);
    let cancel = cancel.does(act, || Action::Order(Order::Cancel)).text("Cancel");
    let bar = element("progress", &[("id", "progress"), ("max", "1000")]);
    let progress = block("div", "progress")
        .add(element("label", &[("for", "progress")]).text("Running"))
        .add(bar.with_some("value", share.map(|share| share.to_string())))
        .add(cancel);
    Some(progress)
}
