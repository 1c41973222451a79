//! Where everything stands on the page.

use wasm_bindgen::JsCast;
use web_sys::Event;
use yew::Html;
use yew::virtual_dom::VNode;

use super::Act;
use super::app::{App, Fold, RunShown};
use super::element::{Element, On, block, classes, element, markup};
use super::header::{introduction, taking};
use super::keys::{KEYS, meant};
use super::modelled::modelled;
use super::mount::Frame;
use super::parts::{Part, kept};
use super::transport::transport;
use crate::desk::Order;
use crate::player::{Action, Change, Player};

pub fn page(app: &App) -> Html {
    let act = &app.act;
    match act.mount.frame {
        Frame::Page => {
            let main = whole(app, element("main", &[]));
            VNode::from_iter([skip(act).into(), kept(app.masthead(), act), main.into(), said(app).into()])
        }
        Frame::Full => VNode::from_iter([VNode::from(whole(app, block("div", "full"))), said(app).into()]),
        Frame::Played => {
            let instrument = app.run.as_ref().map(|run| instrument(app, run).into()).unwrap_or_default();
            VNode::from_iter([VNode::from(notices(app)), instrument, said(app).into()])
        }
        Frame::Bare => app.run.as_ref().map(|run| instrument(app, run).into()).unwrap_or_default(),
    }
}

/// One sentence on what the person did last, for those who listen.
fn said(app: &App) -> Element {
    let said = element("p", &[("class", "visually-hidden"), ("role", "status"), ("aria-live", "polite")]);
    let is_known = app.later.is_here() || !app.player.says_a_step();
    said.text(if is_known { app.player.said() } else { String::new() })
}

/// All that there is of a scenario and its run.
fn whole(app: &App, place: Element) -> Element {
    let App { player, act, .. } = app;
    let panel = player.panel();
    let can = [Change::Undo, Change::Redo].map(|change| player.can(change));
    let parameters = block("details", "controls-fold")
        .with_if("open", app.parameters == Fold::Open)
        .add(element("summary", &[]).text("Parameters"))
        .add(kept(Part::Controls { panel: panel.clone(), studio: player.studio(), can }, act));
    // Without a cover, there is nothing to say before the engine has come.
    let is_known = !panel.name.is_empty();
    place
        .add_some(is_known.then(|| introduction(panel, app.words, act)))
        .add_some(is_known.then_some(parameters))
        .add(notices(app))
        .add_some(app.run.is_none().then(|| block("div", "progress-place").add_some(progress(player, act))))
        .add(app.run.as_ref().map(|run| shown(app, run)).unwrap_or_default())
        .add_some(is_known.then(|| modelled(&panel.modelled)))
        .add_some((is_known && act.mount.is_page()).then(|| block("div", "at-the-end").add(taking(act))))
}

/// The first thing that the Tab key reaches: past all that stands above the picture. Not a link, for what follows the `#`
/// of an address is a scenario.
fn skip(act: &Act) -> Element {
    let mount = act.mount.clone();
    element("button", &[("type", "button"), ("class", "button skip")])
        .on(On::Click, move |_| {
            if let Some(viewport) = mount.find(".viewport") {
                let _ = viewport.focus();
            }
        })
        .text("Skip to the diagram")
}

/// What is there once a run is.
fn shown(app: &App, run: &RunShown) -> VNode {
    let act = &app.act;
    VNode::from_iter([
        instrument(app, run).into(),
        kept(Part::Verdicts(run.reel.clone()), act),
        block("p", "otherwise").text(app.player.panel().otherwise.clone()).into(),
        kept(app.story(run), act),
        kept(app.legend(run), act),
        kept(app.table(run), act),
        markup(KEYS),
    ])
}

/// The picture, with what is said at the playhead and what moves it.
fn instrument(app: &App, run: &RunShown) -> Element {
    let App { player, act, .. } = app;
    let acting = act.clone();
    let pressed = move |event: &Event| {
        if let Some(action) = event.dyn_ref().and_then(meant) {
            event.prevent_default();
            acting.dispatch(action);
        }
    };
    let footing = (act.mount.frame != Frame::Bare).then(|| {
        block("div", "footing").add(kept(app.narration(run), act)).add(transport(player, run, &app.strip, act))
    });
    let behind = if player.is_behind() { "behind" } else { "" };
    element("section", &[("aria-label", "The run")])
        .with("class", classes(&["instrument", behind]))
        .on(On::KeyDown, pressed)
        .add(block("div", "progress-over").add_some(progress(player, act)))
        .add(app.instrument.view(run, player, act))
        .add_some(footing)
}

/// What a person should know before they read on.
fn notices(app: &App) -> Element {
    let player = &app.player;
    let notice = |text: String| block("p", "notice").text(text);
    let problem = player.panel().link_problem.as_ref();
    let problem = problem.map(|problem| notice(format!("The link could not be followed to the letter: {problem}.")));
    let missing = app.later.missing().map(|why| {
        notice(format!(
            "A part of the page could not be had: {why}. What is shown can be played; the legend, the table and the \
             stories, the link and the keys that lead to a cause or a failure, and whatever would have to be run, need it: \
             reload to try again."
        ))
    });
    let closed = player.closed().filter(|_| missing.is_none()).map(|why| {
        notice(format!(
            "The engine could not be had: {why}. What is shown can be played, but nothing can be run anew; reload to \
             try again."
        ))
    });
    let broken = player.broken().map(|why| {
        notice(format!(
            "What was asked for last could not be run, for the engine broke down over it ({why}). It has been started \
             anew, and what is shown is of before."
        ))
    });
    let limit = player.reel().and_then(|reel| reel.recording.limit()).map(|limit| {
        notice(format!(
            "This run was stopped before the work was over, {}; what is shown is its beginning.",
            limit.words()
        ))
    });
    element("div", &[("class", "notices"), ("role", "status")])
        .add_some(problem)
        .add_some(missing)
        .add_some(closed)
        .add_some(broken)
        .add_some(limit)
}

/// That what is shown is of before, and how far what was asked for is.
fn progress(player: &Player, act: &Act) -> Option<Element> {
    if !player.is_behind() {
        return None;
    }
    let share = player.share();
    let label = match share {
        _ if player.is_arriving() => "Being laid out",
        None if !player.has_heard() => "The engine is still coming",
        _ => "Running",
    };
    let cancel = element("button", &[("type", "button"), ("class", "button")]);
    let cancel = cancel.does(act, || Action::Order(Order::Cancel)).text("Cancel");
    let bar = element("progress", &[("id", "progress"), ("max", "1000")]);
    let progress = block("div", "progress")
        .add(element("label", &[("for", "progress")]).text(label))
        .add(bar.with_some("value", share.map(|share| share.to_string())))
        .add(cancel);
    Some(progress)
}
