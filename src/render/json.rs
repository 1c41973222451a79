//! The report: a run as one JSON object that others can rely on. `docs/report.md` says what each field means.
//!
//! *Invariant:* the same run gives the same bytes everywhere. Keys come in a fixed order, moments are whole
//! microseconds, ids count from one, and there is no white space. A value that is not known is `null`.

mod marks;
mod places;
mod rows;
mod stays;

use std::io;

use serde::Serialize;
use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use self::marks::Marks;
use self::places::{Places, Progress};
use self::rows::{Jobs, LaneRow, Messages};
use self::stays::Stays;
use super::summary::{comparison, summaries};
use crate::metrics::{Comparison, Metrics, Verdict, slot_times};
use crate::scenario::{MODEL, Played};
use crate::time::Moment;
use crate::trace::{Limit, Outcome, Trace};

/// The version of the report's format.
pub const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    model: u32,
    scenario: Value,
    sides: Vec<SideReport<'a>>,
    comparison: Comparison,
}

#[derive(Serialize)]
struct SideReport<'a> {
    id: &'a str,
    style: &'static str,
    protocol: &'a str,
    hash: String,
    outcome: &'static str,
    limit: Option<&'static str>,
    ended_us: u64,
    lanes: Vec<LaneRow<'a>>,
    messages: Messages<'a>,
    jobs: Jobs<'a>,
    marks: Marks<'a>,
    stays: Stays<'a>,
    places: Places<'a>,
    progress: Progress<'a>,
    metrics: Metrics,
    verdicts: Vec<Verdict>,
}

/// A moment in microseconds; nothing if it never came.
fn micros(moment: Moment) -> Option<u64> {
    moment.known().map(Moment::micros)
}

/// Writes the report of both sides, or of the one called `side`, as one line.
///
/// # Errors
/// Whatever writing to `to` gives.
pub fn write(to: impl io::Write, played: &Played, side: Option<&str>) -> io::Result<()> {
    let summaries = summaries(played);
    let comparison = comparison(played, &summaries);
    let ended = played.ended();
    let sides = played.sides.iter().zip(summaries).filter(|(known, _)| side.is_none_or(|side| known.id == side));
    let sides = sides.map(|(played, summary)| SideReport {
        id: &played.id,
        style: played.style.word(),
        protocol: &played.protocol,
        hash: hash(&played.trace),
        outcome: outcome_word(played.trace.outcome),
        limit: played.trace.outcome.limit().map(Limit::word),
        ended_us: played.trace.ended.micros(),
        lanes: lanes(&played.trace, ended),
        messages: Messages(&played.trace),
        jobs: Jobs(&played.trace),
        marks: Marks(&played.trace),
        stays: Stays(&played.trace),
        places: Places(&played.trace),
        progress: Progress(&played.trace),
        metrics: summary.metrics,
        verdicts: summary.verdicts,
    });
    let report = Report {
        format: FORMAT,
        model: MODEL,
        scenario: played.scenario.to_value(),
        sides: sides.collect(),
        comparison,
    };
    let mut to = to;
    serde_json::to_writer(&mut to, &report)?;
    to.write_all(b"\n")
}

/// The report as text.
pub fn report(played: &Played, side: Option<&str>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes, played, side).expect("memory takes all that is written to it");
    String::from_utf8(bytes).expect("JSON is text")
}

/// The fingerprint of a side: XXH3-128 (seed 0) over the JSON text of its `messages` followed by that of its `jobs`,
/// both exactly as in the report, as 32 hexadecimal digits, the most significant first. The page's engine has this in the part of
/// it that makes files.
#[inline(never)]
pub fn hash(trace: &Trace) -> String {
    let mut hasher = Hashed(Xxh3::new());
    let written = serde_json::to_writer(&mut hasher, &Messages(trace))
        .and_then(|()| serde_json::to_writer(&mut hasher, &Jobs(trace)));
    written.expect("a hash takes all that is written to it");
    format!("{:032x}", hasher.0.digest128())
}

struct Hashed(Xxh3);

impl io::Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lanes with the times of their slots until `ended`.
fn lanes(trace: &Trace, ended: Moment) -> Vec<LaneRow<'_>> {
    trace.actors.iter().zip(slot_times(trace, ended)).map(|(actor, times)| LaneRow::of(actor, times)).collect()
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Settled => "settled",
        Outcome::LimitReached(_) => "limit-reached",
    }
}
