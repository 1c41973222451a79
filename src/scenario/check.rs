//! What must hold of a scenario as a whole: the caps in numbers, and that what it names exists.

use std::collections::BTreeSet;

use serde_json::Value;

use super::path::find;
use super::{Arrivals, Control, MAX_JOBS, Problem, Scenario, Side, VERSION, change};
use crate::protocol::{Ground, MAX_NAMED};
use crate::reading::{self, shown};
use crate::time::Span;

/// Caps on lists and texts.
const MAX_NOTES: usize = 100;
pub(super) const MAX_CONTROLS: usize = 12;
const MAX_VALUES: usize = 100;
const MAX_PARTS: usize = 16;
const MAX_FAILURES: u64 = 1000;
pub(super) const MAX_NAME: usize = 64;
pub(super) const MAX_TITLE: usize = 100;
const MAX_HEADING: usize = 60;
const MAX_PATH: usize = 200;
const MAX_NOUN: usize = 24;
pub(super) const MAX_PROSE: usize = 500;

pub(super) type Checked = Result<(), Problem>;

pub(super) fn check(scenario: &Scenario) -> Checked {
    let head = &scenario.head;
    if head.version == 0 || head.version > VERSION {
        let sentence = format!("{} is not a version this program reads; it reads 1 to {VERSION}", head.version);
        return Err(Problem::new("version", sentence));
    }
    name("name", &head.name)?;
    text("title", &head.title, MAX_TITLE)?;
    text("look_for", &head.look_for, MAX_PROSE)?;
    workload(scenario)?;
    probability("network.loss", head.network.loss)?;
    probability("network.duplication", head.network.duplication)?;
    if scenario.sides[0].id == scenario.sides[1].id {
        return Err(Problem::new(
            "sides",
            format!("both sides are called `{}`; give each its own id", scenario.sides[0].id),
        ));
    }
    for side in &scenario.sides {
        name(&format!("sides.{}.id", side.id), &side.id)?;
        text(&format!("sides.{}.heading", side.id), side.heading.as_deref().unwrap_or_default(), MAX_HEADING)?;
    }
    understood(scenario)?;
    change::check(scenario)?;
    notes(scenario)?;
    head.library.check()?;
    controls(scenario)
}

fn workload(scenario: &Scenario) -> Checked {
    let workload = &scenario.head.workload;
    number("workload.jobs", u64::from(workload.jobs), 1, u64::from(MAX_JOBS))?;
    for (path, noun) in [("workload.noun.one", &workload.noun.one), ("workload.noun.many", &workload.noun.many)] {
        text(path, noun, MAX_NOUN)?;
        if noun.trim().is_empty() {
            return Err(Problem::new(path, "the word is empty; write what a job is called, as in `e-mail`, `e-mails`"));
        }
    }
    at_most("workload.parts", workload.parts.len(), MAX_PARTS)?;
    if workload.parts.len() as u64 * u64::from(workload.jobs) > u64::from(MAX_JOBS) {
        return Err(Problem::new("workload.parts", format!("jobs × parts must be at most {MAX_JOBS}")));
    }
    let mut ids = BTreeSet::new();
    for part in &workload.parts {
        name("workload.parts", &part.id)?;
        if !ids.insert(&part.id) {
            return Err(Problem::new("workload.parts", format!("two parts are called `{}`", part.id)));
        }
    }
    for side in &scenario.sides {
        let parts = workload.parts.len().max(1) as u32;
        if let Some(needed) = side.settings.parts().filter(|needed| *needed != parts) {
            return Err(Problem::new("workload.parts", wrong_parts(parts, side, needed)));
        }
    }
    named_parts(scenario)?;
    at_most("workload.poison", workload.poison.len(), MAX_NAMED)?;
    for (index, job) in workload.poison.iter().enumerate() {
        number(&format!("workload.poison.{index}"), u64::from(*job), 1, u64::from(workload.jobs))?;
    }
    probability("workload.failures.probability", workload.failures.probability)?;
    number("workload.failures.first", u64::from(workload.failures.first), 0, MAX_FAILURES)?;
    match &workload.arrivals {
        Arrivals::Poisson { rate_per_s, .. } if !(0.000_001..=1_000_000.0).contains(rate_per_s) => {
            let sentence = format!("{rate_per_s} is out of range; it must be from 0.000001 to 1000000");
            Err(Problem::new("workload.arrivals.rate_per_s", sentence))
        }
        Arrivals::Listed { at } if at.len() != workload.jobs as usize => {
            let sentence = format!("there are {} moments for {} jobs; write one a job", at.len(), workload.jobs);
            Err(Problem::new("workload.arrivals.at", sentence))
        }
        Arrivals::Listed { at } if !at.is_sorted() => {
            Err(Problem::new("workload.arrivals.at", "the moments must be in order, earliest first"))
        }
        Arrivals::Users { users, .. } => number("workload.arrivals.users", u64::from(*users), 1, 10_000),
        _ => Ok(()),
    }
}

/// Where parts are worked on by their names, each part is, or is said to be left out.
fn named_parts(scenario: &Scenario) -> Checked {
    let ids = scenario.head.workload.part_ids();
    for side in &scenario.sides {
        let Some(named) = side.settings.named_parts() else { continue };
        let path = |field: &str| format!("sides.{}.{field}", side.id);
        if let Some((field, part)) = named.iter().find(|(_, part)| !ids.iter().any(|id| id == part)) {
            let sentence =
                format!("there is no part `{}` in `workload.parts`; there are `{}`", shown(part), ids.join("`, `"));
            return Err(Problem::new(path(field), sentence));
        }
        if let Some(id) = ids.iter().find(|id| !named.iter().any(|(_, part)| part == id)) {
            let sentence = format!("nobody does `{id}`: write a step `{{\"work\": \"{id}\"}}`, or name it in `never`");
            return Err(Problem::new(path("parties"), sentence));
        }
    }
    Ok(())
}

/// That a job has another number of parts than a side can carry, and what would do.
fn wrong_parts(parts: u32, side: &Side, needed: u32) -> String {
    let protocol = side.settings.protocol();
    let would_do = match needed {
        1 if protocol == "kafka" => "its one group does a job in one piece; leave the parts out, or name a group a part in \
                                     `groups`"
            .to_owned(),
        1 => "it does a job in one piece; leave the parts out, or give the side a protocol that takes several, as `chain`, \
              `kafka` or `rabbitmq`"
            .to_owned(),
        _ => format!("write {needed} parts, or give the side as many to work on them as there are parts"),
    };
    format!("there are {parts}, and the side `{}` (`{protocol}`) needs {needed}: {would_do}", side.id)
}

/// Whoever is sent something understands it.
fn understood(scenario: &Scenario) -> Checked {
    for side in &scenario.sides {
        if let Some((from, to)) = side.settings.set_up(&Ground::bare()).misunderstanding() {
            let sentence = format!(
                "`{}` sends to `{}`, which understands nothing of what comes from there; let it be sent what it understands",
                from.id, to.id
            );
            return Err(Problem::new(format!("sides.{}", side.id), sentence));
        }
    }
    Ok(())
}

fn notes(scenario: &Scenario) -> Checked {
    at_most("notes", scenario.head.notes.len(), MAX_NOTES)?;
    for (index, note) in scenario.head.notes.iter().enumerate() {
        text(&format!("notes.{index}.text"), &note.text, MAX_PROSE)?;
        event(scenario, &format!("notes.{index}"), note.when.as_deref(), note.side.as_deref())?;
    }
    Ok(())
}

/// An event that is named, and the side on which it is looked for.
fn event(scenario: &Scenario, path: &str, when: Option<&str>, side: Option<&str>) -> Checked {
    if let Some(when) = when {
        text(&format!("{path}.when"), when, MAX_PROSE)?;
        scenario.check_occasion(&format!("{path}.when"), when)?;
    }
    if let Some(side) = side
        && !scenario.sides.iter().any(|known| known.id == side)
    {
        let known = format!("`{}` and `{}`", scenario.sides[0].id, scenario.sides[1].id);
        return Err(Problem::new(
            format!("{path}.side"),
            format!("there is no side `{}`; there are {known}", shown(side)),
        ));
    }
    Ok(())
}

fn controls(scenario: &Scenario) -> Checked {
    at_most("controls", scenario.head.controls.len(), MAX_CONTROLS)?;
    // Once for all of them, for writing a scenario takes as long as reading it.
    let mut whole = if scenario.head.controls.is_empty() { Value::Null } else { scenario.to_value() };
    for (index, control) in scenario.head.controls.iter().enumerate() {
        text(&format!("controls.{index}.label"), &control.label, MAX_NAME)?;
        text(&format!("controls.{index}.path"), &control.path, MAX_PATH)?;
        let wrong = |field: &str, sentence: String| Problem::new(format!("controls.{index}.{field}"), sentence);
        let value = find(&mut whole, &control.path).map_err(|problem| wrong("path", problem.sentence))?;
        offers(control, value).map_err(|(field, sentence)| wrong(field, sentence))?;
        // What a parameter that is not set would be, only trying can tell.
        if value.is_null() {
            fits(&whole, control).map_err(|sentence| wrong("path", sentence))?;
        }
    }
    view(scenario)
}

fn view(scenario: &Scenario) -> Checked {
    let view = &scenario.head.view;
    event(scenario, "view", view.when.as_deref(), view.side.as_deref())?;
    if let (Some(from), Some(to)) = (view.from, view.to)
        && from >= to
    {
        return Err(Problem::new("view.to", "the window must end after it begins"));
    }
    match view.job {
        Some(job) => number("view.job", job.into(), 1, scenario.head.workload.jobs.into()),
        None => Ok(()),
    }
}

/// That what a control offers is of the kind of the value that it is for; else which field is wrong, and why.
fn offers(control: &Control, value: &Value) -> Result<(), (&'static str, String)> {
    let path = shown(&control.path);
    if !control.values.is_empty() {
        if control.values.len() > MAX_VALUES {
            return Err(("values", format!("there are {} entries; at most {MAX_VALUES} fit", control.values.len())));
        }
        return match control.values.iter().find(|value| value.is_array() || value.is_object()) {
            Some(value) => Err(("values", format!("{} is no number, text, true, false or null", shown(value)))),
            None => Ok(()),
        };
    }
    for (field, bound) in [("min", &control.min), ("max", &control.max)] {
        let is_span = |value: &Value| value.as_str().is_some_and(|text| text.parse::<Span>().is_ok());
        let of_one_kind = control.min.is_number() == control.max.is_number();
        let fits = value.is_null() || value.is_number() == bound.is_number();
        if !of_one_kind || !fits || !(bound.is_number() || is_span(bound)) {
            let (bound, value) = (shown(bound), shown(value));
            let sentence = match value.as_str() {
                "true" | "false" => {
                    format!("`{path}` is {value}, which has no bounds: write `values`, as in [false, true]")
                }
                _ => format!(
                    "{bound} does not fit {value}, the value at `{path}`: write both as a number or both as a duration, \
                     or all that is offered as `values`"
                ),
            };
            return Err((field, sentence));
        }
    }
    Ok(())
}

/// That the parameter of a control can be set to something that the control offers.
fn fits(whole: &Value, control: &Control) -> Result<(), String> {
    let mut first = None;
    for offered in [&control.min, &control.max].into_iter().chain(&control.values).filter(|offered| !offered.is_null())
    {
        let mut tried = whole.clone();
        tried["controls"] = Value::Array(Vec::new());
        if let Ok(place) = find(&mut tried, &control.path) {
            *place = offered.clone();
        }
        match Scenario::from_value(tried) {
            // Something else may be in the way of this one, which a person can set first.
            Ok(_) => return Ok(()),
            Err(problem) if !problem.path.starts_with(&control.path) => return Ok(()),
            Err(problem) => drop(first.get_or_insert(problem.sentence)),
        }
    }
    first.map_or(Ok(()), |sentence| {
        Err(format!("`{}` cannot be set to what is offered: {sentence}", shown(&control.path)))
    })
}

fn name(path: &str, value: &str) -> Checked {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if value.is_empty() || value.len() > MAX_NAME || !value.chars().all(fits) {
        let sentence = format!("`{}` is not a name; use 1 to {MAX_NAME} of a–z, 0–9, - and _", shown(value));
        return Err(Problem::new(path, sentence));
    }
    Ok(())
}

pub(super) fn text(path: &str, value: &str, most: usize) -> Checked {
    reading::check_plain(value, most).map_err(|sentence| Problem::new(path, sentence))
}

fn number(path: &str, value: u64, least: u64, most: u64) -> Checked {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Problem::new(path, format!("{value} is out of range; it must be from {least} to {most}")))
}

pub(super) fn at_most(path: &str, length: usize, most: usize) -> Checked {
    if length <= most {
        return Ok(());
    }
    Err(Problem::new(path, format!("there are {length} entries; at most {most} fit")))
}

pub(super) fn probability(path: &str, value: f64) -> Checked {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(Problem::new(path, format!("{value} is not a probability; it must be from 0 to 1")))
}
