//! What must hold of a scenario as a whole: that its fields go together, and that what it names exists.
//!
//! Each concern is looked at by itself, if what it depends on could be read, so that one fault is one problem.
//!
//! *Invariant:* a scenario of which nothing is unread and nothing is found here can be run.

use std::collections::BTreeSet;

use serde_json::Value;

use super::path::find;
use super::{Arrivals, Control, MAX_JOBS, Note, Problem, Scenario, Side, VERSION, change};
use crate::protocol::Ground;
use crate::reading::shown;
use crate::time::Span;

pub(super) type Checked = Result<(), Problem>;

/// What was found, and what could not be read, by its path.
pub(super) struct Findings<'u> {
    pub found: Vec<Problem>,
    pub unread: &'u [Problem],
}

impl Findings<'_> {
    /// Whether all there is at that path, in it and around it could be read.
    pub(super) fn is_read(&self, path: &str) -> bool {
        let is_in = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // That the name is missing concerns nothing else.
        let mut unread = self.unread.iter().filter(|problem| !problem.path.is_empty());
        !unread.any(|problem| is_in(&problem.path, path) || is_in(path, &problem.path))
    }

    /// Notes what is wrong; says whether nothing is.
    pub(super) fn note(&mut self, checked: Checked) -> bool {
        let is_good = checked.is_ok();
        self.found.extend(checked.err());
        is_good
    }
}

pub(super) fn check(scenario: &Scenario, findings: &mut Findings<'_>) {
    if findings.is_read("version") {
        findings.note(version(scenario.head.version));
    }
    if findings.is_read("workload.arrivals") && findings.is_read("workload.jobs") {
        findings.note(arrivals(scenario));
        findings.note(poison(scenario));
    }
    let has_parts = findings.is_read("workload.parts") && findings.note(parts(scenario));
    let are_named = findings.is_read("sides") || {
        let ids = scenario.sides.iter().map(|side| format!("sides.{}.id", side.id));
        findings.unread.iter().all(|problem| problem.path != "sides") && ids.into_iter().all(|id| findings.is_read(&id))
    };
    if are_named {
        findings.note(different(scenario));
    }
    let mut are_sound = true;
    for side in &scenario.sides {
        let is_sound = findings.is_read(&format!("sides.{}", side.id)) && self::side(side, findings);
        if is_sound && has_parts {
            findings.note(parts_of(scenario, side));
        }
        are_sound &= is_sound && findings.note(understood(side));
    }
    change::check(scenario, are_sound, findings);
    for (index, note) in scenario.head.notes.iter().enumerate() {
        let path = format!("notes.{index}");
        if findings.is_read(&path) {
            let Note { when, side, .. } = note;
            findings.note(event(scenario, findings, are_named, &path, (when.as_deref(), side.as_deref())));
        }
    }
    controls(scenario, findings);
    if findings.is_read("view") {
        findings.note(view(scenario, findings, are_named));
    }
}

fn version(version: u32) -> Checked {
    if (1..=VERSION).contains(&version) {
        return Ok(());
    }
    let sentence = format!("{version} is not a version this program reads; it reads 1 to {VERSION}");
    Err(Problem::new("version", sentence))
}

fn arrivals(scenario: &Scenario) -> Checked {
    let workload = &scenario.head.workload;
    match &workload.arrivals {
        Arrivals::Listed { at } if at.len() != workload.jobs as usize => {
            let sentence = format!("there are {} moments for {} jobs; write one a job", at.len(), workload.jobs);
            Err(Problem::new("workload.arrivals.at", sentence))
        }
        Arrivals::Listed { at } if !at.is_sorted() => {
            Err(Problem::new("workload.arrivals.at", "the moments must be in order, earliest first"))
        }
        _ => Ok(()),
    }
}

fn poison(scenario: &Scenario) -> Checked {
    let workload = &scenario.head.workload;
    match workload.poison.iter().position(|job| *job > workload.jobs) {
        Some(index) => is_a_job(&format!("workload.poison.{index}"), workload.poison[index], workload.jobs),
        None => Ok(()),
    }
}

/// Refuses the number of a job that there is not.
fn is_a_job(path: &str, job: u32, jobs: u32) -> Checked {
    if job <= jobs {
        return Ok(());
    }
    Err(Problem::new(path, format!("{job} would not do; write a whole number from 1 to {jobs}")))
}

fn parts(scenario: &Scenario) -> Checked {
    let workload = &scenario.head.workload;
    if workload.parts.len() as u64 * u64::from(workload.jobs) > u64::from(MAX_JOBS) {
        return Err(Problem::new("workload.parts", format!("jobs × parts must be at most {MAX_JOBS}")));
    }
    let mut ids = BTreeSet::new();
    match workload.parts.iter().find(|part| !ids.insert(&part.id)) {
        Some(part) => Err(Problem::new("workload.parts", format!("two parts are called `{}`", part.id))),
        None => Ok(()),
    }
}

fn different(scenario: &Scenario) -> Checked {
    if scenario.sides[0].id != scenario.sides[1].id {
        return Ok(());
    }
    Err(Problem::new("sides", format!("both sides are called `{}`; give each its own id", scenario.sides[0].id)))
}

/// What its protocol finds wrong in a side; whether that is nothing.
fn side(side: &Side, findings: &mut Findings<'_>) -> bool {
    let bad = side.settings.check();
    let is_sound = bad.is_empty();
    let told =
        bad.into_iter().map(|bad| Problem::new(format!("sides.{}.{}", shown(&side.id), bad.field), bad.sentence));
    findings.found.extend(told);
    is_sound
}

/// A side has as many parts to work on as jobs have. Where parts are worked on by their names, each is, or is said to be left
/// out.
fn parts_of(scenario: &Scenario, side: &Side) -> Checked {
    let workload = &scenario.head.workload;
    let parts = workload.parts.len().max(1) as u32;
    if let Some(needed) = side.settings.parts().filter(|needed| *needed != parts) {
        return Err(Problem::new("workload.parts", wrong_parts(parts, side, needed)));
    }
    let Some(named) = side.settings.named_parts() else { return Ok(()) };
    let ids = workload.part_ids();
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
fn understood(side: &Side) -> Checked {
    let setup = side.settings.set_up(&Ground::bare());
    let Some((from, to)) = setup.misunderstanding() else { return Ok(()) };
    let sentence = format!(
        "`{}` sends to `{}`, which understands nothing of what comes from there; let it be sent what it understands",
        from.id, to.id
    );
    Err(Problem::new(format!("sides.{}", side.id), sentence))
}

/// An event that is named, and the side on which it is looked for.
fn event(
    scenario: &Scenario,
    findings: &Findings<'_>,
    are_named: bool,
    path: &str,
    (when, side): (Option<&str>, Option<&str>),
) -> Checked {
    // Which changes there are is not known where one of them could not be read.
    let is_of_a_change = |when: &str| when.ends_with(" begins") || when.ends_with(" ends");
    if let Some(when) = when.filter(|when| findings.is_read("changes") || !is_of_a_change(when)) {
        scenario.check_occasion(&format!("{path}.when"), when)?;
    }
    let is_unknown = |side: &&str| are_named && !scenario.sides.iter().any(|known| known.id == *side);
    let Some(side) = side.filter(is_unknown) else { return Ok(()) };
    let known = format!("`{}` and `{}`", scenario.sides[0].id, scenario.sides[1].id);
    Err(Problem::new(format!("{path}.side"), format!("there is no side `{}`; there are {known}", shown(side))))
}

fn controls(scenario: &Scenario, findings: &mut Findings<'_>) {
    // A path can lead anywhere but into what is told beside a run.
    let beside = ["name", "title", "look_for", "notes", "controls", "view", "library"];
    let is_beside = |problem: &Problem| beside.contains(&problem.path.split('.').next().unwrap_or_default());
    if scenario.head.controls.is_empty() || !findings.unread.iter().all(is_beside) {
        return;
    }
    // Once for all of them, for writing a scenario takes as long as reading it.
    let mut whole = scenario.to_value();
    for (index, control) in scenario.head.controls.iter().enumerate() {
        if findings.is_read(&format!("controls.{index}")) {
            findings.note(self::control(control, index, &mut whole));
        }
    }
}

fn control(control: &Control, index: usize, whole: &mut Value) -> Checked {
    let wrong = |field: &str, sentence: String| Problem::new(format!("controls.{index}.{field}"), sentence);
    let value = find(whole, &control.path).map_err(|problem| wrong("path", problem.sentence))?;
    offers(control, value).map_err(|(field, sentence)| wrong(field, sentence))?;
    // What a parameter that is not set would be, only trying can tell.
    if value.is_null() {
        fits(whole, control).map_err(|sentence| wrong("path", sentence))?;
    }
    Ok(())
}

fn view(scenario: &Scenario, findings: &Findings<'_>, are_named: bool) -> Checked {
    let view = &scenario.head.view;
    event(scenario, findings, are_named, "view", (view.when.as_deref(), view.side.as_deref()))?;
    if let (Some(from), Some(to)) = (view.from, view.to)
        && from >= to
    {
        return Err(Problem::new("view.to", "the window must end after it begins"));
    }
    match view.job.filter(|_| findings.is_read("workload.jobs")) {
        Some(job) => is_a_job("view.job", job, scenario.head.workload.jobs),
        None => Ok(()),
    }
}

/// That what a control offers is of the kind of the value that it is for; else which field is wrong, and why.
fn offers(control: &Control, value: &Value) -> Result<(), (&'static str, String)> {
    let path = shown(&control.path);
    if !control.values.is_empty() {
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
