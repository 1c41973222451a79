//! What a reason shows: its number on both sides, the limit of it, and how it came to be, over the loads that were tried or in
//! one run that is drawn.
//!
//! *Invariant:* the sentence of a reason, its data and its picture have their number from here.

use super::{BUSY, Evidence, HELD, Tried};
use crate::experiment::workload::Waits;
use crate::metrics::numbers::{Unit, told};
use crate::scenario::Scenario;
use crate::time::{Span, readable};

/// What a reason shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Exhibit {
    /// The number's key: one of a row's, or of what is made of several.
    pub key: &'static str,
    /// What the number is called.
    pub called: &'static str,
    /// How it is written.
    pub unit: Unit,
    /// Of each side; nothing where there never was one.
    pub values: [Option<u64>; 2],
    /// What speaks for calls is below it, and what speaks for queues above.
    pub limit: Option<u64>,
    /// In what it is seen.
    pub seen: Seen,
}

/// In what a number is seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// Over the loads.
    Loads {
        /// The place among them at which the number is that of the exhibit.
        at: usize,
        /// All of them, in order.
        loads: Vec<AtLoad>,
    },
    /// In a run.
    Run {
        /// Of one alone, with one thread and one worker, or of all that come at once.
        scenario: Box<Scenario>,
        /// What else of both sides is seen in it, in words.
        beside: String,
    },
}

/// The number at one load.
#[derive(Clone, Debug, PartialEq)]
pub struct AtLoad {
    /// How many times as much as was described.
    pub load: f64,
    /// The same in words: "40 a second".
    pub comes: String,
    /// Of each side, in the middle of the seeds with which that load was tried.
    pub values: [Option<u64>; 2],
}

/// The numbers that change with the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// The share that came to nothing in time.
    Missed,
    /// For how long the caller is held.
    Held,
    /// When the result is there.
    Result,
    /// The work that comes, as a share of what the workers can do.
    Offered,
}

/// A share in the unit of rows.
fn millionths(share: f64) -> u64 {
    (share * 1e6).round() as u64
}

/// In the middle; what is nothing is endless there.
fn middle(mut values: Vec<Option<u64>>) -> Option<u64> {
    values.sort_unstable_by_key(|value| value.unwrap_or(u64::MAX));
    values[values.len() / 2]
}

impl Measure {
    /// What is said of a run.
    fn of(self, tried: &Tried, side: usize, evidence: &Evidence<'_>) -> Option<u64> {
        match self {
            Measure::Missed => Some(millionths(tried.missed(side, evidence.workload))),
            Measure::Held => tried.number(side, self.key()),
            // It is of those that came to a result. Where these are fewer than 95 % of all, 95 % never do.
            Measure::Result if tried.count(side, "time_to_result.jobs") < 0.95 * tried.count(side, "jobs") => None,
            Measure::Result => tried.number(side, self.key()),
            Measure::Offered => Some(millionths(tried.offered(evidence.workload))),
        }
    }

    fn key(self) -> &'static str {
        match self {
            Measure::Missed => "missed_share",
            Measure::Held => "time_to_hand_over.p95_us",
            Measure::Result => "time_to_result.p95_us",
            Measure::Offered => "offered_share",
        }
    }

    fn called(self, waits: Waits) -> &'static str {
        match (self, waits) {
            (Measure::Missed, Waits::Nobody) => "Not done",
            (Measure::Missed, _) => "No result in time",
            (Measure::Held, _) => "The caller is held, 95 %",
            (Measure::Result, _) => "Until the result, 95 %",
            (Measure::Offered, _) => "Offered, of what the workers can do",
        }
    }

    fn limit(self, evidence: &Evidence<'_>) -> u64 {
        match self {
            Measure::Missed => millionths(evidence.workload.most_missed()),
            Measure::Held => HELD.as_micros(),
            Measure::Result => evidence.workload.patience().unwrap_or(HELD).as_micros(),
            Measure::Offered => millionths(BUSY),
        }
    }

    /// The number that decides at a load: that which calls bring nearest to its limit.
    pub(super) fn decisive(evidence: &Evidence<'_>, load: f64) -> Measure {
        let time = if evidence.workload.waits == Waits::Nobody { Measure::Held } else { Measure::Result };
        let strain = |measure: Measure| {
            let value = measure.at(evidence, load, 0);
            value.map_or(f64::MAX, |value| value as f64 / measure.limit(evidence) as f64)
        };
        // Where no call ever comes to a result, all of them are missed.
        let is_known = time.at(evidence, load, 0).is_some();
        if is_known && strain(time) >= strain(Measure::Missed) { time } else { Measure::Missed }
    }

    /// At a load that was tried.
    pub(super) fn at(self, evidence: &Evidence<'_>, load: f64, side: usize) -> Option<u64> {
        let runs = evidence.runs().filter(|tried| tried.load.total_cmp(&load).is_eq());
        middle(runs.map(|tried| self.of(tried, side, evidence)).collect())
    }

    /// As what a reason shows: with the values at a load, among all loads.
    pub(super) fn exhibited(self, evidence: &Evidence<'_>, load: f64) -> Exhibit {
        let mut all: Vec<f64> = evidence.runs().map(|tried| tried.load).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        let workload = evidence.workload;
        all.retain(|other| other.total_cmp(&load).is_eq() || workload.comes_whole(*other));
        let at_load = |load: f64| AtLoad {
            load,
            comes: workload.comes(load),
            values: [0, 1].map(|side| self.at(evidence, load, side)),
        };
        let loads: Vec<AtLoad> = all.into_iter().map(at_load).collect();
        let at = loads.iter().position(|at| at.load.total_cmp(&load).is_eq()).expect("that load was tried");
        Exhibit {
            key: self.key(),
            called: self.called(workload.waits),
            unit: if matches!(self, Measure::Missed | Measure::Offered) { Unit::Share } else { Unit::Time },
            values: loads[at].values,
            limit: Some(self.limit(evidence)),
            seen: Seen::Loads { at, loads },
        }
    }
}

impl Exhibit {
    /// How long the work alone takes, in the run of one of them.
    pub(super) fn work(evidence: &Evidence<'_>) -> Exhibit {
        let work = Some(evidence.here[0].work() as u64);
        Exhibit {
            key: "work_us",
            called: "The work alone, on average",
            unit: Unit::Time,
            values: [work; 2],
            limit: Some(evidence.workload.patience().unwrap_or(HELD).as_micros()),
            seen: alone(evidence),
        }
    }

    /// How long the workers have to do with all that come at once. It is seen in their run how they fare, by what decides that.
    pub(super) fn burst(evidence: &Evidence<'_>, lasts: u64, fares: &Exhibit) -> Exhibit {
        let workload = evidence.workload;
        let drawn = match &evidence.at_once.head.workload.jobs {
            jobs if *jobs < workload.burst => format!(" ({jobs} of them are drawn)"),
            _ => String::new(),
        };
        Exhibit {
            key: "burst_us",
            called: "The work of all that come at once",
            unit: Unit::Time,
            values: [Some(lasts); 2],
            limit: Some(workload.patience().unwrap_or(HELD).as_micros()),
            seen: Seen::Run {
                scenario: Box::new(evidence.at_once.clone()),
                beside: format!("{}: {}{drawn}", fares.called, fares.in_words()),
            },
        }
    }

    /// How many messages it takes, in the run of one of them.
    pub(super) fn messages(evidence: &Evidence<'_>) -> Exhibit {
        let key = "messages_per_job";
        Exhibit {
            key,
            called: "Messages for one alone",
            unit: Unit::Rate,
            values: [0, 1].map(|side| evidence.alone.1.number(side, key)),
            limit: None,
            seen: alone(evidence),
        }
    }

    /// A value of it in words.
    pub fn told(&self, value: Option<u64>) -> String {
        match (value, self.unit) {
            (Some(value), Unit::Time) => readable(Span::micros(value)),
            (Some(value), Unit::Share) => percent(value as f64 / 1e6),
            (Some(value), unit) => told(unit, value),
            (None, _) => "never".to_owned(),
        }
    }

    /// Whether it is the same on both sides, wherever it was looked at.
    pub fn is_of_both(&self) -> bool {
        let is_same = |[left, right]: [Option<u64>; 2]| left == right;
        match &self.seen {
            Seen::Loads { loads, .. } => loads.iter().all(|at| is_same(at.values)),
            Seen::Run { .. } => is_same(self.values),
        }
    }

    /// The values and the limit in words.
    pub fn in_words(&self) -> String {
        let [called, queued] = self.values.map(|value| self.told(value));
        let values = if self.is_of_both() {
            format!("{called} on both sides")
        } else {
            format!("called {called}, queued {queued}")
        };
        self.limit.map_or_else(|| values.clone(), |limit| format!("{values}; limit {}", self.told(Some(limit))))
    }

    /// What is seen in its picture, for those who do not see it.
    pub fn described(&self) -> String {
        let head = format!("{}: {}.", self.called, self.in_words());
        match &self.seen {
            Seen::Run { beside, .. } => format!("{head} A sequence diagram of both sides. {beside}."),
            Seen::Loads { loads, .. } => {
                let [first, last] = [&loads[0], &loads[loads.len() - 1]].map(|at| &at.comes);
                let beyond = match self.is_of_both() {
                    true => self.beyond(loads, 0),
                    false => format!("called, {}; queued, {}", self.beyond(loads, 0), self.beyond(loads, 1)),
                };
                format!("{head} It is drawn from {first} to {last}: {beyond}.")
            }
        }
    }

    /// From which load on a side is beyond the limit.
    fn beyond(&self, loads: &[AtLoad], side: usize) -> String {
        let limit = self.limit.unwrap_or(u64::MAX);
        let is_beyond = |at: &&AtLoad| at.values[side].is_none_or(|value| value > limit);
        match loads.iter().find(is_beyond) {
            None => "never beyond the limit".to_owned(),
            Some(first) => format!("beyond the limit with {}", first.comes),
        }
    }
}

/// The run of one alone, in which it is seen for how long its caller is held.
fn alone(evidence: &Evidence<'_>) -> Seen {
    let (scenario, tried) = &evidence.alone;
    let held = |side| tried.number(side, "time_to_hand_over.max_us");
    let [called, queued] =
        [0, 1].map(|side| held(side).map_or("until it gives up".to_owned(), |held| readable(Span::micros(held))));
    let beside = format!("The caller is held: called {called}, queued {queued}");
    Seen::Run { scenario: Box::new(scenario.clone()), beside }
}

/// A share in words, to a tenth of a hundredth.
pub(super) fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round() as u64;
    if tenths >= 100 || tenths.is_multiple_of(10) {
        format!("{} %", (tenths + 5) / 10)
    } else {
        format!("{}.{} %", tenths / 10, tenths % 10)
    }
}
