//! Play, pause, step, speed, the scrubber under its strip, and what is done with the window.
//!
//! *Invariant:* a frame writes the scrubber's value and the readout, and nothing else.

use super::app::RunShown;
use super::element::{Element, On, block, classes, element};
use super::icons::{Icon, icon};
use super::legend::LEGEND;
use super::mount::Frame;
use super::strip::Strip;
use super::{Act, browser};
use crate::player::{Action, Motion, Player, Reel, Speed, WindowChange};
use crate::time::{Moment, Span};

pub fn transport(player: &Player, run: &RunShown, strip: &Strip, act: &Act) -> Element {
    let reel = &*run.reel;
    let (name, sign) = match player.motion() {
        Motion::Playing => ("Pause", Icon::Pause),
        Motion::Paused => ("Play", Icon::Play),
    };
    let button = |name: &'static str, sign: Icon, action: fn() -> Action, more: &'static str| {
        element("button", &[("type", "button")])
            .with("class", classes(&["button", "button-icon", more]))
            .with("aria-label", name)
            .with("title", name)
            .does(act, action)
            .add(icon(sign))
    };
    let buttons = block("div", "transport-buttons")
        .add(button("To the start", Icon::ToStart, || Action::ToStart, "button-spare"))
        .add(button("One step back", Icon::StepBack, || Action::StepBack, ""))
        .add(button(name, sign, || Action::Toggle, "button-play"))
        .add(button("One step on", Icon::StepOn, || Action::StepOn, ""));
    let mount = act.mount.clone();
    let last = match mount.frame {
        // The legend is not there, and the page has it.
        Frame::Bare | Frame::Played => mount.host.word("home").map(|home| {
            let name = "Open this in Counterpoint, with everything that can be changed";
            element("a", &[("class", "button button-icon button-quiet"), ("target", "_blank"), ("rel", "noopener")])
                .with("href", format!("{home}#{}", player.panel().address))
                .with("title", name)
                .with("aria-label", name)
                .add(icon(Icon::Open))
        }),
        Frame::Page | Frame::Full => Some(
            element("button", &[("type", "button"), ("class", "button button-quiet button-spare")])
                .on(On::Click, move |_| mount.unfold(LEGEND))
                .text("Legend"),
        ),
    };
    let moment = element("b", &[]).text(reel.clock(player.head()));
    let readout = element("output", &[("class", "readout"), ("for", "scrubber")]);
    element("div", &[("class", "transport"), ("role", "group"), ("aria-label", "Playing")])
        .add(buttons)
        .add(speeds(player.speed(), reel, act))
        .add(
            block("div", "scrubber")
                .add(strip.view(player, &run.reel, run.strip.clone(), act))
                .add(scrubber(player, reel, act)),
        )
        .add(windows(player, act))
        .add_some(last)
        .add(readout.add(moment).text(format!(" / {}", reel.clock(reel.ended))))
}

/// Less of the run, more of it, all of it.
fn windows(player: &Player, act: &Act) -> Element {
    let button = |name: &'static str, sign: Icon, change: WindowChange, is_of_use: bool| {
        element("button", &[("type", "button"), ("class", "button button-icon")])
            .with("aria-label", name)
            .with("title", name)
            .with_if("disabled", !is_of_use)
            .does(act, move || Action::Window(change))
            .add(icon(sign))
    };
    let is_part = player.is_within_the_run();
    element("div", &[("class", "transport-buttons"), ("role", "group"), ("aria-label", "Window")])
        .add(button("Show less of the run, larger", Icon::Narrower, WindowChange::Narrower, true))
        .add(button("Show more of the run", Icon::Wider, WindowChange::Wider, is_part))
        .add(button("Show the whole run", Icon::Whole, WindowChange::Whole, is_part))
}

fn scrubber(player: &Player, reel: &Reel, act: &Act) -> Element {
    let act = act.clone();
    let micros = |moment: Moment| moment.micros().to_string();
    let fixed = [("id", "scrubber"), ("type", "range"), ("min", "0"), ("step", "1"), ("aria-label", "Moment")];
    element("input", &fixed)
        .with("max", micros(reel.ended))
        .with("aria-valuetext", reel.clock(player.head()))
        .value(micros(player.head()))
        .on(On::Input, move |event| {
            if let Ok(micros) = browser::value(event).parse() {
                act.dispatch(Action::Seek(Moment::START + Span::micros(micros)));
            }
        })
}

fn speeds(shown: Speed, reel: &Reel, act: &Act) -> Element {
    let act = act.clone();
    let chosen = move |event: &web_sys::Event| {
        let label = browser::value(event);
        if let Some(speed) = Speed::ALL.iter().find(|speed| speed.label() == label) {
            act.dispatch(Action::SetSpeed(*speed));
        }
    };
    let mut options = Speed::ALL.iter().map(|speed| {
        let option = element("option", &[]).key(speed.label()).with_if("selected", *speed == shown);
        option.text(speed.label())
    });
    let compared = shown.compared_with_real_time(reel.ended);
    let select = element("select", &[]).on(On::Change, chosen).all(&mut options);
    block("label", "speed")
        .with("title", format!("How long playing the whole run takes: {compared}"))
        .add(element("span", &[]).text("Play in"))
        .add(select)
}
