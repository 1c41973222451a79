//! A reading as text for people, as JSON for programs, and its runs as CSV for tables.
//!
//! *Invariant:* nothing is reckoned here; all three have their numbers from the same estimates and rows.

use std::io;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Curves, Estimate, Expected, Quantity, Series, Telling, tellings, told_mean};
use crate::direction::ordered;
use crate::experiment::sweep::Written;
use crate::metrics::Metrics;
use crate::metrics::numbers::{Name, Unit};
use crate::reading::neat;
use crate::render::columns::table;

/// The version of the JSON.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    sweep: Written<'a>,
    numbers: Vec<Number>,
    tellings: Vec<Told>,
    points: Vec<Point<'a>>,
    bends: Vec<Bent<'a>>,
    bends_told: Vec<String>,
    theory: Vec<Theory>,
}

/// A number's key, and in what it is counted.
#[derive(Serialize)]
struct Number {
    key: String,
    unit: &'static str,
}

/// What a telling number is called.
#[derive(Serialize)]
struct Told {
    key: &'static str,
    label: &'static str,
}

#[derive(Serialize)]
struct Point<'a> {
    /// The value of each axis.
    values: Vec<&'a Value>,
    /// The same for people.
    values_told: Vec<String>,
    runs: usize,
    sides: Vec<Side>,
}

#[derive(Serialize)]
struct Side {
    id: String,
    /// How many runs met a limit.
    cut_short: usize,
    numbers: Numbers,
    /// The telling numbers for people, in their order.
    told: Vec<String>,
}

/// The mean and the half-width of its interval, of each number by its key.
struct Numbers(Vec<(String, Option<[Option<f64>; 2]>)>);

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, estimate)| (key, estimate)))
    }
}

#[derive(Serialize)]
struct Bent<'a> {
    side: &'a str,
    /// The setting of the axes but the first.
    setting: String,
    between: [&'a Value; 2],
    bent: &'a Value,
    reference: &'a Value,
    what: Vec<&'static str>,
    place: Option<&'static str>,
    sentence: String,
}

#[derive(Serialize)]
struct Theory {
    point: usize,
    side: usize,
    model: Option<&'static str>,
    finished_mean_us: Option<f64>,
    /// Why there is none.
    reason: Option<String>,
}

/// What a number of a row is multiplied by to be in the unit of its name.
fn scale(unit: Unit) -> f64 {
    match unit {
        Unit::Time | Unit::Count => 1.0,
        Unit::Share | Unit::Rate => 1e-6,
    }
}

/// A number of a row in the unit of its name, exactly.
fn written(unit: Unit, number: u64) -> String {
    match unit {
        Unit::Time | Unit::Count => number.to_string(),
        Unit::Share | Unit::Rate => {
            let text = format!("{}.{:06}", number / 1_000_000, number % 1_000_000);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

fn rounded(estimate: Estimate, unit: Unit) -> [Option<f64>; 2] {
    let Estimate { mean, half_width } = estimate.scaled(scale(unit));
    [Some(neat(mean)), half_width.map(neat)]
}

impl Curves<'_> {
    /// The whole reading as one line of JSON.
    pub fn to_json(&self) -> String {
        let sweep = self.sweep();
        let names = Metrics::names();
        let along = &sweep.axes()[0];
        let all_series = self.series();
        let all_bends = self.bends();
        let bends = all_bends.iter().map(|bend| Bent {
            side: &sweep.scenario().sides[bend.side].id,
            setting: all_series[bend.series].setting.clone(),
            between: bend.between.map(|place| &along.values[place]),
            bent: &along.values[bend.bent],
            reference: &along.values[bend.reference],
            what: bend.what.clone(),
            place: bend.place,
            sentence: bend.sentence.clone(),
        });
        let report = Report {
            format: FORMAT,
            sweep: sweep.written(None),
            numbers: names.iter().map(|Name { key, of, .. }| Number { key: key.clone(), unit: of }).collect(),
            tellings: tellings().into_iter().map(|Telling { key, label, .. }| Told { key, label }).collect(),
            points: (0..sweep.points()).map(|point| self.point(point, names)).collect(),
            bends: bends.collect(),
            bends_told: self.told_of(&all_bends),
            theory: all_series.iter().flat_map(|series| self.theory(series)).collect(),
        };
        serde_json::to_string(&report).expect("a reading is text and numbers") + "\n"
    }

    fn point(&self, point: usize, names: &[Name]) -> Point<'_> {
        let sides = self.sweep().scenario().sides.iter().enumerate().map(|(side, written)| {
            let numbers = names.iter().enumerate().map(|(place, name)| {
                let estimate = self.estimate(point, side, Quantity::Plain(place));
                (name.key.clone(), estimate.map(|estimate| rounded(estimate, name.unit)))
            });
            let told = tellings().into_iter().map(|telling| telling.told(self.estimate(point, side, telling.quantity)));
            Side {
                id: written.id.clone(),
                cut_short: self.cut_short(point, side),
                numbers: Numbers(numbers.collect()),
                told: told.collect(),
            }
        });
        Point {
            values: self.sweep().values(point).map(|(_, value)| value).collect(),
            values_told: self.sweep().values(point).map(|(axis, value)| axis.told(value)).collect(),
            runs: self.rows(point).count(),
            sides: sides.collect(),
        }
    }

    fn theory(&self, series: &Series) -> Vec<Theory> {
        let of_side = |side| {
            let expected = series.points.iter().zip(self.expected(series, side));
            expected.map(move |(point, expected)| match expected {
                Ok(Expected { model, finished_us }) => Theory {
                    point: *point,
                    side,
                    model: Some(model),
                    finished_mean_us: Some(neat(finished_us)),
                    reason: None,
                },
                Err(reason) => {
                    Theory { point: *point, side, model: None, finished_mean_us: None, reason: Some(reason) }
                }
            })
        };
        (0..2).flat_map(of_side).collect()
    }

    /// A table for each side with the numbers that tell most, the bends, and what theory expects.
    pub fn to_text(&self) -> String {
        let sweep = self.sweep();
        let mut text = format!("{}\n", ordered(sweep.scenario().head.title_or_name()));
        let paths: Vec<String> =
            sweep.axes().iter().map(|axis| format!("{} ({})", sweep.label(axis), axis.path)).collect();
        text += &ordered(&format!("Over {}.\n", paths.join(" and ")));
        text += &match sweep.repeats() {
            1 => "One run a point; with --repeats there are intervals.\n".to_owned(),
            repeats => format!("Mean of {repeats} runs a point, ± half of its 95 % confidence interval.\n"),
        };
        let names = sweep.side_names();
        for (side, written) in sweep.scenario().sides.iter().enumerate() {
            text += &ordered(&format!("\n{}: {}\n", written.id, names[side]));
            text += &table(&self.rows_told(side), 0);
        }
        text.push('\n');
        for sentence in self.bends_told().into_iter().chain(self.theory_told()) {
            text += &ordered(&format!("* {sentence}\n"));
        }
        text
    }

    /// The table of a side: its heads, and then a line for each point.
    fn rows_told(&self, side: usize) -> Vec<Vec<String>> {
        let sweep = self.sweep();
        let tellings = tellings();
        let heads = sweep.axes().iter().map(|axis| sweep.label(axis).to_owned());
        let theory: Vec<Result<Expected, String>> =
            self.series().iter().flat_map(|series| self.expected(series, side)).collect();
        let has_theory = theory.iter().any(Result::is_ok);
        let heads = heads.chain(tellings.iter().map(|telling| telling.label.to_owned()));
        let mut rows = vec![heads.chain(has_theory.then(|| "in theory".to_owned())).collect::<Vec<_>>()];
        for (point, theory) in theory.iter().enumerate() {
            let values = sweep.values(point).map(|(axis, value)| axis.told(value));
            let told = tellings.iter().map(|telling| telling.told(self.estimate(point, side, telling.quantity)));
            let theory = has_theory.then(|| match theory {
                Ok(expected) => told_mean(Unit::Time, expected.finished_us),
                Err(_) => "–".to_owned(),
            });
            let mut row: Vec<String> = values.chain(told).chain(theory).collect();
            if self.cut_short(point, side) > 0 {
                row.push(format!("{} of {} cut short", self.cut_short(point, side), self.rows(point).count()));
            }
            rows.push(row);
        }
        rows
    }

    /// Of each side the model that holds, or why none does.
    pub fn theory_told(&self) -> Vec<String> {
        let names = self.sweep().side_names();
        let told = (0..2).map(|side| {
            let theory: Vec<Result<Expected, String>> =
                self.series().iter().flat_map(|series| self.expected(series, side)).collect();
            let mut models: Vec<&str> = theory.iter().flatten().map(|expected| expected.model).collect();
            models.dedup();
            match (models.is_empty(), theory.into_iter().find_map(Result::err)) {
                (true, reason) => format!("No closed form for {}: {}.", names[side], reason.unwrap_or_default()),
                (false, None) => format!("For {} {} holds in the long run.", names[side], models.join(", ")),
                (false, Some(reason)) => {
                    format!(
                        "For {} {} holds in the long run, but not at every point: {reason}.",
                        names[side],
                        models.join(", ")
                    )
                }
            }
        });
        told.collect()
    }

    /// All runs as CSV: a line for each run and side, with all of its numbers in the units that `docs/report.md` names.
    ///
    /// # Errors
    /// Whatever writing to `to` gives.
    pub fn write_csv(&self, to: impl io::Write) -> io::Result<()> {
        let sweep = self.sweep();
        let names = Metrics::names();
        let mut table = csv::Writer::from_writer(to);
        let heads = ["run", "point", "repeat"].into_iter().chain(sweep.axes().iter().map(|axis| axis.path.as_str()));
        let heads = heads.chain(["side", "settled"]).chain(names.iter().map(|name| name.key.as_str()));
        table.write_record(heads)?;
        for (run, row) in self.rows.iter().enumerate() {
            let Some(row) = row else { continue };
            let (point, repeat) = (run / sweep.repeats() as usize, run % sweep.repeats() as usize);
            for (side, known) in sweep.scenario().sides.iter().enumerate() {
                let values = sweep
                    .values(point)
                    .map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                let numbers = names.iter().zip(&row.numbers[side]);
                let numbers =
                    numbers.map(|(name, number)| number.map_or_else(String::new, |number| written(name.unit, number)));
                let fields = [run.to_string(), point.to_string(), repeat.to_string()].into_iter().chain(values);
                let fields = fields.chain([known.id.clone(), row.settled[side].to_string()]).chain(numbers);
                table.write_record(fields)?;
            }
        }
        table.flush()
    }
}
