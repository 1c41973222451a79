//! What the page shows of an experiment, as JSON.
//!
//! *Invariant:* the same numbers as the command line's, and of the same run the picture and the scenario.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use crate::chart;
use crate::experiment::advice::{advise, told_as_json};
use crate::experiment::claim;
use crate::experiment::workload::Workload;
use crate::experiment::{Curves, Sweep};
use crate::reading::shown;
use crate::render::svg::{self, Theme};
use crate::render::waiting::{OF_A_LINE, OF_A_PICTURE, Waiting};

/// A claim of those that a text has, tried with its knob at that stop: as [`told_as_json`](claim::told_as_json) tells it, with
/// a small picture of the run, and its scenario.
///
/// # Errors
/// One sentence.
pub fn claim(text: &str, id: &str, stop: usize) -> Result<String, String> {
    let claims = claim::claims(text).map_err(|misread| misread.to_string())?;
    let meant = claims.iter().find(|claim| claim.id == id);
    let meant = meant.ok_or_else(|| format!("there is no claim `{}`", shown(id)))?;
    let (mut told, played) = claim::told_as_json(meant, stop).map_err(|problem| problem.to_string())?;
    let head = &played.scenario.head;
    told["name"] = head.name.as_str().into();
    told["title"] = head.title_or_name().into();
    told["scenario"] = played.scenario.to_value().to_string().into();
    told["picture"] = Value::String(svg::small(&played, Theme::Auto));
    Ok(told.to_string())
}

/// The advice on a workload: as [`told_as_json`] tells it, with the `picture` of each reason that applies, and its scenario as
/// text.
///
/// # Errors
/// One sentence that names the field.
pub fn advice(workload: &str) -> Result<String, String> {
    let workload = Workload::from_json(workload).map_err(|misread| misread.to_string())?;
    let advice = advise(&workload, 1).map_err(|problem| problem.to_string())?;
    let mut told = told_as_json(&advice);
    let head = &advice.scenario.head;
    told["title"] = head.title_or_name().into();
    told["name"] = head.name.as_str().into();
    told["headings"] = advice.scenario.headings().into();
    told["scenario"] = told["scenario"].to_string().into();
    for (place, reason) in advice.reasons.iter().enumerate().filter(|(_, reason)| reason.applies) {
        told["reasons"][place]["picture"] = chart::picture(reason, Theme::Auto).into();
    }
    Ok(told.to_string())
}

/// Gives what `read` makes of the sweep that is written so. All of its points are checked when it is read, and a worker is asked for
/// one run after another: so the last one is kept.
fn of_sweep(text: &str, read: impl FnOnce(&Sweep) -> Result<String, String>) -> Result<String, String> {
    thread_local! {
        static LAST: RefCell<Option<(String, Rc<Sweep>)>> = const { RefCell::new(None) };
    }
    let kept =
        LAST.with_borrow(|last| last.as_ref().filter(|(known, _)| known == text).map(|(_, sweep)| sweep.clone()));
    let sweep = match kept {
        Some(sweep) => sweep,
        None => {
            let sweep = Rc::new(Sweep::from_json(text)?);
            LAST.set(Some((text.to_owned(), sweep.clone())));
            sweep
        }
    };
    read(&sweep)
}

/// How many `runs` a sweep has that is written so (see [`Sweep::from_json`]), and the `headings` of its sides, as JSON.
///
/// # Errors
/// One sentence.
pub fn plan(sweep: &str) -> Result<String, String> {
    of_sweep(sweep, |sweep| Ok(json!({ "runs": sweep.runs(), "headings": sweep.scenario().headings() }).to_string()))
}

/// The row of one run of it, as a line.
///
/// # Errors
/// One sentence.
pub fn swept(sweep: &str, run: u32) -> Result<String, String> {
    of_sweep(sweep, |sweep| match sweep.runs() {
        runs if run < runs => Ok(sweep.run(run).to_line(run)),
        runs => Err(format!("there is no run {run}; there are {runs}, numbered from 0")),
    })
}

/// What is read of the lines so far, in any order: the `report` that the command line prints, and the `chart`.
///
/// # Errors
/// One sentence.
pub fn curves(sweep: &str, lines: &str, width: u16) -> Result<String, String> {
    of_sweep(sweep, |sweep| {
        let curves = Curves::read(sweep, lines)?;
        let chart = chart::check(sweep).map_or_else(|_| String::new(), |()| chart::markup(&curves, width));
        Ok(format!("{{\"chart\":{},\"report\":{}}}", Value::String(chart), curves.to_json()))
    })
}

/// Where the jobs were over time in the first run of a point: the `picture`, and the `report` for a table.
///
/// # Errors
/// One sentence.
pub fn waiting(sweep: &str, point: usize, width: u16) -> Result<String, String> {
    of_sweep(sweep, |sweep| {
        if point >= sweep.points() {
            return Err(format!("there is no point {point}; there are {}, numbered from 0", sweep.points()));
        }
        let played = sweep.scenario_at(point).play();
        let [picture, table] = [OF_A_PICTURE, OF_A_LINE].map(|steps| Waiting::of(&played, steps));
        Ok(json!({ "picture": chart::waiting::markup(&picture, width), "report": table.to_json() }).to_string())
    })
}
