//! The reading of a sweep: from its rows, all of them or those that are there so far, to means with confidence intervals,
//! to where a side bends, and to what queueing theory expects.
//!
//! *Invariant:* made of the sweep and its rows alone, whatever the order in which the rows came.

mod bend;
mod expected;
mod told;

pub use bend::{Bend, MORE_NOT_USEFUL, TIMES_AS_LONG};
pub use expected::{Expected, expected};

use super::{Estimate, Row, Sweep, place_of};
use crate::metrics::numbers::{Unit, told};

/// The rows of a sweep, as far as they are there.
#[derive(Clone, Debug)]
pub struct Curves<'a> {
    sweep: &'a Sweep,
    rows: Vec<Option<Row>>,
}

/// A number of a row, or what is made of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The number at that place.
    Plain(usize),
    /// The jobs that were of no use, as a share of all in millionths: of the numbers at the places of useful jobs and of all.
    NotUseful([usize; 2]),
    /// The largest of several, if any of them is known.
    Largest([usize; 3]),
    /// The number at the first place over that at the second.
    Over([usize; 2]),
}

/// A quantity that tells how a side fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    /// As in JSON.
    pub key: &'static str,
    /// For people.
    pub label: &'static str,
    /// How it is written.
    pub unit: Unit,
    /// What it is.
    pub quantity: Quantity,
}

/// The points along the first axis at one setting of all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// In the order of the first axis.
    pub points: Vec<usize>,
    /// The setting of the others, for people; empty where there is one axis only.
    pub setting: String,
}

impl Quantity {
    /// Of these numbers; nothing where one that it needs is not there.
    fn of(self, numbers: &[Option<u64>]) -> Option<f64> {
        let at = |place: usize| numbers[place].map(|number| number as f64);
        match self {
            Quantity::Plain(place) => at(place),
            Quantity::NotUseful([useful, jobs]) => Some((1.0 - at(useful)? / at(jobs)?) * 1e6),
            Quantity::Largest(places) => places.into_iter().filter_map(at).reduce(f64::max),
            Quantity::Over([above, below]) => Some(at(above)? / at(below)?),
        }
    }
}

/// The place of a number that every row has.
fn known(key: &str) -> usize {
    place_of(key).expect("the list of metrics has it")
}

/// The quantities that are told and drawn, in their order.
pub fn tellings() -> Vec<Telling> {
    let plain = |key, label, unit, number: &str| Telling { key, label, unit, quantity: Quantity::Plain(known(number)) };
    let waiting = ["backlog_max", "accept_queue_max", "broker_depth_max"].map(known);
    vec![
        plain("handed_over_p95_us", "handed over, p95", Unit::Time, "time_to_hand_over.p95_us"),
        plain("result_p50_us", "result, median", Unit::Time, "time_to_result.p50_us"),
        plain("result_p95_us", "result, p95", Unit::Time, "time_to_result.p95_us"),
        plain("finished_mean_us", "finished, mean", Unit::Time, "time_to_finish.mean_us"),
        plain("goodput_per_s", "useful a second", Unit::Rate, "goodput_per_s"),
        Telling {
            key: "not_useful_share",
            label: "not useful",
            unit: Unit::Share,
            quantity: Quantity::NotUseful([known("useful"), known("jobs")]),
        },
        Telling {
            key: "most_waiting",
            label: "most in one line",
            unit: Unit::Count,
            quantity: Quantity::Largest(waiting),
        },
        plain("blocked_share", "callers blocked", Unit::Share, "blocked_share"),
        plain("worker_use", "workers busy", Unit::Share, "worker_use"),
    ]
}

impl Telling {
    /// The estimate for people: `1.2 s ± 80 ms`; a dash where there is none.
    pub fn told(&self, estimate: Option<Estimate>) -> String {
        let Some(Estimate { mean, half_width }) = estimate else { return "–".to_owned() };
        let mean = told_mean(self.unit, mean);
        match half_width {
            Some(half) if half > 0.0 => format!("{mean} ± {}", told_mean(self.unit, half)),
            _ => mean,
        }
    }
}

/// A mean for people. That of counts is no count.
fn told_mean(unit: Unit, mean: f64) -> String {
    match unit {
        Unit::Count => told(Unit::Rate, (mean * 1e6).round() as u64),
        // A share that is less than one in a hundred is not none.
        Unit::Share if mean > 0.0 && mean < 9_500.0 => told(Unit::Rate, (mean * 100.0).round() as u64) + " %",
        _ => told(unit, mean.round() as u64),
    }
}

impl<'a> Curves<'a> {
    /// With no row yet.
    pub fn new(sweep: &'a Sweep) -> Self {
        Curves { sweep, rows: vec![None; sweep.runs() as usize] }
    }

    /// Of all rows, in order.
    pub fn of(sweep: &'a Sweep, rows: Vec<Row>) -> Self {
        let mut curves = Curves::new(sweep);
        (0..).zip(rows).for_each(|(run, row)| curves.add(run, row));
        curves
    }

    /// Of the rows in these lines, in any order.
    ///
    /// # Errors
    /// A sentence that says which line is no row of this sweep.
    pub fn read(sweep: &'a Sweep, lines: &str) -> Result<Self, String> {
        let mut curves = Curves::new(sweep);
        for line in lines.lines() {
            let row = Row::from_line(line).filter(|(run, _)| *run < sweep.runs());
            let (run, row) = row.ok_or_else(|| format!("`{}` is no row of this sweep", crate::reading::shown(line)))?;
            curves.add(run, row);
        }
        Ok(curves)
    }

    /// Takes up a row.
    pub fn add(&mut self, run: u32, row: Row) {
        if let Some(place) = self.rows.get_mut(run as usize) {
            *place = Some(row);
        }
    }

    /// The sweep.
    pub fn sweep(&self) -> &'a Sweep {
        self.sweep
    }

    /// The rows of a point, as far as they are there.
    pub fn rows(&self, point: usize) -> impl Iterator<Item = &Row> {
        let repeats = self.sweep.repeats() as usize;
        self.rows[point * repeats..][..repeats].iter().flatten()
    }

    /// The mean of a quantity over the repeats of a point; nothing where a run has no such value.
    pub fn estimate(&self, point: usize, side: usize, quantity: Quantity) -> Option<Estimate> {
        let values = self.rows(point).map(|row| quantity.of(&row.numbers[side]));
        Estimate::of(&values.collect::<Option<Vec<f64>>>()?)
    }

    /// How many runs of a point met a limit on that side, so that their numbers are of what happened until then.
    pub fn cut_short(&self, point: usize, side: usize) -> usize {
        self.rows(point).filter(|row| !row.settled[side]).count()
    }

    /// The series of the sweep.
    pub fn series(&self) -> Vec<Series> {
        let along = self.sweep.axes()[0].values.len();
        let series = (0..self.sweep.points()).step_by(along).map(|first| {
            let others = self.sweep.values(first).skip(1);
            let setting: Vec<String> =
                others.map(|(axis, value)| format!("{} {}", self.sweep.label(axis), axis.told(value))).collect();
            Series { points: (first..first + along).collect(), setting: setting.join(", ") }
        });
        series.collect()
    }

    /// What theory expects of each point of a series, or why it expects nothing.
    pub fn expected(&self, series: &Series, side: usize) -> Vec<Result<Expected, String>> {
        series.points.iter().map(|point| expected(&self.sweep.scenario_at(*point), side)).collect()
    }
}
