//! The parameters that the scenario offers: a slider and the exact value for each, and the seed.
//!
//! *Invariant:* a control that refused a value keeps showing it, with the reason beside it.

use web_sys::Event;

use super::element::{Element, On, block, element};
use super::{Act, browser};
use crate::desk::{DialFace, Order, Panel, Refusal, SEED};
use crate::player::{Action, Change};

pub fn controls(panel: &Panel, can: [bool; 2], act: &Act) -> Element {
    let dials = panel.dials.iter().enumerate();
    let mut each = dials.map(|(number, dial)| control(number, dial, panel.refusal(&dial.path), act));
    let quiet = |name: &'static str, is_of_use: bool, action: fn() -> Action| {
        element("button", &[("type", "button"), ("class", "button button-quiet")])
            .with("id", name)
            .with_if("disabled", !is_of_use)
            .does(act, action)
            .text(name)
    };
    element("div", &[("class", "controls"), ("role", "group"), ("aria-label", "Parameters")])
        .all(&mut each)
        .add(seed(&panel.seed, panel.refusal(SEED), act))
        .add(quiet("Undo", can[0], || Action::Go(Change::Undo)))
        .add(quiet("Redo", can[1], || Action::Go(Change::Redo)))
        .add(quiet("Reset", panel.changed || !panel.refusals.is_empty(), || Action::Order(Order::Reset)))
}

fn control(number: usize, dial: &DialFace, refusal: Option<&Refusal>, act: &Act) -> Element {
    let id = format!("parameter-{number}");
    let (acting, path, letting_go) = (act.clone(), dial.path.clone(), act.clone());
    let slider = element("input", &[("type", "range"), ("min", "0"), ("step", "1")])
        .with("id", id.clone())
        .with("max", dial.last_stop.to_string())
        .with("aria-valuetext", dial.text.clone())
        .value(dial.stop.to_string())
        .on(On::Input, move |event| {
            if let Ok(stop) = browser::value(event).parse() {
                acting.order(Order::Turn { path: path.clone(), stop });
            }
        })
        .on(On::Change, move |_| letting_go.dispatch(Action::LetGo));
    let label = element("label", &[]).with("for", id.clone()).text(dial.label.clone());
    let name = Some(format!("{}, exactly", dial.label));
    let control = block("div", "control").key(dial.path.clone()).add(label).add(slider);
    exact(control, Exact { id: &id, name, path: &dial.path, text: &dial.text, refusal }, act)
}

fn seed(seed: &str, refusal: Option<&Refusal>, act: &Act) -> Element {
    let label = element("label", &[("for", "seed-exact")]).text("Seed");
    let control = block("div", "control control-seed").add(label);
    exact(control, Exact { id: "seed", name: None, path: SEED, text: seed, refusal }, act)
}

/// A field for typing a value.
struct Exact<'a> {
    id: &'a str,
    /// Without one, a label names it.
    name: Option<String>,
    path: &'a str,
    text: &'a str,
    refusal: Option<&'a Refusal>,
}

/// The control with its field, and why that was refused.
fn exact(control: Element, field: Exact, act: &Act) -> Element {
    let Exact { id, name, path, text, refusal } = field;
    let (act, path, before) = (act.clone(), path.to_owned(), text.to_owned());
    let typed = move |event: &Event| {
        let mut text = browser::value(event);
        // What means the value as it is changes nothing, so that nothing would write it anew.
        if text.trim().is_empty() {
            text = browser::set_value(event, &before);
        }
        act.order(Order::Type { path: path.clone(), text });
    };
    let problem = refusal.map(|_| format!("{id}-problem"));
    let input = [("class", "exact"), ("type", "text"), ("autocomplete", "off"), ("spellcheck", "false"), ("size", "8")];
    let input = element("input", &input)
        .with("id", format!("{id}-exact"))
        .with_some("aria-label", name)
        .with_some("aria-invalid", refusal.map(|_| "true"))
        .with_some("aria-describedby", problem.clone())
        .value(refusal.map_or_else(|| text.to_owned(), |refusal| refusal.typed.clone()))
        .on(On::Change, typed);
    let reason = refusal.map(|refusal| {
        let reason = element("p", &[("class", "problem"), ("role", "alert")]);
        reason.with_some("id", problem).text(refusal.sentence.clone())
    });
    control.add(input).add_some(reason)
}
