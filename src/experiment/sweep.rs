//! A sweep: one scenario with some of its parameters at one value after another, each *point* of them run several times.
//!
//! The points are all combinations of the axes' values, the first axis going round fastest. Repeat *r* has the scenario's
//! seed plus *r*, at every point alike: neighbouring points meet the same arrivals and the same work, so what differs
//! between them is the parameter. Repeat 0 has the scenario's own seed, so at the present setting it is the run that
//! everybody else sees.
//!
//! *Invariant:* every point is a valid scenario, and a run needs nothing but the sweep and its number.

mod axis;
mod shards;

use axis::place_of;
pub use axis::{Axis, place_of_value};
pub use shards::{Shard, merged};

use serde::Serialize;
use serde_json::Value;

use super::Row;
use crate::metrics::Metrics;
use crate::reading::{self, Faults, LARGEST, shown};
use crate::render::summary::names;
use crate::scenario::{MODEL, Scenario};

/// The version of what a sweep is written as.
const FORMAT: u32 = 1;

/// The most runs of a sweep.
pub const MOST_RUNS: u32 = 100_000;

/// The most points of a sweep, each of which is checked before the first run.
const MOST_POINTS: usize = 10_000;

/// The most axes of a sweep.
const MOST_AXES: usize = 4;

/// A plan of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    scenario: Scenario,
    axes: Vec<Axis>,
    repeats: u32,
}

/// A sweep as it is written.
#[derive(Serialize)]
pub(super) struct Written<'a> {
    /// What it is: the version of its format.
    sweep: u32,
    model: u32,
    /// Which shard of it follows, and of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<[u32; 2]>,
    repeats: u32,
    axes: Vec<WrittenAxis<'a>>,
    /// The names of the numbers in its rows.
    numbers: Vec<&'static str>,
    scenario: Value,
}

#[derive(Serialize)]
struct WrittenAxis<'a> {
    path: &'a str,
    values: &'a [Value],
}

impl Sweep {
    /// A sweep of that scenario.
    ///
    /// ```
    /// use counterpoint::{experiment::{Axis, Sweep}, scenario::Scenario};
    /// let scenario = Scenario::from_json(r#"{"name": "x"}"#).unwrap();
    /// let jobs = Axis::parse("workload.jobs=1..3:3", &scenario).unwrap();
    /// assert_eq!(Sweep::new(scenario, vec![jobs], 5).unwrap().runs(), 15);
    /// ```
    ///
    /// # Errors
    /// A sentence that says what is too much, or which point cannot be run and why.
    pub fn new(scenario: Scenario, axes: Vec<Axis>, repeats: u32) -> Result<Sweep, String> {
        if !(1..=MOST_AXES).contains(&axes.len()) {
            return Err(format!("a sweep is over 1 to {MOST_AXES} parameters, and not over {}", axes.len()));
        }
        let twice = (1..axes.len()).find(|place| axes[..*place].iter().any(|axis| axis.path == axes[*place].path));
        if let Some(place) = twice {
            return Err(format!("`{}` is swept twice; list all of its values in one axis", shown(&axes[place].path)));
        }
        // No product of so many axes of so many values is beyond this.
        let points: u64 = axes.iter().map(|axis| axis.values.len() as u64).product();
        let runs = points.saturating_mul(u64::from(repeats));
        if points > MOST_POINTS as u64 || runs > u64::from(MOST_RUNS) || repeats == 0 {
            return Err(format!(
                "{points} points with {repeats} repeats are {runs} runs; a sweep has at most {MOST_POINTS} points and from 1 to {MOST_RUNS} runs"
            ));
        }
        if scenario.head.seed > LARGEST - u64::from(repeats) {
            return Err(format!(
                "the seed {} is too large for {repeats} repeats, each of which adds 1",
                scenario.head.seed
            ));
        }
        let sweep = Sweep { scenario, axes, repeats };
        for point in 0..sweep.points() {
            if let Err(problem) = sweep.at_point(point) {
                return Err(format!("at {}: {problem}", shown(sweep.setting(point))));
            }
        }
        Ok(sweep)
    }

    /// Reads a sweep from JSON: its `scenario`, its `axes` (each as [`Axis::parse`] reads it, or with `path` and `values`) and,
    /// unless it is to be 1, the number of its `repeats`.
    ///
    /// # Errors
    /// A sentence that says what is wrong, and what would do.
    pub fn from_json(text: &str) -> Result<Sweep, String> {
        let mut faults = Faults::default();
        let value = reading::parse(text, &mut faults).map_err(|_| {
            "a sweep is a JSON object, as in {\"scenario\": {…}, \"axes\": [\"workload.jobs=1..3:3\"]}".to_owned()
        })?;
        faults.first().map_err(|misread| misread.sentence)?;
        if let Some(model) = value.get("model").filter(|model| **model != MODEL) {
            return Err(format!(
                "model: it was made with the models of version {}, and these are of version {MODEL}",
                shown(model)
            ));
        }
        let scenario =
            Scenario::from_value(value["scenario"].clone()).map_err(|problem| format!("scenario: {problem}"))?;
        let axes =
            value["axes"].as_array().ok_or("axes: a sweep has a list of them, as in [\"workload.jobs=1..3:3\"]")?;
        let axes = axes.iter().map(|axis| Axis::from_value(axis, &scenario)).collect::<Result<Vec<_>, _>>();
        let repeats = match value.get("repeats") {
            None => Some(1),
            Some(repeats) => repeats.as_u64().and_then(|repeats| u32::try_from(repeats).ok()),
        };
        let repeats =
            repeats.ok_or_else(|| format!("repeats: {} is not a whole number from 1 on", shown(&value["repeats"])))?;
        Sweep::new(scenario, axes.map_err(|sentence| format!("axes: {sentence}"))?, repeats)
    }

    /// What is swept.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What is changed of it.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// How often each point is run.
    pub fn repeats(&self) -> u32 {
        self.repeats
    }

    /// How many points there are: at most [`MOST_POINTS`].
    pub fn points(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).product()
    }

    /// How many runs it has, numbered from 0: those of the first point, of the second, and so on.
    pub fn runs(&self) -> u32 {
        self.points() as u32 * self.repeats
    }

    /// The place of each axis' value at a point.
    pub fn places(&self, point: usize) -> Vec<usize> {
        let mut rest = point;
        let place = |axis: &Axis| {
            let place = rest % axis.values.len();
            rest /= axis.values.len();
            place
        };
        self.axes.iter().map(place).collect()
    }

    /// Each path with its value at a point.
    pub fn values(&self, point: usize) -> impl Iterator<Item = (&Axis, &Value)> {
        self.axes.iter().zip(self.places(point)).map(|(axis, place)| (axis, &axis.values[place]))
    }

    /// A point as it would be typed: `workload.jobs=3, sides.left.timeout=50ms`.
    fn setting(&self, point: usize) -> String {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let settings: Vec<String> =
            self.values(point).map(|(axis, value)| format!("{}={}", axis.path, text(value))).collect();
        settings.join(", ")
    }

    fn at_point(&self, point: usize) -> Result<Scenario, crate::scenario::Problem> {
        self.scenario.with_all(self.values(point).map(|(axis, value)| (axis.path.as_str(), value.clone())))
    }

    /// The scenario at a point, with its own seed.
    pub fn scenario_at(&self, point: usize) -> Scenario {
        self.at_point(point).expect("every point was read when the sweep was made")
    }

    /// What the run with that number comes to.
    pub fn run(&self, number: u32) -> Row {
        let mut scenario = self.scenario_at((number / self.repeats) as usize);
        scenario.head.seed += u64::from(number % self.repeats);
        Row::of(&scenario)
    }

    /// What an axis is called: by the scenario's own words, if it offers that parameter, else by its path.
    pub fn label<'s>(&'s self, axis: &'s Axis) -> &'s str {
        let offered = self.scenario.head.controls.iter().find(|control| control.path == axis.path);
        offered.map_or(&axis.path, |control| &control.label)
    }

    /// Where on an axis the scenario itself is: the place of its value, if that is a number or a time.
    pub fn present(&self, axis: &Axis) -> Option<f64> {
        place_of(&self.scenario.value_at(&axis.path).ok()?)
    }

    /// What the sides are called in a sentence.
    pub fn side_names(&self) -> [String; 2] {
        let headings = self.scenario.headings();
        names([0, 1].map(|place| (self.scenario.sides[place].style, headings[place].as_str())))
    }

    /// The sweep as one line of JSON, which [`Sweep::from_json`] reads; or the head of a shard of it.
    pub fn to_json(&self, shard: Option<Shard>) -> String {
        serde_json::to_string(&self.written(shard)).expect("a sweep is text and numbers")
    }

    pub(super) fn written(&self, shard: Option<Shard>) -> Written<'_> {
        let axes = self.axes.iter().map(|Axis { path, values }| WrittenAxis { path, values });
        Written {
            sweep: FORMAT,
            model: MODEL,
            shard: shard.map(|shard| [shard.number(), shard.of()]),
            repeats: self.repeats,
            axes: axes.collect(),
            numbers: Metrics::names().iter().map(|name| name.key.as_str()).collect(),
            scenario: self.scenario.to_value(),
        }
    }
}
