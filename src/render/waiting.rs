//! Where the jobs of a run were over time, of both sides on one clock: as text for people, as JSON for programs, and as CSV
//! for tables.
//!
//! *Invariant:* all three, and the chart, have their numbers and names from here.

use std::{io, iter};

use serde_json::{Value, json};

use super::columns;
use crate::direction::ordered;
use crate::metrics::numbers::{Unit, told};
use crate::metrics::{OverTime, Place};
use crate::recording::SidePlayed;
use crate::scenario::Played;
use crate::time::{Span, readable};

/// As many steps as a line of a terminal, or of a table in the page, has room for.
pub const OF_A_LINE: u32 = 12;

/// As many as a picture shows clearly.
pub const OF_A_PICTURE: u32 = 60;

/// The version of the JSON.
const FORMAT: u32 = 1;

/// Where the jobs of both sides were.
#[derive(Clone, Debug)]
pub struct Waiting<'a> {
    played: &'a Played,
    sides: Vec<OverTime>,
}

/// The most that jobs were at a place on average in a step.
struct Peak {
    /// In millionths of a job.
    mean: u64,
    /// From when to when, in microseconds.
    step: [u64; 2],
}

fn peak(over_time: &OverTime, place: &Place) -> Option<Peak> {
    let steps = over_time.steps().zip(over_time.means(place));
    // The first of equal ones.
    let peaks = steps.map(|(step, mean)| Peak { mean, step });
    peaks.reduce(|most, next| if next.mean > most.mean { next } else { most })
}

fn time(micros: u64) -> String {
    readable(Span::micros(micros))
}

impl<'a> Waiting<'a> {
    /// Of a run, in at most so many steps of a round length.
    pub fn of(played: &'a Played, most_steps: u32) -> Waiting<'a> {
        let window = played.ended();
        let sides = played.sides.iter().map(|side| OverTime::of(&side.trace, window, most_steps));
        Waiting { played, sides: sides.collect() }
    }

    /// Each side with where its jobs were.
    pub fn sides(&self) -> impl Iterator<Item = (&'a SidePlayed, &OverTime)> {
        self.played.sides.iter().zip(&self.sides)
    }

    /// What the picture and the tables are called.
    pub fn title(&self) -> String {
        format!("{}: where the jobs were", self.played.scenario.head.title_or_name())
    }

    /// Of a side, what of the time its jobs took was spent waiting, and where most of it.
    pub fn said(&self, side: usize) -> String {
        let (over_time, trace) = (&self.sides[side], &self.played.sides[side].trace);
        let all: u64 = over_time.places.iter().map(Place::total_us).sum();
        let waits = || over_time.places.iter().filter(|place| place.there.is_waiting());
        let waited: u64 = waits().map(Place::total_us).sum();
        let share = |part: u64| told(Unit::Share, (u128::from(part) * 1_000_000 / u128::from(all.max(1))) as u64);
        let most = waits().reduce(|most, next| if next.total_us() > most.total_us() { next } else { most });
        let Some((most, peak)) = most.and_then(|most| Some((most, peak(over_time, most)?))) else {
            return "No job waited anywhere.".to_owned();
        };
        format!(
            "{} of the time that the jobs took was spent waiting, {} at “{}”, where most were from {} to {}: {} on average.",
            share(waited),
            if most.total_us() == waited { "all of it".to_owned() } else { share(most.total_us()) },
            most.name(trace),
            time(peak.step[0]),
            time(peak.step[1]),
            told(Unit::Rate, peak.mean)
        )
    }

    /// A table of each side: a line for each place, and in it how many jobs were there on average in each step.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", ordered(&self.title()));
        for (place, (side, over_time)) in self.sides().enumerate() {
            text += &ordered(&format!("\n{}: {}\n", side.id, side.heading));
            let heads = over_time.steps().map(|[start, _]| time(start));
            let mut rows = vec![iter::once("from".to_owned()).chain(heads).collect::<Vec<_>>()];
            rows.extend(over_time.places.iter().map(|place| {
                let means = over_time.means(place).map(|mean| told(Unit::Rate, mean));
                iter::once(place.name(&side.trace)).chain(means).collect()
            }));
            text += &columns::table(&rows, 1);
            text += &ordered(&format!("* {}\n", self.said(place)));
        }
        text
    }

    /// All of it as JSON: of each place the job time in each step in microseconds, and `told` the same as jobs on average.
    pub fn to_json(&self) -> Value {
        let sides = self.sides().enumerate().map(|(place, (side, over_time))| {
            let places = over_time.places.iter().map(|place| {
                json!({
                    "place": place.there.key(),
                    "lane": place.lane.map(|lane| side.trace.actor(lane).id.as_str()),
                    "name": place.name(&side.trace),
                    "is_waiting": place.there.is_waiting(),
                    "total_us": place.total_us(),
                    "job_time_us": place.job_time_us,
                    "told": over_time.means(place).map(|mean| told(Unit::Rate, mean)).collect::<Vec<_>>(),
                })
            });
            let places: Vec<Value> = places.collect();
            json!({ "id": side.id, "heading": side.heading, "said": self.said(place), "places": places })
        });
        json!({
            "format": FORMAT,
            "scenario": self.played.scenario.head.name,
            "window_us": self.sides.first().map(|side| side.window_us),
            "step_us": self.sides.first().map(|side| side.step_us),
            "steps_told": self.sides.first().map(|side| side.steps().map(|[start, _]| time(start)).collect::<Vec<_>>()),
            "sides": sides.collect::<Vec<_>>(),
        })
    }

    /// A line for each side, place and step.
    ///
    /// # Errors
    /// Whatever writing to `to` gives.
    pub fn write_csv(&self, to: impl io::Write) -> io::Result<()> {
        let mut table = csv::Writer::from_writer(to);
        table.write_record(["side", "place", "lane", "from_us", "until_us", "job_time_us"])?;
        for (side, over_time) in self.sides() {
            for place in &over_time.places {
                let lane = place.lane.map_or("", |lane| side.trace.actor(lane).id.as_str());
                for ([start, end], spent) in over_time.steps().zip(&place.job_time_us) {
                    let numbers = [start, end, *spent].map(|number| number.to_string());
                    let [start, end, spent] = &numbers;
                    table.write_record([&side.id, place.there.key(), lane, start, end, spent])?;
                }
            }
        }
        table.flush()
    }
}
