//! What people say of the two styles, each as an experiment: the smallest scenario that shows it, the numbers that tell, what
//! the other side would say, and a knob that makes it untrue.
//!
//! The claims are written in `static/claims.json`; here they are read and tried.
//!
//! *Invariant:* whether a claim holds is found out by a run, each time.

use serde_json::{Value, json};

use super::row::{Row, place_of};
use crate::metrics::Metrics;
use crate::metrics::numbers::told;
use crate::reading::rule::{PROSE, TEXT};
use crate::reading::{self, Faults, Field, Misread, Rule, fields, words};
use crate::scenario::{Played, Problem, Scenario};
use crate::time::{Span, readable};

/// The file of the claims.
#[cfg(not(target_arch = "wasm32"))]
pub const CLAIMS: &str = include_str!("../../static/claims.json");

fields! {
    /// A sentence that people repeat, and how it is tried.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Claim {
        /// By which it is named.
        pub id: String [Rule::Id(64)],
        /// The sentence.
        pub claim: String [TEXT],
        /// What is looked at on both sides.
        pub numbers: Vec<Telling> [Rule::List(1, 4, &Rule::Any)],
        /// What the other side would say.
        pub but: String [PROSE],
        /// What makes it untrue.
        pub knob: Knob,
        /// The smallest scenario that shows it.
        pub scenario: Value,
    }
}

fields! {
    /// A number that is looked at.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Telling {
        /// Its key among the metrics, as in `time_to_finish.p95_us`.
        pub key: String [TEXT],
        /// What it is, behind the number.
        pub said: String [TEXT],
        /// What is said where there is no such number, which counts as endless.
        pub none: String [TEXT] = "never".into(),
        /// On which side it has to be less for the claim to hold; without one it is only shown.
        pub less: Option<Less> = None,
    }
}

words! {
    /// One of the two sides.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Less = Left {
        /// The first one.
        Left = "left",
        /// The other one.
        Right = "right",
    }
}

fields! {
    /// A parameter, and the values that it is tried with: with the first one the claim holds, with the last one it does not.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Knob {
        /// What it is called.
        pub label: String [TEXT],
        /// The paths that are set.
        pub paths: Vec<String> [Rule::List(1, 4, &TEXT)],
        /// From what makes the claim true to what makes it untrue.
        pub values: Vec<Value> [Rule::List(2, 20, &Rule::Any)],
        /// What is seen where it is untrue.
        pub untrue: String [PROSE],
    }
}

/// A claim that was tried.
pub struct Tried {
    /// The run.
    pub played: Played,
    /// Each of its numbers on both sides.
    pub numbers: Vec<[Option<u64>; 2]>,
    /// The same in words.
    pub told: Vec<[String; 2]>,
    /// Whether it was so.
    pub holds: bool,
}

/// All claims that a text has.
///
/// # Errors
/// The first thing that cannot be read.
pub fn claims(text: &str) -> Result<Vec<Claim>, Misread> {
    let mut faults = Faults::default();
    let value = reading::parse(text, &mut faults).map_err(|_| Misread::new("this is not JSON"))?;
    let mut claims = Vec::<Claim>::new();
    claims.read(value, &Rule::List(1, 20, &Rule::Any), &mut faults);
    faults.first().map(|()| claims)
}

impl Claim {
    /// The scenario with the knob at the stop with that number; the last one if there are fewer.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn scenario_at(&self, stop: usize) -> Result<Scenario, Problem> {
        let Knob { paths, values, .. } = &self.knob;
        let value = &values[stop.min(values.len() - 1)];
        let scenario = Scenario::from_value(self.scenario.clone())?;
        scenario.with_all(paths.iter().map(|path| (path.as_str(), value.clone())))
    }

    /// Runs it with the knob at that stop.
    ///
    /// # Errors
    /// What is wrong with its scenario, or that a number has a key that no metric has.
    pub fn tried_at(&self, stop: usize) -> Result<Tried, Problem> {
        let played = self.scenario_at(stop)?.play();
        let row = Row::of_played(&played);
        let names = Metrics::names();
        let mut tried = Tried { played, numbers: Vec::new(), told: Vec::new(), holds: true };
        for Telling { key, none, less, .. } in &self.numbers {
            let Some(place) = place_of(key) else {
                return Err(Problem::new("numbers", format!("there is no metric `{}`", reading::shown(key))));
            };
            let numbers = [0, 1].map(|side| row.numbers[side][place]);
            // What never comes takes longer than anything that does.
            let [left, right] = numbers.map(|number| number.unwrap_or(u64::MAX));
            tried.holds &= match less {
                Some(Less::Left) => left < right,
                Some(Less::Right) => right < left,
                None => true,
            };
            let unit = names[place].unit;
            tried.told.push(numbers.map(|number| number.map_or_else(|| none.clone(), |number| told(unit, number))));
            tried.numbers.push(numbers);
        }
        Ok(tried)
    }
}

impl Knob {
    /// The value at a stop for people.
    pub fn told(&self, stop: usize) -> String {
        match &self.values[stop.min(self.values.len() - 1)] {
            Value::String(text) => text.parse::<Span>().map_or_else(|_| text.replace('-', " "), readable),
            other => other.to_string(),
        }
    }
}

/// What came of trying a claim, as JSON: what the command line prints and the page shows.
///
/// # Errors
/// As [`Claim::tried_at`].
pub fn told_as_json(claim: &Claim, stop: usize) -> Result<(Value, Played), Problem> {
    let Tried { played, numbers, told, holds } = claim.tried_at(stop)?;
    let stop = stop.min(claim.knob.values.len() - 1);
    let numbers = claim.numbers.iter().zip(numbers).zip(told).map(|((telling, values), told)| {
        let less = telling.less.map(|less| if less == Less::Left { "left" } else { "right" });
        json!({ "key": telling.key, "said": telling.said, "values": values, "told": told, "less": less })
    });
    let value = json!({
        "id": claim.id,
        "claim": claim.claim,
        "knob": {
            "label": claim.knob.label,
            "stop": stop,
            "told": (0..claim.knob.values.len()).map(|stop| claim.knob.told(stop)).collect::<Vec<_>>(),
        },
        "holds": holds,
        "verdict": verdict(holds),
        "headings": played.sides.iter().map(|side| side.heading.clone()).collect::<Vec<_>>(),
        "numbers": numbers.collect::<Vec<_>>(),
        "but": claim.but,
        "untrue": claim.knob.untrue,
    });
    Ok((value, played))
}

/// What came of trying a claim, as people read it in a terminal.
///
/// # Errors
/// As [`Claim::tried_at`].
pub fn told_as_text(claim: &Claim, stop: usize) -> Result<String, Problem> {
    let tried = claim.tried_at(stop)?;
    let last = claim.knob.values.len() - 1;
    let mut text = format!("{} {}\n", claim.claim, verdict(tried.holds));
    text += &format!("  {}: {}\n", claim.knob.label, claim.knob.told(stop));
    let sides: Vec<&str> = tried.played.sides.iter().map(|side| side.heading.as_str()).collect();
    let width = |side: usize| {
        let told = tried.told.iter().map(|told| told[side].chars().count());
        told.chain([sides[side].chars().count()]).max().unwrap_or(0)
    };
    let [left, right] = [0, 1].map(width);
    text += &format!("  {:>left$}  {:>right$}\n", sides[0], sides[1]);
    for (telling, told) in claim.numbers.iter().zip(&tried.told) {
        text += &format!("  {:>left$}  {:>right$}  {}\n", told[0], told[1], telling.said);
    }
    text += &format!("  But: {}\n", claim.but);
    if stop < last {
        text += &format!("  Untrue with {}: {}. {}\n", claim.knob.label, claim.knob.told(last), claim.knob.untrue);
    } else {
        text += &format!("  {}\n", claim.knob.untrue);
    }
    Ok(text)
}

/// Whether it was so, in a sentence.
fn verdict(holds: bool) -> &'static str {
    if holds { "Here it holds." } else { "Here it does not hold." }
}
