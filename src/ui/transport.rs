//! Play, pause, step, speed, and the scrubber with its strip of what went wrong.
//!
//! *Invariant:* the strip is drawn once a run; a frame writes the scrubber's value and the readout.

use std::fmt::Write;

use yew::AttrValue;

use super::app::Run;
use super::element::{Element, On, block, classes, element, markup};
use super::icons::{Icon, icon};
use super::{Act, browser};
use crate::player::{Action, Motion, Player, Reel, Speed, TroubleKind};
use crate::time::{Moment, Span};

pub fn transport(player: &Player, run: &Run, act: &Act) -> Element {
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
    let moment = element("b", &[]).text(reel.clock(player.head()));
    let readout = element("output", &[("class", "readout"), ("for", "scrubber")]);
    element("div", &[("class", "transport"), ("role", "group"), ("aria-label", "Playing")])
        .add(buttons)
        .add(speeds(player.speed(), reel, act))
        .add(block("div", "scrubber").add(markup(run.strip.clone())).add(scrubber(player, reel, act)))
        .add(readout.add(moment).text(format!(" / {}", reel.clock(reel.ended))))
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

/// Thousandths of the run's length.
const LENGTH: u64 = 1_000;
/// More signs than this on the strip are one band of trouble to the eye.
const MOST_SIGNS: usize = 400;

/// What went wrong in a run, in proportion to its length.
pub fn strip(reel: &Reel) -> AttrValue {
    let ended = reel.ended.micros().max(1);
    let x = |moment: Moment| moment.micros() * LENGTH * 100 / ended;
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
        let sign = (class, top, height, from / 100, (until - from).max(350) / 50 * 5);
        if !drawn.contains(&sign) && drawn.len() < MOST_SIGNS {
            drawn.push(sign);
        }
    }
    let mut text =
        format!("<svg class=\"strip\" viewBox=\"0 0 {LENGTH} 26\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for (class, top, height, x, width) in drawn {
        let (whole, tenth) = (width / 10, width % 10);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{top}\" width=\"{whole}.{tenth}\" height=\"{height}\"/>"
        );
    }
    text.push_str("</svg>");
    text.into()
}
